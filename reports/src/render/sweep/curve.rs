//! One sentence along the points of a sweep: what text, CSV and the page are made from.

use crate::measurements::Tally;
use crate::result::RunResult;
use crate::statistics::interval::Interval;
use crate::statistics::pairs::Pairs;
use crate::verdict::{Judgement, Seen, seen};

/// What varies, and the values at each point; empty where a point leaves a path as the file has it.
pub(in crate::render) struct Columns {
    pub(in crate::render) paths: Vec<String>,
    pub(in crate::render) rows: Vec<Vec<String>>,
}

impl Columns {
    pub(in crate::render) fn of(points: &[RunResult]) -> Self {
        let parts = |set: &str| set.split_once('=').map(|(path, value)| (path.to_owned(), value.to_owned()));
        let mut paths: Vec<String> = Vec::new();
        for (path, _) in points.iter().flat_map(|point| &point.header.point).filter_map(|set| parts(set)) {
            if !paths.contains(&path) {
                paths.push(path);
            }
        }
        let value = |point: &RunResult, path: &String| {
            let mut sets = point.header.point.iter().filter_map(|set| parts(set));
            sets.find(|(known, _)| known == path).map_or_else(String::new, |(_, value)| value)
        };
        let rows = points.iter().map(|point| paths.iter().map(|path| value(point, path)).collect()).collect();
        Self { paths, rows }
    }

    /// Short enough for a table: the end of a path tells more than its start.
    pub(in crate::render) fn names(&self) -> Vec<String> {
        self.paths.iter().map(|path| path.rsplit('.').next().unwrap_or(path).to_owned()).collect()
    }
}

/// One sentence along the points.
pub(in crate::render) struct Curve {
    pub(in crate::render) sentence: String,
    pub(in crate::render) rows: Vec<Row>,
}

/// One sentence at one point.
pub(in crate::render) struct Row {
    pub(in crate::render) judgement: Judgement,
    pub(in crate::render) numbers: Vec<Option<f64>>,
    pub(in crate::render) first: Seen,
}

impl Curve {
    pub(in crate::render) fn of(points: &[RunResult], index: usize) -> Self {
        let rows = points.iter().map(|point| Row::of(point, index)).collect();
        Self { sentence: points[0].expectations[index].text.clone(), rows }
    }

    /// Whether there was anything to measure at any point.
    pub(in crate::render) fn is_measured(&self) -> bool {
        self.rows.iter().any(|row| row.first.is_measured)
    }

    /// Whether it holds in other seeds at one point than at another.
    pub(in crate::render) fn varies(&self) -> bool {
        let first = &self.rows[0];
        self.rows.iter().any(|row| row.judgement.held_in != first.judgement.held_in)
    }

    /// The smallest of the values that hold, if all above it hold, too; and where the curve bends.
    pub(in crate::render) fn words(&self, points: &[RunResult]) -> Vec<String> {
        let Some(values) = single_axis(points) else { return Vec::new() };
        let held: Vec<bool> = self.rows.iter().map(|row| row.judgement.passed()).collect();
        let edge = match held.iter().position(|held| *held) {
            None => "none of these values holds".to_owned(),
            Some(0) if held.iter().all(|held| *held) => "all of these values hold".to_owned(),
            Some(place) if held[place..].iter().all(|held| *held) => {
                format!("{} is the smallest of these that holds; all above it hold, too", values[place])
            }
            Some(0) if held.windows(2).all(|pair| pair[0] || !pair[1]) => {
                let last = held.iter().rposition(|held| *held).unwrap_or(0);
                format!("{} is the largest of these that holds; all below it hold, too", values[last])
            }
            Some(_) => "some hold and some between them do not: try more --seeds".to_owned(),
        };
        let bend = self.knee().map(|place| format!("the curve bends at {}", values[place]));
        std::iter::once(edge).chain(bend).collect()
    }

    /// The point of the mean furthest from the chord between the ends, both axes scaled to 1 (Satopää 2011); `None` where
    /// nothing bends.
    pub(in crate::render) fn knee(&self) -> Option<usize> {
        let means: Vec<f64> = self.rows.iter().map(Row::mean).collect::<Option<_>>()?;
        let (first, last) = (means.first()?, means.last()?);
        if means.len() < 5 || first == last {
            return None;
        }
        let along = |place: usize| place as f64 / (means.len() - 1) as f64;
        let gap = |place: usize| (means[place] - first) / (last - first) - along(place);
        let furthest = (0..means.len()).max_by(|a, b| gap(*a).abs().total_cmp(&gap(*b).abs()))?;
        (gap(furthest).abs() > WORTH_NAMING).then_some(furthest)
    }
}

impl Row {
    pub(in crate::render) fn of(point: &RunResult, index: usize) -> Self {
        let nothing = Tally::Nothing(String::new());
        let claim = &point.expectations[index].claim;
        let all: Vec<Seen> =
            point.seeds.iter().map(|run| seen(claim, run.tallies.get(index).unwrap_or(&nothing))).collect();
        let judgement = point.judge().swap_remove(index);
        let first = all.first().cloned().unwrap_or_else(|| seen(claim, &nothing));
        Self { judgement, numbers: all.into_iter().map(|one| one.number).collect(), first }
    }

    pub(in crate::render) fn mean(&self) -> Option<f64> {
        let numbers = self.numbers.iter().copied().collect::<Option<Vec<f64>>>()?;
        (!numbers.is_empty()).then(|| numbers.iter().sum::<f64>() / numbers.len() as f64)
    }

    pub(in crate::render) fn half_width(&self) -> Option<f64> {
        let numbers = self.numbers.iter().copied().collect::<Option<Vec<f64>>>()?;
        Pairs::of(&numbers).map(|pairs| pairs.half_width(0.95))
    }

    /// The seed furthest to the bad side; `None`: it never came, or nothing was measured.
    pub(in crate::render) fn worst(&self) -> Option<f64> {
        let good = self.first.good;
        let numbers = self.numbers.iter().copied().collect::<Option<Vec<f64>>>()?;
        numbers.into_iter().max_by(|a, b| good.badness(*a).total_cmp(&good.badness(*b)))
    }

    pub(in crate::render) fn passing(&self) -> Interval {
        match self.judgement.of_seeds() {
            0 => Interval { low: 0.0, high: 1.0 },
            seeds => Interval::clopper_pearson(self.judgement.passed_seeds(), seeds),
        }
    }

    /// The share of all seeds that would hold, as these leave it open: `75–100%`.
    pub(in crate::render) fn open(&self) -> String {
        let open = self.passing();
        format!("{:.0}–{:.0}%", open.low * 100.0, open.high * 100.0)
    }

    pub(in crate::render) fn shown(&self, number: Option<f64>) -> String {
        let missing = if self.first.is_measured { "never" } else { "–" };
        number.map_or_else(|| missing.to_owned(), |number| self.first.unit.show(number))
    }
}

/// The values, where one path varies.
pub(in crate::render) fn single_axis(points: &[RunResult]) -> Option<Vec<String>> {
    let columns = Columns::of(points);
    let one = columns.paths.len() == 1 && columns.rows.iter().all(|row| !row[0].is_empty());
    one.then(|| columns.rows.into_iter().map(|mut row| row.remove(0)).collect())
}

/// Of the chord's height.
const WORTH_NAMING: f64 = 0.15;

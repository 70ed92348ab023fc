//! A sweep in 80 columns, and as CSV: one result for each point, named by its header.

use super::safe::safe;
use super::text::wrap::{cut_front, padded, right, width, with_right, wrapped};
use crate::measurements::Tally;
use crate::result::RunResult;
use crate::statistics::interval::Interval;
use crate::statistics::pairs::Pairs;
use crate::units;
use crate::verdict::{Judgement, Seen, seen};

/// For a terminal, with a line end after each line; `path`: where the run file lies.
pub fn text(points: &[RunResult], path: Option<&str>) -> String {
    let Some(first) = points.first() else { return String::new() };
    let (many, seeds) = (units::things(points.len() as u64, "point", "points"), first.header.seeds_wanted);
    let size = format!("{many}, {}", units::things(u64::from(seeds), "seed", "seeds"));
    let variant = first.header.variant.as_ref().map_or_else(String::new, |variant| format!(": {variant}"));
    let title = safe(&format!("{}{variant}", first.header.title));
    let mut lines = vec![with_right(&title, &size, TITLE_WIDTH, str::to_owned)];
    let columns = Columns::of(points);
    let curves: Vec<Curve> = (0..first.expectations.len()).map(|index| Curve::of(points, index)).collect();
    let (open, settled): (Vec<&Curve>, Vec<&Curve>) = curves.iter().partition(|curve| curve.varies());
    for curve in open {
        lines.push(String::new());
        lines.extend(wrapped("  ", "  ", &safe(&curve.sentence)));
        lines.extend(curve.table(points, &columns));
        lines.extend(curve.words(points));
    }
    for (holds, words) in [(true, "at every point it holds that"), (false, "at no point does it hold that")] {
        let same: Vec<&&Curve> = settled.iter().filter(|curve| curve.rows[0].judgement.passed() == holds).collect();
        if !same.is_empty() {
            lines.extend([String::new(), format!("  {words}")]);
            let mark = if holds { "✔" } else { "✘" };
            same.iter().for_each(|curve| lines.extend(wrapped(&format!("  {mark} "), "    ", &safe(&curve.sentence))));
        }
    }
    lines.extend(path.map(|path| format!("\n  {path}")));
    lines.iter().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// One line for each point and sentence (RFC 4180); shares in percent, times in milliseconds.
pub fn csv(points: &[RunResult]) -> String {
    let columns = Columns::of(points);
    let mut header: Vec<String> = columns.paths.clone();
    header.extend(FIELDS.map(str::to_owned));
    let mut lines = vec![header];
    for (place, point) in points.iter().enumerate() {
        for index in 0..point.expectations.len() {
            let row = Row::of(point, index);
            let mut line = columns.rows[place].clone();
            line.extend(row.fields(&point.expectations[index].text));
            lines.push(line);
        }
    }
    lines.iter().map(|line| line.iter().map(|field| quoted(field)).collect::<Vec<_>>().join(",") + "\r\n").collect()
}

/// What varies, and the values at each point; empty where a point leaves a path as the file has it.
struct Columns {
    paths: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Columns {
    fn of(points: &[RunResult]) -> Self {
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
    fn names(&self) -> Vec<String> {
        self.paths.iter().map(|path| path.rsplit('.').next().unwrap_or(path).to_owned()).collect()
    }
}

/// One sentence along the points.
struct Curve {
    sentence: String,
    rows: Vec<Row>,
}

/// One sentence at one point.
struct Row {
    judgement: Judgement,
    numbers: Vec<Option<f64>>,
    first: Seen,
}

impl Curve {
    fn of(points: &[RunResult], index: usize) -> Self {
        let rows = points.iter().map(|point| Row::of(point, index)).collect();
        Self { sentence: points[0].expectations[index].text.clone(), rows }
    }

    /// Whether it holds in other seeds at one point than at another.
    fn varies(&self) -> bool {
        let first = &self.rows[0];
        self.rows.iter().any(|row| row.judgement.held_in != first.judgement.held_in)
    }

    fn table(&self, points: &[RunResult], columns: &Columns) -> Vec<String> {
        let cell = |row: &[String], place: usize| match row[place].as_str() {
            "" => "(as it is)".to_owned(),
            value => safe(value),
        };
        let values = |place: usize| columns.rows.iter().map(|row| width(&cell(row, place))).max().unwrap_or(0);
        let each = (ROOM_FOR_VALUES / columns.paths.len().max(1)).saturating_sub(2);
        let names: Vec<String> =
            columns.names().iter().enumerate().map(|(place, name)| cut_front(name, each.max(values(place)))).collect();
        let widths: Vec<usize> = (0..names.len()).map(|place| values(place).max(width(&names[place]))).collect();
        let line = |cells: Vec<String>| -> String {
            cells.iter().zip(&widths).map(|(cell, width)| right(cell, *width) + "  ").collect()
        };
        let mut lines = vec![format!(
            "    {}{}{}{}",
            line(names.clone()),
            padded("seeds that hold", 22),
            right("mean", 9),
            right("worst", 11)
        )];
        for (place, row) in self.rows.iter().enumerate() {
            let cells = (0..names.len()).map(|column| cell(&columns.rows[place], column)).collect();
            let mark = if row.judgement.passed() { "✔" } else { "✘" };
            lines.push(format!("  {mark} {}{}", line(cells), row.words(points[place].seeds.len())));
        }
        lines
    }

    /// The smallest of the values that hold, if all above it hold, too; and where the curve bends.
    fn words(&self, points: &[RunResult]) -> Vec<String> {
        let Some(values) = single_axis(points) else { return Vec::new() };
        let held: Vec<bool> = self.rows.iter().map(|row| row.judgement.passed()).collect();
        let mut lines = Vec::new();
        let first = held.iter().position(|held| *held);
        let edge = match first {
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
        lines.extend(wrapped("    ", "    ", &edge));
        if let Some(place) = self.knee() {
            lines.extend(wrapped("    ", "    ", &format!("the curve bends at {}", values[place])));
        }
        lines
    }

    /// The point of the mean furthest from the chord between the ends, both axes scaled to 1 (Satopää 2011); `None` where
    /// nothing bends.
    fn knee(&self) -> Option<usize> {
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
    fn of(point: &RunResult, index: usize) -> Self {
        let nothing = Tally::Nothing(String::new());
        let claim = &point.expectations[index].claim;
        let all: Vec<Seen> =
            point.seeds.iter().map(|run| seen(claim, run.tallies.get(index).unwrap_or(&nothing))).collect();
        let judgement = point.judge().swap_remove(index);
        let first = all.first().cloned().unwrap_or_else(|| seen(claim, &nothing));
        Self { judgement, numbers: all.into_iter().map(|one| one.number).collect(), first }
    }

    fn mean(&self) -> Option<f64> {
        let numbers = self.numbers.iter().copied().collect::<Option<Vec<f64>>>()?;
        (!numbers.is_empty()).then(|| numbers.iter().sum::<f64>() / numbers.len() as f64)
    }

    fn half_width(&self) -> Option<f64> {
        let numbers = self.numbers.iter().copied().collect::<Option<Vec<f64>>>()?;
        Pairs::of(&numbers).map(|pairs| pairs.half_width(0.95))
    }

    /// The seed furthest to the bad side; `None`: it never came, or nothing was measured.
    fn worst(&self) -> Option<f64> {
        let good = self.first.good;
        let numbers = self.numbers.iter().copied().collect::<Option<Vec<f64>>>()?;
        numbers.into_iter().max_by(|a, b| good.badness(*a).total_cmp(&good.badness(*b)))
    }

    fn passing(&self) -> Interval {
        match self.judgement.of_seeds() {
            0 => Interval { low: 0.0, high: 1.0 },
            seeds => Interval::clopper_pearson(self.judgement.passed_seeds(), seeds),
        }
    }

    fn words(&self, seeds: usize) -> String {
        let open = self.passing();
        let share = format!("{} of {seeds}", self.judgement.passed_seeds());
        let interval = format!("({:.0}–{:.0}%)", open.low * 100.0, open.high * 100.0);
        let shown = |number: Option<f64>| number.map_or_else(|| self.missing(), |number| self.first.unit.show(number));
        let passing = padded(&format!("{} {interval}", right(&share, 10)), 22);
        format!("{passing}{}{}", right(&shown(self.mean()), 9), right(&shown(self.worst()), 11))
    }

    fn missing(&self) -> String {
        if self.first.is_measured { "never".to_owned() } else { "–".to_owned() }
    }

    fn fields(&self, sentence: &str) -> Vec<String> {
        let open = self.passing();
        let number = |number: Option<f64>| number.map_or_else(String::new, |number| format!("{number}"));
        let (mean, half) = (self.mean(), self.half_width());
        let end = |sign: f64| number(mean.zip(half).map(|(mean, half)| mean + sign * half));
        let all = || self.numbers.iter().flatten().copied();
        vec![
            sentence.to_owned(),
            self.judgement.word().to_owned(),
            self.judgement.of_seeds().to_string(),
            self.judgement.passed_seeds().to_string(),
            format!("{:.6}", open.low),
            format!("{:.6}", open.high),
            number(mean),
            end(-1.0),
            end(1.0),
            number(all().min_by(f64::total_cmp)),
            number(all().max_by(f64::total_cmp)),
            number(self.first.limit),
            self.first.unit.name().to_owned(),
        ]
    }
}

/// The values, where one path varies.
fn single_axis(points: &[RunResult]) -> Option<Vec<String>> {
    let columns = Columns::of(points);
    let one = columns.paths.len() == 1 && columns.rows.iter().all(|row| !row[0].is_empty());
    one.then(|| columns.rows.into_iter().map(|mut row| row.remove(0)).collect())
}

fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

const FIELDS: [&str; 13] = [
    "sentence",
    "verdict",
    "seeds",
    "held",
    "held_share_low",
    "held_share_high",
    "mean",
    "mean_low",
    "mean_high",
    "min",
    "max",
    "limit",
    "unit",
];
/// Columns for the values of a point, beside what came out.
const ROOM_FOR_VALUES: usize = 34;
const TITLE_WIDTH: usize = 78;
/// Of the chord's height.
const WORTH_NAMING: f64 = 0.15;

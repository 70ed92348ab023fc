//! A sweep in 80 columns, and as CSV: one result for each point, named by its header.

pub(super) mod curve;

use super::csv;
use super::safe::safe;
use super::text::wrap::{cut_front, padded, right, width, with_right, wrapped};
use crate::result::RunResult;
use crate::units;
use curve::{Columns, Curve, Row};

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
        curve.words(points).iter().for_each(|words| lines.extend(wrapped("    ", "    ", &safe(words))));
    }
    for (holds, words) in [(true, "at every point it holds that"), (false, "at no point does it hold that")] {
        let same: Vec<&&Curve> = settled.iter().filter(|curve| curve.rows[0].judgement.passed() == holds).collect();
        if !same.is_empty() {
            lines.extend([String::new(), format!("  {words}")]);
            let mark = if holds { "✔" } else { "✘" };
            for curve in same {
                let nothing = if curve.is_measured() { "" } else { " (nothing was measured)" };
                lines.extend(wrapped(&format!("  {mark} "), "    ", &safe(&format!("{}{nothing}", curve.sentence))));
            }
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
    lines.iter().map(|line| line.iter().map(|field| csv::field(field)).collect::<Vec<_>>().join(",") + "\r\n").collect()
}

impl Curve {
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
}

impl Row {
    fn words(&self, seeds: usize) -> String {
        let share = format!("{} of {seeds}", self.judgement.passed_seeds());
        let passing = padded(&format!("{} ({})", right(&share, 10), self.open()), 22);
        format!("{passing}{}{}", right(&self.shown(self.mean()), 9), right(&self.shown(self.worst()), 11))
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

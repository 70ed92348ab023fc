//! Maps of time and latency: when the slow ones were, and how many; several modes stay visible.

use maud::{Markup, html};

use crate::course::{BUCKETS, BUCKETS_A_COLUMN, Cell, Course, row_begins};
use crate::render::page::case::Case;
use crate::render::page::chart::{Plot, fill};
use crate::render::page::parts::{figure, legend};
use crate::render::page::scale::{Durations, Tick};
use crate::units;

/// Both maps on the same axes, from due and from the request.
pub(super) fn maps(case: &Case, course: &Course) -> Markup {
    let both = || course.due_map.iter().chain(&course.sent_map);
    let (Some(low), Some(high)) = (both().map(|cell| cell.1).min(), both().map(|cell| cell.1).max()) else {
        return html! {};
    };
    let most = both().map(|cell| cell.2).max().unwrap_or(1);
    let rows = Rows { low: usize::from(low), high: usize::from(high).max(usize::from(low) + 3) };
    let map = |cells: &[Cell], caption: &str| {
        let plot = Plot {
            label: format!("{caption}: a map of {} cells by time and duration.", cells.len()),
            height: 170,
            x: case.clock.ticks(),
            y: rows.ticks(),
            marks: &case.marks,
            body: html! { @for shade in 1..=SHADES { (fill(&class(shade), &squares(case, course, cells, rows, shade, most))) } },
        };
        figure(caption, &plot.markup())
    };
    let names: Vec<(String, String)> =
        (1..=SHADES).filter_map(|shade| Some((class(shade), counts(shade, most)?))).collect();
    let mut entries: Vec<(&str, String)> = names.iter().map(|(class, text)| (class.as_str(), text.clone())).collect();
    if let Some((_, last)) = entries.last_mut() {
        last.push_str(if last == "1" { " registration in a cell" } else { " registrations in a cell" });
    }
    html! {
        (map(&course.due_map, "When registrations were done, and how long after they were due"))
        (map(&course.sent_map, "The same from the request: what a per-request tool would have seen"))
        (legend(&entries))
    }
}

/// The rows of both maps.
#[derive(Clone, Copy)]
struct Rows {
    low: usize,
    high: usize,
}

impl Rows {
    fn count(self) -> usize {
        self.high + 1 - self.low
    }

    /// Labels at round durations; rows are even on a logarithmic axis, but for the lowest.
    fn ticks(self) -> Vec<Tick> {
        Durations::exactly(row_begins(self.low).max(row_begins(1) / 2), row_begins(self.high + 1)).ticks
    }
}

/// All cells of one shade as one path; neighbours in a row are one rectangle.
fn squares(case: &Case, course: &Course, cells: &[Cell], rows: Rows, shade: u32, most: u64) -> String {
    let columns = BUCKETS / BUCKETS_A_COLUMN;
    let column = case.clock.share(course.width_ns.saturating_mul(BUCKETS)) * 1000.0 / columns as f64;
    let height = 1000.0 / rows.count() as f64;
    let mut of_shade: Vec<(u8, u16)> =
        cells.iter().filter(|cell| shade_of(cell.2, most) == shade).map(|cell| (cell.1, cell.0)).collect();
    of_shade.sort_unstable();
    let mut path = String::new();
    let mut i = 0;
    while i < of_shade.len() {
        let (row, first) = of_shade[i];
        let mut wide = 1;
        while of_shade.get(i + usize::from(wide)) == Some(&(row, first + wide)) {
            wide += 1;
        }
        let x = (f64::from(first) * column).round();
        let right = (f64::from(first + wide) * column).round();
        let bottom = (1000.0 - (usize::from(row) - rows.low) as f64 * height).round();
        let top = (1000.0 - (usize::from(row) + 1 - rows.low) as f64 * height).round();
        path.push_str(&format!("M{x} {top}H{right}V{bottom}H{x}Z"));
        i += usize::from(wide);
    }
    path
}

/// 1 … 5 on a logarithmic scale of counts.
fn shade_of(count: u64, most: u64) -> u32 {
    (1..=SHADES).find(|shade| count <= up_to(*shade, most)).unwrap_or(SHADES)
}

/// The most samples of a cell of this shade.
fn up_to(shade: u32, most: u64) -> u64 {
    if shade == SHADES {
        most
    } else {
        libm::floor(libm::pow(most as f64, f64::from(shade) / f64::from(SHADES))) as u64
    }
}

fn counts(shade: u32, most: u64) -> Option<String> {
    let from = if shade == 1 { 1 } else { up_to(shade - 1, most) + 1 };
    let to = up_to(shade, most);
    let range = if from == to { units::count(to) } else { format!("{} to {}", units::count(from), units::count(to)) };
    (from <= to).then_some(range)
}

fn class(shade: u32) -> String {
    format!("fill h{shade}")
}

const SHADES: u32 = 5;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shades_are_logarithmic_and_cover_every_count() {
        assert_eq!([1, 10, 11, 100, 99_999, 100_000].map(|count| shade_of(count, 100_000)), [1, 1, 2, 2, 5, 5]);
        assert_eq!([1, 2, 3].map(|count| shade_of(count, 3)), [1, 4, 5]);
        assert_eq!((1..=SHADES).filter_map(|shade| counts(shade, 3)).collect::<Vec<_>>(), ["1", "2", "3"]);
    }
}

//! `In service`: how many endpoints are registered, as a line of blocks over time.

use super::WIDTH;
use super::wrap::{cut, safe, width};
use crate::measurements::{Measurements, OccasionEffect};
use crate::units;

pub(super) fn lines(run: &Measurements, starts_s: u32) -> Vec<String> {
    let series = &run.service;
    let Some(last) = series.levels.last().copied() else { return Vec::new() };
    let whole = series.whole.max(series.levels.iter().copied().max().unwrap_or(0)).max(1);
    let end =
        if last == whole { units::count(whole) } else { format!("{} of {}", units::count(last), units::count(whole)) };
    let columns = WIDTH - LABEL.len() - 1 - end.len();
    let blocks: String = columns_of(&series.levels, columns).map(|level| block(level, whole)).collect();
    let axis = axis(run, starts_s, columns);
    vec![format!("{LABEL}{blocks} {end}"), format!("{}{axis}", " ".repeat(LABEL.len()))]
}

/// The lowest level within each column: a short outage must not fall between two columns.
fn columns_of(levels: &[u64], columns: usize) -> impl Iterator<Item = u64> {
    (0..columns).map(move |column| {
        let from = column * levels.len() / columns;
        let to = ((column + 1) * levels.len() / columns).max(from + 1);
        levels[from..to].iter().copied().min().unwrap_or(0)
    })
}

/// Full only if all are in, empty only if nobody is.
fn block(level: u64, whole: u64) -> char {
    let eighths = if level >= whole { 8 } else { (u128::from(level) * 8 / u128::from(whole)) as usize };
    if level == 0 { ' ' } else { BLOCKS[eighths.max(1) - 1] }
}

/// Clock times below: both ends, and the occasions that cut somebody off, where there is room.
fn axis(run: &Measurements, starts_s: u32, columns: usize) -> String {
    let span_ns = (run.service.levels.len() as u64).saturating_mul(run.service.width_ns).max(1);
    let end = units::clock_minute(starts_s, span_ns);
    let mut axis = units::clock_minute(starts_s, 0);
    for occasion in run.occasions.iter().filter(|occasion| occasion.lost > 0) {
        let column = (u128::from(occasion.at_ns) * columns as u128 / u128::from(span_ns)) as usize;
        let label = label(occasion, starts_s);
        if column > width(&axis) && column + width(&label) + end.len() < columns {
            axis.push_str(&" ".repeat(column - width(&axis)));
            axis.push_str(&label);
        }
    }
    let gap = columns.saturating_sub(width(&axis) + end.len());
    format!("{axis}{}{end}", " ".repeat(gap))
}

fn label(occasion: &OccasionEffect, starts_s: u32) -> String {
    format!("{} {}", units::clock_minute(starts_s, occasion.at_ns), cut(&safe(&occasion.verb), 12))
}

const LABEL: &str = "  In service    ";
const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_all_is_a_full_block_and_only_nobody_is_blank() {
        assert_eq!([0, 1, 999, 1_000].map(|level| block(level, 1_000)), [' ', '▁', '▇', '█']);
    }

    #[test]
    fn a_short_outage_shows() {
        let mut levels = vec![9; 1_000];
        levels[500] = 1;
        assert_eq!(columns_of(&levels, 50).filter(|level| *level == 1).count(), 1);
        assert_eq!(columns_of(&[1, 2], 4).collect::<Vec<_>>(), [1, 1, 2, 2]);
    }
}

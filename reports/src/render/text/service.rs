//! `In service`: how many endpoints are registered, as a line of blocks over time.

use super::WIDTH;
use super::wrap::{cut, width};
use crate::measurements::Measurements;
use crate::render::safe::safe;
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
    let clock = |at_ns| clock(starts_s, at_ns, span_ns);
    let (mut axis, end) = (clock(0), clock(span_ns));
    for occasion in run.occasions.iter().filter(|occasion| occasion.lost > 0) {
        let column = (u128::from(occasion.at_ns) * columns as u128 / u128::from(span_ns)) as usize;
        let label = format!("{} {}", clock(occasion.at_ns), cut(&safe(&occasion.verb), 12));
        if column > width(&axis) && column + width(&label) + end.len() < columns {
            axis.push_str(&" ".repeat(column - width(&axis)));
            axis.push_str(&label);
        }
    }
    let gap = columns.saturating_sub(width(&axis) + end.len());
    format!("{axis}{}{end}", " ".repeat(gap))
}

/// To the minute, and to the second where minutes would hardly differ.
fn clock(starts_s: u32, at_ns: u64, span_ns: u64) -> String {
    if span_ns < TO_THE_SECOND_BELOW_NS {
        units::clock(starts_s, at_ns)[..8].to_owned()
    } else {
        units::clock_minute(starts_s, at_ns)
    }
}

const LABEL: &str = "  In service    ";
const TO_THE_SECOND_BELOW_NS: u64 = 120_000_000_000;
const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_all_is_a_full_block_and_only_nobody_is_blank() {
        assert_eq!([0, 1, 999, 1_000].map(|level| block(level, 1_000)), [' ', '▁', '▇', '█']);
    }

    #[test]
    fn a_short_run_shows_seconds() {
        let second = 1_000_000_000;
        assert_eq!(clock(0, 45 * second, 119 * second), "00:00:45");
        assert_eq!(clock(86_399, 2 * second, 3 * second), "00:00:01");
        assert_eq!(clock(0, 60 * second, 120 * second), "00:01");
    }

    #[test]
    fn a_short_outage_shows() {
        let mut levels = vec![9; 1_000];
        levels[500] = 1;
        assert_eq!(columns_of(&levels, 50).filter(|level| *level == 1).count(), 1);
        assert_eq!(columns_of(&[1, 2], 4).collect::<Vec<_>>(), [1, 1, 2, 2]);
    }
}

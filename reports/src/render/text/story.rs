//! What happened, with the time on the wall.

use super::wrap::{padded, width, wrapped};
use crate::measurements::Moment;
use crate::render::safe::safe;
use crate::units;

pub(super) fn lines(timeline: &[Moment], starts_s: u32, most: usize) -> Vec<String> {
    let longest = timeline.iter().map(|moment| width(&safe(&moment.what))).max().unwrap_or(0).clamp(FEWEST, MOST);
    let mut lines: Vec<String> =
        timeline.iter().take(most).flat_map(|moment| line(moment, starts_s, longest)).collect();
    if timeline.len() > most {
        let more = units::things((timeline.len() - most) as u64, "more moment", "more moments");
        lines.push(format!("  … and {more}"));
    }
    lines
}

fn line(moment: &Moment, starts_s: u32, column: usize) -> Vec<String> {
    let clock = units::clock(starts_s, moment.at_ns);
    let what = safe(&moment.what);
    if width(&what) > column {
        return wrapped(&format!("  {clock}  "), REST, &format!("{what}: {}", safe(&moment.detail)));
    }
    let start = format!("  {clock}  {}", padded(&what, column + 2));
    wrapped(&start, &" ".repeat(width(&start)), &safe(&moment.detail))
}

const FEWEST: usize = 20;
const MOST: usize = 30;
const REST: &str = "            ";

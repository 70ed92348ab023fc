//! A broken invariant: where, what, what happened before, and how to see it again.

use super::sentences::marked;
use super::wrap::{cut, wrapped};
use super::{Fate, Style};
use crate::measurements::{Measurements, Violation};
use crate::render::replay::replay;
use crate::render::safe::safe;
use crate::result::{Header, RunResult, broke_an_invariant};
use crate::units;

pub(super) fn lines(result: &RunResult, style: Style) -> Vec<String> {
    let Some(run) = result.seeds.iter().find(|run| broke_an_invariant(run)) else { return Vec::new() };
    let mut lines = match &run.violation {
        Some(violation) => told(violation, run.seed, &result.header, style),
        None => counted(run, style),
    };
    lines.extend(wrapped("      try   ", "            ", &safe(&replay(&result.header, run.seed))));
    lines
}

fn told(violation: &Violation, seed: u64, header: &Header, style: Style) -> Vec<String> {
    let clock = units::clock(header.starts_s, violation.at_ns);
    let mut lines = marked(style, Fate::Failed, &format!("invariant {} broke at {clock} in seed {seed}", violation.id));
    lines.extend(wrapped("      ", "      ", &safe(&violation.what)));
    let skipped = violation.last_events.len().saturating_sub(LAST_EVENTS);
    let last = violation.last_events.iter().skip(skipped);
    lines.extend(last.map(|event| format!("        {}", cut(&safe(event), 72))));
    lines
}

fn counted(run: &Measurements, style: Style) -> Vec<String> {
    let broken = run.invariants.iter().filter(|invariant| invariant.violations > 0);
    let words = broken.map(|invariant| {
        let times = units::things(invariant.violations, "time", "times");
        format!("invariant {} broke {times} in seed {}", invariant.id, run.seed)
    });
    words.flat_map(|words| marked(style, Fate::Failed, &words)).collect()
}

const LAST_EVENTS: usize = 6;

//! A broken invariant: where, what, what happened before, and how to see it again.

use super::sentences::marked;
use super::wrap::{cut, safe, wrapped};
use super::{Fate, Style};
use crate::measurements::{Measurements, Violation};
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

/// The command that runs this seed again.
pub(super) fn replay(header: &Header, seed: u64) -> String {
    let mut command = format!("pbxsim run {}", quoted(&header.file));
    for set in &header.overrides {
        command.push_str(&format!(" --set {}", quoted(set)));
    }
    if let Some(variant) = &header.variant {
        command.push_str(&format!(" --variant {}", quoted(variant)));
    }
    format!("{command} --seed {seed}")
}

/// As a shell reads it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

const LAST_EVENTS: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_replay_survives_a_shell() {
        let header = Header {
            file: "my rush.yaml".to_owned(),
            overrides: vec!["lasts=5 min".to_owned(), "seed=1".to_owned()],
            variant: Some("it's".to_owned()),
            ..Header::default()
        };
        let command = replay(&header, 7);
        assert_eq!(command, r"pbxsim run 'my rush.yaml' --set 'lasts=5 min' --set seed=1 --variant 'it'\''s' --seed 7");
    }
}

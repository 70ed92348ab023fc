//! A small summary to commit beside a scenario: what a change in behaviour would move, and nothing of the machine.
//!
//! One fact a line, in a fixed order, so that a difference is read without help.

use crate::contention::Contention;
use crate::measurements::Measurements;
use crate::render::judged::{Fate, Judged};
use crate::render::safe::safe;
use crate::render::text::closing;
use crate::render::text::latencies::cells;
use crate::run_file::RunFile;
use crate::units;

/// All results, in order.
pub fn render(run: &RunFile) -> String {
    let mut lines = vec![HEAD.to_owned()];
    for result in &run.results {
        lines.push(String::new());
        lines.extend(of_one(&Judged::new(result)));
    }
    lines.iter().map(|line| format!("{}\n", line.trim_end())).collect()
}

fn of_one(judged: &Judged) -> Vec<String> {
    let header = &judged.result.header;
    let name = header.file.rsplit(['/', '\\']).next().unwrap_or_default();
    let variant = header.variant.iter().map(|variant| format!(", variant {variant}"));
    let sets = header.overrides.iter().map(|set| format!(", --set {set}"));
    let title: String = std::iter::once(name.to_owned()).chain(variant).chain(sets).collect();
    let seeds = closing::seeds(judged.result);
    let mut lines = vec![format!("{}: {}, {seeds}", safe(&title), judged.verdict.name())];
    for judgement in &judged.judgements {
        let word = match Fate::of(judgement) {
            Fate::Held => "holds",
            Fate::Failed => "fails",
            Fate::Open => "open",
            Fate::NotJudged => "not judged",
        };
        let (held, of) = (judgement.passed_seeds(), judgement.of_seeds());
        lines.push(format!("  {word} ({held} of {of}): {}", safe(&judgement.sentence)));
        lines.extend(judgement.notes.first().map(|note| format!("    {}", safe(note))));
    }
    lines.extend(judged.result.first().into_iter().flat_map(of_run));
    lines
}

/// What the first seed measured.
fn of_run(run: &Measurements) -> Vec<String> {
    let counts = &run.counts;
    let mut lines = vec![
        format!("  endpoints {}", units::count(counts.endpoints)),
        format!("  registrations {}", units::count(counts.registrations)),
        format!("  calls answered {}", units::count(counts.calls)),
    ];
    for stock in &run.stocks {
        let sum = Contention::of_one(stock);
        if sum.attempts == 0 && sum.high_water == 0 {
            continue;
        }
        let pool = sum.pool.map_or_else(|| "unlimited".to_owned(), units::count);
        let peak = units::count(sum.high_water);
        let refused = units::count(sum.refused());
        let name = format!("{} at {}, {}", stock.feature, stock.node, stock.kind);
        lines.push(format!("  {}: peak {peak} of {pool}, {refused} refused", safe(&name)));
    }
    for named in &run.latencies {
        let [n, p50, p90, p99, _, max] = cells(named);
        let label = safe(&named.label);
        lines.push(format!("  {label}: n {n}, p50 {p50}, p90 {p90}, p99 {p99}, max {max}"));
    }
    for node in run.nodes.iter().filter(|node| node.requests > 0) {
        let (requests, wait) = (units::count(node.requests), units::duration(node.longest_wait_ns));
        lines.push(format!("  {}: {requests} requests, longest wait {wait}", safe(&node.node)));
    }
    lines
}

/// The first line of every summary.
pub const HEAD: &str = "# pbxsim summary: to be committed; run --expect-summary tells what has changed";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::hostile::{HOSTILE, hostile};
    use crate::sample;

    #[test]
    fn a_summary_has_a_fact_a_line_and_nothing_of_the_machine() {
        let mut result = sample::failing();
        let text = render(&RunFile { results: vec![result.clone()] });
        insta::assert_snapshot!(text);
        (result.header.wall_s, result.header.host.cores, result.header.file) =
            (99.0, 64, format!("/elsewhere/{}", result.header.file));
        assert_eq!(render(&RunFile { results: vec![result] }), text);
    }

    #[test]
    fn hostile_names_add_no_line() {
        let plain = render(&RunFile { results: vec![hostile("x")] });
        for text in HOSTILE {
            let shown = render(&RunFile { results: vec![hostile(text)] });
            assert_eq!(shown.lines().count(), plain.lines().count(), "{shown}");
            assert!(!shown.contains(|c: char| c.is_control() && c != '\n'), "{shown:?}");
        }
    }
}

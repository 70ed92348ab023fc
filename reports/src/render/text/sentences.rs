//! The sentences with their verdicts, what was measured below each.

use super::wrap::{safe, wrapped};
use super::{Detail, Style};
use crate::verdict::Judgement;

pub(super) fn lines(judgements: &[Judgement], style: Style, detail: Detail) -> Vec<String> {
    let (mut passed, mut failed) = (0, 0);
    let mut lines = Vec::new();
    for judgement in judgements {
        let (seen, allowed) =
            if judgement.passed() { (&mut passed, detail.passed) } else { (&mut failed, detail.failed) };
        *seen += 1;
        if *seen <= allowed {
            lines.extend(block(judgement, style, detail));
        }
    }
    lines.extend(rest(passed, detail.passed, style.mark(true), ["sentence holds", "sentences hold"]));
    lines.extend(rest(failed, detail.failed, style.mark(false), ["sentence fails", "sentences fail"]));
    lines
}

/// `✔ 12 more sentences hold`.
fn rest(seen: usize, allowed: usize, mark: String, words: [&str; 2]) -> Option<String> {
    let left = seen.saturating_sub(allowed);
    let more = if allowed == 0 { "" } else { " more" };
    (left > 0).then(|| format!("  {mark} {left}{more} {}", words[usize::from(left > 1)]))
}

fn block(judgement: &Judgement, style: Style, detail: Detail) -> Vec<String> {
    let mut lines = marked(style, judgement.passed(), &judgement.sentence);
    if judgement.passed() && !detail.notes_of_passed && judgement.fragile.is_none() {
        return lines;
    }
    judgement.notes.iter().for_each(|note| lines.extend(wrapped("      ", "      ", &safe(note))));
    if let Some(why) = &judgement.why {
        lines.extend(wrapped("      why   ", "            ", &safe(why)));
    }
    if let Some(fragile) = &judgement.fragile {
        lines.extend(wrapped("      fragile: ", "      ", &safe(fragile)));
    }
    lines
}

/// A sentence behind its mark.
pub(super) fn marked(style: Style, passed: bool, sentence: &str) -> Vec<String> {
    let mut lines = wrapped("    ", "    ", &safe(sentence));
    // The mark is put in after wrapping: its colour has no width.
    lines[0].replace_range(2..3, &style.mark(passed));
    lines
}

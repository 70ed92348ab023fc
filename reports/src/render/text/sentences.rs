//! The sentences with their verdicts, what was measured below each.

use super::wrap::{width, wrapped};
use super::{Detail, Fate, Judged, Style, WIDTH};
use crate::render::replay::replay;
use crate::render::safe::safe;
use crate::result::RunResult;
use crate::verdict::Judgement;

pub(super) fn lines(judged: &Judged, style: Style, detail: Detail) -> Vec<String> {
    let (mut passed, mut failed, mut undecided, mut open) = (0, 0, 0, 0);
    let mut lines = Vec::new();
    for judgement in &judged.judgements {
        let (seen, allowed) = match Fate::of(judgement) {
            Fate::Held => (&mut passed, detail.passed),
            Fate::Failed => (&mut failed, detail.failed),
            Fate::Open => (&mut undecided, detail.failed),
            Fate::NotJudged => (&mut open, detail.passed),
        };
        *seen += 1;
        if *seen <= allowed {
            lines.extend(block(judgement, judged.result, style, detail));
        }
    }
    lines.extend(rest(passed, detail.passed, style.mark(Fate::Held), ["sentence holds", "sentences hold"]));
    lines.extend(rest(failed, detail.failed, style.mark(Fate::Failed), ["sentence fails", "sentences fail"]));
    lines.extend(rest(
        undecided,
        detail.failed,
        style.mark(Fate::Open),
        ["sentence not decided", "sentences not decided"],
    ));
    lines.extend(rest(
        open,
        detail.passed,
        style.mark(Fate::NotJudged),
        ["sentence not judged", "sentences not judged"],
    ));
    lines
}

/// `✔ 12 more sentences hold`.
fn rest(seen: usize, allowed: usize, mark: String, words: [&str; 2]) -> Option<String> {
    let left = seen.saturating_sub(allowed);
    let more = if allowed == 0 { "" } else { " more" };
    (left > 0).then(|| format!("  {mark} {left}{more} {}", words[usize::from(left > 1)]))
}

fn block(judgement: &Judgement, result: &RunResult, style: Style, detail: Detail) -> Vec<String> {
    let fate = Fate::of(judgement);
    let mut lines = marked(style, fate, &judgement.sentence);
    if fate == Fate::NotJudged {
        lines.push("      not judged".to_owned());
        return lines;
    }
    if judgement.passed() && !detail.notes_of_passed && judgement.fragile.is_none() {
        return lines;
    }
    judgement.notes.iter().for_each(|note| lines.extend(wrapped("      ", "      ", &safe(note))));
    if let Some(why) = &judgement.why {
        lines.extend(wrapped("      why   ", "            ", &safe(why)));
    }
    let told = result.first().map(|run| run.seed);
    if let Some(seed) = judgement.failed_seed.filter(|seed| Some(*seed) != told) {
        lines.extend(wrapped("      see   ", "            ", &safe(&replay(&result.header, seed))));
    }
    if let Some(fragile) = &judgement.fragile {
        lines.extend(wrapped("      fragile: ", "      ", &safe(fragile)));
    }
    lines
}

/// A sentence behind its mark.
pub(super) fn marked(style: Style, fate: Fate, sentence: &str) -> Vec<String> {
    let sentence = safe(sentence);
    // A sentence too long for a line breaks before its suffix, as in the manual.
    let mut lines = match sentence.find(SUFFIX).filter(|_| 4 + width(&sentence) > WIDTH) {
        Some(at) => [wrapped("    ", "    ", &sentence[..at]), wrapped("    ", "    ", &sentence[at..])].concat(),
        None => wrapped("    ", "    ", &sentence),
    };
    // The mark is put in after wrapping: its colour has no width.
    lines[0].replace_range(2..3, &style.mark(fate));
    lines
}

const SUFFIX: &str = " in at least ";

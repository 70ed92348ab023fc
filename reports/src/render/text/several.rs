//! Several results: variants in a line each and the story of the first that fails; files in one table.

use super::wrap::{cut, cut_front, padded, width, wrapped};
use super::{Fate, Judged, LINES, Style, TITLE_WIDTH, WIDTH, closing, shortened, wrap};
use crate::render::safe::safe;
use crate::result::Verdict;
use crate::units;

/// Variants of one file.
pub(super) fn variants(judged: &[Judged], style: Style) -> Vec<String> {
    let Some(told) = judged.iter().find(|one| one.verdict != Verdict::Pass).or(judged.first()) else {
        return Vec::new();
    };
    let name = |one: &Judged| cut(&safe(one.result.header.variant.as_deref().unwrap_or("(no variant)")), LONGEST_NAME);
    let title = safe(&told.result.header.title);
    let mut lines = overall(&title, judged, style);
    lines.extend(table(judged, style, ROWS_OF_VARIANTS, name));
    lines.push(String::new());
    let room = (LINES - closing::LAST_LINES).saturating_sub(lines.len());
    lines.extend(shortened(told, style, room));
    lines
}

/// Several files.
pub(super) fn files(judged: &[Judged], style: Style) -> Vec<String> {
    let name = |one: &Judged| {
        let header = &one.result.header;
        file_name(&safe(&header.file), header.variant.as_ref().map(|variant| safe(variant)))
    };
    let passed = judged.iter().filter(|one| one.verdict == Verdict::Pass).count();
    let title = format!("{} of {} passed", units::count(passed as u64), units::count(judged.len() as u64));
    let mut lines = overall(&title, judged, style);
    lines.extend(table(judged, style, ROWS_OF_FILES, name));
    lines
}

/// Path and variant in the columns a name has: the front of the path gives way, and the variant stays.
fn file_name(path: &str, variant: Option<String>) -> String {
    let variant = variant.map_or_else(String::new, |variant| format!(": {variant}"));
    let variant = cut(&variant, LONGEST_NAME - SHORTEST_PATH.min(width(path)));
    format!("{}{variant}", cut_front(path, LONGEST_NAME - width(&variant)))
}

/// A title with the verdict over all, and a blank line.
fn overall(title: &str, judged: &[Judged], style: Style) -> Vec<String> {
    let verdict = Verdict::worst(judged.iter().map(|one| one.verdict));
    let word = match verdict {
        Verdict::CantTell => "CAN'T TELL".to_owned(),
        verdict => verdict.name().to_uppercase(),
    };
    vec![wrap::with_right(title, &word, TITLE_WIDTH, |word| style.verdict(word, verdict)), String::new()]
}

/// Mark, name, verdict and the first sentence that failed; those that passed give way if there are too many.
fn table(judged: &[Judged], style: Style, rows: usize, name: impl Fn(&Judged) -> String) -> Vec<String> {
    let column = judged.iter().map(|one| width(&name(one))).max().unwrap_or(0);
    let (failed, passed): (Vec<&Judged>, Vec<&Judged>) = judged.iter().partition(|one| one.verdict != Verdict::Pass);
    let room_for_passed = rows.saturating_sub(failed.len());
    let hidden = passed.len().saturating_sub(room_for_passed) + failed.len().saturating_sub(rows);
    let (mut seen_passed, mut seen_failed) = (0, 0);
    let mut lines = Vec::new();
    for one in judged {
        let (seen, room) = match one.verdict {
            Verdict::Pass => (&mut seen_passed, room_for_passed),
            Verdict::CantTell | Verdict::Fail | Verdict::Invalid => (&mut seen_failed, rows),
        };
        *seen += 1;
        if *seen <= room {
            lines.extend(row(one, style, &padded(&name(one), column), judged.len() <= FEW_ROWS));
        }
    }
    if hidden > 0 {
        lines.extend(wrapped("  ", "  ", &format!("… and {hidden} more")));
    }
    lines
}

/// With a reason that is too long below its row, if there is room for that.
fn row(one: &Judged, style: Style, name: &str, room_below: bool) -> Vec<String> {
    let fate = match one.verdict {
        Verdict::Pass => Fate::Held,
        Verdict::CantTell => Fate::Open,
        Verdict::Fail | Verdict::Invalid => Fate::Failed,
    };
    let start = format!("{} {name}", style.mark(fate));
    let verdict = style.verdict(one.word(), one.verdict);
    let blanks = " ".repeat(7_usize.saturating_sub(one.word().len()));
    let used = 2 + 2 + width(name) + 2 + 7 + 2;
    let reason = safe(&reason(one));
    let row = format!("  {start}  {verdict}{blanks}");
    let below = wrapped("      ", "      ", &reason);
    if room_below && used + width(&reason) > WIDTH && below.len() <= LINES_BELOW {
        return [vec![row], below].concat();
    }
    vec![format!("{row}  {}", cut(&reason, WIDTH.saturating_sub(used)))]
}

/// What failed first, or how many sentences held.
fn reason(one: &Judged) -> String {
    if let Some(run) = one.result.seeds.iter().find(|run| crate::result::broke_an_invariant(run)) {
        return format!("an invariant broke in seed {}", run.seed);
    }
    if one.verdict == Verdict::Invalid {
        return "not everything was run".to_owned();
    }
    let failed = one.judgements.iter().find(|judgement| !judgement.passed());
    failed.map_or_else(
        || {
            let fragile = one.judgements.iter().filter(|judgement| judgement.fragile.is_some()).count();
            let note = if fragile > 0 { format!(", {fragile} fragile") } else { String::new() };
            let sentences = units::things(one.judgements.len() as u64, "sentence holds", "sentences hold");
            format!("{sentences}{note}")
        },
        |judgement| judgement.sentence.clone(),
    )
}

const LONGEST_NAME: usize = 40;
const SHORTEST_PATH: usize = 12;
const ROWS_OF_VARIANTS: usize = 12;
const FEW_ROWS: usize = 8;
const LINES_BELOW: usize = 2;
const ROWS_OF_FILES: usize = 36;

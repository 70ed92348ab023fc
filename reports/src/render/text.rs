//! The summary of a run: 80 columns, at most 45 lines, the verdict first and in the file's own sentences.
//!
//! Everything is drafted whole and then shortened in steps until it fits: what passed gives way before what failed.

mod breach;
mod calls;
pub(in crate::render) mod closing;
pub(in crate::render) mod latencies;
pub(in crate::render) mod search;
mod sentences;
mod service;
mod several;
mod story;
pub(in crate::render) mod wrap;

use crate::render::json::by_file;
use crate::render::judged::{Fate, Judged, finished};
use crate::render::safe::safe;
use crate::render::sweep;
use crate::result::Verdict;
use crate::run_file::RunFile;
use crate::search::Search;
use crate::verdict::Stopping;

/// How the summary looks.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Style {
    /// Colours marks and verdicts by ANSI sequences; nothing else.
    pub colour: bool,
}

/// A command that exists and fits as the next thing to type.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Next {
    /// The command line.
    pub command: String,
    /// What it is good for; may be empty.
    pub note: String,
}

/// What the caller knows and the run file does not.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Options {
    /// How it looks.
    pub style: Style,
    /// Where the run file lies, if it was written.
    pub path: Option<String>,
    /// What to type next; only commands that exist.
    pub next: Vec<Next>,
}

/// The summary, with a line end after each line.
pub fn render(run: &RunFile, options: &Options) -> String {
    if run.is_sweep() {
        return sweep::text(&run.results, options.path.as_deref());
    }
    let judged: Vec<Judged> = run.results.iter().map(Judged::new).collect();
    let files = by_file(&run.results).len();
    let mut lines = match judged.as_slice() {
        _ if files > 1 => several::files(&judged, options.style),
        [one] if one.result.header.variant.is_none() => shortened(one, options.style, LINES - closing::LAST_LINES),
        _ => several::variants(&judged, options.style),
    };
    let last = closing::last(options);
    lines.truncate(LINES.saturating_sub(last.len()));
    lines.extend(last);
    lines.iter().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// How much of the whole is told.
#[derive(Clone, Copy)]
struct Detail {
    notes_of_passed: bool,
    passed: usize,
    failed: usize,
    moments: usize,
    rows: usize,
    features: usize,
    /// The test set-up of searches.
    setup: bool,
}

/// The whole story of one result in so many lines at most.
fn shortened(judged: &Judged, style: Style, room: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for detail in DETAILS {
        lines = drafted(judged, style, detail);
        if lines.len() <= room {
            break;
        }
    }
    lines.truncate(room);
    lines
}

fn drafted(judged: &Judged, style: Style, detail: Detail) -> Vec<String> {
    let mut blocks = vec![vec![title(judged, style)], interrupted(judged)];
    let mut sentences = breach::lines(judged.result, style);
    sentences.extend(sentences::lines(judged, style, detail));
    blocks.push(sentences);
    if let (Some(run), true) = (judged.result.first(), detail.setup) {
        blocks.push(search::report(&run.searches));
    }
    if let Some(run) = judged.result.first() {
        let starts_s = judged.result.header.starts_s;
        blocks.push(service::lines(run, starts_s));
        blocks.push(story::lines(&run.timeline, starts_s, detail.moments));
        // Of trials at all rates, passed and failed, they say nothing.
        if run.searches.is_empty() {
            blocks.push(latencies::lines(&run.latencies, detail.rows));
        }
        let mut closing = search::lines(&run.searches);
        closing.extend(closing::failovers(run, detail.features.min(2)));
        closing.extend(calls::lines(run, detail.features));
        closing.extend(closing::licences(run, detail.features));
        closing.extend(closing::trust(judged.result));
        blocks.push(closing);
    }
    let mut lines = Vec::new();
    for block in blocks.into_iter().filter(|block| !block.is_empty()) {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.extend(block);
    }
    lines
}

fn title(judged: &Judged, style: Style) -> String {
    let header = &judged.result.header;
    // Variants stand under a title of their own.
    let title =
        safe(&header.variant.as_ref().map_or_else(|| header.title.clone(), |variant| format!("Variant {variant}")));
    wrap::with_right(&title, judged.word(), TITLE_WIDTH, |word| style.verdict(word, judged.verdict))
}

fn interrupted(judged: &Judged) -> Vec<String> {
    let header = &judged.result.header;
    if !header.partial {
        return Vec::new();
    }
    let seeds = if header.seeds_wanted == 1 { "seed" } else { "seeds" };
    let finished = finished(judged.result).count();
    let most = if header.stopping == Stopping::Fixed { "" } else { "at most " };
    vec![format!("  interrupted after {finished} of {most}{} {seeds}: no verdict", header.seeds_wanted)]
}

impl Style {
    fn verdict(self, word: &str, verdict: Verdict) -> String {
        match verdict {
            Verdict::Pass => self.green(word),
            Verdict::CantTell => word.to_owned(),
            Verdict::Fail | Verdict::Invalid => self.red(word),
        }
    }

    fn mark(self, fate: Fate) -> String {
        match fate {
            Fate::Held => self.green("✔"),
            Fate::Failed => self.red("✘"),
            Fate::Open => "?".to_owned(),
            Fate::NotJudged => "·".to_owned(),
        }
    }

    fn green(self, text: &str) -> String {
        self.ansi("32", text)
    }

    fn red(self, text: &str) -> String {
        self.ansi("31", text)
    }

    fn ansi(self, code: &str, text: &str) -> String {
        if self.colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// What searches found: the report of RFC 7502 §5, then a sentence about each; for runs that have no run file.
pub fn of_searches(searches: &[Search]) -> Vec<String> {
    let mut lines = search::report(searches);
    lines.push(String::new());
    lines.extend(search::lines(searches));
    lines
}

pub(in crate::render) const WIDTH: usize = 80;
const TITLE_WIDTH: usize = 78;
const LINES: usize = 45;
const ALL: Detail = Detail {
    notes_of_passed: true,
    passed: usize::MAX,
    failed: usize::MAX,
    moments: 16,
    rows: usize::MAX,
    features: 3,
    setup: true,
};
const DETAILS: [Detail; 7] = [
    ALL,
    Detail { moments: 8, ..ALL },
    Detail { moments: 6, rows: 4, ..ALL },
    Detail { moments: 6, rows: 4, notes_of_passed: false, ..ALL },
    Detail { moments: 6, rows: 4, notes_of_passed: false, passed: 4, ..ALL },
    Detail { moments: 5, rows: 3, notes_of_passed: false, passed: 0, features: 1, setup: false, ..ALL },
    Detail { moments: 3, rows: 1, notes_of_passed: false, passed: 0, failed: 3, features: 1, setup: false },
];

#[cfg(test)]
#[path = "text/tests.rs"]
mod tests;

//! What is wrong with a sentence: where, why, and what to write instead.

use std::fmt;

/// A mistake in one sentence.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SentenceError {
    /// Where it begins, in bytes of the text given to the parser.
    pub offset: usize,
    /// How many bytes the caret underlines.
    pub len: usize,
    /// The cause, in the user's words.
    pub message: String,
    /// The cure: the nearest word, the names there are, or the template.
    pub advice: String,
}

impl SentenceError {
    /// A mistake at `span`.
    pub(super) fn new(span: Span, message: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { offset: span.offset, len: span.len, message: message.into(), advice: advice.into() }
    }

    /// Something the language has and this version has not; `what` brings its verb: `calls come`.
    pub(super) fn not_yet(span: Span, what: &str) -> Self {
        Self::new(span, format!("not yet: {what} in a later version"), "leave this sentence out for now")
    }
}

impl fmt::Display for SentenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({})", self.offset, self.message, self.advice)
    }
}

impl std::error::Error for SentenceError {}

/// A piece of the text, in bytes.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Span {
    /// Where it begins.
    pub(super) offset: usize,
    /// Its length.
    pub(super) len: usize,
}

impl Span {
    /// From the beginning of `self` to the end of `last`.
    pub(super) fn to(self, last: Self) -> Self {
        Self { offset: self.offset, len: (last.offset + last.len).saturating_sub(self.offset) }
    }
}

/// The candidate nearest to `word`, if one is near: at most a third of its letters differ (case aside).
pub(super) fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let letters = word.chars().count();
    if !(3..=LONGEST).contains(&letters) {
        return None;
    }
    let lower = word.to_lowercase();
    candidates
        .into_iter()
        .filter(|candidate| candidate.len() <= LONGEST)
        .map(|candidate| (strsim::damerau_levenshtein(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= letters / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// `word` in quotes, cut where a message would become unreadable.
pub(super) fn quoted(word: &str) -> String {
    let mut letters = word.chars();
    let head: String = letters.by_ref().take(LONGEST).collect();
    let dots = if letters.next().is_some() { "…" } else { "" };
    format!("\"{head}{dots}\"")
}

/// `a, b or c`, at most a dozen of them.
pub(super) fn one_of<'c>(words: impl IntoIterator<Item = &'c str>) -> String {
    let all: Vec<&str> = words.into_iter().collect();
    match all.as_slice() {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [most @ .., last] if all.len() <= SHOWN => format!("{} or {last}", most.join(", ")),
        _ => format!("{}, …", all[..SHOWN].join(", ")),
    }
}

/// Letters of a word that a message repeats, and that are worth comparing.
const LONGEST: usize = 60;
/// Names that a message lists.
const SHOWN: usize = 12;

//! Everything wrong with a scenario, with places: errors keep it from running, warnings do not.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{Sources, Span};

/// At most so many are shown; the rest is counted.
pub(crate) const SHOWN: usize = 100;

/// All mistakes of one file (and its `--set`s), in the order of the text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Diagnostics {
    pub(crate) sources: Sources,
    pub(crate) path: String,
    pub(crate) list: Vec<Diagnostic>,
    /// Found besides, but not kept.
    pub(crate) dropped: usize,
}

/// How bad.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Severity {
    /// Nothing runs.
    Error,
    /// It runs, but perhaps not as meant.
    Warning,
}

/// One mistake.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Diagnostic {
    pub(crate) severity: Severity,
    pub(crate) span: Span,
    /// What is wrong.
    pub(crate) message: String,
    /// How to cure it, beside the caret; may be empty.
    pub(crate) advice: String,
    /// Arithmetic or context below the snippet; may be empty.
    pub(crate) note: String,
}

/// One mistake, for machines.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Place<'a> {
    /// File as given, or `the command line`.
    pub file: &'a str,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// Error or warning.
    pub severity: Severity,
    /// What is wrong.
    pub message: &'a str,
    /// How to cure it; may be empty.
    pub advice: &'a str,
}

impl Diagnostics {
    pub(crate) fn new(path: &str, sources: Sources, mut list: Vec<Diagnostic>, dropped: usize) -> Self {
        list.sort_by_key(|one| (one.span.source, one.span.start, one.severity));
        let mut seen = BTreeSet::new();
        list.retain(|one| seen.insert((one.span, one.message.clone())));
        Self { sources, path: path.to_owned(), list, dropped }
    }

    /// Whether anything keeps the file from running.
    pub fn is_error(&self) -> bool {
        self.count(Severity::Error) > 0
    }

    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many of this severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.list.iter().filter(|one| one.severity == severity).count()
    }

    /// All of them, in the order of the text.
    pub fn places(&self) -> impl Iterator<Item = Place<'_>> {
        self.list.iter().map(|one| {
            let position = self.sources.position(one.span);
            Place {
                file: self.sources.name(one.span),
                line: position.line,
                column: position.column,
                severity: one.severity,
                message: &one.message,
                advice: if one.advice.is_empty() { &one.note } else { &one.advice },
            }
        })
    }
}

impl Diagnostic {
    pub(crate) fn error(span: Span, message: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { severity: Severity::Error, span, message: message.into(), advice: advice.into(), note: String::new() }
    }

    pub(crate) fn warning(span: Span, message: impl Into<String>, note: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, span, message: message.into(), advice: String::new(), note: note.into() }
    }
}

/// More are only counted.
const KEPT: usize = 10_000;

/// Where mistakes are collected while a file is read.
#[derive(Debug, Default)]
pub(crate) struct Report {
    list: Vec<Diagnostic>,
    errors: usize,
    dropped: usize,
    /// A block that declares names cannot be read: which names there are is not known.
    blind: bool,
    /// Entries whose keys or values are wrong, by start: what follows from them is not said too.
    tainted: BTreeMap<(u16, u32), u32>,
}

impl Report {
    /// A mistake in what is written.
    pub(crate) fn error(&mut self, span: Span, message: impl Into<String>, advice: impl Into<String>) {
        self.errors += 1;
        self.keep(Diagnostic::error(span, message, advice));
    }

    /// A mistake in what it means: not said inside an entry that is already wrong.
    pub(crate) fn meaning(&mut self, span: Span, message: impl Into<String>, advice: impl Into<String>) {
        if !self.is_tainted(span) {
            self.error(span, message, advice);
        }
    }

    /// A name that nothing has: not said while a block that declares names cannot be read.
    pub(crate) fn unnamed(&mut self, span: Span, message: impl Into<String>, advice: impl Into<String>) {
        if !self.blind {
            self.meaning(span, message, advice);
        }
    }

    /// From now on nothing is said about names that nothing has.
    pub(crate) fn blind(&mut self) {
        self.blind = true;
    }

    /// Whether names are missing.
    pub(crate) fn is_blind(&self) -> bool {
        self.blind
    }

    /// Something odd; never said about an entry that is wrong anyway.
    pub(crate) fn warning(&mut self, span: Span, message: impl Into<String>, note: impl Into<String>) {
        if !self.is_tainted(span) {
            self.keep(Diagnostic::warning(span, message, note));
        }
    }

    fn keep(&mut self, one: Diagnostic) {
        if self.list.len() < KEPT {
            self.list.push(one);
        } else {
            self.dropped += 1;
        }
    }

    /// From now on nothing is said about the meaning of what lies within.
    pub(crate) fn taint(&mut self, entry: Span) {
        self.tainted.insert((entry.source, entry.start), entry.end);
    }

    /// Whether `span` lies in an entry that is wrong.
    pub(crate) fn is_tainted(&self, span: Span) -> bool {
        let before = self.tainted.range(..=(span.source, span.start)).next_back();
        before.is_some_and(|((source, _), end)| *source == span.source && span.start < *end)
    }

    /// Whether more is only counted.
    pub(crate) fn is_full(&self) -> bool {
        self.list.len() >= KEPT
    }

    /// Errors so far.
    pub(crate) fn errors(&self) -> usize {
        self.errors
    }

    /// An empty one that keeps silent about the same entries.
    pub(crate) fn apart(&self) -> Self {
        Self { tainted: self.tainted.clone(), blind: self.blind, ..Self::default() }
    }

    /// What was said so far.
    pub(crate) fn list(&self) -> &[Diagnostic] {
        &self.list
    }

    /// The same, said otherwise.
    pub(crate) fn map(mut self, say: impl Fn(Diagnostic) -> Diagnostic) -> Self {
        self.list = self.list.into_iter().map(say).collect();
        self
    }

    /// What another report said, besides.
    pub(crate) fn absorb(&mut self, other: Self) {
        self.errors += other.errors;
        self.dropped += other.dropped;
        other.list.into_iter().for_each(|one| self.keep(one));
    }

    /// All that was said, with the texts it is about.
    pub(crate) fn finish(self, path: &str, sources: Sources) -> Diagnostics {
        Diagnostics::new(path, sources, self.list, self.dropped)
    }
}

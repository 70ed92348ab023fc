//! Mistakes that only a variant makes: said with its name, at its own line.

use std::collections::BTreeSet;

use crate::diagnostics::{Diagnostic, Report, Severity};
use crate::source::{Sources, Span};
use crate::yaml::{Node, Pair};

/// What is said about the file as it stands, to tell apart what a variant adds.
pub(crate) struct Common<'a> {
    file: &'a Node,
    sources: &'a Sources,
    said: BTreeSet<(Span, String)>,
}

impl<'a> Common<'a> {
    /// `file`, and the reports about it.
    pub(crate) fn new(file: &'a Node, sources: &'a Sources, reports: &[&Report]) -> Self {
        let said = reports.iter().flat_map(|report| report.list()).map(|one| (one.span, one.message.clone()));
        Self { file, sources, said: said.collect() }
    }

    /// Hands on what was said about a variant.
    pub(crate) fn hand_on(&self, about: Report, variant: &Pair, report: &mut Report) {
        report.absorb(about.map(|one| self.named(one, variant)));
    }

    fn named(&self, mut one: Diagnostic, variant: &Pair) -> Diagnostic {
        let own = Span { end: variant.value.span.end, ..variant.key_span };
        if own.contains(one.span) || self.said.contains(&(one.span, one.message.clone())) {
            return one;
        }
        one.message = format!("in variant {}: {}", variant.key, one.message);
        let overrides = variant.value.get("set").map(Node::pairs).unwrap_or_default();
        if one.severity == Severity::Error
            && one.span.source == own.source
            && let Some(cause) = self.cause(one.span, overrides)
        {
            let elsewhere = self.sources.position(one.span).line;
            if one.note.is_empty() && elsewhere != self.sources.position(cause.key_span).line {
                one.note = format!("together with line {elsewhere}");
            }
            one.span = Span { end: cause.value.span.end.max(cause.key_span.end), ..cause.key_span };
        }
        one
    }

    /// The override nearest to what is wrong: the longest common path; else one that concerns the whole run, such as
    /// `lasts`; the first among equals.
    fn cause<'p>(&self, wrong: Span, overrides: &'p [Pair]) -> Option<&'p Pair> {
        let path = path_to(self.file, wrong);
        let common = |pair: &Pair| pair.key.split('.').zip(&path).take_while(|(typed, key)| typed == *key).count();
        overrides.iter().rev().max_by_key(|pair| (common(pair), !pair.key.contains('.')))
    }
}

/// Keys on the way to a place; timeline entries by their name.
fn path_to(tree: &Node, span: Span) -> Vec<&str> {
    let mut path = Vec::new();
    let mut node = tree;
    loop {
        let pair = node.pairs().iter().find(|pair| {
            let whole = Span { end: pair.value.span.end.max(pair.key_span.end), ..pair.key_span };
            whole.contains(span)
        });
        let item = node.items().iter().find(|item| item.span.contains(span));
        node = match (pair, item) {
            (Some(pair), _) => {
                path.push(pair.key.as_str());
                &pair.value
            }
            (None, Some(item)) => {
                path.push(item.get("called").and_then(Node::text).unwrap_or(""));
                item
            }
            (None, None) => return path,
        };
    }
}

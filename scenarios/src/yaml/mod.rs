//! YAML, as much as the language needs: a tree in which every key and value knows its place.

mod complaint;
mod reader;
mod writer;

use crate::source::{Sources, Span};

pub(crate) use reader::{MAX_BYTES, read};
pub(crate) use writer::{flow, write};

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    pub(crate) span: Span,
    pub(crate) kind: Kind,
}

/// The three shapes of YAML.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    /// Its text, never a YAML type.
    Scalar(String),
    Map(Vec<Pair>),
    List(Vec<Node>),
}

/// A key with its value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Pair {
    pub(crate) key: String,
    pub(crate) key_span: Span,
    pub(crate) value: Node,
}

impl Node {
    pub(crate) fn empty_map(span: Span) -> Self {
        Self { span, kind: Kind::Map(Vec::new()) }
    }

    /// The text of a scalar.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar(text) => Some(text),
            _ => None,
        }
    }

    /// Nothing written: `key:` with nothing behind it.
    pub(crate) fn is_blank(&self) -> bool {
        self.text().is_some_and(str::is_empty)
    }

    /// Keys of a map; none for anything else.
    pub(crate) fn pairs(&self) -> &[Pair] {
        match &self.kind {
            Kind::Map(pairs) => pairs,
            _ => &[],
        }
    }

    /// Entries of a list; none for anything else.
    pub(crate) fn items(&self) -> &[Self] {
        match &self.kind {
            Kind::List(items) => items,
            _ => &[],
        }
    }

    /// The items of a list, or the scalar itself as a list of one.
    pub(crate) fn one_or_more(&self) -> &[Self] {
        match &self.kind {
            Kind::List(items) => items,
            Kind::Scalar(_) => core::slice::from_ref(self),
            Kind::Map(_) => &[],
        }
    }

    pub(crate) fn pair(&self, key: &str) -> Option<&Pair> {
        self.pairs().iter().find(|pair| pair.key == key)
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        self.pair(key).map(|pair| &pair.value)
    }

    /// The place of `range` (bytes of the scalar's text): exact where the text stands in the source as it is.
    pub(crate) fn place(&self, range: core::ops::Range<usize>, sources: &Sources) -> Span {
        let Some(text) = self.text() else { return self.span };
        let source = sources.slice(self.span);
        match source.find(text) {
            Some(offset) if offset <= 1 => self.span.part(range.start + offset..range.end + offset),
            _ => self.span,
        }
    }
}

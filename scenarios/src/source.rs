//! The texts a scenario is made of (the file, each `--set`) and places within them.

use core::ops::Range;

/// A stretch of one text, in bytes.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Span {
    /// Index into [`Sources`].
    pub(crate) source: u16,
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Span {
    /// The stretch `range` of bytes counted from the start of `self`.
    pub(crate) fn part(self, range: Range<usize>) -> Self {
        let offset = |bytes: usize| self.start.saturating_add(u32::try_from(bytes).unwrap_or(u32::MAX)).min(self.end);
        Self { source: self.source, start: offset(range.start), end: offset(range.end) }
    }
}

impl Span {
    /// Whether `other` begins within.
    pub(crate) fn contains(self, other: Self) -> bool {
        self.source == other.source && self.start <= other.start && other.start < self.end.max(self.start + 1)
    }
}

/// All texts, by index.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Sources {
    texts: Vec<SourceText>,
}

/// One text.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct SourceText {
    pub(crate) name: String,
    pub(crate) text: String,
    /// Byte offset of each line's first character.
    lines: Vec<u32>,
}

/// Where a span begins, as people count: from 1, columns in characters.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Position {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

impl Sources {
    /// Adds a text; its index.
    pub(crate) fn add(&mut self, name: &str, text: String) -> u16 {
        let starts = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        let lines = core::iter::once(0).chain(starts).map(|at| u32::try_from(at).unwrap_or(u32::MAX)).collect();
        self.texts.push(SourceText { name: name.to_owned(), text, lines });
        u16::try_from(self.texts.len() - 1).unwrap_or(u16::MAX)
    }

    /// The text a span lies in.
    pub(crate) fn text(&self, span: Span) -> Option<&SourceText> {
        self.texts.get(usize::from(span.source))
    }

    /// The characters of a span.
    pub(crate) fn slice(&self, span: Span) -> &str {
        self.text(span).and_then(|source| source.text.get(span.start as usize..span.end as usize)).unwrap_or("")
    }

    /// Name of the text a span lies in.
    pub(crate) fn name(&self, span: Span) -> &str {
        self.text(span).map_or("", |source| &source.name)
    }

    /// Line and column of the start of a span.
    pub(crate) fn position(&self, span: Span) -> Position {
        let Some(source) = self.text(span) else { return Position { line: 1, column: 1 } };
        let line = source.lines.partition_point(|start| *start <= span.start).max(1);
        let start = source.lines.get(line - 1).copied().unwrap_or(0);
        let before = source.text.get(start as usize..span.start as usize).unwrap_or("");
        Position { line, column: before.chars().count() + 1 }
    }

    /// The first line a span touches, and the part of the span on it, in bytes of that line.
    pub(crate) fn line(&self, span: Span) -> (&str, Range<usize>) {
        let Some(source) = self.text(span) else { return ("", 0..0) };
        let line = source.lines.partition_point(|start| *start <= span.start).max(1);
        let start = source.lines.get(line - 1).copied().unwrap_or(0) as usize;
        let text = source.text.get(start..).unwrap_or("").split('\n').next().unwrap_or("");
        let from = (span.start as usize).saturating_sub(start).min(text.len());
        let to = (span.end as usize).saturating_sub(start).clamp(from, text.len());
        (text, from..to)
    }

    /// The whole of a text, as a span.
    pub(crate) fn whole(&self, source: u16) -> Span {
        let length = self.texts.get(usize::from(source)).map_or(0, |source| source.text.len());
        Span { source, start: 0, end: u32::try_from(length).unwrap_or(u32::MAX) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_in_characters_from_one() {
        let mut sources = Sources::default();
        sources.add("a", "é: 1\nüx: 22\n".to_owned());
        let span = Span { source: 0, start: 11, end: 13 };
        assert_eq!(sources.slice(span), "22");
        assert_eq!(sources.position(span), Position { line: 2, column: 5 });
        assert_eq!(sources.line(span), ("üx: 22", 5..7));
    }
}

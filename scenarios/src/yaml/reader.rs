//! From parser events to the tree; refuses by name what the language does not use.

use std::borrow::Cow;

use saphyr_parser::{Event, Parser, ScalarStyle, Span as Marks, StrInput, Tag};

use super::complaint::syntax_error;
use super::{Kind, Node, Pair};
use crate::diagnostics::Diagnostic;
use crate::source::Span;

/// Larger files are refused.
pub(crate) const MAX_BYTES: usize = 16 << 20;
/// Blocks within blocks.
const MAX_DEPTH: usize = 64;

/// The tree of `text`, which stands at byte `base` of the source `source`.
///
/// # Errors
/// The first thing that is not the YAML of the language: it stands alone, what follows cannot be trusted.
pub(crate) fn read(text: &str, source: u16, base: usize) -> Result<Node, Box<Diagnostic>> {
    let places = Places::new(text, source, base);
    refuse_characters(text, &places)?;
    let mut reader = Reader { places, text, open: Vec::new(), root: None };
    let mut parser: Parser<'_, StrInput<'_>> = Parser::new_from_str(text);
    while let Some(next) = parser.next_event() {
        match next {
            Ok((Event::StreamEnd, _)) => break,
            Ok((event, marks)) => reader.event(event, marks)?,
            Err(error) => return Err(Box::new(syntax_error(text, &reader.places, &error, reader.bracket()))),
        }
    }
    let start = reader.places.bytes(0, 0);
    Ok(reader.root.unwrap_or_else(|| Node::empty_map(start)))
}

/// Character offsets (the parser's) to byte offsets, without a table of every character.
pub(super) struct Places {
    source: u16,
    base: usize,
    /// Byte offset of every 256th character; empty if all are one byte long.
    steps: Vec<u32>,
    length: usize,
}

impl Places {
    fn new(text: &str, source: u16, base: usize) -> Self {
        let steps = if text.is_ascii() {
            Vec::new()
        } else {
            text.char_indices().step_by(256).map(|(at, _)| u32::try_from(at).unwrap_or(u32::MAX)).collect()
        };
        Self { source, base, steps, length: text.len() }
    }

    /// The byte at which the `index`th character begins.
    pub(super) fn byte(&self, text: &str, index: usize) -> usize {
        if self.steps.is_empty() {
            return index.min(self.length);
        }
        let Some(start) = self.steps.get(index / 256).map(|start| *start as usize) else { return self.length };
        text[start..].char_indices().nth(index % 256).map_or(self.length, |(at, _)| start + at)
    }

    /// A span from byte offsets within the text.
    pub(super) fn bytes(&self, start: usize, end: usize) -> Span {
        let offset = |at: usize| u32::try_from(self.base + at).unwrap_or(u32::MAX);
        Span { source: self.source, start: offset(start), end: offset(end.max(start)) }
    }
}

fn refuse_characters(text: &str, places: &Places) -> Result<(), Box<Diagnostic>> {
    let mut indenting = true;
    let mut commenting = false;
    for (at, character) in text.char_indices() {
        match character {
            '\n' => (indenting, commenting) = (true, false),
            ' ' => {}
            '\t' if indenting && !rest_is_empty(&text[at..]) => {
                let message = "a tab cannot indent";
                return Err(Box::new(Diagnostic::error(places.bytes(at, at + 1), message, "write spaces")));
            }
            '\t' => {}
            '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{feff}' | '\u{2028}' | '\u{2029}' => {
                let message = format!("an invisible character, U+{:04X}", u32::from(character));
                let span = places.bytes(at, at + character.len_utf8());
                return Err(Box::new(Diagnostic::error(span, message, "delete it")));
            }
            '#' if commented(text, at) => commenting = true,
            _ if !commenting && wide_space(character).is_some() => {
                let name = wide_space(character).unwrap_or_default();
                let message = format!("a blank that is none: U+{:04X}, {name}", u32::from(character));
                let span = places.bytes(at, at + character.len_utf8());
                return Err(Box::new(Diagnostic::error(span, message, "write a plain space")));
            }
            _ => indenting = false,
        }
    }
    Ok(())
}

/// Whether the `#` at `at` begins a comment (or stands in a text as if it did).
fn commented(text: &str, at: usize) -> bool {
    at == 0 || text[..at].ends_with([' ', '\t', '\n'])
}

/// Blanks that look like a space, and to YAML are letters.
fn wide_space(character: char) -> Option<&'static str> {
    match character {
        '\u{a0}' => Some("a no-break space"),
        '\u{202f}' => Some("a narrow no-break space"),
        '\u{3000}' => Some("an ideographic space"),
        '\u{200b}' | '\u{2060}' => Some("a space of no width"),
        '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{205f}' => Some("a space of another width"),
        _ => None,
    }
}

/// Whether nothing but blanks or a comment follows on the line.
fn rest_is_empty(text: &str) -> bool {
    let rest = text.trim_start_matches([' ', '\t']);
    rest.is_empty() || rest.starts_with(['\n', '#'])
}

/// A block that has begun and not ended.
enum Open {
    Map { start: Span, pairs: Vec<Pair>, key: Option<(String, Span)> },
    List { start: Span, items: Vec<Node> },
}

struct Reader<'t> {
    places: Places,
    text: &'t str,
    open: Vec<Open>,
    root: Option<Node>,
}

impl<'t> Reader<'t> {
    fn event(&mut self, event: Event<'t>, marks: Marks) -> Result<(), Box<Diagnostic>> {
        let span = self.span(&marks);
        match event {
            Event::DocumentStart(_) if self.root.is_some() => {
                refuse(span, "a second document", "a scenario is one document: delete \"---\"")
            }
            Event::Alias(_) => refuse(span, "an alias (*)", "write the value out, or use \"like\""),
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_properties(span, anchor, tag.as_ref())?;
                self.scalar(text.into_owned(), style, span)
            }
            Event::MappingStart(anchor, tag) => {
                self.refuse_properties(span, anchor, tag.as_ref())?;
                self.begin(Open::Map { start: span, pairs: Vec::new(), key: None }, span)
            }
            Event::SequenceStart(anchor, tag) => {
                self.refuse_properties(span, anchor, tag.as_ref())?;
                self.begin(Open::List { start: span, items: Vec::new() }, span)
            }
            Event::MappingEnd | Event::SequenceEnd => self.end(span),
            _ => Ok(()),
        }
    }

    /// The innermost bracket that is open.
    fn bracket(&self) -> Option<Span> {
        let starts = self.open.iter().rev().map(|open| match open {
            Open::Map { start, .. } | Open::List { start, .. } => *start,
        });
        let text = |start: &Span| self.text.get((start.start as usize).saturating_sub(self.places.base)..);
        starts
            .filter(|start| text(start).is_some_and(|text| text.starts_with(['{', '['])))
            .map(|start| start.part(0..1))
            .next()
    }

    fn span(&self, marks: &Marks) -> Span {
        let start = self.places.byte(self.text, marks.start.index());
        self.places.bytes(start, self.places.byte(self.text, marks.end.index()))
    }

    fn refuse_properties(&self, span: Span, anchor: usize, tag: Option<&Cow<'_, Tag>>) -> Result<(), Box<Diagnostic>> {
        if anchor > 0 {
            return refuse(self.property(span, '&'), "an anchor (&)", "write the value out, or use \"like\"");
        }
        if tag.is_some() {
            return refuse(self.property(span, '!'), "a tag (!)", "values are read from their text: delete it");
        }
        Ok(())
    }

    /// Where the anchor or tag before a value stands.
    fn property(&self, span: Span, sign: char) -> Span {
        let end = (span.start as usize).saturating_sub(self.places.base).min(self.text.len());
        let before = self.text.get(..end).unwrap_or("");
        let Some(start) = before.rfind(sign) else { return span };
        let length = before[start..].split([' ', '\n', ',', '}']).next().map_or(1, str::len);
        self.places.bytes(start, start + length)
    }

    fn scalar(&mut self, text: String, style: ScalarStyle, span: Span) -> Result<(), Box<Diagnostic>> {
        let span = self.trimmed(span, style);
        if let Some(Open::Map { key: key @ None, .. }) = self.open.last_mut() {
            if text == "<<" {
                return refuse(span, "a merge key (<<)", "use \"like\"");
            }
            *key = Some((text, span));
            return Ok(());
        }
        self.value(Node { span, kind: Kind::Scalar(text) })
    }

    /// Plain scalars end at their last character.
    fn trimmed(&self, span: Span, style: ScalarStyle) -> Span {
        if style != ScalarStyle::Plain {
            return span;
        }
        let (start, end) = (span.start as usize - self.places.base, span.end as usize - self.places.base);
        let text = self.text.get(start..end).unwrap_or("");
        self.places.bytes(start, start + text.trim_end().len())
    }

    fn begin(&mut self, open: Open, span: Span) -> Result<(), Box<Diagnostic>> {
        if let Some(Open::Map { key: None, .. }) = self.open.last() {
            return refuse(span, "a key that is a block or a list", "a key is one word");
        }
        if self.open.len() >= MAX_DEPTH {
            let message = "blocks within blocks, more than 64 deep";
            return Err(Box::new(Diagnostic::error(span, message, "a scenario needs six")));
        }
        self.open.push(open);
        Ok(())
    }

    fn end(&mut self, end: Span) -> Result<(), Box<Diagnostic>> {
        let node = match self.open.pop() {
            Some(Open::Map { start, pairs, .. }) => {
                refuse_duplicates(&pairs)?;
                let last = pairs.last().map(|pair| pair.value.span.end.max(pair.key_span.end));
                Node { span: self.block_span(start, end, last), kind: Kind::Map(pairs) }
            }
            Some(Open::List { start, items }) => {
                let last = items.last().map(|item| item.span.end);
                Node { span: self.block_span(start, end, last), kind: Kind::List(items) }
            }
            None => return Ok(()),
        };
        self.value(node)
    }

    /// Flow blocks end with their bracket, indented ones with their last value.
    fn block_span(&self, start: Span, end: Span, last: Option<u32>) -> Span {
        let at = (start.start as usize).saturating_sub(self.places.base);
        let flow = self.text.get(at..).is_some_and(|text| text.starts_with(['{', '[']));
        let end = if flow { end.end } else { last.unwrap_or(end.end) };
        Span { end: end.max(start.start), ..start }
    }

    fn value(&mut self, node: Node) -> Result<(), Box<Diagnostic>> {
        match self.open.last_mut() {
            Some(Open::Map { pairs, key, .. }) => match key.take() {
                Some((key, key_span)) => pairs.push(Pair { key, key_span, value: node }),
                None => return refuse(node.span, "a key that is a block or a list", "a key is one word"),
            },
            Some(Open::List { items, .. }) => items.push(node),
            None => self.root = Some(node),
        }
        Ok(())
    }
}

fn refuse(span: Span, what: &str, advice: &str) -> Result<(), Box<Diagnostic>> {
    Err(Box::new(Diagnostic::error(span, format!("{what} is not part of the scenario language"), advice)))
}

fn refuse_duplicates(pairs: &[Pair]) -> Result<(), Box<Diagnostic>> {
    let mut order: Vec<&Pair> = pairs.iter().collect();
    order.sort_by(|a, b| (&a.key, a.key_span).cmp(&(&b.key, b.key_span)));
    let twice = order.windows(2).filter(|two| two[0].key == two[1].key).map(|two| two[1]);
    match twice.min_by_key(|pair| pair.key_span) {
        Some(pair) => {
            let message = format!("the key \"{}\" is here twice", pair.key);
            Err(Box::new(Diagnostic::error(pair.key_span, message, "delete one of them")))
        }
        None => Ok(()),
    }
}

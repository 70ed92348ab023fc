//! Errors of the YAML parser in the words of someone who wrote a scenario.

use saphyr_parser::ScanError;

use super::reader::Places;
use crate::diagnostics::Diagnostic;
use crate::source::Span;

/// What the parser said, and what to say instead: message and cure.
const WORDS: &[(&str, &str, &str)] = &[
    (
        "mapping values are not allowed",
        "a second colon on this line, or a wrong indentation",
        "quote the text, or indent the key like its neighbours",
    ),
    (
        "did not find expected key",
        "wrong indentation: this key does not line up with its neighbours",
        "indent it as they are",
    ),
    ("recursion limit", "blocks within blocks, more than 64 deep", "a scenario needs six"),
    ("in quoted scalar", "this quote is not closed", "close it where the text ends, on the same line"),
    ("scanning a quoted scalar", "this quote is not closed", "close it where the text ends, on the same line"),
    ("found unknown escape", "an unknown escape (\\)", "use ' instead of \", or write \\\\"),
    ("after double-quoted scalar", "text behind a closing quote", "put all of it inside the quotes, or none"),
    ("invalid indentation", "wrong indentation", "indent as the neighbours are"),
    ("unknown anchor", "an alias (*) is not part of the scenario language", "write the value out, or use \"like\""),
    ("simple key", "a key without a colon", "write KEY: VALUE"),
    ("expected node content", "a value is missing", "write it, or quote it"),
    ("block sequence entries are not allowed", "a list entry cannot begin here", "put \"- \" on a line of its own"),
    ("block collection", "a block cannot stand inside { } or [ ]", "use one style"),
    ("end of stream", "the file ends within a value", "close the quote or the bracket"),
    ("unexpected eof", "the file ends within a value", "close the quote or the bracket"),
];

/// One diagnostic for a text that is not YAML.
/// `bracket`: the innermost one that is open.
pub(super) fn syntax_error(text: &str, places: &Places, error: &ScanError, bracket: Option<Span>) -> Diagnostic {
    let at = places.byte(text, error.marker().index());
    let width = text[at..].chars().next().filter(|next| *next != '\n').map_or(0, char::len_utf8);
    let span = places.bytes(at, at + width);
    let info = error.info();
    let unclosed = ["',' or '}'", "',' or ']'", "unclosed bracket", "expected node content"];
    if let Some(bracket) = bracket.filter(|_| unclosed.iter().any(|said| info.contains(said))) {
        return Diagnostic::error(bracket, "this bracket is not closed", "add the missing bracket or comma");
    }
    if info.contains("simple key") && text[..at].ends_with('\n') {
        // Noticed at the next line.
        let line = text[..at].trim_end();
        let start = line.rfind('\n').map_or(0, |end| end + 1);
        let start = start + line[start..].len() - line[start..].trim_start().len();
        return Diagnostic::error(places.bytes(start, line.len()), "a key without a colon", "write KEY: VALUE");
    }
    match WORDS.iter().find(|(said, _, _)| info.contains(said)) {
        Some((_, message, advice)) => Diagnostic::error(span, *message, *advice),
        None => Diagnostic::error(span, format!("this is not YAML: {info}"), ""),
    }
}

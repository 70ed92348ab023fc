//! Errors of the YAML parser in the words of someone who wrote a scenario.

use saphyr_parser::ScanError;

use super::reader::Places;
use crate::diagnostics::Diagnostic;

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
    ("invalid indentation", "wrong indentation", "indent as the neighbours are"),
    ("did not find expected ',' or '}'", "this { is not closed", "add the missing \"}\" or comma"),
    ("did not find expected ',' or ']'", "this [ is not closed", "add the missing \"]\" or comma"),
    ("simple key expect", "a key without a colon", "write KEY: VALUE"),
    ("simple key", "a key without a colon", "write KEY: VALUE"),
    ("unclosed bracket", "a bracket is not closed", "add the missing bracket"),
    ("block sequence entries are not allowed", "a list entry cannot begin here", "put \"- \" on a line of its own"),
    ("block collection", "a block cannot stand inside { } or [ ]", "use one style"),
    ("unexpected end of stream", "the file ends within a value", "close the quote or the bracket"),
    ("unexpected eof", "the file ends within a value", "close the quote or the bracket"),
];

/// One diagnostic for a text that is not YAML.
pub(super) fn syntax_error(text: &str, places: &Places, error: &ScanError) -> Diagnostic {
    let at = places.byte(text, error.marker().index());
    let width = text[at..].chars().next().filter(|next| *next != '\n').map_or(0, char::len_utf8);
    let span = places.bytes(at, at + width);
    let info = error.info();
    match WORDS.iter().find(|(said, _, _)| info.contains(said)) {
        Some((_, message, advice)) => Diagnostic::error(span, *message, *advice),
        None => Diagnostic::error(span, format!("this is not YAML: {info}"), ""),
    }
}

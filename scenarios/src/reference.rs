//! The language's own reference: one row per key, from the tables the parser uses.

use crate::check::describe;
use crate::language::{Block, ENTRY, Keys, RULES, TOP, Value};

/// One key of the language.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ReferenceRow {
    /// `cluster.NODE`; empty at the top of the file.
    pub block: &'static str,
    /// The key.
    pub key: &'static str,
    /// What it takes, in words.
    pub value: String,
    /// What holds if it is not written.
    pub default: &'static str,
    /// One line.
    pub meaning: &'static str,
    /// Rule numbers; may be empty.
    pub rule: &'static str,
    /// Whether this version has it; else it is answered "not yet".
    pub exists: bool,
}

/// A reading of what the vendor's text leaves open: a key of `rules`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ReadingRow {
    /// The key.
    pub key: &'static str,
    /// What it may be, the default first.
    pub values: Vec<&'static str>,
    /// One line.
    pub meaning: &'static str,
    /// A3, or M5.
    pub number: &'static str,
}

/// Every reading that is a choice of words.
pub fn readings() -> Vec<ReadingRow> {
    let row = |key: &'static crate::language::Key| match key.value {
        Value::Words(words) => Some(ReadingRow {
            key: key.name,
            values: words.iter().map(|word| word.text).collect(),
            meaning: key.meaning,
            number: key.rule,
        }),
        _ => None,
    };
    RULES.keys.iter().filter_map(row).collect()
}

/// Every key, block after block.
pub fn reference() -> Vec<ReferenceRow> {
    let mut rows = Vec::new();
    let mut blocks = vec![&TOP];
    let mut next = 0;
    while let Some(block) = blocks.get(next).copied() {
        next += 1;
        for key in block.keys {
            rows.push(ReferenceRow {
                block: block.name,
                key: key.name,
                value: in_words(&key.value),
                default: key.default,
                meaning: key.meaning,
                rule: key.rule,
                exists: key.exists,
            });
            inner(&key.value, &mut blocks);
        }
    }
    rows
}

fn inner(value: &'static Value, blocks: &mut Vec<&'static Block>) {
    match value {
        Value::Block(block) if !blocks.iter().any(|known| known.name == block.name) => blocks.push(block),
        Value::Entry => blocks.push(&ENTRY),
        Value::Map(_, value) | Value::List(value) | Value::OneOrMore(value) => inner(value, blocks),
        Value::Either(values) => values.iter().for_each(|value| inner(value, blocks)),
        _ => {}
    }
}

fn in_words(value: &Value) -> String {
    match value {
        Value::Block(_) => "a block".to_owned(),
        Value::Entry => "an entry".to_owned(),
        Value::Any => "a value".to_owned(),
        Value::List(value) => format!("a list of: {}", in_words(value)),
        Value::OneOrMore(value) => format!("{}, or a list of these", in_words(value)),
        Value::Map(keys, value) => format!("by {}: {}", of_a_map(*keys), in_words(value)),
        Value::Either(values) => values.iter().map(in_words).collect::<Vec<_>>().join(", or "),
        scalar => describe(scalar),
    }
}

fn of_a_map(keys: Keys) -> &'static str {
    match keys {
        Keys::Declared => "name",
        Keys::Device => "device",
        Keys::FeatureWord => "feature word",
        Keys::Free => "text",
        Keys::Licence => "catalogue name",
        Keys::LicenceOrCredits => "catalogue name or SSC",
        Keys::Link => "link",
        Keys::Node => "node",
        Keys::Path => "path",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_open_question_of_the_vendors_text_is_a_switch_with_its_default_first() {
        let rows = readings();
        // A21 is no choice: the two licences of recording have names of their own here.
        for number in (1..=26).filter(|number| *number != 21) {
            assert!(rows.iter().any(|row| row.number == format!("A{number}")), "A{number}");
        }
        let defaults = |row: &ReadingRow| RULES.key(row.key).map(|key| key.default) == row.values.first().copied();
        assert!(rows.iter().all(|row| row.values.len() > 1 && defaults(row)));
    }

    #[test]
    fn every_block_is_there_once_and_every_key_has_a_meaning() {
        let rows = reference();
        assert!(rows.iter().all(|row| !row.meaning.is_empty() && !row.value.is_empty()));
        let count = |block: &str, key: &str| rows.iter().filter(|row| row.block == block && row.key == key).count();
        assert_eq!([count("", "lasts"), count("cluster.NODE", "answers"), count("timeline", "crash")], [1, 1, 1]);
        assert_eq!(count("wire.tls", "ca"), 1);
    }
}

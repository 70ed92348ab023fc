//! The language's own reference: one row per key, from the tables the parser uses.

use crate::check::describe;
use crate::language::{Block, ENTRY, Keys, TOP, Value};

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
        Keys::Link => "link",
        Keys::Node => "node",
        Keys::Path => "path",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_block_is_there_once_and_every_key_has_a_meaning() {
        let rows = reference();
        assert!(rows.iter().all(|row| !row.meaning.is_empty() && !row.value.is_empty()));
        let count = |block: &str, key: &str| rows.iter().filter(|row| row.block == block && row.key == key).count();
        assert_eq!([count("", "lasts"), count("cluster.NODE", "answers"), count("timeline", "crash")], [1, 1, 1]);
        assert_eq!(count("wire.tls", "ca"), 1);
    }
}

//! The language as data: every block, key, value and word, once. Checking, defaults, schema and reference come from here.

mod catalogue;
mod people;
mod tables;
mod timeline;

pub(crate) use catalogue::{CREDITS, licence, split};
pub(crate) use people::{CALLS, DEVICES, FEATURES, FORWARDS, GROUP, HOLD, QUEUE, ROOM, TRANSFER, TRUNK, USERS};
pub(crate) use tables::{CHECKOUT, CREDENTIALS, LINK, MAY_LOAD, NODE, PORTAL, RULES, TOP, WIRE};
pub(crate) use timeline::{ENTRY, VERBS, Verb};

/// A block of keys.
#[derive(Debug)]
pub(crate) struct Block {
    /// `cluster.NODE`; empty at the top.
    pub(crate) name: &'static str,
    pub(crate) keys: &'static [Key],
}

/// One key.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) value: Value,
    /// As it would be written, or in words; may be written if it is a word.
    pub(crate) default: &'static str,
    pub(crate) meaning: &'static str,
    /// Where the rule comes from; may be empty.
    pub(crate) rule: &'static str,
    pub(crate) exists: bool,
}

/// A word among several.
#[derive(Debug)]
pub(crate) struct Word {
    pub(crate) text: &'static str,
    pub(crate) exists: bool,
}

/// What a key takes (scenario language §3).
#[derive(Debug)]
pub(crate) enum Value {
    Address,
    Amount,
    /// Anything: checked by the path it stands for.
    Any,
    Block(&'static Block),
    /// From, to.
    Count(u64, u64),
    Date,
    Distribution,
    Duration,
    /// The first that fits.
    Either(&'static [Self]),
    /// A timeline entry.
    Entry,
    Feature,
    Flag,
    Instant,
    List(&'static Self),
    Mac,
    Map(Keys, &'static Self),
    Name,
    Node,
    /// A value or a list of them.
    OneOrMore(&'static Self),
    Percent,
    Range,
    Rate,
    Retries,
    Secret,
    Selector,
    Sentence,
    Site,
    Text,
    Traffic,
    Version,
    /// A wall clock, with a date or without.
    WallClock,
    Words(&'static [Word]),
}

/// What the keys of a map are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Keys {
    /// Declared here.
    Declared,
    Device,
    FeatureWord,
    /// Anything, such as a header name.
    Free,
    Licence,
    /// A catalogue name, or credits.
    LicenceOrCredits,
    Link,
    Node,
    Path,
}

impl Block {
    pub(crate) fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }
}

/// A key that exists.
pub(crate) const fn key(
    name: &'static str,
    value: Value,
    default: &'static str,
    meaning: &'static str,
    rule: &'static str,
) -> Key {
    Key { name, value, default, meaning, rule, exists: true }
}

impl Key {
    /// The same, of a later version.
    pub(crate) const fn later(mut self) -> Self {
        self.exists = false;
        self
    }
}

/// A word that exists.
pub(crate) const fn word(text: &'static str) -> Word {
    Word { text, exists: true }
}

/// A word of a later version.
pub(crate) const fn later(text: &'static str) -> Word {
    Word { text, exists: false }
}

/// Counts that fit 32 bits with room to add.
pub(crate) const COUNT: Value = Value::Count(0, 1_000_000_000);
/// At least one; endpoints of several devices each still fit 32 bits.
pub(crate) const SOME: Value = Value::Count(1, 100_000_000);

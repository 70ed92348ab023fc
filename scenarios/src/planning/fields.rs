//! Typed reading of one checked block: what is missing or wrong reads as the default of the tables.

use simulator::time::Duration;

use crate::check::{flag, version};
use crate::language::Block;
use crate::source::Span;
use crate::value::Reading;
use crate::value::distribution::{Law, distribution};
use crate::value::duration::duration;
use crate::value::number::count;
use crate::value::rate::{Rate, rate};
use crate::value::share::percent;
use crate::yaml::Node;

/// One block of the file.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a> {
    block: &'static Block,
    node: Option<&'a Node>,
}

impl<'a> Fields<'a> {
    /// `node` read as a `block`; `None`: nothing is written.
    pub(crate) fn new(block: &'static Block, node: Option<&'a Node>) -> Self {
        Self { block, node }
    }

    /// What is written for `key`.
    pub(crate) fn node(&self, key: &str) -> Option<&'a Node> {
        self.node?.get(key)
    }

    /// Where the value of `key` stands, or the block.
    pub(crate) fn span(&self, key: &str) -> Span {
        self.node(key).or(self.node).map(|node| node.span).unwrap_or_default()
    }

    /// The text written for `key`, or its default.
    pub(crate) fn text(&self, key: &str) -> &'a str {
        self.node(key).and_then(Node::text).unwrap_or_else(|| self.default(key))
    }

    fn default(&self, key: &str) -> &'static str {
        self.block.key(key).map_or("", |key| key.default)
    }

    /// The value of `key`; what cannot be read gives the default, and that `None` if it is a word such as `unlimited`.
    pub(crate) fn read<T>(&self, key: &str, read: impl Fn(&str) -> Reading<T>) -> Option<T> {
        read(self.text(key)).or_else(|_| read(self.default(key))).ok()
    }

    pub(crate) fn duration(&self, key: &str) -> Option<Duration> {
        self.read(key, duration)
    }

    pub(crate) fn rate(&self, key: &str) -> Option<Rate> {
        self.read(key, rate)
    }

    pub(crate) fn law(&self, key: &str) -> Option<Law> {
        self.read(key, distribution)
    }

    /// Parts per billion.
    pub(crate) fn percent(&self, key: &str) -> Option<u64> {
        self.read(key, percent)
    }

    pub(crate) fn count(&self, key: &str) -> Option<u64> {
        self.read(key, count)
    }

    /// A count that fits 32 bits.
    pub(crate) fn count32(&self, key: &str) -> Option<u32> {
        self.count(key).and_then(|count| u32::try_from(count).ok())
    }

    pub(crate) fn flag(&self, key: &str) -> bool {
        self.read(key, flag).unwrap_or(false)
    }

    pub(crate) fn version(&self, key: &str) -> Option<u64> {
        self.read(key, version)
    }
}

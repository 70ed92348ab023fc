//! Values of the language, from the text of a scalar (scenario language §3). Every dimension has its unit.

pub(crate) mod distribution;
pub(crate) mod duration;
pub(crate) mod moment;
pub(crate) mod network;
pub(crate) mod number;
pub(crate) mod rate;
pub(crate) mod selector;
pub(crate) mod share;

use core::ops::Range;

/// A text that is not the value it should be.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Mistake {
    /// Where in the text, in bytes.
    pub(crate) at: Range<usize>,
    /// What is wrong.
    pub(crate) message: String,
    /// How to cure it; may be empty.
    pub(crate) advice: String,
}

/// A value, or why not.
pub(crate) type Reading<T> = Result<T, Mistake>;

impl Mistake {
    /// About the whole text.
    pub(crate) fn whole(text: &str, message: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { at: 0..text.len(), message: message.into(), advice: advice.into() }
    }

    /// The same, in a text that begins `offset` bytes earlier.
    #[must_use]
    pub(crate) fn shifted(mut self, offset: usize) -> Self {
        self.at = self.at.start + offset..self.at.end + offset;
        self
    }
}

/// Reads the part of `text` from byte `offset` on, without blanks around it.
pub(crate) fn part<T>(text: &str, range: Range<usize>, read: impl Fn(&str) -> Reading<T>) -> Reading<T> {
    let whole = text.get(range.clone()).unwrap_or("");
    let trimmed = whole.trim_start();
    let offset = range.start + whole.len() - trimmed.len();
    read(trimmed.trim_end()).map_err(|mistake| mistake.shifted(offset))
}

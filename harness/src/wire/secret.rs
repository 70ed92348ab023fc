//! A secret: whoever prints it sees that there is one.

use std::fmt::{Debug, Formatter, Result};

/// A password. It is never shown.
#[derive(Clone, Eq, PartialEq)]
pub struct Secret(Box<[u8]>);

impl Secret {
    /// Of these octets.
    pub fn new(octets: impl Into<Box<[u8]>>) -> Self {
        Self(octets.into())
    }

    /// For whoever computes with it.
    pub fn reveal(&self) -> &[u8] {
        &self.0
    }
}

impl Debug for Secret {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
        formatter.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_not_shown() {
        let shown = format!("{:?} {:#?}", Secret::new(*b"hunter2"), Some(Secret::new(*b"hunter2")));
        assert!(shown.contains("***") && !shown.contains("hunter2"), "{shown}");
    }
}

//! Names that messages carry: of a node, and of what travels beside a packet.

/// A party of the run: endpoints first, then PBXs, then sources, without gaps.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct NodeId(pub u32);

impl NodeId {
    /// Nobody.
    pub const NONE: Self = Self(u32::MAX);

    /// As an index.
    #[inline]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Where an attachment lies: what exceeds a packet's 64 bytes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Handle(pub u32);

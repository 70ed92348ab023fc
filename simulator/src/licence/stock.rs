//! Which stock a unit comes from.

/// Which of a feature's stocks a unit comes from. Stocks are keyed by feature, owner and kind.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct StockKind {
    /// PBX index of the authority that issues it.
    pub owner: u16,
    /// What it is.
    pub kind: Kind,
}

/// Kinds of stock.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[repr(u8)]
pub enum Kind {
    /// Installed on the owner.
    Installed,
    /// Ports that only an active standby may issue (3.6).
    Escrow,
    /// A copy of the master's stock at a standby (`on-standby`).
    Replica,
}

impl Kind {
    /// As machine formats write it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Installed => "installed",
            Self::Escrow => "escrow",
            Self::Replica => "replica",
        }
    }
}

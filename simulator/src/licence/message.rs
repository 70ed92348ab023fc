//! Messages between PBXs and licence authorities (checkout §3.2): lossy, doubled, reordered, delayed without bound.

use crate::id::Handle;
use crate::licence::feature::Feature;
use crate::licence::reason::Reason;

/// RENEW: who holds units here, how many idle ones are kept, how many idle ones would be liked in all.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Renew {
    /// Of which feature.
    pub feature: Feature,
    /// Rises with every RENEW of this PBX and feature, over restarts too.
    pub sequence: u32,
    /// H: the holders, attached.
    pub holders: Handle,
    /// Idle units kept.
    pub keep: u32,
    /// Idle units wanted in all; at least `keep`.
    pub want: u32,
    /// Of the units wanted, those that somebody waits for: only for them are others asked to give back.
    pub needed: u32,
}

/// ACK: what is granted from the sending of the RENEW on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ack {
    /// Of which feature.
    pub feature: Feature,
    /// Of the RENEW answered.
    pub sequence: u32,
    /// Start count of the authority; lower ones are ignored.
    pub epoch: u32,
    /// H': the holders confirmed, attached; `None`: all of H.
    pub kept: Option<Handle>,
    /// |H'|.
    pub held: u32,
    /// Idle units granted beside them.
    pub stock: u32,
    /// Why `want` was not met, if it was not.
    pub reason: Reason,
}

/// RECALL: please give something back by your next RENEW. A hint: it may be lost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Recall {
    /// Of which feature.
    pub feature: Feature,
    /// What.
    pub what: Recalled,
}

/// What a RECALL asks for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Recalled {
    /// That many idle units would help.
    Idle(u32),
    /// The unit of a holder that is registered at another PBX as well (3.7).
    Holder {
        /// Its block.
        block: u16,
        /// Its place there.
        place: u32,
    },
}

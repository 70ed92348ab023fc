//! Messages between PBXs and licence authorities (domain §3.2): lossy, doubled, reordered, delayed without bound.

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

/// RECALL: please give back `count` idle units by your next RENEW.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Recall {
    /// Of which feature.
    pub feature: Feature,
    /// How many would help.
    pub count: u32,
}

//! SIP messages as integers: what remains of RFC 3261 §7 once text has been read or before it is written.

use crate::id::NodeId;
use crate::layout::Device;
use crate::licence::reason::Reason;

/// An address of record and one device of it: on the wire the AOR's text and a `+sip.instance`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Aor {
    /// The block the user belongs to.
    pub block: u16,
    /// The device that registers.
    pub device: Device,
    /// The user's seat, counted from 0 within the block.
    pub seat: u32,
}

/// REGISTER (RFC 3261 §10).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Register {
    /// To and Contact.
    pub aor: Aor,
    /// Call-ID: the same for all REGISTERs of one life of the device.
    pub call: u32,
    /// CSeq number.
    pub sequence: u32,
    /// Branch of the top Via; with the source it names the transaction (§17.2.3).
    pub branch: u32,
    /// Expires in seconds; 0 removes (§10.2.2).
    pub expires_s: u32,
    /// Which contacts it is about.
    pub contacts: Contacts,
    /// Number of times the nonce was used (RFC 7616 `nc`); 0: no credentials.
    pub nonce_count: u32,
    /// Nonce of the credentials.
    pub nonce: u64,
    /// Stands for the digest response: a function of secret, nonce and count.
    pub proof: u64,
}

/// Contacts of a REGISTER.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Contacts {
    /// The sending device's own.
    Own,
    /// `Contact: *` (§10.2.2): only with Expires 0.
    All,
}

/// A response to a REGISTER.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Response {
    /// Status code.
    pub status: u16,
    /// Why, where the registrar says it (a Reason or Warning header).
    pub reason: Reason,
    /// The 401's `stale` (RFC 7616 §3.3).
    pub stale: bool,
    /// Branch of the request.
    pub branch: u32,
    /// CSeq of the request.
    pub sequence: u32,
    /// Expires granted, or Min-Expires with 423.
    pub expires_s: u32,
    /// Retry-After in seconds; 0: none.
    pub retry_after_s: u32,
    /// Contact of a redirect.
    pub contact: NodeId,
    /// Nonce of a challenge.
    pub nonce: u64,
}

//! SIP messages as integers: what remains of RFC 3261 §7 once text has been read or before it is written.

use crate::id::NodeId;
use crate::layout::Device;
use crate::licence::reason::Reason;
use crate::numbers::Number;
use crate::sip::dialog::session_timer::{Agreed, Proposal};

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
    /// What an overloaded server asks its client to hold back.
    pub overload: Overload,
}

/// `oc` and `oc-validity` of a response (RFC 7339 §4.1, §4.3), for the loss algorithm (§7).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Overload {
    /// Percent of the requests that are not to be sent; 0: none, or the server says nothing.
    pub loss: u8,
    /// For how long, in milliseconds.
    pub validity_ms: u32,
}

/// One attempt to call, on all its legs and through every PBX: what RFC 7989 calls a session.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Session {
    /// Attempts of a flow, counted from 1.
    pub number: u32,
    /// The flow of calls it belongs to, by index.
    pub flow: u16,
    /// Whom it is for ([`crate::layout::Layout::callee`]).
    pub to: u16,
}

/// What a request about a call asks (RFC 3261 §13, §15, §9).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub enum Method {
    /// To begin a call.
    Invite,
    /// A final response to an INVITE has come.
    Ack,
    /// To take an INVITE back that is not answered yet.
    Cancel,
    /// To end a call.
    Bye,
    /// To refresh its session timer (RFC 3311, RFC 4028).
    Update,
    /// That the other side of the call talk to somebody else (RFC 3515).
    Refer,
    /// Nothing: it tells how that goes.
    Notify,
}

impl Method {
    /// As a request line writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Invite => "INVITE",
            Self::Ack => "ACK",
            Self::Cancel => "CANCEL",
            Self::Bye => "BYE",
            Self::Update => "UPDATE",
            Self::Refer => "REFER",
            Self::Notify => "NOTIFY",
        }
    }
}

/// What only the requests of a transfer say.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Transfer {
    /// Any other request.
    #[default]
    None,
    /// REFER: the call that takes the place of this one, by the to-tag of a Replaces in Refer-To (RFC 3891); 0: none.
    To {
        /// Tag of its receiver.
        replaces: u32,
    },
    /// NOTIFY: the status line in its body (RFC 3515 §2.4.4).
    Told {
        /// What the new call has been answered with so far.
        status: u16,
        /// Whether it is the last (`Subscription-State: terminated`).
        last: bool,
    },
}

/// A request about a call. Within a dialog Call-ID and both tags name it (§12); here the tags are enough, since a tag
/// is never given twice by one party.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CallRequest {
    /// Session-ID (RFC 7989): carried unchanged from leg to leg.
    pub session: Session,
    /// What it asks.
    pub method: Method,
    /// Request-URI; of REFER the number in Refer-To.
    pub dialled: Number,
    /// From: the endpoint that called, on all legs.
    pub caller: NodeId,
    /// How often it was passed on (entries of History-Info, RFC 7044).
    pub hops: u8,
    /// From-tag: the sender's name for the dialog.
    pub from_tag: u32,
    /// To-tag: the receiver's; 0 before the receiver has given one.
    pub to_tag: u32,
    /// Branch of the top Via; with the source it names the transaction (§17.2.3).
    pub branch: u32,
    /// CSeq number.
    pub sequence: u32,
    /// Stands for the digest response to the last challenge; 0: none.
    pub proof: u32,
    /// Session-Expires and Min-SE (RFC 4028).
    pub timer: Proposal,
    /// Whether its offer puts the receiver on hold: `a=sendonly` (RFC 3264 §8.4).
    pub hold: bool,
    /// What a transfer is about.
    pub transfer: Transfer,
}

/// A response to a request about a call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CallResponse {
    /// Session-ID of the request.
    pub session: Session,
    /// Method of its CSeq.
    pub method: Method,
    /// Status code.
    pub status: u16,
    /// Why, where the responder says it (RFC 3326).
    pub reason: Reason,
    /// From-tag of the request.
    pub from_tag: u32,
    /// To-tag: the responder's name for the dialog; 0 in a 100.
    pub to_tag: u32,
    /// Branch of the request.
    pub branch: u32,
    /// CSeq of the request.
    pub sequence: u32,
    /// Retry-After in seconds; 0: none.
    pub retry_after_s: u32,
    /// Nonce of a challenge.
    pub nonce: u32,
    /// Session-Expires of a 2xx (RFC 4028).
    pub timer: Option<Agreed>,
}

//! SIP as text (RFC 3261 §7, §25): from octets to spans and typed values, and back. No I/O, no allocation while reading.
//!
//! [`Message::read`] finds the start line, the lines and the body; what is wrong is kept beside them, so that a request
//! can still be refused with its own header fields. [`message::Message`]'s accessors type one value each, from its span.
//! [`verdict::judge`] says what to do with a message, [`answer::Answer`] writes a response out of a request's octets.
//!
//! Every bound is here; beyond it a message is refused, never cut.

pub mod address;
pub mod answer;
pub mod credentials;
pub mod digest;
pub mod fault;
mod lexer;
mod lines;
pub mod message;
pub mod method;
pub mod name;
pub mod params;
pub mod sdp;
pub mod stream;
pub mod uri;
pub mod values;
pub mod verdict;
pub mod via;

pub use fault::Fault;
pub use message::Message;

/// Octets of a start line and header section.
pub const MAX_HEAD: usize = 65_535;
/// Octets of a body.
pub const MAX_BODY: usize = 1 << 20;
/// Header fields of a message.
pub const MAX_HEADERS: u16 = 512;
/// Via values of a message (70 is what a Max-Forwards of 70 leaves behind).
pub const MAX_VIAS: usize = 128;
/// Largest CSeq number (RFC 3261 §8.1.1.5).
pub const MAX_SEQUENCE: u32 = (1 << 31) - 1;

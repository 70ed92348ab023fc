//! Session descriptions as data, and offer and answer (RFC 4566, RFC 3264): one stream of one call.

mod codec;
mod description;
mod negotiation;
mod ports;

pub use codec::{Codec, Codecs};
pub use description::{Description, Direction};
pub use negotiation::{Media, Negotiation, NegotiationState};
pub use ports::MediaPorts;

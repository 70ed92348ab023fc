//! SIP as data and machines: typed messages, the transactions of RFC 3261 §17, the dialogs of §12, the text of the wire.

pub mod dialog;
pub mod message;
pub mod sdp;
pub mod text;
pub mod transaction;

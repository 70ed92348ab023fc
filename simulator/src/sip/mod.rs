//! SIP as data and machines: typed messages, the transactions of RFC 3261 §17, and the dialogs of §12.

pub mod dialog;
pub mod message;
pub mod sdp;
pub mod transaction;

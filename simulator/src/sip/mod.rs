//! SIP as data and machines: typed messages, and the transactions of RFC 3261 §17.

pub mod message;
pub mod transaction;

//! What registers: devices of users and trunks, and the open sources that wake them.

mod doings;
pub mod flow;
pub mod parties;
pub mod party;
pub mod people;
pub mod phone;
mod restraint;
pub mod retry;
pub mod source;

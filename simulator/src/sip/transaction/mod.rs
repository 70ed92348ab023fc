//! Non-INVITE transactions (RFC 3261 §17.1.2, §17.2.2), with their timers by letter.

mod client;
mod server;
pub mod timing;

pub use client::{ClientTransaction, Timeout};
pub use server::{ServerTransaction, ServerTransactions};

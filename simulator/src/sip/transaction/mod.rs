//! The four transactions of RFC 3261 §17 with RFC 6026, and CANCEL (§9): timers by letter, no I/O.
//!
//! A transaction is a few numbers in its owner's record. It is told what came and what is due, and answers what that
//! means; the owner builds and sends the messages.

mod cancel;
mod client;
mod invite_client;
mod invite_server;
mod server;
pub mod timing;

pub use cancel::{Cancel, CancelState, CancelTimeout};
pub use client::{ClientState, ClientTransaction, Timeout};
pub use invite_client::{Heard, InviteClientState, InviteClientTransaction};
pub use invite_server::{Cancelled, InviteServerState, InviteServerTimeout, InviteServerTransaction, Matched};
pub use server::{ServerTransaction, ServerTransactions};

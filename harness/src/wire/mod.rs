//! The second clock: the same machines on real sockets.
//!
//! A [`driver`] runs a simulation part of which lives elsewhere: what leaves for it is written as text by an edge
//! ([`client`] or [`server`]) and sent by [`socket`], the one place that sends; what arrives is read and handed in. Text
//! and addresses end at the edges. The [`ledger`] accounts for every arrival, [`validity`] says whether it can be believed.

pub mod calls;
pub mod client;
pub mod clock;
pub mod directory;
pub mod driver;
pub mod farewell;
pub mod heard;
pub mod ledger;
pub mod line;
pub mod part;
pub mod ping;
pub mod prospect;
pub mod rails;
pub mod search;
pub mod secret;
pub mod server;
pub mod serving;
pub mod socket;
pub mod streams;
pub mod summary;
pub mod target;
pub mod transactions;
pub mod validity;

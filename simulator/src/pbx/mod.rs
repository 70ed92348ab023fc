//! A PBX of the cluster: registrar, standby, borrower or issuer of licences.

mod b2bua;
pub mod bindings;
mod channels;
mod claims;
pub mod cluster;
pub mod exchange;
mod forwarding;
pub mod functions;
pub mod licensing;
mod losses;
pub mod node;
mod queueing;
pub mod queues;
mod registrar;
mod rights;
mod routing;
pub mod standby;
mod transferring;
mod units;
pub mod worker;

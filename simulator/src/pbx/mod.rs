//! A PBX of the cluster: registrar, standby, borrower or issuer of licences.

mod b2bua;
pub mod bindings;
mod channels;
pub mod cluster;
pub mod exchange;
mod forwarding;
pub mod licensing;
mod losses;
pub mod node;
mod queueing;
pub mod queues;
mod registrar;
mod rights;
mod routing;
pub mod standby;
mod units;
pub mod worker;

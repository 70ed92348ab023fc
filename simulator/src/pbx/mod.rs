//! A PBX of the cluster: registrar, standby, borrower or issuer of licences.

mod b2bua;
pub mod bindings;
pub mod cluster;
pub mod exchange;
pub mod licensing;
pub mod node;
mod registrar;
mod rights;
mod routing;
pub mod standby;
mod units;
pub mod worker;

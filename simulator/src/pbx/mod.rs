//! A PBX of the cluster: registrar, standby, borrower or issuer of licences.

pub mod bindings;
pub mod cluster;
pub mod licensing;
pub mod node;
mod registrar;
pub mod standby;
mod units;
pub mod worker;

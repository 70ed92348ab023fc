//! Floating licences: features, pools, leases, and the messages that move them (checkout §3).

pub mod authority;
pub mod catalogue;
pub mod domain;
pub mod entitlement;
pub mod feature;
pub mod holders;
pub mod lease;
pub mod message;
pub(crate) mod mutant;
pub mod reason;
pub mod rules;
pub mod stock;
pub mod versions;

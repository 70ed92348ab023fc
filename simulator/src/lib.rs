//! PBX clusters, SIP endpoints and floating licences as machines without I/O, and the virtual time that drives them.
//!
//! # The contract
//!
//! A node takes one input at a time and never waits: [`node::Node::handle`] writes packets and facts to an
//! [`node::Outbox`], [`node::Node::poll_timeout`] says when it wants to be called again. Time and chance are parameters.
//! The same machines run in virtual time (under [`engine::Engine`]) and on sockets (under a driver elsewhere).
//!
//! # Levels
//!
//! Each uses only those before it, and a test holds that: time, prefetch, rng, distribution, id, slab, numbers, search ·
//! `licence::feature`, `licence::entitlement`, `licence::reason`, `licence::stock` · layout, settings, schedule, spread, chaos · sip, licence · event,
//! node · call · engine, endpoint, pbx · site · simulation · invariants.

#[cfg(test)]
extern crate self as simulator;

pub mod call;
pub mod chaos;
pub mod distribution;
pub mod endpoint;
pub mod engine;
pub mod event;
pub mod id;
pub mod invariants;
pub mod layout;
pub mod licence;
pub mod node;
pub mod numbers;
pub mod pbx;
mod prefetch;
pub mod rng;
pub mod schedule;
pub mod search;
pub mod settings;
pub mod simulation;
pub mod sip;
pub mod site;
pub mod slab;
pub mod spread;
pub mod time;

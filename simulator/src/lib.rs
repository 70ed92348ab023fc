//! PBX clusters, SIP endpoints and floating licences as machines without I/O, and the virtual time that drives them.

pub mod distribution;
pub mod layout;
/// Licence features, pools, leases and the messages that move them.
pub mod licence {
    pub mod feature;
}
pub mod rng;
pub mod schedule;
pub mod settings;
pub mod time;

//! From a scenario file to a plan.

pub mod plan;
pub mod sentence;

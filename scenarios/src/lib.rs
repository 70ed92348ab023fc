//! From a scenario file to a plan.

pub mod plan;

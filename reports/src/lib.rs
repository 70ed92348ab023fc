//! From measurements to verdicts and words. Knows nothing of simulators or files of scenarios.

pub mod expectation;
pub mod latency;
pub mod measurements;

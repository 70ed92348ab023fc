//! From measurements to verdicts and words. Knows nothing of simulators or files of scenarios.

pub mod ab;
pub mod atomic_file;
pub mod calls;
pub mod comparison;
pub mod contention;
pub mod course;
pub mod expectation;
pub mod formulas;
pub mod ladder;
pub mod latency;
pub mod measurements;
pub mod render;
pub mod result;
pub mod run_file;
#[cfg(test)]
mod sample;
pub mod search;
pub mod shell;
pub mod sipp;
pub mod sizing;
pub mod statistics;
pub mod units;
pub mod verdict;

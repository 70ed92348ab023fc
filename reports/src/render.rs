//! Renderings of a run file. Pure: from results to text.

pub mod ab;
#[cfg(test)]
mod agreement;
pub mod ci;
pub mod comparison;
pub mod csv;
pub mod hlog;
#[cfg(test)]
mod hostile;
pub mod json;
mod judged;
pub mod junit;
pub mod ladder;
pub mod markdown;
pub mod openmetrics;
pub mod page;
mod replay;
mod safe;
mod series;
pub mod sipp;
pub mod sizing;
pub mod summary;
pub mod sweep;
pub mod text;

pub use safe::{safe, safe_json};

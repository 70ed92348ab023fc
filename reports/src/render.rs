//! Renderings of a run file. Pure: from results to text.

pub mod comparison;
pub mod json;
pub mod sweep;
pub mod text;

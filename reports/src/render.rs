//! Renderings of a run file. Pure: from results to text.

pub mod json;
pub mod text;

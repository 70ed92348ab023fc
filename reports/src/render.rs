//! Renderings of a run file. Pure: from results to text.

pub mod comparison;
mod csv;
pub mod json;
mod judged;
pub mod page;
mod replay;
mod safe;
pub mod sizing;
pub mod sweep;
pub mod text;

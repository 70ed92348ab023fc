//! Renderings of a run file. Pure: from results to text.

pub mod ab;
pub mod ci;
pub mod comparison;
pub mod csv;
pub mod json;
mod judged;
pub mod junit;
pub mod markdown;
pub mod openmetrics;
pub mod page;
mod replay;
mod safe;
mod series;
pub mod sizing;
pub mod sweep;
pub mod text;

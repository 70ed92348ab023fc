//! From a scenario file to a plan.

mod check;
mod diagnostics;
mod explain;
mod language;
mod like;
mod load;
mod nearest;
mod paths;
pub mod plan;
mod planning;
mod reference;
mod render;
mod schema;
pub mod sentence;
mod source;
mod template;
mod value;
mod yaml;

pub use diagnostics::{Diagnostics, Place, Severity};
pub use explain::explain;
pub use load::{Loaded, decode, load};
pub use reference::{ReferenceRow, reference};
pub use schema::schema;
pub use template::Template;

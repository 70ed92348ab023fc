//! From a scenario file to a plan: the text is read into a tree whose every value knows its place, checked against the
//! tables of the language, and planned. Nothing after a [`plan::Plan`] can fail on configuration.
//!
//! ```
//! let text = "pbxsim: 1\nlasts: 30\nusers: { desk: { count: 5 } }\nexpect: [no users are dropped]\n";
//! let wrong = scenarios::load("desk.yaml", text, &[], None).unwrap_err();
//! assert_eq!(wrong.places().next().map(|place| (place.line, place.column, place.message)), Some((2, 8, "30 what?")));
//!
//! let right = scenarios::load("desk.yaml", text, &["lasts=30 min".to_owned()], None);
//! assert!(right.is_err(), "the file itself must be right, too");
//! ```

#[cfg(test)]
extern crate self as scenarios;

pub mod audit;
mod check;
mod diagnostics;
mod explain;
mod explicit;
mod installation;
mod language;
mod like;
mod load;
mod nearest;
mod paths;
pub mod plan;
mod planning;
pub mod quote;
mod reference;
mod render;
#[cfg(test)]
#[path = "../tests/rules.rs"]
mod rules;
mod schema;
pub mod sentence;
mod source;
mod template;
mod value;
mod values;
mod variants;
mod yaml;

pub use diagnostics::{Diagnostics, Place, Severity};
pub use explain::explain;
pub use explicit::{explicit, written as fault_lines};
pub use load::{Loaded, audit, decode, load, quote, tiers};
pub use quote::licence_name;
pub use reference::{ReadingRow, ReferenceRow, readings, reference};
pub use schema::schema;
pub use template::Template;
pub use values::{differences, values};

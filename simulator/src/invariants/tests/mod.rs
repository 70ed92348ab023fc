//! Planted defects must be found, by the invariant that is for them.

mod mutants;
#[path = "../../../tests/schedules/mod.rs"]
mod schedules;

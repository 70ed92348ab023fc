//! The binary as its users meet it: one file per subject.

#[path = "cli/desk.rs"]
mod desk;

#[path = "cli/answers.rs"]
mod answers;
#[path = "cli/audit.rs"]
mod audit;
#[path = "cli/book.rs"]
mod book;
#[path = "cli/cdr.rs"]
mod cdr;
#[path = "cli/compare.rs"]
mod compare;
#[path = "cli/compare_commands.rs"]
mod compare_commands;
#[path = "cli/drift.rs"]
mod drift;
#[path = "cli/exit_codes.rs"]
mod exit_codes;
#[path = "cli/hints.rs"]
mod hints;
#[path = "cli/interrupts.rs"]
mod interrupts;
#[path = "cli/kills.rs"]
mod kills;
#[path = "cli/library.rs"]
mod library;
#[path = "cli/machine_output.rs"]
mod machine_output;
#[path = "cli/not_yet.rs"]
mod not_yet;
#[path = "cli/plan.rs"]
mod plan;
#[path = "cli/quote.rs"]
mod quote;
#[path = "cli/readme.rs"]
mod readme;
#[path = "cli/run_files.rs"]
mod run_files;
#[path = "cli/search.rs"]
mod search;
#[path = "cli/seeds.rs"]
mod seeds;
#[path = "cli/several_files.rs"]
mod several_files;
#[path = "cli/shrink.rs"]
mod shrink;
#[path = "cli/sweep.rs"]
mod sweep;
#[path = "cli/terminals.rs"]
mod terminals;
#[path = "cli/trace.rs"]
mod trace;

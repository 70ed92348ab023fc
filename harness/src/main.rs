//! `pbxsim`: reads the command line, does what it says, and tells by its exit code how that ended.

mod args;
mod bench;
mod ci;
mod clock;
mod commands;
mod complaint;
mod drift;
mod exit;
mod huge_pages;
mod interrupt;
mod journal;
mod logs;
mod nearest;
mod next;
mod paragraph;
mod prices;
mod progress;
mod rendering;
mod run_files;
mod scenario_files;
mod screen;
mod target;
mod usage;
mod vary;
mod watch;
mod workforce;

use std::process::ExitCode;

use clap::Parser;

use args::Args;

#[global_allocator]
static ALLOCATOR: huge_pages::HugePages = huge_pages::HugePages;

fn main() -> ExitCode {
    logs::start();
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return commands::misread(&error),
    };
    commands::obey(args.verb).map_or_else(
        |complaint| {
            screen::tell(&complaint.to_string());
            complaint.exit.into()
        },
        ExitCode::from,
    )
}

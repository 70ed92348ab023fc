//! `pbxsim schema`, `completions` and `man`: made from the same definitions as the commands themselves.

use clap::{Command, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man;
use reports::render::json;

use crate::args::{Args, SchemaOf};
use crate::commands::no_verb;
use crate::complaint::Complaint;
use crate::exit::Exit;
use crate::screen;

/// The JSON Schema of scenario files, or of results.
pub(super) fn schema(of: SchemaOf) -> Result<Exit, Complaint> {
    match of {
        SchemaOf::Scenario => {
            let schema = serde_json::to_string_pretty(&scenarios::schema()).unwrap_or_default();
            screen::print(&format!("{schema}\n"))?;
        }
        SchemaOf::Result => screen::print(json::SCHEMA)?,
    }
    Ok(Exit::Held)
}

/// Completions for a shell.
pub(super) fn completions(shell: Shell) -> Result<Exit, Complaint> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "pbxsim", &mut script);
    print(&script)
}

/// The manual page of pbxsim, or of one verb.
pub(super) fn man(verb: Option<&str>) -> Result<Exit, Complaint> {
    let mut command = Args::command();
    command.build();
    let page = match verb {
        None => command,
        Some(verb) => page_of(&command, verb)?,
    };
    let mut text = Vec::new();
    Man::new(page)
        .render(&mut text)
        .map_err(|error| Complaint::invalid(format!("the manual page was not written: {error}")))?;
    print(&text)
}

fn page_of(command: &Command, verb: &str) -> Result<Command, Complaint> {
    let mut visible = command.get_subcommands().filter(|one| !one.is_hide_set());
    visible.find(|one| one.get_name() == verb).cloned().ok_or_else(|| no_verb(verb))
}

fn print(bytes: &[u8]) -> Result<Exit, Complaint> {
    screen::print(&String::from_utf8_lossy(bytes))?;
    Ok(Exit::Held)
}

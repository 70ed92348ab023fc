//! One file per verb: from what was typed to what is done.

mod check;
mod explain;
mod list;
mod manual;
mod new;
mod run;
mod show;
mod start;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use scenarios::{Diagnostics, Loaded};

use crate::args::Verb;
use crate::complaint::Complaint;
use crate::exit::Exit;
use crate::shell::quoted;
use crate::{scenario_files, screen};

/// Does what was asked for.
pub(crate) fn obey(verb: Option<Verb>) -> Result<Exit, Complaint> {
    let Some(verb) = verb else { return start::start() };
    if let Some(name) = verb.later() {
        return Err(Complaint::not_yet(&format!("pbxsim {name}")));
    }
    match &verb {
        Verb::New(args) => new::new(args),
        Verb::Check(args) => check::check(args),
        Verb::Explain(args) => explain::explain(args),
        Verb::Run(args) => run::run(args),
        Verb::Show(args) => show::show(args),
        Verb::List(args) => list::list(args.topic),
        Verb::Schema => manual::schema(),
        Verb::Completions(args) => manual::completions(args.shell),
        Verb::Man(args) => manual::man(args.verb.as_deref()),
        _ => unreachable!("verbs of a later version were refused above"),
    }
}

/// Help and versions are answers; the rest is a mistake with a hint.
pub(crate) fn misread(error: &clap::Error) -> ExitCode {
    // A reader that has left early is no error.
    let _ = error.print();
    if let (ErrorKind::InvalidSubcommand, Some(ContextValue::String(word))) =
        (error.kind(), error.get(ContextKind::InvalidSubcommand))
        && Path::new(word).exists()
    {
        screen::tell(&format!("\n  to run it: pbxsim run {}\n", quoted(word)));
    }
    u8::try_from(error.exit_code()).unwrap_or(Exit::Wrong.code()).into()
}

/// One scenario of the command line, read.
struct Scenario {
    path: PathBuf,
    loaded: Result<Loaded, Diagnostics>,
}

/// Reads all files; what cannot be read is told at once, and is `None` in the end.
fn load(paths: &[PathBuf], overrides: &[String], variant: Option<&str>) -> Option<Vec<Scenario>> {
    let (files, complaints) = scenario_files::expand(paths);
    complaints.iter().for_each(|complaint| screen::tell(&complaint.to_string()));
    let mut is_whole = complaints.is_empty();
    let mut scenarios = Vec::new();
    for path in files {
        match scenario_files::read(&path) {
            Ok(bytes) => {
                let name = path.to_string_lossy();
                let text = scenarios::decode(&name, bytes);
                let loaded = text.and_then(|text| scenarios::load(&name, &text, overrides, variant));
                tracing::info!(path = %path.display(), ok = loaded.is_ok(), "scenario read");
                scenarios.push(Scenario { path, loaded });
            }
            Err(complaint) => {
                screen::tell(&complaint.to_string());
                is_whole = false;
            }
        }
    }
    is_whole.then_some(scenarios)
}

/// Reads all files for a command that needs them right: mistakes and warnings are told. `None`: nothing may run.
fn load_right(paths: &[PathBuf], overrides: &[String], variant: Option<&str>) -> Option<Vec<(PathBuf, Loaded)>> {
    let scenarios = load(paths, overrides, variant);
    let mut right = Some(Vec::new());
    for scenario in scenarios? {
        match scenario.loaded {
            Ok(loaded) => {
                if !loaded.warnings.is_empty() {
                    screen::tell(&loaded.warnings.render());
                }
                if let Some(right) = &mut right {
                    right.push((scenario.path, loaded));
                }
            }
            Err(mistakes) => {
                screen::tell(&mistakes.render());
                right = None;
            }
        }
    }
    right
}

/// A verb without a file: which are there.
fn which_scenario(verb: &str) -> Complaint {
    let here = scenario_files::in_folder(Path::new(".")).unwrap_or_default();
    let hint = match here.as_slice() {
        [] => "none here; to make one: pbxsim new rush.yaml".to_owned(),
        files => files
            .iter()
            .take(MOST_SHOWN)
            .map(|file| format!("pbxsim {verb} {}\n", quoted(&file.to_string_lossy())))
            .chain((files.len() > MOST_SHOWN).then(|| format!("… and {} more", files.len() - MOST_SHOWN)))
            .collect(),
    };
    Complaint::wrong("which scenario?").hint(hint)
}

const MOST_SHOWN: usize = 15;

//! One file per verb: from what was typed to what is done.

mod audit;
mod cdr;
mod check;
mod compare;
mod explain;
mod list;
mod manual;
mod new;
mod plan;
mod quote;
mod run;
mod show;
mod shrink;
mod sipp;
mod start;
mod sweep;
mod trace;
mod wire;
mod worker;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, CommandFactory};
use scenarios::{Diagnostics, Loaded};

use crate::args::{Args, Verb};
use crate::complaint::Complaint;
use crate::exit::Exit;
use crate::nearest::nearest;
use crate::{scenario_files, screen};
use reports::shell::quoted;

/// Does what was asked for.
pub(crate) fn obey(verb: Option<Verb>) -> Result<Exit, Complaint> {
    let Some(verb) = verb else { return start::start() };
    if let Some(name) = verb.later() {
        return Err(Complaint::not_yet(&format!("pbxsim {name}")));
    }
    match &verb {
        Verb::New(args) => new::new(args),
        Verb::Audit(args) => audit::audit(args),
        Verb::Quote(args) => quote::quote(args),
        Verb::Check(args) => check::check(args),
        Verb::Explain(args) => explain::explain(args),
        Verb::Run(args) => run::run(args),
        Verb::Compare(args) => compare::compare(args),
        Verb::Plan(args) => plan::plan(args),
        Verb::Sweep(args) => sweep::sweep(args),
        Verb::Shrink(args) => shrink::shrink(args),
        Verb::Cdr(args) => cdr::cdr(args),
        Verb::Serve(args) => wire::serve(args),
        Verb::Worker(args) => worker::worker(args),
        Verb::Workers(args) => worker::workers(args),
        Verb::Show(args) => show::show(args),
        Verb::Trace(args) => trace::trace(args),
        Verb::List(args) => list::list(args.topic),
        Verb::Schema(args) => manual::schema(args.of),
        Verb::Completions(args) => manual::completions(args.shell),
        Verb::Man(args) => manual::man(args.verb.as_deref()),
        _ => unreachable!("verbs of a later version were refused above"),
    }
}

/// Help and versions are answers; the rest is a mistake with a hint.
pub(crate) fn misread(error: &clap::Error) -> ExitCode {
    if let (ErrorKind::InvalidSubcommand, Some(ContextValue::String(word))) =
        (error.kind(), error.get(ContextKind::InvalidSubcommand))
    {
        let complaint = no_verb(word);
        screen::tell(&complaint.to_string());
        return complaint.exit.into();
    }
    // A reader that has left early is no error.
    let _ = error.print();
    u8::try_from(error.exit_code()).unwrap_or(Exit::Wrong.code()).into()
}

/// A word where a verb should be: a slip, or a file that someone wants to run.
fn no_verb(word: &str) -> Complaint {
    let command = Args::command();
    let verbs: Vec<&str> =
        command.get_subcommands().filter(|verb| !verb.is_hide_set()).map(Command::get_name).collect();
    let hint = if Path::new(word).exists() {
        format!("to run it: pbxsim run {}", quoted(word))
    } else if let Some(verb) = nearest(word, verbs.iter().copied()) {
        format!("did you mean {verb}?")
    } else {
        format!("verbs are: {}", verbs.join(", "))
    };
    Complaint::wrong(format!("there is no verb \"{word}\"")).hint(hint)
}

/// One scenario of the command line: ready to run, or what is wrong with it in words.
pub(crate) type Scenario = Result<(PathBuf, Loaded), String>;

/// Reads all files, also when some of them are wrong.
fn load(paths: &[PathBuf], overrides: &[String], variant: Option<&str>) -> Vec<Scenario> {
    let (files, complaints) = scenario_files::expand(paths);
    let unfound = complaints.iter().map(|complaint| Err(complaint.to_string()));
    unfound.chain(files.into_iter().map(|path| load_one(path, overrides, variant))).collect()
}

pub(crate) fn load_one(path: PathBuf, overrides: &[String], variant: Option<&str>) -> Scenario {
    match read_one(&path, overrides, variant) {
        Ok(loaded) => Ok((path, loaded)),
        Err(Unfit::Unread(complaint)) => Err(complaint.to_string()),
        Err(Unfit::Wrong(mistakes)) => Err(mistakes.render()),
    }
}

/// Why a scenario cannot be run.
enum Unfit {
    /// Its file cannot be read.
    Unread(Complaint),
    /// What it says is wrong, at these places.
    Wrong(Diagnostics),
}

fn read_one(path: &Path, overrides: &[String], variant: Option<&str>) -> Result<Loaded, Unfit> {
    let bytes = scenario_files::read(path).map_err(Unfit::Unread)?;
    let name = path.to_string_lossy();
    let text = scenarios::decode(&name, bytes);
    let loaded = text.and_then(|text| scenarios::load(&name, &text, overrides, variant));
    tracing::info!(path = %path.display(), ok = loaded.is_ok(), "scenario read");
    loaded.map_err(Unfit::Wrong)
}

/// Reads all files for a command that needs them right: mistakes and warnings are told. `None`: nothing may run.
fn load_right(paths: &[PathBuf], overrides: &[String], variant: Option<&str>) -> Option<Vec<(PathBuf, Loaded)>> {
    let scenarios = load(paths, overrides, variant);
    for scenario in &scenarios {
        match scenario {
            Ok((_, loaded)) if loaded.warnings.is_empty() => {}
            Ok((_, loaded)) => screen::tell(&loaded.warnings.render()),
            Err(mistakes) => screen::tell(mistakes),
        }
    }
    scenarios.into_iter().collect::<Result<_, _>>().ok()
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

//! `pbxsim shrink`: a failing run with random faults becomes a small file that fails the same way.

use std::path::{Path, PathBuf};

use harness::run::{self, Item};
use harness::shrink::{Failure, Fault, Shrunk, failure, faults_of, shrink as smaller};
use reports::shell::quoted;
use reports::units;
use scenarios::plan::Plan;

use crate::args::Shrink;
use crate::clock::Stopwatch;
use crate::commands::new::write_new;
use crate::commands::{load_right, which_scenario};
use crate::complaint::Complaint;
use crate::exit::Exit;
use crate::progress::Display;
use crate::{interrupt, screen};

/// Lines of the timeline shown.
const SHOWN: usize = 20;

/// Finds a seed that fails, makes its faults few and short, and writes them down.
pub(super) fn shrink(args: &Shrink) -> Result<Exit, Complaint> {
    let Some(file) = &args.file else { return Err(which_scenario("shrink")) };
    let Some(scenarios) = load_right(core::slice::from_ref(file), &args.overrides, args.variant.as_deref()) else {
        return Ok(Exit::Wrong);
    };
    let plans: Vec<Plan> = scenarios.into_iter().flat_map(|(_, loaded)| loaded.plans).collect();
    let plan = the_one(&plans)?;
    let interrupted = interrupt::flag();
    let stop = || interrupted.load(std::sync::atomic::Ordering::Relaxed);
    let display = Display::open_ended(Stopwatch::start(), ["run", "runs"]);
    let Some((seed, failure)) = failing(plan, args.seed, &stop, &display) else {
        display.clear();
        if stop() {
            return Ok(Exit::Interrupted);
        }
        screen::print(&nothing_fails(plan, args.seed))?;
        return Ok(Exit::Held);
    };
    let shrunk = smaller(plan, seed, &failure, args.runs, &stop, &display);
    display.clear();
    let text = file_of(plan, seed, &failure, &shrunk);
    let path = args.out.clone().unwrap_or_else(|| path_of(file, plan, seed));
    screen::print(&summary(plan, seed, &failure, &shrunk))?;
    write_new(&path, &text)?;
    let verified = fails_as_written(&path, &text, &failure, &stop);
    screen::print(&closing(&path, verified))?;
    Ok(if stop() { Exit::Interrupted } else { Exit::Failed })
}

fn the_one(plans: &[Plan]) -> Result<&Plan, Complaint> {
    let [plan] = plans else {
        let names: Vec<&str> = plans.iter().filter_map(|plan| plan.variant.as_deref()).collect();
        return Err(Complaint::wrong("which variant?").hint(format!("--variant {}", names.join(", or --variant "))));
    };
    if plan.chaos.is_empty() {
        return Err(Complaint::wrong(format!("{} has no random faults: nothing can be left out", plan.source.path))
            .hint("they come with the verb \"chaos\" of the timeline"));
    }
    Ok(plan)
}

/// The first seed that fails, or the one asked for if it does.
fn failing(plan: &Plan, only: Option<u64>, stop: &dyn Fn() -> bool, display: &Display) -> Option<(u64, Failure)> {
    let seeds = match only {
        Some(seed) => seed..seed.saturating_add(1),
        None => plan.seed..plan.seed.saturating_add(u64::from(plan.seeds)),
    };
    let found = seeds.into_iter().take_while(|_| !stop()).find_map(|seed| {
        let measured = run::one(Item { plan, seed }, stop, display);
        failure(plan, &measured).map(|failure| (seed, failure))
    });
    found.filter(|_| !stop())
}

fn nothing_fails(plan: &Plan, only: Option<u64>) -> String {
    match only {
        Some(seed) => format!("Seed {seed} holds: there is nothing to shrink.\n"),
        None => format!("All {} seeds hold: there is nothing to shrink.\n", units::count(u64::from(plan.seeds))),
    }
}

fn in_words(plan: &Plan, failure: &Failure) -> String {
    match failure {
        Failure::Invariant(id) => format!("invariant {id} breaks"),
        Failure::Sentence(index) => format!("does not hold: {}", plan.expectations[*index].text),
    }
}

fn summary(plan: &Plan, seed: u64, failure: &Failure, shrunk: &Shrunk) -> String {
    let (before, after) = (faults_of(plan, seed).len() as u64, shrunk.faults.len() as u64);
    let enough = match after {
        0 => "It fails without any of them".to_owned(),
        1 => "One of them is enough".to_owned(),
        _ => format!("{} of them are enough", units::count(after)),
    };
    let runs = units::things(u64::from(shrunk.runs), "run", "runs");
    let limit = if shrunk.is_minimal { "" } else { "; there was no time to try whether fewer are" };
    let mut text = format!(
        "{}, seed {seed}, {}: {}.\n{enough} ({runs}{limit}).\n",
        plan.source.path,
        units::things(before, "fault", "faults"),
        in_words(plan, failure)
    );
    let lines: Vec<String> = lines(plan, &shrunk.faults);
    lines.iter().take(SHOWN).for_each(|line| text.push_str(&format!("  - {line}\n")));
    if lines.len() > SHOWN {
        text.push_str(&format!("  and {} more lines\n", units::count((lines.len() - SHOWN) as u64)));
    }
    text
}

fn lines(plan: &Plan, faults: &[Fault]) -> Vec<String> {
    faults.iter().flat_map(|(_, strike)| scenarios::fault_lines(strike, &plan.layout)).collect()
}

/// The scenario, with its origin above it.
fn file_of(plan: &Plan, seed: u64, failure: &Failure, shrunk: &Shrunk) -> String {
    let kept: Vec<usize> = match failure {
        Failure::Invariant(_) => (0..plan.expectations.len()).collect(),
        Failure::Sentence(index) => vec![*index],
    };
    let variant = plan.variant.as_ref().map_or(String::new(), |variant| format!(", variant {variant}"));
    let origin = format!("{}{variant}, seed {seed}", plan.source.path).replace(['\n', '\r'], " ");
    let scenario = scenarios::explicit(plan, seed, &shrunk.faults, &kept);
    format!("# {origin}, with what is needed of its random faults: {}\n{scenario}", in_words(plan, failure))
}

fn path_of(file: &Path, plan: &Plan, seed: u64) -> PathBuf {
    let stem = file.file_stem().map_or_else(|| "scenario".into(), |stem| stem.to_string_lossy().into_owned());
    let variant = plan.variant.as_ref().map_or(String::new(), |variant| format!("-{variant}"));
    PathBuf::from(format!("{stem}{variant}-seed-{seed}.yaml"))
}

/// Whether the text, read as anybody would read it, fails as it should.
fn fails_as_written(path: &Path, text: &str, wanted: &Failure, stop: &dyn Fn() -> bool) -> bool {
    let name = path.to_string_lossy();
    let Ok(loaded) = scenarios::load(&name, text, &[], None) else { return false };
    let [plan] = loaded.plans.as_slice() else { return false };
    let measured =
        run::one(Item { plan, seed: plan.seed }, stop, &Display::open_ended(Stopwatch::start(), ["run", "runs"]));
    match (failure(plan, &measured), wanted) {
        (Some(Failure::Sentence(_)), Failure::Sentence(_)) => true,
        (found, wanted) => found.as_ref() == Some(wanted),
    }
}

fn closing(path: &Path, verified: bool) -> String {
    let name = quoted(&path.to_string_lossy());
    if verified {
        format!("Now: pbxsim run {name}\n")
    } else {
        format!("{name} was written, but does not fail in the same way: a sentence may speak of the random faults.\n")
    }
}

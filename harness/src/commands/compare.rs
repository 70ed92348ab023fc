//! `pbxsim compare`: worse, the same, better, or nobody can tell. Both sides run the same seeds, paired one by one.

mod by_command;

use std::path::Path;

use harness::run::{self, Item, Threads};
use reports::comparison::{Change, Comparison};
use reports::measurements::{Measurements, Stopped};
use reports::render::comparison::{self, Compared};
use reports::result::{Header, RunResult};
use reports::run_file::RunFile;
use scenarios::plan::Plan;

use crate::args::{Compare, CompareFormat, Undecided};
use crate::clock::Stopwatch;
use crate::commands::load_right;
use crate::complaint::Complaint;
use crate::exit::Exit;
use crate::progress::Display;
use crate::{interrupt, run_files, scenario_files, screen};
use by_command::Builds;

/// Compares what was asked for.
pub(super) fn compare(args: &Compare) -> Result<Exit, Complaint> {
    let [base, new] = match Builds::of(args)? {
        Some(builds) if builds.write_files()? => builds.files()?,
        Some(builds) => return by_command::in_turns(&builds, args),
        None => match sides(args)? {
            Some(sides) => sides,
            None => return Ok(Exit::Wrong),
        },
    };
    let pairs = matched(base, new)?;
    let threads = args.common.threads();
    let Some(results) = results(&pairs, args, threads) else { return Ok(Exit::Interrupted) };
    let compared: Vec<Compared> =
        results.iter().map(|(base, new)| compared(base, new, args.min_effect.0)).collect::<Result<_, _>>()?;
    screen::print(&match args.format {
        CompareFormat::Text => comparison::text(&compared, args.min_effect.0),
        CompareFormat::Md => comparison::markdown(&compared, args.min_effect.0),
    })?;
    Ok(exit(Change::of_all(compared.iter().map(|one| one.comparison.change)), args))
}

/// How a comparison ends.
fn exit(change: Change, args: &Compare) -> Exit {
    match change {
        Change::Worse => Exit::Failed,
        Change::Same | Change::Better => Exit::Held,
        Change::CantTell if args.cant_tell == Undecided::Fail => Exit::Failed,
        Change::CantTell => Exit::CantTell,
    }
}

/// What the two paths hold; `None`: a file is wrong, which was said then.
fn sides(args: &Compare) -> Result<Option<[Vec<Candidate>; 2]>, Complaint> {
    let (Some(base), Some(new)) = (&args.base, &args.new) else {
        return Err(Complaint::wrong("compare what with what?").hint("pbxsim compare BASE NEW: files, folders or runs"));
    };
    let sets = &args.common.overrides;
    let new_sets: Vec<String> = sets.iter().chain(&args.new_overrides).cloned().collect();
    let (base, new) = (side(base, sets, args)?, side(new, &new_sets, args)?);
    Ok(base.zip(new).map(Into::into))
}

/// One scenario of one side.
struct Candidate {
    /// Its path within the folder that was given, or its file name.
    file: String,
    variant: Option<String>,
    what: What,
}

/// To be run, or run already.
enum What {
    Plan(Box<Plan>),
    Result(Box<RunResult>),
}

/// A file, a folder of them, or a run file; `None`: a file is wrong, which was said then.
fn side(path: &Path, overrides: &[String], args: &Compare) -> Result<Option<Vec<Candidate>>, Complaint> {
    if scenario_files::is_yaml(path) || path.is_dir() {
        let Some(scenarios) = load_right(&[path.to_path_buf()], overrides, args.common.variant.as_deref()) else {
            return Ok(None);
        };
        let name = |file: &Path| {
            let inside = file.strip_prefix(path).ok().filter(|inside| !inside.as_os_str().is_empty());
            inside.or(file.file_name().map(Path::new)).unwrap_or(file).to_string_lossy().into_owned()
        };
        let candidates = scenarios.into_iter().flat_map(|(file, loaded)| {
            let file = name(&file);
            let of = move |plan: Plan| Candidate {
                file: file.clone(),
                variant: plan.variant.clone(),
                what: What::Plan(Box::new(plan)),
            };
            loaded.plans.into_iter().map(of)
        });
        return Ok(Some(candidates.collect()));
    }
    let path = run_files::find(path)?;
    let run: RunFile = run_files::read(&path)?;
    Ok(Some(of_run_file(run, args.common.variant.as_deref())))
}

/// What a run file holds, or one variant of it.
fn of_run_file(run: RunFile, variant: Option<&str>) -> Vec<Candidate> {
    let candidates = run.results.into_iter().map(|result| Candidate {
        file: Path::new(&result.header.file).file_name().unwrap_or_default().to_string_lossy().into_owned(),
        variant: result.header.variant.clone(),
        what: What::Result(Box::new(result)),
    });
    candidates.filter(|one| variant.is_none() || one.variant.as_deref() == variant).collect()
}

/// Same file and variant on both sides; one on each side belong together whatever they are called.
fn matched(base: Vec<Candidate>, mut new: Vec<Candidate>) -> Result<Vec<(Candidate, Candidate)>, Complaint> {
    if base.len() == 1 && new.len() == 1 {
        return Ok(base.into_iter().zip(new).collect());
    }
    let one_file = |side: &[Candidate]| side.windows(2).all(|pair| pair[0].file == pair[1].file);
    let any_name = one_file(&base) && one_file(&new);
    let mut pairs = Vec::new();
    for one in base {
        let same = |other: &Candidate| (any_name || other.file == one.file) && other.variant == one.variant;
        match new.iter().position(same) {
            Some(place) => pairs.push((one, new.remove(place))),
            None => screen::tell(&format!("only in BASE: {}\n", called(&one))),
        }
    }
    new.iter().for_each(|one| screen::tell(&format!("only in NEW: {}\n", called(one))));
    if pairs.is_empty() {
        return Err(Complaint::wrong("nothing on one side has its like on the other").hint("same file, same variant"));
    }
    Ok(pairs)
}

fn called(one: &Candidate) -> String {
    one.variant.as_ref().map_or_else(|| one.file.clone(), |variant| format!("{}: {variant}", one.file))
}

/// Runs what is to be run; `None`: interrupted.
fn results(pairs: &[(Candidate, Candidate)], args: &Compare, threads: usize) -> Option<Vec<(RunResult, RunResult)>> {
    let seeds: Vec<Vec<u64>> = pairs.iter().map(|(base, new)| seeds(base, new, args)).collect();
    let mut items = Vec::new();
    for ((base, new), seeds) in pairs.iter().zip(&seeds) {
        for plan in [base, new].into_iter().filter_map(Candidate::plan) {
            items.extend(seeds.iter().map(|seed| Item { plan, seed: *seed }));
        }
    }
    let interrupted = interrupt::flag();
    let display = Display::new(items.len(), Stopwatch::start(), pairs.len() == 1);
    let measured = run::all(&items, &Threads(threads), &interrupted, &display);
    display.clear();
    let whole = |run: &Option<Measurements>| run.as_ref().is_some_and(|run| run.stopped != Some(Stopped::Interrupted));
    if !measured.iter().all(whole) {
        return None;
    }
    let mut measured = measured.into_iter().flatten();
    let mut result = |one: &Candidate, seeds: &[u64]| match &one.what {
        What::Result(result) => RunResult::clone(result),
        What::Plan(plan) => RunResult {
            header: header(plan),
            expectations: plan.expectations.clone(),
            seeds: measured.by_ref().take(seeds.len()).collect(),
        },
    };
    Some(pairs.iter().zip(&seeds).map(|((base, new), seeds)| (result(base, seeds), result(new, seeds))).collect())
}

/// Those of a run that is there; else as many as asked for, from the first of the base on.
fn seeds(base: &Candidate, new: &Candidate, args: &Compare) -> Vec<u64> {
    let run = [base, new].into_iter().find_map(|one| match &one.what {
        What::Result(result) => Some(result.seeds.iter().map(|run| run.seed).collect()),
        What::Plan(_) => None,
    });
    let count = |plan: &Plan| args.common.seeds.unwrap_or(plan.seeds);
    let planned = |plan: &Plan| (0..u64::from(count(plan))).map(|place| plan.seed.wrapping_add(place)).collect();
    run.or_else(|| base.plan().map(planned)).unwrap_or_default()
}

impl Candidate {
    fn plan(&self) -> Option<&Plan> {
        match &self.what {
            What::Plan(plan) => Some(plan),
            What::Result(_) => None,
        }
    }
}

fn header(plan: &Plan) -> Header {
    Header {
        title: plan.title.clone(),
        file: plan.source.path.clone(),
        variant: plan.variant.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        source: plan.source.text.clone(),
        overrides: plan.source.overrides.clone(),
        ..Header::default()
    }
}

fn compared(base: &RunResult, new: &RunResult, min_effect: f64) -> Result<Compared, Complaint> {
    let (left, right) = (&base.header, &new.header);
    if left.version != right.version {
        screen::tell(&format!(
            "warning: BASE is of pbxsim {}, NEW of {}: what differs may be pbxsim itself\n",
            left.version, right.version
        ));
    }
    let comparison = Comparison::of(base, new, min_effect);
    if comparison.pairs == 0 {
        return Err(Complaint::wrong(format!("{}: the two sides have no seed in common", right.file))
            .hint("runs are compared seed by seed: give both the same --seeds and seed"));
    }
    let variant = right.variant.as_ref().map_or_else(String::new, |variant| format!(": {variant}"));
    Ok(Compared { name: format!("{}{variant}", right.file), differences: differences(left, right), comparison })
}

/// What differs between the files, and which variants stand side by side.
fn differences(left: &Header, right: &Header) -> Vec<String> {
    let values = |header: &Header| scenarios::values(&header.file, &header.source, &header.overrides);
    let mut lines = match (values(left), values(right)) {
        (Ok(left), Ok(right)) => scenarios::differences(&left, &right),
        // Both were right when they ran.
        _ => vec!["(a run of another version: its scenario cannot be read by this one)".to_owned()],
    };
    if left.variant != right.variant {
        let name = |header: &Header| header.variant.clone().unwrap_or_else(|| "(none)".to_owned());
        lines.insert(0, format!("variant {} → {}", name(left), name(right)));
    }
    lines
}

//! `pbxsim run`: all files are read first, then all seeds of all plans are one list of work; one summary, one run file.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use harness::fleet::fleet::Crew;
use harness::run::{self, Item, Progress};
use reports::measurements::{Measurements, Stopped};
use reports::render::text;
use reports::render::text::{Options, Style};
use reports::result::{Header, Host, RESULT_SCHEMA, RunResult};
use reports::run_file::RunFile;
use reports::verdict::Stopping;
use scenarios::plan::Plan;

use crate::args::{self, Format, Seeds};
use crate::clock::Stopwatch;
use crate::commands::{load_right, which_scenario, wire};
use crate::complaint::Complaint;
use crate::drift::Expected;
use crate::exit::Exit;
use crate::progress::Display;
use crate::rendering::rendered;
use crate::run_files::Destination;
use crate::watch::Watch;
use crate::workforce::Workforce;
use crate::{ci, interrupt, next, screen, usage};

/// Runs what was asked for.
pub(super) fn run(args: &args::Run) -> Result<Exit, Complaint> {
    args.only_what_exists()?;
    if args.files.is_empty() {
        return Err(which_scenario("run"));
    }
    if let Some(addresses) = &args.wire {
        return wire::run(args, addresses);
    }
    let Some(order) = Order::new(args)? else { return Ok(Exit::Wrong) };
    let run = order.carry_out()?;
    order.deliver(&run)
}

/// What is to be done, checked: nothing after it can fail on the command line.
struct Order {
    plans: Vec<Plan>,
    seeds: Choice,
    workforce: Workforce,
    destination: Destination,
    format: Format,
    ci: Option<args::Ci>,
    watches: bool,
    expected: Option<Expected>,
}

/// Which seeds of a plan.
#[derive(Clone, Copy)]
enum Choice {
    /// As many as the file says.
    File,
    /// So many, from the file's first on.
    Count(u32),
    /// One.
    Only(u64),
    /// Until it is decided.
    Until(Stopping),
}

impl Order {
    /// What the command line means; `None` if a file is wrong, which was said then.
    fn new(args: &args::Run) -> Result<Option<Self>, Complaint> {
        let Some(scenarios) = load_right(&args.files, &args.overrides, args.variant.as_deref()) else {
            return Ok(None);
        };
        let (paths, loaded): (Vec<PathBuf>, Vec<_>) = scenarios.into_iter().unzip();
        let seeds = match (args.seed, &args.seeds) {
            (Some(seed), _) => Choice::Only(seed),
            (None, Some(Seeds::Count(count))) => Choice::Count(*count),
            (None, Some(Seeds::Until(stopping))) => Choice::Until(*stopping),
            (None, None) => Choice::File,
        };
        let plans: Vec<Plan> = loaded.into_iter().flat_map(|one| one.plans).collect();
        let title = plans.first().map_or("", |plan| &plan.title);
        Ok(Some(Self {
            seeds,
            workforce: Workforce::new(args.jobs, args.on.as_deref(), title)?,
            plans,
            destination: Destination::new(args.out.as_deref(), &paths)?,
            format: args.format,
            ci: args.ci,
            watches: args.watch && screen::redraws(),
            expected: args.expect_summary.as_deref().map(Expected::read).transpose()?,
        }))
    }

    /// Runs everything, until it is done or interrupted.
    fn carry_out(&self) -> Result<RunFile, Complaint> {
        let seeds: u64 = self.plans.iter().map(|plan| u64::from(self.seeds.count(plan))).sum();
        let interrupted = interrupt::flag();
        let stopwatch = Stopwatch::start();
        let measured = match self.seeds {
            Choice::Until(stopping) => self.decide(stopping, &interrupted, stopwatch),
            _ => self.measure(&interrupted, stopwatch),
        };
        let wall_s = stopwatch.seconds();
        self.workforce.finish()?;
        let Crew { threads, cpu_s } = self.workforce.crew(seeds);
        let host = Host {
            system: std::env::consts::OS.to_owned(),
            machine: std::env::consts::ARCH.to_owned(),
            cores: u32::try_from(threads).unwrap_or(u32::MAX),
            cpu_s,
            peak_kb: usage::peak_kb(),
        };
        let results = self.plans.iter().zip(measured).map(|(plan, (seeds, partial))| RunResult {
            header: Header { partial, wall_s, host: host.clone(), ..header(plan, self.seeds, &seeds, partial) },
            expectations: plan.expectations.clone(),
            seeds,
        });
        Ok(RunFile { results: results.collect() })
    }

    /// All seeds of all plans as one list of work; for each plan its seeds and whether some are missing.
    fn measure(&self, interrupted: &AtomicBool, stopwatch: Stopwatch) -> Vec<(Vec<Measurements>, bool)> {
        let items: Vec<Item<'_>> = self.plans.iter().flat_map(|plan| self.seeds.items(plan)).collect();
        let is_one_plan = items.windows(2).all(|pair| std::ptr::eq(pair[0].plan, pair[1].plan));
        tracing::info!(seeds = items.len(), "running");
        let measured = if self.watches {
            let watch = Watch::new(items.len() as u64, stopwatch);
            watch.during(interrupted, || run::all(&items, self.workforce.hands(), interrupted, &watch))
        } else {
            let display = Display::new(items.len(), stopwatch, is_one_plan);
            let measured = run::all(&items, self.workforce.hands(), interrupted, &display);
            display.clear();
            measured
        };
        let mut measured = measured.into_iter();
        let of_plan = |plan| {
            let seeds: Vec<Option<Measurements>> = measured.by_ref().take(self.seeds.items(plan).count()).collect();
            let partial = !seeds.iter().all(is_whole);
            (seeds.into_iter().flatten().collect(), partial)
        };
        self.plans.iter().map(of_plan).collect()
    }

    /// One plan after the other, each until it is decided.
    fn decide(
        &self,
        stopping: Stopping,
        interrupted: &AtomicBool,
        stopwatch: Stopwatch,
    ) -> Vec<(Vec<Measurements>, bool)> {
        let hands = self.workforce.hands();
        let of_plan = |plan: &Plan, progress: &dyn Progress| {
            let is_enough = |runs: &[Measurements]| stopping.is_enough(&plan.expectations, runs);
            let seeds = run::until(plan, (plan.seed, stopping.most()), hands, interrupted, progress, &is_enough);
            let cut_short = seeds.last().is_none_or(|run| run.stopped == Some(Stopped::Interrupted));
            let partial = cut_short || (!is_enough(&seeds) && seeds.len() < stopping.most() as usize);
            (seeds, partial)
        };
        let all = |progress: &dyn Progress| self.plans.iter().map(|plan| of_plan(plan, progress)).collect();
        if self.watches {
            let watch = Watch::new(0, stopwatch);
            return watch.during(interrupted, || all(&watch));
        }
        let display = Display::open_ended(stopwatch, ["seed", "seeds"]);
        let measured = all(&display);
        display.clear();
        measured
    }

    /// Writes the run file and says what came out: the summary also where the file could not be written.
    fn deliver(&self, run: &RunFile) -> Result<Exit, Complaint> {
        let written = self.destination.write(run);
        let shown = match self.format {
            Format::Text => {
                let path = written.as_ref().ok();
                let options = Options {
                    style: Style { colour: screen::has_colour() },
                    path: path.map(|path| path.to_string_lossy().into_owned()),
                    next: next::commands(run, path.map(|path| self.destination.name(path))),
                };
                text::render(run, &options)
            }
            format => rendered(format, run),
        };
        screen::print(&shown)?;
        self.ci.map_or(Ok(()), |system| ci::tell(system, run))?;
        written?;
        if run.results.iter().any(|result| result.header.partial) {
            return Ok(Exit::Interrupted);
        }
        let drift = self.expected.as_ref().and_then(|expected| expected.drift(run));
        // An answer for machines stays alone.
        let tell = if self.format == Format::Text { screen::print } else { screen::tell_all };
        drift.as_deref().map_or(Ok(()), tell)?;
        let verdict = Exit::from(run.verdict());
        Ok(if drift.is_some() && verdict != Exit::Invalid { Exit::Failed } else { verdict })
    }
}

impl Choice {
    fn first(self, plan: &Plan) -> u64 {
        match self {
            Self::Only(seed) => seed,
            Self::File | Self::Count(_) | Self::Until(_) => plan.seed,
        }
    }

    fn count(self, plan: &Plan) -> u32 {
        match self {
            Self::File => plan.seeds,
            Self::Count(count) => count,
            Self::Only(_) => 1,
            Self::Until(stopping) => stopping.most(),
        }
    }

    fn items(self, plan: &Plan) -> impl Iterator<Item = Item<'_>> {
        let first = self.first(plan);
        (0..u64::from(self.count(plan))).map(move |place| Item { plan, seed: first.wrapping_add(place) })
    }
}

/// What the plan says; not yet what the machine adds.
fn header(plan: &Plan, seeds: Choice, run: &[Measurements], partial: bool) -> Header {
    let (stopping, wanted) = match seeds {
        Choice::Until(stopping) if partial => (stopping, stopping.most()),
        Choice::Until(stopping) => (stopping, u32::try_from(run.len()).unwrap_or(u32::MAX)),
        fixed => (Stopping::Fixed, fixed.count(plan)),
    };
    Header {
        schema: RESULT_SCHEMA,
        title: plan.title.clone(),
        file: plan.source.path.clone(),
        variant: plan.variant.clone(),
        starts_s: plan.starts_s,
        date: plan.date,
        lasts_ns: length_ns(plan, run),
        warm_up_ns: plan.warm_up.0,
        plan_digest: plan.digest,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        seed: seeds.first(plan),
        seeds_wanted: wanted,
        stopping,
        source: plan.source.text.clone(),
        overrides: plan.source.overrides.clone(),
        ..Header::default()
    }
}

/// A run with searches is as long as they took.
pub(super) fn length_ns(plan: &Plan, runs: &[Measurements]) -> u64 {
    match runs.first() {
        Some(first) if !plan.searches.is_empty() => first.simulated_ns,
        _ => plan.lasts.0,
    }
}

fn is_whole(run: &Option<Measurements>) -> bool {
    run.as_ref().is_some_and(|run| run.stopped != Some(Stopped::Interrupted))
}

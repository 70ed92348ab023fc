//! `pbxsim sweep`: the same seeds at every point of a grid, or along one path at a time.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use harness::run::{self, Hands, Item};
use reports::measurements::{Measurements, Stopped};
use reports::render::page::{self, Sheet};
use reports::render::sweep;
use reports::result::{Header, RESULT_SCHEMA, RunResult, broke_an_invariant};
use reports::run_file::RunFile;
use reports::units;
use scenarios::plan::Plan;
use simulator::rng::mix;

use crate::args::{Sweep, SweepFormat};
use crate::clock::Stopwatch;
use crate::commands::run::length_ns;
use crate::commands::{load_one, load_right, which_scenario};
use crate::complaint::Complaint;
use crate::exit::Exit;
use crate::journal::Journal;
use crate::progress::Display;
use crate::run_files::Destination;
use crate::vary::Axis;
use crate::workforce::Workforce;
use crate::{interrupt, screen};

/// Sweeps what was asked for.
pub(super) fn sweep(args: &Sweep) -> Result<Exit, Complaint> {
    let Some(file) = &args.file else { return Err(which_scenario("sweep")) };
    if args.vary.is_empty() {
        return Err(Complaint::wrong("what is to vary?").hint("write --vary 'PATH=700..800 step 5'; may be repeated"));
    }
    let axes: Vec<Axis> = args.vary.iter().map(|typed| Axis::read(typed)).collect::<Result<_, _>>()?;
    let points = points(&axes, args.one_at_a_time)?;
    let Some(plans) = plans(file, &points, args)? else { return Ok(Exit::Wrong) };
    let destination = Destination::new(args.out.as_deref(), std::slice::from_ref(file))?;
    let seeds = args.common.seeds.unwrap_or(plans[0].seeds);
    let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let workforce = Workforce::new(args.common.jobs, args.on.as_deref(), &plans[0].title)?;
    let (journal, finished) = Journal::open(&name, identity(&plans, &points, seeds))?;
    let work = Work { plans: &plans, points: &points, seeds, journal: Mutex::new(journal), trouble: Mutex::new(None) };
    let results = work.carry_out(finished, workforce.hands());
    let journal = work.journal.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let Some(trouble) = work.trouble.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(trouble);
    }
    workforce.finish()?;
    let Some(results) = results.iter().cloned().collect::<Option<Vec<RunResult>>>() else {
        let done = results.iter().flatten().count();
        screen::tell(&format!(
            "{done} of {} are kept in {}; the same command goes on from there\n",
            units::things(points.len() as u64, "point", "points"),
            journal.path().display()
        ));
        return Ok(Exit::Interrupted);
    };
    let run = RunFile { results };
    let written = destination.write(&run);
    let path = written.as_ref().ok().map(|path| path.to_string_lossy().into_owned());
    screen::print(&match args.format {
        SweepFormat::Text => sweep::text(&run.results, path.as_deref()),
        SweepFormat::Csv => sweep::csv(&run.results),
        SweepFormat::Html => page::render(&run, Sheet::Inside),
    })?;
    written?;
    journal.remove();
    let broken = run.results.iter().flat_map(|result| &result.seeds).any(broke_an_invariant);
    Ok(if broken { Exit::Failed } else { Exit::Held })
}

/// All combinations, the last path fastest; or the file as it is and then each path along its values alone.
fn points(axes: &[Axis], one_at_a_time: bool) -> Result<Vec<Vec<String>>, Complaint> {
    for (place, axis) in axes.iter().enumerate() {
        if axes[..place].iter().any(|other| other.path == axis.path) {
            return Err(Complaint::wrong(format!("{} varies twice", axis.path)).hint("name each path once"));
        }
    }
    let along = |axis: &Axis| -> Vec<String> { (0..axis.values.len()).map(|place| axis.set(place)).collect() };
    if one_at_a_time {
        let each = axes.iter().flat_map(along).map(|set| vec![set]);
        return Ok(std::iter::once(Vec::new()).chain(each).collect());
    }
    let size = axes.iter().fold(1, |size: usize, axis| size.saturating_mul(axis.values.len()));
    if size > MOST_POINTS {
        let message = format!("a grid of {} points; at most {MOST_POINTS}", units::count(size as u64));
        return Err(Complaint::wrong(message).hint("take larger steps, or --one-at-a-time"));
    }
    let grid = axes.iter().fold(vec![Vec::new()], |points: Vec<Vec<String>>, axis| {
        let longer = |point: &Vec<String>| {
            along(axis).into_iter().map(|set| [point.as_slice(), &[set]].concat()).collect::<Vec<_>>()
        };
        points.iter().flat_map(longer).collect()
    });
    Ok(grid)
}

/// One plan for each point; `None`: something is wrong, which was said then (once, not for every point).
fn plans(file: &Path, points: &[Vec<String>], args: &Sweep) -> Result<Option<Vec<Plan>>, Complaint> {
    let sets = |point: &[String]| [args.common.overrides.as_slice(), point].concat();
    let mut plans = Vec::new();
    for (place, point) in points.iter().enumerate() {
        let loaded = if place == 0 {
            let Some(mut first) = load_right(&[file.to_path_buf()], &sets(point), args.common.variant.as_deref())
            else {
                return Ok(None);
            };
            first.remove(0).1
        } else {
            match load_one(file.to_path_buf(), &sets(point), args.common.variant.as_deref()) {
                Ok((_, loaded)) => loaded,
                Err(mistakes) => {
                    screen::tell(&mistakes);
                    return Ok(None);
                }
            }
        };
        match <[Plan; 1]>::try_from(loaded.plans) {
            Ok([plan]) => plans.push(plan),
            Err(several) => return Err(which_variant("sweep", file, &several)),
        }
    }
    Ok(Some(plans))
}

/// A file with variants where one plan is needed.
pub(super) fn which_variant(verb: &str, file: &Path, plans: &[Plan]) -> Complaint {
    let names = plans.iter().filter_map(|plan| plan.variant.as_deref());
    let lines: String = names.map(|name| format!("pbxsim {verb} {} --variant {name} …\n", file.display())).collect();
    Complaint::wrong("which variant?").hint(lines)
}

/// Whatever decides the results: meaning of every point, seeds, version.
fn identity(plans: &[Plan], points: &[Vec<String>], seeds: u32) -> u64 {
    let bytes = |text: &str, hash: u64| text.bytes().fold(hash, |hash, byte| mix(hash ^ u64::from(byte)));
    let start = bytes(env!("CARGO_PKG_VERSION"), u64::from(seeds) ^ (plans[0].seed << 32));
    plans.iter().zip(points).fold(start, |hash, (plan, point)| {
        point.iter().fold(mix(hash ^ plan.digest), |hash, set| bytes(set, mix(hash)))
    })
}

/// The points and what becomes of them.
struct Work<'a> {
    plans: &'a [Plan],
    points: &'a [Vec<String>],
    seeds: u32,
    journal: Mutex<Journal>,
    trouble: Mutex<Option<Complaint>>,
}

impl Work<'_> {
    /// Results by point; `None`: not finished.
    fn carry_out(&self, finished: Vec<RunResult>, hands: &dyn Hands) -> Vec<Option<RunResult>> {
        let mut results: Vec<Option<RunResult>> = vec![None; self.plans.len()];
        for result in finished {
            let place = self.points.iter().position(|point| *point == result.header.point);
            if let Some(place) = place.filter(|place| self.plans[*place].digest == result.header.plan_digest) {
                results[place] = Some(result);
            }
        }
        let open: Vec<usize> = (0..results.len()).filter(|place| results[*place].is_none()).collect();
        if open.len() < results.len() {
            let done = results.len() - open.len();
            screen::tell(&format!("{done} of {} points were finished before\n", results.len()));
        }
        let seeds = u64::from(self.seeds);
        let items: Vec<Item<'_>> = open
            .iter()
            .flat_map(|place| {
                let plan = &self.plans[*place];
                (0..seeds).map(move |seed| Item { plan, seed: plan.seed.wrapping_add(seed) })
            })
            .collect();
        let interrupted = interrupt::flag();
        let display = Display::new(items.len(), Stopwatch::start(), true);
        let gathered: Vec<Mutex<Vec<Option<Measurements>>>> =
            open.iter().map(|_| Mutex::new(vec![None; self.seeds as usize])).collect();
        let done = Mutex::new(&mut results);
        run::each(&items, hands, &interrupted, &display, &|item, measured| {
            if measured.stopped == Some(Stopped::Interrupted) {
                return;
            }
            let (point, seed) = (item / self.seeds as usize, item % self.seeds as usize);
            if let Some(whole) = put(&gathered[point], seed, measured) {
                let result = self.finish(open[point], whole, &interrupted);
                done.lock().unwrap_or_else(PoisonError::into_inner)[open[point]] = Some(result);
            }
        });
        display.clear();
        results
    }

    /// All seeds of a point are there: it goes to the journal.
    fn finish(&self, place: usize, seeds: Vec<Measurements>, stop: &AtomicBool) -> RunResult {
        let plan = &self.plans[place];
        let header = header(plan, &self.points[place], self.seeds, &seeds);
        let result = RunResult { header, expectations: plan.expectations.clone(), seeds };
        let written = self.journal.lock().unwrap_or_else(PoisonError::into_inner).add(&result);
        if let Err(complaint) = written {
            // What cannot be kept need not be computed.
            *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(complaint);
            stop.store(true, Ordering::Relaxed);
        }
        result
    }
}

/// Puts one seed in its place; all of them, once they are there.
fn put(seeds: &Mutex<Vec<Option<Measurements>>>, seed: usize, measured: Measurements) -> Option<Vec<Measurements>> {
    let mut seeds = seeds.lock().unwrap_or_else(PoisonError::into_inner);
    seeds[seed] = Some(measured);
    if seeds.iter().all(Option::is_some) { seeds.iter_mut().map(Option::take).collect() } else { None }
}

fn header(plan: &Plan, point: &[String], seeds: u32, measured: &[Measurements]) -> Header {
    Header {
        schema: RESULT_SCHEMA,
        title: plan.title.clone(),
        file: plan.source.path.clone(),
        variant: plan.variant.clone(),
        starts_s: plan.starts_s,
        date: plan.date,
        lasts_ns: length_ns(plan, measured),
        warm_up_ns: plan.warm_up.0,
        plan_digest: plan.digest,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        seed: plan.seed,
        seeds_wanted: seeds,
        source: plan.source.text.clone(),
        overrides: plan.source.overrides.clone(),
        point: point.to_vec(),
        ..Header::default()
    }
}

const MOST_POINTS: usize = 2_000;

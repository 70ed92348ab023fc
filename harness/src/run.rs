//! A plan's seeds, run in virtual time on as many threads as asked for; results in seed order, the same on any number.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use reports::course::Course;
use reports::measurements::{Measurements, Stopped};
use scenarios::plan::Plan;
use simulator::simulation::Simulation;
use simulator::time::{Duration, Instant};

use crate::recorder::Recorder;

/// Virtual time between two looks at the interrupt flag and the progress display.
const PORTIONS: u64 = 200;

/// What a runner tells while it works: called from any thread.
pub trait Progress: Sync {
    /// One of `PORTIONS` parts of one seed is done.
    fn portion(&self);
    /// A seed is done.
    fn seed(&self);
}

/// Parts each seed is cut into for [`Progress`].
pub fn portions() -> u64 {
    PORTIONS
}

/// One work item: a seed of a plan.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
    /// What to run.
    pub plan: &'a Plan,
    /// With which seed.
    pub seed: u64,
}

/// Runs all items on `threads` threads; results by place. An interrupt leaves what was not begun as `None`.
pub fn all(
    items: &[Item<'_>],
    threads: usize,
    interrupt: &AtomicBool,
    progress: &dyn Progress,
) -> Vec<Option<Measurements>> {
    let results: Vec<Mutex<Option<Measurements>>> = items.iter().map(|_| Mutex::new(None)).collect();
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..threads.clamp(1, items.len().max(1)) {
            scope.spawn(|| {
                while let Some(place) = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|place| *place < items.len())
                {
                    if interrupt.load(Ordering::Relaxed) {
                        return;
                    }
                    let mut measured = one(items[place], interrupt, progress);
                    if place > 0 && std::ptr::eq(items[place].plan, items[place - 1].plan) {
                        keep_what_is_judged(&mut measured);
                    }
                    progress.seed();
                    *results[place].lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(measured);
                }
            });
        }
    });
    results.into_iter().map(|result| result.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)).collect()
}

/// The first seed tells the story; of the others only counters are needed, and hundreds must fit into memory.
fn keep_what_is_judged(measured: &mut Measurements) {
    measured.latencies.clear();
    measured.timeline.clear();
    measured.service.levels.clear();
    measured.course = Course::default();
}

/// Runs one seed from its first moment to its last, or until a sentence, a breach or the interrupt ends it.
pub fn one(item: Item<'_>, interrupt: &AtomicBool, progress: &dyn Progress) -> Measurements {
    let Item { plan, seed } = item;
    let mut simulation = Simulation::new(&plan.layout, plan.settings.clone(), plan.schedule.clone(), seed);
    let mut recorder = Recorder::new(plan, simulation.engine().elements());
    let end = Instant::ZERO + plan.lasts;
    let mut marks = recorder.marks();
    marks.push(end);
    for mark in marks {
        if !run_to(&mut simulation, &mut recorder, mark.min(end), plan.lasts, interrupt, progress) {
            break;
        }
        recorder.on_mark(mark, simulation.engine().elements());
    }
    Measurements { seed, ..recorder.finish(&simulation) }
}

/// Runs to `deadline` in portions; false if the run has ended early.
fn run_to(
    simulation: &mut Simulation,
    recorder: &mut Recorder<'_>,
    deadline: Instant,
    lasts: Duration,
    interrupt: &AtomicBool,
    progress: &dyn Progress,
) -> bool {
    let portion = Duration((lasts.0 / PORTIONS).max(1));
    loop {
        let now = simulation.engine().now();
        let next = Instant((now.0 / portion.0 + 1) * portion.0);
        if !simulation.run_until(next.min(deadline), recorder) {
            return false;
        }
        if next <= deadline {
            progress.portion();
        }
        if next >= deadline {
            return true;
        }
        if interrupt.load(Ordering::Relaxed) {
            recorder.stop(Stopped::Interrupted);
            return false;
        }
    }
}

//! A plan's seeds, run in virtual time by as many hands as there are; results in seed order, the same with any number.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use reports::course::Course;
use reports::measurements::{Measurements, Stopped};
use scenarios::plan::Plan;
use simulator::schedule::Entry;
use simulator::simulation::{Observer, Simulation};
use simulator::time::{Duration, Instant};

use crate::live::Live;
use crate::recorder::Recorder;
use crate::search;
use crate::witness::{Nobody, Watch};

/// Seeds that may run ahead of the one that is waited for, for each hand.
const LOOK_AHEAD: usize = 4;
/// An interrupt wakes nobody.
const LOOK_AGAIN: std::time::Duration = std::time::Duration::from_millis(100);
/// Virtual time between two looks at the interrupt flag and the progress display.
const PORTIONS: u64 = 200;

/// What a runner tells while it works: called from any thread.
pub trait Progress: Sync {
    /// One of `PORTIONS` parts of one seed is done.
    fn portion(&self);
    /// A seed is done.
    fn seed(&self);

    /// Who is to see this run while it goes on, if anybody is.
    fn witness<'a>(&self, _item: Item<'a>) -> Option<Live<'a>> {
        None
    }
}

/// Tells nobody.
#[derive(Clone, Copy, Debug)]
pub struct Silent;

impl Progress for Silent {
    fn portion(&self) {}

    fn seed(&self) {}
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

/// Who carries out items: threads of this machine, or a fleet of others.
pub trait Hands: Sync {
    /// How many items are carried out at a time, at most.
    fn count(&self) -> usize;

    /// Carries out one, whole or, if it is not the `first` of its plan, only what is judged; waits for it. `None`: it could
    /// not be done, or `stop` said so before anything was measured.
    fn carry_out(
        &self,
        item: Item<'_>,
        first: bool,
        stop: &dyn Fn() -> bool,
        progress: &dyn Progress,
    ) -> Option<Measurements>;
}

/// So many threads of this machine.
#[derive(Clone, Copy, Debug)]
pub struct Threads(pub usize);

impl Hands for Threads {
    fn count(&self) -> usize {
        self.0.max(1)
    }

    fn carry_out(
        &self,
        item: Item<'_>,
        first: bool,
        stop: &dyn Fn() -> bool,
        progress: &dyn Progress,
    ) -> Option<Measurements> {
        let measured = one(item, stop, progress);
        Some(if first { measured } else { judged_only(measured) })
    }
}

/// Runs all items; results by place. An interrupt leaves what was not begun as `None`.
pub fn all(
    items: &[Item<'_>],
    hands: &dyn Hands,
    interrupt: &AtomicBool,
    progress: &dyn Progress,
) -> Vec<Option<Measurements>> {
    let results: Vec<Mutex<Option<Measurements>>> = items.iter().map(|_| Mutex::new(None)).collect();
    let is_first = |place: usize| place == 0 || !std::ptr::eq(items[place].plan, items[place - 1].plan);
    spread(items, hands, &is_first, (interrupt, progress), &|place, measured| {
        *locked(&results[place]) = Some(measured);
    });
    results.into_iter().map(|result| result.into_inner().unwrap_or_else(PoisonError::into_inner)).collect()
}

/// Runs all items for what is judged of them, and hands over each as it is done, with its place; from any thread.
pub fn each(
    items: &[Item<'_>],
    hands: &dyn Hands,
    interrupt: &AtomicBool,
    progress: &dyn Progress,
    done: &(dyn Fn(usize, Measurements) + Sync),
) {
    spread(items, hands, &|_| false, (interrupt, progress), done);
}

fn spread(
    items: &[Item<'_>],
    hands: &dyn Hands,
    is_first: &(dyn Fn(usize) -> bool + Sync),
    (interrupt, progress): (&AtomicBool, &dyn Progress),
    done: &(dyn Fn(usize, Measurements) + Sync),
) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..hands.count().clamp(1, items.len().max(1)) {
            scope.spawn(|| {
                while let Some(place) = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|place| *place < items.len())
                {
                    if interrupt.load(Ordering::Relaxed) {
                        return;
                    }
                    let stop = || interrupt.load(Ordering::Relaxed);
                    let Some(measured) = hands.carry_out(items[place], is_first(place), &stop, progress) else {
                        return;
                    };
                    progress.seed();
                    done(place, measured);
                }
            });
        }
    });
}

/// Runs seeds of `plan` from `first` on, until `is_enough` says so of those that are done or `most` are; in the order of
/// the seeds, without those that ran beyond the last one needed: the same with any number of hands.
///
/// An interrupt leaves what came before it, the last perhaps cut short.
pub fn until(
    plan: &Plan,
    (first, most): (u64, u32),
    hands: &dyn Hands,
    interrupt: &AtomicBool,
    progress: &dyn Progress,
    is_enough: &(dyn Fn(&[Measurements]) -> bool + Sync),
) -> Vec<Measurements> {
    let order = Mutex::new(InOrder { most: most as usize, ..InOrder::default() });
    let (changed, over) = (Condvar::new(), AtomicBool::new(false));
    let stop = || interrupt.load(Ordering::Relaxed) || over.load(Ordering::Relaxed);
    std::thread::scope(|scope| {
        for _ in 0..hands.count().clamp(1, (most as usize).max(1)) {
            scope.spawn(|| {
                while let Some(place) = next_place(&order, &changed, hands.count(), &stop) {
                    let seed = first.wrapping_add(place as u64);
                    let Some(measured) = hands.carry_out(Item { plan, seed }, place == 0, &stop, progress) else {
                        return;
                    };
                    progress.seed();
                    if locked(&order).take(place, measured, is_enough) {
                        over.store(true, Ordering::Relaxed);
                    }
                    changed.notify_all();
                }
            });
        }
    });
    order.into_inner().unwrap_or_else(PoisonError::into_inner).done
}

/// Seeds on their way into their order.
#[derive(Default)]
struct InOrder {
    most: usize,
    next: usize,
    early: BTreeMap<usize, Measurements>,
    done: Vec<Measurements>,
    is_over: bool,
}

impl InOrder {
    /// Takes one; whether no more are needed.
    fn take(
        &mut self,
        place: usize,
        measured: Measurements,
        is_enough: &(dyn Fn(&[Measurements]) -> bool + Sync),
    ) -> bool {
        self.early.insert(place, measured);
        while !self.is_over
            && let Some(measured) = self.early.remove(&self.done.len())
        {
            let cut_short = measured.stopped == Some(Stopped::Interrupted);
            self.done.push(measured);
            self.is_over = cut_short || self.done.len() == self.most || is_enough(&self.done);
        }
        self.is_over
    }
}

/// The next seed to run; waits while others are too far behind, so that what is dropped in the end stays little.
fn next_place(order: &Mutex<InOrder>, changed: &Condvar, hands: usize, stop: &dyn Fn() -> bool) -> Option<usize> {
    let mut order = locked(order);
    while order.next >= order.done.len() + LOOK_AHEAD * hands && !order.is_over && !stop() {
        order = changed.wait_timeout(order, LOOK_AGAIN).unwrap_or_else(PoisonError::into_inner).0;
    }
    if order.is_over || stop() || order.next >= order.most {
        return None;
    }
    order.next += 1;
    Some(order.next - 1)
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The first seed tells the story; of the others only counters are needed, and hundreds must fit into memory.
pub fn judged_only(mut measured: Measurements) -> Measurements {
    measured.latencies.clear();
    measured.timeline.clear();
    measured.service.levels.clear();
    measured.course = Course::default();
    measured
}

/// Runs one seed from its first moment to its last, or until a sentence, a breach or `stop` ends it.
pub fn one(item: Item<'_>, stop: &dyn Fn() -> bool, progress: &dyn Progress) -> Measurements {
    let Item { plan, seed } = item;
    let schedule = plan.schedule_of(seed);
    if plan.searches.is_empty() {
        return with_schedule(item, schedule, stop, progress);
    }
    match search::settle(plan, schedule, seed, stop) {
        Some(settled) => with_schedule(Item { plan: &settled.plan, seed }, settled.schedule, stop, progress),
        None => with_schedule(item, Vec::new(), &|| true, progress),
    }
}

/// The same under another schedule than the plan's.
pub fn with_schedule(
    item: Item<'_>,
    schedule: Vec<Entry>,
    stop: &dyn Fn() -> bool,
    progress: &dyn Progress,
) -> Measurements {
    match progress.witness(item) {
        Some(mut live) => witnessed(item, schedule, &mut live, stop, progress),
        None => witnessed(item, schedule, &mut Nobody, stop, progress),
    }
}

/// The same before a witness, who changes nothing.
pub fn witnessed(
    item: Item<'_>,
    schedule: Vec<Entry>,
    witness: &mut impl Observer,
    stop: &dyn Fn() -> bool,
    progress: &dyn Progress,
) -> Measurements {
    let Item { plan, seed } = item;
    let last_fault = schedule.iter().filter(|entry| entry.action.is_fault()).map(|entry| entry.at).max();
    let mut simulation = Simulation::new(&plan.layout, plan.settings.clone(), schedule, seed);
    let mut recorder = Recorder::new(plan, last_fault.unwrap_or(Instant::ZERO), simulation.engine().elements());
    drive(&mut simulation, &mut Watch { recorder: &mut recorder, witness }, plan.lasts, stop, progress);
    Measurements { seed, ..recorder.finish(&simulation) }
}

/// Runs a simulation that lasts so long to its end under a recorder.
pub(crate) fn drive(
    simulation: &mut Simulation,
    watch: &mut Watch<'_, '_, impl Observer>,
    lasts: Duration,
    stop: &dyn Fn() -> bool,
    progress: &dyn Progress,
) {
    let end = Instant::ZERO + lasts;
    let mut marks = watch.recorder.marks();
    marks.push(end);
    for mark in marks {
        if !run_to(simulation, watch, mark.min(end), lasts, stop, progress) {
            break;
        }
        watch.recorder.on_mark(mark, simulation.engine().elements());
    }
}

/// Runs to `deadline` in portions; false if the run has ended early.
fn run_to(
    simulation: &mut Simulation,
    watch: &mut Watch<'_, '_, impl Observer>,
    deadline: Instant,
    lasts: Duration,
    stop: &dyn Fn() -> bool,
    progress: &dyn Progress,
) -> bool {
    let portion = Duration((lasts.0 / PORTIONS).max(1));
    loop {
        let now = simulation.engine().now();
        let next = Instant((now.0 / portion.0 + 1) * portion.0);
        if !simulation.run_until(next.min(deadline), watch) {
            return false;
        }
        if next <= deadline {
            progress.portion();
        }
        if next >= deadline {
            return true;
        }
        if stop() {
            watch.recorder.stop(Stopped::Interrupted);
            return false;
        }
    }
}

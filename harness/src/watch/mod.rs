//! `run --watch`: a dashboard on the terminal while a run goes on; the summary follows as ever.

mod board;
mod terminal;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use harness::live::{Live, Pulse, Shared};
use harness::run::{Item, Progress, portions};
use scenarios::plan::Plan;

use crate::clock::Stopwatch;

/// What the dashboard knows beside the pulse of the run it shows.
#[derive(Clone, Debug, Default, PartialEq)]
struct About {
    title: String,
    starts_s: u32,
    seed: u64,
    seeds: u64,
    seeds_done: u64,
    /// Of all work, from 0 to 1; `None`: nobody knows how much there is.
    share: Option<f64>,
    seconds: f64,
}

/// A dashboard of a work list: it shows the first run of a plan that begins, and how far all are.
pub(crate) struct Watch {
    stopwatch: Stopwatch,
    shared: Shared,
    /// Title, wall clock and seed of the run that is shown.
    shown: Mutex<Option<(String, u32, u64)>>,
    seeds: u64,
    seeds_done: AtomicU64,
    portions_done: AtomicU64,
    is_over: AtomicBool,
}

impl Watch {
    /// For so many seeds; 0: nobody knows how many.
    pub(crate) fn new(seeds: u64, stopwatch: Stopwatch) -> Self {
        Self {
            stopwatch,
            shared: Arc::new(Mutex::new(Pulse::default())),
            shown: Mutex::new(None),
            seeds,
            seeds_done: AtomicU64::new(0),
            portions_done: AtomicU64::new(0),
            is_over: AtomicBool::new(false),
        }
    }

    /// Shows the dashboard while `work` is done; its `q` and Ctrl-C raise `interrupted`.
    pub(crate) fn during<T>(&self, interrupted: &AtomicBool, work: impl FnOnce() -> T) -> T {
        std::thread::scope(|scope| {
            let over = Over(&self.is_over);
            scope.spawn(|| terminal::show(self, interrupted));
            let done = work();
            drop(over);
            done
        })
    }

    /// A witness of this run, if none is shown yet.
    pub(crate) fn witness<'a>(&self, plan: &'a Plan, seed: u64) -> Option<Live<'a>> {
        let mut shown = self.shown.lock().ok()?;
        if shown.is_some() {
            return None;
        }
        *shown = Some((plan.title.clone(), plan.starts_s, seed));
        Some(Live::new(plan, Arc::clone(&self.shared)))
    }

    fn pulse(&self) -> Pulse {
        self.shared.lock().map_or_else(|poisoned| poisoned.into_inner().clone(), |pulse| pulse.clone())
    }

    fn about(&self) -> About {
        let (title, starts_s, seed) = self.shown.lock().ok().and_then(|shown| shown.clone()).unwrap_or_default();
        let seeds_done = self.seeds_done.load(Ordering::Relaxed);
        let done = self.portions_done.load(Ordering::Relaxed).max(seeds_done.saturating_mul(portions()));
        let all = self.seeds.saturating_mul(portions());
        let share = (all > 0).then(|| (done as f64 / all as f64).min(1.0));
        About { title, starts_s, seed, seeds: self.seeds, seeds_done, share, seconds: self.stopwatch.seconds() }
    }
}

impl Progress for Watch {
    fn portion(&self) {
        self.portions_done.fetch_add(1, Ordering::Relaxed);
    }

    fn seed(&self) {
        self.seeds_done.fetch_add(1, Ordering::Relaxed);
    }

    fn witness<'a>(&self, item: Item<'a>) -> Option<Live<'a>> {
        self.witness(item.plan, item.seed)
    }
}

/// Ends the dashboard also where the work panics: the terminal must be given back.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

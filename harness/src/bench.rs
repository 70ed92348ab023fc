//! Trials for `plan`: one seed with one value of what is planned, each run once and kept.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use harness::run::{Hands, Item, Progress as _};
use reports::measurements::{Measurements, Stopped, Tally};
use reports::result::broke_an_invariant;
use reports::verdict::{Seen, holds, seen};
use scenarios::plan::Plan;

use crate::commands::load_one;
use crate::complaint::Complaint;
use crate::exit::Exit;
use crate::progress::Display;
use crate::vary::Axis;

/// The values something may take, by number.
#[derive(Clone, Debug)]
pub(crate) enum Scale {
    /// Licences: any number, and as many as anybody asks for.
    Pool {
        /// As `--set` has it.
        path: String,
        /// Catalogue name without version.
        feature: String,
    },
    /// A range: numbers are places in it.
    Range(Axis),
}

/// More than anybody asks for.
pub(crate) const UNLIMITED: u64 = u64::MAX;

/// One question put to a scenario: it has one sentence, and one value that varies.
pub(crate) struct Bench<'a> {
    pub(crate) file: PathBuf,
    /// With the sentence among them.
    pub(crate) overrides: Vec<String>,
    pub(crate) variant: Option<String>,
    pub(crate) scale: Scale,
    pub(crate) seeds: Vec<u64>,
    hands: &'a dyn Hands,
    interrupted: &'a AtomicBool,
    display: &'a Display,
    plans: Mutex<BTreeMap<u64, Arc<Plan>>>,
    trials: Mutex<BTreeMap<(u64, u64), Arc<Measurements>>>,
    trouble: Mutex<Option<Complaint>>,
}

/// Why there is no trial: an interrupt, or a complaint that is kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ended;

impl Scale {
    /// Its path.
    pub(crate) fn path(&self) -> &str {
        match self {
            Self::Pool { path, .. } => path,
            Self::Range(axis) => &axis.path,
        }
    }

    /// A number as a file would have it.
    pub(crate) fn shown(&self, number: u64) -> String {
        match self {
            Self::Pool { .. } if number == UNLIMITED => "unlimited".to_owned(),
            Self::Pool { .. } => number.to_string(),
            Self::Range(axis) => {
                let place = usize::try_from(number).unwrap_or(usize::MAX).min(axis.values.len() - 1);
                axis.values[place].clone()
            }
        }
    }

    /// The largest number; of a pool, more than anybody asks for.
    pub(crate) fn last(&self) -> u64 {
        match self {
            Self::Pool { .. } => UNLIMITED,
            Self::Range(axis) => axis.values.len() as u64 - 1,
        }
    }
}

impl<'a> Bench<'a> {
    pub(crate) fn new(
        (file, overrides, variant): (PathBuf, Vec<String>, Option<String>),
        scale: Scale,
        seeds: Vec<u64>,
        hands: &'a dyn Hands,
        (interrupted, display): (&'a AtomicBool, &'a Display),
    ) -> Self {
        Self {
            file,
            overrides,
            variant,
            scale,
            seeds,
            hands,
            interrupted,
            display,
            plans: Mutex::default(),
            trials: Mutex::default(),
            trouble: Mutex::default(),
        }
    }

    /// The plan with this number.
    pub(crate) fn plan(&self, number: u64) -> Result<Arc<Plan>, Complaint> {
        if let Some(plan) = locked(&self.plans).get(&number) {
            return Ok(Arc::clone(plan));
        }
        let set = format!("{}={}", self.scale.path(), self.scale.shown(number));
        let overrides = [self.overrides.as_slice(), &[set]].concat();
        let (_, loaded) = load_one(self.file.clone(), &overrides, self.variant.as_deref()).map_err(Complaint::told)?;
        let plan = loaded.plans.into_iter().next().map(Arc::new);
        let plan = plan.ok_or_else(|| Complaint::wrong("there is nothing to run in this file"))?;
        locked(&self.plans).insert(number, Arc::clone(&plan));
        Ok(plan)
    }

    /// What came out of one seed with this number.
    pub(crate) fn trial(&self, number: u64, seed: u64) -> Result<Arc<Measurements>, Ended> {
        if let Some(trial) = locked(&self.trials).get(&(number, seed)) {
            return Ok(Arc::clone(trial));
        }
        let stop = || self.interrupted.load(Ordering::Relaxed) || locked(&self.trouble).is_some();
        if stop() {
            return Err(Ended);
        }
        let plan = self.plan(number).map_err(|complaint| self.give_up(complaint))?;
        let item = Item { plan: &plan, seed };
        let measured = self.hands.carry_out(item, false, &stop, self.display).ok_or(Ended)?;
        if measured.stopped == Some(Stopped::Interrupted) {
            return Err(Ended);
        }
        if broke_an_invariant(&measured) {
            let set = format!("{}={}", self.scale.path(), self.scale.shown(number));
            let mut broken = Complaint::invalid(format!("an invariant broke with {set} and seed {seed}"))
                .hint(format!("pbxsim run {} --set '{set}' --seed {seed}", self.file.display()));
            broken.exit = Exit::Failed;
            return Err(self.give_up(broken));
        }
        self.display.seed();
        let trial = Arc::new(measured);
        locked(&self.trials).insert((number, seed), Arc::clone(&trial));
        Ok(trial)
    }

    /// Whether the sentence holds in one seed with this number.
    pub(crate) fn holds(&self, number: u64, seed: u64) -> Result<bool, Ended> {
        let trial = self.trial(number, seed)?;
        let plan = self.plan(number).map_err(|complaint| self.give_up(complaint))?;
        Ok(plan.expectations.first().is_some_and(|sentence| holds(&sentence.claim, tally(&trial))))
    }

    /// What all seeds measured with this number.
    pub(crate) fn seen(&self, number: u64) -> Result<Vec<Seen>, Ended> {
        let plan = self.plan(number).map_err(|complaint| self.give_up(complaint))?;
        let Some(sentence) = plan.expectations.first() else { return Ok(Vec::new()) };
        self.for_each_seed(|seed| Ok(seen(&sentence.claim, tally(&*self.trial(number, seed)?))))
    }

    /// The smallest number that holds in one seed, as do the three above it; `None`: not even the largest does.
    pub(crate) fn smallest(&self, seed: u64) -> Result<Option<u64>, Ended> {
        if !self.holds(self.scale.last(), seed)? {
            return Ok(None);
        }
        let mut good = self.bound(seed)?;
        // Everything below `bad` is out of question; it starts before 0.
        let mut bad: Option<u64> = None;
        loop {
            while good > bad.map_or(0, |bad| bad + 1) {
                let middle = bad.map_or(good / 2, |bad| bad + (good - bad) / 2);
                if self.holds(middle, seed)? {
                    good = middle;
                } else {
                    bad = Some(middle);
                }
            }
            // More licences can do harm for once: then the answer is above the harm.
            let mut harm = None;
            for above in (good + 1..=good.saturating_add(CHECKED_ABOVE)).take_while(|above| *above <= self.scale.last())
            {
                if !self.holds(above, seed)? {
                    harm = Some(above);
                }
            }
            match harm {
                None => return Ok(Some(good)),
                Some(above) => (bad, good) = (Some(above), self.holding_above(above, seed)?),
            }
        }
    }

    /// A number that holds, not far above the answer: of a pool, the most that were in use at once without a limit.
    fn bound(&self, seed: u64) -> Result<u64, Ended> {
        let Scale::Pool { feature, .. } = &self.scale else { return Ok(self.scale.last()) };
        let peak = peak(&*self.trial(UNLIMITED, seed)?, feature);
        if self.holds(peak, seed)? { Ok(peak) } else { self.holding_above(peak, seed) }
    }

    /// The first doubling above `number` that holds; the largest does.
    fn holding_above(&self, number: u64, seed: u64) -> Result<u64, Ended> {
        let mut step = 1_u64;
        loop {
            let above = number.saturating_add(step).min(self.scale.last());
            if above == self.scale.last() || above > MOST_UNITS || self.holds(above, seed)? {
                return Ok(above.min(self.scale.last()));
            }
            step = step.saturating_mul(2);
        }
    }

    /// Something of every seed, by all hands, in the order of the seeds.
    pub(crate) fn for_each_seed<T: Send>(&self, of: impl Fn(u64) -> Result<T, Ended> + Sync) -> Result<Vec<T>, Ended> {
        let results: Vec<Mutex<Option<T>>> = self.seeds.iter().map(|_| Mutex::new(None)).collect();
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..self.hands.count().clamp(1, self.seeds.len().max(1)) {
                scope.spawn(|| {
                    while let Some(seed) = self.seeds.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let place = self.seeds.iter().position(|known| known == seed).unwrap_or(0);
                        let Ok(result) = of(*seed) else { return };
                        *locked(&results[place]) = Some(result);
                    }
                });
            }
        });
        let results = results.into_iter().map(|result| result.into_inner().unwrap_or_else(PoisonError::into_inner));
        results.collect::<Option<_>>().ok_or(Ended)
    }

    /// What went wrong; `None`: an interrupt.
    pub(crate) fn trouble(&self) -> Option<Complaint> {
        locked(&self.trouble).take()
    }

    fn give_up(&self, complaint: Complaint) -> Ended {
        locked(&self.trouble).get_or_insert(complaint);
        Ended
    }
}

/// Most units of a feature in use at once, over its stocks.
pub(crate) fn peak(run: &Measurements, feature: &str) -> u64 {
    run.stocks.iter().filter(|stock| stock.feature == feature).map(|stock| stock.high_water).max().unwrap_or(0)
}

fn tally(run: &Measurements) -> &Tally {
    static NOTHING: Tally = Tally::Nothing(String::new());
    run.tallies.first().unwrap_or(&NOTHING)
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Above the answer, to see that it does not only hold by luck (statistics §4).
const CHECKED_ABOVE: u64 = 3;
/// The language allows no more licences.
const MOST_UNITS: u64 = 1_000_000_000;

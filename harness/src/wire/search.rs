//! Searches on the wire (RFC 7502 §4.10): the trials of `search`, made against a target in real time.

use std::sync::atomic::{AtomicBool, Ordering};

use reports::search as found;
use scenarios::plan::Plan;
use simulator::schedule::Action;
use simulator::simulation::{Elsewhere, Observer, Simulation};
use simulator::time::{Duration, Instant};

use super::directory::Directory;
use super::driver::{Load, Loaded};
use super::socket::Sockets;
use crate::search::{self, Bed, Halt, Scout};
use crate::witness::Nobody;

/// Endpoints that do not answer a pace are given up after 64·T1, a challenge and an answer.
const PATIENCE: Duration = Duration::seconds(64);

/// What came of a run with searches.
#[derive(Debug)]
pub struct Sought {
    /// The load, trials and all.
    pub loaded: Loaded,
    /// What was found; empty if it was not.
    pub searches: Vec<found::Search>,
    /// Trials that were made again, because the generator had not kept up in them.
    pub made_again: u32,
    /// The rate at which the generator fell behind, trial after trial.
    pub fell_behind: Option<u64>,
}

/// Makes the searches of a plan against a target, and what stands before, between and behind them; then everybody leaves.
pub fn seek(
    plan: &Plan,
    seed: u64,
    directory: Directory,
    (sockets, secret): (&mut Sockets, u64),
    interrupt: &AtomicBool,
    witness: &mut dyn Observer,
) -> Sought {
    let settings = plan.settings.clone();
    let simulation = Simulation::beside(Elsewhere::Pbxs, &plan.layout, settings, Vec::new(), seed);
    let load = Load::start(simulation, directory, (sockets, secret), witness, &|| ());
    let mut bench = Bench { load, interrupt, before: Pulse::default() };
    let stop = || interrupt.load(Ordering::Relaxed);
    let settled = search::settle_on(&mut bench, plan, plan.schedule.clone(), &stop);
    let (searches, is_whole) = match &settled {
        Ok(settled) => (settled.plan.searches.iter().filter_map(|search| search.outcome.clone()).collect(), {
            let now = bench.now();
            settled.schedule.iter().filter(|entry| entry.at > now).for_each(|entry| bench.enter(entry.clone()));
            bench.load.run(Instant::ZERO + settled.plan.lasts, &mut Nobody, stop)
        }),
        Err(_) => (Vec::new(), !stop()),
    };
    let made_again = settled.as_ref().map_or(0, |settled| settled.made_again);
    let fell_behind = match settled {
        Err(Halt::FellBehind(per_second)) => Some(per_second),
        Err(Halt::Stopped) | Ok(_) => None,
    };
    Sought { loaded: bench.load.finish(!is_whole), searches, made_again, fell_behind }
}

/// A target, and the load that finds out what it stands.
struct Bench<'a> {
    load: Load<'a>,
    interrupt: &'a AtomicBool,
    before: Pulse,
}

impl Bed for Bench<'_> {
    fn simulation(&self) -> &Simulation {
        &self.load.simulation
    }

    fn simulation_mut(&mut self) -> &mut Simulation {
        &mut self.load.simulation
    }

    fn run_until(&mut self, at: Instant, scout: &mut Scout<'_, '_>) {
        self.load.run(at, scout, || self.interrupt.load(Ordering::Relaxed));
    }

    /// Nobody can make a target forget its bindings: they are taken back by un-registering.
    fn clearing(&self, per_second: u64) -> (Action, Duration) {
        let endpoints = self.load.simulation.engine().elements().endpoints() as u64;
        (Action::Dismiss { per_second }, Duration::seconds(endpoints.div_ceil(per_second)) + PATIENCE)
    }

    fn kept_up(&mut self) -> bool {
        let now = Pulse::of(&self.load);
        now.kept_up_since(std::mem::replace(&mut self.before, now))
    }

    /// Real seconds are worth more than simulated ones.
    fn beat(&self) -> Duration {
        Duration::millis(100)
    }

    fn now(&self) -> Instant {
        self.load.clock.now()
    }
}

/// How the generator was doing at some instant: counts from the beginning on.
#[derive(Clone, Copy, Debug, Default)]
struct Pulse {
    due: u64,
    late: u64,
    /// Arrivals that were never sent, packets the system did not take or dropped, and times everything stood still.
    troubles: u64,
}

impl Pulse {
    fn of(load: &Load<'_>) -> Self {
        let all = load.books.ledger.accounts().last().map(|(_, all)| all).unwrap_or_default();
        let unsent = all.unsent() - all.capped();
        let lost = load.sockets.traffic.not_taken + load.sockets.dropped();
        Self { due: all.due, late: all.late, troubles: unsent + lost + load.pace.stalls }
    }

    /// The rule of a whole run ([`super::validity`]), for one trial: at most one of a hundred late, and nothing lost.
    fn kept_up_since(self, before: Self) -> bool {
        (self.late - before.late) * 100 <= self.due - before.due && self.troubles == before.troubles
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trial_counts_if_the_generator_kept_up_in_it() {
        let before = Pulse { due: 100, late: 50, troubles: 3 };
        assert!(Pulse { due: 300, late: 52, troubles: 3 }.kept_up_since(before));
        assert!(!Pulse { due: 300, late: 53, troubles: 3 }.kept_up_since(before));
        assert!(!Pulse { due: 300, late: 50, troubles: 4 }.kept_up_since(before));
    }
}

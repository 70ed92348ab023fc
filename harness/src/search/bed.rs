//! Where trials are made: RFC 7502 calls it the test bed.

use simulator::schedule::{Action, Entry};
use simulator::simulation::Simulation;
use simulator::time::{Duration, Instant};

use super::scout::Scout;

/// A test bed.
pub trait Bed {
    /// The run as it stands.
    fn simulation(&self) -> &Simulation;

    /// The same, to change what will be done.
    fn simulation_mut(&mut self) -> &mut Simulation;

    /// Runs to then, which is included, or until the scout has seen enough.
    fn run_until(&mut self, at: Instant, scout: &mut Scout<'_, '_>);

    /// What gets everybody out between two trials, and how long that may take; `per_second` are known to be too many or
    /// just enough.
    fn clearing(&self, per_second: u64) -> (Action, Duration);

    /// Whether the bed itself kept up since this was asked last: else a trial says nothing about the target.
    fn kept_up(&mut self) -> bool;

    /// Things are done at whole multiples of this.
    fn beat(&self) -> Duration {
        Duration::SECOND
    }

    /// The present.
    fn now(&self) -> Instant {
        self.simulation().engine().now()
    }

    /// Puts an entry into the schedule.
    fn enter(&mut self, entry: Entry) {
        self.simulation_mut().enter(entry);
    }
}

impl Bed for Simulation {
    fn simulation(&self) -> &Simulation {
        self
    }

    fn simulation_mut(&mut self) -> &mut Simulation {
        self
    }

    fn run_until(&mut self, at: Instant, scout: &mut Scout<'_, '_>) {
        Self::run_until(self, at, scout);
    }

    /// In a model they can be forgotten.
    fn clearing(&self, _: u64) -> (Action, Duration) {
        (Action::Clear, Duration::ZERO)
    }

    fn kept_up(&mut self) -> bool {
        true
    }
}

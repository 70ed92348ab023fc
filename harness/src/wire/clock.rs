//! The clock of a run on the wire: time since it began, and what could make that time wrong.

use std::time::Instant as Monotonic;

use rustix::time::{ClockId, Timespec, clock_gettime};
use simulator::time::{Duration, Instant};

/// Runs from the moment it was made.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    start: Monotonic,
    /// Time the machine had been asleep before.
    asleep_ns: i128,
}

impl Clock {
    /// From now on.
    #[expect(clippy::disallowed_methods, reason = "on the wire this is the clock")]
    pub fn start() -> Self {
        Self { start: Monotonic::now(), asleep_ns: asleep_ns() }
    }

    /// The present.
    pub fn now(&self) -> Instant {
        let passed = self.start.elapsed().as_nanos();
        Instant(u64::try_from(passed).unwrap_or(u64::MAX))
    }

    /// How long the machine has slept since the start, while this clock stood still.
    pub fn slept(&self) -> Duration {
        Duration(u64::try_from(asleep_ns() - self.asleep_ns).unwrap_or(0))
    }
}

fn asleep_ns() -> i128 {
    let ns = |time: Timespec| i128::from(time.tv_sec) * 1_000_000_000 + i128::from(time.tv_nsec);
    ns(clock_gettime(ClockId::Boottime)) - ns(clock_gettime(ClockId::Monotonic))
}

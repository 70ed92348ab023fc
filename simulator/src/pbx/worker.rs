//! One server with a fixed service time and a FIFO queue: where latency comes from (M12).
//!
//! Lindley's recursion says when service begins; who must wait is given again then, so that a request is judged by the
//! state of the PBX when it is served, not when it came.

use crate::settings::PbxSettings;
use crate::time::{Duration, Instant};

/// The server of one PBX.
#[derive(Clone, Copy, Debug, Default)]
pub struct Worker {
    busy_until: Instant,
}

/// What happens to a request that arrives.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Admission {
    /// It is served now.
    Serve,
    /// It waits until then.
    Wait(Instant),
    /// The queue is full.
    Full,
}

impl Worker {
    /// Lets a request in, if there is room.
    #[inline]
    pub fn admit(&mut self, now: Instant, settings: &PbxSettings) -> Admission {
        if settings.service == Duration::ZERO {
            return Admission::Serve;
        }
        if self.busy_until <= now {
            self.busy_until = now + settings.service;
            return Admission::Serve;
        }
        let begins = self.busy_until;
        if settings.queue != u32::MAX && self.waiting(now, settings) >= u64::from(settings.queue) {
            return Admission::Full;
        }
        self.busy_until = begins + settings.service;
        Admission::Wait(begins)
    }

    /// Requests that wait, the one in service not counted.
    #[inline]
    pub fn waiting(&self, now: Instant, settings: &PbxSettings) -> u64 {
        let ahead = self.busy_until.since(now).0;
        ahead.div_ceil(settings.service.0.max(1)).saturating_sub(1)
    }

    /// The queue is gone with the PBX.
    pub fn restart(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_of_two_takes_one_in_service_and_two_waiting() {
        let settings = PbxSettings { service: Duration::millis(10), queue: 2, ..PbxSettings::default() };
        let mut worker = Worker::default();
        let at = |ms: u64| Instant(ms * 1_000_000);
        let admitted = [0; 4].map(|_| worker.admit(at(0), &settings));
        assert_eq!(admitted, [Admission::Serve, Admission::Wait(at(10)), Admission::Wait(at(20)), Admission::Full]);
        assert_eq!(worker.admit(at(10), &settings), Admission::Wait(at(30)), "one has left the queue");
    }

    #[test]
    fn without_a_service_time_nothing_waits() {
        let mut worker = Worker::default();
        assert_eq!([0; 3].map(|_| worker.admit(Instant::ZERO, &PbxSettings::default())), [Admission::Serve; 3]);
    }
}

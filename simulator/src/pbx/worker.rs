//! One server with a fixed service time and a FIFO queue: where latency comes from (M12).
//!
//! Lindley's recursion says when service begins; who must wait is given again then, so that a request is judged by the
//! state of the PBX when it is served, not when it came.

use crate::settings::{PbxSettings, WhenFull};
use crate::sip::message::Overload;
use crate::time::{Duration, Instant};

/// Some are always let through, or nobody would learn that the overload is over; in percent.
const MOST_LOSS: u64 = 95;

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
        self.admit_within(settings.queue, now, settings)
    }

    /// The same for a request that finds so much room in the queue only.
    #[inline]
    pub fn admit_within(&mut self, queue: u32, now: Instant, settings: &PbxSettings) -> Admission {
        if settings.service == Duration::ZERO {
            return Admission::Serve;
        }
        if self.busy_until <= now {
            self.busy_until = now + settings.service;
            return Admission::Serve;
        }
        let begins = self.busy_until;
        if queue != u32::MAX && self.waiting(now, settings) >= u64::from(queue) {
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

    /// What clients are to hold back (RFC 7339 §5.1 leaves it to the server): nothing while at most a quarter of the queue
    /// is taken, most of all once half is, which is all that new requests get.
    pub fn overload(&self, now: Instant, settings: &PbxSettings) -> Overload {
        if settings.when_full != WhenFull::LossControl {
            return Overload::default();
        }
        let (waiting, quarter) = (self.waiting(now, settings), u64::from(settings.queue / 4).max(1));
        let loss = (waiting.saturating_sub(quarter) * 100 / quarter).min(MOST_LOSS) as u8;
        let validity_ms = u32::try_from(settings.oc_validity.0 / Duration::MILLISECOND.0).unwrap_or(u32::MAX);
        Overload { loss, validity_ms: if loss > 0 { validity_ms } else { 0 } }
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
    fn clients_hold_back_more_the_fuller_the_queue_is() {
        let settings = PbxSettings {
            service: Duration::millis(10),
            queue: 40,
            when_full: WhenFull::LossControl,
            ..PbxSettings::default()
        };
        let mut worker = Worker::default();
        let loss = |worker: &Worker| worker.overload(Instant::ZERO, &settings).loss;
        let mut told = Vec::new();
        for _ in 0..30 {
            worker.admit_within(20, Instant::ZERO, &settings);
            told.push(loss(&worker));
        }
        // One in service; from the eleventh that waits on a tenth more each.
        assert_eq!((told[10], told[11], told[15], told[20], told[29]), (0, 10, 50, 95, 95));
        assert_eq!(worker.overload(Instant::ZERO, &settings).validity_ms, 500);
        let silent = PbxSettings { when_full: WhenFull::Refuse, ..settings };
        assert_eq!(worker.overload(Instant::ZERO, &silent), Overload::default());
    }

    #[test]
    fn without_a_service_time_nothing_waits() {
        let mut worker = Worker::default();
        assert_eq!([0; 3].map(|_| worker.admit(Instant::ZERO, &PbxSettings::default())), [Admission::Serve; 3]);
    }
}

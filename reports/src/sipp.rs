//! A run as SIPp counts: calls begun, ended well or badly, and how long they took, period by period.

/// All periods of one run. Of equal width, as many as the run has buckets.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SippLog {
    /// In order of time.
    pub periods: Vec<Period>,
}

/// What happened in one period.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Period {
    /// When it ended, in nanoseconds since the run's first moment.
    pub ends_ns: u64,
    /// Calls begun.
    pub created: u64,
    /// Calls that ended as they should.
    pub successful: u64,
    /// Others, by [`Failure`].
    pub failed: [u64; Failure::ALL.len()],
    /// Requests sent again.
    pub retransmissions: u64,
    /// From the request to the first answer that says something: SIPp's first response time.
    pub response: Times<9>,
    /// From when a call was due to its end.
    pub length: Times<8>,
}

/// Why a call failed, as SIPp tells reasons apart.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Failure {
    /// No answer to any retransmission: `FailedMaxUDPRetrans`.
    NoAnswer,
    /// The connection or the device is gone: `FailedTcpClosed`.
    Closed,
    /// Another answer than a call wants: `FailedUnexpectedMessage`.
    Refused,
    /// The caller's patience ended: `FailedTimeoutOnRecv`.
    GaveUp,
}

impl Failure {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::NoAnswer, Self::Closed, Self::Refused, Self::GaveUp];
}

/// Times with their sums, and how many lie below each limit.
#[derive(Clone, Debug, PartialEq)]
pub struct Times<const N: usize> {
    /// How many.
    pub count: u64,
    sum_s: f64,
    squares: f64,
    /// Below the first limit, the second, … and above the last.
    pub below: [u64; N],
}

impl<const N: usize> Default for Times<N> {
    fn default() -> Self {
        Self { count: 0, sum_s: 0.0, squares: 0.0, below: [0; N] }
    }
}

impl<const N: usize> Times<N> {
    /// One more, in nanoseconds; limits in milliseconds, ascending, one fewer than there are classes.
    pub fn record(&mut self, ns: u64, limits_ms: &[u64]) {
        let seconds = ns as f64 / 1e9;
        self.count += 1;
        self.sum_s += seconds;
        self.squares += seconds * seconds;
        let class = limits_ms.iter().position(|limit| ns < limit * 1_000_000).unwrap_or(N - 1);
        self.below[class] += 1;
    }

    /// Those of another period too.
    pub fn add(&mut self, other: &Self) {
        self.count += other.count;
        self.sum_s += other.sum_s;
        self.squares += other.squares;
        self.below.iter_mut().zip(other.below).for_each(|(sum, count)| *sum += count);
    }

    /// In seconds; 0 without any.
    pub fn mean_s(&self) -> f64 {
        if self.count == 0 { 0.0 } else { self.sum_s / self.count as f64 }
    }

    /// In seconds, of all there are; 0 without any.
    pub fn deviation_s(&self) -> f64 {
        let mean = self.mean_s();
        if self.count == 0 { 0.0 } else { (self.squares / self.count as f64 - mean * mean).max(0.0).sqrt() }
    }
}

impl Period {
    /// Calls that failed, for whatever reason.
    pub fn failures(&self) -> u64 {
        self.failed.iter().sum()
    }
}

/// Limits of response times that SIPp counts by, in milliseconds.
pub const RESPONSE_LIMITS_MS: [u64; 8] = [10, 20, 30, 40, 50, 100, 150, 200];
/// Limits of the lengths of calls.
pub const LENGTH_LIMITS_MS: [u64; 7] = [10, 50, 100, 500, 1_000, 5_000, 10_000];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_a_mean_a_deviation_and_classes() {
        let mut times = Times::<9>::default();
        [5, 15, 250].into_iter().for_each(|ms| times.record(ms * 1_000_000, &RESPONSE_LIMITS_MS));
        assert_eq!(times.below, [1, 1, 0, 0, 0, 0, 0, 0, 1]);
        assert!((times.mean_s() - 0.09).abs() < 1e-9, "{}", times.mean_s());
        assert!((times.deviation_s() - 0.113_210).abs() < 1e-6, "{}", times.deviation_s());
        assert_eq!(Times::<8>::default().deviation_s(), 0.0);
    }
}

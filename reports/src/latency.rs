//! A distribution of times in fixed memory: an HDR histogram, with exact minimum, maximum and sum kept apart.
//!
//! Three digits from a microsecond to 2.4 hours, 197 kB once something was recorded, nothing before that. What is
//! longer lies in the last bucket, which reads as the exact maximum: late is never made to look earlier. What is
//! shorter lies in the first, which reads as the exact minimum: what took no time reads as 0.

use std::fmt;

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

/// Times in nanoseconds. Percentiles are read at rank ⌈nP⌉ in integers and clamp to the exact maximum (statistics §1).
#[derive(Clone, Default, Deserialize, PartialEq, Serialize)]
#[serde(try_from = "Packed", into = "Packed")]
pub struct Latency {
    buckets: Option<Box<Histogram<u64>>>,
    n: u64,
    sum_ns: u128,
    min_ns: u64,
    max_ns: u64,
}

/// What a percentile says where some of the awaited never came.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reading {
    /// Fewer than ten samples lie beyond it: it may not be printed.
    TooFew,
    /// The rank falls among those that never came: later than any limit.
    Never,
    /// Nanoseconds.
    At(u64),
}

impl Latency {
    /// An empty distribution; takes no memory beyond itself.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one time, in nanoseconds.
    pub fn record(&mut self, ns: u64) {
        self.min_ns = if self.n == 0 { ns } else { self.min_ns.min(ns) };
        self.max_ns = self.max_ns.max(ns);
        self.n += 1;
        self.sum_ns += u128::from(ns);
        self.buckets.get_or_insert_with(empty_buckets).saturating_record(ns);
    }

    /// Adds all samples of another: counts bucket by bucket, the exact values exactly. Never merges percentiles.
    pub fn merge(&mut self, other: &Self) {
        let Some(theirs) = &other.buckets else { return };
        self.min_ns = if self.n == 0 { other.min_ns } else { self.min_ns.min(other.min_ns) };
        self.max_ns = self.max_ns.max(other.max_ns);
        self.n = self.n.saturating_add(other.n);
        self.sum_ns = self.sum_ns.saturating_add(other.sum_ns);
        let ours = self.buckets.get_or_insert_with(empty_buckets);
        ours.add(theirs.as_ref()).expect("all our histograms have the same bounds");
    }

    /// The buckets, in nanoseconds; nothing was recorded where there are none.
    pub(crate) fn histogram(&self) -> Option<&Histogram<u64>> {
        self.buckets.as_deref()
    }

    /// How many samples.
    pub fn count(&self) -> u64 {
        self.n
    }

    /// Sum of all samples in nanoseconds, exact.
    pub fn sum_ns(&self) -> u128 {
        self.sum_ns
    }

    /// The shortest, exact, in nanoseconds.
    pub fn min(&self) -> Option<u64> {
        (self.n > 0).then_some(self.min_ns)
    }

    /// The longest, exact, in nanoseconds.
    pub fn max(&self) -> Option<u64> {
        (self.n > 0).then_some(self.max_ns)
    }

    /// The mean in nanoseconds, rounded down.
    pub fn mean(&self) -> Option<u64> {
        let mean = self.sum_ns.checked_div(u128::from(self.n))?;
        Some(u64::try_from(mean).unwrap_or(u64::MAX))
    }

    /// The percentile in tenths of a percent (500, 900, 990, 999), in nanoseconds; `None` with fewer than ten samples
    /// beyond its rank.
    pub fn quantile(&self, tenths: u16) -> Option<u64> {
        match self.reading(tenths, 0) {
            Reading::At(ns) => Some(ns),
            Reading::TooFew | Reading::Never => None,
        }
    }

    /// The same among `never` more that never came and rank behind all others.
    pub fn reading(&self, tenths: u16, never: u64) -> Reading {
        let n = self.n.saturating_add(never);
        let rank = rank(n, tenths);
        if n - rank < SAMPLES_BEYOND {
            Reading::TooFew
        } else if rank > self.n {
            Reading::Never
        } else {
            Reading::At(self.at_rank(rank))
        }
    }

    /// The sample of this rank (1 is the shortest), to three digits; whether it may be printed is not asked here.
    pub fn at_rank(&self, rank: u64) -> u64 {
        let Some(buckets) = &self.buckets else { return 0 };
        let mut seen = 0_u64;
        for bucket in buckets.iter_recorded() {
            seen = seen.saturating_add(bucket.count_since_last_iteration());
            if seen >= rank {
                return match bucket.value_iterated_to() {
                    // Here lies what took less than a microsecond: mostly what took no time at all.
                    edge if edge < SHORTEST_NS => self.min_ns,
                    edge if edge >= LONGEST_NS => self.max_ns,
                    edge => edge.clamp(self.min_ns, self.max_ns),
                };
            }
        }
        self.max_ns
    }
}

/// The rank of a percentile (tenths of a percent) among `n` samples: ⌈nP⌉ in integers, because a float product of
/// 100 and 0.07 rounds up to 8.
pub fn rank(n: u64, tenths: u16) -> u64 {
    let rank = (u128::from(n) * u128::from(tenths.min(1_000))).div_ceil(1_000);
    u64::try_from(rank).expect("at most n").max(u64::from(n > 0))
}

/// Whether a percentile of `n` samples may be printed: ten lie beyond it (statistics §1).
pub fn may_print(n: u64, tenths: u16) -> bool {
    n - rank(n, tenths) >= SAMPLES_BEYOND
}

impl fmt::Debug for Latency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Latency(n {}, min {} ns, max {} ns, sum {} ns)", self.n, self.min_ns, self.max_ns, self.sum_ns)
    }
}

/// How it is saved: pairs (distance from the bucket before in units of 1,024 ns, count), flat.
#[derive(Deserialize, Serialize)]
struct Packed {
    n: u64,
    sum_ns: u128,
    min_ns: u64,
    max_ns: u64,
    buckets: Vec<u64>,
}

impl From<Latency> for Packed {
    fn from(latency: Latency) -> Self {
        let mut buckets = Vec::new();
        let mut before = 0;
        for bucket in latency.buckets.iter().flat_map(|buckets| buckets.iter_recorded()) {
            // The upper edge of a bucket is odd in its last ten bits; dividing loses nothing that tells buckets apart.
            let here = bucket.value_iterated_to() / SHORTEST_NS;
            buckets.extend([here - before, bucket.count_since_last_iteration()]);
            before = here;
        }
        let Latency { n, sum_ns, min_ns, max_ns, .. } = latency;
        Self { n, sum_ns, min_ns, max_ns, buckets }
    }
}

impl TryFrom<Packed> for Latency {
    type Error = &'static str;

    fn try_from(packed: Packed) -> Result<Self, Self::Error> {
        let (pairs, rest) = packed.buckets.as_chunks::<2>();
        if !rest.is_empty() {
            return Err("a latency has half a bucket");
        }
        let mut buckets = None;
        let (mut here, mut seen) = (0_u64, 0_u64);
        for [distance, count] in pairs {
            here = here.checked_add(*distance).filter(|here| *here <= LONGEST_NS / SHORTEST_NS).ok_or(OUT_OF_RANGE)?;
            seen = seen.checked_add(*count).ok_or("a latency counts more than there can be")?;
            let buckets = buckets.get_or_insert_with(empty_buckets);
            buckets.record_n(here * SHORTEST_NS, *count).map_err(|_| OUT_OF_RANGE)?;
        }
        if seen != packed.n || packed.min_ns > packed.max_ns {
            return Err("a latency contradicts itself");
        }
        let Packed { n, sum_ns, min_ns, max_ns, .. } = packed;
        Ok(Self { buckets, n, sum_ns, min_ns, max_ns })
    }
}

fn empty_buckets() -> Box<Histogram<u64>> {
    let buckets = Histogram::new_with_bounds(SHORTEST_NS, LONGEST_NS, DIGITS);
    Box::new(buckets.expect("the bounds are constants that the crate accepts"))
}

const OUT_OF_RANGE: &str = "a latency has a bucket out of range";
const SAMPLES_BEYOND: u64 = 10;
const SHORTEST_NS: u64 = 1 << 10;
const LONGEST_NS: u64 = (1 << 43) - 1;
const DIGITS: u8 = 3;

#[cfg(test)]
mod tests {
    use super::*;

    fn milliseconds(values: impl IntoIterator<Item = u64>) -> Latency {
        let mut latency = Latency::new();
        values.into_iter().for_each(|ms| latency.record(ms * 1_000_000));
        latency
    }

    fn round_to_ms(ns: Option<u64>) -> Option<u64> {
        ns.map(|ns| (ns + 500_000) / 1_000_000)
    }

    #[test]
    fn ranks_where_the_float_product_is_one_too_high() {
        for (tenths, right) in [(70, 7), (140, 14), (280, 28), (550, 55), (500, 50), (999, 100), (1_000, 100)] {
            assert_eq!(rank(100, tenths), right);
        }
        let latency = milliseconds(1..=100);
        for tenths in [70, 140, 280, 550] {
            assert_eq!(round_to_ms(latency.quantile(tenths)), Some(u64::from(tenths) / 10));
        }
    }

    #[test]
    fn a_percentile_needs_ten_samples_beyond_it() {
        for (tenths, enough) in [(500, 20), (900, 100), (990, 1_000), (999, 10_000)] {
            assert!(milliseconds(1..=enough).quantile(tenths).is_some());
            assert_eq!(milliseconds(1..enough).quantile(tenths), None);
            assert!(may_print(enough, tenths) && !may_print(enough - 1, tenths));
        }
    }

    #[test]
    fn extremes_are_exact_though_buckets_are_not() {
        let mut latency = Latency::new();
        (0..20).for_each(|_| latency.record(24_700_123));
        assert_eq!(
            (latency.min(), latency.max(), latency.mean()),
            (Some(24_700_123), Some(24_700_123), Some(24_700_123))
        );
        assert_eq!(latency.quantile(500), Some(24_700_123), "a bucket's edge is no sample");
        assert_eq!(latency.sum_ns(), 20 * 24_700_123);
    }

    #[test]
    fn what_took_no_time_reads_as_zero() {
        let mut latency = Latency::new();
        (0..50).for_each(|_| latency.record(0));
        (0..50).for_each(|_| latency.record(20_000_000));
        assert_eq!(latency.quantile(500), Some(0));
        assert_eq!(latency.quantile(510).map(|ns| ns / 1_000_000), Some(20));
        let mut short = Latency::new();
        (0..20).for_each(|i| short.record(300 + i));
        assert_eq!(short.quantile(500), Some(300), "below a microsecond nothing is told apart");
    }

    #[test]
    fn an_empty_one_says_nothing() {
        let latency = Latency::new();
        assert_eq!((latency.min(), latency.max(), latency.mean(), latency.quantile(500)), (None, None, None, None));
        assert!(latency.buckets.is_none());
    }

    #[test]
    fn those_that_never_came_rank_last() {
        let latency = milliseconds(1..=100);
        assert_eq!(latency.reading(500, 100), Reading::At(100_000_000));
        assert_eq!(latency.reading(510, 100), Reading::Never);
        assert_eq!(latency.reading(999, 100), Reading::TooFew);
    }

    #[test]
    fn what_is_longer_than_the_range_reads_as_the_maximum() {
        let mut latency = Latency::new();
        (0..30).for_each(|day| latency.record(86_400_000_000_000 + day));
        assert_eq!(latency.quantile(500), Some(86_400_000_000_029));
    }

    #[test]
    fn merging_is_recording_all_in_any_order() {
        let (low, high, all) = (milliseconds(1..=60), milliseconds(61..=2_000), milliseconds(1..=2_000));
        let mut up = low.clone();
        up.merge(&high);
        let mut down = high;
        down.merge(&low);
        down.merge(&Latency::new());
        assert_eq!(up, all);
        assert_eq!(down, all);
        let mut from_nothing = Latency::new();
        from_nothing.merge(&all);
        assert_eq!(from_nothing, all);
    }

    #[test]
    fn saving_loses_nothing() {
        let mut latency = milliseconds((1..=3_000).map(|i| i * i % 7_919));
        latency.record(1);
        latency.record(u64::MAX);
        let text = serde_json::to_string(&latency).expect("plain data");
        assert_eq!(serde_json::from_str::<Latency>(&text).expect("as written"), latency);
    }

    #[test]
    fn a_forged_one_is_refused() {
        for buckets in
            ["[1]", "[9999999999,1]", "[1,2]", "[1,1,18446744073709551615,0]", "[1,18446744073709551615,1,9]"]
        {
            let text = format!(r#"{{"n":1,"sum_ns":5,"min_ns":5,"max_ns":5,"buckets":{buckets}}}"#);
            assert!(serde_json::from_str::<Latency>(&text).is_err(), "{buckets}");
        }
    }

    #[test]
    fn memory_is_bounded() {
        assert!(empty_buckets().distinct_values() * size_of::<u64>() <= 200_000);
        assert!(size_of::<Latency>() <= 64);
    }
}

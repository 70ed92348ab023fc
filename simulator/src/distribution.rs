//! Lengths of time drawn by chance, from integers: the same bits give the same nanoseconds on every CPU.
//!
//! A law is tabulated once, by `libm` (the same on every platform), as quantiles of its two tails: each tail cut into
//! octaves of probability, each octave into cells, linear inside a cell. Drawing is integer arithmetic only.

use std::sync::OnceLock;

use crate::time::Duration;

const OCTAVES: usize = 40;
const CELL_BITS: u32 = 5;
const CELLS: usize = 1 << CELL_BITS;
const EDGES: usize = OCTAVES * CELLS + 1;

/// A length of time drawn by chance (scenario language §3).
#[derive(Clone, Debug, PartialEq)]
pub struct Distribution {
    law: Law,
    at_least: Duration,
    at_most: Duration,
}

#[derive(Clone, Debug, PartialEq)]
enum Law {
    Uniform { low: Duration, width: u64 },
    Table(Box<Quantiles>),
}

impl Distribution {
    /// Always `value`.
    pub fn fixed(value: Duration) -> Self {
        Self::uniform(value, value)
    }

    /// Any value between `low` and `high` alike; `high` below `low` reads as `low`.
    pub fn uniform(low: Duration, high: Duration) -> Self {
        Self::of(Law::Uniform { low, width: (high - low).0 })
    }

    /// Exponential with this mean.
    pub fn exponential(mean: Duration) -> Self {
        let mean = mean.0 as f64;
        Self::of(Law::Table(Quantiles::new(
            |_, q, upper| {
                if upper { -libm::log(q) * mean } else { -libm::log1p(-q) * mean }
            },
        )))
    }

    /// Lognormal with this mean; `sigma` is the standard deviation of the logarithm.
    pub fn lognormal(mean: Duration, sigma: f64) -> Self {
        let median = mean.0 as f64 * libm::exp(-sigma * sigma / 2.0);
        let deviations = deviations();
        Self::of(Law::Table(Quantiles::new(|edge, _, upper| {
            let deviation = deviations[edge];
            median * libm::exp(sigma * if upper { deviation } else { -deviation })
        })))
    }

    fn of(law: Law) -> Self {
        Self { law, at_least: Duration::ZERO, at_most: Duration::FOREVER }
    }

    /// Values below `at_least` become it, values above `at_most` become it.
    #[must_use]
    pub fn clamped(mut self, at_least: Duration, at_most: Duration) -> Self {
        (self.at_least, self.at_most) = (at_least, at_most.max(at_least));
        self
    }

    /// The value that these 64 uniform bits stand for.
    #[inline]
    pub fn sample(&self, bits: u64) -> Duration {
        let value = match &self.law {
            Law::Uniform { low, width: 0 } => *low,
            Law::Uniform { low, width } => *low + Duration(crate::rng::below(bits, *width)),
            Law::Table(quantiles) => Duration(u64::try_from(quantiles.at(bits)).unwrap_or(0)),
        };
        value.clamp(self.at_least, self.at_most)
    }

    /// The value if it is always the same.
    #[inline]
    pub fn constant(&self) -> Option<Duration> {
        match self.law {
            Law::Uniform { low, width: 0 } => Some(low.clamp(self.at_least, self.at_most)),
            _ => None,
        }
    }

    /// Mean in seconds, within one part in a thousand: over 2^14 equally probable values.
    pub fn mean_s(&self) -> f64 {
        const POINTS: u64 = 1 << 14;
        let step = u64::MAX / POINTS;
        let sum: f64 = (0..POINTS).map(|i| self.sample(i * step + step / 2).as_secs_f64()).sum();
        sum / POINTS as f64
    }
}

/// Quantiles of a law by tail, octave and cell.
#[derive(Clone, Debug, PartialEq)]
struct Quantiles {
    lower: [i64; EDGES],
    upper: [i64; EDGES],
}

impl Quantiles {
    /// `at(edge, q, upper)`: the value with probability `q` below it, or above it if `upper`.
    fn new(at: impl Fn(usize, f64, bool) -> f64) -> Box<Self> {
        let mut table = Box::new(Self { lower: [0; EDGES], upper: [0; EDGES] });
        for edge in 0..EDGES {
            let q = tail_of(edge);
            table.lower[edge] = libm::rint(at(edge, q, false)) as i64;
            table.upper[edge] = libm::rint(at(edge, q, true)) as i64;
        }
        table
    }

    #[inline]
    fn at(&self, bits: u64) -> i64 {
        let edges = if bits >> 63 == 1 { &self.upper } else { &self.lower };
        let tail = bits << 1 | 1;
        let octave = (tail.leading_zeros() as usize).min(OCTAVES - 1);
        let below_top = !(tail << octave << 1);
        let edge = octave * CELLS + (below_top >> (64 - CELL_BITS)) as usize;
        let within = i128::from((below_top << CELL_BITS) >> 32);
        let height = i128::from(edges[edge + 1]) - i128::from(edges[edge]);
        edges[edge] + ((height * within) >> 32) as i64
    }
}

/// Probability of the tail beyond an edge.
fn tail_of(edge: usize) -> f64 {
    let (octave, cell) = (edge / CELLS, edge % CELLS);
    let top = 0.5 / (1u64 << octave) as f64;
    top * (1.0 - cell as f64 / CELLS as f64 / 2.0)
}

/// The standard normal deviation at every edge: dear to find, so found once.
fn deviations() -> &'static [f64] {
    static DEVIATIONS: OnceLock<Vec<f64>> = OnceLock::new();
    DEVIATIONS.get_or_init(|| (0..EDGES).map(|edge| normal_upper(tail_of(edge))).collect())
}

/// The standard normal deviation with probability `q` above it, by bisection on `erfc`: slow and plain, for tables.
pub fn normal_upper(q: f64) -> f64 {
    let (mut low, mut high) = (0.0f64, 12.0f64);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if libm::erfc(middle / core::f64::consts::SQRT_2) / 2.0 > q {
            low = middle;
        } else {
            high = middle;
        }
    }
    (low + high) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::draw;

    fn hash(table: &Quantiles) -> u64 {
        table.lower.iter().chain(&table.upper).fold(0, |hash, edge| crate::rng::mix(hash ^ *edge as u64))
    }

    fn table(distribution: &Distribution) -> &Quantiles {
        match &distribution.law {
            Law::Table(table) => table,
            Law::Uniform { .. } => panic!("not a table"),
        }
    }

    #[test]
    fn tables_are_frozen() {
        let exponential = Distribution::exponential(Duration::seconds(180));
        let lognormal = Distribution::lognormal(Duration::seconds(120), 0.8);
        assert_eq!(
            [hash(table(&exponential)), hash(table(&lognormal))],
            [9_239_720_527_782_212_722, 15_979_690_422_314_890_395]
        );
    }

    #[test]
    fn the_exponential_has_its_mean_and_its_tail() {
        let law = Distribution::exponential(Duration::seconds(1));
        let drawn: Vec<f64> = (0..200_000).map(|n| law.sample(draw(3, n)).as_secs_f64()).collect();
        let mean = drawn.iter().sum::<f64>() / drawn.len() as f64;
        assert!((mean - 1.0).abs() < 0.01, "{mean}");
        let tail = drawn.iter().filter(|value| **value > 4.0).count() as f64 / drawn.len() as f64;
        assert!((tail - 0.018_316).abs() < 0.001, "{tail}");
        assert!((law.mean_s() - 1.0).abs() < 0.002);
    }

    #[test]
    fn the_lognormal_has_the_mean_it_was_given() {
        let mean = Distribution::lognormal(Duration::seconds(100), 0.8).mean_s();
        assert!((mean - 100.0).abs() < 0.5, "{mean}");
    }

    #[test]
    fn clamps_hold_at_the_extremes_of_the_bits() {
        let law = Distribution::exponential(Duration::seconds(60)).clamped(Duration::seconds(2), Duration::seconds(90));
        assert_eq!([law.sample(0), law.sample(1 << 63)], [Duration::seconds(2), Duration::seconds(90)]);
    }
}

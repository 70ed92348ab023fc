//! A level over time, weighted exactly: integer nanoseconds per level, the area in 128 bits. Nothing is sampled.

/// A gauge from its first moment on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gauge {
    level: u64,
    since_ns: u64,
    peak: u64,
    peak_at_ns: u64,
    area: u128,
    ns_at: Vec<u64>,
}

impl Gauge {
    /// Stands at 0 from `at_ns` on.
    pub fn new(at_ns: u64) -> Self {
        Self { since_ns: at_ns, peak_at_ns: at_ns, ..Self::default() }
    }

    /// Changes to `level` at `at_ns`, which must not lie before the last change. Memory grows with the peak.
    pub fn set(&mut self, at_ns: u64, level: u64) {
        self.pass(at_ns);
        self.level = level;
        if level > self.peak {
            (self.peak, self.peak_at_ns) = (level, at_ns);
        }
    }

    /// Lets time pass at the level it has.
    pub fn pass(&mut self, at_ns: u64) {
        let ns = at_ns - self.since_ns;
        self.since_ns = at_ns;
        if ns == 0 {
            return;
        }
        let slot = usize::try_from(self.level).expect("a level counts things in memory");
        if self.ns_at.len() <= slot {
            self.ns_at.resize(slot + 1, 0);
        }
        self.ns_at[slot] += ns;
        self.area += u128::from(self.level) * u128::from(ns);
    }

    /// The highest level, and when first.
    pub fn peak(&self) -> (u64, u64) {
        (self.peak, self.peak_at_ns)
    }

    /// Nanoseconds spent at a level.
    pub fn ns_at(&self, level: u64) -> u64 {
        usize::try_from(level).ok().and_then(|slot| self.ns_at.get(slot)).copied().unwrap_or(0)
    }

    /// Nanoseconds spent at a level or above it.
    pub fn ns_from(&self, level: u64) -> u64 {
        usize::try_from(level).ok().and_then(|slot| self.ns_at.get(slot..)).map_or(0, |tail| tail.iter().sum())
    }

    /// Level times nanoseconds.
    pub fn area(&self) -> u128 {
        self.area
    }

    /// All the time passed, in nanoseconds.
    pub fn observed_ns(&self) -> u64 {
        self.ns_at.iter().sum()
    }

    /// The time-weighted mean; `None` before any time passed.
    pub fn mean(&self) -> Option<f64> {
        let ns = self.observed_ns();
        (ns > 0).then(|| self.area as f64 / ns as f64)
    }

    /// The lowest level that covers so many tenths of a percent of the time, together with all below it.
    pub fn quantile(&self, tenths: u16) -> Option<u64> {
        let wanted = u128::from(self.observed_ns()) * u128::from(tenths);
        let mut covered = 0_u128;
        let at = self.ns_at.iter().position(|ns| {
            covered += u128::from(*ns) * 1_000;
            covered >= wanted && covered > 0
        })?;
        Some(at as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e3_a_pool_of_three() {
        let mut gauge = Gauge::new(0);
        for (at_ns, level) in [(0, 0), (10, 1), (20, 2), (25, 3), (40, 2), (55, 3), (60, 1), (90, 0)] {
            gauge.set(at_ns, level);
        }
        gauge.pass(100);
        assert_eq!([0, 1, 2, 3].map(|level| gauge.ns_at(level)), [20, 40, 20, 20]);
        assert_eq!((gauge.mean(), gauge.peak()), (Some(1.4), (3, 25)));
        assert_eq!(gauge.ns_from(3) as f64 / gauge.observed_ns() as f64, 0.2);
        assert_eq!(format!("{:.6}", gauge.area() as f64 / 300.0), "0.466667");
        assert_eq!((gauge.quantile(600), gauge.quantile(950)), (Some(1), Some(3)));
    }

    #[test]
    fn before_any_time_there_is_no_mean() {
        let gauge = Gauge::new(7);
        assert_eq!((gauge.mean(), gauge.quantile(500), gauge.peak()), (None, None, (0, 7)));
    }
}

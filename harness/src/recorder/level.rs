//! A level over time, weighted exactly: peak, mean, percentiles, and batches for comparison with a formula.

use std::collections::BTreeMap;

use reports::expectation::Stat;
use simulator::time::Instant;

use super::scope::Window;

/// Batches a run is cut into (statistics §1).
pub(super) const BATCHES: u64 = 30;

/// A gauge within a window.
#[derive(Clone, Debug)]
pub(super) struct Level {
    window: Window,
    level: u64,
    since: Instant,
    peak: u64,
    area: u128,
    /// Nanoseconds spent at each level, if percentiles are wanted.
    spent: Option<BTreeMap<u64, u64>>,
    batches: Option<Vec<u128>>,
}

impl Level {
    pub(super) fn new(window: Window, stat: Option<Stat>, batched: bool) -> Self {
        let percentiles = matches!(stat, Some(Stat::Median | Stat::Percentile(_)));
        Self {
            window,
            level: 0,
            since: Instant::ZERO,
            peak: 0,
            area: 0,
            spent: percentiles.then(BTreeMap::new),
            batches: batched.then(|| vec![0; BATCHES as usize]),
        }
    }

    #[inline]
    pub(super) fn level(&self) -> u64 {
        self.level
    }

    /// The level is this from now on.
    #[inline]
    pub(super) fn set(&mut self, now: Instant, level: u64) {
        if level != self.level {
            self.pass(now);
            self.level = level;
            if self.window.has(now) {
                self.peak = self.peak.max(level);
            }
        }
    }

    #[inline]
    pub(super) fn rise(&mut self, now: Instant) {
        self.set(now, self.level + 1);
    }

    #[inline]
    pub(super) fn fall(&mut self, now: Instant) {
        self.set(now, self.level.saturating_sub(1));
    }

    /// Accounts for the time up to now.
    pub(super) fn pass(&mut self, now: Instant) {
        let (from, to) = (self.since.max(self.window.from), now.min(self.window.to));
        self.since = now;
        if to <= from {
            return;
        }
        self.peak = self.peak.max(self.level);
        let span = to.since(from).0;
        self.area += u128::from(self.level) * u128::from(span);
        if let Some(spent) = &mut self.spent {
            *spent.entry(self.level).or_insert(0) += span;
        }
        if let Some(batches) = &mut self.batches {
            spread(batches, &self.window, from, to, self.level);
        }
    }

    pub(super) fn peak(&self) -> u64 {
        self.peak
    }

    /// Unit-nanoseconds in the window so far.
    pub(super) fn area(&self) -> u128 {
        self.area
    }

    /// Length of the window that has passed, in nanoseconds.
    pub(super) fn observed(&self, now: Instant) -> u64 {
        now.min(self.window.to).since(self.window.from).0
    }

    /// The statistic, once [`Level::pass`] has reached the end.
    pub(super) fn stat(&self, stat: Option<Stat>, now: Instant) -> f64 {
        let observed = self.observed(now).max(1);
        match stat {
            None => self.level as f64,
            Some(Stat::Peak | Stat::Longest) => self.peak as f64,
            Some(Stat::Mean) => self.area as f64 / observed as f64,
            Some(Stat::Median) => self.quantile(500, observed),
            Some(Stat::Percentile(tenths)) => self.quantile(tenths, observed),
        }
    }

    /// The lowest level at or below which it was for this part of the time, in tenths of a percent.
    fn quantile(&self, tenths: u16, observed: u64) -> f64 {
        let wanted = (u128::from(observed) * u128::from(tenths)).div_ceil(1000);
        let mut passed = 0u128;
        for (level, spent) in self.spent.iter().flatten() {
            passed += u128::from(*spent);
            if passed >= wanted {
                return *level as f64;
            }
        }
        self.peak as f64
    }

    /// (unit-nanoseconds, nanoseconds) of each batch.
    pub(super) fn batches(&self) -> Vec<(f64, f64)> {
        let length = batch_length(&self.window);
        self.batches.iter().flatten().map(|area| (*area as f64, length as f64)).collect()
    }
}

fn batch_length(window: &Window) -> u64 {
    (window.last().since(window.from).0 / BATCHES).max(1)
}

/// The batch an instant of a window lies in.
pub(super) fn batch_of(window: &Window, at: Instant) -> usize {
    (at.since(window.from).0 / batch_length(window)).min(BATCHES - 1) as usize
}

/// Adds a constant level from `from` to `to` to the batches it touches.
fn spread(batches: &mut [u128], window: &Window, from: Instant, to: Instant, level: u64) {
    let length = batch_length(window);
    let mut begins = from;
    while begins < to {
        let batch = batch_of(window, begins);
        let next = window.from.0 + (batch as u64 + 1) * length;
        let ends = if batch as u64 == BATCHES - 1 { to } else { to.min(Instant(next)) };
        batches[batch] += u128::from(level) * u128::from(ends.since(begins).0);
        begins = ends;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(stat: Option<Stat>) -> Level {
        // E3 of the statistics study: levels over 100 units of time.
        let mut level = Level::new(Window { from: Instant(0), to: Instant(101) }, stat, false);
        for (at, to) in [(10, 1), (20, 2), (25, 3), (40, 2), (55, 3), (60, 1), (90, 0)] {
            level.set(Instant(at), to);
        }
        level.pass(Instant(100));
        level
    }

    #[test]
    fn a_gauge_is_weighted_by_time() {
        let now = Instant(100);
        assert_eq!(level(Some(Stat::Mean)).stat(Some(Stat::Mean), now), 1.4);
        assert_eq!(level(None).peak(), 3);
        let sixty = Some(Stat::Percentile(600));
        let ninety_five = Some(Stat::Percentile(950));
        assert_eq!([level(sixty).stat(sixty, now), level(ninety_five).stat(ninety_five, now)], [1.0, 3.0]);
    }

    #[test]
    fn a_window_cuts_what_lies_outside() {
        let mut level = Level::new(Window { from: Instant(50), to: Instant(101) }, None, true);
        level.set(Instant(10), 4);
        level.set(Instant(40), 2);
        level.pass(Instant(100));
        assert_eq!((level.peak(), level.area()), (2, 100));
        assert_eq!(level.batches().iter().map(|batch| batch.0).sum::<f64>(), 100.0);
    }
}

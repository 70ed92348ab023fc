//! From numbers to places along an axis, and which of them get a label.

use crate::units;

/// A label on an axis.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tick {
    /// Place along the axis, from 0 to 1.
    pub(super) at: f64,
    pub(super) label: String,
}

/// The time of a run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    pub(super) starts_s: u32,
    pub(super) lasts_ns: u64,
}

impl Clock {
    /// An instant as a share of the run.
    pub(super) fn share(self, at_ns: u64) -> f64 {
        (at_ns as f64 / self.lasts_ns as f64).clamp(0.0, 1.0)
    }

    /// Both ends, and round times of the wall clock between them.
    pub(super) fn ticks(self) -> Vec<Tick> {
        let starts_ns = u64::from(self.starts_s) * SECOND_NS;
        let fits = |step: &&u64| self.lasts_ns / **step <= MOST_INNER;
        let step = STEPS_NS.iter().find(fits).copied().unwrap_or(self.lasts_ns.div_ceil(MOST_INNER));
        let first = starts_ns.next_multiple_of(step) - starts_ns;
        let inner = (0..=MOST_INNER).map(|i| first + i * step).filter(|at_ns| *at_ns < self.lasts_ns);
        // A label at an end takes its whole width inwards, one between them half of it to each side.
        let letters = self.label(0).len().max(self.label(self.lasts_ns).len());
        let taken = LETTER * 1.5 * letters as f64 + 0.01;
        let free = |tick: &Tick| tick.at > taken && tick.at < 1.0 - taken;
        let mut ticks = vec![self.tick(0)];
        ticks.extend(inner.map(|at_ns| self.tick(at_ns)).filter(free));
        ticks.push(self.tick(self.lasts_ns));
        ticks
    }

    /// Of a small chart: both ends, and one between them.
    pub(super) fn few_ticks(self) -> Vec<Tick> {
        let mut ticks = self.ticks();
        let middle = |tick: &Tick| tick.at > 0.35 && tick.at < 0.65;
        let mut seen = 0;
        ticks.retain(|tick| {
            seen += usize::from(middle(tick));
            tick.at <= 0.0 || tick.at >= 1.0 || middle(tick) && seen == 1
        });
        ticks
    }

    fn tick(self, at_ns: u64) -> Tick {
        Tick { at: self.share(at_ns), label: self.label(at_ns) }
    }

    /// To the minute; to the second where the run is short; the day where it is long.
    fn label(self, at_ns: u64) -> String {
        if self.lasts_ns > 2 * DAY_NS {
            let day = (u64::from(self.starts_s) * SECOND_NS + at_ns) / DAY_NS;
            format!("day {}", units::count(day + 1))
        } else if self.lasts_ns < 300 * SECOND_NS {
            units::clock(self.starts_s, at_ns)[..8].to_owned()
        } else {
            units::clock_minute(self.starts_s, at_ns)
        }
    }
}

/// A linear axis from 0 to `top`.
#[derive(Clone, Debug)]
pub(super) struct Linear {
    pub(super) top: f64,
    pub(super) ticks: Vec<Tick>,
}

impl Linear {
    /// Of things, up to at least `most`.
    pub(super) fn counts(most: f64) -> Self {
        let step = round_step(most / 4.0).max(1.0);
        Self::new(most, step, compact)
    }

    /// Of numbers that may be broken.
    pub(super) fn numbers(most: f64) -> Self {
        Self::new(most, round_step(most / 4.0), units::plain)
    }

    /// Of shares of 1.
    pub(super) fn shares() -> Self {
        Self::new(1.0, 0.25, units::percent)
    }

    /// Of durations in ns.
    pub(super) fn durations(most_ns: u64) -> Self {
        let step = duration_step(most_ns);
        Self::new(most_ns as f64, step as f64, |ns| units::duration(ns as u64))
    }

    fn new(most: f64, step: f64, label: impl Fn(f64) -> String) -> Self {
        let steps = (most / step - 1e-9).ceil().clamp(1.0, 8.0);
        let top = steps * step;
        let tick = |i: u32| Tick { at: f64::from(i) / steps, label: label(f64::from(i) * step) };
        Self { top, ticks: (0..=steps as u32).map(tick).collect() }
    }

    pub(super) fn share(&self, number: f64) -> f64 {
        (number / self.top).clamp(0.0, 1.0)
    }
}

/// A logarithmic axis over whole decades.
#[derive(Clone, Debug)]
pub(super) struct Decades {
    lowest: f64,
    decades: f64,
    pub(super) ticks: Vec<Tick>,
}

impl Decades {
    /// From the decade `low` lies in to the end of that of `high`.
    pub(super) fn new(low: f64, high: f64, label: impl Fn(f64) -> String) -> Self {
        let first = libm::floor(libm::log10(low.max(1e-12)) + 1e-9);
        let last = libm::ceil(libm::log10(high.max(low).max(1e-12)) - 1e-9).max(first + 1.0);
        let (decades, every) = (last - first, if last - first > 5.0 { 2 } else { 1 });
        let tick = |i: u32| {
            let value = libm::pow(10.0, first + f64::from(i));
            Tick { at: f64::from(i) / decades, label: label(value) }
        };
        Self { lowest: first, decades, ticks: (0..=decades as u32).step_by(every).map(tick).collect() }
    }

    pub(super) fn share(&self, number: f64) -> f64 {
        ((libm::log10(number.max(1e-12)) - self.lowest) / self.decades).clamp(0.0, 1.0)
    }
}

/// A logarithmic axis of durations, between round ones.
#[derive(Clone, Debug)]
pub(super) struct Durations {
    low: f64,
    high: f64,
    pub(super) ticks: Vec<Tick>,
}

impl Durations {
    /// From the round duration below `low_ns` to the one above `high_ns`.
    pub(super) fn new(low_ns: u64, high_ns: u64) -> Self {
        let low = ROUND_NS.iter().rev().find(|ns| **ns <= low_ns).copied().unwrap_or(1);
        let high = ROUND_NS.iter().find(|ns| **ns >= high_ns && **ns > low).copied().unwrap_or(u64::MAX);
        Self::exactly(low, high)
    }

    /// From `low_ns` to `high_ns`, with labels at round durations.
    pub(super) fn exactly(low_ns: u64, high_ns: u64) -> Self {
        let axis = Self { low: libm::log(low_ns as f64), high: libm::log(high_ns as f64), ticks: Vec::new() };
        let inside: Vec<u64> = ROUND_NS.into_iter().filter(|ns| (low_ns..=high_ns).contains(ns)).collect();
        let ticks = inside.iter().step_by(inside.len().div_ceil(7).max(1));
        let ticks = ticks.map(|ns| Tick { at: axis.share(*ns), label: units::duration(*ns) }).collect();
        Self { ticks, ..axis }
    }

    pub(super) fn share(&self, ns: u64) -> f64 {
        ((libm::log(ns.max(1) as f64) - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }
}

/// Ticks of a duration that grows to the right, without the last where it would hang over.
pub(super) fn elapsed(most_ns: u64) -> Vec<Tick> {
    let step = duration_step(most_ns);
    let ticks = (0..=most_ns / step).map(|i| i * step);
    ticks.map(|ns| Tick { at: ns as f64 / most_ns as f64, label: units::duration(ns) }).collect()
}

/// A round duration of which at most five fit.
fn duration_step(most_ns: u64) -> u64 {
    let fits = |step: &&u64| most_ns / **step <= MOST_INNER;
    STEPS_NS.iter().find(fits).copied().unwrap_or(most_ns.div_ceil(MOST_INNER)).max(1)
}

/// 1, 2 or 5 times a power of ten, at least `raw`.
fn round_step(raw: f64) -> f64 {
    let raw = raw.max(1e-9);
    let decade = libm::pow(10.0, libm::floor(libm::log10(raw)));
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|part| part * decade).find(|step| *step >= raw - 1e-12).unwrap_or(raw)
}

/// A count in few characters: `950`, `5,804`, `20 k`, `1.5 M`.
fn compact(number: f64) -> String {
    match number {
        n if n >= 1e9 => format!("{} G", trimmed(n / 1e9)),
        n if n >= 1e6 => format!("{} M", trimmed(n / 1e6)),
        n if n >= 1e4 => format!("{} k", trimmed(n / 1e3)),
        n => units::count(n.round() as u64),
    }
}

fn trimmed(number: f64) -> String {
    let text = format!("{number:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// Width of a letter as a share of the narrowest chart.
const LETTER: f64 = 0.024;
const SECOND_NS: u64 = 1_000_000_000;
const DAY_NS: u64 = 86_400 * SECOND_NS;
/// Labels between the two ends of an axis.
const MOST_INNER: u64 = 4;
/// Where logarithmic axes have labels: tenfold, but for minutes and hours.
const ROUND_NS: [u64; 13] = [
    1_000,
    10_000,
    100_000,
    1_000_000,
    10_000_000,
    100_000_000,
    SECOND_NS,
    10 * SECOND_NS,
    60 * SECOND_NS,
    600 * SECOND_NS,
    3_600 * SECOND_NS,
    36_000 * SECOND_NS,
    360_000 * SECOND_NS,
];
const STEPS_NS: [u64; 36] = {
    let ms = 1_000_000;
    let minute = 60 * SECOND_NS;
    let hour = 60 * minute;
    [
        1_000,
        10_000,
        100_000,
        ms,
        2 * ms,
        5 * ms,
        10 * ms,
        20 * ms,
        50 * ms,
        100 * ms,
        200 * ms,
        500 * ms,
        SECOND_NS,
        2 * SECOND_NS,
        5 * SECOND_NS,
        10 * SECOND_NS,
        15 * SECOND_NS,
        30 * SECOND_NS,
        minute,
        2 * minute,
        5 * minute,
        10 * minute,
        15 * minute,
        30 * minute,
        hour,
        2 * hour,
        3 * hour,
        6 * hour,
        12 * hour,
        DAY_NS,
        2 * DAY_NS,
        7 * DAY_NS,
        14 * DAY_NS,
        30 * DAY_NS,
        60 * DAY_NS,
        180 * DAY_NS,
    ]
};

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(ticks: &[Tick]) -> Vec<&str> {
        ticks.iter().map(|tick| tick.label.as_str()).collect()
    }

    #[test]
    fn axes_have_round_labels() {
        assert_eq!(labels(&Linear::counts(5_804.0).ticks), ["0", "2,000", "4,000", "6,000"]);
        assert_eq!(labels(&Linear::counts(1.0).ticks), ["0", "1"]);
        assert_eq!(labels(&Linear::counts(1_000_000.0).ticks), ["0", "500 k", "1 M"]);
        assert_eq!(labels(&Linear::durations(17_700_000_000).ticks), ["0 s", "5 s", "10 s", "15 s", "20 s"]);
        let durations = Durations::new(5_000_000, 170_000_000_000);
        assert_eq!(labels(&durations.ticks), ["1 ms", "10 ms", "100 ms", "1 s", "10 s", "60 s", "10 min"]);
    }

    #[test]
    fn clocks_show_round_times_between_both_ends() {
        let rush = Clock { starts_s: 8 * 3_600 + 56 * 60, lasts_ns: 1_800 * SECOND_NS };
        assert_eq!(labels(&rush.ticks()), ["08:56", "09:10", "09:20", "09:26"]);
    }

    #[test]
    fn any_length_of_run_has_few_labels() {
        for lasts_ns in [1, 1_000, SECOND_NS, 90 * SECOND_NS, 3_600 * SECOND_NS, 400 * DAY_NS, u64::MAX / 2] {
            let ticks = Clock { starts_s: 86_399, lasts_ns }.ticks();
            assert!((2..=6).contains(&ticks.len()), "{lasts_ns}: {ticks:?}");
            assert!(ticks.windows(2).all(|pair| pair[1].at - pair[0].at > 0.15), "{lasts_ns}: {ticks:?}");
        }
    }
}

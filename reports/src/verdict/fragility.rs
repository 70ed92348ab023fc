//! Whether more seeds might say otherwise (statistics §2.2). It changes no verdict and no exit code.

use libm::{asin, log};

use crate::expectation::Expectation;
use crate::statistics::interval::Interval;
use crate::statistics::tolerance::{self, Firmness};
use crate::units::{self, Unit};
use crate::verdict::reading::{Limits, Reading};
use crate::verdict::runs_needed;

/// Why the verdict is fragile and what to try; `None` if it is firm, or speaks of every run.
pub(super) fn of(expectation: &Expectation, readings: &[Reading], pass: bool) -> Option<String> {
    let needed = runs_needed(expectation);
    let seeds = readings.len() as u64;
    if needed.passing >= needed.of || readings.iter().all(|reading| reading.trouble.is_some()) {
        return None;
    }
    let q = f64::from(needed.passing) / f64::from(needed.of);
    match seeds {
        0 => None,
        1 => of_one(&readings[0]).map(|reason| format!("{reason}; try --seeds 20")),
        2..8 => Some("too few seeds to be sure; try --seeds 20".to_owned()),
        _ if settled(readings, q, pass) => None,
        8..200 => Some(format!("{} seeds do not settle it; try --seeds 200", units::count(seeds))),
        _ => Some("the limit lies at the edge".to_owned()),
    }
}

fn settled(readings: &[Reading], q: f64, pass: bool) -> bool {
    let margins: Option<Vec<f64>> = readings.iter().map(margin).collect();
    let firmness = match margins {
        Some(margins) if margins.len() < EXACT_FROM => tolerance::by_margins(&margins, q),
        _ => {
            let failed = readings.iter().filter(|reading| !reading.held).count();
            tolerance::by_count(failed as u64, readings.len() as u64, q)
        }
    };
    firmness == if pass { Firmness::FirmPass } else { Firmness::FirmFail }
}

/// One seed: an interval over the limit for shares, a number within a tenth of it for the rest.
fn of_one(reading: &Reading) -> Option<String> {
    let position = reading.position?;
    let limit = reading.limits.nearest(position);
    if reading.unit == Unit::Percent || reading.counted.is_some() {
        let trials = reading.counted.map_or(reading.samples, |(_, of)| of);
        let interval = Interval::of_one_seed((position / 100.0).clamp(0.0, 1.0), trials.max(1));
        return interval.contains(limit / 100.0).then(|| {
            let (low, high) = (interval.low * 100.0, interval.high * 100.0);
            format!("95% interval {low:.2}–{high:.2}% contains the limit")
        });
    }
    ((position - limit).abs() <= 0.1 * limit.abs()).then(|| "within 10% of the limit".to_owned())
}

/// Distance from the limit, positive where good, on a scale where seeds are about normal; `None` if never or nothing.
fn margin(reading: &Reading) -> Option<f64> {
    let scale = |number: f64| scaled(reading.unit, reading.counted.is_some(), number);
    let position = scale(reading.position?);
    match reading.limits {
        Limits::Most(limit) => Some(scale(limit) - position),
        Limits::Least(limit) => Some(position - scale(limit)),
        Limits::Between(low, high) => Some((position - scale(low)).min(scale(high) - position)),
        Limits::Exactly(_) => None,
    }
}

/// arcsin √ for shares, ln for durations, √ for counts and rates.
fn scaled(unit: Unit, counted: bool, number: f64) -> f64 {
    match unit {
        _ if counted => asin((number / 100.0).clamp(0.0, 1.0).sqrt()),
        Unit::Percent => asin((number / 100.0).clamp(0.0, 1.0).sqrt()),
        Unit::Milliseconds => log(number.max(SHORTEST_MS)),
        Unit::Count | Unit::PerSecond => number.max(0.0).sqrt(),
    }
}

/// From so many seeds on the binomial is sharp enough to use (59: 0.95⁵⁹ < 0.05).
const EXACT_FROM: usize = 59;
/// Histograms start at a microsecond.
const SHORTEST_MS: f64 = 1e-3;

//! `agrees with X`: X lies in the 99.9 % interval of the batches of all seeds pooled, and the interval is narrow.

use crate::expectation::Claim;
use crate::measurements::Tally;
use crate::statistics::batches::{Batches, Estimate};
use crate::units::{self, Unit};
use crate::verdict::NOTHING;
use crate::verdict::metric::Kind;

/// What the pooled batches say.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Agreement {
    pub(super) held: bool,
    /// The interval is as narrow as it must be to decide.
    pub(super) is_narrow: bool,
    /// ΣD ÷ ΣA, in `unit`.
    pub(super) measured: Option<f64>,
    /// X, in `unit`.
    pub(super) limit: Option<f64>,
    pub(super) unit: Unit,
    pub(super) batches: u64,
    pub(super) words: String,
}

/// Judges the batches of all seeds against `value` (base unit of the metric).
pub(super) fn of(value: f64, claim: &Claim, tallies: &[&Tally]) -> Agreement {
    let (unit, factor) = match claim {
        Claim::Measure { measured, .. } => Kind::of(measured.metric).unit(),
        _ => (Unit::Count, 1.0),
    };
    let mut runs = Vec::new();
    let mut trouble = if tallies.is_empty() { Some(NOTHING) } else { None };
    for tally in tallies {
        match tally {
            Tally::Batches(batches) => runs.push(batches.clone()),
            Tally::Nothing(reason) => trouble = trouble.or(Some(reason)),
            Tally::Share { .. } | Tally::Value { .. } => trouble = trouble.or(Some("it was not counted in batches")),
        }
    }
    let batches = Batches::new(runs);
    let (held, is_narrow, words) = match (trouble, batches.ratio(), batches.estimate()) {
        (Some(reason), ..) => (false, false, reason.to_owned()),
        (None, None, _) => (false, false, NOTHING.to_owned()),
        (None, Some(_), None) => (false, false, format!("{TOO_LITTLE}: neighbouring batches depend on each other")),
        (None, Some(_), Some(estimate)) => weigh(value, &estimate, |number| unit.show(number * factor)),
    };
    let measured = batches.ratio().map(|ratio| ratio * factor);
    Agreement { held, is_narrow, measured, limit: Some(value * factor), unit, batches: batches.count() as u64, words }
}

/// Whether it holds, whether the interval is narrow enough to say so, and both in words.
fn weigh(value: f64, estimate: &Estimate, show: impl Fn(f64) -> String) -> (bool, bool, String) {
    if estimate.batches < FEWEST_BATCHES {
        return (
            false,
            false,
            format!("{TOO_LITTLE}: {} independent batches of the {FEWEST_BATCHES} it takes", estimate.batches),
        );
    }
    let half = estimate.half_width(LEVEL);
    let inside = (estimate.ratio - value).abs() <= half;
    let narrow = half < WIDEST * value.abs() || (half == 0.0 && inside);
    let found =
        format!("{} ± {} (99.9%, {} batches)", show(estimate.ratio), show(half), units::count(estimate.batches as u64));
    match (inside, narrow) {
        (_, false) => (false, false, format!("{found}: {TOO_LITTLE}, wider than ±20% of {}", show(value))),
        (true, true) => (true, true, format!("{found} contains {}", show(value))),
        (false, true) => (false, true, format!("{found} does not contain {}", show(value))),
    }
}

const TOO_LITTLE: &str = "too little data";
const FEWEST_BATCHES: usize = 20;
const LEVEL: f64 = 0.999;
const WIDEST: f64 = 0.2;

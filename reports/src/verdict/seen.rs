//! What one run says about a sentence as one number: to be compared between runs, swept, and planned by.

use crate::expectation::Claim;
use crate::measurements::Tally;
use crate::statistics::batches::Batches;
use crate::units::Unit;
use crate::verdict::metric::Kind;
use crate::verdict::reading::{self, Limits};
use crate::verdict::{agreed_value, holds};

/// What one run says.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// Whether it held.
    pub held: bool,
    /// In `unit`; `None`: nothing was measured, or it never came.
    pub number: Option<f64>,
    /// Something was measured, if only that it never came.
    pub is_measured: bool,
    /// What it is held against, in `unit`.
    pub limit: Option<f64>,
    /// Of both; shares and counts of members in percent of them.
    pub unit: Unit,
    /// Which way is good.
    pub good: Good,
    /// Exact counters, for shares.
    pub counted: Option<(u64, u64)>,
}

/// Which way is good for a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Good {
    /// Down.
    Less,
    /// Up.
    More,
    /// Near to this.
    Near(f64),
    /// Between these.
    Within(f64, f64),
}

impl Good {
    /// How bad a number is: the more, the worse.
    pub fn badness(self, number: f64) -> f64 {
        match self {
            Self::Less => number,
            Self::More => -number,
            Self::Near(aim) => (number - aim).abs(),
            Self::Within(low, high) => (low - number).max(number - high).max(0.0),
        }
    }
}

/// Reads one tally.
pub fn seen(claim: &Claim, tally: &Tally) -> Seen {
    if let Some(value) = agreed_value(claim) {
        return agreement(claim, tally, value);
    }
    let reading = reading::read(claim, tally);
    let (good, limit) = match reading.limits {
        Limits::Most(limit) => (Good::Less, limit),
        Limits::Least(limit) => (Good::More, limit),
        Limits::Exactly(aim) => (Good::Near(aim), aim),
        Limits::Between(low, high) => {
            (Good::Within(low, high), reading.limits.nearest(reading.position.unwrap_or(0.0)))
        }
    };
    Seen {
        held: reading.held,
        number: reading.position,
        is_measured: reading.trouble.is_none(),
        limit: reading.limit.map(|_| limit),
        unit: if reading.counted.is_some() { Unit::Percent } else { reading.unit },
        good,
        counted: reading.counted,
    }
}

/// The ratio of a run's own batches.
fn agreement(claim: &Claim, tally: &Tally, value: f64) -> Seen {
    let (unit, factor) = match claim {
        Claim::Measure { measured, .. } => Kind::of(measured.metric).unit(),
        _ => (Unit::Count, 1.0),
    };
    let ratio = match tally {
        Tally::Batches(batches) => Batches::new(vec![batches.clone()]).ratio(),
        Tally::Share { .. } | Tally::Value { .. } | Tally::Nothing(_) => None,
    };
    let aim = value * factor;
    Seen {
        held: holds(claim, tally),
        number: ratio.map(|ratio| ratio * factor),
        is_measured: ratio.is_some(),
        limit: Some(aim),
        unit,
        good: Good::Near(aim),
        counted: None,
    }
}

//! One sentence in one run: what was measured, what it is held against, and whether it held. Exact for counts.

use crate::expectation::{Bound, Claim, Limit, Measured, Operand, Quantity};
use crate::latency::may_print;
use crate::measurements::Tally;
use crate::units::{self, Unit};
use crate::verdict::NOTHING;
use crate::verdict::metric::{Kind, percentile};

/// What one run says about a sentence.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Reading {
    /// Whether it held.
    pub(super) held: bool,
    /// Why there is no number at all.
    pub(super) trouble: Option<String>,
    /// In `unit`; `None` with no `trouble`: it never came.
    pub(super) measured: Option<f64>,
    /// In `unit`.
    pub(super) limit: Option<f64>,
    pub(super) unit: Unit,
    pub(super) samples: u64,
    /// Exact counters, for shares.
    pub(super) counted: Option<(u64, u64)>,
    /// Which way is good, in `unit` (shares of the counted in percent).
    pub(super) limits: Limits,
    /// The number on the axis of `limits`.
    pub(super) position: Option<f64>,
}

/// Limits on one axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Limits {
    /// Good is below.
    Most(f64),
    /// Good is above.
    Least(f64),
    /// Good is between.
    Between(f64, f64),
    /// Only this is good, or there is no such axis.
    Exactly(f64),
}

impl Limits {
    /// The limit that is passed, or else the nearer one.
    pub(super) fn nearest(self, position: f64) -> f64 {
        match self {
            Self::Most(limit) | Self::Least(limit) | Self::Exactly(limit) => limit,
            Self::Between(low, high) if (position - low).abs() <= (high - position).abs() => low,
            Self::Between(_, high) => high,
        }
    }

    fn new(bound: Bound, limit: f64) -> Self {
        match bound {
            Bound::AtMost | Bound::FewerThan => Self::Most(limit),
            Bound::AtLeast | Bound::MoreThan => Self::Least(limit),
            Bound::Exactly => Self::Exactly(limit),
        }
    }
}

/// Judges one run.
pub(super) fn read(claim: &Claim, tally: &Tally) -> Reading {
    match (claim, tally) {
        (_, Tally::Nothing(reason)) => troubled(claim, reason),
        (Claim::Share { quantity, .. }, Tally::Share { hits, of }) => share(*quantity, *hits, *of),
        (Claim::Action { .. }, Tally::Share { hits, of }) => share(Quantity::All, *hits, *of),
        (Claim::Time { percent_ppb, .. }, Tally::Share { hits, of }) => {
            share(Quantity::Percent(Bound::AtLeast, *percent_ppb), *hits, *of)
        }
        (Claim::Queue { limit_ns, .. }, Tally::Value { value, samples, .. }) => {
            let limit = Some(*limit_ns as f64);
            value_against(Kind::Time, *value, Sides { bound: Bound::AtMost, limit, upper: None }, *samples)
        }
        (Claim::Stock { .. }, Tally::Value { value, samples, .. }) => {
            value_against(Kind::Count, *value, Sides { bound: Bound::Exactly, limit: Some(0.0), upper: None }, *samples)
        }
        (Claim::Measure { measured, limit, .. }, Tally::Value { value, other, samples }) => {
            measure(measured, limit, *value, *other, *samples)
        }
        _ => troubled(claim, "it was counted in another way than it is judged"),
    }
}

fn share(quantity: Quantity, hits: u64, of: u64) -> Reading {
    let percent = |part: u64| if of == 0 { 0.0 } else { part as f64 * 100.0 / of as f64 };
    let (held, limits) = match quantity {
        Quantity::No => (hits == 0, Limits::Exactly(0.0)),
        Quantity::All => (hits == of, Limits::Exactly(100.0)),
        Quantity::Percent(bound, ppb) => (meets_ppb(bound, hits, of, ppb), Limits::new(bound, in_percent(ppb))),
        Quantity::Count(bound, limit) => (meets(bound, hits, limit), Limits::new(bound, percent(limit))),
        Quantity::BetweenPercent(low, high) => {
            let inside = meets_ppb(Bound::AtLeast, hits, of, low) && meets_ppb(Bound::AtMost, hits, of, high);
            (inside, Limits::Between(in_percent(low), in_percent(high)))
        }
        Quantity::BetweenCount(low, high) => {
            ((low..=high).contains(&hits), Limits::Between(percent(low), percent(high)))
        }
    };
    let position = percent(hits);
    let (measured, limit, unit) = match quantity {
        Quantity::No => (hits as f64, 0.0, Unit::Count),
        Quantity::All => (hits as f64, of as f64, Unit::Count),
        Quantity::Count(_, limit) => (hits as f64, limit as f64, Unit::Count),
        Quantity::BetweenCount(low, high) => {
            (hits as f64, Limits::Between(low as f64, high as f64).nearest(hits as f64), Unit::Count)
        }
        Quantity::Percent(..) | Quantity::BetweenPercent(..) => (position, limits.nearest(position), Unit::Percent),
    };
    let (measured, position) = if of == 0 { (None, None) } else { (Some(measured), Some(position)) };
    let trouble = (of == 0).then(|| NOTHING.to_owned());
    let held = held && of > 0;
    Reading {
        held,
        trouble,
        measured,
        limit: Some(limit),
        unit,
        samples: of,
        counted: Some((hits, of)),
        limits,
        position,
    }
}

fn measure(measured: &Measured, limit: &Limit, value: Option<f64>, other: Option<f64>, samples: u64) -> Reading {
    let kind = Kind::of(measured.metric);
    let side = |operand: &Operand| match operand {
        Operand::Value(value) => Some(*value),
        Operand::Measured(_) => other,
    };
    let sides = match limit {
        Limit::Bound(bound, operand) => Sides { bound: *bound, limit: side(operand), upper: None },
        Limit::Between(low, high) => Sides { bound: Bound::AtLeast, limit: side(low), upper: Some(side(high)) },
        Limit::AgreesWith(value) => Sides { bound: Bound::Exactly, limit: Some(*value), upper: None },
    };
    let mut reading = value_against(kind, value, sides, samples);
    reading.trouble = trouble_of(kind, measured, value, samples).or(reading.trouble);
    if reading.trouble.is_some() {
        (reading.held, reading.measured, reading.position) = (false, None, None);
    }
    reading
}

fn trouble_of(kind: Kind, measured: &Measured, value: Option<f64>, samples: u64) -> Option<String> {
    // Only what is waited for can be later than any limit; other numbers are there or were not measured.
    let no_number = value.is_none() && !matches!(kind, Kind::Times | Kind::Time);
    if no_number || kind.needs_samples() && samples == 0 || value.is_some_and(f64::is_nan) {
        return Some(NOTHING.to_owned());
    }
    let tenths = percentile(measured.stat).filter(|_| kind == Kind::Times)?;
    (!may_print(samples, tenths)).then(|| {
        let p = units::plain(f64::from(tenths) / 10.0);
        format!("{} too few for p{p}: it needs ten beyond it", units::things(samples, "sample is", "samples are"))
    })
}

/// One limit, or with `upper` two; `None`: the other measure was not measured.
#[derive(Clone, Copy)]
struct Sides {
    bound: Bound,
    limit: Option<f64>,
    upper: Option<Option<f64>>,
}

fn value_against(kind: Kind, value: Option<f64>, sides: Sides, samples: u64) -> Reading {
    let (unit, factor) = kind.unit();
    let scaled = |number: f64| number * factor;
    let measured = value.filter(|value| value.is_finite());
    let (Some(limit), Some(upper)) = (sides.limit, sides.upper.unwrap_or(sides.limit)) else {
        let trouble = Some("what it is compared with was not measured".to_owned());
        let (measured, limits) = (measured.map(scaled), Limits::Exactly(0.0));
        return Reading {
            held: false,
            trouble,
            measured,
            limit: None,
            unit,
            samples,
            counted: None,
            limits,
            position: None,
        };
    };
    let held = measured.is_some_and(|value| match sides.upper {
        Some(_) => limit <= value && value <= upper,
        None => meets(sides.bound, value, limit),
    });
    let limits = match sides.upper {
        Some(_) => Limits::Between(scaled(limit), scaled(upper)),
        None => Limits::new(sides.bound, scaled(limit)),
    };
    let position = measured.map(scaled);
    let limit = Some(limits.nearest(position.unwrap_or(f64::MAX)));
    Reading { held, trouble: None, measured: position, limit, unit, samples, counted: None, limits, position }
}

fn troubled(claim: &Claim, reason: &str) -> Reading {
    let shape = match claim {
        Claim::Share { .. } | Claim::Time { .. } | Claim::Action { .. } => Tally::Share { hits: 0, of: 0 },
        Claim::Queue { .. } | Claim::Stock { .. } | Claim::Measure { .. } => {
            Tally::Value { value: None, other: None, samples: 0 }
        }
    };
    Reading { held: false, trouble: Some(reason.to_owned()), ..read(claim, &shape) }
}

fn meets<N: PartialOrd>(bound: Bound, number: N, limit: N) -> bool {
    match bound {
        Bound::Exactly => number == limit,
        Bound::AtLeast => number >= limit,
        Bound::AtMost => number <= limit,
        Bound::FewerThan => number < limit,
        Bound::MoreThan => number > limit,
    }
}

/// hits ÷ of against ppb ÷ 10⁹, without dividing.
fn meets_ppb(bound: Bound, hits: u64, of: u64, ppb: u64) -> bool {
    meets(bound, u128::from(hits) * 1_000_000_000, u128::from(ppb) * u128::from(of))
}

fn in_percent(ppb: u64) -> f64 {
    ppb as f64 / 1e7
}

//! `or stop`: whether a claim can still hold, judged in the middle of a run.

use crate::expectation::{Bound, Claim, Limit, Operand, Quantity, Stat};
use crate::measurements::Tally;
use crate::statistics::interval::Interval;

pub(super) fn is(claim: &Claim, decided: &Tally) -> bool {
    match (claim, decided) {
        (Claim::Share { quantity, .. }, Tally::Share { hits, of }) => share(*quantity, *hits, *of),
        (Claim::Time { percent_ppb, .. }, Tally::Share { hits, of }) => {
            share(Quantity::Percent(Bound::AtLeast, *percent_ppb), *hits, *of)
        }
        // Maxima only rise.
        (Claim::Queue { limit_ns, .. }, Tally::Value { value, .. }) => value.is_none_or(|ns| ns > *limit_ns as f64),
        (Claim::Stock { .. }, Tally::Value { value, .. }) => value.is_none_or(|over| over > 0.0),
        (Claim::Measure { measured, limit, .. }, Tally::Value { value: Some(value), .. }) => {
            let highest_yet = matches!(measured.stat, Some(Stat::Peak | Stat::Longest));
            highest_yet
                && ceiling(limit).is_some_and(|(ceiling, strict)| *value > ceiling || strict && *value == ceiling)
        }
        _ => false,
    }
}

fn share(quantity: Quantity, hits: u64, of: u64) -> bool {
    match quantity {
        Quantity::No => hits > 0,
        Quantity::All => hits < of,
        // Counts only rise; how many there will be is not known.
        Quantity::Count(Bound::AtMost | Bound::Exactly, limit) | Quantity::BetweenCount(_, limit) => hits > limit,
        Quantity::Count(Bound::FewerThan, limit) => hits >= limit,
        Quantity::Count(Bound::AtLeast | Bound::MoreThan, _) => false,
        Quantity::Percent(bound, ppb) => beyond(hits, of, |interval| match bound {
            Bound::AtLeast | Bound::MoreThan => interval.high < in_ones(ppb),
            Bound::AtMost | Bound::FewerThan => interval.low > in_ones(ppb),
            Bound::Exactly => !interval.contains(in_ones(ppb)),
        }),
        Quantity::BetweenPercent(low, high) => {
            beyond(hits, of, |interval| interval.high < in_ones(low) || interval.low > in_ones(high))
        }
    }
}

/// Whether enough is decided and the 99 % interval says so.
fn beyond(hits: u64, of: u64, says: impl Fn(Interval) -> bool) -> bool {
    of >= ENOUGH && says(Interval::wilson_at(0.99, hits.min(of) as f64 / of as f64, of as f64))
}

/// The highest number that still holds, and whether it must stay below that.
fn ceiling(limit: &Limit) -> Option<(f64, bool)> {
    match limit {
        Limit::Bound(Bound::AtMost | Bound::Exactly, Operand::Value(limit)) => Some((*limit, false)),
        Limit::Bound(Bound::FewerThan, Operand::Value(limit)) => Some((*limit, true)),
        Limit::Between(_, Operand::Value(limit)) => Some((*limit, false)),
        Limit::Bound(..) | Limit::Between(..) | Limit::AgreesWith(_) => None,
    }
}

fn in_ones(ppb: u64) -> f64 {
    ppb as f64 / 1e9
}

const ENOUGH: u64 = 100;

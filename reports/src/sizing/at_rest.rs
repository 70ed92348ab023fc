//! What the formula for a pool at rest asks for, beside what was simulated.

use crate::contention::Contention;
use crate::expectation::{Bound, Claim, Limit, Metric, Operand, Outcome, Quantity};
use crate::formulas::{
    engset_beta, engset_time_units, engset_units, erlang_b_units, erlang_c_units, erlang_c_waiting_units,
};
use crate::units;

/// A formula's answer.
#[derive(Clone, Debug, PartialEq)]
pub struct AtRest {
    /// `Engset, 100 people who keep 33.3 of them busy`.
    pub formula: String,
    /// Units it asks for.
    pub units: u64,
}

/// What a sentence limits.
enum Target {
    /// Share of attempts refused.
    Calls(f64),
    /// Share of the time with no unit free.
    Time(f64),
    /// Share of attempts that wait in line.
    Delay(f64),
    /// Mean number in line.
    Waiting(f64),
}

/// For the claim, by the load of the people on this feature; `None` where no formula speaks of it.
pub fn at_rest(claim: &Claim, load: &Contention) -> Option<AtRest> {
    let erlangs = load.offered_erlangs.filter(|erlangs| *erlangs > 0.0 && *erlangs < LARGEST_LOAD)?;
    let target = target(claim)?;
    let shown = units::plain((erlangs * 10.0).round() / 10.0);
    let finite = load.finite_source.then(|| engset_beta(load.sources, erlangs)).flatten();
    let (formula, units) = match (target, finite) {
        (Target::Calls(share), Some(beta)) => ("Engset", engset_units(load.sources, beta, share)?),
        (Target::Time(share), Some(beta)) => ("Engset", engset_time_units(load.sources, beta, share)?),
        (Target::Calls(share) | Target::Time(share), None) => ("Erlang B", erlang_b_units(erlangs, share)?),
        (Target::Delay(share), None) => ("Erlang C", erlang_c_units(erlangs, share)?),
        (Target::Waiting(mean), None) => ("Erlang C", erlang_c_waiting_units(erlangs, mean)?),
        // A line of people who come back has no formula here.
        (Target::Delay(_) | Target::Waiting(_), Some(_)) => return None,
    };
    let people = if load.finite_source {
        format!("{}, {} people who would use {shown} of them", formula, units::count(load.sources))
    } else {
        format!("{formula}, {shown} erlangs")
    };
    Some(AtRest { formula: people, units })
}

fn target(claim: &Claim) -> Option<Target> {
    match claim {
        Claim::Share {
            quantity: Quantity::Percent(Bound::AtMost | Bound::FewerThan, ppb),
            outcome: Outcome::RefusedALicence | Outcome::RefusedFor(_) | Outcome::Refused,
            ..
        } => Some(Target::Calls(*ppb as f64 / 1e9)),
        Claim::Measure {
            measured,
            limit: Limit::Bound(Bound::AtMost | Bound::FewerThan, Operand::Value(limit)),
            ..
        } => match measured.metric {
            Metric::CallCongestion | Metric::FirstAttemptCongestion => Some(Target::Calls(*limit)),
            Metric::TimeAtCapacity => Some(Target::Time(*limit)),
            Metric::ProbabilityOfDelay => Some(Target::Delay(*limit)),
            Metric::Waiting => Some(Target::Waiting(*limit)),
            _ => None,
        },
        _ => None,
    }
}

/// In erlangs; recurrences beyond it take longer than they tell.
const LARGEST_LOAD: f64 = 1e7;

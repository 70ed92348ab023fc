//! Two results of the same seeds: worse, the same, better, or nobody can tell, for each metric and in all
//! (statistics §3).

mod series;

use crate::result::RunResult;
use crate::statistics::holm::holm;
use crate::statistics::pairs::{Pairs, unpaired_half_width};
use crate::units::Unit;
use crate::verdict::Good;

use series::{Series, both_series};

/// What a change comes to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Change {
    /// Beyond the floor on the bad side, and not by chance.
    Worse,
    /// All of its interval is within the floor.
    Same,
    /// Beyond the floor on the good side, and not by chance.
    Better,
    /// None of these.
    CantTell,
}

/// A file, or a variant of it, in two versions.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// Worse if one metric is, the same only if all are.
    pub change: Change,
    /// Seeds that both sides have.
    pub pairs: usize,
    /// Sentences in their order, then the rest.
    pub metrics: Vec<Metric>,
}

/// One metric in two versions.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    /// The sentence, or `back after the crash, 99%`.
    pub name: String,
    /// Of the numbers.
    pub unit: Unit,
    /// Mean over the seeds of the base; `None`: never, or nothing measured.
    pub base: Option<f64>,
    /// Mean over the seeds of the new one.
    pub new: Option<f64>,
    /// What lies between.
    pub effect: Effect,
    /// What it comes to.
    pub change: Change,
}

/// How two series differ, positive where worse.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Effect {
    /// In no seed.
    Identical,
    /// In percent of the base: durations and rates, by the logarithm of their ratio.
    Ratio(Weighed),
    /// In the unit of the metric (percent: points).
    Difference(Weighed),
    /// In the share of seeds in which it never came, in percent.
    Never(Weighed),
    /// They do, in so few pairs that nothing follows.
    TooFew,
    /// On one side, or on both, nothing was measured.
    NotMeasured,
}

/// Differences with their floor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weighed {
    /// The differences, positive where the number is higher.
    pub pairs: Pairs,
    /// The same turned so that positive is worse.
    worse_by: Pairs,
    /// Below this nothing counts as a change.
    pub floor: f64,
    /// Half the width of the 95 % interval without pairing.
    pub unpaired: f64,
}

impl Comparison {
    /// Of two results, with the smallest relative change that counts (0.05).
    pub fn of(base: &RunResult, new: &RunResult, min_effect: f64) -> Self {
        let series = both_series(base, new);
        let pairs = series.first().map_or(0, |(base, _)| base.numbers.len());
        let effects: Vec<Effect> = series.iter().map(|(base, new)| effect(base, new, min_effect)).collect();
        let weighed: Vec<Option<Weighed>> = effects.iter().map(Effect::weighed).collect();
        let mut adjusted = holm(&weighed.iter().flatten().map(|one| one.worse_by.p()).collect::<Vec<_>>()).into_iter();
        let metrics = series.into_iter().zip(effects).map(|((base, new), effect)| {
            let change = match effect.weighed() {
                Some(weighed) => weighed.change(adjusted.next().unwrap_or(1.0)),
                None if effect == Effect::Identical => Change::Same,
                None => Change::CantTell,
            };
            Metric { name: base.name.clone(), unit: base.unit, base: base.mean(), new: new.mean(), effect, change }
        });
        let metrics: Vec<Metric> = metrics.collect();
        Self { change: Change::of_all(metrics.iter().map(|metric| metric.change)), pairs, metrics }
    }
}

impl Change {
    /// Of several: worse if one is, the same if all are, better if some are and the rest is the same.
    pub fn of_all(changes: impl IntoIterator<Item = Self>) -> Self {
        let changes: Vec<Self> = changes.into_iter().collect();
        let has = |wanted| changes.contains(&wanted);
        match () {
            () if changes.is_empty() => Self::CantTell,
            () if has(Self::Worse) => Self::Worse,
            () if has(Self::CantTell) => Self::CantTell,
            () if has(Self::Better) => Self::Better,
            () => Self::Same,
        }
    }

    /// As it is printed.
    pub fn word(self) -> &'static str {
        match self {
            Self::Worse => "WORSE",
            Self::Same => "SAME",
            Self::Better => "BETTER",
            Self::CantTell => "CAN'T TELL",
        }
    }
}

impl Effect {
    /// The differences, where there are enough.
    pub fn weighed(&self) -> Option<Weighed> {
        match self {
            Self::Ratio(weighed) | Self::Difference(weighed) | Self::Never(weighed) => Some(*weighed),
            Self::Identical | Self::TooFew | Self::NotMeasured => None,
        }
    }
}

impl Weighed {
    /// `p`: that of the differences, adjusted for the other metrics.
    fn change(&self, p: f64) -> Change {
        let by = self.worse_by;
        match () {
            () if p < ERROR && by.mean >= self.floor => Change::Worse,
            () if p < ERROR && by.mean <= -self.floor => Change::Better,
            () if by.is_same(self.floor) => Change::Same,
            () => Change::CantTell,
        }
    }

    /// What the same numbers would have said without pairing.
    pub fn is_lost_without_pairing(&self) -> bool {
        self.pairs.half_width(0.95) < self.pairs.mean.abs() && self.unpaired >= self.pairs.mean.abs()
    }
}

fn effect(base: &Series, new: &Series, min_effect: f64) -> Effect {
    if !base.is_measured || !new.is_measured {
        return Effect::NotMeasured;
    }
    if base.numbers == new.numbers {
        return Effect::Identical;
    }
    if base.numbers.len() < FEWEST_PAIRS {
        return Effect::TooFew;
    }
    let all = |series: &Series| series.numbers.iter().copied().collect::<Option<Vec<f64>>>();
    let (Some(left), Some(right)) = (all(base), all(new)) else {
        let never = |series: &Series| -> Vec<f64> {
            series.numbers.iter().map(|number| if number.is_none() { 100.0 } else { 0.0 }).collect()
        };
        return weigh(&never(base), &never(new), Good::Less, SMALLEST_FLOOR).map_or(Effect::TooFew, Effect::Never);
    };
    let by_ratio = matches!(base.unit, Unit::Milliseconds | Unit::PerSecond)
        && matches!(base.good, Good::Less | Good::More)
        && left.iter().chain(&right).all(|number| *number > 0.0);
    if by_ratio {
        let logs = |numbers: &[f64]| numbers.iter().map(|number| libm::log(*number)).collect::<Vec<_>>();
        let floor = libm::log1p(min_effect);
        return weigh(&logs(&left), &logs(&right), base.good, floor).map_or(Effect::TooFew, Effect::Ratio);
    }
    let floor = floor(base, &left, min_effect);
    weigh(&left, &right, base.good, floor).map_or(Effect::TooFew, Effect::Difference)
}

fn weigh(base: &[f64], new: &[f64], good: Good, floor: f64) -> Option<Weighed> {
    let differences: Vec<f64> = base.iter().zip(new).map(|(base, new)| new - base).collect();
    let worse_by: Vec<f64> = base.iter().zip(new).map(|(base, new)| good.badness(*new) - good.badness(*base)).collect();
    Some(Weighed {
        pairs: Pairs::of(&differences)?,
        worse_by: Pairs::of(&worse_by)?,
        floor,
        unpaired: unpaired_half_width(base, new)?,
    })
}

/// The part of the base or of the limit that counts as a change, whichever is larger; where both are 0, 0.02. Of a share
/// that should be high it is the part that is missing.
fn floor(base: &Series, numbers: &[f64], min_effect: f64) -> f64 {
    let mean = numbers.iter().sum::<f64>() / numbers.len() as f64;
    let size = |number: f64| match (base.unit, base.good) {
        (Unit::Percent, Good::More) => (100.0 - number).abs(),
        _ => number.abs(),
    };
    let floor = min_effect * size(mean).max(base.limit.map_or(0.0, size));
    if floor > 0.0 { floor } else { SMALLEST_FLOOR }
}

/// Of a verdict that is not the same, over all metrics together.
const ERROR: f64 = 0.05;
/// As many as the exact test needs for four metrics at 5 %.
pub const FEWEST_PAIRS: usize = 8;
/// In points, or in things.
const SMALLEST_FLOOR: f64 = 0.02;

#[cfg(test)]
#[path = "comparison/tests.rs"]
mod tests;

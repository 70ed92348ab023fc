//! The numbers of each metric, seed by seed, of the seeds that both sides have.

use std::collections::{BTreeMap, BTreeSet};

use crate::contention::Contention;
use crate::measurements::{Measurements, Stock, Stopped, Tally};
use crate::result::RunResult;
use crate::units::Unit;
use crate::verdict::{Good, seen};

/// One metric on one side.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Series {
    pub(super) name: String,
    pub(super) unit: Unit,
    pub(super) good: Good,
    pub(super) limit: Option<f64>,
    /// One for each common seed, in their order; `None`: never, or not measured.
    pub(super) numbers: Vec<Option<f64>>,
    /// In some seed.
    pub(super) is_measured: bool,
}

impl Series {
    pub(super) fn mean(&self) -> Option<f64> {
        let numbers = self.numbers.iter().copied().collect::<Option<Vec<f64>>>()?;
        (!numbers.is_empty()).then(|| numbers.iter().sum::<f64>() / numbers.len() as f64)
    }
}

/// Metrics that both sides have: (base, new).
pub(super) fn both_series(base: &RunResult, new: &RunResult) -> Vec<(Series, Series)> {
    let seeds = |result: &RunResult| -> BTreeSet<u64> { finished(result).map(|run| run.seed).collect() };
    let common: BTreeSet<u64> = seeds(base).intersection(&seeds(new)).copied().collect();
    let of = |result| -> Vec<Series> { series(result, &common) };
    let mut others = of(new);
    let mut both = Vec::new();
    for one in of(base) {
        if let Some(place) = others.iter().position(|other| other.name == one.name) {
            both.push((one, others.remove(place)));
        }
    }
    both
}

fn series(result: &RunResult, common: &BTreeSet<u64>) -> Vec<Series> {
    let runs: Vec<&Measurements> = finished(result).filter(|run| common.contains(&run.seed)).collect();
    if runs.is_empty() {
        return Vec::new();
    }
    let mut all: Vec<Series> = (0..result.expectations.len()).map(|index| of_sentence(result, index, &runs)).collect();
    for feature in features(&runs) {
        let refused = |run: &Measurements| {
            let stocks: Vec<&Stock> = run.stocks.iter().filter(|stock| stock.feature == feature).collect();
            Contention::of(&stocks).call_congestion().map(|share| share * 100.0)
        };
        all.push(extra(format!("{feature} refused"), Unit::Percent, runs.iter().map(|run| refused(run)).collect()));
    }
    for (place, effect) in runs[0].occasions.iter().enumerate().filter(|(_, effect)| effect.lost > 0) {
        let back = |run: &&Measurements| Some(run.occasions.get(place)?.back_ns[MOST]? as f64 / 1e6);
        let name = format!("back after {}, 99%", effect.name);
        all.push(extra(name, Unit::Milliseconds, runs.iter().map(back).collect()));
    }
    all
}

fn of_sentence(result: &RunResult, index: usize, runs: &[&Measurements]) -> Series {
    let expectation = &result.expectations[index];
    let nothing = Tally::Nothing(String::new());
    let seen = runs.iter().map(|run| seen(&expectation.claim, run.tallies.get(index).unwrap_or(&nothing)));
    let seen: Vec<_> = seen.collect();
    Series {
        name: expectation.text.clone(),
        unit: seen[0].unit,
        good: seen[0].good,
        limit: seen[0].limit,
        is_measured: seen.iter().all(|one| one.is_measured),
        numbers: seen.into_iter().map(|one| one.number).collect(),
    }
}

fn extra(name: String, unit: Unit, numbers: Vec<Option<f64>>) -> Series {
    let is_measured = unit == Unit::Milliseconds || numbers.iter().all(Option::is_some);
    Series { name, unit, good: Good::Less, limit: None, numbers, is_measured }
}

/// Features that somebody asks for.
fn features(runs: &[&Measurements]) -> Vec<String> {
    let mut attempts: BTreeMap<&str, u64> = BTreeMap::new();
    for stock in runs.iter().flat_map(|run| &run.stocks) {
        *attempts.entry(&stock.feature).or_default() += stock.attempts_observed;
    }
    attempts.into_iter().filter(|(_, attempts)| *attempts > 0).map(|(feature, _)| feature.to_owned()).collect()
}

fn finished(result: &RunResult) -> impl Iterator<Item = &Measurements> {
    result.seeds.iter().filter(|run| run.stopped != Some(Stopped::Interrupted))
}

/// Of the four milestones of coming back.
const MOST: usize = 2;

//! What is missing, in units to order: by licence and price tier (R36, R40, R52), and where UC would replace single parts
//! (R57, R59).

use std::collections::BTreeMap;

use simulator::licence::catalogue::{Against, Licence, Scope};
use simulator::licence::feature::Feature;

use super::stock::Stocks;
use super::{Function, Installation, Outcome, Switch, UNLIMITED};

/// Units to order.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Order {
    /// Where they are to be bound.
    pub(crate) at: usize,
    pub(crate) feature: Feature,
    pub(crate) version: u32,
    pub(crate) tier: u64,
    pub(crate) units: u64,
}

/// Users who have the same parts of UC one by one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Bundle {
    pub(crate) population: String,
    pub(crate) users: u64,
    pub(crate) functions: Vec<Function>,
    /// Version to order.
    pub(crate) version: u32,
}

/// What an installation still needs.
pub(crate) fn orders(it: &Installation, outcome: &Outcome) -> Vec<Order> {
    let stocks = &Stocks::new(it);
    let mut missing: BTreeMap<(usize, Feature), u64> = BTreeMap::new();
    for need in outcome.needs.iter().filter(|need| !is_gate(need.feature)) {
        let have = good(stocks, need.owner, need.feature);
        if need.certain > have && have != UNLIMITED {
            missing.insert((need.owner, need.feature), need.certain - have);
        }
    }
    // Gates follow the ports that there will be (R41, R51).
    for (owner, feature) in gates(stocks) {
        let need = outcome.needs.iter().find(|need| need.owner == owner && need.feature == feature);
        let now = need.map_or(0, |need| need.certain);
        let ports = missing.get(&(owner, Feature::Port)).copied().unwrap_or(0);
        let wanted = now.saturating_add(ports);
        let have = good(stocks, owner, feature);
        if wanted > have && now != UNLIMITED {
            missing.insert((owner, feature), wanted - have);
        }
    }
    missing.into_iter().flat_map(|((owner, feature), units)| tiers(stocks, owner, feature, units)).collect()
}

/// Gates that somebody asks to be open: a PBX that stands in, and voicemail under the old model.
fn gates(stocks: &Stocks<'_>) -> Vec<(usize, Feature)> {
    let it = stocks.it;
    let mut gates = Vec::new();
    for owner in stocks.domains.owners() {
        if stocks.domains.members(owner).any(|pbx| it.boxes[pbx].active.is_some()) {
            gates.push((owner, Feature::Standby));
        }
        let voicemail =
            |seats: &super::Seats| stocks.domains.of(seats.home) == owner && seats.asks(Function::Voicemail) > 0;
        if stocks.installed(owner, Feature::Voicemail) > 0 && it.seats.iter().any(voicemail) {
            gates.push((owner, Feature::Voicemail));
        }
    }
    gates
}

fn is_gate(feature: Feature) -> bool {
    matches!(feature, Feature::Standby | Feature::Voicemail)
}

/// The version that is ordered: that of the software which it activates.
fn version(stocks: &Stocks<'_>, owner: usize, feature: Feature) -> u32 {
    let it = stocks.it;
    let drawing = |home: usize| stocks.domains.of(home) == owner;
    let newest = match feature {
        Feature::Operator => {
            let seats = it.seats.iter().filter(|seats| seats.operators > 0 && drawing(seats.home));
            seats.map(|seats| seats.application).max()
        }
        Feature::QueueMonitor => {
            it.queues.iter().filter(|queue| drawing(queue.home)).map(|queue| queue.application).max()
        }
        _ => stocks.domains.members(owner).map(|pbx| it.boxes[pbx].software.version).max(),
    };
    newest.unwrap_or(it.boxes[owner].software.version)
}

/// Units bound that count, once what is older is released (R18).
fn good(stocks: &Stocks<'_>, owner: usize, feature: Feature) -> u64 {
    let least = if feature.licence().against == Against::Nothing { 0 } else { version(stocks, owner, feature) };
    let bound = bound(stocks, owner, feature).filter(|(_, bound)| bound.version >= least);
    bound.fold(0, |sum, (_, bound)| sum.saturating_add(bound.count))
}

fn bound<'a>(
    stocks: &'a Stocks<'_>,
    owner: usize,
    feature: Feature,
) -> impl Iterator<Item = (usize, &'a super::Bound)> {
    let own = move |one: &&super::Bound| {
        one.feature == feature && !stocks.is_misplaced(one) && stocks.stock_of(one.at, feature) == owner
    };
    stocks.it.bound.iter().filter(own).map(|bound| (bound.at, bound))
}

/// Units of one feature by price tier: what is installed already takes the first places.
fn tiers(stocks: &Stocks<'_>, owner: usize, feature: Feature, units: u64) -> Vec<Order> {
    let it = stocks.it;
    let licence = feature.licence();
    let version = version(stocks, owner, feature);
    let per_device = licence.tier_scope == Scope::Device || it.readings.is(Switch::TierPerDevice);
    let counted = bound(stocks, owner, feature).filter(|(at, _)| !per_device || *at == owner);
    let before = counted.fold(0u64, |sum, (_, bound)| sum.saturating_add(bound.count));
    let order = |(tier, units): (u64, u64)| Order { at: owner, feature, version, tier, units };
    let total = before.saturating_add(units);
    if it.readings.is(Switch::AllUnitsAtOnePrice) {
        let (tier, _) = split(it, licence, total).last().copied().unwrap_or((0, total));
        return vec![order((tier, units))];
    }
    let already = split(it, licence, before);
    let in_tier = |tier: u64| already.iter().find(|(known, _)| *known == tier).map_or(0, |(_, part)| *part);
    let parts = split(it, licence, total).into_iter().map(|(tier, part)| (tier, part - in_tier(tier)));
    parts.filter(|(_, part)| *part > 0).map(order).collect()
}

/// So many units of one licence, by the tier of their price.
pub(crate) fn in_tiers(it: &Installation, licence: &Licence, total: u64) -> Vec<(u64, u64)> {
    let parts = split(it, licence, total);
    match parts.last() {
        Some((tier, _)) if it.readings.is(Switch::AllUnitsAtOnePrice) => vec![(*tier, total)],
        _ => parts,
    }
}

/// A8: whether the 500th or the 501st unit is the first of `%500`. The old voicemail is told exactly (R52).
fn split(it: &Installation, licence: &Licence, total: u64) -> Vec<(u64, u64)> {
    let shifted = it.readings.is(Switch::TierBeginsAtItsName) && licence.feature != Feature::Voicemail;
    if !shifted || licence.tiers.is_empty() || total == 0 {
        return licence.split(total);
    }
    // One unit less before the first step.
    let mut parts = licence.split(total + 1);
    if let Some(first) = parts.first_mut() {
        first.1 -= 1;
    }
    parts
}

/// Users without UC, by the parts they have. The lowest seats have most, so each step of a count begins another bundle.
pub(crate) fn bundles(it: &Installation) -> Vec<Bundle> {
    let parts: Vec<Function> =
        Function::ALL.into_iter().filter(|function| function.feature().licence().in_uc).collect();
    let mut bundles = Vec::new();
    for seats in &it.seats {
        let from = seats.asks(Function::Uc);
        let mut steps: Vec<u64> = parts.iter().map(|part| seats.asks(*part)).filter(|count| *count > from).collect();
        steps.sort_unstable();
        steps.dedup();
        let mut before = from;
        for step in steps {
            let functions = parts.iter().copied().filter(|part| seats.asks(*part) >= step).collect();
            let version = it.boxes[seats.home].software.version;
            bundles.push(Bundle { population: seats.population.clone(), users: step - before, functions, version });
            before = step;
        }
    }
    bundles
}

//! Load offered to each floating feature: who may ask, and how much they would use if never refused.

use simulator::layout::{Block, Device};
use simulator::licence::feature::Feature;

use super::people::Population;
use super::structure::Structure;
use crate::plan::Demand;
use crate::value::rate::{Offered, Traffic};

/// One per floating feature that somebody may ask for.
pub(crate) fn demands(structure: &Structure) -> Vec<Demand> {
    Feature::LENT.into_iter().filter_map(|feature| demand(structure, feature)).collect()
}

fn demand(structure: &Structure, feature: Feature) -> Option<Demand> {
    let mut demand = Demand { feature, sources: 0, offered_erlangs: Some(0.0), finite_source: true };
    for population in &structure.people.populations {
        let blocks = structure.people.blocks_of(population).iter();
        let holders: u32 = blocks.map(|block| holders(block, feature)).sum();
        if holders == 0 {
            continue;
        }
        demand.sources = demand.sources.saturating_add(holders);
        demand.finite_source &= population.off.is_some();
        let part = f64::from(holders) / f64::from(population.plan.seats);
        demand.offered_erlangs = demand.offered_erlangs.zip(erlangs(population)).map(|(sum, all)| sum + all * part);
    }
    (demand.sources > 0).then_some(demand)
}

/// Holders of a feature in a block.
fn holders(block: &Block, feature: Feature) -> u32 {
    let count = |device: Device| block.devices.iter().find(|(kind, _)| *kind == device).map_or(0, |(_, count)| *count);
    match feature {
        Feature::SoftwarePhones => count(Device::Softphone),
        Feature::Operator => count(Device::Operator),
        // A user's devices share one port (A25).
        Feature::Port => {
            let others = block.devices.iter().filter(|(kind, _)| *kind != Device::Operator);
            others.map(|(_, count)| *count).max().unwrap_or(0)
        }
        _ => 0,
    }
}

/// Erlangs of sessions of `on` seconds that are offered to so many seats.
pub(crate) fn offered_erlangs(offered: Traffic, on: f64, seats: u32) -> f64 {
    let sources = if offered.each { f64::from(seats) } else { 1.0 };
    let each = match offered.amount {
        Offered::Erlangs(erlangs) => erlangs.as_f64(),
        Offered::Arrivals(rate) => rate.per_second() * on,
    };
    sources * each
}

/// Erlangs of a population if nobody is refused; `None`: sessions that never end.
fn erlangs(population: &Population) -> Option<f64> {
    let on = population.on?.as_secs_f64();
    match (population.offered, population.off) {
        (Some(offered), _) => Some(offered_erlangs(offered, on, population.plan.seats)),
        (None, Some(off)) => {
            let off = off.as_secs_f64();
            Some(f64::from(population.plan.seats) * on / (on + off).max(f64::MIN_POSITIVE))
        }
        (None, None) => None,
    }
}

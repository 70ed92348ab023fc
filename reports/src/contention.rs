//! The contention table of domain §4.3: how a feature's units were fought over, in one stock or summed over several.

use std::collections::BTreeMap;

use crate::formulas::{engset_beta, engset_units, erlang_b_units};
use crate::latency::Latency;
use crate::measurements::Stock;

/// One feature's contention. Congestions and loads are those after the warm-up, counts those of the whole run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Contention<'a> {
    /// Units installed; `None`: unlimited in one of the stocks.
    pub pool: Option<u64>,
    /// Checkout attempts by holders.
    pub attempts: u64,
    /// Granted.
    pub grants: u64,
    /// Refused, by reason code.
    pub denials: BTreeMap<&'a str, u64>,
    /// Wishes refused and not granted within five minutes.
    pub true_denials: u64,
    /// Highest number in use at once: summed over nodes, an upper bound where peaks fall apart.
    pub high_water: u64,
    /// First refusal (or asking, if queued) to grant.
    pub wait: Latency,
    /// What the people would keep in use if never refused, in erlangs.
    pub offered_erlangs: Option<f64>,
    /// Seats that may ask.
    pub sources: u64,
    /// They come back after an absence: Engset rather than Erlang.
    pub finite_source: bool,
    /// Most units in use above what is installed, in any one stock.
    pub over_issue_peak: u64,
    attempts_observed: u64,
    denials_observed: u64,
    observed_ns: u128,
    at_capacity_ns: u128,
    carried_erlangs: f64,
    wishes: u64,
    wishes_refused_first: u64,
}

/// What a formula asks for at rest.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct AtRest {
    /// `Erlang B` or `Engset`.
    pub formula: &'static str,
    /// Units for 1 % of refusals.
    pub units: u64,
}

impl<'a> Contention<'a> {
    /// Of one stock.
    pub fn of_one(stock: &'a Stock) -> Self {
        Self::of(&[stock])
    }

    /// Of all stocks of a feature. A replica holds the same units as its original and escrow is counted apart, so pool,
    /// load and time at capacity are those of the installed stocks (of whatever there is, if none is installed).
    pub fn of(stocks: &[&'a Stock]) -> Self {
        let installed: Vec<&Stock> = stocks.iter().copied().filter(|stock| stock.kind == INSTALLED).collect();
        let owners = if installed.is_empty() { stocks.to_vec() } else { installed };
        let mut sum = Self { pool: Some(0), ..Self::default() };
        stocks.iter().for_each(|stock| sum.add_counts(stock));
        owners.iter().for_each(|stock| sum.add_load(stock));
        sum.high_water = highest(stocks);
        sum
    }

    /// Refused attempts ÷ attempts; `None` without attempts.
    pub fn call_congestion(&self) -> Option<f64> {
        ratio(self.denials_observed as f64, self.attempts_observed as f64)
    }

    /// Wishes whose first attempt was refused ÷ wishes: what formulas speak of, for nobody in them tries again.
    pub fn refused_at_first(&self) -> Option<f64> {
        ratio(self.wishes_refused_first as f64, self.wishes as f64)
    }

    /// Part of the time with no unit free; of several stocks their mean.
    pub fn time_congestion(&self) -> Option<f64> {
        ratio(self.at_capacity_ns as f64, self.observed_ns as f64)
    }

    /// (offered − carried) ÷ offered; `None` where sessions do not end or nobody asks.
    pub fn traffic_congestion(&self) -> Option<f64> {
        let offered = self.offered_erlangs?;
        ratio(offered - self.carried_erlangs, offered)
    }

    /// Units for 1 % of refusals by the people's load at rest, by the formula for their kind.
    pub fn at_rest(&self) -> Option<AtRest> {
        let offered = self.offered_erlangs.filter(|offered| *offered > 0.0 && *offered < LARGEST_LOAD)?;
        if self.finite_source {
            let units = engset_units(self.sources, engset_beta(self.sources, offered)?, TARGET)?;
            return Some(AtRest { formula: "Engset", units });
        }
        Some(AtRest { formula: "Erlang B", units: erlang_b_units(offered, TARGET)? })
    }

    /// Refused, for whatever reason.
    pub fn refused(&self) -> u64 {
        self.denials.values().fold(0, |sum, count| sum.saturating_add(*count))
    }

    fn add_counts(&mut self, stock: &'a Stock) {
        self.attempts = self.attempts.saturating_add(stock.attempts);
        self.grants = self.grants.saturating_add(stock.grants);
        self.true_denials = self.true_denials.saturating_add(stock.true_denials);
        self.attempts_observed = self.attempts_observed.saturating_add(stock.attempts_observed);
        self.denials_observed = self.denials_observed.saturating_add(stock.denials_observed);
        self.wishes = self.wishes.saturating_add(stock.wishes);
        self.wishes_refused_first = self.wishes_refused_first.saturating_add(stock.wishes_refused_first);
        self.wait.merge(&stock.wait);
        self.over_issue_peak = self.over_issue_peak.max(stock.over_issue_peak);
        for (reason, count) in &stock.denials {
            let sum = self.denials.entry(reason).or_default();
            *sum = sum.saturating_add(*count);
        }
    }

    fn add_load(&mut self, stock: &Stock) {
        self.pool = self.pool.zip(stock.pool).map(|(sum, units)| sum.saturating_add(units));
        self.observed_ns += u128::from(stock.observed_ns);
        self.at_capacity_ns += u128::from(stock.at_capacity_ns);
        self.carried_erlangs += ratio(stock.area_unit_ns as f64, stock.observed_ns as f64).unwrap_or(0.0);
        self.sources = self.sources.saturating_add(stock.sources);
        self.finite_source |= stock.finite_source;
        if let Some(offered) = stock.offered_erlangs {
            self.offered_erlangs = Some(self.offered_erlangs.unwrap_or(0.0) + offered);
        }
    }
}

/// Kinds of stock hold the same units at different times: the highest sum of one kind.
fn highest(stocks: &[&Stock]) -> u64 {
    let mut kinds: BTreeMap<&str, u64> = BTreeMap::new();
    for stock in stocks {
        let sum = kinds.entry(&stock.kind).or_default();
        *sum = sum.saturating_add(stock.high_water);
    }
    kinds.into_values().max().unwrap_or(0)
}

fn ratio(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}

const INSTALLED: &str = "installed";
const TARGET: f64 = 0.01;
/// The recurrence takes a step per unit: beyond this no summary waits for it.
const LARGEST_LOAD: f64 = 1e7;

#[cfg(test)]
mod tests {
    use super::*;

    fn stock(kind: &str, pool: u64) -> Stock {
        Stock { kind: kind.to_owned(), pool: Some(pool), high_water: pool, attempts: 10, grants: 8, ..Stock::default() }
    }

    #[test]
    fn hot_desk_asks_engset() {
        let stock = Stock {
            offered_erlangs: Some(100.0 / 3.0),
            sources: 100,
            finite_source: true,
            observed_ns: 1_000,
            area_unit_ns: 30_837,
            ..stock("installed", 35)
        };
        let contention = Contention::of_one(&stock);
        let at_rest = contention.at_rest().expect("a load");
        assert_eq!((at_rest.formula, at_rest.units), ("Engset", 43));
        assert_eq!(format!("{:.4}", contention.traffic_congestion().expect("a load")), "0.0749");
    }

    #[test]
    fn the_rush_asks_erlang() {
        let stock = Stock { offered_erlangs: Some(514.0), sources: 800, ..stock("installed", 760) };
        assert_eq!(Contention::of_one(&stock).at_rest(), Some(AtRest { formula: "Erlang B", units: 541 }));
    }

    #[test]
    fn a_replica_adds_attempts_but_no_units() {
        let (installed, replica) = (stock("installed", 5), Stock { high_water: 7, ..stock("replica", 5) });
        let sum = Contention::of(&[&installed, &replica]);
        assert_eq!((sum.pool, sum.attempts, sum.grants, sum.high_water), (Some(5), 20, 16, 7));
        let unlimited = Stock { pool: None, ..stock("installed", 0) };
        assert_eq!(Contention::of(&[&installed, &unlimited]).pool, None);
    }

    #[test]
    fn two_installed_stocks_are_summed() {
        let full =
            |at_capacity_ns| Stock { observed_ns: 100, at_capacity_ns, area_unit_ns: 400, ..stock("installed", 5) };
        let (one, two) = (full(20), full(60));
        let sum = Contention::of(&[&one, &two]);
        assert_eq!((sum.pool, sum.high_water, sum.time_congestion()), (Some(10), 10, Some(0.4)));
        assert_eq!(sum.carried_erlangs, 8.0);
    }

    #[test]
    fn congestions_of_nothing_are_nothing() {
        let stock = Stock::default();
        let contention = Contention::of_one(&stock);
        assert_eq!((contention.call_congestion(), contention.time_congestion()), (None, None));
        assert_eq!((contention.traffic_congestion(), contention.at_rest()), (None, None));
    }

    #[test]
    fn congestions_are_after_the_warm_up() {
        let stock = Stock {
            attempts_observed: 1_000,
            denials_observed: 108,
            observed_ns: 1_000,
            at_capacity_ns: 115,
            ..stock("installed", 35)
        };
        let contention = Contention::of_one(&stock);
        assert_eq!((contention.call_congestion(), contention.time_congestion()), (Some(0.108), Some(0.115)));
    }
}

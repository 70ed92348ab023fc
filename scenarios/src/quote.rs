//! A quote: what is still to be ordered for a scenario, by licence name and price tier.

use simulator::licence::feature::Feature;

use crate::installation::audit::audit;
use crate::installation::order::{Bundle, Order, bundles, orders};
use crate::installation::{Installation, Need, UNLIMITED};
use crate::language::licence;

/// What to order.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Quote {
    /// The file as given.
    pub path: String,
    /// Name of the variant; `None` if the file has none.
    pub variant: Option<String>,
    /// Units to order.
    pub orders: Vec<OrderLine>,
    /// Features that people who come and go share: how many are enough is told by a run, not here.
    pub shared: Vec<Shared>,
    /// Users who have parts of UC one by one.
    pub bundles: Vec<PartsLine>,
}

/// Units of one licence.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OrderLine {
    /// Where they are to be bound.
    pub node: String,
    /// As bought: `PBX-Port12%500`.
    pub name: String,
    /// How many.
    pub units: u64,
}

/// A feature that is shared.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Shared {
    /// `PBX-Port`.
    pub feature: &'static str,
    /// The PBX that has the stock.
    pub node: String,
    /// Who may ask, at most.
    pub asked: u64,
    /// Units there are.
    pub usable: u64,
}

/// Users with the same parts of UC.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PartsLine {
    /// Whose members they are.
    pub population: String,
    /// How many.
    pub users: u64,
    /// One licence of each for every user.
    pub parts: Vec<String>,
    /// What would replace them.
    pub uc: String,
}

impl Quote {
    /// What an installation still needs.
    pub(crate) fn new(it: &Installation, path: &str, variant: Option<&str>) -> Self {
        let outcome = audit(it);
        let name = |pbx: usize| it.boxes.get(pbx).map_or_else(String::new, |one| one.name.clone());
        let order = |order: Order| OrderLine {
            node: name(order.at),
            name: order.feature.licence().written_in(order.version, order.tier),
            units: order.units,
        };
        let shared = |need: &&Need| need.certain < need.asked && need.usable < need.asked && need.usable != UNLIMITED;
        let share = |need: &Need| Shared {
            feature: need.feature.name(),
            node: name(need.owner),
            asked: need.asked,
            usable: need.usable,
        };
        Self {
            path: path.to_owned(),
            variant: variant.map(str::to_owned),
            orders: orders(it, &outcome).into_iter().map(order).collect(),
            shared: outcome.needs.iter().filter(shared).map(share).collect(),
            bundles: bundles(it).into_iter().map(parts).collect(),
        }
    }
}

fn parts(bundle: Bundle) -> PartsLine {
    let written = |feature: Feature| feature.licence().written(bundle.version);
    PartsLine {
        population: bundle.population,
        users: bundle.users,
        parts: bundle.functions.iter().map(|function| written(function.feature())).collect(),
        uc: written(Feature::Uc),
    }
}

/// The catalogue name that a text means, written as everywhere: `PBX-Port 12%500` is `PBX-Port12%500`.
///
/// # Errors
/// What is wrong with it, and what was probably meant.
pub fn licence_name(text: &str) -> Result<String, String> {
    match licence(text) {
        Ok(named) => Ok(named.licence.written_in(named.version, named.tier)),
        Err(mistake) if mistake.advice.is_empty() => Err(mistake.message),
        Err(mistake) => Err(format!("{}: {}", mistake.message, mistake.advice)),
    }
}

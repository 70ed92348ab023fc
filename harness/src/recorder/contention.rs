//! The contention table (domain §4.3): per stock, who asked, who was refused why, how long it took.

use std::collections::BTreeMap;

use reports::measurements::Stock;
use scenarios::plan::Plan;
use simulator::event::{Event, Kind, StockKind, Wish};
use simulator::layout::Role;
use simulator::licence::authority::UNLIMITED;
use simulator::licence::domain::may_issue;
use simulator::licence::feature::Feature;
use simulator::node::NodeId;
use simulator::time::{Duration, Instant};

use super::bits::Bits;
use super::gauges::is_at_capacity;
use super::level::Level;
use super::scope::Window;
use super::step::Step;

/// A refusal not followed by a grant within this is a true denial.
const TRUE_AFTER: Duration = Duration::seconds(300);

const FEATURES: usize = Feature::FLOATING.len();
const KINDS: usize = 3;

#[inline]
fn key(feature: Feature, stock: StockKind) -> usize {
    (usize::from(stock.owner) * FEATURES + feature.index()) * KINDS + stock.kind as usize
}

/// All stocks, and the wishes that were refused.
#[derive(Clone, Debug)]
pub(super) struct Contention {
    stocks: Vec<StockMeter>,
    /// Place in `stocks` by owner, feature and kind.
    places: Vec<Option<u32>>,
    /// When each wish in progress was first refused, and for which feature.
    refused: BTreeMap<u32, (Instant, Feature)>,
    /// The same endpoints as bits: most wishes are not among them.
    is_refused: Bits,
    /// True denials and wishes, by feature.
    denied: [u64; FEATURES],
    wishes: [u64; FEATURES],
    refused_first: [u64; FEATURES],
    warm: Instant,
}

#[derive(Clone, Debug)]
struct StockMeter {
    kind: StockKind,
    feature: Feature,
    row: Stock,
    in_use: Level,
    full: Level,
    over: Level,
    is_over: Level,
    high_water_at: Instant,
    /// Units there are now; `u64::MAX`: unlimited.
    units: u64,
    /// Most that may be in use: those there are, or were when a smaller number began to drain (3.4.4).
    ceiling: u64,
}

impl Contention {
    pub(super) fn new(plan: &Plan) -> Self {
        let mut stocks = Vec::new();
        if plan.layout.licensed {
            for (index, pbx) in plan.layout.pbxs.iter().enumerate() {
                let appliance = plan.layout.appliances.contains(&(index as u16));
                let issues = |feature: &Feature| if *feature == Feature::Ipva { appliance } else { may_issue(pbx) };
                for feature in Feature::FLOATING.into_iter().filter(issues) {
                    stocks.push(StockMeter::new(plan, index as u16, feature, Kind::Installed));
                }
                let stands_in = pbx.role == Role::Standby || pbx.stands_in_for.is_some();
                for feature in Feature::LENT.into_iter().filter(|_| stands_in) {
                    let kind = if feature == Feature::Port { Kind::Escrow } else { Kind::Replica };
                    stocks.push(StockMeter::new(plan, index as u16, feature, kind));
                }
            }
        }
        let mut places = vec![None; plan.layout.pbxs.len() * FEATURES * KINDS];
        for (place, stock) in stocks.iter().enumerate() {
            places[key(stock.feature, stock.kind)] = Some(place as u32);
        }
        Self {
            stocks,
            places,
            refused: BTreeMap::new(),
            is_refused: Bits::default(),
            denied: [0; FEATURES],
            wishes: [0; FEATURES],
            refused_first: [0; FEATURES],
            warm: Instant::ZERO + plan.warm_up,
        }
    }

    /// The wait of a grant: since the wish was first refused, or since it was asked.
    pub(super) fn wait_of(&self, now: Instant, endpoint: NodeId, asked: Instant) -> Duration {
        let refused = self.is_refused.has(endpoint.index()).then(|| self.refused.get(&endpoint.0)).flatten();
        now.since(refused.map_or(asked, |(first, _)| (*first).min(asked)))
    }

    /// (true denials, wishes) of a feature.
    pub(super) fn true_denials(&self, feature: Feature) -> (u64, u64) {
        (self.denied[feature.index()], self.wishes[feature.index()])
    }

    #[inline]
    pub(super) fn on_event(&mut self, step: &Step<'_>, event: &Event) {
        match *event {
            Event::Taken { feature, stock, .. } => self.stock(feature, stock).take(step.now),
            Event::Usable { feature, units, .. } => {
                let owner = step.pbx.unwrap_or(0) as u16;
                self.stock(feature, StockKind { owner, kind: Kind::Installed }).adapt(step.now, units);
            }
            Event::Freed { feature, stock, .. } => self.stock(feature, stock).free(step.now),
            Event::Asked { feature, .. } => {
                let warm = step.now >= self.warm;
                if let Some(stock) = self.asked_at(step, feature) {
                    stock.row.attempts += 1;
                    stock.row.attempts_observed += u64::from(warm);
                }
            }
            Event::Granted { feature, endpoint, asked, queued } => {
                let wait = self.wait_of(step.now, endpoint, asked);
                if let Some(stock) = self.asked_at(step, feature) {
                    stock.row.grants += 1;
                    stock.row.waited += u64::from(queued);
                    if wait > Duration::ZERO {
                        stock.row.wait.record(wait.0);
                    }
                }
            }
            Event::Denied { feature, endpoint, reason, .. } => {
                let warm = step.now >= self.warm;
                if self.is_refused.add(endpoint.index()) {
                    self.refused.insert(endpoint.0, (step.now, feature));
                }
                if let Some(stock) = self.asked_at(step, feature) {
                    *stock.row.denials.entry(reason.code().into()).or_insert(0) += 1;
                    stock.row.denials_observed += u64::from(warm);
                }
            }
            Event::Abandoned { feature, .. } => {
                if let Some(stock) = self.asked_at(step, feature) {
                    stock.row.abandoned += 1;
                }
            }
            Event::Due { wish: Wish::SignIn } => self.on_wish(step),
            Event::Answered { wish: Wish::SignIn, reason, before, .. } if reason.is_licence() && before.0 == 0 => {
                if let Some((_, feature)) = self.refused.get(&step.node.0) {
                    self.refused_first[feature.index()] += 1;
                }
            }
            Event::Accepted { .. } => self.close(step, true),
            Event::GaveUp { .. } => self.close(step, false),
            _ => {}
        }
    }

    /// After a step of a PBX that issues: whether its stocks have a unit left.
    #[inline]
    pub(super) fn on_step(&mut self, step: &Step<'_>) {
        let Some(pbx) = step.pbx else { return };
        for feature in Feature::FLOATING {
            let kind = StockKind { owner: pbx as u16, kind: Kind::Installed };
            if let Some(place) = self.places[key(feature, kind)] {
                let full = is_at_capacity(step.site, pbx, feature);
                self.stocks[place as usize].full.set(step.now, u64::from(full));
            }
        }
    }

    fn on_wish(&mut self, step: &Step<'_>) {
        let Some(aor) = step.aor() else { return };
        let books = step.site.cluster().people.books(aor.device);
        for feature in Feature::FLOATING {
            self.wishes[feature.index()] += u64::from(books.contains(feature));
        }
    }

    /// A wish has ended: its refusal was a true denial unless it came true soon.
    fn close(&mut self, step: &Step<'_>, granted: bool) {
        if !self.is_refused.has(step.node.index()) {
            return;
        }
        self.is_refused.remove(step.node.index());
        if let Some((first, feature)) = self.refused.remove(&step.node.0) {
            let soon = granted && step.now.since(first) <= TRUE_AFTER;
            self.denied[feature.index()] += u64::from(!soon);
        }
    }

    fn stock(&mut self, feature: Feature, kind: StockKind) -> &mut StockMeter {
        let place = self.places[key(feature, kind)];
        &mut self.stocks[place.expect("every stock a PBX can issue from was laid out at the start") as usize]
    }

    /// The stock that attempts at a PBX count under: its domain's.
    fn asked_at(&mut self, step: &Step<'_>, feature: Feature) -> Option<&mut StockMeter> {
        let owner = if feature.stays() { step.pbx? as u16 } else { step.site.cluster().facts[step.pbx?].domain };
        let place = self.places[key(feature, StockKind { owner, kind: Kind::Installed })]?;
        self.stocks.get_mut(place as usize)
    }

    /// The rows, once the run has reached its end. Stocks nobody could ask are left out.
    pub(super) fn finish(mut self, plan: &Plan, now: Instant) -> Vec<Stock> {
        for (first, feature) in self.refused.values() {
            self.denied[feature.index()] += u64::from(now.since(*first) > TRUE_AFTER);
        }
        let (denied, wishes, first) = (self.denied, self.wishes, self.refused_first);
        let counted = self.stocks.into_iter().map(|stock| {
            let central = stock.kind.kind == Kind::Installed;
            let index = stock.feature.index();
            let mut row = stock.finish(plan, now);
            if central {
                (row.true_denials, row.wishes, row.wishes_refused_first) = (denied[index], wishes[index], first[index]);
            }
            row
        });
        counted.filter(|row| row.pool != Some(0) || row.attempts > 0).collect()
    }
}

impl StockMeter {
    fn new(plan: &Plan, owner: u16, feature: Feature, kind: Kind) -> Self {
        let pbx = &plan.layout.pbxs[usize::from(owner)];
        let window = Window::new(plan, reports::expectation::When::Whole, true);
        let central = kind == Kind::Installed && pbx.role == Role::Master;
        let demand = plan.demands.iter().find(|demand| central && demand.feature == feature);
        let pool = pool(plan, owner, feature, kind);
        let row = Stock {
            feature: feature.name().into(),
            node: pbx.name.clone(),
            kind: kind.word().into(),
            pool,
            offered_erlangs: demand.and_then(|demand| demand.offered_erlangs),
            sources: demand.map_or(0, |demand| u64::from(demand.sources)),
            finite_source: demand.is_some_and(|demand| demand.finite_source),
            ..Stock::default()
        };
        Self {
            kind: StockKind { owner, kind },
            feature,
            row,
            in_use: Level::new(window, None, false),
            full: Level::new(window, None, false),
            over: Level::new(window, None, false),
            is_over: Level::new(window, None, false),
            high_water_at: Instant::ZERO,
            units: pool.unwrap_or(u64::MAX),
            ceiling: pool.unwrap_or(u64::MAX),
        }
    }

    fn take(&mut self, now: Instant) {
        self.in_use.rise(now);
        if self.in_use.level() > self.row.high_water {
            (self.row.high_water, self.high_water_at) = (self.in_use.level(), now);
        }
        self.count_over(now);
    }

    fn free(&mut self, now: Instant) {
        self.in_use.fall(now);
        self.count_over(now);
    }

    /// There are so many from now on. The table shows the most there ever were.
    fn adapt(&mut self, now: Instant, units: u32) {
        self.units = if units == UNLIMITED { u64::MAX } else { u64::from(units) };
        self.ceiling = self.ceiling.max(self.units);
        self.row.pool = self.row.pool.map(|most| most.max(self.units)).filter(|_| units != UNLIMITED);
        self.count_over(now);
    }

    fn count_over(&mut self, now: Instant) {
        if self.in_use.level() <= self.units {
            self.ceiling = self.units;
        }
        let over = self.in_use.level().saturating_sub(self.ceiling);
        self.over.set(now, over);
        self.is_over.set(now, u64::from(over > 0));
    }

    fn finish(mut self, plan: &Plan, now: Instant) -> Stock {
        [&mut self.in_use, &mut self.full, &mut self.over, &mut self.is_over]
            .into_iter()
            .for_each(|level| level.pass(now));
        self.row.high_water_at_ns = self.high_water_at.0;
        self.row.observed_ns = now.since(Instant::ZERO + plan.warm_up).0;
        self.row.at_capacity_ns = u64::try_from(self.full.area()).unwrap_or(u64::MAX);
        self.row.area_unit_ns = self.in_use.area();
        self.row.over_issue_peak = self.over.peak();
        self.row.over_issue_ns = u64::try_from(self.is_over.area()).unwrap_or(u64::MAX);
        self.row
    }
}

/// Units of a stock; `None`: unlimited. What a standby may issue follows its active's domain.
fn pool(plan: &Plan, owner: u16, feature: Feature, kind: Kind) -> Option<u64> {
    let count = |pbx: usize| plan.layout.pbxs[pbx].units(feature);
    let master = plan.layout.pbxs.iter().position(|pbx| pbx.role == Role::Master).unwrap_or(0);
    let units = match kind {
        Kind::Installed => count(usize::from(owner)),
        Kind::Escrow | Kind::Replica => count(master),
    };
    (units != UNLIMITED).then_some(u64::from(units))
}

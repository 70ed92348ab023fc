//! Gauges of sentences: what raises and lowers each, read from facts or, where no fact tells, from the state.

use std::collections::VecDeque;

use reports::expectation::{Measured, Metric, Stat, When};
use reports::measurements::Tally;
use scenarios::plan::Plan;
use simulator::event::{Event, Kind, StockKind};
use simulator::licence::authority::UNLIMITED;
use simulator::licence::feature::Feature;
use simulator::site::Site;
use simulator::time::{Duration, Instant};

use super::level::Level;
use super::registrations::Registrations;
use super::scope::{Filter, Window, pbx_named};
use super::step::Step;

/// One gauge, and what is made of it.
#[derive(Clone, Debug)]
pub(super) struct Gauge {
    metric: Metric,
    feature: Option<Feature>,
    pbx: Option<usize>,
    /// The licence master: whose stock is the central one.
    master: usize,
    filter: Filter,
    stat: Option<Stat>,
    /// When a gauge without statistic is read.
    pub(super) at: Option<Instant>,
    pub(super) level: Level,
    read: Option<u64>,
    /// Requests waiting at a node: when each leaves the queue.
    leaving: VecDeque<Instant>,
    /// Requests in the current second.
    second: (u64, u64),
    over: bool,
}

impl Gauge {
    pub(super) fn new(plan: &Plan, measured: &Measured, when: When, batched: bool) -> Self {
        let of = measured.of.as_deref();
        let node = measured.at.as_deref().or(of);
        let window = Window::new(plan, when, matches!(measured.stat, Some(s) if s != Stat::Peak));
        let end = Instant::ZERO + plan.lasts;
        let master = plan.layout.pbxs.iter().position(|pbx| pbx.role == simulator::layout::Role::Master);
        Self {
            metric: measured.metric,
            feature: of.and_then(Feature::named),
            pbx: node.and_then(|name| pbx_named(plan, name)),
            master: master.unwrap_or(0),
            filter: Filter::new(plan, of.filter(|name| is_population(plan, name)), None, None),
            stat: measured.stat,
            at: measured.stat.is_none().then(|| window.last().min(end)),
            level: Level::new(window, measured.stat, batched),
            read: None,
            leaving: VecDeque::new(),
            second: (0, 0),
            over: false,
        }
    }

    #[inline]
    pub(super) fn on_event(&mut self, step: &Step<'_>, event: &Event, registrations: &Registrations) {
        let now = step.now;
        match (self.metric, *event) {
            (Metric::UnitsInUse | Metric::OverIssue | Metric::Escrow, Event::Taken { feature, stock, .. })
                if self.counts(step, feature, stock) =>
            {
                self.level.rise(now);
                self.over |=
                    self.metric == Metric::OverIssue && self.level.level() > self.installed(step.site, feature);
            }
            (Metric::UnitsInUse | Metric::OverIssue | Metric::Escrow, Event::Freed { feature, stock, .. })
                if self.counts(step, feature, stock) =>
            {
                self.level.fall(now);
            }
            (Metric::Retrying, Event::Retrying { on }) if step.aor().is_some_and(|aor| self.filter.meets(aor)) => {
                if on { self.level.rise(now) } else { self.level.fall(now) }
            }
            (Metric::ConcurrentRegistrations, Event::Bound { new: true, .. }) if self.pbx == step.pbx => {
                self.level.rise(now);
            }
            (Metric::ConcurrentRegistrations, Event::Unbound { .. }) if self.pbx == step.pbx => self.level.fall(now),
            (Metric::DoubleRegistrations, Event::Bound { endpoint, new: true }) => {
                let meant = step.aor_of(endpoint).is_some_and(|aor| self.filter.meets(aor));
                if meant && registrations.bindings(endpoint.index()) == 2 {
                    self.level.rise(now);
                }
            }
            (Metric::DoubleRegistrations, Event::Unbound { endpoint, .. }) => {
                let meant = step.aor_of(endpoint).is_some_and(|aor| self.filter.meets(aor));
                if meant && registrations.bindings(endpoint.index()) == 1 {
                    self.level.fall(now);
                }
            }
            (Metric::RequestRate, Event::Served { .. }) if self.pbx == step.pbx => self.count_request(now),
            (Metric::Waiting, Event::Served { waited }) if self.feature.is_none() && self.pbx == step.pbx => {
                self.wait(now, waited);
            }
            _ => {}
        }
    }

    /// After a step of a PBX: gauges that follow from the state.
    #[inline]
    pub(super) fn on_step(&mut self, step: &Step<'_>) {
        let Some(feature) = self.feature else { return };
        let level = match self.metric {
            Metric::UsableUnits => self.installed(step.site, feature),
            Metric::StrandedUnits => stranded(step.site, self.master, feature),
            Metric::UnitsInGrace => in_grace(step.site, feature),
            Metric::Waiting => step.site.pbxs().iter().map(|pbx| pbx.licensing().waiting(feature) as u64).sum(),
            Metric::TimeAtCapacity => u64::from(is_at_capacity(step.site, self.pbx.unwrap_or(self.master), feature)),
            _ => return,
        };
        self.level.set(step.now, level);
    }

    /// Whether a unit of that stock counts: the central stock, or what a node uses; escrow apart.
    fn counts(&self, step: &Step<'_>, feature: Feature, stock: StockKind) -> bool {
        let escrow = stock.kind == Kind::Escrow;
        if self.feature != Some(feature) || escrow != (self.metric == Metric::Escrow) {
            return false;
        }
        match self.pbx {
            Some(pbx) => step.pbx == Some(pbx),
            None => step.site.cluster().facts[usize::from(stock.owner)].domain as usize == self.master,
        }
    }

    fn installed(&self, site: &Site, feature: Feature) -> u64 {
        u64::from(site.cluster().installed(self.pbx.unwrap_or(self.master) as u16, feature))
    }

    fn count_request(&mut self, now: Instant) {
        let second = now.0 / Duration::SECOND.0;
        if second != self.second.0 {
            let boundary = Instant((self.second.0 + 1) * Duration::SECOND.0);
            self.level.set(boundary.min(now), self.second.1);
            if second > self.second.0 + 1 {
                self.level.set(Instant((self.second.0 + 2) * Duration::SECOND.0).min(now), 0);
            }
            self.second = (second, 0);
        }
        self.second.1 += 1;
    }

    fn wait(&mut self, now: Instant, waited: Duration) {
        self.leave(now);
        if waited > Duration::ZERO {
            self.leaving.push_back(now + waited);
            self.level.rise(now);
        }
    }

    fn leave(&mut self, now: Instant) {
        while let Some(at) = self.leaving.front().copied().filter(|at| *at <= now) {
            self.leaving.pop_front();
            self.level.fall(at);
        }
    }

    /// The peak so far, if the peak is what is wanted.
    pub(super) fn peak_so_far(&self) -> Option<f64> {
        let over = if self.over { 1.0 } else { 0.0 };
        let peak = if self.metric == Metric::OverIssue { over } else { self.level.peak() as f64 };
        (self.stat == Some(Stat::Peak)).then_some(peak)
    }

    /// Reads the gauge, just after everything that happens at its instant.
    pub(super) fn read(&mut self, step: &Step<'_>) {
        self.on_step(step);
        self.leave(step.now);
        if self.metric == Metric::RequestRate {
            self.count_up_to(step.now);
        }
        self.read = Some(self.value(self.level.level(), step.site));
    }

    fn count_up_to(&mut self, now: Instant) {
        self.count_request(now);
        self.second.1 -= 1;
    }

    fn value(&self, level: u64, site: &Site) -> u64 {
        match (self.metric, self.feature) {
            (Metric::OverIssue, Some(feature)) => level.saturating_sub(self.installed(site, feature)),
            _ => level,
        }
    }

    pub(super) fn finish(&mut self, step: &Step<'_>) {
        self.on_step(step);
        self.leave(step.now);
        if self.metric == Metric::RequestRate {
            self.count_up_to(step.now);
        }
        self.level.pass(step.now);
    }

    /// The value in the metric's base unit.
    pub(super) fn result(&self, step: &Step<'_>) -> Option<f64> {
        if self.at.is_some() {
            return self.read.map(|level| level as f64);
        }
        let stat = self.level.stat(self.stat, step.now);
        match (self.metric, self.feature) {
            (Metric::OverIssue, Some(feature)) => Some((stat - self.installed(step.site, feature) as f64).max(0.0)),
            _ => Some(stat),
        }
    }

    pub(super) fn batches(&self) -> Tally {
        Tally::Batches(self.level.batches())
    }
}

fn is_population(plan: &Plan, name: &str) -> bool {
    plan.layout.populations.iter().any(|population| population.name == name)
}

/// Units booked at the central authority for PBXs that are gone.
pub(super) fn stranded(site: &Site, master: usize, feature: Feature) -> u64 {
    let gone = site.pbxs().iter().enumerate().filter(|(_, pbx)| !pbx.is_up());
    let stock = site.pbxs()[master].licensing().authorities().find_map(|authority| authority.stock(feature));
    stock.map_or(0, |stock| gone.map(|(index, _)| u64::from(stock.booked(index as u16))).sum())
}

fn in_grace(site: &Site, feature: Feature) -> u64 {
    let leases = site.pbxs().iter().flat_map(|pbx| pbx.licensing().leases());
    leases.filter(|lease| lease.feature == feature && lease.in_grace()).map(|lease| u64::from(lease.act().len())).sum()
}

/// Whether a stock's authority has no free unit.
pub(super) fn is_at_capacity(site: &Site, owner: usize, feature: Feature) -> bool {
    let stock = site.pbxs()[owner].licensing().authorities().find_map(|authority| authority.stock(feature));
    stock.is_some_and(|stock| stock.capacity() != UNLIMITED && stock.free() <= 0)
}

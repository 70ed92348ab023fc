//! Gauges of sentences: what raises and lowers each, read from facts or, where no fact tells, from the state.

use std::collections::VecDeque;

use reports::expectation::{Measured, Metric, Stat, When};
use reports::measurements::Tally;
use scenarios::plan::Plan;
use simulator::event::{Channels, Event, Family, Kind, StockKind};
use simulator::licence::authority::UNLIMITED;
use simulator::licence::feature::Feature;
use simulator::pbx::node::Pbx;
use simulator::site::Site;
use simulator::time::{Duration, Instant};

use super::calls::{flow_named, queue_named};
use super::level::Level;
use super::registrations::Registrations;
use super::scope::{Filter, Window, pbx_named};
use super::step::Step;

/// One gauge, and what is made of it.
#[derive(Clone, Debug)]
pub(super) struct Gauge {
    metric: Metric,
    feature: Option<Feature>,
    /// Its units are booked by configuration, and no fact tells of them.
    assigned: bool,
    pbx: Option<usize>,
    /// The licence master: whose stock is the central one.
    master: usize,
    filter: Filter,
    stat: Option<Stat>,
    /// When a gauge without statistic is read.
    pub(super) at: Option<Instant>,
    pub(super) level: Level,
    read: Option<u64>,
    /// Requests of a node that count at the moment: when each does no longer.
    leaving: VecDeque<Instant>,
    /// Units in use, also those that are not too many.
    in_use: u64,
    flow: Option<u16>,
    channels: Option<Channels>,
    queue: Option<u16>,
}

impl Gauge {
    pub(super) fn new(plan: &Plan, measured: &Measured, when: When, batched: bool) -> Self {
        let of = measured.of.as_deref();
        let node = measured.at.as_deref().or(of);
        let population = of.filter(|name| is_population(plan, name));
        let window = Window::new(plan, when, matches!(measured.stat, Some(s) if s != Stat::Peak));
        let end = Instant::ZERO + plan.lasts;
        let master = plan.layout.pbxs.iter().position(|pbx| pbx.role == simulator::layout::Role::Master);
        Self {
            metric: measured.metric,
            feature: of.and_then(Feature::named),
            assigned: of.and_then(Feature::named).is_some_and(Feature::is_assigned),
            pbx: node.and_then(|name| pbx_named(plan, name)),
            master: master.unwrap_or(0),
            filter: Filter::new(plan, population, None, measured.at.as_deref()),
            stat: measured.stat,
            at: measured.stat.is_none().then(|| window.last().min(end)),
            level: Level::new(window, measured.stat, batched),
            read: None,
            leaving: VecDeque::new(),
            in_use: 0,
            flow: of.and_then(|name| flow_named(plan, name)),
            channels: of.and_then(|name| plan.channels_named(name)),
            queue: of.and_then(|name| queue_named(plan, name)),
        }
    }

    /// Families of facts that may change it.
    pub(super) fn hears(&self) -> &'static [Family] {
        match self.metric {
            Metric::UnitsInUse => &[Family::Unit, Family::Channel],
            Metric::OverIssue | Metric::Escrow => &[Family::Unit],
            Metric::ConcurrentRegistrations | Metric::DoubleRegistrations => &[Family::Binding],
            Metric::RequestRate => &[Family::Request],
            _ => &Family::ALL,
        }
    }

    #[inline]
    pub(super) fn on_event(&mut self, step: &Step<'_>, event: &Event, registrations: &Registrations) {
        let now = step.now;
        match (self.metric, *event) {
            (Metric::UnitsInUse | Metric::OverIssue | Metric::Escrow, Event::Taken { feature, stock, .. })
                if self.counts(step, feature, stock) =>
            {
                self.in_use += 1;
                self.level.set(now, self.units(step.site, feature));
            }
            (Metric::UnitsInUse | Metric::OverIssue | Metric::Escrow, Event::Freed { feature, stock, .. })
                if self.counts(step, feature, stock) =>
            {
                self.in_use = self.in_use.saturating_sub(1);
                self.level.set(now, self.units(step.site, feature));
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
            (Metric::CallsUp, Event::CallAnswered { session, .. }) if self.flow == Some(session.flow) => {
                self.level.rise(now);
            }
            (Metric::CallsUp, Event::CallEnded { session, .. }) if self.flow == Some(session.flow) => {
                self.level.fall(now);
            }
            (Metric::CallsUp | Metric::UnitsInUse, Event::ChannelTaken { of }) if self.is_of(step, of) => {
                self.level.rise(now);
            }
            (Metric::CallsUp | Metric::UnitsInUse, Event::ChannelFreed { of }) if self.is_of(step, of) => {
                self.level.fall(now);
            }
            // Also what was shed has arrived.
            (Metric::RequestRate, Event::Served { .. } | Event::Shed) if self.pbx == step.pbx => {
                self.stay(now, Duration::SECOND);
            }
            (Metric::Waiting, Event::Served { waited }) if self.feature.is_none() && self.pbx == step.pbx => {
                self.stay(now, waited);
            }
            _ => {}
        }
    }

    fn is_of(&self, step: &Step<'_>, of: Channels) -> bool {
        self.flow.is_none() && self.channels == Some(of) && (self.pbx.is_none() || self.pbx == step.pbx)
    }

    /// After a step of a PBX: gauges that follow from the state.
    #[inline]
    pub(super) fn on_step(&mut self, step: &Step<'_>) {
        if let Some(queue) = self.queue {
            let waiting = step.site.pbxs().iter().map(|pbx| pbx.exchange().queues().waiting(queue) as u64);
            return self.level.set(step.now, waiting.sum());
        }
        let Some(feature) = self.feature else { return };
        let level = match self.metric {
            Metric::UnitsInUse if self.assigned => self.booked(step.site, feature),
            Metric::OverIssue if self.assigned => {
                self.booked(step.site, feature).saturating_sub(self.installed(step.site, feature))
            }
            Metric::UsableUnits => self.usable(step.site, feature),
            Metric::StrandedUnits => stranded(step.site, step.now, self.master, feature, self.pbx),
            Metric::UnitsInGrace => in_grace(step.site, feature, self.pbx),
            Metric::Waiting => meant(step.site, self.pbx).map(|(_, pbx)| pbx.licensing().waiting(feature) as u64).sum(),
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

    /// What the units in use come to: all of them, or those above what is installed.
    fn units(&self, site: &Site, feature: Feature) -> u64 {
        match self.metric {
            Metric::OverIssue => self.in_use.saturating_sub(self.installed(site, feature)),
            _ => self.in_use,
        }
    }

    /// Of the central stock what anybody there may use; at a node what it may.
    fn usable(&self, site: &Site, feature: Feature) -> u64 {
        match self.pbx {
            Some(pbx) => u64::from(site.cluster().usable(pbx as u16, feature)),
            None => self.central(site, feature, |owner| site.cluster().capacity(owner, feature)),
        }
    }

    /// What is booked by configuration: of the central stock, or for a node of the stock it draws on.
    fn booked(&self, site: &Site, feature: Feature) -> u64 {
        let cluster = site.cluster();
        let owner = self.pbx.map_or(self.master as u16, |pbx| cluster.facts[pbx].domain);
        u64::from(cluster.functions().in_use(owner, feature))
    }

    fn installed(&self, site: &Site, feature: Feature) -> u64 {
        match self.pbx {
            Some(pbx) => u64::from(site.cluster().installed(pbx as u16, feature)),
            None => self.central(site, feature, |owner| site.cluster().installed(owner, feature)),
        }
    }

    /// The licence master's; of what never leaves its device, that of all devices of the domain together (R29).
    fn central(&self, site: &Site, feature: Feature, units: impl Fn(u16) -> u32) -> u64 {
        if !feature.stays() {
            return u64::from(units(self.master as u16));
        }
        let facts = site.cluster().facts.iter().zip(0..);
        facts.filter(|(one, _)| usize::from(one.domain) == self.master).map(|(_, pbx)| u64::from(units(pbx))).sum()
    }

    /// A request counts for this long.
    fn stay(&mut self, now: Instant, length: Duration) {
        self.leave(now);
        if length > Duration::ZERO {
            self.leaving.push_back(now + length);
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
        (self.stat == Some(Stat::Peak)).then(|| self.level.peak() as f64)
    }

    /// Reads the gauge, just after everything that happens at its instant.
    pub(super) fn read(&mut self, step: &Step<'_>) {
        self.on_step(step);
        self.leave(step.now);
        self.read = Some(self.level.level());
    }

    pub(super) fn finish(&mut self, step: &Step<'_>) {
        self.on_step(step);
        self.leave(step.now);
        self.level.pass(step.now);
    }

    /// The value in the metric's base unit.
    pub(super) fn result(&self, step: &Step<'_>) -> Option<f64> {
        if self.at.is_some() {
            return self.read.map(|level| level as f64);
        }
        Some(self.level.stat(self.stat, step.now))
    }

    pub(super) fn batches(&self) -> Tally {
        Tally::Batches(self.level.batches())
    }
}

fn is_population(plan: &Plan, name: &str) -> bool {
    plan.layout.populations.iter().any(|population| population.name == name)
}

/// One PBX, or all.
fn meant(site: &Site, only: Option<usize>) -> impl Iterator<Item = (usize, &Pbx)> {
    site.pbxs().iter().enumerate().filter(move |(index, _)| only.is_none_or(|only| only == *index))
}

/// Units booked at the central authority for PBXs that are gone, frozen, or silent for longer than soft.
pub(super) fn stranded(site: &Site, now: Instant, master: usize, feature: Feature, only: Option<usize>) -> u64 {
    let stock = site.pbxs()[master].licensing().authorities().find_map(|authority| authority.stock(feature));
    let Some(stock) = stock else { return 0 };
    let gone = meant(site, only).filter(|(index, pbx)| !pbx.is_up() || stock.is_silent(*index as u16, now));
    gone.map(|(index, _)| u64::from(stock.booked(index as u16))).sum()
}

pub(super) fn in_grace(site: &Site, feature: Feature, only: Option<usize>) -> u64 {
    let leases = meant(site, only).flat_map(|(_, pbx)| pbx.licensing().leases());
    leases.filter(|lease| lease.feature == feature && lease.in_grace()).map(|lease| u64::from(lease.act().len())).sum()
}

/// Whether a stock's authority has no free unit.
pub(super) fn is_at_capacity(site: &Site, owner: usize, feature: Feature) -> bool {
    let stock = site.pbxs()[owner].licensing().authorities().find_map(|authority| authority.stock(feature));
    stock.is_some_and(|stock| stock.capacity() != UNLIMITED && stock.free() <= 0)
}

//! One measured number of a sentence: a gauge, a meter, or something of an occasion.

use reports::expectation::{Measured, Metric, When};
use reports::measurements::Tally;
use reports::search::Found;
use scenarios::plan::Plan;
use simulator::event::{Event, Family, Kind};
use simulator::licence::feature::{Feature, FeatureSet};
use simulator::time::{Duration, Instant};

use super::channel_ratio::ChannelRatio;
use super::contention::Contention;
use super::gauges::Gauge;
use super::level::Level;
use super::meters::Meter;
use super::occasions::Unfolding;
use super::over_issued::OverIssued;
use super::registrations::Registrations;
use super::scope::{Window, pbx_named};
use super::step::Step;

/// A number in the making.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Gauge(Box<Gauge>),
    Meter(Box<Meter>),
    /// Of an occasion.
    Occasion(Measured),
    /// Part of those concerned by an occasion who are registered.
    Registered(Registered),
    /// A ratio of a stock over time.
    Stock(Box<StockRatio>),
    /// A ratio of channels over time.
    Channels(Box<ChannelRatio>),
    /// Time over-issued.
    OverIssued(Box<OverIssued>),
    /// What a search found, before this run: a rate, or why there is none.
    Found(Result<f64, String>),
}

impl Value {
    pub(super) fn new(plan: &Plan, measured: &Measured, when: When, batched: bool) -> Self {
        match measured.metric {
            Metric::UsableUnits
            | Metric::UnitsInUse
            | Metric::StrandedUnits
            | Metric::UnitsInGrace
            | Metric::Escrow
            | Metric::OverIssue
            | Metric::Waiting
            | Metric::Retrying
            | Metric::DoubleRegistrations
            | Metric::RequestRate
            | Metric::CallsUp
            | Metric::ConcurrentRegistrations => Self::Gauge(Box::new(Gauge::new(plan, measured, when, batched))),
            Metric::TakeoverTime | Metric::FailbackTime | Metric::TimeToAgree => Self::Occasion(measured.clone()),
            Metric::RateFound => Self::Found(rate_found(plan, measured.occasion)),
            Metric::TimeToRegistered(share) => Self::Registered(Registered::new(plan, measured, share)),
            Metric::TimeOverIssued => Self::OverIssued(Box::new(OverIssued::new(plan, measured, when))),
            Metric::TimeAtCapacity | Metric::TrafficCongestion | Metric::Utilisation => {
                match measured.of.as_deref().and_then(|name| plan.channels_named(name)) {
                    Some(of) => Self::Channels(Box::new(ChannelRatio::new(plan, of, measured, when, batched))),
                    None => Self::Stock(Box::new(StockRatio::new(plan, measured, when, batched))),
                }
            }
            _ => Self::Meter(Box::new(Meter::new(plan, measured, when, batched))),
        }
    }

    /// When it must be read.
    pub(super) fn mark(&self) -> Option<Instant> {
        match self {
            Self::Gauge(gauge) => gauge.at,
            _ => None,
        }
    }

    /// Families of facts that may change it.
    pub(super) fn hears(&self) -> &'static [Family] {
        match self {
            Self::Gauge(gauge) => gauge.hears(),
            Self::Meter(_) => &Family::ALL,
            Self::Registered(_) => &[Family::Binding],
            Self::Stock(_) | Self::OverIssued(_) => &[Family::Unit],
            Self::Channels(_) => &[Family::Channel],
            Self::Occasion(_) | Self::Found(_) => &[],
        }
    }

    /// Whether it follows from the state after a step of a PBX.
    pub(super) fn wants_steps(&self) -> bool {
        matches!(self, Self::Gauge(_) | Self::Stock(_))
    }

    #[inline]
    pub(super) fn on_event(&mut self, step: &Step<'_>, event: &Event, registrations: &Registrations) {
        match self {
            Self::Gauge(gauge) => gauge.on_event(step, event, registrations),
            Self::Meter(meter) => meter.on_event(step, event),
            Self::Registered(registered) => registered.on_event(step, event, registrations),
            Self::Stock(stock) => stock.on_event(step, event),
            Self::Channels(channels) => channels.on_event(step, event),
            Self::OverIssued(over) => over.on_event(step, event),
            Self::Occasion(_) | Self::Found(_) => {}
        }
    }

    #[inline]
    pub(super) fn on_step(&mut self, step: &Step<'_>) {
        match self {
            Self::Gauge(gauge) => gauge.on_step(step),
            Self::Stock(stock) => stock.on_step(step),
            _ => {}
        }
    }

    pub(super) fn on_mark(&mut self, step: &Step<'_>) {
        if let Self::Gauge(gauge) = self
            && gauge.at == Some(step.now)
        {
            gauge.read(step);
        }
    }

    pub(super) fn granted(&mut self, step: &Step<'_>, feature: Feature, wait: Duration) {
        if let Self::Meter(meter) = self {
            meter.granted(step, feature, wait);
        }
    }

    pub(super) fn reclaimed(&mut self, at: Instant, feature: Feature, lag: Duration) {
        if let Self::Meter(meter) = self {
            meter.reclaimed(at, feature, lag);
        }
    }

    /// The end of the run.
    pub(super) fn finish(&mut self, step: &Step<'_>, contention: &Contention, unreclaimed: &[FeatureSet]) {
        match self {
            Self::Gauge(gauge) => gauge.finish(step),
            Self::Stock(stock) => stock.finish(step),
            Self::Channels(channels) => channels.finish(step),
            Self::OverIssued(over) => over.finish(step),
            Self::Meter(meter) => {
                unreclaimed.iter().for_each(|features| meter.unreclaimed(*features));
                if let Some((denied, wishes)) = meter.wants_true_denials().map(|f| contention.true_denials(f)) {
                    meter.set_ratio(denied, wishes);
                }
            }
            Self::Occasion(_) | Self::Registered(_) | Self::Found(_) => {}
        }
    }

    /// (value, samples); a value of `None` is infinite.
    pub(super) fn result(&self, step: &Step<'_>, occasions: &[Unfolding]) -> (Option<f64>, u64) {
        let ns = |time: Option<Duration>| time.map(|time| time.0 as f64);
        match self {
            Self::Gauge(gauge) => match gauge.result(step) {
                Some(value) => (Some(value), 1),
                None => (Some(0.0), 0),
            },
            Self::Meter(meter) => meter.result(),
            Self::Registered(registered) => (ns(registered.reached), 1),
            Self::Found(rate) => (rate.as_ref().ok().copied(), 1),
            Self::Stock(stock) => stock.result(step),
            Self::Channels(channels) => channels.result(step),
            Self::OverIssued(over) => (Some(over.length()), 1),
            Self::Occasion(measured) => {
                let unfolding = measured.occasion.and_then(|index| occasions.get(usize::from(index)));
                let time = unfolding.and_then(|unfolding| match measured.metric {
                    Metric::TakeoverTime => unfolding.takeover,
                    Metric::FailbackTime => unfolding.failback,
                    _ => unfolding.agreed,
                });
                (ns(time), 1)
            }
        }
    }

    /// Why there is no number, where one is told.
    pub(super) fn trouble(&self) -> Option<&str> {
        match self {
            Self::Found(Err(why)) => Some(why),
            _ => None,
        }
    }

    /// A peak or the longest time, which can only rise; `None`: it is neither.
    pub(super) fn highest_so_far(&self) -> Option<f64> {
        match self {
            Self::Gauge(gauge) => gauge.peak_so_far(),
            Self::Meter(meter) => meter.longest_so_far(),
            _ => None,
        }
    }

    pub(super) fn batches(&self) -> Tally {
        match self {
            Self::Gauge(gauge) => gauge.batches(),
            Self::Meter(meter) => meter.batches(),
            Self::Stock(stock) => stock.batches(),
            Self::Channels(channels) => channels.batches(),
            Self::Occasion(_) | Self::Registered(_) | Self::OverIssued(_) | Self::Found(_) => {
                Tally::Batches(Vec::new())
            }
        }
    }
}

/// What the search of an occasion found: attempts a second, or why there is no such rate.
fn rate_found(plan: &Plan, occasion: Option<u16>) -> Result<f64, String> {
    let search = plan.searches.iter().find(|search| Some(search.occasion) == occasion);
    let outcome = search.and_then(|search| search.outcome.as_ref()).ok_or("the search has not ended")?;
    match outcome.found {
        Found::Rate(rate) => Ok(rate as f64),
        Found::Nothing => {
            let why = outcome.trials.last().map_or("", |trial| &trial.trouble);
            Err(format!("not even one attempt a second passes: {why}"))
        }
        Found::NoLimit => Err("every rate passes: nothing here has a limit".to_owned()),
    }
}

/// When a share of those an occasion concerned was registered: of those it lost, or of those it called.
#[derive(Clone, Debug)]
pub(super) struct Registered {
    occasion: u16,
    at: Instant,
    share_ppb: u64,
    concerned: Vec<bool>,
    /// How many it called; 0 for an occasion that loses people.
    called: u64,
    in_now: u64,
    reached: Option<Duration>,
}

impl Registered {
    fn new(plan: &Plan, measured: &Measured, share_ppb: u64) -> Self {
        let occasion = measured.occasion.unwrap_or(0);
        let calls = plan.schedule.iter().filter(|entry| entry.occasion == occasion);
        let mut concerned = vec![false; plan.layout.blocks.iter().map(|block| block.endpoints() as usize).sum()];
        for entry in calls {
            if let simulator::schedule::Action::SignIn { who, .. } = &entry.action {
                mark(&mut concerned, plan, who);
            }
        }
        Self {
            occasion,
            at: plan.occasions[usize::from(occasion)].at,
            share_ppb,
            called: concerned.iter().filter(|is| **is).count() as u64,
            concerned,
            in_now: 0,
            reached: None,
        }
    }

    fn on_event(&mut self, step: &Step<'_>, event: &Event, registrations: &Registrations) {
        if self.reached.is_some() || step.now < self.at {
            return;
        }
        if self.called == 0 {
            if let (Event::Bound { .. }, Some(loss)) = (event, registrations.loss(self.occasion)) {
                self.settle(step.now, loss.back.count(), loss.lost.count());
            }
            return;
        }
        match *event {
            Event::Bound { endpoint, new: true }
                if self.concerned[endpoint.index()] && registrations.bindings(endpoint.index()) == 1 =>
            {
                self.in_now += 1;
                self.settle(step.now, self.in_now, self.called);
            }
            Event::Unbound { endpoint, .. }
                if self.concerned[endpoint.index()] && registrations.bindings(endpoint.index()) == 0 =>
            {
                self.in_now = self.in_now.saturating_sub(1);
            }
            _ => {}
        }
    }

    fn settle(&mut self, now: Instant, there: u64, of: u64) {
        if u128::from(there) * 1_000_000_000 >= u128::from(of) * u128::from(self.share_ppb) {
            self.reached = Some(now.since(self.at));
        }
    }
}

fn mark(concerned: &mut [bool], plan: &Plan, who: &simulator::layout::Selection) {
    let mut first = 0;
    for (index, block) in plan.layout.blocks.iter().enumerate() {
        let mut begins = first;
        for (_, count) in &block.devices {
            for (_, seats) in who.seats.iter().filter(|(block, _)| *block as usize == index) {
                let ends = seats.end.min(*count);
                (seats.start..ends).for_each(|seat| concerned[begins + seat as usize] = true);
            }
            begins += *count as usize;
        }
        first += block.endpoints() as usize;
    }
}

/// Time at capacity, traffic congestion and utilisation: what two levels of a stock say.
#[derive(Clone, Debug)]
pub(super) struct StockRatio {
    metric: Metric,
    feature: Feature,
    owner: usize,
    in_use: Level,
    state: Level,
    offered: Option<f64>,
    batched: bool,
}

impl StockRatio {
    fn new(plan: &Plan, measured: &Measured, when: When, batched: bool) -> Self {
        let feature = measured.of.as_deref().and_then(Feature::named).unwrap_or(Feature::Port);
        let master = plan.layout.pbxs.iter().position(|pbx| pbx.role == simulator::layout::Role::Master).unwrap_or(0);
        let window = Window::new(plan, when, true);
        Self {
            metric: measured.metric,
            feature,
            owner: measured.at.as_deref().and_then(|name| pbx_named(plan, name)).unwrap_or(master),
            in_use: Level::new(window, None, batched),
            state: Level::new(window, None, batched),
            offered: plan.demands.iter().find(|d| d.feature == feature).and_then(|demand| demand.offered_erlangs),
            batched,
        }
    }

    fn on_event(&mut self, step: &Step<'_>, event: &Event) {
        let change = match *event {
            Event::Taken { feature, stock, .. } => (feature, stock, true),
            Event::Freed { feature, stock, .. } => (feature, stock, false),
            _ => return,
        };
        let (feature, stock, up) = change;
        let domain = usize::from(step.site.cluster().facts[usize::from(stock.owner)].domain);
        if feature != self.feature || stock.kind == Kind::Escrow || domain != self.owner {
            return;
        }
        if up {
            self.in_use.rise(step.now);
        } else {
            self.in_use.fall(step.now);
        }
    }

    fn on_step(&mut self, step: &Step<'_>) {
        if self.metric == Metric::TimeAtCapacity && step.pbx == Some(self.owner) {
            self.state.set(step.now, u64::from(super::gauges::is_at_capacity(step.site, self.owner, self.feature)));
        }
    }

    fn finish(&mut self, step: &Step<'_>) {
        self.in_use.pass(step.now);
        self.state.pass(step.now);
    }

    fn result(&self, step: &Step<'_>) -> (Option<f64>, u64) {
        let observed = self.in_use.observed(step.now);
        let mean = self.in_use.area() as f64 / observed.max(1) as f64;
        let installed = f64::from(step.site.cluster().installed(self.owner as u16, self.feature));
        let value = match self.metric {
            Metric::TimeAtCapacity => self.state.area() as f64 / observed.max(1) as f64,
            Metric::Utilisation => mean / installed.max(1.0),
            _ => match self.offered {
                Some(offered) => (offered - mean) / offered,
                None => return (Some(0.0), 0),
            },
        };
        (Some(value), observed.min(1))
    }

    fn batches(&self) -> Tally {
        debug_assert!(self.batched);
        let batches = match (self.metric, self.offered) {
            (Metric::TimeAtCapacity, _) => self.state.batches(),
            (Metric::TrafficCongestion, Some(offered)) => {
                let lost = |(area, length): (f64, f64)| (offered * length - area, offered * length);
                self.in_use.batches().into_iter().map(lost).collect()
            }
            _ => self.in_use.batches(),
        };
        Tally::Batches(batches)
    }
}

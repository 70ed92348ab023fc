//! A run while it goes on: a witness that keeps what a dashboard shows, in bounded memory.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use scenarios::plan::Plan;
use simulator::event::{Event, Kind, StockKind, Wish};
use simulator::licence::authority::UNLIMITED;
use simulator::licence::feature::Feature;
use simulator::licence::reason::Reason;
use simulator::node::NodeId;
use simulator::schedule::Entry;
use simulator::simulation::Observer;
use simulator::site::Site;
use simulator::time::Instant;

use crate::recorder::names;
use crate::trace::words;

/// What a dashboard shows of a run, at some moment of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pulse {
    /// The present, in nanoseconds of the run.
    pub now_ns: u64,
    /// How long the run lasts, in nanoseconds.
    pub lasts_ns: u64,
    /// Endpoints there are.
    pub endpoints: u64,
    /// Bindings that stand.
    pub registered: u64,
    /// Calls that were answered and go on.
    pub calls: u64,
    /// Width of the parts below, in nanoseconds.
    pub width_ns: u64,
    /// Parts of the run so far, the last one not whole.
    pub parts: Vec<Part>,
    /// Units in use and installed, by stock, in the order they were first used.
    pub licences: Vec<Bar>,
    /// The latest events at nodes, the newest last.
    pub events: VecDeque<(u64, String)>,
    /// The latest failures of endpoints, the newest last.
    pub log: VecDeque<(u64, String)>,
}

/// A part of a run.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Part {
    /// Bindings at its end.
    pub registered: u64,
    /// Registrations that came true.
    pub accepted: u64,
    /// Answers that refused, and none at all.
    pub failed: u64,
    /// Calls answered.
    pub calls: u64,
    /// The longest time from due to done, in nanoseconds.
    pub longest_ns: u64,
}

/// A stock of licences.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Bar {
    /// `PBX-Port at master`, `PBX-Port at standby, escrow`.
    pub name: String,
    /// Units in use.
    pub in_use: u64,
    /// Units installed; `None`: unlimited, or a stock of another kind.
    pub pool: Option<u64>,
}

/// Where a witness puts it and a dashboard finds it.
pub type Shared = Arc<Mutex<Pulse>>;

/// Keeps the pulse of one run.
pub struct Live<'a> {
    plan: &'a Plan,
    pulse: Pulse,
    stocks: BTreeMap<(Feature, StockKind), usize>,
    shared: Shared,
    steps: u64,
}

impl<'a> Live<'a> {
    /// Of a run of this plan.
    pub fn new(plan: &'a Plan, shared: Shared) -> Self {
        let pulse = Pulse {
            lasts_ns: plan.lasts.0,
            width_ns: (plan.lasts.0 / PARTS).max(1),
            endpoints: plan.layout.blocks.iter().map(|block| u64::from(block.endpoints())).sum(),
            parts: vec![Part::default()],
            ..Pulse::default()
        };
        let live = Self { plan, pulse, stocks: BTreeMap::new(), shared, steps: 0 };
        live.publish();
        live
    }

    fn publish(&self) {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&self.pulse);
    }

    fn part(&mut self) -> &mut Part {
        self.pulse.parts.last_mut().expect("there is one from the beginning")
    }

    /// Time has come to `now`: parts that are over end.
    fn turn(&mut self, now: Instant) {
        self.pulse.now_ns = now.0;
        let place = (now.0 / self.pulse.width_ns).min(PARTS - 1) as usize;
        while self.pulse.parts.len() <= place {
            let registered = self.pulse.registered;
            self.part().registered = registered;
            self.pulse.parts.push(Part { registered, ..Part::default() });
        }
    }

    fn on_event(&mut self, now: Instant, node: NodeId, event: &Event, site: &Site) {
        match *event {
            Event::Bound { new: true, .. } => self.pulse.registered += 1,
            Event::Unbound { .. } => self.pulse.registered = self.pulse.registered.saturating_sub(1),
            Event::Accepted { wish, due, .. } if wish != Wish::SignOut => {
                let part = self.part();
                part.accepted += 1;
                part.longest_ns = part.longest_ns.max(now.since(due).0);
            }
            Event::Answered { status, reason, .. } if (status == 0 || status >= 400) && reason != Reason::InLine => {
                self.part().failed += 1;
                let line = format!("{}: {}", names::of(self.plan, site, node), words::status(status, reason));
                remember(&mut self.pulse.log, now, line);
            }
            Event::CallAnswered { .. } => {
                self.part().calls += 1;
                self.pulse.calls += 1;
            }
            Event::CallEnded { .. } => self.pulse.calls = self.pulse.calls.saturating_sub(1),
            Event::Taken { feature, stock, .. } => self.bar(feature, stock, site).in_use += 1,
            Event::Freed { feature, stock, .. } => {
                let bar = self.bar(feature, stock, site);
                bar.in_use = bar.in_use.saturating_sub(1);
            }
            _ => {
                if let Some(text) = words::node(event).filter(|_| site.pbx_index(node).is_some()) {
                    remember(&mut self.pulse.events, now, format!("{} {text}", names::of(self.plan, site, node)));
                }
            }
        }
    }

    fn bar(&mut self, feature: Feature, stock: StockKind, site: &Site) -> &mut Bar {
        let next = self.pulse.licences.len();
        let place = *self.stocks.entry((feature, stock)).or_insert(next);
        if place == next {
            let owner = usize::from(stock.owner);
            let installed = site.cluster().installed(stock.owner, feature);
            let (kind, pool) = match stock.kind {
                Kind::Installed => (String::new(), (installed != UNLIMITED).then_some(u64::from(installed))),
                kind => (format!(", {}", kind.word()), None),
            };
            let name = format!("{} at {}{kind}", feature.name(), self.plan.layout.pbxs[owner].name);
            self.pulse.licences.push(Bar { name, in_use: 0, pool });
        }
        &mut self.pulse.licences[place]
    }
}

fn remember(lines: &mut VecDeque<(u64, String)>, now: Instant, line: String) {
    if lines.len() == LINES {
        lines.pop_front();
    }
    lines.push_back((now.0, line));
}

impl Observer for Live<'_> {
    fn observe(&mut self, now: Instant, node: NodeId, events: &[Event], site: &Site) -> bool {
        self.turn(now);
        events.iter().for_each(|event| self.on_event(now, node, event, site));
        self.steps += 1;
        if self.steps.is_multiple_of(PUBLISH_EVERY) {
            self.publish();
        }
        true
    }

    fn on_entry(&mut self, now: Instant, entry: &Entry, _: &Site) {
        self.turn(now);
        if let Some(occasion) = self.plan.occasions.get(usize::from(entry.occasion)) {
            let line = occasion.name.clone();
            if self.pulse.events.back().is_none_or(|(_, last)| *last != line) {
                remember(&mut self.pulse.events, now, line);
            }
        }
        self.publish();
    }
}

impl Drop for Live<'_> {
    fn drop(&mut self) {
        self.publish();
    }
}

/// Parts a run is cut into: as many as fit in the wide half of a screen.
const PARTS: u64 = 120;
/// Lines kept of events, and of failures.
const LINES: usize = 50;
/// Steps between two looks.
const PUBLISH_EVERY: u64 = 512;

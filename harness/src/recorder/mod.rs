//! From facts to measurements: the only place that measures.
//!
//! A pure observer. What every run reports (contention, latencies, the story) is collected always; what a sentence needs
//! is collected by a probe made from it, in exact counters.

mod assigned;
mod audience;
mod bits;
mod call_course;
mod call_table;
mod calls;
mod channel_ratio;
mod contention;
mod course;
mod delays;
mod gauges;
mod level;
mod meters;
pub(crate) mod names;
mod occasions;
mod over_issued;
mod probe;
mod queue_table;
mod registrations;
mod ring;
mod scope;
mod shares;
mod sites;
mod step;
mod story;
#[cfg(test)]
mod tests;
mod value;

use std::collections::BTreeMap;

use reports::expectation::Expectation;
use reports::latency::Latency;
use reports::measurements::{
    Counts, Invariant, Measurements, NamedLatency, NodeLoad, OccasionEffect, Stopped, Tally, Violation,
};
use scenarios::plan::Plan;
use simulator::event::{Event, Families, Family, Wish};
use simulator::invariants::{Checker, Invariant as Rule};
use simulator::licence::feature::{Feature, FeatureSet};
use simulator::node::NodeId;
use simulator::schedule::{Action, Entry};
use simulator::simulation::{Observer, Simulation};
use simulator::sip::message::Aor;
use simulator::site::Site;
use simulator::time::{Duration, Instant};

use assigned::Assigned;
use audience::Audience;
use bits::Bits;
use call_table::CallTable;
use contention::Contention;
use course::CourseMeter;
use delays::Delays;
use occasions::Unfolding;
use probe::Probe;
use queue_table::QueueTable;
use registrations::Registrations;
use ring::Ring;
use step::Step;
use story::Story;

/// Sentences with `or stop` are looked at this often, in steps.
const STOP_EVERY: u64 = 1024;
/// Parts of those lost whose return is timed.
const PARTS: u64 = 40;

/// Measures one run.
pub struct Recorder<'a> {
    plan: &'a Plan,
    last_fault: Instant,
    checker: Checker,
    probes: Vec<Probe>,
    audience: Audience,
    registrations: Registrations,
    contention: Contention,
    assigned: Option<Assigned>,
    call_table: CallTable,
    queue_table: QueueTable,
    course: CourseMeter,
    unfoldings: Vec<Unfolding>,
    story: Story,
    ring: Ring,
    delays: Delays,
    server_wait: Latency,
    checkout: Latency,
    /// By occasion that lost somebody: told so far, since the loss, since the request.
    back: BTreeMap<u16, (Bits, Latency, Latency)>,
    loads: Vec<NodeLoad>,
    registered: u64,
    calls: u64,
    /// Devices that lost power while they held units.
    crashed: BTreeMap<(u16, u32, u8), Instant>,
    steps: u64,
    stopped: Option<Stopped>,
}

impl<'a> Recorder<'a> {
    /// For a run of this plan whose nodes are these and whose last fault is then.
    pub fn new(plan: &'a Plan, last_fault: Instant, site: &Site) -> Self {
        let load = |pbx: &simulator::layout::PbxPlan| NodeLoad {
            node: pbx.name.clone(),
            requests: 0,
            shed: 0,
            longest_wait_ns: 0,
            longest_wait_at_ns: 0,
        };
        let probes: Vec<Probe> = plan.expectations.iter().map(|expectation| Probe::new(plan, expectation)).collect();
        Self {
            plan,
            last_fault,
            checker: Checker::new(site),
            audience: Audience::new(&probes),
            probes,
            registrations: Registrations::new(site.endpoints()),
            contention: Contention::new(plan),
            assigned: Assigned::new(plan),
            call_table: CallTable::new(plan),
            queue_table: QueueTable::new(plan),
            course: CourseMeter::new(plan),
            unfoldings: Unfolding::all(plan),
            story: Story::new(plan, site.endpoints() as u64),
            ring: Ring::default(),
            delays: Delays::default(),
            server_wait: Latency::new(),
            checkout: Latency::new(),
            back: BTreeMap::new(),
            loads: plan.layout.pbxs.iter().map(load).collect(),
            registered: 0,
            calls: 0,
            crashed: BTreeMap::new(),
            steps: 0,
            stopped: None,
        }
    }

    /// The instants at which something must be counted, in order.
    pub fn marks(&self) -> Vec<Instant> {
        let mut marks: Vec<Instant> = self.probes.iter().flat_map(Probe::marks).collect();
        marks.sort_unstable();
        marks.dedup();
        marks
    }

    /// Everything that happens at `now` has happened: counts what is due.
    pub fn on_mark(&mut self, now: Instant, site: &Site) {
        let step = Step::new(now, NodeId::NONE, site);
        for probe in &mut self.probes {
            probe.on_mark(&step, &self.registrations);
        }
    }

    /// Counts what this sentence asks for from now on, and nothing for any other.
    pub fn watch(&mut self, expectation: &Expectation) {
        self.probes = vec![Probe::new(self.plan, expectation)];
        self.audience = Audience::new(&self.probes);
    }

    /// What [`Self::watch`] has counted; then nothing is watched any more.
    pub fn tally_of_watched(&mut self, simulation: &Simulation) -> Option<Tally> {
        let mut probe = self.probes.pop()?;
        self.audience = Audience::new(&self.probes);
        let engine = simulation.engine();
        let step = Step::new(engine.now(), NodeId::NONE, engine.elements());
        probe.finish(&step, &self.contention, &[]);
        Some(probe.tally(self.plan, &step, &self.unfoldings))
    }

    /// Ends the run early.
    pub fn stop(&mut self, why: Stopped) {
        self.stopped.get_or_insert(why);
    }

    /// Called once a fact: a call would cost as much as the rest of it.
    #[inline(always)]
    fn on_event(&mut self, step: &Step<'_>, event: &Event) {
        self.ring.push(step.now, step.node, *event);
        if let Event::Granted { feature, endpoint, asked, .. } = *event {
            let wait = self.contention.wait_of(step.now, endpoint, asked);
            self.checkout.record(step.now.since(asked).0);
            for place in &self.audience.waits {
                self.probes[usize::from(*place)].granted(step, feature, wait);
            }
        }
        let family = event.family();
        match family {
            Family::Call | Family::Channel => {
                self.call_table.on_event(step, event);
                self.course.on_call(step, event);
            }
            Family::Queue => {
                self.queue_table.on_event(step, event);
                self.course.on_call(step, event);
            }
            _ => {
                self.contention.on_event(step, event);
                self.course.on_event(step, event);
            }
        }
        let change = self.registrations.on_event(step, event);
        for place in self.audience.of(family) {
            self.probes[usize::from(*place)].on_event(step, event, &self.registrations);
        }
        match *event {
            Event::Accepted { wish, due, began, .. } => self.on_accepted(step, wish, due, began),
            Event::Served { waited } => self.on_served(step, waited),
            Event::CallAnswered { .. } => self.calls += 1,
            Event::Shed => self.load(step).into_iter().for_each(|load| load.shed += 1),
            Event::Bound { .. } => {
                self.registered += 1;
                if !self.registrations.losses().is_empty() {
                    self.story.on_back(step.now, &self.registrations);
                }
            }
            Event::Freed { feature, holder, .. } if !self.crashed.is_empty() => self.on_freed(step, feature, holder),
            Event::Role { .. } => self.unfoldings.iter_mut().for_each(|unfolding| unfolding.on_event(step, event)),
            Event::Crashed => self.on_crashed(step),
            _ => {}
        }
        if let Some((endpoint, change)) = change {
            for place in &self.audience.changes {
                self.probes[usize::from(*place)].on_change(step, endpoint, change);
            }
            self.story.set_level(step.now, self.registrations.in_service());
        }
    }

    fn on_crashed(&mut self, step: &Step<'_>) {
        if let Some(aor) = step.aor()
            && self.registrations.bindings(step.node.index()) > 0
        {
            self.crashed.insert((aor.block, aor.seat, aor.device as u8), step.now);
        }
    }

    /// A unit is free: if its holder had crashed, how long that took.
    fn on_freed(&mut self, step: &Step<'_>, feature: Feature, holder: Aor) {
        let devices = (holder.block, holder.seat, 0)..=(holder.block, holder.seat, u8::MAX);
        let device = |key: &(u16, u32, u8)| feature == Feature::Port || key.2 == holder.device as u8;
        let Some((key, at)) = self.crashed.range(devices).find(|(key, _)| device(key)).map(|(key, at)| (*key, *at))
        else {
            return;
        };
        self.crashed.remove(&key);
        let lag = step.now.since(at);
        self.probes.iter_mut().for_each(|probe| probe.reclaimed(step.now, feature, lag));
    }

    fn on_accepted(&mut self, step: &Step<'_>, wish: Wish, due: Instant, began: Instant) {
        self.delays.record(wish, step.now, due, began);
        if wish != Wish::SignOut && !self.registrations.losses().is_empty() {
            self.on_returned(step, began);
        }
    }

    fn on_returned(&mut self, step: &Step<'_>, began: Instant) {
        let endpoint = step.node.index();
        for loss in self.registrations.losses().iter().filter(|loss| loss.lost.has(endpoint)) {
            let (told, since_loss, since_sent) = self.back.entry(loss.occasion).or_default();
            if told.add(endpoint) {
                since_loss.record(step.now.since(loss.at).0);
                since_sent.record(step.now.since(began).0);
            }
        }
    }

    fn on_served(&mut self, step: &Step<'_>, waited: Duration) {
        self.server_wait.record(waited.0);
        if let Some(load) = self.load(step) {
            load.requests += 1;
            if waited.0 > load.longest_wait_ns {
                (load.longest_wait_ns, load.longest_wait_at_ns) = (waited.0, step.now.0);
            }
        }
    }

    fn load(&mut self, step: &Step<'_>) -> Option<&mut NodeLoad> {
        self.loads.get_mut(step.pbx?)
    }

    fn tell(&mut self, step: &Step<'_>, events: &[Event]) {
        let cut_off = events.iter().filter(|event| matches!(event, Event::Unbound { .. })).count() as u64;
        for event in events {
            self.story.on_event(step, event, cut_off, self.registrations.in_service());
        }
    }

    fn may_stop(&mut self) {
        let stops = self.probes.iter().position(Probe::cannot_hold);
        if let Some(index) = stops {
            self.stop(Stopped::Expectation(index as u32));
        }
    }

    /// All that was measured.
    pub fn finish(mut self, simulation: &Simulation) -> Measurements {
        let engine = simulation.engine();
        let (now, site) = (engine.now(), engine.elements());
        let step = Step::new(now, NodeId::NONE, site);
        self.checker.finish(now);
        if now >= self.agrees_from(site) {
            self.checker.check_agreement(site);
        }
        let books = |key: &(u16, u32, u8)| {
            let device = simulator::layout::Device::ALL[usize::from(key.2)];
            site.cluster().people.books(device)
        };
        let unreclaimed: Vec<FeatureSet> = self.crashed.keys().map(books).collect();
        for probe in &mut self.probes {
            probe.finish(&step, &self.contention, &unreclaimed);
        }
        let tallies: Vec<Tally> =
            self.probes.iter().map(|probe| probe.tally(self.plan, &step, &self.unfoldings)).collect();
        let counters = engine.counters();
        let occasions = self.occasions();
        let latencies = self.latencies();
        let (invariants, violation) = (self.invariants(), self.violation(now, site));
        let (timeline, service) = self.story.finish(now);
        let (flows, trunks) = self.call_table.finish(&step);
        let mut stocks = self.contention.finish(self.plan, now);
        if let Some(mut assigned) = self.assigned.take() {
            assigned.look(now, site);
            stocks.extend(assigned.finish(self.plan, now));
        }
        Measurements {
            seed: 0,
            digest: engine.digest(),
            tallies,
            counts: Counts {
                endpoints: site.endpoints() as u64,
                steps: counters.steps,
                messages: counters.messages,
                registrations: self.registered,
                calls: self.calls,
            },
            invariants,
            violation,
            stocks,
            flows,
            trunks,
            queues: self.queue_table.finish(),
            latencies,
            timeline,
            service,
            course: self.course.finish(self.plan, now, site, &self.delays),
            occasions,
            nodes: self.loads,
            simulated_ns: now.0,
            stopped: self.stopped,
            searches: self.plan.searches.iter().filter_map(|search| search.outcome.clone()).collect(),
        }
    }

    /// I9: from when on all views must agree, the last fault being over.
    fn agrees_from(&self, site: &Site) -> Instant {
        self.last_fault + Checker::agreement_within(site)
    }

    fn invariants(&self) -> Vec<Invariant> {
        let broken = self.checker.breach().map(|breach| breach.invariant);
        let checks = self.checker.checks();
        let row = |rule: Rule| Invariant {
            id: rule.id().into(),
            checks: checks[rule as usize],
            violations: u64::from(broken == Some(rule)),
        };
        Rule::ALL.into_iter().map(row).collect()
    }

    fn violation(&self, now: Instant, site: &Site) -> Option<Violation> {
        self.checker.breach().map(|breach| Violation {
            id: breach.invariant.id().into(),
            what: breach.what.clone(),
            at_ns: now.0,
            last_events: self.ring.lines(|node| names::of(self.plan, site, node)),
        })
    }

    fn occasions(&self) -> Vec<OccasionEffect> {
        let effect = |(index, occasion): (usize, &scenarios::plan::Occasion)| {
            let loss = self.registrations.loss(index as u16);
            let unfolding = &self.unfoldings[index];
            OccasionEffect {
                name: occasion.name.clone(),
                verb: occasion.verb.clone(),
                at_ns: occasion.at.0,
                until_ns: occasion.until.map(|until| until.0),
                lost: loss.map_or(0, |loss| loss.lost.count()),
                back: loss.map_or(0, |loss| loss.back.count()),
                takeover_ns: unfolding.takeover.map(|time| time.0),
                failback_ns: unfolding.failback.map(|time| time.0),
                back_ns: loss.map_or([None; 4], |loss| loss.milestones.map(|time| time.map(|time| time.0))),
                curve_ns: loss.map_or(Vec::new(), |loss| self.curve(loss)),
            }
        };
        self.plan.occasions.iter().enumerate().map(effect).collect()
    }

    /// When each fortieth of those who came back was there.
    fn curve(&self, loss: &registrations::Loss) -> Vec<u64> {
        let Some((_, since_loss, _)) = self.back.get(&loss.occasion) else { return Vec::new() };
        (1..=PARTS).map(|part| since_loss.at_rank((since_loss.count() * part).div_ceil(PARTS))).collect()
    }

    fn latencies(&mut self) -> Vec<NamedLatency> {
        let row = |name: String, label: String, latency: &mut Latency, never: u64| NamedLatency {
            name,
            label,
            latency: core::mem::take(latency),
            never,
        };
        let (mut first, mut refresh) = (self.delays.of(Wish::SignIn), self.delays.of(Wish::Refresh));
        let mut rows = vec![row("first-registration".into(), "first registration".into(), &mut first, 0)];
        for loss in self.registrations.losses() {
            let occasion = &self.plan.occasions[usize::from(loss.occasion)].name;
            let (_, mut since_loss, mut since_sent) = self.back.remove(&loss.occasion).unwrap_or_default();
            let waiting = loss.lost.iter().filter(|endpoint| !loss.back.has(*endpoint) && !loss.left.has(*endpoint));
            let never = waiting.count() as u64;
            let slug = occasion.replace(' ', "-");
            rows.push(row(format!("back-after-{slug}"), format!("back after {occasion}"), &mut since_loss, never));
            rows.push(row(format!("answered-after-{slug}"), format!("answered after {occasion}"), &mut since_sent, 0));
        }
        rows.push(row("refresh".into(), "refresh".into(), &mut refresh, 0));
        rows.push(row("checkout".into(), "licence checkout".into(), &mut self.checkout, 0));
        rows.push(row("server-wait".into(), "wait at a server".into(), &mut self.server_wait, 0));
        rows.retain(|row| row.latency.count() > 0 || row.never > 0);
        rows
    }
}

impl Observer for Recorder<'_> {
    #[inline]
    fn observe(&mut self, now: Instant, node: NodeId, events: &[Event], site: &Site) -> bool {
        let holds = self.checker.observe(now, node, events, site);
        self.course.on_time(now, site);
        let step = Step::new(now, node, site);
        let mut told = Families::default();
        for event in events {
            told.add(event.family());
            self.on_event(&step, event);
        }
        if step.pbx.is_some() {
            self.contention.on_step(&step);
            if let Some(assigned) = &mut self.assigned {
                assigned.look(now, site);
            }
            for place in &self.audience.steps {
                self.probes[usize::from(*place)].on_step(&step);
            }
            for unfolding in &mut self.unfoldings {
                unfolding.on_step(&step);
            }
            if told.meets(Story::HEARS) {
                self.tell(&step, events);
            }
        }
        self.steps += 1;
        if self.steps.is_multiple_of(STOP_EVERY) {
            self.may_stop();
        }
        if !holds {
            self.stop(Stopped::Violation);
        }
        self.stopped.is_none()
    }

    fn on_entry(&mut self, now: Instant, entry: &Entry, _: &Site) {
        if matches!(entry.action, Action::Crash(_) | Action::PowerOff(_) | Action::Restart(_)) {
            self.registrations.act(entry.occasion);
        }
        self.story.on_entry(now, entry);
    }
}

//! What every run reports of its calls: by flow what became of them, by trunk how its channels were fought over.

use std::collections::BTreeMap;

use reports::calls::{FlowCalls, TrunkCalls};
use reports::expectation::When;
use scenarios::plan::Plan;
use simulator::event::{CallEnd, Channels, Event};
use simulator::layout::{ChannelKind, Device};
use simulator::licence::feature::Feature;
use simulator::numbers::Destination;
use simulator::settings::Retries;
use simulator::sip::message::Session;
use simulator::time::Instant;

use super::level::Level;
use super::scope::Window;
use super::step::Step;

/// Flows and trunks of a run.
#[derive(Clone, Debug)]
pub(super) struct CallTable {
    flows: Vec<FlowCalls>,
    /// Of trunks, rooms, and of licensed channels that calls share.
    channels: BTreeMap<Channels, Trunk>,
    warm: Instant,
}

#[derive(Clone, Debug)]
struct Trunk {
    row: TrunkCalls,
    in_use: Level,
    full: Level,
}

impl CallTable {
    pub(super) fn new(plan: &Plan) -> Self {
        let flows = plan.layout.flows.iter().zip(&plan.flows).map(|(flow, load)| FlowCalls {
            flow: flow.name.clone(),
            offered_erlangs: load.mean.erlangs,
            ..FlowCalls::default()
        });
        let channels = every_kind(plan).map(|of| (of, Trunk::new(plan, of)));
        Self { flows: flows.collect(), channels: channels.collect(), warm: Instant::ZERO + plan.warm_up }
    }

    #[inline]
    pub(super) fn on_event(&mut self, step: &Step<'_>, event: &Event) {
        match *event {
            Event::CallDue { session } => self.flow(session).due += 1,
            Event::CallRang { session, began } => self.flow(session).setup.record(step.now.since(began).0),
            Event::CallAnswered { session, began, rang, .. } => {
                let flow = self.flow(session);
                flow.answered += 1;
                if !rang {
                    flow.setup.record(step.now.since(began).0);
                }
            }
            Event::CallFailed { session, status: 408, again: false, .. } => self.flow(session).timed_out += 1,
            Event::CallFailed { session, status: 0, again: false, .. } => self.flow(session).dropped += 1,
            Event::CallFailed { session, status, reason, again: false, .. } => {
                let why = if reason.code().is_empty() { status.to_string() } else { reason.code().to_owned() };
                *self.flow(session).refused.entry(why).or_insert(0) += 1;
            }
            Event::CallPassedOn { session } => self.flow(session).passed_on += 1,
            Event::MessageLeft { session, .. } => self.flow(session).messages += 1,
            Event::CallHeld { session, on: true } => self.flow(session).held += 1,
            Event::CallTransferred { session, done: true } => self.flow(session).transferred += 1,
            Event::CallTransferred { session, done: false } => self.flow(session).transfers_failed += 1,
            Event::CallGivenUp { session, .. } => self.flow(session).abandoned += 1,
            Event::CallEnded { session, end: CallEnd::Dropped, .. } | Event::CallDropped { session } => {
                self.flow(session).dropped += 1;
            }
            Event::ChannelAsked { of }
            | Event::ChannelTaken { of }
            | Event::ChannelFreed { of }
            | Event::ChannelRefused { of } => {
                let warm = step.now >= self.warm;
                if let Some(trunk) = self.channels.get_mut(&of) {
                    trunk.on_event(step.now, event, warm);
                }
            }
            _ => {}
        }
    }

    fn flow(&mut self, session: Session) -> &mut FlowCalls {
        &mut self.flows[usize::from(session.flow)]
    }

    /// The rows, once the run has reached its end.
    pub(super) fn finish(mut self, step: &Step<'_>) -> (Vec<FlowCalls>, Vec<TrunkCalls>) {
        for (index, flow) in (0..).zip(&mut self.flows) {
            flow.open = step.site.parties().open(index);
        }
        let trunks = self.channels.into_values().map(|trunk| trunk.finish(step.now, self.warm));
        (self.flows, trunks.collect())
    }
}

impl Trunk {
    fn new(plan: &Plan, of: Channels) -> Self {
        let window = Window::new(plan, When::Whole, true);
        let row = TrunkCalls {
            trunk: name_of(plan, of).to_owned(),
            channels: plan.channels(of, None),
            offered_erlangs: plan.offered_on_average(of),
            is_erlang: is_erlang(plan, of),
            ..TrunkCalls::default()
        };
        Self { row, in_use: Level::new(window, None, false), full: Level::new(window, None, false) }
    }

    fn on_event(&mut self, now: Instant, event: &Event, warm: bool) {
        match event {
            Event::ChannelAsked { .. } => {
                self.row.attempts += 1;
                self.row.attempts_observed += u64::from(warm);
            }
            Event::ChannelRefused { .. } => {
                self.row.refused += 1;
                self.row.refused_observed += u64::from(warm);
            }
            Event::ChannelTaken { .. } => self.in_use.rise(now),
            _ => self.in_use.fall(now),
        }
        let used = self.in_use.level();
        self.row.high_water = self.row.high_water.max(used);
        self.full.set(now, u64::from(self.row.channels.is_some_and(|channels| used >= channels)));
    }

    fn finish(mut self, now: Instant, warm: Instant) -> TrunkCalls {
        self.in_use.pass(now);
        self.full.pass(now);
        self.row.observed_ns = now.since(warm).0;
        self.row.at_capacity_ns = u64::try_from(self.full.area()).unwrap_or(u64::MAX);
        self.row.area_ns = self.in_use.area();
        self.row
    }
}

/// What channels are called: as their trunk, their room or their licence.
pub(super) fn name_of(plan: &Plan, of: Channels) -> &str {
    let name = match of {
        Channels::Trunk(population) => plan.layout.callee_name(population),
        Channels::Room(room) => plan.layout.callee_name(plan.layout.callee_of_room(room)),
        Channels::Shared(kind) => kind.feature().map(Feature::name),
    };
    name.unwrap_or("")
}

/// Trunks, rooms, and licensed channels that calls share.
fn every_kind(plan: &Plan) -> impl Iterator<Item = Channels> + '_ {
    let is_trunk = |index: &u16| {
        let mut blocks = plan.layout.blocks.iter().filter(|block| block.population == *index);
        blocks.any(|block| block.devices.iter().any(|(device, _)| *device == Device::Trunk))
    };
    let trunks = (0..plan.layout.populations.len() as u16).filter(is_trunk).map(Channels::Trunk);
    let rooms = (0..plan.layout.rooms.len() as u16).map(Channels::Room);
    let shared = ChannelKind::ALL.into_iter().filter(|kind| plan.layout.licensed && kind.feature().is_some());
    trunks.chain(rooms).chain(shared.map(Channels::Shared))
}

/// Whether what channels are offered is Poisson, and does not change: one set of constants, no redials, no fixed gaps.
fn is_erlang(plan: &Plan, of: Channels) -> bool {
    let [settings] = plan.settings.as_slice() else { return false };
    let uses = |callee: u16| match of {
        Channels::Trunk(population) => callee == population,
        Channels::Room(room) => callee == plan.layout.callee_of_room(room),
        Channels::Shared(kind) => match plan.layout.destination_of(callee) {
            Some(Destination::Room(_)) => matches!(kind, ChannelKind::Relay | ChannelKind::Dsp),
            Some(_) => false,
            None => settings.populations[usize::from(callee)].interface.takes().contains(&kind),
        },
    };
    let flows = plan.layout.flows.iter().zip(&settings.flows);
    let mut flows = flows.filter(|(flow, _)| flow.from.iter().copied().chain(flow.to.iter().map(|to| to.0)).any(uses));
    flows.all(|(_, flow)| {
        let random = flow.gap.as_ref().is_none_or(|gap| gap.constant().is_none());
        random && !flow.closed && flow.retries == Retries::Never && flow.at_most == u32::MAX
    })
}

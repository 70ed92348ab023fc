//! What every run reports of its calls: by flow what became of them, by trunk how its channels were fought over.

use std::collections::BTreeMap;

use reports::calls::{FlowCalls, TrunkCalls};
use reports::expectation::When;
use scenarios::plan::Plan;
use simulator::event::{CallEnd, Event};
use simulator::layout::Device;
use simulator::settings::Retries;
use simulator::sip::message::Session;
use simulator::time::Instant;

use super::level::Level;
use super::scope::Window;
use super::step::Step;
use super::trunk_ratio::{channels, offered};

/// Flows and trunks of a run.
#[derive(Clone, Debug)]
pub(super) struct CallTable {
    flows: Vec<FlowCalls>,
    /// By population; users have none.
    trunks: Vec<Option<Trunk>>,
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
            offered_erlangs: load.erlangs,
            ..FlowCalls::default()
        });
        let trunks = (0..plan.layout.populations.len() as u16).map(|index| Trunk::new(plan, index));
        Self { flows: flows.collect(), trunks: trunks.collect(), warm: Instant::ZERO + plan.warm_up }
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
            Event::CallGivenUp { session, .. } => self.flow(session).abandoned += 1,
            Event::CallEnded { session, end: CallEnd::Dropped, .. } | Event::CallDropped { session } => {
                self.flow(session).dropped += 1;
            }
            Event::ChannelAsked { trunk }
            | Event::ChannelTaken { trunk }
            | Event::ChannelFreed { trunk }
            | Event::ChannelRefused { trunk } => {
                let warm = step.now >= self.warm;
                if let Some(trunk) = &mut self.trunks[usize::from(trunk)] {
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
        let trunks = self.trunks.into_iter().flatten().map(|trunk| trunk.finish(step.now, self.warm));
        (self.flows, trunks.collect())
    }
}

impl Trunk {
    fn new(plan: &Plan, index: u16) -> Option<Self> {
        let blocks = plan.layout.blocks.iter().filter(|block| block.population == index);
        let is_trunk = blocks.flat_map(|block| &block.devices).any(|(device, _)| *device == Device::Trunk);
        let window = Window::new(plan, When::Whole, true);
        let row = TrunkCalls {
            trunk: plan.layout.populations[usize::from(index)].name.clone(),
            channels: channels(plan, index),
            offered_erlangs: offered(plan, index),
            is_erlang: is_erlang(plan, index),
            ..TrunkCalls::default()
        };
        is_trunk.then(|| Self { row, in_use: Level::new(window, None, false), full: Level::new(window, None, false) })
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

/// Whether what a trunk is offered is Poisson, and does not change: one set of constants, no redials, no fixed gaps.
fn is_erlang(plan: &Plan, trunk: u16) -> bool {
    let concerns =
        |flow: &simulator::layout::FlowPlan| flow.from.contains(&trunk) || flow.to.iter().any(|(to, _)| *to == trunk);
    let by_flow: BTreeMap<usize, bool> = (0..).zip(plan.layout.flows.iter().map(concerns)).collect();
    plan.settings.len() == 1
        && plan.settings[0].flows.iter().enumerate().filter(|(index, _)| by_flow[index]).all(|(_, flow)| {
            let random = flow.gap.as_ref().is_none_or(|gap| gap.constant().is_none());
            random && flow.retries == Retries::Never && flow.at_most == u32::MAX
        })
}

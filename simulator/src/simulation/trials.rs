//! What a search does to the people of a run: trials at an even pace, and what lies between two of them.

use super::{Observer, Simulation, Told};
use crate::distribution::Distribution;
use crate::endpoint::phone::{Phone, State};
use crate::node::{NodeId, Outbox};
use crate::schedule::{Sought, Trial};
use crate::time::Duration;

impl Simulation {
    /// Every attempt of a trial has its instant: exactly even, whatever the rate.
    pub(super) fn attempt(&mut self, trial: Trial) {
        let now = self.engine.now();
        let due = |place: usize| now + after(place, trial.per_second);
        let count = trial.attempts as usize;
        match trial.sought {
            Sought::Registrations => self.each(self.in_turn(count), |phone, place| phone.wish_in(due(place))),
            Sought::Refreshes => self.each(self.in_turn(count), |phone, place| phone.wish_refresh(due(place))),
            Sought::Calls(flow) => {
                let gap = Distribution::fixed(after(1, trial.per_second));
                self.dial(flow, Some(gap), trial.attempts);
            }
        }
    }

    /// Whoever is not in, or has no refresh to come, registers at this pace.
    pub(super) fn restore(&mut self, per_second: u64) {
        let now = self.engine.now();
        let phones = self.engine.elements().phones();
        let mut missing = self.in_turn(phones.len());
        missing.retain(|node| phones[node.index()].is_called_off());
        self.each(missing, |phone, place| {
            let at = now + after(place, per_second);
            if phone.state() == State::Out { phone.wish_in(at) } else { phone.wish_refresh(at) }
        });
    }

    /// Whoever is in un-registers at this pace.
    pub(super) fn dismiss(&mut self, per_second: u64) {
        let now = self.engine.now();
        let phones = self.engine.elements().phones();
        let mut there = self.in_turn(phones.len());
        there.retain(|node| phones[node.index()].state() == State::In);
        self.each(there, |phone, place| phone.wish_out(now + after(place, per_second)));
    }

    pub(super) fn call_off(&mut self, sought: Sought, observer: &mut impl Observer) -> bool {
        for flow in 0..self.engine.elements().cluster().people.flows.len() as u16 {
            self.dial(flow, None, 0);
        }
        matches!(sought, Sought::Calls(_)) || self.at_phones(observer, Phone::call_off)
    }

    pub(super) fn clear(&mut self, observer: &mut impl Observer) -> bool {
        for pbx in 0..self.engine.elements().pbxs().len() as u16 {
            let node = self.engine.elements().cluster().people.pbx(pbx);
            self.engine.lose_unsent(node, &mut Told(observer));
            if !self.at_pbx(pbx, observer, |site, out| site.clear(pbx, out)) {
                return false;
            }
        }
        self.at_phones(observer, Phone::clear)
    }

    /// Does something at all endpoints; only who is between two tries has something to say of it.
    fn at_phones(&mut self, observer: &mut impl Observer, act: impl Fn(&mut Phone, &mut Outbox)) -> bool {
        let phones = self.engine.elements().phones();
        let waits = |node: &NodeId| phones[node.index()].state() == State::Waiting;
        let (waiting, silent): (Vec<NodeId>, Vec<NodeId>) = (0..phones.len() as u32).map(NodeId).partition(waits);
        let mut out = Outbox::default();
        self.engine.adjust(silent.iter().copied(), |site, _| {
            for node in &silent {
                site.phone_mut(*node).into_iter().for_each(|phone| act(phone, &mut out));
            }
        });
        debug_assert!(out.events.is_empty() && out.sent.is_empty());
        waiting.into_iter().all(|node| {
            self.engine.interfere(
                node,
                |site, _, out| site.phone_mut(node).into_iter().for_each(|phone| act(phone, out)),
                &mut Told(observer),
            )
        })
    }

    /// Tells endpoints something, each with its place in the line.
    fn each(&mut self, nodes: Vec<NodeId>, tell: impl Fn(&mut Phone, usize)) {
        self.engine.adjust(nodes.iter().copied(), |site, _| {
            for (place, node) in nodes.iter().enumerate() {
                site.phone_mut(*node).into_iter().for_each(|phone| tell(phone, place));
            }
        });
    }

    fn dial(&mut self, flow: u16, gap: Option<Distribution>, calls: u32) {
        let node = self.engine.elements().flow_node(flow);
        self.engine.adjust(core::iter::once(node), |site, now| site.dial(flow, gap, calls, now));
    }

    /// The first so many endpoints, those of each home in turn: none gets its whole people at once.
    fn in_turn(&self, count: usize) -> Vec<NodeId> {
        let mut order: Vec<(u64, NodeId)> = Vec::new();
        for facts in &self.engine.elements().cluster().people.blocks {
            let places = facts.block.endpoints();
            let fraction = |place: u32| ((u64::from(place) * 2 + 1) << 31) / u64::from(places);
            order.extend((0..places).map(|place| (fraction(place), NodeId(facts.first_endpoint + place))));
        }
        order.sort_unstable();
        order.into_iter().take(count).map(|(_, node)| node).collect()
    }
}

/// From the first attempt to the one at this place.
fn after(place: usize, per_second: u64) -> Duration {
    let ns = place as u128 * u128::from(Duration::SECOND.0) / u128::from(per_second.max(1));
    Duration(u64::try_from(ns).unwrap_or(u64::MAX))
}

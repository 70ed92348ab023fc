//! A PBX as a node: who gets which message.

use crate::event::{End, Event};
use crate::layout::Role as PbxRole;
use crate::licence::feature::Feature;
use crate::licence::mutant::{Mutant, planted};
use crate::node::{Body, Input, NodeId, Outbox, Packet, Via};
use crate::pbx::bindings::{BindingState, Bindings};
use crate::pbx::cluster::Cluster;
use crate::pbx::exchange::Exchange;
use crate::pbx::licensing::Licensing;
use crate::pbx::standby::{Move, Watch};
use crate::pbx::worker::Worker;
use crate::rng::{self, Purpose};
use crate::settings::BelowFloor;
use crate::sip::message::Aor;
use crate::time::{Duration, Instant};

/// One PBX.
#[derive(Clone, Debug)]
pub struct Pbx {
    pub(super) index: u16,
    state: State,
    pub(super) bindings: Bindings,
    pub(super) worker: Worker,
    pub(super) watch: Option<Watch>,
    pub(super) licensing: Licensing,
    pub(super) exchange: Exchange,
    /// Nodes of PBXs: the first, and the one behind the last.
    pub(super) first_pbx: u32,
    pub(super) behind_pbxs: u32,
    /// Devices whose registrations have ended in this step: their calls follow.
    pub(super) unbound: Vec<NodeId>,
    /// Retry-After values drawn so far.
    pub(super) draws: u32,
}

/// Whether it runs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    Up,
    /// It hears nothing until then.
    Frozen(Instant),
    Down,
}

impl Pbx {
    /// The PBX of that index, up and empty.
    pub fn new(index: u16, cluster: &Cluster) -> Self {
        let facts = &cluster.facts[usize::from(index)];
        let watch = (facts.role == PbxRole::Standby || facts.active.is_some()).then(|| {
            let every = cluster.pbxs[usize::from(index)].watches_every;
            let phase = rng::below(rng::draw(rng::key(facts.stream, Purpose::Phase), 0), every.0.max(1));
            Watch::new(Instant::ZERO + Duration(phase))
        });
        Self {
            index,
            state: State::Up,
            bindings: Bindings::new(cluster.people.blocks.len()),
            worker: Worker::default(),
            watch,
            licensing: Licensing::new(index, cluster),
            exchange: Exchange::new(cluster.people.queues.len()),
            unbound: Vec::new(),
            first_pbx: cluster.people.first_pbx,
            behind_pbxs: cluster.people.first_pbx + cluster.facts.len() as u32,
            draws: 0,
        }
    }

    /// Whether it runs and hears.
    #[inline]
    pub fn is_up(&self) -> bool {
        self.state == State::Up
    }

    /// Whether it stands still with all it remembers.
    pub fn is_frozen(&self) -> bool {
        matches!(self.state, State::Frozen(_))
    }

    /// Whether it is gone.
    pub fn is_down(&self) -> bool {
        self.state == State::Down
    }

    /// Its registrations.
    pub fn bindings(&self) -> &Bindings {
        &self.bindings
    }

    /// Its licences.
    pub fn licensing(&self) -> &Licensing {
        &self.licensing
    }

    /// Its calls.
    pub fn exchange(&self) -> &Exchange {
        &self.exchange
    }

    /// Its server.
    pub fn worker(&self) -> &Worker {
        &self.worker
    }

    /// Its watch, if it is a standby.
    pub fn watch(&self) -> Option<&Watch> {
        self.watch.as_ref()
    }

    /// Whether it serves its active's people at the moment.
    #[inline]
    pub fn stands_in(&self) -> bool {
        self.watch.as_ref().is_some_and(Watch::stands_in)
    }

    /// Whether it serves the users of this home.
    #[inline]
    pub fn serves(&self, home: u16, cluster: &Cluster) -> bool {
        home == self.index || (self.stands_in() && cluster.facts[usize::from(self.index)].active == Some(home))
    }

    /// It is gone without a word: bindings, units and everything under way.
    pub fn crash(&mut self, cluster: &Cluster, now: Instant, out: &mut Outbox) {
        if self.is_down() {
            return;
        }
        out.report(Event::Crashed);
        let known: Vec<(Aor, BindingState)> =
            self.bindings.known(&cluster.people).map(|(aor, binding)| (aor, binding.state)).collect();
        let resumed = planted(Mutant::ResumesState).then(|| self.licensing.clone());
        for (aor, state) in known {
            if state == BindingState::Bound {
                self.end_binding(aor, End::Crash, cluster, out);
            } else {
                self.forget_request(aor, cluster, out);
            }
        }
        self.forget_lingering(cluster, out);
        if self.stands_in() {
            out.report(Event::Role { active: false });
        }
        if let Some(resumed) = resumed {
            self.licensing = resumed;
        }
        self.bindings.clear();
        self.forget_calls(cluster, now, out);
        self.worker.restart();
        self.licensing.set_asleep(false);
        self.state = State::Down;
    }

    /// As if everybody had left and every request were answered: what a test bed is before a trial.
    pub fn clear(&mut self, cluster: &Cluster, out: &mut Outbox) {
        if self.is_down() {
            return;
        }
        let known: Vec<(Aor, BindingState)> =
            self.bindings.known(&cluster.people).map(|(aor, binding)| (aor, binding.state)).collect();
        for (aor, state) in known {
            if state == BindingState::Bound {
                self.end_binding(aor, End::Left, cluster, out);
            } else {
                self.forget_request(aor, cluster, out);
            }
        }
        self.worker.restart();
    }

    /// It stands still until then: nothing is heard, no timer fires, nothing is forgotten. What it has borrowed can be
    /// used by nobody meanwhile.
    pub fn freeze(&mut self, until: Instant, cluster: &Cluster, out: &mut Outbox) {
        match self.state {
            State::Down => {}
            State::Frozen(before) => self.state = State::Frozen(before.max(until)),
            State::Up => {
                out.report(Event::Frozen);
                self.licensing.report_borrowed(false, cluster, out);
                self.licensing.set_asleep(true);
                self.state = State::Frozen(until);
            }
        }
    }

    /// It wakes, unless it is frozen for longer: what has lapsed goes before anything else (3.3.5), then every timer that
    /// passed fires, once. A silence that it slept through proves nothing about its active.
    pub fn wake(&mut self, now: Instant, cluster: &Cluster, out: &mut Outbox) {
        let State::Frozen(until) = self.state else { return };
        if until > now {
            return;
        }
        self.state = State::Up;
        out.report(Event::Woken);
        self.on_lapses(cluster, now, out);
        if cluster.people.rules.below_floor == BelowFloor::AtOnce {
            self.drop_uncovered(cluster, now, out);
        }
        self.licensing.set_asleep(false);
        self.licensing.report_borrowed(true, cluster, out);
        if let Some(watch) = &mut self.watch {
            watch.wake(now);
        }
        self.on_timeout(cluster, now, out);
    }

    /// It starts again: the licence table is kept or (`forgets`) lost (3.4.3), holders must register again (3.3.6).
    pub fn restart(&mut self, now: Instant, forgets: bool, cluster: &Cluster, out: &mut Outbox) {
        self.crash(cluster, now, out);
        self.state = State::Up;
        self.licensing.restart(now, self.index, forgets.then(|| cluster.checkout_of(self.index)), cluster);
        if self.watch.is_some() {
            self.watch = Some(Watch::new(now));
        }
        out.report(Event::Restarted);
        if self.licensing.is_quarantined() {
            out.report(Event::Quarantine { on: true });
        }
    }

    /// Its stocks have as many units as its licences are good for now (3.4.4): nobody loses one by it.
    pub fn adapt(&mut self, cluster: &Cluster, out: &mut Outbox) {
        for feature in Feature::FLOATING {
            let (units, why) = (cluster.capacity(self.index, feature), cluster.refused(self.index, feature));
            if let Some(stock) = self.licensing.own_stock(feature).filter(|stock| stock.capacity() != units) {
                stock.set_capacity(units);
                out.report(Event::Usable { feature, units, why });
            }
        }
    }

    /// A4, read as "at once": registrations end whose licences do not cover the software any more.
    pub fn drop_uncovered(&mut self, cluster: &Cluster, now: Instant, out: &mut Outbox) {
        let bound = self.bindings.known(&cluster.people).filter(|(_, binding)| binding.state == BindingState::Bound);
        let books = |aor: &Aor| self.with_ipva(cluster.people.books(aor.device));
        let uncovered = |aor: &Aor| cluster.refusal(self.index, aor.block, books(aor)).is_some();
        let uncovered: Vec<Aor> = bound.map(|(aor, _)| aor).filter(uncovered).collect();
        for aor in &uncovered {
            self.end_binding(*aor, End::Uncovered, cluster, out);
        }
        if !uncovered.is_empty() {
            self.after_release(cluster, now, out);
        }
    }

    /// An operator takes units from a PBX by force (3.4.5).
    pub fn reclaim(&mut self, pbx: u16, feature: Feature, units: u32, out: &mut Outbox) {
        if let Some(stock) = self.licensing.own_stock(feature) {
            let until = stock.reclaim(pbx, units);
            out.report(Event::Reclaimed { feature, pbx, until });
        }
    }

    fn on_timeout(&mut self, cluster: &Cluster, now: Instant, out: &mut Outbox) {
        while let Some(endpoint) = self.bindings.expired(now).filter(|_| !planted(Mutant::KeepsExpired)) {
            match cluster.people.aor(endpoint) {
                Some(aor) => self.end_binding(aor, End::Expired, cluster, out),
                None => break,
            }
        }
        self.on_watch_timeout(cluster, now, out);
        self.on_licensing_timeout(cluster, now, out);
        self.on_calls_timeout(cluster, now, out);
    }

    fn on_watch_timeout(&mut self, cluster: &Cluster, now: Instant, out: &mut Outbox) {
        let settings = &cluster.pbxs[usize::from(self.index)];
        while let Some(step) = self.watch.as_mut().and_then(|watch| watch.on_timeout(now, settings)) {
            self.on_move(step, cluster, out);
        }
    }

    fn on_move(&mut self, step: Move, cluster: &Cluster, out: &mut Outbox) {
        match step {
            Move::Look(number) => {
                if let Some(active) = cluster.facts[usize::from(self.index)].active {
                    out.send(cluster.people.pbx(active), Via::Datagram, Body::Look { number });
                }
            }
            Move::Silence(on) => out.report(Event::Silence { on }),
            Move::TakeOver => self.take_over(cluster, out),
            Move::GiveBack => out.report(Event::Role { active: false }),
        }
    }

    /// R41: only behind the gate, read from the replicated counts (A10).
    fn take_over(&mut self, cluster: &Cluster, out: &mut Outbox) {
        let gate = cluster.gate(self.index);
        match gate {
            Ok(()) => {
                self.licensing.open_stand_in(self.index, cluster);
                out.report(Event::Role { active: true });
            }
            Err((standbys, ports)) => out.report(Event::TakeoverRefused { standbys, ports }),
        }
        if let Some(watch) = &mut self.watch {
            watch.take_over(gate.is_ok());
        }
    }

    fn on_packet(&mut self, cluster: &Cluster, now: Instant, packet: &Packet, first: bool, out: &mut Outbox) {
        let answer = if packet.reliable { Via::Connection } else { Via::Datagram };
        match packet.body {
            Body::Register(register) => self.on_register(cluster, now, packet, &register, first, out),
            Body::Call(request) => self.on_call(cluster, now, packet, &request, first, out),
            Body::Answer(response) => self.on_answer(cluster, now, packet, &response, out),
            Body::Ping => out.send(packet.source, answer, Body::Pong),
            Body::Look { number } => out.send(packet.source, answer, Body::Seen { number }),
            Body::Seen { number } => {
                if let Some(step) = self.watch.as_mut().and_then(|watch| watch.on_seen(now, number)) {
                    self.on_move(step, cluster, out);
                }
            }
            Body::Renew(renew) => self.on_renew(cluster, now, packet.source, &renew, out),
            Body::Recall(recall) => self.on_recall(cluster, now, packet.source, &recall, out),
            Body::Ack(ack) => self.on_ack(cluster, now, packet.source, &ack, out),
            _ => {}
        }
    }

    /// When it next wants a timeout.
    #[inline]
    pub fn wake_at(&self, cluster: &Cluster) -> Instant {
        if self.state != State::Up {
            return Instant::NEVER;
        }
        let settings = &cluster.pbxs[usize::from(self.index)];
        let watch = self.watch.as_ref().map_or(Instant::NEVER, |watch| watch.poll_timeout(settings));
        let expiry = if planted(Mutant::KeepsExpired) { Instant::NEVER } else { self.bindings.poll_timeout() };
        expiry.min(self.licensing.poll_timeout()).min(watch).min(self.exchange.poll_timeout())
    }

    /// Gives it an input.
    #[inline]
    pub fn handle(&mut self, cluster: &Cluster, now: Instant, input: Input<'_>, out: &mut Outbox) {
        match input {
            Input::Timeout => self.on_timeout(cluster, now, out),
            Input::Packet(packet) => self.on_packet(cluster, now, packet, true, out),
            Input::Deferred(packet) => self.on_packet(cluster, now, packet, false, out),
        }
        for device in core::mem::take(&mut self.unbound) {
            if !cluster.people.rules.keeps_calls {
                self.drop_calls(cluster, now, device, out);
            }
        }
        if !cluster.people.agents.is_empty() {
            self.on_agents_bound(cluster, now, out);
        }
        self.exchange.prune();
    }

    /// The node id of an endpoint this PBX has a record of.
    pub(super) fn endpoint(aor: Aor, cluster: &Cluster) -> NodeId {
        cluster.people.endpoint(aor).unwrap_or(NodeId::NONE)
    }
}

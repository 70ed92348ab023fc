//! A PBX as a node: who gets which message.

use crate::event::{End, Event};
use crate::layout::Role as PbxRole;
use crate::licence::feature::Feature;
use crate::node::{Body, Input, NodeId, Outbox, Packet, Via};
use crate::pbx::bindings::{BindingState, Bindings};
use crate::pbx::cluster::Cluster;
use crate::pbx::licensing::Licensing;
use crate::pbx::standby::{Move, Watch};
use crate::pbx::worker::Worker;
use crate::rng::{self, Purpose};
use crate::sip::message::Aor;
use crate::time::{Duration, Instant};

/// One PBX.
#[derive(Clone, Debug)]
pub struct Pbx {
    pub(super) index: u16,
    up: bool,
    pub(super) bindings: Bindings,
    pub(super) worker: Worker,
    pub(super) watch: Option<Watch>,
    pub(super) licensing: Licensing,
    /// Retry-After values drawn so far.
    pub(super) draws: u32,
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
            up: true,
            bindings: Bindings::new(cluster.people.blocks.len()),
            worker: Worker::default(),
            watch,
            licensing: Licensing::new(index, cluster),
            draws: 0,
        }
    }

    /// Whether it runs.
    #[inline]
    pub fn is_up(&self) -> bool {
        self.up
    }

    /// Its registrations.
    pub fn bindings(&self) -> &Bindings {
        &self.bindings
    }

    /// Its licences.
    pub fn licensing(&self) -> &Licensing {
        &self.licensing
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
    pub fn crash(&mut self, cluster: &Cluster, out: &mut Outbox) {
        if !self.up {
            return;
        }
        out.report(Event::Crashed);
        let known: Vec<(Aor, BindingState)> =
            self.bindings.known(&cluster.people).map(|(aor, binding)| (aor, binding.state)).collect();
        for (aor, state) in known {
            if state == BindingState::Bound {
                self.end_binding(aor, End::Crash, cluster, out);
            } else {
                self.forget_request(aor, cluster, out);
            }
        }
        if self.stands_in() {
            out.report(Event::Role { active: false });
        }
        self.bindings.clear();
        self.worker.restart();
        self.up = false;
    }

    /// It starts again: the licence table is kept or (`forgets`) lost (3.4.3), holders must register again (3.3.6).
    pub fn restart(&mut self, now: Instant, forgets: bool, cluster: &Cluster, out: &mut Outbox) {
        self.crash(cluster, out);
        self.up = true;
        self.licensing.restart(now, forgets.then(|| cluster.checkout_of(self.index)));
        if self.watch.is_some() {
            self.watch = Some(Watch::new(now));
        }
        out.report(Event::Restarted);
        if self.licensing.is_quarantined() {
            out.report(Event::Quarantine { on: true });
        }
    }

    /// Other units of a feature are bound here from now on (3.4.4): nobody loses one by it.
    pub fn install(&mut self, feature: Feature, units: u32) {
        if let Some(stock) = self.licensing.own_stock(feature) {
            stock.set_capacity(units);
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
        while let Some(endpoint) = self.bindings.expired(now) {
            match cluster.people.aor(endpoint) {
                Some(aor) => self.end_binding(aor, End::Expired, cluster, out),
                None => break,
            }
        }
        self.on_watch_timeout(cluster, now, out);
        self.on_licensing_timeout(cluster, now, out);
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
        if !self.up {
            return Instant::NEVER;
        }
        let settings = &cluster.pbxs[usize::from(self.index)];
        let watch = self.watch.as_ref().map_or(Instant::NEVER, |watch| watch.poll_timeout(settings));
        self.bindings.poll_timeout().min(self.licensing.poll_timeout()).min(watch)
    }

    /// Gives it an input.
    #[inline]
    pub fn handle(&mut self, cluster: &Cluster, now: Instant, input: Input<'_>, out: &mut Outbox) {
        match input {
            Input::Timeout => self.on_timeout(cluster, now, out),
            Input::Packet(packet) => self.on_packet(cluster, now, packet, true, out),
            Input::Deferred(packet) => self.on_packet(cluster, now, packet, false, out),
        }
    }

    /// The node id of an endpoint this PBX has a record of.
    pub(super) fn endpoint(aor: Aor, cluster: &Cluster) -> NodeId {
        cluster.people.endpoint(aor).unwrap_or(NodeId::NONE)
    }
}

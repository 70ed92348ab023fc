//! Virtual time: the next event, its node, what the node sent, when the node wants to wake.
//!
//! The engine knows no kind of node. It holds one wake-up per node, never moved: an entry that comes too early is put
//! back, one that was overtaken is dropped.

mod ahead;
mod cuts;
pub mod digest;
pub mod held;
pub mod network;
pub mod queue;
mod watch;

use core::ops::Range;
use std::collections::BTreeMap;

use digest::Digest;
use held::Held;
use network::Network;
use queue::Queue;
pub use watch::Watch;

use crate::node::{Body, Elements, Input, NodeId, Outbox, Packet, Passage, Sent, Via};
use crate::schedule::Cut;
use crate::settings::Links;
use crate::time::{Duration, Instant};

const WAKE: u32 = u32::MAX;

/// A queue entry: a node's wake-up, or a packet's place in flight.
#[derive(Clone, Copy, Debug)]
struct Due {
    node: NodeId,
    packet: u32,
}

/// A packet under way, or put off by its target.
#[derive(Clone, Copy, Debug)]
struct Flight {
    packet: Packet,
    /// When it leaves its sender, or when it was put off: a crash of that node before then loses it.
    departs: Instant,
    state: FlightState,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum FlightState {
    Free,
    UnderWay,
    PutOff,
    Lost,
}

/// What has been done so far.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counters {
    /// Messages handled by a node plus timers that fired and changed something.
    pub steps: u64,
    /// Messages handled.
    pub messages: u64,
    /// Packets lost on links or sent to nodes that were down.
    pub lost: u64,
}

/// Runs elements in virtual time.
#[derive(Clone, Debug)]
pub struct Engine<E> {
    now: Instant,
    elements: E,
    queue: Queue<Due>,
    network: Network,
    flights: Vec<Flight>,
    free: Vec<u32>,
    /// By node that is frozen: what has come for it.
    held: BTreeMap<NodeId, Held>,
    /// By node; nodes that come later have their place made.
    wakes: Vec<Instant>,
    out: Outbox,
    digest: Digest,
    counters: Counters,
    /// Nodes that live elsewhere: from the first number to the second, which may lie beyond the end and around it.
    remote: Range<u32>,
    outbound: Vec<(Instant, Packet)>,
    leads_further: bool,
}

impl<E: Elements> Engine<E> {
    /// An engine at instant zero, every node's first wake-up set.
    pub fn new(elements: E, links: Links, pbxs: usize) -> Self {
        Self::with_remote(elements, links, pbxs, 0..0)
    }

    /// An engine some of whose nodes live elsewhere: they are given nothing and never woken, what is sent to them is
    /// handed out ([`Self::outbound`]), what they send is handed in ([`Self::inject`]). The links between are real. A range
    /// that ends before it starts goes around the end.
    pub fn with_remote(elements: E, links: Links, pbxs: usize, remote: Range<u32>) -> Self {
        let nodes = elements.nodes();
        let mut engine = Self {
            now: Instant::ZERO,
            queue: Queue::with_capacity(nodes + nodes / 4),
            network: Network::new(links, pbxs),
            flights: Vec::new(),
            free: Vec::new(),
            held: BTreeMap::new(),
            wakes: vec![Instant::NEVER; nodes],
            out: Outbox::default(),
            digest: Digest::default(),
            counters: Counters::default(),
            remote,
            outbound: Vec::new(),
            leads_further: elements.leads_further(),
            elements,
        };
        (0..nodes as u32).for_each(|node| engine.rearm(NodeId(node)));
        engine
    }

    /// The present.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// The nodes.
    pub fn elements(&self) -> &E {
        &self.elements
    }

    /// Digest of everything handled so far.
    pub fn digest(&self) -> u64 {
        self.digest.value()
    }

    /// Totals so far.
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// Moves the present forward to `at`; nothing may be due before it.
    pub fn advance(&mut self, at: Instant) {
        self.now = self.now.max(at);
    }

    /// Other links from now on.
    pub fn install_links(&mut self, links: Links) {
        self.network.install(links);
    }

    /// Packets that leave from now on do not cross this.
    pub fn cut(&mut self, cut: Cut) {
        self.network.cut(cut);
    }

    /// One such cut is over.
    pub fn heal(&mut self, cut: Cut) {
        self.network.heal(cut);
    }

    /// Packets under way, put off, or held for a frozen node.
    pub fn in_flight(&self) -> usize {
        self.flights.len() - self.free.len() + self.held.values().map(Held::len).sum::<usize>()
    }

    /// When something is next due.
    pub fn next_at(&mut self) -> Option<Instant> {
        self.queue.next_at()
    }

    /// Takes what has left for nodes elsewhere, with the instant it left.
    pub fn outbound(&mut self) -> impl Iterator<Item = (Instant, Packet)> {
        self.outbound.drain(..)
    }

    /// A packet from a node elsewhere has arrived now.
    pub fn inject(&mut self, packet: Packet) {
        self.launch(self.now, Flight { packet, departs: self.now, state: FlightState::UnderWay });
    }

    /// Holder sets that travel with packets.
    pub fn attachments(&self) -> usize {
        self.out.attachments.in_flight()
    }

    /// Handles everything due up to and including `deadline`, telling `watch` of every step. It answers whether to go
    /// on; the present is then the deadline, or the instant it said no.
    #[inline]
    pub fn run_until(&mut self, deadline: Instant, watch: &mut impl Watch<E>) -> bool {
        while let Some((at, due)) = self.queue.pop_before(deadline) {
            self.look_ahead();
            self.now = at;
            let handled = if due.packet == WAKE { self.wake(due.node, watch) } else { self.arrive(due, watch) };
            if handled {
                self.rearm(due.node);
                if !watch.step(at, due.node, &self.out.events, &self.elements) {
                    return false;
                }
            }
        }
        self.now = deadline;
        true
    }

    /// Does something to `node` from outside: a crash, a wish. What it sends and reports is treated as in a step.
    pub fn interfere(
        &mut self,
        node: NodeId,
        act: impl FnOnce(&mut E, Instant, &mut Outbox),
        watch: &mut impl Watch<E>,
    ) -> bool {
        self.out.clear();
        act(&mut self.elements, self.now, &mut self.out);
        self.settle(node, watch);
        self.rearm(node);
        watch.step(self.now, node, &self.out.events, &self.elements)
    }

    /// Changes elements without any one node being concerned (constants); wake-ups are set anew for `touched`.
    pub fn adjust(&mut self, touched: impl Iterator<Item = NodeId>, act: impl FnOnce(&mut E, Instant)) {
        act(&mut self.elements, self.now);
        touched.for_each(|node| self.rearm(node));
    }

    /// What has come for `node` while it was frozen is heard now, in the order it came; if it is frozen still, later.
    pub fn hear(&mut self, node: NodeId) {
        if self.elements.is_frozen(node) {
            return;
        }
        for (packet, put_off) in self.held.remove(&node).into_iter().flat_map(Held::into_packets) {
            let state = if put_off { FlightState::PutOff } else { FlightState::UnderWay };
            self.launch(self.now, Flight { packet, departs: self.now, state });
        }
    }

    /// What `node` had not yet sent, had put off, or would have heard on waking, is lost with it.
    pub fn lose_unsent(&mut self, node: NodeId, watch: &mut impl Watch<E>) {
        for (packet, put_off) in self.held.remove(&node).into_iter().flat_map(Held::into_packets) {
            self.discard(&packet, if put_off { FlightState::PutOff } else { FlightState::UnderWay }, watch);
        }
        for flight in &mut self.flights {
            let unsent = flight.packet.source == node && flight.departs > self.now;
            let held = flight.state == FlightState::PutOff && flight.packet.target == node;
            if flight.state != FlightState::Free && (unsent || held) {
                flight.state = FlightState::Lost;
            }
        }
    }

    /// The node's wake-up has come; false if it was overtaken or too early.
    #[inline(always)]
    fn wake(&mut self, node: NodeId, watch: &mut impl Watch<E>) -> bool {
        if self.wakes[node.index()] != self.now {
            return false;
        }
        self.wakes[node.index()] = Instant::NEVER;
        if self.elements.poll_timeout(node) > self.now {
            self.rearm(node);
            return false;
        }
        self.out.clear();
        self.elements.handle(node, self.now, Input::Timeout, &mut self.out);
        self.digest.fold(self.now.0, u64::from(node.0));
        self.settle(node, watch);
        true
    }

    /// A packet has arrived or is due again; false if it came to nothing.
    #[inline(always)]
    fn arrive(&mut self, due: Due, watch: &mut impl Watch<E>) -> bool {
        let flight = core::mem::replace(&mut self.flights[due.packet as usize].state, FlightState::Free);
        let packet = self.flights[due.packet as usize].packet;
        self.free.push(due.packet);
        if self.is_remote(due.node) {
            if flight != FlightState::Lost {
                self.outbound.push((self.now, packet));
            }
            return false;
        }
        if flight == FlightState::Lost || !self.elements.is_up(due.node) {
            self.not_heard(&packet, flight, watch);
            return false;
        }
        self.out.clear();
        self.digest.fold(self.now.0, 1);
        self.digest.packet(&packet, &self.out.attachments);
        let input = if flight == FlightState::PutOff { Input::Deferred(&packet) } else { Input::Packet(&packet) };
        watch.packet(self.now, &packet, Passage::Heard, &self.elements);
        self.elements.handle(due.node, self.now, input, &mut self.out);
        self.settle(due.node, watch);
        self.counters.messages += u64::from(flight == FlightState::UnderWay);
        if let Some(until) = self.out.deferred {
            self.launch(until, Flight { packet, departs: self.now, state: FlightState::PutOff });
            return true;
        }
        if let Some(handle) = packet.body.attachment() {
            self.out.attachments.release(handle);
        }
        true
    }

    /// A packet that its target does not hear now, if ever.
    fn not_heard(&mut self, packet: &Packet, flight: FlightState, watch: &mut impl Watch<E>) {
        if flight == FlightState::Lost || !self.elements.is_frozen(packet.target) {
            return self.discard(packet, flight, watch);
        }
        if !self.held.entry(packet.target).or_default().keep(*packet, flight == FlightState::PutOff) {
            watch.packet(self.now, packet, Passage::Unheard, &self.elements);
            self.lose(packet);
        }
    }

    /// A packet that nobody hears. Over a connection the sender learns it: nobody listens there.
    fn discard(&mut self, packet: &Packet, flight: FlightState, watch: &mut impl Watch<E>) {
        watch.packet(self.now, packet, Passage::Unheard, &self.elements);
        self.counters.lost += 1;
        if let Some(handle) = packet.body.attachment() {
            self.out.attachments.release(handle);
        }
        if packet.reliable && flight == FlightState::UnderWay && packet.body != Body::Reset {
            self.out.clear();
            self.out.send(packet.source, Via::Connection, Body::Reset);
            self.dispatch(packet.target, watch);
        }
    }

    /// Digests the events of a step and sends what it sent.
    #[inline]
    fn settle(&mut self, node: NodeId, watch: &mut impl Watch<E>) {
        self.counters.steps += 1;
        for event in &self.out.events {
            self.digest.fold_all(event.words());
        }
        self.dispatch(node, watch);
    }

    #[inline]
    fn dispatch(&mut self, source: NodeId, watch: &mut impl Watch<E>) {
        for index in 0..self.out.sent.len() {
            let Sent { delay, target, via, body } = self.out.sent[index];
            let departs = self.now + delay;
            let packet = Packet { source, target, reliable: via == Via::Connection, body };
            if via == Via::Local || self.is_remote(target) {
                watch.packet(self.now, &packet, Passage::Leaves { departs, arrives: Some(departs) }, &self.elements);
                self.launch(departs, Flight { packet, departs, state: FlightState::UnderWay });
                continue;
            }
            let (from, to) = (self.elements.place(source), self.elements.place(target));
            let elements = &mut self.elements;
            let chance = || match (from.pbx, to.pbx) {
                (Some(_), Some(_)) => (elements.stream(source) ^ elements.stream(target).rotate_left(17), 0),
                (None, _) => (elements.stream(source), elements.count_packet(source)),
                (Some(_), None) => (elements.stream(target), elements.count_packet(target)),
            };
            let verdict = self.network.judge(from, to, packet.reliable, chance);
            let arrives = verdict.first.map(|latency| departs + latency);
            watch.packet(self.now, &packet, Passage::Leaves { departs, arrives }, &self.elements);
            if let Some(latency) = verdict.second {
                self.launch_copy(departs, latency, packet);
            }
            match verdict.first {
                Some(latency) => {
                    self.launch(departs + latency, Flight { packet, departs, state: FlightState::UnderWay });
                }
                None => self.lose(&packet),
            }
        }
    }

    fn launch_copy(&mut self, departs: Instant, latency: Duration, packet: Packet) {
        let body = match packet.body.attachment() {
            Some(handle) => packet.body.with_attachment(self.out.attachments.duplicate(handle)),
            None => packet.body,
        };
        let packet = Packet { body, ..packet };
        self.launch(departs + latency, Flight { packet, departs, state: FlightState::UnderWay });
    }

    fn lose(&mut self, packet: &Packet) {
        self.counters.lost += 1;
        if let Some(handle) = packet.body.attachment() {
            self.out.attachments.release(handle);
        }
    }

    #[inline]
    fn launch(&mut self, at: Instant, flight: Flight) {
        let place = match self.free.pop() {
            Some(place) => {
                self.flights[place as usize] = flight;
                place
            }
            None => {
                self.flights.push(flight);
                (self.flights.len() - 1) as u32
            }
        };
        self.queue.push(at, Due { node: flight.packet.target, packet: place });
    }

    /// Sets the node's wake-up if it wants one earlier than it has. A deadline that passed while it was down is due now.
    #[inline(always)]
    fn rearm(&mut self, node: NodeId) {
        if self.is_remote(node) {
            return;
        }
        let at = self.elements.poll_timeout(node).max(self.now);
        if self.wakes.len() <= node.index() {
            self.wakes.resize(node.index() + 1, Instant::NEVER);
        }
        if at < self.wakes[node.index()] {
            self.wakes[node.index()] = at;
            self.queue.push(at, Due { node, packet: WAKE });
        }
    }

    #[inline]
    fn is_remote(&self, node: NodeId) -> bool {
        node.0.wrapping_sub(self.remote.start) < self.remote.end.wrapping_sub(self.remote.start)
    }
}

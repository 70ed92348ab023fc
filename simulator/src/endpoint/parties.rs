//! All parties of all calls: nodes that come and go.

use std::collections::BTreeMap;

use crate::call::leg::{Leg, answer_stray, respond_to};
use crate::endpoint::party::{ASKS, Party};
use crate::endpoint::people::People;
use crate::endpoint::phone::Phone;
use crate::layout::Device;
use crate::node::{Body, Input, NodeId, Outbox, Packet, Via};
use crate::numbers::Number;
use crate::prefetch::prefetch;
use crate::rng::{Purpose, draw, key};
use crate::sip::message::{Aor, CallRequest, Method, Session};
use crate::time::Instant;

/// Parties by place; their node is `first` and the place.
#[derive(Clone, Debug)]
pub struct Parties {
    first: u32,
    records: Vec<Option<Party>>,
    /// Device of each, and of the last one that was there.
    owners: Vec<NodeId>,
    free: Vec<u32>,
    /// Parties called, by device, and the PBX's tag of the call: an INVITE that comes again finds its party.
    called: BTreeMap<(NodeId, NodeId, u32), NodeId>,
    /// Tags given so far.
    tags: u32,
    /// By route (a flow, and whom it calls): callers that are open, and that talk.
    counts: BTreeMap<(u16, u16), (u64, u64)>,
}

impl Parties {
    /// None, whose nodes will be numbered from `first` on.
    pub fn new(first: u32) -> Self {
        Self {
            first,
            records: Vec::new(),
            owners: Vec::new(),
            free: Vec::new(),
            called: BTreeMap::new(),
            tags: 0,
            counts: BTreeMap::new(),
        }
    }

    /// Node of the first party.
    pub fn first(&self) -> u32 {
        self.first
    }

    /// Every party there is.
    pub fn iter(&self) -> impl Iterator<Item = &Party> {
        self.records.iter().flatten()
    }

    /// The party of a node.
    #[inline]
    pub fn get(&self, node: NodeId) -> Option<&Party> {
        self.records.get(self.place(node))?.as_ref()
    }

    /// The device of a party, if the node is one, or was one last.
    #[inline]
    pub fn owner(&self, node: NodeId) -> Option<NodeId> {
        self.owners.get(self.place(node)).copied()
    }

    /// Whoever is in a call is to end it now, as far as it can by itself.
    pub fn hang_up(&mut self, now: Instant) {
        self.records.iter_mut().flatten().for_each(|party| party.hang_up(now));
    }

    /// Tells the processor that a party will be given something.
    #[inline]
    pub fn fetch(&self, node: NodeId) {
        let place = self.place(node);
        if let (Some(record), Some(owner)) = (self.records.get(place), self.owners.get(place)) {
            prefetch(record);
            prefetch(owner);
        }
    }

    /// Calls of a flow that have neither been answered nor come to an end.
    pub fn open(&self, flow: u16) -> u64 {
        self.counts.range((flow, 0)..=(flow, u16::MAX)).map(|(_, counts)| counts.0).sum()
    }

    /// Calls of a route that have neither been answered nor come to an end, and those that were answered and go on.
    pub fn under_way(&self, route: (u16, u16)) -> (u64, u64) {
        self.counts.get(&route).copied().unwrap_or_default()
    }

    /// Places for parties there have been at once.
    pub fn places(&self) -> usize {
        self.records.len()
    }

    #[inline]
    fn place(&self, node: NodeId) -> usize {
        node.0.wrapping_sub(self.first) as usize
    }

    /// When a party wants to be woken.
    #[inline]
    pub fn poll_timeout(&self, node: NodeId) -> Instant {
        self.get(node).map_or(Instant::NEVER, Party::poll_timeout)
    }

    /// A party about to call from a device; it begins when it is told [`Body::Dial`]. `None`: the device takes no more.
    pub fn begin(
        &mut self,
        people: &People,
        phones: &mut [Phone],
        caller: Aor,
        session: Session,
        dialled: Number,
        now: Instant,
    ) -> Option<NodeId> {
        let owner = people.endpoint(caller)?;
        let reliable = people.settings(caller.block).transport.is_reliable();
        let peer = people.pbx(phones[owner.index()].server());
        let tag = self.next_tag();
        let leg = Leg::outgoing(session, dialled, owner, peer, tag, reliable);
        self.add(Party::caller(leg, owner, now), phones)
    }

    /// A request about a call has come to a device: an INVITE may begin one, all else is for a call it has, or strays.
    pub fn on_request(
        &mut self,
        phones: &mut [Phone],
        owner: NodeId,
        packet: &Packet,
        request: &CallRequest,
        now: Instant,
        out: &mut Outbox,
    ) {
        let name = (owner, packet.source, request.from_tag);
        if let Some(known) = self.called.get(&name) {
            return out.send(*known, Via::Local, packet.body);
        }
        if request.method != Method::Invite {
            return answer_stray(packet, out);
        }
        let phone = &phones[owner.index()];
        let via = if packet.reliable { Via::Connection } else { Via::Datagram };
        let status = if !phone.is_registered() { 480 } else { 486 };
        let takes = phone.calls() == 0 || phone.aor().device == Device::Trunk;
        let tag = self.next_tag();
        let leg = Leg::incoming(now, packet.source, packet.reliable, request, tag);
        let party = Party::callee(leg, owner, now);
        match if takes && phone.is_registered() { self.add(party, phones) } else { None } {
            Some(node) => {
                self.called.insert(name, node);
                out.send(node, Via::Local, packet.body);
            }
            None => respond_to(request, packet.source, via, tag, status, out),
        }
    }

    fn next_tag(&mut self) -> u32 {
        self.tags = self.tags.wrapping_add(1).max(1);
        self.tags
    }

    fn add(&mut self, party: Party, phones: &mut [Phone]) -> Option<NodeId> {
        if phones[party.owner.index()].calls == u16::MAX {
            return None;
        }
        let place = self.free.pop().unwrap_or(self.records.len() as u32);
        match self.owners.get_mut(place as usize) {
            Some(owner) => *owner = party.owner,
            None => self.owners.push(party.owner),
        }
        match self.records.get_mut(place as usize) {
            Some(record) => *record = Some(party),
            None => self.records.push(Some(party)),
        }
        let node = NodeId(self.first + place);
        self.link(node, phones);
        Some(node)
    }

    /// Puts a party first among those of its device.
    fn link(&mut self, node: NodeId, phones: &mut [Phone]) {
        let Some(owner) = self.owner(node) else { return };
        let phone = &mut phones[owner.index()];
        let next = core::mem::replace(&mut phone.line, node);
        phone.calls += 1;
        if let Some(next) = self.get_mut(next) {
            next.previous = node;
        }
        if let Some(party) = self.get_mut(node) {
            (party.next, party.previous, party.linked) = (next, NodeId::NONE, true);
        }
    }

    /// Takes a party out of those of its device.
    fn unlink(&mut self, node: NodeId, phones: &mut [Phone]) {
        let Some(party) = self.get_mut(node).filter(|party| party.linked) else { return };
        party.linked = false;
        let (owner, next, previous) = (party.owner, party.next, party.previous);
        let phone = &mut phones[owner.index()];
        phone.calls -= 1;
        if let Some(next) = self.get_mut(next) {
            next.previous = previous;
        }
        match self.get_mut(previous) {
            Some(previous) => previous.next = next,
            None => phone.line = next,
        }
    }

    /// A party wants to dial again: from its device as it is now, if no other call has taken it.
    fn redial(&mut self, node: NodeId, phones: &mut [Phone], people: &People, now: Instant, out: &mut Outbox) {
        let Some(owner) = self.owner(node) else { return };
        let phone = &phones[owner.index()];
        let free = phone.calls == 0 || phone.aor().device == Device::Trunk && phone.calls < u16::MAX;
        let (takes, peer) = (free && phone.is_registered(), people.pbx(phone.server()));
        let tag = self.next_tag();
        let Some(party) = self.get_mut(node) else { return };
        if !takes {
            return party.wait_on(people, now);
        }
        party.redial(tag, peer, now, out);
        self.link(node, phones);
    }

    /// A party goes on with a transfer: perhaps another party at its device asks the target first.
    fn transfer(&mut self, node: NodeId, phones: &mut [Phone], people: &People, now: Instant, out: &mut Outbox) {
        let Some((owner, session)) = self.get(node).map(|party| (party.owner, party.session())) else { return };
        let Some(aor) = people.aor(owner) else { return };
        let facts = &people.flows[usize::from(session.flow)];
        let bits = draw(key(facts.stream, Purpose::Transfer), session.number);
        let target = facts.target(people, phones, draw(bits, 1), aor);
        let Some(party) = self.get_mut(node) else { return };
        if !party.transfer(people, target, now, out) {
            return;
        }
        let asks = Session { number: session.number | ASKS, ..session };
        match self.begin(people, phones, aor, asks, target, now) {
            Some(other) => {
                if let Some(other) = self.get_mut(other) {
                    other.asks_for = node;
                }
                out.send(other, Via::Local, Body::Dial);
            }
            None => out.send(node, Via::Local, Body::Consulted { session, tag: 0 }),
        }
    }

    fn get_mut(&mut self, node: NodeId) -> Option<&mut Party> {
        let place = self.place(node);
        self.records.get_mut(place)?.as_mut()
    }

    /// Gives a party an input; what is no party's any more is answered as RFC 3261 wants it.
    pub fn handle(
        &mut self,
        node: NodeId,
        phones: &mut [Phone],
        people: &People,
        now: Instant,
        input: Input<'_>,
        out: &mut Outbox,
    ) {
        let before = self.get(node).map(|party| (party.is_open(), party.is_talking()));
        let Some(party) = self.get_mut(node) else {
            if let Input::Packet(packet) = input {
                answer_stray(packet, out);
            }
            return;
        };
        match input {
            Input::Timeout if party.redials(now) => self.redial(node, phones, people, now, out),
            Input::Timeout if party.transfer_due(now) => self.transfer(node, phones, people, now, out),
            Input::Timeout => party.on_timeout(people, now, out),
            Input::Packet(packet) | Input::Deferred(packet) => match packet.body {
                Body::Dial => party.begin(people, now, out),
                Body::Consulted { session, tag } if party.session() == session => party.on_consulted(now, tag, out),
                Body::Unregistered => {
                    if party.next != NodeId::NONE {
                        out.send(party.next, Via::Local, Body::Unregistered);
                    }
                    party.drop_call(now, out);
                }
                Body::Call(_) | Body::Answer(_) if party.is_meant(&packet.body) => {
                    party.on_message(people, now, &packet.body, out);
                }
                _ => answer_stray(packet, out),
            },
        }
        self.count(node, before);
        self.settle(node, phones);
    }

    /// A device has lost its power: its calls are gone.
    pub fn power_off(&mut self, owner: NodeId, phones: &mut [Phone], now: Instant, out: &mut Outbox) {
        loop {
            let node = phones[owner.index()].line;
            let before = self.get(node).map(|party| (party.is_open(), party.is_talking()));
            let Some(party) = self.get_mut(node) else { return };
            party.drop_call(now, out);
            self.count(node, before);
            self.settle(node, phones);
        }
    }

    /// Counts what a party has become.
    fn count(&mut self, node: NodeId, before: Option<(bool, bool)>) {
        let (Some(party), Some((was_open, talked))) = (self.get(node), before) else { return };
        let (session, open, talks) = (party.session(), party.is_open(), party.is_talking());
        if (was_open, talked) == (open, talks) {
            return;
        }
        let counts = self.counts.entry((session.flow, session.to)).or_default();
        counts.0 = counts.0 + u64::from(open) - u64::from(was_open);
        counts.1 = counts.1 + u64::from(talks) - u64::from(talked);
    }

    fn settle(&mut self, node: NodeId, phones: &mut [Phone]) {
        let Some(party) = self.get(node) else { return };
        let (over, holds) = (party.is_over(), party.holds_device());
        if over || !holds {
            self.unlink(node, phones);
        }
        let place = self.place(node);
        if over && let Some(party) = self.records[place].take() {
            self.free.push(place as u32);
            self.called.remove(&(party.owner, party.leg.peer(), party.leg.their_tag()));
        }
    }
}

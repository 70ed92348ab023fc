//! Where a call goes: who may call, what the number stands for, which channel it takes (admission before any leg).

use crate::call::leg::{Leg, Saying};
use crate::endpoint::party::proof_of;
use crate::event::Event;
use crate::layout::{ChannelKind, Device, Interface};
use crate::licence::feature::Feature;
use crate::licence::reason::Reason;
use crate::node::{NodeId, Outbox};
use crate::numbers::{Destination, Number};
use crate::pbx::b2bua::TIMER_C;
use crate::pbx::claims::Claim;
use crate::pbx::cluster::Cluster;
use crate::pbx::node::Pbx;
use crate::rng::{Purpose, draw, key};
use crate::sip::message::Aor;
use crate::time::Instant;

/// Why a call goes nowhere: status and reason.
pub(super) type Refusal = (u16, Reason);

impl Pbx {
    /// A call that has come in is served: it goes on to those called, or is refused.
    pub(super) fn route(&mut self, cluster: &Cluster, now: Instant, incoming: u32, out: &mut Outbox) {
        let Some(record) = self.exchange.legs.get_mut(incoming) else { return };
        let (bridge, caller) = (record.bridge, record.leg.caller);
        if record.device != NodeId::NONE && cluster.pbxs[usize::from(self.index)].challenges {
            let nonce = nonce(cluster, self.index, caller, record.leg.their_tag());
            if !record.leg.is_proven(proof_of(&cluster.people, caller, nonce)) {
                record.leg.answer(now, 401, Saying { nonce, ..Saying::default() }, out);
                return self.exchange.schedule(incoming);
            }
        }
        record.leg.answer(now, 100, Saying::default(), out);
        let admitted = self.admit_call(cluster, bridge, incoming, out);
        if let Err(refusal) = admitted.and_then(|()| self.call_on(cluster, now, bridge, out)) {
            self.turn_away(cluster, now, bridge, refusal, out);
        }
    }

    /// To another number from now on; who is passed on too often goes in a circle (482, RFC 3261 §21.4.19).
    pub(super) fn pass_on(
        &mut self,
        cluster: &Cluster,
        now: Instant,
        bridge: u32,
        number: Number,
        out: &mut Outbox,
    ) -> Result<(), Refusal> {
        let Some(record) = self.exchange.bridges.get_mut(bridge) else { return Err((480, Reason::None)) };
        if record.hops >= cluster.people.rules.redirects {
            return Err((482, Reason::Loop));
        }
        record.send_to(number);
        out.report(Event::CallPassedOn { session: record.session });
        self.call_on(cluster, now, bridge, out)
    }

    /// Who calls must be registered here; who comes by a trunk takes what its calls need.
    fn admit_call(&mut self, cluster: &Cluster, bridge: u32, incoming: u32, out: &mut Outbox) -> Result<(), Refusal> {
        let Some(record) = self.exchange.legs.get(incoming) else { return Ok(()) };
        let (device, dialled) = (record.device, record.leg.dialled);
        if device == NodeId::NONE {
            return Ok(());
        }
        let Some(aor) = cluster.people.aor(device).filter(|_| self.is_bound(cluster, device)) else {
            return Err((403, Reason::UnknownUser));
        };
        if aor.device != Device::Trunk {
            return Ok(());
        }
        let interface = cluster.people.settings(aor.block).interface;
        if interface == Interface::WebRtc {
            may_be_visited(cluster, dialled)?;
        }
        self.take_channels(cluster, bridge, &claims(interface, aor), false, true, out)
    }

    /// On to whom the number stands for.
    pub(super) fn call_on(
        &mut self,
        cluster: &Cluster,
        now: Instant,
        bridge: u32,
        out: &mut Outbox,
    ) -> Result<(), Refusal> {
        let Some(dialled) = self.exchange.bridges.get(bridge).map(|record| record.dialled) else {
            return Err((480, Reason::None));
        };
        let caller = self.caller_of(bridge);
        let destination = cluster.people.numbers.find(dialled);
        if destination == Destination::Nowhere {
            return Err((404, Reason::UnknownUser));
        }
        if !homes_of(cluster, destination).any(|home| self.serves(home, cluster)) {
            let sent = self.try_next_pbx(cluster, now, bridge, out);
            return if sent { Ok(()) } else { Err((480, Reason::None)) };
        }
        let devices: Vec<Aor> = match destination {
            Destination::User(block, seat) => return self.call_user(cluster, now, bridge, (block, seat), out),
            Destination::Outside(prefix) => vec![self.way_outside(cluster, bridge, prefix, caller, out)?],
            Destination::Queue(queue) => return self.enter_queue(cluster, now, bridge, queue, out),
            Destination::Room(room) => return self.enter_room(cluster, now, bridge, room, out),
            Destination::Group(group) => {
                let members = cluster.people.groups[usize::from(group)].members.each();
                members.flat_map(|member| self.devices_of(member).collect::<Vec<_>>()).collect()
            }
            Destination::Nowhere => Vec::new(),
        };
        self.ring_at(cluster, now, bridge, devices, out)
    }

    /// The call rings at these devices, but for the caller's own.
    pub(super) fn ring_at(
        &mut self,
        cluster: &Cluster,
        now: Instant,
        bridge: u32,
        devices: Vec<Aor>,
        out: &mut Outbox,
    ) -> Result<(), Refusal> {
        let caller = self.caller_of(bridge);
        let others = devices.into_iter().filter(|device| Self::endpoint(*device, cluster) != caller);
        let rings = others.filter(|device| self.call_device(cluster, now, bridge, *device, out)).count();
        if rings > 0 { Ok(()) } else { Err((480, Reason::None)) }
    }

    /// The endpoint that called.
    pub(super) fn caller_of(&self, bridge: u32) -> NodeId {
        let caller = self.exchange.bridges.get(bridge).and_then(|record| self.exchange.legs.get(record.caller));
        caller.map_or(NodeId::NONE, |leg| leg.leg.caller)
    }

    /// A channel of the first trunk with that prefix that has one.
    fn way_outside(
        &mut self,
        cluster: &Cluster,
        bridge: u32,
        prefix: Number,
        caller: NodeId,
        out: &mut Outbox,
    ) -> Result<Aor, Refusal> {
        let here = |block: &u16| self.serves(cluster.people.blocks[usize::from(*block)].block.home, cluster);
        let seats = |block: u16| {
            (0..cluster.people.blocks[usize::from(block)].block.seats).map(move |seat| Aor {
                block,
                device: Device::Trunk,
                seat,
            })
        };
        let ours: Vec<Aor> = cluster.people.numbers.ways(prefix).filter(here).flat_map(seats).collect();
        let bound: Vec<Aor> = ours
            .into_iter()
            .filter(|aor| {
                Self::endpoint(*aor, cluster) != caller && self.is_bound(cluster, Self::endpoint(*aor, cluster))
            })
            .collect();
        if bound.is_empty() {
            return Err((480, Reason::None));
        }
        let mut refusal = (480, Reason::None);
        for (place, trunk) in bound.iter().enumerate() {
            let claims = claims(cluster.people.settings(trunk.block).interface, *trunk);
            match self.take_channels(cluster, bridge, &claims, true, place + 1 == bound.len(), out) {
                Ok(()) => return Ok(*trunk),
                Err(lacking) => refusal = lacking,
            }
        }
        Err(refusal)
    }

    /// A room answers by itself, for as long as the caller likes.
    fn enter_room(
        &mut self,
        cluster: &Cluster,
        now: Instant,
        bridge: u32,
        room: u16,
        out: &mut Outbox,
    ) -> Result<(), Refusal> {
        let claims = [Claim::Shared(ChannelKind::Relay), Claim::Shared(ChannelKind::Dsp), Claim::Place(room)];
        self.take_channels(cluster, bridge, &claims, false, true, out)?;
        self.tell_caller(now, bridge, 200, Reason::None, out);
        Ok(())
    }

    /// A leg to a device; false if there is no room for it.
    pub(super) fn call_device(
        &mut self,
        cluster: &Cluster,
        now: Instant,
        bridge: u32,
        aor: Aor,
        out: &mut Outbox,
    ) -> bool {
        let device = Self::endpoint(aor, cluster);
        let reliable = self.bindings.get(aor, &cluster.people).is_some_and(|binding| binding.reliable);
        self.call(cluster, now, bridge, (device, device), reliable, out)
    }

    /// To the next PBX that may serve whom the number stands for: the home, then its standbys. False: there is none.
    pub(super) fn try_next_pbx(&mut self, cluster: &Cluster, now: Instant, bridge: u32, out: &mut Outbox) -> bool {
        let Some(record) = self.exchange.bridges.get_mut(bridge) else { return false };
        let destination = cluster.people.numbers.find(record.dialled);
        let Some(home) = homes_of(cluster, destination).next() else { return false };
        // A call that came from a PBX is not sent on, unless it was passed on here: it was sent because we are home.
        let came = self.exchange.legs.get(record.caller);
        if came.is_none_or(|came| came.device == NodeId::NONE && came.leg.hops == record.hops) {
            return false;
        }
        let standbys =
            (0..cluster.facts.len() as u16).filter(|pbx| cluster.facts[usize::from(*pbx)].active == Some(home));
        let mut others = core::iter::once(home).chain(standbys).filter(|pbx| *pbx != self.index);
        let Some(pbx) = others.nth(usize::from(record.next_pbx)) else { return false };
        record.next_pbx += 1;
        self.call(cluster, now, bridge, (cluster.people.pbx(pbx), NodeId::NONE), false, out)
    }

    fn call(
        &mut self,
        cluster: &Cluster,
        now: Instant,
        bridge: u32,
        (peer, device): (NodeId, NodeId),
        reliable: bool,
        out: &mut Outbox,
    ) -> bool {
        let Some(record) = self.exchange.bridges.get(bridge) else { return false };
        let Some(caller) = self.exchange.legs.get(record.caller).map(|record| &record.leg) else { return false };
        let tag = self.exchange.legs.next();
        let mut leg = Leg::outgoing(caller.session, record.dialled, caller.caller, peer, tag, reliable)
            .with_session_timer(cluster.pbxs[usize::from(self.index)].session_timer_s);
        leg.hops = record.hops;
        let Some(handle) = self.exchange.add(leg, bridge, device, false) else { return false };
        if let Some(record) = self.exchange.bridges.get_mut(bridge) {
            record.called.push(handle);
            record.limit_at = now + TIMER_C;
        }
        if let Some(record) = self.exchange.legs.get_mut(handle) {
            record.leg.invite(now, 0, out);
        }
        self.exchange.schedule(handle);
        self.exchange.schedule_bridge(bridge);
        true
    }
}

/// What a call by a trunk takes: a full trunk is to blame before what it shares with others.
pub(super) fn claims(interface: Interface, trunk: Aor) -> Vec<Claim> {
    let shared = interface.takes().iter().map(|kind| Claim::Shared(*kind));
    core::iter::once(Claim::Line(trunk)).chain(shared).collect()
}

/// R62: a visitor from the web reaches users of myPBX or UC alone, and takes no channel otherwise.
fn may_be_visited(cluster: &Cluster, dialled: Number) -> Result<(), Refusal> {
    let Destination::User(block, seat) = cluster.people.numbers.find(dialled) else { return Ok(()) };
    let can = [Feature::MyPbx, Feature::Uc].into_iter().any(|feature| cluster.has((block, seat), feature));
    if can || !cluster.licensed { Ok(()) } else { Err((cluster.people.rules.channel_denial, Reason::NeedsMyPbx)) }
}

/// The PBXs at which what a number stands for is configured.
fn homes_of(cluster: &Cluster, destination: Destination) -> impl Iterator<Item = u16> + '_ {
    let people = &cluster.people;
    let blocks: Vec<u16> = match destination {
        Destination::User(block, _) => vec![block],
        Destination::Outside(prefix) => people.numbers.ways(prefix).collect(),
        _ => Vec::new(),
    };
    let facility = match destination {
        Destination::Queue(queue) => Some(people.queues[usize::from(queue)].plan.home),
        Destination::Group(group) => Some(people.groups[usize::from(group)].home),
        Destination::Room(room) => Some(people.rooms[usize::from(room)].home),
        _ => None,
    };
    blocks.into_iter().map(|block| people.blocks[usize::from(block)].block.home).chain(facility)
}

/// One nonce per call: a function of who calls and its tag.
fn nonce(cluster: &Cluster, pbx: u16, caller: NodeId, tag: u32) -> u32 {
    let stream = cluster.people.aor(caller).map_or(0, |aor| cluster.people.device_stream(aor));
    draw(key(stream ^ cluster.facts[usize::from(pbx)].stream, Purpose::Nonce), tag) as u32 | 1
}

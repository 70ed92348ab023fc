//! Where a call goes: who may call, what the number stands for, which channel it takes (admission before any leg).

use crate::call::leg::{Leg, Saying};
use crate::endpoint::party::proof_of;
use crate::event::Event;
use crate::layout::Device;
use crate::licence::reason::Reason;
use crate::node::{NodeId, Outbox};
use crate::numbers::{Destination, Number};
use crate::pbx::b2bua::TIMER_C;
use crate::pbx::cluster::Cluster;
use crate::pbx::exchange::PbxLeg;
use crate::pbx::node::Pbx;
use crate::rng::{Purpose, draw, key};
use crate::sip::message::Aor;
use crate::time::Instant;

/// Why a call goes nowhere.
type Refusal = (u16, Reason);

impl Pbx {
    /// A call that has come in is served: it goes on to those called, or is refused.
    pub(super) fn route(&mut self, cluster: &Cluster, now: Instant, incoming: u32, out: &mut Outbox) {
        let Some(record) = self.exchange.legs.get_mut(incoming) else { return };
        let (bridge, caller, dialled) = (record.bridge, record.leg.caller, record.dialled());
        if record.device != NodeId::NONE && cluster.pbxs[usize::from(self.index)].challenges {
            let nonce = nonce(cluster, self.index, caller, record.leg.their_tag());
            if !record.leg.is_proven(proof_of(&cluster.people, caller, nonce)) {
                record.leg.answer(now, 401, Saying { nonce, ..Saying::default() }, out);
                return self.exchange.schedule(incoming);
            }
        }
        record.leg.answer(now, 100, Saying::default(), out);
        let admitted = self.admit_call(cluster, bridge, incoming, out);
        if let Err((status, reason)) = admitted.and_then(|()| self.call_on(cluster, now, bridge, dialled, caller, out))
        {
            self.tell_caller(now, bridge, status, reason, out);
            self.close(cluster, bridge, out);
        }
    }

    /// Who calls must be registered here; who comes by a trunk takes one of its channels.
    fn admit_call(&mut self, cluster: &Cluster, bridge: u32, incoming: u32, out: &mut Outbox) -> Result<(), Refusal> {
        let Some(device) = self.exchange.legs.get(incoming).map(|record| record.device) else { return Ok(()) };
        if device == NodeId::NONE {
            return Ok(());
        }
        let Some(aor) = cluster.people.aor(device).filter(|_| self.is_bound(cluster, device)) else {
            return Err((403, Reason::UnknownUser));
        };
        if aor.device == Device::Trunk && !self.take_channel(cluster, bridge, 0, aor, true, out) {
            return Err((503, Reason::NoChannel));
        }
        Ok(())
    }

    /// Takes a channel of a trunk for a call, if there is one; `last`: no other trunk will be asked.
    fn take_channel(
        &mut self,
        cluster: &Cluster,
        bridge: u32,
        place: usize,
        trunk: Aor,
        last: bool,
        out: &mut Outbox,
    ) -> bool {
        let population = cluster.people.blocks[usize::from(trunk.block)].block.population;
        let taken = self.exchange.take_channel(trunk, cluster.people.settings(trunk.block).channels);
        if taken {
            out.report(Event::ChannelAsked { trunk: population });
            out.report(Event::ChannelTaken { trunk: population });
            if let Some(record) = self.exchange.bridges.get_mut(bridge) {
                record.held.trunks[place] = Some(trunk);
            }
        } else if last {
            out.report(Event::ChannelAsked { trunk: population });
            out.report(Event::ChannelRefused { trunk: population });
        }
        taken
    }

    /// On to whom the number stands for.
    fn call_on(
        &mut self,
        cluster: &Cluster,
        now: Instant,
        bridge: u32,
        dialled: Number,
        caller: NodeId,
        out: &mut Outbox,
    ) -> Result<(), Refusal> {
        let devices = match cluster.people.numbers.find(dialled) {
            Destination::Nowhere => return Err((404, Reason::UnknownUser)),
            Destination::User(block, seat) => {
                if !self.serves(cluster.people.blocks[usize::from(block)].block.home, cluster) {
                    return if self.try_next_pbx(cluster, now, bridge, out) {
                        Ok(())
                    } else {
                        Err((480, Reason::None))
                    };
                }
                let object = Aor { block, device: Device::DeskPhone, seat };
                self.bindings.bound_devices(object).map(|device| Aor { device, ..object }).collect()
            }
            Destination::Outside(prefix) => match self.way_outside(cluster, bridge, prefix, caller, out) {
                Err(refusal) => return Err(refusal),
                Ok(None) => {
                    return if self.try_next_pbx(cluster, now, bridge, out) {
                        Ok(())
                    } else {
                        Err((480, Reason::None))
                    };
                }
                Ok(Some(trunk)) => vec![trunk],
            },
        };
        let nobody = devices.is_empty();
        for aor in devices {
            self.call_device(cluster, now, bridge, aor, out);
        }
        if nobody { Err((480, Reason::None)) } else { Ok(()) }
    }

    /// A channel of the first trunk with that prefix that has one. `None`: the trunks are another PBX's.
    fn way_outside(
        &mut self,
        cluster: &Cluster,
        bridge: u32,
        prefix: Number,
        caller: NodeId,
        out: &mut Outbox,
    ) -> Result<Option<Aor>, Refusal> {
        let blocks: Vec<u16> = cluster.people.numbers.ways(prefix).collect();
        let here = |block: &u16| self.serves(cluster.people.blocks[usize::from(*block)].block.home, cluster);
        if !blocks.iter().any(here) {
            return Ok(None);
        }
        let seats = |block: u16| {
            (0..cluster.people.blocks[usize::from(block)].block.seats).map(move |seat| Aor {
                block,
                device: Device::Trunk,
                seat,
            })
        };
        let ours: Vec<Aor> = blocks.iter().copied().filter(|block| here(block)).flat_map(seats).collect();
        let bound: Vec<Aor> = ours
            .into_iter()
            .filter(|aor| {
                Self::endpoint(*aor, cluster) != caller && self.is_bound(cluster, Self::endpoint(*aor, cluster))
            })
            .collect();
        if bound.is_empty() {
            return Err((480, Reason::None));
        }
        for (place, trunk) in bound.iter().enumerate() {
            if self.take_channel(cluster, bridge, 1, *trunk, place + 1 == bound.len(), out) {
                return Ok(Some(*trunk));
            }
        }
        Err((503, Reason::NoChannel))
    }

    fn call_device(&mut self, cluster: &Cluster, now: Instant, bridge: u32, aor: Aor, out: &mut Outbox) {
        let device = Self::endpoint(aor, cluster);
        let reliable = self.bindings.get(aor, &cluster.people).is_some_and(|binding| binding.reliable);
        self.call(cluster, now, bridge, (device, device), reliable, out);
    }

    /// To the next PBX that may serve whom the number stands for: the home, then its standbys. False: there is none.
    pub(super) fn try_next_pbx(&mut self, cluster: &Cluster, now: Instant, bridge: u32, out: &mut Outbox) -> bool {
        let Some(record) = self.exchange.bridges.get_mut(bridge) else { return false };
        let Some(dialled) = self.exchange.legs.get(record.caller).map(PbxLeg::dialled) else { return false };
        let block = match cluster.people.numbers.find(dialled) {
            Destination::User(block, _) => Some(block),
            Destination::Outside(prefix) => cluster.people.numbers.ways(prefix).next(),
            Destination::Nowhere => None,
        };
        let Some(home) = block.map(|block| cluster.people.blocks[usize::from(block)].block.home) else { return false };
        // A call that came from a PBX is not sent on: it was sent here because we are home.
        if self.exchange.legs.get(record.caller).is_none_or(|leg| leg.device == NodeId::NONE) {
            return false;
        }
        let standbys =
            (0..cluster.facts.len() as u16).filter(|pbx| cluster.facts[usize::from(*pbx)].active == Some(home));
        let mut others = core::iter::once(home).chain(standbys).filter(|pbx| *pbx != self.index);
        let Some(pbx) = others.nth(usize::from(record.next_pbx)) else { return false };
        record.next_pbx += 1;
        self.call(cluster, now, bridge, (cluster.people.pbx(pbx), NodeId::NONE), false, out);
        true
    }

    fn call(
        &mut self,
        cluster: &Cluster,
        now: Instant,
        bridge: u32,
        (peer, device): (NodeId, NodeId),
        reliable: bool,
        out: &mut Outbox,
    ) {
        let Some(record) = self.exchange.bridges.get(bridge) else { return };
        let Some(caller) = self.exchange.legs.get(record.caller).map(|record| &record.leg) else { return };
        let tag = self.exchange.legs.next();
        let leg = Leg::outgoing(caller.session, caller.dialled, caller.caller, peer, tag, reliable)
            .with_session_timer(cluster.pbxs[usize::from(self.index)].session_timer_s);
        let Some(handle) = self.exchange.add(leg, bridge, device, false) else { return };
        if let Some(record) = self.exchange.bridges.get_mut(bridge) {
            record.called.push(handle);
            record.limit_at = now + TIMER_C;
        }
        if let Some(record) = self.exchange.legs.get_mut(handle) {
            record.leg.invite(now, 0, out);
        }
        self.exchange.schedule(handle);
        self.exchange.schedule_bridge(bridge);
    }
}

/// One nonce per call: a function of who calls and its tag.
fn nonce(cluster: &Cluster, pbx: u16, caller: NodeId, tag: u32) -> u32 {
    let stream = cluster.people.aor(caller).map_or(0, |aor| cluster.people.device_stream(aor));
    draw(key(stream ^ cluster.facts[usize::from(pbx)].stream, Purpose::Nonce), tag) as u32 | 1
}

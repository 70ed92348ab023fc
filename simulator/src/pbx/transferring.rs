//! Hold and transfer through the PBX: a re-INVITE on one leg goes out on the other; a REFER is carried out here, since both ends
//! of the call, and of the one that is to take its place, are legs of this PBX (RFC 3515, RFC 3891).

use crate::call::leg::State;
use crate::node::{NodeId, Outbox};
use crate::numbers::Number;
use crate::pbx::cluster::Cluster;
use crate::pbx::exchange::Transferring;
use crate::pbx::node::Pbx;
use crate::pbx::routing::claims;
use crate::rng::{Purpose, draw, key};
use crate::time::Instant;

impl Pbx {
    /// The leg at the other end of a call that stands; 0: there is none.
    fn mate(&self, bridge: u32, leg: u32) -> u32 {
        match self.exchange.bridges.get(bridge) {
            Some(record) if record.caller == leg => record.answered,
            Some(record) if record.answered == leg => record.caller,
            _ => 0,
        }
    }

    /// One side wants to put the other on hold, or to take it back: the other is asked. Two who want it at once have crossed.
    pub(super) fn on_hold_asked(
        &mut self,
        cluster: &Cluster,
        now: Instant,
        bridge: u32,
        (leg, on): (u32, bool),
        out: &mut Outbox,
    ) {
        let mate = self.mate(bridge, leg);
        let chance = self.glare(cluster, mate);
        let status = match self.exchange.legs.get_mut(mate) {
            Some(other) if other.leg.is_asked_to_change() => 491,
            Some(other) if other.leg.state() == State::Confirmed => {
                other.leg.hold(now, on, chance, out);
                return self.exchange.schedule(mate);
            }
            // A room, a mailbox: there is nobody to be asked.
            _ => 200,
        };
        if let Some(record) = self.exchange.legs.get_mut(leg) {
            record.leg.answer_hold(now, status, out);
        }
    }

    /// What decides how long a leg waits after glare.
    fn glare(&self, cluster: &Cluster, leg: u32) -> u64 {
        draw(key(cluster.facts[usize::from(self.index)].stream, Purpose::Glare), leg)
    }

    /// The other side has agreed, or not: so has this one.
    pub(super) fn on_held(&mut self, now: Instant, bridge: u32, leg: u32, done: bool, out: &mut Outbox) {
        let mate = self.mate(bridge, leg);
        if let Some(record) = self.exchange.legs.get_mut(mate) {
            record.leg.answer_hold(now, if done { 200 } else { 488 }, out);
            self.exchange.schedule(mate);
        }
    }

    /// Whether a leg has asked that its call be passed on.
    pub(super) fn has_passed_on(&self, bridge: u32, leg: u32) -> bool {
        let transfer = self.exchange.bridges.get(bridge).and_then(|record| record.transfer.as_ref());
        transfer.is_some_and(|transfer| transfer.by == leg)
    }

    /// REFER: the caller is put through to a number, or to whom another call of the same device has reached.
    pub(super) fn on_referred(
        &mut self,
        cluster: &Cluster,
        now: Instant,
        (bridge, by): (u32, u32),
        (target, replaces): (Number, u32),
        out: &mut Outbox,
    ) {
        self.tell(now, by, 100, false, out);
        let Some(record) = self.exchange.bridges.get_mut(bridge) else { return };
        // Only who was called passes a call on, and only from within.
        let may = record.answered == by && record.transfer.is_none() && record.held.trunks[1].is_none();
        if !may || record.closed {
            return self.tell(now, by, 603, true, out);
        }
        if replaces != 0 {
            return self.take_the_place(cluster, now, (bridge, by), replaces, out);
        }
        if record.hops >= cluster.people.rules.redirects {
            return self.tell(now, by, 482, true, out);
        }
        let served = record.queued.take();
        record.transfer = Some(Box::new(Transferring { by, told: false, served }));
        (record.answered, record.settled) = (0, false);
        record.send_to(target);
        if let Err(refusal) = self.call_on(cluster, now, bridge, out) {
            self.turn_away(cluster, now, bridge, refusal, out);
        }
    }

    /// The caller of `bridge` talks to whom another call of the same device has reached; that call is over (RFC 3891 §3).
    fn take_the_place(
        &mut self,
        cluster: &Cluster,
        now: Instant,
        (bridge, by): (u32, u32),
        replaces: u32,
        out: &mut Outbox,
    ) {
        let device = self.exchange.legs.get(by).map_or(NodeId::NONE, |leg| leg.device);
        let other = self.exchange.legs.get(replaces).filter(|leg| leg.device == device && leg.bridge != bridge);
        let other = other.filter(|leg| leg.leg.state() == State::Confirmed).map_or(0, |leg| leg.bridge);
        let asked = self.exchange.bridges.get_mut(other).filter(|asked| asked.caller == replaces && !asked.closed);
        let Some(asked) = asked.filter(|asked| asked.answered != 0 && asked.transfer.is_none()) else {
            return self.tell(now, by, 481, true, out);
        };
        let (target, held, queued) = (asked.answered, core::mem::take(&mut asked.held), asked.queued.take());
        asked.called.retain(|leg| *leg != target);
        asked.answered = 0;
        if let Some(leg) = self.exchange.legs.get_mut(target) {
            leg.bridge = bridge;
        }
        let Some(record) = self.exchange.bridges.get_mut(bridge) else { return };
        record.called.push(target);
        record.answered = target;
        record.held.join(held);
        let served = core::mem::replace(&mut record.queued, queued);
        record.transfer = Some(Box::new(Transferring { by, told: false, served }));
        self.hang_up(cluster, now, other, 0, out);
        self.exchange.remove_if_over(other);
        self.reconnect(cluster, now, target, out);
    }

    /// Media go another way from now on: a re-INVITE, which takes back who was on hold.
    fn reconnect(&mut self, cluster: &Cluster, now: Instant, leg: u32, out: &mut Outbox) {
        let chance = self.glare(cluster, leg);
        if let Some(record) = self.exchange.legs.get_mut(leg) {
            record.leg.hold(now, false, chance, out);
        }
        self.exchange.schedule(leg);
    }

    /// The caller has been put through: who has asked for it is told so, and the caller's media are turned.
    pub(super) fn conclude_transfer(&mut self, cluster: &Cluster, now: Instant, bridge: u32, out: &mut Outbox) {
        let Some(record) = self.exchange.bridges.get_mut(bridge).filter(|record| record.settled && !record.closed)
        else {
            return;
        };
        let Some(transfer) = record.transfer.as_mut().filter(|transfer| !transfer.told) else { return };
        transfer.told = true;
        let (by, caller) = (transfer.by, record.caller);
        self.tell(now, by, 200, true, out);
        self.reconnect(cluster, now, caller, out);
        if self.exchange.legs.get(by).is_none_or(|leg| leg.leg.state() != State::Confirmed) {
            self.on_transferor_gone(cluster, now, bridge, out);
        }
    }

    /// A transfer has failed: the call is as it was before; false if there is none. Who has asked for it and has hung up
    /// meanwhile takes the caller with it.
    pub(super) fn fail_transfer(
        &mut self,
        cluster: &Cluster,
        now: Instant,
        bridge: u32,
        status: u16,
        out: &mut Outbox,
    ) -> bool {
        let Some(record) = self.exchange.bridges.get_mut(bridge).filter(|record| !record.settled) else { return false };
        let Some(Transferring { by, served, .. }) = record.transfer.take().map(|transfer| *transfer) else {
            return false;
        };
        record.limit_at = Instant::NEVER;
        let (line, called) = (record.held.trunks[1], record.called.clone());
        called.into_iter().filter(|leg| *leg != by).for_each(|leg| self.withdraw(now, leg, out));
        if let Some(line) = line {
            let taken = claims(cluster.people.settings(line.block).interface, line);
            let population = |block: u16| cluster.people.blocks[usize::from(block)].block.population;
            self.exchange.give_back(bridge, &taken, population, out);
        }
        let stays = self.exchange.legs.get(by).is_some_and(|leg| leg.leg.state() == State::Confirmed);
        let Some(record) = self.exchange.bridges.get_mut(bridge) else { return true };
        record.settled = true;
        if stays {
            (record.answered, record.queued) = (by, served);
            self.tell(now, by, status, true, out);
        } else {
            self.hang_up(cluster, now, bridge, 0, out);
            self.exchange.remove_if_over(bridge);
        }
        true
    }

    /// Who has passed a call on has left it; an agent is free again.
    pub(super) fn on_transferor_gone(&mut self, cluster: &Cluster, now: Instant, bridge: u32, out: &mut Outbox) {
        let Some(record) = self.exchange.bridges.get_mut(bridge).filter(|record| record.settled) else { return };
        let Some(transfer) = record.transfer.take() else { return };
        let device = self.exchange.legs.get(transfer.by).map_or(NodeId::NONE, |leg| leg.device);
        let agent = cluster.people.aor(device).map(|aor| (aor.block, aor.seat));
        if let Some(agent) = agent.filter(|agent| cluster.people.agents.contains_key(agent)) {
            self.free_agent(cluster, now, agent, transfer.served, out);
        }
    }

    /// Tells a leg how the transfer goes that it has asked for.
    fn tell(&mut self, now: Instant, leg: u32, status: u16, last: bool, out: &mut Outbox) {
        if let Some(record) = self.exchange.legs.get_mut(leg) {
            record.leg.tell(now, status, last, out);
        }
        self.exchange.schedule(leg);
    }
}

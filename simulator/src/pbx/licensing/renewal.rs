//! Between a PBX and its authorities: renewals, their answers, what lapses, escrow (checkout §3.3, §3.4, §3.6).

use super::sources::LEASE;
use crate::event::{End, Event, Kind};
use crate::licence::authority::{Authority, Stock};
use crate::licence::feature::Feature;
use crate::licence::lease::{Lapse, Lease, Request};
use crate::licence::message::{Ack, Renew};
use crate::licence::mutant::{Mutant, planted};
use crate::licence::reason::Reason;
use crate::node::{Body, NodeId, Outbox, Via};
use crate::pbx::bindings::Unit;
use crate::pbx::cluster::Cluster;
use crate::pbx::node::Pbx;
use crate::settings::Checkout;
use crate::sip::message::Aor;
use crate::time::{Duration, Instant};

impl Pbx {
    /// 3.3.1: one RENEW on demand, if none is in flight; past soft the escrow is asked too.
    pub(super) fn ask_if_possible(&mut self, cluster: &Cluster, now: Instant, feature: Feature, out: &mut Outbox) {
        let central_is_over = self.licensing.lease(feature).is_some_and(|lease| lease.is_past_soft(now));
        for index in 0..self.licensing.leases.len() {
            let lease = &self.licensing.leases[index];
            let asked = lease.kind.kind == Kind::Installed || central_is_over;
            if lease.feature == feature && asked && lease.may_ask(now) {
                self.send_renew(cluster, now, index, out);
            }
        }
    }

    pub(super) fn send_renew(&mut self, cluster: &Cluster, now: Instant, index: usize, out: &mut Outbox) {
        let licensing = &mut self.licensing;
        let (feature, kind) = (licensing.leases[index].feature, licensing.leases[index].kind.kind);
        // What the software may not use goes back (R17).
        let is_refused = cluster.refused(self.index, feature) != Reason::None;
        if is_refused {
            licensing.leases[index].recall(now, u32::MAX);
        }
        let waiting = if is_refused { 0 } else { licensing.wanted(feature) };
        let in_line = licensing.line.iter().filter(|queued| queued.feature == feature).count();
        let moving = licensing.movers(feature, kind, now);
        let lease = &mut licensing.leases[index];
        let request = lease.renew(now, (waiting + in_line) as u32 + moving, cluster.checkout_of(self.index));
        let holders = out.attachments.put(lease.act());
        let Request { sequence, keep, want, needed } = request;
        let renew = Renew { feature, sequence, holders, keep, want, needed };
        out.send(cluster.people.pbx(lease.kind.owner), Via::Datagram, Body::Renew(renew));
        out.report(Event::Renewed { feature });
        licensing.reschedule();
    }

    /// A RENEW reaches the authority (3.4.2).
    pub(in crate::pbx) fn on_renew(
        &mut self,
        cluster: &Cluster,
        now: Instant,
        source: NodeId,
        renew: &Renew,
        out: &mut Outbox,
    ) {
        let Some(pbx) = source.0.checked_sub(cluster.people.first_pbx).and_then(|index| u16::try_from(index).ok())
        else {
            return;
        };
        // Passive again, a standby confirms what it has lent and lends nothing new (3.6).
        let lends =
            (self.licensing.own.is_some() || self.stands_in()) && cluster.refused(pbx, renew.feature) == Reason::None;
        let renew = &Renew { want: if lends { renew.want } else { renew.keep }, ..*renew };
        let Some(authority) = self.licensing.own.as_mut().or(self.licensing.stand_in.as_mut()) else { return };
        let (epoch, feature) = (authority.epoch(), renew.feature);
        let Some(stock) = authority.stock_mut(feature) else { return };
        let claimed = out.attachments.get(renew.holders);
        let in_line = cluster.checkout.queues_for.contains(feature);
        let Some(answer) = stock.renew(now, pbx, renew, claimed, cluster.checkout_of(self.index), in_line) else {
            return;
        };
        out.report(Event::Booked { feature, pbx, units: stock.booked(pbx) });
        if answer.missing > 0 {
            out.report(Event::Unmet { feature, free: answer.free, missing: answer.missing });
        }
        let kept = answer.kept.as_ref().map(|kept| out.attachments.put(kept));
        let ack = Ack {
            feature,
            sequence: renew.sequence,
            epoch,
            kept,
            held: answer.held,
            stock: answer.stock,
            reason: answer.reason,
        };
        out.send(source, Via::Datagram, Body::Ack(ack));
        self.recall_idle(cluster, feature, pbx, answer.missing.min(renew.needed), out);
        self.resolve_doubles(cluster, feature, &answer.doubles, out);
        self.serve_line(cluster, now, feature, out);
    }

    /// The authority has answered (3.3.4).
    pub(in crate::pbx) fn on_ack(
        &mut self,
        cluster: &Cluster,
        now: Instant,
        source: NodeId,
        ack: &Ack,
        out: &mut Outbox,
    ) {
        let feature = ack.feature;
        let from = |lease: &&mut Lease| lease.feature == feature && source == cluster.people.pbx(lease.kind.owner);
        let Some(lease) = self.licensing.leases.iter_mut().find(from) else { return };
        let was_in_grace = lease.in_grace();
        let kept = ack.kept.map(|handle| out.attachments.get(handle));
        if !lease.on_ack(now, ack, kept, cluster.checkout_of(self.index)) {
            return;
        }
        let uncovered = lease.uncovered();
        if was_in_grace {
            out.report(Event::Grace { feature, on: false });
        }
        self.drop_holders(cluster, feature, &uncovered, End::LeaseOver, out);
        self.move_holders(cluster, now, feature, out);
        self.serve_waiting(cluster, now, feature, ack.reason, out);
        self.serve_line_from_lease(cluster, now, feature, out);
        self.ask_again(cluster, now, feature, out);
        self.licensing.reschedule();
    }

    /// 3.6: holders move by release from one stock and checkout from the other: to escrow while the authority is silent,
    /// home as soon as it answers.
    pub(super) fn move_holders(&mut self, cluster: &Cluster, now: Instant, feature: Feature, out: &mut Outbox) {
        let central_is_over = self.licensing.lease(feature).is_some_and(|lease| lease.is_past_soft(now));
        for escrow in self.licensing.escrows(feature) {
            if planted(Mutant::StaysInEscrow) && !central_is_over {
                continue;
            }
            let (from, to) = if central_is_over { (LEASE, escrow) } else { (escrow, LEASE) };
            self.move_between(cluster, now, feature, (from, to), out);
        }
        self.rest(cluster, now, feature, central_is_over, out);
    }

    fn move_between(
        &mut self,
        cluster: &Cluster,
        now: Instant,
        feature: Feature,
        (from, to): (usize, usize),
        out: &mut Outbox,
    ) {
        let room = self.licensing.lease_at(feature, to).map_or(0, |lease| lease.idle(now));
        let moving: Vec<_> = self
            .licensing
            .lease_at(feature, from)
            .into_iter()
            .flat_map(|lease| lease.act().iter())
            .take(room as usize)
            .collect();
        for (block, seat) in moving {
            let object = Aor { block, device: crate::layout::Device::DeskPhone, seat };
            self.licensing.give_one(feature, from, object, cluster, out);
            self.licensing.take_one(feature, to, object, cluster, out);
            if let Some(object) = self.bindings.object(object) {
                object.port = Unit::from_source(to);
            }
        }
    }

    /// Escrow that nobody uses is given back; once the authority answers, its renewals sleep.
    fn rest(&mut self, cluster: &Cluster, now: Instant, feature: Feature, central_is_over: bool, out: &mut Outbox) {
        let waiting = self.licensing.wanted(feature) as u32;
        let wanted = if central_is_over { waiting + self.licensing.movers(feature, Kind::Escrow, now) } else { 0 };
        for index in 0..self.licensing.leases.len() {
            let lease = &self.licensing.leases[index];
            if lease.feature != feature || lease.kind.kind != Kind::Escrow {
                continue;
            }
            if lease.units() > lease.act().len() + wanted && lease.may_ask(now) {
                self.send_renew(cluster, now, index, out);
            }
            let lease = &mut self.licensing.leases[index];
            if !central_is_over && lease.act().is_empty() && lease.units() == 0 {
                lease.sleep();
            }
        }
    }

    /// After an ACK: more is needed, or (chunk 0) something is to be given back at once.
    pub(super) fn ask_again(&mut self, cluster: &Cluster, now: Instant, feature: Feature, out: &mut Outbox) {
        let waits = self.licensing.waiting.iter().any(|waiting| waiting.missing == feature);
        let needed = waits || self.licensing.movers(feature, Kind::Installed, now) > 0;
        if needed || self.gives_back(cluster, now, feature) {
            self.ask_if_possible(cluster, now, feature, out);
        }
    }

    pub(super) fn gives_back(&mut self, cluster: &Cluster, now: Instant, feature: Feature) -> bool {
        let wanted = self.licensing.wanted(feature) as u32;
        let spare = |lease: &mut Lease| !lease.is_loose() && lease.idle(now) > wanted;
        cluster.checkout.chunk_permille == 0 && self.licensing.lease(feature).is_some_and(spare)
    }

    pub(super) fn on_lease_timeout(&mut self, cluster: &Cluster, now: Instant, index: usize, out: &mut Outbox) {
        let checkout: &Checkout = cluster.checkout_of(self.index);
        let lease = &mut self.licensing.leases[index];
        let feature = lease.feature;
        lease.on_silence(now, checkout);
        match lease.lapse(now) {
            Lapse::None => {}
            Lapse::Soft => {
                let dropped: Vec<_> = lease.unpromoted().collect();
                out.report(Event::Grace { feature, on: true });
                self.drop_holders(cluster, feature, &dropped, End::LeaseOver, out);
                self.licensing.leases[index].settle();
                self.call_escrow(now, feature);
            }
            Lapse::Hard => {
                let dropped: Vec<_> = lease.act().iter().collect();
                self.drop_holders(cluster, feature, &dropped, End::LeaseOver, out);
                self.licensing.leases[index].settle();
                out.report(Event::Grace { feature, on: false });
            }
        }
        if self.licensing.leases[index].renewal_is_due(now) {
            self.send_renew(cluster, now, index, out);
        }
    }

    /// What every lease has lost by now, and nothing else: after a freeze.
    pub(in crate::pbx) fn on_lapses(&mut self, cluster: &Cluster, now: Instant, out: &mut Outbox) {
        for index in 0..self.licensing.leases.len() {
            self.on_lease_timeout(cluster, now, index, out);
        }
        self.licensing.reschedule();
    }

    /// The authority is silent: its standby is asked from now on.
    pub(super) fn call_escrow(&mut self, now: Instant, feature: Feature) {
        for escrow in self.licensing.escrows(feature) {
            if let Some(lease) = self.licensing.lease_at(feature, escrow) {
                lease.wake(now);
            }
        }
    }

    /// 3.3.5: dropping removes the object's bindings and every other unit it holds, at once.
    pub(super) fn drop_holders(
        &mut self,
        cluster: &Cluster,
        feature: Feature,
        holders: &[(u16, u32)],
        why: End,
        out: &mut Outbox,
    ) {
        for (block, place) in holders.iter().copied() {
            if feature == Feature::Port {
                let object = Aor { block, device: crate::layout::Device::DeskPhone, seat: place };
                let devices: Vec<_> = self.bindings.bound_devices(object).collect();
                for device in devices {
                    self.end_binding(Aor { device, ..object }, why, cluster, out);
                }
            } else if let Some((device, seat)) = cluster.people.blocks[usize::from(block)].device_at(place) {
                self.end_binding(Aor { block, device, seat }, why, cluster, out);
            }
            if cluster.checkout.linger > Duration::ZERO {
                self.give_lingering(cluster, feature, (block, place), out);
            }
        }
    }

    /// Reports the end of the quarantine once it is over.
    fn leave_quarantine(&mut self, out: &mut Outbox) {
        let over = |own: &Authority| !own.stocks().iter().any(Stock::in_quarantine);
        if self.licensing.quarantined && self.licensing.own.as_ref().is_none_or(over) {
            self.licensing.quarantined = false;
            out.report(Event::Quarantine { on: false });
        }
    }

    pub(in crate::pbx) fn on_licensing_timeout(&mut self, cluster: &Cluster, now: Instant, out: &mut Outbox) {
        if !cluster.licensed {
            return;
        }
        for authority in self.licensing.own.iter_mut().chain(&mut self.licensing.stand_in) {
            authority.expire(now);
        }
        self.leave_quarantine(out);
        self.on_overdue(cluster, now, out);
        for index in 0..self.licensing.leases.len() {
            self.on_lease_timeout(cluster, now, index, out);
        }
        while let Some((_, aor)) = self.licensing.offers.front().copied().filter(|offer| offer.0 <= now) {
            self.licensing.offers.pop_front();
            self.forget_request(aor, cluster, out);
        }
        self.after_release(cluster, now, out);
        self.licensing.reschedule();
    }
}

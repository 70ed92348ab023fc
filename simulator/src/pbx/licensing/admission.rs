//! Who gets units, who waits, who is refused: all of a holder's features or none (checkout §3.5).

use super::sources::{OWN, place_of};
use super::{Admission, Queued, Waiting, each};
use crate::event::Event;
use crate::layout::Role;
use crate::licence::authority::Stock;
use crate::licence::feature::{Feature, FeatureSet};
use crate::licence::lease::ANSWER_WITHIN;
use crate::licence::mutant::{Mutant, planted};
use crate::licence::reason::Reason;
use crate::node::{Outbox, Via};
use crate::pbx::bindings::{BindingState, Unit};
use crate::pbx::cluster::Cluster;
use crate::pbx::node::Pbx;
use crate::pbx::registrar::{Request, Saying};
use crate::sip::message::Aor;
use crate::time::Instant;

/// A feature of which no unit was taken.
pub(super) struct Missing {
    feature: Feature,
    /// [`Reason::None`]: none is idle here.
    why: Reason,
}

impl Pbx {
    /// All or nothing (3.5): every unit the device still needs, or none and a wait.
    pub(in crate::pbx) fn admit(&mut self, cluster: &Cluster, now: Instant, aor: Aor, out: &mut Outbox) -> Admission {
        // A new REGISTER takes the place of one that still waits.
        self.stop_waiting(aor, cluster, out);
        let needs = self.needs(aor, cluster);
        if needs.is_empty() {
            return Admission::Admitted;
        }
        if self.forget_if_known(aor) {
            return Admission::InLine;
        }
        for feature in each(needs) {
            out.report(Event::Asked { feature, endpoint: Self::endpoint(aor, cluster) });
        }
        let (missing, reason) = match self.take_all(cluster, now, aor, needs, out) {
            Ok(()) => {
                self.report_grants(cluster, aor, needs, now, false, out);
                return Admission::Admitted;
            }
            Err(Missing { feature, why }) => (feature, why),
        };
        let waiting = Waiting { aor, needs, missing, asked: now };
        // Loosely shared, nobody is asked between two reports.
        let asks = self.licensing.lease(missing).is_some_and(|lease| lease.is_awake() && !lease.is_loose());
        match reason {
            Reason::None if asks => {
                self.licensing.waiting.push_back(waiting);
                self.ask_if_possible(cluster, now, missing, out);
                Admission::Asking
            }
            Reason::None => self.refuse(cluster, waiting, Reason::NoUnit, out),
            reason => self.refuse(cluster, waiting, reason, out),
        }
    }

    /// A device that stands in line and asks again keeps its place.
    pub(super) fn forget_if_known(&mut self, aor: Aor) -> bool {
        self.licensing.line.iter().any(|queued| queued.aor == aor)
    }

    pub(super) fn take_all(
        &mut self,
        cluster: &Cluster,
        now: Instant,
        aor: Aor,
        needs: FeatureSet,
        out: &mut Outbox,
    ) -> Result<(), Missing> {
        // R13-R18: what the software may not use is not there, however many units are idle.
        if let Some((feature, why)) = cluster.refusal(self.index, aor.block, needs) {
            return Err(Missing { feature, why });
        }
        let stands_in = self.stands_in();
        let mut sources = [OWN; Feature::FLOATING.len()];
        for feature in each(needs) {
            let source = self.licensing.source_of(feature, now, stands_in);
            // Nobody lends an IPVA licence (R29): there is nothing to wait for.
            let why = if feature == Feature::Ipva { Reason::Ipva } else { Reason::None };
            sources[feature.index()] = source.ok_or(Missing { feature, why })?;
            if planted(Mutant::KeepsHalf) && feature != Feature::Ipva {
                self.hand_out(cluster, aor, feature, sources[feature.index()], out);
            }
        }
        if planted(Mutant::KeepsHalf) {
            return Ok(());
        }
        // The IPVA licence comes with its port.
        each(needs.without(Feature::Ipva))
            .for_each(|feature| self.hand_out(cluster, aor, feature, sources[feature.index()], out));
        Ok(())
    }

    fn hand_out(&mut self, cluster: &Cluster, aor: Aor, feature: Feature, source: usize, out: &mut Outbox) {
        self.licensing.take(feature, source, aor, cluster, out);
        if source == OWN {
            self.claim_direct(cluster, feature, aor.block, place_of(feature, aor, cluster), out);
        }
        let unit = Unit::from_source(source);
        if feature == Feature::Port {
            if let Some(object) = self.bindings.object(aor) {
                object.port = unit;
            }
        } else if let Some(binding) = self.bindings.of(aor, &cluster.people) {
            binding.unit = unit;
        }
    }

    pub(super) fn report_grants(
        &self,
        cluster: &Cluster,
        aor: Aor,
        needs: FeatureSet,
        asked: Instant,
        queued: bool,
        out: &mut Outbox,
    ) {
        let endpoint = Self::endpoint(aor, cluster);
        each(needs).for_each(|feature| out.report(Event::Granted { feature, endpoint, asked, queued }));
    }

    /// Refuses, or puts in line where the feature has one; other features it asked for are given up (rolled back).
    pub(super) fn refuse(
        &mut self,
        cluster: &Cluster,
        waiting: Waiting,
        reason: Reason,
        out: &mut Outbox,
    ) -> Admission {
        let Waiting { aor, needs, missing: feature, asked } = waiting;
        let endpoint = Self::endpoint(aor, cluster);
        if reason == Reason::NoUnit && cluster.checkout.queues_for.contains(feature) {
            out.report(Event::Queued { feature, endpoint });
            self.licensing.line.push_back(Queued { aor, needs, feature, asked });
            if let Some(stock) = self.licensing.own.as_mut().and_then(|own| own.stock_mut(feature)) {
                stock.queue(self.index);
            }
            return Admission::InLine;
        }
        let facts = &cluster.facts[usize::from(self.index)];
        let decentral = facts.domain == self.index && facts.role == Role::Slave;
        let reason = match reason {
            Reason::NoUnit if self.licensing.is_quarantined() => Reason::Quarantine,
            Reason::NoUnit if decentral => Reason::DecentralExhausted,
            reason => reason,
        };
        let free = self.free_of(feature);
        if !planted(Mutant::ForgetsRefusal) {
            out.report(Event::Denied { feature, endpoint, reason, asked, free });
        }
        each(needs.without(feature)).for_each(|feature| out.report(Event::Abandoned { feature, endpoint }));
        self.recall_idle(cluster, feature, self.index, 1, out);
        Admission::Denied(reason)
    }

    /// Units free at a stock of its own; 0 where the authority is elsewhere.
    pub(super) fn free_of(&self, feature: Feature) -> u32 {
        let own = if feature == Feature::Ipva { &self.licensing.appliance } else { &self.licensing.own };
        own.as_ref().and_then(|own| own.stock(feature)).map_or(0, Stock::available)
    }

    /// Grants those who waited, in order; who finds nothing although the authority has answered is refused.
    pub(super) fn serve_waiting(
        &mut self,
        cluster: &Cluster,
        now: Instant,
        feature: Feature,
        reason: Reason,
        out: &mut Outbox,
    ) {
        let mut others = FeatureSet::NONE;
        for _ in 0..self.licensing.waiting.len() {
            let Some(mut waiting) = self.licensing.waiting.pop_front() else { break };
            let needs = self.ask_anew(cluster, &mut waiting, out);
            match self.take_all(cluster, now, waiting.aor, needs, out) {
                Ok(()) => self.grant_waiting(cluster, now, waiting, out),
                Err(Missing { feature: missing, why }) if why != Reason::None => {
                    waiting.missing = missing;
                    self.refuse_waiting(cluster, now, waiting, why, out);
                }
                Err(missing) if missing.feature == feature && reason != Reason::None => {
                    self.refuse_waiting(cluster, now, waiting, reason, out);
                }
                Err(Missing { feature: missing, .. }) => {
                    waiting.missing = missing;
                    others = others.with(missing);
                    self.licensing.waiting.push_back(waiting);
                }
            }
        }
        // The feature is there now: whoever needs another beside it asks for that at once.
        each(others.without(feature)).for_each(|missing| self.ask_if_possible(cluster, now, missing, out));
    }

    /// What a waiting request needs by now. A port that another device of the object has lost meanwhile is asked for too.
    fn ask_anew(&self, cluster: &Cluster, waiting: &mut Waiting, out: &mut Outbox) -> FeatureSet {
        let needs = self.needs(waiting.aor, cluster);
        for feature in each(needs).filter(|feature| !waiting.needs.contains(*feature)) {
            out.report(Event::Asked { feature, endpoint: Self::endpoint(waiting.aor, cluster) });
        }
        waiting.needs = FeatureSet(waiting.needs.0 | needs.0);
        needs
    }

    pub(super) fn grant_waiting(&mut self, cluster: &Cluster, now: Instant, waiting: Waiting, out: &mut Outbox) {
        self.report_grants(cluster, waiting.aor, waiting.needs, waiting.asked, false, out);
        if let Some((request, expires_s)) = self.request_of(cluster, now, waiting.aor) {
            self.bind(cluster, now, &request, expires_s, out);
        }
    }

    pub(super) fn refuse_waiting(
        &mut self,
        cluster: &Cluster,
        now: Instant,
        waiting: Waiting,
        reason: Reason,
        out: &mut Outbox,
    ) {
        let Some((request, _)) = self.request_of(cluster, now, waiting.aor) else { return };
        match self.refuse(cluster, waiting, reason, out) {
            Admission::InLine => {
                self.set_state(cluster, waiting.aor, BindingState::InLine);
                self.answer(cluster, now, &request, 480, Saying { reason: Reason::InLine, ..Saying::default() }, out);
            }
            Admission::Denied(reason) => {
                self.set_state(cluster, waiting.aor, BindingState::None);
                self.deny(cluster, now, &request, reason, out);
            }
            Admission::Admitted | Admission::Asking => {}
        }
    }

    /// The REGISTER that a device's record has kept while it waited.
    pub(super) fn request_of(&self, cluster: &Cluster, now: Instant, aor: Aor) -> Option<(Request, u32)> {
        let binding = self.bindings.get(aor, &cluster.people)?;
        let request = Request {
            aor,
            branch: binding.branch,
            sequence: binding.sequence,
            source: Self::endpoint(aor, cluster),
            via: if binding.reliable { Via::Connection } else { Via::Datagram },
            delay: binding.expires_at.since(now),
        };
        Some((request, binding.expires_s))
    }

    /// A request that awaits an ACK is given up.
    fn stop_waiting(&mut self, aor: Aor, cluster: &Cluster, out: &mut Outbox) {
        let Some(place) = self.licensing.waiting.iter().position(|waiting| waiting.aor == aor) else { return };
        let Some(waiting) = self.licensing.waiting.remove(place) else { return };
        let endpoint = Self::endpoint(aor, cluster);
        each(waiting.needs).for_each(|feature| out.report(Event::Abandoned { feature, endpoint }));
    }

    /// A device that waited or stood in line is gone, or goes.
    pub(in crate::pbx) fn forget_request(&mut self, aor: Aor, cluster: &Cluster, out: &mut Outbox) {
        let endpoint = Self::endpoint(aor, cluster);
        self.stop_waiting(aor, cluster, out);
        let licensing = &mut self.licensing;
        if let Some(place) = licensing.line.iter().position(|queued| queued.aor == aor)
            && let Some(queued) = licensing.line.remove(place)
        {
            if let Some(stock) = licensing.own.as_mut().and_then(|own| own.stock_mut(queued.feature)) {
                stock.unqueue(self.index);
            }
            each(queued.needs).for_each(|feature| out.report(Event::Abandoned { feature, endpoint }));
        }
        let unbound =
            self.bindings.get(aor, &cluster.people).is_some_and(|binding| binding.state != BindingState::Bound);
        if unbound {
            self.set_state(cluster, aor, BindingState::None);
            self.free_units(aor, false, cluster, out);
        }
    }

    /// Requests without an answer within `t_rpc`.
    pub(super) fn on_overdue(&mut self, cluster: &Cluster, now: Instant, out: &mut Outbox) {
        while let Some(waiting) = self.licensing.waiting.front().copied().filter(|w| w.asked + ANSWER_WITHIN <= now) {
            self.licensing.waiting.pop_front();
            let lease = self.licensing.lease(waiting.missing);
            let grace = lease.is_some_and(|lease| lease.is_past_soft(now) && !lease.is_past_hard(now));
            let reason = if grace { Reason::GraceNoNew } else { Reason::LaUnreachable };
            self.refuse_waiting(cluster, now, waiting, reason, out);
        }
    }
}

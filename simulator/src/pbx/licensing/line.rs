//! Holders in line for a unit (`queues-for`): first come first served, over all PBXs of an authority.

use crate::licence::authority::Authority;
use crate::licence::feature::Feature;
use crate::licence::message::Ack;
use crate::licence::reason::Reason;
use crate::node::{Body, Outbox, Via};
use crate::pbx::cluster::Cluster;
use crate::pbx::node::Pbx;
use crate::sip::transaction::timing::TIMER_F;
use crate::time::Instant;

impl Pbx {
    /// The authority's line: first come first served, over all PBXs.
    pub(super) fn serve_line(&mut self, cluster: &Cluster, now: Instant, feature: Feature, out: &mut Outbox) {
        while let Some(stock) = self.licensing.own.as_mut().and_then(|own| own.stock_mut(feature)) {
            if !stock.has_line() {
                return;
            }
            let Some(pbx) = stock.next_in_line() else { return };
            let (sequence, held, idle) = stock.better(pbx);
            if pbx == self.index {
                self.offer_first(cluster, now, feature, out);
                continue;
            }
            let epoch = self.licensing.own.as_ref().map_or(0, Authority::epoch);
            let ack = Ack { feature, sequence, epoch, kept: None, held, stock: idle, reason: Reason::None };
            out.send(cluster.people.pbx(pbx), Via::Datagram, Body::Ack(ack));
        }
    }

    pub(super) fn serve_line_from_lease(
        &mut self,
        cluster: &Cluster,
        now: Instant,
        feature: Feature,
        out: &mut Outbox,
    ) {
        while self.licensing.line.iter().any(|queued| queued.feature == feature)
            && self.licensing.lease(feature).is_some_and(|lease| lease.has_idle(now))
        {
            if !self.offer_first(cluster, now, feature, out) {
                return;
            }
        }
    }

    /// Books the units of the first in line for it and tells it to register.
    pub(super) fn offer_first(&mut self, cluster: &Cluster, now: Instant, feature: Feature, out: &mut Outbox) -> bool {
        let Some(place) = self.licensing.line.iter().position(|queued| queued.feature == feature) else { return false };
        let queued = self.licensing.line[place];
        if self.take_all(cluster, now, queued.aor, queued.needs, out).is_err() {
            return false;
        }
        self.licensing.line.remove(place);
        self.report_grants(cluster, queued.aor, queued.needs, queued.asked, true, out);
        self.licensing.offers.push_back((now + TIMER_F, queued.aor));
        let reliable = self.bindings.get(queued.aor, &cluster.people).is_some_and(|binding| binding.reliable);
        let via = if reliable { Via::Connection } else { Via::Datagram };
        out.send(Self::endpoint(queued.aor, cluster), via, Body::Offer);
        true
    }

    /// Units have come free here: those in line, then (chunk 0) the authority.
    pub(in crate::pbx) fn after_release(&mut self, cluster: &Cluster, now: Instant, out: &mut Outbox) {
        self.end_lingering(cluster, now, out);
        for feature in Feature::LENT {
            self.serve_line(cluster, now, feature, out);
            self.serve_line_from_lease(cluster, now, feature, out);
            if self.gives_back(cluster, now, feature) {
                self.ask_if_possible(cluster, now, feature, out);
            }
        }
    }
}

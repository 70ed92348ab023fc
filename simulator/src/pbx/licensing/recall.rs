//! RECALL: an authority asks for idle units back, and for those of holders registered twice (checkout §3.4.2, §3.7).

use crate::event::{End, Event};
use crate::licence::feature::Feature;
use crate::licence::message::{Recall, Recalled};
use crate::node::{Body, NodeId, Outbox, Via};
use crate::pbx::cluster::Cluster;
use crate::pbx::node::Pbx;
use crate::time::Instant;

impl Pbx {
    /// Somebody at `except` waits for `missing` units: those idle elsewhere are asked for. Stock that is only kept ahead is
    /// not moved for more stock kept ahead; it would wander about for ever.
    pub(super) fn recall_idle(
        &mut self,
        cluster: &Cluster,
        feature: Feature,
        except: u16,
        missing: u32,
        out: &mut Outbox,
    ) {
        let Some(stock) = self.licensing.own.as_mut().and_then(|own| own.stock_mut(feature)) else { return };
        if missing == 0 || stock.in_quarantine() {
            return;
        }
        for (pbx, units) in stock.recall(except, missing) {
            out.report(Event::Recalled { feature, pbx, units });
            send(cluster, pbx, Recall { feature, what: Recalled::Idle(units) }, out);
        }
    }

    /// 3.7: these holders have been claimed anew and were booked for another PBX. The later claim counts: it says where the
    /// device went last, and no clocks are compared.
    pub(super) fn resolve_doubles(
        &mut self,
        cluster: &Cluster,
        feature: Feature,
        doubles: &[(u16, u16, u32)],
        out: &mut Outbox,
    ) {
        for (loser, block, place) in doubles.iter().copied() {
            out.report(Event::Recalled { feature, pbx: loser, units: 1 });
            if loser == self.index {
                self.drop_holders(cluster, feature, &[(block, place)], End::Recalled, out);
                continue;
            }
            send(cluster, loser, Recall { feature, what: Recalled::Holder { block, place } }, out);
        }
    }

    /// A holder has taken a unit here by direct call: nobody else may go on having it booked.
    pub(super) fn claim_direct(
        &mut self,
        cluster: &Cluster,
        feature: Feature,
        block: u16,
        place: u32,
        out: &mut Outbox,
    ) {
        let stock = self.licensing.own.as_ref().and_then(|own| own.stock(feature));
        if let Some(other) = stock.and_then(|stock| stock.booked_at(block, place)) {
            self.resolve_doubles(cluster, feature, &[(other, block, place)], out);
        }
    }

    /// The authority asks for something back.
    pub(in crate::pbx) fn on_recall(
        &mut self,
        cluster: &Cluster,
        now: Instant,
        source: NodeId,
        recall: &Recall,
        out: &mut Outbox,
    ) {
        let feature = recall.feature;
        let from_authority = |owner: u16| source == cluster.people.pbx(owner);
        let Some(lease) = self.licensing.lease(feature).filter(|lease| from_authority(lease.kind.owner)) else {
            return;
        };
        match recall.what {
            Recalled::Idle(units) => {
                if lease.recall(now, units) {
                    self.ask_if_possible(cluster, now, feature, out);
                }
            }
            Recalled::Holder { block, place } if lease.act().contains(block, place) => {
                self.drop_holders(cluster, feature, &[(block, place)], End::Recalled, out);
                // Telling so at once ends the double.
                self.ask_if_possible(cluster, now, feature, out);
            }
            Recalled::Holder { .. } => {}
        }
    }
}

fn send(cluster: &Cluster, pbx: u16, recall: Recall, out: &mut Outbox) {
    out.send(cluster.people.pbx(pbx), Via::Datagram, Body::Recall(recall));
}

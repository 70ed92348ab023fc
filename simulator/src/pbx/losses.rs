//! Calls that a PBX loses: with itself, or with the registration of one of their ends (M9).

use crate::event::{Event, QueueEnd};
use crate::licence::reason::Reason;
use crate::node::{NodeId, Outbox};
use crate::pbx::cluster::Cluster;
use crate::pbx::exchange::Queued;
use crate::pbx::node::Pbx;
use crate::time::Instant;

impl Pbx {
    /// The PBX is gone, and every call with it.
    pub(super) fn forget_calls(&mut self, cluster: &Cluster, now: Instant, out: &mut Outbox) {
        let population = |block: u16| cluster.people.blocks[usize::from(block)].block.population;
        let held = self.exchange.bridges.iter().flat_map(|bridge| bridge.held.claims());
        held.for_each(|claim| out.report(Event::ChannelFreed { of: claim.of(population) }));
        let owned = self.exchange.bridges.iter().filter(|bridge| bridge.owned);
        owned.for_each(|bridge| out.report(Event::CallOwned { session: bridge.session, on: false }));
        let queued = self.exchange.bridges.iter().filter_map(|bridge| bridge.queued).filter(|queued| !queued.answered);
        queued.for_each(|Queued { queue, since, .. }| {
            out.report(Event::QueueLeft { queue, waited: now.since(since), end: QueueEnd::Lost });
        });
        self.exchange.clear();
    }

    /// A device is not registered here any more: its calls are cut off (M9).
    pub(super) fn drop_calls(&mut self, cluster: &Cluster, now: Instant, device: NodeId, out: &mut Outbox) {
        for leg in self.exchange.of_device(device) {
            let Some((bridge, over)) = self.exchange.legs.get(leg).map(|record| (record.bridge, record.leg.is_over()))
            else {
                continue;
            };
            let Some(record) = self.exchange.bridges.get(bridge).filter(|record| !record.closed && !over) else {
                continue;
            };
            if self.has_passed_on(bridge, leg) {
                if let Some(record) = self.exchange.legs.get_mut(leg) {
                    record.leg.bye(now, out);
                }
                self.exchange.schedule(leg);
                self.on_transferor_gone(cluster, now, bridge, out);
                continue;
            }
            if leg != record.caller && leg != record.answered {
                self.withdraw(now, leg, out);
                self.on_refused(cluster, now, bridge, (480, Reason::None), out);
                continue;
            }
            out.report(Event::CallDropped { session: record.session });
            self.tell_caller(now, bridge, 480, Reason::None, out);
            self.hang_up(cluster, now, bridge, 0, out);
            self.exchange.remove_if_over(bridge);
        }
    }
}

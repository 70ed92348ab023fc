//! Units kept after release (`linger`, checkout §3.8): whoever comes back in time has its unit still, nobody else can have it.

use std::collections::{BTreeMap, VecDeque};

use super::sources::holder_at;
use crate::licence::feature::Feature;
use crate::node::Outbox;
use crate::pbx::bindings::{BindingState, Unit};
use crate::pbx::cluster::Cluster;
use crate::pbx::node::Pbx;
use crate::sip::message::Aor;
use crate::time::{Duration, Instant};

/// Units that linger at a PBX.
#[derive(Clone, Debug, Default)]
pub(super) struct Lingering {
    /// Released in this step; the instant is not known yet.
    fresh: Vec<(Feature, Aor)>,
    /// In the order in which they end. One that began anew meanwhile is passed over.
    ends: VecDeque<(Instant, Holder)>,
    last: BTreeMap<Holder, Instant>,
}

/// Feature, block, device and seat.
type Holder = (Feature, u16, u8, u32);

impl Lingering {
    fn begin(&mut self, now: Instant, linger: Duration) {
        for (feature, aor) in self.fresh.drain(..) {
            let holder = (feature, aor.block, aor.device as u8, aor.seat);
            self.ends.push_back((now + linger, holder));
            self.last.insert(holder, now + linger);
        }
    }

    /// The next holder whose time is over.
    fn over(&mut self, now: Instant) -> Option<Holder> {
        while self.ends.front().is_some_and(|(at, _)| *at <= now) {
            let (at, holder) = self.ends.pop_front()?;
            if self.last.get(&holder) == Some(&at) {
                self.last.remove(&holder);
                return Some(holder);
            }
        }
        None
    }

    /// When the first ends.
    pub(super) fn poll_timeout(&self) -> Instant {
        self.ends.front().map_or(Instant::NEVER, |(at, _)| *at)
    }
}

impl Pbx {
    /// The unit of this holder lingers from now on.
    pub(in crate::pbx) fn linger(&mut self, feature: Feature, aor: Aor) {
        self.licensing.lingering.fresh.push((feature, aor));
    }

    /// Gives back what has lingered long enough, and begins to count for what was released in this step.
    pub(super) fn end_lingering(&mut self, cluster: &Cluster, now: Instant, out: &mut Outbox) {
        self.licensing.lingering.begin(now, cluster.checkout_of(self.index).linger);
        while let Some((feature, block, device, seat)) = self.licensing.lingering.over(now) {
            if let Some(device) = crate::layout::Device::ALL.into_iter().find(|known| *known as u8 == device) {
                self.give_idle(cluster, feature, Aor { block, device, seat }, out);
            }
        }
    }

    /// Everything that lingers is given back: the PBX goes down.
    pub(in crate::pbx) fn forget_lingering(&mut self, cluster: &Cluster, out: &mut Outbox) {
        let lingering = core::mem::take(&mut self.licensing.lingering);
        let fresh = lingering.fresh.into_iter();
        let begun = lingering.last.into_keys().filter_map(|(feature, block, device, seat)| {
            let device = crate::layout::Device::ALL.into_iter().find(|known| *known as u8 == device)?;
            Some((feature, Aor { block, device, seat }))
        });
        for (feature, aor) in fresh.chain(begun).collect::<Vec<_>>() {
            self.give_idle(cluster, feature, aor, out);
        }
    }

    /// The same for one holder whose unit must go at once.
    pub(super) fn give_lingering(
        &mut self,
        cluster: &Cluster,
        feature: Feature,
        (block, place): (u16, u32),
        out: &mut Outbox,
    ) {
        if let Some(holder) = holder_at(feature, block, place, cluster) {
            self.give_idle(cluster, feature, holder, out);
        }
    }

    /// Gives a unit back unless its holder is registered again, or about to be.
    fn give_idle(&mut self, cluster: &Cluster, feature: Feature, aor: Aor, out: &mut Outbox) {
        let idle = |aor: Aor| {
            let binding = self.bindings.get(aor, &cluster.people);
            binding.is_none_or(|binding| binding.state == BindingState::None)
        };
        if feature == Feature::Port {
            let devices = &cluster.people.blocks[usize::from(aor.block)];
            let held = devices
                .devices_of(aor.seat)
                .any(|device| cluster.people.books(device).contains(Feature::Port) && !idle(Aor { device, ..aor }));
            let port = self.bindings.object_of(aor).port;
            if let (Some(source), false) = (port.source(), held) {
                if let Some(object) = self.bindings.object(aor) {
                    object.port = Unit::NONE;
                }
                self.licensing.give(feature, source, aor, cluster, out);
            }
            return;
        }
        if !idle(aor) {
            return;
        }
        let Some(binding) = self.bindings.of(aor, &cluster.people) else { return };
        if let Some(source) = core::mem::take(&mut binding.unit).source() {
            self.licensing.give(feature, source, aor, cluster, out);
        }
    }
}

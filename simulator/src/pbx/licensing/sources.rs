//! Where a unit comes from and goes back to.

use super::Licensing;
use crate::event::{Event, Kind, StockKind};
use crate::layout::Device;
use crate::licence::authority::{Authority, Stock};
use crate::licence::feature::Feature;
use crate::licence::lease::Lease;
use crate::node::Outbox;
use crate::pbx::cluster::Cluster;
use crate::sip::message::Aor;
use crate::time::Instant;

/// Places in the list of sources; escrow of further standbys lies at the places after the first's.
pub(super) const OWN: usize = 0;
pub(super) const STAND_IN: usize = 1;
pub(super) const LEASE: usize = 2;
pub(super) const ESCROW: usize = 3;

impl Licensing {
    /// The lease with its domain's authority.
    #[inline]
    pub(super) fn lease(&mut self, feature: Feature) -> Option<&mut Lease> {
        self.lease_at(feature, LEASE)
    }

    /// The lease behind a source.
    #[inline]
    pub(super) fn lease_at(&mut self, feature: Feature, source: usize) -> Option<&mut Lease> {
        self.leases.iter_mut().filter(|lease| lease.feature == feature).nth(source.checked_sub(LEASE)?)
    }

    /// The sources of escrow it has for a feature: one for each standby of its authority.
    pub(super) fn escrows(&self, feature: Feature) -> impl Iterator<Item = usize> + use<> {
        let escrows = self.leases.iter().filter(|l| l.feature == feature && l.kind.kind == Kind::Escrow).count();
        ESCROW..ESCROW + escrows
    }

    /// Its stock behind a source, if that is one of its own.
    fn stock_at(&mut self, feature: Feature, source: usize) -> Option<&mut Stock> {
        let authority = match source {
            OWN if feature == Feature::Ipva => &mut self.appliance,
            OWN => &mut self.own,
            _ => &mut self.stand_in,
        };
        authority.as_mut().and_then(|authority| authority.stock_mut(feature))
    }

    /// The first source that has an idle unit.
    #[inline]
    pub(super) fn source_of(&self, feature: Feature, now: Instant, stands_in: bool) -> Option<usize> {
        let stock_has = |authority: &Option<Authority>| {
            authority.as_ref().and_then(|a| a.stock(feature)).is_some_and(|stock| stock.available() > 0)
        };
        if feature == Feature::Ipva {
            return stock_has(&self.appliance).then_some(OWN);
        }
        if stock_has(&self.own) {
            return Some(OWN);
        }
        if stands_in && stock_has(&self.stand_in) {
            return Some(STAND_IN);
        }
        let mut leases = self.leases.iter().filter(|lease| lease.feature == feature);
        leases.position(|lease| lease.has_idle(now)).map(|place| LEASE + place)
    }

    /// A holder takes a unit of the source; the caller has found one idle there. On an appliance a port takes an IPVA licence
    /// with it (R27).
    pub(super) fn take(&mut self, feature: Feature, source: usize, aor: Aor, cluster: &Cluster, out: &mut Outbox) {
        self.take_one(feature, source, aor, cluster, out);
        if feature == Feature::Port && self.is_appliance() {
            self.take_one(Feature::Ipva, OWN, aor, cluster, out);
        }
    }

    /// The same without what comes with it.
    pub(super) fn take_one(&mut self, feature: Feature, source: usize, aor: Aor, cluster: &Cluster, out: &mut Outbox) {
        let (holder, place) = (holder_of(feature, aor), place_of(feature, aor, cluster));
        let Some(stock) = self.book(feature, source, aor.block, place) else { return };
        out.report(Event::Taken { feature, stock, holder });
    }

    fn book(&mut self, feature: Feature, source: usize, block: u16, place: u32) -> Option<StockKind> {
        if source >= LEASE {
            let lease = self.lease_at(feature, source)?;
            lease.take(block, place);
            return Some(lease.kind);
        }
        let stock = self.stock_at(feature, source)?;
        let taken = stock.take(block, place);
        debug_assert!(taken, "the source was found with an idle unit in this very step");
        Some(stock.kind)
    }

    /// A unit goes back to where it came from, and what came with it.
    pub(in crate::pbx) fn give(
        &mut self,
        feature: Feature,
        source: usize,
        aor: Aor,
        cluster: &Cluster,
        out: &mut Outbox,
    ) {
        self.give_one(feature, source, aor, cluster, out);
        if feature == Feature::Port && self.is_appliance() {
            self.give_one(Feature::Ipva, OWN, aor, cluster, out);
        }
    }

    /// The same without what came with it.
    pub(super) fn give_one(&mut self, feature: Feature, source: usize, aor: Aor, cluster: &Cluster, out: &mut Outbox) {
        let (holder, place) = (holder_of(feature, aor), place_of(feature, aor, cluster));
        let Some(stock) = self.unbook(feature, source, aor.block, place) else { return };
        if source < LEASE || !self.asleep {
            out.report(Event::Freed { feature, stock, holder });
        }
    }

    /// Whether what is borrowed was stated to be freed: while its PBX is frozen.
    pub(in crate::pbx) fn set_asleep(&mut self, asleep: bool) {
        self.asleep = asleep;
    }

    /// States every unit in use under a lease to be taken, or freed.
    pub(in crate::pbx) fn report_borrowed(&self, taken: bool, cluster: &Cluster, out: &mut Outbox) {
        for lease in &self.leases {
            for (block, place) in lease.act().iter() {
                let (feature, stock) = (lease.feature, lease.kind);
                let Some(holder) = holder_at(feature, block, place, cluster) else { continue };
                out.report(match taken {
                    true => Event::Taken { feature, stock, holder },
                    false => Event::Freed { feature, stock, holder },
                });
            }
        }
    }

    fn unbook(&mut self, feature: Feature, source: usize, block: u16, place: u32) -> Option<StockKind> {
        if source >= LEASE {
            let lease = self.lease_at(feature, source)?;
            lease.give(block, place);
            return Some(lease.kind);
        }
        let stock = self.stock_at(feature, source)?;
        stock.give(block, place);
        Some(stock.kind)
    }
}

/// Who holds a unit: the object for a port, the device for anything else (checkout §3.1).
fn holder_of(feature: Feature, aor: Aor) -> Aor {
    if is_of_object(feature) { aor.object() } else { aor }
}

/// Whether a unit is held by a user or trunk rather than by a device.
#[inline]
fn is_of_object(feature: Feature) -> bool {
    matches!(feature, Feature::Port | Feature::Ipva)
}

/// The holder at a place of a lease: the other way round.
pub(super) fn holder_at(feature: Feature, block: u16, place: u32, cluster: &Cluster) -> Option<Aor> {
    if is_of_object(feature) {
        return Some(Aor { block, device: Device::DeskPhone, seat: place });
    }
    let (device, seat) = cluster.people.blocks[usize::from(block)].device_at(place)?;
    Some(Aor { block, device, seat })
}

/// The place of that holder in its block.
pub(super) fn place_of(feature: Feature, aor: Aor, cluster: &Cluster) -> u32 {
    if is_of_object(feature) {
        return aor.seat;
    }
    cluster.people.blocks[usize::from(aor.block)].place(aor).unwrap_or(u32::MAX)
}

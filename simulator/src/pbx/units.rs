//! What hangs on a binding: the units a device holds and still needs.

use crate::licence::feature::{Feature, FeatureSet};
use crate::licence::mutant::{Mutant, planted};
use crate::node::Outbox;
use crate::pbx::bindings::Unit;
use crate::pbx::cluster::Cluster;
use crate::pbx::node::Pbx;
use crate::sip::message::Aor;

impl Pbx {
    /// Gives back a device's own unit, and the port if no device of the object is bound or about to be; what `lingers` is
    /// given back later.
    pub(super) fn free_units(&mut self, aor: Aor, lingers: bool, cluster: &Cluster, out: &mut Outbox) {
        let Some(binding) = self.bindings.of(aor, &cluster.people) else { return };
        let unit = if lingers { binding.unit } else { core::mem::take(&mut binding.unit) };
        if let Some(source) = unit.source() {
            let own = cluster.people.books(aor.device).without(Feature::Port);
            let feature = Feature::LENT.into_iter().find(|feature| own.contains(*feature));
            match feature {
                Some(feature) if lingers => self.linger(feature, aor),
                Some(feature) => self.licensing.give(feature, source, aor, cluster, out),
                None => {}
            }
        }
        let books_port = cluster.people.books(aor.device).contains(Feature::Port);
        let object = self.bindings.object_of(aor);
        let others = self
            .bindings
            .bound_devices(aor)
            .any(|device| device != aor.device && cluster.people.books(device).contains(Feature::Port));
        if let (Some(source), true, false) = (object.port.source(), books_port, others) {
            if lingers {
                return self.linger(Feature::Port, aor);
            }
            if let Some(object) = self.bindings.object(aor) {
                object.port = Unit::NONE;
            }
            self.licensing.give(Feature::Port, source, aor, cluster, out);
        }
    }

    /// What a device must still book to be bound.
    pub(super) fn needs(&self, aor: Aor, cluster: &Cluster) -> FeatureSet {
        if !cluster.licensed {
            return FeatureSet::NONE;
        }
        let mut needs = cluster.people.books(aor.device);
        if self.bindings.object_of(aor).port != Unit::NONE && !planted(Mutant::PortPerDevice) {
            needs = needs.without(Feature::Port);
        }
        if self.bindings.get(aor, &cluster.people).is_some_and(|binding| binding.unit != Unit::NONE) {
            needs = FeatureSet(needs.0 & FeatureSet::NONE.with(Feature::Port).0);
        }
        self.with_ipva(needs)
    }

    /// R27: on an appliance a port is booked with an IPVA licence, or not at all.
    pub(super) fn with_ipva(&self, needs: FeatureSet) -> FeatureSet {
        if needs.contains(Feature::Port) && self.licensing.is_appliance() { needs.with(Feature::Ipva) } else { needs }
    }
}

//! One step as observers see it.

use simulator::node::NodeId;
use simulator::sip::message::Aor;
use simulator::site::Site;
use simulator::time::Instant;

/// Where and when a fact was stated.
#[derive(Clone, Copy)]
pub(super) struct Step<'a> {
    pub(super) now: Instant,
    pub(super) node: NodeId,
    /// Index of the PBX that made the step, if one did.
    pub(super) pbx: Option<usize>,
    pub(super) site: &'a Site,
}

impl<'a> Step<'a> {
    pub(super) fn new(now: Instant, node: NodeId, site: &'a Site) -> Self {
        Self { now, node, pbx: site.pbx_index(node), site }
    }

    /// Who made the step, if an endpoint or a party at one did.
    #[inline]
    pub(super) fn aor(&self) -> Option<Aor> {
        self.site.device(self.node).map(simulator::endpoint::phone::Phone::aor)
    }

    /// Who an endpoint is.
    #[inline]
    pub(super) fn aor_of(&self, endpoint: NodeId) -> Option<Aor> {
        self.site.phones().get(endpoint.index()).map(simulator::endpoint::phone::Phone::aor)
    }
}

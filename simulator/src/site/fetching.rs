//! Which records an event will touch: what the processor is told to fetch before it is handled.

use super::Site;
use crate::node::{Body, NodeId, Packet};
use crate::numbers::Destination;
use crate::pbx::node::Pbx;
use crate::prefetch::prefetch;
use crate::sip::message::{Aor, CallRequest, Method};

impl Site {
    /// The records that the event itself names.
    #[inline]
    pub(super) fn fetch(&self, node: NodeId, packet: Option<&Packet>) {
        if let Some(phone) = self.phones.get(node.index()) {
            return prefetch(phone);
        }
        let Some(pbx) = self.pbxs.get(node.index() - self.phones.len()) else { return self.parties.fetch(node) };
        let Some(packet) = packet else { return };
        match packet.body {
            Body::Register(register) => {
                if let Some(phone) = self.phones.get(packet.source.index()) {
                    prefetch(phone);
                }
                if let Some(binding) = pbx.bindings().get(register.aor, &self.cluster.people) {
                    prefetch(binding);
                }
            }
            Body::Call(request) => self.fetch_for(pbx, &request),
            Body::Answer(response) => pbx.exchange().fetch(response.from_tag),
            _ => {
                if let Some(phone) = self.phones.get(packet.source.index()) {
                    prefetch(phone);
                }
            }
        }
    }

    /// Of a request about a call its leg; of an INVITE the bindings of both sides.
    fn fetch_for(&self, pbx: &Pbx, request: &CallRequest) {
        if request.to_tag != 0 {
            return pbx.exchange().fetch(request.to_tag);
        }
        if request.method != Method::Invite {
            return;
        }
        let people = &self.cluster.people;
        if let Some(binding) = people.aor(request.caller).and_then(|aor| pbx.bindings().get(aor, people)) {
            prefetch(binding);
        }
        if let Destination::User(block, seat) = people.numbers.find(request.dialled)
            && let Some(device) = people.blocks[usize::from(block)].devices_of(seat).next()
            && let Some(binding) = pbx.bindings().get(Aor { block, device, seat }, people)
        {
            prefetch(binding);
        }
    }

    /// What those records lead to: of a call's leg its bridge and device, of the bridge the other leg, of that its device.
    #[inline]
    pub(super) fn fetch_further(&self, node: NodeId, packet: Option<&Packet>, depth: u8) {
        let Some(place) = node.index().checked_sub(self.phones.len()) else { return };
        let Some(pbx) = self.pbxs.get(place) else {
            if depth == 1
                && let Some(phone) = self.parties.owner(node).and_then(|owner| self.phones.get(owner.index()))
            {
                prefetch(phone);
            }
            return;
        };
        let leg = match packet.map(|packet| &packet.body) {
            Some(Body::Call(request)) => request.to_tag,
            Some(Body::Answer(response)) => response.from_tag,
            _ => return,
        };
        if let Some(phone) = self.phones.get(pbx.exchange().fetch_further(leg, depth).index()) {
            prefetch(phone);
        }
    }
}

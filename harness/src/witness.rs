//! Whoever sees a run beside the recorder, and changes nothing.

use simulator::event::Event;
use simulator::node::{NodeId, Packet, Passage};
use simulator::schedule::Entry;
use simulator::simulation::Observer;
use simulator::site::Site;
use simulator::time::Instant;

use crate::recorder::Recorder;

/// A recorder, and a witness who sees the same before it.
pub(crate) struct Watch<'r, 'p, W> {
    pub(crate) recorder: &'r mut Recorder<'p>,
    pub(crate) witness: &'r mut W,
}

impl<W: Observer> Observer for Watch<'_, '_, W> {
    #[inline]
    fn observe(&mut self, now: Instant, node: NodeId, events: &[Event], site: &Site) -> bool {
        self.witness.observe(now, node, events, site) & self.recorder.observe(now, node, events, site)
    }

    fn on_entry(&mut self, now: Instant, entry: &Entry, site: &Site) {
        self.witness.on_entry(now, entry, site);
        self.recorder.on_entry(now, entry, site);
    }

    #[inline]
    fn on_packet(&mut self, now: Instant, packet: &Packet, passage: Passage, site: &Site) {
        self.witness.on_packet(now, packet, passage, site);
    }
}

/// A witness that looks away.
#[derive(Clone, Copy, Debug)]
pub struct Nobody;

impl Observer for Nobody {
    #[inline]
    fn observe(&mut self, _: Instant, _: NodeId, _: &[Event], _: &Site) -> bool {
        true
    }

    fn on_entry(&mut self, _: Instant, _: &Entry, _: &Site) {}
}

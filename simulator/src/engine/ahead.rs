//! Looking ahead: the processor is told which records the next events will touch, while the present one is handled.

use super::{Due, Engine, WAKE};
use crate::node::{Elements, Packet};
use crate::prefetch::prefetch;

/// Places between the event in hand and the one whose records are fetched …
const LOOK_AHEAD: usize = 6;
/// … and those whose records are there by now, so that what they lead to can be fetched: depth, and places.
const LOOK_FURTHER: [(u8, usize); 3] = [(1, 4), (2, 2), (3, 1)];

impl<E: Elements> Engine<E> {
    #[inline(always)]
    pub(super) fn look_ahead(&self) {
        if let Some(due) = self.queue.ahead(LOOK_AHEAD) {
            if let Some(wake) = self.wakes.get(due.node.index()) {
                prefetch(wake);
            }
            self.elements.prefetch(due.node, self.packet_of(*due));
        }
        if self.leads_further {
            for (depth, places) in LOOK_FURTHER {
                if let Some(due) = self.queue.ahead(places) {
                    self.elements.prefetch_further(due.node, self.packet_of(*due), depth);
                }
            }
        }
    }

    #[inline]
    fn packet_of(&self, due: Due) -> Option<&Packet> {
        (due.packet != WAKE).then(|| &self.flights[due.packet as usize].packet)
    }
}

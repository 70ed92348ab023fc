//! Who is told what the engine does.

use crate::event::Event;
use crate::node::{NodeId, Packet, Passage};
use crate::time::Instant;

/// Who is told what the engine does. Must not feed back.
pub trait Watch<E> {
    /// A step was made: instant, node, facts, and the state after it. Answers whether to go on.
    fn step(&mut self, now: Instant, node: NodeId, events: &[Event], elements: &E) -> bool;

    /// Something becomes of a packet.
    #[inline]
    fn packet(&mut self, _now: Instant, _packet: &Packet, _passage: Passage, _elements: &E) {}
}

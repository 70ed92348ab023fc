//! The last events before a breach.

use simulator::event::Event;
use simulator::node::NodeId;
use simulator::time::Instant;

const EVENTS: usize = 32;

/// A ring of facts.
#[derive(Clone, Debug, Default)]
pub(super) struct Ring {
    facts: Vec<(Instant, NodeId, Event)>,
    /// Place of the oldest, once it is full.
    oldest: usize,
}

impl Ring {
    #[inline]
    pub(super) fn push(&mut self, now: Instant, node: NodeId, event: Event) {
        if self.facts.len() < EVENTS {
            return self.facts.push((now, node, event));
        }
        self.facts[self.oldest] = (now, node, event);
        self.oldest = (self.oldest + 1) % EVENTS;
    }

    /// One line each, oldest first, with the name of the node.
    pub(super) fn lines(&self, name: impl Fn(NodeId) -> String) -> Vec<String> {
        let (newer, older) = self.facts.split_at(self.oldest);
        let line = |(at, node, event): &(Instant, NodeId, Event)| {
            format!("{:14.6} s  {}  {event:?}", at.as_secs_f64(), name(*node))
        };
        older.iter().chain(newer).map(line).collect()
    }
}

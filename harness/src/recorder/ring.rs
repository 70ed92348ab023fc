//! The last events before a breach.

use std::collections::VecDeque;

use simulator::event::Event;
use simulator::node::NodeId;
use simulator::time::Instant;

const EVENTS: usize = 32;

/// A ring of facts.
#[derive(Clone, Debug, Default)]
pub(super) struct Ring(VecDeque<(Instant, NodeId, Event)>);

impl Ring {
    #[inline]
    pub(super) fn push(&mut self, now: Instant, node: NodeId, event: Event) {
        if self.0.len() == EVENTS {
            self.0.pop_front();
        }
        self.0.push_back((now, node, event));
    }

    /// One line each, oldest first, with the name of the node.
    pub(super) fn lines(&self, name: impl Fn(NodeId) -> String) -> Vec<String> {
        self.0
            .iter()
            .map(|(at, node, event)| format!("{:14.6} s  {}  {event:?}", at.as_secs_f64(), name(*node)))
            .collect()
    }
}

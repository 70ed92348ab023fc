//! The route set of a dialog (RFC 3261 §12.1), bounded.

use crate::id::NodeId;

/// Proxies that asked to stay in the path, in the order in which our requests meet them; nobody behind the last. 8
/// bytes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RouteSet([NodeId; Self::MOST]);

impl RouteSet {
    /// As many as fit; a longer one is refused where it comes in.
    pub const MOST: usize = 2;
    /// Straight to the remote target.
    pub const EMPTY: Self = Self([NodeId::NONE; Self::MOST]);

    /// From the Record-Route headers of the request that made the dialog: the callee keeps their order (§12.1.1).
    /// `None`: there are more than fit.
    pub fn of_callee(recorded: &[NodeId]) -> Option<Self> {
        let mut route = Self::EMPTY;
        route.0.get_mut(..recorded.len())?.copy_from_slice(recorded);
        Some(route)
    }

    /// From those of the response: the caller reverses them (§12.1.2).
    pub fn of_caller(recorded: &[NodeId]) -> Option<Self> {
        let mut route = Self::of_callee(recorded)?;
        route.0[..recorded.len()].reverse();
        Some(route)
    }

    /// Its hops, the next one first.
    pub fn hops(&self) -> &[NodeId] {
        let length = self.0.iter().position(|hop| *hop == NodeId::NONE).unwrap_or(Self::MOST);
        &self.0[..length]
    }

    /// Where a request goes first: the first hop, or the remote target itself (§12.2.1.1, §8.1.2; all routers loose).
    #[inline]
    pub fn next_hop(&self, target: NodeId) -> NodeId {
        self.hops().first().copied().unwrap_or(target)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caller_reverses_what_the_callee_keeps() {
        let recorded = [NodeId(1), NodeId(2)];
        assert_eq!(RouteSet::of_callee(&recorded).unwrap().hops(), [NodeId(1), NodeId(2)]);
        assert_eq!(RouteSet::of_caller(&recorded).unwrap().hops(), [NodeId(2), NodeId(1)]);
    }

    #[test]
    fn without_a_hop_a_request_goes_to_the_target() {
        assert_eq!(RouteSet::EMPTY.next_hop(NodeId(9)), NodeId(9));
        assert_eq!(RouteSet::of_callee(&[NodeId(1)]).unwrap().next_hop(NodeId(9)), NodeId(1));
    }

    #[test]
    fn three_hops_are_too_many() {
        assert_eq!(RouteSet::of_caller(&[NodeId(1), NodeId(2), NodeId(3)]), None);
    }
}

//! What waits before a node that is frozen: the buffers of its operating system, which are all that hears.

use crate::node::Packet;

/// Datagrams that a socket keeps: Linux's `rmem_default` of 212,992 bytes, of which a SIP message of 500 to 1,000 bytes
/// takes 1,280 or 2,304 with its bookkeeping. Later ones are lost.
pub const DATAGRAMS: usize = 128;
/// Messages over connections that wait, one of each: Linux's `somaxconn`. Later ones are lost.
pub const CONNECTED: usize = 4_096;

/// What has come for one frozen node.
#[derive(Clone, Debug, Default)]
pub(super) struct Held {
    /// In the order they came, and whether the node had put it off: it is in the node's own queue then, and stays.
    packets: Vec<(Packet, bool)>,
    datagrams: usize,
    connected: usize,
}

impl Held {
    /// Keeps a packet; false if its buffer is full.
    pub(super) fn keep(&mut self, packet: Packet, put_off: bool) -> bool {
        if !put_off {
            let (count, most) =
                if packet.reliable { (&mut self.connected, CONNECTED) } else { (&mut self.datagrams, DATAGRAMS) };
            if *count == most {
                return false;
            }
            *count += 1;
        }
        self.packets.push((packet, put_off));
        true
    }

    /// How many it keeps.
    pub(super) fn len(&self) -> usize {
        self.packets.len()
    }

    /// All of them, in the order they came.
    pub(super) fn into_packets(self) -> impl Iterator<Item = (Packet, bool)> {
        self.packets.into_iter()
    }
}

//! What nodes are to the engine and to one another: ids, packets, inputs, and the outbox they write to.
//!
//! Nodes never fail and never wait: `handle` takes one input and puts packets and facts into an [`Outbox`]. Timers are
//! read, never emitted: a node's deadlines are fields and `poll_timeout` is their minimum.

pub use crate::id::{Handle, NodeId};
pub use crate::layout::Place;

use crate::event::Event;
use crate::licence::holders::HolderSet;
use crate::licence::message::{Ack, Recall, Renew};
use crate::sip::message::{CallRequest, CallResponse, Register, Response, Session};
use crate::time::{Duration, Instant};

/// What one node sends another. Integers only; text and addresses exist at the wire's edge.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Packet {
    /// Who sent it.
    pub source: NodeId,
    /// For whom it is.
    pub target: NodeId,
    /// Whether it travels over a connection (RFC 3261 §18).
    pub reliable: bool,
    /// What it says.
    pub body: Body,
}

/// What becomes of a packet.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Passage {
    /// Its sender has sent it.
    Leaves {
        /// When it leaves the sender, whose service time it is behind.
        departs: Instant,
        /// When it will be there, unless its sender crashes before it leaves; `None`: it gets lost.
        arrives: Option<Instant>,
    },
    /// Its target handles it, perhaps for the second time because it had put it off.
    Heard,
    /// Nobody hears it: its target is down, or its sender crashed before it left.
    Unheard,
}

/// The messages there are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Body {
    /// A SIP REGISTER.
    Register(Register),
    /// A SIP response to a REGISTER.
    Response(Response),
    /// The peer of a connection is gone, or nobody listens there: TCP's RST, or ICMP's "refused".
    Reset,
    /// A keep-alive probe (RFC 5626 §4.4).
    Ping,
    /// Its answer.
    Pong,
    /// "A unit is yours": tells an endpoint in line to register now.
    Offer,
    /// A standby looks whether its active lives: its periodic registration (M3).
    Look {
        /// Number of the look.
        number: u32,
    },
    /// The active's answer.
    Seen {
        /// Number of the look.
        number: u32,
    },
    /// A PBX reports its holders and asks for units (checkout §3.2).
    Renew(Renew),
    /// The licence authority's answer.
    Ack(Ack),
    /// The authority would like idle units back; a hint only.
    Recall(Recall),
    /// An open source tells a free seat that its session begins.
    Begin,
    /// A seat tells its open source that it is free again.
    Free,
    /// A request about a call.
    Call(CallRequest),
    /// A response to one.
    Answer(CallResponse),
    /// A flow tells a party that its call begins, or a party itself that it dials again.
    Dial,
    /// A device tells the parties of its calls that it lost its registration.
    Unregistered,
    /// A party that asks somebody before a transfer tells the one it asks for.
    Consulted {
        /// For which call it asked.
        session: Session,
        /// The PBX's tag of the call to whom was asked; 0: there is none.
        tag: u32,
    },
}

impl Body {
    /// What travels beside the packet, if anything does.
    #[inline]
    pub fn attachment(&self) -> Option<Handle> {
        match self {
            Self::Renew(renew) => Some(renew.holders),
            Self::Ack(ack) => ack.kept,
            _ => None,
        }
    }

    /// With another attachment in its place: a duplicated packet carries a copy.
    #[must_use]
    pub fn with_attachment(mut self, handle: Handle) -> Self {
        match &mut self {
            Self::Renew(renew) => renew.holders = handle,
            Self::Ack(ack) => ack.kept = ack.kept.map(|_| handle),
            _ => {}
        }
        self
    }
}

/// What a node is given.
#[derive(Clone, Copy, Debug)]
pub enum Input<'a> {
    /// A packet has arrived.
    Packet(&'a Packet),
    /// A packet this node put off is due again.
    Deferred(&'a Packet),
    /// `poll_timeout` has come.
    Timeout,
}

/// How something leaves a node.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Via {
    /// A datagram: may be lost, doubled, overtaken.
    Datagram,
    /// A connection: loss becomes delay.
    Connection,
    /// Within one machine: at once and surely.
    Local,
}

/// One thing sent.
#[derive(Clone, Copy, Debug)]
pub struct Sent {
    /// Time until it leaves the sender.
    pub delay: Duration,
    /// To whom.
    pub target: NodeId,
    /// How.
    pub via: Via,
    /// What.
    pub body: Body,
}

/// What a node answers with: owned by the driver and reused.
#[derive(Clone, Debug, Default)]
pub struct Outbox {
    /// Sent, in order.
    pub sent: Vec<Sent>,
    /// Facts, in order.
    pub events: Vec<Event>,
    /// Set by a node that wants the packet it was given once more, at this instant.
    pub deferred: Option<Instant>,
    /// Side store of what exceeds a packet.
    pub attachments: Attachments,
}

impl Outbox {
    /// Sends now.
    #[inline]
    pub fn send(&mut self, target: NodeId, via: Via, body: Body) {
        self.send_after(Duration::ZERO, target, via, body);
    }

    /// Sends once `delay`, the sender's service time, has passed; lost if the sender crashes before.
    #[inline]
    pub fn send_after(&mut self, delay: Duration, target: NodeId, via: Via, body: Body) {
        self.sent.push(Sent { delay, target, via, body });
    }

    /// States a fact.
    #[inline]
    pub fn report(&mut self, event: Event) {
        self.events.push(event);
    }

    /// Asks for the packet just given once more, at `until`: it waits in the node's queue.
    #[inline]
    pub fn defer(&mut self, until: Instant) {
        self.deferred = Some(until);
    }

    /// Forgets what was sent and reported; attachments stay.
    #[inline]
    pub fn clear(&mut self) {
        self.sent.clear();
        self.events.clear();
        self.deferred = None;
    }
}

/// Holder sets in flight, by handle; slots are reused.
#[derive(Clone, Debug, Default)]
pub struct Attachments {
    sets: Vec<HolderSet>,
    free: Vec<u32>,
}

impl Attachments {
    /// Stores a copy of `set`.
    pub fn put(&mut self, set: &HolderSet) -> Handle {
        let place = self.free.pop().unwrap_or_else(|| {
            self.sets.push(HolderSet::default());
            (self.sets.len() - 1) as u32
        });
        self.sets[place as usize].clone_from(set);
        Handle(place)
    }

    /// What lies there.
    pub fn get(&self, handle: Handle) -> &HolderSet {
        &self.sets[handle.0 as usize]
    }

    /// A copy under a handle of its own.
    pub fn duplicate(&mut self, handle: Handle) -> Handle {
        let copy = core::mem::take(&mut self.sets[handle.0 as usize]);
        let duplicate = self.put(&copy);
        self.sets[handle.0 as usize] = copy;
        duplicate
    }

    /// Gives the slot back.
    pub fn release(&mut self, handle: Handle) {
        self.free.push(handle.0);
    }

    /// How many are in flight.
    pub fn in_flight(&self) -> usize {
        self.sets.len() - self.free.len()
    }
}

/// A machine: what tests, fixtures and the wire drive.
pub trait Node {
    /// Constants it shares with its like.
    type Profile;

    /// Takes one input; answers through `out`.
    fn handle(&mut self, profile: &Self::Profile, now: Instant, input: Input<'_>, out: &mut Outbox);

    /// When it next wants [`Input::Timeout`]; a function of its record alone.
    fn poll_timeout(&self) -> Instant;
}

/// All nodes of a run: what the engine drives.
pub trait Elements {
    /// How many there are.
    fn nodes(&self) -> usize;

    /// Gives `node` an input.
    fn handle(&mut self, node: NodeId, now: Instant, input: Input<'_>, out: &mut Outbox);

    /// When `node` next wants a timeout.
    fn poll_timeout(&self, node: NodeId) -> Instant;

    /// Whether `node` hears anything.
    fn is_up(&self, node: NodeId) -> bool;

    /// Whether `node` hears nothing now but will hear later what comes meanwhile.
    fn is_frozen(&self, node: NodeId) -> bool;

    /// Where `node` is.
    fn place(&self, node: NodeId) -> Place;

    /// The random stream of `node` (see [`crate::rng::stream`]).
    fn stream(&self, node: NodeId) -> u64;

    /// Counts a packet to or from an endpoint that the network judges.
    fn count_packet(&mut self, endpoint: NodeId) -> u32;

    /// Hints the processor at the records that an event will touch.
    fn prefetch(&self, node: NodeId, packet: Option<&Packet>);

    /// Whether those records lead to others worth a hint.
    fn leads_further(&self) -> bool {
        false
    }

    /// Hints at what those records lead to, once they are there: at `depth` 1 what they name, at 2 what that names, at 3 what
    /// that names.
    fn prefetch_further(&self, _node: NodeId, _packet: Option<&Packet>, _depth: u8) {}
}

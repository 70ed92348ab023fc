//! The edge of calls: requests and responses about them as text, whichever side they are on.
//!
//! A leg sends requests and is sent some, so that endpoints and PBXs have the same edge. What we send is printed from
//! integers (`names`); what others made up is kept with the dialog it belongs to (`dialogs`), and their requests until
//! they are answered ([`super::transactions`]).

mod answers;
mod dialogs;
mod hearing;
mod invited;
mod media;
mod names;
mod requests;
mod timers;

use std::collections::BTreeMap;
use std::net::SocketAddr;

use simulator::endpoint::people::People;
use simulator::node::{Body, NodeId, Packet};
use simulator::sip::message::Session;
use simulator::sip::text::method::Method;
use simulator::sip::text::verdict::Abilities;
use simulator::time::Instant;

use super::directory::Directory;
use super::line::Line;
use super::transactions::Transactions;
use dialogs::Dialogs;
use names::Names;

/// What anybody in a call can do.
const ABILITIES: Abilities = Abilities {
    methods: &[Method::Invite, Method::Ack, Method::Bye, Method::Cancel, Method::Options, Method::Update],
    extensions: &["timer"],
    bodies: &["application/sdp"],
};
const ALLOW: &str = "INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE";

/// Which side of the wire is ours.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Side {
    /// The endpoints. Others are PBXs.
    Endpoints,
    /// The PBXs, each at the socket of its index. Others are endpoints; their parties are nodes from this number on.
    Pbxs(u32),
}

/// Writes and reads what is said about calls.
#[derive(Debug)]
pub struct Calls {
    side: Side,
    directory: Directory,
    /// By socket.
    locals: Vec<SocketAddr>,
    names: Names,
    dialogs: Dialogs,
    requests: Transactions<Asked>,
    /// Where devices have registered from, by PBX.
    reach: BTreeMap<(usize, NodeId), Reach>,
    /// By endpoint: our end of its connection.
    streams: BTreeMap<usize, SocketAddr>,
    /// By endpoint: what it called last.
    latest: BTreeMap<NodeId, Session>,
    /// Attempts that others have made.
    attempts: u32,
}

/// What is known of a request that is kept.
#[derive(Debug)]
struct Asked {
    dialog: u32,
    /// The CANCEL of it: it goes by the same branch, and its answer has its header fields.
    cancel: Option<Box<[u8]>>,
}

/// Where a device is.
#[derive(Debug)]
struct Reach {
    /// Its Contact.
    contact: Box<[u8]>,
    /// Where its REGISTER came from.
    address: SocketAddr,
    /// By which line.
    line: Line,
}

impl Calls {
    /// Of that side; `locals`: the address of each of its sockets.
    pub fn new(side: Side, directory: Directory, locals: Vec<SocketAddr>, secret: u64) -> Self {
        Self {
            side,
            directory,
            locals,
            names: Names::new(secret),
            dialogs: Dialogs::default(),
            requests: Transactions::default(),
            reach: BTreeMap::new(),
            streams: BTreeMap::new(),
            latest: BTreeMap::new(),
            attempts: 0,
        }
    }

    /// Dialogs and requests whose text is kept.
    pub fn kept(&self) -> (usize, usize) {
        (self.dialogs.len(), self.requests.len())
    }

    /// Writes what a leg of ours sends; the line and the address it goes by. `None`: it is about nothing we know.
    pub fn write(
        &mut self,
        people: &People,
        now: Instant,
        packet: &Packet,
        out: &mut Vec<u8>,
    ) -> Option<(Line, SocketAddr)> {
        match &packet.body {
            Body::Call(request) => self.write_request(people, now, packet, request, out),
            Body::Answer(response) => self.write_answer(packet, response, out),
            _ => None,
        }
    }

    /// Forgets what nobody can ask for any more; `is_alive` says whether a node still has the leg with a tag.
    pub fn sweep(&mut self, now: Instant, is_alive: impl Fn(NodeId, u32) -> bool) {
        self.requests.forget(now);
        self.dialogs.sweep(now, |(node, tag)| is_alive(node, tag));
    }

    /// A device has registered at a PBX of ours, from there, with that Contact.
    pub fn bound(&mut self, (line, address): (Line, SocketAddr), device: NodeId, contact: &[u8]) {
        self.reach.insert((line.socket, device), Reach { contact: contact.into(), address, line });
    }

    /// An endpoint has a connection, whose end here is this.
    pub fn connected(&mut self, endpoint: usize, local: SocketAddr) {
        self.streams.insert(endpoint, local);
    }

    /// Our address on a line.
    pub fn local(&self, line: Line) -> SocketAddr {
        match (self.side, line.is_stream) {
            (Side::Endpoints, true) => self.streams.get(&line.socket).copied().unwrap_or(self.locals[0]),
            (Side::Endpoints, false) => self.locals[0],
            (Side::Pbxs(_), _) => self.locals[line.socket],
        }
    }
}

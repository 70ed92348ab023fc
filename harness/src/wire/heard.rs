//! What becomes of a message that has come, and where answers go.

use std::net::SocketAddr;

use simulator::node::Packet;
use simulator::sip::text::Fault;
use simulator::sip::text::message::Message;

use super::line::Line;

/// What becomes of a message.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Heard {
    /// For a node.
    Packet(Packet),
    /// Already answered, to that address.
    Answered(SocketAddr),
    /// Nothing.
    Dropped(Fault),
}

/// Where an answer goes (§18.2.2, RFC 3581): back by the connection, or to the address the request came from, and to the
/// port it came from or, without rport, to the one that its Via says. Never to a third party.
pub fn reply_to(message: &Message<'_>, (line, from): (Line, SocketAddr)) -> SocketAddr {
    let Ok(via) = message.via() else { return from };
    match via.rport() {
        Some(_) => from,
        None if line.is_stream => from,
        None => SocketAddr::new(from.ip(), via.port.unwrap_or(5060)),
    }
}

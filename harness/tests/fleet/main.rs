//! The same work on several workers: the same bytes, whoever joins, dies or is full.

#[path = "../cli/desk.rs"]
#[expect(dead_code, reason = "shared with the tests of the command line, which use all of it")]
mod desk;
#[path = "../wire/peers.rs"]
#[expect(dead_code, reason = "shared with the tests of the wire, which use all of it")]
mod peers;

mod bad_input;
mod deaths;
mod same;
mod server;
mod view;
mod wire;

use crate::desk::Desk;
use crate::peers::Peer;
use crate::server::Server;

/// A worker with one thread.
pub(crate) fn worker(desk: &Desk, server: &Server) -> Peer {
    Peer::start(&mut desk.command(&format!("worker --nats {} --jobs 1", server.url())))
}

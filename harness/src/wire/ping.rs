//! Before a run: one OPTIONS to each target. Nobody loads what does not answer.

use std::net::SocketAddr;

use simulator::rng::mix;
use simulator::sip::text::message::Message;
use simulator::time::{Duration, Instant};

use super::client::AGENT;
use super::clock::Clock;
use super::line::Line;
use super::socket::{LARGEST, Sockets};
use super::streams::Said;

/// How long an answer may take.
const PATIENCE: Duration = Duration::seconds(2);
/// RFC 3261's T1.
const AGAIN: Duration = Duration::millis(500);

/// Asks a target, by datagrams or by a connection; the status of its answer, or `None` if none came in two seconds.
pub fn ask(sockets: &mut Sockets, (is_stream, target): (bool, SocketAddr), domain: &str, secret: u64) -> Option<u16> {
    let clock = Clock::start();
    let line = if is_stream { Line::stream(NOBODY) } else { Line::datagrams(0) };
    let local = if is_stream { sockets.open(NOBODY, Instant::ZERO, target).ok()? } else { sockets.local(0) };
    let transport = line.transport();
    let branch = format!("z9hG4bK{:016x}", mix(secret ^ u64::from(target.port())));
    let request = format!(
        "OPTIONS sip:{domain} SIP/2.0\r\nVia: SIP/2.0/{transport} {local};rport;branch={branch}\r\nMax-Forwards: 70\r\n\
         From: <sip:pbxsim@{domain}>;tag={secret:016x}\r\nTo: <sip:{domain}>\r\nCall-ID: {branch}\r\n\
         CSeq: 1 OPTIONS\r\nUser-Agent: {AGENT}\r\nAccept: application/sdp\r\nContent-Length: 0\r\n\r\n"
    );
    let (mut next, end) = (Instant::ZERO, Instant::ZERO + PATIENCE);
    let mut buffer = vec![0; LARGEST];
    while clock.now() < end {
        if clock.now() >= next {
            // A connection carries it once.
            next = if is_stream { end } else { clock.now() + AGAIN };
            sockets.send(line, clock.now(), target, request.as_bytes()).ok()?;
        }
        sockets.wait(next.min(end).since(clock.now()));
        while let Some((length, _)) = sockets.receive(0, &mut buffer) {
            if let Some(status) = status_of(&buffer[..length], &branch) {
                return Some(status);
            }
        }
        while let Some((_, _, said)) = sockets.receive_stream(clock.now()) {
            match said {
                Said::Gone => return None,
                Said::Message(octets) => {
                    if let Some(status) = status_of(&octets, &branch) {
                        return Some(status);
                    }
                }
                Said::Break => {}
            }
        }
    }
    None
}

/// The final status of an answer to that request.
fn status_of(octets: &[u8], branch: &str) -> Option<u16> {
    let message = Message::read(octets).ok()?;
    let is_ours = message.via().is_ok_and(|via| via.branch() == Some(branch.as_bytes()));
    message.status().filter(|status| is_ours && *status >= 200)
}

/// No endpoint: the connection of the OPTIONS alone.
const NOBODY: usize = u32::MAX as usize;

//! Before a run: one OPTIONS to each target. Nobody loads what does not answer.

use std::net::SocketAddr;

use simulator::rng::mix;
use simulator::sip::text::message::Message;
use simulator::time::{Duration, Instant};

use super::client::AGENT;
use super::clock::Clock;
use super::socket::{LARGEST, Sockets};

/// How long an answer may take.
const PATIENCE: Duration = Duration::seconds(2);
/// RFC 3261's T1.
const AGAIN: Duration = Duration::millis(500);

/// Asks a target; the status of its answer, or `None` if none came in two seconds.
pub fn ask(sockets: &mut Sockets, target: SocketAddr, domain: &str, secret: u64) -> Option<u16> {
    let clock = Clock::start();
    let local = sockets.local(0);
    let branch = format!("z9hG4bK{:016x}", mix(secret ^ u64::from(target.port())));
    let request = format!(
        "OPTIONS sip:{domain} SIP/2.0\r\nVia: SIP/2.0/UDP {local};rport;branch={branch}\r\nMax-Forwards: 70\r\n\
         From: <sip:pbxsim@{domain}>;tag={secret:016x}\r\nTo: <sip:{domain}>\r\nCall-ID: {branch}\r\n\
         CSeq: 1 OPTIONS\r\nUser-Agent: {AGENT}\r\nAccept: application/sdp\r\nContent-Length: 0\r\n\r\n"
    );
    let (mut next, end) = (Instant::ZERO, Instant::ZERO + PATIENCE);
    let mut buffer = vec![0; LARGEST];
    while clock.now() < end {
        if clock.now() >= next {
            next = clock.now() + AGAIN;
            sockets.send(0, target, request.as_bytes()).ok()?;
        }
        sockets.wait(next.min(end).since(clock.now()));
        while let Some((length, _)) = sockets.receive(0, &mut buffer) {
            let Ok(message) = Message::read(&buffer[..length]) else { continue };
            let is_ours = message.via().is_ok_and(|via| via.branch() == Some(branch.as_bytes()));
            if let Some(status) = message.status().filter(|status| is_ours && *status >= 200) {
                return Some(status);
            }
        }
    }
    None
}

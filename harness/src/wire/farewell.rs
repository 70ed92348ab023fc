//! Un-registering for somebody who cannot any more: the endpoints of a share whose worker is gone. No load: each is asked
//! to leave once, with the Contact it had registered, and nobody is registered again.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::ops::Range;

use scenarios::plan::Plan;
use simulator::node::{Body, NodeId, Packet};
use simulator::simulation::{Elsewhere, Simulation};
use simulator::sip::message::{Contacts, Register};
use simulator::time::{Duration, Instant};

use super::client::Client;
use super::clock::Clock;
use super::directory::Directory;
use super::line::Line;
use super::socket::{LARGEST, Sockets};

/// Asked at a time.
const WINDOW: usize = 200;
/// Before somebody is asked again.
const AGAIN: Duration = Duration::millis(500);
/// How often.
const TIMES: u32 = 4;

/// An endpoint that is on its way out.
struct Leaving {
    endpoint: u32,
    target: NodeId,
    /// Of the last request: its number, and the challenge it answers.
    sequence: u32,
    nonce: u64,
    times: u32,
    at: Instant,
}

/// Asks for all of them; how many were answered finally.
pub fn farewell(
    plan: &Plan,
    directory: &Directory,
    (sockets, secret): (&mut Sockets, u64),
    (endpoints, had): (Range<u32>, SocketAddr),
) -> u64 {
    let simulation = Simulation::beside(Elsewhere::Pbxs, &plan.layout, plan.settings.clone(), Vec::new(), plan.seed);
    let people = &simulation.engine().elements().cluster().people;
    let all = simulation.engine().elements().endpoints();
    let mut client = Client::new(directory.clone(), had, secret, all);
    let (clock, mut buffer, mut text) = (Clock::start(), vec![0; LARGEST], Vec::new());
    let (mut ahead, mut asked, mut left): (VecDeque<u32>, Vec<Leaving>, u64) = (endpoints.collect(), Vec::new(), 0);
    while !ahead.is_empty() || !asked.is_empty() {
        while asked.len() < WINDOW
            && let Some(endpoint) = ahead.pop_front()
        {
            let Some(aor) = people.aor(NodeId(endpoint)) else { continue };
            let target = people.pbx(plan.layout.blocks[usize::from(aor.block)].targets[0]);
            asked.push(Leaving { endpoint, target, sequence: 1, nonce: 0, times: 0, at: Instant::ZERO });
        }
        let now = clock.now();
        asked.retain(|leaving| leaving.times < TIMES || leaving.at > now);
        for leaving in asked.iter_mut().filter(|leaving| leaving.at <= now) {
            (leaving.times, leaving.at) = (leaving.times + 1, now + AGAIN);
            let Some(aor) = people.aor(NodeId(leaving.endpoint)) else { continue };
            let Leaving { sequence, nonce, .. } = *leaving;
            let register = Register {
                aor,
                call: u32::MAX,
                sequence,
                branch: sequence,
                expires_s: 0,
                contacts: Contacts::Own,
                nonce_count: u32::from(nonce != 0),
                nonce,
                proof: 0,
            };
            let body = Body::Register(register);
            let packet = Packet { source: NodeId(leaving.endpoint), target: leaving.target, reliable: false, body };
            text.clear();
            if client.write(&packet, &mut text)
                && let Err(unsent) = sockets.send(
                    Line::datagrams(0),
                    now,
                    directory.node((leaving.target.0 - people.first_pbx) as u16),
                    &text,
                )
            {
                tracing::debug!(?unsent, "a farewell was not sent");
            }
        }
        sockets.wait(Duration::millis(20));
        while let Some((length, _)) = sockets.receive(0, &mut buffer) {
            let Ok(packet) = client.read(people, &buffer[..length]) else { continue };
            let Body::Response(response) = packet.body else { continue };
            let Some(place) = asked.iter().position(|leaving| leaving.endpoint == packet.target.0) else { continue };
            let leaving = &mut asked[place];
            if response.branch != leaving.sequence || response.status < 200 {
                continue;
            }
            let is_moved = response.contact != NodeId::NONE && response.contact != leaving.target;
            if response.status == 401 && response.nonce != leaving.nonce && response.nonce != 0 {
                (leaving.sequence, leaving.nonce) = (leaving.sequence + 1, response.nonce);
            } else if (300..400).contains(&response.status) && is_moved {
                (leaving.sequence, leaving.target) = (leaving.sequence + 1, response.contact);
            } else {
                left += u64::from((200..300).contains(&response.status));
                asked.remove(place);
                continue;
            }
            (leaving.times, leaving.at) = (0, Instant::ZERO);
        }
    }
    left
}

//! The loop of a served cluster: real time, a socket for each node, and the PBXs of a simulation.

use std::sync::atomic::{AtomicBool, Ordering};

use scenarios::plan::Plan;
use simulator::event::Event;
use simulator::node::{NodeId, Packet};
use simulator::schedule::Entry;
use simulator::simulation::{Elsewhere, Observer, Simulation};
use simulator::site::Site;
use simulator::time::{Duration, Instant};

use super::clock::Clock;
use super::directory::Directory;
use super::driver::{LOOK_AGAIN, TURN, secret};
use super::heard::Heard;
use super::line::Line;
use super::server::Server;
use super::socket::{LARGEST, Sockets};
use super::streams::Said;

/// What a served cluster has seen.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Served {
    /// REGISTERs answered 200 that made a binding.
    pub bound: u64,
    /// REGISTERs answered 200 that kept one.
    pub refreshed: u64,
    /// Bindings that ended.
    pub unbound: u64,
    /// Refusals of a licence.
    pub denied: u64,
    /// Requests shed by a full queue.
    pub shed: u64,
    /// Calls answered.
    pub calls: u64,
}

impl Served {
    /// Live bindings.
    pub fn live(&self) -> u64 {
        self.bound.saturating_sub(self.unbound)
    }
}

impl Observer for Served {
    fn observe(&mut self, _: Instant, _: NodeId, events: &[Event], _: &Site) -> bool {
        for event in events {
            match event {
                Event::Bound { new: true, .. } => self.bound += 1,
                Event::Bound { .. } => self.refreshed += 1,
                Event::Unbound { .. } => self.unbound += 1,
                Event::Denied { .. } => self.denied += 1,
                Event::Shed => self.shed += 1,
                Event::CallOwned { on: true, .. } => self.calls += 1,
                _ => {}
            }
        }
        true
    }

    fn on_entry(&mut self, _: Instant, _: &Entry, _: &Site) {}
}

/// Serves a plan's cluster, each node at a socket of its own, until its end or an interrupt. `tell` hears of it now and
/// then.
pub fn serve(
    plan: &Plan,
    seed: u64,
    directory: Directory,
    sockets: &mut Sockets,
    interrupt: &AtomicBool,
    mut tell: impl FnMut(Instant, &Served),
) -> Served {
    let (settings, schedule) = (plan.settings.clone(), plan.schedule.clone());
    let mut simulation = Simulation::beside(Elsewhere::Endpoints, &plan.layout, settings, schedule, seed);
    let first_party = simulation.engine().elements().parties().first();
    let mut server = Server::new(directory, first_party, secret());
    let (clock, mut served) = (Clock::start(), Served::default());
    let (mut text, mut buffer) = (Vec::new(), vec![0; LARGEST]);
    let mut told = Instant::ZERO;
    while !interrupt.load(Ordering::Relaxed) {
        let now = clock.now();
        simulation.run_until(now, &mut served);
        let left: Vec<(Instant, Packet)> = simulation.outbound().collect();
        let people = &simulation.engine().elements().cluster().people;
        for (_, packet) in left {
            text.clear();
            if let Some((line, to)) = server.write(people, now, &packet, &mut text)
                && let Err(unsent) = sockets.send(line, now, to, &text)
            {
                tracing::debug!(?unsent, %to, "answer not sent");
            }
        }
        let pbxs = simulation.engine().elements();
        let has_leg = |pbx: usize, tag| pbxs.pbxs()[pbx].exchange().has_leg(tag);
        sockets.sweep(now);
        server.calls.sweep(now, |node, tag| pbxs.pbx_index(node).is_some_and(|pbx| has_leg(pbx, tag)));
        if now.since(told) >= Duration::SECOND {
            told = now;
            tell(now, &served);
        }
        let next = simulation.next_at().unwrap_or(Instant::NEVER);
        sockets.wait(next.min(now + LOOK_AGAIN).since(clock.now()));
        let arrived = hear(&simulation, &mut server, sockets, clock.now(), &mut buffer, &mut text);
        if !arrived.is_empty() {
            simulation.run_until(clock.now(), &mut served);
            arrived.into_iter().for_each(|packet| simulation.inject(packet));
        }
    }
    served
}

/// Reads what has come to every node that is up.
fn hear(
    simulation: &Simulation,
    server: &mut Server,
    sockets: &mut Sockets,
    now: Instant,
    buffer: &mut [u8],
    text: &mut Vec<u8>,
) -> Vec<Packet> {
    let site = simulation.engine().elements();
    let (people, mut arrived) = (&site.cluster().people, Vec::new());
    let is_down = |socket: usize| !site.pbxs()[socket].is_up();
    let mut read = |line: Line, from, octets: &[u8], sockets: &mut Sockets| {
        text.clear();
        match server.read(people, now, (line, from), octets, text) {
            Heard::Packet(packet) => arrived.push(packet),
            Heard::Answered(to) => {
                if let Err(unsent) = sockets.send(line, now, to, text) {
                    tracing::debug!(?unsent, %to, "answer not sent");
                }
            }
            Heard::Dropped(fault) => tracing::debug!(%fault, %from, "dropped"),
        }
    };
    for socket in 0..sockets.count() {
        if is_down(socket) {
            sockets.hang_up(socket);
        }
        for _ in 0..TURN {
            let Some((length, from)) = sockets.receive(socket, buffer) else { break };
            if !is_down(socket) {
                read(Line::datagrams(socket), from, &buffer[..length], sockets);
            }
        }
    }
    for _ in 0..TURN * sockets.count() {
        let Some((line, from, said)) = sockets.receive_stream(now) else { break };
        match said {
            _ if is_down(line.socket) => sockets.hang_up(line.socket),
            Said::Message(octets) => read(line, from, &octets, sockets),
            Said::Break => {
                if let Err(unsent) = sockets.send(line, now, from, b"\r\n") {
                    tracing::debug!(?unsent, %from, "keep-alive not answered");
                }
            }
            Said::Gone => {}
        }
    }
    arrived
}

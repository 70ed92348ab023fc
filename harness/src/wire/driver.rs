//! The loop of endpoints: real time, sockets, an edge, and the part of a simulation that lives here.

use std::hash::{BuildHasher, RandomState};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};

use simulator::endpoint::phone::State;
use simulator::event::Event;
use simulator::node::{Body, NodeId, Packet};
use simulator::schedule::Entry;
use simulator::simulation::{Elsewhere, Observer, Simulation};
use simulator::sip::message::Method;
use simulator::site::Site;
use simulator::time::{Duration, Instant};

use scenarios::plan::Plan;

use crate::witness::Nobody;

use super::client::Client;
use super::clock::Clock;
use super::directory::Directory;
use super::heard::Heard;
use super::ledger::Ledger;
use super::line::Line;
use super::socket::{LARGEST, Sockets};
use super::streams::Said;
use super::validity::{Observed, STALL};

/// Longest wait between two looks at the interrupt flag.
pub(super) const LOOK_AGAIN: Duration = Duration::millis(100);
/// Datagrams taken from a socket before anything else has its turn.
pub(super) const TURN: usize = 64;
/// How long calls may take to end at the end, and then endpoints to leave.
const GRACE: Duration = Duration::seconds(2);

/// A number that nobody outside can know.
pub fn secret() -> u64 {
    RandomState::new().hash_one("run")
}

/// What came of a run against a target.
#[derive(Debug)]
pub struct Loaded {
    /// Every arrival.
    pub ledger: Ledger,
    /// What the generator was seen to do.
    pub observed: Observed,
    /// How long it ran.
    pub lasted: Duration,
    /// Endpoints registered when the measuring ended.
    pub registered: u64,
    /// Of those, how many had not left when the grace was over.
    pub left_behind: u64,
    /// Legs of calls that were not over when the grace was.
    pub calls_left: u64,
    /// Whether it was stopped before its time.
    pub is_partial: bool,
    /// Datagrams that were no answer to anything.
    pub strays: u64,
}

/// Loads a target with a plan's endpoints until its end or an interrupt; then everybody leaves. `witness` is told of
/// every step that is measured.
pub fn load(
    plan: &Plan,
    seed: u64,
    directory: Directory,
    (sockets, secret): (&mut Sockets, u64),
    interrupt: &AtomicBool,
    witness: &mut dyn Observer,
) -> Loaded {
    load_share(plan, seed, directory, (sockets, secret), interrupt, witness, (Elsewhere::Pbxs, &|| ()))
}

/// The same with a share of the endpoints, and from the moment that `begin` returns: all that takes time is done before.
pub fn load_share(
    plan: &Plan,
    seed: u64,
    directory: Directory,
    (sockets, secret): (&mut Sockets, u64),
    interrupt: &AtomicBool,
    witness: &mut dyn Observer,
    (elsewhere, begin): (Elsewhere, &dyn Fn()),
) -> Loaded {
    let (settings, schedule) = (plan.settings.clone(), plan.schedule.clone());
    let simulation = Simulation::beside(elsewhere, &plan.layout, settings, schedule, seed);
    let mut load = Load::start(simulation, directory, (sockets, secret), witness, begin);
    let end = Instant::ZERO + plan.lasts;
    let is_whole = load.run(end, &mut Nobody, || interrupt.load(Ordering::Relaxed));
    load.finish(!is_whole)
}

/// A simulation whose PBXs are elsewhere, and what ties it to them.
pub(super) struct Load<'a> {
    pub(super) clock: Clock,
    pub(super) simulation: Simulation,
    client: Client,
    directory: Directory,
    pub(super) sockets: &'a mut Sockets,
    pub(super) books: Books<'a>,
    pub(super) pace: Pace,
    strays: u64,
    text: Vec<u8>,
    buffer: Vec<u8>,
    arrived: Vec<Packet>,
}

impl<'a> Load<'a> {
    /// From the moment that `begin` returns.
    pub(super) fn start(
        simulation: Simulation,
        directory: Directory,
        (sockets, secret): (&'a mut Sockets, u64),
        witness: &'a mut dyn Observer,
        begin: &dyn Fn(),
    ) -> Self {
        let endpoints = simulation.engine().elements().endpoints();
        let client = Client::new(directory.clone(), sockets.local(0), secret, endpoints);
        let (ledger, buffer) = (Ledger::new(endpoints), vec![0; LARGEST]);
        begin();
        Self {
            clock: Clock::start(),
            simulation,
            client,
            directory,
            sockets,
            books: Books { ledger, witness, is_over: false },
            pace: Pace::default(),
            strays: 0,
            text: Vec::new(),
            buffer,
            arrived: Vec::new(),
        }
    }

    /// Runs until `end`, or until `witness` or `is_over` says so; false in that case.
    pub(super) fn run(&mut self, end: Instant, witness: &mut dyn Observer, is_over: impl Fn() -> bool) -> bool {
        loop {
            let now = self.clock.now().min(end);
            self.pace.on_turn(now);
            let goes_on = self.simulation.run_until(now, &mut Both(&mut self.books, witness));
            self.send();
            if now >= end || !goes_on || is_over() {
                return now >= end;
            }
            let next = self.simulation.next_at().unwrap_or(Instant::NEVER);
            let until = next.min(end).min(now + LOOK_AGAIN);
            self.pace.expect(until);
            self.sockets.wait(until.since(self.clock.now()));
            self.receive(witness);
        }
    }

    /// Writes and sends what has left the endpoints and their parties.
    fn send(&mut self) {
        let left: Vec<(Instant, Packet)> = self.simulation.outbound().collect();
        for (_, packet) in left {
            self.text.clear();
            match packet.body {
                Body::Call(_) | Body::Answer(_) => self.send_of_call(&packet),
                _ => self.send_registration(&packet),
            }
        }
        let parties = self.simulation.engine().elements().parties();
        let is_alive = |node, tag| parties.get(node).is_some_and(|party| party.tag() == tag);
        self.client.calls.sweep(self.clock.now(), is_alive);
    }

    fn send_registration(&mut self, packet: &Packet) {
        let people = &self.simulation.engine().elements().cluster().people;
        let Some(pbx) = packet.target.0.checked_sub(people.first_pbx) else { return };
        let (to, now) = (self.directory.node(pbx as u16), self.clock.now());
        let line = if packet.reliable { Line::stream(packet.source.index()) } else { Line::datagrams(0) };
        if packet.reliable {
            match self.sockets.open(line.socket, now, to) {
                Ok(local) => self.client.calls.connected(line.socket, local),
                Err(_) => self.arrived.push(reset(packet.target, packet.source)),
            }
        }
        if packet.body == Body::Ping {
            if let Err(unsent) = self.sockets.send(line, now, to, b"\r\n\r\n") {
                tracing::debug!(?unsent, %to, "no keep-alive");
            }
        } else if self.client.write(packet, &mut self.text) {
            let sent = self.sockets.request(line, now, to, &self.text);
            self.books.ledger.sent(packet.source, self.clock.now(), sent);
        }
    }

    fn send_of_call(&mut self, packet: &Packet) {
        let people = &self.simulation.engine().elements().cluster().people;
        let now = self.clock.now();
        let Some((line, to)) = self.client.calls.write(people, now, packet, &mut self.text) else { return };
        match packet.body {
            Body::Call(request) if request.method != Method::Ack => {
                let sent = self.sockets.request(line, now, to, &self.text);
                if request.method == Method::Invite {
                    self.books.ledger.called(request.session, self.clock.now(), sent);
                }
            }
            _ => {
                if let Err(unsent) = self.sockets.send(line, now, to, &self.text) {
                    tracing::debug!(?unsent, %to, "not sent");
                }
            }
        }
    }

    fn receive(&mut self, witness: &mut dyn Observer) {
        for _ in 0..TURN {
            let Some((length, from)) = self.sockets.receive(0, &mut self.buffer) else { break };
            let octets = self.buffer[..length].to_vec();
            self.hear(Line::datagrams(0), from, &octets);
        }
        for _ in 0..TURN {
            let Some((line, from, said)) = self.sockets.receive_stream(self.clock.now()) else { break };
            let site = self.simulation.engine().elements();
            let endpoint = NodeId(line.socket as u32);
            let server = site.phones().get(line.socket).map(|phone| site.cluster().people.pbx(phone.server()));
            match (said, server) {
                (Said::Message(octets), _) => self.hear(line, from, &octets),
                (Said::Break, Some(pbx)) => {
                    self.arrived.push(Packet { source: pbx, target: endpoint, reliable: true, body: Body::Pong });
                }
                (Said::Gone, Some(pbx)) => self.arrived.push(reset(pbx, endpoint)),
                // The connection of the OPTIONS before the run.
                (Said::Break | Said::Gone, None) => {}
            }
        }
        self.sockets.sweep(self.clock.now());
        if !self.arrived.is_empty() {
            self.simulation.run_until(self.clock.now(), &mut Both(&mut self.books, witness));
            self.arrived.drain(..).for_each(|packet| self.simulation.inject(packet));
        }
    }

    fn hear(&mut self, line: Line, from: SocketAddr, octets: &[u8]) {
        let people = &self.simulation.engine().elements().cluster().people;
        self.text.clear();
        match self.client.hear(people, self.clock.now(), (line, from), octets, &mut self.text) {
            Heard::Packet(packet) => self.arrived.push(packet),
            Heard::Answered(to) => {
                if let Err(unsent) = self.sockets.send(line, self.clock.now(), to, &self.text) {
                    tracing::debug!(?unsent, %to, "answer not sent");
                }
            }
            Heard::Dropped(fault) => {
                tracing::debug!(%fault, "stray message");
                self.strays += 1;
            }
        }
    }

    /// Measuring ends; calls end, and everybody un-registers, each within the grace.
    pub(super) fn finish(mut self, is_partial: bool) -> Loaded {
        let lasted = self.clock.now().since(Instant::ZERO);
        self.books.close();
        let registered = self.registered();
        let (pace, slept) = (std::mem::take(&mut self.pace), self.clock.slept());
        let (not_taken, dropped) = (self.sockets.traffic.not_taken, self.sockets.dropped());
        let calls_left = self.end_calls();
        self.simulation.send_home();
        let end = self.clock.now() + GRACE;
        while self.clock.now() < end && self.registered() > 0 {
            let soon = (self.clock.now() + Duration::millis(50)).min(end);
            self.run(soon, &mut Nobody, || false);
        }
        let all = self.books.ledger.accounts().last().map(|(_, all)| all).unwrap_or_default();
        let observed = Observed {
            all,
            stretches: self.books.ledger.stretches.clone(),
            stalls: pace.stalls,
            longest_stall: pace.longest,
            slept,
            not_taken,
            dropped,
        };
        let left_behind = self.registered();
        let (strays, ledger) = (self.strays, self.books.ledger);
        Loaded { observed, lasted, registered, left_behind, calls_left, is_partial, strays, ledger }
    }

    /// Whoever is in a call hangs up or gives up; the legs that are left when the grace is over.
    fn end_calls(&mut self) -> u64 {
        self.simulation.hang_up();
        let end = self.clock.now() + GRACE;
        while self.clock.now() < end && self.legs() > 0 {
            let soon = (self.clock.now() + Duration::millis(50)).min(end);
            self.run(soon, &mut Nobody, || false);
        }
        self.legs()
    }

    fn legs(&self) -> u64 {
        self.simulation.engine().elements().parties().iter().count() as u64
    }

    /// Endpoints that are registered, or are about to leave.
    fn registered(&self) -> u64 {
        let phones = self.simulation.engine().elements().phones();
        let is_in = |state: State| matches!(state, State::In | State::InLine | State::Trying);
        phones.iter().filter(|phone| is_in(phone.state())).count() as u64
    }
}

/// Somebody's connection to a PBX is gone.
fn reset(pbx: NodeId, endpoint: NodeId) -> Packet {
    Packet { source: pbx, target: endpoint, reliable: true, body: Body::Reset }
}

/// Who is told while it is measured.
pub(super) struct Books<'a> {
    pub(super) ledger: Ledger,
    witness: &'a mut dyn Observer,
    is_over: bool,
}

impl Books<'_> {
    fn close(&mut self) {
        self.ledger.close();
        self.is_over = true;
    }
}

impl Observer for Books<'_> {
    fn observe(&mut self, now: Instant, node: NodeId, events: &[Event], site: &Site) -> bool {
        if !self.is_over {
            self.ledger.observe(now, node, events, site);
            self.witness.observe(now, node, events, site);
        }
        true
    }

    fn on_entry(&mut self, now: Instant, entry: &Entry, site: &Site) {
        if !self.is_over {
            self.witness.on_entry(now, entry, site);
        }
    }
}

/// The books, and somebody beside them who may end it.
struct Both<'b, 'a>(&'b mut Books<'a>, &'b mut dyn Observer);

impl Observer for Both<'_, '_> {
    fn observe(&mut self, now: Instant, node: NodeId, events: &[Event], site: &Site) -> bool {
        self.0.observe(now, node, events, site) & self.1.observe(now, node, events, site)
    }

    fn on_entry(&mut self, now: Instant, entry: &Entry, site: &Site) {
        self.0.on_entry(now, entry, site);
        self.1.on_entry(now, entry, site);
    }
}

/// Whether the loop comes round when it should.
#[derive(Debug, Default)]
pub(super) struct Pace {
    expected: Option<Instant>,
    pub(super) stalls: u64,
    longest: Duration,
}

impl Pace {
    fn expect(&mut self, at: Instant) {
        self.expected = Some(at);
    }

    fn on_turn(&mut self, now: Instant) {
        let stood_still = self.expected.take().map_or(Duration::ZERO, |expected| now.since(expected));
        if stood_still > STALL {
            self.stalls += 1;
            self.longest = self.longest.max(stood_still);
        }
    }
}

//! The loops: real time, sockets, an edge, and the part of a simulation that lives here.

use std::hash::{BuildHasher, RandomState};
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
use super::server::Server;
use super::socket::{LARGEST, Sockets};
use super::validity::{Observed, STALL};

/// Longest wait between two looks at the interrupt flag.
const LOOK_AGAIN: Duration = Duration::millis(100);
/// Datagrams taken from a socket before anything else has its turn.
const TURN: usize = 64;
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
        if self.client.write(packet, &mut self.text) {
            let sent = self.sockets.request(0, self.clock.now(), self.directory.node(pbx as u16), &self.text);
            self.books.ledger.sent(packet.source, self.clock.now(), sent);
        }
    }

    fn send_of_call(&mut self, packet: &Packet) {
        let people = &self.simulation.engine().elements().cluster().people;
        let now = self.clock.now();
        let Some((socket, to)) = self.client.calls.write(people, now, packet, &mut self.text) else { return };
        match packet.body {
            Body::Call(request) if request.method != Method::Ack => {
                let sent = self.sockets.request(socket, now, to, &self.text);
                if request.method == Method::Invite {
                    self.books.ledger.called(request.session, self.clock.now(), sent);
                }
            }
            _ => {
                if let Err(unsent) = self.sockets.send(socket, to, &self.text) {
                    tracing::debug!(?unsent, %to, "not sent");
                }
            }
        }
    }

    fn receive(&mut self, witness: &mut dyn Observer) {
        let people = &self.simulation.engine().elements().cluster().people;
        for _ in 0..TURN {
            let Some((length, from)) = self.sockets.receive(0, &mut self.buffer) else { break };
            self.text.clear();
            match self.client.hear(people, self.clock.now(), from, &self.buffer[..length], &mut self.text) {
                Heard::Packet(packet) => self.arrived.push(packet),
                Heard::Answered(to) => {
                    if let Err(unsent) = self.sockets.send(0, to, &self.text) {
                        tracing::debug!(?unsent, %to, "answer not sent");
                    }
                }
                Heard::Dropped(fault) => {
                    tracing::debug!(%fault, "stray datagram");
                    self.strays += 1;
                }
            }
        }
        if !self.arrived.is_empty() {
            self.simulation.run_until(self.clock.now(), &mut Both(&mut self.books, witness));
            self.arrived.drain(..).for_each(|packet| self.simulation.inject(packet));
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
            if let Some((socket, to)) = server.write(people, now, &packet, &mut text)
                && let Err(unsent) = sockets.send(socket, to, &text)
            {
                tracing::debug!(?unsent, %to, "answer not sent");
            }
        }
        let pbxs = simulation.engine().elements();
        let has_leg = |pbx: usize, tag| pbxs.pbxs()[pbx].exchange().has_leg(tag);
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
    let mut arrived = Vec::new();
    for socket in 0..sockets.count() {
        for _ in 0..TURN {
            let Some((length, from)) = sockets.receive(socket, buffer) else { break };
            if !site.pbxs()[socket].is_up() {
                continue;
            }
            text.clear();
            match server.read(&site.cluster().people, now, (socket, from), &buffer[..length], text) {
                Heard::Packet(packet) => arrived.push(packet),
                Heard::Answered(to) => {
                    if let Err(unsent) = sockets.send(socket, to, text) {
                        tracing::debug!(?unsent, %to, "answer not sent");
                    }
                }
                Heard::Dropped(fault) => tracing::debug!(%fault, %from, "dropped"),
            }
        }
    }
    arrived
}

//! Two legs and a network that loses, doubles and overtakes, and two people who do anything at any time: every call comes to
//! an end on both sides.

use simulator::call::leg::{Leg, Said, Saying, State, answer_stray};
use simulator::node::{Body, NodeId, Outbox, Packet, Via};
use simulator::numbers::Number;
use simulator::rng::{Purpose, below, draw, key, mix};
use simulator::sip::message::{Method, Session};
use simulator::time::{Duration, Instant};

const CALLER: NodeId = NodeId(0);
const CALLEE: NodeId = NodeId(1);

/// A call between two, from the INVITE until neither has anything left to do.
struct World {
    key: u64,
    draws: u32,
    now: Instant,
    legs: [Option<Leg>; 2],
    flights: Vec<(Instant, Packet)>,
    /// Per thousand: of loss, and of a second copy.
    loses: u64,
    doubles: u64,
    inputs: u64,
    /// Whether each has been told that it talks.
    talks: [bool; 2],
    /// Times that one was told of a hold, and of a transfer.
    changes: u64,
    referred: u64,
}

impl World {
    fn new(life: u64) -> Self {
        let mut world = Self {
            key: key(mix(life), Purpose::Arrival),
            draws: 0,
            now: Instant::ZERO,
            legs: [None, None],
            flights: Vec::new(),
            loses: 0,
            doubles: 0,
            inputs: 0,
            talks: [false; 2],
            changes: 0,
            referred: 0,
        };
        (world.loses, world.doubles) = (world.below(4) * 100, world.below(3) * 200);
        let timer = if world.below(2) == 0 { 90 } else { 0 };
        let session = Session { number: 1, flow: 0, to: 0 };
        let mut leg = Leg::outgoing(session, Number::NONE, CALLER, CALLEE, 1, false).with_session_timer(timer);
        let mut out = Outbox::default();
        leg.invite(world.now, 0, &mut out);
        world.legs[0] = Some(leg);
        world.launch(0, &mut out);
        world
    }

    fn below(&mut self, n: u64) -> u64 {
        self.draws += 1;
        below(draw(self.key, self.draws), n)
    }

    /// What `side` has sent is on its way, or lost, or twice.
    fn launch(&mut self, side: usize, out: &mut Outbox) {
        for sent in out.sent.drain(..) {
            let packet = Packet {
                source: [CALLER, CALLEE][side],
                target: sent.target,
                reliable: sent.via == Via::Connection,
                body: sent.body,
            };
            let copies = 1 + u64::from(self.below(1_000) < self.doubles);
            for _ in 0..copies {
                if self.below(1_000) >= self.loses {
                    let latency = Duration::millis(1 + self.below(700));
                    self.flights.push((self.now + latency, packet));
                }
            }
        }
    }

    /// The next thing that happens; false: nothing will.
    fn step(&mut self, people_until: Instant) -> bool {
        let flight = (0..self.flights.len()).min_by_key(|place| self.flights[*place].0);
        let arrives = flight.map_or(Instant::NEVER, |place| self.flights[place].0);
        let wake = |leg: &Option<Leg>| leg.as_ref().map_or(Instant::NEVER, Leg::poll_timeout);
        let wakes = self.legs.each_ref().map(wake);
        let timer = wakes[0].min(wakes[1]);
        let next = arrives.min(timer);
        let whim = self.now + Duration::millis(self.below(8_000));
        self.inputs += 1;
        if whim < next.min(people_until) {
            self.now = whim;
            let side = self.below(2) as usize;
            self.act(side);
            return true;
        }
        if next == Instant::NEVER {
            return false;
        }
        self.now = self.now.max(next);
        match flight {
            Some(place) if arrives <= timer => {
                let (_, packet) = self.flights.swap_remove(place);
                self.deliver(&packet);
            }
            _ => self.fire(usize::from(wakes[1] < wakes[0])),
        }
        true
    }

    fn deliver(&mut self, packet: &Packet) {
        let side = packet.target.index();
        let mut out = Outbox::default();
        let now = self.now;
        let unknown = self.legs[side].is_none();
        let leg = self.legs[side].as_mut().filter(|leg| !leg.is_over());
        let said = match (leg, &packet.body) {
            (Some(leg), Body::Call(request)) => leg.on_request(now, request, &mut out),
            (Some(leg), Body::Answer(response)) => leg.on_response(now, packet.source, response, &mut out),
            (None, Body::Call(request)) if request.method == Method::Invite && unknown => {
                self.legs[side] = Some(Leg::incoming(now, packet.source, packet.reliable, request, 2));
                Said::Nothing
            }
            (None, _) => {
                answer_stray(packet, &mut out);
                Said::Nothing
            }
            _ => unreachable!("only messages about calls are sent"),
        };
        self.hear(side, said);
        self.launch(side, &mut out);
    }

    fn fire(&mut self, side: usize) {
        let (now, mut out) = (self.now, Outbox::default());
        let Some(leg) = &mut self.legs[side] else { return };
        let before = leg.poll_timeout();
        let said = leg.on_timeout(now, &mut out);
        assert!(leg.poll_timeout() > before, "a timer spins: {:?} {leg:?}", self.now);
        self.hear(side, said);
        self.launch(side, &mut out);
    }

    fn hear(&mut self, side: usize, said: Said) {
        match said {
            Said::Answered => {
                assert!(side == 0 && !self.talks[0], "answered twice");
                self.talks[0] = true;
            }
            Said::HungUp | Said::Expired | Said::Unacknowledged | Said::Ended(_) | Said::Refused(..) => {
                self.talks[side] = false;
            }
            Said::Holds(_) | Said::Held(_) => self.changes += 1,
            Said::Refers(..) | Said::Told(..) => self.referred += 1,
            Said::Nothing | Said::Rings | Said::Challenged(_) | Said::Cancelled | Said::Referred(_) => {}
        }
    }

    /// Somebody does something, sensible or not.
    fn act(&mut self, side: usize) {
        let choice = self.below(14);
        let chance = self.below(u64::MAX);
        let (now, mut out) = (self.now, Outbox::default());
        let Some(leg) = &mut self.legs[side] else { return };
        match (side, choice) {
            (0, 0) => leg.cancel(now, &mut out),
            (1, 0..3) => leg.answer(now, 180, Saying::default(), &mut out),
            (1, 3 | 4) => {
                leg.answer(now, 200, Saying::default(), &mut out);
                self.talks[1] = leg.state() == State::Confirmed;
            }
            (1, 5) => leg.answer(now, 486, Saying::default(), &mut out),
            (_, 7) => leg.bye(now, &mut out),
            (_, 8) => leg.hold(now, true, chance, &mut out),
            (_, 9) => leg.hold(now, false, chance, &mut out),
            (_, 10 | 11) => leg.answer_hold(now, if choice == 10 { 200 } else { 488 }, &mut out),
            (_, 12) => drop(leg.refer(now, Number::NONE, 7, &mut out)),
            (_, 13) => leg.tell(now, 200, chance & 1 == 0, &mut out),
            _ => {}
        }
        self.launch(side, &mut out);
    }

    /// One side wants it to be over; the other would talk for ever. It rings so long only, also if its caller has given up
    /// since: the last INVITE of seven may arrive after Timer B.
    fn end(&mut self, by: usize) {
        for side in 0..2 {
            let (now, mut out) = (self.now, Outbox::default());
            if let Some(leg) = &mut self.legs[side] {
                leg.answer(now, 480, Saying::default(), &mut out);
                if side == by {
                    leg.cancel(now, &mut out);
                    leg.bye(now, &mut out);
                }
            }
            self.launch(side, &mut out);
        }
    }
}

#[test]
fn every_call_comes_to_its_end_on_both_sides_whatever_is_lost_or_done() {
    let (mut inputs, mut answered, mut changes, mut referred) = (0, 0, 0, 0);
    for life in 0..20_000 {
        let mut world = World::new(life);
        let until = Instant::ZERO + Duration::seconds(world.below(240));
        while world.now < until && world.step(until) {}
        answered += u64::from(world.talks[0]);
        // Once may be too early: a 2xx can still be on its way.
        let side = world.below(2) as usize;
        for _ in 0..4 {
            world.end(side);
            let deadline = world.now + Duration::seconds(140);
            while world.now < deadline && world.step(Instant::ZERO) {}
        }
        let left: Vec<State> =
            world.legs.iter().flatten().map(Leg::state).filter(|state| *state != State::Over).collect();
        assert_eq!(left, [], "life {life}");
        assert!(world.flights.is_empty(), "life {life}");
        inputs += world.inputs;
        changes += world.changes;
        referred += world.referred;
    }
    assert!(changes > 5_000 && referred > 1_000, "{changes} changes, {referred} words of a transfer");
    assert!(inputs > 1_000_000, "{inputs} inputs");
    assert!(answered > 1_000, "{answered} calls were still talking when they were ended");
}

#[test]
fn a_leg_takes_no_more_than_144_bytes() {
    assert!(size_of::<Leg>() <= 144, "{}", size_of::<Leg>());
}

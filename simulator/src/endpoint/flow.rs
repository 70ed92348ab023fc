//! A flow of calls: when the next one comes, who makes it, and to whom.

use crate::endpoint::parties::Parties;
use crate::endpoint::people::{BlockFacts, People};
use crate::endpoint::phone::Phone;
use crate::event::Event;
use crate::layout::{Device, FlowPlan, Layout};
use crate::node::{Body, Outbox, Via};
use crate::numbers::{Destination, Number};
use crate::rng::{Purpose, below, draw, key};
use crate::sip::message::{Aor, Session};
use crate::time::Instant;

/// Seats looked at by chance before they are looked at in turn …
const GLANCES: u32 = 16;
/// … so many of them at most: who then finds none free, finds hardly any.
const IN_TURN: u32 = 10_000;

/// The arrivals of one flow.
#[derive(Clone, Debug)]
pub struct Flow {
    index: u16,
    next_at: Instant,
    /// Calls so far.
    calls: u32,
    /// Gaps drawn so far.
    gaps: u32,
}

impl Flow {
    /// A flow before its first call.
    pub fn new(index: u16, people: &People) -> Self {
        let mut flow = Self { index, next_at: Instant::NEVER, calls: 0, gaps: 0 };
        flow.schedule(people.flows[usize::from(index)].plan.starts, people);
        flow
    }

    /// Calls so far.
    pub fn calls(&self) -> u32 {
        self.calls
    }

    /// No call comes any more.
    pub fn stop(&mut self) {
        self.next_at = Instant::NEVER;
    }

    /// When the next call comes.
    pub fn poll_timeout(&self) -> Instant {
        self.next_at
    }

    /// Other constants are in force: since arrivals have no memory, the next is drawn anew (evenly spaced ones too).
    pub fn install(&mut self, now: Instant, people: &People) {
        self.schedule(now.max(people.flows[usize::from(self.index)].plan.starts), people);
    }

    fn schedule(&mut self, from: Instant, people: &People) {
        let facts = &people.flows[usize::from(self.index)];
        self.gaps = self.gaps.wrapping_add(1);
        let settings = &people.flow_settings[usize::from(self.index)];
        let gap = settings.gap.as_ref().filter(|_| self.calls < settings.at_most);
        self.next_at =
            gap.map_or(Instant::NEVER, |gap| from + gap.sample(draw(key(facts.stream, Purpose::Arrival), self.gaps)));
    }

    /// A call comes.
    pub fn call(
        &mut self,
        people: &People,
        phones: &mut [Phone],
        parties: &mut Parties,
        now: Instant,
        out: &mut Outbox,
    ) {
        let facts = &people.flows[usize::from(self.index)];
        self.calls += 1;
        let bits = |purpose| draw(key(facts.stream, purpose), self.gaps);
        let (number, flow) = (self.calls, self.index);
        let session = |to: u16| Session { number, flow, to };
        let closed = people.flow_settings[usize::from(self.index)].closed;
        let caller = match closed {
            true => facts.from.one(people, phones, bits(Purpose::Caller)),
            false => facts.from.pick(people, phones, bits(Purpose::Caller), None),
        };
        let party = caller.and_then(|caller| {
            let (callee, to) = facts.destination(bits(Purpose::Destination));
            let number = to.number(people, phones, bits(Purpose::Callee), caller);
            parties.begin(people, phones, caller, session(callee), number, now)
        });
        match party {
            Some(party) => out.send(party, Via::Local, Body::Dial),
            // Whose turn it would be is in a call, and does not call.
            None if closed => self.calls -= 1,
            None => out.report(Event::NoSeat),
        }
        self.schedule(now, people);
    }
}

/// What is fixed about a flow.
#[derive(Clone, Debug)]
pub struct FlowFacts {
    /// As laid out.
    pub plan: FlowPlan,
    /// Its stream.
    pub stream: u64,
    from: Crowd,
    /// Destinations, each with its part of the calls and those before it.
    to: Vec<(u64, Callee)>,
    /// To whom calls are passed on while people talk.
    target: Option<Callee>,
}

/// Whom calls are for.
#[derive(Clone, Debug)]
enum Callee {
    /// One of these, by chance.
    Somebody(Crowd),
    /// What has a number of its own.
    Facility(Destination),
}

impl Callee {
    /// What is dialled to reach it, or one of it.
    fn number(&self, people: &People, phones: &[Phone], bits: u64, caller: Aor) -> Number {
        match self {
            Self::Somebody(crowd) => {
                let seat = crowd.pick(people, phones, bits, Some(caller));
                seat.map_or(Number::NONE, |seat| people.numbers.number_of(seat.block, seat.seat))
            }
            Self::Facility(facility) => people.numbers.number_of_facility(*facility),
        }
    }
}

impl FlowFacts {
    /// For these blocks.
    pub fn new(plan: &FlowPlan, layout: &Layout, blocks: &[BlockFacts], stream: u64) -> Self {
        let callee = |to: u16| match layout.destination_of(to) {
            None => Callee::Somebody(Crowd::new(&[to], blocks)),
            Some(facility) => Callee::Facility(facility),
        };
        let mut passed = 0;
        let to = plan.to.iter().map(|(to, part)| {
            passed += part;
            (passed, callee(*to))
        });
        let (to, target) = (to.collect(), plan.transfers_to.map(callee));
        Self { from: Crowd::new(&plan.from, blocks), to, target, stream, plan: plan.clone() }
    }

    /// The number to which somebody passes a call on.
    pub(super) fn target(&self, people: &People, phones: &[Phone], bits: u64, by: Aor) -> Number {
        self.target.as_ref().map_or(Number::NONE, |target| target.number(people, phones, bits, by))
    }

    /// Whom a call is for, by its part of the calls.
    fn destination(&self, bits: u64) -> (u16, &Callee) {
        let all = self.to.last().map_or(0, |(passed, _)| *passed);
        let place = self.to.partition_point(|(passed, _)| *passed <= below(bits, all));
        let place = place.min(self.to.len() - 1);
        (self.plan.to[place].0, &self.to[place].1)
    }
}

/// Seats of several blocks, to choose one of.
#[derive(Clone, Debug)]
struct Crowd {
    /// Number of each block's first seat, and the block.
    blocks: Vec<(u32, u16)>,
    seats: u32,
    /// Whether they are trunks: lines that take several calls each.
    trunks: bool,
}

impl Crowd {
    fn new(populations: &[u16], blocks: &[BlockFacts]) -> Self {
        let mut crowd = Self { blocks: Vec::new(), seats: 0, trunks: false };
        for (index, facts) in (0..).zip(blocks).filter(|(_, facts)| populations.contains(&facts.block.population)) {
            crowd.blocks.push((crowd.seats, index));
            crowd.seats += facts.block.seats;
            crowd.trunks |= facts.block.devices.iter().any(|(device, _)| *device == Device::Trunk);
        }
        crowd
    }

    /// One seat by chance, if it is free.
    fn one(&self, people: &People, phones: &[Phone], bits: u64) -> Option<Aor> {
        self.free(people, phones, below(bits, u64::from(self.seats)) as u32)
    }

    /// A free seat by chance, with the device to call from or to; of none free any trunk, which then has no channel, and
    /// any callee, who then is busy or not there.
    fn pick(&self, people: &People, phones: &[Phone], bits: u64, caller: Option<Aor>) -> Option<Aor> {
        let first = below(bits, u64::from(self.seats)) as u32;
        let by_chance = (1..GLANCES).map(|glance| below(draw(bits, glance), u64::from(self.seats)) as u32);
        let in_turn = (0..self.seats.min(IN_TURN)).map(|n| (first + n) % self.seats);
        let places = core::iter::once(first).chain(by_chance).chain(in_turn);
        let other = |aor: &Aor| caller.is_none_or(|caller| caller.object() != aor.object());
        let free = places.filter_map(|place| self.free(people, phones, place)).find(other);
        let any = || (0..self.seats.min(2)).filter_map(|n| self.device(people, (first + n) % self.seats)).find(other);
        free.or_else(|| if self.trunks || caller.is_some() { any() } else { None })
    }

    /// The registered device of the seat at a place, if none of its devices is in a call.
    fn free(&self, people: &People, phones: &[Phone], place: u32) -> Option<Aor> {
        let (block, seat) = self.seat(place)?;
        let channels = if self.trunks { people.settings(block).channels } else { 1 };
        let mut registered = None;
        for device in people.blocks[usize::from(block)].devices_of(seat) {
            let aor = Aor { block, device, seat };
            let phone = &phones[people.endpoint(aor)?.index()];
            if phone.calls() >= channels {
                return None;
            }
            registered = registered.or(phone.is_registered().then_some(aor));
        }
        registered
    }

    fn device(&self, people: &People, place: u32) -> Option<Aor> {
        let (block, seat) = self.seat(place)?;
        let device = people.blocks[usize::from(block)].devices_of(seat).next()?;
        Some(Aor { block, device, seat })
    }

    fn seat(&self, place: u32) -> Option<(u16, u32)> {
        let index = self.blocks.partition_point(|(first, _)| *first <= place).checked_sub(1)?;
        let (first, block) = self.blocks[index];
        Some((block, place - first))
    }
}

//! An open source: sessions of a population arrive by Poisson, each takes a free seat (`offered`).

use crate::endpoint::people::People;
use crate::event::Event;
use crate::node::{Body, Input, Node, NodeId, Outbox, Via};
use crate::rng::{Purpose, below, draw, key};
use crate::time::Instant;

/// The arrivals of one population.
#[derive(Clone, Debug)]
pub struct Source {
    population: u16,
    next_at: Instant,
    arrivals: u32,
    free: Vec<NodeId>,
}

impl Source {
    /// Arrivals for these seats, all free at the start.
    pub fn new(population: u16, seats: Vec<NodeId>, people: &People) -> Self {
        let mut source = Self { population, next_at: Instant::ZERO, arrivals: 0, free: seats };
        source.next_at = source.following(people, Instant::ZERO);
        source
    }

    /// Seats free at the moment.
    pub fn free_seats(&self) -> usize {
        self.free.len()
    }

    fn following(&mut self, people: &People, now: Instant) -> Instant {
        self.arrivals = self.arrivals.wrapping_add(1);
        let bits = draw(key(people.population_stream(self.population), Purpose::Arrival), self.arrivals);
        let settings = &people.populations[usize::from(self.population)];
        settings.arrivals.as_ref().map_or(Instant::NEVER, |gap| now + gap.sample(bits))
    }

    fn arrive(&mut self, people: &People, now: Instant, out: &mut Outbox) {
        let bits = draw(key(people.population_stream(self.population), Purpose::Seat), self.arrivals);
        if self.free.is_empty() {
            out.report(Event::NoSeat);
        } else {
            let seat = self.free.swap_remove(below(bits, self.free.len() as u64) as usize);
            out.send(seat, Via::Local, Body::Begin);
        }
        self.next_at = self.following(people, now);
    }
}

impl Node for Source {
    type Profile = People;

    fn handle(&mut self, people: &People, now: Instant, input: Input<'_>, out: &mut Outbox) {
        match input {
            Input::Timeout => self.arrive(people, now, out),
            Input::Packet(packet) | Input::Deferred(packet) => {
                if packet.body == Body::Free {
                    self.free.push(packet.source);
                }
            }
        }
    }

    fn poll_timeout(&self) -> Instant {
        self.next_at
    }
}

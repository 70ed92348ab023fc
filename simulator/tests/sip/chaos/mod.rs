//! A million random inputs in random order: nothing panics, no timer spins, and when all is over nothing is left.

mod side;
mod transactions;

use side::Side;
use simulator::rng::{Purpose, below, draw, key, mix};
use simulator::sip::dialog::SessionTimer;
use simulator::sip::dialog::session_timer::{Agreed, Refresher};
use simulator::sip::sdp::MediaPorts;
use simulator::sip::transaction::timing::TIMER_L;
use simulator::time::{Duration, Instant};
use transactions::Transactions;

/// A seeded source of everything.
struct Dice {
    key: u64,
    count: u32,
}

impl Dice {
    fn bits(&mut self) -> u64 {
        self.count += 1;
        draw(self.key, self.count)
    }

    fn below(&mut self, n: u64) -> u64 {
        below(self.bits(), n)
    }

    fn coin(&mut self) -> bool {
        self.below(2) == 0
    }

    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as u64) as usize]
    }

    /// Mostly something that occurs, sometimes anything.
    fn status(&mut self) -> u16 {
        let any = self.bits() as u16;
        self.of(&[100, 180, 183, 200, 202, 302, 401, 408, 422, 481, 486, 487, 491, 500, 503, 603, any])
    }

    /// Few of each kind, so that they meet; sometimes any.
    fn number(&mut self) -> u32 {
        let any = self.bits() as u32;
        self.of(&[0, 1, 1, 2, 2, 3, 4, any])
    }

    fn seconds(&mut self) -> u32 {
        let any = self.bits() as u32;
        self.of(&[0, 1, 60, 90, 300, 1_800, 3_600, any])
    }

    fn step(&mut self) -> Duration {
        let ms = self.of(&[0, 0, 1, 20, 200, 500, 1_000, 4_000, 32_000, 60_000]);
        Duration(self.below(ms * 1_000_000 + 1))
    }
}

/// What owns some machines: gives them inputs, fires their timers, and ends them as an owner does.
trait Owner {
    fn input(&mut self, now: Instant, dice: &mut Dice);
    fn poll_timeout(&self) -> Instant;
    fn fire(&mut self, now: Instant);
    /// Nothing more will come from outside.
    fn end(&mut self, now: Instant);
    /// What is left, by name.
    fn live(&self, now: Instant) -> Vec<&'static str>;
}

/// Fires what is due; a timer that does not move on would spin for ever.
fn fire(owner: &mut impl Owner, now: Instant) {
    for _ in 0..32 {
        if owner.poll_timeout() > now {
            return;
        }
        owner.fire(now);
    }
    panic!("a timer spins at {now:?}");
}

/// Whole lives of an owner: returns how many inputs it was given.
fn live_and_die<O: Owner>(purpose: u64, lives: u64, inputs: u64, mut born: impl FnMut() -> O) -> u64 {
    for life in 0..lives {
        let mut dice = Dice { key: key(mix(purpose ^ life << 8), Purpose::Arrival), count: 0 };
        let mut owner = born();
        let mut now = Instant(dice.bits() >> 12);
        for _ in 0..inputs {
            let next = now + dice.step();
            while owner.poll_timeout() <= next {
                now = now.max(owner.poll_timeout());
                fire(&mut owner, now);
            }
            now = next;
            owner.input(now, &mut dice);
            fire(&mut owner, now);
        }
        owner.end(now);
        for _ in 0..1_000 {
            if owner.poll_timeout() == Instant::NEVER {
                break;
            }
            now = now.max(owner.poll_timeout());
            fire(&mut owner, now);
        }
        assert_eq!(owner.poll_timeout(), Instant::NEVER, "life {life}: timers without an end");
        assert_eq!(owner.live(now + TIMER_L), [""; 0], "life {life}: something is left");
    }
    lives * inputs
}

#[test]
fn a_million_random_inputs_neither_panic_nor_leave_anything_behind() {
    let given = live_and_die(1, 5_000, 100, || Transactions::IDLE) + live_and_die(2, 5_000, 100, Side::new);
    assert_eq!(given, 1_000_000);
}

#[test]
fn ports_taken_and_given_back_in_any_order_are_all_there_in_the_end() {
    let mut dice = Dice { key: 3, count: 0 };
    let mut ports = MediaPorts::new(16_384, 16_511);
    let mut held: Vec<u16> = Vec::new();
    for _ in 0..100_000 {
        match dice.below(3) {
            0 if !held.is_empty() => {
                let port = held.swap_remove(dice.below(held.len() as u64) as usize);
                assert!(ports.give_back(port));
            }
            1 => {
                let port = dice.bits() as u16;
                assert!(held.contains(&port) || !ports.give_back(port), "{port} was not taken");
            }
            _ => match ports.take() {
                Some(port) => {
                    assert!(!held.contains(&port), "{port} was taken");
                    held.push(port);
                }
                None => assert_eq!(held.len() as u32, ports.count()),
            },
        }
        assert_eq!(ports.in_use() as usize, held.len());
    }
    assert!(held.into_iter().all(|port| ports.give_back(port)));
    assert_eq!(ports.in_use(), 0);
}

#[test]
fn what_was_agreed_is_heeded_by_both_sides() {
    // Whatever is asked, both sides of a negotiated timer agree who refreshes, and the other gives up after, never before.
    let mut dice = Dice { key: 4, count: 0 };
    for _ in 0..10_000 {
        let interval_s = 90 + dice.below(10_000) as u32;
        let refresher = dice.of(&[Refresher::Client, Refresher::Server]);
        let (mut client, mut server) = (SessionTimer::NONE, SessionTimer::NONE);
        client.on_success(Instant::ZERO, Some(Agreed { interval_s, refresher }), true);
        server.on_success(Instant::ZERO, Some(Agreed { interval_s, refresher }), false);
        assert_ne!(client.is_ours(), server.is_ours());
        let (ours, theirs) = if client.is_ours() { (client, server) } else { (server, client) };
        assert!(ours.poll_timeout() < theirs.poll_timeout(), "refreshed before it is given up: {interval_s} s");
    }
}

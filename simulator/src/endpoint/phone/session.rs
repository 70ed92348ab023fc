//! What a device's owner wants: sessions, absences, rounds of tries, giving up (M7).

use super::{Flags, Phone, State};
use crate::endpoint::people::People;
use crate::endpoint::retry;
use crate::event::{Event, Seen, Wish};
use crate::node::{Body, Outbox, Via};
use crate::rng::{Purpose, draw, key};
use crate::settings::{PopulationSettings, Retries};
use crate::time::{Duration, Instant};

impl Phone {
    /// Somebody wants it in at `at`.
    pub fn wish_in(&mut self, at: Instant) {
        self.flags.stays_out = false;
        match self.state {
            State::Out => self.act_at = self.act_at.min(at),
            State::Off => self.flags.was_in = true,
            _ => {}
        }
    }

    /// Somebody wants it out at `at`, for good.
    pub fn wish_out(&mut self, at: Instant) {
        self.flags.stays_out = true;
        match self.state {
            State::Out => self.act_at = Instant::NEVER,
            State::Off => self.flags.was_in = false,
            _ => self.leaves_at = at,
        }
    }

    /// If it is in, it is to refresh at `at`, whatever its own time.
    pub fn wish_refresh(&mut self, at: Instant) {
        if self.state == State::In {
            self.act_at = at;
        }
    }

    /// What it was to begin later is called off; between two tries it gives up.
    pub fn call_off(&mut self, out: &mut Outbox) {
        match self.state {
            State::Out | State::In => self.act_at = Instant::NEVER,
            State::Waiting => self.clear(out),
            State::Trying | State::InLine | State::Off => {}
        }
    }

    /// Whether it is out, or in without a refresh to come.
    pub fn is_called_off(&self) -> bool {
        self.state == State::Out || self.state == State::In && self.act_at == Instant::NEVER
    }

    /// It is out and wants nothing, and nobody is told.
    pub fn clear(&mut self, out: &mut Outbox) {
        if self.state == State::Waiting {
            out.report(Event::Retrying { on: false });
        }
        if self.state != State::Off {
            self.transaction.stop();
            (self.state, self.wish, self.flags) = (State::Out, Wish::SignIn, Flags::default());
            (self.act_at, self.leaves_at, self.probe_at) = (Instant::NEVER, Instant::NEVER, Instant::NEVER);
            (self.carried, self.probes) = (0, 0);
        }
    }

    /// Power is gone: nothing is said to anybody.
    pub fn power_off(&mut self, out: &mut Outbox) {
        if self.state == State::Waiting {
            out.report(Event::Retrying { on: false });
        }
        let wants_in = !matches!(self.state, State::Out | State::Off);
        self.flags = Flags { was_in: wants_in && self.wish != Wish::SignOut, ..Flags::default() };
        self.transaction.stop();
        self.state = State::Off;
        (self.act_at, self.leaves_at, self.probe_at) = (Instant::NEVER, Instant::NEVER, Instant::NEVER);
        (self.carried, self.probes) = (0, 0);
    }

    /// Power is back: a new Call-ID, and at once whatever it wanted before.
    pub fn power_on(&mut self, now: Instant) {
        if self.state == State::Off {
            self.state = State::Out;
            self.call = self.call.wrapping_add(1);
            let was_in = self.flags.was_in;
            self.wish = if was_in { Wish::Return } else { Wish::SignIn };
            self.act_at = if was_in { now } else { Instant::NEVER };
        }
    }

    /// The agenda's turn.
    pub(super) fn act(&mut self, people: &People, now: Instant, out: &mut Outbox) {
        match self.state {
            State::Out if self.wish == Wish::Return => self.begin(Wish::Return, people, now, out),
            State::Out => self.begin(Wish::SignIn, people, now, out),
            State::In => self.begin(Wish::Refresh, people, now, out),
            State::Waiting => {
                out.report(Event::Retrying { on: false });
                self.begin_round(people, now, out);
            }
            State::InLine => self.attempt(self.server, people, now, out),
            State::Trying | State::Off => self.act_at = Instant::NEVER,
        }
    }

    /// A wish begins: it is due now.
    pub(super) fn begin(&mut self, wish: Wish, people: &People, now: Instant, out: &mut Outbox) {
        self.adopt(wish, now, out);
        match wish {
            Wish::SignIn | Wish::Return => self.begin_round(people, now, out),
            Wish::Refresh | Wish::SignOut => self.attempt(self.server, people, now, out),
        }
    }

    pub(super) fn adopt(&mut self, wish: Wish, now: Instant, out: &mut Outbox) {
        self.wish = wish;
        self.due = now;
        self.seen = Seen::default();
        (self.attempts, self.hops, self.tried, self.failures) = (0, 0, 0, 0);
        out.report(Event::Due { wish });
    }

    /// A round over the known servers: from the first, or the other one in turn.
    pub(super) fn begin_round(&mut self, people: &People, now: Instant, out: &mut Outbox) {
        let targets = &people.blocks[usize::from(self.aor.block)].block.targets;
        self.hops = 0;
        let alternates = people.settings(self.aor.block).retries == Retries::Innovaphone;
        let first = if alternates { usize::from(self.failures) % targets.len() } else { 0 };
        let skip = if self.failures == 0 { self.tried } else { 0 };
        let place = (0..targets.len()).map(|n| (first + n) % targets.len()).find(|place| skip >> place & 1 == 0);
        let place = place.unwrap_or(first);
        self.tried = if alternates { u8::MAX } else { skip | 1 << place };
        if !self.holds_back(targets[place], people, now) {
            return self.attempt(targets[place], people, now, out);
        }
        out.report(Event::Withheld);
        match self.next_server(people) {
            Some(server) => self.attempt(server, people, now, out),
            None => self.wait(people, now, 0, out),
        }
    }

    pub(super) fn begin_session(&mut self, people: &People, settings: &PopulationSettings, now: Instant) {
        self.sessions = self.sessions.wrapping_add(1);
        if let Some(length) = &settings.signed_in {
            let bits = draw(key(people.seat_stream(self.aor), Purpose::Session), self.sessions);
            self.leaves_at = now + length.sample(bits);
        }
    }

    pub(super) fn next_server(&mut self, people: &People) -> Option<u16> {
        let targets = &people.blocks[usize::from(self.aor.block)].block.targets;
        let untried = |place: &usize| self.tried >> place & 1 == 0 && targets[*place] != self.server;
        let place = (0..targets.len()).find(untried)?;
        self.tried |= 1 << place;
        Some(targets[place])
    }

    pub(super) fn wait(&mut self, people: &People, now: Instant, retry_after_s: u32, out: &mut Outbox) {
        if self.wish == Wish::Refresh {
            let due = self.due;
            out.report(Event::GaveUp { wish: Wish::Refresh, due });
            self.lose_calls(people, out);
            self.adopt(Wish::Return, now, out);
        }
        self.failures = self.failures.saturating_add(1);
        self.waits = self.waits.wrapping_add(1);
        let bits = draw(key(people.device_stream(self.aor), Purpose::Retry), self.waits);
        match retry::wait(&people.settings(self.aor.block).retries, u32::from(self.failures), bits) {
            Some(wait) => {
                self.state = State::Waiting;
                self.act_at = now + wait.max(Duration::seconds(u64::from(retry_after_s)));
                out.report(Event::Retrying { on: true });
            }
            None => self.give_up(people, now, out),
        }
    }

    pub(super) fn give_up(&mut self, people: &People, now: Instant, out: &mut Outbox) {
        let (wish, due) = (self.wish, self.due);
        out.report(Event::GaveUp { wish, due });
        self.go_out(people, now, out);
    }

    pub(super) fn on_session_end(&mut self, people: &People, now: Instant, out: &mut Outbox) {
        self.leaves_at = Instant::NEVER;
        match self.state {
            State::In | State::InLine => self.begin(Wish::SignOut, people, now, out),
            State::Trying => {
                self.flags.leaving = self.wish != Wish::SignOut;
                out.report(Event::Withdrawn);
            }
            State::Waiting => {
                out.report(Event::Withdrawn);
                out.report(Event::Retrying { on: false });
                self.give_up(people, now, out);
            }
            State::Out | State::Off => {}
        }
    }

    pub(super) fn go_out(&mut self, people: &People, now: Instant, out: &mut Outbox) {
        self.state = State::Out;
        self.wish = Wish::SignIn;
        self.leaves_at = Instant::NEVER;
        self.probe_at = Instant::NEVER;
        self.act_at = Instant::NEVER;
        let stays_out = self.flags.stays_out;
        self.flags = Flags { stays_out, ..Flags::default() };
        if stays_out {
            return;
        }
        if let Some(away) = &people.settings(self.aor.block).away {
            self.sessions = self.sessions.wrapping_add(1);
            let bits = draw(key(people.seat_stream(self.aor), Purpose::Absence), self.sessions);
            self.act_at = now + away.sample(bits);
        }
        if let Some(source) = people.blocks[usize::from(self.aor.block)].source {
            out.send(source, Via::Local, Body::Free);
        }
    }
}

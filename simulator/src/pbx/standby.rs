//! A standby's watch over its active (M2, M3): passive, suspicious, active, holding.

use crate::settings::PbxSettings;
use crate::time::{Duration, Instant};

/// A look not answered within this is unanswered; while suspicious, active or holding it looks this often.
const SECOND_LOOK: Duration = Duration::SECOND;

/// The watch of one standby.
#[derive(Clone, Debug)]
pub struct Watch {
    role: Role,
    look_at: Instant,
    sent_at: Instant,
    number: u32,
    answered: bool,
    /// Of the first unanswered look.
    silent_since: Instant,
    /// Of the first answered look after a silence.
    back_since: Instant,
    /// This silence has been refused a takeover.
    refused: bool,
}

/// What it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Role {
    /// Its active lives: everybody is sent there.
    Passive,
    /// Its active is silent, not yet for long enough.
    Suspect,
    /// It stands in.
    Active,
    /// Its active is back, not yet for long enough; it still stands in.
    Holding,
}

/// What the watch wants done.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Move {
    /// Send a look with this number.
    Look(u32),
    /// The active became silent, or is heard again.
    Silence(bool),
    /// It would take over, if it may.
    TakeOver,
    /// It gives back what it took.
    GiveBack,
}

impl Watch {
    /// A passive standby whose first look is at `first`.
    pub fn new(first: Instant) -> Self {
        Self {
            role: Role::Passive,
            look_at: first,
            sent_at: Instant::ZERO,
            number: 0,
            answered: true,
            silent_since: Instant::NEVER,
            back_since: Instant::NEVER,
            refused: false,
        }
    }

    /// What it is.
    #[inline]
    pub fn role(&self) -> Role {
        self.role
    }

    /// Whether it serves its active's people.
    #[inline]
    pub fn stands_in(&self) -> bool {
        matches!(self.role, Role::Active | Role::Holding)
    }

    /// When it next wants to act.
    pub fn poll_timeout(&self, settings: &PbxSettings) -> Instant {
        let unanswered = if self.answered { Instant::NEVER } else { self.sent_at + SECOND_LOOK };
        let change = match self.role {
            Role::Suspect if !self.refused => self.silent_since + settings.after_silence,
            Role::Holding => self.back_since + settings.gives_back_after,
            _ => Instant::NEVER,
        };
        self.look_at.min(unanswered).min(change)
    }

    /// The one thing that is due; call again until `None`.
    pub fn on_timeout(&mut self, now: Instant, settings: &PbxSettings) -> Option<Move> {
        if !self.answered && self.sent_at + SECOND_LOOK <= now {
            self.answered = true;
            if let Some(change) = self.on_silence() {
                return Some(change);
            }
        }
        if self.role == Role::Suspect && !self.refused && self.silent_since + settings.after_silence <= now {
            return Some(Move::TakeOver);
        }
        if self.role == Role::Holding && self.back_since + settings.gives_back_after <= now {
            self.role = Role::Passive;
            return Some(Move::GiveBack);
        }
        (self.look_at <= now).then(|| self.look(now, settings))
    }

    fn look(&mut self, now: Instant, settings: &PbxSettings) -> Move {
        self.number = self.number.wrapping_add(1);
        (self.sent_at, self.answered) = (now, false);
        let every = if self.role == Role::Passive { settings.watches_every } else { SECOND_LOOK };
        self.look_at = now + every.max(SECOND_LOOK);
        Move::Look(self.number)
    }

    /// A look was not answered.
    fn on_silence(&mut self) -> Option<Move> {
        match self.role {
            Role::Passive => {
                (self.role, self.silent_since, self.refused) = (Role::Suspect, self.sent_at, false);
                self.look_at = self.look_at.min(self.sent_at + SECOND_LOOK);
                Some(Move::Silence(true))
            }
            Role::Holding => {
                (self.role, self.back_since) = (Role::Active, Instant::NEVER);
                None
            }
            Role::Suspect | Role::Active => None,
        }
    }

    /// A look was answered.
    pub fn on_seen(&mut self, now: Instant, number: u32) -> Option<Move> {
        if number != self.number {
            return None;
        }
        self.answered = true;
        match self.role {
            Role::Suspect => {
                (self.role, self.silent_since) = (Role::Passive, Instant::NEVER);
                Some(Move::Silence(false))
            }
            Role::Active => {
                (self.role, self.back_since) = (Role::Holding, now);
                Some(Move::Silence(false))
            }
            Role::Passive | Role::Holding => None,
        }
    }

    /// It was frozen until now: what it has not heard meanwhile is no silence of its active, so it looks again, and every
    /// span of silence or presence begins anew.
    pub fn wake(&mut self, now: Instant) {
        (self.answered, self.look_at) = (true, now);
        match self.role {
            Role::Suspect => self.silent_since = now,
            Role::Holding => self.back_since = now,
            Role::Passive | Role::Active => {}
        }
    }

    /// The takeover it asked for happens, or is refused until its active has been seen again.
    pub fn take_over(&mut self, allowed: bool) {
        match allowed {
            true => self.role = Role::Active,
            false => self.refused = true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> PbxSettings {
        PbxSettings {
            watches_every: Duration::seconds(10),
            after_silence: Duration::seconds(5),
            gives_back_after: Duration::seconds(60),
            ..PbxSettings::default()
        }
    }

    /// Drives the watch for two minutes over an active that answers while `up`; changes of role by second.
    fn story(up: impl Fn(u64) -> bool) -> Vec<(u64, Role)> {
        let (settings, mut watch) = (settings(), Watch::new(Instant::ZERO));
        let mut changes = Vec::new();
        let mut role = watch.role();
        while watch.poll_timeout(&settings) < Instant::ZERO + Duration::seconds(200) {
            let now = watch.poll_timeout(&settings);
            let second = now.0 / Duration::SECOND.0;
            while let Some(step) = watch.on_timeout(now, &settings) {
                match step {
                    Move::Look(number) if up(second) => drop(watch.on_seen(now, number)),
                    Move::TakeOver => watch.take_over(true),
                    _ => {}
                }
                if watch.role() != role {
                    role = watch.role();
                    changes.push((second, role));
                }
            }
        }
        changes
    }

    #[test]
    fn it_takes_over_after_silence_and_gives_back_after_presence() {
        let story = story(|second| !(25..100).contains(&second));
        assert_eq!(story, [(31, Role::Suspect), (35, Role::Active), (100, Role::Holding), (160, Role::Passive)]);
    }

    #[test]
    fn a_short_absence_between_two_looks_goes_unseen() {
        assert_eq!(story(|second| !(21..29).contains(&second)), []);
    }

    #[test]
    fn flapping_faster_than_the_hold_times_changes_no_role() {
        let roles = story(|second| second < 29 || second % 4 == 0);
        assert!(roles.iter().all(|(_, role)| matches!(role, Role::Passive | Role::Suspect)), "{roles:?}");
    }
}

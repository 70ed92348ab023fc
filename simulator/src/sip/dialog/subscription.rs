//! SUBSCRIBE and NOTIFY (RFC 6665), from both sides: voicemail's lamp, busy lamps.

use crate::sip::transaction::timing::TIMER_F;
use crate::time::{Duration, Instant};

/// Timer N: how long the first NOTIFY may take: 64·T1 (RFC 6665 §4.1.2).
pub const TIMER_N: Duration = TIMER_F;

/// Subscription-State.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub enum Standing {
    /// Not decided yet.
    Pending,
    /// State is told.
    Active,
    /// It is over.
    Terminated,
}

/// The side that asks. 24 bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Subscriber {
    /// When SUBSCRIBE leaves again.
    refresh_at: Instant,
    /// Timer N, or the end of what was granted.
    ends_at: Instant,
    state: SubscriberState,
}

/// Figure 1 of RFC 6665; *terminated* is idle.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub enum SubscriberState {
    /// None.
    Idle,
    /// SUBSCRIBE has left; no NOTIFY has come.
    NotifyWait,
    /// Not decided yet.
    Pending,
    /// State is told.
    Active,
}

/// What its user is told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Subscribed {
    /// Nothing.
    Nothing,
    /// The state in this NOTIFY counts.
    State,
    /// SUBSCRIBE again, within the dialog.
    Refresh,
    /// It is over; to know more one must subscribe anew.
    Over,
    /// NOTIFY belongs to no subscription: 481.
    Unknown,
}

impl Subscriber {
    /// None.
    pub const IDLE: Self = Self { refresh_at: Instant::NEVER, ends_at: Instant::NEVER, state: SubscriberState::Idle };

    /// SUBSCRIBE leaves, the first or anew.
    pub fn subscribe(&mut self, now: Instant) {
        *self = Self { ends_at: now + TIMER_N, state: SubscriberState::NotifyWait, ..Self::IDLE };
    }

    /// Where it stands.
    pub fn state(&self) -> SubscriberState {
        self.state
    }

    /// A final response to SUBSCRIBE; 408: none came. A refresh that fails otherwise leaves what was granted (§4.1.2.3).
    pub fn on_response(&mut self, now: Instant, status: u16, expires_s: u32) -> Subscribed {
        match (self.state, status) {
            (SubscriberState::Idle, _) => Subscribed::Nothing,
            (SubscriberState::NotifyWait, 200..300) => Subscribed::Nothing,
            (_, 200..300) => {
                self.grant(now, expires_s);
                Subscribed::Nothing
            }
            (SubscriberState::NotifyWait, 300..) | (_, 404 | 405 | 410 | 416 | 480..=485 | 489 | 501 | 604) => {
                self.end()
            }
            _ => Subscribed::Nothing,
        }
    }

    /// NOTIFY has come, with its Subscription-State and what is left.
    pub fn on_notify(&mut self, now: Instant, standing: Standing, expires_s: u32) -> Subscribed {
        if self.state == SubscriberState::Idle {
            return Subscribed::Unknown;
        }
        self.state = match standing {
            Standing::Terminated => return self.end(),
            Standing::Pending => SubscriberState::Pending,
            Standing::Active => SubscriberState::Active,
        };
        self.grant(now, expires_s);
        Subscribed::State
    }

    fn grant(&mut self, now: Instant, expires_s: u32) {
        let span = Duration::seconds(u64::from(expires_s));
        (self.refresh_at, self.ends_at) = (now + span.scaled(9, 10), now + span);
    }

    fn end(&mut self) -> Subscribed {
        *self = Self::IDLE;
        Subscribed::Over
    }

    /// Fires what is due, the end first.
    pub fn on_timeout(&mut self, now: Instant) -> Subscribed {
        if self.ends_at <= now {
            return self.end();
        }
        if self.refresh_at > now {
            return Subscribed::Nothing;
        }
        self.refresh_at = Instant::NEVER;
        Subscribed::Refresh
    }

    /// Power is gone, or nobody cares any more.
    pub fn stop(&mut self) {
        *self = Self::IDLE;
    }

    /// When it next wants to be called.
    #[inline]
    pub fn poll_timeout(&self) -> Instant {
        self.refresh_at.min(self.ends_at)
    }
}

/// The side that is asked. 16 bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Notifier {
    ends_at: Instant,
    standing: Standing,
}

impl Notifier {
    /// None.
    pub const IDLE: Self = Self { ends_at: Instant::NEVER, standing: Standing::Terminated };

    /// SUBSCRIBE has come, the first or a refresh; a NOTIFY is due at once, with the standing that this answers and what is left,
    /// in seconds (§4.2.1.1). Zero seconds asked: only the present state, and it is over.
    pub fn on_subscribe(&mut self, now: Instant, expires_s: u32, allowed: bool) -> (Standing, u32) {
        *self = match (expires_s, allowed) {
            (0, _) => Self::IDLE,
            (_, allowed) => {
                let standing = if allowed { Standing::Active } else { Standing::Pending };
                Self { ends_at: now + Duration::seconds(u64::from(expires_s)), standing }
            }
        };
        (self.standing, expires_s)
    }

    /// What is watched has changed: whether NOTIFY leaves, and what is left in whole seconds.
    pub fn on_change(&self, now: Instant) -> Option<u32> {
        let left = self.ends_at.since(now).0.div_ceil(Duration::SECOND.0);
        (self.standing == Standing::Active).then_some(left as u32)
    }

    /// NOTIFY is answered finally; 408: not at all. 481 and its like end the subscription (§4.2.2).
    pub fn on_response(&mut self, status: u16) {
        if matches!(status, 404 | 405 | 408 | 410 | 416 | 480..=485 | 489 | 501 | 604) {
            *self = Self::IDLE;
        }
    }

    /// Its time is over: whether a last NOTIFY leaves (`terminated;reason=timeout`).
    pub fn on_timeout(&mut self, now: Instant) -> bool {
        let over = self.ends_at <= now;
        if over {
            *self = Self::IDLE;
        }
        over
    }

    /// Where it stands.
    pub fn standing(&self) -> Standing {
        self.standing
    }

    /// It is over without a word.
    pub fn stop(&mut self) {
        *self = Self::IDLE;
    }

    /// When it next wants to be called.
    #[inline]
    pub fn poll_timeout(&self) -> Instant {
        self.ends_at
    }
}

//! Transfer by REFER (RFC 3515, RFC 5589): who asks for it, and who is asked. Blind and attended differ only in the
//! [`Replaces`](super::Replaces) that goes with Refer-To.

use crate::sip::transaction::timing::TIMER_F;
use crate::time::{Duration, Instant};

/// How long a transfer may take before the subscription that REFER makes is over (RFC 3515 §2.4.4 leaves it to us).
pub const PATIENCE: Duration = Duration::seconds(180);

/// The side that sent REFER. 16 bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Transferor {
    ends_at: Instant,
    state: TransferorState,
}

/// How far it has come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub enum TransferorState {
    /// No transfer is under way.
    Idle,
    /// REFER is not answered yet.
    Asked,
    /// The other side calls the target.
    Calling,
}

/// What came of it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Transferred {
    /// Nothing yet.
    Nothing,
    /// The target has answered: hang up.
    Done,
    /// It failed, or nothing more will be heard: take the call back from hold.
    Failed,
}

impl Transferor {
    /// No transfer is under way.
    pub const IDLE: Self = Self { ends_at: Instant::NEVER, state: TransferorState::Idle };

    /// REFER leaves: whether it may; only one at a time.
    pub fn begin(&mut self, now: Instant) -> bool {
        let free = self.state == TransferorState::Idle;
        if free {
            // REFER's own transaction is over by then, and the first NOTIFY is due (RFC 6665, Timer N).
            *self = Self { ends_at: now + TIMER_F, state: TransferorState::Asked };
        }
        free
    }

    /// How far it has come.
    pub fn state(&self) -> TransferorState {
        self.state
    }

    /// REFER is answered finally.
    pub fn on_response(&mut self, now: Instant, status: u16) -> Transferred {
        match (self.state, status) {
            (TransferorState::Asked, 200..300) => {
                self.wait(now);
                Transferred::Nothing
            }
            (TransferorState::Asked, 300..) => self.fail(),
            // The NOTIFY came first: it was accepted, whatever comes late.
            _ => Transferred::Nothing,
        }
    }

    /// NOTIFY of `refer` with the status in its body; `last`: the subscription is over with it.
    pub fn on_notify(&mut self, now: Instant, status: u16, last: bool) -> Transferred {
        match (self.state, status) {
            (TransferorState::Idle, _) => Transferred::Nothing,
            (_, 200..300) => {
                *self = Self::IDLE;
                Transferred::Done
            }
            (_, 300..) => self.fail(),
            _ if last => self.fail(),
            _ => {
                self.wait(now);
                Transferred::Nothing
            }
        }
    }

    fn wait(&mut self, now: Instant) {
        if self.state == TransferorState::Asked {
            *self = Self { ends_at: now + PATIENCE, state: TransferorState::Calling };
        }
    }

    fn fail(&mut self) -> Transferred {
        *self = Self::IDLE;
        Transferred::Failed
    }

    /// Nothing was heard for too long.
    pub fn on_timeout(&mut self, now: Instant) -> Transferred {
        if self.ends_at <= now { self.fail() } else { Transferred::Nothing }
    }

    /// The dialog is over.
    pub fn stop(&mut self) {
        *self = Self::IDLE;
    }

    /// When it next wants to be called.
    #[inline]
    pub fn poll_timeout(&self) -> Instant {
        self.ends_at
    }
}

/// The side that was sent REFER: it calls the target and tells how that goes. 16 bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Transferee {
    ends_at: Instant,
    told: u16,
    asked: bool,
}

/// A NOTIFY that is to be sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Notice {
    /// Status line in its body (`message/sipfrag`).
    pub status: u16,
    /// Whether the subscription is over with it.
    pub last: bool,
}

impl Transferee {
    /// Nobody has asked.
    pub const IDLE: Self = Self { ends_at: Instant::NEVER, told: 0, asked: false };

    /// REFER has come.
    ///
    /// Answers 202, then this first NOTIFY at once (RFC 3515 §2.4.4).
    ///
    /// # Errors
    /// 491: another is under way.
    pub fn on_refer(&mut self, now: Instant) -> Result<Notice, u16> {
        if self.asked {
            return Err(491);
        }
        *self = Self { ends_at: now + PATIENCE, told: 100, asked: true };
        Ok(Notice { status: 100, last: false })
    }

    /// The target has answered the call with this status: the NOTIFY to send; what was told is not told again.
    pub fn on_progress(&mut self, status: u16) -> Option<Notice> {
        if !self.asked || status == self.told {
            return None;
        }
        let last = status >= 200;
        if last {
            *self = Self::IDLE;
        } else {
            self.told = status;
        }
        Some(Notice { status, last })
    }

    /// It takes too long: the subscription ends.
    pub fn on_timeout(&mut self, now: Instant) -> Option<Notice> {
        let over = self.ends_at <= now;
        over.then(|| {
            let status = self.told;
            *self = Self::IDLE;
            Notice { status, last: true }
        })
    }

    /// Whether a transfer is under way.
    pub fn is_active(&self) -> bool {
        self.asked
    }

    /// NOTIFY was answered 481, or the dialog is over: nobody wants to know.
    pub fn stop(&mut self) {
        *self = Self::IDLE;
    }

    /// When it next wants to be called.
    #[inline]
    pub fn poll_timeout(&self) -> Instant {
        self.ends_at
    }
}

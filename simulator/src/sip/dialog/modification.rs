//! Changing a session that stands, by re-INVITE (RFC 3261 §14) or UPDATE (RFC 3311): who may, and what glare costs.

use crate::rng::below;
use crate::time::{Duration, Instant};

/// What is under way in a dialog, from either side. 16 bytes.
///
/// The first INVITE is not counted: an UPDATE may pass it (RFC 3311 §5.1).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Modification {
    /// When the change that met glare, or a busy peer, is tried again.
    retry_at: Instant,
    ours: Option<Change>,
    theirs: Option<Change>,
}

/// How a session is changed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Change {
    /// INVITE within the dialog.
    Invite,
    /// UPDATE with an offer.
    Update,
    /// UPDATE without one: it only refreshes target and session timer.
    Refresh,
}

/// What is answered to their change.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Admission {
    /// It is under way now.
    Accepted,
    /// Ours crosses it: 491 (§14.2).
    Glare,
    /// An earlier one of theirs is not answered yet: 500, with a Retry-After of 0 to 10 s (§14.2, RFC 3311 §5.2).
    Overlap,
}

/// What came of our change.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Modified {
    /// None was under way.
    Nothing,
    /// The session is changed.
    Done,
    /// It is as before.
    Refused,
    /// As before, and it is tried once more in a while.
    Later,
    /// The dialog is gone (§12.2.1.2).
    Ended,
}

impl Modification {
    /// Nothing is under way.
    pub const NONE: Self = Self { retry_at: Instant::NEVER, ours: None, theirs: None };

    /// We would like to change the session: whether we may now (§14.1, RFC 3311 §5.1).
    pub fn begin(&mut self, change: Change) -> bool {
        let free = self.ours.is_none() && self.theirs.is_none_or(|theirs| !crosses(change, theirs));
        if free {
            (self.ours, self.retry_at) = (Some(change), Instant::NEVER);
        }
        free
    }

    /// It cannot be begun now: once more after so long, if nothing waits longer already.
    pub fn postpone(&mut self, now: Instant, wait: Duration) {
        if self.retry_at == Instant::NEVER {
            self.retry_at = now + wait;
        }
    }

    /// They would.
    pub fn on_request(&mut self, change: Change) -> Admission {
        if self.ours.is_some_and(|ours| crosses(ours, change)) {
            return Admission::Glare;
        }
        match self.theirs {
            None => self.theirs = Some(change),
            // A refresh is answered at once and may pass their INVITE.
            Some(Change::Invite) if change == Change::Refresh => {}
            Some(_) => return Admission::Overlap,
        }
        Admission::Accepted
    }

    /// Our final answer to theirs has left.
    pub fn answered(&mut self, change: Change) {
        if self.theirs == Some(change) {
            self.theirs = None;
        }
    }

    /// A final response to ours, or 408 for none. After 491 the owner of the Call-ID waits longer (§14.1); after 500 with
    /// a Retry-After as long as that says. `chance`: 64 uniform bits.
    pub fn on_response(
        &mut self,
        now: Instant,
        status: u16,
        retry_after_s: u32,
        owns_call_id: bool,
        chance: u64,
    ) -> Modified {
        if status < 200 || self.ours.is_none() {
            return Modified::Nothing;
        }
        self.ours = None;
        match status {
            200..300 => Modified::Done,
            408 | 481 => Modified::Ended,
            491 => {
                self.retry_at = now + glare_wait(owns_call_id, chance);
                Modified::Later
            }
            500 if retry_after_s > 0 => {
                self.retry_at = now + Duration::seconds(u64::from(retry_after_s));
                Modified::Later
            }
            _ => Modified::Refused,
        }
    }

    /// Whether the change that had to wait is due now.
    pub fn on_timeout(&mut self, now: Instant) -> bool {
        let due = self.retry_at <= now;
        if due {
            self.retry_at = Instant::NEVER;
        }
        due
    }

    /// Ends it: the dialog is over, or the change is not wanted any more.
    pub fn stop(&mut self) {
        *self = Self::NONE;
    }

    /// What of ours is under way.
    pub fn ours(&self) -> Option<Change> {
        self.ours
    }

    /// What of theirs is.
    pub fn theirs(&self) -> Option<Change> {
        self.theirs
    }

    /// Whether nothing is under way and nothing waits.
    pub fn is_idle(&self) -> bool {
        *self == Self::NONE
    }

    /// When a change is tried again.
    #[inline]
    pub fn poll_timeout(&self) -> Instant {
        self.retry_at
    }
}

/// Whether two changes, one from each side, may not be under way at once: two INVITEs, or two offers.
fn crosses(one: Change, other: Change) -> bool {
    one != Change::Refresh && other != Change::Refresh
}

/// How long after 491 (§14.1): 2.1 to 4 s for whoever made the Call-ID, else 0 to 2 s, in steps of 10 ms.
pub fn glare_wait(owns_call_id: bool, chance: u64) -> Duration {
    let (first, steps) = if owns_call_id { (210, 190) } else { (0, 200) };
    Duration::millis(10 * (first + below(chance, steps + 1)))
}

//! The 2xx to an INVITE, repeated until its ACK comes (RFC 3261 §13.3.1.4).

use crate::sip::transaction::timing::{TIMER_L, interval};
use crate::time::Instant;

/// 24 bytes. It is repeated over a connection too: what lies behind the next hop is not known (§13.3.1.4).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Acceptance {
    repeat_at: Instant,
    ends_at: Instant,
    sequence: u32,
    repeats: u8,
}

/// What a due timer means.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AcceptanceTimeout {
    /// Nothing was due.
    Nothing,
    /// Send the 2xx again.
    Repeat,
    /// The ACK never came: the dialog is confirmed, and its session is to be ended by BYE.
    Unacknowledged,
}

impl Acceptance {
    /// Nothing waits for an ACK.
    pub const NONE: Self = Self { repeat_at: Instant::NEVER, ends_at: Instant::NEVER, sequence: 0, repeats: 0 };

    /// A 2xx to the INVITE of that CSeq leaves.
    #[inline]
    pub fn start(&mut self, now: Instant, sequence: u32) {
        *self = Self { repeat_at: now + interval(0), ends_at: now + TIMER_L, sequence, repeats: 0 };
    }

    /// Whether the ACK has not come yet.
    #[inline]
    pub fn is_waiting(&self) -> bool {
        self.ends_at != Instant::NEVER
    }

    /// An ACK with that CSeq: whether it was waited for.
    #[inline]
    pub fn on_ack(&mut self, sequence: u32) -> bool {
        let waited = self.is_waiting() && sequence == self.sequence;
        if waited {
            *self = Self::NONE;
        }
        waited
    }

    /// Fires what is due, the end first.
    pub fn on_timeout(&mut self, now: Instant) -> AcceptanceTimeout {
        if self.ends_at <= now {
            *self = Self::NONE;
            return AcceptanceTimeout::Unacknowledged;
        }
        if self.repeat_at > now {
            return AcceptanceTimeout::Nothing;
        }
        self.repeats = self.repeats.saturating_add(1);
        self.repeat_at = now + interval(self.repeats);
        AcceptanceTimeout::Repeat
    }

    /// Ends it: BYE has been received, or power is gone.
    #[inline]
    pub fn stop(&mut self) {
        *self = Self::NONE;
    }

    /// When it next wants to be called.
    #[inline]
    pub fn poll_timeout(&self) -> Instant {
        self.repeat_at.min(self.ends_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Duration;

    #[test]
    fn an_unacknowledged_2xx_leaves_eleven_times_and_ends_in_bye() {
        let mut acceptance = Acceptance::NONE;
        acceptance.start(Instant::ZERO, 1);
        let mut sends = vec![0];
        let end = loop {
            let at = acceptance.poll_timeout();
            match acceptance.on_timeout(at) {
                AcceptanceTimeout::Repeat => sends.push(at.0 / Duration::MILLISECOND.0),
                AcceptanceTimeout::Unacknowledged => break at,
                AcceptanceTimeout::Nothing => unreachable!("poll_timeout said something was due"),
            }
        };
        assert_eq!(sends, [0, 500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]);
        assert_eq!((end, acceptance), (Instant::ZERO + TIMER_L, Acceptance::NONE));
    }

    #[test]
    fn only_the_ack_of_its_invite_ends_it_and_only_once() {
        let mut acceptance = Acceptance::NONE;
        acceptance.start(Instant::ZERO, 2);
        assert!(!acceptance.on_ack(1), "of the INVITE before");
        assert!(acceptance.on_ack(2) && !acceptance.on_ack(2));
        assert_eq!(acceptance.poll_timeout(), Instant::NEVER);
    }
}

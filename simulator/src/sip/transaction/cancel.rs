//! Taking an INVITE back: the CANCEL of RFC 3261 §9.1 and its client transaction, which shares the INVITE's branch.

use crate::sip::transaction::timing::{TIMER_E, TIMER_F, interval};
use crate::time::Instant;

/// 24 bytes. The races: CANCEL may not leave before a provisional response; a 2xx that crosses it still makes a dialog,
/// which must be acknowledged and ended by BYE; and the 487 may come before the CANCEL's own 200, or never.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cancel {
    /// Timer E.
    e_at: Instant,
    /// Timer F of the CANCEL, and the end of the patience for the INVITE's final response (§9.1: both 64·T1).
    ends_at: Instant,
    retransmissions: u8,
    state: CancelState,
}

/// How far it has come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CancelState {
    /// Nobody wants the INVITE back.
    Unwanted,
    /// It is wanted back, and nothing provisional has come yet.
    Waiting,
    /// CANCEL is on its way.
    Trying,
    /// CANCEL is answered, the INVITE is not.
    Answered,
    /// The INVITE is answered, CANCEL is not.
    Closing,
}

/// What a due timer means.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CancelTimeout {
    /// Nothing was due.
    Nothing,
    /// Timer E: send CANCEL again.
    Retransmit,
    /// The INVITE was never answered: consider it cancelled, stop its transaction.
    Abandoned,
}

impl Cancel {
    /// Nobody wants the INVITE back.
    pub const NONE: Self =
        Self { e_at: Instant::NEVER, ends_at: Instant::NEVER, retransmissions: 0, state: CancelState::Unwanted };

    /// The INVITE is wanted back: whether CANCEL leaves now. `proceeding`: something provisional has come.
    pub fn request(&mut self, now: Instant, proceeding: bool, reliable: bool) -> bool {
        if self.state != CancelState::Unwanted {
            return false;
        }
        self.state = CancelState::Waiting;
        proceeding && self.on_provisional(now, reliable)
    }

    /// Something provisional has come: whether CANCEL leaves now.
    #[inline]
    pub fn on_provisional(&mut self, now: Instant, reliable: bool) -> bool {
        let leaves = self.state == CancelState::Waiting;
        if leaves {
            let e_at = if reliable { Instant::NEVER } else { now + TIMER_E };
            *self = Self { e_at, ends_at: now + TIMER_F, retransmissions: 0, state: CancelState::Trying };
        }
        leaves
    }

    /// The CANCEL is answered, with whatever status.
    pub fn on_response(&mut self) {
        match self.state {
            CancelState::Trying => (self.state, self.e_at) = (CancelState::Answered, Instant::NEVER),
            CancelState::Closing => *self = Self::NONE,
            CancelState::Unwanted | CancelState::Waiting | CancelState::Answered => {}
        }
    }

    /// The INVITE has ended, by its final response or otherwise: whether it had been wanted back. If the response was
    /// a 2xx, the dialog it made must then be ended.
    pub fn on_end_of_invite(&mut self) -> bool {
        let wanted = self.is_wanted();
        match self.state {
            CancelState::Trying => self.state = CancelState::Closing,
            CancelState::Closing => {}
            CancelState::Unwanted | CancelState::Waiting | CancelState::Answered => *self = Self::NONE,
        }
        wanted
    }

    /// Whether the INVITE is wanted back and not answered yet.
    pub fn is_wanted(&self) -> bool {
        matches!(self.state, CancelState::Waiting | CancelState::Trying | CancelState::Answered)
    }

    /// How far it has come.
    pub fn state(&self) -> CancelState {
        self.state
    }

    /// Whether anything remains to be done.
    pub fn is_active(&self) -> bool {
        self.state != CancelState::Unwanted
    }

    /// Fires what is due; F before E.
    pub fn on_timeout(&mut self, now: Instant) -> CancelTimeout {
        if self.ends_at <= now {
            let abandoned = self.is_wanted();
            *self = Self::NONE;
            return if abandoned { CancelTimeout::Abandoned } else { CancelTimeout::Nothing };
        }
        if self.e_at > now {
            return CancelTimeout::Nothing;
        }
        self.retransmissions = self.retransmissions.saturating_add(1);
        self.e_at = now + interval(self.retransmissions);
        CancelTimeout::Retransmit
    }

    /// The earlier of E and F.
    #[inline]
    pub fn poll_timeout(&self) -> Instant {
        self.e_at.min(self.ends_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Duration;

    fn sent(now: Instant) -> Cancel {
        let mut cancel = Cancel::NONE;
        assert!(cancel.request(now, true, false));
        cancel
    }

    #[test]
    fn it_waits_for_something_provisional() {
        let mut cancel = Cancel::NONE;
        assert!(!cancel.request(Instant::ZERO, false, false));
        assert_eq!(cancel.poll_timeout(), Instant::NEVER);
        assert!(cancel.on_provisional(Instant(1), false));
        assert!(!cancel.on_provisional(Instant(2), false), "once is enough");
    }

    #[test]
    fn unanswered_it_leaves_eleven_times_and_the_invite_counts_as_cancelled() {
        let mut cancel = sent(Instant::ZERO);
        let mut sends = vec![0];
        let end = loop {
            let at = cancel.poll_timeout();
            match cancel.on_timeout(at) {
                CancelTimeout::Retransmit => sends.push(at.0 / Duration::MILLISECOND.0),
                CancelTimeout::Abandoned => break at,
                CancelTimeout::Nothing => unreachable!("poll_timeout said something was due"),
            }
        };
        assert_eq!(sends, [0, 500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]);
        assert_eq!((end, cancel), (Instant::ZERO + TIMER_F, Cancel::NONE));
    }

    #[test]
    fn answered_without_487_the_invite_is_abandoned_all_the_same() {
        let mut cancel = sent(Instant::ZERO);
        cancel.on_response();
        assert_eq!(cancel.poll_timeout(), Instant::ZERO + TIMER_F);
        assert_eq!(cancel.on_timeout(Instant::ZERO + TIMER_F), CancelTimeout::Abandoned);
    }

    #[test]
    fn a_487_before_the_200_leaves_the_cancel_to_be_answered() {
        let mut cancel = sent(Instant::ZERO);
        assert!(cancel.on_end_of_invite());
        assert_eq!(cancel.on_timeout(Instant::ZERO + TIMER_E), CancelTimeout::Retransmit);
        cancel.on_response();
        assert!(!cancel.is_active());
    }

    #[test]
    fn a_2xx_that_crosses_it_is_known_to_be_unwanted() {
        let mut nobodys = Cancel::NONE;
        assert!(!nobodys.on_end_of_invite());
        assert!(sent(Instant::ZERO).on_end_of_invite());
    }
}

//! The INVITE server transaction (RFC 3261 §17.2.1, with the *Accepted* state of RFC 6026 §7.1).

use crate::sip::transaction::timing::{TIMER_G, TIMER_H, TIMER_I, TIMER_L, TRYING_WITHIN, interval};
use crate::time::{Duration, Instant};

/// 24 bytes. Timers I and L need no event: what comes after them finds no transaction. A transport error changes
/// nothing in any state (RFC 6026 §8.8), so it is no input.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InviteServerTransaction {
    /// When 100 is due in *Proceeding*; Timer G in *Completed*.
    next_at: Instant,
    /// Timer H in *Completed*, I in *Confirmed*, L in *Accepted*.
    ends_at: Instant,
    branch: u32,
    /// Of the last response; 0: none yet.
    status: u16,
    retransmissions: u8,
    state: InviteServerState,
}

/// The states of figure 7.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub enum InviteServerState {
    /// None is under way.
    Terminated,
    /// Not answered finally yet.
    Proceeding,
    /// Rejected; the ACK is awaited.
    Completed,
    /// The rejection is acknowledged.
    Confirmed,
    /// Answered with a 2xx, which the dialog repeats until its ACK (§13.3.1.4).
    Accepted,
}

/// What a due timer means.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum InviteServerTimeout {
    /// Nothing was due.
    Nothing,
    /// 200 ms are over: send 100.
    Trying,
    /// Timer G: send the rejection again.
    Retransmit,
    /// Timer H: the ACK of the rejection never came. It is over.
    Unacknowledged,
}

/// What to do with an INVITE.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Matched {
    /// Its branch is not known: it is new.
    New,
    /// It came again: send the last response again, of this status.
    Replay(u16),
    /// It came again, and nothing is to be done.
    Absorbed,
}

/// What a CANCEL meets (§9.2).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Cancelled {
    /// No transaction: 481.
    Unknown,
    /// One not answered finally yet: 200 to the CANCEL, then 487 to the INVITE.
    InTime,
    /// One already answered: 200, and it has no effect.
    TooLate,
}

impl InviteServerTransaction {
    /// None under way.
    pub const IDLE: Self = Self {
        next_at: Instant::NEVER,
        ends_at: Instant::NEVER,
        branch: 0,
        status: 0,
        retransmissions: 0,
        state: InviteServerState::Terminated,
    };

    /// A new INVITE has come.
    #[inline]
    pub fn begin(&mut self, now: Instant, branch: u32) {
        *self = Self { next_at: now + TRYING_WITHIN, branch, state: InviteServerState::Proceeding, ..Self::IDLE };
    }

    /// Its branch.
    #[inline]
    pub fn branch(&self) -> u32 {
        self.branch
    }

    /// Status of the last response; 0 before the first.
    #[inline]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Its state, I and L heeded.
    #[inline]
    pub fn state(&self, now: Instant) -> InviteServerState {
        let over =
            matches!(self.state, InviteServerState::Confirmed | InviteServerState::Accepted) && self.ends_at <= now;
        if over { InviteServerState::Terminated } else { self.state }
    }

    /// Whether the INVITE still waits for its final response.
    #[inline]
    pub fn is_pending(&self) -> bool {
        self.state == InviteServerState::Proceeding
    }

    /// Looks at an INVITE; [`Matched::New`] changes nothing, its receiver decides where to [`begin`](Self::begin).
    #[inline]
    pub fn on_invite(&self, now: Instant, branch: u32) -> Matched {
        use InviteServerState::{Accepted, Completed, Confirmed, Proceeding, Terminated};
        if branch != self.branch {
            return Matched::New;
        }
        match self.state(now) {
            Terminated => Matched::New,
            Proceeding if self.status == 0 => Matched::Absorbed,
            Proceeding | Completed => Matched::Replay(self.status),
            Confirmed | Accepted => Matched::Absorbed,
        }
    }

    /// Its user answers: whether that may be sent. After the final response only a 2xx again may.
    #[inline]
    pub fn respond(&mut self, now: Instant, status: u16, reliable: bool) -> bool {
        use InviteServerState::{Accepted, Completed, Proceeding};
        match (self.state(now), status) {
            (Proceeding, ..200) => {
                self.next_at = Instant::NEVER;
            }
            (Proceeding, 200..300) => {
                (self.state, self.next_at, self.ends_at) = (Accepted, Instant::NEVER, now + TIMER_L);
            }
            (Proceeding, 300..) => {
                let g_at = if reliable { Instant::NEVER } else { now + TIMER_G };
                (self.state, self.next_at, self.ends_at) = (Completed, g_at, now + TIMER_H);
            }
            (Accepted, 200..300) => {}
            _ => return false,
        }
        self.status = status;
        true
    }

    /// Takes an ACK: whether it was that of a rejection, and is absorbed here. Any other is the dialog's (§13.3.1.4).
    #[inline]
    pub fn on_ack(&mut self, now: Instant, branch: u32) -> bool {
        use InviteServerState::{Accepted, Completed, Confirmed, Proceeding, Terminated};
        if branch != self.branch {
            return false;
        }
        match self.state(now) {
            Completed => {
                // Timer G was never set over a connection: there Timer I is zero.
                let linger = if self.next_at == Instant::NEVER { Duration::ZERO } else { TIMER_I };
                (self.state, self.next_at, self.ends_at) = (Confirmed, Instant::NEVER, now + linger);
                true
            }
            Confirmed | Proceeding => true,
            Accepted | Terminated => false,
        }
    }

    /// Takes a CANCEL; if it was [in time](Cancelled::InTime), its user [responds](Self::respond) with 487.
    #[inline]
    pub fn on_cancel(&self, now: Instant, branch: u32) -> Cancelled {
        match self.state(now) {
            _ if branch != self.branch => Cancelled::Unknown,
            InviteServerState::Terminated => Cancelled::Unknown,
            InviteServerState::Proceeding => Cancelled::InTime,
            _ => Cancelled::TooLate,
        }
    }

    /// Fires what is due; H before G.
    #[inline]
    pub fn on_timeout(&mut self, now: Instant) -> InviteServerTimeout {
        match self.state {
            InviteServerState::Completed if self.ends_at <= now => {
                self.stop();
                InviteServerTimeout::Unacknowledged
            }
            InviteServerState::Completed if self.next_at <= now => {
                self.retransmissions = self.retransmissions.saturating_add(1);
                self.next_at = now + interval(self.retransmissions);
                InviteServerTimeout::Retransmit
            }
            InviteServerState::Proceeding if self.next_at <= now => {
                (self.next_at, self.status) = (Instant::NEVER, 100);
                InviteServerTimeout::Trying
            }
            _ => InviteServerTimeout::Nothing,
        }
    }

    /// Ends it: its record is needed no longer.
    #[inline]
    pub fn stop(&mut self) {
        *self = Self { branch: self.branch, ..Self::IDLE };
    }

    /// When 100, G or H is due.
    #[inline]
    pub fn poll_timeout(&self) -> Instant {
        if self.state == InviteServerState::Completed { self.next_at.min(self.ends_at) } else { self.next_at }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Instants (ms) at which a rejection that nobody acknowledges leaves, then the end.
    fn rejections(reliable: bool) -> (Vec<u64>, u64) {
        let mut transaction = InviteServerTransaction::IDLE;
        transaction.begin(Instant::ZERO, 7);
        assert!(transaction.respond(Instant::ZERO, 486, reliable));
        let mut sent = vec![0];
        loop {
            let at = transaction.poll_timeout();
            match transaction.on_timeout(at) {
                InviteServerTimeout::Retransmit => sent.push(at.0 / Duration::MILLISECOND.0),
                InviteServerTimeout::Unacknowledged => return (sent, at.0 / Duration::MILLISECOND.0),
                other => unreachable!("poll_timeout said something was due: {other:?}"),
            }
        }
    }

    #[test]
    fn an_unacknowledged_rejection_leaves_eleven_times_over_udp() {
        let expected = [0, 500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500];
        assert_eq!(rejections(false), (expected.to_vec(), 32_000));
    }

    #[test]
    fn over_a_connection_it_leaves_once() {
        assert_eq!(rejections(true), (vec![0], 32_000));
    }

    #[test]
    fn after_200_ms_without_an_answer_100_is_due_once() {
        let mut transaction = InviteServerTransaction::IDLE;
        transaction.begin(Instant::ZERO, 7);
        let at = transaction.poll_timeout();
        assert_eq!(at, Instant(200_000_000));
        assert_eq!(transaction.on_timeout(at), InviteServerTimeout::Trying);
        assert_eq!((transaction.poll_timeout(), transaction.status()), (Instant::NEVER, 100));
    }

    #[test]
    fn whoever_rings_at_once_need_not_send_100() {
        let mut transaction = InviteServerTransaction::IDLE;
        transaction.begin(Instant::ZERO, 7);
        assert!(transaction.respond(Instant(1), 180, false));
        assert_eq!(transaction.poll_timeout(), Instant::NEVER);
        assert_eq!(transaction.on_invite(Instant(2), 7), Matched::Replay(180));
    }

    #[test]
    fn it_takes_24_bytes() {
        assert_eq!(size_of::<InviteServerTransaction>(), 24);
    }
}

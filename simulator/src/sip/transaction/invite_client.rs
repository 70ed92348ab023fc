//! The INVITE client transaction (RFC 3261 §17.1.1, with the *Accepted* state of RFC 6026 §7.2).

use crate::sip::transaction::client::Timeout;
use crate::sip::transaction::timing::{TIMER_A, TIMER_B, TIMER_D, TIMER_M};
use crate::time::{Duration, Instant};

/// 24 bytes. Timers D and M need no event: what comes after them finds no transaction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InviteClientTransaction {
    /// Timer A.
    a_at: Instant,
    /// Timer B in *Calling*, D in *Completed*, M in *Accepted*.
    ends_at: Instant,
    branch: u32,
    retransmissions: u8,
    reliable: bool,
    state: InviteClientState,
}

/// The states of figure 5.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub enum InviteClientState {
    /// None is under way.
    Terminated,
    /// Nothing has been heard yet.
    Calling,
    /// A provisional response has come; it may take as long as people do.
    Proceeding,
    /// Rejected and acknowledged.
    Completed,
    /// A 2xx has come; more may, from other branches of a fork.
    Accepted,
}

/// What a response means to the user of the transaction.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Heard {
    /// Nothing: there is no such transaction, or it is not its business any more.
    Nothing,
    /// It is provisional.
    Provisional,
    /// A 2xx, the first or a further one: the dialog acknowledges it (§13.2.2.4).
    Accepted,
    /// The first rejection, 300 to 699: to be acknowledged within the transaction (§17.1.1.3).
    Rejected,
    /// A rejection again: to be acknowledged again, and nobody else is told.
    RejectedAgain,
}

impl InviteClientTransaction {
    /// None under way.
    pub const IDLE: Self = Self {
        a_at: Instant::NEVER,
        ends_at: Instant::NEVER,
        branch: 0,
        retransmissions: 0,
        reliable: false,
        state: InviteClientState::Terminated,
    };

    /// The INVITE leaves; over a reliable transport Timer A is not set, and D is zero.
    #[inline]
    pub fn start(&mut self, now: Instant, branch: u32, reliable: bool) {
        let a_at = if reliable { Instant::NEVER } else { now + TIMER_A };
        let state = InviteClientState::Calling;
        *self = Self { a_at, ends_at: now + TIMER_B, branch, retransmissions: 0, reliable, state };
    }

    /// Its branch: the ACK of a rejection and a CANCEL carry it too (§17.1.1.3, §9.1).
    #[inline]
    pub fn branch(&self) -> u32 {
        self.branch
    }

    /// Its state, D and M heeded.
    #[inline]
    pub fn state(&self, now: Instant) -> InviteClientState {
        let over =
            matches!(self.state, InviteClientState::Completed | InviteClientState::Accepted) && self.ends_at <= now;
        if over { InviteClientState::Terminated } else { self.state }
    }

    /// Whether the INVITE still waits for its final response.
    #[inline]
    pub fn is_pending(&self) -> bool {
        matches!(self.state, InviteClientState::Calling | InviteClientState::Proceeding)
    }

    /// Fires A and B; B first, so that nothing is sent again at 64·T1.
    #[inline]
    pub fn on_timeout(&mut self, now: Instant) -> Timeout {
        if self.state != InviteClientState::Calling {
            return Timeout::Nothing;
        }
        if self.ends_at <= now {
            self.stop();
            return Timeout::TimedOut;
        }
        if self.a_at > now {
            return Timeout::Nothing;
        }
        self.retransmissions += 1;
        self.a_at = now + Duration(TIMER_A.0 << self.retransmissions.min(8));
        Timeout::Retransmit
    }

    /// Takes a response to an INVITE (by the method of its CSeq, §17.1.3).
    #[inline]
    pub fn on_response(&mut self, now: Instant, branch: u32, status: u16) -> Heard {
        use InviteClientState::{Accepted, Calling, Completed, Proceeding, Terminated};
        if branch != self.branch {
            return Heard::Nothing;
        }
        match (self.state(now), status) {
            (Calling | Proceeding, ..200) => {
                (self.state, self.a_at, self.ends_at) = (Proceeding, Instant::NEVER, Instant::NEVER);
                Heard::Provisional
            }
            (Calling | Proceeding, 200..300) => {
                (self.state, self.a_at, self.ends_at) = (Accepted, Instant::NEVER, now + TIMER_M);
                Heard::Accepted
            }
            (Calling | Proceeding, 300..) => {
                let linger = if self.reliable { Duration::ZERO } else { TIMER_D };
                (self.state, self.a_at, self.ends_at) = (Completed, Instant::NEVER, now + linger);
                Heard::Rejected
            }
            (Accepted, 200..300) => Heard::Accepted,
            (Completed, 300..) => Heard::RejectedAgain,
            (Accepted | Completed | Terminated, _) => Heard::Nothing,
        }
    }

    /// The INVITE, or the ACK of its rejection, could not be sent (§17.1.4): whether that ended the transaction, which
    /// the user must be told. In *Proceeding* and *Accepted* it sends nothing, so nothing of its can fail.
    pub fn on_transport_error(&mut self, now: Instant) -> bool {
        let fails = matches!(self.state(now), InviteClientState::Calling | InviteClientState::Completed);
        if fails {
            self.stop();
        }
        fails
    }

    /// Ends it: nobody waits for it any longer.
    #[inline]
    pub fn stop(&mut self) {
        *self = Self { branch: self.branch, ..Self::IDLE };
    }

    /// The earlier of A and B.
    #[inline]
    pub fn poll_timeout(&self) -> Instant {
        if self.state == InviteClientState::Calling { self.a_at.min(self.ends_at) } else { Instant::NEVER }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Instants (ms) of every send of an INVITE that nobody answers, then the end.
    fn sends(reliable: bool) -> (Vec<u64>, u64) {
        let mut transaction = InviteClientTransaction::IDLE;
        transaction.start(Instant::ZERO, 7, reliable);
        let mut sent = vec![0];
        loop {
            let at = transaction.poll_timeout();
            match transaction.on_timeout(at) {
                Timeout::Retransmit => sent.push(at.0 / Duration::MILLISECOND.0),
                Timeout::TimedOut => return (sent, at.0 / Duration::MILLISECOND.0),
                Timeout::Nothing => unreachable!("poll_timeout said something was due"),
            }
        }
    }

    #[test]
    fn an_unanswered_invite_leaves_seven_times_over_udp() {
        assert_eq!(sends(false), (vec![0, 500, 1_500, 3_500, 7_500, 15_500, 31_500], 32_000));
    }

    #[test]
    fn over_a_connection_it_leaves_once() {
        assert_eq!(sends(true), (vec![0], 32_000));
    }

    #[test]
    fn once_it_rings_it_may_ring_for_ever() {
        let mut transaction = InviteClientTransaction::IDLE;
        transaction.start(Instant::ZERO, 7, false);
        assert_eq!(transaction.on_response(Instant(1), 7, 180), Heard::Provisional);
        assert_eq!(transaction.poll_timeout(), Instant::NEVER);
    }

    #[test]
    fn it_takes_24_bytes() {
        assert_eq!(size_of::<InviteClientTransaction>(), 24);
    }
}

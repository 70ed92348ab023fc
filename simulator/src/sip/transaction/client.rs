//! The non-INVITE client transaction (RFC 3261 §17.1.2).

use crate::sip::transaction::timing::{T2, TIMER_E, TIMER_F, interval};
use crate::time::Instant;

/// 24 bytes. Timer K needs no event: a response that comes late finds no transaction of its branch and is dropped.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClientTransaction {
    /// Timer E.
    e_at: Instant,
    /// Timer F.
    f_at: Instant,
    branch: u32,
    doublings: u8,
    state: ClientState,
}

/// The states of figure 6; *Completed* is no state of its own, since nothing happens in it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ClientState {
    /// None is under way, or Timer K runs.
    Terminated,
    /// Nothing has been heard yet.
    Trying,
    /// A provisional response has come.
    Proceeding,
}

/// What a due timer means.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Timeout {
    /// Nothing was due.
    Nothing,
    /// Timer E: send the request again.
    Retransmit,
    /// Timer F: no final response came.
    TimedOut,
}

impl ClientTransaction {
    /// None under way.
    pub const IDLE: Self =
        Self { e_at: Instant::NEVER, f_at: Instant::NEVER, branch: 0, doublings: 0, state: ClientState::Terminated };

    /// None under way; the next one's branch follows this one.
    #[inline]
    pub fn after(branch: u32) -> Self {
        Self { branch, ..Self::IDLE }
    }

    /// Begins a transaction with a fresh branch; over a reliable transport Timer E is not set.
    #[inline]
    pub fn start(&mut self, now: Instant, reliable: bool) {
        let e_at = if reliable { Instant::NEVER } else { now + TIMER_E };
        *self = Self {
            e_at,
            f_at: now + TIMER_F,
            branch: self.branch.wrapping_add(1),
            doublings: 0,
            state: ClientState::Trying,
        };
    }

    /// Its branch.
    #[inline]
    pub fn branch(&self) -> u32 {
        self.branch
    }

    /// Its state.
    pub fn state(&self) -> ClientState {
        self.state
    }

    /// Whether one is under way.
    #[inline]
    pub fn is_active(&self) -> bool {
        self.state != ClientState::Terminated
    }

    /// Fires what is due; F before E, so that nothing is re-sent at 64·T1.
    #[inline]
    pub fn on_timeout(&mut self, now: Instant) -> Timeout {
        if self.f_at <= now {
            self.stop();
            return Timeout::TimedOut;
        }
        if self.e_at > now {
            return Timeout::Nothing;
        }
        self.doublings = (self.doublings + 1).min(8);
        self.e_at = now + if self.state == ClientState::Proceeding { T2 } else { interval(self.doublings) };
        Timeout::Retransmit
    }

    /// Whether this response is the final one of the transaction under way. A provisional one slows Timer E to T2.
    #[inline]
    pub fn accepts(&mut self, branch: u32, status: u16) -> bool {
        if self.state == ClientState::Terminated || branch != self.branch {
            return false;
        }
        if status < 200 {
            self.state = ClientState::Proceeding;
            return false;
        }
        self.stop();
        true
    }

    /// Ends it without a response: the transport failed.
    #[inline]
    pub fn stop(&mut self) {
        *self = Self { branch: self.branch, ..Self::IDLE };
    }

    /// The earlier of E and F.
    #[inline]
    pub fn poll_timeout(&self) -> Instant {
        self.e_at.min(self.f_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Duration;

    /// Instants (ms) of every send of a request that nobody answers, then the end.
    fn sends(reliable: bool, provisional_at_ms: Option<u64>) -> (Vec<u64>, u64) {
        let mut transaction = ClientTransaction::IDLE;
        transaction.start(Instant::ZERO, reliable);
        let mut sent = vec![0];
        let mut provisional = provisional_at_ms.map(|ms| Instant(ms * 1_000_000));
        loop {
            let at = transaction.poll_timeout();
            if let Some(early) = provisional.filter(|early| *early < at) {
                assert!(!transaction.accepts(transaction.branch(), 100), "at {early:?}");
                provisional = None;
                continue;
            }
            match transaction.on_timeout(at) {
                Timeout::Retransmit => sent.push(at.0 / Duration::MILLISECOND.0),
                Timeout::TimedOut => return (sent, at.0 / Duration::MILLISECOND.0),
                Timeout::Nothing => unreachable!("poll_timeout said something was due"),
            }
        }
    }

    #[test]
    fn an_unanswered_register_leaves_eleven_times_over_udp() {
        let expected = [0, 500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500];
        assert_eq!(sends(false, None), (expected.to_vec(), 32_000));
    }

    #[test]
    fn over_a_connection_it_leaves_once() {
        assert_eq!(sends(true, None), (vec![0], 32_000));
    }

    #[test]
    fn a_provisional_response_slows_it_to_t2() {
        let expected = [0, 500, 1_500, 5_500, 9_500, 13_500, 17_500, 21_500, 25_500, 29_500];
        assert_eq!(sends(false, Some(700)), (expected.to_vec(), 32_000));
    }

    #[test]
    fn only_a_final_response_to_its_branch_ends_it() {
        let mut transaction = ClientTransaction::IDLE;
        transaction.start(Instant::ZERO, false);
        assert!(!transaction.accepts(transaction.branch() + 1, 200));
        assert!(transaction.accepts(transaction.branch(), 503));
        assert!(!transaction.accepts(transaction.branch(), 503), "timer K absorbs the repeat");
        assert_eq!(transaction.poll_timeout(), Instant::NEVER);
    }
}

//! The non-INVITE server transaction (RFC 3261 §17.2.2), as little as its timers need.

use crate::sip::message::Response;
use crate::sip::transaction::timing::TIMER_J;
use crate::time::{Duration, Instant};

/// One transaction: which request, what was answered, when. Timer J needs no event: a request is a retransmission if
/// it carries a branch answered less than 64·T1 ago.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct ServerTransaction {
    branch: u32,
    /// Milliseconds, wrapping.
    at_ms: u32,
    status: u16,
    reason: u8,
    known: bool,
}

/// The last two transactions of one contact: the 401 round and its repeat. Older ones have no retransmission left.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct ServerTransactions([ServerTransaction; 2]);

impl ServerTransactions {
    /// None known.
    pub const NONE: Self = Self([ServerTransaction { branch: 0, at_ms: 0, status: 0, reason: 0, known: false }; 2]);

    /// The answer to replay if `branch` is a retransmission; `Some(None)` while the request is still being served.
    #[inline]
    pub fn replay(&self, branch: u32, now: Instant) -> Option<Option<u16>> {
        const LINGER_MS: i32 = (TIMER_J.0 / Duration::MILLISECOND.0) as i32;
        let age = |known: &ServerTransaction| now.millis_wrapping().wrapping_sub(known.at_ms) as i32;
        let fresh = |known: &&ServerTransaction| known.known && known.branch == branch && age(known) < LINGER_MS;
        let known = self.0.iter().find(fresh)?;
        Some((known.status != 0 && age(known) >= 0).then_some(known.status))
    }

    /// The reason given with the answer to `branch`, as its discriminant.
    pub fn reason(&self, branch: u32) -> u8 {
        self.0.iter().find(|known| known.known && known.branch == branch).map_or(0, |known| known.reason)
    }

    /// A request has come: Trying.
    #[inline]
    pub fn begin(&mut self, branch: u32, now: Instant) {
        self.0[0] = self.0[1];
        self.0[1] = ServerTransaction { branch, at_ms: now.millis_wrapping(), status: 0, reason: 0, known: true };
    }

    /// It is answered: Completed from the moment the answer leaves; until then it is still being served.
    #[inline]
    pub fn complete(&mut self, response: &Response, leaves: Instant) {
        if let Some(known) = self.0.iter_mut().rev().find(|known| known.known && known.branch == response.branch) {
            known.at_ms = leaves.millis_wrapping();
            (known.status, known.reason) = (response.status, response.reason as u8);
        }
    }

    /// The request is forgotten unanswered: the server shed it.
    #[inline]
    pub fn forget(&mut self, branch: u32) {
        if let Some(known) = self.0.iter_mut().find(|known| known.branch == branch) {
            *known = ServerTransaction::default();
        }
    }
}

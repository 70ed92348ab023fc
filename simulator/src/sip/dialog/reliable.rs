//! Provisional responses that must arrive: 100rel and PRACK (RFC 3262), from both sides.

use crate::rng::below;
use crate::sip::transaction::timing::T1;
use crate::time::{Duration, Instant};

/// The callee's side: one reliable provisional response at a time, repeated until its PRACK. 32 bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReliableServer {
    repeat_at: Instant,
    ends_at: Instant,
    /// RSeq of the last one; 0: none yet.
    number: u32,
    /// CSeq of the INVITE.
    sequence: u32,
    status: u16,
    repeats: u8,
}

/// What a due timer means.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ReliableTimeout {
    /// Nothing was due.
    Nothing,
    /// Send the provisional response of this status again.
    Repeat(u16),
    /// No PRACK for 64·T1: reject the INVITE with a 5xx (§3).
    Unacknowledged,
}

impl ReliableServer {
    /// Nothing waits for a PRACK.
    pub const NONE: Self =
        Self { repeat_at: Instant::NEVER, ends_at: Instant::NEVER, number: 0, sequence: 0, status: 0, repeats: 0 };

    /// A provisional response, 101 to 199, leaves reliably: its RSeq. `None`: one still waits (§3: no second before the
    /// first is acknowledged), or the status may not be sent so. `chance`: 64 uniform bits, for the first RSeq.
    pub fn send(&mut self, now: Instant, sequence: u32, status: u16, chance: u64) -> Option<u32> {
        if self.is_waiting() || !(101..200).contains(&status) {
            return None;
        }
        let same_invite = self.number != 0 && self.sequence == sequence;
        // The first lies between 1 and 2^31 - 1 (§7.1).
        let number = if same_invite { self.number.wrapping_add(1) } else { 1 + below(chance, (1 << 31) - 1) as u32 };
        *self = Self { repeat_at: now + T1, ends_at: now + Duration(64 * T1.0), number, sequence, status, repeats: 0 };
        Some(number)
    }

    /// Whether a PRACK is awaited; then no 2xx may leave if the response carried a description (§5).
    pub fn is_waiting(&self) -> bool {
        self.ends_at != Instant::NEVER
    }

    /// A PRACK with this RAck: whether it fits and is answered 200; else 481 (§3).
    pub fn on_prack(&mut self, number: u32, sequence: u32) -> bool {
        let fits = self.is_waiting() && (number, sequence) == (self.number, self.sequence);
        if fits {
            self.stop();
        }
        fits
    }

    /// Fires what is due. The interval doubles without bound (§3), other than T2 bounds that of a 2xx.
    pub fn on_timeout(&mut self, now: Instant) -> ReliableTimeout {
        if self.ends_at <= now {
            self.stop();
            return ReliableTimeout::Unacknowledged;
        }
        if self.repeat_at > now {
            return ReliableTimeout::Nothing;
        }
        self.repeats = (self.repeats + 1).min(8);
        self.repeat_at = now + Duration(T1.0 << self.repeats);
        ReliableTimeout::Repeat(self.status)
    }

    /// The final response has left, or the INVITE is cancelled: it is not repeated any more.
    pub fn stop(&mut self) {
        (self.repeat_at, self.ends_at) = (Instant::NEVER, Instant::NEVER);
    }

    /// When it next wants to be called.
    #[inline]
    pub fn poll_timeout(&self) -> Instant {
        self.repeat_at.min(self.ends_at)
    }
}

/// The caller's side: which reliable responses it has seen in one early dialog. 4 bytes.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct ReliableClient {
    /// RSeq of the last one taken; 0: none yet.
    number: u32,
}

/// What a reliable provisional response is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Numbered {
    /// The next one: PRACK it, and take it.
    Next,
    /// Known already: its PRACK is a transaction that repeats itself (§4).
    Known,
    /// One before it is missing: neither taken nor acknowledged (§4).
    Ahead,
}

impl ReliableClient {
    /// A provisional response with this RSeq has come; the first one begins the count.
    pub fn on_response(&mut self, number: u32) -> Numbered {
        if self.number == 0 || number == self.number.wrapping_add(1) {
            self.number = number;
            Numbered::Next
        } else if number <= self.number {
            Numbered::Known
        } else {
            Numbered::Ahead
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_prack_it_is_sent_seven_times_and_the_invite_fails() {
        let mut server = ReliableServer::NONE;
        server.send(Instant::ZERO, 1, 183, 0).unwrap();
        let mut sends = vec![0];
        let end = loop {
            let at = server.poll_timeout();
            match server.on_timeout(at) {
                ReliableTimeout::Repeat(status) => {
                    assert_eq!(status, 183);
                    sends.push(at.0 / Duration::MILLISECOND.0);
                }
                ReliableTimeout::Unacknowledged => break at,
                ReliableTimeout::Nothing => unreachable!("poll_timeout said something was due"),
            }
        };
        assert_eq!(sends, [0, 500, 1_500, 3_500, 7_500, 15_500, 31_500]);
        assert_eq!((end, server.is_waiting()), (Instant::ZERO + Duration::seconds(32), false));
    }

    #[test]
    fn one_after_the_other_numbered_in_a_row() {
        let mut server = ReliableServer::NONE;
        let first = server.send(Instant::ZERO, 1, 180, 1 << 40).unwrap();
        assert_eq!(server.send(Instant::ZERO, 1, 183, 0), None, "the first is not acknowledged");
        assert!(!server.on_prack(first, 2) && !server.on_prack(first + 1, 1), "481");
        assert!(server.on_prack(first, 1) && !server.on_prack(first, 1));
        assert_eq!(server.send(Instant::ZERO, 1, 183, 0), Some(first + 1));
    }

    #[test]
    fn the_first_number_is_drawn_between_1_and_2_to_the_31() {
        let number = |chance| {
            let mut server = ReliableServer::NONE;
            server.send(Instant::ZERO, 1, 180, chance)
        };
        assert_eq!((number(0), number(u64::MAX)), (Some(1), Some((1 << 31) - 1)));
    }

    #[test]
    fn neither_100_nor_a_final_response_is_sent_so() {
        let sends = |status| {
            let mut server = ReliableServer::NONE;
            server.send(Instant::ZERO, 1, status, 0).is_some()
        };
        assert_eq!([100, 101, 199, 200].map(sends), [false, true, true, false]);
    }

    #[test]
    fn the_caller_takes_them_in_order_and_each_once() {
        let mut client = ReliableClient::default();
        assert_eq!(client.on_response(776), Numbered::Next);
        assert_eq!(client.on_response(776), Numbered::Known);
        assert_eq!(client.on_response(778), Numbered::Ahead);
        assert_eq!(client.on_response(777), Numbered::Next);
        assert_eq!(client.on_response(778), Numbered::Next);
    }
}

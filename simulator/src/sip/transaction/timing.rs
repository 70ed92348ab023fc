//! Timer values of RFC 3261 §17 and its table 4.

use crate::time::Duration;

/// Estimate of the round-trip time.
pub const T1: Duration = Duration::millis(500);
/// Longest interval between retransmissions of a non-INVITE request.
pub const T2: Duration = Duration::seconds(4);
/// How long the network may keep a message.
pub const T4: Duration = Duration::seconds(5);
/// Timer E: first retransmission of a non-INVITE request over UDP; doubles up to T2.
pub const TIMER_E: Duration = T1;
/// Timer F: a non-INVITE client transaction gives up: 64·T1.
pub const TIMER_F: Duration = Duration(64 * T1.0);
/// Timer J: a non-INVITE server transaction over UDP remembers its answer: 64·T1. Zero over a connection.
pub const TIMER_J: Duration = Duration(64 * T1.0);
/// Timer K: a non-INVITE client transaction over UDP absorbs late responses.
pub const TIMER_K: Duration = T4;
/// Timer A: first retransmission of an INVITE over UDP; doubles without bound until B.
pub const TIMER_A: Duration = T1;
/// Timer B: an INVITE client transaction without any response gives up: 64·T1.
pub const TIMER_B: Duration = Duration(64 * T1.0);
/// Timer D: an INVITE client transaction over UDP acknowledges repeated rejections. Zero over a connection.
pub const TIMER_D: Duration = Duration::seconds(32);
/// Timer G: first retransmission of a rejection over UDP; doubles up to T2.
pub const TIMER_G: Duration = T1;
/// Timer H: an INVITE server transaction waits for the ACK of its rejection: 64·T1.
pub const TIMER_H: Duration = Duration(64 * T1.0);
/// Timer I: an INVITE server transaction over UDP absorbs repeated ACKs. Zero over a connection.
pub const TIMER_I: Duration = T4;
/// Timer L: an INVITE server transaction that accepted absorbs repeated INVITEs (RFC 6026 §7.1): 64·T1.
pub const TIMER_L: Duration = Duration(64 * T1.0);
/// Timer M: an INVITE client transaction that was accepted passes on further 2xx (RFC 6026 §7.2): 64·T1.
pub const TIMER_M: Duration = Duration(64 * T1.0);
/// How long an INVITE may stay without an answer before 100 is sent (§17.2.1).
pub const TRYING_WITHIN: Duration = Duration::millis(200);

/// The interval after so many retransmissions under Timers E and G, and of a 2xx (§13.3.1.4): T1 doubled up to T2.
#[inline]
pub fn interval(retransmissions: u8) -> Duration {
    T2.min(Duration(T1.0 << retransmissions.min(8)))
}

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

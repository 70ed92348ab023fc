//! What an overloaded server has asked a client to hold back: the loss algorithm of RFC 7339 §7, in one word.

use crate::rng::below;
use crate::sip::message::Overload;
use crate::time::{Duration, Instant};

/// The low byte: percent. The rest: until when.
const PERCENT: u64 = 0xff;

/// A request to hold back, or none (0).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Restraint(pub(super) u64);

impl Restraint {
    /// As a response says it that comes now: for `oc-validity`, to a quarter of a microsecond.
    pub(super) fn new(now: Instant, overload: Overload) -> Self {
        if overload.loss == 0 {
            return Self(0);
        }
        let until = now + Duration::millis(u64::from(overload.validity_ms));
        Self(until.0 & !PERCENT | u64::from(overload.loss))
    }

    /// Whether a request that would leave now is one of those held back, from 64 uniform bits.
    pub(super) fn holds(self, now: Instant, bits: u64) -> bool {
        now.0 < self.0 & !PERCENT && below(bits, 100) < self.0 & PERCENT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_the_requests_is_held_back_while_it_counts() {
        let restraint = Restraint::new(Instant(1_000), Overload { loss: 30, validity_ms: 2 });
        let held = |now| (0..10_000).filter(|n| restraint.holds(now, crate::rng::draw(7, *n))).count();
        assert!((2_900..3_100).contains(&held(Instant(1_000_000))), "{}", held(Instant(1_000_000)));
        assert_eq!(held(Instant(3_000_000)), 0, "it has run out");
        assert!(!Restraint::new(Instant(1_000), Overload::default()).holds(Instant(0), 0));
    }
}

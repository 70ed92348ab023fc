//! How long an endpoint waits before it tries again (M7).

use crate::rng::below;
use crate::settings::Retries;
use crate::time::Duration;

/// RFC 5626 §4.5: base time if all flows failed.
const BASE: Duration = Duration::seconds(30);
/// RFC 5626 §4.5: upper bound.
const CAP: Duration = Duration::seconds(1800);
/// Tries after which a person gives up.
const PATIENCE: u32 = 5;

/// The wait after the `failures`-th failure in a row (from 1), from 64 uniform bits; `None`: gives up.
///
/// `innovaphone` alternates its servers about every 15 s (the vendor gives no figure); `manual` waits about half a
/// minute and gives up after five tries.
pub fn wait(retries: &Retries, failures: u32, bits: u64) -> Option<Duration> {
    match retries {
        Retries::Rfc5626 => {
            let longest = CAP.min(Duration(BASE.0 << failures.min(6)));
            Some(Duration(longest.0 / 2 + below(bits, longest.0 / 2 + 1)))
        }
        Retries::Innovaphone => Some(Duration::seconds(10) + Duration(below(bits, Duration::seconds(10).0))),
        Retries::Naive => Some(Duration(below(bits, Duration::SECOND.0))),
        Retries::Manual if failures >= PATIENCE => None,
        Retries::Manual => {
            let spread = below(bits, 1 << 16) + below(bits << 16, 1 << 16) + below(bits << 32, 1 << 16);
            Some(Duration::seconds(5) + Duration::seconds(60).scaled(spread, 3 << 16))
        }
        Retries::Never => None,
        Retries::After(distribution) => Some(distribution.sample(bits)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bounds(failures: u32) -> (u64, u64) {
        let waits = (0..10_000).map(|n| wait(&Retries::Rfc5626, failures, crate::rng::draw(9, n)).unwrap_or_default());
        let seconds: Vec<f64> = waits.map(Duration::as_secs_f64).collect();
        let low = seconds.iter().copied().fold(f64::INFINITY, f64::min);
        let high = seconds.iter().copied().fold(0.0, f64::max);
        (low.round() as u64, high.round() as u64)
    }

    #[test]
    fn rfc_5626_doubles_from_a_minute_to_half_an_hour() {
        assert_eq!(
            [bounds(1), bounds(2), bounds(5), bounds(6), bounds(60)],
            [(30, 60), (60, 120), (480, 960), (900, 1800), (900, 1800)]
        );
    }

    #[test]
    fn people_give_up() {
        assert!(wait(&Retries::Manual, 4, 1).is_some());
        assert_eq!(wait(&Retries::Manual, 5, 1), None);
        assert_eq!(wait(&Retries::Never, 1, 1), None);
    }
}

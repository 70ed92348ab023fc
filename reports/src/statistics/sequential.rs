//! When enough seeds have been run (statistics §2.3): Wald's sequential test, and a set of shares that may be looked at
//! after every seed.

use libm::{lgamma, log};

use crate::statistics::distributions::bisect;
use crate::statistics::interval::Interval;

/// Wald 1945: "at most p0 of all seeds would pass" against "at least p1", both errors 5 %.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sprt {
    /// Added for a seed that passes.
    pass: f64,
    /// Added, being negative, for one that fails.
    fail: f64,
}

impl Sprt {
    /// About a share `q` in (0, 1): p0 = 1 − 2(1 − q), p1 = 1 − 0.4(1 − q); below ⅔, where that p0 falls too far,
    /// p0 = q ÷ 2.
    pub fn new(q: f64) -> Self {
        let p0 = (1.0 - 2.0 * (1.0 - q)).max(q / 2.0);
        let p1 = 1.0 - 0.4 * (1.0 - q);
        Self { pass: log(p1 / p0), fail: log((1.0 - p1) / (1.0 - p0)) }
    }

    /// The seeds, in their order, up to the one that decides, and what it decides; `None`: open.
    pub fn decides(&self, held: &[bool]) -> Option<(usize, bool)> {
        let bound = log(SPRT_ODDS);
        let mut evidence = 0.0;
        for (place, held) in held.iter().enumerate() {
            evidence += if *held { self.pass } else { self.fail };
            if evidence.abs() >= bound {
                return Some((place + 1, evidence > 0.0));
            }
        }
        None
    }
}

/// On which side of `q` all shares lie that are left open; `None`: `q` is one of them.
fn side(passed: u64, failed: u64, q: f64) -> Option<bool> {
    let excluded = !is_open(passed, failed, q);
    excluded.then(|| passed as f64 > q * (passed + failed) as f64)
}

/// Robbins 1970: the shares of passing seeds that `passed` and `failed` leave open, at 95 % however often one looks.
pub fn open_shares(passed: u64, failed: u64) -> Interval {
    let is_open = |p: f64| is_open(passed, failed, p);
    let likeliest = if passed + failed == 0 { 0.5 } else { passed as f64 / (passed + failed) as f64 };
    let low = if is_open(0.0) { 0.0 } else { bisect(0.0, likeliest, |p| !is_open(p)) };
    let high = if is_open(1.0) { 1.0 } else { bisect(likeliest, 1.0, is_open) };
    Interval { low, high }
}

/// The seeds up to the first after which [`open_shares`] leaves `q` out, and on which side of it they lie.
pub fn proves(held: &[bool], q: f64) -> Option<(usize, bool)> {
    let (mut passed, mut failed) = (0, 0);
    for (place, held) in held.iter().enumerate() {
        *(if *held { &mut passed } else { &mut failed }) += 1;
        if let Some(above) = side(passed, failed, q) {
            return Some((place + 1, above));
        }
    }
    None
}

fn is_open(passed: u64, failed: u64, p: f64) -> bool {
    let (s, f) = (passed as f64, failed as f64);
    let mixture = ln_beta(PRIOR.0 + s, PRIOR.1 + f) - ln_beta(PRIOR.0, PRIOR.1);
    let times_log = |n: f64, x: f64| if n == 0.0 { 0.0 } else { n * log(x) };
    mixture - times_log(s, p) - times_log(f, 1.0 - p) < log(SET_ODDS)
}

fn ln_beta(a: f64, b: f64) -> f64 {
    lgamma(a) + lgamma(b) - lgamma(a + b)
}

/// (1 − α) ÷ α with both errors α = 5 %.
const SPRT_ODDS: f64 = 19.0;
/// 1 ÷ α.
const SET_ODDS: f64 = 20.0;
/// The beta mixture of the set: its weight lies near 0.95.
const PRIOR: (f64, f64) = (9.5, 0.5);

#[cfg(test)]
#[path = "sequential/tests.rs"]
mod tests;

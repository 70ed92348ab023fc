//! A against B, seed by seed or pair by pair (statistics §3): the mean of the differences and what it may be trusted for.

use crate::statistics::distributions::{t_cdf, t_quantile};
use crate::statistics::interval::Interval;

/// Differences of two or more pairs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pairs {
    /// How many.
    pub count: usize,
    /// Their mean.
    pub mean: f64,
    /// Their standard deviation.
    pub sd: f64,
}

impl Pairs {
    /// Of the differences; `None` for fewer than two.
    pub fn of(differences: &[f64]) -> Option<Self> {
        let count = differences.len();
        if count < 2 {
            return None;
        }
        let n = count as f64;
        let mean = differences.iter().sum::<f64>() / n;
        let squares: f64 = differences.iter().map(|d| (d - mean) * (d - mean)).sum();
        Some(Self { count, mean, sd: (squares / (n - 1.0)).sqrt() })
    }

    /// Standard error of the mean.
    pub fn error(&self) -> f64 {
        self.sd / (self.count as f64).sqrt()
    }

    /// Half the width of the t interval of this level (0.95).
    pub fn half_width(&self, level: f64) -> f64 {
        t_quantile(0.5 + level / 2.0, self.freedom()) * self.error()
    }

    /// The t interval of this level; its ends need not be shares.
    pub fn interval(&self, level: f64) -> Interval {
        let half = self.half_width(level);
        Interval { low: self.mean - half, high: self.mean + half }
    }

    /// Two-sided p of "the mean is 0": 1 if all differences are 0, 0 if all are the same other number.
    pub fn p(&self) -> f64 {
        match (self.mean == 0.0, self.sd == 0.0) {
            (true, _) => 1.0,
            (false, true) => 0.0,
            _ => 2.0 * t_cdf(-(self.mean / self.error()).abs(), self.freedom()),
        }
    }

    /// Schuirmann 1987, both one-sided tests at 5 %: the 90 % interval lies inside ±`floor`.
    pub fn is_same(&self, floor: f64) -> bool {
        self.mean.abs() + self.half_width(0.90) < floor
    }

    fn freedom(&self) -> f64 {
        self.count as f64 - 1.0
    }
}

/// Half the width of the 95 % interval that the same numbers would give if nobody knew which belong together (pooled
/// variance, n₁ + n₂ − 2 degrees of freedom); `None` for fewer than two on a side.
pub fn unpaired_half_width(base: &[f64], new: &[f64]) -> Option<f64> {
    let (left, right) = (Pairs::of(base)?, Pairs::of(new)?);
    let (n, m) = (left.count as f64, right.count as f64);
    let pooled = ((n - 1.0) * left.sd * left.sd + (m - 1.0) * right.sd * right.sd) / (n + m - 2.0);
    Some(t_quantile(0.975, n + m - 2.0) * (pooled * (1.0 / n + 1.0 / m)).sqrt())
}

/// The exact two-sided p of the mean under all changes of signs; `None` for more than [`MOST_FLIPPED`] differences.
///
/// With 8 pairs it can reach 2 ÷ 2⁸ = 0.0078: enough for four metrics at 5 %.
pub fn sign_flip_p(differences: &[f64]) -> Option<f64> {
    if differences.is_empty() || differences.len() > MOST_FLIPPED {
        return None;
    }
    let sum = |signs: u32| -> f64 {
        differences.iter().enumerate().map(|(i, d)| if signs >> i & 1 == 1 { -d } else { *d }).sum()
    };
    let all = 1_u32 << differences.len();
    let observed = sum(0).abs();
    // Sums of the same numbers in another order differ in their last bits.
    let extreme = observed - 1e-12 * differences.iter().map(|d| d.abs()).sum::<f64>();
    let as_extreme = (0..all).filter(|signs| sum(*signs).abs() >= extreme).count();
    Some(as_extreme as f64 / f64::from(all))
}

/// 2²⁰ sums take a few milliseconds.
pub const MOST_FLIPPED: usize = 20;

#[cfg(test)]
mod tests {
    use libm::{exp, log};

    use super::*;

    const BASE: [f64; 8] = [1.42, 1.10, 1.88, 0.95, 1.51, 1.27, 1.63, 1.05];
    const NEW: [f64; 8] = [1.60, 1.31, 2.05, 1.17, 1.72, 1.44, 1.85, 1.22];

    fn differences() -> Vec<f64> {
        BASE.iter().zip(NEW).map(|(base, new)| new - base).collect()
    }

    #[test]
    fn e11_eight_mornings() {
        let pairs = Pairs::of(&differences()).expect("eight");
        assert_eq!(format!("{:.5} {:.8}", pairs.mean, pairs.sd), "0.19375 0.02326094");
        let interval = pairs.interval(0.95);
        assert_eq!(format!("{:.8} {:.8}", interval.low, interval.high), "0.17430337 0.21319663");
        assert_eq!(format!("{:.6e}", pairs.p()), "6.305556e-8");
        let floor = 0.05 * BASE.iter().sum::<f64>() / 8.0;
        assert_eq!(format!("{floor:.7}"), "0.0675625");
        assert!(pairs.mean > floor && !pairs.is_same(floor));
        let unpaired = unpaired_half_width(&BASE, &NEW).expect("eight on each side");
        assert_eq!(format!("{unpaired:.6}"), "0.339470");
    }

    #[test]
    fn e13_pairs_on_the_wire() {
        let pairs = Pairs::of(&[0.031, -0.004, 0.022, 0.010, 0.027, 0.001, 0.018, 0.015]).expect("eight");
        assert_eq!(format!("{:.8} {:.8}", exp(pairs.mean), pairs.sd), "1.01511306 0.01218899");
        let (wide, narrow) = (pairs.interval(0.95), pairs.interval(0.90));
        assert_eq!(format!("{:.6} {:.6}", exp(wide.low), exp(wide.high)), "1.004821 1.025510");
        assert_eq!(format!("{:.6} {:.6}", exp(narrow.low), exp(narrow.high)), "1.006859 1.023435");
        assert!(pairs.is_same(log(1.05)));
    }

    #[test]
    fn eight_pairs_all_on_one_side_reach_the_smallest_p_there_is() {
        assert_eq!(sign_flip_p(&differences()), Some(0.0078125));
        assert_eq!(sign_flip_p(&[0.0; 8]), Some(1.0));
        assert_eq!(sign_flip_p(&[1.0, -1.0]), Some(1.0));
        assert_eq!((sign_flip_p(&[]), sign_flip_p(&[1.0; 21])), (None, None));
    }

    #[test]
    fn differences_without_spread_need_no_division() {
        let pairs = Pairs::of(&[0.0; 3]).expect("three");
        assert_eq!((pairs.p(), pairs.is_same(0.1)), (1.0, true));
        let pairs = Pairs::of(&[0.5; 3]).expect("three");
        assert_eq!((pairs.p(), pairs.is_same(0.1)), (0.0, false));
        assert_eq!(Pairs::of(&[1.0]), None);
    }
}

//! Intervals for a share: Clopper–Pearson for seeds that pass, Wilson for what one seed saw.

use crate::statistics::distributions::{beta_quantile, normal_quantile};

/// From … to, both as shares of 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Interval {
    /// Whether it leaves `value` open.
    pub fn contains(self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    /// 95 % of Clopper and Pearson (1934): exact for independent trials, as seeds are. `of` must not be 0.
    pub fn clopper_pearson(hits: u64, of: u64) -> Self {
        let (k, n) = (hits as f64, of as f64);
        let low = if hits == 0 { 0.0 } else { beta_quantile(0.025, k, n - k + 1.0) };
        let high = if hits >= of { 1.0 } else { beta_quantile(0.975, k + 1.0, n - k) };
        Self { low, high }
    }

    /// 95 % of Wilson (1927) as if only `n` trials had shown `share`.
    pub fn wilson(share: f64, n: f64) -> Self {
        Self::wilson_at(0.95, share, n)
    }

    /// Wilson at another level, 0.99 say.
    pub fn wilson_at(level: f64, share: f64, n: f64) -> Self {
        let z = normal_quantile(0.5 + level / 2.0);
        let z2 = z * z;
        let centre = share + z2 / (2.0 * n);
        let half = z * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt();
        let low = (centre - half) / (1.0 + z2 / n);
        Self { low: low.max(0.0), high: ((centre + half) / (1.0 + z2 / n)).min(1.0) }
    }

    /// Wilson with a quarter of the trials, for one seed: refusals cluster (statistics §2.2).
    pub fn of_one_seed(share: f64, trials: u64) -> Self {
        Self::wilson(share, trials as f64 / 4.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn prints(interval: Interval, low: &str, high: &str) {
        assert_eq!((format!("{:.8}", interval.low).as_str(), format!("{:.8}", interval.high).as_str()), (low, high));
    }

    #[test]
    fn e6_clopper_pearson() {
        prints(Interval::clopper_pearson(19, 20), "0.75126724", "0.99873491");
        prints(Interval::clopper_pearson(20, 20), "0.83156653", "1.00000000");
        prints(Interval::clopper_pearson(159, 200), "0.73234608", "0.84868943");
        prints(Interval::clopper_pearson(0, 1_122), "0.00000000", "0.00328237");
    }

    #[test]
    fn e7_wilson_with_a_quarter_of_the_trials() {
        prints(Interval::of_one_seed(9.0 / 1_128.0, 1_128), "0.00233975", "0.02684236");
        prints(Interval::wilson(9.0 / 1_128.0, 1_128.0), "0.00420325", "0.01509403");
        prints(Interval::of_one_seed(0.0, 1_122), "0.00000000", "0.01351002");
    }

    #[test]
    fn both_ends_belong_to_it() {
        let interval = Interval { low: 0.1, high: 0.2 };
        assert!(interval.contains(0.1) && interval.contains(0.2) && !interval.contains(0.21));
    }
}

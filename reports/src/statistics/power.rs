//! What silence means: how likely a comparison of pairs would have seen an effect, or could have said "same".

use crate::statistics::distributions::t_quantile;
use crate::statistics::noncentral::NoncentralT;

/// P(a two-sided t test at 5 % sees a mean of `floor`), for differences of standard deviation `sd`.
pub fn to_detect(floor: f64, sd: f64, pairs: u32) -> f64 {
    if pairs < 2 {
        return 0.0;
    }
    let n = f64::from(pairs);
    let law = NoncentralT::new(n - 1.0, shift(floor, sd, n));
    1.0 - law.cdf(t_quantile(0.975, n - 1.0))
}

/// P(the 90 % interval lies inside ±`floor`), if there is no difference.
pub fn to_call_same(floor: f64, sd: f64, pairs: u32) -> f64 {
    if pairs < 2 {
        return 0.0;
    }
    let n = f64::from(pairs);
    NoncentralT::new(n - 1.0, 0.0).chance_inside(shift(floor, sd, n), t_quantile(0.95, n - 1.0))
}

/// The fewest pairs for a power of 0.8 to detect `floor`, and to call the same what is; at most [`MOST_PAIRS`].
pub fn pairs_needed(floor: f64, sd: f64) -> (u32, u32) {
    let first = |power: fn(f64, f64, u32) -> f64| {
        (2..MOST_PAIRS).find(|n| power(floor, sd, *n) >= ENOUGH).unwrap_or(MOST_PAIRS)
    };
    (first(to_detect), first(to_call_same))
}

fn shift(floor: f64, sd: f64, n: f64) -> f64 {
    floor * n.sqrt() / sd
}

const ENOUGH: f64 = 0.8;
/// Nobody runs more.
pub const MOST_PAIRS: u32 = 1_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn power_of_ten_pairs() {
        assert_eq!(format!("{:.6}", to_detect(libm::log(1.05), 0.05, 10)), "0.783909");
        assert_eq!((to_detect(0.05, 0.05, 1), to_call_same(0.05, 0.05, 1)), (0.0, 0.0));
    }

    #[test]
    fn pairs_for_a_power_of_four_fifths() {
        for (sd, detect, same) in
            [(0.03, 6, 5), (0.04, 8, 8), (0.05, 11, 11), (0.06, 14, 15), (0.08, 24, 25), (0.10, 35, 38)]
        {
            assert_eq!(pairs_needed(libm::log(1.05), sd), (detect, same), "{sd}");
        }
    }
}

//! Whether the seeds run so far settle which side of the limit most seeds lie on (statistics §2.2).
//!
//! From 8 to 58 seeds by tolerance factors (quantiles of the noncentral t, over √N), from 59 on by the exact binomial.

use crate::statistics::distributions::binomial_cdf;
use crate::statistics::noncentral::NoncentralT;

mod table;

use table::{FACTORS, FEWEST, USUAL_SHARE};

/// What the seeds say about "at least a share of all seeds would pass".
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Firmness {
    /// It holds, sure to 95 %.
    FirmPass,
    /// It does not hold, sure to 95 %.
    FirmFail,
    /// Open.
    Open,
}

/// Factors k (firm pass from there up) and k′ (firm fail from there down) for a share `q` of `seeds` (2 or more).
pub fn factors(seeds: u32, q: f64) -> (f64, f64) {
    if q == USUAL_SHARE
        && let Some(printed) = seeds.checked_sub(FEWEST).and_then(|row| FACTORS.get(row as usize))
    {
        return *printed;
    }
    integrated(seeds, q)
}

/// The factors by the definition.
fn integrated(seeds: u32, q: f64) -> (f64, f64) {
    let law = NoncentralT::of_quantile(seeds, q);
    let root = f64::from(seeds).sqrt();
    (law.quantile(SURE) / root, law.quantile(1.0 - SURE) / root)
}

/// By the distance of each seed from the limit on a scale where seeds are about normal; positive is good.
pub fn by_margins(margins: &[f64], q: f64) -> Firmness {
    let n = margins.len() as f64;
    let mean = margins.iter().sum::<f64>() / n;
    let spread = (margins.iter().map(|margin| (margin - mean) * (margin - mean)).sum::<f64>() / (n - 1.0)).sqrt();
    if spread == 0.0 {
        return if mean >= 0.0 { Firmness::FirmPass } else { Firmness::FirmFail };
    }
    let (k, k_fail) = factors(u32::try_from(margins.len()).unwrap_or(u32::MAX), q);
    let z = mean / spread;
    match z {
        z if z >= k => Firmness::FirmPass,
        z if z <= k_fail => Firmness::FirmFail,
        _ => Firmness::Open,
    }
}

/// By how many of the seeds failed.
pub fn by_count(failed: u64, seeds: u64, q: f64) -> Firmness {
    let at_least_so_many = if failed == 0 { 1.0 } else { 1.0 - binomial_cdf(failed - 1, seeds, 1.0 - q) };
    if binomial_cdf(failed, seeds, 1.0 - q) <= 1.0 - SURE {
        Firmness::FirmPass
    } else if at_least_so_many <= 1.0 - SURE {
        Firmness::FirmFail
    } else {
        Firmness::Open
    }
}

const SURE: f64 = 0.95;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_are_the_printed_ones() {
        let printed = [
            (8, "3.187294", "0.958032"),
            (10, "2.910963", "1.017299"),
            (20, "2.396002", "1.174582"),
            (50, "2.064993", "1.329388"),
        ];
        for (seeds, k, k_fail) in printed {
            let ours = factors(seeds, 0.95);
            assert_eq!((format!("{:.6}", ours.0).as_str(), format!("{:.6}", ours.1).as_str()), (k, k_fail), "{seeds}");
        }
    }

    #[test]
    fn the_table_is_what_the_definition_gives() {
        for seeds in 8..=58 {
            let (shipped, computed) = (factors(seeds, 0.95), integrated(seeds, 0.95));
            let apart = (shipped.0 - computed.0).abs().max((shipped.1 - computed.1).abs());
            assert!(apart < 1e-9, "{seeds}: {shipped:?}, not {computed:?}");
        }
        assert_eq!(FACTORS.len(), 51);
    }

    #[test]
    #[ignore = "prints the table; run it after a change of the integration"]
    fn print_the_table() {
        for seeds in 8..=58 {
            let (k, k_fail) = integrated(seeds, 0.95);
            println!("    ({k:.10}, {k_fail:.10}),");
        }
    }

    #[test]
    fn factors_of_a_quantile_of_pools() {
        // statistics E15: .025 and .975 points for 20 seeds; ours at .05 and .95 must lie between them.
        let (k, k_fail) = factors(20, 0.95);
        assert!(1.095487 < k_fail && k < 2.575980);
    }

    #[test]
    fn e8_twenty_mornings_pass_firmly() {
        let limit = libm::asin(0.01_f64.sqrt());
        let margins: Vec<f64> = E8.iter().map(|percent| limit - libm::asin((percent / 100.0_f64).sqrt())).collect();
        let mean = margins.iter().sum::<f64>() / 20.0;
        let s = (margins.iter().map(|m| (m - mean) * (m - mean)).sum::<f64>() / 19.0).sqrt();
        assert_eq!(format!("{:.8} {:.8} {:.8}", limit - mean, s, limit), "0.05959575 0.01518648 0.10016742");
        assert_eq!(format!("{:.8}", mean / s), "2.67156432");
        assert_eq!(by_margins(&margins, 0.95), Firmness::FirmPass);
    }

    #[test]
    fn by_margins_knows_three_answers() {
        let spread = |centre: f64| (0..20).map(|i| centre + f64::from(i) - 9.5).collect::<Vec<_>>();
        assert_eq!(by_margins(&spread(20.0), 0.95), Firmness::FirmPass);
        assert_eq!(by_margins(&spread(10.0), 0.95), Firmness::Open);
        assert_eq!(by_margins(&spread(5.0), 0.95), Firmness::FirmFail);
        assert_eq!(by_margins(&[0.5; 8], 0.95), Firmness::FirmPass);
        assert_eq!(by_margins(&[-0.5; 8], 0.95), Firmness::FirmFail);
    }

    #[test]
    fn from_59_seeds_the_binomial_decides() {
        for (seeds, pass, fail) in [(59, 0, 7), (93, 1, 9), (200, 4, 16), (1_000, 38, 63)] {
            assert_eq!(by_count(pass, seeds, 0.95), Firmness::FirmPass, "{seeds}");
            assert_eq!(by_count(pass + 1, seeds, 0.95), Firmness::Open, "{seeds}");
            assert_eq!(by_count(fail - 1, seeds, 0.95), Firmness::Open, "{seeds}");
            assert_eq!(by_count(fail, seeds, 0.95), Firmness::FirmFail, "{seeds}");
        }
        assert_eq!(by_count(0, 58, 0.95), Firmness::Open, "58 seeds cannot prove it");
    }

    const E8: [f64; 20] = [
        0.33, 0.18, 0.51, 0.42, 0.27, 0.61, 0.12, 0.35, 0.74, 0.22, 0.46, 0.30, 0.55, 0.39, 0.09, 0.66, 0.28, 0.48,
        0.20, 0.37,
    ];
}

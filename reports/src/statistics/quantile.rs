//! The quantile that a planner buys for, and how far it may be trusted (statistics §1 and §4).

use crate::statistics::distributions::{binomial_cdf, normal_quantile};
use crate::statistics::interval::Interval;
use crate::statistics::noncentral::NoncentralT;
use crate::statistics::pairs::Pairs;

/// A quantile with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantile {
    /// The estimate.
    pub at: f64,
    /// Where the quantile of all seeds lies.
    pub interval: Interval,
}

/// Ranks, from 1: of the quantile itself, and (l, u) such that it lies in [X_l, X_u) with 95 % or more.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Ranks {
    /// ⌈n·p⌉.
    pub at: u64,
    /// The largest l with P(Bin(n, p) < l) ≤ 2.5 %; 0: none.
    pub low: u64,
    /// The smallest u with P(Bin(n, p) ≥ u) ≤ 2.5 %; n + 1: none.
    pub high: u64,
}

/// Ranks for independent values, as seeds are (calls are not).
pub fn ranks(n: u64, p: f64) -> Ranks {
    // A hair below, so that 0.95 · 200 is rank 190.
    let at = ((n as f64 * p - 1e-9).ceil() as u64).clamp(1, n.max(1));
    let below = |rank: u64| if rank == 0 { 0.0 } else { binomial_cdf(rank - 1, n, p) };
    let low = (0..=at).rev().find(|rank| below(*rank) <= TAIL).unwrap_or(0);
    let high = (at..=n).find(|rank| 1.0 - below(*rank) <= TAIL).unwrap_or(n + 1);
    Ranks { at, low, high }
}

/// The quantile `p` of the values of all seeds, from those of some: with 2 to 58 as if normal, from 59 on by ranks
/// (statistics §4). `None` for fewer than two.
pub fn of_seeds(values: &[f64], p: f64) -> Option<Quantile> {
    if values.len() >= RANKED_FROM {
        return Some(by_ranks(values, p));
    }
    let spread = Pairs::of(values)?;
    let n = u32::try_from(values.len()).ok()?;
    let law = NoncentralT::of_quantile(n, p);
    let at = |factor: f64| spread.mean + factor * spread.sd;
    let root = f64::from(n).sqrt();
    let interval = Interval { low: at(law.quantile(TAIL) / root), high: at(law.quantile(1.0 - TAIL) / root) };
    Some(Quantile { at: at(normal_quantile(p)), interval })
}

fn by_ranks(values: &[f64], p: f64) -> Quantile {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len() as u64;
    let ranks = ranks(n, p);
    let value = |rank: u64| sorted[rank.clamp(1, n) as usize - 1];
    // The quantile lies in [X_l, X_u): below the upper one, of which it may be as large as whatever stands before.
    Quantile { at: value(ranks.at), interval: Interval { low: value(ranks.low), high: value(ranks.high) } }
}

const TAIL: f64 = 0.025;
/// As for verdicts: 59 seeds of which none is beyond say something about 19 of 20.
pub const RANKED_FROM: usize = 59;

#[cfg(test)]
mod tests {
    use super::*;

    const E15: [f64; 20] = [
        738.0, 749.0, 742.0, 736.0, 749.0, 734.0, 739.0, 729.0, 740.0, 737.0, 728.0, 744.0, 737.0, 739.0, 740.0, 747.0,
        741.0, 732.0, 738.0, 742.0,
    ];

    #[test]
    fn e4_ranks_and_their_coverage() {
        for (n, p, at, low, high, coverage) in [
            (1_000, 0.99, 990, 983, 997, "0.976095"),
            (2_804, 0.99, 2_776, 2_765, 2_787, "0.963971"),
            (200, 0.95, 190, 184, 197, "0.967152"),
        ] {
            assert_eq!(ranks(n, p), Ranks { at, low, high });
            let covered = binomial_cdf(high - 1, n, p) - binomial_cdf(low - 1, n, p);
            assert_eq!(format!("{covered:.6}"), coverage);
        }
        assert_eq!(ranks(20, 0.95), Ranks { at: 19, low: 17, high: 21 }, "20 seeds have no upper end");
    }

    #[test]
    fn e15_twenty_pools() {
        let spread = Pairs::of(&E15).expect("twenty");
        assert_eq!(format!("{:.2} {:.8}", spread.mean, spread.sd), "739.05 5.74433359");
        let quantile = of_seeds(&E15, 0.95).expect("twenty");
        let Interval { low, high } = quantile.interval;
        assert_eq!(format!("{:.8} {low:.8} {high:.8}", quantile.at), "748.49858794 745.34284013 753.84728854");
        let factor = |end: f64| (end - spread.mean) / spread.sd;
        assert_eq!(format!("{:.6} {:.6}", factor(low), factor(high)), "1.095487 2.575980");
    }

    #[test]
    fn many_seeds_speak_by_their_ranks() {
        let values: Vec<f64> = (1..=200).rev().map(f64::from).collect();
        let quantile = of_seeds(&values, 0.95).expect("two hundred");
        assert_eq!(quantile, Quantile { at: 190.0, interval: Interval { low: 184.0, high: 197.0 } });
        assert_eq!(of_seeds(&[1.0], 0.95), None);
    }
}

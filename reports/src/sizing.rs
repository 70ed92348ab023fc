//! The smallest that holds: from what each seed needs to what to buy (statistics §4).

mod at_rest;

use crate::expectation::{Expectation, Runs};
use crate::statistics::batches::Batches;
use crate::statistics::interval::Interval;
use crate::statistics::pairs::Pairs;
use crate::statistics::quantile;
use crate::verdict::{Seen, enough, runs_needed};

pub use at_rest::{AtRest, at_rest};

/// What each seed needs, and what follows from it.
#[derive(Clone, Debug, PartialEq)]
pub struct Sizing {
    /// What the sentence asks of the seeds.
    pub needed: Runs,
    /// For each seed, in their order, the smallest that holds in it; `None`: nothing does.
    pub each: Vec<(u64, Option<u64>)>,
    /// What to buy; `None`: whatever one buys, too few seeds hold.
    pub answer: Option<Answer>,
}

/// What to buy.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Answer {
    /// So many.
    pub at: u64,
    /// 95 % interval of what all seeds would say; `None` where every run must hold, which more seeds only raise.
    pub interval: Option<(u64, u64)>,
}

impl Sizing {
    /// From the smallest that holds in each seed.
    pub fn of(expectation: &Expectation, each: Vec<(u64, Option<u64>)>) -> Self {
        let needed = runs_needed(expectation);
        let answer = answer(needed, &each);
        Self { needed, each, answer }
    }

    /// Seeds that hold with so many: the curve of passing seeds over the pool never falls.
    pub fn passing(&self, units: u64) -> u64 {
        self.each.iter().filter(|(_, least)| least.is_some_and(|least| least <= units)).count() as u64
    }

    /// The seed that needs most: the first of equals; one that nothing satisfies before all others.
    pub fn worst(&self) -> Option<(u64, Option<u64>)> {
        let need = |least: Option<u64>| least.unwrap_or(u64::MAX);
        self.each.iter().rev().max_by_key(|(_, least)| need(*least)).copied()
    }
}

fn answer(needed: Runs, each: &[(u64, Option<u64>)]) -> Option<Answer> {
    let mut sorted: Vec<u64> = each.iter().filter_map(|(_, least)| *least).collect();
    sorted.sort_unstable();
    let all_hold = sorted.len() == each.len();
    if needed.passing >= needed.of || !all_hold || each.len() < 2 {
        // Literally: the fewest for which enough of these seeds hold.
        let at =
            sorted.iter().copied().enumerate().find(|(place, _)| enough(needed, *place as u64 + 1, each.len() as u64));
        return at.map(|(_, at)| Answer { at, interval: None });
    }
    let q = f64::from(needed.passing) / f64::from(needed.of);
    let values: Vec<f64> = sorted.iter().map(|units| *units as f64).collect();
    let quantile = quantile::of_seeds(&values, q)?;
    let up = |number: f64| (number - 1e-9).ceil().max(0.0) as u64;
    Some(Answer { at: up(quantile.at), interval: Some((up(quantile.interval.low), up(quantile.interval.high))) })
}

/// The mean over seeds of what was measured, with its 95 % interval: of shares the pooled ratio (statistics §2.1).
/// `None`: in some seed nothing was measured, or there is only one.
pub fn mean_of(seeds: &[Seen]) -> Option<(f64, Interval)> {
    let counted: Option<Vec<(f64, f64)>> =
        seeds.iter().map(|seen| seen.counted.map(|(hits, of)| (hits as f64, of as f64))).collect();
    if let Some(counted) = counted {
        let estimate = Batches::new(vec![counted]).plain_estimate()?;
        let (mean, half) = (estimate.ratio * 100.0, estimate.half_width(0.95) * 100.0);
        return Some((mean, Interval { low: mean - half, high: mean + half }));
    }
    let numbers: Vec<f64> = seeds.iter().map(|seen| seen.number).collect::<Option<_>>()?;
    let pairs = Pairs::of(&numbers)?;
    Some((pairs.mean, pairs.interval(0.95)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use crate::units::Unit;
    use crate::verdict::Good;

    fn each(values: &[u64]) -> Vec<(u64, Option<u64>)> {
        (1..).zip(values.iter().map(|value| Some(*value))).collect()
    }

    fn sentence(runs: Option<Runs>) -> Expectation {
        Expectation { runs, ..sample::expectations().swap_remove(3) }
    }

    #[test]
    fn e15_twenty_mornings_ask_for_749() {
        let pools =
            [738, 749, 742, 736, 749, 734, 739, 729, 740, 737, 728, 744, 737, 739, 740, 747, 741, 732, 738, 742];
        let sizing = Sizing::of(&sentence(None), each(&pools));
        assert_eq!(sizing.answer, Some(Answer { at: 749, interval: Some((746, 754)) }));
        assert_eq!((sizing.passing(749), sizing.passing(739), sizing.passing(0)), (20, 11, 0));
        assert_eq!(sizing.worst(), Some((2, Some(749))), "the first of equals");
    }

    #[test]
    fn where_every_run_must_hold_the_largest_counts() {
        let every = Some(Runs { passing: 1, of: 1 });
        let sizing = Sizing::of(&sentence(every), each(&[3, 9, 4]));
        assert_eq!(sizing.answer, Some(Answer { at: 9, interval: None }));
    }

    #[test]
    fn seeds_that_nothing_satisfies_count_as_failed() {
        let mut seeds = each(&[5; 19]);
        seeds.push((20, None));
        let sizing = Sizing::of(&sentence(None), seeds.clone());
        assert_eq!((sizing.answer.map(|answer| answer.at), sizing.worst()), (Some(5), Some((20, None))));
        seeds.push((21, None));
        assert_eq!(Sizing::of(&sentence(None), seeds).answer, None, "19 of 21 are too few");
    }

    #[test]
    fn seeds_that_agree_leave_nothing_open() {
        let sizing = Sizing::of(&sentence(None), each(&[47; 20]));
        assert_eq!(sizing.answer, Some(Answer { at: 47, interval: Some((47, 47)) }));
    }

    #[test]
    fn means_of_shares_are_pooled() {
        let seen = |hits: u64, of: u64| Seen {
            held: true,
            number: Some(hits as f64 * 100.0 / of as f64),
            is_measured: true,
            limit: Some(1.0),
            unit: Unit::Percent,
            good: Good::Less,
            counted: Some((hits, of)),
        };
        let (mean, interval) = mean_of(&[seen(1, 100), seen(0, 300), seen(3, 200)]).expect("three seeds");
        assert!((mean - 400.0 / 600.0).abs() < 1e-9 && interval.contains(mean));
        assert_eq!(mean_of(&[seen(1, 100)]), None);
    }
}

//! Whether the intervals and decisions keep what they promise, over synthetic repetitions whose truth is known.
//!
//! 1,000 repetitions each (a 95 % interval must hold in 93 to 97 % of them); `scripts/coverage` prints what came out of
//! more. Seeded: the same numbers every time.

use reports::comparison::{Change, Comparison};
use reports::expectation::{Bound, Claim, Expectation, Group, Outcome, Quantity, Subject, When};
use reports::measurements::{Measurements, Tally};
use reports::result::RunResult;
use reports::statistics::batches::Batches;
use reports::statistics::distributions::normal_quantile;
use reports::statistics::interval::Interval;
use reports::statistics::pairs::Pairs;
use reports::statistics::quantile;
use reports::statistics::sequential::{Sprt, open_shares, proves};

#[test]
fn t_intervals_of_paired_differences_hold() {
    let held = share("t interval of 20 pairs", |chance| {
        let differences: Vec<f64> = (0..20).map(|_| 0.3 + chance.normal()).collect();
        Pairs::of(&differences).is_some_and(|pairs| pairs.interval(0.95).contains(0.3))
    });
    assert!((0.93..=0.97).contains(&held), "{held}");
}

#[test]
fn intervals_of_a_quantile_hold() {
    let truth = normal_quantile(0.95);
    let held = share("interval of q95 from 20 seeds", |chance| {
        let pools: Vec<f64> = (0..20).map(|_| chance.normal()).collect();
        quantile::of_seeds(&pools, 0.95).is_some_and(|quantile| quantile.interval.contains(truth))
    });
    assert!((0.93..=0.97).contains(&held), "{held}");
    // By ranks they are a little wider than they promise: 0.967 at 200 seeds.
    let held = share("interval of q95 from 200 seeds", |chance| {
        let pools: Vec<f64> = (0..200).map(|_| chance.normal()).collect();
        quantile::of_seeds(&pools, 0.95).is_some_and(|quantile| quantile.interval.contains(truth))
    });
    assert!((0.94..=0.985).contains(&held), "{held}");
}

#[test]
fn the_largest_of_twenty_pools_is_no_answer() {
    let truth = normal_quantile(0.95);
    let held = share("the largest of 20 reaches q95", |chance| (0..20).any(|_| chance.normal() >= truth));
    assert!((0.60..0.68).contains(&held), "{held}");
}

#[test]
fn batch_means_know_that_refusals_cluster() {
    // A loss system at rest: 20 units, 15 erlangs, Erlang B 0.04559; 30 batches of 1,000 arrivals.
    let truth = reports::formulas::erlang_b(20, 15.0);
    let (mut by_batches, mut by_binomial) = (0, 0);
    for repetition in 0..repetitions() {
        let run = loss_system(&mut Chance(repetition), 20, 15.0, 30, 1_000);
        let (refused, arrivals) = run.iter().fold((0.0, 0.0), |(d, a), batch| (d + batch.0, a + batch.1));
        let estimate = Batches::new(vec![run]).plain_estimate().expect("thirty batches");
        by_batches += u32::from((estimate.ratio - truth).abs() <= estimate.half_width(0.95));
        by_binomial += u32::from(Interval::wilson(refused / arrivals, arrivals).contains(truth));
    }
    let held = f64::from(by_batches) / repetitions() as f64;
    let naive = f64::from(by_binomial) / repetitions() as f64;
    println!("30 batches of a loss system: {held:.3}; as if independent: {naive:.3}");
    assert!((0.93..=0.97).contains(&held), "{held}");
    assert!(naive < 0.75, "{naive}");
}

#[test]
fn a_share_of_seeds_lies_in_its_exact_interval() {
    let held = share("Clopper-Pearson of 20 seeds at 0.95", |chance| {
        Interval::clopper_pearson((0..20).filter(|_| chance.uniform() < 0.95).count() as u64, 20).contains(0.95)
    });
    assert!(held >= 0.95, "{held}");
}

#[test]
fn auto_errs_as_seldom_as_stated_and_stops_as_early() {
    for (p, wrong, seeds) in [(0.90, true, 38.3), (0.98, false, 54.6)] {
        let (mut errors, mut total) = (0, 0);
        for repetition in 0..repetitions() {
            let mut chance = Chance(repetition ^ 0xa0);
            let held: Vec<bool> = (0..4_000).map(|_| chance.uniform() < p).collect();
            let (stopped, pass) = Sprt::new(0.95).decides(&held).expect("4,000 seeds decide");
            errors += u32::from(pass == wrong);
            total += stopped;
        }
        let (error, mean) = (f64::from(errors) / repetitions() as f64, total as f64 / repetitions() as f64);
        println!("auto at P(pass) {p}: wrong {error:.3}, {mean:.1} seeds");
        // 5 % is what is promised; 1,000 repetitions know it to ±1.4 points.
        assert!(error <= 0.064, "{error} at {p}");
        assert!((mean - seeds).abs() < 0.1 * seeds, "{mean} at {p}");
    }
}

#[test]
fn a_proof_may_be_looked_at_after_every_seed() {
    let wrong = share("a proof that 0.95 holds where it just does not", |chance| {
        let held: Vec<bool> = (0..300).map(|_| chance.uniform() < 0.9499).collect();
        matches!(proves(&held, 0.95), Some((_, true)))
    });
    assert!(wrong <= 0.05, "{wrong}");
    let always_open = share("the set of open shares holds at every seed", |chance| {
        let (mut passed, mut failed) = (0, 0);
        (0..200).all(|_| {
            *(if chance.uniform() < 0.95 { &mut passed } else { &mut failed }) += 1;
            open_shares(passed, failed).contains(0.95)
        })
    });
    assert!(always_open >= 0.95, "{always_open}");
}

#[test]
fn the_three_valued_verdict_errs_as_seldom_as_stated() {
    // Four metrics of 10 %, of which 5 % (0.5 points) would count as a change; 20 pairs that spread by one point.
    let share_of = |change: f64, spread: f64, said: &[Change]| {
        let said = said.to_vec();
        move |chance: &mut Chance| said.contains(&compared(chance, change, spread).change)
    };
    let decided = [Change::Worse, Change::Better];
    let wrong = share("a change is seen where there is none (4 metrics)", share_of(0.0, 1.0, &decided));
    assert!(wrong <= 0.064, "{wrong}");
    let wrong = share("the same is said of a change as large as the floor", share_of(0.5, 0.3, &[Change::Same]));
    assert!(wrong <= 0.05, "{wrong}");
    let right = share("a change of twice the floor is seen", share_of(1.0, 0.3, &[Change::Worse]));
    assert!(right >= 0.95, "{right}");
    let right = share("the same is said where there is no change", share_of(0.0, 0.3, &[Change::Same]));
    assert!(right >= 0.95, "{right}");
}

/// Four independent metrics, `change` points worse, pairs that spread by `spread` points around it.
fn compared(chance: &mut Chance, change: f64, spread: f64) -> Comparison {
    let claim = Claim::Share {
        quantity: Quantity::Percent(Bound::AtMost, 100_000_000),
        subject: Subject::Group(Group::default()),
        outcome: Outcome::Dropped,
        within_ns: None,
        when: When::Whole,
    };
    let sentence = |place: u32| Expectation {
        text: format!("sentence {place}"),
        claim: claim.clone(),
        runs: None,
        or_stop: false,
    };
    let result = || RunResult { expectations: (0..4).map(sentence).collect(), ..RunResult::default() };
    let (mut base, mut new) = (result(), result());
    for seed in 0..20 {
        let (mut left, mut right) = (Vec::new(), Vec::new());
        for _ in 0..4 {
            let share = 9.0 + chance.uniform();
            let points = |share: f64| Tally::Share { hits: (share * 1e6).round() as u64, of: 100_000_000 };
            left.push(points(share));
            right.push(points(share + change + spread * chance.normal()));
        }
        base.seeds.push(Measurements { seed, tallies: left, ..Measurements::default() });
        new.seeds.push(Measurements { seed, tallies: right, ..Measurements::default() });
    }
    Comparison::of(&base, &new, 0.05)
}

/// The part of the repetitions in which it holds.
fn share(what: &str, mut holds: impl FnMut(&mut Chance) -> bool) -> f64 {
    let held = (0..repetitions()).filter(|repetition| holds(&mut Chance(*repetition))).count();
    let share = held as f64 / repetitions() as f64;
    println!("{what}: {share:.3}");
    share
}

fn repetitions() -> u64 {
    std::env::var("REPETITIONS").ok().and_then(|text| text.parse().ok()).unwrap_or(1_000)
}

/// (refused, arrivals) by batch of a loss system, from a state near the one it keeps.
fn loss_system(chance: &mut Chance, units: u32, erlangs: f64, batches: usize, arrivals: u32) -> Vec<(f64, f64)> {
    let mut busy = erlangs as u32;
    let mut batch = |chance: &mut Chance, arrivals: u32| {
        let (mut refused, mut seen) = (0, 0);
        while seen < arrivals {
            // The next thing that happens is an arrival, or one of the busy ends.
            if chance.uniform() * (erlangs + f64::from(busy)) >= erlangs {
                busy -= 1;
                continue;
            }
            seen += 1;
            *(if busy < units { &mut busy } else { &mut refused }) += 1;
        }
        (f64::from(refused), f64::from(seen))
    };
    batch(chance, 200);
    (0..batches).map(|_| batch(chance, arrivals)).collect()
}

/// SplitMix64 (Steele, Lea and Flood 2014), started by the number of the repetition.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// In (0, 1).
    fn uniform(&mut self) -> f64 {
        ((self.next() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    /// Box and Muller 1958.
    fn normal(&mut self) -> f64 {
        (-2.0 * self.uniform().ln()).sqrt() * (2.0 * std::f64::consts::PI * self.uniform()).cos()
    }
}

//! Verdicts at their edges: each test names a rule of scenario language §5 or statistics §2.

use proptest::prelude::*;

use super::*;
use crate::expectation::{AttemptKind, Attempts, Group, Measured, Metric, Operand, Outcome, Stat, Subject, When};
use crate::measurements::{NodeLoad, Stock, Stopped};
use crate::sample::{self, sentence};

fn endpoints(quantity: Quantity) -> Claim {
    let subject = Subject::Group(Group::default());
    Claim::Share { quantity, subject, outcome: Outcome::Registered, within_ns: None, when: When::Whole }
}

fn measure(metric: Metric, stat: Option<Stat>, limit: Limit) -> Claim {
    let measured = Measured { stat, metric, of: None, occasion: None, at: None };
    Claim::Measure { measured, limit, when: When::Whole }
}

fn bound(bound: Bound, value: f64) -> Limit {
    Limit::Bound(bound, Operand::Value(value))
}

fn share(hits: u64, of: u64) -> Tally {
    Tally::Share { hits, of }
}

fn value(value: Option<f64>, samples: u64) -> Tally {
    Tally::Value { value, other: None, samples }
}

/// One sentence over seeds 1, 2, …
fn judged(claim: Claim, runs: Option<Runs>, tallies: Vec<Tally>) -> Judgement {
    let seeds = tallies.into_iter().zip(1..);
    let measured = seeds.map(|(tally, seed)| Measurements { seed, tallies: vec![tally], ..Measurements::default() });
    let judgements = judge(&[sentence("so it is", claim, runs)], &measured.collect::<Vec<_>>());
    judgements.into_iter().next().expect("one sentence, one judgement")
}

#[test]
fn shares_are_exact_where_floats_are_not() {
    let nines = Quantity::Percent(Bound::AtLeast, 999_999_999);
    let of = 1_000_000_000_000_000_000;
    assert!(holds(&endpoints(nines), &share(of - 1_000_000_000, of)));
    assert!(!holds(&endpoints(nines), &share(of - 1_000_000_001, of)));
    let tenth = Quantity::Percent(Bound::Exactly, 100_000_000);
    assert!(holds(&endpoints(tenth), &share(3, 30)) && !holds(&endpoints(tenth), &share(u64::MAX / 10, u64::MAX)));
}

#[test]
fn every_quantity_at_its_edge() {
    let cases = [
        (Quantity::No, 0, 1),
        (Quantity::All, 9, 8),
        (Quantity::Percent(Bound::AtLeast, 333_333_333), 3, 2),
        (Quantity::Percent(Bound::AtMost, 333_333_334), 3, 4),
        (Quantity::Percent(Bound::FewerThan, 400_000_000), 3, 4),
        (Quantity::Percent(Bound::MoreThan, 200_000_000), 2, 1),
        (Quantity::Count(Bound::Exactly, 5), 5, 6),
        (Quantity::Count(Bound::AtLeast, 5), 5, 4),
        (Quantity::Count(Bound::AtMost, 5), 5, 6),
        (Quantity::Count(Bound::FewerThan, 5), 4, 5),
        (Quantity::Count(Bound::MoreThan, 5), 6, 5),
        (Quantity::BetweenCount(3, 5), 5, 6),
        (Quantity::BetweenPercent(300_000_000, 500_000_000), 4, 5),
    ];
    for (quantity, holding, failing) in cases {
        assert!(holds(&endpoints(quantity), &share(holding, 9)), "{quantity:?} {holding}");
        assert!(!holds(&endpoints(quantity), &share(failing, 9)), "{quantity:?} {failing}");
    }
    let boundary = Quantity::BetweenPercent(500_000_000, 500_000_000);
    assert!(holds(&endpoints(boundary), &share(1, 2)), "both ends are included");
}

#[test]
fn nothing_measured_fails_also_for_no_and_all() {
    let quantities =
        [Quantity::No, Quantity::All, Quantity::Count(Bound::Exactly, 0), Quantity::Percent(Bound::AtMost, 1)];
    for quantity in quantities {
        let judgement = judged(endpoints(quantity), None, vec![share(0, 0)]);
        assert_eq!((judgement.verdict, judgement.measured, judgement.samples), (Held::Fail, None, 0), "{quantity:?}");
        assert_eq!(judgement.notes, ["nothing was measured"]);
        assert_eq!(judgement.fragile, None);
    }
    let reason = "nothing was lost in the crash";
    let judgement = judged(endpoints(Quantity::All), None, vec![Tally::Nothing(reason.to_owned())]);
    assert_eq!((judgement.verdict, judgement.notes), (Held::Fail, vec![reason.to_owned()]));
}

#[test]
fn no_runs_and_missing_tallies_fail_without_a_panic() {
    let sentences = [sentence("all hold", endpoints(Quantity::All), None)];
    assert_eq!(judge(&sentences, &[])[0].verdict, Held::Fail);
    assert_eq!(judge(&sentences, &[Measurements::default()])[0].verdict, Held::Fail);
    let agrees = [sentence("x agrees", measure(Metric::CallCongestion, None, Limit::AgreesWith(0.1)), None)];
    assert_eq!(judge(&agrees, &[])[0].verdict, Held::Fail);
    assert!(!holds(&endpoints(Quantity::No), &value(Some(0.0), 9)), "counted in another way");
}

#[test]
fn infinite_fails_every_limit() {
    let limits = [
        bound(Bound::AtMost, 1e18),
        bound(Bound::AtLeast, 0.0),
        bound(Bound::MoreThan, 0.0),
        Limit::Between(Operand::Value(0.0), Operand::Value(1e18)),
    ];
    for limit in limits {
        let claim = measure(Metric::TakeoverTime, None, limit);
        let judgement = judged(claim, None, vec![value(None, 1)]);
        assert_eq!((judgement.verdict, judgement.measured), (Held::Fail, None));
        assert_eq!(judgement.notes, ["never, later than any limit"]);
    }
    let queue = Claim::Queue { node: None, limit_ns: u64::MAX, when: When::Whole };
    assert!(!holds(&queue, &value(None, 1)) && !holds(&queue, &value(Some(f64::INFINITY), 1)));
}

#[test]
fn times_and_ratios_need_samples_and_gauges_do_not() {
    let at_most = |metric| measure(metric, None, bound(Bound::AtMost, 1.0));
    for metric in [Metric::LicenceWait, Metric::CallCongestion, Metric::Ira, Metric::AttemptsPerSignIn] {
        assert!(!holds(&at_most(metric), &value(Some(0.0), 0)), "{metric:?}");
        assert!(holds(&at_most(metric), &value(Some(0.0), 1)), "{metric:?}");
    }
    for metric in [Metric::UnitsInUse, Metric::RoleChanges, Metric::Retransmissions, Metric::TimeOverIssued] {
        assert!(holds(&at_most(metric), &value(Some(0.0), 0)), "{metric:?}");
    }
    assert!(!holds(&at_most(Metric::UnitsInUse), &value(None, 9)));
    assert!(!holds(&at_most(Metric::Ira), &value(Some(f64::NAN), 9)));
}

#[test]
fn a_percentile_needs_ten_samples_beyond_it() {
    let claim = measure(Metric::RegistrationDelay, Some(Stat::Percentile(990)), bound(Bound::AtMost, 1e9));
    assert!(holds(&claim, &value(Some(1e6), 1_000)) && !holds(&claim, &value(Some(1e6), 999)));
    let judgement = judged(claim, None, vec![value(Some(1e6), 999)]);
    assert_eq!(judgement.notes, ["999 samples are too few for p99: it needs ten beyond it"]);
    let longest = measure(Metric::RegistrationDelay, Some(Stat::Longest), bound(Bound::AtMost, 1e9));
    assert!(holds(&longest, &value(Some(1e6), 1)));
}

#[test]
fn a_measure_is_held_against_another() {
    let time_at_capacity = Measured { stat: None, metric: Metric::TimeAtCapacity, of: None, occasion: None, at: None };
    let limit = Limit::Bound(Bound::FewerThan, Operand::Measured(time_at_capacity));
    let claim = measure(Metric::CallCongestion, None, limit);
    let tally = |other| Tally::Value { value: Some(0.108), other, samples: 9 };
    assert!(holds(&claim, &tally(Some(0.115))) && !holds(&claim, &tally(Some(0.108))) && !holds(&claim, &tally(None)));
    let judgement = judged(claim, None, vec![tally(Some(0.115))]);
    assert_eq!((judgement.measured, judgement.limit, judgement.unit), (Some(10.8), Some(11.5), Unit::Percent));
}

#[test]
fn stock_and_queue_at_their_edges() {
    let stock = Claim::Stock { feature: "PBX-Port".to_owned(), when: When::Whole };
    assert!(holds(&stock, &value(Some(0.0), 0)) && !holds(&stock, &value(Some(1.0), 0)));
    let queue = Claim::Queue { node: Some("master".to_owned()), limit_ns: 50_000_000, when: When::Whole };
    assert!(holds(&queue, &value(Some(50e6), 0)) && !holds(&queue, &value(Some(50e6 + 1.0), 0)));
    let judgement = judged(queue, None, vec![value(Some(62e6), 9)]);
    assert_eq!((judgement.measured, judgement.limit, judgement.unit), (Some(62.0), Some(50.0), Unit::Milliseconds));
    assert_eq!(judgement.notes, ["62 ms, 12 ms beyond the limit"]);
}

#[test]
fn the_suffix_is_literal() {
    let needed = Runs { passing: 19, of: 20 };
    assert!(enough(needed, 19, 20) && !enough(needed, 18, 20));
    assert!(enough(needed, 190, 200) && !enough(needed, 189, 200));
    assert!(!enough(needed, 0, 1) && enough(needed, 1, 1), "a single run must hold");
    assert!(!enough(needed, 2, 3) && enough(needed, 3, 3));
    assert!(!enough(needed, 0, 0));
}

#[test]
fn never_no_all_and_exactly_speak_of_every_run() {
    let every = [
        endpoints(Quantity::No),
        endpoints(Quantity::All),
        endpoints(Quantity::Count(Bound::Exactly, 5)),
        endpoints(Quantity::Percent(Bound::Exactly, 5)),
        measure(Metric::UnitsInUse, Some(Stat::Peak), bound(Bound::Exactly, 5.0)),
        Claim::Stock { feature: "PBX-Port".to_owned(), when: When::Whole },
        Claim::Queue { node: None, limit_ns: 1, when: When::Whole },
    ];
    for claim in every {
        assert_eq!(runs_needed(&sentence("", claim.clone(), None)), Runs { passing: 1, of: 1 }, "{claim:?}");
        let suffix = Some(Runs { passing: 1, of: 2 });
        assert_eq!(runs_needed(&sentence("", claim, suffix)), Runs { passing: 1, of: 2 }, "a literal suffix wins");
    }
    let attempts = Attempts { kind: AttemptKind::SignIns, population: None, device: None, at: None };
    let most = [
        endpoints(Quantity::Percent(Bound::AtLeast, 5)),
        endpoints(Quantity::BetweenCount(0, 5)),
        Claim::Time { percent_ppb: 5, attempts, limit_ns: 1, when: When::Whole },
        measure(Metric::Ira, None, bound(Bound::AtMost, 5.0)),
    ];
    for claim in most {
        assert_eq!(runs_needed(&sentence("", claim, None)), Runs { passing: 19, of: 20 });
    }
}

#[test]
fn one_seed_of_twenty_may_fail_or_none_may() {
    let mut tallies = vec![share(9, 9); 20];
    tallies[7] = share(8, 9);
    let most = judged(endpoints(Quantity::Percent(Bound::AtLeast, 999_000_000)), None, tallies.clone());
    assert_eq!((most.verdict, most.passed_seeds(), most.of_seeds(), most.failed_seed), (Held::Pass, 19, 20, None));
    let all = judged(endpoints(Quantity::All), None, tallies);
    assert_eq!((all.verdict, all.failed_seed), (Held::Fail, Some(8)));
    assert_eq!(all.notes, ["9 of 9; in only 19 of 20 seeds; 8 of 9 at worst (seed 8)"]);
    assert_eq!(all.fragile, None);
}

#[test]
fn a_sentence_that_stopped_the_run_failed_whatever_its_counters_say() {
    let mut run = Measurements { tallies: vec![share(9, 9)], ..Measurements::default() };
    let sentences = [sentence("all hold", endpoints(Quantity::All), None)];
    assert!(judge(&sentences, std::slice::from_ref(&run))[0].passed());
    run.stopped = Some(Stopped::Expectation(0));
    assert!(!judge(&sentences, std::slice::from_ref(&run))[0].passed());
    run.stopped = Some(Stopped::Expectation(1));
    assert!(judge(&sentences, &[run])[0].passed());
}

#[test]
fn few_seeds_are_always_fragile() {
    let claim = || endpoints(Quantity::Percent(Bound::AtLeast, 990_000_000));
    for seeds in 2..8 {
        let fragile = judged(claim(), None, vec![share(1_000, 1_000); seeds]).fragile;
        assert_eq!(fragile.as_deref(), Some("too few seeds to be sure; try --seeds 20"));
    }
    assert_eq!(judged(claim(), None, vec![share(1_000, 1_000); 8]).fragile, None, "no spread at all is firm");
}

#[test]
fn one_seed_is_fragile_where_the_interval_holds_the_limit() {
    let claim = || endpoints(Quantity::Percent(Bound::FewerThan, 10_000_000));
    let near = judged(claim(), None, vec![share(9, 1_128)]);
    assert!(near.passed());
    assert_eq!(near.fragile.as_deref(), Some("95% interval 0.23–2.68% contains the limit; try --seeds 20"));
    assert_eq!(judged(claim(), None, vec![share(0, 100_000)]).fragile, None);
    let peak = |value_there: f64| {
        let claim = measure(Metric::UnitsInUse, Some(Stat::Peak), bound(Bound::AtMost, 100.0));
        judged(claim, None, vec![value(Some(value_there), 1)]).fragile
    };
    assert_eq!(peak(91.0).as_deref(), Some("within 10% of the limit; try --seeds 20"));
    assert_eq!(peak(80.0), None);
}

#[test]
fn twenty_seeds_are_fragile_unless_they_lie_well_apart_from_the_limit() {
    let claim = || endpoints(Quantity::Percent(Bound::FewerThan, 10_000_000));
    let e8 = [33, 18, 51, 42, 27, 61, 12, 35, 74, 22, 46, 30, 55, 39, 9, 66, 28, 48, 20, 37];
    let firm = judged(claim(), None, e8.iter().map(|hits| share(*hits, 10_000)).collect());
    assert_eq!((firm.verdict, firm.fragile), (Held::Pass, None));
    let closer = judged(claim(), None, e8.iter().map(|hits| share(*hits + 18, 10_000)).collect());
    assert_eq!(closer.fragile.as_deref(), Some("20 seeds do not settle it; try --seeds 200"));
    let beyond = judged(claim(), None, e8.iter().map(|hits| share(*hits + 80, 10_000)).collect());
    assert_eq!((beyond.verdict, beyond.fragile), (Held::Fail, None));
}

#[test]
fn from_59_seeds_the_failures_are_counted() {
    let judged = |failed: usize, seeds: usize| {
        let mut tallies = vec![share(0, 100); seeds];
        tallies[..failed].fill(share(50, 100));
        judged(endpoints(Quantity::Percent(Bound::FewerThan, 10_000_000)), None, tallies).fragile
    };
    assert_eq!((judged(0, 59), judged(7, 59), judged(4, 200), judged(16, 200)), (None, None, None, None));
    assert_eq!(judged(1, 59).as_deref(), Some("59 seeds do not settle it; try --seeds 200"));
    assert_eq!(judged(5, 200).as_deref(), Some("the limit lies at the edge"));
}

#[test]
fn a_time_that_never_came_in_some_seeds_is_weighed_by_count() {
    let claim = measure(Metric::TakeoverTime, None, bound(Bound::AtMost, 10e9));
    let mut tallies = vec![value(Some(6e9), 1); 20];
    tallies[3] = value(None, 1);
    let judgement = judged(claim, None, tallies);
    assert!(judgement.passed() && judgement.fragile.is_some());
    assert_eq!(
        judgement.notes[0],
        "6 s, 4 s to spare; in 19 of 20 seeds; never, later than any limit at worst (seed 4)"
    );
}

/// 30 batches whose ratio is `per_thousand`, spread by `noise`.
fn batches(per_thousand: f64, noise: f64) -> Tally {
    let wobble = [0.3, -0.8, 0.9, -0.2, 0.5, -0.7, 0.1, -0.9, 0.8, 0.0];
    Tally::Batches((0..30).map(|i| (per_thousand + noise * wobble[i % 10], 1_000.0)).collect())
}

#[test]
fn agreement_is_of_all_seeds_pooled() {
    let claim = |limit| measure(Metric::CallCongestion, None, Limit::AgreesWith(limit));
    let seeds = || vec![batches(106.0, 10.0), batches(110.0, 10.0)];
    let judgement = judged(claim(0.10829), None, seeds());
    assert_eq!(
        (judgement.verdict, judgement.held_in.as_slice(), judgement.samples),
        (Held::Pass, [true, true].as_slice(), 60)
    );
    assert_eq!((judgement.unit, judgement.limit.map(|l| (l * 1e3).round())), (Unit::Percent, Some(10_829.0)));
    assert!(judgement.measured.is_some_and(|measured| (measured - 10.8).abs() < 0.01), "{judgement:?}");
    let apart = judged(claim(0.12), None, seeds());
    assert!(!apart.passed() && apart.notes[0].contains("does not contain 12%"), "{:?}", apart.notes);
}

#[test]
fn agreement_needs_data() {
    let claim = || measure(Metric::CallCongestion, None, Limit::AgreesWith(0.108));
    let note = |tallies| {
        let judgement = judged(claim(), None, tallies);
        assert!(!judgement.passed());
        judgement.notes[0].clone()
    };
    assert!(note(vec![batches(108.0, 100.0)]).contains("too little data, wider than ±20% of 10.8%"));
    let ten = Tally::Batches((0..10).map(|i| (100.0 + f64::from(i % 3), 1_000.0)).collect());
    assert_eq!(note(vec![ten]), "too little data: 10 independent batches of the 20 it takes");
    let trend = Tally::Batches((0..30).map(|i| (100.0 + f64::from(i), 1_000.0)).collect());
    assert_eq!(note(vec![trend]), "too little data: neighbouring batches depend on each other");
    assert_eq!(note(vec![Tally::Batches(vec![(0.0, 0.0); 30])]), "nothing was measured");
    assert_eq!(note(vec![batches(108.0, 1.0), Tally::Nothing("nobody asked".to_owned())]), "nobody asked");
}

#[test]
fn a_failure_says_why_where_it_is_known() {
    let mut result = sample::failing();
    assert_eq!(result.judge()[1].why.as_deref(), Some("requests waited up to 20.8 s at standby"));
    for seed in &mut result.seeds {
        seed.tallies[3] = share(300, 1_122);
        let Stock { denials, sources, .. } = &mut seed.stocks[0];
        (*sources, *denials) = (1_000, [("no-unit".to_owned(), 300)].into());
        seed.nodes.push(NodeLoad {
            node: "slave-1".into(),
            requests: 1,
            shed: 0,
            longest_wait_ns: 0,
            longest_wait_at_ns: 0,
        });
    }
    assert_eq!(result.judge()[3].why.as_deref(), Some("1,000 share 760 PBX-SoftwarePhones licences"));
}

#[test]
fn a_replica_is_named_where_units_crossed_the_failover() {
    let mut result = sample::passing();
    let replica = Stock {
        kind: "replica".into(),
        node: "standby".into(),
        grants: 3,
        high_water: 760,
        ..result.seeds[0].stocks[0].clone()
    };
    result.seeds[0].stocks.push(replica);
    assert_eq!(result.judge()[0].notes, ["at most 760 of 760 units in use at once, across the failover too"]);
}

proptest! {
    #[test]
    fn one_more_hit_never_turns_at_least_false(hits in 0_u64..1_000, of in 1_u64..1_000, ppb in 0_u64..=1_000_000_000) {
        let claim = endpoints(Quantity::Percent(Bound::AtLeast, ppb));
        let hits = hits.min(of);
        if holds(&claim, &share(hits, of)) {
            prop_assert!(holds(&claim, &share((hits + 1).min(of), of)));
        }
        let other = endpoints(Quantity::Percent(Bound::FewerThan, ppb));
        prop_assert_ne!(holds(&claim, &share(hits, of)), holds(&other, &share(hits, of)));
    }

    #[test]
    fn the_order_of_seeds_changes_no_verdict(mut hits in proptest::collection::vec(0_u64..40, 1..70), cut in any::<usize>()) {
        let claim = || endpoints(Quantity::Percent(Bound::FewerThan, 200_000_000));
        let judge_all = |hits: &[u64]| judged(claim(), None, hits.iter().map(|hits| share(*hits, 100)).collect());
        let before = judge_all(&hits);
        let cut = cut % hits.len();
        hits.rotate_left(cut);
        let after = judge_all(&hits);
        prop_assert_eq!(before.verdict, after.verdict);
        prop_assert_eq!(before.passed_seeds(), after.passed_seeds());
    }

    #[test]
    fn no_tally_panics(number in any::<f64>(), samples in any::<u64>(), hits in any::<u64>(), of in any::<u64>(), seeds in 0_usize..25) {
        for claim in [
            measure(Metric::LicenceWait, Some(Stat::Median), bound(Bound::AtMost, number)),
            measure(Metric::RequestRate, Some(Stat::Peak), Limit::Between(Operand::Value(number), Operand::Value(1.0))),
            measure(Metric::Utilisation, None, Limit::AgreesWith(number)),
        ] {
            judged(claim.clone(), None, vec![value(Some(number), samples); seeds]);
            judged(claim, None, vec![Tally::Batches(vec![(number, number); 30]); seeds.min(3)]);
        }
        judged(endpoints(Quantity::Count(Bound::AtMost, samples)), None, vec![share(hits.min(of), of); seeds]);
    }
}

#[test]
fn or_stop_waits_for_a_hundred_and_a_clear_interval() {
    let at_least = endpoints(Quantity::Percent(Bound::AtLeast, 990_000_000));
    assert!(!cannot_hold(&at_least, &share(0, 99)), "99 decided are too few");
    assert!(cannot_hold(&at_least, &share(90, 100)) && !cannot_hold(&at_least, &share(97, 100)));
    let at_most = endpoints(Quantity::Percent(Bound::AtMost, 10_000_000));
    assert!(cannot_hold(&at_most, &share(10, 100)) && !cannot_hold(&at_most, &share(3, 100)));
    assert!(cannot_hold(&endpoints(Quantity::BetweenPercent(400_000_000, 500_000_000)), &share(90, 100)));
}

#[test]
fn or_stop_knows_what_only_rises() {
    assert!(
        cannot_hold(&endpoints(Quantity::No), &share(1, 1)) && !cannot_hold(&endpoints(Quantity::No), &share(0, 9))
    );
    assert!(
        cannot_hold(&endpoints(Quantity::All), &share(0, 1)) && !cannot_hold(&endpoints(Quantity::All), &share(9, 9))
    );
    let fewer = endpoints(Quantity::Count(Bound::FewerThan, 5));
    assert!(cannot_hold(&fewer, &share(5, 9)) && !cannot_hold(&fewer, &share(4, 9)));
    assert!(!cannot_hold(&endpoints(Quantity::Count(Bound::AtLeast, 5)), &share(0, 900)), "more may come");
    let stock = Claim::Stock { feature: "PBX-Port".to_owned(), when: When::Whole };
    assert!(cannot_hold(&stock, &value(Some(1.0), 0)) && !cannot_hold(&stock, &value(Some(0.0), 0)));
    let queue = Claim::Queue { node: None, limit_ns: 5, when: When::Whole };
    assert!(cannot_hold(&queue, &value(Some(6.0), 0)) && !cannot_hold(&queue, &value(Some(5.0), 0)));
    let peak = |limit| measure(Metric::UnitsInUse, Some(Stat::Peak), limit);
    assert!(cannot_hold(&peak(bound(Bound::FewerThan, 5.0)), &value(Some(5.0), 1)));
    assert!(!cannot_hold(&peak(bound(Bound::AtMost, 5.0)), &value(Some(5.0), 1)));
    assert!(!cannot_hold(&peak(bound(Bound::AtLeast, 50.0)), &value(Some(5.0), 1)));
    let mean = measure(Metric::UnitsInUse, Some(Stat::Mean), bound(Bound::AtMost, 5.0));
    assert!(!cannot_hold(&mean, &value(Some(9.0), 1)), "a mean may fall again");
}

#[test]
fn what_stopped_a_run_does_not_hold() {
    for hits in 0..=100 {
        for quantity in
            [Quantity::Percent(Bound::AtLeast, 950_000_000), Quantity::Percent(Bound::FewerThan, 50_000_000)]
        {
            let (claim, tally) = (endpoints(quantity), share(hits, 100));
            assert!(!(cannot_hold(&claim, &tally) && holds(&claim, &tally)), "{quantity:?} {hits}");
        }
    }
}

#[test]
fn from_59_seeds_the_distances_no_longer_matter() {
    // All just below the limit and spread: by distances this would be open.
    let tallies = |seeds: u64| (0..seeds).map(|i| share(98 - 4 * (i % 10), 10_000)).collect::<Vec<_>>();
    let claim = || endpoints(Quantity::Percent(Bound::FewerThan, 10_000_000));
    assert!(judged(claim(), None, tallies(58)).fragile.is_some());
    assert_eq!(judged(claim(), None, tallies(59)).fragile, None);
}

#[test]
fn the_nearer_of_two_limits_makes_fragile() {
    let claim = || endpoints(Quantity::BetweenPercent(100_000_000, 500_000_000));
    let around = |centre: u64| (0..20).map(|i| share(centre + i % 10, 1_000)).collect::<Vec<_>>();
    assert_eq!(judged(claim(), None, around(300)).fragile, None);
    assert!(judged(claim(), None, around(489)).fragile.is_some());
    assert!(judged(claim(), None, around(101)).fragile.is_some());
}

#[test]
fn durations_are_compared_as_logarithms() {
    // 1, 2, 4 … 512 s twice: evenly spread in ln. One in ten lies beyond 300 s, which is open by logarithms.
    let times =
        |scale: f64| (0..20).map(|i| value(Some(scale * 1e9 * f64::from(1 << (i % 10))), 1)).collect::<Vec<_>>();
    let claim = |limit_s: f64| measure(Metric::TakeoverTime, None, bound(Bound::AtMost, limit_s * 1e9));
    // z = (ln L − 3.119) ÷ 2.042 ≥ 2.396 from L = 3,018 s on; raw, z = (L − 102.3) ÷ 161.2 from 489 s on.
    assert!(judged(claim(2_900.0), None, times(1.0)).fragile.is_some());
    assert_eq!(judged(claim(3_100.0), None, times(1.0)).fragile, None);
    assert_eq!(judged(claim(31.0), None, times(0.01)).fragile, None, "the same in other units");
}

#[test]
fn agreement_prints_its_interval() {
    // 30 batches around 106: se = √(1134 ÷ (30·29)) ÷ 1000 = 0.0011417, t of 29 at 99.95 % 3.6594.
    let judgement =
        judged(measure(Metric::CallCongestion, None, Limit::AgreesWith(0.106)), None, vec![batches(106.0, 10.0)]);
    assert_eq!(judgement.notes, ["10.6% ± 0.42% (99.9%, 30 batches) contains 10.6%"]);
}

#[test]
fn seeds_with_any_are_told_only_where_they_are_few() {
    let tallies = |with: usize| {
        let mut tallies = vec![share(0, 1_000); 20];
        tallies[20 - with..].fill(share(1, 1_000));
        tallies
    };
    let note =
        |with| judged(endpoints(Quantity::Percent(Bound::FewerThan, 10_000_000)), None, tallies(with)).notes[0].clone();
    assert_eq!(note(3), "0 of 1,000; in 20 of 20 seeds; 3 of 20 seeds had any; 0.10% at worst (seed 18)");
    assert_eq!(note(12), "0 of 1,000; in 20 of 20 seeds; 0.10% at worst (seed 9)");
}

#[test]
fn the_whole_loss_says_nothing_of_a_part_of_it() {
    let mut result = sample::of_seeds(42..43);
    let Claim::Share { subject: Subject::Group(group), .. } = &mut result.expectations[1].claim else {
        panic!("the sample speaks of a group")
    };
    group.population = Some("desk".to_owned());
    assert_eq!(result.judge()[1].notes, ["100% of 2,804"]);
    result.seeds[0].tallies[1] = share(2_000, 2_804);
    result.seeds[0].occasions[0].back = 2_700;
    assert_eq!(result.judge()[1].notes, ["71.3% of 2,804; 804 came later or never"]);
}

#[test]
fn or_stop_knows_the_upper_of_two_limits() {
    let limit = Limit::Between(Operand::Value(2.0), Operand::Value(5.0));
    let peak = measure(Metric::UnitsInUse, Some(Stat::Peak), limit);
    assert!(!cannot_hold(&peak, &value(Some(5.0), 1)) && cannot_hold(&peak, &value(Some(6.0), 1)));
}

use super::*;
use crate::measurements::{Measurements, Tally};
use crate::sample;

/// The sample morning, refused shares of its fourth sentence replaced (per 1,000).
fn refusing(refused: impl Fn(u64) -> u64) -> RunResult {
    let mut result = sample::passing();
    for run in &mut result.seeds {
        run.tallies[3] = Tally::Share { hits: refused(run.seed), of: 1_000 };
    }
    result
}

fn metric<'a>(comparison: &'a Comparison, name: &str) -> &'a Metric {
    comparison.metrics.iter().find(|metric| metric.name.contains(name)).expect("a metric")
}

#[test]
fn what_does_not_differ_is_identical_seed_by_seed() {
    let comparison = Comparison::of(&sample::passing(), &sample::passing(), 0.05);
    assert_eq!((comparison.change, comparison.pairs), (Change::Same, 20));
    assert!(comparison.metrics.iter().all(|metric| metric.effect == Effect::Identical));
    assert!(comparison.metrics.iter().any(|metric| metric.name == "back after the crash, 99%"));
}

#[test]
fn one_metric_that_is_worse_makes_the_whole_worse() {
    let comparison = Comparison::of(&refusing(|seed| seed % 3), &refusing(|seed| seed % 3 + 5), 0.05);
    let refused = metric(&comparison, "refused a licence");
    assert_eq!((comparison.change, refused.change), (Change::Worse, Change::Worse));
    let weighed = refused.effect.weighed().expect("twenty pairs");
    assert!((weighed.pairs.mean - 0.5).abs() < 1e-9 && weighed.pairs.sd < 1e-9, "paired, the seeds cancel out");
    // 5 % of the limit of 1 %.
    assert!((weighed.floor - 0.05).abs() < 1e-9);
    let back = Comparison::of(&refusing(|seed| seed % 3 + 5), &refusing(|seed| seed % 3), 0.05);
    assert_eq!(back.change, Change::Better);
}

#[test]
fn noise_around_nothing_is_the_same_if_it_is_small_and_cannot_be_told_if_it_is_not() {
    let small = Comparison::of(&refusing(|_| 500), &refusing(|seed| 499 + seed % 3), 0.05);
    assert_eq!(metric(&small, "refused a licence").change, Change::Same);
    let large = Comparison::of(&refusing(|_| 500), &refusing(|seed| (seed * 389) % 1_000), 0.05);
    assert_eq!(metric(&large, "refused a licence").change, Change::CantTell);
    assert_eq!(large.change, Change::CantTell);
}

#[test]
fn the_part_that_is_missing_counts_where_a_share_should_be_high() {
    let back = |late: u64| {
        let mut result = sample::passing();
        result.seeds.iter_mut().for_each(|run| run.tallies[1] = Tally::Share { hits: 2_804 - late, of: 2_804 });
        result
    };
    // 0.36 % late instead of 0.18 %: of the 99.8 % that are back it would be nothing.
    let comparison = Comparison::of(&back(5), &back(10), 0.05);
    assert_eq!(metric(&comparison, "lost in the crash").change, Change::Worse);
}

#[test]
fn fewer_than_eight_pairs_say_nothing_unless_all_are_identical() {
    let few = |refused: fn(u64) -> u64| RunResult { seeds: refusing(refused).seeds.split_off(13), ..refusing(refused) };
    let comparison = Comparison::of(&few(|_| 1), &few(|_| 9), 0.05);
    assert_eq!((comparison.pairs, metric(&comparison, "refused a licence").effect), (7, Effect::TooFew));
    assert_eq!(comparison.change, Change::CantTell);
    assert_eq!(Comparison::of(&few(|_| 1), &few(|_| 1), 0.05).change, Change::Same);
}

#[test]
fn seeds_of_one_side_only_do_not_count() {
    let other = RunResult { seeds: sample::of_seeds(50..70).seeds, ..sample::passing() };
    assert_eq!(Comparison::of(&sample::passing(), &other, 0.05).pairs, 12);
    let apart = RunResult { seeds: sample::of_seeds(90..95).seeds, ..sample::passing() };
    let comparison = Comparison::of(&sample::passing(), &apart, 0.05);
    assert_eq!((comparison.pairs, comparison.change), (0, Change::CantTell));
}

#[test]
fn coming_back_never_is_counted_in_seeds() {
    let mut late = sample::passing();
    late.seeds.iter_mut().for_each(|run| run.occasions[0].back_ns[2] = None);
    let comparison = Comparison::of(&sample::passing(), &late, 0.05);
    let back = metric(&comparison, "back after the crash");
    assert_eq!((back.change, back.new), (Change::Worse, None));
    assert!(matches!(back.effect, Effect::Never(weighed) if weighed.pairs.mean == 100.0));
}

#[test]
fn durations_are_compared_by_their_ratio() {
    let mut slower = sample::passing();
    for run in &mut slower.seeds {
        run.occasions[0].back_ns[2] = run.occasions[0].back_ns[2].map(|ns| ns * 11 / 10);
    }
    let comparison = Comparison::of(&sample::passing(), &slower, 0.05);
    let back = metric(&comparison, "back after the crash");
    assert!(matches!(back.effect, Effect::Ratio(weighed) if (libm::exp(weighed.pairs.mean) - 1.1).abs() < 1e-6));
    assert_eq!(back.change, Change::Worse);
    assert_eq!(Comparison::of(&sample::passing(), &slower, 0.2).change, Change::Same, "10 % is below a floor of 20 %");
}

#[test]
fn of_several_the_worst_counts_and_nobody_can_tell_of_none() {
    use Change::{Better, CantTell, Same, Worse};
    for (all, whole) in [
        (vec![Same, Same], Same),
        (vec![Same, Better], Better),
        (vec![Better, CantTell], CantTell),
        (vec![Better, CantTell, Worse], Worse),
        (vec![], CantTell),
    ] {
        assert_eq!(Change::of_all(all.clone()), whole, "{all:?}");
    }
}

#[test]
fn a_metric_that_was_never_sampled_cannot_be_told() {
    let nothing = |run: &mut Measurements| run.tallies[3] = Tally::Nothing("nothing was lost".to_owned());
    let mut silent = sample::passing();
    silent.seeds.iter_mut().for_each(nothing);
    let comparison = Comparison::of(&silent, &silent, 0.05);
    assert_eq!(metric(&comparison, "refused a licence").effect, Effect::NotMeasured);
    assert_eq!(comparison.change, Change::CantTell);
}

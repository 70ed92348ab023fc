use proptest::prelude::*;

use super::*;
use crate::measurements::{Invariant, Stopped, Tally, Violation};
use crate::result::RunResult;
use crate::sample;

fn options() -> Options {
    let next = Next { command: "pbxsim show LAST --as json".into(), note: String::new() };
    Options { style: Style::default(), path: Some("runs/2026-11-24T0856-rush.pbxrun".into()), next: vec![next] }
}

fn shown(results: Vec<RunResult>) -> String {
    let text = render(&RunFile { results }, &options());
    let fits = text.lines().all(|line| wrap::width(line) <= WIDTH);
    assert!(fits && text.lines().count() <= LINES, "{text}");
    text
}

#[test]
fn a_morning_that_passes() {
    insta::assert_snapshot!(shown(vec![sample::passing()]));
}

#[test]
fn a_morning_that_fails() {
    insta::assert_snapshot!(shown(vec![sample::failing()]));
}

#[test]
fn one_seed_near_the_limit_is_fragile() {
    let mut result = sample::passing();
    result.seeds.truncate(1);
    result.seeds[0].tallies[3] = Tally::Share { hits: 9, of: 1_128 };
    let text = shown(vec![result]);
    assert!(text.contains("0.80% (9 of 1,128)"), "{text}");
    assert!(text.contains("fragile: 95% interval 0.23–2.68% contains the limit; try --seeds 20"), "{text}");
}

#[test]
fn variants_have_a_line_each_and_one_story() {
    let named = |mut result: RunResult, variant: &str| {
        result.header.variant = Some(variant.into());
        result
    };
    let results = vec![
        named(sample::passing(), "today"),
        named(sample::failing(), "old standby"),
        named(sample::passing(), "tomorrow"),
    ];
    insta::assert_snapshot!(shown(results));
}

#[test]
fn several_files_have_one_table() {
    let mut other = sample::failing();
    other.header.file = "library/master-crash.yaml".into();
    insta::assert_snapshot!(shown(vec![sample::passing(), other]));
}

#[test]
fn a_broken_invariant_comes_first() {
    let mut result = sample::passing();
    result.header.overrides = vec!["checkout.on-standby=replicate".into()];
    result.seeds[2].stopped = Some(Stopped::Violation);
    result.seeds[2].invariants[0].violations = 1;
    result.seeds[2].violation = Some(Violation {
        id: "I1".into(),
        what: "761 units of PBX-SoftwarePhones in use, 760 installed".into(),
        at_ns: 606_000_000_000,
        last_events: (0..9).map(|i| format!("09:06:0{i} desk-{i} REGISTER")).collect(),
    });
    insta::assert_snapshot!(shown(vec![result]));
}

#[test]
fn an_interrupted_run_says_so() {
    let mut result = sample::passing();
    result.header.partial = true;
    result.seeds.truncate(7);
    result.seeds[6].stopped = Some(Stopped::Interrupted);
    let text = shown(vec![result]);
    assert!(text.lines().next().is_some_and(|line| line.ends_with("PARTIAL")), "{text}");
    assert!(text.contains("interrupted after 6 of 20 seeds"), "{text}");
}

#[test]
fn what_no_seed_finished_is_not_judged() {
    let mut result = sample::passing();
    result.header.partial = true;
    result.seeds.truncate(2);
    result.seeds.iter_mut().for_each(|run| run.stopped = Some(Stopped::Interrupted));
    let text = shown(vec![result.clone()]);
    assert!(text.contains("interrupted after 0 of 20 seeds: no verdict"), "{text}");
    assert!(text.contains("no seed run to its end"), "{text}");
    assert!(text.contains("  · 99% of endpoints lost in the crash are back within 30 s\n      not judged\n"), "{text}");
    assert!(!text.contains('✘') && !text.contains("nothing was measured"), "{text}");
    result.header.seeds_wanted = 1;
    assert!(shown(vec![result]).contains("interrupted after 0 of 1 seed: no verdict"));
}

#[test]
fn an_interrupt_leaves_gaps_among_the_seeds() {
    let mut result = sample::passing();
    result.header.partial = true;
    result.seeds.truncate(7);
    result.seeds[3].stopped = Some(Stopped::Interrupted);
    let text = shown(vec![result]);
    assert!(text.contains("interrupted after 6 of 20") && text.contains("6 of the seeds 42 … 48"), "{text}");
}

#[test]
fn one_is_singular() {
    let mut result = sample::passing();
    result.expectations.truncate(1);
    let stock = &mut result.seeds[0].stocks[0];
    (stock.attempts, stock.grants) = (1, 1);
    let mut other = result.clone();
    other.header.file = "other.yaml".into();
    let text = shown(vec![result.clone()]);
    assert!(text.contains("none of 1 attempt refused"), "{text}");
    let text = shown(vec![result, other]);
    assert!(text.contains("1 sentence holds") && !text.contains("sentences"), "{text}");
}

#[test]
fn a_long_path_is_cut_at_its_front() {
    let mut one = sample::failing();
    one.header.file = "scenarios/library/master-crash.yaml".into();
    one.header.variant = Some("one licence short".into());
    let mut other = one.clone();
    other.header.variant = Some("an endless variant ".repeat(4));
    let text = shown(vec![sample::passing(), one, other]);
    assert!(text.contains("  ✘ …ry/master-crash.yaml: one licence short  FAIL"), "{text}");
    assert!(text.contains("  ✘ …-crash.yaml: an endless variant an end…  FAIL"), "{text}");
}

#[test]
fn those_who_never_came_are_never_better_than_a_limit() {
    let mut result = sample::passing();
    result.seeds[0].latencies[1].never = 400;
    let text = shown(vec![result]);
    let row = text.lines().find(|line| line.contains("back after the crash") && line.contains("3,204"));
    assert!(row.is_some_and(|row| row.ends_with("never")), "{text}");
}

#[test]
fn colour_touches_only_marks_and_verdicts() {
    let run = RunFile { results: vec![sample::failing(), sample::passing()] };
    for results in [run.results.clone(), run.results[..1].to_vec()] {
        let run = RunFile { results };
        let coloured = render(&run, &Options { style: Style { colour: true }, ..options() });
        let stripped = coloured.replace("\x1b[32m", "").replace("\x1b[31m", "").replace("\x1b[0m", "");
        assert_eq!(stripped, render(&run, &options()));
        assert!(coloured.contains("\x1b[31mFAIL\x1b[0m") && coloured.contains("\x1b[31m✘\x1b[0m"));
    }
}

#[test]
fn nothing_run_is_said_without_a_story() {
    assert_eq!(render(&RunFile::default(), &Options::default()), "");
    let text = shown(vec![RunResult::default()]);
    assert!(text.contains("INVALID"), "{text}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn any_run_fits_the_terminal(
        title in ".{0,120}",
        sentences in proptest::collection::vec((".{1,200}", any::<bool>()), 0..60),
        moments in proptest::collection::vec((".{0,60}", ".{0,120}"), 0..60),
        variants in 0_usize..60,
        broken in any::<bool>(),
    ) {
        let mut result = sample::passing();
        result.header.title = title;
        result.seeds.truncate(2);
        let claim = result.expectations[2].claim.clone();
        result.expectations = sentences.iter().map(|(text, _)| sample::sentence(text, claim.clone(), None)).collect();
        for seed in &mut result.seeds {
            seed.tallies = sentences.iter().map(|(_, held)| Tally::Share { hits: u64::from(!held), of: 9 }).collect();
            let template = seed.timeline[0].clone();
            seed.timeline = moments.iter().map(|(what, detail)| {
                crate::measurements::Moment { what: what.clone(), detail: detail.clone(), ..template.clone() }
            }).collect();
            if broken {
                seed.invariants.push(Invariant { id: "I3".into(), checks: 1, violations: 1 });
            }
        }
        let results = match variants {
            0 => vec![result],
            n => (0..n).map(|i| {
                let mut one = result.clone();
                one.header.variant = Some(format!("variant {i}"));
                one
            }).collect(),
        };
        let text = shown(results);
        prop_assert!(!text.chars().any(|c| c.is_control() && c != '\n'));
        prop_assert!(text.ends_with('\n') && text.contains("pbxrun"));
    }
}

#[test]
fn a_million_leaves_a_blank_in_the_table() {
    let mut result = sample::of_seeds(42..43);
    result.seeds[0].latencies[0].never = 1_000_000 - 5_804;
    result.seeds[0].latencies[1].never = 123_456_789;
    let text = shown(vec![result]);
    assert!(text.contains("  first registration 1,000,000"), "{text}");
    assert!(text.contains("  back after the   123,459,593"), "{text}");
}

#[test]
fn a_pool_that_was_fought_over() {
    let mut result = sample::of_seeds(42..43);
    let stock = &mut result.seeds[0].stocks[0];
    stock.denials = [("no-unit".to_owned(), 1_204), ("la-unreachable".to_owned(), 31)].into();
    (stock.at_capacity_ns, stock.over_issue_peak, stock.finite_source) = (207_000_000_000, 2, true);
    (0..40).for_each(|i| stock.wait.record(i * 1_000_000_000));
    let text = shown(vec![result]);
    let paragraph: Vec<&str> = text.lines().skip_while(|line| !line.starts_with("  Licences")).take(5).collect();
    insta::assert_snapshot!(paragraph.join("\n"));
}

#[test]
fn many_long_reasons_leave_room_for_the_last_line() {
    let variants = (0..6).map(|i| {
        let mut one = sample::failing();
        one.header.variant = Some(format!("variant {i}"));
        one.expectations[1].text = "so long a sentence ".repeat(40);
        one
    });
    assert!(shown(variants.collect()).ends_with("pbxsim show LAST --as json\n"));
}

#[test]
fn the_answered_have_a_line_only_where_they_differ() {
    let mut result = sample::of_seeds(42..43);
    result.seeds[0].latencies[2].latency = result.seeds[0].latencies[1].latency.clone();
    assert!(!shown(vec![result.clone()]).contains("answered REGISTERs"));
    result.seeds[0].latencies[1].never = 1;
    assert!(shown(vec![result]).contains("answered REGISTERs"));
}

#[test]
fn the_most_refused_feature_comes_first() {
    let mut result = sample::of_seeds(42..43);
    let refused = |feature: &str, count| {
        let mut stock = result.seeds[0].stocks[0].clone();
        stock.feature = feature.to_owned();
        stock.denials = [("no-unit".to_owned(), count)].into();
        stock
    };
    result.seeds[0].stocks = vec![refused("A", 0), refused("B", 7), refused("C", 9), refused("D", 0)];
    let text = shown(vec![result]);
    let at = |feature: &str| text.find(&format!(" {feature}: peak"));
    assert!(at("C") < at("B") && at("B") < at("A") && at("C").is_some() && at("D").is_none(), "{text}");
    assert!(text.contains("… and 1 more"), "{text}");
}

#[test]
fn a_long_story_says_how_much_is_left_out() {
    let mut result = sample::of_seeds(42..43);
    let moment = result.seeds[0].timeline[0].clone();
    result.seeds[0].timeline = vec![moment; 21];
    assert_eq!(story::lines(&result.seeds[0].timeline, 0, 20).pop(), Some("  … and 1 more moment".to_owned()));
    assert_eq!(story::lines(&result.seeds[0].timeline, 0, 21).len(), 21);
    let text = shown(vec![result]);
    let told = text.matches("08:56:00  sign-in begins").count();
    assert!(told < 21 && text.contains(&format!("… and {} more moments", 21 - told)), "{text}");
}

//! All renderings of a run give the same numbers, whatever the run.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{csv, json, junit, markdown, openmetrics, page, summary, text};
use crate::latency::Latency;
use crate::measurements::{Stock, Tally};
use crate::result::{RunResult, Verdict};
use crate::run_file::RunFile;
use crate::sample;
use crate::units;

/// A run with these numbers in it: of a stock its attempts, refusals and peak; waits in milliseconds; hits of a share.
fn run_with((attempts, refused, peak, pool): (u64, u64, u64, u64), waits: &[u64], hits: u64) -> RunResult {
    let mut result = sample::passing();
    for run in &mut result.seeds {
        run.tallies[1] = Tally::Share { hits, of: 2_804 };
    }
    let run = &mut result.seeds[0];
    let denials = BTreeMap::from([("no-unit".to_owned(), refused)]);
    let stock = Stock {
        attempts,
        grants: attempts - refused,
        denials,
        high_water: peak,
        pool: Some(pool),
        attempts_observed: attempts,
        denials_observed: refused,
        ..run.stocks[0].clone()
    };
    run.stocks = vec![stock];
    let course = &mut run.course.stocks[0];
    course.in_use = (0..240).map(|bucket| peak * bucket / 239).collect();
    course.refused = (0..240).map(|bucket| if bucket == 100 { refused } else { 0 }).collect();
    let mut latency = Latency::new();
    waits.iter().for_each(|ms| latency.record(ms * 1_000_000));
    run.latencies[0].latency = latency;
    result
}

/// Values of the column `value` of a series, and those of a metric, in order.
fn series(csv: &str, name: &str) -> Vec<u64> {
    let rows = csv.lines().filter(|line| line.contains(&format!(",{name},master,PBX-SoftwarePhones,installed,")));
    rows.map(|line| line.rsplit(',').next().unwrap_or_default().parse().expect("a count")).collect()
}

fn metric(metrics: &str, name: &str) -> Vec<u64> {
    let lines = metrics.lines().filter(|line| line.starts_with(&format!("pbxsim_{name}{{")));
    lines.map(|line| line.rsplit(' ').nth(1).unwrap_or_default().parse().expect("a count")).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn every_rendering_gives_the_same_numbers(
        granted in 0..5_000_u64,
        refused in 1..3_000_u64,
        peak in 1..9_000_u64,
        room in 0..500_u64,
        waits in prop::collection::vec(1..20_000_u64, 60..400),
        hits in 0..2_805_u64,
    ) {
        let (attempts, pool) = (granted + refused, peak + room);
        let result = run_with((attempts, refused, peak, pool), &waits, hits);
        let (judgements, verdict) = (result.judge(), result.verdict(&result.judge()));
        let p50 = result.seeds[0].latencies[0].latency.quantile(500).expect("enough samples");
        let run = RunFile { results: vec![result] };

        let json: serde_json::Value = serde_json::from_str(&json::render(&run)).expect("JSON");
        let stock = &json["stocks"][0];
        prop_assert_eq!(stock["attempts"].as_u64(), Some(attempts));
        prop_assert_eq!(stock["denials"]["no-unit"].as_u64(), Some(refused));
        prop_assert_eq!(stock["high_water"].as_u64(), Some(peak));
        prop_assert_eq!(json["verdict"].as_str(), Some(verdict.name()));
        let read_ms = json["latency_ms"]["first-registration"]["p50"].as_f64().expect("enough samples");
        prop_assert_eq!((read_ms * 1e6).round() as u64, p50);

        let csv = csv::render(&run);
        prop_assert_eq!(series(&csv, "licence_units_in_use").into_iter().max(), Some(peak));
        prop_assert_eq!(series(&csv, "licence_refusals").into_iter().sum::<u64>(), refused);
        let metrics = openmetrics::render(&run);
        prop_assert_eq!(metric(&metrics, "licence_units_in_use").into_iter().max(), Some(peak));
        prop_assert_eq!(metric(&metrics, "licence_refusals_total").into_iter().max(), Some(refused));
        prop_assert_eq!(metric(&metrics, "licence_units_installed"), vec![pool]);

        let failed = judgements.iter().filter(|judgement| judgement.failed()).count();
        let junit = junit::render(&run);
        prop_assert!(junit.contains(&format!("failures=\"{failed}\"")), "{}", junit);
        prop_assert_eq!(verdict == Verdict::Fail, failed > 0);

        let (peak, pool, refused) = (units::count(peak), units::count(pool), units::count(refused));
        let (attempts, p50) = (units::count(attempts), units::duration(p50));
        let markdown = markdown::render(&run);
        prop_assert!(markdown.contains(&format!(" {pool} | {peak} | {attempts} | {refused} |")), "{}", markdown);
        let page = page::render(&run, page::Sheet::Inside);
        let summary = summary::render(&run);
        let terminal = text::render(&run, &text::Options::default());
        prop_assert!(summary.contains(&format!("peak {peak} of {pool}, {refused} refused")), "{}", summary);
        let on_one_line = terminal.split_whitespace().collect::<Vec<_>>().join(" ");
        prop_assert!(on_one_line.contains(&format!("peak {peak} of {pool}; {refused} of {attempts} attempts")), "{}", terminal);
        for shown in [&page, &markdown, &summary, &terminal] {
            prop_assert!(shown.contains(&p50), "{} in {}", p50, shown);
            let note = &judgements[1].notes[0];
            let first = note.split_whitespace().next().unwrap_or_default();
            prop_assert!(shown.contains(first), "{} in {}", note, shown);
        }
        prop_assert!(page.contains(&format!(">{peak}<")) && page.contains(&format!(">{refused}<")), "{}", page);
    }
}

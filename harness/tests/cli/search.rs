//! `search` on the timeline: what RFC 7502 finds, how it is told, and what cannot be found.

use std::fs;

use serde_json::Value;

use crate::desk::{Answer, Desk};

/// The library's file with fewer people: a server without a queue shows its limit in a few attempts.
const SHORT: [&str; 8] = [
    "--set",
    "timeline.registration search.attempts=400",
    "--set",
    "timeline.refresh search.attempts=400",
    "--set",
    "timeline.call search.attempts=400",
    "--set",
    "users.phone.count=400",
];

const CALLS: &str = "pbxsim: 1
title: Session rate
lasts: until done
seeds: 2
cluster: { master: { answers: 460/s, queue: 0, challenges: false } }
users:
  phone: { count: 400, expires: 2 h, retries: never }
calls:
  pairs: { from: phone, to: phone, offered: 1/s, holding: 2 s }
timeline:
  - { at: +5 min, search: calls, from: 100/s, attempts: 200, called: the search }
expect:
  - rate found of the search is between 220/s and 245/s
";

const QUEUE: &str = "pbxsim: 1
title: Highest rate with a short wait
lasts: until done
seeds: 1
cluster: { master: { answers: 100/s, challenges: false } }
users:
  phone: { count: 300, expires: 2 h }
timeline:
  - at: +0 s
    search: registrations
    from: 80/s
    attempts: 300
    called: the search
    holds: 99% of sign-ins take at most 200 ms
expect:
  - rate found of the search is between 100/s and 110/s
";

/// Trials of calls that outlast every registration.
const SHORT_LIVED: &str = "pbxsim: 1
title: Registrations shorter than the search
lasts: until done
seeds: 1
cluster: { master: { answers: 100/s, challenges: false } }
users:
  phone: { count: 200, expires: 2 min }
calls:
  pairs: { from: phone, to: phone, offered: 1/s, holding: 2 s }
timeline:
  - { at: +5 min, search: calls, from: 10/s, attempts: 300, called: the search }
expect:
  - rate found of the search is at least 40/s
";

fn library(desk: &Desk, args: &[&str]) -> Answer {
    desk.write("rate.yaml", include_str!("../../../scenarios/library/registration-rate.yaml"));
    Answer::of(desk.command("run rate.yaml").args(SHORT).args(args))
}

#[test]
fn the_search_of_rfc_7502_finds_what_the_rfc_finds_below_five_limits() {
    let answer = library(&Desk::empty(), &[]);
    assert_eq!(answer.code, Some(0), "{}{}", answer.output, answer.errors);
    for limit in ["limit-460", "limit-250", "limit-1000", "limit-3000", "limit-99"] {
        assert!(answer.output.contains(&format!("✔ {limit}")), "{limit}: {}", answer.output);
    }
}

#[test]
fn a_summary_reports_as_section_5_of_rfc_7502_asks() {
    let desk = Desk::empty();
    let text = include_str!("../../../scenarios/library/registration-rate.yaml");
    let (head, tail) = (text.split("variants:").next(), text.split("\nexpect:\n").nth(1));
    desk.write("rate.yaml", &format!("{}expect:\n{}", head.unwrap_or_default(), tail.unwrap_or_default()));
    let answer = Answer::of(desk.command("run rate.yaml").args(SHORT));
    assert!(answer.output.lines().all(|line| line.chars().count() <= 80), "{}", answer.output);
    insta::assert_snapshot!(answer.output.split("\n  Trust").next().unwrap_or_default());
    let shown: Value = serde_json::from_str(&desk.pbxsim("show LAST --as json").output).expect("JSON");
    let search = &shown["searches"][0];
    assert_eq!((&search["found"]["Rate"], &search["from"]), (&Value::from(458), &Value::from(100)));
    let trials = search["trials"].as_array().expect("every trial");
    let rfc: Vec<u64> = trials.iter().take(18).filter_map(|trial| trial["per_second"].as_u64()).collect();
    assert_eq!(rfc, [100, 110, 121, 133, 146, 160, 176, 193, 212, 233, 256, 281, 309, 339, 372, 409, 449, 493]);
    assert_eq!(trials[17]["trouble"], "503 overload");
}

#[test]
fn sessions_are_searched_for_like_registrations() {
    let desk = Desk::empty();
    desk.write("calls.yaml", CALLS);
    let answer = desk.pbxsim("run calls.yaml");
    assert_eq!(answer.code, Some(0), "{}{}", answer.output, answer.errors);
    assert!(answer.output.contains("Session establishment rate      23"), "{}", answer.output);
    assert!(answer.output.contains("Session duration                2 s"), "{}", answer.output);
}

#[test]
fn people_stay_registered_while_calls_are_tried() {
    let desk = Desk::empty();
    desk.write("calls.yaml", SHORT_LIVED);
    let answer = desk.pbxsim("run calls.yaml");
    assert_eq!(answer.code, Some(0), "{}{}", answer.output, answer.errors);
}

#[test]
fn a_trial_may_hold_a_sentence_instead_of_failing_at_the_first_failure() {
    let desk = Desk::empty();
    desk.write("queue.yaml", QUEUE);
    let answer = desk.pbxsim("run queue.yaml");
    assert_eq!(answer.code, Some(0), "{}{}", answer.output, answer.errors);
    assert!(answer.output.contains("99% of sign-ins take at most 200 ms"), "{}", answer.output);
    desk.write("queue.yaml", &QUEUE.replace("    holds: 99% of sign-ins take at most 200 ms\n", ""));
    let answer = desk.pbxsim("run queue.yaml");
    assert_eq!(answer.code, Some(1), "without it every rate passes that is answered in 32 s: {}", answer.output);
}

#[test]
fn a_search_that_no_rate_or_every_rate_passes_says_so_and_fails() {
    let desk = Desk::empty();
    let starved = QUEUE.replace("users:", "licences: { master: { PBX-Port12: 50 } }\nusers:");
    desk.write("starved.yaml", &starved.replace("    holds: 99% of sign-ins take at most 200 ms\n", ""));
    let answer = desk.pbxsim("run starved.yaml");
    assert_eq!(answer.code, Some(1), "{}", answer.output);
    assert!(answer.output.contains("not even one attempt a second passes: 503 no-unit"), "{}", answer.output);
    desk.write("free.yaml", &QUEUE.replace("answers: 100/s, ", ""));
    let answer = desk.pbxsim("run free.yaml");
    assert_eq!(answer.code, Some(1), "{}", answer.output);
    assert!(answer.output.contains("every rate passes: nothing here has a limit"), "{}", answer.output);
}

#[test]
fn searches_are_the_same_on_one_thread_and_on_two() {
    let desk = Desk::empty();
    desk.write("calls.yaml", CALLS);
    let digests = ["1", "2"].map(|jobs| {
        desk.pbxsim(&format!("run calls.yaml --jobs {jobs} --out {jobs}.pbxrun"));
        let bytes = fs::read(desk.path().join(format!("{jobs}.pbxrun"))).expect("a run file");
        let run = reports::run_file::RunFile::from_bytes(&bytes).expect("a whole one");
        run.results[0].seeds.iter().map(|run| (run.digest, run.searches.clone())).collect::<Vec<_>>()
    });
    assert!(digests[0] == digests[1] && digests[0].len() == 2 && digests[0][0].1.len() == 1);
}

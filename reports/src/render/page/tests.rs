use super::*;
use crate::course::{Course, NodeCourse, StockCourse};
use crate::latency::Latency;
use crate::measurements::{Measurements, Moment, NamedLatency, NodeLoad, Stock};
use crate::result::RunResult;
use crate::sample;

fn page(results: Vec<RunResult>) -> String {
    let page = render(&RunFile { results }, Sheet::Inside);
    assert!(page.len() <= LARGEST, "{} bytes", page.len());
    page
}

/// Names of the sections that a page has, in their order.
fn sections_of(page: &str) -> Vec<&str> {
    page.split("<section id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn the_page_says_what_was_tested_and_whether_it_held() {
    let page = page(vec![sample::failing()]);
    for part in [
        "<title>FAIL: Nine o'clock sign-in, and the master dies</title>",
        "3 of 4 sentences hold",
        "5,804 endpoints at 2 PBXs (master, standby), 30 min from 08:56:00 on; seeds 42 … 61, in virtual time.",
        "94.1% of 2,804; 165 came later, the last after 31.5 s; in none of 20 seeds",
        "requests waited up to 20.8 s at standby",
        "pbxsim run rush.yaml --set cluster.standby.answers=110/s --seed 42",
        "Recovery: everybody came back",
        "no-unit: no unit free",
        "Nodes: requests waited longest at standby, up to 20.8 s",
        "REGISTERs sent again for want of an answer (Timer E) in each 7.5 s: 17 in all",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
}

#[test]
fn a_run_with_everything_has_every_section() {
    let all = [
        "verdict",
        "what-happened",
        "recovery",
        "latency",
        "licences",
        "nodes",
        "sip",
        "can-this-be-believed",
        "scenario",
    ];
    assert_eq!(sections_of(&page(vec![sample::passing()])), all);
}

#[test]
fn a_run_of_nothing_says_so() {
    let nothing = RunResult::default();
    assert_eq!(sections_of(&page(vec![nothing])), ["verdict", "can-this-be-believed", "scenario"]);
    let page = page(vec![RunResult { seeds: vec![Measurements::default()], ..RunResult::default() }]);
    assert_eq!(sections_of(&page), ["verdict", "can-this-be-believed", "scenario"]);
    assert!(page.contains("nothing was expected"));
}

#[test]
fn the_style_sheet_may_be_apart() {
    let run = RunFile { results: vec![sample::passing()] };
    let page = render(&run, Sheet::Beside("report.css"));
    assert!(page.contains("<link rel=\"stylesheet\" href=\"report.css\">"));
    for forbidden in ["<style", "style=", "<script", "javascript:", " onload", " onclick", "http://", "https://"] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
}

/// As large as a run can be: 200 nodes and stocks with names of 200 characters, full series, a thousand seeds.
fn monster() -> RunResult {
    let mut result = sample::passing();
    let name = |i: u64| format!("{i:-<200}");
    let full = || (0..240_u64).map(|i| i * 7_919 % 10_007 * 1_000_003).collect::<Vec<u64>>();
    let mut times = Latency::new();
    (1..20_000).for_each(|i| times.record(i * i * 1_000));
    let run = &mut result.seeds[0];
    run.nodes = (0..200)
        .map(|i| NodeLoad { node: name(i), requests: i, shed: i, longest_wait_ns: i * 77, longest_wait_at_ns: i })
        .collect();
    run.stocks = (0..200).map(|i| Stock { feature: name(i), node: name(i), ..run.stocks[0].clone() }).collect();
    run.timeline = (0..64).map(|i| Moment { at_ns: i << 34, what: name(i), detail: name(i) }).collect();
    run.latencies =
        (0..64).map(|i| NamedLatency { name: name(i), label: name(i), latency: times.clone(), never: i }).collect();
    let series = full();
    run.course = Course {
        nodes: (0..200)
            .map(|i| NodeCourse {
                node: name(i),
                registered: series.clone(),
                requests: series.clone(),
                shed: series.clone(),
                longest_wait_ns: series.clone(),
                answers_per_s: Some(1e9),
            })
            .collect(),
        stocks: (0..200)
            .map(|i| StockCourse {
                feature: name(i),
                in_use: series.clone(),
                refused: series.clone(),
                booked: series.clone(),
                stranded: series.clone(),
                in_grace: series.clone(),
                ..run.course.stocks[0].clone()
            })
            .collect(),
        due_map: (0..60)
            .flat_map(|x| (0..48_u8).map(move |y| crate::course::Cell(x, y, u64::from(x * u16::from(y) % 7) + 1)))
            .collect(),
        ..run.course.clone()
    };
    result.header.source = "key: value # comment\n".repeat(500_000);
    let seeds: Vec<Measurements> = (0..1_000).map(|i| Measurements { seed: i, ..result.seeds[1].clone() }).collect();
    result.seeds.extend(seeds);
    result
}

#[test]
fn no_run_makes_a_page_that_is_too_large() {
    let one = page(vec![monster()]);
    assert!(one.contains("more bytes are left out here"), "the scenario is ten megabytes");
    let several = page((0..12).map(|_| sample::failing()).chain([monster()]).collect());
    assert!(several.contains("There is no room on this page for more."));
}

#[test]
fn searches_are_shown_trial_by_trial_with_the_report_of_the_rfc() {
    use crate::search::{Found, Proof, Search, Setup, Trial};
    let trial = |per_second: u64, passed: bool| Trial {
        at_ns: 0,
        per_second,
        attempts: 500,
        passed,
        trouble: if passed { String::new() } else { "503 overload".into() },
    };
    let mut result = sample::passing();
    result.seeds[0].searches = vec![Search {
        name: "the <search>".into(),
        sought: "registrations".into(),
        from: 100,
        attempts: 500,
        holds: None,
        found: Found::Rate(458),
        proof: Some(Proof { found: Found::Rate(457), passes: 14, failed: Some((462, 1)), trials: 2 }),
        trials: vec![trial(449, true), trial(493, false), trial(458, true), trial(462, false), trial(457, true)],
        setup: Setup { transport: "UDP".into(), requests: 1, threshold_s: 32, ..Setup::default() },
    }];
    let page = page(vec![result]);
    assert!(sections_of(&page).contains(&"searches"), "{page}");
    for part in [
        "the &lt;search&gt;: 458/s by RFC 7502 (3 trials of 500, from 100/s); 457/s proven (14 of 14; 462/s failed 1 of 1).",
        "Establishment threshold time",
        "2,500 in 5 trials",
        "4,462,500,no,503 overload",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
}

#[test]
fn sites_stand_side_by_side_with_their_refusals() {
    let page = page(vec![sample::passing()]);
    for part in [
        "PBX-SoftwarePhones, PBX by PBX",
        "units in use, at most 400",
        "PBX-SoftwarePhones at each PBX: whoever asked there, whosever stock it was",
        "1 no-unit: no unit free",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
}

#[test]
fn calls_have_charts_and_queues_a_table() {
    use crate::calls::QueueCalls;
    use crate::course::{CallCourse, Track};
    let mut result = sample::passing();
    let run = &mut result.seeds[0];
    run.queues = vec![QueueCalls {
        queue: "helpdesk".into(),
        agents: 15,
        offered_erlangs: 10.0,
        work_s: 180.0,
        is_erlang: true,
        entered: 400,
        answered: 390,
        abandoned: 10,
        entered_observed: 400,
        delayed_observed: 41,
        longest_line: 4,
        ..QueueCalls::default()
    }];
    run.course.calls = CallCourse { due: vec![5; 240], answered: vec![4; 240], failed: vec![1; 240] };
    run.course.channels = vec![Track { name: "pstn".into(), levels: vec![28; 240] }];
    run.course.lines = vec![Track { name: "helpdesk".into(), levels: vec![4; 240] }];
    let page = page(vec![result]);
    for part in
        ["Calls in each 7.5 s", "due: 1,200 in all", "pstn: at most 28, unlimited", "helpdesk: at most 4", "10.2%"]
    {
        assert!(page.contains(part), "{part}\n{page}");
    }
}

#[test]
fn ladders_stand_on_the_page_if_somebody_followed() {
    use crate::ladder::{Lane, Message, Step, What};
    let lane = |name: &str| Lane { name: name.into(), ..Lane::default() };
    let message = |at_ns| Step {
        at_ns,
        what: What::Message(Message {
            from: 0,
            to: 1,
            text: "REGISTER".into(),
            left_ns: at_ns,
            fate: crate::ladder::Fate::Heard(at_ns + 1),
            connected: false,
            octets: Vec::new(),
        }),
    };
    let ladder = Ladder {
        endpoint: "desk-17".into(),
        why: "the worst: in vain for 24 min".into(),
        lanes: vec![lane("desk-17"), lane("<master>")],
        steps: (0..100).map(message).collect(),
        ..Ladder::default()
    };
    let run = RunFile { results: vec![sample::passing()] };
    let page = with_ladders(&run, &[vec![ladder]], Sheet::Inside);
    assert!(page.contains("<section id=\"ladders\">") && page.contains("desk-17, the worst: in vain for 24 min"));
    assert!(page.contains("40 steps after these are left out.") && !page.contains("<master>"), "{page}");
    assert!(!render(&run, Sheet::Inside).contains("id=\"ladders\""));
}

#[test]
fn several_results_are_told_equally_and_led_to() {
    let page = page(vec![sample::passing(), sample::failing()]);
    assert!(page.contains("<h1>2 results: 1 passes, 1 fails</h1>"), "{page}");
    assert!(page.contains("<a href=\"#result-2\">") && page.contains("<article id=\"result-2\">"));
}

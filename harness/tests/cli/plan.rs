//! `plan`: the smallest that holds, against the formulas it must agree with.

use reports::formulas::{engset_beta, engset_units, erlang_b_units, erlang_c_units};

use crate::compare::SHORT;
use crate::desk::{Answer, Desk};

fn plan(desk: &Desk, words: &[&str]) -> Answer {
    Answer::of(desk.command("plan").args(words))
}

/// The answer as one line.
fn unwrapped(answer: &Answer) -> String {
    answer.output.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The three numbers of the row `On average N (95%: A–B)`.
fn on_average(answer: &Answer) -> [u64; 3] {
    let row = answer.output.lines().find(|line| line.contains("On average")).expect("a row");
    let numbers: Vec<u64> = row.split(|c: char| !c.is_ascii_digit()).filter_map(|word| word.parse().ok()).collect();
    [numbers[2], numbers[0], numbers[3]]
}

#[track_caller]
fn agrees(answer: &Answer, units: u64) {
    assert_eq!(answer.code, Some(0), "{}{}", answer.output, answer.errors);
    let [low, at, high] = on_average(answer);
    assert!(low <= units && units <= high && at.abs_diff(units) <= 1, "{units}: {}", answer.output);
    assert!(answer.output.contains(&format!("At rest       {units}, ")), "{units}: {}", answer.output);
}

#[test]
fn hot_desks_need_what_engset_says() {
    let desk = Desk::empty();
    desk.pbxsim("new hot-desk.yaml --template hot-desk");
    let shorter = ["hot-desk.yaml", "--set", "lasts=12 d", "--set", "warm-up=1 d", "--seeds", "4"];
    let answer = plan(&desk, &[&shorter[..], &["--for", "call congestion of PBX-Port is at most 5%"]].concat());
    let beta = engset_beta(100, 100.0 / 3.0).expect("a load");
    agrees(&answer, engset_units(100, beta, 0.05).expect("a target"));
}

#[test]
fn operators_need_what_erlang_says_refused_or_in_line() {
    let desk = Desk::empty();
    desk.pbxsim("new shift.yaml --template operator-shift");
    let shorter = ["shift.yaml", "--set", "lasts=16 d", "--set", "warm-up=1 d", "--seeds", "3"];
    let refused = ["--variant", "rejected", "--for", "call congestion of PBX-Operator is at most 5%"];
    agrees(&plan(&desk, &[&shorter[..], &refused].concat()), erlang_b_units(8.0, 0.05).expect("a target"));
    let queued = ["--variant", "queued", "--for", "probability of delay of PBX-Operator is at most 20%"];
    agrees(&plan(&desk, &[&shorter[..], &queued].concat()), erlang_c_units(8.0, 0.2).expect("a target"));
}

#[test]
fn channels_of_a_trunk_need_what_erlang_b_says() {
    let desk = Desk::empty();
    desk.write(
        "trunk.yaml",
        "pbxsim: 1\nlasts: 18 h\nwarm-up: 2 h\nseeds: 6\nusers: { desk: { count: 60, expires: 4 h } }\n\
         trunks: { carrier: { channels: 30 } }\n\
         calls: { out: { from: desk, to: carrier, offered: 3 E }, in: { from: carrier, to: desk, offered: 2 E } }\n\
         expect: [no calls are dropped]\n",
    );
    let question = "call congestion of carrier is at most 5%";
    let answer = plan(&desk, &["trunk.yaml", "--vary", "trunks.carrier.channels=4..16", "--for", question]);
    assert_eq!(answer.code, Some(0), "{}{}", answer.output, answer.errors);
    let [low, at, high] = on_average(&answer);
    let units = erlang_b_units(5.0, 0.05).expect("a target");
    assert!(low <= units && units <= high && at.abs_diff(units) <= 1, "{units}: {}", answer.output);
}

#[test]
fn an_answer_has_its_price_by_tier() {
    let desk = Desk::empty();
    desk.write("short.yaml", SHORT);
    desk.write("prices.csv", "licence,price\nPBX-SoftwarePhones12,40.00\n");
    let words = ["short.yaml", "--seeds", "4", "--for", "fewer than 5% of roamer sign-ins are refused a licence"];
    let with = ["--vary", "licences.master.PBX-SoftwarePhones12", "--prices", "prices.csv"];
    let answer = plan(&desk, &[&words[..], &with].concat());
    let unwrapped = unwrapped(&answer);
    let units: u64 =
        unwrapped.split(" cost ").next().and_then(|head| head.rsplit(' ').next()?.parse().ok()).expect("a number");
    let priced = format!("Price {units} cost {}.00: {units} PBX-SoftwarePhones12", reports::units::count(units * 40));
    assert!(unwrapped.contains(&priced), "{}", answer.output);
    assert!(answer.output.lines().all(|line| line.chars().count() <= 80), "{}", answer.output);
    let missing = plan(&desk, &[&words[..], &["--prices", "none.csv", "--vary", with[1]]].concat());
    assert_eq!(missing.code, Some(2), "{}", missing.errors);
}

#[test]
fn the_answer_of_a_rush_holds_where_one_less_does_not() {
    let desk = Desk::empty();
    desk.write("short.yaml", SHORT);
    let question = "fewer than 5% of roamer sign-ins are refused a licence";
    let words = ["short.yaml", "--vary", "licences.master.PBX-SoftwarePhones12", "--for", question];
    let answer = plan(&desk, &words);
    assert_eq!(answer.code, Some(0), "{}{}", answer.output, answer.errors);
    assert!(answer.output.lines().all(|line| line.chars().count() <= 80), "{}", answer.output);
    insta::assert_snapshot!(answer.output);
    assert_eq!(plan(&desk, &[&words[..], &["--jobs", "1"]].concat()).output, answer.output);
}

#[test]
fn several_pools_are_planned_each_for_itself_and_then_together() {
    let desk = Desk::empty();
    desk.write("short.yaml", SHORT);
    let question = "fewer than 5% of roamer sign-ins are refused a licence";
    let pools = ["licences.master.PBX-SoftwarePhones12", "licences.master.PBX-Port12"];
    let words = ["short.yaml", "--vary", pools[0], "--vary", pools[1], "--for", question, "--seeds", "8"];
    let answer = plan(&desk, &words);
    assert_eq!(answer.output.matches("is the smallest for which").count(), 2, "{}{}", answer.output, answer.errors);
    let together = unwrapped(&answer);
    let holds = !together.contains("too few; sweep them together");
    assert_eq!(answer.code, Some(i32::from(!holds)), "{}", answer.output);
    assert!(together.contains("All together with all answers at once"), "{}", answer.output);
    // What is shown of a seed has the other pool out of the way, as it was planned.
    assert!(together.contains("--set licences.master.PBX-Port12=unlimited"), "{}", answer.output);
}

#[test]
fn the_answer_is_a_page_to_forward() {
    let desk = Desk::empty();
    desk.write("short.yaml", SHORT);
    let question = "fewer than 5% of roamer sign-ins are refused a licence";
    let path = "licences.master.PBX-SoftwarePhones12";
    let answer = plan(&desk, &["short.yaml", "--vary", path, "--for", question, "--seeds", "8", "--as", "html"]);
    assert_eq!(answer.code, Some(0), "{}", answer.errors);
    for part in ["<svg", "is the smallest for which fewer than 5%", "R: at rest, Engset", "A tenth less"] {
        assert!(answer.output.contains(part), "{part}: {}", answer.output);
    }
}

#[test]
fn a_range_of_anything_can_be_planned() {
    let desk = Desk::new();
    let answer = plan(
        &desk,
        &[
            "small.yaml",
            "--vary",
            "cluster.master.answers=2/s..40/s step 2/s",
            "--for",
            "99% of sign-ins take at most 1 s",
        ],
    );
    assert_eq!(answer.code, Some(0), "{}{}", answer.output, answer.errors);
    assert!(
        unwrapped(&answer).contains("16/s (95%: 16/s–16/s) is the smallest for which 99% of sign-ins take at most 1 s"),
        "{}",
        answer.output
    );
}

#[test]
fn what_no_value_meets_and_what_all_meet_is_said() {
    let desk = Desk::new();
    let vary = ["small.yaml", "--vary", "cluster.master.answers=2/s..6/s step 2/s", "--for"];
    let none = plan(&desk, &[&vary[..], &["99% of sign-ins take at most 1 ms"]].concat());
    assert_eq!(none.code, Some(1));
    assert!(unwrapped(&none).contains("No answer: at the end of the range,"), "{}", none.output);
    let all = plan(&desk, &[&vary[..], &["no users are dropped"]].concat());
    assert_eq!(all.code, Some(0));
    assert!(unwrapped(&all).contains("It holds already with the least there is."), "{}", all.output);
}

#[test]
fn mistakes_are_named() {
    let desk = Desk::new();
    desk.write("short.yaml", SHORT);
    let question = "fewer than 5% of sign-ins are refused a licence";
    for (words, said) in [
        (vec![], "which scenario?"),
        (vec!["short.yaml"], "what for?"),
        (vec!["short.yaml", "--for", question], "pbxsim plan short.yaml --vary licences.master.PBX-Port12 --for"),
        (vec!["short.yaml", "--for", "fewer than 5% of sign-inns are refused"], "sign-inns"),
        (vec!["short.yaml", "--for", question, "--vary", "licences.master.PBX-Prt12"], "did you mean"),
        (vec!["short.yaml", "--for", question, "--vary", "users.desk.count"], "in what range?"),
        (vec!["small.yaml", "--for", "no users are dropped"], "this file has no licences"),
    ] {
        let answer = plan(&desk, &words);
        assert_eq!((answer.code, answer.output.as_str()), (Some(2), ""), "{words:?}");
        assert!(answer.errors.contains(said), "{words:?}: {}", answer.errors);
    }
    let silent = plan(
        &desk,
        &["small.yaml", "--vary", "users.desk.count=1..3", "--for", "longest reclaim lag of PBX-Port is at most 1 s"],
    );
    assert_eq!(silent.code, Some(2), "without licences there is no such metric: {}", silent.errors);
}

#[test]
fn a_metric_that_is_never_sampled_has_no_answer() {
    let desk = Desk::empty();
    desk.write("short.yaml", SHORT);
    let words = ["short.yaml", "--seeds", "2", "--vary", "users.desk.count=5..7"];
    let sentence = "longest reclaim lag of PBX-Port is at most 1 s";
    let silent = plan(&desk, &[&words[..], &["--for", sentence]].concat());
    assert_eq!(silent.code, Some(1), "{}", silent.errors);
    let said = format!("No answer: for \"{sentence}\" there is nothing to measure in any of 2 seeds.");
    assert!(unwrapped(&silent).contains(&said), "{}", silent.output);
    let swept = desk.command("sweep").args(&words[..]).args(["--set", &format!("expect=['{sentence}']")]).output();
    let swept = String::from_utf8(swept.expect("it runs").stdout).expect("UTF-8");
    assert!(swept.contains("at no point does it hold that\n  ✘ longest reclaim lag"), "{swept}");
    assert!(swept.contains("(nothing was measured)"), "{swept}");
}

//! Every template, outcome, measure, statistic and `when`, with what they mean.

use std::collections::BTreeSet;

use reports::expectation::{
    AttemptKind, Attempts, Bound, Claim, Expectation, Group, Limit, Measured, Metric, Operand, Outcome, Quantity, Runs,
    Stat, Subject, When,
};

use simulator::licence::reason::Reason;

use super::{MIN, Names, S, parse, rush};
use crate::sentence::{metrics, outcomes, reasons, statistics, templates, understood, whens};

fn claim(text: &str) -> Claim {
    claim_in(text, &rush())
}

fn claim_in(text: &str, names: &Names) -> Claim {
    match parse(text, names) {
        Ok(expectation) => expectation.claim,
        Err(error) => panic!("{text}\n{error}"),
    }
}

fn group(
    population: Option<&str>,
    device: Option<&str>,
    users: bool,
    at: Option<&str>,
    lost_in: Option<u16>,
) -> Subject {
    let owned = |word: Option<&str>| word.map(str::to_owned);
    Subject::Group(Group { population: owned(population), device: owned(device), users, at: owned(at), lost_in })
}

fn attempts(kind: AttemptKind, population: Option<&str>, device: Option<&str>, at: Option<&str>) -> Attempts {
    let owned = |word: Option<&str>| word.map(str::to_owned);
    Attempts { kind, population: owned(population), device: owned(device), at: owned(at) }
}

fn sign_ins() -> Subject {
    Subject::Attempts(attempts(AttemptKind::SignIns, None, None, None))
}

fn share(quantity: Quantity, subject: Subject, outcome: Outcome, within_ns: Option<u64>, when: When) -> Claim {
    Claim::Share { quantity, subject, outcome, within_ns, when }
}

fn measured(stat: Option<Stat>, metric: Metric, of: Option<&str>) -> Measured {
    Measured { stat, metric, of: of.map(str::to_owned), occasion: None, at: None }
}

fn bound(measured: Measured, bound: Bound, value: f64, when: When) -> Claim {
    Claim::Measure { measured, limit: Limit::Bound(bound, Operand::Value(value)), when }
}

#[test]
fn a_share_of_a_group_has_all_its_parts() {
    let text = "99% of desk desk-phone endpoints at slave-1 lost in the crash are back within 30 s in at least 19 of 20 runs or stop";
    let expected = Expectation {
        text: text.to_owned(),
        claim: share(
            Quantity::Percent(Bound::AtLeast, 990_000_000),
            group(Some("desk"), Some("desk-phone"), false, Some("slave-1"), Some(1)),
            Outcome::Back,
            Some(30 * S),
            When::Whole,
        ),
        runs: Some(Runs { passing: 19, of: 20 }),
        or_stop: true,
    };
    let spread = text.replace(' ', "  \n ");
    assert_eq!(parse(&spread, &rush()), Ok(expected));
}

#[test]
fn every_quantity_is_read_exactly() {
    let cases = [
        ("no", Quantity::No),
        ("all", Quantity::All),
        ("99% of", Quantity::Percent(Bound::AtLeast, 990_000_000)),
        ("99 % of", Quantity::Percent(Bound::AtLeast, 990_000_000)),
        ("exactly 0.0000001% of", Quantity::Percent(Bound::Exactly, 1)),
        ("at least 33.3333333% of", Quantity::Percent(Bound::AtLeast, 333_333_333)),
        ("at most 0% of", Quantity::Percent(Bound::AtMost, 0)),
        ("fewer than 1.50% of", Quantity::Percent(Bound::FewerThan, 15_000_000)),
        ("more than 0% of", Quantity::Percent(Bound::MoreThan, 0)),
        ("exactly 500", Quantity::Count(Bound::Exactly, 500)),
        ("at least 1", Quantity::Count(Bound::AtLeast, 1)),
        ("at most 15.0", Quantity::Count(Bound::AtMost, 15)),
        ("fewer than 2", Quantity::Count(Bound::FewerThan, 2)),
        ("more than 0", Quantity::Count(Bound::MoreThan, 0)),
        ("between 5% and 10% of", Quantity::BetweenPercent(50_000_000, 100_000_000)),
        ("between 5 and 10", Quantity::BetweenCount(5, 10)),
    ];
    for (words, quantity) in cases {
        let expected = share(quantity, sign_ins(), Outcome::Accepted, None, When::Whole);
        assert_eq!(claim(&format!("{words} sign-ins are accepted")), expected, "{words}");
    }
}

#[test]
fn every_subject_is_read() {
    let cases = [
        ("users", group(None, None, true, None, None)),
        ("endpoints", group(None, None, false, None, None)),
        ("softphone users", group(None, Some("softphone"), true, None, None)),
        ("roamer softphone endpoints", group(Some("roamer"), Some("softphone"), false, None, None)),
        ("carrier endpoints at master", group(Some("carrier"), None, false, Some("master"), None)),
        ("desk users", group(Some("desk"), None, true, None, None)),
    ];
    for (words, subject) in cases {
        let expected = share(Quantity::No, subject, Outcome::Dropped, None, When::Whole);
        assert_eq!(claim(&format!("no {words} are dropped")), expected, "{words}");
    }
    let checkouts = |feature: &str| AttemptKind::Checkouts(feature.to_owned());
    let cases = [
        ("sign-ins", attempts(AttemptKind::SignIns, None, None, None)),
        ("desk refreshes at slave-2", attempts(AttemptKind::Refreshes, Some("desk"), None, Some("slave-2"))),
        ("softphone sign-ins", attempts(AttemptKind::SignIns, None, Some("softphone"), None)),
        ("PBX-Port checkouts", attempts(checkouts("PBX-Port"), None, None, None)),
        ("PBX-Port checkouts at slave-1", attempts(checkouts("PBX-Port"), None, None, Some("slave-1"))),
        ("takeovers", attempts(AttemptKind::Takeovers, None, None, None)),
    ];
    for (words, attempts) in cases {
        let expected = share(Quantity::No, Subject::Attempts(attempts), Outcome::Refused, None, When::Whole);
        assert_eq!(claim(&format!("no {words} are refused")), expected, "{words}");
    }
}

#[test]
fn every_outcome_is_read() {
    let lost = group(None, None, false, None, Some(1));
    let users = group(None, None, true, None, None);
    let cases = [
        ("users are registered", users.clone(), Outcome::Registered),
        ("users are dropped", users, Outcome::Dropped),
        ("endpoints lost in the crash are back", lost.clone(), Outcome::Back),
        ("endpoints lost in the crash are registered", lost, Outcome::Registered),
        ("sign-ins are accepted", sign_ins(), Outcome::Accepted),
        ("sign-ins are redirected", sign_ins(), Outcome::Redirected),
        ("sign-ins are timed out", sign_ins(), Outcome::TimedOut),
        ("sign-ins are refused for no-unit", sign_ins(), Outcome::RefusedFor("no-unit".to_owned())),
        ("sign-ins are refused a licence", sign_ins(), Outcome::RefusedALicence),
        ("sign-ins are refused", sign_ins(), Outcome::Refused),
    ];
    for (words, subject, outcome) in cases {
        let expected = share(Quantity::All, subject, outcome, None, When::Whole);
        assert_eq!(claim(&format!("all {words}")), expected, "{words}");
    }
    for reason in reasons().into_iter().filter(|reason| reason.of == "refused for") {
        let expected = Outcome::RefusedFor(reason.word.to_owned());
        let text = format!("no sign-ins are refused for {}", reason.word);
        assert_eq!(claim(&text), share(Quantity::No, sign_ins(), expected, None, When::Whole));
    }
}

#[test]
fn every_when_is_resolved() {
    let between = |from_ns, to_ns| When::Between { from_ns, to_ns };
    let windows = [
        ("", When::Whole),
        (" during the cut", between(14 * MIN, 19 * MIN)),
        (" before the crash", between(0, 10 * MIN)),
        (" after the crash", between(10 * MIN, 30 * MIN)),
        (" after the cut", between(14 * MIN, 30 * MIN)),
        (" from +1 min to 08:59", between(MIN, 3 * MIN)),
        (" from the crash to the crash + 90 s", between(10 * MIN, 690 * S)),
        (" from the crash -30s to the cut end +0.5 min", between(570 * S, 1170 * S)),
        (" from + 5 min to 09:06:30", between(5 * MIN, 630 * S)),
        (" before the cut end of the world", between(0, 29 * MIN)),
    ];
    for (words, when) in windows {
        let expected = share(Quantity::No, sign_ins(), Outcome::Refused, None, when);
        assert_eq!(claim(&format!("no sign-ins are refused{words}")), expected, "{words}");
    }
    let instants = [
        (" at the end", 30 * MIN),
        (" at +29 min", 29 * MIN),
        (" at 08:56", 0),
        (" at 09:26", 30 * MIN),
        (" at the crash", 10 * MIN),
        (" at the cut end", 19 * MIN),
        (" at the cut end - 1 ms", 19 * MIN - 1_000_000),
        (" at the cut end of the world + 1 us", 29 * MIN + 1_000),
    ];
    for (words, at) in instants {
        let expected =
            share(Quantity::All, group(None, None, true, None, None), Outcome::Registered, None, When::At(at));
        assert_eq!(claim(&format!("all users are registered{words}")), expected, "{words}");
    }
}

#[test]
fn clocks_and_dates_count_from_the_start() {
    let mut names = Names { date: Some((2016, 2, 28)), lasts_ns: 3 * 24 * 60 * MIN, ..rush() };
    let at = |text: &str, names: &Names| match claim_in(&format!("no users are registered at {text}"), names) {
        Claim::Share { when: When::At(ns), .. } => ns / MIN,
        other => panic!("{other:?}"),
    };
    assert_eq!(at("08:50", &names), 23 * 60 + 54, "the next morning");
    assert_eq!(at("2016-02-29 08:56", &names), 24 * 60);
    assert_eq!(at("2016-03-01 08:56", &names), 2 * 24 * 60, "2016 is a leap year");
    names.date = Some((2023, 12, 31));
    assert_eq!(at("2024-01-01 00:00", &names), 15 * 60 + 4);
}

#[test]
fn times_queues_and_stocks_are_read() {
    let refreshes = attempts(AttemptKind::Refreshes, Some("desk"), None, None);
    let time = Claim::Time { percent_ppb: 999_000_000, attempts: refreshes, limit_ns: S / 10, when: When::Whole };
    assert_eq!(claim("99.9% of desk refreshes take at most 100 ms"), time);
    let after = When::Between { from_ns: 10 * MIN, to_ns: 30 * MIN };
    let queue = |node: Option<&str>, when| Claim::Queue { node: node.map(str::to_owned), limit_ns: 2 * S, when };
    assert_eq!(claim("no node queues longer than 2 s"), queue(None, When::Whole));
    assert_eq!(claim("standby never queues longer than 2 s after the crash"), queue(Some("standby"), after));
    let stock = |when| Claim::Stock { feature: "PBX-Port".to_owned(), when };
    assert_eq!(claim("PBX-Port licences are never over-issued"), stock(When::Whole));
    assert_eq!(claim("PBX-Port licences are never over-issued after the crash"), stock(after));
}

#[test]
fn limits_are_read_in_the_unit_of_their_measure() {
    let in_use = || measured(Some(Stat::Peak), Metric::UnitsInUse, Some("PBX-Port"));
    let cases = [
        ("exactly 35", Bound::Exactly),
        ("at least 35", Bound::AtLeast),
        ("at most 35", Bound::AtMost),
        ("above 35", Bound::MoreThan),
        ("below 35", Bound::FewerThan),
    ];
    for (words, word) in cases {
        let text = format!("peak units in use of PBX-Port are {words}");
        assert_eq!(claim(&text), bound(in_use(), word, 35.0, When::Whole));
    }
    let rate = measured(Some(Stat::Peak), Metric::RequestRate, Some("master"));
    assert_eq!(
        claim("peak request rate of master is at most 60000/min"),
        bound(rate, Bound::AtMost, 1000.0, When::Whole)
    );
    let ira = measured(None, Metric::Ira, None);
    assert_eq!(claim("IRA is above 0%"), bound(ira, Bound::MoreThan, 0.0, When::Whole));
    let delay = measured(Some(Stat::Percentile(999)), Metric::RegistrationDelay, Some("desk"));
    assert_eq!(
        claim("p99.9 registration delay of desk is below 1.5 s"),
        bound(delay, Bound::FewerThan, 1.5e9, When::Whole)
    );
    let between = Limit::Between(Operand::Value(0.0024), Operand::Value(0.0038));
    let congestion = || measured(None, Metric::CallCongestion, Some("PBX-Port"));
    assert_eq!(
        claim("call congestion of PBX-Port is between 0.24% and 0.38%"),
        Claim::Measure { measured: congestion(), limit: between, when: When::Whole }
    );
    let mean = measured(Some(Stat::Mean), Metric::UnitsInUse, Some("PBX-Port"));
    assert_eq!(
        claim("mean units in use of PBX-Port agrees with 30.837"),
        Claim::Measure { measured: mean, limit: Limit::AgreesWith(30.837), when: When::Whole }
    );
    let at_north =
        Measured { at: Some("slave-1".to_owned()), ..measured(None, Metric::TimeAtCapacity, Some("PBX-Port")) };
    let before = When::Between { from_ns: 0, to_ns: 10 * MIN };
    assert_eq!(
        claim("call congestion of PBX-Port is below time at capacity of PBX-Port at slave-1 before the crash"),
        Claim::Measure {
            measured: congestion(),
            limit: Limit::Bound(Bound::FewerThan, Operand::Measured(at_north)),
            when: before
        }
    );
}

#[test]
fn a_gauge_needs_no_statistic_at_an_instant() {
    let escrow = measured(None, Metric::Escrow, Some("PBX-Port"));
    assert_eq!(
        claim("escrow of PBX-Port is exactly 0 at 09:20"),
        bound(escrow.clone(), Bound::Exactly, 0.0, When::At(24 * MIN))
    );
    assert_eq!(
        claim("escrow of PBX-Port is exactly 0 at the end"),
        bound(escrow, Bound::Exactly, 0.0, When::At(30 * MIN))
    );
}

#[test]
fn measures_of_events_carry_the_event() {
    let of_crash = |metric| Measured { occasion: Some(1), ..measured(None, metric, None) };
    assert_eq!(
        claim("takeover time of the crash is at most 7 s"),
        bound(of_crash(Metric::TakeoverTime), Bound::AtMost, 7e9, When::Whole)
    );
    assert_eq!(
        claim("time to 99.9% registered of the crash is at most 7 s"),
        bound(of_crash(Metric::TimeToRegistered(999_000_000)), Bound::AtMost, 7e9, When::Whole)
    );
}

#[test]
fn the_warm_up_is_left_out_of_percentages_times_ratios_and_means() {
    let names = Names { warm_up_ns: 5 * MIN, ..rush() };
    let from = |text: &str| match claim_in(text, &names) {
        Claim::Share { when: When::Between { from_ns, .. }, .. }
        | Claim::Time { when: When::Between { from_ns, .. }, .. }
        | Claim::Measure { when: When::Between { from_ns, .. }, .. } => from_ns / MIN,
        other => panic!("{other:?}"),
    };
    assert_eq!(from("99% of sign-ins are accepted before the crash"), 5);
    assert_eq!(from("99% of sign-ins take at most 1 s before the crash"), 5);
    assert_eq!(from("mean units in use of PBX-Port is at most 5 before the crash"), 5);
    assert_eq!(from("IRA is at most 5% before the crash"), 5);
    assert_eq!(from("no sign-ins are refused before the crash"), 0);
    assert_eq!(from("peak units in use of PBX-Port is at most 5 before the crash"), 0);
    assert_eq!(from("retransmissions are at most 5 before the crash"), 0);
}

#[test]
fn names_win_over_words_and_longer_names_over_shorter_ones() {
    let mut names = rush();
    for name in ["node", "all", "s", "the end", "users"] {
        names.populations.push(super::population(name, false, &["desk-phone"], 1));
    }
    names.occasions.push(super::occasion("the end", 20, None, "crash", "master", 50));
    names.populations.retain(|population| population.name != "the end");
    let named = |name: &str| group(Some(name), None, false, None, None);
    let dropped = |subject| share(Quantity::No, subject, Outcome::Dropped, None, When::Whole);
    assert_eq!(claim_in("no node endpoints are dropped", &names), dropped(named("node")));
    assert_eq!(claim_in("no users endpoints are dropped", &names), dropped(named("users")));
    let exactly = Quantity::Count(Bound::Exactly, 5);
    assert_eq!(
        claim_in("exactly 5 s endpoints are dropped", &names),
        share(exactly, named("s"), Outcome::Dropped, None, When::Whole)
    );
    let at_end = share(Quantity::All, named("all"), Outcome::Registered, None, When::At(20 * MIN));
    assert_eq!(claim_in("all all endpoints are registered at the end", &names), at_end);
}

#[test]
fn every_listed_example_is_a_sentence() {
    let words = outcomes().into_iter().chain(statistics()).chain(whens()).chain(reasons());
    let examples: Vec<&str> = templates()
        .iter()
        .map(|(_, example)| *example)
        .chain(words.map(|word| word.example))
        .chain(metrics().iter().map(|doc| doc.example))
        .collect();
    for example in examples {
        assert_eq!(parse(example, &rush()).map(|parsed| parsed.text), Ok(example.to_owned()));
    }
}

#[test]
fn every_measure_is_reached_by_its_example() {
    for doc in metrics() {
        match claim(doc.example) {
            Claim::Measure { measured, .. } => assert_eq!(measured.metric, doc.metric, "{}", doc.word),
            other => panic!("{}: {other:?}", doc.word),
        }
    }
    let distinct: BTreeSet<usize> = metrics().iter().map(|doc| place(doc.metric)).collect();
    assert_eq!(distinct, (0..47).collect(), "every Metric of the contract has a row");
}

/// Does not compile when the contract gets a new `Metric`: it needs a row in the table, and a place here.
fn place(metric: Metric) -> usize {
    match metric {
        Metric::UsableUnits => 0,
        Metric::UnitsInUse => 1,
        Metric::StrandedUnits => 2,
        Metric::UnitsInGrace => 3,
        Metric::Escrow => 4,
        Metric::OverIssue => 5,
        Metric::Waiting => 6,
        Metric::Retrying => 7,
        Metric::DoubleRegistrations => 8,
        Metric::RequestRate => 9,
        Metric::ConcurrentRegistrations => 10,
        Metric::RegistrationDelay => 11,
        Metric::LicenceWait => 12,
        Metric::CheckoutDelay => 13,
        Metric::ReclaimLag => 14,
        Metric::ServerWait => 15,
        Metric::TakeoverTime => 16,
        Metric::FailbackTime => 17,
        Metric::TimeToAgree => 18,
        Metric::TimeToRegistered(_) => 19,
        Metric::TimeOverIssued => 20,
        Metric::TimeAtCapacity => 21,
        Metric::CallCongestion => 22,
        Metric::FirstAttemptCongestion => 23,
        Metric::TrafficCongestion => 24,
        Metric::ProbabilityOfDelay => 25,
        Metric::TrueDenials => 26,
        Metric::Utilisation => 27,
        Metric::Ira => 28,
        Metric::IraWithoutLicenceRefusals => 29,
        Metric::RoleChanges => 30,
        Metric::Retransmissions => 31,
        Metric::AttemptsPerSignIn => 32,
        Metric::HopsPerRefusal => 33,
        Metric::Renewals => 34,
        Metric::CallsUp => 35,
        Metric::SetupDelay => 36,
        Metric::DisconnectDelay => 37,
        Metric::CallLength => 38,
        Metric::Ser => 39,
        Metric::Seer => 40,
        Metric::Isa => 41,
        Metric::IsaWithoutLicenceRefusals => 42,
        Metric::Scr => 43,
        Metric::RateFound => 44,
        Metric::RequestsWithheld => 45,
        Metric::QueueWait => 46,
    }
}

#[test]
fn reasons_are_those_of_the_simulator() {
    // The first is no refusal, and whoever a file declares is known to every node; those of functions are in no answer to
    // a message.
    let others = ["in-line", "unknown-user"];
    let functions = ["needs-reporting", "needs-conferencing", "no-linux-ap", "no-recorder", "gate-voicemail"];
    let others = [others.as_slice(), functions.as_slice()].concat();
    let codes: BTreeSet<&str> =
        Reason::ALL.iter().map(|reason| reason.code()).filter(|code| !others.contains(code)).collect();
    let said: BTreeSet<&str> = reasons().iter().filter(|r| r.of == "refused for").map(|reason| reason.word).collect();
    assert_eq!(said, codes);
}

#[test]
fn every_statistic_goes_with_gauges_or_times() {
    for doc in statistics() {
        let gauge = parse(&format!("{} units in use of PBX-Port is at most 5", doc.word), &rush());
        let time = parse(&format!("{} server wait of master is at most 5 s", doc.word), &rush());
        assert_eq!(gauge.is_ok(), doc.of.contains("gauges"), "{}", doc.word);
        assert_eq!(time.is_ok(), doc.of.contains("times"), "{}", doc.word);
    }
}

#[test]
fn how_sentences_are_understood() {
    let cases = [
        (
            "PBX-Port licences are never over-issued",
            "units of PBX-Port in use ≤ installed, after every event; every run",
        ),
        (
            "99% of endpoints lost in the crash are back within 30 s",
            "endpoints back by the crash + 30 s ÷ lost in the crash ≥ 99%; never = late; 19 of 20 runs",
        ),
        (
            "no desk endpoints at slave-1 are dropped",
            "desk endpoints at slave-1 that lose their binding = 0; every run",
        ),
        (
            "fewer than 1% of softphone sign-ins are refused a licence in at least 19 of 20 runs or stop",
            "softphone sign-ins refused a licence ÷ all due < 1%; 19 of 20 runs; ends the run once it cannot hold",
        ),
        (
            "99.9% of sign-ins take at most 100 ms after the crash",
            "sign-ins finished within 100 ms of being due ÷ all due ≥ 99.9% from +10 min to +30 min; never = late; 19 of 20 runs",
        ),
        ("all users are registered at the end", "users registered at +30 min = all of them; every run"),
        ("all users are registered", "users registered at the end = all of them; every run"),
        ("standby never queues longer than 2.5 s", "longest wait of a request at standby ≤ 2.5 s; every run"),
        (
            "time to 99% registered of the crash is between 5 s and 7 s",
            "time to 99% registered of the crash between 5 s and 7 s; 19 of 20 runs",
        ),
        (
            "rate found of the search is at least rate found of the search in at least 1 of 2 runs",
            "rate found of the search ≥ rate found of the search; 1 of 2 runs",
        ),
        (
            "mean units in use of PBX-Port agrees with 30.837",
            "mean units in use of PBX-Port has 30.837 in its 99.9% interval, which is narrower than ±20%; all seeds pooled",
        ),
        (
            "call congestion of PBX-Port is below time at capacity of PBX-Port",
            "call congestion of PBX-Port < time at capacity of PBX-Port; 19 of 20 runs",
        ),
        ("IRA is exactly 0.1%", "IRA = 0.1%; every run"),
        ("peak request rate of master is at most 90/min", "peak request rate of master ≤ 1.5/s; 19 of 20 runs"),
        (
            "between 5% and 10% of PBX-Port checkouts are refused",
            "PBX-Port checkouts refused ÷ all due between 5% and 10%; 19 of 20 runs",
        ),
    ];
    for (text, expected) in cases {
        let parsed = parse(text, &rush()).unwrap_or_else(|error| panic!("{text}\n{error}"));
        assert_eq!(understood(&parsed), expected);
    }
}

//! A made-up morning for the tests: the rush of user-experience §3.3, over 20 seeds.

use std::collections::BTreeMap;

use crate::course::{Answers, Cell, Course, Holders, NodeCourse, Refusals, SiteCourse, StockCourse};
use crate::expectation::{
    AttemptKind, Attempts, Bound, Claim, Expectation, Group, Outcome, Quantity, Runs, Subject, When,
};
use crate::latency::Latency;
use crate::measurements::{
    Counts, Invariant, Measurements, Moment, NamedLatency, NodeLoad, OccasionEffect, Series, Stock, Tally,
};
use crate::result::{Header, Host, RESULT_SCHEMA, RunResult};
use crate::verdict::Stopping;

const SECOND: u64 = 1_000_000_000;

/// All sentences hold in all seeds; three seeds refused somebody.
pub(crate) fn passing() -> RunResult {
    of_seeds(42..62)
}

/// The same with other seeds.
pub(crate) fn of_seeds(seeds: std::ops::Range<u64>) -> RunResult {
    let mut result = RunResult { header: header(), expectations: expectations(), seeds: seeds.map(run).collect() };
    // As a run does: only the seed whose story is told keeps its course.
    result.seeds.iter_mut().skip(1).for_each(|run| run.course = Course::default());
    result
}

/// The standby is too slow: 165 of 2,804 come back late, in every seed.
pub(crate) fn failing() -> RunResult {
    let mut result = passing();
    result.header.overrides = vec!["cluster.standby.answers=110/s".to_owned()];
    result.header.plan_digest ^= 1;
    for seed in &mut result.seeds {
        let late = 165 + seed.seed % 3;
        seed.tallies[1] = Tally::Share { hits: 2_804 - late, of: 2_804 };
        seed.occasions[0].back_ns = [18, 28, 31, 32].map(|s| Some(s * SECOND - SECOND / 2));
        seed.nodes[1].longest_wait_ns = 20_800_000_000;
    }
    result
}

pub(crate) fn expectations() -> Vec<Expectation> {
    let endpoints = |group: Group, quantity, outcome, within_ns| Claim::Share {
        quantity,
        subject: Subject::Group(group),
        outcome,
        within_ns,
        when: When::Whole,
    };
    let desk = Group { population: Some("desk".into()), at: Some("slave-1".into()), ..Group::default() };
    let refused = Claim::Share {
        quantity: Quantity::Percent(Bound::FewerThan, 10_000_000),
        subject: Subject::Attempts(Attempts {
            kind: AttemptKind::SignIns,
            population: None,
            device: Some("softphone".into()),
            at: None,
        }),
        outcome: Outcome::RefusedALicence,
        within_ns: None,
        when: When::Whole,
    };
    let never = Claim::Stock { feature: "PBX-SoftwarePhones".into(), when: When::Whole };
    let back = endpoints(
        Group { lost_in: Some(0), ..Group::default() },
        Quantity::Percent(Bound::AtLeast, 990_000_000),
        Outcome::Back,
        Some(30 * SECOND),
    );
    vec![
        sentence("PBX-SoftwarePhones licences are never over-issued", never, None),
        sentence("99% of endpoints lost in the crash are back within 30 s", back, None),
        sentence(
            "no desk endpoints at slave-1 are dropped",
            endpoints(desk, Quantity::No, Outcome::Dropped, None),
            None,
        ),
        sentence(
            "fewer than 1% of softphone sign-ins are refused a licence in at least 19 of 20 runs",
            refused,
            Some(Runs { passing: 19, of: 20 }),
        ),
    ]
}

pub(crate) fn sentence(text: &str, claim: Claim, runs: Option<Runs>) -> Expectation {
    Expectation { text: text.to_owned(), claim, runs, or_stop: false }
}

fn header() -> Header {
    Header {
        schema: RESULT_SCHEMA,
        title: "Nine o'clock sign-in, and the master dies".into(),
        file: "rush.yaml".into(),
        variant: None,
        starts_s: 8 * 3_600 + 56 * 60,
        date: Some((2026, 11, 24)),
        lasts_ns: 1_800 * SECOND,
        warm_up_ns: 0,
        plan_digest: 0x7c1f_0212_3456_789a,
        version: "0.1.0".into(),
        seed: 42,
        seeds_wanted: 20,
        stopping: Stopping::Fixed,
        partial: false,
        source: "pbxsim: 1\n".into(),
        overrides: Vec::new(),
        point: Vec::new(),
        wall_s: 1.94,
        host: Host { system: "linux".into(), machine: "x86_64".into(), cores: 2, cpu_s: 0.5, peak_kb: 20_480 },
    }
}

fn run(seed: u64) -> Measurements {
    let refused = [47, 51, 60].iter().position(|with| *with == seed).map_or(0, |i| i as u64 % 2 + 1);
    Measurements {
        seed,
        digest: 0xABCD_0000 + seed,
        tallies: vec![
            Tally::Value { value: Some(0.0), other: None, samples: 9_000 },
            Tally::Share { hits: 2_804, of: 2_804 },
            Tally::Share { hits: 0, of: 1_000 },
            Tally::Share { hits: refused, of: 1_122 },
        ],
        counts: Counts { endpoints: 5_804, steps: 123_456, messages: 98_765, registrations: 17_654, calls: 0 },
        invariants: (1..=10).map(|i| Invariant { id: format!("I{i}"), checks: 123_456, violations: 0 }).collect(),
        violation: None,
        stocks: vec![stock(refused)],
        flows: Vec::new(),
        trunks: Vec::new(),
        queues: Vec::new(),
        latencies: latencies(),
        timeline: timeline(),
        service: service(),
        occasions: vec![OccasionEffect {
            name: "the crash".into(),
            verb: "crash".into(),
            at_ns: 600 * SECOND,
            until_ns: None,
            lost: 2_804,
            back: 2_804,
            takeover_ns: Some(6 * SECOND),
            failback_ns: None,
            back_ns: [154, 228, 245, 247].map(|tenths| Some(tenths * SECOND / 10)),
            curve_ns: (1..=40).map(|part| (6 + part * 18 / 40) * SECOND + seed * 10_000_000).collect(),
        }],
        nodes: vec![
            NodeLoad {
                node: "master".into(),
                requests: 9_000,
                shed: 0,
                longest_wait_ns: SECOND / 50,
                longest_wait_at_ns: 9,
            },
            NodeLoad {
                node: "standby".into(),
                requests: 8_412,
                shed: 0,
                longest_wait_ns: 141 * SECOND / 10,
                longest_wait_at_ns: 9,
            },
        ],
        simulated_ns: 1_800 * SECOND,
        stopped: None,
        course: course(),
        searches: Vec::new(),
    }
}

fn stock(refused: u64) -> Stock {
    Stock {
        feature: "PBX-SoftwarePhones".into(),
        node: "master".into(),
        kind: "installed".into(),
        pool: Some(760),
        attempts: 1_122 + refused,
        grants: 1_122,
        denials: if refused > 0 { BTreeMap::from([("no-unit".to_owned(), refused)]) } else { BTreeMap::new() },
        wishes: 1_122,
        wishes_refused_first: refused,
        high_water: 759,
        high_water_at_ns: 580 * SECOND,
        observed_ns: 1_800 * SECOND,
        area_unit_ns: 514 * 1_800 * u128::from(SECOND),
        attempts_observed: 1_122 + refused,
        denials_observed: refused,
        offered_erlangs: Some(514.0),
        sources: 800,
        ..Stock::default()
    }
}

fn latencies() -> Vec<NamedLatency> {
    let spread = |n: u64, low: u64, high: u64| {
        let mut latency = Latency::new();
        (0..n).for_each(|i| latency.record(low + (high - low) * i * i / (n * n)));
        latency
    };
    let named =
        |name: &str, label: &str, latency| NamedLatency { name: name.into(), label: label.into(), latency, never: 0 };
    vec![
        named("first-registration", "first registration", spread(5_804, 6_000_000, 42_600_000)),
        named("back-after-the-crash", "back after the crash", spread(2_804, 6 * SECOND, 30 * SECOND)),
        named("answered-after-the-crash", "answered REGISTERs after the crash", spread(2_804, SECOND, 15 * SECOND)),
        named("refresh", "refresh", Latency::new()),
        named("checkout", "checkout", spread(15, 1_000_000, 2_000_000)),
    ]
}

fn timeline() -> Vec<Moment> {
    let moment =
        |s: u64, what: &str, detail: &str| Moment { at_ns: s * SECOND, what: what.into(), detail: detail.into() };
    vec![
        moment(0, "sign-in begins", "5,804 endpoints, at most 28/s"),
        moment(600, "master crashes", "2,804 cut off; 3,000 elsewhere unaffected"),
        moment(606, "standby takes over", "4,736 REGISTERs unanswered by now"),
        moment(615, "half are back", "standby saturated: 150/s, queue up to 14.1 s"),
        moment(625, "all are back", ""),
    ]
}

fn service() -> Series {
    let level = |bucket: u64| match bucket {
        0..48 => 5_804 * (bucket + 1) / 48,
        60 => 3_000,
        61 => 4_400,
        _ => 5_804,
    };
    Series { width_ns: 10 * SECOND, levels: (0..180).map(level).collect(), whole: 5_804 }
}

fn course() -> Course {
    let series = |of: fn(u64) -> u64| (0..240).map(of).collect::<Vec<u64>>();
    let node = |node: &str, registered| NodeCourse {
        node: node.into(),
        answers_per_s: Some(150.0),
        registered,
        requests: series(|bucket| if bucket == 80 { 1_000 } else { 40 }),
        shed: series(|_| 0),
        longest_wait_ns: series(|bucket| if bucket == 80 { 14 * SECOND } else { 0 }),
    };
    let times = |low: u64| {
        let mut times = Latency::new();
        (1..=5_000).for_each(|i| times.record(low * i));
        times
    };
    Course {
        width_ns: 1_800 * SECOND / 240,
        nodes: vec![
            node("master", series(|bucket| if bucket < 80 { 35 * bucket } else { 0 })),
            node("standby", series(|bucket| if bucket < 81 { 0 } else { 2_800 })),
        ],
        stocks: vec![StockCourse {
            feature: "PBX-SoftwarePhones".into(),
            node: "master".into(),
            kind: "installed".into(),
            in_use: series(|bucket| bucket.min(77) * 759 / 77),
            refused: series(|bucket| u64::from(bucket == 77)),
            pool: series(|_| 760),
            booked: series(|bucket| bucket.min(77) * 760 / 77),
            stranded: series(|_| 0),
            in_grace: series(|bucket| if bucket > 80 { 300 } else { 0 }),
            holders: vec![Holders { population: "mobile".into(), units: 759 }],
            refusals: vec![Refusals {
                population: "mobile".into(),
                device: "softphone".into(),
                reason: "no-unit".into(),
                attempts: 1,
            }],
        }],
        sites: ["master", "standby"]
            .map(|node| SiteCourse {
                feature: "PBX-SoftwarePhones".into(),
                node: node.into(),
                in_use: series(|bucket| bucket.min(77) * 400 / 77),
                refused: series(|bucket| u64::from(bucket == 77)),
                attempts: 600,
                denials: BTreeMap::from([("no-unit".to_owned(), 1)]),
            })
            .to_vec(),
        retransmissions: series(|bucket| u64::from(bucket == 80) * 17),
        answers: vec![Answers {
            method: "REGISTER".into(),
            purpose: "sign-in".into(),
            status: 503,
            reason: "no-unit".into(),
            count: 1,
        }],
        due: times(6_000_000),
        sent: times(1_000_000),
        due_map: vec![Cell(0, 4, 17), Cell(20, 30, 900), Cell(21, 30, 1)],
        sent_map: vec![Cell(0, 4, 917), Cell(20, 8, 1)],
        ..Course::default()
    }
}

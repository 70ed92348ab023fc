//! Calls held against Erlang: blocking of a trunk's channels by the rows of the tables, whatever the holding law. A few
//! rows here, briefly; `scripts/oracles` runs every row at full length.

use harness::run::{self, Item, Progress};
use reports::formulas::erlang_b;
use reports::verdict::{Judgement, judge};

/// Channels, erlangs, whether the short form has it, and how many calls it takes there.
const ROWS: [(u64, f64, u64); 21] = [
    (1, 0.5, 20_000),
    (1, 1.0, 0),
    (2, 1.0, 30_000),
    (4, 2.0, 0),
    (5, 3.0, 40_000),
    (6, 2.0, 0),
    (10, 5.0, 0),
    (10, 10.0, 60_000),
    (15, 8.108, 0),
    (16, 10.0, 0),
    (17, 10.0, 0),
    (17, 9.6516, 0),
    (20, 12.0, 0),
    (20, 15.0, 200_000),
    (24, 15.3, 0),
    (25, 16.1245, 0),
    (30, 20.0, 0),
    (30, 25.0, 0),
    (50, 45.0, 150_000),
    (100, 84.06, 0),
    (100, 95.0, 0),
];

/// Calls of a row in the long form.
const LONG: u64 = 2_000_000;

struct Silence;

impl Progress for Silence {
    fn portion(&self) {}
    fn seed(&self) {}
}

/// A trunk with so many channels under that load, and calls into an office in which somebody is always free.
fn scenario(channels: u64, erlangs: f64, calls: u64, holding: &str) -> String {
    let hours = (calls as f64 / (erlangs * 20.0)).ceil() as u64;
    let (seats, expected) = (channels * 2 + 20, erlang_b(channels, erlangs) * 100.0);
    format!(
        "pbxsim: 1\nlasts: {} h\nwarm-up: 2 h\nseeds: 1\ncluster: {{ master: {{ challenges: false }} }}\n\
         links: {{ inside: {{ latency: 100 us }} }}\n\
         users: {{ desk: {{ count: {seats}, expires: 1 d }} }}\ntrunks: {{ carrier: {{ channels: {channels} }} }}\n\
         calls: {{ in: {{ from: carrier, to: desk, offered: {erlangs} E, holding: {holding} }} }}\n\
         expect:\n  - call congestion of carrier agrees with {expected:.6}%\n  \
         - time at capacity of carrier agrees with {expected:.6}%\n",
        hours + 2
    )
}

fn judged(name: &str, text: &str) -> Vec<Judgement> {
    let loaded = scenarios::load(name, text, &[], None).unwrap_or_else(|wrong| panic!("{}", wrong.render()));
    let plan = &loaded.plans[0];
    let item = Item { plan, seed: plan.seed };
    let measured = run::one(item, &|| false, &Silence);
    assert!(measured.violation.is_none(), "{name}: {:?}", measured.violation);
    judge(&plan.expectations, &[measured])
}

fn assert_held(name: &str, text: &str) {
    for judgement in judged(name, text) {
        assert!(judgement.passed(), "{name}: {} {:?}", judgement.sentence, judgement.notes);
    }
}

fn is_long() -> bool {
    std::env::var_os("PBXSIM_ORACLES").is_some()
}

#[test]
fn a_trunk_blocks_as_erlang_b_says() {
    for (channels, erlangs, short) in ROWS {
        let calls = if is_long() { LONG } else { short };
        if calls > 0 {
            let text = scenario(channels, erlangs, calls, "exponential 3 min");
            assert_held(&format!("{channels} channels, {erlangs} E"), &text);
        }
    }
}

#[test]
fn blocking_knows_only_the_mean_of_the_holding_time() {
    for holding in ["3 min", "lognormal 3 min sigma 1.5"] {
        let calls = if is_long() { LONG } else { 500_000 };
        assert_held(holding, &scenario(20, 15.0, calls, holding));
    }
}

#[test]
fn a_formula_for_another_load_is_found_out() {
    let text = scenario(20, 15.0, 100_000, "exponential 3 min").replace("offered: 15 E", "offered: 16 E");
    assert!(judged("16 E", &text).iter().all(|judgement| !judgement.passed()));
}

//! Calls held against Erlang: blocking of a trunk's channels by the rows of the tables, whatever the holding law, with redials
//! too, and the waits of a queue. A few rows here, briefly; `scripts/oracles` runs every row at full length.

use harness::run::{self, Item, Progress};
use reports::formulas::{engset_call_congestion, engset_time_congestion, erlang_b, erlang_c};
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

/// Agents, erlangs, whether the short form has it, and how many calls it takes there.
const QUEUES: [(u64, f64, u64); 13] = [
    (2, 1.0, 60_000),
    (3, 2.0, 0),
    (10, 8.0, 200_000),
    (10, 9.0, 0),
    (11, 10.1, 0),
    (14, 10.0, 0),
    (15, 10.0, 160_000),
    (25, 20.0, 0),
    (30, 25.0, 0),
    (50, 45.0, 0),
    (100, 95.0, 0),
    (20, 40.0 / 3.0, 0),
    (20, 50.0 / 3.0, 0),
];

/// A queue with so many agents under that load: whoever calls waits for as long as it takes.
fn queue_scenario(agents: u64, erlangs: f64, calls: u64) -> String {
    let hours = (calls as f64 / (erlangs * 20.0)).ceil() as u64;
    let waits = erlang_c(agents, erlangs);
    let (percent, mean_s) = (waits * 100.0, waits * 180.0 / (agents as f64 - erlangs));
    format!(
        "pbxsim: 1\nlasts: {} h\nwarm-up: 2 h\nseeds: 1\ncluster: {{ master: {{ challenges: false }} }}\n\
         links: {{ inside: {{ latency: 100 us }} }}\nusers: {{ agent: {{ count: {agents}, expires: 1 d }} }}\n\
         trunks: {{ carrier: {{}} }}\nqueues: {{ helpdesk: {{ agents: agent }} }}\n\
         calls: {{ in: {{ from: carrier, to: helpdesk, offered: {erlangs:.12} E }} }}\n\
         expect:\n  - probability of delay of helpdesk agrees with {percent:.6}%\n  \
         - mean queue wait of helpdesk agrees with {mean_s:.6} s\n",
        hours + 2
    )
}

/// Visitors by a Call Me button with so many WebRTC channels, into an office in which somebody is always free.
fn web_scenario(channels: u64, erlangs: f64, calls: u64, holding: &str) -> String {
    let trunk = scenario(channels, erlangs, calls, holding);
    let office = trunk.replace("carrier: { channels: ", "carrier: { interface: webrtc, channels: ");
    let office = office.replace(&format!("interface: webrtc, channels: {channels} "), "interface: webrtc ");
    let office = office.replace("expires: 1 d }", "expires: 1 d, features: { mypbx: all } }");
    let licences = format!(
        "licences: {{ master: {{ PBX-Port12: 10000, PBX-myPBX12: 10000, PBX-WebRTC12: {channels} }} }}\nusers:"
    );
    office.replace("users:", &licences).replace("of carrier", "of PBX-WebRTC")
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
fn webrtc_channels_block_as_erlang_b_says_whatever_the_holding_time() {
    for (channels, erlangs, holding, short) in [
        (5, 3.0, "exponential 3 min", 40_000),
        (20, 15.0, "3 min", 0),
        (20, 15.0, "lognormal 3 min sigma 1.5", 0),
        (20, 15.0, "exponential 3 min", 0),
        (50, 45.0, "exponential 3 min", 0),
        (100, 95.0, "exponential 3 min", 0),
    ] {
        let calls = if is_long() { LONG } else { short };
        if calls > 0 {
            let text = web_scenario(channels, erlangs, calls, holding);
            assert_held(&format!("{channels} WebRTC channels, {erlangs} E, {holding}"), &text);
        }
    }
}

/// Seats, channels, and what an idle seat offers (domain §4.5), whether the short form has it, and how many calls it takes.
const SOURCES: [(u64, u64, f64, u64); 5] =
    [(3, 2, 1.0, 40_000), (10, 5, 0.5, 120_000), (20, 10, 1.0, 0), (50, 20, 0.5, 0), (100, 35, 0.5, 0)];

#[test]
fn a_trunk_refuses_few_sources_as_engset_says() {
    for (seats, channels, beta, short) in SOURCES {
        let calls = if is_long() { LONG } else { short };
        if calls == 0 {
            continue;
        }
        let hours = (calls as f64 / (seats as f64 * beta / (1.0 + beta) * 20.0)).ceil() as u64;
        let call = engset_call_congestion(seats, channels, beta) * 100.0;
        let time = engset_time_congestion(seats, channels, beta) * 100.0;
        let text = format!(
            "pbxsim: 1\nlasts: {} h\nwarm-up: 2 h\nseeds: 1\ncluster: {{ master: {{ challenges: false }} }}\n\
             links: {{ inside: {{ latency: 100 us }} }}\nusers: {{ desk: {{ count: {seats}, expires: 1 d }} }}\n\
             trunks: {{ carrier: {{ channels: {channels} }} }}\n\
             calls: {{ out: {{ from: desk, to: carrier, arrivals: closed, offered: {beta} E each }} }}\n\
             expect:\n  - call congestion of carrier agrees with {call:.6}%\n  \
             - time at capacity of carrier agrees with {time:.6}%\n",
            hours + 2
        );
        assert_held(&format!("{seats} seats, {channels} channels, {beta} E each"), &text);
    }
}

/// Channels, erlangs, redials per holding time, how many attempts are blocked, and first ones, in percent (a truncated Markov chain,
/// domain §4.5), and how many calls the short form takes.
const REDIALS: [(u64, f64, f64, f64, f64, u64); 8] = [
    (1, 0.6, 0.5, 69.2308, 60.0, 0),
    (2, 1.0, 1.0, 43.4618, 30.7821, 60_000),
    (3, 2.0, 0.5, 44.7748, 37.8514, 0),
    (5, 3.0, 0.2, 18.0119, 16.7073, 0),
    (10, 8.0, 0.5, 30.0160, 26.2007, 0),
    (10, 8.0, 0.05, 24.3254, 23.9388, 0),
    (20, 15.0, 0.1, 6.9109, 6.7667, 0),
    (50, 45.0, 0.1, 11.9881, 11.7724, 0),
];

#[test]
fn who_is_refused_and_dials_again_is_refused_as_a_retrial_queue_says() {
    for (channels, erlangs, redials, all, first, short) in REDIALS {
        let calls = if is_long() { LONG } else { short };
        if calls == 0 {
            continue;
        }
        let hours = (calls as f64 / (erlangs * 20.0)).ceil() as u64;
        // First attempts come by Poisson and see what time sees (PASTA); somebody is always free to call.
        let text = format!(
            "pbxsim: 1\nlasts: {} h\nwarm-up: 2 h\nseeds: 1\ncluster: {{ master: {{ challenges: false }} }}\n\
             links: {{ inside: {{ latency: 100 us }} }}\nusers: {{ desk: {{ count: 4000, expires: 1 d }} }}\n\
             trunks: {{ carrier: {{ channels: {channels} }} }}\n\
             calls: {{ out: {{ from: desk, to: carrier, offered: {erlangs} E, retries: after exponential {} s }} }}\n\
             expect:\n  - call congestion of carrier agrees with {all}%\n  \
             - time at capacity of carrier agrees with {first}%\n",
            hours + 2,
            180.0 / redials
        );
        assert_held(&format!("{channels} channels, {erlangs} E, redials {redials}"), &text);
    }
}

#[test]
fn callers_of_a_queue_wait_as_erlang_c_says() {
    for (agents, erlangs, short) in QUEUES {
        let calls = if is_long() { LONG } else { short };
        if calls > 0 {
            assert_held(&format!("{agents} agents, {erlangs} E"), &queue_scenario(agents, erlangs, calls));
        }
    }
}

#[test]
fn a_queue_with_an_agent_less_is_found_out() {
    let text = queue_scenario(10, 8.0, 100_000).replace("count: 10,", "count: 9,");
    assert!(judged("9 agents", &text).iter().all(|judgement| !judgement.passed()));
}

#[test]
fn a_formula_for_another_load_is_found_out() {
    let text = scenario(20, 15.0, 100_000, "exponential 3 min").replace("offered: 15 E", "offered: 16 E");
    assert!(judged("16 E", &text).iter().all(|judgement| !judgement.passed()));
}

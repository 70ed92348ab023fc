//! What comes out is what comes out of one machine.

use std::thread;

use serde_json::Value;

use crate::desk::Desk;
use crate::server::{Server, wait};
use crate::worker;

const RUSH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../scenarios/library/rush.yaml");

/// As JSON without what the machine adds.
fn result(desk: &Desk, line: &str) -> Value {
    let answer = desk.pbxsim(&format!("{line} --as json"));
    assert!(answer.code.is_some_and(|code| code < 2), "{line}: {:?} {}", answer.code, answer.errors);
    answer.comparable()
}

#[test]
fn twenty_seeds_of_rush_are_the_same_on_workers_that_join_one_after_the_other() {
    let (desk, server) = (Desk::empty(), Server::start());
    let line = format!("run {RUSH} --seeds 20");
    let here = result(&desk, &line);
    let there = thread::scope(|scope| {
        let there = scope.spawn(|| result(&desk, &format!("{line} --on {}", server.url())));
        // It is there before anybody who could do it.
        wait(700);
        let mut workers = Vec::new();
        for _ in 0..3 {
            workers.push(worker(&desk, &server));
            wait(900);
        }
        there.join().expect("a result")
    });
    assert_eq!(there, here);
    assert_eq!(there["seeds"].as_array().map(Vec::len), here["seeds"].as_array().map(Vec::len));
}

#[test]
fn rush_a_sweep_of_two_hundred_points_a_plan_and_an_open_number_of_seeds_are_the_same_with_one_to_three_workers() {
    let (desk, server) = (Desk::new(), Server::start());
    let lines = [
        format!("run {RUSH} --seeds 20 --as csv --out x.pbxrun"),
        "sweep small.yaml --vary cluster.master.answers=1/s..200/s --seeds 1 --as csv --out x.pbxrun".to_owned(),
        "run small.yaml failing.yaml --seeds auto --as csv --out x.pbxrun".to_owned(),
    ];
    let plan = "plan small.yaml --vary 'cluster.master.answers=1/s, 2/s, 5/s, 50/s' \
                --for '90% of sign-ins are accepted within 1 s' --seeds 8";
    let here: Vec<String> = lines.iter().map(|line| desk.pbxsim(line).output).collect();
    let planned = desk.shell(&format!("$pbxsim {plan}"));
    assert!(planned.output.contains("/s"), "{}{}", planned.output, planned.errors);
    let mut workers = Vec::new();
    for _ in 0..3 {
        workers.push(worker(&desk, &server));
        for (line, here) in lines.iter().zip(&here) {
            let there = desk.pbxsim(&format!("{line} --on {}", server.url()));
            assert_eq!(there.output, *here, "{line}: {}", there.errors);
        }
        let there = desk.shell(&format!("$pbxsim {plan} --on {}", server.url()));
        assert_eq!(there.output, planned.output, "{}", there.errors);
    }
    let view = desk.pbxsim(&format!("workers --on {}", server.url())).output;
    assert!(view.starts_with("3 workers at nats://127.0.0.1:") && view.contains("0 runs not done yet"), "{view}");
}

#[test]
fn what_is_too_large_for_one_message_travels_in_several() {
    let server = Server::with("jetstream { store_dir: STORE }\nmax_payload: 1024\n");
    let desk = Desk::new();
    let here = result(&desk, "run small.yaml");
    let _worker = worker(&desk, &server);
    assert_eq!(result(&desk, &format!("run small.yaml --on {}", server.url())), here);
}

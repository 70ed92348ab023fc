//! A run on the wire by several workers: shares, one beginning, one ledger.

use serde_json::Value;

use crate::desk::Desk;
use crate::peers::{Peer, serve};
use crate::server::{Server, wait};
use crate::worker;

const PHONES: &str = "\
pbxsim: 1
title: Phones of several workers
lasts: 5 s
cluster:
  master: { answers: 5000/s }
users:
  desk: { count: 101, expires: 60 s }
  front: { count: 20, expires: 60 s }
timeline:
  - at: +0 s
    sign-in: everyone
    over: 2 s
expect:
  - all sign-ins are accepted
";

fn all(json: &Value) -> Value {
    json["arrivals"].as_array().expect("a list").last().expect("a sum").clone()
}

#[test]
fn two_workers_load_what_one_process_would_and_begin_together() {
    let (desk, server) = (Desk::empty(), Server::start());
    desk.write("phones.yaml", PHONES);
    let (mut cluster, address) = serve(&desk, "phones.yaml");
    let workers = [worker(&desk, &server), worker(&desk, &server)];
    while !desk.pbxsim(&format!("workers --on {}", server.url())).output.starts_with("2 workers") {
        wait(100);
    }
    let answer = desk.pbxsim(&format!("run phones.yaml --wire {address} --as json --on {}", server.url()));
    let json = answer.json();
    let arrivals = all(&json);
    assert_eq!((&arrivals["due"], &arrivals["succeeded"]), (&121.into(), &121.into()), "{json:#}");
    assert_eq!((&json["registered-at-end"], &json["left-behind"]), (&121.into(), &0.into()));
    let shares = json["workers"].as_array().expect("workers");
    let due: u64 = shares.iter().map(|share| share["due"].as_u64().expect("a count")).sum();
    assert_eq!((shares.len(), due), (2, 121), "the sum is the schedule");
    for share in shares {
        let (late, error) = (share["began-late-ns"].as_i64().unwrap(), share["clock-error-ns"].as_u64().unwrap());
        assert!(late >= -(error as i64) && late < 50_000_000 + error as i64, "{share}");
        assert!(share["endpoints"].as_u64().is_some_and(|endpoints| endpoints >= 60), "{share}");
    }
    assert!(matches!(answer.code, Some(0 | 3)), "a busy machine may be late: {:?}", answer.code);
    let text = desk.pbxsim(&format!("run phones.yaml --wire {address} --set lasts=3s --on {}", server.url())).output;
    assert!(text.contains("  workers, slowest first") && text.contains("  from 2 workers to 127.0.0.1:"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    drop(workers);
    cluster.signal("INT");
    assert!(cluster.end().1.starts_with("served: 242 bound, 0 refreshed, 242 ended, "));
}

#[test]
fn a_worker_that_is_killed_makes_the_run_not_valid_and_nobody_stays_registered() {
    let (desk, server) = (Desk::empty(), Server::start());
    desk.write("phones.yaml", &PHONES.replace("lasts: 5 s", "lasts: 60 s"));
    let (mut cluster, address) = serve(&desk, "phones.yaml");
    let (first, _second) = (worker(&desk, &server), worker(&desk, &server));
    while !desk.pbxsim(&format!("workers --on {}", server.url())).output.starts_with("2 workers") {
        wait(100);
    }
    let mut run =
        Peer::start(&mut desk.command(&format!("run phones.yaml --wire {address} --as json --on {}", server.url())));
    wait(6_000);
    // Dropped is killed with signal 9, all its endpoints registered.
    drop(first);
    let (code, output) = run.end();
    let json: Value = serde_json::from_str(&output).expect("JSON");
    assert_eq!((code, &json["validity"]), (Some(3), &"generator-bound".into()), "{json:#}");
    let shares = json["workers"].as_array().expect("workers");
    let lost: Vec<&Value> = shares.iter().filter(|share| share["lost"] == true).collect();
    assert_eq!(lost.len(), 1, "{json:#}");
    assert_eq!(lost[0]["cleared"], lost[0]["endpoints"], "another un-registers what it had");
    assert!(json["objections"][0].as_str().is_some_and(|why| why.contains("was lost")), "{json:#}");
    assert_eq!(json["left-behind"], 0);
    let survivor = shares.iter().find(|share| share["lost"] == false).expect("a survivor");
    assert_eq!(all(&json)["due"], survivor["endpoints"], "the load of the lost one is nobody else's");
    cluster.signal("INT");
    let served = cluster.end().1;
    assert!(served.starts_with("served: 121 bound, 0 refreshed, 121 ended, "), "{served}");
}

#[test]
fn nobody_begins_where_one_cannot() {
    let (desk, server) = (Desk::empty(), Server::start());
    desk.write("phones.yaml", PHONES);
    let _worker = worker(&desk, &server);
    let port = std::net::UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let answer = desk.pbxsim(&format!("run phones.yaml --wire 127.0.0.1:{port} --on {}", server.url()));
    assert_eq!((answer.code, answer.output.as_str()), (Some(3), ""));
    let said =
        format!(" is not ready, so no endpoint was started: 127.0.0.1:{port} did not answer OPTIONS in 2 s (UDP)\n");
    assert!(answer.errors.ends_with(&said), "{}", answer.errors);
    let answer = desk.pbxsim(&format!("run phones.yaml --wire 10.0.0.5 --on {}", server.url()));
    let expected = "error: 10.0.0.5:5060 is neither this machine nor in wire.may-load of the scenario\n";
    assert!(answer.code == Some(2) && answer.errors.starts_with(expected), "{}", answer.errors);
}

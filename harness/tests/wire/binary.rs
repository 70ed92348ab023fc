//! `run --wire`, `explain --wire` and `serve` as their users meet them.

use serde_json::Value;

use crate::desk::{Answer, Desk};
use crate::peers::{Peer, free_port, pass, serve};

const PHONES: &str = "\
pbxsim: 1
title: Phones on the wire
lasts: 4 s
cluster:
  master: { answers: 5000/s }
users:
  desk: { count: 60, expires: 60 s }
timeline:
  - at: +0 s
    sign-in: everyone
    over: 2 s
expect:
  - all sign-ins are accepted
";

const SEARCH: &str = "\
pbxsim: 1
title: Registration rate on the wire
lasts: until done
cluster: { master: { answers: 60/s, queue: 0, challenges: false } }
users:
  phone: { count: 12, expires: 2 h, retries: never }
timeline:
  - { at: +0 s, search: registrations, from: 50/s, attempts: 12, called: the search }
expect:
  - rate found of the search is between 55/s and 60/s
";

fn desk() -> Desk {
    let desk = Desk::empty();
    desk.write("phones.yaml", PHONES);
    desk
}

fn all(answer: &Answer) -> Value {
    answer.json()["arrivals"].as_array().expect("a list").last().expect("a sum").clone()
}

#[test]
fn phones_register_at_a_served_cluster_and_leave() {
    let desk = desk();
    let (_server, address) = serve(&desk, "phones.yaml");
    let answer = desk.pbxsim(&format!("run phones.yaml --wire sip:{address} --as json"));
    let json = answer.json();
    assert_eq!((&all(&answer)["due"], &all(&answer)["succeeded"]), (&60.into(), &60.into()), "{json:#}");
    assert_eq!((&json["registered-at-end"], &json["left-behind"]), (&60.into(), &0.into()));
    assert_eq!(json["packets"]["off-list"], 0);
    assert!(matches!(answer.code, Some(0 | 3)), "a busy machine may be late: {:?}", answer.code);
    let text = desk.pbxsim(&format!("run phones.yaml --wire {address} --set lasts=3s")).output;
    assert!(text.starts_with("Phones on the wire"), "{text}");
    assert!(text.contains("  60 registered at the end; all left\n"), "{text}");
    assert!(text.contains("  1 sentence of the file not judged on the wire\n"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
}

#[test]
fn the_search_of_rfc_7502_finds_the_rate_of_a_target_on_the_wire() {
    let desk = desk();
    desk.write("search.yaml", SEARCH);
    let told = desk.pbxsim("explain search.yaml --wire 127.0.0.1:5990").output;
    assert!(told.contains("  search     the search: in the model 59/s after "), "{told}");
    let (_server, address) = serve(&desk, "search.yaml");
    let answer = desk.pbxsim(&format!("run search.yaml --wire {address} --as json"));
    let json = answer.json();
    if answer.code == Some(3) {
        // So noisy a machine finds nothing, and says whose fault it is.
        assert!(
            json["objections"][0].as_str().is_some_and(|why| why.contains("the generator fell behind")),
            "{json:#}"
        );
        return;
    }
    let search = &json["searches"][0];
    assert_eq!((answer.code, &search["name"]), (Some(0), &"the search".into()), "{json:#}");
    let found = search["found"]["Rate"].as_u64().expect("a rate");
    assert!((40..=66).contains(&found), "a server of 60/s: {found}");
    let trials = search["trials"].as_array().expect("every trial");
    assert!(trials.iter().any(|trial| trial["trouble"] == "503 overload"), "{json:#}");
    assert_eq!(json["left-behind"], 0);
}

#[test]
fn a_run_that_is_interrupted_leaves_nobody_behind() {
    let desk = desk();
    let (mut server, address) = serve(&desk, "phones.yaml");
    let mut run =
        Peer::start(&mut desk.command(&format!("run phones.yaml --wire {address} --set lasts=60s --as json")));
    pass("2.5");
    run.signal("INT");
    let (code, output) = run.end();
    let json: Value = serde_json::from_str(&output).expect("JSON");
    assert_eq!((code, &json["partial"], &json["validity"]), (Some(130), &true.into(), &"partial".into()), "{json:#}");
    assert_eq!((&json["registered-at-end"], &json["left-behind"]), (&60.into(), &0.into()));
    server.signal("INT");
    let (code, said) = server.end();
    assert_eq!(code, Some(0));
    assert!(
        said.starts_with("served: 60 bound, 0 refreshed, 60 ended, 0 licences denied, 0 shed, 0 calls answered; "),
        "{said}"
    );
}

#[test]
fn a_generator_that_stood_still_says_so_and_is_not_valid() {
    let desk = desk();
    let (_server, address) = serve(&desk, "phones.yaml");
    let mut run = Peer::start(&mut desk.command(&format!("run phones.yaml --wire {address} --as json")));
    pass("0.8");
    run.signal("STOP");
    pass("1");
    run.signal("CONT");
    let (code, output) = run.end();
    let json: Value = serde_json::from_str(&output).expect("JSON");
    assert_eq!((code, &json["validity"]), (Some(3), &"generator-bound".into()), "{json:#}");
    let all = json["arrivals"].as_array().unwrap().last().unwrap();
    assert_eq!((&all["due"], &all["succeeded"]), (&60.into(), &60.into()), "nothing is forgotten");
    assert!(all["late"].as_u64().unwrap() >= 20, "those due in that second are late: {all}");
    assert_eq!(json["stalls"], 1);
}

#[test]
fn a_server_that_freezes_hides_no_arrival() {
    let desk = Desk::empty();
    let text = PHONES
        .replace("count: 60", "count: 4000")
        .replace("over: 2 s", "over: 20 s")
        .replace("lasts: 4 s", "lasts: 26 s");
    desk.write("phones.yaml", &text);
    let (server, address) = serve(&desk, "phones.yaml");
    let mut run = Peer::start(&mut desk.command(&format!("run phones.yaml --wire {address} --as json")));
    pass("5");
    server.signal("STOP");
    pass("5");
    server.signal("CONT");
    let (_, output) = run.end();
    let json: Value = serde_json::from_str(&output).expect("JSON");
    let all = json["arrivals"].as_array().unwrap().last().unwrap();
    assert_eq!((&all["due"], &all["succeeded"]), (&4000.into(), &4000.into()), "{json:#}");
    // A quarter of them fell due while nobody answered, evenly: 5 % waited for 4 s or more.
    let p90 = json["times"][0]["since-due"]["p90-ns"].as_u64().unwrap();
    assert!((2_500_000_000..3_600_000_000).contains(&p90), "{p90} ns");
}

#[test]
fn what_cannot_be_loaded_is_said_before_anything_is_sent() {
    let desk = desk();
    let complaint = |line: &str| {
        let answer = desk.pbxsim(line);
        assert_eq!(answer.output, "", "{line}");
        (answer.code, answer.errors)
    };
    let port = free_port();
    let expected = format!("error: 127.0.0.1:{port} did not answer OPTIONS in 2 s (UDP): no endpoint was started\n");
    assert_eq!(complaint(&format!("run phones.yaml --wire 127.0.0.1:{port}")), (Some(3), expected));
    let expected = "error: 10.0.0.5:5060 is neither this machine nor in wire.may-load of the scenario\n  if it is yours to load, \
        write: wire: { may-load: [10.0.0.5], at-most: 10/s }\n";
    for line in [
        "run phones.yaml --wire sip:10.0.0.5",
        "explain phones.yaml --wire 10.0.0.5",
        "serve phones.yaml --listen 10.0.0.5",
    ] {
        assert_eq!(complaint(line), (Some(2), expected.to_owned()), "{line}");
    }
    let expected = "error: \"sip:\" is no address\n  for example sip:127.0.0.1:5060\n";
    assert_eq!(complaint("run phones.yaml --wire sip:"), (Some(2), expected.to_owned()));
    desk.write("tls.yaml", &PHONES.replace("count: 60", "count: 60, transport: tls"));
    let expected = "error: desk: on the wire there is transport: udp or tcp so far\n";
    assert_eq!(complaint("run tls.yaml --wire 127.0.0.1"), (Some(2), expected.to_owned()));
    desk.write("crash.yaml", &PHONES.replace("expect:", "  - at: +3 s\n    crash: master\nexpect:"));
    let expected = "error: crash master cannot be done to a target on the wire: leave it out\n";
    assert_eq!(complaint("run crash.yaml --wire 127.0.0.1"), (Some(2), expected.to_owned()));
    assert_eq!(complaint("run phones.yaml crash.yaml --wire 127.0.0.1").0, Some(2));
}

#[test]
fn explain_says_what_a_run_would_do() {
    let answer = desk().pbxsim("explain phones.yaml --wire sip:127.0.0.1:5070");
    assert_eq!((answer.code, answer.errors.as_str()), (Some(0), ""));
    let expected = "\
Phones on the wire: on the wire; nothing is sent now
  to         127.0.0.1:5070, UDP, domain 127.0.0.1
  may load   loopback only
  sockets    1 for all endpoints, a port of the system's choice, 1 descriptor
  endpoints  60
  arrivals   60 in 4 s, refreshes and calls among them
  most       30 in one second; a challenge doubles the requests
  first      OPTIONS to each target; without an answer in 2 s nobody starts
  last       calls end, then everybody un-registers, each within 2 s
  sentences  1 in the file, not judged on the wire
";
    assert_eq!(answer.output, expected);
}

const CALLS: &str = "\
pbxsim: 1
title: Calls on the wire
lasts: 5 s
cluster:
  master: { answers: 5000/s }
users:
  desk: { count: 60, expires: 60 s }
calls:
  inside: { from: desk, to: desk, offered: 20/s, arrivals: even, at-most: 30, holding: 500 ms, rings: 100 ms }
timeline:
  - at: +0 s
    sign-in: everyone
    over: 1 s
";

#[test]
fn calls_are_made_through_a_served_cluster_and_every_one_is_accounted_for() {
    let desk = Desk::empty();
    desk.write("calls.yaml", CALLS);
    let (mut server, address) = serve(&desk, "calls.yaml");
    let answer = desk.pbxsim(&format!("run calls.yaml --wire {address} --as json"));
    let json = answer.json();
    let calls =
        json["arrivals"].as_array().expect("a list").iter().find(|row| row["arrival"] == "call").expect("calls");
    assert_eq!((&calls["due"], &calls["succeeded"]), (&30.into(), &30.into()), "{json:#}");
    assert_eq!((&json["calls-ended"]["hung-up"], &json["calls-left"]), (&30.into(), &0.into()), "{json:#}");
    assert_eq!((&json["packets"]["strays"], &json["left-behind"]), (&0.into(), &0.into()), "{json:#}");
    let text = desk.pbxsim(&format!("run calls.yaml --wire {address} --set lasts=4s")).output;
    assert!(
        text.contains("  calls ended: 30 by the caller, 0 by the other side, 0 dropped; none left over\n"),
        "{text}"
    );
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    server.signal("INT");
    let said = server.end().1;
    assert!(said.contains(" 60 calls answered; "), "{said}");
}

#[test]
fn a_run_that_is_interrupted_hangs_up_and_leaves_nobody_behind() {
    let desk = Desk::empty();
    desk.write("calls.yaml", &CALLS.replace("500 ms", "60 s").replace("lasts: 5 s", "lasts: 60 s"));
    let (mut server, address) = serve(&desk, "calls.yaml");
    let mut run = Peer::start(&mut desk.command(&format!("run calls.yaml --wire {address} --as json")));
    pass("3.2");
    run.signal("INT");
    let (code, output) = run.end();
    let json: Value = serde_json::from_str(&output).expect("JSON");
    assert_eq!((code, &json["calls-left"], &json["left-behind"]), (Some(130), &0.into(), &0.into()), "{json:#}");
    assert_eq!(json["registered-at-end"], 60);
    let calls =
        json["arrivals"].as_array().expect("a list").iter().find(|row| row["arrival"] == "call").expect("calls");
    assert!(calls["succeeded"].as_u64().is_some_and(|calls| calls >= 20), "{json:#}");
    server.signal("INT");
    assert!(server.end().1.starts_with("served: 60 bound, 0 refreshed, 60 ended, "));
}

#[test]
fn a_scenario_with_too_few_seats_is_config_capped() {
    let desk = Desk::empty();
    let text = CALLS.replace("count: 60", "count: 4").replace("500 ms", "60 s");
    desk.write("calls.yaml", &text);
    let (_server, address) = serve(&desk, "calls.yaml");
    let answer = desk.pbxsim(&format!("run calls.yaml --wire {address} --as json"));
    let json = answer.json();
    let calls =
        json["arrivals"].as_array().expect("a list").iter().find(|row| row["arrival"] == "call").expect("calls");
    let unsent = calls["suppressed"]["no seat free to call from"].as_u64().expect("some");
    assert_eq!((calls["due"].as_u64(), unsent > 20), (Some(30), true), "{json:#}");
    assert_eq!(answer.code, Some(3));
    assert!(matches!(json["validity"].as_str(), Some("config-capped" | "generator-bound")), "{json:#}");
    assert!(json["caps"][0].as_str().is_some_and(|cap| cap.contains("had no seat free to call from")), "{json:#}");
}

#[test]
fn what_may_be_loaded_is_said_by_the_scenario_and_repeated_for_public_addresses() {
    let desk = Desk::empty();
    let wire = |lines: &str| PHONES.replace("expect:", &format!("wire:\n{lines}\nexpect:"));
    let complaint = |file: &str, line: &str| {
        let answer = desk.pbxsim(&format!("{line} {file}"));
        assert_eq!((answer.code, answer.output.as_str()), (Some(2), ""), "{line} {file}");
        answer.errors
    };
    desk.write("public.yaml", &wire("  target: 8.8.8.8\n  may-load: [8.8.8.0/24]\n  at-most: 50/s"));
    let expected = "error: 8.8.8.8:5060 is a public address, and wire.may-load is not enough for those\n  if it is yours to \
        load, repeat it: --i-may-load 8.8.8.8\n";
    assert_eq!(complaint("--wire", "run public.yaml"), expected);
    desk.write("unbounded.yaml", &wire("  target: 10.0.0.5\n  may-load: [10.0.0.5]"));
    let expected = "error: beyond this machine wire.at-most is needed\n  write, for example: wire: { at-most: 10/s }\n";
    assert_eq!(complaint("--wire", "run unbounded.yaml"), expected);
    desk.write("fast.yaml", &wire("  target: 10.0.0.5\n  may-load: [10.0.0.5]\n  at-most: 20/s"));
    let expected =
        "error: the plan needs 30 requests in its busiest second, wire.at-most allows 20\n  spread it, or allow more\n";
    assert_eq!(complaint("--wire", "run fast.yaml"), expected);
    desk.write("over.yaml", &wire("  may-load: [{ to: 10.0.0.0/24, until: 2020-02-29 }]\n  at-most: 50/s"));
    assert!(complaint("", "run over.yaml --wire 10.0.0.5").contains("until a day that is over"));
    let explained = desk.pbxsim("explain public.yaml --wire").output;
    assert!(explained.contains("  may load   loopback, 8.8.8.0/24; at most 50/s\n"), "{explained}");
    assert!(explained.contains("  public     a run needs --i-may-load 8.8.8.8\n"), "{explained}");
}

#[test]
fn a_password_comes_from_the_environment_and_is_shown_nowhere() {
    let desk = Desk::empty();
    let wire = "wire: { credentials: { password: env SIP_TEST_PASSWORD }, headers: { X-Who: $USER } }\nexpect:";
    desk.write("phones.yaml", &PHONES.replace("expect:", wire));
    let answer = desk.pbxsim("run phones.yaml --wire 127.0.0.1:9");
    assert_eq!(
        (answer.code, answer.errors.lines().next()),
        (Some(2), Some("error: the environment has no SIP_TEST_PASSWORD"))
    );
    let command = |line: &str, password: &str| {
        let mut command = desk.command(line);
        command.env("SIP_TEST_PASSWORD", password).env("PBXSIM_LOG", "trace");
        command
    };
    let mut server = Peer::start(&mut command("serve phones.yaml --listen 127.0.0.1:0", "open-sesame"));
    let address = server.line().split_whitespace().next_back().expect("an address").to_owned();
    for (password, succeeded) in [("open-sesame", 60), ("guess", 0)] {
        let line = format!("run phones.yaml --wire {address} --as json --set lasts=3s --set users.desk.retries=never");
        let answer = command(&line, password).output().expect("it runs");
        let said = [answer.stdout.clone(), answer.stderr].concat();
        let json: Value = serde_json::from_slice(&answer.stdout).expect("JSON");
        let all = json["arrivals"].as_array().unwrap().last().unwrap();
        assert_eq!(all["succeeded"], succeeded, "{password}: {json:#}");
        assert!(!String::from_utf8_lossy(&said).contains(password), "it is shown");
    }
}

#[test]
fn requests_beyond_at_most_are_not_sent_and_the_run_is_config_capped() {
    let desk = Desk::empty();
    desk.write("phones.yaml", &PHONES.replace("expect:", "wire: { at-most: 33/s }\nexpect:"));
    let (_server, address) = serve(&desk, "phones.yaml");
    let answer = desk.pbxsim(&format!("run phones.yaml --wire {address} --as json"));
    let json = answer.json();
    // 60 sign-ins in 2 s, each with a challenge: twice as many requests as allowed.
    let over = json["packets"]["over-rate"].as_u64().expect("a count");
    assert!(over > 20, "{json:#}");
    let sent = json["packets"]["sent"].as_u64().expect("a count");
    assert!(sent <= 33 * 9, "{sent} in less than 9 s");
    assert_eq!((answer.code, &json["validity"]), (Some(3), &"config-capped".into()), "{json:#}");
}

#[test]
fn phones_and_calls_go_by_connections_too() {
    let desk = Desk::empty();
    desk.write("calls.yaml", &CALLS.replace("count: 60", "count: 60, transport: tcp, keep-alive: 1 s"));
    let (mut server, address) = serve(&desk, "calls.yaml");
    let json = desk.pbxsim(&format!("run calls.yaml --wire {address} --as json")).json();
    let rows = json["arrivals"].as_array().expect("a list");
    let row = |name: &str| rows.iter().find(|row| row["arrival"] == name).expect("a row");
    assert_eq!((&row("sign-in")["due"], &row("sign-in")["succeeded"]), (&60.into(), &60.into()), "{json:#}");
    assert_eq!((&row("call")["due"], &row("call")["succeeded"]), (&30.into(), &30.into()), "{json:#}");
    assert_eq!(row("return")["due"], 0, "nobody lost a connection: {json:#}");
    assert_eq!((&json["calls-left"], &json["left-behind"]), (&0.into(), &0.into()), "{json:#}");
    assert_eq!((&json["packets"]["strays"], &json["retransmissions"]), (&0.into(), &0.into()), "{json:#}");
    server.signal("INT");
    assert!(server.end().1.contains(" 30 calls answered; "));
}

#[test]
fn a_phone_whose_connection_is_gone_comes_back_at_once() {
    let desk = Desk::empty();
    let text = PHONES.replace("count: 60", "count: 60, transport: tcp").replace("lasts: 4 s", "lasts: 6 s");
    desk.write("phones.yaml", &text);
    let (mut server, address) = serve(&desk, "phones.yaml");
    let mut run = Peer::start(&mut desk.command(&format!("run phones.yaml --wire {address} --as json")));
    pass("3");
    server.signal("INT");
    server.end();
    let _again = Peer::start(&mut desk.command(&format!("serve phones.yaml --listen {address}")));
    let (_, output) = run.end();
    let json: Value = serde_json::from_str(&output).expect("JSON");
    let rows = json["arrivals"].as_array().expect("a list");
    let returns = rows.iter().find(|row| row["arrival"] == "return").expect("a row");
    assert_eq!(returns["due"], 60, "{json:#}");
}

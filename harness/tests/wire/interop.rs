//! Others, from Debian's packages, on loopback: sipsak and SIPp against `serve`, our load against Kamailio and SIPp.
//!
//! A missing peer fails: `scripts/test` installs them.

use std::process::Command;

use serde_json::Value;

use crate::desk::Desk;
use crate::peers::{Peer, free_port, pass, serve};

const PHONES: &str = "\
pbxsim: 1
title: Interop
lasts: 4 s
cluster:
  master: { answers: 5000/s }
users:
  desk: { count: 100, expires: 60 s }
timeline:
  - at: +0 s
    sign-in: everyone
    over: 2 s
";

fn desk() -> Desk {
    let desk = Desk::empty();
    desk.write("phones.yaml", PHONES);
    desk
}

fn loaded(desk: &Desk, address: &str) -> Value {
    desk.pbxsim(&format!("run phones.yaml --wire {address} --as json")).json()
}

fn everybody_registered_and_left(json: &Value) {
    let all = json["arrivals"].as_array().expect("a list").last().expect("a sum");
    assert_eq!((&all["due"], &all["succeeded"]), (&100.into(), &100.into()), "{json:#}");
    assert_eq!((&json["registered-at-end"], &json["left-behind"]), (&100.into(), &0.into()), "{json:#}");
    assert_eq!(json["packets"]["strays"], 0);
}

#[test]
fn sipsak_is_answered_by_a_served_cluster() {
    let (_server, address) = serve(&desk(), "phones.yaml");
    let sipsak = |arguments: &[&str]| Command::new("sipsak").args(arguments).output().expect("sipsak is installed");
    let options = sipsak(&["-vv", "-s", &format!("sip:desk-1@{address}")]);
    assert!(options.status.success(), "{}", String::from_utf8_lossy(&options.stdout));
    let contact = "sip:desk-7@127.0.0.1:9";
    let uri = format!("sip:desk-7@{address}");
    let register = sipsak(&["-U", "-C", contact, "-u", "desk-7", "-a", "desk-7", "-x", "120", "-vv", "-s", &uri]);
    assert!(register.status.success(), "{}", String::from_utf8_lossy(&register.stdout));
    let wrong = sipsak(&["-U", "-C", contact, "-u", "desk-7", "-a", "guess", "-x", "120", "-s", &uri]);
    assert!(!wrong.status.success(), "a wrong password is refused");
}

#[test]
fn sipp_registers_at_a_served_cluster_with_digest() {
    let desk = desk();
    let (mut server, address) = serve(&desk, "phones.yaml");
    let scenario = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/wire/register.xml");
    let users: String = (1..=50)
        .map(|seat| format!("desk-{seat};[authentication username=desk-{seat} password=desk-{seat}]\n"))
        .collect();
    desk.write("users.csv", &format!("SEQUENTIAL\n{users}"));
    let mut sipp = Command::new("sipp");
    sipp.args([&address, "-sf", scenario, "-inf", "users.csv", "-m", "50", "-r", "100", "-i", "127.0.0.1", "-nostdin"]);
    let answer = sipp.current_dir(desk.path()).env("TERM", "dumb").output().expect("SIPp is installed");
    assert_eq!(answer.status.code(), Some(0), "{}", String::from_utf8_lossy(&answer.stdout));
    server.signal("INT");
    let (_, said) = server.end();
    assert!(said.starts_with("served: 50 bound"), "{said}");
}

#[test]
fn our_phones_register_at_sipp() {
    let desk = desk();
    let port = free_port();
    let scenario = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/wire/registrar.xml");
    let mut command = Command::new("sipp");
    command.args(["-sf", scenario, "-i", "127.0.0.1", "-p", &port.to_string(), "-nostdin"]);
    let _sipp = Peer::start(command.current_dir(desk.path()).env("TERM", "dumb"));
    everybody_registered_and_left(&loaded(&desk, &format!("127.0.0.1:{port}")));
}

#[test]
fn our_phones_register_at_kamailio_with_digest() {
    let desk = desk();
    let port = free_port();
    let config = include_str!("kamailio.cfg").replace("PORT", &port.to_string());
    desk.write("kamailio.cfg", &config);
    let mut command = Command::new("kamailio");
    command.args(["-f", "kamailio.cfg", "-DD", "-E", "-m", "64", "-M", "8", "-Y", "."]);
    let mut kamailio = Peer::start(command.current_dir(desk.path()));
    pass("2");
    everybody_registered_and_left(&loaded(&desk, &format!("127.0.0.1:{port}")));
    kamailio.signal("TERM");
    kamailio.end();
}

const CALLS: &str = "\
pbxsim: 1
title: Calls
lasts: 5 s
cluster:
  master: { answers: 5000/s }
users:
  desk: { count: 60, expires: 60 s }
calls:
  inside: { from: desk, to: desk, offered: 15/s, arrivals: even, at-most: 30, holding: 300 ms, rings: 100 ms, unanswered: 20%, patience: 600 ms }
timeline:
  - at: +0 s
    sign-in: everyone
    over: 1 s
";

fn sipp(desk: &Desk, arguments: &[&str]) -> Command {
    let mut command = Command::new("sipp");
    command.args(arguments).args(["-i", "127.0.0.1", "-nostdin"]);
    command.current_dir(desk.path()).env("TERM", "dumb");
    command
}

fn must_succeed(mut command: Command) {
    let answer = command.output().expect("SIPp is installed");
    assert_eq!(answer.status.code(), Some(0), "{command:?}: {}", String::from_utf8_lossy(&answer.stdout));
}

#[test]
fn sipp_calls_sipp_through_a_served_cluster_with_digest() {
    let desk = desk();
    let (mut server, address) = serve(&desk, "phones.yaml");
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/wire/");
    let (register, call) = (format!("{folder}register.xml"), format!("{folder}call.xml"));
    let credentials = |user: &str| format!("SEQUENTIAL\n{user};[authentication username={user} password={user}]\n");
    desk.write("caller.csv", &credentials("desk-1"));
    desk.write("callee.csv", &credentials("desk-2"));
    let (here, there) = (free_port().to_string(), free_port().to_string());
    for (users, port) in [("caller.csv", &here), ("callee.csv", &there)] {
        must_succeed(sipp(&desk, &[&address, "-sf", &register, "-inf", users, "-m", "1", "-p", port]));
    }
    let mut callee = Peer::start(&mut sipp(&desk, &["-sn", "uas", "-m", "20", "-p", &there]));
    pass("0.5");
    must_succeed(sipp(
        &desk,
        &[&address, "-sf", &call, "-inf", "caller.csv", "-s", "10002", "-m", "20", "-r", "20", "-p", &here],
    ));
    assert_eq!(callee.end().0, Some(0));
    server.signal("INT");
    let said = server.end().1;
    assert!(said.contains(" 20 calls answered; "), "{said}");
}

/// Thirty calls of phones that register at a Kamailio of this configuration: each is answered or refused, none is left.
fn through_kamailio(calls: &str, config: &str) {
    let desk = desk();
    desk.write("calls.yaml", calls);
    let port = free_port();
    desk.write("kamailio.cfg", &config.replace("PORT", &port.to_string()));
    let mut command = Command::new("kamailio");
    command.args(["-f", "kamailio.cfg", "-DD", "-E", "-m", "64", "-M", "8", "-Y", "."]);
    let mut kamailio = Peer::start(command.current_dir(desk.path()));
    pass("2");
    let json = desk.pbxsim(&format!("run calls.yaml --wire 127.0.0.1:{port} --as json")).json();
    kamailio.signal("TERM");
    kamailio.end();
    let calls =
        json["arrivals"].as_array().expect("a list").iter().find(|row| row["arrival"] == "call").expect("calls");
    let [due, succeeded, failed] = ["due", "succeeded", "failed"].map(|key| calls[key].as_u64().expect("a count"));
    assert!(due == 30 && succeeded > 15 && failed > 0 && succeeded + failed == 30, "{json:#}");
    assert_eq!(json["calls-ended"]["hung-up"], succeeded, "{json:#}");
    assert_eq!((&json["calls-left"], &json["left-behind"]), (&0.into(), &0.into()), "{json:#}");
    assert_eq!((&json["packets"]["strays"], &json["packets"]["off-list"]), (&0.into(), &0.into()), "{json:#}");
}

#[test]
fn our_phones_call_each_other_through_kamailio_with_digest_and_record_route() {
    through_kamailio(CALLS, include_str!("kamailio-proxy.cfg"));
}

#[test]
fn sipp_registers_at_a_served_cluster_by_tcp() {
    let desk = desk();
    let (mut server, address) = serve(&desk, "phones.yaml");
    let scenario = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/wire/register.xml");
    let users: String = (1..=50)
        .map(|seat| format!("desk-{seat};[authentication username=desk-{seat} password=desk-{seat}]\n"))
        .collect();
    desk.write("users.csv", &format!("SEQUENTIAL\n{users}"));
    must_succeed(sipp(
        &desk,
        &[&address, "-sf", scenario, "-inf", "users.csv", "-m", "50", "-r", "100", "-t", "tn", "-max_socket", "100"],
    ));
    server.signal("INT");
    let said = server.end().1;
    assert!(said.starts_with("served: 50 bound"), "{said}");
}

#[test]
fn our_phones_call_each_other_through_kamailio_by_tcp() {
    let config =
        include_str!("kamailio-proxy.cfg").replace("disable_tcp=yes", "tcp_children=2").replace("udp:", "tcp:");
    through_kamailio(&CALLS.replace("count: 60", "count: 60, transport: tcp"), &config);
}

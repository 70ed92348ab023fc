//! Call detail records: one for each call, in either form.

use serde_json::Value;

use crate::desk::Desk;

/// Three calls by two channels, and a boss whose mailbox answers.
const CALLS: &str = "\
pbxsim: 1
lasts: 30 min
seeds: 1
cluster: { master: { challenges: false } }
users:
  desk: { count: 9 }
  boss: { features: { voicemail: all } }
trunks: { carrier: { channels: 2 } }
calls:
  out: { from: desk, to: carrier, starts: +1 min, offered: 360/h, arrivals: even, at-most: 3, holding: 1 min }
  up: { from: desk, to: boss, starts: +10 min, offered: 360/h, arrivals: even, at-most: 1, holding: 10 s, unanswered: 100% }
  late: { from: desk, to: desk, starts: +29 min, offered: 360/h, arrivals: even, at-most: 1, holding: 1 h }
expect: [all users are registered at the end]
";

#[test]
fn every_call_has_a_record_in_either_form() {
    let desk = Desk::empty();
    desk.write("calls.yaml", CALLS);
    let answer = desk.pbxsim("cdr calls.yaml");
    assert_eq!((answer.code, answer.errors.as_str()), (Some(0), ""));
    let lines: Vec<&str> = answer.output.split("\r\n").collect();
    assert_eq!(lines.len(), 7, "{}", answer.output);
    assert!(lines[0].starts_with("flow,call,from,to,due_s,answered_s"), "{}", lines[0]);
    assert!(
        lines[1].ends_with(",carrier,90.000,,90.002,,refused,503,no-channel,1,0,false,0,0.000,false"),
        "{}",
        lines[1]
    );
    assert!(
        lines[2].ends_with(",carrier,70.000,70.004,130.004,60.000,answered,200,,1,0,false,0,0.000,false"),
        "{}",
        lines[2]
    );
    assert!(
        lines[4].ends_with(",boss,610.000,630.002,640.002,10.000,answered,200,,1,0,true,0,0.000,false"),
        "{}",
        lines[4]
    );
    assert!(lines[5].ends_with(",desk,1750.000,1750.004,,,open,0,,1,0,false,0,0.000,false"), "{}", lines[5]);
    let told = desk.pbxsim("cdr calls.yaml --as json --out calls.json");
    assert_eq!(told.output, "5 records in calls.json\n");
    let records: Vec<Value> = desk.read("calls.json").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(records.len(), 5);
    assert_eq!((&records[0]["reason"], &records[1]["talked_s"]), (&Value::from("no-channel"), &Value::from(60.0)));
}

/// Each side puts the other on hold 10 s after the answer, for 20 s; 40 s after it who was called passes the caller on.
const HELD: &str = "\
pbxsim: 1
lasts: 30 min
seeds: 1
cluster: { master: { challenges: false } }
users: { desk: { count: 9 }, front: {}, expert: {} }
calls:
  in:
    from: desk
    to: front
    offered: 60/h
    arrivals: even
    at-most: 1
    holding: 2 min
    hold: { share: 100%, after: 10 s, lasts: 20 s }
    transfer: { share: 100%, to: expert, after: 1 min }
expect: [all calls are transferred]
";

#[test]
fn a_record_tells_how_long_one_was_on_hold_and_that_the_call_was_passed_on() {
    let desk = Desk::empty();
    desk.write("held.yaml", HELD);
    let answer = desk.pbxsim("cdr held.yaml --as json");
    let record: Value = serde_json::from_str(&answer.output).unwrap();
    assert_eq!((&record["held"], &record["transferred"]), (&Value::from(3), &Value::from(true)), "{record}");
    let held = record["held_s"].as_f64().unwrap();
    assert!((40.0..45.0).contains(&held), "two at once, after glare, and then the expert: {record}");
}

#[test]
fn a_scenario_without_calls_has_none() {
    let answer = Desk::new().pbxsim("cdr small.yaml");
    assert_eq!(answer.code, Some(2));
    assert!(answer.errors.contains("small.yaml has no calls: there is nothing to record"), "{}", answer.errors);
}

use serde_json::Value;

use super::*;
use crate::sample;

fn parsed(results: Vec<RunResult>) -> Value {
    serde_json::from_str(&render(&RunFile { results })).expect("JSON")
}

fn named(mut result: RunResult, variant: &str) -> RunResult {
    result.header.variant = Some(variant.to_owned());
    result
}

#[test]
fn one_result_is_the_contract() {
    let mut result = sample::passing();
    result.seeds.truncate(2);
    insta::assert_snapshot!(render(&RunFile { results: vec![result] }));
}

#[test]
fn variants_are_named_in_their_order() {
    let value = render(&RunFile { results: vec![named(sample::passing(), "b"), named(sample::failing(), "a")] });
    let read: Value = serde_json::from_str(&value).expect("JSON");
    assert_eq!((&read["schema"], &read["verdict"]), (&Value::from(1), &Value::from("fail")));
    assert_eq!(read["variants"]["b"]["verdict"], "pass");
    assert_eq!(read["variants"]["a"]["verdict"], "fail");
    assert!(value.find("\"b\": {") < value.find("\"a\": {"));
}

#[test]
fn several_files_are_named() {
    let mut other = named(sample::failing(), "slow");
    other.header.file = "other.yaml".to_owned();
    let value = parsed(vec![sample::passing(), other]);
    assert_eq!(value["verdict"], "fail");
    assert_eq!(value["files"]["rush.yaml"]["verdict"], "pass");
    assert_eq!(value["files"]["other.yaml"]["variants"]["slow"]["verdict"], "fail");
}

#[test]
fn equal_inputs_give_equal_bytes_but_for_host_and_wall() {
    let one = sample::passing();
    let mut two = sample::passing();
    two.header.wall_s = 99.0;
    two.header.host.cores = 64;
    two.header.host.machine = "aarch64".to_owned();
    let strip = |result: RunResult| {
        let mut value = parsed(vec![result]);
        let object = value.as_object_mut().expect("an object");
        assert!(object.remove("host").is_some() && object.remove("wall_s").is_some());
        value
    };
    assert_eq!(strip(one), strip(two));
}

#[test]
fn percentiles_that_may_not_be_printed_are_null() {
    let value = parsed(vec![sample::passing()]);
    let latency = &value["latency_ms"];
    assert!(latency["first-registration"]["p99"].is_number());
    assert!(latency["first-registration"]["p999"].is_null(), "5,804 samples carry no p99.9");
    assert!(latency["checkout"]["p50"].is_null(), "15 samples carry no p50");
    assert!(latency["checkout"]["max"].is_number());
    assert_eq!(latency["refresh"]["n"], 0);
}

#[test]
fn those_who_never_came_make_the_maximum_unknown() {
    let mut result = sample::passing();
    result.seeds[0].latencies[1].never = 3;
    let value = parsed(vec![result]);
    let back = &value["latency_ms"]["back-after-the-crash"];
    assert_eq!((&back["n"], &back["max"]), (&Value::from(2_807), &Value::Null));
}

#[test]
fn a_fragile_sentence_marks_the_seeds() {
    let mut result = sample::passing();
    result.seeds.truncate(3);
    let value = parsed(vec![result]);
    assert_eq!(value["seeds"]["fragile"], true);
    assert_eq!(value["expectations"][3]["fragile"], true);
    assert_eq!(value["expectations"][0]["fragile"], false, "every-run sentences are never fragile");
}

#[test]
fn calls_stand_there_if_anybody_was_to_call() {
    use crate::calls::{FlowCalls, QueueCalls, TrunkCalls};
    let mut result = sample::passing();
    assert_eq!(parsed(vec![result.clone()])["calls"], Value::Null);
    let run = result.seeds.first_mut().expect("a seed");
    run.flows = vec![FlowCalls { flow: "in".to_owned(), due: 3, answered: 2, ..FlowCalls::default() }];
    let trunk = TrunkCalls { channels: Some(30), offered_erlangs: 20.0, ..TrunkCalls::default() };
    run.trunks = vec![TrunkCalls { trunk: "carrier".to_owned(), ..trunk }];
    run.queues =
        vec![QueueCalls { agents: 15, offered_erlangs: 10.0, work_s: 180.0, entered: 7, ..QueueCalls::default() }];
    let calls = &parsed(vec![result])["calls"];
    assert_eq!((&calls["flows"][0]["flow"], &calls["flows"][0]["due"]), (&Value::from("in"), &Value::from(3)));
    assert_eq!(calls["channels"][0]["erlang_b"].as_f64().map(|share| (share * 1e4).round()), Some(85.0));
    assert_eq!(calls["queues"][0]["callers"], Value::from(7));
    assert_eq!(calls["queues"][0]["erlang_c"].as_f64().map(|share| (share * 1e4).round()), Some(1020.0));
}

//! Reporting and recording (R65-R72).

use super::{asked, audit, refused};

fn recorder(hq: &str, licences: &str, trunk: &str) -> scenarios::audit::Audit {
    audit(&format!(
        "cluster: {{ hq: {{ role: master, runs: [linux-ap, recorder]{hq} }} }}
licences: {{ hq: {{ PBX-Port12: 9, {licences} }} }}
users: {{ trader: {{ count: 3, features: {{ reporting: all, recording: all }} }} }}
trunks: {{ city: {{{trunk}}} }}
calls: {{ inbound: {{ from: city, to: trader, offered: 1 E }} }}"
    ))
}

const ENOUGH: &str = "PBX-Reporting12: 4, PBX-Recording12-Base: 1, PBX-Recording12-User: 2";
const REPORTED: &str = "features: { reporting: all }";

/// R65, R66, R67, R68, R69, R70.
#[test]
fn t30_recording_takes_a_base_users_and_reporting_for_all_and_the_trunk() {
    let all = recorder("", ENOUGH, REPORTED);
    assert_eq!(refused(&all), []);
    assert_eq!(asked(&all, "hq", "PBX-Recording-Base"), (1, 0));
    assert_eq!(asked(&all, "hq", "PBX-Recording-User"), (2, 0), "the first user is in the base");
    assert_eq!(asked(&all, "hq", "PBX-Reporting"), (4, 0));
    assert_eq!(refused(&recorder("", ENOUGH, "")), [("needs-reporting", 69, 1)]);
    let one_less = ENOUGH.replace("User: 2", "User: 1");
    assert_eq!(refused(&recorder("", &one_less, REPORTED)), [("no-unit", 68, 1)]);
    let no_base = ENOUGH.replace("Base: 1", "Base: 0");
    assert_eq!(refused(&recorder("", &no_base, REPORTED)), [("no-unit", 66, 3)]);
    assert_eq!(refused(&recorder(", software: V10SR11", ENOUGH, REPORTED)), [("version", 70, 3)]);
    assert_eq!(refused(&recorder(", software: V10SR12", ENOUGH, REPORTED)), []);
}

/// R66, R71, R72.
#[test]
fn t31_a_slave_records_with_a_recorder_and_a_base_of_its_own() {
    let with = |slave: &str, bases: u32| {
        audit(&format!(
            "cluster: {{ hq: {{ role: master, runs: [linux-ap, recorder] }}, b: {{ runs: [linux-ap{slave}] }},
  spare: {{ role: standby, stands-in-for: hq }} }}
licences: {{ hq: {{ PBX-Port12: 9, PBX-Standby12: 9, PBX-Reporting12: 2, PBX-Recording12-Base: {bases} }} }}
users: {{ near: {{ features: {{ reporting: all, recording: all }} }}, far: {{ home: b, features: {{ reporting: all, recording: all }} }} }}"
        ))
    };
    assert_eq!(refused(&with("", 1)), [("no-recorder", 71, 1)]);
    assert_eq!(refused(&with(", recorder", 1)), [("no-unit", 66, 1)]);
    let both = with(", recorder", 2);
    assert_eq!((refused(&both), asked(&both, "hq", "PBX-Recording-Base")), (vec![], (2, 0)), "none for the standby");
}

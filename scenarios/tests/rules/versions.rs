//! Versions of licences and software (R11-R18).

use super::{asked, audit, entitled, odd, refused, usable};

fn software(version: &str, licences: &str, users: u32) -> scenarios::audit::Audit {
    audit(&format!(
        "cluster: {{ hq: {{ role: master, software: {version} }} }}\nlicences: {{ hq: {{ {licences} }} }}\nusers: {{ desk: {{ count: {users} }} }}"
    ))
}

/// R11, R12, R13, R14, R35.
#[test]
fn t01_a_licence_activates_its_own_and_older_software() {
    for version in ["V12", "V11", "V10"] {
        let audit = software(version, "PBX-Port12: 1", 1);
        assert_eq!((usable(&audit, "hq", "PBX-Port"), refused(&audit)), (1, vec![]), "{version}");
    }
    let old = software("V12", "PBX-Port11: 1", 1);
    assert_eq!((usable(&old, "hq", "PBX-Port"), refused(&old)), (0, vec![("version", 35, 1)]));
    assert_eq!(entitled(&old, "PBX-Port11"), (0, Some(("version", 35))));
}

/// R15, R16.
#[test]
fn t02_up_to_the_oldest_version_all_count_together() {
    let audit = software("V10", "PBX-Port10: 100, PBX-Port12: 100", 200);
    assert_eq!((asked(&audit, "hq", "PBX-Port"), refused(&audit)), ((200, 0), vec![]));
    assert_eq!((usable(&audit, "hq", "PBX-Port"), audit.domains[0].floor), (200, Some(10)));
}

/// R15, R17.
#[test]
fn t03_newer_software_stops_the_installation_while_older_licences_are_bound() {
    let audit = software("V12", "PBX-Port10: 100, PBX-Port12: 100", 150);
    assert_eq!(usable(&audit, "hq", "PBX-Port"), 0, "not 100");
    assert_eq!(refused(&audit), [("version-floor", 17, 150)]);
    assert_eq!(entitled(&audit, "PBX-Port12"), (0, Some(("version-floor", 17))));
    assert_eq!(entitled(&audit, "PBX-Port10"), (0, Some(("version", 35))));
    let why = odd(&audit, 17).expect("it is said why");
    assert_eq!(why.what, "hq runs V12, but licences of V10 are bound at hq");
    assert_eq!(why.cure, "release the licences of V10, or convert them to V12");
}

/// R18.
#[test]
fn t04_without_the_older_licences_the_others_work() {
    let audit = software("V12", "PBX-Port12: 100", 100);
    assert_eq!((usable(&audit, "hq", "PBX-Port"), refused(&audit)), (100, vec![]));
}

/// R11, R23: hardware licences have no version and work below every floor.
#[test]
fn hardware_licences_work_whatever_the_version() {
    let audit = audit(
        "cluster: { hq: { role: master, interfaces: { pri: 1, dsp: 30 } } }
licences: { hq: { PBX-Port10: 1, Relay-PRIs: 1, Relay-Channels: 30 } }
trunks: { city: { interface: pri, channels: 30 } }",
    );
    assert_eq!(usable(&audit, "hq", "Relay-PRIs"), 1);
    assert_eq!(refused(&audit), [("version", 35, 1)], "only the port of the trunk");
    let beside = software("V12", "PBX-Port12: 1, Relay-Channels: 30", 1);
    assert_eq!((refused(&beside), beside.domains[0].floor), (vec![], Some(12)), "they lower no floor");
}

/// R15, A3: any licence of the PBX counts for the floor, but not those that are measured against an application.
#[test]
fn the_oldest_licence_of_any_kind_is_the_floor() {
    let fax = software("V12", "PBX-Port12: 5, PBX-Fax10: 1", 5);
    assert_eq!(refused(&fax), [("version-floor", 17, 5)]);
    let operator = software("V12", "PBX-Port12: 5, PBX-Operator10: 1, PBX-QueueMonitor9: 1", 5);
    assert_eq!((refused(&operator), operator.domains[0].floor), (vec![], Some(12)));
}

//! Standby licences (R38-R42) and the two models of voicemail (R51-R55).

use super::{asked, audit, entitled, odd, refused};

fn pair(licences: &str) -> scenarios::audit::Audit {
    audit(&format!(
        "cluster: {{ hq: {{ role: master }}, spare: {{ role: standby, stands-in-for: hq }} }}
licences: {{ hq: {{ {licences} }} }}
users: {{ desk: {{ count: 50 }} }}"
    ))
}

/// R38, R41.
#[test]
fn t18_a_standby_needs_as_many_licences_as_ports_are_installed() {
    let short = pair("PBX-Port12: 100, PBX-Standby12: 99");
    assert_eq!(refused(&short), [("gate-standby", 41, 1)]);
    assert_eq!(entitled(&short, "PBX-Standby12"), (0, Some(("gate-standby", 41))));
    assert_eq!(refused(&pair("PBX-Port12: 100, PBX-Standby12: 100")), []);
    assert_eq!(refused(&pair("PBX-Port12: 101, PBX-Standby12: 100")), [("gate-standby", 41, 1)]);
}

/// R42, and R17 for all others.
#[test]
fn t19_old_standby_licences_close_the_gate_and_the_whole_domain() {
    let audit = pair("PBX-Port12: 100, PBX-Standby11: 100");
    assert_eq!(refused(&audit), [("version", 42, 100), ("version-floor", 17, 50)]);
}

/// R39, R8.
#[test]
fn t20_standby_licences_belong_to_the_licence_master() {
    let audit = audit(
        "cluster: { hq: { role: master }, b: { stands-in-for: hq }, spare: { role: standby, stands-in-for: hq } }
licences: { hq: { PBX-Port12: 100 }, b: { PBX-Standby12: 100 } }
users: { desk: { count: 5 } }",
    );
    assert!(refused(&audit).contains(&("gate-standby", 41, 100)), "{:?}", refused(&audit));
    let elsewhere = odd(&audit, 39).expect("it is said");
    assert_eq!(elsewhere.what, "100 standby licences at b do not count at hq");
    assert!(odd(&audit, 8).is_some(), "b has become decentral");
}

/// R41: where nobody stands in they are idle.
#[test]
fn standby_licences_without_a_standby_are_idle() {
    let audit = audit("licences: { master: { PBX-Port12: 5, PBX-Standby12: 5 } }\nusers: { desk: {} }");
    assert_eq!((entitled(&audit, "PBX-Standby12"), refused(&audit)), ((0, Some(("unused", 41))), vec![]));
}

fn voicemail(software: &str, licences: &str, users: u32, features: &str) -> scenarios::audit::Audit {
    audit(&format!(
        "cluster: {{ hq: {{ role: master, software: {software} }} }}
licences: {{ hq: {{ {licences} }} }}
users: {{ desk: {{ count: {users}, features: {{ {features} }} }} }}"
    ))
}

/// R51.
#[test]
fn t09_old_voicemail_is_as_many_as_ports_and_new_voicemail_one_per_user() {
    let old =
        |count: u32| voicemail("V12", &format!("PBX-Port12: 200, PBX-Voicemail12: {count}"), 200, "voicemail: 50");
    assert_eq!(refused(&old(200)), []);
    assert_eq!(refused(&old(199)), [("gate-voicemail", 51, 1)]);
    let new =
        |count: u32| voicemail("V12", &format!("PBX-Port12: 200, PBX-VoicemailUser12: {count}"), 200, "voicemail: 50");
    assert_eq!((refused(&new(50)), asked(&new(50), "hq", "PBX-VoicemailUser")), (vec![], (50, 0)));
    assert_eq!(refused(&new(49)), [("no-unit", 51, 1)]);
}

/// R53: the one exception to R13.
#[test]
fn t25_a_voicemail_user_licence_does_not_work_on_v9() {
    let audit = voicemail("V9", "PBX-Port9: 5, PBX-VoicemailUser12: 5", 5, "voicemail: all");
    assert_eq!(refused(&audit), [("version", 53, 5)]);
    assert_eq!(entitled(&audit, "PBX-VoicemailUser12"), (0, Some(("version", 53))));
}

/// R54: a file that has both.
#[test]
fn t26_the_models_of_voicemail_do_not_mix() {
    let audit = voicemail("V12", "PBX-Port12: 5, PBX-Voicemail12: 5, PBX-VoicemailUser12: 1", 5, "voicemail: all");
    assert_eq!(entitled(&audit, "PBX-VoicemailUser12"), (0, Some(("model-mix", 54))));
    assert_eq!(refused(&audit), [], "the old model goes on");
    assert!(odd(&audit, 54).is_some());
}

/// R55, A15.
#[test]
fn t27_under_the_old_model_the_voicemail_of_uc_is_idle() {
    let old = voicemail("V12", "PBX-Port12: 5, PBX-Voicemail12: 5, PBX-UC12: 5", 5, "uc: all, voicemail: all");
    assert_eq!(refused(&old), []);
    assert!(odd(&old, 55).is_some());
    let new = voicemail("V12", "PBX-Port12: 5, PBX-UC12: 5", 5, "uc: all, voicemail: all");
    assert_eq!((refused(&new), odd(&new, 55)), (vec![], None));
    assert!(new.needs.iter().all(|need| need.feature != "PBX-VoicemailUser"));
}

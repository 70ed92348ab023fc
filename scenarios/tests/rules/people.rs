//! What users have: ports, softphones, assigned functions, UC (R30-R35, R43-R64, R75).

use super::{asked, audit, need, odd, refused};

/// R30, R31, R33, R34: a file says who is there; what happens when devices come and go is told by a run.
#[test]
fn t05_several_devices_of_a_user_share_a_port() {
    let audit =
        audit("licences: { master: { PBX-Port12: 1 } }\nusers: { desk: { devices: { desk-phone: all, dect: all } } }");
    assert_eq!((asked(&audit, "master", "PBX-Port"), refused(&audit)), ((1, 0), vec![]));
}

/// R31, R33.
#[test]
fn t06_answering_machine_analogue_trunk_button_and_executive_need_one_port_each() {
    for (block, ports) in [
        ("users: { machine: { devices: { answering-machine: all } } }", 1),
        ("users: { door: { devices: { analogue: all } } }", 1),
        ("users: { lift: { devices: { line: all } } }", 1),
        ("trunks: { city: { channels: 30 } }", 1),
        ("users: { boss: { devices: { desk-phone: all, dect: all }, secretary: desk 1..1 }, desk: {} }", 2),
    ] {
        let audit = audit(&format!("licences: {{ master: {{ PBX-Port12: 9 }} }}\n{block}"));
        assert_eq!((asked(&audit, "master", "PBX-Port"), refused(&audit)), ((ports, 0), vec![]), "{block}");
    }
    let button =
        audit("licences: { master: { PBX-Port12: 1, PBX-WebRTC12: 1 } }\ntrunks: { website: { interface: webrtc } }");
    assert_eq!((asked(&button, "master", "PBX-Port"), refused(&button)), ((1, 0), vec![]));
}

/// R32.
#[test]
fn t07_groups_and_queues_need_no_port() {
    let audit = audit(
        "licences: { master: { PBX-Port12: 8 } }
users: { sales: { count: 8 } }
groups: { eleven: { members: sales } }
queues: { waiting: { agents: sales } }",
    );
    assert_eq!((asked(&audit, "master", "PBX-Port"), refused(&audit)), ((8, 0), vec![]));
}

/// R34: as many as there are objects; one less is one too few.
#[test]
fn one_port_less_than_objects_is_one_refused() {
    let audit = audit("licences: { master: { PBX-Port12: 3 } }\nusers: { desk: { count: 4 } }");
    assert_eq!(refused(&audit), [("no-unit", 30, 1)]);
    let one = &audit.findings[0];
    assert_eq!(
        (one.what.as_str(), one.cure.as_str()),
        ("PBX-Port for 1 of 4 of desk: 3 PBX-Port at master", "bind 1 more PBX-Port12 at master")
    );
    assert_eq!((one.at.line, one.at.column), (4, 10));
}

/// R34: who comes and goes shares.
#[test]
fn people_who_come_and_go_may_share_ports() {
    let audit = audit(
        "licences: { master: { PBX-Port12: 3 } }
users: { desk: { count: 9, signed-in: exponential 1 h, away: exponential 1 h } }",
    );
    assert_eq!(refused(&audit), []);
    assert_eq!((need(&audit, "master", "PBX-Port").asked, need(&audit, "master", "PBX-Port").certain), (9, 0));
}

const ASSIGNED: [(&str, &str, u8); 3] = [
    ("conferencing", "PBX-App(innovaphone-pbx-conference)", 43),
    ("mypbx", "PBX-myPBX", 47),
    ("mobility", "PBX-Mobility", 56),
];

/// R43, R45, R46, R47, R56: booked by configuration.
#[test]
fn t21_a_configured_function_is_booked_used_or_not() {
    for (word, licence, rule) in ASSIGNED {
        for (users, short) in [(10, 0), (11, 1)] {
            let audit = audit(&format!(
                "licences: {{ master: {{ PBX-Port12: 20, \"{licence}12\": 10 }} }}
users: {{ desk: {{ count: {users}, features: {{ {word}: all }} }} }}
timeline: [{{ at: +50 min, sign-in: everyone }}]"
            ));
            let expected = if short == 0 { vec![] } else { vec![("no-unit", rule, 1)] };
            assert_eq!(refused(&audit), expected, "{word}");
            let feature = licence.split('(').next().unwrap_or(licence);
            assert_eq!(asked(&audit, "master", feature), (users, short));
        }
    }
}

/// R48, R49: video and application sharing only with myPBX or UC; UC has them.
#[test]
fn t22_video_and_sharing_work_only_inside_mypbx() {
    for (word, licence, rule) in [("video", "PBX-Video", 48), ("app-sharing", "PBX-AppSharing", 49)] {
        let with = |features: &str| {
            audit(&format!(
                "licences: {{ master: {{ PBX-Port12: 20, {licence}12: 5, PBX-myPBX12: 5, PBX-UC12: 5 }} }}
users: {{ desk: {{ count: 5, features: {{ {features} }} }} }}"
            ))
        };
        assert_eq!(refused(&with(&format!("{word}: all"))), [("needs-mypbx", rule, 5)]);
        assert_eq!(refused(&with(&format!("mypbx: 3, {word}: all"))), [("needs-mypbx", rule, 2)]);
        assert_eq!(refused(&with(&format!("mypbx: all, {word}: all"))), []);
        let uc = with(&format!("uc: all, {word}: all"));
        assert!(refused(&uc).is_empty() && uc.needs.iter().all(|need| need.feature != licence), "{:?}", uc.needs);
    }
}

/// R57, R58, R60: six parts, one user; what is not in it is bought beside it.
#[test]
fn t23_uc_is_six_parts_of_one_user() {
    let six = "mypbx: all, video: all, app-sharing: all, fax: all, voicemail: all, mobility: all";
    let with = |uc: &str, count: u32| {
        audit(&format!(
            "cluster: {{ hq: {{ role: master, runs: [linux-ap] }} }}
licences: {{ hq: {{ PBX-Port12: 9, PBX-UC12: 5 }} }}
users: {{ desk: {{ count: {count}, features: {{ {uc}, {six} }} }} }}"
        ))
    };
    let five = with("uc: all", 5);
    assert_eq!((refused(&five), asked(&five, "hq", "PBX-UC")), (vec![], (5, 0)));
    // The sixth has no UC: its parts cannot be borrowed from the others.
    let sixth = refused(&with("uc: 5", 6));
    let rules: Vec<u8> = sixth.iter().map(|(_, rule, _)| *rule).collect();
    assert_eq!((sixth.len(), rules.contains(&47)), (6, true), "{sixth:?}");
    // Nor from a UC that nobody has: it cannot be divided.
    assert_eq!(refused(&with("uc: 4", 5)).len(), 6);
    let beside = audit(
        "licences: { master: { PBX-UC12: 1 } }
users: { desk: { devices: { softphone: all }, features: { uc: all, conferencing: all } } }",
    );
    let missing: Vec<u8> = refused(&beside).iter().map(|(_, rule, _)| *rule).collect();
    assert_eq!(missing.len(), 3, "port, softphone, conferencing: {missing:?}");
}

/// R61, R62: who is called from a browser has a port and myPBX or UC.
#[test]
fn t28_browsers_call_people_who_have_mypbx() {
    let with = |features: &str, channels: u32| {
        audit(&format!(
            "licences: {{ master: {{ PBX-Port12: 20, PBX-myPBX12: 4, PBX-WebRTC12: {channels} }} }}
users: {{ desk: {{ count: 4, features: {{ {features} }} }} }}
trunks: {{ website: {{ interface: webrtc }} }}
calls: {{ visitors: {{ from: website, to: desk, offered: 1 E }} }}"
        ))
    };
    assert_eq!(refused(&with("mypbx: all", 4)), []);
    assert_eq!(refused(&with("mypbx: 3", 4)), [("needs-mypbx", 62, 1)]);
    assert_eq!(refused(&with("mypbx: all", 0)), [("no-unit", 61, 1)]);
}

/// R64.
#[test]
fn t29_the_mobile_app_needs_mypbx_and_no_further_licence() {
    let with = |features: &str| {
        audit(&format!(
            "licences: {{ master: {{ PBX-Port12: 1, PBX-myPBX12: 1 }} }}
users: {{ desk: {{ devices: {{ desk-phone: all, mobile-app: all }}{features} }} }}"
        ))
    };
    let app = with(", features: { mypbx: all }");
    assert_eq!((refused(&app), asked(&app, "master", "PBX-Port")), (vec![], (1, 0)));
    assert_eq!(refused(&with("")), [("needs-mypbx", 64, 1)]);
}

/// R75: the version counts against the PBX.
#[test]
fn t34_softphones_count_against_the_version_of_the_pbx() {
    let with = |version: u32| {
        audit(&format!(
            "licences: {{ master: {{ PBX-Port12: 1, PBX-SoftwarePhones{version}: 1 }} }}
users: {{ desk: {{ devices: {{ softphone: all }}, features: {{}} }} }}
rules: {{ version-floor: per-type }}"
        ))
    };
    assert_eq!(refused(&with(12)), []);
    assert_eq!(refused(&with(11)), [("version", 75, 1)]);
    assert!(odd(&with(12), 75).is_some(), "without myPBX it is odd, no more (A24)");
}

/// R75, A25.
#[test]
fn t35_a_softphone_shares_the_port_of_its_user() {
    let audit = audit(
        "licences: { master: { PBX-Port12: 2, PBX-SoftwarePhones12: 1 } }
users: { desk: { count: 2, devices: { desk-phone: all, softphone: all } } }",
    );
    assert_eq!((asked(&audit, "master", "PBX-Port"), asked(&audit, "master", "PBX-SoftwarePhones")), ((2, 0), (2, 1)));
    assert_eq!(refused(&audit), [("no-unit", 75, 1)]);
}

/// R43, R44: who manages rooms has the function, for any number of rooms.
#[test]
fn rooms_are_managed_by_who_has_conferencing() {
    let with = |managers: &str| {
        audit(&format!(
            "licences: {{ master: {{ PBX-Port12: 5, \"PBX-App(innovaphone-pbx-conference)12\": 2, Relay-Channels: 16 }} }}
users: {{ desk: {{ count: 5, features: {{ conferencing: 2 }} }} }}
rooms: {{ one: {{ managed-by: {managers}, places: 8 }}, two: {{ managed-by: desk 1..2, places: 8 }} }}"
        ))
    };
    assert_eq!(refused(&with("desk 1..2")), []);
    assert_eq!(refused(&with("desk 1..5")), [("needs-conferencing", 43, 3)]);
}

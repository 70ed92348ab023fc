//! Each reading of an unclear text (A1-A26) changes what an audit says, and the audit names those that did.

use super::{audit, refused};

/// Blocks for which a reading matters: key, default, other value, number.
const CASES: [(&str, &str, &str, &str, &str); 19] = [
    (
        "box-licences-decentralise",
        "false",
        "true",
        "A1",
        "cluster: { hq: { role: master }, b: {} }\nlicences: { hq: { PBX-Port12: 5 }, b: { Relay-PRIs: 1 } }\nusers: { far: { home: b } }",
    ),
    (
        "installation",
        "domain",
        "cluster",
        "A2",
        "cluster: { hq: { role: master }, b: { software: V9 } }\nlicences: { hq: { PBX-Port12: 5 }, b: { PBX-Port9: 1 } }\nusers: { near: {}, far: { home: b } }",
    ),
    (
        "version-floor",
        "domain",
        "per-type",
        "A3",
        "licences: { master: { PBX-Port12: 5, PBX-Fax10: 1 } }\nusers: { desk: {} }",
    ),
    (
        "ipva-count",
        "minimum",
        "equal",
        "A5",
        "cluster: { hq: { role: master, platform: IPVA } }\nlicences: { hq: { PBX-Port12: 5, PBX-IPVA12: 9 } }\nusers: { desk: {} }",
    ),
    (
        "ipva-scope",
        "local",
        "master",
        "A6",
        "cluster: { hq: { role: master, platform: IPVA }, b: { platform: IPVA } }\nlicences: { hq: { PBX-Port12: 5, PBX-IPVA12: 9 } }\nusers: { far: { home: b } }",
    ),
    ("standby-counts", "installed", "in-use", "A9", STANDBY),
    ("standby-scope", "domain", "node", "A11", STANDBY),
    (
        "conferencing-versioned",
        "true",
        "false",
        "A12",
        "licences: { master: { PBX-Port12: 5, \"PBX-App(innovaphone-pbx-conference)10\": 1 } }\nusers: { desk: { features: { conferencing: all } } }",
    ),
    (
        "voicemail-user",
        "assigned",
        "floating",
        "A13",
        "licences: { master: { PBX-Port12: 5, PBX-VoicemailUser12: 1 } }\nusers: { desk: { count: 2, signed-in: 1 h, away: 1 h, features: { voicemail: all } } }",
    ),
    (
        "voicemail-scope",
        "domain",
        "node",
        "A14",
        "licences: { master: { PBX-Port12: 5, PBX-Voicemail12: 1 } }\nusers: { desk: { features: { voicemail: all } } }",
    ),
    (
        "uc-voicemail",
        "inert",
        "refused",
        "A15",
        "licences: { master: { PBX-Port12: 1, PBX-Voicemail12: 1, PBX-UC12: 1 } }\nusers: { desk: { features: { uc: all } } }",
    ),
    (
        "gsm-port",
        "shared",
        "own",
        "A16",
        "licences: { master: { PBX-Port12: 1, PBX-Mobility12: 1 } }\nusers: { desk: { devices: { desk-phone: all, gsm: all }, features: { mobility: all } } }",
    ),
    (
        "uc-shared-by",
        "user",
        "installation",
        "A17",
        "licences: { master: { PBX-Port12: 1, PBX-UC12: 1 } }\nusers: { desk: { features: { mypbx: all } } }",
    ),
    (
        "webrtc-needs",
        "callee",
        "nobody",
        "A18",
        "licences: { master: { PBX-Port12: 2, PBX-WebRTC12: 1 } }\nusers: { desk: {} }\ntrunks: { site: { interface: webrtc } }\ncalls: { visits: { from: site, to: desk, offered: 1 E } }",
    ),
    (
        "mobile-app-books",
        "port",
        "port-and-softphone",
        "A19",
        "licences: { master: { PBX-Port12: 1, PBX-myPBX12: 1 } }\nusers: { desk: { devices: { mobile-app: all }, features: { mypbx: all } } }",
    ),
    (
        "reporting-on",
        "objects",
        "users",
        "A20",
        "cluster: { hq: { role: master, runs: [linux-ap] } }\nlicences: { hq: { PBX-Port12: 1 } }\ntrunks: { city: { features: { reporting: all } } }",
    ),
    (
        "queue-monitor-counts",
        "queues",
        "screens",
        "A23",
        "licences: { master: { PBX-Port12: 1, PBX-QueueMonitor12: 1 } }\nusers: { desk: {} }\nqueues: { a: { agents: desk, monitor: V12 }, b: { agents: desk, monitor: V12 } }",
    ),
    (
        "softphone-mypbx",
        "warn",
        "require",
        "A24",
        "licences: { master: { PBX-Port12: 1, PBX-SoftwarePhones12: 1 } }\nusers: { desk: { devices: { softphone: all } } }",
    ),
    (
        "softphone-port",
        "shared",
        "own",
        "A25",
        "licences: { master: { PBX-Port12: 1, PBX-SoftwarePhones12: 1 } }\nusers: { desk: { devices: { desk-phone: all, softphone: all } } }",
    ),
];

const STANDBY: &str = "cluster: { hq: { role: master }, spare: { role: standby, stands-in-for: hq } }\nlicences: { hq: { PBX-Port12: 9, PBX-Standby12: 1 } }\nusers: { desk: {} }";

#[test]
fn every_reading_changes_what_is_covered_and_is_named_when_it_did() {
    for (key, default, other, number, blocks) in CASES {
        let as_default = audit(blocks);
        let turned = audit(&format!("{blocks}\nrules: {{ {key}: {other} }}"));
        let (before, after) =
            ((&as_default.entitlements, refused(&as_default)), (&turned.entitlements, refused(&turned)));
        assert_ne!(before, after, "{key}");
        let decided = |audit: &scenarios::audit::Audit, value, other| {
            let known = scenarios::audit::Decided { key, value, other, number };
            assert!(audit.decided.contains(&known), "{key}: {:?}", audit.decided);
        };
        decided(&as_default, default, other);
        decided(&turned, other, default);
    }
}

/// A22: under the other reading recording users are shared.
#[test]
fn recording_users_may_be_read_to_float() {
    let blocks = "cluster: { hq: { role: master, runs: [linux-ap, recorder] } }
licences: { hq: { PBX-Port12: 3, PBX-Reporting12: 3, PBX-Recording12-Base: 1, PBX-Recording12-User: 1 } }
users: { desk: { count: 3, signed-in: 1 h, away: 1 h, features: { reporting: all, recording: all } } }";
    assert_eq!(refused(&audit(blocks)), [("no-unit", 68, 1)]);
    assert_eq!(refused(&audit(&format!("{blocks}\nrules: {{ recording-user: floating }}"))), []);
}

#[test]
fn a_reading_that_changes_nothing_is_not_named() {
    let audit = audit("licences: { master: { PBX-Port12: 1 } }\nusers: { desk: {} }");
    assert_eq!(audit.decided, []);
}

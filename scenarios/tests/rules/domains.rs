//! Central and decentral licences (R5-R10), IPVA (R26-R29).

use super::{asked, audit, entitled, need, odd, refused, usable};

/// R5, R6, R8, R9, R10.
#[test]
fn t12_a_pbx_with_licences_of_its_own_gets_none_of_the_master() {
    let audit = audit(
        "cluster: { hq: { role: master }, b: {}, c: {} }
licences: { hq: { PBX-Port12: 50 }, b: { PBX-Port12: 1 } }
users: { two: { count: 2, home: b }, ten: { count: 10, home: c } }",
    );
    assert_eq!(refused(&audit), [("decentral-exhausted", 10, 1)]);
    assert_eq!((asked(&audit, "b", "PBX-Port"), asked(&audit, "hq", "PBX-Port")), ((2, 1), (10, 0)));
    assert_eq!(odd(&audit, 8).map(|one| one.what.as_str()), Some("b has licences of its own and draws on no others"));
}

/// R8, A1.
#[test]
fn t13_hardware_licences_make_no_pbx_decentral() {
    let audit = audit(
        "cluster: { hq: { role: master }, b: {} }
licences: { hq: { PBX-Port12: 50 }, b: { Relay-PRIs: 1, Relay-Channels: 30 } }
users: { two: { count: 2, home: b } }
trunks: { city: { home: b, interface: pri, channels: 30 } }",
    );
    assert_eq!((refused(&audit), asked(&audit, "hq", "PBX-Port")), (vec![], (3, 0)));
}

/// R4, R26, R27.
#[test]
fn t16_a_port_on_an_ipva_takes_both_units_or_none() {
    let with = |ports: u32, ipva: u32| {
        audit(&format!(
            "cluster: {{ hq: {{ role: master }}, cloud: {{ platform: IPVA }} }}
licences: {{ hq: {{ PBX-Port12: {ports} }}, cloud: {{ PBX-IPVA12: {ipva} }} }}
users: {{ remote: {{ count: 11, home: cloud }} }}"
        ))
    };
    let capped = with(50, 10);
    assert_eq!(refused(&capped), [("ipva", 27, 1)]);
    assert_eq!(asked(&capped, "hq", "PBX-Port"), (10, 0), "no port is booked for the eleventh");
    let short = with(8, 20);
    assert_eq!(refused(&short), [("no-unit", 30, 3)]);
}

/// R28.
#[test]
fn an_ipva_licence_counts_against_the_software_of_its_pbx() {
    let audit = audit(
        "cluster: { hq: { role: master, platform: IPVA } }
licences: { hq: { PBX-Port12: 5, PBX-IPVA11: 5 } }
users: { desk: { count: 5 } }",
    );
    assert_eq!(entitled(&audit, "PBX-IPVA11"), (0, Some(("version", 28))));
    assert_eq!(usable(&audit, "hq", "PBX-IPVA"), 0);
}

/// R26: elsewhere it is good for nothing.
#[test]
fn an_ipva_licence_on_a_gateway_is_idle() {
    let audit = audit("licences: { master: { PBX-Port12: 1, PBX-IPVA12: 5 } }\nusers: { desk: {} }");
    assert_eq!((entitled(&audit, "PBX-IPVA12"), refused(&audit)), ((0, Some(("misplaced", 26))), vec![]));
}

/// R15: the software of every PBX counts against the licences of its domain.
#[test]
fn one_pbx_with_newer_software_is_alone_without_licences() {
    let audit = audit(
        "cluster: { hq: { role: master, software: V10 }, b: { software: V12 } }
licences: { hq: { PBX-Port10: 50 } }
users: { two: { count: 2, home: b }, ten: { count: 10, home: hq } }",
    );
    assert_eq!(refused(&audit), [("version", 35, 2)]);
    assert_eq!(need(&audit, "hq", "PBX-Port").refused, 2);
    assert!(odd(&audit, 17).is_some());
}

//! Hardware licences (R19-R25) and the Linux platform (R50, R65).

use super::{asked, audit, entitled, refused};

fn gateway(platform: &str, licences: &str) -> scenarios::audit::Audit {
    audit(&format!(
        "cluster: {{ hq: {{ role: master, platform: {platform}, interfaces: {{ pri: 1, dsp: 30 }} }} }}
licences: {{ hq: {{ PBX-Port12: 9{licences} }} }}
trunks: {{ city: {{ interface: pri, channels: 30 }} }}"
    ))
}

/// R19, R20, R21, R22, R25.
#[test]
fn t14_some_boxes_come_with_all_hardware_licences() {
    assert_eq!(refused(&gateway("IP311", "")), []);
    assert_eq!(refused(&gateway("IP3011", ", Relay-PRIs: 1, Relay-Channels: 30")), []);
    assert_eq!(refused(&gateway("IP3011", "")), [("no-unit", 21, 1), ("relay-channels", 24, 30)]);
    let bought = gateway("IP411", ", Relay-PRIs: 1");
    assert_eq!(entitled(&bought, "Relay-PRIs"), (0, Some(("included", 25))));
}

/// R19: a licence makes no interface.
#[test]
fn more_interfaces_than_there_are_cannot_be_licensed() {
    let audit = audit(
        "cluster: { hq: { role: master, interfaces: { pri: 1 } } }
licences: { hq: { PBX-Port12: 9, Relay-PRIs: 2, Relay-Channels: 60 } }
trunks: { city: { interface: pri, channels: 60 } }",
    );
    assert_eq!(refused(&audit), [("no-channel", 19, 1)]);
}

/// R24, R44: ISDN and conferences share; all at once they would need as many as this.
#[test]
fn t15_trunks_and_conferences_share_the_channels_of_a_box() {
    let audit = audit(
        "cluster: { hq: { role: master, interfaces: { bri: 4, dsp: 8 } } }
licences: { hq: { PBX-Port12: 9, Relay-BRIs: 4, Relay-Channels: 8 } }
trunks: { city: { interface: bri, channels: 8 } }
rooms: { one: { places: 5 } }",
    );
    assert_eq!((asked(&audit, "hq", "Relay-Channels"), refused(&audit)), ((13, 0), vec![]));
}

/// R50.
#[test]
fn t24_fax_needs_the_linux_platform() {
    for (platform, runs, expected) in [
        ("IP1130", "linux-ap", vec![("no-linux-ap", 50, 2)]),
        ("IP3011", "recorder", vec![("no-linux-ap", 50, 2)]),
        ("IP3011", "linux-ap", vec![]),
        ("IP6010", "linux-ap", vec![]),
        ("IPVA", "linux-ap", vec![]),
    ] {
        let audit = audit(&format!(
            "cluster: {{ hq: {{ role: master, platform: {platform}, runs: [{runs}] }} }}
licences: {{ hq: {{ PBX-Port12: 2, PBX-IPVA12: 2, PBX-Fax12: 2 }} }}
users: {{ desk: {{ count: 2, features: {{ fax: all }} }} }}"
        ));
        assert_eq!(refused(&audit), expected, "{platform} {runs}");
    }
}

//! What cannot be audited is said at its place, and nothing of it is.

/// Everything that is wrong with these blocks: line, column, message and cure.
fn wrong(blocks: &str) -> Vec<String> {
    let text = format!("pbxsim: 1\nlasts: 1 h\n{blocks}\n");
    let diagnostics = scenarios::audit("case.yaml", &text, &[], None).expect_err(blocks);
    diagnostics.places().map(|at| format!("{}:{} {} | {}", at.line, at.column, at.message, at.advice)).collect()
}

#[test]
fn mistakes_in_licences_are_said_at_their_place() {
    for (blocks, said) in [
        (
            "licences: { master: { PBX-SoftPhones12: 5 } }",
            "3:23 no licence of the catalogue is called \"PBX-SoftPhones12\" | did you mean \"PBX-SoftwarePhones12\"?",
        ),
        (
            "licences: { master: { PBX-Voicemail: 5 } }",
            "3:23 PBX-Voicemail is a feature | a licence has a version: PBX-Voicemail12",
        ),
        ("licences: { master: { Relay-PRIs12: 5 } }", "3:23 Relay-PRIs has no version | "),
        ("licences: { master: { PBX-Fax12%500: 5 } }", "3:23 PBX-Fax12 has no tier %500 | write PBX-Fax12"),
        (
            "licences: { master: { SSC: 5 } }",
            "3:23 no licence of the catalogue is called \"SSC\" | the catalogue: PBX-Port12, PBX-Standby12, PBX-SoftwarePhones12, PBX-Operator12, …",
        ),
        ("licences: { slave: { PBX-Port12: 5 } }", "3:13 no node is called \"slave\" | nodes here: \"master\""),
        ("licences: { master: { PBX-Port12: 2000000000 } }", "3:35 2000000000 is too many | at most 1,000,000,000"),
        (
            "cluster: { master: { platform: IPVA, mac: 02-00-5e-00-01 } }",
            "3:43 \"02-00-5e-00-01\" is not a MAC address | write it as 02-00-5e-00-00-01",
        ),
        (
            "portal: { bought: { master: 2017-02-29 } }",
            "3:29 \"2017-02-29\" is not a date | write year-month-day, such as 2017-06-01",
        ),
        ("users: { desk: { count: 5, features: { mypbx: 6 } } }", "3:47 6 of 5 seats have mypbx | at most 5"),
    ] {
        assert_eq!(wrong(blocks), [said], "{blocks}");
    }
}

#[test]
fn a_negative_count_is_no_count() {
    let said = wrong("licences: { master: { PBX-Port12: -5 } }");
    assert!(said.len() == 1 && said[0].starts_with("3:35 "), "{said:?}");
}

/// R29: a licence bound to an address belongs to one device.
#[test]
fn two_appliances_cannot_have_the_same_address() {
    let two = "cluster:\n  hq: { role: master, platform: IPVA, mac: 02-00-5e-00-00-01 }\n  b: { platform: IPVA, mac: 02-00-5E-00-00-01 }";
    assert_eq!(wrong(two), ["5:29 hq has the same MAC address | a licence bound to a MAC belongs to one device (R29)"]);
}

#[test]
fn a_file_of_a_million_licences_is_too_large_and_says_so() {
    let lines: String = (0..1_000_000).map(|n| format!("  node-{n}: {{ PBX-Port12: 1 }}\n")).collect();
    let said = wrong(&format!("licences:\n{lines}"));
    assert_eq!(said, ["1:1 the file is larger than 16 MiB | a scenario has a hundred lines"]);
}

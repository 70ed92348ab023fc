//! Price tiers (R36, R37, R40, R52) and UC against its parts (R59).

use super::quote;

/// What to order at the licence master, `500 PBX-Port12`.
fn order(blocks: &str) -> Vec<String> {
    quote(blocks).orders.iter().map(|one| format!("{} {}", one.units, one.name)).collect()
}

fn ports(users: u32, more: &str) -> Vec<String> {
    order(&format!("users: {{ desk: {{ count: {users} }} }}\n{more}"))
}

/// R36, R37, A7, A8.
#[test]
fn t36_installed_ports_split_into_price_tiers() {
    assert_eq!(ports(500, ""), ["500 PBX-Port12"]);
    assert_eq!(ports(501, ""), ["500 PBX-Port12", "1 PBX-Port12%500"]);
    assert_eq!(ports(1000, ""), ["500 PBX-Port12", "500 PBX-Port12%500"]);
    assert_eq!(ports(1001, ""), ["500 PBX-Port12", "500 PBX-Port12%500", "1 PBX-Port12%1000"]);
    assert_eq!(ports(2001, ""), ["500 PBX-Port12", "500 PBX-Port12%500", "1000 PBX-Port12%1000", "1 PBX-Port12%2000"]);
    assert_eq!(
        ports(5001, ""),
        ["500 PBX-Port12", "500 PBX-Port12%500", "1000 PBX-Port12%1000", "3000 PBX-Port12%2000", "1 PBX-Port12%5000"]
    );
}

/// R36: what is installed takes the first places.
#[test]
fn a_tier_counts_what_is_installed_already() {
    assert_eq!(ports(520, "licences: { master: { PBX-Port12: 480 } }"), ["20 PBX-Port12", "20 PBX-Port12%500"]);
    assert_eq!(ports(520, "licences: { master: { PBX-Port12: 520 } }"), Vec::<String>::new());
}

/// A7, A8.
#[test]
fn tiers_may_be_read_otherwise() {
    assert_eq!(ports(600, "rules: { tiers: all-units }"), ["600 PBX-Port12%500"]);
    assert_eq!(ports(500, "rules: { tier-starts: 500 }"), ["499 PBX-Port12", "1 PBX-Port12%500"]);
    // IPVA licences make no PBX decentral: their own stock is not counted with the domain's.
    let islands = "cluster: { hq: { role: master }, b: {} }\nlicences: { hq: { PBX-Port12: 500 }, b: { PBX-Port12: 1 } }\nusers: { far: { count: 2, home: b } }";
    assert_eq!(order(islands), ["1 PBX-Port12"], "a decentral island starts at the standard price");
}

/// R40, R41: as many standby licences as there will be ports.
#[test]
fn standby_licences_follow_the_ports_in_the_same_tiers() {
    let pair = "cluster: { hq: { role: master }, spare: { role: standby, stands-in-for: hq } }\nlicences: { hq: { PBX-Port12: 480 } }\nusers: { desk: { count: 510 } }";
    assert_eq!(order(pair), ["20 PBX-Port12", "10 PBX-Port12%500", "500 PBX-Standby12", "10 PBX-Standby12%500"]);
}

/// R41: from nothing, too.
#[test]
fn a_standby_is_ordered_with_the_first_ports() {
    let pair =
        "cluster: { hq: { role: master }, spare: { role: standby, stands-in-for: hq } }\nusers: { desk: { count: 5 } }";
    assert_eq!(order(pair), ["5 PBX-Port12", "5 PBX-Standby12"]);
}

/// R51, R52: the first of a device, the 2nd to 250th, and from the 251st on.
#[test]
fn t37_old_voicemail_has_a_start_and_two_tiers() {
    let with = |ports: u32| {
        order(&format!(
            "licences: {{ master: {{ PBX-Port12: {ports}, PBX-Voicemail12: 1 }} }}\nusers: {{ desk: {{ count: {ports}, features: {{ voicemail: all }} }} }}"
        ))
    };
    assert_eq!(with(1), Vec::<String>::new());
    assert_eq!(with(250), ["249 PBX-Voicemail12%1"]);
    assert_eq!(with(251), ["249 PBX-Voicemail12%1", "1 PBX-Voicemail12%250"]);
}

/// R59, R57: who has the same parts is told beside the one licence that would replace them.
#[test]
fn uc_is_held_against_the_parts_that_it_would_replace() {
    let quote = quote("users: { planner: { count: 20, features: { uc: 2, mypbx: all, video: 10, fax: 5 } } }");
    let lines: Vec<(u64, usize)> = quote.bundles.iter().map(|one| (one.users, one.parts.len())).collect();
    assert_eq!(lines, [(3, 3), (5, 2), (10, 1)], "{:?}", quote.bundles);
    assert!(quote.bundles.iter().all(|one| one.uc == "PBX-UC12"));
}

/// R18: what is too old is ordered again, in the version of the software.
#[test]
fn older_licences_do_not_count_for_newer_software() {
    assert_eq!(ports(5, "licences: { master: { PBX-Port10: 3, PBX-Port12: 4 } }"), ["1 PBX-Port12"]);
}

/// R74: operators are ordered in the version of the application.
#[test]
fn applications_are_ordered_in_their_own_version() {
    assert_eq!(order("users: { console: { devices: { operator: all }, software: V13 } }"), ["1 PBX-Operator13"]);
}

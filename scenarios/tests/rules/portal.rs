//! The portal (R2, R76-R90), and licences that change while a scenario goes on (R12-R18, R54, R82).

use super::audit;
use scenarios::audit::{Administered, Audit};

/// What became of each deed: `done`, or reason and rule.
fn ends(audit: &Audit) -> Vec<String> {
    let end = |deed: &Administered| match &deed.refused {
        None => "done".to_owned(),
        Some((reason, rule, _)) => format!("{reason} R{rule}"),
    };
    audit.deeds.iter().map(end).collect()
}

/// Usable ports of hq after each deed that changed them.
fn ports(audit: &Audit) -> Vec<(u64, u64)> {
    let changes = audit.deeds.iter().flat_map(|deed| &deed.changes);
    let ports = changes.filter(|change| change.feature == "PBX-Port" && change.owner == "hq");
    ports.map(|change| (change.before.unwrap_or(0), change.after.unwrap_or(0))).collect()
}

fn portal(blocks: &str, deeds: &str) -> Audit {
    audit(&format!("starts: 2017-06-01 08:00\n{blocks}\ntimeline:\n{deeds}"))
}

/// R12, R16, R17, R18, M10.
#[test]
fn t04_upgrade_day_goes_from_200_to_0_to_100_usable_ports() {
    let audit = portal(
        "cluster: { hq: { role: master, software: V10 } }
licences: { hq: { PBX-Port10: 100, PBX-Port12: 100 } }
users: { desk: { count: 150 } }",
        "  - { at: +10 min, upgrade: hq, to: V12 }
  - { at: +20 min, release: { PBX-Port10: 100 }, from: hq }
  - { at: +30 min, restart: hq }",
    );
    assert_eq!((ends(&audit), ports(&audit)), (vec!["done".to_owned(); 3], vec![(200, 0), (0, 100)]));
    assert_eq!(audit.deeds.iter().map(|deed| deed.changes.len()).collect::<Vec<_>>(), [1, 0, 1], "at the restart");
    assert_eq!(audit.deeds.iter().map(|deed| deed.when.as_str()).collect::<Vec<_>>(), ["08:10", "08:20", "08:30"]);
}

/// R2, R78, R80: nothing is bound that is not in the balance, and all of an operation or nothing.
#[test]
fn licences_are_bought_bound_and_released_through_the_balance() {
    let audit = portal(
        "cluster: { hq: { role: master } }
licences: { hq: { PBX-Port12: 5 } }
portal: { balance: { PBX-Port12: 10 } }
users: { desk: { count: 20 } }",
        "  - { at: +1 min, bind: { PBX-Port12: 11 }, to: hq, effective: now }
  - { at: +2 min, buy: { PBX-Port12: 1 } }
  - { at: +3 min, bind: { PBX-Port12: 11 }, to: hq, effective: now }
  - { at: +4 min, release: { PBX-Port12: 2, PBX-Fax12: 1 }, from: hq, effective: now }
  - { at: +5 min, release: { PBX-Port12: 2 }, from: hq, effective: now }",
    );
    assert_eq!(ends(&audit), ["no-balance R80", "done", "done", "no-unit R78", "done"]);
    assert_eq!(ports(&audit), [(5, 16), (16, 14)]);
    let ledger = audit.ledger.as_ref().expect("there is a portal");
    assert_eq!(ledger.balance, [("PBX-Port12".to_owned(), 2)]);
}

/// R22, R29, R82, A26: what stays in its device.
#[test]
fn t14_t17_t39_hardware_ipva_and_old_licences_never_leave() {
    let blocks =
        "cluster: { hq: { role: master, interfaces: { pri: 1 } }, cloud: { platform: IPVA }, attic: { software: V7 } }
licences: { hq: { PBX-Port12: 50, Relay-PRIs: 1 }, cloud: { PBX-IPVA12: 5 }, attic: { PBX-Port7: 5 } }
users: { desk: { home: cloud } }";
    let deeds = "  - { at: +1 min, release: { Relay-PRIs: 1 }, from: hq }
  - { at: +2 min, release: { PBX-IPVA12: 5 }, from: cloud }
  - { at: +3 min, release: { PBX-Port7: 5 }, from: attic }";
    assert_eq!(ends(&portal(blocks, deeds)), ["not-transferable R82", "not-transferable R29", "too-old R82"]);
    let island = "cluster: { hq: { role: master }, cloud: { platform: IPVA } }
licences: { cloud: { PBX-Port12: 5, PBX-IPVA12: 5 } }
users: { desk: { home: cloud } }";
    let leave = "  - { at: +1 min, release: { PBX-Port12: 5 }, from: cloud }";
    assert_eq!(ends(&portal(island, leave)), ["done"]);
    let literal = format!("{island}\nrules: {{ ipva-bound: everything }}");
    assert_eq!(ends(&portal(&literal, leave)), ["not-transferable R82"]);
}

/// R81.
#[test]
fn t39_licences_move_within_the_company_only() {
    let with = |owner: &str| {
        portal(
            &format!(
                "cluster: {{ hq: {{ role: master }}, b: {{}} }}
licences: {{ hq: {{ PBX-Port12: 5 }} }}
portal: {{ company: us, owners: {{ b: {owner} }} }}
users: {{ desk: {{}} }}"
            ),
            "  - { at: +1 min, release: { PBX-Port12: 2 }, from: hq }
  - { at: +2 min, bind: { PBX-Port12: 2 }, to: b }",
        )
    };
    assert_eq!(ends(&with("us")), ["done", "done"]);
    assert_eq!(ends(&with("them")), ["done", "other-company R81"]);
}

/// R76, R77, R78, R79, R80.
#[test]
fn t38_a_migration_keeps_agreements_and_a_conversion_ends_them() {
    let blocks = |version: u32| {
        format!(
            "cluster: {{ hq: {{ role: master, software: V{version} }}, b: {{ software: V{version} }} }}
licences: {{ hq: {{ PBX-Port{version}: 5 }}, b: {{ PBX-Port{version}: 7, Relay-BRIs: 1 }} }}
portal: {{ balance: {{ SSC: 9 }}, covered-until: {{ PBX-Port{version}: 2018-03-01 }} }}
users: {{ desk: {{}} }}"
        )
    };
    let migrate = "  - { at: +1 min, migrate: [b], to: hq }";
    assert_eq!(ends(&portal(&blocks(7), migrate)), ["too-old R77"]);
    let moved = portal(&blocks(9), migrate);
    let ledger = moved.ledger.clone().expect("a portal");
    assert_eq!((ends(&moved), ledger.credits), (vec!["done".to_owned()], 9), "at no cost");
    assert_eq!(ledger.covered_until, [("PBX-Port9".to_owned(), "2018-03-01".to_owned())]);
    let converted = portal(
        &blocks(9),
        "  - { at: +1 min, release: { PBX-Port9: 7 }, from: b }
  - { at: +2 min, convert: { PBX-Port9: 7 }, to: V12 }
  - { at: +3 min, convert: { PBX-Port12: 7 }, to: V13 }",
    );
    let ledger = converted.ledger.clone().expect("a portal");
    assert_eq!((ends(&converted), ledger.credits), (vec!["done".into(), "done".into(), "no-credit R84".into()], 2));
    assert_eq!(ledger.covered_until, [("PBX-Port12".to_owned(), "2018-06-01".to_owned())], "a new year");
}

/// R83: in place, under an agreement, at no cost; new functions are not in it.
#[test]
fn t40_under_an_agreement_bound_licences_become_newer_ones() {
    let with = |covered: &str| {
        portal(
            &format!(
                "cluster: {{ hq: {{ role: master, software: V11 }} }}
licences: {{ hq: {{ PBX-Port11: 5 }} }}
portal: {{ covered-until: {{ PBX-Port11: {covered} }} }}
users: {{ desk: {{ count: 5 }} }}"
            ),
            "  - { at: +1 min, convert: { PBX-Port11: 5 }, from: hq, to: V12 }
  - { at: +2 min, upgrade: hq, to: V12 }",
        )
    };
    let covered = with("2017-12-31");
    assert_eq!((ends(&covered), ports(&covered)), (vec!["done".to_owned(); 2], vec![]), "nothing stops");
    assert_eq!(covered.ledger.clone().map(|ledger| ledger.credits), Some(0));
    let lapsed = with("2017-05-31");
    assert_eq!((ends(&lapsed), ports(&lapsed)), (vec!["no-credit R83".into(), "done".into()], vec![(5, 0)]));
}

/// R84, R85, R86: a year costs one credit per licence; who has let it lapse pays the years that were missed.
#[test]
fn agreements_are_paid_with_credits_from_the_first_binding_on() {
    let with = |dates: &str, credits: u32| {
        portal(
            &format!(
                "cluster: {{ hq: {{ role: master }} }}
licences: {{ hq: {{ PBX-Port12: 5 }} }}
portal: {{ balance: {{ SSC: {credits} }}{dates} }}
users: {{ desk: {{}} }}"
            ),
            "  - { at: +1 min, cover: { PBX-Port12: 5 }, years: 2 }",
        )
    };
    let ledger = |audit: &Audit| audit.ledger.clone().map(|l| (l.credits, l.covered_until[0].1.clone()));
    let fresh = with("", 12);
    assert_eq!((ends(&fresh), ledger(&fresh)), (vec!["done".into()], Some((2, "2019-06-01".into()))));
    assert_eq!(ends(&with("", 9)), ["no-credit R84"]);
    let running = with(", covered-until: { PBX-Port12: 2017-09-01 }", 12);
    assert_eq!(ledger(&running), Some((2, "2019-09-01".into())), "it goes on where it ends");
    let missed = with(", first-bound: { PBX-Port12: 2015-03-01 }", 20);
    assert_eq!(ledger(&missed), Some((0, "2019-03-01".into())), "two years were missed");
}

/// R54.
#[test]
fn t26_the_other_model_of_voicemail_cannot_be_bound() {
    let audit = portal(
        "cluster: { hq: { role: master, software: V9 } }
licences: { hq: { PBX-Port9: 5, PBX-Voicemail9: 5 } }
portal: { balance: { PBX-VoicemailUser12: 1, SSC: 10 } }
users: { desk: { count: 5, features: { voicemail: all } } }",
        "  - { at: +1 min, bind: { PBX-VoicemailUser12: 1 }, to: hq }
  - { at: +2 min, release: { PBX-Voicemail9: 5 }, from: hq }
  - { at: +3 min, convert: { PBX-Voicemail9: 5 }, to: V12 }
  - { at: +4 min, bind: { PBX-Voicemail12: 5 }, to: hq, effective: now }",
    );
    assert_eq!(ends(&audit), ["model-mix R54", "done", "done", "done"], "an agreement keeps the old model");
}

/// R87, R88, R89.
#[test]
fn t08_a_warranty_is_extended_once_and_by_four_years_at_most() {
    let with = |years: u32| {
        portal(
            "portal: { bought: { master: 2017-06-01 } }\nusers: { desk: {} }",
            &format!(
                "  - {{ at: +1 min, extend-warranty: master, years: {years}, kind: at-purchase }}
  - {{ at: +2 min, extend-warranty: master, years: 1, kind: after-purchase }}"
            ),
        )
    };
    let three = with(3);
    assert_eq!(ends(&three), ["done", "already-extended R89"]);
    assert_eq!(
        three.ledger.clone().map(|ledger| ledger.warranty_until),
        Some(vec![("master".into(), "2021-06-01".into())])
    );
    assert_eq!(ends(&with(5)), ["too-many-years R87", "done"]);
}

/// R90.
#[test]
fn t41_a_warranty_is_extended_at_the_purchase_or_within_the_year() {
    for (bought, kind, end) in [
        ("2017-05-20", "at-purchase", "done"),
        ("2017-04-20", "at-purchase", "too-late R90"),
        ("2016-07-10", "after-purchase", "done"),
        ("2016-06-02", "after-purchase", "done"),
        ("2016-06-01", "after-purchase", "too-late R90"),
        ("2016-05-01", "after-purchase", "too-late R90"),
    ] {
        let audit = portal(
            &format!("portal: {{ bought: {{ master: {bought} }} }}\nusers: {{ desk: {{}} }}"),
            &format!("  - {{ at: +1 min, extend-warranty: master, years: 2, kind: {kind} }}"),
        );
        assert_eq!(ends(&audit), [end], "{bought} {kind}");
    }
}

/// R45, R47, R48: what has no licence is not configured.
#[test]
fn functions_are_assigned_only_with_their_licences() {
    let audit = portal(
        "cluster: { hq: { role: master } }
licences: { hq: { PBX-Port12: 20, PBX-myPBX12: 2, PBX-Video12: 5 } }
users: { staff: { count: 20, features: { mypbx: 1 } } }",
        "  - { at: +1 min, assign: { video: 1 }, to: staff 20..20 }
  - { at: +2 min, assign: { mypbx: 1, video: 1 }, to: staff 20..20 }
  - { at: +3 min, assign: { mypbx: 1 }, to: staff 19..19 }
  - { at: +4 min, unassign: { mypbx: 1 }, from: staff 1..1 }
  - { at: +5 min, assign: { mypbx: 1 }, to: staff 19..19 }",
    );
    assert_eq!(ends(&audit), ["needs-mypbx R48", "done", "no-unit R47", "done", "done"]);
}

//! `pbxsim audit`: the answer first, every rule with its place and cure.

use crate::desk::Desk;

const OFFICE: &str = "\
pbxsim: 1
lasts: 1 h
cluster:
  hq:    { role: master }
  spare: { role: standby, stands-in-for: hq }
  cloud: { platform: IPVA }
licences:
  hq:
    PBX-Port12: 100
    PBX-Standby12: 99
    PBX-myPBX12: 10
    PBX-Fax12: 5
  cloud: { PBX-IPVA12: 10 }
users:
  desk:   { count: 20, features: { mypbx: 12, video: 5 } }
  remote: { count: 11, home: cloud }
  hot:    { count: 200, signed-in: 8 h, away: 16 h }
";

#[test]
fn audit_says_what_is_not_covered_and_by_which_rule() {
    let desk = Desk::empty();
    desk.write("office.yaml", OFFICE);
    let answer = desk.pbxsim("audit office.yaml");
    assert_eq!((answer.code, answer.errors.as_str()), (Some(1), ""));
    assert!(answer.output.lines().all(|line| line.chars().count() <= 80), "{}", answer.output);
    insta::assert_snapshot!(answer.output);
}

#[test]
fn audit_ends_with_0_if_everything_is_covered() {
    let desk = Desk::empty();
    desk.write("one.yaml", "pbxsim: 1\nlasts: 1 h\nlicences: { master: { PBX-Port12: 1 } }\nusers: { desk: {} }\n");
    let answer = desk.pbxsim("audit one.yaml");
    assert_eq!((answer.code, answer.errors.as_str()), (Some(0), ""));
    insta::assert_snapshot!(answer.output);
    let more = desk.pbxsim("audit one.yaml --set users.desk.count=2");
    assert_eq!(more.code, Some(1));
    assert!(more.output.contains("PBX-Port for 1 of 2 of desk"), "{}", more.output);
}

#[test]
fn audit_as_json_has_the_same() {
    let desk = Desk::empty();
    desk.write("office.yaml", OFFICE);
    let answer = desk.pbxsim("audit office.yaml --as json");
    assert_eq!(answer.code, Some(1));
    let json = answer.json();
    assert_eq!((&json["pbxsim-audit"], &json["covered"]), (&1.into(), &false.into()));
    let audit = &json["audits"][0];
    let finding = &audit["findings"][0];
    assert_eq!((&finding["rule"], &finding["reason"]), (&"R41".into(), &"gate-standby".into()));
    assert_eq!(finding["at"]["line"], 5);
    let ports = audit["needs"].as_array().and_then(|needs| needs.iter().find(|need| need["feature"] == "PBX-Port"));
    assert_eq!(ports.map(|need| &need["usable"]), Some(&100.into()));
}

#[test]
fn audit_of_variants_is_one_audit_each() {
    let desk = Desk::empty();
    let text = format!("{OFFICE}variants:\n  as-is: {{}}\n  more:\n    set: {{ licences.hq.PBX-Standby12: 100 }}\n");
    desk.write("office.yaml", &text);
    let both = desk.pbxsim("audit office.yaml --as json").json();
    assert_eq!(both["audits"].as_array().map(Vec::len), Some(2));
    let one = desk.pbxsim("audit office.yaml --variant more").output;
    assert!(one.starts_with("office.yaml (more): NOT COVERED") && !one.contains("R41"), "{one}");
}

#[test]
fn audit_of_a_wrong_file_ends_with_2() {
    let desk = Desk::empty();
    desk.write("wrong.yaml", &OFFICE.replace("PBX-Fax12", "PBX-Faks12"));
    let answer = desk.pbxsim("audit wrong.yaml");
    assert_eq!((answer.code, answer.output.as_str()), (Some(2), ""));
    assert!(answer.errors.contains("did you mean \"PBX-Fax12\"?"), "{}", answer.errors);
    assert_eq!(desk.pbxsim("audit").code, Some(2));
}

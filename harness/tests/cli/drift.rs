//! `run --expect-summary`: a small summary that is committed, and what differs from it.

use crate::desk::Desk;

#[test]
fn what_has_changed_is_told_and_fails() {
    let desk = Desk::new();
    assert_eq!(desk.pbxsim("run small.yaml --out run.pbxrun").code, Some(0));
    assert_eq!(desk.pbxsim("show run.pbxrun --as summary --out small.summary").code, Some(0));
    let same = desk.pbxsim("run small.yaml --expect-summary small.summary");
    assert_eq!((same.code, same.output.contains("Not as in")), (Some(0), false), "{}", same.output);
    let slower = desk.read("small.yaml").replace("100/s", "90/s");
    desk.write("small.yaml", &slower);
    let other = desk.pbxsim("run small.yaml --expect-summary small.summary");
    assert_eq!(other.code, Some(1));
    let told = other.output.split_once("\n  Not as in").expect("the difference is told").1;
    insta::assert_snapshot!(told);
    let json = desk.pbxsim("run small.yaml --expect-summary small.summary --as json");
    assert_eq!((json.code, &json.json()["verdict"]), (Some(1), &"pass".into()), "every sentence held");
    assert!(json.errors.contains("Not as in small.summary"), "{}", json.errors);
}

#[test]
fn line_ends_of_another_system_are_no_difference() {
    let desk = Desk::new();
    desk.pbxsim("run small.yaml --out run.pbxrun");
    let summary = desk.pbxsim("show run.pbxrun --as summary").output;
    desk.write("small.summary", &summary.replace('\n', "\r\n"));
    assert_eq!(desk.pbxsim("run small.yaml --expect-summary small.summary").code, Some(0));
}

#[test]
fn without_a_summary_nothing_runs() {
    let desk = Desk::new();
    let missing = desk.pbxsim("run small.yaml --expect-summary small.summary");
    assert_eq!((missing.code, missing.output.as_str()), (Some(2), ""));
    assert!(missing.errors.contains("to write it, after a run: pbxsim show LAST --as summary --out small.summary"));
    let foreign = desk.pbxsim("run small.yaml --expect-summary small.yaml");
    assert_eq!(foreign.code, Some(2));
    assert!(foreign.errors.contains("that is no summary of pbxsim"), "{}", foreign.errors);
    assert!(desk.runs().is_empty());
}

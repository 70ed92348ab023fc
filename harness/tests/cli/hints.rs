//! Slips of the fingers: the nearest verb, flag, file, path and template; always exit code 2.

use crate::desk::{Desk, SMALL};

/// What `pbxsim LINE` says on standard error.
fn said(desk: &Desk, line: &str) -> String {
    let answer = desk.pbxsim(line);
    assert_eq!((answer.code, answer.output.as_str()), (Some(2), ""), "{line}");
    answer.errors
}

#[test]
fn the_nearest_verb_is_offered() {
    let desk = Desk::new();
    insta::assert_snapshot!(said(&desk, "rnu small.yaml"), @r#"
    error: there is no verb "rnu"
      did you mean run?
    "#);
    insta::assert_snapshot!(said(&desk, "frobnicate"), @r#"
    error: there is no verb "frobnicate"
      verbs are: new, check, explain, run, plan, sweep, compare, shrink, cdr, serve, worker, workers, show, trace, audit, quote, list, schema, completions, man
    "#);
    assert!(said(&desk, "man rnu").contains("did you mean run?"));
}

#[test]
fn a_file_without_a_verb_is_probably_meant_to_run() {
    insta::assert_snapshot!(said(&Desk::new(), "small.yaml"), @r#"
    error: there is no verb "small.yaml"
      to run it: pbxsim run small.yaml
    "#);
}

#[test]
fn the_nearest_flag_is_offered() {
    assert!(said(&Desk::new(), "run small.yaml --seeed 3").contains("a similar argument exists: '--seed'"));
    assert!(said(&Desk::new(), "run small.yaml --varaint a").contains("a similar argument exists: '--variant'"));
}

#[test]
fn the_nearest_file_is_offered() {
    let desk = Desk::new();
    insta::assert_snapshot!(said(&desk, "run samll.yaml"), @r"
    error: there is no file samll.yaml
      did you mean small.yaml?
    ");
    assert!(said(&desk, "check small").contains("did you mean small.yaml?"));
    desk.write("library/rush.yaml", SMALL);
    assert!(said(&desk, "explain library/rsuh.yaml").contains("did you mean library/rush.yaml?"));
    insta::assert_snapshot!(said(&desk, "run libary/rush.yaml"), @r"
    error: there is no folder libary
      did you mean library/rush.yaml?
    ");
}

#[test]
fn the_name_of_a_template_leads_to_new() {
    let said = said(&Desk::empty(), "run hot-desk.yaml");
    assert!(said.contains("pbxsim new hot-desk.yaml --template hot-desk"), "{said}");
}

#[test]
fn without_a_file_the_scenarios_here_are_named() {
    let desk = Desk::new();
    desk.write("compose.yaml", "services: {}\n");
    insta::assert_snapshot!(said(&desk, "run"), @r"
    error: which scenario?
      pbxsim run failing.yaml
      pbxsim run small.yaml
    ");
    assert!(said(&desk, "explain").contains("pbxsim explain small.yaml"));
    assert!(said(&Desk::empty(), "check").contains("pbxsim new rush.yaml"));
}

#[test]
fn a_wrong_path_in_set_has_a_caret() {
    insta::assert_snapshot!(said(&Desk::new(), "run small.yaml --set users.dsk.count=4"), @r#"
    error: nothing is called "dsk" here
     --> the command line:1:13
      |
    1 | --set users.dsk.count=4
      |             ^^^ did you mean "desk"?
      |
    small.yaml: 1 error. Nothing was run.
    "#);
}

#[test]
fn the_nearest_run_is_offered() {
    let desk = Desk::new();
    assert!(said(&desk, "show LAST").contains("there is no run in runs/"));
    desk.pbxsim("run small.yaml --out kept.pbxrun");
    assert!(said(&desk, "show kpet.pbxrun").contains("did you mean kept.pbxrun?"));
    assert!(said(&desk, "show LSAT").contains("did you mean LAST?"));
    assert!(said(&desk, "show small.yaml").contains("it is not a run file of pbxsim"));
}

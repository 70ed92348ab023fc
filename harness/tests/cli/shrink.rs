//! A failing run with random faults becomes a small file that fails the same way.

use crate::desk::Desk;

/// Two branches under random faults for two hours; somebody is dropped by nearly every crash.
const STORM: &str = "\
pbxsim: 1
lasts: 3 h
cluster:
  hq: { role: master }
  branch: { count: 2 }
licences:
  hq: { PBX-Port12: 30 }
users:
  desk: { count: 20, home: { each-branch: 10 }, expires: 2 min }
timeline:
  - { at: +10 min, chaos: [crash, freeze, cut, sign-out], every: 2 min, lasting: 5 s..3 min, for: 2 h, called: the storm }
expect:
  - PBX-Port licences are never over-issued
  - no desk users are dropped during the storm
";

#[test]
fn the_faults_that_are_needed_are_written_down_and_fail_the_same_way() {
    let desk = Desk::empty();
    desk.write("storm.yaml", STORM);
    let run = desk.pbxsim("run storm.yaml --seed 3");
    assert!(run.output.contains("pbxsim shrink storm.yaml --seed 3"), "{}", run.output);
    let shrunk = desk.pbxsim("shrink storm.yaml --seed 3");
    assert_eq!(shrunk.code, Some(1), "{}{}", shrunk.output, shrunk.errors);
    insta::assert_snapshot!(shrunk.output);
    insta::assert_snapshot!(desk.read("storm-seed-3.yaml"));
    let again = desk.pbxsim("run storm-seed-3.yaml");
    assert_eq!(again.code, Some(1), "{}{}", again.output, again.errors);
    assert!(again.output.contains("no desk users are dropped"), "{}", again.output);
    let kept = desk.pbxsim("shrink storm.yaml --seed 3");
    assert_eq!(kept.code, Some(2));
    assert!(kept.errors.contains("storm-seed-3.yaml exists already; it was not touched"), "{}", kept.errors);
}

#[test]
fn an_end_of_runs_keeps_what_was_found() {
    let desk = Desk::empty();
    desk.write("storm.yaml", STORM);
    let shrunk = desk.pbxsim("shrink storm.yaml --seed 3 --runs 2 --out some.yaml");
    assert_eq!(shrunk.code, Some(1), "{}{}", shrunk.output, shrunk.errors);
    assert!(shrunk.output.contains("(2 runs; there was no time to try whether fewer are)"), "{}", shrunk.output);
    assert_eq!(desk.pbxsim("run some.yaml").code, Some(1));
}

#[test]
fn what_holds_or_has_no_random_faults_is_not_shrunk() {
    let desk = Desk::new();
    desk.write(
        "calm.yaml",
        &STORM.replace("no desk users are dropped during the storm", "no desk users are dropped before the storm"),
    );
    let calm = desk.pbxsim("shrink calm.yaml --seed 3");
    assert_eq!((calm.code, calm.output.as_str()), (Some(0), "Seed 3 holds: there is nothing to shrink.\n"));
    let none = desk.pbxsim("shrink small.yaml");
    assert_eq!(none.code, Some(2));
    insta::assert_snapshot!(none.errors, @r#"
    error: small.yaml has no random faults: nothing can be left out
      they come with the verb "chaos" of the timeline
    "#);
}

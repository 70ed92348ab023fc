//! `compare`: two versions of a scenario over the same seeds.

use crate::desk::{Answer, Desk, SMALL};

/// People with softphones who come and go, and too few licences.
pub(crate) const SHORT: &str = "\
pbxsim: 1
title: Too few softphone licences
lasts: 30 min
seed: 42
seeds: 20
licences:
  master: { PBX-Port12: 100, PBX-SoftwarePhones12: 30 }
users:
  roamer:
    count: 60
    devices: { softphone: all }
    signed-in: exponential 10 min
    away: exponential 10 min
  desk: { count: 5 }
expect:
  - fewer than 20% of roamer sign-ins are refused a licence
  - no desk users are dropped
";

fn desk() -> Desk {
    let desk = Desk::empty();
    desk.write("base/short.yaml", SHORT);
    desk.write("base/small.yaml", SMALL);
    desk.write("new/short.yaml", &SHORT.replace("PBX-SoftwarePhones12: 30", "PBX-SoftwarePhones12: 27"));
    desk.write("new/small.yaml", SMALL);
    desk
}

#[test]
fn fewer_licences_are_worse() {
    let answer = desk().pbxsim("compare base/short.yaml new/short.yaml");
    assert_eq!(answer.code, Some(1), "{}", answer.errors);
    assert!(answer.output.lines().all(|line| line.chars().count() <= 80), "{}", answer.output);
    insta::assert_snapshot!(answer.output);
}

#[test]
fn more_licences_are_better_and_for_a_pull_request_it_is_a_table() {
    let desk = desk();
    let answer = desk
        .pbxsim("compare base/short.yaml base/short.yaml --as md --new-set licences.master.PBX-SoftwarePhones12=33");
    assert_eq!(answer.code, Some(0), "{}", answer.errors);
    insta::assert_snapshot!(answer.output);
}

#[test]
fn a_pool_changes_nobody_whom_it_does_not_concern() {
    // Common random numbers: what has nothing to do with the change is equal in every seed, to the last bit.
    let desk = desk();
    let answer = desk.pbxsim("compare base/short.yaml base/short.yaml --new-set users.desk.count=6");
    assert_eq!(answer.code, Some(0), "{}", answer.output);
    assert!(answer.output.contains("SAME"), "{}", answer.output);
    assert_eq!(answer.output.matches("identical on 20 of 20").count(), 4, "{}", answer.output);
    // Nor does a pool that nobody exhausts on either side, or a licence nobody asks for.
    for set in ["licences.master.PBX-Port12=120", "cluster.master.watches-every=20 s"] {
        let words = ["compare", "base/short.yaml", "base/short.yaml", "--new-set", set];
        let answer = Answer::of(desk.command("").args(words));
        assert_eq!(answer.output.matches("identical on 20 of 20").count(), 4, "{set}: {}", answer.output);
    }
}

#[test]
fn folders_are_compared_file_by_file_and_the_worst_counts() {
    let answer = desk().pbxsim("compare base new --seeds 8");
    assert_eq!(answer.code, Some(1), "{}", answer.errors);
    assert!(answer.output.starts_with("2 scenarios compared"), "{}", answer.output);
    assert!(answer.output.contains("new/small.yaml") && answer.output.contains("SAME"), "{}", answer.output);
}

#[test]
fn a_run_file_is_compared_with_what_would_come_out_now() {
    let desk = desk();
    desk.pbxsim("run base/short.yaml --out was.pbxrun");
    let answer = desk.pbxsim("compare was.pbxrun base/short.yaml");
    assert_eq!(answer.code, Some(0), "{}{}", answer.output, answer.errors);
    assert!(answer.output.contains("SAME"), "{}", answer.output);
    assert_eq!(desk.pbxsim("compare was.pbxrun new/short.yaml").code, Some(1));
    desk.pbxsim("run base/short.yaml --seed 7 --out other.pbxrun");
    let apart = desk.pbxsim("compare was.pbxrun other.pbxrun");
    assert_eq!(apart.code, Some(2));
    assert!(apart.errors.contains("no seed in common"), "{}", apart.errors);
}

#[test]
fn who_cannot_tell_ends_with_4_or_fails_for_a_release() {
    let desk = desk();
    let line = "compare base/short.yaml new/short.yaml --seeds 3";
    assert_eq!(desk.pbxsim(line).code, Some(4));
    assert_eq!(desk.pbxsim(&format!("{line} --cant-tell fail")).code, Some(1));
}

#[test]
fn mistakes_are_named() {
    let desk = desk();
    for (line, said) in [
        ("compare", "compare what with what?"),
        ("compare base/short.yaml", "compare what with what?"),
        ("compare base/short.yaml nowhere.yaml", "there is no file nowhere.yaml"),
        ("compare base/short.yaml nowhere", "there is no run file nowhere"),
        ("compare base new --min-effect 5", "such as 5%"),
        ("compare base/short.yaml new/short.yaml --new-set users.dsek.count=6", "did you mean \"desk\"?"),
    ] {
        let answer = desk.pbxsim(line);
        assert_eq!((answer.code, answer.output.as_str()), (Some(2), ""), "{line}");
        assert!(answer.errors.contains(said), "{line}: {}", answer.errors);
    }
}

#[test]
fn the_result_is_the_same_on_any_number_of_threads() {
    let desk = desk();
    let run = |jobs: u32| desk.pbxsim(&format!("compare base new --jobs {jobs}")).output;
    assert_eq!(run(1), run(5));
}

//! `compare --base-cmd … --new-cmd …`: two builds on this machine, by the run files they write or as targets on the wire.

use crate::compare::SHORT;
use crate::desk::{Answer, Desk};

/// What a target is loaded with: sixty phones within half a second.
const PHONES: &str = "\
pbxsim: 1
title: Phones on the wire
lasts: 1500 ms
cluster: { master: { answers: 1000/s } }
users:
  desk: { count: 60, expires: 60 s }
timeline:
  - { at: +0 s, sign-in: everyone, over: 400 ms }
";

fn desk() -> Desk {
    let desk = Desk::empty();
    desk.write("short.yaml", SHORT);
    desk.write("less.yaml", &SHORT.replace("PBX-SoftwarePhones12: 30", "PBX-SoftwarePhones12: 27"));
    desk.write("phones.yaml", PHONES);
    desk
}

fn compare(desk: &Desk, words: &[&str]) -> Answer {
    Answer::of(desk.command("compare").args(words))
}

#[test]
fn commands_that_write_run_files_are_paired_by_seed() {
    let desk = desk();
    let pbxsim = env!("CARGO_BIN_EXE_pbxsim");
    let [base, new] = ["short", "less"].map(|file| format!("{pbxsim} run {file}.yaml --seeds 10 --out {{out}}"));
    let answer = compare(&desk, &["--base-cmd", &base, "--new-cmd", &new]);
    assert_eq!(answer.code, Some(1), "{}{}", answer.output, answer.errors);
    let files = desk.pbxsim("compare short.yaml less.yaml --seeds 10");
    assert_eq!(answer.output, files.output, "the same as from the two files");
    let answer = compare(&desk, &["--base-cmd", &base, "--new-cmd", &base, "--as", "md"]);
    assert_eq!(answer.code, Some(0), "{}{}", answer.output, answer.errors);
    assert!(answer.output.starts_with("### short.yaml: SAME"), "{}", answer.output);
}

#[test]
fn targets_are_measured_in_turns_and_against_themselves() {
    let desk = desk();
    let pbxsim = env!("CARGO_BIN_EXE_pbxsim");
    let serve = format!("{pbxsim} serve phones.yaml --listen {{addr}}");
    let slow = format!("{serve} --set cluster.master.answers=150/s");
    let words = ["phones.yaml", "--base-cmd", &serve, "--new-cmd", &slow, "--pairs", "8", "--control", "false"];
    let answer = compare(&desk, &words);
    // A served cluster that needs 0.8 s for what comes within 0.4 s is slower on any machine.
    assert_eq!(answer.code, Some(1), "{}{}", answer.output, answer.errors);
    assert!(answer.output.starts_with("phones.yaml"), "{}", answer.output);
    assert!(answer.output.contains("8 pairs, ABBA, one machine"), "{}", answer.output);
    assert!(answer.output.contains("sign-in p50, since due"), "{}", answer.output);
    assert!(answer.output.lines().all(|line| line.chars().count() <= 80), "{}", answer.output);
}

#[test]
fn a_target_against_itself_is_never_worse_nor_better() {
    let desk = desk();
    desk.write("phones.yaml", &PHONES.replace("1500 ms", "500 ms").replace("over: 400 ms", "over: 200 ms"));
    let serve = format!("{} serve phones.yaml --listen {{addr}}", env!("CARGO_BIN_EXE_pbxsim"));
    let answer = compare(&desk, &["phones.yaml", "--base-cmd", &serve, "--new-cmd", &serve, "--pairs", "8"]);
    // A machine too noisy for the question says that nobody can tell; nothing but noise is between the two.
    assert!(matches!(answer.code, Some(0 | 4)), "{:?} {}{}", answer.code, answer.output, answer.errors);
    assert!(answer.output.contains("base against itself"), "{}", answer.output);
    assert!(!answer.output.contains("WORSE") && !answer.output.contains("BETTER"), "{}", answer.output);
}

#[test]
fn a_command_that_is_neither_a_target_nor_a_run_is_refused_and_so_is_one_that_fails() {
    let desk = desk();
    for (words, told) in [
        (vec!["--base-cmd", "true"], "error: compare with what?\n  --new-cmd COMMAND\n"),
        (vec!["--base-cmd", "true", "--new-cmd", "true"], "error: what do these commands do? Both need {addr}"),
        (vec!["--base-cmd", "a {out}", "--new-cmd", "b {addr}"], "error: what do these commands do?"),
        (vec!["--base-cmd", "a {addr}", "--new-cmd", "b {addr}"], "error: one scenario, and two targets"),
        (
            vec!["phones.yaml", "--base-cmd", "a {addr}", "--new-cmd", "b {addr}", "--pairs", "7"],
            "error: 8 pairs or more",
        ),
    ] {
        let answer = compare(&desk, &words);
        assert_eq!((answer.code, answer.output.as_str()), (Some(2), ""), "{words:?}");
        assert!(answer.errors.starts_with(told), "{words:?}: {}", answer.errors);
    }
    let answer = compare(&desk, &["--base-cmd", "echo no >&2; exit 7 # {out}", "--new-cmd", "true {out}"]);
    assert_eq!(answer.code, Some(3), "{}", answer.errors);
    assert!(answer.errors.contains("exit status: 7\n  no\n"), "{}", answer.errors);
    let gone = ["phones.yaml", "--base-cmd", "echo gone; exit 1 # {addr}", "--new-cmd", "true {addr}"];
    let answer = compare(&desk, &gone);
    assert_eq!(answer.code, Some(3), "{}", answer.errors);
    assert!(answer.errors.contains("error: the target ended by itself"), "{}", answer.errors);
    assert!(answer.errors.ends_with("  gone\n"), "{}", answer.errors);
}

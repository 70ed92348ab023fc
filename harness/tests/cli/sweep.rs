//! `sweep`: the same seeds at every point, resumable, the same on any number of threads.

use std::fs;
use std::process::Stdio;

use crate::compare::SHORT;
use crate::desk::{Answer, Desk, SMALL};

const LINE: [&str; 4] = ["sweep", "short.yaml", "--vary", "licences.master.PBX-SoftwarePhones12=24..36 step 3"];

fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("short.yaml", SHORT);
    desk
}

fn sweep(desk: &Desk, more: &[&str]) -> Answer {
    Answer::of(desk.command("").args(LINE).args(more))
}

#[test]
fn a_table_says_where_it_begins_to_hold() {
    let answer = sweep(&desk(), &["--seeds", "8"]);
    assert_eq!(answer.code, Some(0), "{}", answer.errors);
    assert!(answer.output.lines().all(|line| line.chars().count() <= 80), "{}", answer.output);
    let shown = answer.output.split("  runs/").next().expect("a table").to_owned();
    insta::assert_snapshot!(shown);
}

#[test]
fn every_point_is_what_run_says_of_it() {
    let desk = desk();
    sweep(&desk, &["--seeds", "4", "--out", "all.pbxrun"]);
    let swept = fs::read(desk.path().join("all.pbxrun")).expect("a run file");
    let swept = reports::run_file::RunFile::from_bytes(&swept).expect("a whole one");
    assert_eq!(swept.results.len(), 5);
    desk.pbxsim("run short.yaml --seeds 4 --set licences.master.PBX-SoftwarePhones12=27 --out one.pbxrun");
    let one = fs::read(desk.path().join("one.pbxrun")).expect("a run file");
    let one = reports::run_file::RunFile::from_bytes(&one).expect("a whole one");
    let digests = |result: &reports::result::RunResult| result.seeds.iter().map(|run| run.digest).collect::<Vec<_>>();
    assert_eq!(digests(&swept.results[1]), digests(&one.results[0]));
    assert_eq!(swept.results[1].header.plan_digest, one.results[0].header.plan_digest);
}

#[test]
fn csv_has_a_line_for_each_point_and_sentence() {
    let answer = sweep(&desk(), &["--seeds", "2", "--as", "csv"]);
    let lines: Vec<&str> = answer.output.split("\r\n").collect();
    assert_eq!(lines.len(), 1 + 5 * 2 + 1);
    assert!(lines[0].starts_with("licences.master.PBX-SoftwarePhones12,sentence,verdict,seeds,held,"), "{}", lines[0]);
    assert!(
        lines[1].starts_with("24,fewer than 20% of roamer sign-ins are refused a licence,fail,2,0,"),
        "{}",
        lines[1]
    );
}

#[test]
fn show_shows_a_sweep_again_as_text_and_as_a_page() {
    let desk = desk();
    let answer = sweep(&desk, &["--seeds", "2", "--out", "swept.pbxrun"]);
    assert_eq!(desk.pbxsim("show swept.pbxrun").output, answer.output);
    let page = desk.pbxsim("show swept.pbxrun --as html").output;
    assert_eq!(sweep(&desk, &["--seeds", "2", "--as", "html", "--out", "again.pbxrun"]).output, page);
    assert!(page.contains("Too few softphone licences: 5 points") && page.contains("<svg"), "{page}");
}

#[test]
fn two_paths_make_a_grid_or_are_taken_one_at_a_time() {
    let desk = desk();
    let two = ["--vary", "users.desk.count=5, 6", "--seeds", "1"];
    assert!(sweep(&desk, &two).output.contains("10 points, 1 seed"));
    let one = sweep(&desk, &[two.as_slice(), &["--one-at-a-time"]].concat());
    assert!(one.output.contains("8 points, 1 seed") && one.output.contains("(as it is)"), "{}", one.output);
    assert!(one.output.lines().all(|line| line.chars().count() <= 80), "{}", one.output);
}

#[test]
fn after_kill_9_no_finished_point_is_lost_and_the_result_is_the_same() {
    let line = ["--seeds", "5", "--as", "csv", "--out", "out.pbxrun"];
    let calm = desk();
    let whole = sweep(&calm, &[line.as_slice(), &["--jobs", "1"]].concat());
    let bytes = fs::read(calm.path().join("out.pbxrun")).expect("a run file");
    let disturbed = desk();
    let mut finished = 0;
    // Killed a little later each time, in the middle of points and of writing them, until it comes through.
    for round in 1.. {
        assert!(round < 400, "it never comes through");
        let mut command = disturbed.command("");
        let command = command.args(LINE).args(line).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().expect("it starts");
        let target = kept(&disturbed).len() + round * 97;
        while child.try_wait().expect("a status").is_none() && kept(&disturbed).len() < target {
            std::thread::yield_now();
        }
        let ended = child.try_wait().expect("a status").is_some();
        child.kill().expect("SIGKILL, or gone already");
        child.wait().expect("it ends");
        if ended {
            break;
        }
        let now = reports::run_file::recover(&kept(&disturbed)).0.len();
        assert!(now >= finished, "{finished} points, then {now}");
        finished = now;
    }
    assert_eq!(fs::read(disturbed.path().join("out.pbxrun")).expect("a run file"), bytes);
    assert!(whole.output.contains("pass") && whole.output.contains("fail"));
    assert!(disturbed.runs().is_empty(), "a finished sweep leaves no journal");
}

/// The journal that a killed sweep leaves; empty once the sweep is done.
fn kept(desk: &Desk) -> Vec<u8> {
    desk.runs().first().and_then(|file| fs::read(file).ok()).unwrap_or_default()
}

#[test]
fn mistakes_are_named_once() {
    let desk = desk();
    desk.write("two.yaml", &format!("{SMALL}variants:\n  few: {{}}\n  many: {{}}\n"));
    for (line, said) in [
        ("sweep", "which scenario?"),
        ("sweep short.yaml", "what is to vary?"),
        ("sweep short.yaml --vary licences.master.PBX-SoftPhones12=1..3", "did you mean"),
        ("sweep short.yaml --vary users.desk.count=9..1", "the range 9..1 is empty"),
        ("sweep short.yaml --vary users.desk.count=1..2 --vary users.desk.count=3..4", "varies twice"),
        ("sweep short.yaml --vary users.desk.count=1..2000 --vary seed=1..2000", "a grid of 4,000,000 points"),
        ("sweep two.yaml --vary users.desk.count=1..2", "--variant few"),
        ("sweep short.yaml --vary users.desk.count=few,many", "a count is needed"),
    ] {
        let answer = desk.pbxsim(line);
        assert_eq!((answer.code, answer.output.as_str()), (Some(2), ""), "{line}");
        assert_eq!(answer.errors.matches(said).count().min(2), 1, "{line}: {}", answer.errors);
    }
    assert!(desk.runs().is_empty());
}

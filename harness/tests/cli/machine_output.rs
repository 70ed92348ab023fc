//! JSON: alone on standard output, the same later and on any number of threads.

use crate::desk::{Desk, SMALL};

#[test]
fn json_is_alone_on_standard_output_and_the_same_later() {
    let desk = Desk::new();
    desk.write("odd.yaml", &SMALL.replace("all users", "fewer than 50 users"));
    let run = desk.pbxsim("run odd.yaml --as json");
    assert_eq!(run.code, Some(0));
    assert!(run.errors.contains("warning"), "warnings go elsewhere");
    assert_eq!(run.json()["verdict"], "pass");
    assert_eq!(run.output, desk.pbxsim("show LAST --as json").output);
}

#[test]
fn two_runs_and_any_number_of_threads_give_the_same_bytes() {
    let desk = Desk::new();
    let one = desk.pbxsim("run small.yaml --seeds 5 --jobs 1 --as json");
    let two = desk.pbxsim("run small.yaml --seeds 5 --jobs 2 --as json");
    assert_eq!(one.comparable().to_string(), two.comparable().to_string());
    assert_eq!(one.json()["seeds"]["of"], 5);
    assert_eq!((&one.json()["host"]["cores"], &two.json()["host"]["cores"]), (&1.into(), &2.into()));
}

#[test]
fn seeds_are_those_of_the_file_unless_asked_otherwise() {
    let desk = Desk::new();
    let seeds = |line: &str| -> Vec<u64> {
        let json = desk.pbxsim(&format!("run small.yaml --as json {line}")).json();
        let each = json["seeds"]["each"].as_array().cloned().unwrap_or_default();
        each.iter().filter_map(|one| one["seed"].as_u64()).collect()
    };
    assert_eq!(seeds(""), [7, 8]);
    assert_eq!(seeds("--seeds 3"), [7, 8, 9]);
    assert_eq!(seeds("--seed 9"), [9]);
    let alone = desk.pbxsim("run small.yaml --as json --seed 8").json();
    let among = desk.pbxsim("run small.yaml --as json").json();
    assert_eq!(alone["digest"], among["seeds"]["each"][1]["digest"]);
}

#[test]
fn without_a_number_of_seeds_there_are_20() {
    let desk = Desk::empty();
    desk.write("small.yaml", &SMALL.replace("seeds: 2\n", ""));
    assert_eq!(desk.pbxsim("run small.yaml --as json").json()["seeds"]["of"], 20);
}

#[test]
fn variants_are_named() {
    let desk = Desk::new();
    let variants = "variants:\n  few: { set: { users.desk.count: 3 } }\n  many: { set: { users.desk.count: 30 } }\n";
    desk.write("variants.yaml", &format!("{SMALL}{variants}"));
    let all = desk.pbxsim("run variants.yaml --as json").json();
    assert_eq!(all["variants"]["few"]["counts"]["endpoints"], 3);
    assert_eq!(all["variants"]["many"]["counts"]["endpoints"], 30);
    let one = desk.pbxsim("run variants.yaml --variant many --as json").json();
    assert_eq!(one["variants"].as_object().map(serde_json::Map::len), Some(1));
}

#[test]
fn github_is_told_where_a_sentence_failed() {
    let desk = Desk::new();
    let mut command = desk.command("run failing.yaml --as json --ci github");
    let answer = crate::desk::Answer::of(command.env("GITHUB_STEP_SUMMARY", desk.path().join("summary.md")));
    assert_eq!((answer.code, &answer.json()["verdict"]), (Some(1), &"fail".into()));
    let start = "::error file=failing.yaml,line=15,title=fewer than 5 users are registered at the end::20 of 20";
    assert!(answer.errors.lines().any(|line| line.starts_with(start)), "{}", answer.errors);
    assert!(desk.read("summary.md").starts_with("### FAIL: A small morning"), "{}", desk.read("summary.md"));
}

#[test]
fn mistakes_are_told_to_github_and_gitlab_where_they_stand() {
    let desk = Desk::new();
    desk.write("typo.yaml", &desk.read("small.yaml").replace("cluster:", "clutser:"));
    let mut command = desk.command("check small.yaml typo.yaml --ci github");
    let answer = crate::desk::Answer::of(command.env("GITHUB_STEP_SUMMARY", desk.path().join("summary.md")));
    assert_eq!((answer.code, answer.output.as_str()), (Some(2), ""));
    let annotations: Vec<&str> = answer.errors.lines().filter(|line| line.starts_with("::")).collect();
    assert!(annotations[0].starts_with("::error file=typo.yaml,line="), "{annotations:?}");
    assert!(annotations.iter().any(|line| line.contains("clutser")), "{annotations:?}");
    assert!(desk.read("summary.md").starts_with("### pbxsim check: "), "{}", desk.read("summary.md"));
    assert_eq!(desk.pbxsim("check typo.yaml no-such.yaml --ci gitlab").code, Some(2));
    let issues: serde_json::Value = serde_json::from_str(&desk.read("gl-code-quality-report.json")).expect("JSON");
    assert_eq!(issues[0]["location"]["path"], "typo.yaml");
    assert_eq!(desk.pbxsim("check small.yaml --ci gitlab").code, Some(0));
    assert_eq!(desk.read("gl-code-quality-report.json").trim(), "[]");
}

#[test]
fn gitlab_finds_its_reports() {
    let desk = Desk::new();
    assert_eq!(desk.pbxsim("run failing.yaml small.yaml --ci gitlab").code, Some(1));
    let issues: serde_json::Value = serde_json::from_str(&desk.read("gl-code-quality-report.json")).expect("JSON");
    assert_eq!(issues[0]["location"]["path"], "failing.yaml");
    assert_eq!(issues.as_array().map(Vec::len), Some(1));
    let junit = desk.read("junit.xml");
    assert!(
        junit.contains("<testsuite name=\"failing.yaml\"") && junit.contains("<testsuite name=\"small.yaml\""),
        "{junit}"
    );
}

//! Several files and folders in one command: all right or nothing runs; one summary, one run file, the worst exit code.

use crate::desk::{Desk, SMALL};

#[test]
fn one_summary_one_run_file_and_the_worst_exit_code() {
    let desk = Desk::new();
    let answer = desk.pbxsim("run small.yaml failing.yaml");
    assert_eq!(answer.code, Some(1));
    assert!(answer.output.starts_with("1 of 2 passed"), "{}", answer.output);
    assert_eq!(desk.runs().len(), 1);
    assert!(desk.runs()[0].to_string_lossy().ends_with("-small-and-1-more.pbxrun"));
    assert_eq!(desk.pbxsim("show LAST --as json").json()["files"]["failing.yaml"]["verdict"], "fail");
}

#[test]
fn a_mistake_in_one_keeps_all_from_running_and_all_mistakes_are_told() {
    let desk = Desk::new();
    desk.write("broken.yaml", &SMALL.replace("10 s", "10"));
    desk.write("worse.yaml", &SMALL.replace("users:", "usres:"));
    let answer = desk.pbxsim("run small.yaml broken.yaml absent.yaml worse.yaml");
    assert_eq!((answer.code, answer.output.as_str()), (Some(2), ""));
    for word in ["10 what?", "usres", "there is no file absent.yaml"] {
        assert!(answer.errors.contains(word), "{word}: {}", answer.errors);
    }
    assert!(desk.runs().is_empty());
}

#[test]
fn a_folder_stands_for_its_scenarios_in_order() {
    let desk = Desk::new();
    desk.write("week/b.yaml", SMALL);
    desk.write("week/a.yaml", SMALL);
    desk.write("week/compose.yaml", "services: {}\n");
    desk.write("week/notes.txt", "pbxsim: 1\n");
    let json = desk.pbxsim("run week --as json").json();
    let files: Vec<&String> = json["files"].as_object().into_iter().flatten().map(|(name, _)| name).collect();
    assert_eq!(files, ["week/a.yaml", "week/b.yaml"]);
}

#[test]
fn a_file_given_twice_runs_once() {
    let desk = Desk::new();
    let answer = desk.pbxsim("run small.yaml ./small.yaml --as json");
    assert_eq!(answer.json()["seeds"]["of"], 2);
}

#[test]
fn a_folder_without_scenarios_is_a_mistake() {
    let desk = Desk::empty();
    desk.write("week/compose.yaml", "services: {}\n");
    let answer = desk.pbxsim("run week");
    assert_eq!(answer.code, Some(2));
    assert!(answer.errors.contains("no scenario in week"), "{}", answer.errors);
}

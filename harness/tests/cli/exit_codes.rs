//! Each exit code, by what leads to it. 130 is in `interrupts`, more of 3 in `run_files`.

use crate::desk::{Desk, SMALL};

#[test]
fn a_scenario_that_holds_ends_with_0() {
    let answer = Desk::new().pbxsim("run small.yaml");
    assert_eq!((answer.code, answer.said().as_str()), (Some(0), ""));
    assert!(answer.output.starts_with("A small morning") && answer.output.contains("PASS"), "{}", answer.output);
}

#[test]
fn a_sentence_that_fails_ends_with_1() {
    let answer = Desk::new().pbxsim("run failing.yaml");
    assert_eq!(answer.code, Some(1));
    assert!(answer.output.contains("✘ fewer than 5 users are registered at the end"), "{}", answer.output);
}

#[test]
fn a_mistake_in_a_file_ends_with_2_and_nothing_runs() {
    let desk = Desk::new();
    desk.write("broken.yaml", &SMALL.replace("answers", "anwsers").replace("10 s", "10"));
    for verb in ["run", "check", "explain"] {
        let answer = desk.pbxsim(&format!("{verb} broken.yaml"));
        assert_eq!((answer.code, answer.output.as_str()), (Some(2), ""), "{verb}");
        assert!(answer.errors.contains("did you mean \"answers\"?") && answer.errors.contains("10 what?"), "{verb}");
    }
    assert!(desk.runs().is_empty());
}

#[test]
fn a_mistake_in_the_command_line_ends_with_2() {
    let desk = Desk::new();
    for line in [
        "run small.yaml --seeds 0",
        "run small.yaml --seed 1 --seeds 2",
        "run small.yaml --jobs 0",
        "run small.yaml --variant few",
        "run small.yaml --out small.yaml",
        "run small.yaml --out /dev/null",
        "run small.yaml --as xml",
        "new small.yaml --template nothing",
        "show",
        "list",
        "list nothing",
        "man nothing",
    ] {
        let answer = desk.pbxsim(line);
        assert_eq!((answer.code, answer.output.as_str()), (Some(2), ""), "{line}: {}", answer.errors);
        assert!(answer.errors.starts_with("error: "), "{line}: {}", answer.errors);
    }
    assert_eq!(desk.read("small.yaml"), SMALL);
}

#[test]
fn an_answer_that_cannot_be_written_ends_with_3() {
    let answer = Desk::new().shell("$pbxsim list metrics > /dev/full");
    assert_eq!(answer.code, Some(3));
    assert!(answer.errors.starts_with("error: standard output was not written"), "{}", answer.errors);
}

#[test]
fn the_codes_are_in_the_help() {
    let help = Desk::empty().pbxsim("--help").output;
    for code in ["0 all held", "1 an", "2 wrong", "3 no", "4 can't tell", "130 interrupted"] {
        assert!(help.contains(code), "{code}: {help}");
    }
}

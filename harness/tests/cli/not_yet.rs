//! What later versions will have is known by name, answered with exit code 2, and not in the help.

use crate::desk::Desk;

#[test]
fn later_verbs_and_flags_answer_not_yet() {
    let desk = Desk::new();
    for line in ["calibrate small.yaml x.pbxrun", "run small.yaml --run-commands"] {
        let answer = desk.pbxsim(line);
        assert_eq!((answer.code, answer.output.as_str()), (Some(2), ""), "{line}");
        assert!(answer.errors.starts_with("error: not yet: "), "{line}: {}", answer.errors);
    }
    assert!(desk.runs().is_empty());
}

#[test]
fn help_and_completions_name_nothing_that_does_not_exist() {
    let desk = Desk::empty();
    for line in ["--help", "run --help", "show --help", "man run", "list --help"] {
        let output = desk.pbxsim(line).output;
        for word in ["calibrate", "--run-commands"] {
            assert!(!output.contains(word), "{line} names {word}");
        }
    }
}

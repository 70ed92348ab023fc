//! Colour and progress, with a terminal (that of `script`) and without.

use crate::desk::{Answer, Desk};

/// Runs a line of the shell with a terminal on all three streams.
fn in_a_terminal(desk: &Desk, variables: &str, line: &str) -> Answer {
    desk.shell(&format!("{variables} script -qec '$pbxsim {line}' /dev/null < /dev/null"))
}

#[test]
fn colour_only_on_a_terminal_that_wants_it() {
    let desk = Desk::new();
    let coloured = in_a_terminal(&desk, "TERM=xterm", "run small.yaml");
    assert!(coloured.output.contains("\x1b[32mPASS"), "{:?}", coloured.output);
    for variables in ["TERM=xterm NO_COLOR=1", "TERM=dumb"] {
        let plain = in_a_terminal(&desk, variables, "run small.yaml");
        assert!(plain.output.contains("PASS") && !plain.output.contains('\x1b'), "{variables}: {:?}", plain.output);
    }
    assert!(!desk.pbxsim("run small.yaml").output.contains('\x1b'));
}

#[test]
fn progress_goes_to_standard_error_in_whole_lines() {
    let desk = Desk::new();
    let long = "run small.yaml --set users.desk.count=200000 --set cluster.master.answers=900000/s --seed 1 --as json";
    let answer = desk.pbxsim(long);
    assert_eq!((answer.code, &answer.json()["verdict"]), (Some(0), &"pass".into()), "{}", answer.errors);
    // How many depends on the machine: runs under a second show none.
    assert!(answer.errors.lines().count() <= 10, "a line each 10 %: {}", answer.errors);
    assert!(answer.errors.lines().all(|line| line.contains("% ") && line.contains(" s")), "{}", answer.errors);
    assert!(!answer.errors.contains(['\r', '\x1b']));
}

#[test]
fn logs_come_only_when_asked_for() {
    let desk = Desk::new();
    assert_eq!(desk.pbxsim("run small.yaml").said(), "");
    let logged = Answer::of(desk.command("run small.yaml --as json").env("PBXSIM_LOG", "info"));
    assert!(logged.errors.contains("scenario read") && logged.errors.lines().count() < 10, "{}", logged.errors);
    assert_eq!(logged.json()["verdict"], "pass");
    let wrong = Answer::of(desk.command("run small.yaml").env("PBXSIM_LOG", "pbxsim=loud"));
    assert_eq!(wrong.code, Some(0));
    assert!(wrong.errors.starts_with("warning: PBXSIM_LOG"), "{}", wrong.errors);
}

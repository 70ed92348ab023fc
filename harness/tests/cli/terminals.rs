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

/// Titles and names of events that would move the cursor, call a browser, or run in a spreadsheet or a CI system.
const HOSTILE: [&str; 6] = [
    "\u{1b}]0;owned\u{7}\u{1b}[2J\u{9b}31m",
    "\u{202e}gpj.exe\u{0}\u{2028}\u{200b}",
    "one\r\n::set-output name=x::y\r\n##[error]z",
    "=cmd|' /C calc'!A0",
    "<script>alert(1)</script>",
    "x\"} 1\n# EOF\n",
];

#[test]
fn no_name_reaches_a_terminal_as_it_is() {
    let desk = Desk::new();
    let harmful = |c: char| c.is_control() && !"\n\r".contains(c) || "\u{202e}\u{2028}\u{200b}".contains(c);
    let small = desk.read("small.yaml");
    for text in HOSTILE {
        let quoted = serde_json::to_string(text).expect("a string");
        let rest: String =
            small.lines().filter(|line| !line.starts_with("title:")).map(|line| format!("{line}\n")).collect();
        desk.write("hostile.yaml", &format!("title: {quoted}\n{rest}"));
        for line in [
            "check hostile.yaml --ci github",
            "explain hostile.yaml",
            "run hostile.yaml --seeds 2 --out hostile.pbxrun",
            "run hostile.yaml --set cluster.nobody.answers=1/s",
            "list scenarios",
            "list runs",
            "show hostile.pbxrun",
            "show hostile.pbxrun --as json",
            "show hostile.pbxrun --as md",
            "show hostile.pbxrun --as junit",
            "show hostile.pbxrun --as csv",
            "show hostile.pbxrun --as openmetrics",
            "show hostile.pbxrun --as hlog",
            "show hostile.pbxrun --as html",
            "trace hostile.pbxrun worst",
            "trace hostile.pbxrun worst --as svg",
        ] {
            let answer = desk.pbxsim(line);
            let said = answer.output.clone() + &answer.errors;
            assert!(!said.contains(|c| harmful(c) && c != '\t'), "{line}: {said:?}");
            // A page is no log: there a line of a title may begin so.
            let is_page = line.ends_with("html");
            assert!(is_page || !said.lines().any(|line| line.starts_with("::set-output")), "{line}: {said}");
        }
    }
}

//! Ctrl-C: what was run is kept and marked partial.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

use crate::desk::Desk;

#[test]
fn the_first_ctrl_c_keeps_what_was_run() {
    let desk = Desk::new();
    let mut child = desk
        .command("run small.yaml --seeds 50000")
        .env("PBXSIM_LOG", "info")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("pbxsim starts");
    let mut errors = BufReader::new(child.stderr.take().expect("a pipe"));
    let mut line = String::new();
    while !line.contains("a seed is done") {
        line.clear();
        assert!(errors.read_line(&mut line).expect("a line") > 0, "it ended before it was interrupted");
    }
    // Somebody must go on reading, or the pipe fills.
    let rest = std::thread::spawn(move || errors.read_to_string(&mut String::new()));
    let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(kill.is_ok_and(|status| status.success()));
    let output = child.wait_with_output().expect("it ends");
    rest.join().expect("a reader").expect("text");
    let summary = String::from_utf8(output.stdout).expect("text");
    assert_eq!(output.status.code(), Some(130));
    assert!(summary.contains("PARTIAL") && summary.contains("of 50000 seeds"), "{summary}");
    let json = desk.pbxsim("show LAST --as json").json();
    assert_eq!((&json["partial"], &json["verdict"]), (&true.into(), &"invalid".into()));
    assert!(desk.pbxsim("list runs").output.starts_with("partial"));
}

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let desk = Desk::new();
    for line in ["list keys", "schema", "--help", "run small.yaml"] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let output = desk.command(line).stdout(writer).output().expect("pbxsim starts");
        assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), b"".as_slice()), "{line}");
    }
}

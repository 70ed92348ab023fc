//! What pbxsim writes for machines is read by readers that are not ours: Python, xmllint and promtool; and all of them
//! find the same numbers.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A folder with a run of the rush in which licences are refused, in every format.
fn written() -> TempDir {
    let desk = TempDir::new().expect("a folder");
    let scenario = concat!(env!("CARGO_MANIFEST_DIR"), "/../scenarios/library/rush.yaml");
    let sets = ["--set", "licences.master.PBX-SoftwarePhones12=600", "--set", "cluster.standby.answers=105/s"];
    let run = pbxsim(desk.path(), &[&["run", scenario, "--seeds", "2", "--out", "run.pbxrun"], &sets[..]].concat());
    assert_eq!(run, 1, "too few licences, too slow a standby");
    for format in ["json", "csv", "junit", "openmetrics", "md"] {
        let code = pbxsim(desk.path(), &["show", "run.pbxrun", "--as", format, "--out", &format!("run.{format}")]);
        assert_eq!(code, 0, "showing a run that failed is no failure");
    }
    desk
}

fn pbxsim(folder: &Path, arguments: &[&str]) -> i32 {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pbxsim"));
    let done = command.args(arguments).current_dir(folder).stdout(Stdio::null()).stderr(Stdio::null()).status();
    done.expect("pbxsim starts").code().expect("no signal")
}

/// Runs a reader in the folder; what it printed.
fn read_by(folder: &Path, command: &str, arguments: &[&str]) -> String {
    let done = Command::new(command).args(arguments).current_dir(folder).output();
    let done = done.unwrap_or_else(|error| panic!("{command} is missing ({error}): scripts/test installs it"));
    let (said, complained) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success(), "{command} {arguments:?}: {said}{complained}");
    said.into_owned()
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/outside").join(name)
}

#[test]
fn json_csv_junit_and_openmetrics_give_the_same_numbers_to_python() {
    let desk = written();
    let said = read_by(desk.path(), "python3", &[&script("same_numbers.py").to_string_lossy()]);
    assert!(said.contains("refused in every format"), "{said}");
}

#[test]
fn junit_is_valid_by_a_schema_of_its_readers() {
    let desk = written();
    let schema = script("junit.xsd");
    read_by(desk.path(), "xmllint", &["--noout", "--schema", &schema.to_string_lossy(), "run.junit"]);
}

#[test]
fn prometheus_takes_the_metrics_with_their_times() {
    let desk = written();
    read_by(desk.path(), "promtool", &["tsdb", "create-blocks-from", "openmetrics", "run.openmetrics", "blocks"]);
    let blocks = std::fs::read_dir(desk.path().join("blocks")).expect("blocks were made").count();
    assert!(blocks > 0, "no block was made");
}

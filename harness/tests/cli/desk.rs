//! A folder of one's own with pbxsim at hand.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

/// A working folder that goes away with the test.
pub(crate) struct Desk(TempDir);

/// What a command said and how it ended.
pub(crate) struct Answer {
    pub(crate) code: Option<i32>,
    pub(crate) output: String,
    pub(crate) errors: String,
}

impl Desk {
    /// With a scenario that passes (`small.yaml`) and one that fails (`failing.yaml`).
    pub(crate) fn new() -> Self {
        let desk = Self::empty();
        desk.write("small.yaml", SMALL);
        desk.write("failing.yaml", &SMALL.replace("all users", "fewer than 5 users"));
        desk
    }

    /// With nothing in it.
    pub(crate) fn empty() -> Self {
        Self(TempDir::new().expect("a temporary folder"))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().expect("names stand in folders")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).expect("a text file")
    }

    /// pbxsim in this folder, as a shell would start it.
    pub(crate) fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pbxsim"));
        command.args(line.split_whitespace()).current_dir(self.path()).env_remove("NO_COLOR").env_remove("PBXSIM_LOG");
        command
    }

    /// Runs `pbxsim LINE`; words are parted by blanks.
    pub(crate) fn pbxsim(&self, line: &str) -> Answer {
        Answer::of(&mut self.command(line))
    }

    /// A line of a shell; `$pbxsim` is the binary.
    pub(crate) fn shell(&self, line: &str) -> Answer {
        let mut command = Command::new("sh");
        command.args(["-c", line]).current_dir(self.path()).env("pbxsim", env!("CARGO_BIN_EXE_pbxsim"));
        Answer::of(command.env_remove("NO_COLOR"))
    }

    /// Run files in `runs/`, sorted.
    pub(crate) fn runs(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.path().join("runs")).into_iter().flatten();
        let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
        files.sort();
        files
    }
}

impl Answer {
    pub(crate) fn of(command: &mut Command) -> Self {
        let output = command.output().expect("pbxsim starts");
        let text = |bytes| String::from_utf8(bytes).expect("pbxsim writes UTF-8");
        Self { code: output.status.code(), output: text(output.stdout), errors: text(output.stderr) }
    }

    /// Standard error without the lines of progress that a slow machine adds.
    pub(crate) fn said(&self) -> String {
        let is_progress = |line: &str| line.starts_with("  ") && line.contains("% ") && line.contains(" s");
        self.errors.lines().filter(|line| !is_progress(line)).collect::<Vec<_>>().join("\n")
    }

    /// Standard output, which is one JSON value.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.output).unwrap_or_else(|error| panic!("{error}: {}{}", self.output, self.errors))
    }

    /// The same without what the machine adds.
    pub(crate) fn comparable(&self) -> Value {
        let mut json = self.json();
        let object = json.as_object_mut().expect("a result is an object");
        assert!(object.remove("host").is_some() && object.remove("wall_s").is_some());
        json
    }
}

/// Twenty phones sign in within two seconds.
pub(crate) const SMALL: &str = "\
pbxsim: 1
title: A small morning
lasts: 10 s
seed: 7
seeds: 2
cluster:
  master: { role: master, answers: 100/s }
users:
  desk: { count: 20, home: master }
timeline:
  - at: +0 s
    sign-in: everyone
    over: 2 s
expect:
  - all users are registered at the end
";

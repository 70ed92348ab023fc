//! `compare --base-cmd … --new-cmd …`: two builds on this machine.
//!
//! What a command is, its placeholder says. `{out}`: it writes a run file, which is deterministic, and the two files are
//! compared seed by seed. `{addr}`: it is a target, started for each measurement, loaded with the scenario on the wire,
//! and stopped; that is not deterministic, so it is measured in turns, against itself too.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use reports::ab::{Ab, FEWEST_PAIRS, Kind, Measured, Reading};
use reports::render::ab::{self, Context};
use serde_json::Value;

use super::{Candidate, of_run_file};
use crate::args::{Compare, CompareFormat};
use crate::complaint::Complaint;
use crate::exit::Exit;
use crate::target::{Target, free_address, shell};
use crate::{run_files, screen};

/// Tries to reach a target that has just been started; each waits two seconds for its answer.
const TRIES: usize = 5;
/// A measurement that did not count, because the generator fell behind, is made again so often.
const AGAIN: usize = 3;

/// The two commands.
pub(super) struct Builds<'a> {
    base: &'a str,
    new: &'a str,
}

impl<'a> Builds<'a> {
    /// Both or none.
    pub(super) fn of(args: &'a Compare) -> Result<Option<Self>, Complaint> {
        match (&args.base_cmd, &args.new_cmd) {
            (None, None) => Ok(None),
            (Some(base), Some(new)) => Ok(Some(Self { base, new })),
            (Some(_), None) => Err(Complaint::wrong("compare with what?").hint("--new-cmd COMMAND")),
            (None, Some(_)) => Err(Complaint::wrong("compare with what?").hint("--base-cmd COMMAND")),
        }
    }

    /// Whether both write run files; otherwise both are targets.
    pub(super) fn write_files(&self) -> Result<bool, Complaint> {
        let has = |placeholder: &str| [self.base, self.new].map(|command| command.contains(placeholder));
        match (has("{out}"), has("{addr}")) {
            ([true, true], [false, false]) => Ok(true),
            ([false, false], [true, true]) => Ok(false),
            _ => Err(Complaint::wrong("what do these commands do? Both need {addr}, or both {out}").hint(
                "a target, loaded on the wire:  --base-cmd 'old/pbx --listen {addr}'\n\
                 another pbxsim, by its runs:   --base-cmd 'old/pbxsim run FILE --out {out}'",
            )),
        }
    }

    /// The run files that the commands write.
    pub(super) fn files(&self) -> Result<[Vec<Candidate>; 2], Complaint> {
        Ok([written(self.base, "base")?, written(self.new, "new")?])
    }
}

/// Has a command write a run file, and reads it.
fn written(command: &str, side: &str) -> Result<Vec<Candidate>, Complaint> {
    let path = std::env::temp_dir().join(format!("pbxsim-{}-{side}.pbxrun", std::process::id()));
    let output = shell(&command.replace("{out}", &path.to_string_lossy()))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .output()
        .map_err(|error| Complaint::invalid(format!("{side}: the command did not start: {error}")))?;
    let read = run_files::read(&path);
    let _ = std::fs::remove_file(&path);
    // A run that failed is a run: 0, 1 and 4 all leave their file.
    match (output.status.code(), read) {
        (Some(0 | 1 | 4), Ok(run)) => Ok(of_run_file(run, None)),
        (Some(0 | 1 | 4), Err(complaint)) => Err(complaint),
        _ => Err(Complaint::invalid(format!("{side}: {command}: {}", output.status)).hint(last_lines(&output.stderr))),
    }
}

/// Measures two targets in turns and says what came out.
pub(super) fn in_turns(builds: &Builds<'_>, args: &Compare) -> Result<Exit, Complaint> {
    let (Some(file), None) = (&args.base, &args.new) else {
        return Err(Complaint::wrong("one scenario, and two targets that are loaded with it")
            .hint("pbxsim compare FILE --base-cmd 'old --listen {addr}' --new-cmd 'new --listen {addr}'"));
    };
    if (args.pairs as usize) < FEWEST_PAIRS {
        return Err(Complaint::wrong(format!("{FEWEST_PAIRS} pairs or more: fewer cannot decide anything")));
    }
    let mut bench =
        Bench { file, args, program: std::env::current_exe().unwrap_or_else(|_| "pbxsim".into()), repeated: 0 };
    let Some(measured) = bench.all(builds)? else { return Ok(Exit::Interrupted) };
    let ab = Ab::of(&measured, args.min_effect.0);
    let context = Context {
        file: file.to_string_lossy().into_owned(),
        base: builds.base.to_owned(),
        new: builds.new.to_owned(),
        repeated: bench.repeated,
        min_effect: args.min_effect.0,
    };
    screen::print(&match args.format {
        CompareFormat::Text => ab::text(&ab, &context),
        CompareFormat::Md => ab::markdown(&ab, &context),
    })?;
    Ok(super::exit(ab.change, args))
}

/// Who measures.
struct Bench<'a> {
    file: &'a Path,
    args: &'a Compare,
    program: PathBuf,
    /// Measurements that were made again.
    repeated: usize,
}

/// What became of one measurement.
enum Attempt {
    Measured(Reading),
    /// The generator fell behind: it says nothing about the target.
    Late,
    Interrupted,
}

impl Bench<'_> {
    /// Pairs in turns of ABBA, each followed by one of the base with itself; `None`: interrupted.
    fn all(&mut self, builds: &Builds<'_>) -> Result<Option<Measured>, Complaint> {
        let mut measured = Measured::default();
        for place in 0..self.args.pairs {
            let Some(pair) = self.pair(builds.base, builds.new, place)? else { return Ok(None) };
            measured.pairs.push(pair);
            if self.args.control {
                let Some(pair) = self.pair(builds.base, builds.base, place)? else { return Ok(None) };
                measured.control.push(pair);
            }
            if screen::redraws() {
                screen::tell(&format!("\r\x1b[K{} of {} pairs", place + 1, self.args.pairs));
            }
        }
        if screen::redraws() {
            screen::tell("\r\x1b[K");
        }
        Ok(Some(measured))
    }

    /// Both with the same seed; which is first changes from pair to pair.
    fn pair(&mut self, one: &str, other: &str, place: u32) -> Result<Option<(Reading, Reading)>, Complaint> {
        let turned = place % 2 == 1;
        let (first, second) = if turned { (other, one) } else { (one, other) };
        let Some(first) = self.measure(first, place)? else { return Ok(None) };
        let Some(second) = self.measure(second, place)? else { return Ok(None) };
        Ok(Some(if turned { (second, first) } else { (first, second) }))
    }

    /// One measurement that counts.
    fn measure(&mut self, command: &str, place: u32) -> Result<Option<Reading>, Complaint> {
        for _ in 0..AGAIN {
            match self.attempt(command, place)? {
                Attempt::Measured(reading) => return Ok(Some(reading)),
                Attempt::Interrupted => return Ok(None),
                Attempt::Late => self.repeated += 1,
            }
        }
        Err(Complaint::invalid(format!("the generator was late {AGAIN} times in a row: no measurement is valid"))
            .hint("fewer endpoints, a lower rate, or a quieter machine"))
    }

    /// Starts the target, loads it, stops it.
    fn attempt(&self, command: &str, place: u32) -> Result<Attempt, Complaint> {
        let address = free_address().map_err(|error| Complaint::invalid(format!("no free port: {error}")))?;
        let mut target = Target::start(&command.replace("{addr}", &address.to_string()))
            .map_err(|error| Complaint::invalid(format!("the target did not start: {error}")))?;
        for _ in 0..TRIES {
            let output = self.load(&address.to_string(), place)?;
            let said: Option<Value> = serde_json::from_slice(&output.stdout).ok();
            match (output.status.code(), said) {
                (Some(0), Some(said)) => return Ok(Attempt::Measured(reading(&said))),
                (Some(3), Some(_)) => return Ok(Attempt::Late),
                (Some(130) | None, _) => return Ok(Attempt::Interrupted),
                // It may not listen yet.
                (Some(3), None) if !target.has_ended() => {}
                _ if target.has_ended() => {
                    let said = last_lines(target.said().as_bytes());
                    return Err(Complaint::invalid(format!("the target ended by itself: {command}")).hint(said));
                }
                _ => {
                    return Err(
                        Complaint::wrong("the scenario cannot be run against it").hint(last_lines(&output.stderr))
                    );
                }
            }
        }
        Err(Complaint::invalid(format!("{command}: no answer to OPTIONS at {address}"))
            .hint(last_lines(target.said().as_bytes())))
    }

    /// `pbxsim run --wire` in a process of its own.
    fn load(&self, address: &str, place: u32) -> Result<Output, Complaint> {
        let seed = u64::from(place) + 1;
        let mut command = Command::new(&self.program);
        command.arg("run").arg(self.file).args(["--wire", &format!("sip:{address}"), "--as", "json"]);
        command.args(["--seed", &seed.to_string()]);
        for set in &self.args.common.overrides {
            command.args(["--set", set]);
        }
        if let Some(name) = &self.args.common.variant {
            command.args(["--variant", name]);
        }
        command
            .stdin(Stdio::null())
            .output()
            .map_err(|error| Complaint::invalid(format!("pbxsim did not start: {error}")))
    }
}

/// Times since each arrival was due, and what failed.
fn reading(said: &Value) -> Reading {
    let mut reading = Reading::new();
    for times in said["times"].as_array().into_iter().flatten() {
        let name = times["arrival"].as_str().unwrap_or_default();
        for (key, word) in [("p50-ns", "p50"), ("p99-ns", "p99")] {
            if let Some(ns) = times["since-due"][key].as_u64() {
                reading.push((format!("{name} {word}, since due"), Kind::Time, ns as f64));
            }
        }
    }
    if let Some(all) = said["arrivals"].as_array().and_then(|all| all.last()) {
        let count = |key: &str| all[key].as_u64().unwrap_or(0) as f64;
        let failed = (count("failed") + count("open")) * 100.0 / count("due").max(1.0);
        reading.push(("failed or open".to_owned(), Kind::Share, failed));
    }
    reading
}

fn last_lines(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(3)..].join("\n")
}

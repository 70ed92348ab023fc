//! Who is there: nobody announces anything; whoever wants to know calls the roll, and all answer.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::edition::in_words;
use super::link::Link;
use super::order::parse;
use super::place::Place;
use super::trouble::Trouble;

pub(super) const ROLL_CALL: &str = "pbxsim.roll-call";
/// How long answers are waited for.
const PATIENCE: Duration = Duration::from_millis(700);

/// A worker, as it says itself.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Worker {
    /// Machine and process: `pbx7-4711`.
    pub name: String,
    pub(super) edition: String,
    /// Tasks it does at a time.
    pub threads: usize,
    /// Tasks it is doing.
    pub busy: usize,
    /// Tasks it has done since it started.
    pub done: u64,
}

/// A command that has its work done here.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Command {
    /// What is run, in words.
    pub title: String,
    pub(super) edition: String,
    /// Runs it has handed out so far.
    pub begun: u64,
    /// Of those, how many are back.
    pub done: u64,
}

/// An answer to the call.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) enum Present {
    Worker(Worker),
    Command(Command),
}

/// Everybody who answered, sorted by name.
#[derive(Clone, Debug, Default)]
pub struct Roll {
    /// Those who do the work.
    pub workers: Vec<Worker>,
    /// Those who want it done.
    pub commands: Vec<Command>,
    /// Tasks that are not done yet.
    pub waiting: u64,
}

impl Worker {
    /// Version and behaviour, in words.
    pub fn version(&self) -> String {
        in_words(&self.edition)
    }
}

impl Command {
    /// Version and behaviour, in words.
    pub fn version(&self) -> String {
        in_words(&self.edition)
    }
}

/// Calls the roll at a server.
///
/// # Errors
/// If the server cannot be asked.
pub fn call(place: &Place) -> Result<Roll, Trouble> {
    let link = Link::connect(place, "pbxsim workers")?;
    Ok(Roll { waiting: link.waiting()?, ..over(&link) })
}

pub(super) fn over(link: &Link) -> Roll {
    let mut roll = Roll::default();
    for answer in link.ask_all(ROLL_CALL, PATIENCE) {
        match parse(&answer) {
            Ok(Present::Worker(worker)) => roll.workers.push(worker),
            Ok(Present::Command(command)) => roll.commands.push(command),
            Err(error) => tracing::debug!(error, "an answer to the roll call that is none"),
        }
    }
    roll.workers.sort();
    roll.commands.sort();
    roll
}

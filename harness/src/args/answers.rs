//! Arguments of the verbs that answer a question: `plan`, `sweep`, `compare`.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Parser, ValueEnum};

use super::MOST_SEEDS;

/// What every command takes that runs seeds to answer a question.
#[derive(Debug, Parser)]
pub(crate) struct Common {
    /// Another value for one path of the file; may be repeated
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub(crate) overrides: Vec<String>,
    /// Only this variant
    #[arg(long, value_name = "NAME")]
    pub(crate) variant: Option<String>,
    /// So many seeds, the same everywhere [default: as the file says, or 20]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_SEEDS)))]
    pub(crate) seeds: Option<u32>,
    /// Threads [default: one per core]; the result is the same on any number
    #[arg(long, value_name = "N")]
    pub(crate) jobs: Option<NonZeroUsize>,
}

impl Common {
    /// Threads to run on.
    pub(crate) fn threads(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        self.jobs.map_or_else(cores, usize::from)
    }
}

/// `pbxsim plan`.
#[derive(Debug, Parser)]
pub(crate) struct Plan {
    /// Scenario file
    pub(crate) file: Option<PathBuf>,
    /// What must hold: a sentence as below expect
    #[arg(long = "for", value_name = "SENTENCE")]
    pub(crate) wanted: Option<String>,
    /// What to buy: a pool of licences, or a path with its values [default: the
    /// licences that the sentence speaks of]; of several, each by itself
    #[arg(long, value_name = "PATH[=VALUES]")]
    pub(crate) vary: Vec<String>,
    #[command(flatten)]
    pub(crate) common: Common,
    /// Instead of by threads: by the workers at this NATS server (pbxsim worker)
    #[arg(long, value_name = "URL", conflicts_with = "jobs")]
    pub(crate) on: Option<String>,
    /// Your prices: a CSV file with the columns licence and price
    #[arg(long, value_name = "FILE")]
    pub(crate) prices: Option<PathBuf>,
    /// What to print: text, or html, a page to forward
    #[arg(long = "as", value_name = "FORMAT", default_value = "text", hide_possible_values = true)]
    pub(crate) format: PlanFormat,
}

/// `pbxsim sweep`.
#[derive(Debug, Parser)]
pub(crate) struct Sweep {
    /// Scenario file
    pub(crate) file: Option<PathBuf>,
    /// A path with its values: 'PATH=700..800 step 5' or 'PATH=2, 3, 5'; of
    /// several, all combinations
    #[arg(long, value_name = "PATH=VALUES")]
    pub(crate) vary: Vec<String>,
    /// Instead of all combinations: one path at a time, the others as they are
    #[arg(long)]
    pub(crate) one_at_a_time: bool,
    #[command(flatten)]
    pub(crate) common: Common,
    /// Instead of by threads: by the workers at this NATS server (pbxsim worker)
    #[arg(long, value_name = "URL", conflicts_with = "jobs")]
    pub(crate) on: Option<String>,
    /// Where the run file goes [default: runs/TIME-NAME.pbxrun]
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// What to print: text, csv, or html, a page to forward
    #[arg(long = "as", value_name = "FORMAT", default_value = "text", hide_possible_values = true)]
    pub(crate) format: SweepFormat,
}

/// `pbxsim compare`.
#[derive(Debug, Parser)]
pub(crate) struct Compare {
    /// Scenario file, folder of them, or run file: what was
    pub(crate) base: Option<PathBuf>,
    /// The same: what is to be
    pub(crate) new: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) common: Common,
    /// Another value for one path of NEW; may be repeated
    #[arg(long = "new-set", value_name = "PATH=VALUE")]
    pub(crate) new_overrides: Vec<String>,
    /// The smallest relative change that counts
    #[arg(long, value_name = "PERCENT", default_value = "5%")]
    pub(crate) min_effect: Percent,
    /// How to end if nobody can tell: exit (4), or fail (1) for a release
    #[arg(long, value_name = "HOW", default_value = "exit", hide_possible_values = true)]
    pub(crate) cant_tell: Undecided,
    /// What to print: text, or md for a pull request
    #[arg(long = "as", value_name = "FORMAT", default_value = "text", hide_possible_values = true)]
    pub(crate) format: CompareFormat,
    /// Instead of BASE: a command that writes the run file {out}, or is a target
    /// on the wire that listens at {addr}, to be loaded with the scenario
    #[arg(long, value_name = "COMMAND")]
    pub(crate) base_cmd: Option<String>,
    /// The same instead of NEW
    #[arg(long, value_name = "COMMAND")]
    pub(crate) new_cmd: Option<String>,
    /// So many pairs of targets, in turns of ABBA; at least 8
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) pairs: u32,
    /// Measure the base against itself too, to know this machine's noise
    #[arg(long, value_name = "BOOL", default_value_t = true, action = clap::ArgAction::Set, hide_possible_values = true)]
    pub(crate) control: bool,
}

/// Renderings of a comparison.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum CompareFormat {
    Text,
    Md,
}

/// Renderings of a sweep.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum SweepFormat {
    Text,
    Csv,
    Html,
}

/// Renderings of an answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum PlanFormat {
    Text,
    Html,
}

/// How a comparison ends that nobody can tell.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Undecided {
    Exit,
    Fail,
}

/// A share of 1, typed in percent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Percent(pub(crate) f64);

impl FromStr for Percent {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = text.strip_suffix('%').and_then(|number| number.trim().parse::<f64>().ok());
        match number.filter(|number| *number > 0.0 && *number < 100.0) {
            Some(number) => Ok(Self(number / 100.0)),
            None => Err("it is a number above 0% and below 100%, such as 5%".to_owned()),
        }
    }
}

/// `pbxsim cdr`.
#[derive(Debug, Parser)]
pub(crate) struct Cdr {
    /// Scenario file
    pub(crate) file: Option<PathBuf>,
    /// Only this variant
    #[arg(long, value_name = "NAME")]
    pub(crate) variant: Option<String>,
    /// Another value for one path of the file; may be repeated
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub(crate) overrides: Vec<String>,
    /// The seed [default: the first one]
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// How
    #[arg(long = "as", value_name = "FORMAT", value_enum, default_value_t = CdrFormat::Csv)]
    pub(crate) format: CdrFormat,
    /// Write them to this file instead, whole or not at all
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

/// Forms of call detail records.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum CdrFormat {
    /// Comma-separated values
    Csv,
    /// One JSON object a line
    Json,
}

impl CdrFormat {
    pub(crate) fn form(self) -> harness::cdr::Form {
        match self {
            Self::Csv => harness::cdr::Form::Csv,
            Self::Json => harness::cdr::Form::Json,
        }
    }
}

//! Arguments of the verbs that answer a question: `plan`, `sweep`, `compare`.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Parser, ValueEnum};

use super::MOST_SEEDS;

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
    /// Another value for one path of the file; may be repeated
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub(crate) overrides: Vec<String>,
    /// Only this variant [default: all, side by side]
    #[arg(long, value_name = "NAME")]
    pub(crate) variant: Option<String>,
    /// So many seeds [default: as the file says, or 20]; for an offer, 200
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_SEEDS)))]
    pub(crate) seeds: Option<u32>,
    /// Threads [default: one per core]; the result is the same on any number
    #[arg(long, value_name = "N")]
    pub(crate) jobs: Option<NonZeroUsize>,
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
    /// Another value for one path at every point; may be repeated
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub(crate) overrides: Vec<String>,
    /// The variant to sweep, in a file that has some
    #[arg(long, value_name = "NAME")]
    pub(crate) variant: Option<String>,
    /// So many runs at each point, all with the same seeds [default: as the file
    /// says, or 20]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_SEEDS)))]
    pub(crate) seeds: Option<u32>,
    /// Threads [default: one per core]; the result is the same on any number
    #[arg(long, value_name = "N")]
    pub(crate) jobs: Option<NonZeroUsize>,
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
    /// Another value for one path on both sides; may be repeated
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub(crate) overrides: Vec<String>,
    /// Another value for one path of NEW; may be repeated
    #[arg(long = "new-set", value_name = "PATH=VALUE")]
    pub(crate) new_overrides: Vec<String>,
    /// Only this variant
    #[arg(long, value_name = "NAME")]
    pub(crate) variant: Option<String>,
    /// So many pairs [default: as BASE says, or 20]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_SEEDS)))]
    pub(crate) seeds: Option<u32>,
    /// The smallest relative change that counts
    #[arg(long, value_name = "PERCENT", default_value = "5%")]
    pub(crate) min_effect: Percent,
    /// How to end if nobody can tell: exit (4), or fail (1) for a release
    #[arg(long, value_name = "HOW", default_value = "exit", hide_possible_values = true)]
    pub(crate) cant_tell: Undecided,
    /// Threads [default: one per core]; the result is the same on any number
    #[arg(long, value_name = "N")]
    pub(crate) jobs: Option<NonZeroUsize>,
    /// What to print: text, or md for a pull request
    #[arg(long = "as", value_name = "FORMAT", default_value = "text", hide_possible_values = true)]
    pub(crate) format: CompareFormat,
    #[arg(long, hide = true, value_name = "COMMAND")]
    pub(crate) base_cmd: Option<String>,
    #[arg(long, hide = true, value_name = "COMMAND")]
    pub(crate) new_cmd: Option<String>,
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

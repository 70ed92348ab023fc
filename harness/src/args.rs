//! The command line as typed. What it means is decided by the commands.

mod answers;
mod machines;

use std::ffi::OsString;
use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::str::FromStr;

use clap::builder::PossibleValuesParser;
use clap::{Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use reports::verdict::Stopping;
use scenarios::Template;

pub(crate) use answers::{Cdr, Compare, CompareFormat, Plan, PlanFormat, Sweep, SweepFormat, Undecided};
pub(crate) use machines::{Worker, Workers};

use crate::complaint::Complaint;
use crate::exit;

/// Simulates a PBX cluster, its people and its licences, and says whether it holds.
#[derive(Debug, Parser)]
#[command(name = "pbxsim", version, max_term_width = 80, after_help = exit::IN_WORDS)]
#[command(subcommand_value_name = "VERB", subcommand_help_heading = "Verbs")]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) verb: Option<Verb>,
}

/// What can be asked for; hidden ones answer "not yet".
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Write a commented scenario to start from
    New(New),
    /// Find every mistake in scenario files; nothing runs
    Check(Check),
    /// Say back what a scenario will do, and what theory expects
    Explain(Explain),
    /// Run scenarios in virtual time: PASS or FAIL, and why
    Run(Run),
    /// Find the smallest that holds: licences, or a server's rate
    Plan(Plan),
    /// Run a scenario at every point of a range: how many, how fast
    Sweep(Sweep),
    /// Compare two versions: worse, the same, better, or can't tell
    Compare(Compare),
    /// Make a failing run with random faults small
    Shrink(Shrink),
    /// Write the call detail records of one seed: CSV or JSON
    Cdr(Cdr),
    /// Be the cluster on real sockets, for phones and load tools
    Serve(Serve),
    /// Do the runs of others: one of many machines
    Worker(Worker),
    /// Show who does the runs of others, and how far they are
    Workers(Workers),
    /// Show the result of an earlier run again
    Show(Show),
    /// Follow one endpoint through a run: its ladder of messages
    Trace(Trace),
    /// Check an installation: which licences count, which rule is broken
    Audit(AuditArgs),
    /// What to order: units by licence and price tier
    Quote(QuoteArgs),
    /// List what there is: templates, sentences, measures, runs, …
    List(List),
    /// Print the JSON Schema of scenario files, or of results
    Schema(Schema),
    /// Print completions for a shell
    Completions(Completions),
    /// Print the manual page
    Man(Man),
    #[command(hide = true, disable_help_flag = true)]
    Calibrate(Later),
}

/// `pbxsim new`.
#[derive(Debug, Parser)]
pub(crate) struct New {
    /// Where to write it; an existing file is never touched
    pub(crate) file: PathBuf,
    /// What to start from
    #[arg(long, value_name = "NAME", default_value = "rush", value_parser = templates())]
    pub(crate) template: String,
}

/// `pbxsim check`.
#[derive(Debug, Parser)]
pub(crate) struct Check {
    /// Scenario files, or folders of them
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Tell a CI system too: github (annotations, step summary) or gitlab (code
    /// quality)
    #[arg(long, value_name = "SYSTEM", hide_possible_values = true)]
    pub(crate) ci: Option<Ci>,
}

/// `pbxsim explain`.
#[derive(Debug, Parser)]
pub(crate) struct Explain {
    /// Scenario file
    pub(crate) file: Option<PathBuf>,
    /// Only this variant
    #[arg(long, value_name = "NAME")]
    pub(crate) variant: Option<String>,
    /// Another value for one path of the file; may be repeated
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub(crate) overrides: Vec<String>,
    /// Instead: what a run on the wire would do; nothing is sent
    #[arg(long, value_name = "ADDRESS", num_args = 0..=1, default_missing_value = "")]
    pub(crate) wire: Option<String>,
}

/// `pbxsim audit`.
#[derive(Debug, Parser)]
pub(crate) struct AuditArgs {
    /// Scenario file
    pub(crate) file: Option<PathBuf>,
    /// Only this variant
    #[arg(long, value_name = "NAME")]
    pub(crate) variant: Option<String>,
    /// Another value for one path of the file; may be repeated
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub(crate) overrides: Vec<String>,
    /// What to print: text or json
    #[arg(long = "as", value_name = "FORMAT", default_value = "text", hide_possible_values = true)]
    pub(crate) format: TextOrJson,
}

/// `pbxsim quote`.
#[derive(Debug, Parser)]
pub(crate) struct QuoteArgs {
    /// Scenario file
    pub(crate) file: Option<PathBuf>,
    /// Only this variant
    #[arg(long, value_name = "NAME")]
    pub(crate) variant: Option<String>,
    /// Another value for one path of the file; may be repeated
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub(crate) overrides: Vec<String>,
    /// Your prices: a CSV file with the columns licence and price
    #[arg(long, value_name = "FILE")]
    pub(crate) prices: Option<PathBuf>,
    /// What to print: text or json
    #[arg(long = "as", value_name = "FORMAT", default_value = "text", hide_possible_values = true)]
    pub(crate) format: TextOrJson,
}

/// `pbxsim run`.
#[derive(Debug, Parser)]
pub(crate) struct Run {
    /// Scenario files, or folders of them
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Another value for one path of the file; may be repeated
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub(crate) overrides: Vec<String>,
    /// Only this variant
    #[arg(long, value_name = "NAME")]
    pub(crate) variant: Option<String>,
    /// One run, with this seed
    #[arg(long, value_name = "N", conflicts_with = "seeds")]
    pub(crate) seed: Option<u64>,
    /// So many runs, with seeds from the file's on [default: as the file says, or
    /// 20]; auto: until it is decided; proof: until it is proven, for a release
    #[arg(long, value_name = "N")]
    pub(crate) seeds: Option<Seeds>,
    /// Threads [default: one per core]; the result is the same on any number
    #[arg(long, value_name = "N")]
    pub(crate) jobs: Option<NonZeroUsize>,
    /// Instead: by the workers at this NATS server (pbxsim worker)
    #[arg(long, value_name = "URL", conflicts_with = "jobs")]
    pub(crate) on: Option<String>,
    /// Run file [default: runs/TIME-NAME.pbxrun]
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// What to print: text, json, html, md, csv, junit, openmetrics or summary
    #[arg(long = "as", value_name = "FORMAT", default_value = "text", hide_possible_values = true)]
    pub(crate) format: Format,
    /// Tell a CI system too: github (annotations, step summary) or gitlab (code
    /// quality, junit.xml)
    #[arg(long, value_name = "SYSTEM", hide_possible_values = true)]
    pub(crate) ci: Option<Ci>,
    /// Load a real PBX there, in real time: sip:127.0.0.1:5060, or one address for
    /// each node, with commas [default: wire.target]
    #[arg(long, value_name = "ADDRESS", num_args = 0..=1, default_missing_value = "")]
    pub(crate) wire: Option<String>,
    /// This public address is mine to load
    #[arg(long, value_name = "ADDRESS", requires = "wire")]
    pub(crate) i_may_load: Vec<IpAddr>,
    /// A dashboard while it runs, on a terminal
    #[arg(long)]
    pub(crate) watch: bool,
    /// A summary that was committed: what differs fails
    #[arg(long, value_name = "FILE")]
    pub(crate) expect_summary: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) later: LaterFlags,
}

/// `pbxsim shrink`.
#[derive(Debug, Parser)]
pub(crate) struct Shrink {
    /// Scenario file with `chaos` on its timeline
    pub(crate) file: Option<PathBuf>,
    /// Another value for one path of the file; may be repeated
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub(crate) overrides: Vec<String>,
    /// Only this variant
    #[arg(long, value_name = "NAME")]
    pub(crate) variant: Option<String>,
    /// The seed that fails [default: the first one]
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Runs at most; Ctrl-C ends it before, with what was found
    #[arg(long, value_name = "N", default_value = "1000", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) runs: u32,
    /// Where to write it; an existing file is never touched [default: NAME-seed-N.yaml]
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

/// `pbxsim serve`.
#[derive(Debug, Parser)]
pub(crate) struct Serve {
    /// Scenario file
    pub(crate) file: PathBuf,
    /// Where the first node listens; the others at the ports after it
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:5060")]
    pub(crate) listen: String,
    /// Only this variant
    #[arg(long, value_name = "NAME")]
    pub(crate) variant: Option<String>,
    /// Another value for one path of the file; may be repeated
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub(crate) overrides: Vec<String>,
    /// Seed of the cluster's chance [default: the file's]
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
}

/// `pbxsim show`.
#[derive(Debug, Parser)]
pub(crate) struct Show {
    /// Run files, or LAST for the newest in runs/
    #[arg(value_name = "RUN|LAST", required = true)]
    pub(crate) runs: Vec<PathBuf>,
    /// What to print: text, json, html (one page to forward), md (for a pull request), csv, junit, openmetrics, summary (to commit), hlog (HdrHistogram), pcap (SIP of the worst, the first that failed, and one in the middle), or sipp-stat, sipp-rtt (as SIPp's -trace_stat and -trace_rtt)
    #[arg(long = "as", value_name = "FORMAT", default_value = "text", hide_possible_values = true)]
    pub(crate) format: Format,
    /// Write it to this file instead, whole or not at all
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// With html: the style sheet in a file of its own, for servers with a strict policy [default --out: report.html]
    #[arg(long)]
    pub(crate) split: bool,
    /// With html: also the ladders of the worst, the first that failed, and one in the middle; the first seed is run again for them
    #[arg(long)]
    pub(crate) ladders: bool,
}

/// `pbxsim trace`.
#[derive(Debug, Parser)]
pub(crate) struct Trace {
    /// Run file, or LAST for the newest in runs/
    #[arg(value_name = "RUN|LAST")]
    pub(crate) run: PathBuf,
    /// Whom: desk-17, desk-17/softphone; or worst, first-failure, median
    #[arg(value_name = "ENDPOINT")]
    pub(crate) whom: String,
    /// In which of its runs [default: the first]
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Of which variant [default: the first that failed, else the first]
    #[arg(long, value_name = "NAME")]
    pub(crate) variant: Option<String>,
    /// What to print: text, svg, html, or pcap, a capture for Wireshark and sngrep
    #[arg(long = "as", value_name = "FORMAT", default_value = "text", hide_possible_values = true)]
    pub(crate) format: TraceFormat,
    /// Write it to this file instead, whole or not at all
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

/// Renderings of a ladder.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum TraceFormat {
    Text,
    Svg,
    Html,
    Pcap,
}

/// `pbxsim list`.
#[derive(Debug, Parser)]
pub(crate) struct List {
    /// Which list
    pub(crate) topic: Topic,
}

/// `pbxsim schema`.
#[derive(Debug, Parser)]
pub(crate) struct Schema {
    /// Of which files: scenario, or result, which is what --as json prints
    #[arg(default_value = "scenario", hide_possible_values = true)]
    pub(crate) of: SchemaOf,
}

/// What has a schema.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum SchemaOf {
    Scenario,
    Result,
}

/// `pbxsim completions`.
#[derive(Debug, Parser)]
pub(crate) struct Completions {
    /// For which shell
    pub(crate) shell: Shell,
}

/// `pbxsim man`.
#[derive(Debug, Parser)]
pub(crate) struct Man {
    /// Only the page of this verb
    pub(crate) verb: Option<String>,
}

/// A verb of a later version, with whatever follows it.
#[derive(Debug, Parser)]
pub(crate) struct Later {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    _rest: Vec<OsString>,
}

/// Flags of `run` of a later version.
#[derive(Debug, Parser)]
pub(crate) struct LaterFlags {
    #[arg(long, hide = true)]
    run_commands: bool,
}

/// How many seeds.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Seeds {
    /// So many.
    Count(u32),
    /// `auto`, `proof`: until it is decided.
    Until(Stopping),
}

/// CI systems that `run --ci` and `check --ci` know.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Ci {
    Github,
    Gitlab,
}

/// Renderings of a run.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Format {
    Text,
    Json,
    Html,
    Md,
    Csv,
    Junit,
    Openmetrics,
    Summary,
    Hlog,
    Pcap,
    SippStat,
    SippRtt,
}

/// Renderings of an audit and a quote.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum TextOrJson {
    Text,
    Json,
}

/// What can be listed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Topic {
    /// Scenarios to start from
    Templates,
    /// Sentences that `expect` knows
    Expectations,
    /// What can be measured
    Metrics,
    /// What can be said of people, endpoints and attempts
    Outcomes,
    /// How many values become one
    Statistics,
    /// Ways to say when
    Whens,
    /// Why something was refused
    Reasons,
    /// What can happen on the timeline
    Verbs,
    /// Keys of a scenario file
    Keys,
    /// The vendor's catalogue, with the rules of each licence
    Licences,
    /// The vendor's licence rules, R1 to R92
    Rules,
    /// How the vendor's text is read where it leaves something open
    Readings,
    /// Runs kept in runs/, the newest first
    Runs,
    /// Scenarios in this folder
    Scenarios,
}

impl Verb {
    /// The name of a verb that does not exist yet.
    pub(crate) fn later(&self) -> Option<&'static str> {
        match self {
            Self::Calibrate(_) => Some("calibrate"),
            _ => None,
        }
    }
}

impl Run {
    /// Refuses flags of a later version.
    pub(crate) fn only_what_exists(&self) -> Result<(), Complaint> {
        let later = &self.later;
        let flags = [(later.run_commands, "--run-commands")];
        match flags.into_iter().find(|(is_given, _)| *is_given) {
            Some((_, flag)) => Err(Complaint::not_yet(flag)),
            None if self.format == Format::Pcap => Err(Complaint::wrong("a capture is made from a run file")
                .hint("run it first; then: pbxsim show LAST --as pcap --out run.pcapng")),
            None if matches!(self.format, Format::SippStat | Format::SippRtt) => {
                Err(Complaint::wrong("SIPp's files are made from a run file")
                    .hint("run it first; then: pbxsim show LAST --as sipp-stat --out stat.csv"))
            }
            None => Ok(()),
        }
    }
}

impl FromStr for Seeds {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "auto" => Ok(Self::Until(Stopping::Auto)),
            "proof" => Ok(Self::Until(Stopping::Proof)),
            _ => match text.parse() {
                Ok(count @ 1..=MOST_SEEDS) => Ok(Self::Count(count)),
                _ => Err("it is a number from 1 to 1000000, auto or proof".to_owned()),
            },
        }
    }
}

fn templates() -> PossibleValuesParser {
    PossibleValuesParser::new(Template::ALL.iter().map(|template| template.name))
}

/// As the key `seeds` of a file.
const MOST_SEEDS: u32 = 1_000_000;

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Args::command().debug_assert();
    }

    #[test]
    fn seeds_are_counted_from_one() {
        assert_eq!("20".parse(), Ok(Seeds::Count(20)));
        assert_eq!("auto".parse(), Ok(Seeds::Until(Stopping::Auto)));
        assert!("0".parse::<Seeds>().is_err() && "many".parse::<Seeds>().is_err());
    }
}

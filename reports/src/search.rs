//! What a search of the timeline found (RFC 7502), with every trial it made.

use serde::{Deserialize, Serialize};

/// One search of one run.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Search {
    /// Its name: `registration search`.
    pub name: String,
    /// `registrations`, `refreshes` or `calls`.
    pub sought: String,
    /// The rate it began at, attempts a second.
    pub from: u64,
    /// Attempts of a whole trial.
    pub attempts: u32,
    /// The sentence every trial had to hold; `None`: no failure at all.
    pub holds: Option<String>,
    /// By the search of RFC 7502 §4.10.
    pub found: Found,
    /// By bisection, then proven; `None` where nothing was found to prove.
    pub proof: Option<Proof>,
    /// In order of time.
    pub trials: Vec<Trial>,
    /// What RFC 7502 §5.1 asks to be told.
    pub setup: Setup,
}

/// How a search ended.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Found {
    /// The highest rate that passed, attempts a second.
    Rate(u64),
    /// Not even one attempt a second passed.
    Nothing,
    /// All passed, up to the highest rate there is.
    NoLimit,
}

/// A rate at which trial after trial passed.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Proof {
    /// The rate.
    pub found: Found,
    /// Trials that passed there, all that were made.
    pub passes: u32,
    /// The next higher rate that failed, and after how many trials there.
    pub failed: Option<(u64, u32)>,
    /// Trials in all.
    pub trials: u32,
}

/// One trial.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Trial {
    /// When it began.
    pub at_ns: u64,
    /// Attempts a second.
    pub per_second: u64,
    /// Attempts made: fewer than wanted if one failed before.
    pub attempts: u64,
    /// Whether it passed.
    pub passed: bool,
    /// What failed first: `503 overload`, `a sentence did not hold`; empty if it passed.
    pub trouble: String,
}

/// The test set-up of RFC 7502 §5.1, as far as a model has one.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Setup {
    /// `UDP`.
    pub transport: String,
    /// `none (datagrams)`, `persistent`.
    pub connections: String,
    /// `not applicable`, `30 s`.
    pub duration: String,
    /// Requests that one attempt takes: 2 with digest authentication.
    pub requests: u32,
    /// Time after which no answer is a failure: 64·T1.
    pub threshold_s: u64,
}

impl Search {
    /// Attempts made in all trials.
    pub fn attempted(&self) -> u64 {
        self.trials.iter().map(|trial| trial.attempts).sum()
    }

    /// Trials of the search of RFC 7502.
    pub fn rfc_trials(&self) -> usize {
        self.trials.len() - self.proof.map_or(0, |proof| proof.trials as usize)
    }
}

impl Found {
    /// `458/s`.
    pub fn words(self) -> String {
        match self {
            Self::Rate(rate) => format!("{rate}/s"),
            Self::Nothing => "nothing passes".to_owned(),
            Self::NoLimit => "no limit found".to_owned(),
        }
    }
}

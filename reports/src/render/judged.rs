//! A result with what it comes to, as every rendering needs it.

use crate::measurements::{Measurements, Stopped};
use crate::result::{RunResult, Verdict};
use crate::verdict::Judgement;

/// A result with what it comes to.
pub(crate) struct Judged<'a> {
    pub(crate) result: &'a RunResult,
    pub(crate) judgements: Vec<Judgement>,
    pub(crate) verdict: Verdict,
}

impl<'a> Judged<'a> {
    pub(crate) fn new(result: &'a RunResult) -> Self {
        let judgements = result.judge();
        let verdict = result.verdict(&judgements);
        Self { result, judgements, verdict }
    }

    /// `PASS`, in colour if wanted.
    pub(crate) fn word(&self) -> &'static str {
        match self.verdict {
            Verdict::Pass => "PASS",
            Verdict::CantTell => "CAN'T TELL",
            Verdict::Fail => "FAIL",
            Verdict::Invalid if self.result.header.partial => "PARTIAL",
            Verdict::Invalid => "INVALID",
        }
    }
}

/// The seeds that were not cut short by an interrupt: only they count as run.
pub(crate) fn finished(result: &RunResult) -> impl Iterator<Item = &Measurements> {
    result.seeds.iter().filter(|run| run.stopped != Some(Stopped::Interrupted))
}

/// What became of a sentence.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) enum Fate {
    Held,
    Failed,
    /// Seeds were run to decide it and do not.
    Open,
    /// No seed came far enough to judge it.
    NotJudged,
}

impl Fate {
    pub(crate) fn of(judgement: &Judgement) -> Self {
        match judgement.passed() {
            _ if judgement.of_seeds() == 0 => Self::NotJudged,
            _ if judgement.open => Self::Open,
            true => Self::Held,
            false => Self::Failed,
        }
    }
}

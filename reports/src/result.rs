//! Everything of one plan run over its seeds, and what it comes to.

use serde::{Deserialize, Serialize};

use crate::expectation::Expectation;
use crate::measurements::{Measurements, Stopped};
use crate::verdict::{Judgement, Stopping, judge_stopped};

/// One plan, run over its seeds: a file, or one variant of it.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct RunResult {
    /// What ran, and where.
    pub header: Header,
    /// What must hold.
    pub expectations: Vec<Expectation>,
    /// One per seed, in the order of the seeds; the first tells the story.
    pub seeds: Vec<Measurements>,
}

/// What ran, and where.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
pub struct Header {
    /// Version of the JSON result when this was written; a rendering says its own.
    pub schema: u32,
    /// Title of the scenario.
    pub title: String,
    /// Path of the scenario as given.
    pub file: String,
    /// Name of the variant, if the file has some.
    pub variant: Option<String>,
    /// Wall clock of the first moment, seconds after midnight.
    pub starts_s: u32,
    /// Date of the first moment (year, month, day), if the file gives one.
    pub date: Option<(i32, u8, u8)>,
    /// Length of the run, in nanoseconds of virtual time.
    pub lasts_ns: u64,
    /// Left out of percentages, times, ratios and means, in nanoseconds.
    pub warm_up_ns: u64,
    /// Digest of the plan's meaning.
    pub plan_digest: u64,
    /// Version of pbxsim.
    pub version: String,
    /// First seed.
    pub seed: u64,
    /// How many seeds were asked for.
    pub seeds_wanted: u32,
    /// How that number was chosen: beforehand, or while they ran.
    pub stopping: Stopping,
    /// Interrupted: not all was run.
    pub partial: bool,
    /// Text of the scenario.
    pub source: String,
    /// `--set`s, in order, as typed.
    pub overrides: Vec<String>,
    /// Of a sweep: the `PATH=VALUE`s of this point, which are the last of the overrides.
    pub point: Vec<String>,
    /// Wall-clock seconds it took.
    pub wall_s: f64,
    /// The machine.
    pub host: Host,
}

/// Facts of the machine; nothing else in a result depends on it.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
pub struct Host {
    /// Operating system.
    pub system: String,
    /// Processor architecture.
    pub machine: String,
    /// Cores used.
    pub cores: u32,
    /// Processor time of all cores until the result was there, in seconds.
    pub cpu_s: f64,
    /// Most memory resident at once, in kilobytes.
    pub peak_kb: u64,
}

/// What a result comes to.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Verdict {
    /// Every sentence and every invariant held.
    Pass,
    /// The seeds that were run do not decide it.
    CantTell,
    /// A sentence failed or an invariant broke.
    Fail,
    /// Not everything was run: no verdict.
    Invalid,
}

impl Verdict {
    /// Its name in machine formats.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::CantTell => "cant-tell",
            Self::Fail => "fail",
            Self::Invalid => "invalid",
        }
    }

    /// Exit code of the command that came to it: 0, 4, 1, 3.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Pass => 0,
            Self::CantTell => 4,
            Self::Fail => 1,
            Self::Invalid => 3,
        }
    }

    /// Of several: the gravest, in the order above; of none, invalid.
    pub fn worst(all: impl IntoIterator<Item = Self>) -> Self {
        all.into_iter().max().unwrap_or(Self::Invalid)
    }
}

impl RunResult {
    /// Judges every sentence, over the seeds that ran to their end (or to a verdict).
    pub fn judge(&self) -> Vec<Judgement> {
        let uninterrupted = |run: &&Measurements| run.stopped != Some(Stopped::Interrupted);
        if self.seeds.iter().all(|run| uninterrupted(&run)) {
            return judge_stopped(&self.expectations, &self.seeds, self.header.stopping);
        }
        let finished: Vec<Measurements> = self.seeds.iter().filter(uninterrupted).cloned().collect();
        judge_stopped(&self.expectations, &finished, self.header.stopping)
    }

    /// The verdict, given the judgements of [`Self::judge`]. A broken invariant fails any run, also an interrupted one.
    pub fn verdict(&self, judgements: &[Judgement]) -> Verdict {
        if self.seeds.iter().any(broke_an_invariant) {
            Verdict::Fail
        } else if self.header.partial || self.seeds.is_empty() {
            Verdict::Invalid
        } else if judgements.iter().any(Judgement::failed) {
            Verdict::Fail
        } else if judgements.iter().any(|judgement| judgement.open) {
            Verdict::CantTell
        } else {
            Verdict::Pass
        }
    }

    /// Whether each seed holds on its own: every sentence in it, and every invariant. One per seed that was judged.
    pub fn seeds_held<'a>(&'a self, judgements: &'a [Judgement]) -> impl Iterator<Item = (&'a Measurements, Verdict)> {
        let mut judged = 0;
        self.seeds.iter().map(move |run| {
            if run.stopped == Some(Stopped::Interrupted) {
                return (run, Verdict::Invalid);
            }
            let held = judgements.iter().all(|judgement| judgement.held_in.get(judged).is_some_and(|held| *held));
            judged += 1;
            (run, if held && !broke_an_invariant(run) { Verdict::Pass } else { Verdict::Fail })
        })
    }

    /// The seed whose story is told.
    pub fn first(&self) -> Option<&Measurements> {
        self.seeds.first()
    }
}

/// Whether a run broke an invariant.
pub fn broke_an_invariant(run: &Measurements) -> bool {
    run.violation.is_some() || run.invariants.iter().any(|invariant| invariant.violations > 0)
}

/// Version of the JSON result written now.
pub const RESULT_SCHEMA: u32 = 1;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measurements::{Invariant, Violation};
    use crate::sample;

    #[test]
    fn a_breach_fails_a_run_whose_sentences_all_held() {
        let mut result = sample::passing();
        assert_eq!(result.verdict(&result.judge()), Verdict::Pass);
        result.seeds[3].invariants.push(Invariant { id: "I1".to_owned(), checks: 9, violations: 1 });
        assert_eq!(result.verdict(&result.judge()), Verdict::Fail);
        let judgements = result.judge();
        let failed: Vec<u64> = result
            .seeds_held(&judgements)
            .filter(|(_, verdict)| *verdict == Verdict::Fail)
            .map(|(run, _)| run.seed)
            .collect();
        assert_eq!(failed, [45]);
    }

    #[test]
    fn an_interrupted_run_has_no_verdict_unless_an_invariant_broke() {
        let mut result = sample::passing();
        result.header.partial = true;
        result.seeds[19].stopped = Some(Stopped::Interrupted);
        result.seeds[19].tallies.clear();
        let judgements = result.judge();
        assert_eq!(result.verdict(&judgements), Verdict::Invalid);
        assert_eq!(judgements[0].of_seeds(), 19);
        assert_eq!(result.seeds_held(&judgements).last().map(|(_, verdict)| verdict), Some(Verdict::Invalid));
        let what = "two holders of one unit".to_owned();
        result.seeds[0].violation = Some(Violation { id: "I1".to_owned(), what, at_ns: 1, last_events: Vec::new() });
        assert_eq!(result.verdict(&result.judge()), Verdict::Fail);
    }

    #[test]
    fn each_seed_has_its_own_verdict() {
        let mut result = sample::passing();
        result.seeds[3].tallies[2] = crate::measurements::Tally::Share { hits: 1, of: 1_000 };
        let judgements = result.judge();
        let verdicts: Vec<Verdict> = result.seeds_held(&judgements).map(|(_, verdict)| verdict).collect();
        assert_eq!(verdicts.iter().position(|verdict| *verdict == Verdict::Fail), Some(3));
        assert_eq!(verdicts.iter().filter(|verdict| **verdict == Verdict::Pass).count(), 19);
        assert_eq!(result.verdict(&judgements), Verdict::Fail);
    }

    #[test]
    fn nothing_run_is_invalid() {
        let result = RunResult::default();
        assert_eq!(result.verdict(&result.judge()), Verdict::Invalid);
        assert_eq!(Verdict::worst([]), Verdict::Invalid);
    }

    #[test]
    fn exit_codes_are_those_of_the_manual() {
        let all = [Verdict::Pass, Verdict::CantTell, Verdict::Fail, Verdict::Invalid];
        assert!(all.is_sorted());
        assert_eq!(all.map(Verdict::exit_code), [0, 4, 1, 3]);
        assert_eq!(Verdict::worst([Verdict::Pass, Verdict::Fail]), Verdict::Fail);
    }
}

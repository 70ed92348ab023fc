//! From tallies to judgements: whether each sentence held, in so many seeds, by how much, and how surely.

mod agreement;
mod fragility;
mod hopeless;
mod metric;
mod reading;
mod seen;
mod stopping;
mod words;

use crate::expectation::{Bound, Claim, Expectation, Limit, Quantity, Runs};
use crate::measurements::{Measurements, Tally};
use crate::units::Unit;
use crate::verdict::reading::{Limits, Reading};

pub use crate::verdict::seen::{Good, Seen, seen};
pub use crate::verdict::stopping::{Decision, Stopping};

/// Whether a sentence held.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Held {
    /// It held.
    Pass,
    /// It did not.
    Fail,
}

/// One sentence judged over all seeds. Numbers are those of the first seed (`agrees with`: of all seeds pooled).
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// The sentence as written.
    pub sentence: String,
    /// Over all seeds, by the suffix or its default; where seeds were run until it was decided, as it was decided.
    pub verdict: Held,
    /// Seeds were run until it was decided, and it was not.
    pub open: bool,
    /// What was measured, in `unit`; `None`: nothing was, or it never came (later than any limit).
    pub measured: Option<f64>,
    /// What it is held against, in `unit`; of two limits the one nearer or passed.
    pub limit: Option<f64>,
    /// Unit of both.
    pub unit: Unit,
    /// Members, attempts, samples or batches behind it.
    pub samples: u64,
    /// Which seeds it held in, in their order (`agrees with`: all or none).
    pub held_in: Vec<bool>,
    /// Why more seeds might say otherwise, and what to try; `None`: firm.
    pub fragile: Option<String>,
    /// What was measured and the margin, in words, for the summary.
    pub notes: Vec<String>,
    /// Why it failed, where that is known.
    pub why: Option<String>,
    /// The first seed it failed in, if it failed and was judged seed by seed.
    pub failed_seed: Option<u64>,
    /// What each seed measured, on one axis with the limits.
    pub axis: Axis,
}

/// Seeds side by side: shares in percent whatever the sentence counts, other measures in their unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// Unit of the numbers below.
    pub unit: Unit,
    /// Good is from here …
    pub from: Option<f64>,
    /// … to here.
    pub to: Option<f64>,
    /// In the order of the seeds; `None`: nothing was measured, or it never came. Empty for `agrees with`.
    pub each: Vec<Option<f64>>,
}

impl Judgement {
    /// Seeds in which it held.
    pub fn passed_seeds(&self) -> u64 {
        self.held_in.iter().filter(|held| **held).count() as u64
    }

    /// Seeds there were.
    pub fn of_seeds(&self) -> u64 {
        self.held_in.len() as u64
    }

    /// Whether it passed.
    pub fn passed(&self) -> bool {
        self.verdict == Held::Pass && !self.open
    }

    /// Its verdict in machine formats.
    pub fn word(&self) -> &'static str {
        match self.verdict {
            _ if self.open => "cant-tell",
            Held::Pass => "pass",
            Held::Fail => "fail",
        }
    }

    /// Whether it failed.
    pub fn failed(&self) -> bool {
        self.verdict == Held::Fail && !self.open
    }
}

/// Judges every sentence over the runs, given in the order of their seeds.
pub fn judge(expectations: &[Expectation], runs: &[Measurements]) -> Vec<Judgement> {
    judge_stopped(expectations, runs, Stopping::Fixed)
}

/// The same for runs whose number was chosen while they ran.
pub fn judge_stopped(expectations: &[Expectation], runs: &[Measurements], stopping: Stopping) -> Vec<Judgement> {
    let judged = |(index, expectation): (usize, &Expectation)| {
        let judgement = judge_one(index, expectation, runs);
        if stopping == Stopping::Fixed {
            return judgement;
        }
        let is_agreement = agreed_value(&expectation.claim).is_some();
        decided(judgement, stopping.decision(expectation, index, runs), is_agreement)
    };
    expectations.iter().enumerate().map(judged).collect()
}

/// Whether one run holds a claim. `agrees with` asks for 20 batches, which one run may have.
pub fn holds(claim: &Claim, tally: &Tally) -> bool {
    match agreed_value(claim) {
        Some(value) => agreement::of(value, claim, &[tally]).held,
        None => reading::read(claim, tally).held,
    }
}

/// Whether `or stop` ends the run: the claim cannot hold any more, judged by what is decided so far (a member or
/// attempt is counted once its outcome is known). Shares and times stop once 100 of them put the 99 % interval beyond
/// the limit (scenario language §5).
pub fn cannot_hold(claim: &Claim, decided: &Tally) -> bool {
    hopeless::is(claim, decided)
}

/// Which part of the seeds must pass: the suffix, or every run for `never`, `no`, `all` and `exactly`, else 19 of 20.
pub fn runs_needed(expectation: &Expectation) -> Runs {
    expectation.runs.unwrap_or(if in_every_run(&expectation.claim) { EVERY_RUN } else { MOST_RUNS })
}

/// Literally: `of` · passes ≥ `passing` · runs. Nothing ran: no.
pub fn enough(needed: Runs, passed: u64, runs: u64) -> bool {
    let (passed, runs) = (u128::from(passed), u128::from(runs));
    runs > 0 && u128::from(needed.of) * passed >= u128::from(needed.passing) * runs
}

/// The verdict of the deciding seed in place of that of all; sequential decisions are never fragile.
fn decided(judgement: Judgement, decision: Option<Decision>, is_agreement: bool) -> Judgement {
    let verdict = match decision {
        Some(Decision { pass: true, .. }) => Held::Pass,
        Some(Decision { pass: false, .. }) => Held::Fail,
        None => judgement.verdict,
    };
    let mut notes = judgement.notes;
    // An agreement is judged by its batches: of a share of the seeds it says nothing.
    if !is_agreement {
        notes.push(stopping::in_words(decision, &judgement.held_in));
    }
    Judgement { verdict, open: decision.is_none(), notes, fragile: None, ..judgement }
}

fn judge_one(index: usize, expectation: &Expectation, runs: &[Measurements]) -> Judgement {
    let nothing = Tally::Nothing(NOTHING.to_owned());
    let tallies: Vec<&Tally> = runs.iter().map(|run| run.tallies.get(index).unwrap_or(&nothing)).collect();
    if let Some(value) = agreed_value(&expectation.claim) {
        return judge_agreement(value, expectation, &tallies);
    }
    let mut readings: Vec<Reading> = tallies.iter().map(|tally| reading::read(&expectation.claim, tally)).collect();
    for (reading, run) in readings.iter_mut().zip(runs) {
        // Stopped because this sentence could not hold any more: whatever its counters say, it did not.
        reading.held &= !run.ended_by(index);
    }
    let held_in: Vec<bool> = readings.iter().map(|reading| reading.held).collect();
    let needed = runs_needed(expectation);
    let passed = held_in.iter().filter(|held| **held).count();
    let pass = enough(needed, passed as u64, runs.len() as u64);
    let first = readings.first().cloned().unwrap_or_else(|| reading::read(&expectation.claim, &nothing));
    Judgement {
        sentence: expectation.text.clone(),
        verdict: if pass { Held::Pass } else { Held::Fail },
        open: false,
        measured: first.measured,
        limit: first.limit,
        unit: first.unit,
        samples: first.samples,
        fragile: fragility::of(expectation, &readings, pass),
        notes: words::notes(expectation, &readings, runs),
        why: if pass { None } else { words::why(&expectation.claim, &readings, runs) },
        failed_seed: held_in.iter().zip(runs).find(|(held, _)| !pass && !**held).map(|(_, run)| run.seed),
        axis: axis(&first, &readings),
        held_in,
    }
}

fn judge_agreement(value: f64, expectation: &Expectation, tallies: &[&Tally]) -> Judgement {
    let agreement = agreement::of(value, &expectation.claim, tallies);
    Judgement {
        sentence: expectation.text.clone(),
        verdict: if agreement.held { Held::Pass } else { Held::Fail },
        open: false,
        measured: agreement.measured,
        limit: agreement.limit,
        unit: agreement.unit,
        samples: agreement.batches,
        held_in: vec![agreement.held; tallies.len()],
        fragile: None,
        notes: vec![agreement.words],
        why: None,
        failed_seed: None,
        axis: Axis { unit: agreement.unit, from: None, to: None, each: Vec::new() },
    }
}

fn axis(first: &Reading, readings: &[Reading]) -> Axis {
    let (from, to) = match first.limits {
        Limits::Most(limit) => (None, Some(limit)),
        Limits::Least(limit) => (Some(limit), None),
        Limits::Between(from, to) => (Some(from), Some(to)),
        Limits::Exactly(limit) => (Some(limit), Some(limit)),
    };
    let unit = if first.counted.is_some() { Unit::Percent } else { first.unit };
    Axis { unit, from, to, each: readings.iter().map(|reading| reading.position).collect() }
}

fn agreed_value(claim: &Claim) -> Option<f64> {
    match claim {
        Claim::Measure { limit: Limit::AgreesWith(value), .. } => Some(*value),
        _ => None,
    }
}

/// `never`, `no`, `all` and `exactly` speak of every run (scenario language §5).
fn in_every_run(claim: &Claim) -> bool {
    match claim {
        Claim::Queue { .. } | Claim::Stock { .. } | Claim::Action { .. } => true,
        Claim::Share { quantity: Quantity::No | Quantity::All, .. }
        | Claim::Share {
            quantity: Quantity::Percent(Bound::Exactly, _) | Quantity::Count(Bound::Exactly, _), ..
        }
        | Claim::Measure { limit: Limit::Bound(Bound::Exactly, _), .. } => true,
        Claim::Share { .. } | Claim::Time { .. } | Claim::Measure { .. } => false,
    }
}

const NOTHING: &str = "nothing was measured";
const EVERY_RUN: Runs = Runs { passing: 1, of: 1 };
const MOST_RUNS: Runs = Runs { passing: 19, of: 20 };

#[cfg(test)]
mod tests;

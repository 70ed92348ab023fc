//! When the seeds run so far are enough (statistics §2.3): `--seeds auto` and `--seeds proof`.
//!
//! Seeds count in their order and those beyond the deciding one are dropped, so that the verdict does not depend on how
//! many ran at once. A sentence keeps the verdict that its deciding seed gave it.

use serde::{Deserialize, Serialize};

use crate::expectation::Expectation;
use crate::measurements::{Measurements, Tally};
use crate::result::broke_an_invariant;
use crate::statistics::sequential::{Sprt, open_shares, proves};
use crate::units;
use crate::verdict::{agreement, holds, runs_needed};

/// How the number of seeds is chosen.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Stopping {
    /// Beforehand.
    #[default]
    Fixed,
    /// Until every sentence is decided, both errors 5 %; or one has failed.
    Auto,
    /// Until the share of all seeds that hold it is proven to lie on one side of what the sentence asks for.
    Proof,
}

/// The seed that decided a sentence.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Decision {
    /// So many seeds were enough.
    pub after: usize,
    /// Whether it holds.
    pub pass: bool,
}

impl Stopping {
    /// No more seeds than that are run: then nobody can tell.
    pub fn most(self) -> u32 {
        match self {
            Self::Fixed => u32::MAX,
            Self::Auto => 400,
            Self::Proof => 1_000,
        }
    }

    /// Whether the runs, in the order of their seeds, are enough: all is decided, or one thing has failed.
    pub fn is_enough(self, expectations: &[Expectation], runs: &[Measurements]) -> bool {
        let decisions = (0..expectations.len()).map(|index| self.decision(&expectations[index], index, runs));
        let mut open = runs.is_empty();
        for decision in decisions {
            match decision {
                Some(Decision { pass: false, .. }) => return true,
                Some(_) => {}
                None => open = true,
            }
        }
        !open || runs.last().is_some_and(broke_an_invariant)
    }

    /// Which seed decided the sentence at `index`; `None`: open, or not to be decided while running.
    pub(super) fn decision(self, sentence: &Expectation, index: usize, runs: &[Measurements]) -> Option<Decision> {
        if self == Self::Fixed {
            return None;
        }
        let nothing = Tally::Nothing(String::new());
        let tally = |run: &'_ Measurements| run.tallies.get(index).cloned().unwrap_or_else(|| nothing.clone());
        if let Some(value) = super::agreed_value(&sentence.claim) {
            // The width of an interval says nothing about where it lies: stopping at one does not bend the verdict.
            let tallies: Vec<Tally> = runs.iter().map(tally).collect();
            let agreement = agreement::of(value, &sentence.claim, &tallies.iter().collect::<Vec<_>>());
            return agreement.is_narrow.then_some(Decision { after: runs.len(), pass: agreement.held });
        }
        let held: Vec<bool> =
            runs.iter().map(|run| holds(&sentence.claim, &tally(run)) && !run.ended_by(index)).collect();
        let needed = runs_needed(sentence);
        let q = f64::from(needed.passing) / f64::from(needed.of);
        if needed.passing >= needed.of {
            return self.of_every_run(&held);
        }
        self.of_a_share(&held, q)
    }

    /// One failure is enough; without any, as many seeds as 19 of 20 would take.
    fn of_every_run(self, held: &[bool]) -> Option<Decision> {
        if let Some(failed) = held.iter().position(|held| !held) {
            return Some(Decision { after: failed + 1, pass: false });
        }
        self.of_a_share(held, MOST)
    }

    fn of_a_share(self, held: &[bool], q: f64) -> Option<Decision> {
        let decided = match self {
            Self::Fixed => None,
            Self::Auto => Sprt::new(q).decides(held),
            Self::Proof => proves(held, q),
        };
        decided.map(|(after, pass)| Decision { after, pass })
    }
}

/// What the seeds say about all the seeds there are, in words: `holds in 93.5–100% of all seeds (95%)`.
pub(super) fn in_words(decision: Option<Decision>, held: &[bool]) -> String {
    let seeds = units::things(held.len() as u64, "seed", "seeds");
    let passed = held.iter().filter(|held| **held).count() as u64;
    let open = open_shares(passed, held.len() as u64 - passed);
    let range = format!("it holds in {:.1}–{:.1}% of all seeds (95%)", open.low * 100.0, open.high * 100.0);
    match decision {
        Some(Decision { after, .. }) if after == held.len() => format!("decided by {seeds}: {range}"),
        Some(Decision { after, .. }) => format!("decided by the first {}: {range}", units::count(after as u64)),
        None => format!("{seeds} do not decide it: {range}"),
    }
}

/// The usual share of seeds.
const MOST: f64 = 0.95;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expectation::{Bound, Claim, Group, Outcome, Quantity, Runs, Subject, When};
    use crate::measurements::{Invariant, Stopped};
    use crate::result::{RunResult, Verdict};

    fn expectation(runs: Option<Runs>) -> Expectation {
        let claim = Claim::Share {
            quantity: Quantity::Count(Bound::AtLeast, 5),
            subject: Subject::Group(Group::default()),
            outcome: Outcome::Registered,
            within_ns: None,
            when: When::Whole,
        };
        Expectation { text: "at least 5 endpoints are registered".to_owned(), claim, runs, or_stop: false }
    }

    fn runs(held: &[bool]) -> Vec<Measurements> {
        let tally = |held: &bool| Tally::Share { hits: if *held { 5 } else { 4 }, of: 9 };
        held.iter().map(|held| Measurements { tallies: vec![tally(held)], ..Measurements::default() }).collect()
    }

    fn result(stopping: Stopping, held: &[bool]) -> RunResult {
        let mut result = RunResult { expectations: vec![expectation(None)], seeds: runs(held), ..RunResult::default() };
        result.header.stopping = stopping;
        result
    }

    #[test]
    fn a_sentence_keeps_the_verdict_of_its_deciding_seed() {
        let mut held = vec![true; 35];
        held.extend([false; 5]);
        let result = result(Stopping::Auto, &held);
        let judgement = &result.judge()[0];
        assert!(judgement.passed() && judgement.fragile.is_none());
        assert_eq!((judgement.passed_seeds(), judgement.of_seeds()), (35, 40));
        assert_eq!(judgement.notes[1], "decided by the first 35: it holds in 66.8–97.7% of all seeds (95%)");
        assert_eq!(result.verdict(&result.judge()), Verdict::Pass);
        let fixed = super::super::judge(&result.expectations, &result.seeds);
        assert!(fixed[0].failed(), "the same seeds, all counted, fail");
    }

    #[test]
    fn what_no_seed_decides_nobody_can_tell() {
        let result = result(Stopping::Auto, &[true; 34]);
        let judgements = result.judge();
        assert!(judgements[0].open && !judgements[0].passed() && !judgements[0].failed());
        assert_eq!(judgements[0].word(), "cant-tell");
        assert_eq!(result.verdict(&judgements), Verdict::CantTell);
        assert!(judgements[0].notes[1].starts_with("34 seeds do not decide it"), "{:?}", judgements[0].notes);
    }

    #[test]
    fn enough_is_when_all_is_decided_or_one_thing_has_failed() {
        let sentences = [expectation(None), expectation(Some(Runs { passing: 1, of: 1 }))];
        let enough = |stopping: Stopping, held: &[bool]| {
            let mut runs = runs(held);
            runs.iter_mut().for_each(|run| run.tallies.push(run.tallies[0].clone()));
            stopping.is_enough(&sentences, &runs)
        };
        assert!(!enough(Stopping::Auto, &[]) && !enough(Stopping::Auto, &[true; 34]));
        assert!(enough(Stopping::Auto, &[true; 35]) && enough(Stopping::Auto, &[true, false]));
        assert!(!enough(Stopping::Proof, &[true; 80]) && enough(Stopping::Proof, &[true; 81]));
        let mut broken = runs(&[true]);
        broken[0].invariants.push(Invariant { id: "I1".to_owned(), checks: 9, violations: 1 });
        assert!(Stopping::Auto.is_enough(&sentences[..1], &broken));
        broken[0].invariants.clear();
        broken[0].stopped = Some(Stopped::Expectation(0));
        assert!(!Stopping::Auto.is_enough(&sentences[..1], &broken), "one failure of 19 in 20 decides nothing");
    }
}

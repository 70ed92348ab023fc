//! JUnit XML, as GitLab and Jenkins read it: a suite for each result, a case for each sentence and for the invariants.

use maud::{Markup, html};

use crate::render::json::hex;
use crate::render::judged::{Fate, Judged};
use crate::render::replay::{command, replay};
use crate::render::safe::safe_lines;
use crate::render::text::closing;
use crate::result::{RunResult, broke_an_invariant};
use crate::run_file::RunFile;
use crate::units;
use crate::verdict::Judgement;

/// One document for all results.
pub fn render(run: &RunFile) -> String {
    let suites: Vec<Suite> = run.results.iter().map(Suite::new).collect();
    let sum = |of: fn(&Suite) -> usize| suites.iter().map(of).sum::<usize>();
    let time: f64 = run.results.first().map_or(0.0, |result| result.header.wall_s);
    let xml = html! {
        testsuites name="pbxsim" tests=(sum(|suite| suite.cases.len())) failures=(sum(|suite| suite.count(Outcome::Failure)))
            errors=(sum(|suite| suite.count(Outcome::Error))) time=(format!("{time:.3}")) {
            @for suite in &suites { (suite.markup()) }
        }
    };
    safe_lines(&format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}\n", xml.into_string()))
}

struct Suite<'a> {
    judged: Judged<'a>,
    cases: Vec<Case>,
}

/// A sentence, or the invariants together.
struct Case {
    name: String,
    outcome: Outcome,
    /// In a line.
    message: String,
    /// All that is known.
    details: String,
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Outcome {
    Passed,
    Failure,
    /// No verdict: not everything was run.
    Error,
    /// The seeds that were run do not decide it.
    Skipped,
}

impl<'a> Suite<'a> {
    fn new(result: &'a RunResult) -> Self {
        let judged = Judged::new(result);
        let mut cases: Vec<Case> = judged.judgements.iter().map(|judgement| sentence(result, judgement)).collect();
        cases.push(invariants(result));
        Self { judged, cases }
    }

    fn count(&self, outcome: Outcome) -> usize {
        self.cases.iter().filter(|case| case.outcome == outcome).count()
    }

    fn name(&self) -> String {
        let header = &self.judged.result.header;
        match &header.variant {
            Some(variant) => format!("{} ({variant})", header.file),
            None => header.file.clone(),
        }
    }

    fn markup(&self) -> Markup {
        let header = &self.judged.result.header;
        let name = self.name();
        html! {
            testsuite name=(name) tests=(self.cases.len()) failures=(self.count(Outcome::Failure))
                errors=(self.count(Outcome::Error)) skipped=(self.count(Outcome::Skipped)) time=(format!("{:.3}", header.wall_s)) {
                properties {
                    property name="verdict" value=(self.judged.verdict.name()) {}
                    property name="digest" value=(hex(header.plan_digest)) {}
                    property name="version" value=(header.version) {}
                    property name="seeds" value=(closing::seeds(self.judged.result)) {}
                }
                @for case in &self.cases {
                    testcase classname=(name) name=(case.name) file=(header.file) time="0" {
                        @match case.outcome {
                            Outcome::Passed => system-out { (case.details) },
                            Outcome::Failure => failure type="expectation" message=(case.message) { (case.details) },
                            Outcome::Error => error type="incomplete" message=(case.message) { (case.details) },
                            Outcome::Skipped => skipped message=(case.message) {},
                        }
                    }
                }
            }
        }
    }
}

fn sentence(result: &RunResult, judgement: &Judgement) -> Case {
    let outcome = match Fate::of(judgement) {
        Fate::Held => Outcome::Passed,
        Fate::Failed => Outcome::Failure,
        Fate::Open => Outcome::Skipped,
        Fate::NotJudged => Outcome::Error,
    };
    let mut lines = judgement.notes.clone();
    lines.extend(judgement.why.iter().map(|why| format!("why: {why}")));
    lines.extend(judgement.fragile.iter().map(|fragile| format!("fragile: {fragile}")));
    lines.push(format!("again: {}", again(result, judgement)));
    let message = match outcome {
        Outcome::Error => "not judged: not every seed was run to its end".to_owned(),
        Outcome::Skipped => format!("can't tell: {}", judgement.notes.join("; ")),
        Outcome::Passed | Outcome::Failure => judgement.notes.join("; "),
    };
    Case { name: judgement.sentence.clone(), outcome, message, details: lines.join("\n") }
}

fn again(result: &RunResult, judgement: &Judgement) -> String {
    match judgement.failed_seed {
        Some(seed) => replay(&result.header, seed),
        None => command("run", &result.header),
    }
}

fn invariants(result: &RunResult) -> Case {
    let name = "no invariant breaks".to_owned();
    let Some(run) = result.seeds.iter().find(|run| broke_an_invariant(run)) else {
        let checks = result.seeds.iter().flat_map(|run| &run.invariants).map(|invariant| invariant.checks);
        let checks = checks.fold(0_u64, u64::saturating_add);
        let outcome = if result.seeds.is_empty() { Outcome::Error } else { Outcome::Passed };
        let details = units::things(checks, "check, none broken", "checks, none broken");
        return Case { name, outcome, message: "nothing was run".to_owned(), details };
    };
    let broken =
        run.invariants.iter().filter(|invariant| invariant.violations > 0).map(|invariant| invariant.id.as_str());
    let ids: Vec<&str> = run.violation.iter().map(|violation| violation.id.as_str()).chain(broken).take(1).collect();
    let what = run.violation.as_ref().map_or(String::new(), |violation| violation.what.clone());
    let events = run.violation.as_ref().map_or(String::new(), |violation| violation.last_events.join("\n"));
    let message = format!("{} broke in seed {}: {what}", ids.join(", "), run.seed);
    let details = format!("{message}\nagain: {}\n{events}", replay(&result.header, run.seed));
    Case { name, outcome: Outcome::Failure, message, details }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn a_failed_sentence_is_a_failure_with_its_reason() {
        let xml = render(&RunFile { results: vec![sample::failing()] });
        for part in [
            "<testsuites name=\"pbxsim\" tests=\"5\" failures=\"1\" errors=\"0\"",
            "<testsuite name=\"rush.yaml\" tests=\"5\" failures=\"1\" errors=\"0\" skipped=\"0\" time=\"1.940\">",
            "name=\"99% of endpoints lost in the crash are back within 30 s\"",
            "why: requests waited up to 20.8 s at standby",
            "again: pbxsim run rush.yaml --set cluster.standby.answers=110/s --seed 42",
        ] {
            assert!(xml.contains(part), "{part}\n{xml}");
        }
    }

    #[test]
    fn an_interrupted_run_has_errors() {
        let mut result = sample::passing();
        result.header.partial = true;
        result.seeds.clear();
        let xml = render(&RunFile { results: vec![result] });
        assert!(xml.contains("failures=\"0\" errors=\"5\""), "{xml}");
    }
}

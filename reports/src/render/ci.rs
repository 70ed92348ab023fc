//! What CI shows beside the code: GitHub's annotations, GitLab's code quality report.

use serde::Serialize;

use crate::measurements::Measurements;
use crate::render::judged::Judged;
use crate::render::safe::safe;
use crate::result::{Header, broke_an_invariant};
use crate::run_file::RunFile;
use crate::units;

/// Something that went wrong, at a line of a scenario.
struct Finding<'a> {
    header: &'a Header,
    line: usize,
    /// `critical` for invariants, which are ours to keep; `major` for sentences.
    severity: &'static str,
    what: String,
    why: String,
}

/// Workflow commands of GitHub, the gravest first, as many as it shows; a line each.
pub fn annotations(run: &RunFile) -> String {
    let findings = findings(run);
    let mut text: String = findings.iter().take(MOST_ANNOTATIONS).map(annotation).collect();
    if findings.len() > MOST_ANNOTATIONS {
        let more = units::things((findings.len() - MOST_ANNOTATIONS) as u64, "more failure", "more failures");
        text.push_str(&format!("::notice::{more}: see the step summary\n"));
    }
    text
}

fn annotation(finding: &Finding) -> String {
    let (file, title) = (property(&finding.header.file), property(&finding.what));
    format!("::error file={file},line={},title={title}::{}\n", finding.line, data(&finding.why))
}

/// The code quality report of GitLab.
pub fn code_quality(run: &RunFile) -> String {
    let issues: Vec<Issue> = findings(run).into_iter().map(Issue::of).collect();
    serde_json::to_string_pretty(&issues).expect("plain data is always JSON") + "\n"
}

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
}

impl Issue {
    fn of(finding: Finding) -> Self {
        let variant = finding.header.variant.as_deref().unwrap_or_default();
        Self {
            description: format!("{}: {}", safe(&finding.what), safe(&finding.why)),
            check_name: "pbxsim",
            fingerprint: safe(&format!("{}#{variant}#{}", finding.header.file, finding.what)),
            severity: finding.severity,
            location: Location { path: safe(&finding.header.file), lines: Lines { begin: finding.line } },
        }
    }
}

fn findings(run: &RunFile) -> Vec<Finding<'_>> {
    let judged: Vec<Judged> = run.results.iter().map(Judged::new).collect();
    let breaches = run.results.iter().filter_map(|result| {
        let broken = result.seeds.iter().find(|run| broke_an_invariant(run))?;
        let (what, why) = breach(broken);
        Some(Finding { header: &result.header, line: 1, severity: "critical", what, why })
    });
    let failed = judged.iter().flat_map(|one| {
        let header = &one.result.header;
        one.judgements.iter().filter(|judgement| judgement.failed()).map(move |judgement| {
            let why: Vec<String> = judgement.notes.iter().cloned().chain(judgement.why.clone()).collect();
            let line = line_of(&header.source, &judgement.sentence);
            Finding { header, line, severity: "major", what: judgement.sentence.clone(), why: why.join("; ") }
        })
    });
    breaches.chain(failed).collect()
}

fn breach(run: &Measurements) -> (String, String) {
    match &run.violation {
        Some(violation) => (format!("invariant {} broke in seed {}", violation.id, run.seed), violation.what.clone()),
        None => (format!("an invariant broke in seed {}", run.seed), "see the run file".to_owned()),
    }
}

/// The line of the file where a sentence begins; the first if it cannot be told.
fn line_of(source: &str, sentence: &str) -> usize {
    let words: Vec<&str> = sentence.split_whitespace().collect();
    let begins_with = |line: &str| {
        let line: Vec<&str> =
            line.trim().trim_start_matches("- ").trim_matches(['"', '\'']).split_whitespace().collect();
        !line.is_empty() && line.len().min(words.len()) >= words.len().min(FEWEST_WORDS) && {
            let alike = line.iter().zip(&words).take_while(|(one, other)| one == other).count();
            alike >= words.len().min(line.len()).min(FEWEST_WORDS)
        }
    };
    source.lines().position(begins_with).map_or(1, |place| place + 1)
}

/// The message of a workflow command.
fn data(text: &str) -> String {
    safe(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of one: also its separators are escaped.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// GitHub shows ten of a kind for each step.
const MOST_ANNOTATIONS: usize = 10;
/// So many words tell sentences apart.
const FEWEST_WORDS: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn failing() -> RunFile {
        let mut result = sample::failing();
        result.header.source =
            "pbxsim: 1\nexpect:\n  - 99% of endpoints are registered\n  - 99% of endpoints lost in the crash\n    are back within 30 s\n"
                .to_owned();
        RunFile { results: vec![result] }
    }

    #[test]
    fn a_failure_is_annotated_where_its_sentence_stands() {
        let text = annotations(&failing());
        let start = "::error file=rush.yaml,line=4,title=99%25 of endpoints lost in the crash are back within 30 s::94.1%25 of 2,804;";
        assert!(text.starts_with(start) && text.lines().count() == 1, "{text}");
        assert_eq!(annotations(&RunFile { results: vec![sample::passing()] }), "");
    }

    #[test]
    fn no_more_annotations_than_are_shown() {
        let results = vec![failing().results[0].clone(); 13];
        let text = annotations(&RunFile { results });
        assert_eq!(text.lines().count(), 11);
        assert!(text.ends_with("::notice::3 more failures: see the step summary\n"));
    }

    #[test]
    fn hostile_names_make_no_command() {
        for text in crate::render::page::HOSTILE {
            let annotated = annotations(&RunFile { results: vec![crate::render::page::hostile(text)] });
            assert!(annotated.lines().all(|line| line.starts_with("::error file=")), "{annotated}");
        }
    }

    #[test]
    fn code_quality_has_a_place_and_a_fingerprint() {
        let issues: serde_json::Value = serde_json::from_str(&code_quality(&failing())).expect("JSON");
        assert_eq!(issues[0]["location"]["lines"]["begin"], 4);
        assert_eq!(issues[0]["fingerprint"], "rush.yaml##99% of endpoints lost in the crash are back within 30 s");
        assert_eq!(issues[0]["severity"], "major");
    }
}

//! What CI shows beside the code: GitHub's annotations, GitLab's code quality report.

use serde::Serialize;

use crate::measurements::Measurements;
use crate::render::judged::Judged;
use crate::render::markdown::code;
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

/// One mistake in a scenario file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Mistake {
    /// As given, or `the command line`.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// Nothing runs; else a warning.
    pub is_error: bool,
    /// What is wrong.
    pub message: String,
    /// How to cure it; may be empty.
    pub advice: String,
}

/// Workflow commands for mistakes in files: errors, then warnings, as many of each as GitHub shows; a line each.
pub fn mistakes_annotated(mistakes: &[Mistake]) -> String {
    let mut text = String::new();
    for (is_error, kind, one, more) in [(true, "error", "error", "errors"), (false, "warning", "warning", "warnings")] {
        let of_kind: Vec<&Mistake> = mistakes.iter().filter(|mistake| mistake.is_error == is_error).collect();
        for mistake in of_kind.iter().take(MOST_ANNOTATIONS) {
            let (file, title) = (property(&mistake.file), property(&mistake.message));
            let advice = if mistake.advice.is_empty() { &mistake.message } else { &mistake.advice };
            let (line, column) = (mistake.line, mistake.column);
            text.push_str(&format!("::{kind} file={file},line={line},col={column},title={title}::{}\n", data(advice)));
        }
        if of_kind.len() > MOST_ANNOTATIONS {
            let left = units::things((of_kind.len() - MOST_ANNOTATIONS) as u64, one, more);
            text.push_str(&format!("::notice::{left} more: see the step summary\n"));
        }
    }
    text
}

/// All mistakes for a step summary, in Markdown, errors first.
pub fn mistakes_listed(mistakes: &[Mistake]) -> String {
    let errors = mistakes.iter().filter(|mistake| mistake.is_error).count();
    let head = match (errors, mistakes.len() - errors) {
        (0, warnings) => units::things(warnings as u64, "warning", "warnings"),
        (errors, 0) => units::things(errors as u64, "error", "errors"),
        (errors, warnings) => {
            let errors = units::things(errors as u64, "error", "errors");
            format!("{errors}, {}", units::things(warnings as u64, "warning", "warnings"))
        }
    };
    let mut text = format!("### pbxsim check: {head}\n\n");
    let mut sorted: Vec<&Mistake> = mistakes.iter().collect();
    sorted.sort_by_key(|mistake| !mistake.is_error);
    for mistake in sorted {
        let place = format!("{}:{}:{}", mistake.file, mistake.line, mistake.column);
        let advice = if mistake.advice.is_empty() { String::new() } else { format!(": {}", code(&mistake.advice)) };
        let kind = if mistake.is_error { "error" } else { "warning" };
        text.push_str(&format!("- {kind} at {}: {}{advice}\n", code(&place), code(&mistake.message)));
    }
    text.push('\n');
    text
}

/// The code quality report of GitLab for mistakes in files.
pub fn mistakes_as_code_quality(mistakes: &[Mistake]) -> String {
    let issue = |mistake: &Mistake| Issue {
        description: match mistake.advice.as_str() {
            "" => safe(&mistake.message),
            advice => format!("{}: {}", safe(&mistake.message), safe(advice)),
        },
        check_name: "pbxsim check",
        fingerprint: safe(&format!("{}#{}#{}", mistake.file, mistake.message, mistake.line)),
        severity: if mistake.is_error { "major" } else { "minor" },
        location: Location { path: safe(&mistake.file), lines: Lines { begin: mistake.line } },
    };
    let issues: Vec<Issue> = mistakes.iter().map(issue).collect();
    serde_json::to_string_pretty(&issues).expect("plain data is always JSON") + "\n"
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
        for text in crate::render::hostile::HOSTILE {
            let annotated = annotations(&RunFile { results: vec![crate::render::hostile::hostile(text)] });
            assert!(annotated.lines().all(|line| line.starts_with("::error file=")), "{annotated}");
        }
    }

    fn mistake(is_error: bool, message: &str) -> Mistake {
        let (file, advice) = ("a, b.yaml".to_owned(), "did you mean \"answers\"?".to_owned());
        Mistake { file, line: 11, column: 28, is_error, message: message.to_owned(), advice }
    }

    #[test]
    fn mistakes_are_annotated_where_they_are_errors_first() {
        let text = mistakes_annotated(&[mistake(false, "odd"), mistake(true, "unknown key: \"x\"")]);
        let lines = [
            "::error file=a%2C b.yaml,line=11,col=28,title=unknown key%3A \"x\"::did you mean \"answers\"?",
            "::warning file=a%2C b.yaml,line=11,col=28,title=odd::did you mean \"answers\"?",
        ];
        assert_eq!(text.lines().collect::<Vec<_>>(), lines);
        let many = vec![mistake(true, "wrong"); 13];
        let text = mistakes_annotated(&many);
        assert!(
            text.lines().count() == 11 && text.ends_with("::notice::3 errors more: see the step summary\n"),
            "{text}"
        );
        assert!(
            mistakes_listed(&many).starts_with("### pbxsim check: 13 errors\n\n- error at `a, b.yaml:11:28`: `wrong`:")
        );
    }

    #[test]
    fn hostile_mistakes_make_no_command_and_no_markup() {
        for text in crate::render::hostile::HOSTILE {
            let one = Mistake { file: text.into(), advice: text.into(), ..mistake(true, text) };
            let all = [one.clone(), one];
            assert!(mistakes_annotated(&all).lines().all(|line| line.starts_with("::error file=")));
            let listed = mistakes_listed(&all);
            let outside: String = listed.split('`').step_by(2).collect();
            assert!(!outside.contains(['<', '[']) && listed.lines().count() == 5, "{listed}");
            let issues: serde_json::Value = serde_json::from_str(&mistakes_as_code_quality(&all)).expect("JSON");
            assert_eq!(issues[0]["severity"], "major");
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

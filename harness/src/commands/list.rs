//! `pbxsim list`: what there is, from the tables the language itself is read by.

use std::path::Path;

use reports::result::Verdict;
use scenarios::sentence::{self, MetricDoc, WordDoc};
use scenarios::{ReadingRow, ReferenceRow, Template, readings, reference};
use simulator::licence::catalogue::{Against, CATALOGUE, Licence, Mode, Scope};
use simulator::licence::rules::RULES;

use crate::args::Topic;
use crate::complaint::Complaint;
use crate::exit::Exit;
use crate::paragraph::paragraph;
use crate::{run_files, scenario_files, screen};

/// Prints one list.
pub(super) fn list(topic: Topic) -> Result<Exit, Complaint> {
    let lines = match topic {
        Topic::Templates => templates(),
        Topic::Expectations => expectations(),
        Topic::Metrics => sentence::metrics().iter().flat_map(metric).collect(),
        Topic::Outcomes => words(&sentence::outcomes()),
        Topic::Statistics => words(&sentence::statistics()),
        Topic::Whens => words(&sentence::whens()),
        Topic::Reasons => words(&sentence::reasons()),
        Topic::Verbs => verbs(),
        Topic::Keys => keys(),
        Topic::Licences => licences(),
        Topic::Rules => RULES.iter().flat_map(|rule| entry(&format!("R{}", rule.number), rule.sentence, "")).collect(),
        Topic::Readings => readings().iter().flat_map(reading).collect(),
        Topic::Runs => runs(),
        Topic::Scenarios => scenarios_here()?,
    };
    let text: String = lines.iter().map(|line| format!("{}\n", line.trim_end())).collect();
    screen::print(&text)?;
    Ok(Exit::Held)
}

fn templates() -> Vec<String> {
    let told = |template: &Template| entry(template.name, &template.about(), "");
    let mut lines: Vec<String> = Template::ALL.iter().flat_map(told).collect();
    lines.extend([String::new(), "pbxsim new FILE --template NAME".to_owned()]);
    lines
}

fn expectations() -> Vec<String> {
    let told = |(template, example): &(&str, &str)| entry(template, "", example);
    let mut lines: Vec<String> = sentence::templates().iter().flat_map(told).collect();
    lines.push(String::new());
    lines.extend(paragraph("", SUFFIXES));
    lines
}

fn metric(metric: &MetricDoc) -> Vec<String> {
    let about = format!("{} of {}: {}", metric.kind.word(), metric.of.word(), metric.meaning);
    entry(metric.word, &about, metric.example)
}

fn words(words: &[WordDoc]) -> Vec<String> {
    words.iter().flat_map(|word| entry(word.word, &format!("{}: {}", word.of, word.meaning), word.example)).collect()
}

/// The verbs of the timeline: each of its entries has one, which is how the schema tells them from other keys.
fn verbs() -> Vec<String> {
    let schema = scenarios::schema();
    let verbs = schema["properties"]["timeline"]["items"]["oneOf"].as_array().cloned().unwrap_or_default();
    let rows = reference();
    let told = |verb: &str| {
        let row = rows.iter().find(|row| row.block == "timeline" && row.key == verb)?;
        Some(entry(verb, &format!("{}; takes {}", row.meaning, row.value), ""))
    };
    verbs.iter().filter_map(|verb| told(verb["required"][0].as_str()?)).flatten().collect()
}

fn keys() -> Vec<String> {
    let mut lines = Vec::new();
    let mut block = "";
    for row in reference().iter().filter(|row| row.exists) {
        if row.block != block {
            block = row.block;
            lines.extend([String::new(), format!("in {block}")]);
        }
        lines.extend(key(row));
    }
    lines
}

fn key(row: &ReferenceRow) -> Vec<String> {
    let default = if row.default.is_empty() { String::new() } else { format!("; default: {}", row.default) };
    entry(row.key, &format!("{}: {}{default}", row.meaning, row.value), "")
}

fn licences() -> Vec<String> {
    let mut lines: Vec<String> = CATALOGUE.iter().flat_map(licence).collect();
    lines.push(String::new());
    lines.extend(paragraph("", "pbxsim audit FILE tells which of them count in an installation, and why."));
    lines
}

/// One licence: its name as bought, how it is counted, and what belongs to it.
fn licence(row: &Licence) -> Vec<String> {
    let names = core::iter::once(0).chain(row.tiers.iter().copied());
    let names: Vec<String> = names.map(|tier| row.written_in(12, tier)).collect();
    let own = row.scope == Scope::Device && row.mode != Mode::Box;
    let scope = if own { ", of one device" } else { "" };
    let version = match row.against {
        Against::Nothing => "no version",
        Against::Pbx => "version against the PBX",
        Against::Application => "version against its application",
    };
    let leaves = row.leaves_from.map_or_else(|| "never leaves its device".to_owned(), |v| format!("movable from V{v}"));
    let needs: Vec<&str> = row.needs.iter().map(|need| need.words()).collect();
    let needs = if needs.is_empty() { String::new() } else { format!("; needs {}", needs.join(" and ")) };
    let uc = if row.in_uc { "; part of PBX-UC" } else { "" };
    let about = format!(
        "{}: one per {}; {}{scope}; {version}; {leaves}{needs}{uc} ({})",
        row.gives,
        row.metric,
        row.mode.word(),
        row.rules
    );
    entry(&names.join("  "), &about, "")
}

fn reading(row: &ReadingRow) -> Vec<String> {
    let others = row.values.iter().skip(1).copied().collect::<Vec<_>>().join(", ");
    let default = row.values.first().copied().unwrap_or_default();
    entry(&format!("{}: {default}", row.key), &format!("{}; or: {others} ({})", row.meaning, row.number), "")
}

fn runs() -> Vec<String> {
    let files = run_files::newest_first();
    let mut lines: Vec<String> = files.iter().take(MOST_RUNS).map(|path| run(path)).collect();
    match files.len() {
        0 => lines.push("no runs in runs/ here".to_owned()),
        all if all > MOST_RUNS => lines.push(format!("… and {} more in runs/", all - MOST_RUNS)),
        _ => {}
    }
    lines
}

fn run(path: &Path) -> String {
    let verdict = run_files::read(path).map_or("unreadable", |run| match run.verdict() {
        Verdict::Pass => "pass",
        Verdict::CantTell => "can't tell",
        Verdict::Fail => "fail",
        Verdict::Invalid => "partial",
    });
    format!("{verdict:<11} {}", path.display())
}

fn scenarios_here() -> Result<Vec<String>, Complaint> {
    let files = scenario_files::in_folder(Path::new("."))
        .map_err(|error| Complaint::wrong(format!("this folder cannot be read: {error}")))?;
    if files.is_empty() {
        return Ok(vec!["no scenarios here; to make one: pbxsim new rush.yaml".to_owned()]);
    }
    let told = |path: &std::path::PathBuf| {
        let title = scenario_files::title(path).unwrap_or_default();
        entry(&path.to_string_lossy(), &title, "")
    };
    Ok(files.iter().flat_map(told).collect())
}

/// A word with what it means and an example below.
fn entry(word: &str, about: &str, example: &str) -> Vec<String> {
    let mut lines = paragraph("", word);
    lines.extend(paragraph("    ", about));
    if !example.is_empty() {
        lines.extend(paragraph("      ", &format!("- {example}")));
    }
    lines
}

const MOST_RUNS: usize = 20;
const SUFFIXES: &str = "Behind any of them: \"in at least 19 of 20 runs\", \"or stop\". The capitals are explained by \
                        pbxsim list outcomes, metrics, statistics, whens and reasons.";

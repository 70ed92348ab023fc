//! Markdown for a pull request or a step summary: the verdict, the sentences, licences and times.

use std::collections::BTreeMap;

use crate::contention::Contention;
use crate::measurements::{Measurements, Stock};
use crate::render::judged::{Fate, Judged};
use crate::render::replay::{command, replay};
use crate::render::safe::safe;
use crate::render::text::closing;
use crate::render::text::latencies::{cells, is_worth_a_line};
use crate::result::Verdict;
use crate::run_file::RunFile;
use crate::units;

/// All results, in order.
pub fn render(run: &RunFile) -> String {
    let judged: Vec<Judged> = run.results.iter().map(Judged::new).collect();
    let mut text = String::new();
    if judged.len() > 1 {
        text.push_str("| result | verdict |\n|---|---|\n");
        for one in &judged {
            text.push_str(&format!("| {} | {} |\n", title(one), one.word()));
        }
        text.push('\n');
    }
    judged.iter().for_each(|one| text.push_str(&result(one)));
    text
}

fn title(judged: &Judged) -> String {
    let header = &judged.result.header;
    match &header.variant {
        Some(variant) => format!("{}, variant {}", plain(&header.title), plain(variant)),
        None => plain(&header.title),
    }
}

fn result(judged: &Judged) -> String {
    let header = &judged.result.header;
    let mut text = format!("### {}: {}\n\n", judged.word(), title(judged));
    text.push_str(&sentences(judged));
    if let Some(run) = judged.result.first() {
        text.push_str(&licences(run));
        text.push_str(&times(run));
    }
    let seeds = closing::seeds(judged.result);
    text.push_str(&format!(
        "Virtual time; {seeds}; pbxsim {}. Again: {}\n\n",
        plain(&header.version),
        code(&again(judged))
    ));
    text
}

fn again(judged: &Judged) -> String {
    let failed = judged.result.seeds_held(&judged.judgements).find(|(_, verdict)| *verdict == Verdict::Fail);
    failed.map_or_else(|| command("run", &judged.result.header), |(run, _)| replay(&judged.result.header, run.seed))
}

fn sentences(judged: &Judged) -> String {
    if judged.judgements.is_empty() {
        return String::new();
    }
    let mut text = String::from("| | sentence | measured |\n|---|---|---|\n");
    for judgement in &judged.judgements {
        let mark = match Fate::of(judgement) {
            Fate::Held => "✔",
            Fate::Failed => "✘",
            Fate::Open => "?",
            Fate::NotJudged => "·",
        };
        let mut measured = judgement.notes.clone();
        measured.extend(judgement.why.iter().map(|why| format!("why: {why}")));
        measured.extend(judgement.fragile.iter().map(|fragile| format!("fragile: {fragile}")));
        let measured: Vec<String> = measured.iter().map(|line| plain(line)).collect();
        text.push_str(&format!("| {mark} | {} | {} |\n", plain(&judgement.sentence), measured.join("<br>")));
    }
    text + "\n"
}

fn licences(run: &Measurements) -> String {
    let mut features: BTreeMap<&str, Vec<&Stock>> = BTreeMap::new();
    run.stocks.iter().for_each(|stock| features.entry(&stock.feature).or_default().push(stock));
    let rows: Vec<String> = features
        .into_iter()
        .map(|(feature, stocks)| (feature, Contention::of(&stocks)))
        .filter(|(_, sum)| sum.attempts > 0 || sum.high_water > 0)
        .map(|(feature, sum)| {
            let pool = sum.pool.map_or_else(|| "unlimited".to_owned(), units::count);
            let refused = units::count(sum.refused());
            let (peak, attempts) = (units::count(sum.high_water), units::count(sum.attempts));
            format!("| {} | {pool} | {peak} | {attempts} | {refused} |\n", plain(feature))
        })
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    format!("| licence | pool | peak | attempts | refused |\n|---|--:|--:|--:|--:|\n{}\n", rows.concat())
}

fn times(run: &Measurements) -> String {
    let told = run.latencies.iter().filter(|named| is_worth_a_line(named, &run.latencies));
    let rows: String =
        told.map(|named| format!("| {} | {} |\n", plain(&named.label), cells(named).join(" | "))).collect();
    if rows.is_empty() {
        return String::new();
    }
    format!("| from when it was due | n | p50 | p90 | p99 | p99.9 | max |\n|---|--:|--:|--:|--:|--:|--:|\n{rows}\n")
}

/// Text that is text in Markdown, and mentions nobody: what might be markup becomes a character reference.
pub(crate) fn plain(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in safe(text).chars() {
        if MARKUP.contains(c) {
            shown.push_str(&format!("&#{};", u32::from(c)));
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Within backticks; a backtick becomes an apostrophe.
pub(crate) fn code(text: &str) -> String {
    format!("`{}`", safe(text).replace('`', "'").replace('|', "\\|"))
}

const MARKUP: &str = "&<>|\\`*_{}[]()#!~@$\"^";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn a_failed_run_as_a_comment() {
        insta::assert_snapshot!(render(&RunFile { results: vec![sample::failing()] }));
    }

    #[test]
    fn names_are_only_text() {
        assert_eq!(plain("a|b <i> [x](y) @all #1"), "a&#124;b &#60;i&#62; &#91;x&#93;&#40;y&#41; &#64;all &#35;1");
    }
}

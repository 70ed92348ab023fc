//! What searches found: every trial at its rate, those that failed marked, and the report of RFC 7502 §5.

use maud::{Markup, html};

use crate::measurements::Measurements;
use crate::render::page::case::Case;
use crate::render::page::chart::{Plot, line, stroke};
use crate::render::page::parts::{Cell, Section, figure, heading, legend, number, table, words};
use crate::render::page::scale::Linear;
use crate::render::page::sweep::ticks;
use crate::render::text::search::{in_words, report_rows};
use crate::search::{Found, Search, Trial};
use crate::units;

pub(super) fn section(case: &Case, run: &Measurements) -> Option<Section> {
    let first = run.searches.first()?;
    let rows: Vec<Vec<Cell>> =
        report_rows(&run.searches).into_iter().map(|(label, value)| vec![words(label), words(value)]).collect();
    let body = html! {
        @for search in &run.searches { (of(case, search)) }
        (table("The report of RFC 7502, section 5", &["", ""], &rows))
    };
    Some(case.section("Searches", format!("{}: {}", first.name, first.found.words()), body))
}

fn of(case: &Case, search: &Search) -> Markup {
    let most = search.trials.iter().map(|trial| trial.per_second).max().unwrap_or(1);
    let rates = Linear::counts(most as f64);
    let last = search.trials.len().saturating_sub(1).max(1) as f64;
    let at = |(place, trial): (usize, &Trial)| (place as f64 / last, rates.share(trial.per_second as f64));
    let tried = line(search.trials.iter().enumerate().map(at));
    let failed = search.trials.iter().enumerate().filter(|(_, trial)| !trial.passed);
    let failed: String = failed.map(at).map(|(x, y)| line([(x, y - TICK), (x, y + TICK)])).collect();
    let numbers: Vec<String> = (1..=search.trials.len()).map(|place| place.to_string()).collect();
    let caption = format!("{}: the rate of each trial", search.name);
    let found = match search.found {
        Found::Rate(rate) => Some(rates.share(rate as f64)),
        Found::Nothing | Found::NoLimit => None,
    };
    let plot = Plot {
        label: format!("{caption}. {}", in_words(search)),
        height: 170,
        x: ticks(&numbers),
        y: rates.ticks.clone(),
        marks: &[],
        body: html! {
            @if let Some(y) = found { (stroke("limit", &line([(0.0, y), (1.0, y)]))) }
            (stroke("line1", &tried))
            (stroke("bad-line", &failed))
        },
    };
    let heads = ["trial", "attempts a second", "attempts", "passed", "trouble"].map(str::to_owned);
    let rows: Vec<Vec<String>> = (1..).zip(&search.trials).map(|(place, trial)| numbers_of(place, trial)).collect();
    html! {
        (heading(case.level(), &search.name))
        p { (in_words(search)) }
        (figure(&caption, &plot.markup()))
        (legend(&[
            ("line1", "attempts a second; first by RFC 7502, then bisected and proven".to_owned()),
            ("bad-line", "trials that failed".to_owned()),
            ("limit", format!("found by RFC 7502: {}", search.found.words())),
        ]))
        (table("Trials", &["", "trials", "attempts"], &[vec![
            words("all"),
            number(units::count(search.trials.len() as u64)),
            number(units::count(search.attempted())),
        ]]))
        (case.data(&caption, &heads, &rows))
    }
}

fn numbers_of(place: usize, trial: &Trial) -> Vec<String> {
    let passed = if trial.passed { "yes" } else { "no" };
    vec![
        place.to_string(),
        trial.per_second.to_string(),
        trial.attempts.to_string(),
        passed.to_owned(),
        trial.trouble.clone(),
    ]
}

/// Half the height of a mark, of the chart's.
const TICK: f64 = 0.02;

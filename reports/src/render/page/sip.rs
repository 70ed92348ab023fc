//! SIP: what was asked, how it was answered, and what had to be sent again.

use std::collections::BTreeMap;

use maud::{Markup, html};

use crate::course::Answers;
use crate::measurements::Measurements;
use crate::render::page::case::Case;
use crate::render::page::chart::{Plot, area, fill};
use crate::render::page::parts::{Section, figure, number, table, words};
use crate::render::page::scale::Linear;
use crate::units;

pub(super) fn section(case: &Case, run: &Measurements) -> Option<Section> {
    let course = &run.course;
    if course.answers.is_empty() {
        return None;
    }
    let re_sent: u64 = course.retransmissions.iter().sum();
    let body = html! {
        (answers(&course.answers))
        (reasons(&course.answers))
        @if re_sent == 0 { p { "No REGISTER had to be sent again." } } @else { (retransmissions(case, run, re_sent)) }
        p { "In all " (units::count(run.counts.messages)) " messages were handled." }
        @if case.ladders.is_empty() {
            p { "Message by message: " code { "pbxsim trace RUN worst" } ", " code { "first-failure" } " or " code { "median" }
                "; all three on this page: " code { "pbxsim show RUN --as html --ladders" } " (RUN is the run file)." }
        }
    };
    Some(case.section("SIP", "SIP: requests and their answers", body))
}

/// Requests by code; a column for each code there was.
fn answers(answers: &[Answers]) -> Markup {
    let mut codes: Vec<u16> = answers.iter().map(|row| row.status).collect();
    codes.sort_unstable();
    codes.dedup();
    let mut requests: BTreeMap<(&str, &str), BTreeMap<u16, u64>> = BTreeMap::new();
    for row in answers {
        *requests.entry((&row.method, &row.purpose)).or_default().entry(row.status).or_default() += row.count;
    }
    let heads: Vec<String> =
        ["request".to_owned()].into_iter().chain(codes.iter().map(|code| code_name(*code))).collect();
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    let rows: Vec<_> = requests
        .into_iter()
        .map(|((method, purpose), counts)| {
            let cells = codes.iter().map(|code| number(counts.get(code).map_or("–".to_owned(), |n| units::count(*n))));
            [words(format!("{method}, {purpose}"))].into_iter().chain(cells).collect()
        })
        .collect();
    table("Final answers; a challenge (401) and the request that repeats it count once", &heads, &rows)
}

fn reasons(answers: &[Answers]) -> Markup {
    let given = answers.iter().filter(|row| !row.reason.is_empty());
    let row = |row: &Answers| {
        let request = format!("{}, {}", row.method, row.purpose);
        vec![words(request), words(code_name(row.status)), words(&row.reason), number(units::count(row.count))]
    };
    let rows: Vec<_> = given.take(ROWS).map(row).collect();
    html! { @if !rows.is_empty() { (table("Answers that gave a reason", &["request", "code", "reason", "how often"], &rows)) } }
}

fn code_name(code: u16) -> String {
    match code {
        0 => "connection dead".to_owned(),
        408 => "408 or no answer".to_owned(),
        487 => "487 given up".to_owned(),
        code => code.to_string(),
    }
}

fn retransmissions(case: &Case, run: &Measurements, sum: u64) -> Markup {
    let series = &run.course.retransmissions;
    let scale = Linear::counts(series.iter().copied().max().unwrap_or(0) as f64);
    let shares: Vec<f64> = series.iter().map(|count| scale.share(*count as f64)).collect();
    let body = fill("fill1", &area(&shares, case.clock.share(run.course.width_ns)));
    let bucket = units::duration(run.course.width_ns);
    let caption =
        format!("REGISTERs sent again for want of an answer (Timer E) in each {bucket}: {} in all", units::count(sum));
    let plot =
        Plot { label: caption.clone(), height: 100, x: case.clock.ticks(), y: scale.ticks, marks: &case.marks, body };
    figure(&caption, &plot.markup())
}

const ROWS: usize = 60;

//! Several results on one page: a table of all, then each as fully as the page has room, those that failed first.

use maud::{Markup, html};

use crate::render::page::case::{Case, Detail};
use crate::render::page::parts::{Cell, table, words};
use crate::render::page::{sections, verdict};
use crate::render::safe::safe_lines;
use crate::result::Verdict;

/// `6 results: 5 pass, 1 fails`.
pub(super) fn title(cases: &[Case]) -> String {
    let count = |verdict| cases.iter().filter(|case| case.judged.verdict == verdict).count();
    let said = [
        (count(Verdict::Pass), "passes", "pass"),
        (count(Verdict::Fail), "fails", "fail"),
        (count(Verdict::CantTell), "is undecided", "are undecided"),
        (count(Verdict::Invalid), "is invalid", "are invalid"),
    ];
    let said = said.into_iter().filter(|(count, ..)| *count > 0);
    let said = said.map(|(count, one, more)| format!("{count} {}", if count == 1 { one } else { more }));
    format!("{} results: {}", cases.len(), said.collect::<Vec<_>>().join(", "))
}

/// The body of such a page in about so many bytes.
pub(super) fn page(cases: &mut [Case], room: usize) -> String {
    let bodies = bodies(cases, room);
    let named = |(case, body): (&Case, &String)| match body.is_empty() {
        true => words(case.title()),
        false => Cell::Link(case.id("result"), case.title()),
    };
    let row = |(case, body)| vec![named((case, body)), words(case.judged.word()), words(verdict::in_a_line(case))];
    let rows: Vec<_> = cases.iter().zip(&bodies).take(ROWS).map(row).collect();
    let left_out = bodies.iter().filter(|body| body.is_empty()).count();
    let head = html! {
        header { h1 { (title(cases)) } }
        @if !rows.is_empty() { (table("All results", &["what", "verdict", ""], &rows)) }
        @if cases.len() > ROWS { p { "… and " (cases.len() - ROWS) " more." } }
        @if left_out > 0 { p { (left_out) " of them have no room on this page: run them alone to see them." } }
    };
    head.into_string() + &bodies.concat()
}

/// Each result told as fully as all of them fit; if not even without the numbers, then those that failed first.
fn bodies(cases: &mut [Case], room: usize) -> Vec<String> {
    for detail in [Detail::Whole, Detail::WithoutNumbers] {
        let (mut bodies, mut left) = (Vec::new(), Some(room));
        for case in cases.iter_mut() {
            case.detail = detail;
            let body = safe_lines(&article(case).into_string());
            left = left.and_then(|left| left.checked_sub(body.len()));
            if left.is_none() {
                break;
            }
            bodies.push(body);
        }
        if left.is_some() {
            return bodies;
        }
    }
    let mut failed_first: Vec<usize> = (0..cases.len()).collect();
    failed_first.sort_by_key(|i| cases[*i].judged.verdict == Verdict::Pass);
    let mut left = room;
    let mut bodies = vec![String::new(); cases.len()];
    for i in failed_first {
        let case = &mut cases[i];
        let drafts = [Detail::WithoutNumbers, Detail::Verdict].into_iter().map(|detail| {
            case.detail = detail;
            safe_lines(&article(case).into_string())
        });
        if let Some(body) = drafts.into_iter().find(|body| body.len() <= left) {
            left -= body.len();
            bodies[i] = body;
        }
    }
    bodies
}

fn article(case: &Case) -> Markup {
    html! {
        article id=(case.id("result")) {
            h2 { (case.title()) }
            (verdict::banner(case))
            @for section in sections(case) { (section.markup(3)) }
        }
    }
}

const ROWS: usize = 200;

//! Several results on one page: a table of all, then each as fully as the page has room, those that failed first.

use maud::{Markup, html};

use crate::render::page::case::{Case, Detail};
use crate::render::page::parts::{table, words};
use crate::render::page::{sections, verdict};
use crate::result::Verdict;

/// The body of such a page in about so many bytes.
pub(super) fn page(cases: &mut [Case], room: usize) -> String {
    let rows: Vec<_> = cases
        .iter()
        .take(ROWS)
        .map(|case| vec![words(case.title()), words(case.judged.word()), words(verdict::in_a_line(case))])
        .collect();
    let mut failed_first: Vec<usize> = (0..cases.len()).collect();
    failed_first.sort_by_key(|i| cases[*i].judged.verdict == Verdict::Pass);
    let mut left = room;
    let mut bodies = vec![String::new(); cases.len()];
    for i in failed_first {
        let case = &mut cases[i];
        let drafts = Detail::ALL.into_iter().map(|detail| {
            case.detail = detail;
            article(case).into_string()
        });
        if let Some(body) = drafts.into_iter().find(|body| body.len() <= left) {
            left -= body.len();
            bodies[i] = body;
        }
    }
    let left_out = bodies.iter().filter(|body| body.is_empty()).count();
    let head = html! {
        header { h1 { (cases.len()) " results" } }
        @if !rows.is_empty() { (table("All results", &["what", "verdict", ""], &rows)) }
        @if cases.len() > ROWS { p { "… and " (cases.len() - ROWS) " more." } }
        @if left_out > 0 { p { (left_out) " of them have no room on this page: run them alone to see them." } }
    };
    head.into_string() + &bodies.concat()
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

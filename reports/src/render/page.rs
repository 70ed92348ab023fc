//! The page: one HTML file to forward. Static SVG, no script, no network, at most [`LARGEST`] bytes whatever the run.
//!
//! Every chart stands beside its numbers in a table. Escaping is the template's (`maud`), control characters are made
//! visible over the whole page at the end, so no name can slip past either.

mod belief;
mod calls;
mod case;
mod chart;
mod happened;
mod heat;
mod ladder;
mod ladders;
mod latency;
mod licences;
mod nodes;
mod overlay;
mod overview;
mod parts;
mod plan;
mod recovery;
mod scale;
mod scenario;
mod searches;
mod sip;
mod sites;
mod sweep;
mod traffic;
mod verdict;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::ladder::Ladder;
use crate::render::safe::safe_lines;
use crate::render::sizing::Planned;
use crate::run_file::RunFile;
use case::{Case, Detail};
use parts::{Section, short};

/// Where the style sheet is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Sheet<'a> {
    /// In the page itself: one file.
    Inside,
    /// In a file of this name beside the page, for servers that forbid styles in pages.
    Beside(&'a str),
}

/// The page, in UTF-8.
pub fn render(run: &RunFile, sheet: Sheet<'_>) -> String {
    with_ladders(run, &[], sheet)
}

/// The page with ladders: for each result those of endpoints worth following, or none.
pub fn with_ladders(run: &RunFile, ladders: &[Vec<Ladder>], sheet: Sheet<'_>) -> String {
    if run.is_sweep() {
        return document(&sweep::title(&run.results), &sweep::page(&run.results), sheet);
    }
    let several = run.results.len() > 1;
    let case = |(place, result)| {
        let of_it = ladders.get(place).map_or(&[] as &[Ladder], Vec::as_slice);
        Case::new(result, place, several).with_ladders(of_it)
    };
    let mut cases: Vec<Case> = run.results.iter().enumerate().map(case).collect();
    let title = match cases.as_slice() {
        [one] => format!("{}: {}", one.judged.word(), one.title()),
        _ => overview::title(&cases),
    };
    let body = if several { overview::page(&mut cases, ROOM) } else { cases.iter_mut().map(alone).collect() };
    document(&title, &body, sheet)
}

/// The answers of a plan as a page.
pub fn answers(all: &[Planned], sheet: Sheet<'_>) -> String {
    document(&plan::title(all), &plan::page(all), sheet)
}

/// A ladder as a page.
pub fn ladder(ladder: &Ladder, sheet: Sheet<'_>) -> String {
    document(&ladder::title(ladder), &ladder::page(ladder), sheet)
}

fn document(title: &str, body: &str, sheet: Sheet<'_>) -> String {
    let title = short(title, LONGEST_TITLE);
    if body.len() > MOST_BODY {
        let body = html! {
            h1 { (short(&title, 100)) }
            p { "The names in it are too long for a page. As text: " code { "pbxsim show RUN" } }
        };
        return document(&title, &body.into_string(), sheet);
    }
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="generator" content="pbxsim";
                @match sheet {
                    Sheet::Inside => {
                        meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'";
                        title { (title) }
                        style { (PreEscaped(STYLE)) }
                    }
                    Sheet::Beside(name) => {
                        title { (title) }
                        link rel="stylesheet" href=(name);
                    }
                }
            }
            body {
                a.skip href="#top" { "To the content" }
                main id="top" { (PreEscaped(body)) }
                footer { "Made by pbxsim. Nothing on this page is loaded from elsewhere." }
            }
        }
    };
    safe_lines(&page.into_string())
}

/// The only result of a run: its title is the page's.
fn alone(case: &mut Case) -> String {
    let mut body = String::new();
    for detail in Detail::ALL {
        case.detail = detail;
        let sections = sections(case);
        let draft = html! {
            header {
                h1 { (case.title()) }
                (verdict::banner(case))
            }
            (contents(&sections))
            @for section in &sections { (section.markup(2)) }
        };
        // Escapes take room too.
        body = safe_lines(&draft.into_string());
        if body.len() <= ROOM_ALONE {
            break;
        }
    }
    body
}

/// All sections for which there is something to say, in the order of questions: did it hold, what happened, why.
fn sections(case: &Case) -> Vec<Section> {
    let verdict = verdict::section(case);
    if case.detail == Detail::Verdict {
        return vec![verdict];
    }
    let measured = case.judged.result.first().map_or(Vec::new(), |run| {
        let sections = [
            searches::section(case, run),
            happened::section(case, run),
            recovery::section(case, run),
            latency::section(case, run),
            licences::section(case, run),
            calls::section(case, run),
            nodes::section(case, run),
            sip::section(case, run),
            ladders::section(case),
        ];
        sections.into_iter().flatten().collect()
    });
    [verdict].into_iter().chain(measured).chain([belief::section(case), scenario::section(case)]).collect()
}

fn contents(sections: &[Section]) -> Markup {
    html! {
        nav aria-label="Contents" {
            ul { @for section in sections { li { a href={ "#" (section.id) } { (section.name) } } } }
        }
    }
}

/// The style sheet of every page.
pub const STYLE: &str = include_str!("page/style.css");
/// No page is larger, in bytes.
pub const LARGEST: usize = 500_000;
/// Bytes of a body that fit a page with the style sheet and a title.
const MOST_BODY: usize = LARGEST - 15_000;
/// Characters of a page's title.
const LONGEST_TITLE: usize = 300;
/// Bytes that several results may take together; the rest is for the style and the table of all.
const ROOM: usize = 400_000;
/// Bytes that the only result may take.
const ROOM_ALONE: usize = 480_000;

#[cfg(test)]
#[path = "page/tests.rs"]
mod tests;

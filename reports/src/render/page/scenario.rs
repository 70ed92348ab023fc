//! The scenario as run, and the result for machines.

use maud::{Markup, html};

use crate::render::json;
use crate::render::page::case::Case;
use crate::render::page::parts::{Section, heading};
use crate::render::replay::command;

pub(super) fn section(case: &Case) -> Section {
    let header = &case.judged.result.header;
    // Lines of a file that ends them as Windows does are lines all the same.
    let source = header.source.replace("\r\n", "\n");
    let (text, left_out) = fitting(&source, MOST_SOURCE);
    let body = html! {
        p { "Run again with " code { (command("run", header)) } }
        @if !header.overrides.is_empty() {
            p { "These values replaced those of the file:" }
            ul { @for set in &header.overrides { li { code { (set) } } } }
        }
        details {
            summary { "The file " (header.file) }
            pre tabindex="0" { (text) }
            @if left_out > 0 { p { (left_out) " more bytes are left out here: they are in the run file." } }
        }
        (machine(case))
    };
    case.section("Scenario", "The scenario as run", body)
}

fn machine(case: &Case) -> Markup {
    let whole = json::render_one(case.judged.result);
    html! {
        (heading(case.level(), "For machines"))
        @if whole.len() <= MOST_JSON {
            details { summary { "The result as JSON" } pre tabindex="0" { (whole) } }
        } @else {
            p { "The result as JSON is too long for this page: " code { "pbxsim show RUN --as json" } " prints it." }
        }
    }
}

/// Whole lines of a text up to so many bytes, and how many bytes are left out.
fn fitting(text: &str, most: usize) -> (&str, usize) {
    if text.len() <= most {
        return (text, 0);
    }
    let room = (0..=most).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let end = text[..room].rfind('\n').map_or(room, |at| at + 1);
    (&text[..end], text.len() - end)
}

const MOST_SOURCE: usize = 60_000;
const MOST_JSON: usize = 60_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_at_a_line() {
        assert_eq!(fitting("one\ntwo\nthree\n", 9), ("one\ntwo\n", 6));
        assert_eq!(fitting("ééé", 3), ("é", 4));
        assert_eq!(fitting("one", 3), ("one", 0));
    }
}

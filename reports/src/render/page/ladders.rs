//! Ladders of those worth following: who fared worst, who failed first, somebody in the middle.

use maud::{Markup, html};

use crate::ladder::Ladder;
use crate::render::ladder::drawing;
use crate::render::page::case::Case;
use crate::render::page::parts::{Section, heading, short};
use crate::units;

pub(super) fn section(case: &Case) -> Option<Section> {
    if case.ladders.is_empty() {
        return None;
    }
    let body = html! {
        p { "One endpoint at a time, in the first seed run again: its messages, and what happened beside them. "
            "All steps, and the messages as SIP writes them: " code { "pbxsim trace RUN ENDPOINT --as html" } }
        @for ladder in case.ladders { (one(case, ladder)) }
    };
    Some(case.section("Ladders", "Ladders: message by message", body))
}

fn one(case: &Case, ladder: &Ladder) -> Markup {
    let name = short(&ladder.endpoint, 60);
    let title = if ladder.why.is_empty() { name.clone() } else { format!("{name}, {}", ladder.why) };
    let left_out = ladder.left_out.saturating_add(ladder.steps.len().saturating_sub(STEPS) as u64);
    html! {
        (heading(case.level(), &title))
        div.scroll tabindex="0" role="region" aria-label=(format!("The ladder of {name}")) { (drawing(ladder, None, STEPS)) }
        @if left_out > 0 { p.note { (units::things(left_out, "step", "steps")) " after these are left out." } }
    }
}

/// Steps drawn of each.
const STEPS: usize = 60;

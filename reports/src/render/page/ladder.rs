//! A ladder as a page: the drawing, the same as a table, and the messages as SIP writes them.

use maud::{Markup, PreEscaped, html};

use crate::ladder::{About, Ladder, Message, What};
use crate::render::ladder::drawing;
use crate::render::page::parts::{Cell, number, short, table, words};
use crate::render::safe::safe_lines;
use crate::units;

pub(super) fn title(ladder: &Ladder) -> String {
    format!("{} in seed {} of {}", ladder.endpoint, ladder.seed, ladder.scenario)
}

pub(super) fn page(ladder: &Ladder) -> String {
    let why = if ladder.why.is_empty() { "asked for by name" } else { &ladder.why };
    let lanes: Vec<&str> = ladder.lanes.iter().skip(1).map(|lane| lane.name.as_str()).collect();
    let steps = units::things(ladder.steps.len() as u64, "step", "steps");
    let head = html! {
        header {
            h1 { (ladder.scenario) }
            p.banner { strong { (ladder.endpoint) } (why) }
            p.tested { (steps) " between it and " (lanes.join(", ")) "; seed " (ladder.seed) ", in virtual time." }
        }
        section id="ladder" {
            h2 { "Messages and what happened beside them" }
            div.scroll tabindex="0" role="region" aria-label="The ladder" { (drawing(ladder, None, MOST_ROWS)) }
            @if ladder.left_out > 0 {
                p.note { (units::things(ladder.left_out, "step", "steps")) " after these are left out." }
            }
        }
    };
    let steps = html! {
        section id="steps" { h2 { "The same as a table" } (table("Every step", &["When", "Who", "What", "Took"], &rows(ladder))) }
    };
    let mut page = safe_lines(&(head.into_string() + &steps.into_string()));
    page.push_str(&messages(ladder, super::ROOM_ALONE.saturating_sub(page.len())).into_string());
    page
}

fn rows(ladder: &Ladder) -> Vec<Vec<Cell>> {
    let row = |step: &crate::ladder::Step| {
        let (who, what, took) = match &step.what {
            What::Message(message) => (way(ladder, message), said(message), took(message)),
            What::Note(note) => {
                (short(ladder.name(note.lane), 60), remark(note.about, &short(&note.text, 120)), String::new())
            }
        };
        vec![words(ladder.clock(step.at_ns)), words(who), words(what), number(took)]
    };
    ladder.steps.iter().take(MOST_ROWS).map(row).collect()
}

fn way(ladder: &Ladder, message: &Message) -> String {
    format!("{} → {}", short(ladder.name(message.from), 60), short(ladder.name(message.to), 60))
}

fn said(message: &Message) -> String {
    match message.fate.word() {
        "" => short(&message.text, 120),
        fate => format!("{}, {fate}", short(&message.text, 120)),
    }
}

fn took(message: &Message) -> String {
    message.fate.came_ns().map_or(String::new(), |at| units::duration(at.saturating_sub(message.left_ns)))
}

fn remark(about: About, text: &str) -> String {
    match about {
        About::Licence => format!("licence: {text}"),
        About::Queue => format!("queue: {text}"),
        About::Endpoint | About::Node => text.to_owned(),
    }
}

/// The messages' text, as far as there is room.
fn messages(ladder: &Ladder, room: usize) -> Markup {
    let mut left = room;
    let all = ladder.steps.iter().filter_map(|step| match &step.what {
        What::Message(message) if !message.octets.is_empty() => Some((step.at_ns, message)),
        _ => None,
    });
    let details = all.map(|(at_ns, message)| safe_lines(&self::message(ladder, at_ns, message).into_string()));
    let shown: Vec<String> = details
        .take_while(|detail| {
            let fits = detail.len() <= left;
            left = left.saturating_sub(detail.len());
            fits
        })
        .collect();
    html! {
        section id="messages" {
            h2 { "The SIP messages" }
            p { "Written from the model, as it would read on the wire; addresses are made up." }
            @for detail in &shown { (PreEscaped(detail)) }
        }
    }
}

fn message(ladder: &Ladder, at_ns: u64, message: &Message) -> Markup {
    html! {
        details {
            summary { (ladder.clock(at_ns)) " " (way(ladder, message)) ": " (short(&message.text, 120)) }
            pre tabindex="0" { (String::from_utf8_lossy(&message.octets).replace("\r\n", "\n")) }
        }
    }
}

/// Rows of the table; the drawing has as many steps.
const MOST_ROWS: usize = 400;

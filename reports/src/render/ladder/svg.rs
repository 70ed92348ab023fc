//! A ladder as a picture: a row for each step, the pauses said.

use maud::{Markup, PreEscaped, html};

use crate::ladder::{About, Fate, Ladder, Message, Note, Step, What};
use crate::render::safe::{safe, safe_lines};
use crate::render::text::wrap::{cut, width};
use crate::units;

/// A file of its own, in UTF-8, readable on light and dark.
pub fn picture(ladder: &Ladder) -> String {
    let title = format!("{}, seed {}: {}", ladder.scenario, ladder.seed, ladder.endpoint);
    let style = html! { style { (PreEscaped(STYLE)) } title { (safe(&title)) } };
    safe_lines(&format!("{HEAD}{}\n", drawing(ladder, Some(&style), MOST).into_string()))
}

/// The drawing of so many steps at most; `first` stands at its beginning.
pub(in crate::render) fn drawing(ladder: &Ladder, first: Option<&Markup>, most: usize) -> Markup {
    let rows = rows(ladder, most);
    let apart = apart(ladder);
    let lanes = ladder.lanes.len().max(1) as u32;
    let wide = FIRST + (lanes - 1) * apart + LAST;
    let high = TOP + rows.len() as u32 * ROW + ROW;
    let place = |lane: usize| FIRST + lane as u32 * apart;
    html! {
        svg.ladder xmlns="http://www.w3.org/2000/svg" width=(wide) height=(high) viewBox={ "0 0 " (wide) " " (high) } role="img" aria-label={ "Ladder of " (ladder.endpoint) } {
            @if let Some(first) = first { (first) }
            @for (lane, about) in ladder.lanes.iter().enumerate() {
                text.name x=(place(lane)) y="18" text-anchor="middle" { title { (whole(&about.name)) } (short(&about.name, apart)) }
                line.lane x1=(place(lane)) x2=(place(lane)) y1="26" y2=(high - 6) {}
            }
            @for (index, row) in rows.iter().enumerate() {
                (self::row(ladder, row, TOP + index as u32 * ROW, &place))
            }
        }
    }
}

/// A step, or a pause before one.
enum Row<'a> {
    Pause(u64),
    Step(&'a Step),
}

fn rows(ladder: &Ladder, most: usize) -> Vec<Row<'_>> {
    let mut rows = Vec::with_capacity(ladder.steps.len());
    let mut before = None;
    for step in ladder.steps.iter().take(most) {
        let pause = before.map_or(0, |before| step.at_ns.saturating_sub(before));
        if pause >= LONG_NS {
            rows.push(Row::Pause(pause));
        }
        rows.push(Row::Step(step));
        before = Some(step.at_ns);
    }
    rows
}

fn row(ladder: &Ladder, row: &Row, y: u32, place: &impl Fn(usize) -> u32) -> Markup {
    match row {
        Row::Pause(ns) => html! { text.pause x=(TIME) y=(y) text-anchor="end" { (units::duration(*ns)) } },
        Row::Step(step) => html! {
            text.time x=(TIME) y=(y) text-anchor="end" { (ladder.clock(step.at_ns)) }
            @match &step.what {
                What::Message(message) => (arrow(message, y, place)),
                What::Note(note) => (remark(note, ladder.lanes.len(), y, place)),
            }
        },
    }
}

fn arrow(message: &Message, y: u32, place: &impl Fn(usize) -> u32) -> Markup {
    let (from, to) = (place(message.from), place(message.to));
    let (line, heard) = (y - 4, matches!(message.fate, Fate::Heard(_)));
    let ahead = if to > from { -1 } else { 1 };
    let x = |columns: i32| to.saturating_add_signed(ahead * columns);
    let end = if heard { x(1) } else { x(12) };
    let took = message.fate.came_ns().map(|at| units::duration(at.saturating_sub(message.left_ns)));
    let class = match (heard, message.octets.is_empty()) {
        (false, _) => "lost",
        (true, true) => "inner",
        (true, false) => "message",
    };
    let words = words(message);
    html! {
        g class=(class) {
            title { (whole(&words)) @if let Some(took) = took { ", took " (took) } }
            line x1=(from) x2=(end) y1=(line) y2=(line) {}
            @if heard {
                path d={ "M" (to) " " (line) "L" (x(8)) " " (line - 4) "V" (line + 4) "Z" } {}
            } @else {
                path d={ "M" (x(17)) " " (line - 5) "L" (x(7)) " " (line + 5) "M" (x(7)) " " (line - 5) "L" (x(17)) " " (line + 5) } {}
            }
            text x=((from + to) / 2) y=(y - 8) text-anchor="middle" { (short(&words, from.abs_diff(to).max(60))) }
        }
    }
}

fn words(message: &Message) -> String {
    match message.fate.word() {
        "" => message.text.clone(),
        fate => format!("{}, {fate}", message.text),
    }
}

fn remark(note: &Note, lanes: usize, y: u32, place: &impl Fn(usize) -> u32) -> Markup {
    let class = match note.about {
        About::Endpoint => "wish",
        About::Licence => "licence",
        About::Queue => "queue",
        About::Node => "node",
    };
    let x = place(note.lane);
    // Beyond the middle there is more room at the left.
    let left = note.lane * 2 > lanes;
    let (at, anchor) = if left { (x - 10, "end") } else { (x + 10, "start") };
    let room = if left { x - FIRST + 60 } else { place(lanes.saturating_sub(1)) + LAST - x };
    html! {
        g class=(class) {
            title { (whole(&note.text)) }
            circle cx=(x) cy=(y - 4) r="4.5" {}
            text x=(at) y=(y) text-anchor=(anchor) { (short(&note.text, room)) }
        }
    }
}

/// Pixels from lane to lane: names and messages in them can be read.
fn apart(ladder: &Ladder) -> u32 {
    let messages = ladder.steps.iter().filter_map(|step| match &step.what {
        What::Message(message) if message.from.abs_diff(message.to) == 1 => Some(width(&words(message))),
        _ => None,
    });
    let names = ladder.lanes.iter().map(|lane| width(&lane.name));
    let widest = messages.chain(names).max().unwrap_or(0) as u32;
    (widest * LETTER + 40).clamp(150, 260)
}

fn short(text: &str, pixels: u32) -> String {
    cut(&safe(text), (pixels.saturating_sub(20) / LETTER).max(4) as usize)
}

/// What is said on hovering: more than fits, not more than is good.
fn whole(text: &str) -> String {
    cut(&safe(text), 120)
}

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
const STYLE: &str = include_str!("svg.css");
/// Steps drawn.
const MOST: usize = 600;
/// Right end of the times.
const TIME: u32 = 112;
const FIRST: u32 = 180;
const LAST: u32 = 300;
const TOP: u32 = 56;
const ROW: u32 = 26;
/// Pixels a letter takes at most.
const LETTER: u32 = 7;
const LONG_NS: u64 = 1_000_000_000;

//! Coming back: since each loss, which part of those who lost their registration has it again, a line for each seed.

use maud::{Markup, html};

use crate::expectation::{Bound, Claim, Outcome, Quantity, Subject};
use crate::measurements::{Measurements, OccasionEffect};
use crate::render::page::case::Case;
use crate::render::page::chart::{Plot, line, stroke};
use crate::render::page::parts::{Section, figure, legend, number, table, words};
use crate::render::page::scale::{Linear, elapsed};
use crate::render::text::closing;
use crate::units;

pub(super) fn section(case: &Case, run: &Measurements) -> Option<Section> {
    let losses: Vec<usize> = (0..run.occasions.len()).filter(|index| run.occasions[*index].lost > 0).collect();
    if losses.is_empty() {
        return None;
    }
    let body = html! {
        @for index in losses.iter().take(MOST) { (occasion(case, run, *index)) }
        @if losses.len() > MOST { p { "… and " (losses.len() - MOST) " more occasions, in the table below." } }
        (milestones(run))
    };
    Some(case.section("Recovery", heading(run), body))
}

fn heading(run: &Measurements) -> String {
    let worst = run
        .occasions
        .iter()
        .filter(|effect| effect.lost > 0)
        .max_by_key(|effect| effect.lost - effect.back.min(effect.lost));
    match worst {
        Some(effect) if effect.back < effect.lost => format!(
            "Recovery: {} of {} came back after {}",
            units::count(effect.back),
            units::count(effect.lost),
            effect.name
        ),
        _ => "Recovery: everybody came back".to_owned(),
    }
}

fn occasion(case: &Case, run: &Measurements, index: usize) -> Markup {
    let effect = &run.occasions[index];
    let seeds = &case.judged.result.seeds;
    let curves: Vec<&OccasionEffect> = seeds.iter().filter_map(|run| run.occasions.get(index)).take(LINES).collect();
    let goal = goal(case, index);
    let slowest = curves.iter().filter_map(|effect| effect.curve_ns.last()).copied().max().unwrap_or(0);
    let longest = slowest.max(goal.map_or(0, |(_, within_ns)| within_ns)).max(1);
    let most_ns = longest + longest / 20;
    let path = |effect: &OccasionEffect| line(points(effect, most_ns));
    let body = html! {
        @for effect in curves.iter().skip(1) { (stroke("faint", &path(effect))) }
        @if let Some((share, within_ns)) = goal {
            (stroke("limit", &line([(0.0, share), (1.0, share)])))
            @let at = within_ns as f64 / most_ns as f64;
            (stroke("limit", &line([(at, 0.0), (at, 1.0)])))
        }
        (stroke("line1", &path(effect)))
    };
    let label = format!("Share of those lost in {} who are back, over the time since.", effect.name);
    let plot = Plot { label, height: 200, x: elapsed(most_ns), y: Linear::shares().ticks, marks: &[], body };
    let seed = format!("seed {}", run.seed);
    let mut entries = vec![("line1", seed)];
    if curves.len() > 1 {
        let left_out = if seeds.len() > LINES { format!(" (of {})", seeds.len()) } else { String::new() };
        entries.push((
            "faint",
            format!("{}{left_out}", units::things(curves.len() as u64 - 1, "other seed", "other seeds")),
        ));
    }
    if let Some((share, within_ns)) = goal {
        entries.push(("limit", format!("wanted: {} within {}", units::percent(share), units::duration(within_ns))));
    }
    html! {
        (figure(&format!("Back after {}, since it happened", effect.name), &plot.markup()))
        (legend(&entries))
        p { (closing::failover(effect)) }
    }
}

/// Up by each fortieth of those who came back; flat to the end at the share they are of those lost.
fn points(effect: &OccasionEffect, most_ns: u64) -> Vec<(f64, f64)> {
    let share = effect.back as f64 / effect.lost.max(1) as f64;
    let parts = effect.curve_ns.len() as f64;
    let mut points = vec![(0.0, 0.0)];
    points.extend(effect.curve_ns.first().map(|ns| (*ns as f64 / most_ns as f64, 0.0)));
    let risen = effect.curve_ns.iter().zip(1_u32..);
    points.extend(risen.map(|(ns, part)| (*ns as f64 / most_ns as f64, share * f64::from(part) / parts)));
    let last = points.last().map_or(0.0, |point| point.1);
    points.push((1.0, last));
    points
}

/// What a sentence wants of those lost in this occasion: share, within.
fn goal(case: &Case, index: usize) -> Option<(f64, u64)> {
    case.judged.result.expectations.iter().find_map(|expectation| match &expectation.claim {
        Claim::Share {
            quantity,
            subject: Subject::Group(group),
            outcome: Outcome::Back,
            within_ns: Some(within),
            ..
        } if group.lost_in.map(usize::from) == Some(index) => {
            let share = match quantity {
                Quantity::All => 1.0,
                Quantity::Percent(Bound::AtLeast | Bound::MoreThan, ppb) => *ppb as f64 / 1e9,
                _ => return None,
            };
            Some((share, *within))
        }
        _ => None,
    })
}

fn milestones(run: &Measurements) -> Markup {
    let time = |ns: Option<u64>| number(ns.map_or_else(|| "–".to_owned(), units::duration));
    let row = |effect: &OccasionEffect| {
        let [half, most, nearly, all] = effect.back_ns;
        vec![
            words(&effect.name),
            number(units::count(effect.lost)),
            number(units::count(effect.back)),
            time(half),
            time(most),
            time(nearly),
            time(all),
            time(effect.takeover_ns),
            time(effect.failback_ns),
        ]
    };
    let told = run.occasions.iter().filter(|effect| effect.lost > 0 || effect.takeover_ns.is_some());
    let rows: Vec<_> = told.take(ROWS).map(row).collect();
    let heads = ["occasion", "lost", "back", "50%", "90%", "99%", "all", "taken over", "handed back"];
    table("Time from each occasion until they were back, and until another node stood in", &heads, &rows)
}

/// Occasions drawn.
const MOST: usize = 3;
const LINES: usize = 50;
const ROWS: usize = 40;

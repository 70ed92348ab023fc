//! The timeline with times, and what can be computed about it beforehand.

use std::collections::BTreeMap;

use simulator::distribution::Distribution;
use simulator::layout::{Begins, Selection};
use simulator::schedule::{Action, Entry, Shape};
use simulator::settings::{PbxSettings, PopulationSettings};
use simulator::time::{Duration, Instant};

use super::crash;
use super::faults;
use super::licences;
use super::lines::Lines;
use crate::nearest::grouped;
use crate::plan::{Occasion, Plan, Search};
use crate::planning::duration_text;

/// Occasions shown.
const SHOWN: usize = 20;

/// One paragraph per occasion.
pub(super) fn explain(plan: &Plan, lines: &mut Lines) {
    beginnings(plan, lines);
    let mut order: Vec<(u16, &Occasion)> = (0..).zip(&plan.occasions).collect();
    order.sort_by_key(|(_, occasion)| occasion.at);
    for (index, occasion) in order.iter().take(SHOWN) {
        let first = plan.schedule.iter().find(|entry| entry.occasion == *index);
        lines.hanging("  ", &times(plan, occasion), &happening(plan, *index, occasion, first));
        if let Some(Action::Crash(_)) = first.map(|entry| &entry.action) {
            crash::recovery(plan, *index, occasion, lines);
        }
        licences::effects(plan, *index, lines);
        faults::time_lines(plan, *index, lines);
    }
    if order.len() > SHOWN {
        lines.hanging("  ", "", &format!("and {} more entries of the timeline", order.len() - SHOWN));
    }
}

fn beginnings(plan: &Plan, lines: &mut Lines) {
    for (index, population) in plan.layout.populations.iter().enumerate() {
        let endpoints: u64 = blocks(plan, index).map(|block| u64::from(block.endpoints())).sum();
        let settings = plan.settings.first().and_then(|settings| settings.populations.get(index));
        let text = match &population.begins {
            Begins::Absent => continue,
            Begins::Partly(absent) => {
                let called: u32 = absent.iter().map(|range| range.end - range.start).sum();
                format!(
                    "{}: {} of {} seats sign in, the rest later",
                    population.name,
                    grouped(u64::from(population.seats - called)),
                    grouped(u64::from(population.seats))
                )
            }
            Begins::Offered => {
                let arrivals = settings.and_then(|settings| settings.arrivals.as_ref());
                let gap = reports::units::plain(arrivals.map_or(0.0, |law| (law.mean_s() * 1e3).round() / 1e3));
                format!("{}: sessions arrive every {gap} s on average, each takes a free seat", population.name)
            }
            Begins::FirstMinute if settings.is_some_and(|settings| settings.away.is_some()) => {
                let present = settings.map_or(1.0, present) * endpoints as f64;
                format!(
                    "{}: about {} of {} endpoints sign in, those whom chance finds present",
                    population.name,
                    grouped(present.round() as u64),
                    grouped(endpoints)
                )
            }
            Begins::FirstMinute => format!("{}: {} endpoints sign in", population.name, grouped(endpoints)),
        };
        let comes = matches!(population.begins, Begins::FirstMinute | Begins::Partly(_));
        let until = comes.then_some(Instant::ZERO + Duration::seconds(60));
        lines.hanging("  ", &span_of(plan, Instant::ZERO, until), &text);
    }
}

/// Share of people with sessions and absences who are in at rest.
fn present(people: &PopulationSettings) -> f64 {
    let mean = |law: &Option<Distribution>| law.as_ref().map(Distribution::mean_s);
    mean(&people.signed_in).zip(mean(&people.away)).map_or(1.0, |(on, off)| on / (on + off).max(f64::MIN_POSITIVE))
}

fn blocks(plan: &Plan, population: usize) -> impl Iterator<Item = &simulator::layout::Block> {
    plan.layout.blocks.iter().filter(move |block| usize::from(block.population) == population)
}

fn times(plan: &Plan, occasion: &Occasion) -> String {
    span_of(plan, occasion.at, occasion.until)
}

/// On the wall clock for runs of a day at most, else since the start.
fn span_of(plan: &Plan, at: Instant, until: Option<Instant>) -> String {
    let short = is_short(plan);
    let moment = |at: Instant| moment(plan, at);
    match until {
        Some(until) if short && until > at => format!("{}–{}", moment(at), moment(until)),
        _ => moment(at),
    }
}

fn is_short(plan: &Plan) -> bool {
    plan.lasts <= Duration::seconds(86_400)
}

/// `09:06`, `+10 d`.
pub(super) fn moment(plan: &Plan, at: Instant) -> String {
    if let Some(search) = plan.searches.iter().rfind(|search| search.ends <= at) {
        let name = &plan.occasions[usize::from(search.occasion)].name;
        return match at.since(search.ends) {
            Duration::ZERO => format!("{name} end"),
            later => format!("{name} end + {}", duration_text(later)),
        };
    }
    if !is_short(plan) && plan.searches.is_empty() {
        return format!("+{}", duration_text(at.since(Instant::ZERO)));
    }
    let seconds = u64::from(plan.starts_s) + at.0 / Duration::SECOND.0;
    let (h, m, s) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    if s == 0 { format!("{h:02}:{m:02}") } else { format!("{h:02}:{m:02}:{s:02}") }
}

fn happening(plan: &Plan, index: u16, occasion: &Occasion, first: Option<&Entry>) -> String {
    if let Some(search) = plan.searches.iter().find(|search| search.occasion == index) {
        return searched(search, occasion);
    }
    if let Some(chaos) = plan.chaos.iter().find(|chaos| chaos.occasion == index) {
        return faults::random(chaos, occasion);
    }
    let called = if occasion.called { format!(" ({})", occasion.name) } else { String::new() };
    let object = &occasion.object;
    match first.map(|entry| &entry.action) {
        Some(Action::SignIn { who, over, shape }) => {
            format!(
                "{object}: {} endpoints sign in{}{called}",
                grouped(endpoints(plan, who)),
                pace(plan, who, *over, *shape)
            )
        }
        Some(Action::SignOut { who, .. }) => {
            format!("{object}: {} endpoints sign out{called}", grouped(endpoints(plan, who)))
        }
        Some(Action::Crash(_)) if occasion.verb == "upgrade" => {
            format!("{}{called}", licences::upgrade(plan, index, occasion))
        }
        Some(Action::Crash(_)) => format!("{}{called}", crash::happening(plan, index, object)),
        Some(Action::PowerOff(who)) => {
            format!("power cut: {} endpoints of {object} are gone{called}", grouped(endpoints(plan, who)))
        }
        Some(Action::Install(_)) => format!("changed: {object}{called}"),
        Some(Action::Restart(_)) => format!("{object} restarts{called}"),
        Some(Action::Forget(_)) => format!("{object} restarts without its licence table{called}"),
        Some(Action::Bind { .. } | Action::Assign { .. }) => {
            format!("{}{called}", licences::happening(plan, index, occasion))
        }
        None if occasion.refused.is_some() => format!("{}{called}", licences::happening(plan, index, occasion)),
        Some(Action::Reclaim { units, .. }) => {
            format!("{} units of {object} are taken back by force{called}", grouped(u64::from(*units)))
        }
        Some(Action::Freeze { .. } | Action::Cut(_)) => format!("{}{called}", faults::happening(plan, index, object)),
        Some(
            Action::PowerOn(_)
            | Action::Wake(_)
            | Action::Heal(_)
            | Action::Upgrade { .. }
            | Action::Attempts(_)
            | Action::CallOff(_)
            | Action::Clear
            | Action::Dismiss { .. }
            | Action::Restore { .. },
        )
        | None => {
            format!("{} {object}{called}", occasion.verb)
        }
    }
}

/// `search of registrations from 100/s, each trial of 50,000 attempts without a failure (RFC 7502 4.10)`.
fn searched(search: &Search, occasion: &Occasion) -> String {
    let passes = match &search.holds {
        Some(expectation) => format!("that hold \"{}\"", expectation.text),
        None => "without a failure".to_owned(),
    };
    let called = if occasion.called { format!(" ({})", occasion.name) } else { String::new() };
    format!(
        "the highest rate of {}, from {}/s on, in trials of {} attempts {passes}: RFC 7502 4.10, then bisected and \
         proven{called}",
        occasion.object,
        search.from,
        grouped(u64::from(search.attempts))
    )
}

/// Endpoints of a selection: of every device those whose seat is in it.
fn endpoints(plan: &Plan, who: &Selection) -> u64 {
    let of = |(block, seats): &(u32, core::ops::Range<u32>)| -> u64 {
        let devices = plan.layout.blocks.get(*block as usize).map(|block| block.devices.as_slice()).unwrap_or_default();
        devices.iter().map(|(_, count)| u64::from(seats.end.min(*count).saturating_sub(seats.start))).sum()
    };
    who.seats.iter().map(of).sum()
}

/// `, evenly, at most 24/s; the busiest home, master, gets 12/s and takes 260/s`.
fn pace(plan: &Plan, who: &Selection, over: Duration, shape: Shape) -> String {
    if over == Duration::ZERO {
        return " at once".to_owned();
    }
    // The bell is a normal law of a fifth of the window, cut at 2.5 deviations on either side.
    let (word, peak) = match shape {
        Shape::Even => ("evenly", 1.0),
        Shape::Bell => ("bell-shaped", 2.02),
        Shape::Front => ("most at first", 2.0),
    };
    let at_peak = peak / over.as_secs_f64();
    let rate = endpoints(plan, who) as f64 * at_peak;
    format!(", {word}, at most {}/s{}", rounded(rate), busiest(plan, who, at_peak))
}

/// The home that has most to do for what it can; nothing if one has no limit.
fn busiest(plan: &Plan, who: &Selection, at_peak: f64) -> String {
    let mut homes: BTreeMap<u16, u64> = BTreeMap::new();
    for (block, seats) in &who.seats {
        let Some(home) = plan.layout.blocks.get(*block as usize).map(|block| block.home) else { continue };
        let some = Selection { seats: vec![(*block, seats.clone())] };
        *homes.entry(home).or_default() += endpoints(plan, &some);
    }
    let loads = homes.iter().rev().filter_map(|(home, count)| {
        let takes = registrations(server(plan, *home)?)?;
        Some((*home, *count as f64 * at_peak, takes))
    });
    let Some((home, gets, takes)) = loads.max_by(|a, b| (a.1 / a.2).total_cmp(&(b.1 / b.2))) else {
        return String::new();
    };
    let name = plan.layout.pbxs.get(usize::from(home)).map_or("", |pbx| pbx.name.as_str());
    let which = if homes.len() > 1 { format!("the busiest home, {name},") } else { name.to_owned() };
    let verdict = if gets > takes { ": a queue builds up" } else { "" };
    format!("; {which} gets {}/s and takes {}/s{verdict}", rounded(gets), rounded(takes))
}

pub(super) fn server(plan: &Plan, node: u16) -> Option<&PbxSettings> {
    plan.settings.first()?.pbxs.get(usize::from(node))
}

/// Registrations per second of a server; `None`: as many as one likes.
pub(super) fn registrations(server: &PbxSettings) -> Option<f64> {
    let requests = if server.challenges { 2.0 } else { 1.0 };
    (server.service > Duration::ZERO).then(|| 1.0 / server.service.as_secs_f64() / requests)
}

pub(super) fn rounded(rate: f64) -> String {
    if rate < 10.0 { format!("{rate:.1}") } else { grouped(rate.round() as u64) }
}

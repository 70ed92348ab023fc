//! The timeline with times, and what can be computed about it beforehand.

use simulator::layout::{Begins, Selection};
use simulator::schedule::{Action, Entry, Shape};
use simulator::settings::PbxSettings;
use simulator::time::{Duration, Instant};

use super::lines::Lines;
use crate::nearest::grouped;
use crate::plan::{Occasion, Plan};
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
        lines.hanging("  ", &times(plan, occasion), &happening(plan, occasion, first));
        if let Some(Action::Crash(node)) = first.map(|entry| &entry.action) {
            standby(plan, occasion, *node, lines);
        }
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
                format!(
                    "{}: of {} endpoints those sign in whom chance finds present",
                    population.name,
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

fn blocks(plan: &Plan, population: usize) -> impl Iterator<Item = &simulator::layout::Block> {
    plan.layout.blocks.iter().filter(move |block| usize::from(block.population) == population)
}

fn times(plan: &Plan, occasion: &Occasion) -> String {
    span_of(plan, occasion.at, occasion.until)
}

/// On the wall clock for runs of a day at most, else since the start.
fn span_of(plan: &Plan, at: Instant, until: Option<Instant>) -> String {
    let short = plan.lasts <= Duration::seconds(86_400);
    let moment = |at: Instant| {
        if short {
            let seconds = u64::from(plan.starts_s) + at.0 / Duration::SECOND.0;
            let (h, m, s) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
            if s == 0 { format!("{h:02}:{m:02}") } else { format!("{h:02}:{m:02}:{s:02}") }
        } else {
            format!("+{}", duration_text(at.since(Instant::ZERO)))
        }
    };
    match until {
        Some(until) if short && until > at => format!("{}–{}", moment(at), moment(until)),
        _ => moment(at),
    }
}

fn happening(plan: &Plan, occasion: &Occasion, first: Option<&Entry>) -> String {
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
        Some(Action::Crash(node)) => {
            let lost: u64 = plan
                .layout
                .blocks
                .iter()
                .filter(|block| block.home == *node)
                .map(|block| u64::from(block.endpoints()))
                .sum();
            format!("{object} goes silent; {} endpoints lose their home{called}", grouped(lost))
        }
        Some(Action::PowerOff(who)) => {
            format!("power cut: {} endpoints of {object} are gone{called}", grouped(endpoints(plan, who)))
        }
        Some(Action::Install(_)) => format!("changed: {object}{called}"),
        Some(Action::Restart(_)) => format!("{object} restarts{called}"),
        Some(Action::PowerOn(_)) | None => format!("{} {object}{called}", occasion.verb),
    }
}

/// Endpoints of a selection: of every device those whose seat is in it.
fn endpoints(plan: &Plan, who: &Selection) -> u64 {
    let of = |(block, seats): &(u32, core::ops::Range<u32>)| -> u64 {
        let devices = plan.layout.blocks.get(*block as usize).map(|block| block.devices.as_slice()).unwrap_or_default();
        devices.iter().map(|(_, count)| u64::from(seats.end.min(*count).saturating_sub(seats.start))).sum()
    };
    who.seats.iter().map(of).sum()
}

/// `, at most 24/s (capacity 1,040/s)`.
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
    let rate = endpoints(plan, who) as f64 / over.as_secs_f64() * peak;
    format!(", {word}, at most {}/s{}", rounded(rate), capacity(plan, who))
}

fn capacity(plan: &Plan, who: &Selection) -> String {
    let mut homes: Vec<u16> = who
        .seats
        .iter()
        .filter_map(|(block, _)| plan.layout.blocks.get(*block as usize))
        .map(|block| block.home)
        .collect();
    homes.sort_unstable();
    homes.dedup();
    let servers = homes.iter().filter_map(|home| server(plan, *home));
    let rates: Option<Vec<f64>> = servers.map(registrations).collect();
    rates.map_or_else(String::new, |rates| format!(" (capacity {}/s)", rounded(rates.iter().sum())))
}

fn server(plan: &Plan, node: u16) -> Option<&PbxSettings> {
    plan.settings.first()?.pbxs.get(usize::from(node))
}

/// Registrations per second of a server; `None`: as many as one likes.
fn registrations(server: &PbxSettings) -> Option<f64> {
    let requests = if server.challenges { 2.0 } else { 1.0 };
    (server.service > Duration::ZERO).then(|| 1.0 / server.service.as_secs_f64() / requests)
}

fn rounded(rate: f64) -> String {
    if rate < 10.0 { format!("{rate:.1}") } else { grouped(rate.round() as u64) }
}

/// Who stands in, when, and how long it needs.
fn standby(plan: &Plan, crash: &Occasion, node: u16, lines: &mut Lines) {
    for (index, pbx) in (0..).zip(&plan.layout.pbxs).filter(|(_, pbx)| pbx.stands_in_for == Some(node)) {
        let Some(server) = server(plan, index) else { continue };
        let lost: u64 = plan
            .layout
            .blocks
            .iter()
            .filter(|block| block.home == node)
            .map(|block| u64::from(block.endpoints()))
            .sum();
        let first = server.after_silence;
        let last = first + server.watches_every;
        let mut text = format!("{} stands in {} to {} later", pbx.name, duration_text(first), duration_text(last));
        if crash.until.is_some_and(|until| until.since(crash.at) < first) {
            text = format!("{} notices after {}: too late to stand in", pbx.name, duration_text(first));
        } else if let Some(rate) = registrations(server) {
            let needs = lost as f64 / rate;
            let best = first.as_secs_f64() + needs;
            text.push_str(&format!(
                "; at {}/s it needs {needs:.1} s for them → {best:.1} s is the best possible",
                rounded(rate)
            ));
        }
        lines.hanging("  ", "", &text);
    }
}

//! Calls said back before any run: what each flow offers, and what a trunk's channels will do to it by Erlang B.

use reports::formulas::{engset_call_congestion, engset_units, erlang_b, erlang_b_units, erlang_c};
use simulator::event::Channels;
use simulator::layout::{ChannelKind, Device, Interface};
use simulator::time::Duration;

use super::lines::Lines;
use super::load_text;
use crate::nearest::grouped;
use crate::plan::{Flow, Plan};
use crate::planning::duration_text;

/// Share of refusals that theory is asked for.
const TARGET: f64 = 0.01;
/// The recurrence takes a step per channel.
const LARGEST: u64 = 10_000_000;

pub(super) fn explain(plan: &Plan, lines: &mut Lines) {
    for (index, load) in plan.flows.iter().enumerate() {
        lines.hanging("  ", "calls", &flow(plan, index, load));
    }
    for of in every_kind(plan) {
        if let Some(words) = channels(plan, of) {
            lines.hanging("  ", "channels", &words);
        }
    }
    for words in (0..plan.layout.queues.len() as u16).filter_map(|index| queue(plan, index)) {
        lines.hanging("  ", "queue", &words);
    }
}

fn flow(plan: &Plan, index: usize, load: &Flow) -> String {
    let flow = &plan.layout.flows[index];
    let name = |callee: &u16| plan.layout.callee_name(*callee).unwrap_or("");
    let from: Vec<&str> = flow.from.iter().map(name).collect();
    let to: Vec<String> = match flow.to.as_slice() {
        [(only, _)] => vec![name(only).to_owned()],
        several => several.iter().map(|(to, part)| format!("{} {}%", name(to), *part as f64 / 1e7)).collect(),
    };
    let starts = super::events::moment(plan, flow.starts);
    if load.per_hour == 0.0 {
        return format!("{}: {} to {}, none at first", flow.name, from.join(", "), to.join(", "));
    }
    let calls = grouped(load.per_hour.round() as u64);
    let calls = if load.per_hour < 10.0 { format!("{:.1}", load.per_hour) } else { calls };
    format!(
        "{}: {} to {}, {calls} calls an hour of {} from {starts} on: {} Erl",
        flow.name,
        from.join(", "),
        to.join(", "),
        duration_text(load.holding),
        load_text(load.erlangs)
    )
}

/// Trunks, rooms, and what their calls share.
fn every_kind(plan: &Plan) -> impl Iterator<Item = Channels> + '_ {
    let is_trunk = |population: &u16| {
        let mut blocks = plan.layout.blocks.iter().filter(|block| block.population == *population);
        blocks.any(|block| block.devices.iter().any(|(device, _)| *device == Device::Trunk))
    };
    let trunks = (0..plan.layout.populations.len() as u16).filter(is_trunk).map(Channels::Trunk);
    let rooms = (0..plan.layout.rooms.len() as u16).map(Channels::Room);
    let licensed = |kind: &ChannelKind| plan.layout.licensed && kind.feature().is_some();
    trunks.chain(rooms).chain(ChannelKind::ALL.into_iter().filter(licensed).map(Channels::Shared))
}

/// Channels that somebody wants: load, how many there are, and what Erlang B makes of them.
fn channels(plan: &Plan, of: Channels) -> Option<String> {
    let load = plan.offered_to(of);
    if load <= 0.0 {
        return None;
    }
    let name = match of {
        Channels::Trunk(population) => plan.layout.callee_name(population)?,
        Channels::Room(room) => plan.layout.callee_name(plan.layout.callee_of_room(room))?,
        Channels::Shared(kind) => kind.feature()?.name(),
    };
    let offered = format!("{name}: {} Erl offered", load_text(load));
    let Some(channels) = plan.channels(of, None) else {
        // Its own lines are not what limits a button's calls.
        let settings = plan.settings.first()?;
        if matches!(of, Channels::Trunk(trunk) if settings.populations[usize::from(trunk)].interface == Interface::WebRtc)
        {
            return None;
        }
        return Some(format!("{offered}, channels unlimited: nobody is refused one"));
    };
    if channels > LARGEST || load > LARGEST as f64 {
        return Some(format!("{offered} to {} channels", grouped(channels)));
    }
    let source = plan.finite_source(of);
    let (law, refused) = match source {
        Some((sources, beta)) => ("Engset", engset_call_congestion(sources, channels, beta) * 100.0),
        None => ("Erlang B", erlang_b(channels, load) * 100.0),
    };
    let refused = if refused < 0.01 { "less than 0.01".to_owned() } else { format!("{refused:.2}") };
    let needed = match source {
        Some((sources, beta)) => engset_units(sources, beta, TARGET),
        None => erlang_b_units(load, TARGET),
    };
    let needed = needed.map_or_else(String::new, |units| format!("; 1% takes {}", grouped(units)));
    Some(format!("{offered} to {} channels; {law}: {refused}% refused{needed}", grouped(channels)))
}

/// A queue that somebody calls: the work of its agents, and what Erlang C makes of it.
fn queue(plan: &Plan, index: u16) -> Option<String> {
    let of = &plan.layout.queues[usize::from(index)];
    let work = plan.work_of(index)?;
    let agents = of.agents.each().count() as u64;
    let offered = format!(
        "{}: {} Erl of talk and wrap-up for {} {}",
        of.name,
        load_text(work.erlangs),
        grouped(agents),
        if agents == 1 { "agent" } else { "agents" }
    );
    if work.erlangs >= agents as f64 || work.erlangs > LARGEST as f64 {
        return Some(format!("{offered}: the line only grows"));
    }
    let waits = erlang_c(agents, work.erlangs);
    let mean = waits * work.each.as_secs_f64() / (agents as f64 - work.erlangs);
    let mean = duration_text(Duration((mean * 10.0).round() as u64 * 100_000_000));
    Some(format!("{offered}; Erlang C: {:.2}% wait, {mean} on average over all", waits * 100.0))
}

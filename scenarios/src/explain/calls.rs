//! Calls said back before any run: what each flow offers, and what a trunk's channels will do to it by Erlang B.

use reports::formulas::{erlang_b, erlang_b_units};
use simulator::layout::Device;

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
    for population in 0..plan.layout.populations.len() as u16 {
        if let Some(words) = trunk(plan, population) {
            lines.hanging("  ", "channels", &words);
        }
    }
}

fn flow(plan: &Plan, index: usize, load: &Flow) -> String {
    let flow = &plan.layout.flows[index];
    let name = |population: &u16| plan.layout.populations[usize::from(*population)].name.as_str();
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

/// A trunk that somebody calls by: load, channels, and what Erlang B makes of them.
fn trunk(plan: &Plan, population: u16) -> Option<String> {
    let mut blocks = plan.layout.blocks.iter().filter(|block| block.population == population);
    let is_trunk = blocks.any(|block| block.devices.iter().any(|(device, _)| *device == Device::Trunk));
    let load = offered(plan, population);
    if !is_trunk || load <= 0.0 {
        return None;
    }
    let of = &plan.layout.populations[usize::from(population)];
    let each = plan.settings.first()?.populations[usize::from(population)].channels;
    let offered = format!("{}: {} Erl offered", of.name, load_text(load));
    if each == u32::MAX {
        return Some(format!("{offered}, channels unlimited: nobody is refused one"));
    }
    let channels = u64::from(each) * u64::from(of.seats);
    if channels > LARGEST || load > LARGEST as f64 {
        return Some(format!("{offered} to {} channels", grouped(channels)));
    }
    let refused = erlang_b(channels, load) * 100.0;
    let refused = if refused < 0.01 { "less than 0.01".to_owned() } else { format!("{refused:.2}") };
    let needed =
        erlang_b_units(load, TARGET).map_or_else(String::new, |units| format!("; 1% takes {}", grouped(units)));
    Some(format!("{offered} to {} channels; Erlang B: {refused}% refused{needed}", grouped(channels)))
}

/// Erlangs that all flows together offer to a trunk, from it or to it.
fn offered(plan: &Plan, trunk: u16) -> f64 {
    let flows = plan.layout.flows.iter().zip(&plan.flows);
    let part = |(flow, load): (&simulator::layout::FlowPlan, &Flow)| {
        if flow.from == [trunk] {
            return load.erlangs;
        }
        let to = flow.to.iter().filter(|(to, _)| *to == trunk);
        load.erlangs * to.map(|(_, part)| *part as f64).sum::<f64>() / 1e9
    };
    flows.map(part).sum()
}

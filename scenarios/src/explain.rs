//! What a plan will do, said back before any run: timeline with arithmetic, licences with theory, sentences as understood.

mod events;
mod lines;

use reports::formulas::{engset_beta, engset_units, erlang_b_units};
use simulator::licence::feature::Feature;

use crate::nearest::grouped;
use crate::plan::{Demand, Plan};
use crate::planning::duration_text;
use crate::sentence::understood;
use lines::Lines;

/// Share of refusals that theory is asked for.
const TARGET: f64 = 0.01;

/// A text of 80 columns.
pub fn explain(plan: &Plan) -> String {
    let mut lines = Lines::default();
    lines.paragraph("", &headline(plan));
    events::explain(plan, &mut lines);
    licences(plan, &mut lines);
    if !plan.expectations.is_empty() {
        lines.paragraph("  ", "expectations understood as");
        for (number, expectation) in (1..).zip(&plan.expectations) {
            lines.hanging("    ", &number.to_string(), &understood(expectation));
        }
    }
    lines.finish()
}

fn headline(plan: &Plan) -> String {
    let endpoints: u64 = plan.layout.blocks.iter().map(|block| u64::from(block.endpoints())).sum();
    let nodes = plan.layout.pbxs.len();
    let variant = plan.variant.as_ref().map_or_else(String::new, |variant| format!(", variant {variant},"));
    let file = plan.source.path.rsplit('/').next().unwrap_or_default();
    let seeds = if plan.seeds == 1 { "one seed".to_owned() } else { format!("{} seeds", plan.seeds) };
    format!(
        "{file}{variant} is {} for {} {} on {} {}, with {seeds}.",
        duration_text(plan.lasts),
        grouped(endpoints),
        if endpoints == 1 { "endpoint" } else { "endpoints" },
        grouped(nodes as u64),
        if nodes == 1 { "node" } else { "nodes" }
    )
}

fn licences(plan: &Plan, lines: &mut Lines) {
    if !plan.layout.licensed {
        lines.hanging("  ", "licences", "are not modelled: nothing is refused one");
        return;
    }
    for demand in &plan.demands {
        lines.hanging("  ", "licences", &licence(plan, demand));
    }
    gate(plan, lines);
}

fn licence(plan: &Plan, demand: &Demand) -> String {
    let name = demand.feature.name();
    let who = format!("{name}: {} may ask", grouped(u64::from(demand.sources)));
    let load = match demand.offered_erlangs {
        None => "; they stay signed in".to_owned(),
        Some(erlangs) => format!(", {erlangs:.0} Erl at rest if never refused; {}", theory(demand, erlangs)),
    };
    format!("{who}{load} → {}", bought(plan, demand.feature))
}

fn theory(demand: &Demand, erlangs: f64) -> String {
    let sources = u64::from(demand.sources);
    let finite = demand.finite_source.then(|| engset_beta(sources, erlangs)).flatten();
    match finite.and_then(|beta| engset_units(sources, beta, TARGET)) {
        Some(units) => format!("Engset 1%: {}", grouped(units)),
        None => match erlang_b_units(erlangs, TARGET) {
            Some(units) => format!("Erlang B 1%: {}", grouped(units)),
            None => "no formula fits".to_owned(),
        },
    }
}

fn bought(plan: &Plan, feature: Feature) -> String {
    let stocks: Vec<(&str, u32)> = plan
        .layout
        .pbxs
        .iter()
        .flat_map(|pbx| pbx.licences.iter().map(|(bound, count)| (pbx.name.as_str(), *bound, *count)))
        .filter(|(_, bound, _)| *bound == feature)
        .map(|(name, _, count)| (name, count))
        .collect();
    let count = |count: u32| if count == u32::MAX { "unlimited".to_owned() } else { grouped(u64::from(count)) };
    match stocks.as_slice() {
        [] => "none are bought: everybody is refused".to_owned(),
        [(_, only)] => format!("you bought {}", count(*only)),
        several => {
            let parts: Vec<String> =
                several.iter().take(6).map(|(name, units)| format!("{} at {name}", count(*units))).collect();
            format!("you bought {}{}", parts.join(", "), if several.len() > 6 { ", …" } else { "" })
        }
    }
}

/// R41: a standby needs as many standby licences as there are ports.
fn gate(plan: &Plan, lines: &mut Lines) {
    if plan.layout.pbxs.iter().all(|pbx| pbx.stands_in_for.is_none()) {
        return;
    }
    let sum = |feature: Feature| -> u64 {
        let stocks = plan.layout.pbxs.iter().flat_map(|pbx| &pbx.licences);
        stocks.filter(|(bound, _)| *bound == feature).map(|(_, count)| u64::from(*count)).sum()
    };
    let (standby, ports) = (sum(Feature::Standby), sum(Feature::Port));
    let verdict = if standby >= ports { "standbys may take over" } else { "no standby ever takes over (R41)" };
    let text = format!("PBX-Standby: {} for {} ports → {verdict}", grouped(standby), grouped(ports));
    lines.hanging("  ", "licences", &text);
}

#[cfg(test)]
mod tests {
    use crate::{Template, explain, load};

    fn explained(template: &str, overrides: &[&str]) -> String {
        let overrides: Vec<String> = overrides.iter().map(|text| (*text).to_owned()).collect();
        let file = format!("{template}.yaml");
        let text = Template::named(template).map(|template| template.text).unwrap_or_default();
        load(&file, text, &overrides, None).map_or_else(|wrong| wrong.render(), |loaded| explain(&loaded.plans[0]))
    }

    #[test]
    fn a_rush_is_explained_with_its_arithmetic() {
        insta::assert_snapshot!(explained("rush", &[]));
    }

    #[test]
    fn everything_fits_80_columns() {
        for template in Template::ALL {
            let text = explained(template.name, &[]);
            assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        }
    }

    #[test]
    fn other_scenarios_are_explained() {
        let all = ["master-crash", "hot-desk", "operator-shift", "ten-sites"].map(|name| explained(name, &[]));
        insta::assert_snapshot!(all.join("\n"));
    }
}

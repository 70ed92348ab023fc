//! What a plan will do, said back before any run: timeline with arithmetic, licences with theory, sentences as understood.

mod calls;
mod crash;
mod events;
mod faults;
mod licences;
mod lines;

use reports::formulas::{engset_beta, engset_units, erlang_b_units, erlang_c};
use simulator::layout::PbxPlan;
use simulator::licence::feature::Feature;
use simulator::time::Instant;

use crate::nearest::grouped;
use crate::plan::{Demand, Plan};
use crate::planning::duration_text;
use crate::sentence::understood_with;
use lines::Lines;

/// Share of refusals that theory is asked for.
const TARGET: f64 = 0.01;

/// A text of 80 columns.
pub fn explain(plan: &Plan) -> String {
    let mut lines = Lines::default();
    lines.paragraph("", &headline(plan));
    events::explain(plan, &mut lines);
    calls::explain(plan, &mut lines);
    licences(plan, &mut lines);
    if !plan.expectations.is_empty() {
        lines.paragraph("  ", "expectations understood as");
        for (number, expectation) in (1..).zip(&plan.expectations) {
            lines.hanging("    ", &number.to_string(), &understood_with(expectation, &|ns| instant(plan, ns)));
        }
    }
    lines.finish()
}

fn instant(plan: &Plan, ns: u64) -> String {
    match ns {
        0 => "the start".to_owned(),
        _ if ns == plan.lasts.0 => "the end".to_owned(),
        _ => events::moment(plan, Instant(ns)),
    }
}

fn headline(plan: &Plan) -> String {
    let endpoints: u64 = plan.layout.blocks.iter().map(|block| u64::from(block.endpoints())).sum();
    let nodes = plan.layout.pbxs.len();
    let variant = plan.variant.as_ref().map_or_else(String::new, |variant| format!(", variant {variant},"));
    let file = plan.source.path.rsplit('/').next().unwrap_or_default();
    let seeds = if plan.seeds == 1 { "one seed".to_owned() } else { format!("{} seeds", plan.seeds) };
    format!(
        "{file}{variant} is {} for {} {} on {} {}, with {seeds}.",
        if plan.searches.is_empty() { duration_text(plan.lasts) } else { "a search".to_owned() },
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
    let bought = format!("→ {}", bought(plan, demand.feature));
    let enough = |needed: u64| verdict(plan, demand, needed);
    let Some(erlangs) = demand.offered_erlangs else {
        let sources = u64::from(demand.sources);
        return format!("{who}; some never sign out {bought}{}", enough(sources));
    };
    let rest = format!("{who}, {} Erl at rest if never refused", load_text(erlangs));
    match theory(plan, demand, erlangs) {
        Some((units, law)) => format!("{rest}; {law}: {} {bought}{}", grouped(units), enough(units)),
        None => format!("{rest}; no formula fits {bought}"),
    }
}

fn load_text(erlangs: f64) -> String {
    if erlangs < 100.0 {
        return format!("{erlangs:.1}").trim_end_matches(".0").to_owned();
    }
    grouped(erlangs.round() as u64)
}

/// Units that keep refusals (or waits) at the target, and by which formula.
fn theory(plan: &Plan, demand: &Demand, erlangs: f64) -> Option<(u64, &'static str)> {
    let sources = u64::from(demand.sources);
    let waits = plan.settings.first().is_some_and(|settings| settings.checkout.queues_for.contains(demand.feature));
    if demand.finite_source {
        let beta = engset_beta(sources, erlangs)?;
        return Some((engset_units(sources, beta, TARGET)?, "Engset, 1% refused"));
    }
    let lost = erlang_b_units(erlangs, TARGET)?;
    if waits {
        let units = (lost..=sources).find(|units| erlang_c(*units, erlangs) <= TARGET)?;
        return Some((units, "Erlang C, 1% wait"));
    }
    Some((lost, "Erlang B, 1% refused"))
}

/// Whether what is bought is what the formula asks for.
fn verdict(plan: &Plan, demand: &Demand, needed: u64) -> String {
    let bought = bought_of(plan, demand.feature);
    if bought >= u64::from(demand.sources) {
        ", enough for all".to_owned()
    } else if bought < needed {
        format!(", {} too few for that", grouped(needed - bought))
    } else {
        ", enough at rest; a rush may ask for more".to_owned()
    }
}

/// Licences of a feature in all stocks; `unlimited` is more than anybody asks for.
pub(crate) fn bought_of(plan: &Plan, feature: Feature) -> u64 {
    let stocks = plan.layout.pbxs.iter().flat_map(|pbx| &pbx.licences);
    stocks.filter(|bound| bound.feature == feature).map(|bound| u64::from(bound.units)).sum()
}

fn bought(plan: &Plan, feature: Feature) -> String {
    let units = |pbx: &PbxPlan| pbx.licences.iter().any(|bound| bound.feature == feature).then(|| pbx.units(feature));
    let stocks = plan.layout.pbxs.iter().filter_map(|pbx| Some((pbx.name.as_str(), units(pbx)?)));
    let stocks: Vec<(&str, u32)> = stocks.collect();
    let count = |count: u32| if count == u32::MAX { "unlimited".to_owned() } else { grouped(u64::from(count)) };
    match stocks.as_slice() {
        [] => "you bought none: everybody is refused".to_owned(),
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
    let (standby, ports) = (bought_of(plan, Feature::Standby), bought_of(plan, Feature::Port));
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
    fn a_crash_of_several_nodes_counts_all_and_waits_call_for_erlang_c() {
        let text = "pbxsim: 1\nlasts: 1 h\ncluster: { hq: { role: master }, s: { count: 2, answers: 10/s } }\n\
            licences: { hq: { PBX-Operator12: 9 } }\ncheckout: { queues-for: [PBX-Operator] }\n\
            users: { a: { count: 2000, home: { each-s: 1000 }, keep-alive: 30 s }, \
            b: { count: 50, devices: { operator: all }, offered: 8 E, signed-in: 5 min } }\n\
            timeline: [{ at: +10 min, crash: each-s, for: 5 min }, { at: +0 s, sign-in: a 1..1500, over: 1 min }]\n\
            expect: [no users are dropped]\n";
        let said =
            load("f.yaml", text, &[], None).map_or_else(|wrong| wrong.render(), |loaded| explain(&loaded.plans[0]));
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in [
            "each-s go silent for 5 min; 2,000 endpoints lose their home",
            "Erlang C, 1% wait: 16",
            "the busiest home, s-1, gets 17/s and takes 5.0/s: a queue builds up",
            "a: 500 of 2,000 seats sign in, the rest later",
        ] {
            assert!(said.contains(part), "{part}\n{said}");
        }
    }

    #[test]
    fn faults_are_explained_with_their_time_lines() {
        let text = include_str!("explain/faults.yaml");
        let said = load("faults.yaml", text, &[], None)
            .map_or_else(|wrong| wrong.render(), |loaded| explain(&loaded.plans[0]));
        insta::assert_snapshot!(said);
    }

    #[test]
    fn calls_are_explained_with_erlang_b_for_the_trunk() {
        let text = "pbxsim: 1\nlasts: 1 h\nusers: { desk: { count: 200 } }\n\
            trunks: { carrier: { channels: 30 }, other: {} }\n\
            calls: { out: { from: desk, to: { carrier: 80%, other: 20% }, offered: 25 E }, \
            in: { from: other, to: desk, offered: 3/h, starts: +10 min } }\nexpect: [no calls are dropped]\n";
        let said =
            load("f.yaml", text, &[], None).map_or_else(|wrong| wrong.render(), |loaded| explain(&loaded.plans[0]));
        insta::assert_snapshot!(said);
    }

    #[test]
    fn queues_rooms_the_web_and_few_sources_are_explained_with_their_formulas() {
        let text = "pbxsim: 1\nlasts: 1 h\ncluster: { hq: { interfaces: { pri: 1 } } }\n\
            licences: { hq: { PBX-Port12: 300, PBX-WebRTC12: 20, Relay-PRIs: 1, Relay-Channels: 20 } }\n\
            users: { desk: { count: 100 }, agent: { count: 15, features: { mypbx: all } } }\n\
            trunks: { city: { interface: pri }, web: { interface: webrtc } }\n\
            queues: { helpdesk: { agents: agent, wrap-up: 20 s }, short: { agents: agent 1..2 } }\n\
            groups: { team: { members: agent } }\nrooms: { meeting: { places: 8 } }\n\
            calls:\n  ask: { from: city, to: { helpdesk: 50%, team: 50% }, offered: 10 E }\n  \
            rush: { from: city, to: short, offered: 3 E }\n  visit: { from: web, to: agent, offered: 15 E }\n  \
            meet: { from: desk, to: meeting, offered: 3 E }\n  \
            out: { from: agent, to: city, arrivals: closed, offered: 0.5 E each }\nexpect: [no calls are dropped]\n";
        let said =
            load("f.yaml", text, &[], None).map_or_else(|wrong| wrong.render(), |loaded| explain(&loaded.plans[0]));
        insta::assert_snapshot!(said);
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
        let all =
            ["master-crash", "hot-desk", "operator-shift", "ten-sites", "upgrade-day"].map(|name| explained(name, &[]));
        insta::assert_snapshot!(all.join("\n"));
    }
}

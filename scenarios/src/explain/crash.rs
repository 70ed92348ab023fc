//! A node that goes silent: who loses it, who stands in, and how soon people can be back.

use core::fmt::Write;
use std::collections::BTreeSet;

use reports::expectation::{Claim, Outcome, Quantity, Subject};
use simulator::layout::Block;
use simulator::licence::feature::Feature;
use simulator::schedule::Action;
use simulator::settings::{PopulationSettings, Transport};
use simulator::time::Duration;

use super::bought_of;
use super::events::{registrations, rounded, server};
use super::lines::Lines;
use crate::nearest::grouped;
use crate::plan::{Occasion, Plan};
use crate::planning::duration_text;

/// Standbys told of at one crash.
const SHOWN: usize = 3;

/// The nodes that an entry crashes, how often, and for how long each time.
struct Crash {
    nodes: Vec<u16>,
    times: usize,
    down: Option<Duration>,
}

impl Crash {
    fn new(plan: &Plan, index: u16) -> Self {
        let entries = || plan.schedule.iter().filter(|entry| entry.occasion == index);
        let crashes = entries().filter_map(|entry| match entry.action {
            Action::Crash(node) => Some((node, entry.at)),
            _ => None,
        });
        let crashes: Vec<(u16, simulator::time::Instant)> = crashes.collect();
        let mut nodes: Vec<u16> = crashes.iter().map(|(node, _)| *node).collect();
        nodes.sort_unstable();
        nodes.dedup();
        let first = crashes.first();
        let back = first.and_then(|(node, _)| entries().find(|entry| is_back(&entry.action, *node)));
        let down = first.zip(back).map(|((_, at), back)| back.at.since(*at));
        Self { times: crashes.len() / nodes.len().max(1), nodes, down }
    }
}

fn is_back(action: &Action, node: u16) -> bool {
    match action {
        Action::Restart(pbx) | Action::Upgrade { pbx, .. } => *pbx == node,
        _ => false,
    }
}

/// `master goes silent for 10 min; 2,804 endpoints lose their home`.
pub(super) fn happening(plan: &Plan, index: u16, object: &str) -> String {
    let crash = Crash::new(plan, index);
    let goes = if crash.nodes.len() > 1 { "go silent" } else { "goes silent" };
    let times = if crash.times > 1 { format!(" {} times", crash.times) } else { String::new() };
    let down = crash.down.map_or(String::new(), |down| format!(" for {}", duration_text(down)));
    let each = if crash.times > 1 && crash.down.is_some() { " each" } else { "" };
    let lost: u64 = crash.nodes.iter().map(|node| at_home(plan, *node)).sum();
    format!("{object} {goes}{times}{down}{each}; {} endpoints lose their home", grouped(lost))
}

/// Who stands in, when, and how long it needs; when people notice, and what is expected.
pub(super) fn recovery(plan: &Plan, index: u16, occasion: &Occasion, lines: &mut Lines) {
    let crash = Crash::new(plan, index);
    let all = crash.nodes.iter().flat_map(|node| standbys(plan, *node));
    let standbys: Vec<(u16, u16)> = all.filter(|(standby, _)| !crash.nodes.contains(standby)).collect();
    for (standby, node) in standbys.iter().take(SHOWN) {
        lines.hanging("  ", "", &stands_in(plan, crash.down, *standby, *node));
    }
    if standbys.len() > SHOWN {
        lines.hanging("  ", "", &format!("and {} more standbys", standbys.len() - SHOWN));
    }
    if let Some((names, late)) = slowest(plan, &crash.nodes).filter(|(_, late)| *late > Duration::seconds(60)) {
        let text = format!("{names}: over UDP it is noticed at the next refresh, up to {} later", duration_text(late));
        lines.hanging("  ", "", &text);
    }
    if let Some(limit) = limit(plan, index) {
        let name = if occasion.called { occasion.name.as_str() } else { "it" };
        lines.hanging("  ", "", &format!("your limit for those lost in {name} is {}", duration_text(limit)));
    }
}

fn standbys(plan: &Plan, node: u16) -> impl Iterator<Item = (u16, u16)> {
    let numbered = (0..).zip(&plan.layout.pbxs);
    numbered.filter(move |(_, pbx)| pbx.stands_in_for == Some(node)).map(move |(standby, _)| (standby, node))
}

/// When a standby takes over from a node that is silent for so long.
pub(super) fn stands_in(plan: &Plan, down: Option<Duration>, standby: u16, node: u16) -> String {
    let name = plan.layout.pbxs.get(usize::from(standby)).map_or("", |pbx| pbx.name.as_str());
    let Some(server) = server(plan, standby) else { return format!("{name} stands in") };
    let first = server.after_silence;
    let last = first + server.watches_every;
    if gate_is_shut(plan) {
        return format!("{name} may not stand in: fewer PBX-Standby than ports (R41)");
    }
    if down.is_some_and(|down| down < first) {
        return format!("{name} notices after {}: too late to stand in", duration_text(first));
    }
    let mut text = format!("{name} stands in {} to {} later", duration_text(first), duration_text(last));
    if let Some(rate) = registrations(server) {
        let needs = at_home(plan, node) as f64 / rate;
        let (rate, best) = (rounded(rate), first.as_secs_f64() + needs);
        // Writing to a text cannot fail.
        let _ = write!(text, "; at {rate}/s it needs {needs:.1} s for them → {best:.1} s is the best possible");
    }
    text
}

/// R41, where licences are modelled.
pub(super) fn gate_is_shut(plan: &Plan) -> bool {
    plan.layout.licensed && bought_of(plan, Feature::Standby) < bought_of(plan, Feature::Port)
}

fn at_home(plan: &Plan, node: u16) -> u64 {
    blocks(plan, node).map(|block| u64::from(block.endpoints())).sum()
}

fn blocks(plan: &Plan, node: u16) -> impl Iterator<Item = &Block> {
    plan.layout.blocks.iter().filter(move |block| block.home == node)
}

/// Who learns last that the PBX is gone (over UDP without `keep-alive`, at the next refresh), and how late at most.
fn slowest(plan: &Plan, nodes: &[u16]) -> Option<(String, Duration)> {
    let settings = plan.settings.first()?;
    let lost = plan.layout.blocks.iter().filter(|block| nodes.contains(&block.home));
    let people: BTreeSet<u16> = lost.map(|block| block.population).collect();
    let late: Vec<(&str, Duration)> = people
        .into_iter()
        .filter_map(|index| {
            let delay = refresh(settings.populations.get(usize::from(index))?)?;
            Some((plan.layout.populations.get(usize::from(index))?.name.as_str(), delay))
        })
        .collect();
    let most = late.iter().map(|(_, delay)| *delay).max()?;
    let names: Vec<&str> = late.iter().filter(|(_, delay)| *delay == most).map(|(name, _)| *name).take(SHOWN).collect();
    Some((names.join(", "), most))
}

fn refresh(people: &PopulationSettings) -> Option<Duration> {
    let silent = people.transport == Transport::Udp && people.keep_alive.is_none();
    let lifetime = Duration::seconds(u64::from(people.expires_s));
    silent.then(|| lifetime.scaled(u64::from(people.refreshes_at_permille), 1000))
}

/// The longest `within` of a sentence about those lost in it.
fn limit(plan: &Plan, index: u16) -> Option<Duration> {
    let limits = plan.expectations.iter().filter_map(|expectation| match &expectation.claim {
        Claim::Share { quantity: Quantity::No, .. } => None,
        Claim::Share { subject: Subject::Group(group), outcome: Outcome::Back, within_ns: Some(within), .. } => {
            (group.lost_in == Some(index)).then_some(Duration(*within))
        }
        _ => None,
    });
    limits.max()
}

//! What administrators do to licences and software, and what the licences are good for afterwards (R13-R18, R41).

use simulator::licence::feature::Feature;
use simulator::licence::reason::Reason;
use simulator::pbx::cluster::Cluster;
use simulator::schedule::{Action, Entry};

use super::crash;
use super::lines::Lines;
use crate::nearest::grouped;
use crate::plan::{Occasion, Plan};

/// Features told of: those that a run leases or compares, whose units change with the software.
const TOLD: [Feature; 4] = [Feature::Port, Feature::SoftwarePhones, Feature::Operator, Feature::Standby];

/// `hq goes silent for 2 min; 166 endpoints lose their home; then it runs V12`.
pub(super) fn upgrade(plan: &Plan, index: u16, occasion: &Occasion) -> String {
    let to = entries(plan, index).find_map(|entry| match entry.action {
        Action::Upgrade { to, .. } => Some(to),
        _ => None,
    });
    let runs =
        if occasion.object.contains(',') || occasion.object.starts_with("each-") { "they run" } else { "it runs" };
    let then = to.map_or(String::new(), |to| format!("; then {runs} V{to}"));
    format!("{}{then}", crash::happening(plan, index, &occasion.object))
}

/// `release PBX-Port10: counts from the next restart of hq on`.
pub(super) fn happening(plan: &Plan, index: u16, occasion: &Occasion) -> String {
    let what = format!("{} {}", occasion.verb, occasion.object);
    if let Some(refused) = &occasion.refused {
        return format!("{what} is refused for {} (R{}): {}", refused.reason, refused.rule, refused.what);
    }
    let first = entries(plan, index).find_map(|entry| match entry.action {
        Action::Bind { pbx, now, .. } => Some((pbx, now)),
        _ => None,
    });
    match first {
        Some((pbx, false)) => {
            format!("{what}: counts from the next restart of {} on (M10)", plan.layout.pbxs[usize::from(pbx)].name)
        }
        _ if occasion.verb == "set" => format!("changed: {}", occasion.object),
        _ => format!("{what}: counts at once"),
    }
}

/// Where an entry changes how many units are usable: before, after, and why.
pub(super) fn effects(plan: &Plan, index: u16, lines: &mut Lines) {
    let concerns = |entry: &Entry| {
        matches!(entry.action, Action::Bind { .. } | Action::Upgrade { .. } | Action::Restart(_) | Action::Forget(_))
    };
    let Some(last) = plan.schedule.iter().rposition(|entry| entry.occasion == index && concerns(entry)) else { return };
    if !plan.layout.licensed || !plan.schedule.iter().any(|entry| is_of_licences(&entry.action)) {
        return;
    }
    let mut cluster = Cluster::new(&plan.layout, &plan.settings[0], plan.seed);
    let mut before = None;
    for entry in plan.schedule.iter().take(last + 1) {
        if entry.occasion == index && before.is_none() {
            before = Some(usable(&cluster));
        }
        match entry.action {
            Action::Bind { pbx, licences, now } => drop(cluster.bind(pbx, licences, now)),
            Action::Upgrade { pbx, to, service } => drop(cluster.start(pbx, Some((to, service)))),
            Action::Restart(pbx) | Action::Forget(pbx) => drop(cluster.start(pbx, None)),
            _ => {}
        }
    }
    let after = usable(&cluster);
    for (one, other) in before.into_iter().flatten().zip(after) {
        if one.units == other.units {
            continue;
        }
        let name = &plan.layout.pbxs[other.owner].name;
        let why = if other.why == Reason::None { String::new() } else { format!(": {}", other.why.code()) };
        let text = format!(
            "{} at {name}: {} usable before, {} after{why}",
            other.feature.name(),
            count(one.units),
            count(other.units)
        );
        lines.hanging("  ", "", &text);
    }
}

fn is_of_licences(action: &Action) -> bool {
    matches!(action, Action::Bind { .. } | Action::Upgrade { .. })
}

/// Units of one feature that a domain may use.
struct Usable {
    owner: usize,
    feature: Feature,
    units: u32,
    why: Reason,
}

fn usable(cluster: &Cluster) -> Vec<Usable> {
    let owners = 0..cluster.facts.len();
    let all = owners.flat_map(|owner| TOLD.into_iter().map(move |feature| (owner, feature)));
    let of = |(owner, feature): (usize, Feature)| Usable {
        owner,
        feature,
        units: cluster.capacity(owner as u16, feature),
        why: cluster.refused(owner as u16, feature),
    };
    all.map(of).collect()
}

fn count(units: u32) -> String {
    if units == u32::MAX { "unlimited".to_owned() } else { grouped(u64::from(units)) }
}

fn entries(plan: &Plan, index: u16) -> impl Iterator<Item = &Entry> {
    plan.schedule.iter().filter(move |entry| entry.occasion == index)
}

//! What administrators do, in a run: which licences are bound where from when on, and what the portal refuses.

use simulator::layout::Role;
use simulator::licence::entitlement::Entitlement;
use simulator::schedule::{Action, Entry};

use super::Draft;
use super::faults::Doing;
use super::structure::Structure;
use super::timeline::{Timeline, verb_pair};
use crate::check::release;
use crate::diagnostics::Report;
use crate::installation::walk::{Deed, Done, Rebound, bindings};
use crate::plan::Refused;
use crate::source::Span;
use crate::yaml::{Node, Pair};

/// Verbs of the portal.
pub(crate) const PORTAL: [&str; 7] = ["buy", "bind", "release", "convert", "migrate", "cover", "extend-warranty"];

impl Draft<'_> {
    /// A node is down for as long as new software takes, and then runs it.
    pub(super) fn upgrade(&mut self, at: &Structure, pair: &Pair, item: &Node) -> Vec<Doing> {
        let Some(to) = item.get("to") else { return Vec::new() };
        match release(to.text().unwrap_or("")) {
            Ok((version, _)) => {
                let to = u32::try_from(version).unwrap_or(u32::MAX);
                let nodes = self.nodes(at, &pair.value).into_iter();
                nodes.map(|pbx| (Action::Crash(pbx), Some(Action::Upgrade { pbx, to }))).collect()
            }
            Err(mistake) => {
                self.report.meaning(to.span, mistake.message, mistake.advice);
                Vec::new()
            }
        }
    }

    /// What the portal makes of the verbs that concern it.
    pub(super) fn deeds(&mut self, at: &mut Structure, timeline: &mut Timeline, items: &[Node]) {
        let portal = |item: &&Node| verb_pair(item).is_some_and(|pair| PORTAL.contains(&pair.key.as_str()));
        let Some(first) = items.iter().find(portal) else { return };
        let by_hand = timeline.schedule.iter().find(|entry| matches!(entry.action, Action::Bind { .. }));
        if let Some(by_hand) = by_hand {
            let span = timeline.places.get(usize::from(by_hand.occasion)).copied().unwrap_or(first.span);
            let message = "\"set\" of licences beside what the portal does";
            self.report.meaning(span, message, "write \"bind\" or \"release\" instead");
            return;
        }
        let mut report = Report::default();
        let mut draft = Draft {
            tree: self.tree,
            original: self.original,
            sources: self.sources,
            report: &mut report,
            tables: self.tables,
        };
        let installation = draft.installation();
        let (portal, deeds) = draft.administration(&installation);
        if report.errors() > 0 {
            // What the structure has said already is kept once.
            return self.report.absorb(report);
        }
        for (deed, done) in deeds.iter().zip(bindings(&installation, portal, &deeds)) {
            self.carry_out(at, timeline, deed, done);
        }
    }

    fn carry_out(&mut self, at: &mut Structure, timeline: &mut Timeline, deed: &Deed, done: Done) {
        let moves = moved(at, &timeline.schedule, &done.rebound);
        for pbx in moves {
            let standby = at.cluster.standbys(pbx).next().is_some();
            if done.now || standby {
                self.moves_at_once(at.cluster.name(pbx), standby, deed.place);
            }
        }
        if let (Some(denied), Some(occasion)) = (done.denied, timeline.occasions.get_mut(usize::from(deed.occasion))) {
            occasion.refused = Some(Refused { reason: denied.refusal.code(), rule: denied.rule, what: denied.what });
        }
        for Rebound { at: pbx, feature, version, count } in done.rebound {
            let units = u32::try_from(count).unwrap_or(u32::MAX);
            let licences = Entitlement::new(feature, version, units);
            let plan = &mut at.layout.pbxs[pbx];
            if !plan.licences.iter().any(|known| known.is_like(&licences)) {
                plan.licences.push(Entitlement { units: 0, ..licences });
            }
            let action = Action::Bind { pbx: pbx as u16, licences, now: done.now };
            timeline.schedule.push(Entry { at: deed.at, action, occasion: deed.occasion });
        }
    }

    /// R8: who draws on whose stock changes with a restart only, and not where a standby would have to follow.
    fn moves_at_once(&mut self, name: &str, standby: bool, span: Span) {
        let message = if standby {
            format!("not yet: {name} has a standby and would draw on another stock")
        } else {
            format!("{name} would draw on another stock at once (R8)")
        };
        let advice = if standby { "leave one of them out" } else { "leave \"effective: now\" out and restart it" };
        self.report.meaning(span, message, advice);
    }
}

/// Slaves that get their first licences of their own, or lose the last.
fn moved(at: &Structure, schedule: &[Entry], rebound: &[Rebound]) -> Vec<u16> {
    let mut moved = Vec::new();
    for pbx in 0..at.layout.pbxs.len() {
        if at.layout.pbxs[pbx].role != Role::Slave || !rebound.iter().any(|one| one.at == pbx) {
            continue;
        }
        let mut bound: Vec<Entitlement> = at.layout.pbxs[pbx].licences.clone();
        for entry in schedule {
            if let Action::Bind { pbx: node, licences, .. } = &entry.action
                && usize::from(*node) == pbx
            {
                simulator::licence::entitlement::bind(&mut bound, *licences);
            }
        }
        let before = is_decentral(&bound);
        for one in rebound.iter().filter(|one| one.at == pbx) {
            let units = u32::try_from(one.count).unwrap_or(u32::MAX);
            simulator::licence::entitlement::bind(&mut bound, Entitlement::new(one.feature, one.version, units));
        }
        if is_decentral(&bound) != before {
            moved.push(pbx as u16);
        }
    }
    moved
}

fn is_decentral(bound: &[Entitlement]) -> bool {
    simulator::licence::domain::is_decentral(Role::Slave, bound)
}

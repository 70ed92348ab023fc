//! What administrators do, in a run: which licences are bound where from when on, and what the portal refuses.

use simulator::layout::Role;
use simulator::licence::entitlement::Entitlement;
use simulator::licence::feature::Feature;
use simulator::schedule::{Action, Entry};

use super::Draft;
use super::faults::Doing;
use super::structure::Structure;
use super::timeline::{Timeline, verb_pair};
use crate::check::release;
use crate::diagnostics::Report;
use crate::installation::Function;
use crate::installation::walk::{Act, Deed, Done, Members, Rebound, bindings};
use crate::plan::Refused;
use crate::source::Span;
use crate::value::share::Amount;
use crate::yaml::{Node, Pair};

/// Verbs of the portal, and those of configuration.
pub(crate) const PORTAL: [&str; 9] =
    ["buy", "bind", "release", "convert", "migrate", "cover", "extend-warranty", "assign", "unassign"];

impl Draft<'_> {
    /// A node is down for as long as new software takes, and then runs it.
    pub(super) fn upgrade(&mut self, at: &Structure, pair: &Pair, item: &Node) -> Vec<Doing> {
        let Some(to) = item.get("to") else { return Vec::new() };
        match release(to.text().unwrap_or("")) {
            Ok(release) => {
                let number = |number| u32::try_from(number).unwrap_or(u32::MAX);
                let (to, service) = (number(release.0), number(release.1));
                let nodes = self.nodes(at, &pair.value).into_iter();
                nodes.map(|pbx| (Action::Crash(pbx), Some(Action::Upgrade { pbx, to, service }))).collect()
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
            let refused = done.denied.is_some();
            self.carry_out(at, timeline, deed, done);
            match &deed.what {
                Act::Assign { words, to } if !refused => self.assign(at, timeline, deed, words, to),
                Act::Unassign { words, from } => self.assign(at, timeline, deed, words, from),
                _ => {}
            }
        }
    }

    /// Functions are given or taken away; in a run the lowest seats of a home have them.
    fn assign(
        &mut self,
        at: &mut Structure,
        timeline: &mut Timeline,
        deed: &Deed,
        words: &[(Function, Amount)],
        members: &[Members],
    ) {
        let given = matches!(deed.what, Act::Assign { .. });
        for (name, range) in members {
            for (block, plan) in (0u16..).zip(&at.people.blocks) {
                let (first, seats) = (u64::from(plan.first_seat), u64::from(plan.seats));
                let of_them = range.start.clamp(first, first + seats)..range.end.clamp(first, first + seats);
                if at.people.population(name) != Some(plan.population) || of_them.is_empty() {
                    continue;
                }
                for (function, amount) in words {
                    let feature = function.feature();
                    let before = count_of(at, &timeline.schedule, block, feature);
                    let (from, to) = (of_them.start - first, of_them.end - first);
                    let (some, had) = (amount.of(to - from), before.clamp(from, to) - from);
                    let has = if given { had.max(some) } else { had.saturating_sub(some) };
                    if has == had {
                        continue;
                    }
                    if before < from || to < before {
                        self.not_the_lowest(function.word(), name, deed.place);
                    }
                    let seats = (from + has) as u32;
                    let action = Action::Assign { block, feature, seats };
                    timeline.schedule.push(Entry { at: deed.at, action, occasion: deed.occasion });
                }
            }
        }
    }

    fn not_the_lowest(&mut self, word: &str, name: &str, span: Span) {
        let message = format!("not yet: {word} for others than the lowest seats of {name}");
        self.report.meaning(span, message, "make two populations of it");
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

/// How many of the lowest seats of a block have a function by then.
fn count_of(at: &Structure, schedule: &[Entry], block: u16, feature: Feature) -> u64 {
    let entry = |entry: &Entry| match entry.action {
        Action::Assign { block: of, feature: one, seats } if (of, one) == (block, feature) => Some(seats),
        _ => None,
    };
    let first = || at.layout.assigned.iter().find(|(of, one, _)| (*of, *one) == (block, feature)).map(|one| one.2);
    u64::from(schedule.iter().rev().find_map(entry).or_else(first).unwrap_or(0))
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

//! An installation on its way through a timeline: what administrators do, what the portal refuses, and what works after.
//! A change of licences counts from the next restart of its PBX on (M10).

use core::ops::Range;
use std::collections::BTreeMap;

use jiff::civil::Date;
use simulator::licence::feature::Feature;
use simulator::time::Instant;

use super::audit::audit;
use super::portal::{Denied, Operation, Portal};
use super::{Finding, Function, Installation, Release, Seats};
use crate::source::Span;
use crate::value::share::Amount;

/// One entry of a timeline that concerns licences.
#[derive(Clone, Debug)]
pub(crate) struct Deed {
    pub(crate) what: Act,
    /// Since the start.
    pub(crate) at: Instant,
    /// Which entry of the timeline.
    pub(crate) occasion: u16,
    pub(crate) date: Date,
    /// The clock, for people.
    pub(crate) when: String,
    pub(crate) name: String,
    pub(crate) place: Span,
}

/// What is done.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    Portal {
        operation: Operation,
        now: bool,
    },
    /// New software, and a restart with it (R12, A4).
    Upgrade {
        nodes: Vec<usize>,
        to: Release,
    },
    Restart {
        nodes: Vec<usize>,
    },
    Assign {
        words: Vec<(Function, Amount)>,
        to: Vec<Members>,
    },
    Unassign {
        words: Vec<(Function, Amount)>,
        from: Vec<Members>,
    },
}

/// Some of a population, counted from 0; or a trunk.
pub(crate) type Members = (String, Range<u64>);

/// What came of a deed.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) denied: Option<Denied>,
    /// Usable units before and after, by stock and feature.
    pub(crate) changes: Vec<Change>,
    /// Things asked for that are not covered after it.
    pub(crate) uncovered: usize,
}

/// Usable units of one feature in one stock.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Change {
    pub(crate) owner: usize,
    pub(crate) feature: Feature,
    pub(crate) before: u64,
    pub(crate) after: u64,
}

/// Two states: what is bound in the portal, and what the PBXs go by.
struct Walk {
    bound: Installation,
    effective: Installation,
    portal: Portal,
}

/// Does all deeds in their order; what came of each, and the portal at the end.
pub(crate) fn walk(it: &Installation, portal: Portal, deeds: &[Deed]) -> (Vec<Step>, Portal) {
    let mut walk = Walk { bound: it.clone(), effective: it.clone(), portal };
    let mut before = figures(&walk.effective);
    let mut steps = Vec::with_capacity(deeds.len());
    for deed in deeds {
        let denied = walk.act(deed).err();
        let after = figures(&walk.effective);
        let changes = after.0.iter().filter_map(|((owner, feature), units)| {
            let known = before.0.get(&(*owner, *feature)).copied().unwrap_or(0);
            let change = Change { owner: *owner, feature: *feature, before: known, after: *units };
            (known != *units).then_some(change)
        });
        steps.push(Step { denied, changes: changes.collect(), uncovered: after.1 });
        before = after;
    }
    (steps, walk.portal)
}

/// What the portal makes of a deed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Done {
    pub(crate) denied: Option<Denied>,
    /// What is bound otherwise than before.
    pub(crate) rebound: Vec<Rebound>,
    /// It counts at once.
    pub(crate) now: bool,
}

/// Licences of one feature and version at one PBX: so many from now on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Rebound {
    pub(crate) at: usize,
    pub(crate) feature: Feature,
    pub(crate) version: u32,
    pub(crate) count: u64,
}

/// What the portal makes of all deeds in their order: what a run binds, and what is refused.
pub(crate) fn bindings(it: &Installation, portal: Portal, deeds: &[Deed]) -> Vec<Done> {
    let mut walk = Walk { bound: it.clone(), effective: it.clone(), portal };
    let mut before = walk.units();
    let mut all = Vec::with_capacity(deeds.len());
    for deed in deeds {
        let denied = walk.act(deed).err();
        let after = walk.units();
        let keys = before.keys().chain(after.keys()).copied().collect::<std::collections::BTreeSet<_>>();
        let units = |bound: &Units, key| bound.get(key).copied().unwrap_or(0);
        let rebound = keys.iter().filter(|key| units(&before, key) != units(&after, key)).map(|key| {
            let (at, feature, version) = *key;
            Rebound { at, feature, version, count: units(&after, key) }
        });
        let now = matches!(deed.what, Act::Portal { now: true, .. });
        all.push(Done { denied, rebound: rebound.collect(), now });
        before = after;
    }
    all
}

/// Units bound, by PBX, feature and version.
type Units = BTreeMap<(usize, Feature, u32), u64>;

/// Usable units of what is asked for, and how much is not covered.
type Figures = (BTreeMap<(usize, Feature), u64>, usize);

fn figures(it: &Installation) -> Figures {
    let outcome = audit(it);
    let usable = outcome.needs.iter().map(|need| ((need.owner, need.feature), need.usable));
    (usable.collect(), outcome.findings.iter().filter(|finding| finding.broken).count())
}

impl Walk {
    fn units(&self) -> Units {
        let mut units = Units::new();
        for bound in &self.bound.bound {
            let sum = units.entry((bound.at, bound.feature, bound.version)).or_default();
            *sum = sum.saturating_add(bound.count);
        }
        units
    }

    fn act(&mut self, deed: &Deed) -> Result<(), Denied> {
        match &deed.what {
            Act::Portal { operation, now } => {
                self.portal.apply(&mut self.bound, operation, deed.date, deed.place)?;
                if *now {
                    devices(operation).into_iter().for_each(|device| self.restart(device));
                }
                Ok(())
            }
            Act::Upgrade { nodes, to } => {
                for node in nodes {
                    self.bound.boxes[*node].software = *to;
                    self.effective.boxes[*node].software = *to;
                    self.restart(*node);
                }
                Ok(())
            }
            Act::Restart { nodes } => {
                nodes.iter().for_each(|node| self.restart(*node));
                Ok(())
            }
            Act::Assign { words, to } => self.assign(words, to),
            Act::Unassign { words, from } => {
                for it in [&mut self.bound, &mut self.effective] {
                    configure(it, words, from, u64::saturating_sub);
                }
                Ok(())
            }
        }
    }

    /// From now on a PBX goes by what is bound to it.
    fn restart(&mut self, node: usize) {
        self.effective.bound.retain(|bound| bound.at != node);
        let fresh = self.bound.bound.iter().filter(|bound| bound.at == node);
        self.effective.bound.extend(fresh.cloned());
    }

    /// Nothing is configured for which there is no licence (R45).
    fn assign(&mut self, words: &[(Function, Amount)], to: &[Members]) -> Result<(), Denied> {
        let mut after = self.effective.clone();
        configure(&mut after, words, to, u64::max);
        let known = broken(&self.effective);
        let refused = broken(&after)
            .into_iter()
            .find(|(key, finding)| known.get(key).is_none_or(|before| before.units < finding.units));
        if let Some((_, finding)) = refused {
            return Err(Denied { refusal: finding.refusal, rule: finding.rule, what: finding.what });
        }
        self.effective = after;
        configure(&mut self.bound, words, to, u64::max);
        Ok(())
    }
}

/// What is not covered, by rule and reason: the units of all findings together.
fn broken(it: &Installation) -> BTreeMap<(u8, super::Refusal), Finding> {
    let mut sums: BTreeMap<(u8, super::Refusal), Finding> = BTreeMap::new();
    for finding in audit(it).findings.into_iter().filter(|finding| finding.broken) {
        match sums.get_mut(&(finding.rule, finding.refusal)) {
            Some(sum) => sum.units = sum.units.saturating_add(finding.units),
            None => drop(sums.insert((finding.rule, finding.refusal), finding)),
        }
    }
    sums
}

/// Devices whose licences an operation changes.
fn devices(operation: &Operation) -> Vec<usize> {
    match operation {
        Operation::Bind { to, .. } => vec![*to],
        Operation::Release { from, .. } => vec![*from],
        Operation::Convert { at, .. } => at.iter().copied().collect(),
        Operation::Migrate { from, to } => from.iter().copied().chain([*to]).collect(),
        Operation::Buy { .. } | Operation::Cover { .. } | Operation::ExtendWarranty { .. } => Vec::new(),
    }
}

/// Gives functions to members, or takes them away: their lowest seats first.
fn configure(
    it: &mut Installation,
    words: &[(Function, Amount)],
    members: &[Members],
    change: impl Fn(u64, u64) -> u64 + Copy,
) {
    for (name, range) in members {
        for trunk in it.trunks.iter_mut().filter(|trunk| trunk.name == *name) {
            let (given, taken) = (change(0, 1) == 1, change(1, 1) == 0);
            let named = words.iter().any(|(function, _)| *function == Function::Reporting);
            trunk.reporting = if named && given { true } else { trunk.reporting && !(named && taken) };
        }
        let blocks = core::mem::take(&mut it.seats);
        for block in blocks {
            let (start, end) = (block.first, block.first + block.seats);
            let (from, to) = (range.start.clamp(start, end), range.end.clamp(start, end));
            if block.population != *name || from >= to {
                it.seats.push(block);
                continue;
            }
            let mut chosen = block.part(from - start..to - start);
            for (function, amount) in words {
                let count = &mut chosen.functions[*function as usize];
                *count = change(*count, amount.of(chosen.seats)).min(chosen.seats);
            }
            let rest = [block.part(0..from - start), chosen, block.part(to - start..end - start)];
            it.seats.extend(rest.into_iter().filter(|part| part.seats > 0));
        }
    }
}

impl Seats {
    /// Some of these seats, counted from 0.
    fn part(&self, range: Range<u64>) -> Self {
        let of = |count: u64| count.clamp(range.start, range.end) - range.start;
        Self {
            first: self.first + range.start,
            seats: range.end - range.start,
            objects: of(self.objects),
            softphones: of(self.softphones),
            mobile_apps: of(self.mobile_apps),
            gsms: of(self.gsms),
            operators: of(self.operators),
            functions: self.functions.map(of),
            ..self.clone()
        }
    }
}

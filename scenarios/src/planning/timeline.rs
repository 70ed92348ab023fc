//! The timeline: verbs at instants to a sorted schedule, and who waits for a sign-in.

use core::ops::Range;
use std::collections::BTreeMap;

use simulator::chaos::Chaos;
use simulator::layout::{Begins, Role};
use simulator::licence::domain::is_decentral;
use simulator::schedule::{Action, Entry, Shape, Sought};
use simulator::time::{Duration, Instant};

use super::Draft;
use super::chaos::is_chaos;
use super::fields::Fields;
use super::moments::{Extent, Frame};
use super::structure::Structure;
use crate::check::verb;
use crate::language::ENTRY;
use crate::nearest::grouped;
use crate::plan::{Occasion, Search};
use crate::source::Span;
use crate::yaml::{Node, Pair};

/// Entries of a schedule.
const MAX_ENTRIES: u64 = 1_000_000;

/// Ranges of seats in all entries: what a schedule may weigh.
const MAX_RANGES: u64 = 5_000_000;

/// A timeline, resolved.
#[derive(Debug, Default)]
pub(crate) struct Timeline {
    pub(crate) schedule: Vec<Entry>,
    pub(crate) chaos: Vec<Chaos>,
    pub(crate) occasions: Vec<Occasion>,
    pub(crate) searches: Vec<Search>,
    /// Where each occasion stands in the file.
    pub(crate) places: Vec<Span>,
    pub(crate) settings: Vec<simulator::settings::Settings>,
    /// Ranges of seats in the schedule.
    spent: u64,
}

impl Draft<'_> {
    /// Reads `timeline`; sets what populations do at the start.
    pub(crate) fn timeline(&mut self, structure: &mut Structure, frame: Frame) -> Timeline {
        let tree = self.tree;
        let items = tree.get("timeline").map(Node::items).unwrap_or_default();
        let mut timeline = Timeline::default();
        if items.len() >= usize::from(u16::MAX) {
            let span = items.last().map(|item| item.span).unwrap_or_default();
            self.report.error(span, "more than 65,534 entries", "use \"repeats\"");
            return timeline;
        }
        let extents = self.extents(items, frame);
        let sum: u64 = extents.iter().map(|extent| extent.repeats).sum();
        if sum > MAX_ENTRIES {
            let span = items.last().map(|item| item.span).unwrap_or_default();
            let message = format!("{} repeats in all, at most {}", grouped(sum), grouped(MAX_ENTRIES));
            self.report.error(span, message, "");
            return timeline;
        }
        self.event_names(structure, items);
        for (index, (item, extent)) in items.iter().zip(&extents).enumerate() {
            let occasion = occasion(item, extent);
            timeline.places.push(item.span);
            if is_chaos(item) {
                let number = timeline.chaos.len() as u16;
                timeline.chaos.extend(self.chaos(structure, item, extent, (index as u16, number), &occasion.name));
            }
            if let Some(pair) = verb_pair(item) {
                self.verb(structure, &mut timeline, index as u16, pair, item, extent);
            }
            timeline.occasions.push(occasion);
        }
        timeline.searches = self.searches(structure, items, &extents);
        timeline.settings = self.changes(structure, &mut timeline.schedule, items, &extents);
        self.deeds(structure, &mut timeline, items);
        for search in &timeline.searches {
            // The search says when there are calls.
            if let Sought::Calls(flow) = search.sought {
                timeline.settings.iter_mut().for_each(|settings| settings.flows[usize::from(flow)].gap = None);
            }
        }
        timeline.schedule.sort_by_key(|entry| entry.at);
        beginnings(structure, &timeline.schedule);
        if timeline.searches.iter().any(|search| search.sought == Sought::Registrations) {
            everybody_absent(structure);
        }
        self.nothing_to_freeze(structure, &timeline, items);
        self.starts(structure, items, &timeline.schedule, frame);
        timeline
    }

    fn event_names(&mut self, structure: &Structure, items: &[Node]) {
        let mut seen = std::collections::BTreeSet::new();
        for called in items.iter().filter_map(|item| item.get("called")) {
            let Some(name) = called.text() else { continue };
            let other = structure.cluster.knows(name) || structure.people.population(name).is_some();
            if other || name == "everyone" {
                self.report.meaning(called.span, format!("\"{name}\" is the name of something else"), "choose another");
            } else if name.ends_with(" end") || name == "end" {
                let message = format!("\"{name}\" cannot be a name: \"EVENT end\" is when an event ends");
                self.report.meaning(called.span, message, "choose one that does not end so");
            } else if !name.starts_with(char::is_alphabetic) || name.contains(['.', '"', ':']) {
                let advice = "a letter, then letters, digits, - and blanks";
                self.report.meaning(called.span, format!("\"{name}\" cannot be a name"), advice);
            } else if !seen.insert(name) {
                self.report.meaning(called.span, format!("two events are called \"{name}\""), "rename one of them");
            }
        }
    }

    fn verb(&mut self, at: &Structure, out: &mut Timeline, index: u16, pair: &Pair, item: &Node, extent: &Extent) {
        let actions = match pair.key.as_str() {
            "sign-in" | "sign-out" => self.sign(at, pair, item),
            "crash" => self.crash(at, &pair.value, Fields::new(&ENTRY, Some(item)).node("for").is_some()),
            "restart" => self.nodes(at, &pair.value).into_iter().map(|node| (Action::Restart(node), None)).collect(),
            "forget" => self.nodes(at, &pair.value).into_iter().map(|node| (Action::Forget(node), None)).collect(),
            "freeze" => self.freeze(at, pair, item),
            "cut" => self.cut(at, pair, item),
            "reclaim" => self.reclaim(at, pair, item),
            "upgrade" => self.upgrade(at, pair, item),
            _ => return,
        };
        let cost: u64 = actions.iter().map(|(action, undo)| ranges(action) * (1 + u64::from(undo.is_some()))).sum();
        out.spent = out.spent.saturating_add(cost.saturating_mul(extent.repeats));
        if out.spent > MAX_RANGES {
            let message = "this timeline concerns too many groups of people too often";
            return self.report.meaning(item.span, message, "fewer repeats, or fewer homes");
        }
        for repeat in 0..extent.repeats {
            let start = extent.at + Duration(extent.every.0.saturating_mul(repeat));
            for (action, undo) in &actions {
                let action = lasting(action, extent.length.map(|length| start + length));
                out.schedule.push(Entry { at: start, action, occasion: index });
                if let (Some(undo), Some(length)) = (undo, extent.length) {
                    out.schedule.push(Entry { at: start + length, action: undo.clone(), occasion: index });
                }
            }
        }
    }

    /// An operator's forced release (3.4.5) of units that a PBX has borrowed.
    fn reclaim(&mut self, at: &Structure, pair: &Pair, item: &Node) -> Vec<(Action, Option<Action>)> {
        let Some(from) = item.get("from") else { return Vec::new() };
        let mut actions = Vec::new();
        for node in self.nodes(at, from) {
            if self.borrows(at, node, from) {
                let units = pair.value.pairs().iter().filter_map(|pair| self.units_of(pair));
                let units: Vec<_> = units.collect();
                actions.extend(
                    units.into_iter().map(|(feature, units)| (Action::Reclaim { pbx: node, feature, units }, None)),
                );
            }
        }
        actions
    }

    /// Whether a node's units are another's; said if not.
    fn borrows(&mut self, at: &Structure, node: u16, from: &Node) -> bool {
        let plan = &at.layout.pbxs[usize::from(node)];
        let borrows = plan.role != Role::Master && !is_decentral(plan.role, &plan.licences);
        if !borrows {
            let message = format!("{} has licences of its own", plan.name);
            self.report.meaning(from.span, message, "name a node that draws on the master's");
        }
        borrows
    }

    fn sign(&mut self, at: &Structure, pair: &Pair, item: &Node) -> Vec<(Action, Option<Action>)> {
        let fields = Fields::new(&ENTRY, Some(item));
        let over = fields.duration("over").unwrap_or(Duration::ZERO);
        let shape = match fields.text("shape") {
            "bell" => Shape::Bell,
            "front" => Shape::Front,
            _ => Shape::Even,
        };
        let offers = |population: u16| {
            at.people.populations.get(usize::from(population)).is_some_and(|population| population.offered.is_some())
        };
        let signs_in = pair.key == "sign-in";
        let who = self.selection(at.folk(), &pair.value, |population| signs_in && offers(population));
        if signs_in && who.seats.iter().any(|(block, _)| offers(at.people.blocks[*block as usize].population)) {
            let message = "a sign-in of people with \"offered\"";
            self.report.meaning(pair.value.span, message, "their sessions begin by themselves: leave it out");
        }
        let action = if signs_in { Action::SignIn { who, over, shape } } else { Action::SignOut { who, over, shape } };
        vec![(action, None)]
    }
}

/// Whoever has a sign-in is absent before it, unless an earlier sign-out says that they were in; all others sign in over
/// the first minute. `schedule` is sorted.
fn beginnings(structure: &mut Structure, schedule: &[Entry]) {
    let people = structure.people.populations.len();
    let mut called: Vec<Vec<Range<u32>>> = vec![Vec::new(); people];
    let mut spoken_of = vec![Seats::default(); people];
    for entry in schedule {
        let (Action::SignIn { who, .. } | Action::SignOut { who, .. }) = &entry.action else { continue };
        for (block, seats) in &who.seats {
            let block = &structure.people.blocks[*block as usize];
            let (first, population) = (block.first_seat, usize::from(block.population));
            let new = spoken_of[population].add(first + seats.start..first + seats.end);
            if matches!(entry.action, Action::SignIn { .. }) {
                called[population].extend(new);
            }
        }
    }
    for (index, ranges) in called.into_iter().enumerate().filter(|(_, ranges)| !ranges.is_empty()) {
        let seats = structure.people.populations[index].plan.seats;
        let ranges = union(ranges);
        let all = ranges.len() == 1 && ranges[0] == (0..seats);
        let begins = if all { Begins::Absent } else { Begins::Partly(ranges) };
        structure.layout.populations[index].begins.clone_from(&begins);
        structure.people.populations[index].plan.begins = begins;
    }
}

/// Whoever is to register in a search is out before it.
fn everybody_absent(structure: &mut Structure) {
    for (plan, population) in structure.layout.populations.iter_mut().zip(&mut structure.people.populations) {
        plan.begins = Begins::Absent;
        population.plan.begins = Begins::Absent;
    }
}

/// A set of seats: ranges that do not touch, by their first seat.
#[derive(Clone, Debug, Default)]
struct Seats(BTreeMap<u32, u32>);

impl Seats {
    /// Adds a range; the parts of it that were not there.
    fn add(&mut self, range: Range<u32>) -> Vec<Range<u32>> {
        let (mut start, mut end) = (range.start, range.end);
        let before = self.0.range(..=start).next_back().map(|(from, to)| (*from, *to)).filter(|(_, to)| *to >= start);
        let inside: Vec<(u32, u32)> = self.0.range(start + 1..=end).map(|(from, to)| (*from, *to)).collect();
        let mut new = Vec::new();
        let mut at = range.start;
        for (from, to) in before.into_iter().chain(inside) {
            if from > at {
                new.push(at..from);
            }
            at = at.max(to);
            (start, end) = (start.min(from), end.max(to));
            self.0.remove(&from);
        }
        if at < range.end {
            new.push(at..range.end);
        }
        self.0.insert(start, end);
        new
    }
}

/// The action with the instant at which it ends, if it must know that.
fn lasting(action: &Action, ends: Option<Instant>) -> Action {
    match (action, ends) {
        (Action::Freeze { pbx, .. }, Some(until)) => Action::Freeze { pbx: *pbx, until },
        _ => action.clone(),
    }
}

fn ranges(action: &Action) -> u64 {
    match action {
        Action::SignIn { who, .. } | Action::SignOut { who, .. } | Action::PowerOff(who) | Action::PowerOn(who) => {
            who.seats.len() as u64
        }
        _ => 1,
    }
}

/// The verb of an entry with its object.
pub(crate) fn verb_pair(item: &Node) -> Option<&Pair> {
    item.pairs().iter().find(|pair| verb(&pair.key).is_some())
}

fn occasion(item: &Node, extent: &Extent) -> Occasion {
    let pair = verb_pair(item);
    let verb = pair.map_or("", |pair| &pair.key);
    let object = pair.map_or_else(String::new, |pair| object(&pair.value));
    let called = item.get("called").and_then(Node::text);
    let name = called.map_or_else(|| format!("{verb} of {object}"), str::to_owned);
    Occasion {
        name,
        called: called.is_some(),
        verb: verb.to_owned(),
        object,
        at: extent.at,
        until: extent.until,
        refused: None,
    }
}

fn object(value: &Node) -> String {
    match value.pairs() {
        [] => {
            let items: Vec<&str> = value.one_or_more().iter().filter_map(Node::text).collect();
            items.join(", ")
        }
        pairs => {
            let keys: Vec<&str> = pairs.iter().map(|pair| pair.key.as_str()).collect();
            keys.join(", ")
        }
    }
}

/// The same seats in sorted ranges that do not touch.
fn union(mut ranges: Vec<Range<u32>>) -> Vec<Range<u32>> {
    ranges.sort_by_key(|range| range.start);
    let mut union: Vec<Range<u32>> = Vec::new();
    for range in ranges {
        match union.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => union.push(range),
        }
    }
    union
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_of_seats_tells_what_is_new() {
        let mut seats = Seats::default();
        let mut add = |range| -> Vec<(u32, u32)> { seats.add(range).iter().map(|new| (new.start, new.end)).collect() };
        assert_eq!(add(10..20), [(10, 20)]);
        assert_eq!(add(30..40), [(30, 40)]);
        assert_eq!(add(5..35), [(5, 10), (20, 30)]);
        assert_eq!(add(6..39), []);
        assert_eq!(add(40..41), [(40, 41)]);
        assert_eq!(seats.0, BTreeMap::from([(5, 41)]));
    }

    #[test]
    fn seats_in_several_ranges_count_once() {
        assert_eq!(union(vec![5..9, 0..3, 2..6, 11..12]), [0..9, 11..12]);
    }
}

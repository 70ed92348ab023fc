//! Queues, groups and rooms: what has a number and is nobody (R32).

use simulator::distribution::Distribution;
use simulator::layout::{GroupPlan, QueuePlan, RoomPlan, Selection};
use simulator::settings::QueueSettings;
use simulator::time::Duration;

use super::Draft;
use super::fields::Fields;
use super::selection::Folk;
use crate::language::{GROUP, QUEUE, ROOM};
use crate::nearest::grouped;
use crate::source::Span;
use crate::yaml::Pair;

/// Queues, groups, and rooms, of a run.
const MAX: usize = 1_000;
/// Members of a group: all of them ring.
const MAX_MEMBERS: u64 = 1_000;
/// Agents of a queue.
const MAX_AGENTS: u64 = 100_000;

/// All of them, in the order declared.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facilities {
    pub(crate) queues: Vec<QueuePlan>,
    pub(crate) groups: Vec<GroupPlan>,
    pub(crate) rooms: Vec<RoomPlan>,
    pub(crate) settings: Vec<QueueSettings>,
    /// Queues that a monitor shows: home, and its version (R73).
    pub(crate) monitors: Vec<(u16, u32)>,
    /// Who manages each room (R43).
    pub(crate) managers: Vec<Selection>,
    /// Places of each room.
    pub(crate) places: Vec<u32>,
    /// Where each is declared: queues, then groups, then rooms.
    pub(crate) spans: Vec<Span>,
}

impl Facilities {
    /// Names, with where they are declared: queues, then groups, then rooms.
    pub(crate) fn names(&self) -> impl Iterator<Item = (&str, Span)> {
        let queues = self.queues.iter().map(|queue| queue.name.as_str());
        let groups = self.groups.iter().map(|group| group.name.as_str());
        let rooms = self.rooms.iter().map(|room| room.name.as_str());
        queues.chain(groups).chain(rooms).zip(self.spans.iter().copied())
    }
}

impl<'a> Draft<'a> {
    /// Reads `queues`, `groups` and `rooms`.
    pub(crate) fn facilities(&mut self, folk: Folk<'_>) -> Facilities {
        let mut facilities = Facilities::default();
        for pair in self.few("queues") {
            self.waiting_queue(folk, pair, &mut facilities);
        }
        for pair in self.few("groups") {
            let fields = Fields::new(&GROUP, Some(&pair.value));
            let home = self.home_of(folk, &fields);
            let members = self.answering(folk, &fields, "members", home, MAX_MEMBERS);
            facilities.groups.push(GroupPlan { name: pair.key.clone(), home, members });
            facilities.spans.push(pair.key_span);
        }
        for pair in self.few("rooms") {
            let fields = Fields::new(&ROOM, Some(&pair.value));
            if let Some(node) = fields.node("managed-by") {
                facilities.managers.push(self.selection(folk, node, |_| false));
            }
            facilities.rooms.push(RoomPlan { name: pair.key.clone(), home: self.home_of(folk, &fields) });
            facilities.places.push(fields.node("places").and_then(|_| fields.count32("places")).unwrap_or(u32::MAX));
            facilities.spans.push(pair.key_span);
        }
        facilities
    }

    fn few(&mut self, block: &str) -> &'a [Pair] {
        let tree = self.tree;
        let pairs = tree.get(block).map(crate::yaml::Node::pairs).unwrap_or_default();
        if let Some(behind) = pairs.get(MAX) {
            self.report.error(behind.key_span, format!("more than {} {block}", grouped(MAX as u64)), "");
            return &[];
        }
        pairs
    }

    fn waiting_queue(&mut self, folk: Folk<'_>, pair: &Pair, facilities: &mut Facilities) {
        let fields = Fields::new(&QUEUE, Some(&pair.value));
        let home = self.home_of(folk, &fields);
        let agents = self.answering(folk, &fields, "agents", home, MAX_AGENTS);
        if let Some(version) = fields.version("monitor").and_then(|version| u32::try_from(version).ok()) {
            facilities.monitors.push((home, version));
        }
        let waits_at_most = fields.node("waits-at-most").and_then(|_| fields.duration("waits-at-most"));
        facilities.settings.push(QueueSettings {
            wrap_up: fields.law("wrap-up").map_or(Distribution::fixed(Duration::ZERO), |law| self.tables.of(law)),
            places: fields.node("places").and_then(|_| fields.count32("places")).unwrap_or(u32::MAX),
            waits_at_most,
        });
        facilities.queues.push(QueuePlan { name: pair.key.clone(), home, agents, overflow: None });
        facilities.spans.push(pair.key_span);
    }

    fn home_of(&mut self, folk: Folk<'_>, fields: &Fields<'_>) -> u16 {
        let Some((node, text)) = fields.node("home").and_then(|node| Some((node, node.text()?))) else {
            return folk.cluster.master();
        };
        folk.cluster.one(text).unwrap_or_else(|(message, advice)| {
            self.report.unnamed(node.span, message, advice);
            folk.cluster.master()
        })
    }

    /// Users of that home: its PBX knows who of them is free.
    fn answering(&mut self, folk: Folk<'_>, fields: &Fields<'_>, key: &str, home: u16, most: u64) -> Selection {
        let Some(node) = fields.node(key) else { return Selection::default() };
        let who = self.selection(folk, node, |population| folk.people.populations[usize::from(population)].is_trunk);
        let blocks = || who.seats.iter().map(|(block, _)| &folk.people.blocks[*block as usize]);
        let people = |block: &simulator::layout::Block| &folk.people.populations[usize::from(block.population)];
        if let Some(trunk) = blocks().map(people).find(|people| people.is_trunk) {
            let message = format!("{} is a trunk, and only users can be {key}", trunk.plan.name);
            self.report.meaning(node.span, message, "name users");
        } else if let Some(block) = blocks().find(|block| block.home != home) {
            let (whose, at) = (&people(block).plan.name, folk.cluster.name(block.home));
            let home = folk.cluster.name(home);
            let advice = format!("write \"{whose} at {home}\", or another \"home\"");
            self.report.meaning(node.span, format!("{key} of {whose} are at {at}, and this is at {home}"), advice);
        }
        let count: u64 = who.seats.iter().map(|(_, seats)| seats.len() as u64).sum();
        if count > most {
            let message = format!("{} {key}, at most {}", grouped(count), grouped(most));
            self.report.meaning(node.span, message, "name fewer");
            return Selection::default();
        }
        who
    }
}

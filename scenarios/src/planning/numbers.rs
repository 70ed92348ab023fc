//! The number plan: extensions as written or dealt, trunks by their prefixes, none ambiguous.

use simulator::numbers::{Destination, Extensions, Number, NumberPlan};

use super::Draft;
use super::facilities::Facilities;
use super::fields::Fields;
use super::people::People;
use crate::language::{GROUP, QUEUE, ROOM, TRUNK, USERS};
use crate::source::Span;
use crate::value::selector::range;
use crate::yaml::Node;

/// First extension dealt; with more than 90,000 of them, one of more digits.
const FIRST: u64 = 10_001;
/// First number dealt to queues, groups and rooms.
const FIRST_OF_FACILITIES: u64 = 100;
/// Behind the largest number there is room for.
const END: u64 = 1_000_000_000;

/// Extensions of one population: from, behind the last, whose, where they are written.
struct Range {
    from: u64,
    to: u64,
    population: usize,
    span: Span,
    written: bool,
}

impl Draft<'_> {
    /// Reads `numbers` and `number`, deals the rest.
    pub(crate) fn numbers(&mut self, people: &People, facilities: &Facilities) -> NumberPlan {
        let mut ranges = self.written(people);
        self.deal(people, &mut ranges);
        let trunks = self.prefixes(people, &ranges);
        let facilities = self.of_facilities(people, facilities, &ranges, &trunks);
        let extensions = ranges.iter().flat_map(|range| {
            people.blocks_of(&people.populations[range.population]).iter().map(|block| Extensions {
                first: number(range.from + u64::from(block.first_seat)),
                seats: block.seats,
                block: people.blocks.iter().position(|other| core::ptr::eq(other, block)).unwrap_or(0) as u16,
            })
        });
        NumberPlan::new(extensions.collect(), trunks).with_facilities(facilities)
    }

    /// Numbers of queues, groups and rooms: as written, else the first that nobody has, from 100 on.
    fn of_facilities(
        &mut self,
        people: &People,
        facilities: &Facilities,
        ranges: &[Range],
        trunks: &[(Number, u16)],
    ) -> Vec<(Number, Destination)> {
        let queues = (0..facilities.queues.len() as u16).map(Destination::Queue);
        let groups = (0..facilities.groups.len() as u16).map(Destination::Group);
        let all = queues.chain(groups).chain((0..facilities.rooms.len() as u16).map(Destination::Room));
        let mut dealt = Vec::new();
        let mut numbers: Vec<(Number, Destination)> = Vec::new();
        for (destination, (name, _)) in all.zip(facilities.names()) {
            let (block, keys) = match destination {
                Destination::Queue(_) => ("queues", &QUEUE),
                Destination::Room(_) => ("rooms", &ROOM),
                _ => ("groups", &GROUP),
            };
            let fields = Fields::new(keys, self.tree.get(block).and_then(|block| block.get(name)));
            let Some(node) = fields.node("number") else {
                dealt.push(destination);
                continue;
            };
            let text = node.text().unwrap_or("");
            let Some(number) = Number::read(text).filter(|number| *number != Number::NONE) else {
                let message = format!("\"{text}\" cannot be dialled");
                self.report.meaning(node.span, message, "write one to nine digits");
                continue;
            };
            if let Some(whose) = taken(people, ranges, trunks, &numbers, number) {
                self.report.meaning(node.span, format!("\"{text}\" is {whose}"), "choose another number");
            }
            numbers.push((number, destination));
        }
        let mut next = (FIRST_OF_FACILITIES..END).map(number);
        for destination in dealt {
            if let Some(free) = next.find(|free| taken(people, ranges, trunks, &numbers, *free).is_none()) {
                numbers.push((free, destination));
            }
        }
        numbers
    }

    fn written(&mut self, people: &People) -> Vec<Range> {
        let mut ranges: Vec<Range> = Vec::new();
        for pair in self.tree.get("users").map(Node::pairs).unwrap_or_default() {
            let fields = Fields::new(&USERS, Some(&pair.value));
            let Some(node) = fields.node("numbers") else { continue };
            let Some((from, last)) = node.text().and_then(|text| range(text).ok()) else { continue };
            let Some(population) = people.population(&pair.key).map(usize::from) else { continue };
            if last >= END || digits(from) != digits(last) {
                let message = format!("extensions {from}..{last}");
                self.report.meaning(node.span, message, "write numbers of one length, of at most nine digits");
                continue;
            }
            let to = from + u64::from(people.populations[population].plan.seats);
            let other = ranges.iter().find(|other| from < other.to && other.from < to);
            if let Some(other) = other {
                let whose = &people.populations[other.population].plan.name;
                let message =
                    format!("extensions {from}..{} overlap with {}..{} of {whose}", to - 1, other.from, other.to - 1);
                self.report.meaning(node.span, message, "give each its own");
            }
            ranges.push(Range { from, to, population, span: node.span, written: true });
        }
        ranges
    }

    fn deal(&mut self, people: &People, ranges: &mut Vec<Range>) {
        let mut next = FIRST;
        for (population, people) in people.populations.iter().enumerate() {
            let is_trunk = people.is_trunk;
            if is_trunk || ranges.iter().any(|range| range.population == population) {
                continue;
            }
            let seats = u64::from(people.plan.seats);
            loop {
                let taken = ranges.iter().find(|range| next < range.to && range.from < next + seats);
                match taken {
                    Some(taken) => next = taken.to,
                    None if digits(next) != digits(next + seats - 1) => next = 10_u64.pow(digits(next)) + 1,
                    None => break,
                }
            }
            let to = next + seats;
            ranges.push(Range { from: next, to, population, span: people.span, written: false });
            next = to;
        }
        if let Some(last) = ranges.iter().find(|range| range.to > END) {
            self.report.meaning(last.span, "more extensions than numbers of nine digits", "fewer people");
        }
    }

    /// A prefix that begins an extension would take its calls away.
    fn prefixes(&mut self, people: &People, ranges: &[Range]) -> Vec<(Number, u16)> {
        let mut trunks = Vec::new();
        for pair in self.tree.get("trunks").map(Node::pairs).unwrap_or_default() {
            let fields = Fields::new(&TRUNK, Some(&pair.value));
            // A Call Me button is no way outside.
            if fields.text("interface") == "webrtc" {
                continue;
            }
            let text = fields.text("number");
            let Some(prefix) = Number::read(text).filter(|prefix| *prefix != Number::NONE) else {
                let message = format!("\"{text}\" cannot be dialled");
                self.report.meaning(fields.span("number"), message, "write one to nine digits");
                continue;
            };
            let Some(population) = people.population(&pair.key).map(usize::from) else { continue };
            let begins = |range: &&Range| {
                let (from, last) = (number(range.from), number(range.to - 1));
                let width = 10_u64.pow(digits(range.from) + 1 - digits(u64::from(prefix.0)));
                from.begins_with(prefix)
                    || last.begins_with(prefix)
                    || digits(u64::from(prefix.0)) <= digits(range.from) + 1
                        && (u64::from(from.0)..=u64::from(last.0)).contains(&(u64::from(prefix.0) * width))
            };
            if let Some(range) = ranges.iter().filter(|range| range.to <= END).find(begins) {
                let whose = &people.populations[range.population].plan.name;
                let dealt = if range.written { "" } else { ", dealt," };
                let (from, last) = (range.from, range.to - 1);
                let message = format!("\"{text}\" begins the extensions {from}..{last}{dealt} of {whose}");
                self.report.meaning(fields.span("number"), message, "choose other digits, or other \"numbers\"");
            }
            let first = people.populations[population].blocks.start;
            trunks.push((prefix, u16::try_from(first).unwrap_or(u16::MAX)));
        }
        trunks
    }
}

/// Whose a number is already: an extension, behind a prefix, or that of another queue, group or room.
fn taken(
    people: &People,
    ranges: &[Range],
    trunks: &[(Number, u16)],
    facilities: &[(Number, Destination)],
    wanted: Number,
) -> Option<String> {
    let has = |range: &&Range| (number(range.from)..=number(range.to - 1)).contains(&wanted);
    if let Some(range) = ranges.iter().filter(|range| range.to <= END).find(has) {
        return Some(format!("an extension of {}", people.populations[range.population].plan.name));
    }
    if let Some((_, block)) = trunks.iter().find(|(prefix, _)| wanted.begins_with(*prefix)) {
        let population = people.blocks[usize::from(*block)].population;
        return Some(format!("outside, behind {}", people.populations[usize::from(population)].plan.name));
    }
    facilities.iter().any(|(other, _)| *other == wanted).then(|| "given twice".to_owned())
}

fn number(digits: u64) -> Number {
    Number::read(&digits.to_string()).unwrap_or(Number::NONE)
}

fn digits(number: u64) -> u32 {
    number.checked_ilog10().unwrap_or(0) + 1
}

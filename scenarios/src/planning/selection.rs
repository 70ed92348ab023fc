//! Whom a verb concerns: selectors to ranges of seats.

use core::ops::Range;
use std::collections::BTreeSet;

use simulator::layout::Selection;

use super::Draft;
use super::cluster::Cluster;
use super::people::People;
use crate::nearest::{did_you_mean, either, grouped};
use crate::source::Span;
use crate::value::selector::{Narrowing, Selector, selector};
use crate::value::share::{Amount, deal};
use crate::yaml::Node;

/// Blocks a selector ranges over, and what it takes of them.
type Taken = Vec<(u32, Range<u32>)>;

/// Who there is, and where: what selectors are about.
#[derive(Clone, Copy)]
pub(crate) struct Folk<'a> {
    pub(crate) cluster: &'a Cluster,
    pub(crate) people: &'a People,
}

impl Draft<'_> {
    /// The seats that `node` (a selector or a list of them) names; populations that `skip` says are not in `everyone`.
    pub(crate) fn selection(&mut self, at: Folk<'_>, node: &Node, skip: impl Fn(u16) -> bool) -> Selection {
        let mut taken: Taken = Vec::new();
        for item in node.one_or_more() {
            let Some(read) = item.text().and_then(|text| selector(text).ok()) else { continue };
            taken.extend(self.seats(at, item, &read, &skip));
        }
        Selection { seats: merged(taken) }
    }

    fn seats(&mut self, at: Folk<'_>, item: &Node, read: &Selector, skip: &impl Fn(u16) -> bool) -> Taken {
        let population = match &read.population {
            None => None,
            Some(named) => match at.people.population(&named.name) {
                Some(population) => Some(population),
                None => {
                    self.no_population(at, &named.name, item.place(named.at.clone(), self.sources));
                    return Taken::new();
                }
            },
        };
        let homes = match &read.node {
            None => None,
            Some(named) => match at.cluster.resolve(&named.name) {
                Ok(nodes) => Some(nodes),
                Err((message, advice)) => {
                    self.report.unnamed(item.place(named.at.clone(), self.sources), message, advice);
                    return Taken::new();
                }
            },
        };
        let blocks: Vec<u32> = (0u32..)
            .zip(&at.people.blocks)
            .filter(|(_, block)| population.map_or(!skip(block.population), |wanted| block.population == wanted))
            .filter(|(_, block)| homes.as_ref().is_none_or(|homes| homes.contains(&block.home)))
            .map(|(index, _)| index)
            .collect();
        let taken = self.narrowed(at, item, &blocks, read.narrowing, population);
        if taken.is_empty() {
            let (message, advice) = nobody(at, read, &blocks, population);
            self.report.unnamed(item.span, message, advice);
        }
        taken
    }

    fn narrowed(
        &mut self,
        at: Folk<'_>,
        item: &Node,
        blocks: &[u32],
        which: Narrowing,
        population: Option<u16>,
    ) -> Taken {
        let seats = |index: &u32| at.people.blocks[*index as usize].seats;
        match which {
            Narrowing::All => blocks.iter().map(|index| (*index, 0..seats(index))).collect(),
            Narrowing::Share(share) => {
                let weights: Vec<u64> = blocks.iter().map(|index| u64::from(seats(index))).collect();
                let total = Amount::Share(share).of(weights.iter().sum());
                let parts = deal(total, &weights);
                blocks
                    .iter()
                    .zip(parts)
                    .filter(|(_, part)| *part > 0)
                    .map(|(index, part)| (*index, 0..part as u32))
                    .collect()
            }
            Narrowing::Seats(from, to) => {
                let plan = population.and_then(|index| at.people.populations.get(usize::from(index)));
                if let Some(plan) = plan.filter(|population| to > u64::from(population.plan.seats) || from == 0) {
                    let (name, count) = (&plan.plan.name, plan.plan.seats);
                    let message = format!("{name} has no seat {}", if from == 0 { 0 } else { to });
                    self.report.meaning(item.span, message, format!("its seats are 1..{count}"));
                }
                blocks.iter().filter_map(|index| within(at, *index, from, to)).collect()
            }
        }
    }

    fn no_population(&mut self, at: Folk<'_>, name: &str, span: Span) {
        if at.cluster.knows(name) {
            let advice = format!("write \"everyone at {name}\"");
            return self.report.meaning(span, format!("{name} is a node, not people"), advice);
        }
        if self.declared_later(name) {
            let message = format!("not yet: {name} is of a kind that comes in a later version");
            return self.report.meaning(span, message, "");
        }
        let names = at.people.populations.iter().map(|population| population.plan.name.as_str());
        let meant = did_you_mean(name, names.chain(["everyone"]));
        let advice = if meant.is_empty() { "write \"everyone\" or a name declared in users or trunks" } else { &meant };
        self.report.unnamed(span, format!("nobody is called \"{name}\""), advice);
    }

    /// Whether this is the name of something that comes later: a queue, a flow, …
    pub(crate) fn declared_later(&self, name: &str) -> bool {
        ["queues", "groups", "rooms", "calls"]
            .iter()
            .any(|block| self.tree.get(block).is_some_and(|block| block.get(name).is_some()))
    }
}

/// Why a selector of known names takes no seat: message and cure.
fn nobody(at: Folk<'_>, read: &Selector, blocks: &[u32], population: Option<u16>) -> (String, String) {
    let who = population.and_then(|index| at.people.populations.get(usize::from(index)));
    let name = who.map_or("everyone", |who| who.plan.name.as_str());
    if at.people.populations.is_empty() {
        return ("nobody is declared".to_owned(), "declare people below \"users:\" or \"trunks:\"".to_owned());
    }
    match (&read.node, blocks.is_empty(), read.narrowing) {
        (Some(node), true, _) => {
            let homes: BTreeSet<&str> = who
                .map(|who| at.people.blocks_of(who))
                .unwrap_or_default()
                .iter()
                .map(|block| at.cluster.name(block.home))
                .collect();
            let advice = if homes.is_empty() { String::new() } else { format!("homes of {name}: {}", either(homes)) };
            let whose = if name == "everyone" { "nobody".to_owned() } else { format!("nobody of {name}") };
            (format!("{whose} has the home {}", node.name), advice)
        }
        (_, true, _) => {
            let advice = "leave it out: their sessions begin by themselves";
            ("nobody waits for a sign-in: all have \"offered\"".to_owned(), advice.to_owned())
        }
        (Some(node), false, Narrowing::Seats(from, to)) => (
            format!("none of {name} {from}..{to} has the home {}", node.name),
            "seats are dealt over the homes in the order written".to_owned(),
        ),
        _ => {
            let seats: u64 = blocks.iter().map(|index| u64::from(at.people.blocks[*index as usize].seats)).sum();
            (format!("so small a part of {} seats is nobody", grouped(seats)), "write a larger part".to_owned())
        }
    }
}

/// Seats `from..=to` of a population, counted from 1, as far as they are in this block.
fn within(at: Folk<'_>, index: u32, from: u64, to: u64) -> Option<(u32, Range<u32>)> {
    let block = &at.people.blocks[index as usize];
    let (first, end) = (u64::from(block.first_seat), u64::from(block.first_seat) + u64::from(block.seats));
    let start = from.saturating_sub(1).clamp(first, end) - first;
    let end = to.clamp(first, end) - first;
    (start < end).then_some((index, start as u32..end as u32))
}

/// Sorted, without overlaps.
fn merged(mut taken: Taken) -> Taken {
    taken.sort_by_key(|(block, seats)| (*block, seats.start));
    let mut merged: Taken = Vec::with_capacity(taken.len());
    for (block, seats) in taken {
        match merged.last_mut() {
            Some((last, range)) if *last == block && seats.start <= range.end => range.end = range.end.max(seats.end),
            _ => merged.push((block, seats)),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlapping_ranges_become_one() {
        assert_eq!(merged(vec![(1, 5..9), (0, 0..3), (1, 0..6), (1, 10..12)]), [(0, 0..3), (1, 0..9), (1, 10..12)]);
    }
}

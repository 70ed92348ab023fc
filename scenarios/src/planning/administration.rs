//! The portal and the administrative verbs of the timeline, read for an audit.

use jiff::civil::Date;
use simulator::time::{Duration, Instant};

use super::Draft;
use super::cluster::Cluster;
use super::fields::Fields;
use super::moments::Frame;
use super::timeline::verb_pair;
use crate::check::release;
use crate::installation::portal::{Lot, Operation, Portal};
use crate::installation::walk::{Act, Deed, Members};
use crate::installation::{Function, Installation, Release};
use crate::language::{CREDITS, ENTRY, PORTAL, TOP, licence};
use crate::value::moment::{self, WallClock, clock};
use crate::value::number::count;
use crate::value::selector::{Narrowing, selector};
use crate::value::share::{Amount, amount};
use crate::yaml::{Node, Pair};

/// More deeds than these are no administration.
const MOST_DEEDS: usize = 1_000;

impl Draft<'_> {
    /// The portal, and what administrators do, in the order of time.
    pub(crate) fn administration(&mut self, it: &Installation) -> (Portal, Vec<Deed>) {
        let top = Fields::new(&TOP, Some(self.tree));
        let starts = top.read("starts", clock).unwrap_or(WallClock { date: None, seconds: 0 });
        let frame = Frame { starts, lasts: top.duration("lasts").unwrap_or(Duration::FOREVER) };
        let first = starts.date.map_or(SOME_DAY, civil);
        let cluster = self.cluster();
        let portal = self.portal(&cluster, first);
        let items = self.tree.get("timeline").map(Node::items).unwrap_or_default();
        let extents = self.extents(items, frame);
        let mut deeds: Vec<(Instant, Deed)> = Vec::new();
        for ((item, extent), occasion) in items.iter().zip(&extents).zip(0..) {
            let Some(pair) = verb_pair(item) else { continue };
            let Some(what) = self.act(&cluster, it, pair, item) else { continue };
            let back = matches!((pair.key.as_str(), extent.length), ("crash", Some(_)));
            let at = if back { extent.at + extent.length.unwrap_or(Duration::ZERO) } else { extent.at };
            let called = item.get("called").and_then(Node::text);
            let name = called.map_or_else(|| described(pair), str::to_owned);
            let days = (u64::from(starts.seconds) + at.0 / Duration::SECOND.0) / 86_400;
            let date = first.checked_add(jiff::Span::new().days(days as i64)).unwrap_or(Date::MAX);
            deeds.push((at, Deed { what, at, occasion, date, when: frame.clock(at), name, place: pair.key_span }));
        }
        if deeds.len() > MOST_DEEDS {
            let span = items.last().map(|item| item.span).unwrap_or_default();
            self.report.error(span, "more than 1,000 administrative entries", "use several files");
            deeds.truncate(MOST_DEEDS);
        }
        deeds.sort_by_key(|(at, _)| *at);
        (portal, deeds.into_iter().map(|(_, deed)| deed).collect())
    }

    fn portal(&mut self, cluster: &Cluster, first: Date) -> Portal {
        let block = self.tree.get("portal");
        let fields = Fields::new(&PORTAL, block);
        let mut portal = Portal { company: fields.text("company").to_owned(), ..Portal::default() };
        let pairs = |key: &str| fields.node(key).map(Node::pairs).unwrap_or_default();
        for pair in pairs("owners") {
            if let Some(node) = self.known(cluster, pair) {
                portal.owners.insert(node, pair.value.text().unwrap_or("").to_owned());
            }
        }
        for node in 0..cluster.nodes.len() {
            portal.bought.insert(node, first);
        }
        for pair in pairs("bought") {
            if let (Some(node), Some(date)) = (self.known(cluster, pair), date(pair)) {
                portal.bought.insert(node, date);
            }
        }
        for pair in pairs("balance") {
            let number = pair.value.text().and_then(|text| count(text).ok()).unwrap_or(0);
            match licence(&pair.key) {
                _ if pair.key == CREDITS => portal.credits = number,
                Ok(named) => {
                    let units = portal.balance.entry((named.licence.feature, named.version)).or_default();
                    *units = units.saturating_add(number);
                }
                Err(_) => {}
            }
        }
        for (key, dates) in [("first-bound", &mut portal.first_bound), ("covered-until", &mut portal.covered_until)] {
            let read = |pair: &Pair| {
                let named = licence(&pair.key).ok()?;
                Some(((named.licence.feature, named.version), date(pair)?))
            };
            dates.extend(pairs(key).iter().filter_map(read));
        }
        portal
    }

    fn known(&mut self, cluster: &Cluster, pair: &Pair) -> Option<usize> {
        match cluster.one(&pair.key) {
            Ok(node) => Some(usize::from(node)),
            Err((message, advice)) => {
                self.report.unnamed(pair.key_span, message, advice);
                None
            }
        }
    }

    fn act(&mut self, cluster: &Cluster, it: &Installation, pair: &Pair, item: &Node) -> Option<Act> {
        let value = &pair.value;
        let fields = Fields::new(&ENTRY, Some(item));
        let now = fields.text("effective") == "now";
        let portal = |operation| Some(Act::Portal { operation, now });
        match pair.key.as_str() {
            "buy" => {
                let credits = value.get(CREDITS).and_then(|node| count(node.text()?).ok()).unwrap_or(0);
                portal(Operation::Buy { lots: lots(value), credits })
            }
            "bind" => portal(Operation::Bind { lots: lots(value), to: self.node_of(cluster, item, "to")? }),
            "release" => portal(Operation::Release { lots: lots(value), from: self.node_of(cluster, item, "from")? }),
            "convert" => {
                let at = if item.get("from").is_some() { Some(self.node_of(cluster, item, "from")?) } else { None };
                portal(Operation::Convert { lots: lots(value), to: self.version_of(item)?.version, at })
            }
            "migrate" => {
                let from = self.nodes_of(cluster, value);
                portal(Operation::Migrate { from, to: self.node_of(cluster, item, "to")? })
            }
            "cover" => portal(Operation::Cover { lots: lots(value), years: years(item) }),
            "extend-warranty" => portal(Operation::ExtendWarranty {
                device: self.nodes_of(cluster, value).first().copied()?,
                years: years(item),
                at_purchase: fields.text("kind") == "at-purchase",
            }),
            "upgrade" => Some(Act::Upgrade { nodes: self.nodes_of(cluster, value), to: self.version_of(item)? }),
            "restart" => Some(Act::Restart { nodes: self.nodes_of(cluster, value) }),
            "crash" if item.get("for").is_some() && value.text().is_some_and(|text| cluster.knows(text)) => {
                Some(Act::Restart { nodes: self.nodes_of(cluster, value) })
            }
            "assign" => Some(Act::Assign { words: words(value), to: self.members(it, item, "to") }),
            "unassign" => Some(Act::Unassign { words: words(value), from: self.members(it, item, "from") }),
            _ => None,
        }
    }

    fn nodes_of(&mut self, cluster: &Cluster, value: &Node) -> Vec<usize> {
        let mut nodes = Vec::new();
        for item in value.one_or_more() {
            match cluster.resolve(item.text().unwrap_or("")) {
                Ok(range) => nodes.extend(range.map(usize::from)),
                Err((message, advice)) => self.report.unnamed(item.span, message, advice),
            }
        }
        nodes
    }

    fn node_of(&mut self, cluster: &Cluster, item: &Node, key: &str) -> Option<usize> {
        let node = item.get(key)?;
        match cluster.one(node.text().unwrap_or("")) {
            Ok(index) => Some(usize::from(index)),
            Err((message, advice)) => {
                self.report.unnamed(node.span, message, advice);
                None
            }
        }
    }

    fn version_of(&mut self, item: &Node) -> Option<Release> {
        let node = item.get("to")?;
        match release(node.text().unwrap_or("")) {
            Ok((version, service)) => Some(Release { version: version as u32, service: service as u32 }),
            Err(mistake) => {
                self.report.meaning(node.span, mistake.message, mistake.advice);
                None
            }
        }
    }

    /// Whom functions are given to: people, or a trunk.
    fn members(&mut self, it: &Installation, item: &Node, key: &str) -> Vec<Members> {
        let mut members = Vec::new();
        for one in item.get(key).map(Node::one_or_more).unwrap_or_default() {
            let text = one.text().unwrap_or("");
            if it.trunks.iter().any(|trunk| trunk.name == text) {
                members.push((text.to_owned(), 0..u64::MAX));
                continue;
            }
            let read = match selector(text) {
                Ok(read) => read,
                Err(mistake) => {
                    self.report.meaning(one.span, mistake.message, mistake.advice);
                    continue;
                }
            };
            let name = read.population.map(|named| named.name).unwrap_or_default();
            let all: u64 = it.seats.iter().filter(|seats| seats.population == name).map(|seats| seats.seats).sum();
            if all == 0 {
                self.report.unnamed(
                    one.span,
                    format!("nobody is called \"{name}\""),
                    "name people of users, or a trunk",
                );
            }
            let range = match read.narrowing {
                Narrowing::All => 0..all,
                Narrowing::Share(share) => 0..Amount::Share(share).of(all),
                Narrowing::Seats(from, to) => from.saturating_sub(1)..to,
            };
            if range.end > all && all > 0 {
                let message = format!("{name} has no seat {}", range.end);
                self.report.meaning(one.span, message, format!("its seats are 1..{all}"));
            }
            members.push((name, range));
        }
        members
    }
}

/// Where no date is given only differences count.
const SOME_DAY: Date = jiff::civil::date(2000, 1, 1);

fn lots(value: &Node) -> Vec<Lot> {
    let lot = |pair: &Pair| {
        let named = licence(&pair.key).ok()?;
        let count = count(pair.value.text()?).ok()?;
        Some(Lot { good: (named.licence.feature, named.version), tier: named.tier, count })
    };
    value.pairs().iter().filter_map(lot).collect()
}

fn words(value: &Node) -> Vec<(Function, Amount)> {
    let word = |pair: &Pair| {
        let function = Function::ALL.into_iter().find(|function| function.word() == pair.key)?;
        Some((function, amount(pair.value.text()?).ok()?))
    };
    value.pairs().iter().filter_map(word).collect()
}

fn years(item: &Node) -> i16 {
    let years = item.get("years").and_then(|node| count(node.text()?).ok());
    years.and_then(|years| i16::try_from(years).ok()).unwrap_or(1)
}

fn date(pair: &Pair) -> Option<Date> {
    moment::date(pair.value.text()?).ok().map(civil)
}

fn civil(date: moment::Date) -> Date {
    // The language knows no other dates than those that exist, of four digits.
    Date::new(date.year as i16, date.month as i8, date.day as i8).unwrap_or(SOME_DAY)
}

/// `release of PBX-Port10`.
fn described(pair: &Pair) -> String {
    let objects: Vec<&str> = match pair.value.pairs() {
        [] => pair.value.one_or_more().iter().filter_map(Node::text).collect(),
        pairs => pairs.iter().map(|pair| pair.key.as_str()).collect(),
    };
    format!("{} of {}", pair.key, objects.join(", "))
}

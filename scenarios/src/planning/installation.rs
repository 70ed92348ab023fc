//! From the checked tree to an installation: boxes, licences, and who asks for what. What belongs to a run is left aside.

use super::Draft;
use super::cluster::Cluster;
use super::fields::Fields;
use crate::check::release;
use crate::installation::rule_off::is_off;
use crate::installation::{
    Bound, Flow, Function, Installation, Interface, Interfaces, Monitored, PbxBox, Platform, Readings, Release, Room,
    Seats, Switch, Trunk, UNLIMITED,
};
use crate::language::{CALLS, NODE, QUEUE, ROOM, RULES, TRUNK, USERS, licence};
use crate::nearest::grouped;
use crate::value::number::count;
use crate::value::selector::{Narrowing, selector};
use crate::value::share::{Amount, amount, deal};
use crate::yaml::{Node, Pair};

/// Devices that book the port of their user (R31, R33).
const PORT_DEVICES: [&str; 7] =
    ["desk-phone", "dect", "analogue", "answering-machine", "line", "softphone", "mobile-app"];

impl<'a> Draft<'a> {
    /// Reads what an audit is about.
    pub(crate) fn installation(&mut self) -> Installation {
        let cluster = self.cluster();
        let mut installation = Installation {
            boxes: self.boxes(&cluster),
            bound: self.bound(&cluster),
            readings: self.readings(),
            flows: self.flows(),
            ..Installation::default()
        };
        for pair in self.entries("users") {
            let fields = Fields::new(&USERS, Some(&pair.value));
            let seats = self.seats_of(&cluster, pair, &fields, &installation.boxes);
            installation.seats.extend(seats);
        }
        for pair in self.entries("trunks") {
            installation.trunks.push(self.trunk(&cluster, pair));
        }
        if is_off(32) {
            let more = [self.entries("groups"), self.entries("queues")].concat();
            installation.trunks.extend(more.iter().map(|pair| self.trunk(&cluster, pair)));
        }
        for pair in self.entries("queues") {
            let home = self.home(&cluster, pair);
            let fields = Fields::new(&QUEUE, Some(&pair.value));
            if let Some(application) = fields.version("monitor").and_then(|version| u32::try_from(version).ok()) {
                let place = fields.span("monitor");
                installation.queues.push(Monitored { name: pair.key.clone(), home, application, place });
            }
        }
        for pair in self.entries("rooms") {
            installation.rooms.push(self.room(&cluster, pair, &installation.seats));
        }
        installation
    }

    fn entries(&self, block: &str) -> &'a [Pair] {
        self.tree.get(block).map(Node::pairs).unwrap_or_default()
    }

    fn boxes(&mut self, cluster: &Cluster) -> Vec<PbxBox> {
        self.macs();
        let declared = self.tree.get("cluster").map(Node::pairs).unwrap_or_default();
        let read = |node: &super::cluster::ClusterNode| {
            let pair = declared.get(node.group);
            let fields = Fields::new(&NODE, pair.map(|pair| &pair.value));
            let release = fields.read("software", release).unwrap_or((12, 0));
            let runs = fields.node("runs").map(Node::items).unwrap_or_default();
            let runs = |word: &str| runs.iter().any(|item| item.text() == Some(word));
            PbxBox {
                name: node.name.clone(),
                role: node.role,
                active: node.stands_in_for.map(usize::from),
                software: Release { version: release.0 as u32, service: release.1 as u32 },
                platform: match fields.text("platform") {
                    "IP311" | "IP411" => Platform::Included,
                    "IP1130" => Platform::NoLinux,
                    "IPVA" => Platform::Ipva,
                    _ => Platform::Gateway,
                },
                interfaces: fields.node("interfaces").map(interfaces),
                linux: runs("linux-ap"),
                recorder: runs("recorder"),
                place: pair.map(|pair| pair.key_span).unwrap_or_default(),
            }
        };
        cluster.nodes.iter().map(read).collect()
    }

    fn bound(&mut self, cluster: &Cluster) -> Vec<Bound> {
        let mut bound = Vec::new();
        for pair in self.entries("licences") {
            let nodes = match cluster.resolve(&pair.key) {
                Ok(nodes) => nodes,
                Err((message, advice)) => {
                    self.report.unnamed(pair.key_span, message, advice);
                    continue;
                }
            };
            for at in nodes.map(usize::from) {
                for one in pair.value.pairs() {
                    let Ok(named) = licence(&one.key) else { continue };
                    let count = match one.value.text() {
                        Some("unlimited") => UNLIMITED,
                        text => text.and_then(|text| count(text).ok()).unwrap_or(0),
                    };
                    let (feature, version, tier) = (named.licence.feature, named.version, named.tier);
                    bound.push(Bound { at, feature, version, tier, count, place: one.key_span });
                }
            }
        }
        bound
    }

    fn readings(&self) -> Readings {
        let fields = Fields::new(&RULES, self.tree.get("rules"));
        let differs = |key: &str| fields.node(key).is_some() && Some(fields.text(key)) != default_of(key);
        let turned = Switch::ALL.into_iter().filter(|(_, key)| differs(key));
        turned.fold(Readings::default(), |readings, (switch, _)| readings.turned(switch))
    }

    fn seats_of(&mut self, cluster: &Cluster, pair: &Pair, fields: &Fields<'_>, boxes: &[PbxBox]) -> Vec<Seats> {
        let all = fields.count32("count").unwrap_or(1);
        let homes = self.homes(cluster, pair, all);
        let weights: Vec<u64> = homes.iter().map(|(_, seats)| u64::from(*seats)).collect();
        let devices = self.dealt(fields, "devices", all, &weights);
        let features = self.dealt(fields, "features", all, &weights);
        let own = fields.node("software").and_then(|_| fields.version("software"));
        let none = devices.is_empty();
        let span = |key: &str| if fields.node(key).is_some() { fields.span(key) } else { pair.key_span };
        let mut first = 0;
        let mut blocks = Vec::with_capacity(homes.len());
        for (index, (home, seats)) in homes.iter().enumerate() {
            let of = |words: &[(String, Vec<u64>)], word: &str| {
                words.iter().find(|(known, _)| known == word).map_or(0, |(_, parts)| parts[index])
            };
            let device = |word| of(&devices, word);
            let devices_of_port = PORT_DEVICES.into_iter().map(device);
            // R33: however many devices, one port.
            let objects = if is_off(33) { devices_of_port.sum() } else { devices_of_port.max().unwrap_or(0) };
            blocks.push(Seats {
                population: pair.key.clone(),
                home: usize::from(*home),
                first,
                seats: u64::from(*seats),
                objects: if none { u64::from(*seats) } else { objects },
                softphones: device("softphone"),
                mobile_apps: device("mobile-app"),
                gsms: device("gsm"),
                operators: device("operator"),
                application: own.map_or(boxes[usize::from(*home)].software.version, |own| own as u32),
                functions: Function::ALL.map(|function| of(&features, function.word())),
                come_and_go: fields.node("signed-in").is_some(),
                place: pair.key_span,
                devices_at: span("devices"),
                features_at: span("features"),
            });
            first += u64::from(*seats);
        }
        blocks
    }

    /// Amounts of a block of words, dealt over the homes, lowest seats first.
    fn dealt(&mut self, fields: &Fields<'_>, key: &str, seats: u32, weights: &[u64]) -> Vec<(String, Vec<u64>)> {
        let mut dealt = Vec::new();
        for part in fields.node(key).map(Node::pairs).unwrap_or_default() {
            let share = part.value.text().and_then(|text| amount(text).ok()).unwrap_or(Amount::All);
            let of = share.of(u64::from(seats));
            if of > u64::from(seats) {
                let message = format!("{} of {} seats have {}", grouped(of), grouped(u64::from(seats)), part.key);
                self.report.meaning(part.value.span, message, format!("at most {}", grouped(u64::from(seats))));
            }
            dealt.push((part.key.clone(), deal(of.min(u64::from(seats)), weights)));
        }
        dealt
    }

    fn trunk(&mut self, cluster: &Cluster, pair: &Pair) -> Trunk {
        let fields = Fields::new(&TRUNK, Some(&pair.value));
        Trunk {
            name: pair.key.clone(),
            home: self.home(cluster, pair),
            count: fields.count("count").unwrap_or(1),
            interface: match fields.text("interface") {
                "pri" => Interface::Pri,
                "bri" => Interface::Bri,
                "webrtc" => Interface::WebRtc,
                _ => Interface::Sip,
            },
            channels: fields.node("channels").and_then(|node| count(node.text()?).ok()),
            reporting: fields.node("features").is_some_and(|features| features.get("reporting").is_some()),
            place: pair.key_span,
            features_at: fields.span("features"),
        }
    }

    fn room(&mut self, cluster: &Cluster, pair: &Pair, seats: &[Seats]) -> Room {
        let fields = Fields::new(&ROOM, Some(&pair.value));
        let mut managers = Vec::new();
        for item in fields.node("managed-by").map(Node::one_or_more).unwrap_or_default() {
            let Some(read) = item.text().and_then(|text| selector(text).ok()) else { continue };
            let name = read.population.as_ref().map(|named| named.name.as_str());
            let mut known = seats.iter().map(|one| one.population.as_str()).collect::<Vec<_>>();
            known.dedup();
            if let Some(name) = name.filter(|name| !known.contains(name)) {
                self.report.unnamed(item.span, format!("nobody is called \"{name}\""), "name people of users");
            }
            for population in known.into_iter().filter(|known| name.is_none_or(|name| name == *known)) {
                let all: u64 = seats.iter().filter(|one| one.population == population).map(|one| one.seats).sum();
                let range = match read.narrowing {
                    Narrowing::All => 0..all,
                    Narrowing::Share(share) => 0..Amount::Share(share).of(all),
                    Narrowing::Seats(from, to) => from.saturating_sub(1).min(all)..to.min(all),
                };
                managers.push((population.to_owned(), range));
            }
        }
        let home = self.home(cluster, pair);
        let places = fields.node("places").and_then(|node| count(node.text()?).ok());
        Room { name: pair.key.clone(), home, places, managers, place: pair.key_span }
    }

    fn flows(&self) -> Vec<Flow> {
        let flow = |pair: &Pair| {
            let fields = Fields::new(&CALLS, Some(&pair.value));
            let to = fields.node("to")?;
            let names = to.pairs().iter().map(|pair| pair.key.clone()).chain(to.text().map(str::to_owned));
            let from = fields.node("from").and_then(Node::text)?.to_owned();
            Some(Flow { name: pair.key.clone(), from, to: names.collect(), place: pair.key_span })
        };
        self.entries("calls").iter().filter_map(flow).collect()
    }

    /// The one home of a trunk, queue or room.
    fn home(&mut self, cluster: &Cluster, pair: &Pair) -> usize {
        let Some(home) = pair.value.get("home") else { return usize::from(cluster.master()) };
        let node = cluster.one(home.text().unwrap_or("")).unwrap_or_else(|(message, advice)| {
            self.report.unnamed(home.span, message, advice);
            cluster.master()
        });
        usize::from(node)
    }
}

fn interfaces(node: &Node) -> Interfaces {
    let number = |key: &str| node.get(key).and_then(|node| count(node.text()?).ok()).unwrap_or(0);
    Interfaces { pri: number("pri"), bri: number("bri"), dsp: number("dsp") }
}

fn default_of(key: &str) -> Option<&'static str> {
    RULES.key(key).map(|key| key.default)
}

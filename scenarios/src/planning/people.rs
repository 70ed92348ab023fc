//! Users and trunks: seats, homes, devices, and how they behave.

use core::ops::Range;
use std::collections::BTreeMap;

use simulator::layout::{Begins, Block, Device, Interface, PopulationPlan};
use simulator::licence::feature::Feature;
use simulator::settings::{PopulationSettings, Retries, Transport};
use simulator::time::Duration;

use super::Draft;
use super::channels::{CHANNELS_OF_A_BRI, CHANNELS_OF_A_PRI, interface};
use super::cluster::Cluster;
use super::demand::offered_erlangs;
use super::fields::Fields;
use crate::installation::Function;
use crate::language::{TRUNK, USERS};
use crate::nearest::grouped;
use crate::source::Span;
use crate::value::distribution::{Law, distribution};
use crate::value::number::Decimal;
use crate::value::rate::{Offered, Rate, Traffic, traffic};
use crate::value::share::{Amount, amount, deal};
use crate::value::{Reading, part};
use crate::yaml::Pair;

/// Endpoints of a run.
const MAX_ENDPOINTS: u64 = 1_000_000_000;
/// Populations of a run.
const MAX_POPULATIONS: usize = 65_000;
/// Calls that one line carries.
const MAX_CHANNELS: u32 = 65_000;
/// Homes of all populations.
const MAX_BLOCKS: usize = 65_000;

/// All populations, in the order declared.
#[derive(Clone, Debug, Default)]
pub(crate) struct People {
    pub(crate) populations: Vec<Population>,
    pub(crate) blocks: Vec<Block>,
    /// Functions of users: block, feature, how many of its lowest seats.
    pub(crate) assigned: Vec<(u16, Feature, u32)>,
    names: BTreeMap<String, u16>,
}

/// One population, as far as its numbers are still needed.
#[derive(Clone, Debug)]
pub(crate) struct Population {
    pub(crate) plan: PopulationPlan,
    pub(crate) settings: PopulationSettings,
    /// Its blocks among all.
    pub(crate) blocks: Range<usize>,
    /// Where it is declared.
    pub(crate) span: Span,
    /// Mean session, if sessions end.
    pub(crate) on: Option<Duration>,
    /// Mean absence of a closed source.
    pub(crate) off: Option<Duration>,
    pub(crate) offered: Option<Traffic>,
    /// Whether declared under `trunks`.
    pub(crate) is_trunk: bool,
}

impl People {
    /// Index of a population.
    pub(crate) fn population(&self, name: &str) -> Option<u16> {
        self.names.get(name).copied()
    }

    /// The blocks of a population.
    pub(crate) fn blocks_of(&self, population: &Population) -> &[Block] {
        self.blocks.get(population.blocks.clone()).unwrap_or_default()
    }

    fn add(&mut self, population: Population) {
        let index = u16::try_from(self.populations.len()).unwrap_or(u16::MAX);
        self.names.entry(population.plan.name.clone()).or_insert(index);
        self.populations.push(population);
    }

    fn is_full(&self) -> bool {
        self.populations.len() >= MAX_POPULATIONS || self.blocks.len() >= MAX_BLOCKS
    }
}

impl Draft<'_> {
    /// Reads `users` and `trunks`.
    pub(crate) fn people(&mut self, cluster: &Cluster) -> People {
        let mut people = People::default();
        for pair in self.tree.pairs() {
            for entry in pair.value.pairs() {
                match pair.key.as_str() {
                    "users" | "trunks" if people.is_full() => {}
                    "users" => self.users(cluster, &mut people, entry),
                    "trunks" => self.trunks(cluster, &mut people, entry),
                    _ => {}
                }
            }
        }
        self.bound_people(&people);
        people
    }

    fn bound_people(&mut self, people: &People) {
        let endpoints: u64 = people.blocks.iter().map(|block| u64::from(block.endpoints())).sum();
        let Some(last) = people.populations.last() else { return };
        if endpoints > MAX_ENDPOINTS {
            let message = format!("{} endpoints in all", grouped(endpoints));
            self.report.meaning(last.span, message, format!("at most {}", grouped(MAX_ENDPOINTS)));
        }
        if people.is_full() {
            let (populations, homes) = (grouped(MAX_POPULATIONS as u64), grouped(MAX_BLOCKS as u64));
            let message = format!("{populations} populations or {homes} homes in all");
            self.report.error(last.span, message, "use \"count\", or fewer homes");
        }
    }

    fn users(&mut self, cluster: &Cluster, people: &mut People, pair: &Pair) {
        let fields = Fields::new(&USERS, Some(&pair.value));
        let seats = fields.count32("count").unwrap_or(1);
        let homes = self.homes(cluster, pair, seats);
        let devices = self.devices(&fields, pair, seats);
        let targets = self.registers_at(cluster, &fields);
        let site = fields.node("site").and_then(|node| cluster.site(node.text()?));
        let numbers = fields.node("numbers").and_then(|node| crate::value::selector::range(node.text()?).ok());
        if let Some((from, to)) = numbers.filter(|(from, to)| to - from + 1 < u64::from(seats)) {
            let message = format!("{} numbers for {} seats", grouped(to - from + 1), grouped(u64::from(seats)));
            self.report.meaning(fields.span("numbers"), message, "widen the range");
        }
        let population = people.populations.len() as u16;
        let blocks = super::seats::blocks(population, &homes, &devices, |home| {
            (
                site.unwrap_or(cluster.nodes[usize::from(home)].site),
                targets.clone().unwrap_or_else(|| addresses(cluster, home)),
            )
        });
        let first = people.blocks.len();
        people.blocks.extend(blocks);
        self.functions(&fields, seats, first, people);
        let population = self.user(&fields, pair, seats);
        people.add(Population { blocks: first..people.blocks.len(), ..population });
    }

    /// Functions of users, dealt over the homes like devices.
    fn functions(&mut self, fields: &Fields<'_>, seats: u32, first: usize, people: &mut People) {
        let weights: Vec<u64> = people.blocks[first..].iter().map(|block| u64::from(block.seats)).collect();
        for pair in fields.node("features").map(crate::yaml::Node::pairs).unwrap_or_default() {
            let named = Function::ALL.into_iter().find(|function| function.word() == pair.key);
            let Some(feature) = named.map(Function::feature) else { continue };
            let amount = pair.value.text().and_then(|text| amount(text).ok()).unwrap_or(Amount::All);
            let count = amount.of(u64::from(seats));
            if count > u64::from(seats) {
                let message = format!("{} of {} seats have {}", grouped(count), grouped(u64::from(seats)), pair.key);
                self.report.meaning(pair.value.span, message, format!("at most {}", grouped(u64::from(seats))));
            }
            let parts = deal(count.min(u64::from(seats)), &weights);
            let parts = (first as u16..).zip(parts).filter(|(_, part)| *part > 0);
            people.assigned.extend(parts.map(|(block, part)| (block, feature, part as u32)));
        }
    }

    fn user(&mut self, fields: &Fields<'_>, pair: &Pair, seats: u32) -> Population {
        let signed_in = fields.law("signed-in");
        let away = fields.law("away");
        let offered = fields.node("offered").and_then(|node| traffic(node.text()?).ok());
        self.source(fields, signed_in, away, offered);
        let (on, off) = (signed_in.map(|law| self.tables.mean(law)), away.map(|law| self.tables.mean(law)));
        if let (Some(offered), Some(on)) = (offered, on) {
            self.seats_suffice(fields, offered_erlangs(offered, on.as_secs_f64(), seats), seats);
        }
        let arrivals = offered.and_then(|offered| arrival_gap(offered, on, seats)).map(Law::exponential);
        let settings = PopulationSettings {
            transport: transport(fields),
            keep_alive: fields.duration("keep-alive").filter(|interval| *interval > Duration::ZERO),
            expires_s: self.expires(fields),
            refreshes_at_permille: self.refreshes_at(fields),
            retries: self.retries(fields),
            signed_in: signed_in.map(|law| self.tables.of(law)),
            away: away.map(|law| self.tables.of(law)),
            arrivals: arrivals.map(|law| self.tables.of(law)),
            channels: u32::MAX,
            interface: Interface::Sip,
            forwards: None,
            do_not_disturb: fields.flag("do-not-disturb"),
        };
        let begins = if offered.is_some() { Begins::Offered } else { Begins::FirstMinute };
        let own = fields.node("software").and_then(|_| fields.version("software"));
        let application = own.and_then(|version| u32::try_from(version).ok()).unwrap_or(0);
        let plan = PopulationPlan { name: pair.key.clone(), seats, begins, application };
        Population { plan, settings, blocks: 0..0, span: pair.key_span, on, off, offered, is_trunk: false }
    }

    /// What makes an open or a closed source.
    fn source(&mut self, fields: &Fields<'_>, signed_in: Option<Law>, away: Option<Law>, offered: Option<Traffic>) {
        if let Some(offered) = offered {
            if away.is_some() {
                let advice = "delete one: \"offered\" is an open source, \"away\" a closed one";
                self.report.meaning(fields.span("offered"), "both \"offered\" and \"away\"", advice);
            }
            let none = match offered.amount {
                Offered::Erlangs(number) | Offered::Arrivals(Rate { number, .. }) => number.mantissa == 0,
            };
            if none {
                self.report.meaning(fields.span("offered"), "nothing is offered", "write more than 0, or leave it out");
            } else if signed_in.is_none() && matches!(offered.amount, Offered::Erlangs(_)) {
                let advice = "erlang = arrivals · mean length: write \"signed-in\" too";
                self.report.meaning(fields.span("offered"), "\"offered\" in erlang without \"signed-in\"", advice);
            }
        } else if away.is_some() && signed_in.is_none() {
            let note = "without \"signed-in\" a session never ends";
            self.report.warning(fields.span("away"), "\"away\" has no effect", note);
        }
    }

    pub(crate) fn retries(&mut self, fields: &Fields<'_>) -> Retries {
        if let Some(law) = fields.read("retries", retries_after).flatten() {
            return Retries::After(self.tables.of(law));
        }
        match fields.text("retries") {
            "innovaphone" => Retries::Innovaphone,
            "naive" => Retries::Naive,
            "manual" => Retries::Manual,
            "never" => Retries::Never,
            _ => Retries::Rfc5626,
        }
    }

    fn seats_suffice(&mut self, fields: &Fields<'_>, erlangs: f64, seats: u32) {
        if erlangs > f64::from(seats) {
            let seats = if seats == 1 { "1 seat".to_owned() } else { format!("{} seats", grouped(u64::from(seats))) };
            let erlangs = format!("{erlangs:.1}");
            let message = format!("{} E cannot be carried by {seats}", erlangs.trim_end_matches(".0"));
            let note = "a seat carries at most 1 E; a session that finds no free seat does not begin";
            self.report.warning(fields.span("offered"), message, note);
        }
    }

    fn expires(&mut self, fields: &Fields<'_>) -> u32 {
        let expires = fields.duration("expires").unwrap_or(Duration::seconds(3600));
        let seconds = u32::try_from(expires.0 / Duration::SECOND.0).unwrap_or(0);
        if !expires.0.is_multiple_of(Duration::SECOND.0) || seconds == 0 {
            self.report.meaning(fields.span("expires"), "SIP counts expiry in whole seconds", "write 1 s or more");
            return 3600;
        }
        seconds
    }

    fn refreshes_at(&mut self, fields: &Fields<'_>) -> u32 {
        let permille = fields.percent("refreshes-at").unwrap_or(900_000_000) / 1_000_000;
        if permille == 0 {
            self.report.meaning(fields.span("refreshes-at"), "a refresh at 0% of the lifetime", "write 90%");
            return 900;
        }
        u32::try_from(permille).unwrap_or(900)
    }

    fn registers_at(&mut self, cluster: &Cluster, fields: &Fields<'_>) -> Option<Vec<u16>> {
        let list = fields.node("registers-at")?;
        let mut targets = Vec::new();
        for item in list.items() {
            match cluster.resolve(item.text().unwrap_or("")) {
                Ok(nodes) => targets.extend(nodes),
                Err((message, advice)) => self.report.unnamed(item.span, message, advice),
            }
        }
        if targets.len() > 6 {
            self.report.meaning(list.span, "a device knows at most 6 addresses", "name fewer nodes");
            targets.truncate(6);
        }
        (!targets.is_empty()).then_some(targets)
    }

    fn channels(&mut self, fields: &Fields<'_>) -> u32 {
        let channels = fields.node("channels").and_then(|_| fields.count32("channels"));
        if channels.is_some_and(|channels| channels > MAX_CHANNELS) {
            let message = format!("at most {} channels of one line", grouped(u64::from(MAX_CHANNELS)));
            self.report.meaning(fields.span("channels"), message, "write \"count\" for more lines");
        }
        let of_interface = match fields.text("interface") {
            "pri" => CHANNELS_OF_A_PRI,
            "bri" => CHANNELS_OF_A_BRI,
            _ => u32::MAX,
        };
        channels.unwrap_or(of_interface)
    }

    fn trunks(&mut self, cluster: &Cluster, people: &mut People, pair: &Pair) {
        let fields = Fields::new(&TRUNK, Some(&pair.value));
        let seats = fields.count32("count").unwrap_or(1);
        let home = match fields.node("home").and_then(|node| Some((node, node.text()?))) {
            None => cluster.master(),
            Some((node, text)) => cluster.one(text).unwrap_or_else(|(message, advice)| {
                self.report.unnamed(node.span, message, advice);
                cluster.master()
            }),
        };
        let population = people.populations.len() as u16;
        if fields.node("features").is_some_and(|features| features.get("reporting").is_some()) {
            people.assigned.push((people.blocks.len() as u16, Feature::Reporting, seats));
        }
        people.blocks.push(Block {
            population,
            home,
            site: cluster.nodes[usize::from(home)].site,
            targets: addresses(cluster, home),
            first_seat: 0,
            seats,
            devices: vec![(Device::Trunk, seats)],
        });
        let settings = PopulationSettings {
            transport: transport(&fields),
            keep_alive: None,
            expires_s: 3600,
            refreshes_at_permille: 900,
            retries: Retries::Rfc5626,
            signed_in: None,
            away: None,
            arrivals: None,
            channels: self.channels(&fields),
            interface: interface(fields.text("interface")),
            forwards: None,
            do_not_disturb: false,
        };
        let plan = PopulationPlan { name: pair.key.clone(), seats, begins: Begins::FirstMinute, application: 0 };
        people.add(Population {
            plan,
            settings,
            blocks: people.blocks.len() - 1..people.blocks.len(),
            span: pair.key_span,
            on: None,
            off: None,
            offered: None,
            is_trunk: true,
        });
    }
}

/// What a device at this home knows: it, then its standbys.
fn addresses(cluster: &Cluster, home: u16) -> Vec<u16> {
    core::iter::once(home).chain(cluster.standbys(home)).take(6).collect()
}

fn transport(fields: &Fields<'_>) -> Transport {
    match fields.text("transport") {
        "tcp" => Transport::Tcp,
        "tls" => Transport::Tls,
        "ws" => Transport::WebSocket,
        _ => Transport::Udp,
    }
}

/// The law of `after LAW`.
fn retries_after(text: &str) -> Reading<Option<Law>> {
    let after = text.starts_with("after ").then(|| part(text, 6..text.len(), distribution));
    after.transpose()
}

/// Mean time between two arrivals of the whole population.
pub(crate) fn arrival_gap(offered: Traffic, on: Option<Duration>, seats: u32) -> Option<Duration> {
    let sources = if offered.each { u128::from(seats) } else { 1 };
    let divided = |span: u128, by: Decimal| {
        let whole = u128::from(by.mantissa) * sources;
        (whole > 0)
            .then(|| u64::try_from((span * u128::from(by.power()) + whole / 2) / whole).ok())
            .flatten()
            .map(Duration)
    };
    match offered.amount {
        Offered::Erlangs(erlangs) => divided(u128::from(on?.0), erlangs),
        Offered::Arrivals(rate) => divided(u128::from(rate.per.0), rate.number),
    }
}

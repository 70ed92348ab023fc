//! What is bound where: catalogue names to features, tiers added up.

use simulator::licence::catalogue::Against;
use simulator::licence::domain::is_decentral;
use simulator::licence::entitlement::Entitlement;
use simulator::licence::feature::Feature;
use simulator::licence::reason::Reason;
use simulator::licence::versions::{Versions, access};

use super::Draft;
use super::cluster::Cluster;
use super::fields::Fields;
use crate::language::{NODE, RULES, USERS, licence, split};
use crate::nearest::grouped;
use crate::value::number::count;
use crate::yaml::{Node, Pair};

/// What is bound to each node.
pub(crate) type Bound = Vec<Vec<Entitlement>>;

impl Draft<'_> {
    /// Reads `licences`; `None`: not modelled.
    pub(crate) fn licences(&mut self, cluster: &Cluster) -> Option<Bound> {
        let block = self.tree.get("licences")?;
        let mut decentral = Vec::new();
        let mut bound = vec![Vec::new(); cluster.nodes.len()];
        for pair in block.pairs() {
            let nodes = match cluster.resolve(&pair.key) {
                Ok(nodes) => nodes,
                Err((message, advice)) => {
                    self.report.unnamed(pair.key_span, message, advice);
                    continue;
                }
            };
            let stock = self.stock(&pair.value);
            if nodes.clone().any(|node| is_decentral(cluster.nodes[usize::from(node)].role, &stock)) {
                decentral.push(pair);
            }
            for node in nodes {
                self.too_old(cluster, node, pair, &stock);
                self.misplaced(cluster, node, pair);
                for licence in &stock {
                    add(&mut bound[usize::from(node)], *licence);
                }
            }
        }
        self.decentral(cluster, &decentral);
        self.applications(&bound);
        Some(bound)
    }

    /// R8, said aloud: who has licences of its own draws on no others.
    fn decentral(&mut self, cluster: &Cluster, nodes: &[&Pair]) {
        let Some(first) = nodes.first() else { return };
        let master = cluster.name(cluster.master());
        let names: Vec<&str> = nodes.iter().map(|pair| pair.key.as_str()).take(5).collect();
        let more = if nodes.len() > names.len() { ", …" } else { "" };
        let (own, draw) = if nodes.len() > 1 || names.first().is_some_and(|name| name.starts_with("each-")) {
            ("have licences of their own", "they draw")
        } else {
            ("has licences of its own", "it draws")
        };
        let message = format!("{}{more} {own}", names.join(", "));
        self.report.warning(
            first.key_span,
            message,
            format!("{draw} on these alone, no more on those of {master} (R8)"),
        );
    }

    /// R26, said aloud: on a gateway an IPVA licence is good for nothing.
    fn misplaced(&mut self, cluster: &Cluster, node: u16, pair: &Pair) {
        let declared = self.tree.get("cluster").map(Node::pairs).unwrap_or_default();
        let group = declared.get(cluster.nodes[usize::from(node)].group);
        if group.and_then(|pair| pair.value.get("platform")).and_then(Node::text) == Some("IPVA") {
            return;
        }
        let is_ipva = |one: &&Pair| licence(&one.key).is_ok_and(|named| named.licence.feature == Feature::Ipva);
        if let Some(one) = pair.value.pairs().iter().find(is_ipva) {
            let message = format!("{} lies idle at {}, which is no IPVA", one.key, cluster.name(node));
            self.report.warning(one.key_span, message, "an IPVA licence counts on the appliance it is bound to (R26)");
        }
    }

    fn stock(&mut self, node: &Node) -> Vec<Entitlement> {
        self.tiers(node);
        let mut stock = Vec::new();
        for pair in node.pairs() {
            let Ok(named) = licence(&pair.key) else { continue };
            match units(pair) {
                Some(units) => add(&mut stock, Entitlement::new(named.licence.feature, named.version, units)),
                None => {
                    let message = format!("more than {} licences", grouped(1_000_000_000));
                    self.report.meaning(pair.value.span, message, "write unlimited");
                }
            }
        }
        stock
    }

    /// R13-R17, said aloud: licences that the software of their own PBX may not use at the start.
    fn too_old(&mut self, cluster: &Cluster, node: u16, pair: &Pair, stock: &[Entitlement]) {
        let software = self.software(cluster, node);
        let counts = |licence: &&Entitlement| licence.units > 0;
        let mut floor = Versions::default();
        let against_pbx = |licence: &&Entitlement| licence.feature.licence().against == Against::Pbx;
        stock.iter().filter(counts).filter(against_pbx).for_each(|licence| floor.add(licence.version));
        let per_type = Fields::new(&RULES, self.tree.get("rules")).text("version-floor") == "per-type";
        for one in pair.value.pairs() {
            let Ok(named) = licence(&one.key) else { continue };
            let feature = named.licence.feature;
            let mut versions = Versions::default();
            let same = |licence: &&Entitlement| licence.feature == feature;
            stock.iter().filter(counts).filter(same).for_each(|licence| versions.add(licence.version));
            if versions.newest == 0 {
                continue;
            }
            let oldest = if per_type { versions.oldest } else { floor.oldest };
            let Err(reason) = access(feature, software, versions, oldest) else { continue };
            let name = cluster.name(node);
            let message = format!("{} does not count at {name}, which runs V{software}", one.key);
            let note = match reason {
                Reason::VersionFloor if named.version >= software => {
                    format!("licences of V{oldest} are bound beside it (R17): {}", reason.code())
                }
                _ => format!(
                    "a licence activates software of its own version or older (R13): {}",
                    Reason::Version.code()
                ),
            };
            self.report.warning(one.key_span, message, note);
        }
    }

    /// R74: which of several versions an operator takes is not told apart in a run.
    fn applications(&mut self, bound: &Bound) {
        let mut licences = Versions::default();
        let of_operators = bound.iter().flatten().filter(|licence| licence.feature == Feature::Operator);
        of_operators.filter(|licence| licence.units > 0).for_each(|licence| licences.add(licence.version));
        let mut applications = Versions::default();
        let mut last = None;
        for pair in self.tree.get("users").map(Node::pairs).unwrap_or_default() {
            let has = pair.value.get("devices").is_some_and(|devices| devices.get("operator").is_some());
            let fields = Fields::new(&USERS, Some(&pair.value));
            if let Some(version) = fields.version("software").filter(|_| has && fields.node("software").is_some()) {
                applications.add(u32::try_from(version).unwrap_or(u32::MAX));
                last = Some(fields.span("software"));
            }
        }
        if let Some(span) =
            last.filter(|_| licences.oldest < licences.newest && applications.oldest < applications.newest)
        {
            let message = "not yet: operator applications and PBX-Operator licences of several versions each";
            self.report.meaning(span, message, "write one version of one of them");
        }
    }

    /// Version of a node's software at the start.
    pub(crate) fn software(&self, cluster: &Cluster, node: u16) -> u32 {
        let declared = self.tree.get("cluster").map(Node::pairs).unwrap_or_default();
        let group = cluster.nodes.get(usize::from(node)).and_then(|node| declared.get(node.group));
        let version = group.and_then(|pair| Fields::new(&NODE, Some(&pair.value)).version("software"));
        version.and_then(|version| u32::try_from(version).ok()).unwrap_or(12)
    }

    /// A licence that is checked out, and a count of it; said if it is none.
    pub(crate) fn units_of(&mut self, pair: &Pair) -> Option<(Feature, u32)> {
        let feature = licence(&pair.key).ok().map(|named| named.licence.feature);
        match feature.filter(|feature| Feature::LENT.contains(feature)) {
            Some(feature) => units(pair).map(|units| (feature, units)),
            None => {
                let message = format!("\"{}\" is not a licence that is checked out", pair.key);
                self.report.meaning(pair.key_span, message, "write PBX-Port12, PBX-SoftwarePhones12 or PBX-Operator12");
                None
            }
        }
    }

    /// R36, R37: who writes the tiers of a licence apart writes no more in one than it has room for.
    fn tiers(&mut self, node: &Node) {
        let counts = || node.pairs().iter().filter_map(|pair| Some((pair, licence(&pair.key).ok()?, units(pair)?)));
        for (pair, named, count) in counts() {
            let same = || counts().filter(|(_, other, _)| other.licence.name == named.licence.name);
            let room = named.licence.room(named.tier).unwrap_or(u64::MAX);
            if same().all(|(_, other, _)| other.tier == 0) || u64::from(count) <= room || count == u32::MAX {
                continue;
            }
            let sum: u64 = same().map(|(_, _, count)| u64::from(count)).sum();
            let message = format!("{} {} beside another tier of it", grouped(u64::from(count)), pair.key);
            let split = split(named.licence, named.version, sum);
            let note = format!("{} in all are {split} (R36, R37)", grouped(sum));
            self.report.warning(pair.value.span, message, note);
        }
    }
}

fn units(pair: &Pair) -> Option<u32> {
    match pair.value.text()? {
        "unlimited" => Some(u32::MAX),
        text => u32::try_from(count(text).unwrap_or(0)).ok().filter(|count| *count <= 1_000_000_000),
    }
}

fn add(stock: &mut Vec<Entitlement>, licence: Entitlement) {
    match stock.iter_mut().find(|known| known.is_like(&licence)) {
        Some(known) => known.units = known.units.saturating_add(licence.units),
        None => stock.push(licence),
    }
}

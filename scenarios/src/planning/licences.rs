//! What is bound where: catalogue names to features, tiers added up.

use simulator::licence::feature::Feature;

use super::Draft;
use super::cluster::Cluster;
use super::fields::Fields;
use crate::language::{NODE, licence, split};
use crate::nearest::grouped;
use crate::value::number::count;
use crate::yaml::{Node, Pair};

/// Counts by feature, per node.
pub(crate) type Bound = Vec<Vec<(Feature, u32)>>;

impl Draft<'_> {
    /// Reads `licences`; `None`: not modelled.
    pub(crate) fn licences(&mut self, cluster: &Cluster) -> Option<Bound> {
        let software = self.software(cluster);
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
            let stock = self.stock(&pair.value, software);
            if nodes.clone().any(|node| node != cluster.master()) && !stock.is_empty() {
                decentral.push(pair);
            }
            for node in nodes {
                for (feature, count) in &stock {
                    add(&mut bound[usize::from(node)], *feature, *count);
                }
            }
        }
        self.decentral(cluster, &decentral);
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

    fn stock(&mut self, node: &Node, software: u64) -> Vec<(Feature, u32)> {
        self.tiers(node);
        let mut stock = Vec::new();
        for pair in node.pairs() {
            let Ok(named) = licence(&pair.key) else { continue };
            let feature = named.licence.feature;
            if u64::from(named.version) != software {
                let message = format!("not yet: licences of version {} on software V{software}", named.version);
                self.report.meaning(
                    pair.key_span,
                    message,
                    format!("write {}", named.licence.written(software as u32)),
                );
            }
            match units(pair) {
                Some(units) => add(&mut stock, feature, units),
                None => {
                    let message = format!("more than {} licences", grouped(1_000_000_000));
                    self.report.meaning(pair.value.span, message, "write unlimited");
                }
            }
        }
        stock
    }

    /// A licence that is checked out, and a count of it; said if it is none.
    pub(crate) fn units_of(&mut self, pair: &Pair) -> Option<(Feature, u32)> {
        let feature = licence(&pair.key).ok().map(|named| named.licence.feature);
        match feature.filter(|feature| Feature::FLOATING.contains(feature)) {
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

    /// The version all PBXs run.
    fn software(&mut self, cluster: &Cluster) -> u64 {
        let declared = self.tree.get("cluster").map(Node::pairs).unwrap_or_default();
        let version = |pair: &Pair| Fields::new(&NODE, Some(&pair.value)).version("software").unwrap_or(12);
        let master = cluster.nodes.get(usize::from(cluster.master())).map_or(0, |node| node.group);
        let software = declared.get(master).map_or(12, version);
        for pair in declared.iter().filter(|pair| version(pair) != software) {
            let span = Fields::new(&NODE, Some(&pair.value)).span("software");
            let message = "not yet: PBXs of different software versions in one cluster";
            self.report.meaning(span, message, format!("write V{software}"));
        }
        software
    }
}

fn units(pair: &Pair) -> Option<u32> {
    match pair.value.text()? {
        "unlimited" => Some(u32::MAX),
        text => u32::try_from(count(text).unwrap_or(0)).ok().filter(|count| *count <= 1_000_000_000),
    }
}

fn add(stock: &mut Vec<(Feature, u32)>, feature: Feature, count: u32) {
    match stock.iter_mut().find(|(known, _)| *known == feature) {
        Some((_, sum)) => *sum = sum.saturating_add(count),
        None => stock.push((feature, count)),
    }
}

//! The nodes of the cluster: expansion of `count`, roles, pairs of active and standby, sites, and names of nodes.

use core::ops::Range;
use std::collections::BTreeMap;

use simulator::layout::Role;

use super::Draft;
use super::fields::Fields;
use crate::language::NODE;
use crate::nearest::{did_you_mean, either, grouped};
use crate::source::Span;
use crate::yaml::{Node, Pair};

/// More sites than this make tables of links too large.
pub(crate) const MAX_SITES: usize = 1_000;
/// Nodes in all.
const MAX_NODES: usize = 10_000;

/// The nodes, in the order declared.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cluster {
    pub(crate) nodes: Vec<ClusterNode>,
    pub(crate) groups: Vec<Group>,
    pub(crate) sites: Vec<String>,
    /// Groups and nodes by name.
    names: BTreeMap<String, Range<u16>>,
    site_numbers: BTreeMap<String, u16>,
}

/// One node.
#[derive(Clone, Debug)]
pub(crate) struct ClusterNode {
    pub(crate) name: String,
    /// Index of what it was declared as.
    pub(crate) group: usize,
    pub(crate) role: Role,
    pub(crate) site: u16,
    pub(crate) stands_in_for: Option<u16>,
}

/// Nodes declared under one name.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) nodes: Range<u16>,
    pub(crate) counted: bool,
}

/// Why a text names no node: message and cure.
pub(crate) type Refusal = (String, String);

impl Cluster {
    /// The nodes a text names: one, or all of `each-NAME`; in the order declared.
    pub(crate) fn resolve(&self, text: &str) -> Result<Range<u16>, Refusal> {
        if let Some(group) = text.strip_prefix("each-").and_then(|name| self.group(name)) {
            return Ok(group.nodes.clone());
        }
        match (self.group(text), self.names.get(text)) {
            (Some(group), _) if group.nodes.len() > 1 => Err(group.several()),
            (_, Some(nodes)) => Ok(nodes.clone()),
            _ => Err(self.unknown(text)),
        }
    }

    /// The one node of that name.
    pub(crate) fn one(&self, text: &str) -> Result<u16, Refusal> {
        let nodes = self.resolve(text)?;
        if nodes.len() == 1 {
            return Ok(nodes.start);
        }
        Err((format!("\"{text}\" is {} nodes; one is needed", nodes.len()), "name one of them".to_owned()))
    }

    /// Whether this is a node, or several.
    pub(crate) fn knows(&self, text: &str) -> bool {
        self.names.contains_key(text) || text.strip_prefix("each-").is_some_and(|name| self.group(name).is_some())
    }

    /// The licence master.
    pub(crate) fn master(&self) -> u16 {
        let master = self.nodes.iter().position(|node| node.role == Role::Master);
        master.and_then(|index| u16::try_from(index).ok()).unwrap_or(0)
    }

    /// The standbys of a node, in the order declared.
    pub(crate) fn standbys(&self, node: u16) -> impl Iterator<Item = u16> {
        let numbered = (0u16..).zip(&self.nodes);
        numbered.filter(move |(_, standby)| standby.stands_in_for == Some(node)).map(|(index, _)| index)
    }

    /// Name of a node by index.
    pub(crate) fn name(&self, node: u16) -> &str {
        self.nodes.get(usize::from(node)).map_or("", |node| &node.name)
    }

    /// Index of a site, if there is one of that name.
    pub(crate) fn site(&self, name: &str) -> Option<u16> {
        self.site_numbers.get(name).copied()
    }

    /// Index of a site, new if need be.
    pub(crate) fn site_or_new(&mut self, name: &str) -> u16 {
        if let Some(site) = self.site(name) {
            return site;
        }
        let site = u16::try_from(self.sites.len()).unwrap_or(u16::MAX);
        self.sites.push(name.to_owned());
        self.site_numbers.insert(name.to_owned(), site);
        site
    }

    fn group(&self, name: &str) -> Option<&Group> {
        let nodes = self.names.get(name)?;
        let group = self.groups.get(self.nodes.get(usize::from(nodes.start))?.group)?;
        (group.name == name).then_some(group)
    }

    fn unknown(&self, text: &str) -> Refusal {
        let meant = did_you_mean(text, self.names.keys().map(String::as_str));
        let known = || format!("nodes here: {}", either(self.groups.iter().map(|group| group.name.as_str())));
        (format!("no node is called \"{text}\""), if meant.is_empty() { known() } else { meant })
    }
}

impl Group {
    fn several(&self) -> Refusal {
        let name = &self.name;
        let count = self.nodes.len();
        let advice = match count {
            2 | 3 => {
                let each: Vec<String> = (1..=count).map(|number| format!("{name}-{number}")).collect();
                format!("write {} or each-{name}", each.join(", "))
            }
            _ => format!("write {name}-1 … {name}-{count} or each-{name}"),
        };
        let number = ["two", "three", "four", "five", "six"]
            .get(count - 2)
            .map_or_else(|| count.to_string(), |&word| word.to_owned());
        (format!("\"{name}\" is {number} nodes"), advice)
    }
}

impl Draft<'_> {
    /// Reads `cluster`.
    pub(crate) fn cluster(&mut self) -> Cluster {
        let mut cluster = Cluster::default();
        let declared = self.tree.get("cluster").map(Node::pairs).unwrap_or_default();
        let implied =
            [Pair { key: "master".to_owned(), key_span: Span::default(), value: Node::empty_map(Span::default()) }];
        let declared = if declared.is_empty() { &implied } else { declared };
        for pair in declared {
            self.declare(&mut cluster, pair, declared.len() == 1);
        }
        self.one_master(&cluster, declared);
        self.pair_standbys(&mut cluster, declared);
        self.place(&mut cluster, declared);
        cluster
    }

    /// R29: an address belongs to one device.
    pub(crate) fn macs(&mut self) {
        let mut macs = BTreeMap::new();
        for pair in self.tree.get("cluster").map(Node::pairs).unwrap_or_default() {
            let Some(mac) = pair.value.get("mac") else { continue };
            let text = mac.text().unwrap_or("").to_ascii_lowercase();
            let several = Fields::new(&NODE, Some(&pair.value)).count("count").unwrap_or(1) > 1;
            let other = if several { Some(&pair.key) } else { macs.insert(text, &pair.key) };
            if let Some(other) = other {
                let who = if several { format!("every {other}") } else { other.clone() };
                let message = format!("{who} has the same MAC address");
                self.report.meaning(mac.span, message, "a licence bound to a MAC belongs to one device (R29)");
            }
        }
    }

    fn declare(&mut self, cluster: &mut Cluster, pair: &Pair, alone: bool) {
        let fields = Fields::new(&NODE, Some(&pair.value));
        let count = fields.count("count").and_then(|count| u16::try_from(count).ok()).unwrap_or(1);
        if cluster.nodes.len() + usize::from(count) > MAX_NODES {
            let message = format!("more than {} nodes", grouped(MAX_NODES as u64));
            return self.report.meaning(fields.span("count"), message, "");
        }
        let counted = fields.node("count").is_some() && count > 1;
        let first = cluster.nodes.len() as u16;
        let role = match fields.node("role").and_then(Node::text) {
            Some("master") => Role::Master,
            Some("standby") => Role::Standby,
            Some(_) => Role::Slave,
            None if alone && count == 1 => Role::Master,
            None => Role::Slave,
        };
        let group = cluster.groups.len();
        for number in 1..=count {
            let name = if counted { format!("{}-{number}", pair.key) } else { pair.key.clone() };
            let index = cluster.nodes.len() as u16;
            if cluster.names.insert(name.clone(), index..index + 1).is_some() {
                self.report.meaning(pair.key_span, format!("two nodes are called \"{name}\""), "rename one of them");
            }
            cluster.nodes.push(ClusterNode { name, group, role, site: 0, stands_in_for: None });
        }
        let nodes = first..first + count;
        cluster.groups.push(Group { name: pair.key.clone(), nodes: nodes.clone(), counted });
        cluster.names.insert(pair.key.clone(), nodes);
    }

    fn one_master(&mut self, cluster: &Cluster, declared: &[Pair]) {
        let masters: Vec<&ClusterNode> = cluster.nodes.iter().filter(|node| node.role == Role::Master).collect();
        match masters.as_slice() {
            [_] => {}
            [] => {
                let span = declared.first().map(|pair| pair.key_span).unwrap_or_default();
                self.report.meaning(span, "no node is the master", "give one of them \"role: master\"");
            }
            [_, second, ..] => {
                let pair = &declared[second.group];
                let span = Fields::new(&NODE, Some(&pair.value)).span("role");
                self.report.meaning(span, "a second master: exactly one node is it", "make it a slave");
            }
        }
    }

    fn pair_standbys(&mut self, cluster: &mut Cluster, declared: &[Pair]) {
        for (group, pair) in declared.iter().enumerate().take(cluster.groups.len()) {
            let fields = Fields::new(&NODE, Some(&pair.value));
            let nodes = cluster.groups[group].nodes.clone();
            let standby = cluster.nodes.get(usize::from(nodes.start)).is_some_and(|node| node.role == Role::Standby);
            let Some(active) = fields.node("stands-in-for") else {
                if standby {
                    let advice = "write \"stands-in-for: NODE\"";
                    self.report.meaning(
                        pair.key_span,
                        format!("the standby {} stands in for nobody", pair.key),
                        advice,
                    );
                }
                continue;
            };
            match cluster.resolve(active.text().unwrap_or("")) {
                Ok(actives) => self.stand_in(cluster, nodes, actives, active),
                Err((message, advice)) => self.report.unnamed(active.span, message, advice),
            }
        }
    }

    fn stand_in(&mut self, cluster: &mut Cluster, nodes: Range<u16>, actives: Range<u16>, at: &Node) {
        if actives.len() > 1 && actives.len() != nodes.len() {
            let message = format!("{} nodes cannot stand in for {} by number", nodes.len(), actives.len());
            return self.report.meaning(at.span, message, format!("write \"count: {}\"", actives.len()));
        }
        for (number, node) in nodes.enumerate() {
            let active = if actives.len() > 1 { actives.start + number as u16 } else { actives.start };
            if active == node {
                return self.report.meaning(at.span, "a node cannot stand in for itself", "name another");
            }
            if cluster.nodes[usize::from(active)].role == Role::Standby {
                let message = format!("{} is a standby itself", cluster.name(active));
                return self.report.meaning(at.span, message, "name a master or a slave");
            }
            cluster.nodes[usize::from(node)].stands_in_for = Some(active);
        }
    }

    fn place(&mut self, cluster: &mut Cluster, declared: &[Pair]) {
        let own: Vec<Option<String>> =
            declared.iter().map(|pair| pair.value.get("site").and_then(Node::text).map(str::to_owned)).collect();
        for index in 0..cluster.nodes.len() {
            let node = &cluster.nodes[index];
            let active = node.stands_in_for.filter(|_| node.role == Role::Standby);
            let stands = match (&own[node.group], active) {
                (Some(site), _) => site.clone(),
                (None, Some(active)) => {
                    let active = &cluster.nodes[usize::from(active)];
                    own[active.group].clone().unwrap_or_else(|| active.name.clone())
                }
                (None, None) => node.name.clone(),
            };
            cluster.nodes[index].site = cluster.site_or_new(&stands);
        }
        for pair in self.tree.get("users").map(Node::pairs).unwrap_or_default() {
            if let Some(site) = pair.value.get("site").and_then(Node::text) {
                cluster.site_or_new(site);
            }
        }
        if cluster.sites.len() > MAX_SITES {
            let span = declared.first().map(|pair| pair.key_span).unwrap_or_default();
            let message = format!("not yet: {} sites; at most {MAX_SITES}", grouped(cluster.sites.len() as u64));
            self.report.meaning(span, message, "put several nodes at one site");
        }
    }
}

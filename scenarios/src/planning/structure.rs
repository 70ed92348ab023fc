//! The standing part of a plan: who, where, and with which constants. A timeline `set` makes another one to compare with.

use simulator::layout::{Beside, Layout, PbxPlan};
use simulator::settings::Settings;

use super::Draft;
use super::calls::Flows;
use super::cluster::Cluster;
use super::facilities::Facilities;
use super::fields::Fields;
use super::people::People;
use super::selection::Folk;
use crate::check::release;
use crate::language::NODE;
use crate::yaml::Node;

/// Everything but the timeline.
#[derive(Clone, Debug)]
pub(crate) struct Structure {
    pub(crate) cluster: Cluster,
    pub(crate) people: People,
    pub(crate) layout: Layout,
    pub(crate) settings: Settings,
    pub(crate) flows: Flows,
}

impl Structure {
    /// Who there is, and where.
    pub(crate) fn folk(&self) -> Folk<'_> {
        Folk { cluster: &self.cluster, people: &self.people }
    }
}

impl Draft<'_> {
    /// Reads all blocks but `timeline`, `variants` and `expect`.
    pub(crate) fn structure(&mut self) -> Structure {
        let cluster = self.cluster();
        self.macs();
        let links = self.links(&cluster);
        let bound = self.licences(&cluster);
        let people = self.people(&cluster);
        let facilities = self.facilities(Folk { cluster: &cluster, people: &people });
        let numbers = self.numbers(&people, &facilities);
        let flows = self.call_flows(&people, &facilities);
        self.one_namespace(&cluster, &people, &facilities, &flows);
        let mut layout = Layout {
            pbxs: self.pbxs(&cluster, bound.clone().unwrap_or_default()),
            populations: people.populations.iter().map(|population| population.plan.clone()).collect(),
            blocks: people.blocks.clone(),
            sites: cluster.sites.clone(),
            licensed: bound.is_some(),
            flows: flows.plans.clone(),
            numbers,
            queues: facilities.queues.clone(),
            groups: facilities.groups.clone(),
            rooms: facilities.rooms.clone(),
            assigned: people.assigned.clone(),
            appliances: self.appliances(&cluster),
            beside: self.beside(&cluster),
            monitors: facilities.monitors.clone(),
            managers: facilities.managers.clone(),
            secretaries: Vec::new(),
        };
        self.overflows(&mut layout);
        self.secretaries(Folk { cluster: &cluster, people: &people }, &mut layout);
        let checkout = self.checkout();
        let mut servers = self.servers(&cluster);
        self.shared_channels(&cluster, &people, bound.as_ref(), checkout.on_standby, &mut servers);
        let mut settings = Settings {
            pbxs: servers,
            populations: people.populations.iter().map(|population| population.settings.clone()).collect(),
            links,
            checkout,
            rules: self.rules(),
            flows: flows.settings.clone(),
            queues: facilities.settings.clone(),
            rooms: facilities.places.clone(),
        };
        self.forwards(&layout, &mut settings);
        Structure { cluster, people, layout, settings, flows }
    }

    fn one_namespace(&mut self, cluster: &Cluster, people: &People, facilities: &Facilities, flows: &Flows) {
        let mut seen = std::collections::BTreeSet::new();
        let populations = people.populations.iter().map(|population| (population.plan.name.as_str(), population.span));
        let flows = flows.plans.iter().map(|flow| flow.name.as_str()).zip(flows.spans.iter().copied());
        let named = populations.map(|(name, span)| (name, span, "a population"));
        let named =
            named.chain(facilities.names().map(|(name, span)| (name, span, "a population, queue, group or room")));
        for (name, span, kind) in named.chain(flows.map(|(name, span)| (name, span, "a population or another flow"))) {
            let other = if cluster.knows(name) { Some("a node") } else { (!seen.insert(name)).then_some(kind) };
            if let Some(other) = other {
                self.report.meaning(span, format!("{other} is called \"{name}\" too"), "rename one of them");
            }
        }
    }

    /// R50, R65, R70, R71: nothing is kept of nodes beside which nothing runs.
    fn beside(&self, cluster: &Cluster) -> Vec<Beside> {
        let declared = self.tree.get("cluster").map(Node::pairs).unwrap_or_default();
        let read = |node: &super::cluster::ClusterNode| {
            let fields = Fields::new(&NODE, declared.get(node.group).map(|pair| &pair.value));
            let items = fields.node("runs").map(Node::items).unwrap_or_default();
            let runs = |word: &str| items.iter().any(|item| item.text() == Some(word));
            let service = fields.read("software", release).map_or(0, |(_, service)| service);
            Beside {
                // R50: never on an IP1130.
                linux: runs("linux-ap") && fields.text("platform") != "IP1130",
                recorder: runs("recorder"),
                service: u32::try_from(service).unwrap_or(u32::MAX),
            }
        };
        let all: Vec<Beside> = cluster.nodes.iter().map(read).collect();
        if all.iter().all(|one| *one == Beside::default()) { Vec::new() } else { all }
    }

    /// R26.
    fn appliances(&self, cluster: &Cluster) -> Vec<u16> {
        let declared = self.tree.get("cluster").map(Node::pairs).unwrap_or_default();
        let is_one = |node: &super::cluster::ClusterNode| {
            declared.get(node.group).is_some_and(|pair| pair.value.get("platform").and_then(Node::text) == Some("IPVA"))
        };
        (0..).zip(&cluster.nodes).filter(|(_, node)| is_one(node)).map(|(index, _)| index).collect()
    }

    fn pbxs(&self, cluster: &Cluster, mut bound: super::licences::Bound) -> Vec<PbxPlan> {
        bound.resize(cluster.nodes.len(), Vec::new());
        let plan = |((node, index), licences): ((&super::cluster::ClusterNode, u16), Vec<_>)| PbxPlan {
            name: node.name.clone(),
            role: node.role,
            site: node.site,
            stands_in_for: node.stands_in_for,
            software: self.software(cluster, index),
            licences,
        };
        cluster.nodes.iter().zip(0..).zip(bound).map(plan).collect()
    }
}

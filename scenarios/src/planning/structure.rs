//! The standing part of a plan: who, where, and with which constants. A timeline `set` makes another one to compare with.

use simulator::layout::{Layout, PbxPlan};
use simulator::settings::Settings;

use super::Draft;
use super::calls::Flows;
use super::cluster::Cluster;
use super::people::People;

/// Everything but the timeline.
#[derive(Clone, Debug)]
pub(crate) struct Structure {
    pub(crate) cluster: Cluster,
    pub(crate) people: People,
    pub(crate) layout: Layout,
    pub(crate) settings: Settings,
    pub(crate) flows: Flows,
}

impl Draft<'_> {
    /// Reads all blocks but `timeline`, `variants` and `expect`.
    pub(crate) fn structure(&mut self) -> Structure {
        let cluster = self.cluster();
        let links = self.links(&cluster);
        let bound = self.licences(&cluster);
        let people = self.people(&cluster);
        let numbers = self.numbers(&people);
        let flows = self.call_flows(&people);
        self.one_namespace(&cluster, &people, &flows);
        let layout = Layout {
            pbxs: self.pbxs(&cluster, bound.clone().unwrap_or_default()),
            populations: people.populations.iter().map(|population| population.plan.clone()).collect(),
            blocks: people.blocks.clone(),
            sites: cluster.sites.clone(),
            licensed: bound.is_some(),
            flows: flows.plans.clone(),
            numbers,
        };
        let settings = Settings {
            pbxs: self.servers(&cluster),
            populations: people.populations.iter().map(|population| population.settings.clone()).collect(),
            links,
            checkout: self.checkout(),
            rules: self.rules(),
            flows: flows.settings.clone(),
        };
        Structure { cluster, people, layout, settings, flows }
    }

    fn one_namespace(&mut self, cluster: &Cluster, people: &People, flows: &Flows) {
        let mut seen = std::collections::BTreeSet::new();
        let populations = people.populations.iter().map(|population| (population.plan.name.as_str(), population.span));
        let flows = flows.plans.iter().map(|flow| flow.name.as_str()).zip(flows.spans.iter().copied());
        let named = populations.map(|(name, span)| (name, span, "a population"));
        for (name, span, kind) in named.chain(flows.map(|(name, span)| (name, span, "a population or another flow"))) {
            let other = if cluster.knows(name) { Some("a node") } else { (!seen.insert(name)).then_some(kind) };
            if let Some(other) = other {
                self.report.meaning(span, format!("{other} is called \"{name}\" too"), "rename one of them");
            }
        }
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

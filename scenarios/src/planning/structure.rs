//! The standing part of a plan: who, where, and with which constants. A timeline `set` makes another one to compare with.

use simulator::layout::{Layout, PbxPlan};
use simulator::settings::Settings;

use super::Draft;
use super::cluster::Cluster;
use super::people::People;

/// Everything but the timeline.
#[derive(Clone, Debug)]
pub(crate) struct Structure {
    pub(crate) cluster: Cluster,
    pub(crate) people: People,
    pub(crate) layout: Layout,
    pub(crate) settings: Settings,
}

impl Draft<'_> {
    /// Reads all blocks but `timeline`, `variants` and `expect`.
    pub(crate) fn structure(&mut self) -> Structure {
        let cluster = self.cluster();
        let links = self.links(&cluster);
        let bound = self.licences(&cluster);
        let people = self.people(&cluster);
        self.one_namespace(&cluster, &people);
        let layout = Layout {
            pbxs: pbxs(&cluster, bound.clone().unwrap_or_default()),
            populations: people.populations.iter().map(|population| population.plan.clone()).collect(),
            blocks: people.blocks.clone(),
            sites: cluster.sites.clone(),
            licensed: bound.is_some(),
        };
        let settings = Settings {
            pbxs: self.servers(&cluster),
            populations: people.populations.iter().map(|population| population.settings.clone()).collect(),
            links,
            checkout: self.checkout(),
            rules: self.rules(),
        };
        Structure { cluster, people, layout, settings }
    }

    fn one_namespace(&mut self, cluster: &Cluster, people: &People) {
        let mut seen = std::collections::BTreeSet::new();
        for population in &people.populations {
            let name = population.plan.name.as_str();
            let other =
                if cluster.knows(name) { Some("a node") } else { (!seen.insert(name)).then_some("a population") };
            if let Some(other) = other {
                self.report.meaning(population.span, format!("{other} is called \"{name}\" too"), "rename one of them");
            }
        }
    }
}

fn pbxs(cluster: &Cluster, mut bound: super::licences::Bound) -> Vec<PbxPlan> {
    bound.resize(cluster.nodes.len(), Vec::new());
    let plan = |(node, licences): (&super::cluster::ClusterNode, Vec<_>)| PbxPlan {
        name: node.name.clone(),
        role: node.role,
        site: node.site,
        stands_in_for: node.stands_in_for,
        licences,
    };
    cluster.nodes.iter().zip(bound).map(plan).collect()
}

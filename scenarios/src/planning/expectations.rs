//! `expect`: every sentence parsed with the names of the file.

use std::collections::BTreeSet;

use reports::expectation::{AttemptKind, Claim, Expectation, Outcome, Subject};
use simulator::licence::feature::Feature;

use super::Draft;
use super::structure::Structure;
use super::timeline::Timeline;
use crate::plan::{Occasion, Plan};
use crate::sentence::{FeatureName, Names, NodeGroup, OccasionName, PopulationName, parse};
use crate::source::Span;
use crate::yaml::{Kind, Node, Pair};

impl Draft<'_> {
    /// The common sentences, then the variant's own.
    pub(crate) fn expectations(
        &mut self,
        structure: &Structure,
        timeline: &Timeline,
        plan: &Plan,
        variant: Option<&Pair>,
    ) -> Vec<Expectation> {
        let tree = self.tree;
        let common = tree.get("expect");
        let own = variant.and_then(|pair| pair.value.get("expect"));
        let names = self.names(structure, timeline, plan);
        let mut expectations: Vec<Expectation> = Vec::new();
        let mut seen = BTreeSet::new();
        // The first sentence about people.
        let mut people: Option<Span> = None;
        for node in common.into_iter().chain(own).flat_map(Node::items) {
            let Some(expectation) = self.sentence(node, &names) else { continue };
            if !seen.insert(expectation.text.clone()) {
                self.report.warning(node.span, "this sentence is here twice", "one of them is enough");
                continue;
            }
            if about_people(&expectation.claim) {
                people.get_or_insert(node.span);
            }
            self.limit(node, &expectation, structure, plan);
            expectations.push(expectation);
        }
        expectations.extend(unexpected(timeline, &expectations));
        if let Some(span) = people.filter(|_| structure.people.populations.is_empty() && !self.report.is_blind()) {
            let note = "declare people below \"users:\" or \"trunks:\"; a sentence about nobody fails";
            self.report.warning(span, "nobody is declared", note);
        }
        let empty = |node: &Node| node.is_blank() || matches!(&node.kind, Kind::List(items) if items.is_empty());
        if expectations.is_empty() && common.into_iter().chain(own).all(empty) {
            let span = variant.map_or_else(|| first_key(tree), |pair| pair.key_span);
            self.report.warning(span, "nothing is expected: this cannot fail", "write sentences below \"expect:\"");
        }
        expectations
    }

    pub(super) fn sentence(&mut self, node: &Node, names: &Names) -> Option<Expectation> {
        // What is not text, or empty, is reported already.
        if node.is_blank() {
            return None;
        }
        match parse(node.text()?, names) {
            Ok(expectation) => Some(expectation),
            Err(error) => {
                let span = node.place(error.offset..error.offset + error.len, self.sources);
                self.report.unnamed(span, error.message, error.advice);
                None
            }
        }
    }

    pub(super) fn names(&self, structure: &Structure, timeline: &Timeline, plan: &Plan) -> Names {
        let cluster = &structure.cluster;
        let group = |group: &super::cluster::Group| NodeGroup {
            name: group.name.clone(),
            nodes: group.nodes.clone().map(|node| cluster.name(node).to_owned()).collect(),
        };
        Names {
            populations: populations(structure),
            nodes: cluster.nodes.iter().map(|node| node.name.clone()).collect(),
            node_groups: cluster.groups.iter().filter(|group| group.counted).map(group).collect(),
            licensed: structure.layout.licensed,
            features: features(structure),
            other_features: self.other_features(structure),
            occasions: timeline
                .occasions
                .iter()
                .zip(&timeline.places)
                .map(|(occasion, at)| self.occasion(occasion, *at))
                .collect(),
            flows: structure.layout.flows.iter().map(|flow| flow.name.clone()).collect(),
            queues: structure.layout.queues.iter().map(|queue| queue.name.clone()).collect(),
            groups: structure.layout.groups.iter().map(|group| group.name.clone()).collect(),
            rooms: structure.layout.rooms.iter().map(|room| room.name.clone()).collect(),
            lasts_ns: plan.lasts.0,
            warm_up_ns: plan.warm_up.0,
            starts_s: plan.starts_s,
            date: plan.date,
        }
    }

    fn occasion(&self, occasion: &Occasion, at: Span) -> OccasionName {
        OccasionName {
            name: occasion.name.clone(),
            at_ns: occasion.at.0,
            until_ns: occasion.until.map(|until| until.0),
            verb: occasion.verb.clone(),
            object: occasion.object.clone(),
            line: if at == Span::default() { 0 } else { self.sources.position(at).line },
        }
    }

    fn other_features(&self, structure: &Structure) -> Vec<String> {
        let bound = features(structure);
        let free = Feature::ALL
            .into_iter()
            .filter(|feature| feature.is_simulated())
            .map(Feature::name)
            .filter(|name| bound.iter().all(|known| known.name != *name));
        free.map(str::to_owned).collect()
    }
}

/// What the portal refuses and no sentence speaks of: it fails the run.
fn unexpected(timeline: &Timeline, expectations: &[Expectation]) -> Vec<Expectation> {
    let is_told = |index: u16| {
        let about = |one: &Expectation| matches!(one.claim, Claim::Action { occasion, .. } if occasion == index);
        expectations.iter().any(about)
    };
    let refused =
        (0..).zip(&timeline.occasions).filter(|(index, occasion)| occasion.refused.is_some() && !is_told(*index));
    let accepted = |(occasion, it): (u16, &Occasion)| Expectation {
        text: format!("{} is accepted", it.name),
        claim: Claim::Action { occasion, outcome: Outcome::Accepted },
        runs: None,
        or_stop: false,
    };
    refused.map(accepted).collect()
}

/// Whether it needs somebody.
fn about_people(claim: &Claim) -> bool {
    match claim {
        Claim::Share { subject: Subject::Group(_), .. } => true,
        Claim::Share { subject: Subject::Attempts(attempts), .. } | Claim::Time { attempts, .. } => {
            matches!(attempts.kind, AttemptKind::SignIns | AttemptKind::Refreshes)
        }
        _ => false,
    }
}

fn populations(structure: &Structure) -> Vec<PopulationName> {
    let name = |population: &super::people::Population| {
        let mut devices: Vec<String> = Vec::new();
        let blocks = structure.people.blocks_of(population);
        for (device, _) in blocks.iter().flat_map(|block| &block.devices) {
            if !devices.iter().any(|known| known == device.word()) {
                devices.push(device.word().to_owned());
            }
        }
        let trunk = devices.iter().any(|device| device == "trunk");
        PopulationName { name: population.plan.name.clone(), trunk, devices, seats: population.plan.seats }
    };
    structure.people.populations.iter().map(name).collect()
}

fn features(structure: &Structure) -> Vec<FeatureName> {
    let mut features: Vec<FeatureName> = Vec::new();
    for pbx in &structure.layout.pbxs {
        let counted = pbx.licences.iter().map(|bound| bound.feature).filter(|feature| feature.is_simulated());
        for feature in counted {
            match features.iter_mut().find(|known| known.name == feature.name()) {
                Some(known) if known.nodes.last() == Some(&pbx.name) => {}
                Some(known) => known.nodes.push(pbx.name.clone()),
                None => features.push(FeatureName { name: feature.name().to_owned(), nodes: vec![pbx.name.clone()] }),
            }
        }
    }
    features
}

fn first_key(tree: &Node) -> Span {
    tree.pairs().first().map(|pair| pair.key_span).unwrap_or_default()
}

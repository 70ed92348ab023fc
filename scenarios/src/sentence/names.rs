//! The names a file declares, as far as sentences use them.

use super::cursor::Word;

/// Everything a sentence may refer to. One namespace: a name stands for one thing.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Names {
    /// Users and trunks.
    pub populations: Vec<PopulationName>,
    /// The nodes of the cluster, `count` resolved: `slave-2`.
    pub nodes: Vec<String>,
    /// Names that stand for several nodes.
    pub node_groups: Vec<NodeGroup>,
    /// Whether licences are modelled at all.
    pub licensed: bool,
    /// Features with licences bound somewhere.
    pub features: Vec<FeatureName>,
    /// Features that exist and have no licence in this file.
    pub other_features: Vec<String>,
    /// The entries of `timeline`, in the order of their indices.
    pub occasions: Vec<OccasionName>,
    /// Flows of calls.
    pub flows: Vec<String>,
    /// Waiting queues.
    pub queues: Vec<String>,
    /// Groups that ring together.
    pub groups: Vec<String>,
    /// Conference rooms.
    pub rooms: Vec<String>,
    /// Length of the run, in nanoseconds.
    pub lasts_ns: u64,
    /// Left out of percentages, times, ratios and means, in nanoseconds.
    pub warm_up_ns: u64,
    /// Wall clock of the first moment, seconds after midnight.
    pub starts_s: u32,
    /// Date of the first moment, if the file gives one (year, month, day).
    pub date: Option<(i32, u8, u8)>,
}

/// Users or trunks.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct PopulationName {
    /// As declared.
    pub name: String,
    /// Whether declared under `trunks`.
    pub trunk: bool,
    /// Words of the devices its members have.
    pub devices: Vec<String>,
    /// Members.
    pub seats: u32,
}

/// A node with a `count` above 1.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct NodeGroup {
    /// As declared: `slave`.
    pub name: String,
    /// What it stands for: `slave-1`, `slave-2`, …
    pub nodes: Vec<String>,
}

/// A feature and where its licences are bound.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct FeatureName {
    /// Feature word: `PBX-Port`.
    pub name: String,
    /// Nodes that have licences for it.
    pub nodes: Vec<String>,
}

/// An entry of `timeline`.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct OccasionName {
    /// `called`, or verb and object.
    pub name: String,
    /// Start, in nanoseconds since the start of the run.
    pub at_ns: u64,
    /// End, if it has an extent.
    pub until_ns: Option<u64>,
    /// `crash`, `sign-in`, …
    pub verb: String,
    /// As written: `master`, `everyone`.
    pub object: String,
    /// Line of the file where it is declared; 0: unknown.
    pub line: usize,
}

/// What a name stands for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Named<'n> {
    /// Users or trunks.
    Population(&'n PopulationName),
    /// One node.
    Node(&'n str),
    /// Several nodes.
    NodeGroup(&'n NodeGroup),
    /// A timeline entry, by index.
    Occasion(u16, &'n OccasionName),
    /// A flow of calls.
    Flow(&'n str),
    /// A waiting queue.
    Queue(&'n str),
    /// A group that rings together.
    Group(&'n str),
    /// A conference room.
    Room(&'n str),
}

impl Names {
    /// The longest name that stands at the beginning of `words`, and how many words it has.
    pub(super) fn longest(&self, words: &[Word<'_>]) -> Option<(usize, Named<'_>)> {
        let mut best = None;
        self.every(|name, named| {
            let length = words_matched(name, words);
            if length > best.map_or(0, |(longest, _)| longest) {
                best = Some((length, named));
            }
        });
        best
    }

    /// Calls `visit` with every name there is.
    fn every<'n>(&'n self, mut visit: impl FnMut(&'n str, Named<'n>)) {
        for population in &self.populations {
            visit(&population.name, Named::Population(population));
        }
        for node in &self.nodes {
            visit(node, Named::Node(node));
        }
        for group in &self.node_groups {
            visit(&group.name, Named::NodeGroup(group));
        }
        for (index, occasion) in (0..=u16::MAX).zip(&self.occasions) {
            visit(&occasion.name, Named::Occasion(index, occasion));
        }
        for flow in &self.flows {
            visit(flow, Named::Flow(flow));
        }
        for queue in &self.queues {
            visit(queue, Named::Queue(queue));
        }
        for group in &self.groups {
            visit(group, Named::Group(group));
        }
        for room in &self.rooms {
            visit(room, Named::Room(room));
        }
    }

    /// Whether two timeline entries have this name.
    pub(super) fn is_ambiguous(&self, occasion: &str) -> bool {
        self.occasions.iter().filter(|other| other.name == occasion).nth(1).is_some()
    }

    /// Whether licences of `feature` are bound anywhere.
    pub(super) fn has_feature(&self, feature: &str) -> bool {
        self.features.iter().any(|known| known.name == feature)
    }

    /// Whether `feature` exists, bound or not.
    pub(super) fn knows_feature(&self, feature: &str) -> bool {
        self.has_feature(feature) || self.other_features.iter().any(|known| known == feature)
    }
}

impl Named<'_> {
    /// `a node`, for messages.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Population(population) if population.trunk => "a trunk",
            Self::Population(_) => "a population",
            Self::Node(_) => "a node",
            Self::NodeGroup(_) => "a name for several nodes",
            Self::Occasion(..) => "an event",
            Self::Flow(_) => "a flow of calls",
            Self::Queue(_) => "a queue",
            Self::Group(_) => "a group",
            Self::Room(_) => "a room",
        }
    }
}

/// How many of `words` the name takes up; 0 if it does not stand there.
fn words_matched(name: &str, words: &[Word<'_>]) -> usize {
    let mut count = 0;
    for part in name.split_whitespace() {
        if words.get(count).is_none_or(|word| word.text != part) {
            return 0;
        }
        count += 1;
    }
    count
}

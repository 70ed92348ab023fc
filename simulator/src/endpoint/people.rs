//! What all endpoints share: their populations' settings, their blocks, and where chance comes from.

use std::collections::BTreeMap;

use crate::endpoint::flow::FlowFacts;
use crate::layout::{Block, Device, FlowPlan, GroupPlan, Layout, QueuePlan, RoomPlan, Selection};
use crate::licence::feature::{Feature, FeatureSet};
use crate::node::NodeId;
use crate::numbers::NumberPlan;
use crate::rng;
use crate::settings::{FlowSettings, PopulationSettings, QueueSettings, Rules, Settings};
use crate::sip::message::Aor;

/// Constants of all endpoints, and the arithmetic of their numbers.
#[derive(Clone, Debug)]
pub struct People {
    /// By population index.
    pub populations: Vec<PopulationSettings>,
    /// By block index.
    pub blocks: Vec<BlockFacts>,
    /// Readings that concern endpoints and registrars.
    pub rules: Rules,
    /// Node id of the first PBX.
    pub first_pbx: u32,
    /// Flows of calls, by index.
    pub flows: Vec<FlowFacts>,
    /// Their constants.
    pub flow_settings: Vec<FlowSettings>,
    /// What each number dialled stands for.
    pub numbers: NumberPlan,
    /// Waiting queues, by index.
    pub queues: Vec<QueueFacts>,
    /// Their constants.
    pub queue_settings: Vec<QueueSettings>,
    /// The queues of every agent, by block and seat.
    pub agents: BTreeMap<(u16, u32), Vec<u16>>,
    /// Groups that ring together, by index.
    pub groups: Vec<GroupPlan>,
    /// Conference rooms, by index.
    pub rooms: Vec<RoomPlan>,
    /// Their places.
    pub room_places: Vec<u32>,
    /// Users whose calls ring at others first: block, and at whom.
    secretaries: Vec<(u16, Selection)>,
    /// First endpoint of each block, once more: what is searched for whom an endpoint is of.
    firsts: Vec<u32>,
    /// Names of populations, as keys.
    names: Vec<u64>,
    seed: u64,
}

/// A block with the numbers of its endpoints.
#[derive(Clone, Debug)]
pub struct BlockFacts {
    /// As laid out.
    pub block: Block,
    /// Node id of its first endpoint.
    pub first_endpoint: u32,
    /// Number of its first object, counted over all blocks.
    pub first_object: u32,
    /// Where each device kind begins, counted from `first_endpoint`, and how many there are.
    kinds: [(u32, u32); Device::ALL.len()],
    /// The open source that wakes its seats, if any.
    pub source: Option<NodeId>,
}

/// What is fixed about a waiting queue.
#[derive(Clone, Debug)]
pub struct QueueFacts {
    /// As laid out.
    pub plan: QueuePlan,
    /// Its stream.
    pub stream: u64,
}

impl People {
    /// Numbers every endpoint of `layout`.
    pub fn new(layout: &Layout, settings: &Settings, seed: u64) -> Self {
        let (mut endpoint, mut object) = (0, 0);
        let blocks = layout.blocks.iter().map(|block| {
            let facts = BlockFacts::new(block, endpoint, object);
            (endpoint, object) = (endpoint + block.endpoints(), object + block.seats);
            facts
        });
        let blocks: Vec<BlockFacts> = blocks.collect();
        let named = |name: &str| rng::stream(seed, rng::name_key(name), 0);
        let flow = |plan: &FlowPlan| FlowFacts::new(plan, layout, &blocks, named(&plan.name));
        let queue = |plan: &QueuePlan| QueueFacts { plan: plan.clone(), stream: named(&plan.name) };
        let mut agents: BTreeMap<(u16, u32), Vec<u16>> = BTreeMap::new();
        for (queue, plan) in (0..).zip(&layout.queues) {
            plan.agents.each().for_each(|agent| agents.entry(agent).or_default().push(queue));
        }
        Self {
            flows: layout.flows.iter().map(flow).collect(),
            queues: layout.queues.iter().map(queue).collect(),
            queue_settings: settings.queues.clone(),
            agents,
            groups: layout.groups.clone(),
            rooms: layout.rooms.clone(),
            room_places: settings.rooms.clone(),
            secretaries: layout.secretaries.clone(),
            flow_settings: settings.flows.clone(),
            numbers: layout.numbers.clone(),
            populations: settings.populations.clone(),
            rules: settings.rules,
            first_pbx: endpoint,
            firsts: blocks.iter().map(|facts| facts.first_endpoint).collect(),
            blocks,
            names: layout.populations.iter().map(|population| rng::name_key(&population.name)).collect(),
            seed,
        }
    }

    /// Endpoints there are.
    pub fn endpoints(&self) -> u32 {
        self.first_pbx
    }

    /// Objects (users and trunks) there are.
    pub fn objects(&self) -> u32 {
        self.blocks.last().map_or(0, |last| last.first_object + last.block.seats)
    }

    /// The settings of a block's population.
    #[inline]
    pub fn settings(&self, block: u16) -> &PopulationSettings {
        &self.populations[usize::from(self.blocks[usize::from(block)].block.population)]
    }

    /// The stream of a seat: shared by the devices of one person.
    #[inline]
    pub fn seat_stream(&self, aor: Aor) -> u64 {
        let facts = &self.blocks[usize::from(aor.block)];
        let seat = u64::from(facts.block.first_seat + aor.seat);
        rng::stream(self.seed, self.names[usize::from(facts.block.population)], seat)
    }

    /// The stream of one device.
    #[inline]
    pub fn device_stream(&self, aor: Aor) -> u64 {
        rng::mix(self.seat_stream(aor) ^ (aor.device as u64 + 1) << 8)
    }

    /// The stream of a population as a whole.
    pub fn population_stream(&self, population: u16) -> u64 {
        rng::stream(self.seed, self.names[usize::from(population)], u64::MAX)
    }

    /// Node id of a device; `None` if that seat has none of the kind.
    #[inline]
    pub fn endpoint(&self, aor: Aor) -> Option<NodeId> {
        let facts = self.blocks.get(usize::from(aor.block))?;
        facts.place(aor).map(|place| NodeId(facts.first_endpoint + place))
    }

    /// Who an endpoint is.
    #[inline]
    pub fn aor(&self, endpoint: NodeId) -> Option<Aor> {
        let block = self.firsts.partition_point(|first| *first <= endpoint.0).checked_sub(1)?;
        let facts = &self.blocks[block];
        let (device, seat) = facts.device_at(endpoint.0 - facts.first_endpoint)?;
        Some(Aor { block: block as u16, device, seat })
    }

    /// Who takes the calls of a user first.
    pub fn secretaries_of(&self, block: u16) -> Option<&Selection> {
        self.secretaries.iter().find(|(of, _)| *of == block).map(|(_, who)| who)
    }

    /// Number of an object over all blocks.
    #[inline]
    pub fn object(&self, aor: Aor) -> u32 {
        self.blocks[usize::from(aor.block)].first_object + aor.seat
    }

    /// What a device books when it registers, beside the port its object may hold already.
    #[inline]
    pub fn books(&self, device: Device) -> FeatureSet {
        match device {
            Device::Operator => FeatureSet::NONE.with(Feature::Operator),
            Device::Softphone => FeatureSet::NONE.with(Feature::Port).with(Feature::SoftwarePhones),
            _ => FeatureSet::NONE.with(Feature::Port),
        }
    }

    /// Node id of a PBX.
    #[inline]
    pub fn pbx(&self, index: u16) -> NodeId {
        NodeId(self.first_pbx + u32::from(index))
    }
}

impl BlockFacts {
    fn new(block: &Block, first_endpoint: u32, first_object: u32) -> Self {
        let mut kinds = [(0, 0); Device::ALL.len()];
        let mut begins = 0;
        for (device, count) in &block.devices {
            kinds[*device as usize] = (begins, *count);
            begins += count;
        }
        Self { block: block.clone(), first_endpoint, first_object, kinds, source: None }
    }

    /// Place of a device within the block.
    #[inline]
    pub fn place(&self, aor: Aor) -> Option<u32> {
        let (begins, count) = self.kinds[aor.device as usize];
        (aor.seat < count).then_some(begins + aor.seat)
    }

    /// The device at a place of the block, and its seat.
    #[inline]
    pub fn device_at(&self, place: u32) -> Option<(Device, u32)> {
        self.block.devices.iter().find_map(|(device, _)| {
            let (begins, count) = self.kinds[*device as usize];
            let seat = place.checked_sub(begins)?;
            (seat < count).then_some((*device, seat))
        })
    }

    /// The devices a seat has.
    #[inline]
    pub fn devices_of(&self, seat: u32) -> impl Iterator<Item = Device> + '_ {
        Device::ALL.into_iter().filter(move |device| seat < self.kinds[*device as usize].1)
    }
}

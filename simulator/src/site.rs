//! All nodes of a run: one flat `Vec` per kind. A node's id is its place: endpoints, PBXs, open sources, flows of calls,
//! and behind them the parties of calls, who come and go.

mod fetching;

use crate::distribution::Distribution;
use crate::endpoint::flow::Flow;
use crate::endpoint::parties::Parties;
use crate::endpoint::phone::Phone;
use crate::endpoint::source::Source;
use crate::layout::{Begins, Layout};
use crate::licence::entitlement::Entitlement;
use crate::licence::feature::Feature;
use crate::node::{Body, Elements, Input, Node, NodeId, Outbox, Packet, Place};
use crate::pbx::cluster::Cluster;
use crate::pbx::node::Pbx;
use crate::rng::{Purpose, draw, key};
use crate::settings::{BelowFloor, PopulationSettings, Settings};
use crate::sip::message::Aor;
use crate::spread;
use crate::time::{Duration, Instant};

/// People without a `sign-in` entry come within the first minute.
const FIRST_MINUTE: Duration = Duration::seconds(60);

/// The nodes.
#[derive(Clone, Debug)]
pub struct Site {
    phones: Vec<Phone>,
    pbxs: Vec<Pbx>,
    sources: Vec<Source>,
    flows: Vec<Flow>,
    parties: Parties,
    cluster: Cluster,
}

impl Site {
    /// Everybody, before the first moment.
    pub fn new(layout: &Layout, settings: &Settings, seed: u64) -> Self {
        let mut cluster = Cluster::new(layout, settings, seed);
        let open: Vec<u16> = (0..layout.populations.len() as u16)
            .filter(|population| layout.populations[usize::from(*population)].begins == Begins::Offered)
            .collect();
        let first_source = cluster.people.endpoints() + layout.pbxs.len() as u32;
        for facts in &mut cluster.people.blocks {
            let place = open.iter().position(|population| *population == facts.block.population);
            facts.source = place.map(|place| NodeId(first_source + place as u32));
        }
        let mut phones = Vec::with_capacity(cluster.people.endpoints() as usize);
        for block in 0..cluster.people.blocks.len() as u16 {
            add_block(&mut phones, block, layout, &cluster);
        }
        let pbxs = (0..layout.pbxs.len() as u16).map(|index| Pbx::new(index, &cluster)).collect();
        let sources =
            open.iter().map(|population| Source::new(*population, seats_of(*population, &cluster), &cluster.people));
        let sources: Vec<Source> = sources.collect();
        let flows = (0..layout.flows.len() as u16).map(|flow| Flow::new(flow, &cluster.people)).collect::<Vec<_>>();
        let first_party = first_source + (sources.len() + flows.len()) as u32;
        Self { sources, flows, parties: Parties::new(first_party), phones, pbxs, cluster }
    }

    /// Endpoints.
    pub fn phones(&self) -> &[Phone] {
        &self.phones
    }

    /// PBXs, by index.
    pub fn pbxs(&self) -> &[Pbx] {
        &self.pbxs
    }

    /// Parties of calls.
    pub fn parties(&self) -> &Parties {
        &self.parties
    }

    /// Constants in force.
    pub fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    /// Endpoints among the nodes.
    pub fn endpoints(&self) -> usize {
        self.phones.len()
    }

    /// The index of a PBX's node.
    #[inline]
    pub fn pbx_index(&self, node: NodeId) -> Option<usize> {
        node.index().checked_sub(self.phones.len()).filter(|index| *index < self.pbxs.len())
    }

    /// An endpoint, to be told something from outside.
    pub fn phone_mut(&mut self, node: NodeId) -> Option<&mut Phone> {
        self.phones.get_mut(node.index())
    }

    /// Every endpoint is to leave now, for good.
    pub fn send_home(&mut self, now: Instant) {
        self.phones.iter_mut().for_each(|phone| phone.wish_out(now));
    }

    /// No call begins any more, and whoever is in one is to hang up now.
    pub fn hang_up(&mut self, now: Instant) {
        self.flows.iter_mut().for_each(Flow::stop);
        self.parties.hang_up(now);
    }

    /// Nobody is registered at a PBX any more, and no request waits there.
    pub fn clear(&mut self, pbx: u16, out: &mut Outbox) {
        self.pbxs[usize::from(pbx)].clear(&self.cluster, out);
    }

    /// So many calls of a flow at that gap from now on, and then none; the first after one gap.
    pub fn dial(&mut self, flow: u16, gap: Option<Distribution>, calls: u32, now: Instant) {
        let Some(machine) = self.flows.get_mut(usize::from(flow)) else { return };
        let settings = &mut self.cluster.people.flow_settings[usize::from(flow)];
        settings.gap = gap;
        settings.at_most = machine.calls().saturating_add(calls);
        machine.install(now, &self.cluster.people);
    }

    /// The node of a flow of calls.
    pub fn flow_node(&self, flow: u16) -> NodeId {
        NodeId((self.phones.len() + self.pbxs.len() + self.sources.len() + usize::from(flow)) as u32)
    }

    /// A PBX crashes; who has a connection to it learns it.
    pub fn crash(&mut self, pbx: u16, now: Instant, out: &mut Outbox) {
        self.pbxs[usize::from(pbx)].crash(&self.cluster, now, out);
        for (endpoint, phone) in self.phones.iter().enumerate() {
            if phone.is_connected_to(pbx, &self.cluster.people) {
                out.send(NodeId(endpoint as u32), crate::node::Via::Connection, Body::Reset);
            }
        }
    }

    /// A PBX starts again, with what is bound to it by now; `forgets`: without its licence table; `software`: another
    /// version. Whether licences are good for something else now.
    pub fn restart(
        &mut self,
        pbx: u16,
        now: Instant,
        (forgets, software): (bool, Option<(u32, u32)>),
        out: &mut Outbox,
    ) -> bool {
        let index = usize::from(pbx);
        if !self.pbxs[index].is_down() {
            self.crash(pbx, now, out);
        }
        let changed = self.cluster.start(pbx, software);
        self.pbxs[index].restart(now, forgets, &self.cluster, out);
        changed
    }

    /// Licences are bound to a PBX in the portal. Whether they are good for something else now.
    pub fn bind(&mut self, pbx: u16, licences: Entitlement, now: bool) -> bool {
        self.cluster.bind(pbx, licences, now)
    }

    /// So many of the lowest seats of a block have a function from now on, if there are licences for it.
    pub fn assign(&mut self, block: u16, feature: Feature, seats: u32) {
        self.cluster.assign(block, feature, seats);
    }

    /// A PBX adapts to what its licences are good for now.
    pub fn adapt(&mut self, pbx: u16, now: Instant, out: &mut Outbox) {
        let at_once = self.cluster.people.rules.below_floor == BelowFloor::AtOnce;
        let pbx = &mut self.pbxs[usize::from(pbx)];
        pbx.adapt(&self.cluster, out);
        if at_once && pbx.is_up() {
            pbx.drop_uncovered(&self.cluster, now, out);
        }
    }

    /// An operator takes units from a PBX by force (3.4.5); its authority must be up.
    pub fn reclaim(&mut self, pbx: u16, feature: Feature, units: u32, out: &mut Outbox) {
        let authority = self.cluster.facts[usize::from(pbx)].domain;
        if self.pbxs[usize::from(authority)].is_up() {
            self.pbxs[usize::from(authority)].reclaim(pbx, feature, units, out);
        }
    }

    /// A PBX hears nothing until then.
    pub fn freeze(&mut self, pbx: u16, until: Instant, out: &mut Outbox) {
        self.pbxs[usize::from(pbx)].freeze(until, &self.cluster, out);
    }

    /// A frozen PBX wakes, unless it is frozen for longer.
    pub fn wake(&mut self, pbx: u16, now: Instant, out: &mut Outbox) {
        self.pbxs[usize::from(pbx)].wake(now, &self.cluster, out);
    }

    /// A device loses its power, and with it its calls.
    pub fn power_off(&mut self, node: NodeId, now: Instant, out: &mut Outbox) {
        self.parties.power_off(node, &mut self.phones, now, out);
        if let Some(phone) = self.phones.get_mut(node.index()) {
            phone.power_off(out);
        }
    }

    /// Other constants from now on. Whether licences are good for something else now.
    pub fn install(&mut self, settings: &Settings, now: Instant) -> bool {
        let before = core::mem::take(&mut self.cluster.people.flow_settings);
        let changed = self.cluster.install(settings);
        for (index, flow) in self.flows.iter_mut().enumerate() {
            if before[index].gap != settings.flows[index].gap {
                flow.install(now, &self.cluster.people);
            }
        }
        changed
    }
}

/// Adds a block's phones in the order of their numbers.
fn add_block(phones: &mut Vec<Phone>, block: u16, layout: &Layout, cluster: &Cluster) {
    let facts = &cluster.people.blocks[usize::from(block)];
    let begins = &layout.populations[usize::from(facts.block.population)].begins;
    for (device, count) in &facts.block.devices {
        for seat in 0..*count {
            let aor = Aor { block, device: *device, seat };
            let call = draw(key(cluster.people.device_stream(aor), Purpose::CallId), 0) as u32;
            let comes = begins.in_first_minute(facts.block.first_seat + seat);
            let act_at = if comes { first_act(aor, cluster) } else { Instant::NEVER };
            phones.push(Phone::new(aor, facts.block.targets[0], call, act_at));
        }
    }
}

/// When somebody without a `sign-in` entry first wants to be in.
fn first_act(aor: Aor, cluster: &Cluster) -> Instant {
    let people = &cluster.people;
    let settings = people.settings(aor.block);
    let seat = people.seat_stream(aor);
    let seats = people.blocks[usize::from(aor.block)].block.seats;
    if let (Some(chance), Some(away)) = (presence(settings), &settings.away)
        && draw(key(seat, Purpose::Presence), 0) >= chance
    {
        return Instant::ZERO + away.sample(draw(key(seat, Purpose::Absence), 0));
    }
    let within = spread::fraction(aor.seat, seats, draw(key(seat, Purpose::Spread), 0));
    Instant::ZERO + spread::within(FIRST_MINUTE, Default::default(), within)
}

/// The chance that somebody with sessions and absences is present, out of 2^64.
fn presence(settings: &PopulationSettings) -> Option<u64> {
    let (present, away) = (settings.signed_in.as_ref()?.mean_s(), settings.away.as_ref()?.mean_s());
    Some((present / (present + away) * 18_446_744_073_709_551_615.0) as u64)
}

fn seats_of(population: u16, cluster: &Cluster) -> Vec<NodeId> {
    let blocks = cluster.people.blocks.iter().filter(|facts| facts.block.population == population);
    blocks.flat_map(|facts| (0..facts.block.endpoints()).map(|place| NodeId(facts.first_endpoint + place))).collect()
}

impl Site {
    /// The device of an endpoint's node, or of a party's.
    #[inline]
    pub fn device(&self, node: NodeId) -> Option<&Phone> {
        self.phones.get(node.index()).or_else(|| self.phones.get(self.parties.owner(node)?.index()))
    }

    /// Open sources, flows, and parties.
    fn handle_arrival(&mut self, node: NodeId, now: Instant, input: Input<'_>, out: &mut Outbox) {
        let place = node.index() - self.phones.len() - self.pbxs.len();
        let people = &self.cluster.people;
        if let Some(source) = self.sources.get_mut(place) {
            return source.handle(people, now, input, out);
        }
        match self.flows.get_mut(place - self.sources.len()) {
            Some(flow) => flow.call(people, &mut self.phones, &mut self.parties, now, out),
            None => self.parties.handle(node, &mut self.phones, people, now, input, out),
        }
    }

    fn poll_arrival(&self, node: NodeId) -> Instant {
        let place = node.index() - self.phones.len() - self.pbxs.len();
        match (self.sources.get(place), place.checked_sub(self.sources.len())) {
            (Some(source), _) => source.poll_timeout(),
            (None, Some(place)) if place < self.flows.len() => self.flows[place].poll_timeout(),
            _ => self.parties.poll_timeout(node),
        }
    }
}

impl Elements for Site {
    fn nodes(&self) -> usize {
        self.phones.len() + self.pbxs.len() + self.sources.len() + self.flows.len() + self.parties.places()
    }

    #[inline]
    fn handle(&mut self, node: NodeId, now: Instant, input: Input<'_>, out: &mut Outbox) {
        if node.index() < self.phones.len() {
            if let Input::Packet(packet) = input
                && let Body::Call(request) = packet.body
            {
                return self.parties.on_request(&mut self.phones, node, packet, &request, now, out);
            }
            return self.phones[node.index()].handle(&self.cluster.people, now, input, out);
        }
        let place = node.index() - self.phones.len();
        if let Some(pbx) = self.pbxs.get_mut(place) {
            return pbx.handle(&self.cluster, now, input, out);
        }
        self.handle_arrival(node, now, input, out);
    }

    #[inline]
    fn poll_timeout(&self, node: NodeId) -> Instant {
        if let Some(phone) = self.phones.get(node.index()) {
            return phone.poll_timeout();
        }
        let place = node.index() - self.phones.len();
        match self.pbxs.get(place) {
            Some(pbx) => pbx.wake_at(&self.cluster),
            None => self.poll_arrival(node),
        }
    }

    #[inline]
    fn is_up(&self, node: NodeId) -> bool {
        match self.phones.get(node.index()) {
            Some(phone) => phone.is_up(),
            None => match self.pbxs.get(node.index() - self.phones.len()) {
                Some(pbx) => pbx.is_up(),
                None => self.parties.owner(node).is_none_or(|owner| self.phones[owner.index()].is_up()),
            },
        }
    }

    fn is_frozen(&self, node: NodeId) -> bool {
        self.pbx_index(node).is_some_and(|index| self.pbxs[index].is_frozen())
    }

    #[inline]
    fn place(&self, node: NodeId) -> Place {
        if let Some(phone) = self.device(node) {
            let block = usize::from(phone.aor().block);
            return Place { site: self.cluster.people.blocks[block].block.site, pbx: None };
        }
        let index = node.index() - self.phones.len();
        match self.cluster.facts.get(index) {
            Some(facts) => Place { site: facts.site, pbx: Some(index as u16) },
            None => Place { site: 0, pbx: None },
        }
    }

    #[inline]
    fn stream(&self, node: NodeId) -> u64 {
        match self.device(node) {
            Some(phone) => self.cluster.people.device_stream(phone.aor()),
            None => self.cluster.facts.get(node.index() - self.phones.len()).map_or(0, |facts| facts.stream),
        }
    }

    #[inline]
    fn count_packet(&mut self, endpoint: NodeId) -> u32 {
        let device = self.parties.owner(endpoint).unwrap_or(endpoint);
        self.phones.get_mut(device.index()).map_or(0, Phone::count_packet)
    }

    #[inline]
    fn prefetch(&self, node: NodeId, packet: Option<&Packet>) {
        self.fetch(node, packet);
    }

    fn leads_further(&self) -> bool {
        !self.flows.is_empty()
    }

    #[inline]
    fn prefetch_further(&self, node: NodeId, packet: Option<&Packet>, depth: u8) {
        self.fetch_further(node, packet, depth);
    }
}

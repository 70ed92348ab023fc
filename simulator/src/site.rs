//! All nodes of a run: one flat `Vec` per kind. A node's id is its place: endpoints, PBXs, open sources.

use crate::endpoint::phone::Phone;
use crate::endpoint::source::Source;
use crate::layout::{Begins, Layout};
use crate::licence::feature::Feature;
use crate::node::{Body, Elements, Input, Node, NodeId, Outbox, Packet, Place};
use crate::pbx::cluster::Cluster;
use crate::pbx::node::Pbx;
use crate::prefetch::prefetch;
use crate::rng::{Purpose, draw, key};
use crate::settings::{PopulationSettings, Settings};
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
        Self { sources: sources.collect(), phones, pbxs, cluster }
    }

    /// Endpoints.
    pub fn phones(&self) -> &[Phone] {
        &self.phones
    }

    /// PBXs, by index.
    pub fn pbxs(&self) -> &[Pbx] {
        &self.pbxs
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

    /// A PBX crashes; who has a connection to it learns it.
    pub fn crash(&mut self, pbx: u16, out: &mut Outbox) {
        self.pbxs[usize::from(pbx)].crash(&self.cluster, out);
        for (endpoint, phone) in self.phones.iter().enumerate() {
            if phone.is_connected_to(pbx, &self.cluster.people) {
                out.send(NodeId(endpoint as u32), crate::node::Via::Connection, Body::Reset);
            }
        }
    }

    /// A PBX starts again; `forgets`: without its licence table.
    pub fn restart(&mut self, pbx: u16, now: Instant, forgets: bool, out: &mut Outbox) {
        if !self.pbxs[usize::from(pbx)].is_down() {
            self.crash(pbx, out);
        }
        self.pbxs[usize::from(pbx)].restart(now, forgets, &self.cluster, out);
    }

    /// Other units of a feature are bound to a PBX from now on (3.4.4).
    pub fn set_installed(&mut self, pbx: u16, feature: Feature, units: u32) {
        self.cluster.set_installed(pbx, feature, units);
        self.pbxs[usize::from(pbx)].install(feature, units);
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

    /// Other constants from now on.
    pub fn install(&mut self, settings: &Settings) {
        self.cluster.install(settings);
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

impl Elements for Site {
    fn nodes(&self) -> usize {
        self.phones.len() + self.pbxs.len() + self.sources.len()
    }

    #[inline]
    fn handle(&mut self, node: NodeId, now: Instant, input: Input<'_>, out: &mut Outbox) {
        if let Some(phone) = self.phones.get_mut(node.index()) {
            return phone.handle(&self.cluster.people, now, input, out);
        }
        let place = node.index() - self.phones.len();
        if let Some(pbx) = self.pbxs.get_mut(place) {
            return pbx.handle(&self.cluster, now, input, out);
        }
        self.sources[place - self.pbxs.len()].handle(&self.cluster.people, now, input, out);
    }

    #[inline]
    fn poll_timeout(&self, node: NodeId) -> Instant {
        if let Some(phone) = self.phones.get(node.index()) {
            return phone.poll_timeout();
        }
        let place = node.index() - self.phones.len();
        match self.pbxs.get(place) {
            Some(pbx) => pbx.wake_at(&self.cluster),
            None => self.sources[place - self.pbxs.len()].poll_timeout(),
        }
    }

    #[inline]
    fn is_up(&self, node: NodeId) -> bool {
        match self.phones.get(node.index()) {
            Some(phone) => phone.is_up(),
            None => self.pbxs.get(node.index() - self.phones.len()).is_none_or(Pbx::is_up),
        }
    }

    fn is_frozen(&self, node: NodeId) -> bool {
        self.pbx_index(node).is_some_and(|index| self.pbxs[index].is_frozen())
    }

    #[inline]
    fn place(&self, node: NodeId) -> Place {
        if let Some(phone) = self.phones.get(node.index()) {
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
        match self.phones.get(node.index()) {
            Some(phone) => self.cluster.people.device_stream(phone.aor()),
            None => self.cluster.facts.get(node.index() - self.phones.len()).map_or(0, |facts| facts.stream),
        }
    }

    #[inline]
    fn count_packet(&mut self, endpoint: NodeId) -> u32 {
        self.phones.get_mut(endpoint.index()).map_or(0, Phone::count_packet)
    }

    #[inline]
    fn prefetch(&self, node: NodeId, packet: Option<&Packet>) {
        if let Some(phone) = self.phones.get(node.index()) {
            return prefetch(phone);
        }
        let (Some(packet), Some(pbx)) = (packet, self.pbxs.get(node.index() - self.phones.len())) else { return };
        if let Some(phone) = self.phones.get(packet.source.index()) {
            prefetch(phone);
        }
        if let Body::Register(register) = packet.body
            && let Some(binding) = pbx.bindings().get(register.aor, &self.cluster.people)
        {
            prefetch(binding);
        }
    }
}

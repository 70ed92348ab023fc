//! Follows one endpoint: its messages, what is said of it, and what happens at the PBXs it has to do with.

use reports::ladder::{About, Fate, Ladder, Lane, Message, Note, Step, What};
use reports::units::duration;
use scenarios::plan::Plan;
use simulator::event::{Event, Kind, StockKind};
use simulator::licence::feature::Feature;
use simulator::node::{Body, Elements, NodeId, Packet, Passage};
use simulator::schedule::Entry;
use simulator::simulation::Observer;
use simulator::sip::message::Aor;
use simulator::site::Site;
use simulator::time::Instant;

use super::Found;
use super::lanes::{self, ENDPOINT, Lanes};
use super::octets::{Octets, address_of_endpoint, address_of_pbx};
use super::words;
use crate::recorder::names;

/// Writes down what concerns one endpoint.
pub(super) struct Follower<'a> {
    plan: &'a Plan,
    seed: u64,
    found: Found,
    aor: Aor,
    name: String,
    lanes: Lanes,
    steps: Vec<Step>,
    left_out: u64,
    /// Messages under way: when they arrive, which, and their step if they have one.
    open: Vec<(Instant, Packet, Option<usize>)>,
    /// The step being made is about a message of the endpoint's.
    is_concerned: bool,
    /// Where a licence is waited for: PBX and feature.
    pending: Vec<(usize, Feature)>,
    octets: Octets,
}

impl<'a> Follower<'a> {
    pub(super) fn new(plan: &'a Plan, seed: u64, site: &Site, found: Found) -> Self {
        let endpoint = found.endpoint;
        let aor = site.phones()[endpoint.index()].aor();
        let name = names::of(plan, site, endpoint);
        let lane = |(index, pbx): (usize, &simulator::layout::PbxPlan)| Lane {
            name: pbx.name.clone(),
            address: address_of_pbx(index),
        };
        let pbxs = plan.layout.pbxs.iter().enumerate().map(lane).collect();
        let lanes = Lanes::new(Lane { name: name.clone(), address: address_of_endpoint(endpoint) }, pbxs);
        Self {
            plan,
            seed,
            aor,
            name,
            lanes,
            steps: Vec::new(),
            left_out: 0,
            open: Vec::new(),
            is_concerned: false,
            pending: Vec::new(),
            octets: Octets::new(plan, endpoint, site.endpoints()),
            found,
        }
    }

    /// All that was seen.
    pub(super) fn ladder(mut self) -> Ladder {
        // What an endpoint wants comes before what it sends for it.
        let is_sent = |step: &Step| matches!(&step.what, What::Message(message) if message.from == ENDPOINT);
        self.steps.sort_by_key(|step| (step.at_ns, is_sent(step)));
        let (lanes, mut steps) = self.lanes.kept(self.steps);
        let left_out = self.left_out + steps.len().saturating_sub(MOST) as u64;
        steps.truncate(MOST);
        Ladder {
            scenario: self.plan.title.clone(),
            endpoint: self.name,
            why: self.found.why,
            seed: self.seed,
            starts_s: self.plan.starts_s,
            date: self.plan.date,
            lanes,
            steps,
            left_out,
        }
    }

    fn add(&mut self, at: Instant, what: What) -> Option<usize> {
        let (from, until) = self.found.within;
        if at < from || at > until {
            return None;
        }
        if self.steps.len() >= MOST_COLLECTED {
            self.left_out += 1;
            return None;
        }
        self.steps.push(Step { at_ns: at.0, what });
        Some(self.steps.len() - 1)
    }

    fn note(&mut self, now: Instant, lane: usize, about: About, text: String) {
        self.add(now, What::Note(Note { lane, about, text }));
    }

    /// The lane of a node: the endpoint with the parties of its calls, or a PBX.
    fn lane(&self, node: NodeId, site: &Site) -> Option<usize> {
        let endpoint = self.found.endpoint;
        if node == endpoint || site.parties().owner(node) == Some(endpoint) {
            return Some(ENDPOINT);
        }
        site.pbx_index(node).map(lanes::of_pbx)
    }

    /// Whether a message belongs into the ladder: the endpoint's, or one about a licence that is waited for on its behalf.
    fn is_shown(&self, packet: &Packet, from: usize, to: usize) -> bool {
        if from == ENDPOINT || to == ENDPOINT {
            return true;
        }
        match packet.body {
            Body::Renew(renew) => self.is_pending(from, renew.feature),
            Body::Ack(ack) => self.is_pending(to, ack.feature),
            _ => false,
        }
    }

    fn is_pending(&self, lane: usize, feature: Feature) -> bool {
        self.pending.iter().any(|(pbx, pending)| lanes::of_pbx(*pbx) == lane && *pending == feature)
    }

    fn on_leaving(&mut self, packet: &Packet, (departs, arrives): (Instant, Option<Instant>), site: &Site) {
        let (Some(from), Some(to)) = (self.lane(packet.source, site), self.lane(packet.target, site)) else { return };
        if from == to {
            return;
        }
        let octets = if from == ENDPOINT || to == ENDPOINT { self.octets.write(site, packet) } else { Vec::new() };
        let is_dull = matches!(packet.body, Body::Ping | Body::Pong) && arrives.is_some() && site.is_up(packet.target);
        if is_dull || !self.is_shown(packet, from, to) {
            return;
        }
        let Some(text) = words::message(self.plan, site, &packet.body) else { return };
        let is_again = from == ENDPOINT && self.octets.is_again();
        let text = if is_again { format!("{text} again") } else { text };
        let at = if to == ENDPOINT { arrives.unwrap_or(departs) } else { departs };
        let fate = if arrives.is_some() { Fate::Open } else { Fate::Lost };
        let connected = packet.reliable;
        self.lanes.touch(from);
        self.lanes.touch(to);
        let step = self.add(at, What::Message(Message { from, to, text, left_ns: departs.0, fate, connected, octets }));
        if let Some(arrives) = arrives {
            self.open.push((arrives, *packet, step));
        }
    }

    /// Something that left has come.
    fn on_arrival(&mut self, now: Instant, packet: &Packet, fate: Fate, site: &Site) {
        self.is_concerned = self.lane(packet.source, site) == Some(ENDPOINT);
        let is_it = |(arrives, open, _): &(Instant, Packet, Option<usize>)| *arrives <= now && open == packet;
        let Some(place) = self.open.iter().position(is_it) else { return };
        let (_, _, step) = self.open.remove(place);
        if let Some(What::Message(message)) = step.map(|step| &mut self.steps[step].what) {
            message.fate = fate;
        }
    }

    fn on_event(&mut self, now: Instant, lane: usize, event: &Event, events: &[Event], site: &Site) {
        if lane == ENDPOINT {
            return words::own(now, event).into_iter().for_each(|text| self.note(now, lane, About::Endpoint, text));
        }
        if let Some((about, text)) = words::of(self.found.endpoint, now, event, events) {
            self.lanes.touch(lane);
            self.note(now, lane, about, text);
        }
        let pbx = lane - 1;
        match *event {
            Event::Served { waited } if self.is_concerned && waited.0 > 0 => {
                self.note(now, lane, About::Queue, format!("waits {} for a free server", duration(waited.0)));
            }
            Event::Shed if self.is_concerned => self.note(now, lane, About::Queue, "the queue is full".to_owned()),
            Event::Taken { feature, stock, holder } if self.is_holder(feature, holder) => {
                let text = format!("takes {}{}", feature.name(), self.of_stock(pbx, stock));
                self.note(now, lane, About::Licence, text);
            }
            Event::Freed { feature, stock, holder } if self.is_holder(feature, holder) => {
                let text = format!("gives back {}{}", feature.name(), self.of_stock(pbx, stock));
                self.note(now, lane, About::Licence, text);
            }
            _ => words::node(event).into_iter().for_each(|text| self.note(now, lane, About::Node, text)),
        }
        self.on_pending(pbx, event, site);
    }

    fn on_pending(&mut self, pbx: usize, event: &Event, site: &Site) {
        let is_here = |endpoint: NodeId| endpoint == self.found.endpoint;
        match *event {
            Event::Asked { feature, endpoint } if is_here(endpoint) => self.pending.push((pbx, feature)),
            Event::Granted { feature, endpoint, .. }
            | Event::Denied { feature, endpoint, .. }
            | Event::Abandoned { feature, endpoint }
                if is_here(endpoint) =>
            {
                self.pending.retain(|pending| *pending != (pbx, feature));
            }
            Event::Crashed if site.pbx_index(site.cluster().people.pbx(pbx as u16)).is_some() => {
                self.pending.retain(|(waiting, _)| *waiting != pbx);
            }
            _ => {}
        }
    }

    /// Ports are held by the person, other units by the device.
    fn is_holder(&self, feature: Feature, holder: Aor) -> bool {
        holder == if feature == Feature::Port { self.aor.object() } else { self.aor }
    }

    /// Whose unit it is, seen from a PBX.
    fn of_stock(&self, pbx: usize, stock: StockKind) -> String {
        match stock.kind {
            Kind::Escrow => " in escrow".to_owned(),
            Kind::Replica => ", replica".to_owned(),
            Kind::Installed if usize::from(stock.owner) == pbx => " of its own".to_owned(),
            Kind::Installed => {
                let owner = self.plan.layout.pbxs.get(usize::from(stock.owner));
                owner.map_or(String::new(), |owner| format!(" of {}", owner.name))
            }
        }
    }
}

impl Observer for Follower<'_> {
    fn observe(&mut self, now: Instant, node: NodeId, events: &[Event], site: &Site) -> bool {
        if let Some(lane) = self.lane(node, site) {
            events.iter().for_each(|event| self.on_event(now, lane, event, events, site));
        }
        self.is_concerned = false;
        true
    }

    fn on_entry(&mut self, _: Instant, _: &Entry, _: &Site) {}

    fn on_packet(&mut self, now: Instant, packet: &Packet, passage: Passage, site: &Site) {
        match passage {
            Passage::Leaves { departs, arrives } => self.on_leaving(packet, (departs, arrives), site),
            Passage::Heard => self.on_arrival(now, packet, Fate::Heard(now.0), site),
            Passage::Unheard => self.on_arrival(now, packet, Fate::Unheard(now.0), site),
        }
    }
}

/// Steps of a ladder.
const MOST: usize = 2_000;
/// Steps while the PBXs of interest are not known yet.
const MOST_COLLECTED: usize = 4 * MOST;

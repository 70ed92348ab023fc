//! A run in virtual time: the nodes, their engine, and the schedule of what is done to them.

mod trials;

use crate::engine::{Engine, Watch};
use crate::event::Event;
use crate::layout::{Layout, Selection};
use crate::node::{NodeId, Outbox, Packet, Passage};
use crate::rng::{Purpose, draw, key};
use crate::schedule::{Action, Entry, Shape};
use crate::settings::Settings;
use crate::sip::message::Aor;
use crate::site::Site;
use crate::spread;
use crate::time::{Duration, Instant};

/// A run.
#[derive(Clone, Debug)]
pub struct Simulation {
    engine: Engine<Site>,
    settings: Vec<Settings>,
    schedule: Vec<Entry>,
    done: usize,
}

/// What of a run lives elsewhere.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Elsewhere {
    /// The endpoints, what wakes them, and all parties of calls: the cluster is here and serves whoever comes.
    Endpoints,
    /// The PBXs: the endpoints are here and load them.
    Pbxs,
    /// The PBXs and all endpoints but these, from the first to before the last: one share of the load.
    AllBut(u32, u32),
}

/// Who is told of every step: instant, node, facts, and the state after it. Must not feed back.
pub trait Observer {
    /// A step has been made; false ends the run.
    fn observe(&mut self, now: Instant, node: NodeId, events: &[Event], site: &Site) -> bool;

    /// A scheduled entry is about to be carried out.
    fn on_entry(&mut self, now: Instant, entry: &Entry, site: &Site);

    /// Something becomes of a packet; whoever does not care is told nothing and pays nothing.
    #[inline]
    fn on_packet(&mut self, _now: Instant, _packet: &Packet, _passage: Passage, _site: &Site) {}
}

/// An observer as the engine knows it.
struct Told<'a, O>(&'a mut O);

impl<O: Observer> Watch<Site> for Told<'_, O> {
    #[inline]
    fn step(&mut self, now: Instant, node: NodeId, events: &[Event], site: &Site) -> bool {
        self.0.observe(now, node, events, site)
    }

    #[inline]
    fn packet(&mut self, now: Instant, packet: &Packet, passage: Passage, site: &Site) {
        self.0.on_packet(now, packet, passage, site);
    }
}

impl Simulation {
    /// A run at its first moment. `settings[0]` holds at the start; `schedule` is sorted by instant.
    pub fn new(layout: &Layout, settings: Vec<Settings>, schedule: Vec<Entry>, seed: u64) -> Self {
        let site = Site::new(layout, &settings[0], seed);
        let engine = Engine::new(site, settings[0].links.clone(), layout.pbxs.len());
        Self { engine, settings, schedule, done: 0 }
    }

    /// A run part of which lives elsewhere, behind real sockets.
    pub fn beside(
        elsewhere: Elsewhere,
        layout: &Layout,
        settings: Vec<Settings>,
        schedule: Vec<Entry>,
        seed: u64,
    ) -> Self {
        let site = Site::new(layout, &settings[0], seed);
        let (endpoints, pbxs) = (site.endpoints() as u32, layout.pbxs.len() as u32);
        let remote = match elsewhere {
            // Around the end: with them are open sources, flows of calls, and the parties of calls.
            Elsewhere::Endpoints => endpoints + pbxs..endpoints,
            Elsewhere::Pbxs => endpoints..endpoints + pbxs,
            Elsewhere::AllBut(first, last) => last..first,
        };
        let engine = Engine::with_remote(site, settings[0].links.clone(), layout.pbxs.len(), remote);
        Self { engine, settings, schedule, done: 0 }
    }

    /// When something next happens by itself.
    pub fn next_at(&mut self) -> Option<Instant> {
        let entry = self.schedule.get(self.done).map(|entry| entry.at);
        [entry, self.engine.next_at()].into_iter().flatten().min()
    }

    /// Takes what has left for nodes elsewhere, with the instant it left.
    pub fn outbound(&mut self) -> impl Iterator<Item = (Instant, Packet)> {
        self.engine.outbound()
    }

    /// A packet from a node elsewhere arrives at the present; [`Self::run_until`] has it handled.
    pub fn inject(&mut self, packet: Packet) {
        self.engine.inject(packet);
    }

    /// The rest of the schedule is dropped; no call begins any more, and whoever is in one is to hang up now.
    pub fn hang_up(&mut self) {
        self.done = self.schedule.len();
        let (site, first) =
            (self.engine.elements(), self.engine.elements().endpoints() + self.engine.elements().pbxs().len());
        let nodes = (first..crate::node::Elements::nodes(site)).map(|node| NodeId(node as u32));
        self.engine.adjust(nodes, Site::hang_up);
    }

    /// The rest of the schedule is dropped, and everybody is to leave now, for good.
    pub fn send_home(&mut self) {
        self.done = self.schedule.len();
        let everybody = (0..self.engine.elements().endpoints() as u32).map(NodeId);
        self.engine.adjust(everybody, Site::send_home);
    }

    /// Puts another entry into the schedule, behind those of the same instant; not before the present.
    pub fn enter(&mut self, entry: Entry) {
        let place = self.done + self.schedule[self.done..].partition_point(|other| other.at <= entry.at);
        self.schedule.insert(place, entry);
    }

    /// The engine: present, digest, counters, nodes.
    pub fn engine(&self) -> &Engine<Site> {
        &self.engine
    }

    /// Runs to `deadline`, which is included; false if the observer ended it.
    pub fn run_until(&mut self, deadline: Instant, observer: &mut impl Observer) -> bool {
        while let Some(entry) = self.schedule.get(self.done).filter(|entry| entry.at <= deadline).cloned() {
            self.done += 1;
            // What is due at the same instant comes after the entry: the entry is the cause.
            let before = Instant(entry.at.0.saturating_sub(1));
            if entry.at > self.engine.now() && !self.step_until(before, observer) {
                return false;
            }
            self.engine.advance(entry.at);
            observer.on_entry(entry.at, &entry, self.engine.elements());
            if !self.apply(&entry, observer) {
                return false;
            }
        }
        self.step_until(deadline, observer)
    }

    fn step_until(&mut self, deadline: Instant, observer: &mut impl Observer) -> bool {
        self.engine.run_until(deadline, &mut Told(observer))
    }

    fn apply(&mut self, entry: &Entry, observer: &mut impl Observer) -> bool {
        match &entry.action {
            Action::SignIn { who, over, shape } => {
                self.spread(who, *over, *shape, |site, node, at| {
                    if let Some(phone) = site.phone_mut(node) {
                        phone.wish_in(at);
                    }
                });
                true
            }
            Action::SignOut { who, over, shape } => {
                self.spread(who, *over, *shape, |site, node, at| {
                    if let Some(phone) = site.phone_mut(node) {
                        phone.wish_out(at);
                    }
                });
                true
            }
            Action::Crash(pbx) => self.crash(*pbx, observer),
            Action::Restart(pbx) => self.restart(*pbx, (false, None), observer),
            Action::Forget(pbx) => self.restart(*pbx, (true, None), observer),
            Action::Upgrade { pbx, to, service } => self.restart(*pbx, (false, Some((*to, *service))), observer),
            Action::Bind { pbx, licences, now } => {
                let (pbx, licences, at_once) = (*pbx, *licences, *now);
                let mut changed = false;
                self.engine.adjust(core::iter::empty(), |site, _| changed = site.bind(pbx, licences, at_once));
                !changed || self.adapt(observer)
            }
            Action::Assign { block, feature, seats } => {
                let (block, feature, seats) = (*block, *feature, *seats);
                self.engine.adjust(core::iter::empty(), |site, _| site.assign(block, feature, seats));
                true
            }
            Action::Reclaim { pbx, feature, units } => {
                let (pbx, feature, units) = (*pbx, *feature, *units);
                let authority = self.engine.elements().cluster().facts[usize::from(pbx)].domain;
                self.at_pbx(authority, observer, |site, out| site.reclaim(pbx, feature, units, out))
            }
            Action::Freeze { pbx, until } => {
                let (pbx, until) = (*pbx, *until);
                self.at_pbx(pbx, observer, |site, out| site.freeze(pbx, until, out))
            }
            Action::Wake(pbx) => self.wake(*pbx, observer),
            Action::Cut(cut) => {
                self.engine.cut(*cut);
                true
            }
            Action::Heal(cut) => {
                self.engine.heal(*cut);
                true
            }
            Action::PowerOff(who) => self.power(who, false, observer),
            Action::PowerOn(who) => self.power(who, true, observer),
            Action::Install(index) => !self.install(*index) || self.adapt(observer),
            Action::Attempts(trial) => {
                self.attempt(*trial);
                true
            }
            Action::CallOff(sought) => self.call_off(*sought, observer),
            Action::Clear => self.clear(observer),
            Action::Dismiss { per_second } => {
                self.dismiss(*per_second);
                true
            }
            Action::Restore { per_second } => {
                self.restore(*per_second);
                true
            }
        }
    }

    fn crash(&mut self, pbx: u16, observer: &mut impl Observer) -> bool {
        let node = self.engine.elements().cluster().people.pbx(pbx);
        self.engine.lose_unsent(node, &mut Told(observer));
        self.engine.interfere(node, |site, now, out| site.crash(pbx, now, out), &mut Told(observer))
    }

    /// Something is done at a PBX.
    fn at_pbx(&mut self, pbx: u16, observer: &mut impl Observer, act: impl FnOnce(&mut Site, &mut Outbox)) -> bool {
        let node = self.engine.elements().cluster().people.pbx(pbx);
        self.engine.interfere(node, |site, _, out| act(site, out), &mut Told(observer))
    }

    fn restart(&mut self, pbx: u16, how: (bool, Option<(u32, u32)>), observer: &mut impl Observer) -> bool {
        let node = self.engine.elements().cluster().people.pbx(pbx);
        self.engine.lose_unsent(node, &mut Told(observer));
        let mut changed = false;
        let goes_on = self.engine.interfere(
            node,
            |site, now, out| changed = site.restart(pbx, now, how, out),
            &mut Told(observer),
        );
        goes_on && (!changed || self.adapt(observer))
    }

    /// Every PBX adapts to what its licences are good for now.
    fn adapt(&mut self, observer: &mut impl Observer) -> bool {
        let pbxs = self.engine.elements().pbxs().len() as u16;
        (0..pbxs).all(|pbx| {
            let node = self.engine.elements().cluster().people.pbx(pbx);
            self.engine.interfere(node, |site, now, out| site.adapt(pbx, now, out), &mut Told(observer))
        })
    }

    /// Its timers come first, then what has come for it meanwhile.
    fn wake(&mut self, pbx: u16, observer: &mut impl Observer) -> bool {
        let node = self.engine.elements().cluster().people.pbx(pbx);
        let goes_on = self.engine.interfere(node, |site, now, out| site.wake(pbx, now, out), &mut Told(observer));
        self.engine.hear(node);
        goes_on
    }

    fn power(&mut self, who: &Selection, on: bool, observer: &mut impl Observer) -> bool {
        for (node, _, _) in self.selected(who) {
            if !on {
                self.engine.lose_unsent(node, &mut Told(observer));
            }
            let goes_on = self.engine.interfere(
                node,
                |site, now, out| {
                    if !on {
                        site.power_off(node, now, out);
                        out.report(Event::Crashed);
                    } else if let Some(phone) = site.phone_mut(node) {
                        phone.power_on(now);
                        out.report(Event::Restarted);
                    }
                },
                &mut Told(observer),
            );
            if !goes_on {
                return false;
            }
        }
        true
    }

    /// Whether licences are good for something else now.
    fn install(&mut self, index: u32) -> bool {
        let Some(settings) = self.settings.get(index as usize) else { return false };
        let settings = settings.clone();
        self.engine.install_links(settings.links.clone());
        let first = self.engine.elements().endpoints() as u32;
        let nodes = first..crate::node::Elements::nodes(self.engine.elements()) as u32;
        let mut changed = false;
        self.engine.adjust(nodes.map(NodeId), |site, now| changed = site.install(&settings, now));
        changed
    }

    /// Everybody selected, with the seat's place among those of its block.
    fn selected(&self, who: &Selection) -> Vec<(NodeId, Aor, (u32, u32))> {
        let people = &self.engine.elements().cluster().people;
        let mut selected = Vec::new();
        for (block, seats) in &who.seats {
            let facts = &people.blocks[*block as usize];
            for seat in seats.clone() {
                for device in facts.devices_of(seat) {
                    let aor = Aor { block: *block as u16, device, seat };
                    if let Some(node) = people.endpoint(aor) {
                        selected.push((node, aor, (seat - seats.start, seats.len() as u32)));
                    }
                }
            }
        }
        selected
    }

    /// Tells everybody selected an instant of its own within the window.
    fn spread(&mut self, who: &Selection, over: Duration, shape: Shape, tell: impl Fn(&mut Site, NodeId, Instant)) {
        let now = self.engine.now();
        let selected = self.selected(who);
        let number = self.done as u32;
        let people = &self.engine.elements().cluster().people;
        let due = |aor: Aor, (place, places): (u32, u32)| {
            let bits = draw(key(people.seat_stream(aor), Purpose::Spread), number);
            now + spread::within(over, shape, spread::fraction(place, places, bits))
        };
        let told: Vec<_> = selected.iter().map(|(node, aor, place)| (*node, due(*aor, *place))).collect();
        let nodes: Vec<_> = told.iter().map(|(node, _)| *node).collect();
        self.engine.adjust(nodes.into_iter(), |site, _| told.iter().for_each(|(node, at)| tell(site, *node, *at)));
    }
}

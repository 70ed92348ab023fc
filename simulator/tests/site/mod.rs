//! A small site for stories: who there is, what happens, and afterwards everything that was stated.

#![allow(dead_code, reason = "every file of tests uses a part of it")]

use simulator::distribution::Distribution;
use simulator::event::Event;
use simulator::invariants::Checker;
use simulator::layout::{
    Begins, Block, Device, FlowPlan, GroupPlan, Layout, PbxPlan, PopulationPlan, QueuePlan, Role, RoomPlan, Selection,
};
use simulator::licence::entitlement::Entitlement;
use simulator::licence::feature::Feature;
use simulator::node::{Body, NodeId, Packet, Passage};
use simulator::numbers::{Destination, Extensions, Number, NumberPlan};
use simulator::rng::Probability;
use simulator::schedule::{Action, Cut, Entry, Shape};
use simulator::settings::{
    Checkout, FlowSettings, Link, Links, PbxSettings, PopulationSettings, QueueSettings, Retries, Rules, Settings,
    Transfer,
};
use simulator::simulation::{Observer, Simulation};
use simulator::sip::message::Method;
use simulator::site::Site;
use simulator::time::{Duration, Instant};

/// A site before its run. Everybody is at one site, 1 ms apart; nobody is challenged, nobody tries twice.
#[derive(Clone)]
pub(crate) struct Plan {
    pub(crate) layout: Layout,
    pub(crate) settings: Settings,
    pub(crate) schedule: Vec<Entry>,
    pub(crate) seed: u64,
    /// What the schedule may install, from 1 on.
    pub(crate) more: Vec<Settings>,
}

impl Plan {
    /// A master without licences: nothing is refused one.
    pub(crate) fn new() -> Self {
        let layout = Layout { sites: vec!["here".into()], ..Layout::default() };
        let settings = Settings {
            pbxs: Vec::new(),
            populations: Vec::new(),
            links: Links::default(),
            checkout: Checkout { clock_drift_ppm: 0, ..Checkout::default() },
            rules: Rules::default(),
            flows: Vec::new(),
            queues: Vec::new(),
            rooms: Vec::new(),
        };
        Self { layout, settings, schedule: Vec::new(), seed: 1, more: Vec::new() }.pbx("master", Role::Master, None)
    }

    pub(crate) fn pbx(mut self, name: &str, role: Role, stands_in_for: Option<u16>) -> Self {
        self.layout.pbxs.push(PbxPlan {
            software: 12,
            name: name.into(),
            role,
            site: 0,
            stands_in_for,
            licences: Vec::new(),
        });
        self.settings.pbxs.push(PbxSettings {
            challenges: false,
            watches_every: Duration::seconds(1),
            after_silence: Duration::seconds(5),
            gives_back_after: Duration::seconds(20),
            ..PbxSettings::default()
        });
        self
    }

    /// A master and its standby, which looks every second and takes over after five.
    pub(crate) fn with_standby() -> Self {
        Self::new().pbx("standby", Role::Standby, Some(0))
    }

    pub(crate) fn licences(mut self, pbx: usize, licences: &[(Feature, u32)]) -> Self {
        self.layout.pbxs[pbx].licences =
            licences.iter().map(|(feature, units)| Entitlement::new(*feature, 12, *units)).collect();
        self.layout.licensed = true;
        self
    }

    /// A population with one desk phone each, that knows these PBXs, the first being home.
    pub(crate) fn phones(self, name: &str, seats: u32, targets: &[u16]) -> Self {
        self.people(name, &[(Device::DeskPhone, seats)], targets)
    }

    /// A population of as many seats as its commonest device has.
    pub(crate) fn people(mut self, name: &str, devices: &[(Device, u32)], targets: &[u16]) -> Self {
        let seats = devices.iter().map(|(_, count)| *count).max().unwrap_or(0);
        let population = self.layout.populations.len() as u16;
        self.layout.populations.push(PopulationPlan {
            name: name.into(),
            seats,
            begins: Begins::Absent,
            application: 12,
        });
        self.layout.blocks.push(Block {
            population,
            home: targets[0],
            site: 0,
            targets: targets.to_vec(),
            first_seat: 0,
            seats,
            devices: devices.to_vec(),
        });
        self.settings.populations.push(PopulationSettings { retries: Retries::Never, ..PopulationSettings::default() });
        self
    }

    /// Calls from one population to others, each with its part of a thousand: one every second, talking for a minute.
    pub(crate) fn calls(mut self, name: &str, from: u16, to: &[(u16, u64)], starts: u64, at_most: u32) -> Self {
        self.number_everybody();
        let plan = FlowPlan {
            name: name.into(),
            from: vec![from],
            to: to.to_vec(),
            transfers_to: None,
            starts: at(starts, 0),
        };
        self.layout.flows.push(plan);
        self.settings.flows.push(FlowSettings {
            gap: Some(Distribution::fixed(Duration::SECOND)),
            closed: false,
            at_most,
            holding: Distribution::fixed(Duration::seconds(60)),
            rings: Distribution::fixed(Duration::ZERO),
            unanswered: Probability::ZERO,
            patience: None,
            retries: Retries::Never,
            hold: None,
            transfer: None,
        });
        self
    }

    /// Who is called passes the calls of the flow declared last on to a population, a second after the answer.
    pub(crate) fn transferring(mut self, to: u16, attended: bool) -> Self {
        self.layout.flows.last_mut().unwrap().transfers_to = Some(to);
        let after = Distribution::fixed(Duration::SECOND);
        let transfer = Transfer { share: Probability::ratio(1, 1), after, attended };
        self.settings.flows.last_mut().unwrap().transfer = Some(transfer);
        self
    }

    /// A queue (number 100, 101, …) at the first PBX, answered by so many of the first seats of a block; call it as
    /// [`Layout::callee_of_queue`] says.
    pub(crate) fn queue(mut self, name: &str, block: u32, agents: u32) -> Self {
        let agents = Selection { seats: vec![(block, 0..agents)] };
        self.layout.queues.push(QueuePlan { name: name.into(), home: 0, agents, overflow: None });
        let wrap_up = Distribution::fixed(Duration::ZERO);
        self.settings.queues.push(QueueSettings { wrap_up, places: u32::MAX, waits_at_most: None });
        self
    }

    /// A group (number 200, 201, …) at the first PBX: so many of the first seats of a block.
    pub(crate) fn group(mut self, name: &str, block: u32, members: u32) -> Self {
        let members = Selection { seats: vec![(block, 0..members)] };
        self.layout.groups.push(GroupPlan { name: name.into(), home: 0, members });
        self
    }

    /// A conference room (number 300, 301, …) at the first PBX with so many places.
    pub(crate) fn room(mut self, name: &str, places: u32) -> Self {
        self.layout.rooms.push(RoomPlan { name: name.into(), home: 0 });
        self.settings.rooms.push(places);
        self
    }

    /// Other constants of the queue declared last.
    pub(crate) fn queueing(mut self, change: impl FnOnce(&mut QueueSettings)) -> Self {
        change(self.settings.queues.last_mut().unwrap());
        self
    }

    /// Extensions 10001, 20001, … for the blocks; trunks by 0.
    fn number_everybody(&mut self) {
        let (mut extensions, mut trunks) = (Vec::new(), Vec::new());
        for (index, block) in self.layout.blocks.iter().enumerate() {
            match block.devices[0].0 {
                Device::Trunk => trunks.push((Number::NONE.followed_by(0), index as u16)),
                _ => extensions.push(Extensions {
                    first: Number(100_000 + 10_000 * (index as u32 + 1) + 1),
                    seats: block.seats,
                    block: index as u16,
                }),
            }
        }
        let facilities = (0..u16::MAX).map_while(|callee| {
            let (first, facility) = match self.layout.destination_of(callee) {
                _ if self.layout.callee_name(callee)?.is_empty() => return None,
                Some(facility @ Destination::Queue(queue)) => (1100 + u32::from(queue), facility),
                Some(facility @ Destination::Group(group)) => (1200 + u32::from(group), facility),
                Some(facility @ Destination::Room(room)) => (1300 + u32::from(room), facility),
                _ => return Some(None),
            };
            Some(Some((Number(first), facility)))
        });
        let facilities = facilities.flatten().collect();
        self.layout.numbers = NumberPlan::new(extensions, trunks).with_facilities(facilities);
    }

    /// Other constants of the flow declared last.
    pub(crate) fn calling(mut self, change: impl FnOnce(&mut FlowSettings)) -> Self {
        change(self.settings.flows.last_mut().unwrap());
        self
    }

    /// Other constants.
    pub(crate) fn with(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(&mut self.settings);
        self
    }

    /// Phones on a site of their own; the links there and back, each with its loss.
    pub(crate) fn far(mut self, there: Probability, back: Probability) -> Self {
        self.layout.sites.push("far".into());
        self.layout.blocks.iter_mut().for_each(|block| block.site = 1);
        let link =
            |loss| Link { latency: Distribution::fixed(Duration::MILLISECOND), loss, duplicates: Probability::ZERO };
        let profiles = vec![link(Probability::ZERO), link(there), link(back)];
        self.settings.links = Links { sites: 2, table: vec![0, 2, 1, 0], profiles };
        self
    }

    pub(crate) fn at(mut self, at: Instant, action: Action) -> Self {
        let occasion = self.schedule.len() as u16;
        self.schedule.push(Entry { at, action, occasion });
        self
    }

    /// All seats of a block want in at that second.
    pub(crate) fn sign_in(self, second: u64, block: u32) -> Self {
        let seats = self.layout.blocks[block as usize].seats;
        self.sign_in_seats(second, block, 0..seats)
    }

    pub(crate) fn sign_in_seats(self, second: u64, block: u32, seats: core::ops::Range<u32>) -> Self {
        let who = Selection { seats: vec![(block, seats)] };
        self.at(at(second, 0), Action::SignIn { who, over: Duration::ZERO, shape: Shape::Even })
    }

    pub(crate) fn sign_out_seats(self, second: u64, block: u32, seats: core::ops::Range<u32>) -> Self {
        let who = Selection { seats: vec![(block, seats)] };
        self.at(at(second, 0), Action::SignOut { who, over: Duration::ZERO, shape: Shape::Even })
    }

    pub(crate) fn crash(self, second: u64, pbx: u16) -> Self {
        self.at(at(second, 0), Action::Crash(pbx))
    }

    pub(crate) fn restart(self, second: u64, pbx: u16) -> Self {
        self.at(at(second, 0), Action::Restart(pbx))
    }

    /// A PBX hears nothing for so many seconds.
    pub(crate) fn freeze(self, second: u64, pbx: u16, seconds: u64) -> Self {
        let until = at(second + seconds, 0);
        self.at(at(second, 0), Action::Freeze { pbx, until }).at(until, Action::Wake(pbx))
    }

    /// A cut for so many seconds.
    pub(crate) fn cut(self, second: u64, cut: Cut, seconds: u64) -> Self {
        self.at(at(second, 0), Action::Cut(cut)).at(at(second + seconds, 0), Action::Heal(cut))
    }

    /// PBXs at sites of their own, named after them, people at their home's, everything 1 ms apart.
    pub(crate) fn apart(mut self) -> Self {
        self.layout.sites = self.layout.pbxs.iter().map(|pbx| pbx.name.clone()).collect();
        self.layout.pbxs.iter_mut().zip(0..).for_each(|(pbx, site)| pbx.site = site);
        self.layout.blocks.iter_mut().for_each(|block| block.site = block.home);
        let sites = self.layout.sites.len();
        self.settings.links =
            Links { sites: sites as u16, table: vec![0; sites * sites], profiles: Links::default().profiles };
        self
    }

    /// Other constants that the schedule may install.
    pub(crate) fn and_settings(mut self, settings: Settings) -> Self {
        self.more.push(settings);
        self
    }

    /// Runs it for so many seconds under all invariants, the last of which everything must have come home by.
    pub(crate) fn run_to_rest(&self, seconds: u64) -> Told {
        self.run_and(seconds, Checker::check_settled)
    }

    /// Runs it for so many seconds under all invariants.
    pub(crate) fn run(&self, seconds: u64) -> Told {
        self.run_and(seconds, |_, _| {})
    }

    fn run_and(&self, seconds: u64, at_the_end: impl FnOnce(&mut Checker, &Site)) -> Told {
        let mut schedule = self.schedule.clone();
        schedule.sort_by_key(|entry| entry.at);
        let settings = core::iter::once(&self.settings).chain(&self.more).cloned().collect();
        let mut simulation = Simulation::new(&self.layout, settings, schedule, self.seed);
        let mut told = Listener {
            facts: Vec::new(),
            steps: Vec::new(),
            within: Vec::new(),
            checker: Checker::new(simulation.engine().elements()),
        };
        simulation.run_until(at(seconds, 0), &mut told);
        at_the_end(&mut told.checker, simulation.engine().elements());
        told.checker.finish(at(seconds, 0));
        let breach = told.checker.breach();
        assert!(breach.is_none(), "seed {}: {breach:?}", self.seed);
        Told { facts: told.facts, steps: told.steps, within: told.within, simulation }
    }
}

/// What was stated, in order, and the run at its end.
pub(crate) struct Told {
    pub(crate) facts: Vec<(Instant, NodeId, Event)>,
    /// When each step was made.
    pub(crate) steps: Vec<Instant>,
    /// (millisecond, who, what) of what was sent within dialogs to change or to pass on a call.
    pub(crate) within: Vec<(u64, NodeId, String)>,
    pub(crate) simulation: Simulation,
}

impl Told {
    pub(crate) fn site(&self) -> &Site {
        self.simulation.engine().elements()
    }

    /// The node of a PBX.
    pub(crate) fn pbx(&self, index: u16) -> NodeId {
        self.site().cluster().people.pbx(index)
    }

    /// What an endpoint or a PBX stated, with the millisecond.
    pub(crate) fn of(&self, node: NodeId) -> Vec<(u64, Event)> {
        let facts = self.facts.iter().filter(|(_, stated_by, _)| *stated_by == node);
        facts.map(|(at, _, event)| (at.0 / 1_000_000, *event)).collect()
    }

    /// What `pick` makes of the facts.
    pub(crate) fn all<T>(&self, pick: impl Fn(u64, NodeId, &Event) -> Option<T>) -> Vec<T> {
        self.facts.iter().filter_map(|(at, node, event)| pick(at.0 / 1_000_000, *node, event)).collect()
    }

    pub(crate) fn count_at(&self, wanted: impl Fn(u64, NodeId, &Event) -> bool) -> usize {
        self.all(|at, node, event| wanted(at, node, event).then_some(())).len()
    }

    pub(crate) fn count(&self, wanted: impl Fn(&Event) -> bool) -> usize {
        self.facts.iter().filter(|(_, _, event)| wanted(event)).count()
    }

    /// (millisecond, status) of every final answer of an endpoint: 200 for a wish come true.
    pub(crate) fn answers(&self, endpoint: u32) -> Vec<(u64, u16)> {
        let status = |event: &Event| match event {
            Event::Accepted { .. } => Some(200),
            Event::Answered { status, .. } => Some(*status),
            _ => None,
        };
        self.all(|at, node, event| status(event).filter(|_| node.0 == endpoint).map(|status| (at, status)))
    }

    /// Live bindings at a PBX.
    pub(crate) fn bound(&self, pbx: usize) -> u32 {
        self.site().pbxs()[pbx].bindings().bound()
    }

    /// Units in use of a stock of a PBX's own: directly, and lent.
    pub(crate) fn units(&self, pbx: usize, feature: Feature) -> (u32, u32) {
        let stock = self.site().pbxs()[pbx].licensing().authorities().find_map(|authority| authority.stock(feature));
        stock.map_or((0, 0), |stock| (stock.direct(), stock.booked_in_all()))
    }

    /// (millisecond, what) of every fact of a call, in words.
    pub(crate) fn of_call(&self, number: u32) -> Vec<(u64, String)> {
        self.all(|at, _, event| {
            let (session, what) = match *event {
                Event::CallDue { session } => (session, "due".to_owned()),
                Event::CallRang { session, .. } => (session, "rings".to_owned()),
                Event::CallAnswered { session, .. } => (session, "answered".to_owned()),
                Event::CallFailed { session, status, reason, again, .. } => {
                    let again = if again { ", again" } else { "" };
                    (session, format!("{status} {}{again}", reason.code()))
                }
                Event::CallGivenUp { session, rang, .. } => (session, format!("given up, rang: {rang}")),
                Event::CallEnded { session, end, status, .. } => (session, format!("{end:?} {status}")),
                Event::CallDropped { session } => (session, "dropped".to_owned()),
                Event::CallHeld { session, on } => (session, if on { "held" } else { "resumed" }.to_owned()),
                Event::CallTransferred { session, done } => (session, format!("transferred: {done}")),
                _ => return None,
            };
            (session.number == number).then_some((at, what))
        })
    }

    /// Nothing of any call is left: no party, no leg, no channel.
    pub(crate) fn is_silent(&self) -> bool {
        self.site().parties().iter().count() == 0
            && self.site().pbxs().iter().all(|pbx| pbx.exchange().calls() == 0 && pbx.exchange().legs() == 0)
            && self.site().phones().iter().all(|phone| phone.calls() == 0)
    }

    /// (millisecond, PBX, active) of every change of role.
    pub(crate) fn roles(&self) -> Vec<(u64, NodeId, bool)> {
        self.all(|at, node, event| match event {
            Event::Role { active } => Some((at, node, *active)),
            _ => None,
        })
    }
}

/// That second and millisecond.
pub(crate) fn at(second: u64, ms: u64) -> Instant {
    Instant::ZERO + Duration::seconds(second) + Duration::millis(ms)
}

struct Listener {
    facts: Vec<(Instant, NodeId, Event)>,
    steps: Vec<Instant>,
    within: Vec<(u64, NodeId, String)>,
    checker: Checker,
}

impl Observer for Listener {
    fn observe(&mut self, now: Instant, node: NodeId, events: &[Event], site: &Site) -> bool {
        self.steps.push(now);
        self.facts.extend(events.iter().map(|event| (now, node, *event)));
        self.checker.observe(now, node, events, site)
    }

    fn on_entry(&mut self, _: Instant, _: &Entry, _: &Site) {}

    fn on_packet(&mut self, now: Instant, packet: &Packet, passage: Passage, _: &Site) {
        let said = match packet.body {
            Body::Call(request) if request.method == Method::Invite && request.to_tag != 0 => {
                Some(if request.hold { "INVITE, hold" } else { "INVITE, resume" }.to_owned())
            }
            Body::Call(request) if matches!(request.method, Method::Refer | Method::Notify) => {
                Some(format!("{:?} {:?}", request.method, request.transfer))
            }
            Body::Answer(response) if response.status == 491 => Some("491".to_owned()),
            _ => None,
        };
        if let (Some(said), Passage::Leaves { .. }) = (said, passage) {
            self.within.push((now.0 / 1_000_000, packet.source, said));
        }
        if let Body::Answer(response) = packet.body {
            assert_ne!(response.method, Method::Ack, "at {now:?} an ACK was answered: {response:?} (RFC 3261 §17)");
        }
    }
}

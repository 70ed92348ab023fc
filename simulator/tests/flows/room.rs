//! Alice, Bob, and the PBX between them; every message at either device is written down.

use crate::published::Seen;
use simulator::call::leg::{Leg, Said, Saying, State};
use simulator::distribution::Distribution;
use simulator::endpoint::party::proof_of;
use simulator::engine::{Engine, Watch};
use simulator::event::Event;
use simulator::layout::{Begins, Block, Device, Layout, PbxPlan, PopulationPlan, Role};
use simulator::licence::reason::Reason;
use simulator::node::{Body, Elements, Input, NodeId, Outbox, Packet, Place};
use simulator::numbers::{Extensions, Number, NumberPlan};
use simulator::rng::Probability;
use simulator::settings::{Checkout, Link, Links, PbxSettings, PopulationSettings, Retries, Rules, Settings};
use simulator::sip::message::{Method, Session};
use simulator::site::Site;
use simulator::time::{Duration, Instant};

/// When Alice calls: everybody has registered by then.
const CALLS_AT: Instant = Instant(100_000_000_000);
/// One way. The PBX hears of Bob 240 ms after the INVITE came: later than the 200 ms after which it says 100.
const HOP: Duration = Duration::millis(120);
const ALICE: NodeId = NodeId(0);
const BOB: NodeId = NodeId(1);
const BOBS_NUMBER: Number = Number(120_001);

/// What somebody does, and when.
#[derive(Clone, Copy)]
pub(crate) struct Person {
    pub(crate) calls: bool,
    pub(crate) rings: bool,
    /// Rings, then gives this final answer; at once without ringing if the wait is nothing.
    pub(crate) answers: Option<(Duration, u16)>,
    pub(crate) hangs_up_after: Option<Duration>,
    /// How long a caller waits for an answer.
    pub(crate) patience: Option<Duration>,
    /// Calls by the other PBX when the first does not respond.
    pub(crate) tries_another: bool,
}

impl Person {
    pub(crate) const SILENT: Self =
        Self { calls: false, rings: false, answers: None, hangs_up_after: None, patience: None, tries_another: false };
    pub(crate) const CALLER: Self = Self { calls: true, ..Self::SILENT };
    pub(crate) const RINGS: Self = Self { rings: true, ..Self::SILENT };
}

/// One end of the call.
struct End {
    device: NodeId,
    person: Person,
    leg: Option<Leg>,
    /// When the person next does something.
    act_at: Instant,
    /// With the other side and the branch, by which a repetition is known.
    seen: Vec<(Seen, (NodeId, u32))>,
}

/// Watches nothing: the ends write down themselves what they see.
struct Nobody;

impl Watch<Room> for Nobody {
    fn step(&mut self, _: Instant, _: NodeId, _: &[Event], _: &Room) -> bool {
        true
    }
}

/// Everybody in one place.
pub(crate) struct Room {
    site: Site,
    settings: Settings,
    layout: Layout,
    ends: [End; 2],
    /// Which PBX Alice calls by.
    by: u16,
}

impl Room {
    pub(crate) fn new(alice: Person, bob: Person) -> Self {
        let pbxs = [("first", Role::Master), ("second", Role::Slave)];
        let layout = Layout {
            sites: vec!["here".into()],
            pbxs: pbxs
                .map(|(name, role)| PbxPlan {
                    software: 12,
                    name: name.into(),
                    role,
                    site: 0,
                    stands_in_for: None,
                    licences: vec![],
                })
                .to_vec(),
            populations: ["alice", "bob"]
                .map(|name| PopulationPlan {
                    name: name.into(),
                    seats: 1,
                    begins: Begins::FirstMinute,
                    application: 12,
                })
                .to_vec(),
            blocks: vec![block(0), block(1)],
            numbers: NumberPlan::new(vec![extension(0), extension(1)], vec![]),
            ..Layout::default()
        };
        let pbx = PbxSettings { challenges: false, ..PbxSettings::default() };
        let people = PopulationSettings { retries: Retries::Never, ..PopulationSettings::default() };
        let settings = Settings {
            pbxs: vec![pbx.clone(), pbx],
            populations: vec![people.clone(), people],
            links: Links {
                sites: 1,
                table: vec![0],
                profiles: vec![Link {
                    latency: Distribution::fixed(HOP),
                    loss: Probability::ZERO,
                    duplicates: Probability::ZERO,
                }],
            },
            checkout: Checkout::default(),
            rules: Rules::default(),
            flows: vec![],
            queues: vec![],
            rooms: vec![],
        };
        let end = |device, person: Person| End {
            device,
            person,
            leg: None,
            act_at: if person.calls { CALLS_AT } else { Instant::NEVER },
            seen: vec![],
        };
        Self {
            site: Site::new(&layout, &settings, 1),
            settings,
            layout,
            ends: [end(ALICE, alice), end(BOB, bob)],
            by: 1,
        }
    }

    /// Whoever calls must prove who it is.
    pub(crate) fn challenged(mut self) -> Self {
        self.settings.pbxs.iter_mut().for_each(|pbx| pbx.challenges = true);
        self.site = Site::new(&self.layout, &self.settings, 1);
        self
    }

    /// Alice first calls by a PBX that is not there.
    pub(crate) fn with_dead_pbx(mut self) -> Self {
        self.by = 0;
        self.site.crash(0, Instant::ZERO, &mut Outbox::default());
        self
    }

    /// What Alice and Bob have seen in ten minutes, an INVITE that came again once only.
    pub(crate) fn run(self) -> [Vec<Seen>; 2] {
        let links = self.settings.links.clone();
        let mut engine = Engine::new(self, links, 2);
        engine.run_until(Instant::ZERO + Duration::seconds(600), &mut Nobody);
        engine.elements().ends.each_ref().map(|end| {
            assert!(end.leg.as_ref().is_none_or(Leg::is_over), "{:?} is in a call", end.device);
            let mut seen = end.seen.clone();
            seen.dedup_by(|again, first| again == first && first.0.what == "INVITE");
            seen.into_iter().map(|(seen, _)| seen).collect()
        })
    }

    fn on_input(&mut self, index: usize, now: Instant, input: Input<'_>, out: &mut Outbox) {
        let (people, end) = (&self.site.cluster().people, &mut self.ends[index]);
        let said = match input {
            Input::Packet(packet) | Input::Deferred(packet) => end.on_packet(now, packet, out),
            Input::Timeout if end.act_at <= now => {
                end.act(now, people.pbx(self.by), out);
                Said::Nothing
            }
            Input::Timeout => end.leg.as_mut().map_or(Said::Nothing, |leg| leg.on_timeout(now, out)),
        };
        match said {
            Said::Challenged(nonce) => {
                let proof = proof_of(people, end.device, nonce);
                end.leg.as_mut().expect("it was challenged").invite(now, proof, out);
            }
            Said::Rings => end.act_at = end.person.patience.map_or(Instant::NEVER, |patience| now + patience),
            Said::Answered => end.act_at = end.person.hangs_up_after.map_or(Instant::NEVER, |after| now + after),
            Said::Refused(408, ..) if end.person.tries_another && self.by == 0 => {
                (self.by, end.act_at) = (1, now);
            }
            _ => {}
        }
    }
}

impl End {
    fn on_packet(&mut self, now: Instant, packet: &Packet, out: &mut Outbox) -> Said {
        match (&packet.body, &mut self.leg) {
            (Body::Call(request), None) if request.method == Method::Invite => {
                let mut leg = Leg::incoming(now, packet.source, packet.reliable, request, 1_000);
                let waits = match self.person.answers {
                    Some((wait, _)) => wait,
                    None => Duration::FOREVER,
                };
                if self.person.rings || waits > Duration::ZERO && waits != Duration::FOREVER {
                    leg.answer(now, 180, Saying::default(), out);
                }
                self.act_at = now + waits;
                // Who does not respond at all has no leg.
                self.leg = (self.person.rings || self.person.answers.is_some()).then_some(leg);
                Said::Nothing
            }
            (Body::Call(request), Some(leg)) => leg.on_request(now, request, out),
            (Body::Answer(response), Some(leg)) => leg.on_response(now, packet.source, response, out),
            _ => Said::Nothing,
        }
    }

    /// The person's turn.
    fn act(&mut self, now: Instant, pbx: NodeId, out: &mut Outbox) {
        self.act_at = Instant::NEVER;
        let hangs_up_after = self.person.hangs_up_after;
        match &mut self.leg {
            Some(leg) if leg.state() == State::Confirmed => leg.bye(now, out),
            Some(leg) if self.person.calls && leg.state() == State::Early => leg.cancel(now, out),
            Some(leg) if !self.person.calls => {
                let (_, status) = self.person.answers.expect("somebody answers");
                leg.answer(now, status, Saying { reason: Reason::None, ..Saying::default() }, out);
                self.act_at = hangs_up_after.map_or(Instant::NEVER, |after| now + after);
            }
            _ => {
                let session = Session { number: 1, flow: 0, to: 0 };
                let mut leg = Leg::outgoing(session, BOBS_NUMBER, self.device, pbx, 1, false);
                leg.invite(now, 0, out);
                self.leg = Some(leg);
            }
        }
    }
}

impl Elements for Room {
    fn nodes(&self) -> usize {
        self.site.nodes()
    }

    fn handle(&mut self, node: NodeId, now: Instant, input: Input<'_>, out: &mut Outbox) {
        let about_a_call = match input {
            Input::Packet(packet) | Input::Deferred(packet) => matches!(packet.body, Body::Call(_) | Body::Answer(_)),
            Input::Timeout => self.site.poll_timeout(node) > now,
        };
        let Some(end) = self.ends.get_mut(node.index()).filter(|_| about_a_call) else {
            return self.site.handle(node, now, input, out);
        };
        if let Input::Packet(packet) = input {
            end.seen.extend(word(&packet.body).map(|(what, branch)| (Seen::heard(&what), (packet.source, branch))));
        }
        self.on_input(node.index(), now, input, out);
        let sent = out.sent.iter().filter_map(|sent| Some((sent.target, word(&sent.body)?)));
        let seen = sent.map(|(target, (what, branch))| (Seen::new(true, &what), (target, branch)));
        self.ends[node.index()].seen.extend(seen);
    }

    fn poll_timeout(&self, node: NodeId) -> Instant {
        let end = self
            .ends
            .get(node.index())
            .map_or(Instant::NEVER, |end| end.leg.as_ref().map_or(Instant::NEVER, Leg::poll_timeout).min(end.act_at));
        self.site.poll_timeout(node).min(end)
    }

    fn is_up(&self, node: NodeId) -> bool {
        self.site.is_up(node)
    }

    fn is_frozen(&self, node: NodeId) -> bool {
        self.site.is_frozen(node)
    }

    fn place(&self, node: NodeId) -> Place {
        self.site.place(node)
    }

    fn stream(&self, node: NodeId) -> u64 {
        self.site.stream(node)
    }

    fn count_packet(&mut self, endpoint: NodeId) -> u32 {
        self.site.count_packet(endpoint)
    }

    fn prefetch(&self, node: NodeId, packet: Option<&Packet>) {
        self.site.prefetch(node, packet);
    }
}

/// Method or status of a message about a call, and its branch.
fn word(body: &Body) -> Option<(String, u32)> {
    match body {
        Body::Call(request) => Some((format!("{:?}", request.method).to_uppercase(), request.branch)),
        Body::Answer(response) => Some((response.status.to_string(), response.branch)),
        _ => None,
    }
}

fn block(index: u16) -> Block {
    Block {
        population: index,
        home: 1,
        site: 0,
        targets: vec![1],
        first_seat: 0,
        seats: 1,
        devices: vec![(Device::DeskPhone, 1)],
    }
}

fn extension(index: u16) -> Extensions {
    Extensions { first: Number(100_000 + 10_000 * (u32::from(index) + 1) + 1), seats: 1, block: index }
}

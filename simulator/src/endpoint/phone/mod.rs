//! One device: what its owner wants, its registration, and the client transaction beneath it.
//!
//! Also trunks' ends and operator applications: whatever registers. Its calls are parties of their own, so that a device
//! without calls costs nothing for them.

mod answers;
mod session;

use crate::endpoint::people::People;
use crate::endpoint::restraint::Restraint;
use crate::event::{Event, Seen, Wish};
use crate::licence::reason::Reason;
use crate::node::{Body, Input, Node, NodeId, Outbox, Packet, Via};
use crate::rng::{self, Purpose, draw, key};
use crate::settings::Transport;
use crate::sip::message::{Aor, Contacts, Register};
use crate::sip::transaction::{ClientTransaction, Timeout};
use crate::time::{Duration, Instant};

/// Waits for a keep-alive's answer before the probe is repeated, and in the end the flow is dead (RFC 5626 §4.4: 10 s).
const PROBE_WAITS: [Duration; 3] = [Duration::seconds(2), Duration::seconds(3), Duration::seconds(5)];
/// How often someone in line asks whether it still stands there.
const IN_LINE: Duration = Duration::seconds(300);
/// Challenges answered within one attempt.
const CHALLENGES: u8 = 3;

/// A device. 128 bytes: two cache lines, at a million of them what decides speed.
#[derive(Clone, Debug)]
#[repr(C, align(64))]
pub struct Phone {
    transaction: ClientTransaction,
    /// When the agenda next wants something.
    act_at: Instant,
    /// When the wish in progress was due.
    due: Instant,
    /// When the first REGISTER of the attempt left.
    began: Instant,
    /// End of the session.
    leaves_at: Instant,
    /// Next keep-alive, or the end of waiting for its answer.
    probe_at: Instant,
    /// While a REGISTER is under way the nonce it answers; else what its server asked it to hold back, a [`Restraint`].
    carried: u64,
    call: u32,
    sequence: u32,
    /// Waits drawn so far.
    waits: u32,
    /// Sessions begun so far.
    sessions: u32,
    seen: Seen,
    /// Packets to or from it that the network has judged: what its chance is counted by.
    judged: u32,
    /// Lifetime to ask for if a registrar found ours too brief (423); 0: the population's.
    asked_s: u32,
    /// Its latest call: node of the party; [`NodeId::NONE`]: in no call.
    pub(in crate::endpoint) line: NodeId,
    aor: Aor,
    /// PBX index the request in flight, or the registration, is with.
    server: u16,
    attempts: u16,
    /// Calls it is in.
    pub(in crate::endpoint) calls: u16,
    state: State,
    wish: Wish,
    /// Bits of the targets tried in this round.
    tried: u8,
    failures: u8,
    hops: u8,
    challenges: u8,
    probes: u8,
    flags: Flags,
}

/// What it is doing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub enum State {
    /// Out by wish; `act_at` is when it will want to be in.
    Out,
    /// A REGISTER is under way.
    Trying,
    /// Between two tries.
    Waiting,
    /// In line for a licence.
    InLine,
    /// Registered; `act_at` is when to refresh.
    In,
    /// Without power.
    Off,
}

#[derive(Clone, Copy, Debug, Default)]
struct Flags {
    /// The session ended while a request was under way.
    leaving: bool,
    /// After leaving it stays out, whatever its absences say.
    stays_out: bool,
    /// It wanted to be in when power went.
    was_in: bool,
}

impl Phone {
    /// A device that is out until `act_at`.
    pub fn new(aor: Aor, server: u16, call: u32, act_at: Instant) -> Self {
        Self {
            transaction: ClientTransaction::IDLE,
            act_at,
            due: Instant::ZERO,
            began: Instant::ZERO,
            leaves_at: Instant::NEVER,
            probe_at: Instant::NEVER,
            carried: 0,
            call,
            sequence: 0,
            waits: 0,
            sessions: 0,
            seen: Seen::default(),
            judged: 0,
            asked_s: 0,
            line: NodeId::NONE,
            aor,
            server,
            attempts: 0,
            calls: 0,
            state: State::Out,
            wish: Wish::SignIn,
            tried: 0,
            failures: 0,
            hops: 0,
            challenges: 0,
            probes: 0,
            flags: Flags::default(),
        }
    }

    /// Who it is.
    pub fn aor(&self) -> Aor {
        self.aor
    }

    /// What it is doing.
    pub fn state(&self) -> State {
        self.state
    }

    /// The PBX its registration or request is with.
    pub fn server(&self) -> u16 {
        self.server
    }

    /// Calls it is in.
    #[inline]
    pub fn calls(&self) -> u32 {
        u32::from(self.calls)
    }

    /// Whether it takes its registration to stand.
    #[inline]
    pub fn is_registered(&self) -> bool {
        self.state == State::In || self.state == State::Trying && self.wish == Wish::Refresh
    }

    /// Counts a packet that the network judges.
    #[inline]
    pub fn count_packet(&mut self) -> u32 {
        self.judged = self.judged.wrapping_add(1);
        self.judged
    }

    /// Whether it has power.
    #[inline]
    pub fn is_up(&self) -> bool {
        self.state != State::Off
    }

    /// Whether it has a connection to that PBX that would notice the PBX's end.
    pub fn is_connected_to(&self, pbx: u16, people: &People) -> bool {
        let busy = matches!(self.state, State::In | State::Trying | State::InLine);
        busy && self.server == pbx && people.settings(self.aor.block).transport.is_reliable()
    }

    fn on_timeout(&mut self, people: &People, now: Instant, out: &mut Outbox) {
        if self.transaction.poll_timeout() <= now {
            return match self.transaction.on_timeout(now) {
                Timeout::Nothing => {}
                Timeout::Retransmit => {
                    out.report(Event::Retransmitted);
                    self.transmit(people, out);
                }
                Timeout::TimedOut => {
                    self.carried = 0;
                    self.on_failure(people, now, 408, Reason::None, 0, out);
                }
            };
        }
        if self.leaves_at <= now {
            self.on_session_end(people, now, out);
        } else if self.act_at <= now {
            self.act(people, now, out);
        } else if self.probe_at <= now {
            self.probe(people, now, out);
        }
    }

    /// RFC 7339 §5.10: whether its server has asked for less, and this one is not to be sent. Only what begins something is
    /// held back: refreshes, answers to challenges and sign-outs go first.
    fn holds_back(&self, server: u16, people: &People, now: Instant) -> bool {
        if self.carried == 0 || server != self.server {
            return false;
        }
        let bits = draw(key(people.device_stream(self.aor), Purpose::Restraint), self.waits);
        Restraint(self.carried).holds(now, bits)
    }

    /// A fresh REGISTER to that PBX.
    fn attempt(&mut self, server: u16, people: &People, now: Instant, out: &mut Outbox) {
        self.server = server;
        self.attempts = self.attempts.saturating_add(1);
        self.challenges = 0;
        self.carried = 0;
        self.began = now;
        self.request(people, now, out);
    }

    fn request(&mut self, people: &People, now: Instant, out: &mut Outbox) {
        self.state = State::Trying;
        (self.act_at, self.probe_at, self.probes) = (Instant::NEVER, Instant::NEVER, 0);
        self.sequence = self.sequence.wrapping_add(1);
        self.transaction.start(now, people.settings(self.aor.block).transport.is_reliable());
        self.transmit(people, out);
    }

    fn transmit(&self, people: &People, out: &mut Outbox) {
        let settings = people.settings(self.aor.block);
        let leaves = self.wish == Wish::SignOut;
        let asked_s = if self.asked_s > 0 { self.asked_s } else { settings.expires_s };
        let challenged = self.carried != 0;
        let register = Register {
            aor: self.aor,
            call: self.call,
            sequence: self.sequence,
            branch: self.transaction.branch(),
            expires_s: if leaves { 0 } else { asked_s },
            contacts: Contacts::Own,
            nonce_count: u32::from(challenged),
            nonce: self.carried,
            proof: if challenged { proof(people, self.aor, self.carried, 1) } else { 0 },
        };
        out.send(people.pbx(self.server), via(settings.transport), Body::Register(register));
    }

    /// The connection is gone, or nobody listens at the other end.
    fn on_reset(&mut self, people: &People, now: Instant, source: NodeId, out: &mut Outbox) {
        if source != people.pbx(self.server) {
            return;
        }
        if self.transaction.is_active() {
            self.transaction.stop();
            self.carried = 0;
            self.on_failure(people, now, 0, Reason::None, 0, out);
        } else if matches!(self.state, State::In | State::InLine) {
            self.on_loss(people, now, out);
        }
    }

    /// The registration is known to be gone: another server first.
    fn on_loss(&mut self, people: &People, now: Instant, out: &mut Outbox) {
        let lost = self.server;
        self.lose_calls(people, out);
        self.adopt(Wish::Return, now, out);
        let targets = &people.blocks[usize::from(self.aor.block)].block.targets;
        if let (Some(place), true) = (targets.iter().position(|target| *target == lost), targets.len() > 1) {
            self.tried |= 1 << place;
        }
        self.begin_round(people, now, out);
    }

    /// M9: calls of who lost its registration are dropped, unless they are kept.
    fn lose_calls(&self, people: &People, out: &mut Outbox) {
        if self.line != NodeId::NONE && !people.rules.keeps_calls {
            out.send(self.line, Via::Local, Body::Unregistered);
        }
    }

    fn probe(&mut self, people: &People, now: Instant, out: &mut Outbox) {
        let Some(wait) = PROBE_WAITS.get(usize::from(self.probes)) else {
            return self.on_loss(people, now, out);
        };
        self.probes += 1;
        self.probe_at = now + *wait;
        out.send(people.pbx(self.server), via(people.settings(self.aor.block).transport), Body::Ping);
    }

    fn on_pong(&mut self, people: &People, now: Instant) {
        if self.state == State::In {
            self.probes = 0;
            self.probe_at = people.settings(self.aor.block).keep_alive.map_or(Instant::NEVER, |every| now + every);
        }
    }

    fn on_packet(&mut self, people: &People, now: Instant, packet: &Packet, out: &mut Outbox) {
        match packet.body {
            Body::Response(response) => self.on_response(people, now, &response, out),
            Body::Reset => self.on_reset(people, now, packet.source, out),
            Body::Pong => self.on_pong(people, now),
            Body::Offer if self.state == State::InLine => self.attempt(self.server, people, now, out),
            Body::Begin if self.state == State::Out => self.begin(Wish::SignIn, people, now, out),
            _ => {}
        }
    }
}

impl Node for Phone {
    type Profile = People;

    #[inline]
    fn handle(&mut self, people: &People, now: Instant, input: Input<'_>, out: &mut Outbox) {
        match input {
            Input::Timeout => self.on_timeout(people, now, out),
            Input::Packet(packet) | Input::Deferred(packet) => self.on_packet(people, now, packet, out),
        }
    }

    #[inline]
    fn poll_timeout(&self) -> Instant {
        self.transaction.poll_timeout().min(self.act_at).min(self.leaves_at).min(self.probe_at)
    }
}

fn via(transport: Transport) -> Via {
    if transport.is_reliable() { Via::Connection } else { Via::Datagram }
}

/// Stands for the digest response of RFC 7616 §3.4.1: only who shares the secret can tell it.
#[inline]
pub fn proof(people: &People, aor: Aor, nonce: u64, count: u32) -> u64 {
    let secret = key(people.device_stream(aor), Purpose::Secret);
    rng::mix(secret ^ nonce.rotate_left(count & 31))
}

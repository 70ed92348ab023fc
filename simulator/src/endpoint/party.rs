//! One party of a call: the person at a device, or the world behind a trunk, and its leg to the PBX.

use crate::call::leg::{Leg, Said, Saying};
use crate::endpoint::doings::Doings;
use crate::endpoint::people::People;
use crate::endpoint::phone::proof;
use crate::endpoint::retry;
use crate::event::{CallEnd, Event};
use crate::licence::reason::Reason;
use crate::node::{Body, NodeId, Outbox, Via};
use crate::rng::{Purpose, draw, key};
use crate::settings::FlowSettings;
use crate::sip::message::{CallRequest, Method, Session};
use crate::time::{Duration, Instant};

/// Longest that a device rings if nobody takes the call: longer than any PBX lets it (Timer C of §16.6).
const RINGS_AT_MOST: Duration = Duration::seconds(240);

/// Longest that somebody is asked before a transfer: until an answer, and from then on.
const ASKS_AT_MOST: Duration = Duration::seconds(30);
/// Tells the session of such a call from that of the call it is about.
pub(super) const ASKS: u32 = 1 << 31;

/// A party. It lives as long as its leg.
#[derive(Clone, Debug)]
pub struct Party {
    pub(super) leg: Leg,
    /// The device it is at.
    pub(super) owner: NodeId,
    /// The next and the previous party at the same device.
    pub(super) next: NodeId,
    pub(super) previous: NodeId,
    /// Whether it is one of those.
    pub(super) linked: bool,
    /// When the call was due; once it has been answered, when that was.
    since: Instant,
    /// When the INVITE, or the BYE, left.
    began: Instant,
    /// When the person next does something: answers, hangs up, dials again.
    act_at: Instant,
    /// When a caller's patience ends.
    gives_up_at: Instant,
    state: State,
    /// Redials so far.
    redials: u8,
    /// Whether its INVITE has rung.
    rang: bool,
    /// Whether its call was answered and is not over.
    talks: bool,
    /// What it does besides talking, if anything.
    pub(super) doings: Option<Box<Doings>>,
    /// The party at the same device for which it asks somebody before a transfer; [`NodeId::NONE`]: it calls for itself.
    pub(super) asks_for: NodeId,
}

/// What it is doing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    /// Is about to call.
    Ready,
    /// Calls.
    Calling,
    /// Has given up; the answer to the CANCEL is awaited.
    GaveUp,
    /// Between two tries.
    Waiting,
    /// Is called and has not been told yet.
    Called,
    /// Is called, and it rings.
    Rings,
    /// Talks.
    Talking,
    /// Has hung up, or was left.
    Leaving,
}

impl Party {
    /// Somebody about to call.
    pub(super) fn caller(leg: Leg, owner: NodeId, now: Instant) -> Self {
        Self::new(leg, owner, State::Ready, now)
    }

    /// Somebody called, by an INVITE that has just come.
    pub(super) fn callee(leg: Leg, owner: NodeId, now: Instant) -> Self {
        Self::new(leg, owner, State::Called, now)
    }

    fn new(leg: Leg, owner: NodeId, state: State, now: Instant) -> Self {
        Self {
            leg,
            owner,
            next: NodeId::NONE,
            previous: NodeId::NONE,
            linked: false,
            since: now,
            began: now,
            talks: false,
            act_at: Instant::NEVER,
            gives_up_at: Instant::NEVER,
            state,
            redials: 0,
            rang: false,
            doings: None,
            asks_for: NodeId::NONE,
        }
    }

    /// States a fact of its call; a call that only asks before a transfer is none of those counted.
    fn report(&self, event: Event, out: &mut Outbox) {
        if self.asks_for == NodeId::NONE {
            out.report(event);
        }
    }

    /// Whether it called and its call has neither been answered nor come to its end.
    pub fn is_open(&self) -> bool {
        matches!(self.state, State::Calling | State::Waiting) && self.asks_for == NodeId::NONE
    }

    /// Whether it called, was answered, and its call is not over.
    pub fn is_talking(&self) -> bool {
        self.talks && self.asks_for == NodeId::NONE
    }

    /// Which call.
    pub fn session(&self) -> Session {
        self.leg.session
    }

    /// Whether nothing is left to be done.
    #[inline]
    pub(super) fn is_over(&self) -> bool {
        self.leg.is_over() && self.state != State::Waiting
    }

    /// Our tag of its call.
    pub fn tag(&self) -> u32 {
        self.leg.tag()
    }

    /// It is to hang up, or to give up, now.
    pub(super) fn hang_up(&mut self, now: Instant) {
        match self.state {
            State::Talking => self.act_at = now,
            State::Calling | State::Waiting | State::Rings => self.gives_up_at = now,
            State::Ready | State::GaveUp | State::Called | State::Leaving => {}
        }
    }

    /// When it wants to be woken.
    #[inline]
    pub(super) fn poll_timeout(&self) -> Instant {
        let doings = self.doings.as_ref().map_or(Instant::NEVER, |doings| doings.poll_timeout());
        self.leg.poll_timeout().min(self.act_at).min(self.gives_up_at).min(doings)
    }

    pub(super) fn on_timeout(&mut self, people: &People, now: Instant, out: &mut Outbox) {
        if self.leg.poll_timeout() <= now {
            let said = self.leg.on_timeout(now, out);
            self.on_said(people, now, said, out);
        } else if self.gives_up_at <= now {
            self.give_up(now, out);
        } else if self.act_at <= now {
            self.act(people, now, out);
        } else {
            self.do_something(people, now, out);
        }
    }

    /// The person's turn.
    fn act(&mut self, people: &People, now: Instant, out: &mut Outbox) {
        self.act_at = Instant::NEVER;
        match self.state {
            State::Rings => self.pick_up(people, now, out),
            State::Talking => self.leave_call(now, out),
            _ => {}
        }
    }

    pub(super) fn leave_call(&mut self, now: Instant, out: &mut Outbox) {
        (self.began, self.state, self.act_at, self.doings) = (now, State::Leaving, Instant::NEVER, None);
        self.leg.bye(now, out);
    }

    /// The call begins.
    pub(super) fn begin(&mut self, people: &People, now: Instant, out: &mut Outbox) {
        let session = self.leg.session;
        self.report(Event::CallDue { session }, out);
        if self.asks_for != NodeId::NONE {
            self.gives_up_at = now + ASKS_AT_MOST;
        } else if let Some(patience) = &settings(people, session).patience {
            self.gives_up_at = now + patience.sample(chance(people, session, Purpose::Patience));
        }
        self.dial(now, out);
    }

    /// Whether it dials again now.
    pub(super) fn redials(&self, now: Instant) -> bool {
        self.state == State::Waiting && self.act_at <= now && self.gives_up_at > now
    }

    /// Dials again, on a leg of its own.
    pub(super) fn redial(&mut self, tag: u32, peer: NodeId, now: Instant, out: &mut Outbox) {
        self.leg = self.leg.anew(peer, tag);
        self.act_at = Instant::NEVER;
        self.dial(now, out);
    }

    /// Its device is taken by another call: it waits once more.
    pub(super) fn wait_on(&mut self, people: &People, now: Instant) {
        self.redials = self.redials.saturating_add(1);
        let session = self.leg.session;
        let bits = draw(chance(people, session, Purpose::Redial), u32::from(self.redials));
        let wait = retry::wait(&settings(people, session).retries, 1, bits).unwrap_or(Duration::SECOND);
        self.act_at = now + wait.max(Duration::MILLISECOND);
    }

    fn dial(&mut self, now: Instant, out: &mut Outbox) {
        (self.state, self.began, self.rang) = (State::Calling, now, false);
        self.leg.invite(now, 0, out);
    }

    /// Patience has ended.
    fn give_up(&mut self, now: Instant, out: &mut Outbox) {
        self.gives_up_at = Instant::NEVER;
        let (session, due) = (self.leg.session, self.since);
        match self.state {
            State::Calling => {
                self.report(Event::CallGivenUp { session, due, rang: self.rang }, out);
                self.tell_asker(0, out);
                self.state = State::GaveUp;
                self.leg.cancel(now, out);
            }
            // Whoever called may be gone without a word: its CANCEL was lost, or its PBX crashed.
            State::Rings => {
                self.state = State::Leaving;
                self.leg.answer(now, 480, Saying::default(), out);
            }
            State::Waiting => {
                self.report(Event::CallGivenUp { session, due, rang: false }, out);
                (self.state, self.act_at) = (State::GaveUp, Instant::NEVER);
            }
            _ => {}
        }
    }

    fn pick_up(&mut self, people: &People, now: Instant, out: &mut Outbox) {
        (self.state, self.gives_up_at) = (State::Talking, Instant::NEVER);
        self.doings = Doings::of_callee(people, self.owner, &self.leg, now);
        self.leg.answer(now, 200, Saying::default(), out);
    }

    /// The INVITE that made it has been passed on to it.
    pub(super) fn ring(&mut self, people: &People, now: Instant, out: &mut Outbox) {
        let session = self.leg.session;
        let settings = settings(people, session);
        let bits = chance(people, session, Purpose::Ringing);
        let answers = !settings.unanswered.strikes(bits);
        let rings = settings.rings.sample(draw(bits, 0));
        if answers && rings == Duration::ZERO {
            return self.pick_up(people, now, out);
        }
        self.state = State::Rings;
        self.act_at = if answers { now + rings } else { Instant::NEVER };
        self.gives_up_at = if answers { Instant::NEVER } else { now + RINGS_AT_MOST };
        self.leg.answer(now, 180, Saying::default(), out);
    }

    /// A message of the other side, for this party by its tags.
    pub(super) fn on_message(&mut self, people: &People, now: Instant, body: &Body, out: &mut Outbox) {
        let said = match body {
            Body::Call(request) if self.state == State::Called && is_invite(request) => {
                return self.ring(people, now, out);
            }
            Body::Call(request) => self.leg.on_request(now, request, out),
            Body::Answer(response) => self.leg.on_response(now, self.leg.peer(), response, out),
            _ => Said::Nothing,
        };
        self.on_said(people, now, said, out);
    }

    fn on_said(&mut self, people: &People, now: Instant, said: Said, out: &mut Outbox) {
        let session = self.leg.session;
        match said {
            Said::Nothing => {}
            Said::Rings => {
                if self.state == State::Calling {
                    self.rang = true;
                    self.report(Event::CallRang { session, began: self.began }, out);
                }
            }
            Said::Challenged(nonce) => self.leg.invite(now, proof_of(people, self.owner, nonce), out),
            Said::Answered => {
                let (due, began) = (self.since, self.began);
                self.report(Event::CallAnswered { session, due, began, rang: self.rang }, out);
                let holding = settings(people, session).holding.sample(chance(people, session, Purpose::Holding));
                (self.state, self.talks, self.since, self.act_at) = (State::Talking, true, now, now + holding);
                self.gives_up_at = Instant::NEVER;
                if self.asks_for == NodeId::NONE {
                    self.doings = Doings::of_caller(people, session, now);
                } else {
                    self.act_at = now + ASKS_AT_MOST;
                    self.tell_asker(self.leg.their_tag(), out);
                }
            }
            Said::Refused(status, reason, retry_after_s) => {
                self.on_refused(people, now, (status, reason, retry_after_s), out);
            }
            // The call is over for who was called; or its caller has taken it back.
            Said::Cancelled | Said::Unacknowledged => self.leave(),
            Said::HungUp => {
                self.report_end(now, CallEnd::Left, 0, out);
                self.leave();
            }
            Said::Ended(status) => self.report_end(now, CallEnd::HungUp, status, out),
            Said::Expired => {
                self.report_end(now, CallEnd::Dropped, 0, out);
                self.leave();
            }
            // Whoever is put on hold can only agree.
            Said::Holds(_) => self.leg.answer_hold(now, 200, out),
            Said::Held(done) => self.on_held(now, done, out),
            Said::Referred(status) => self.on_referred(now, status, out),
            Said::Told(status, last) => self.on_told(now, status, last, out),
            // A phone is not put through to anybody: its PBX does that.
            Said::Refers(..) => self.leg.tell(now, 603, true, out),
        }
    }

    /// Whom it asks for is told what came of it.
    fn tell_asker(&self, tag: u32, out: &mut Outbox) {
        if self.asks_for != NodeId::NONE {
            let session = Session { number: self.leg.session.number & !ASKS, ..self.leg.session };
            out.send(self.asks_for, Via::Local, Body::Consulted { session, tag });
        }
    }

    /// Nothing more is to be done but what its leg does by itself.
    fn leave(&mut self) {
        (self.state, self.act_at, self.gives_up_at) = (State::Leaving, Instant::NEVER, Instant::NEVER);
        self.doings = None;
    }

    /// States that a call that was answered is over; the caller alone does so.
    fn report_end(&mut self, now: Instant, end: CallEnd, status: u16, out: &mut Outbox) {
        if self.talks {
            let began = if end == CallEnd::HungUp { self.began } else { now };
            let (session, answered) = (self.leg.session, self.since);
            self.report(Event::CallEnded { session, answered, began, end, status }, out);
            self.talks = false;
        }
    }

    fn on_refused(
        &mut self,
        people: &People,
        now: Instant,
        (status, reason, retry_after_s): (u16, Reason, u32),
        out: &mut Outbox,
    ) {
        if self.state != State::Calling {
            return;
        }
        let session = self.leg.session;
        self.redials = self.redials.saturating_add(1);
        let bits = draw(chance(people, session, Purpose::Redial), u32::from(self.redials));
        // Blocked, or busy: whoever rang and was refused is not called again.
        let blocked = status >= 400 && status != 408 && !self.rang || status == 486;
        let retries = &settings(people, session).retries;
        let blocked = blocked && self.asks_for == NodeId::NONE;
        let wait = if blocked { retry::wait(retries, u32::from(self.redials), bits) } else { None };
        let (due, began) = (self.since, self.began);
        let (rang, again) = (self.rang, wait.is_some());
        self.report(Event::CallFailed { session, due, began, status, reason, rang, again }, out);
        self.tell_asker(0, out);
        match wait {
            Some(wait) => {
                self.state = State::Waiting;
                self.act_at = now + wait.max(Duration::seconds(u64::from(retry_after_s)));
            }
            None => (self.state, self.gives_up_at) = (State::Leaving, Instant::NEVER),
        }
    }

    /// The device has lost its registration, or its power: the call is gone without a word (M9).
    pub(super) fn drop_call(&mut self, now: Instant, out: &mut Outbox) {
        let session = self.leg.session;
        if self.is_open() {
            let (due, began) = (self.since, self.began);
            out.report(Event::CallFailed {
                session,
                due,
                began,
                status: 0,
                reason: Reason::None,
                rang: self.rang,
                again: false,
            });
        }
        self.report_end(now, CallEnd::Dropped, 0, out);
        self.leg.stop();
        self.leave();
    }

    /// Whether a message is for it, by the tags.
    pub(super) fn is_meant(&self, body: &Body) -> bool {
        match body {
            Body::Call(request) => {
                request.from_tag == self.leg.their_tag() && (request.to_tag == 0 || request.to_tag == self.leg.tag())
            }
            Body::Answer(response) => response.from_tag == self.leg.tag(),
            _ => true,
        }
    }

    /// Whether its device is in this call; between two tries it is not.
    pub(super) fn holds_device(&self) -> bool {
        self.state != State::Waiting
    }
}

fn is_invite(request: &CallRequest) -> bool {
    request.method == Method::Invite
}

pub(super) fn settings(people: &People, session: Session) -> &FlowSettings {
    &people.flow_settings[usize::from(session.flow)]
}

/// The draw of a call for a purpose.
pub(super) fn chance(people: &People, session: Session, purpose: Purpose) -> u64 {
    draw(key(people.flows[usize::from(session.flow)].stream, purpose), session.number)
}

/// What answers a challenge to a call of this endpoint.
pub fn proof_of(people: &People, caller: NodeId, nonce: u32) -> u32 {
    let Some(aor) = people.aor(caller) else { return 0 };
    (proof(people, aor, u64::from(nonce), 1) >> 32) as u32 | 1
}

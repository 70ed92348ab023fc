//! Calls in sentences: shares of them, and the measures of RFC 6076.

use std::collections::BTreeMap;

use reports::expectation::{Metric, Outcome, When};
use reports::measurements::Tally;
use scenarios::plan::Plan;
use simulator::event::{CallEnd, Event};
use simulator::licence::reason::Reason;
use simulator::sip::message::Session;
use simulator::time::{Duration, Instant};

use super::meters::Meter;
use super::scope::Window;
use super::step::Step;

/// Which calls are meant: of a flow, to somebody.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Which {
    flow: Option<u16>,
    to: Option<u16>,
}

impl Which {
    pub(super) fn new(plan: &Plan, flow: Option<&str>, to: Option<&str>) -> Self {
        Self { flow: flow.and_then(|name| flow_named(plan, name)), to: to.and_then(|name| plan.layout.callee(name)) }
    }

    #[inline]
    fn has(self, session: Session) -> bool {
        self.flow.is_none_or(|flow| flow == session.flow) && self.to.is_none_or(|to| to == session.to)
    }
}

/// Calls due in a window, and those with an end: a call is one wish through all its redials.
#[derive(Clone, Debug)]
pub(super) struct CallProbe {
    which: Which,
    outcome: Outcome,
    within: Option<Duration>,
    window: Window,
    hits: u64,
    of: u64,
    ended: u64,
    /// Those under way, if more than one fact may give them the outcome: when due, and whether they have it.
    live: Option<BTreeMap<Session, bool>>,
}

impl CallProbe {
    pub(super) fn new(
        plan: &Plan,
        which: Which,
        outcome: &Outcome,
        within_ns: Option<u64>,
        (when, warmed): (When, bool),
    ) -> Self {
        // `P% of calls take at most T` asks for an answer.
        let outcome = if *outcome == Outcome::Accepted { Outcome::Answered } else { outcome.clone() };
        let once = matches!(outcome, Outcome::Answered | Outcome::Abandoned);
        Self {
            which,
            outcome,
            within: within_ns.map(Duration),
            window: Window::new(plan, when, warmed),
            hits: 0,
            of: 0,
            ended: 0,
            live: (!once).then(BTreeMap::new),
        }
    }

    #[inline]
    pub(super) fn on_event(&mut self, step: &Step<'_>, event: &Event) {
        match *event {
            Event::CallDue { session } if self.which.has(session) && self.window.has(step.now) => {
                self.of += 1;
                if let Some(live) = &mut self.live {
                    live.insert(session, false);
                }
            }
            Event::CallAnswered { session, due, .. } if self.outcome == Outcome::Answered => {
                self.end(session, due);
                if self.within.is_none_or(|within| step.now.since(due) <= within) {
                    self.hit(session, due);
                }
            }
            Event::CallAnswered { session, due, .. } if !self.shows_later() => self.end(session, due),
            Event::CallGivenUp { session, due, .. } => {
                self.end(session, due);
                if self.outcome == Outcome::Abandoned {
                    self.hit(session, due);
                }
            }
            Event::CallFailed { session, due, status, reason, rang, again, .. } => {
                if self.fails_so(status, reason, rang) {
                    self.hit(session, due);
                }
                if !again {
                    self.end(session, due);
                }
            }
            Event::CallDropped { session } if self.outcome == Outcome::Dropped => self.hit(session, step.now),
            Event::CallHeld { session, on: true } if self.outcome == Outcome::Held => self.hit(session, step.now),
            Event::CallTransferred { session, done: true } if self.outcome == Outcome::Transferred => {
                self.hit(session, step.now);
            }
            Event::CallEnded { session, end, .. } if self.shows_later() => {
                if end == CallEnd::Dropped && self.outcome == Outcome::Dropped {
                    self.hit(session, step.now);
                }
                if let Some(live) = &mut self.live {
                    self.ended += u64::from(live.remove(&session).is_some());
                }
            }
            _ => {}
        }
    }

    /// Whether the outcome is one of calls that were answered.
    fn shows_later(&self) -> bool {
        matches!(self.outcome, Outcome::Dropped | Outcome::Held | Outcome::Transferred)
    }

    /// Whether an INVITE that failed like that gives its call the outcome.
    fn fails_so(&self, status: u16, reason: Reason, rang: bool) -> bool {
        let refused = status >= 400 && status != 408;
        match &self.outcome {
            Outcome::Refused => refused,
            Outcome::Blocked => refused && !rang,
            Outcome::TimedOut => status == 408,
            Outcome::RefusedALicence => reason.is_licence(),
            Outcome::RefusedFor(code) => reason.code() == code,
            Outcome::Dropped => status == 0,
            _ => false,
        }
    }

    fn hit(&mut self, session: Session, due: Instant) {
        match &mut self.live {
            Some(live) => {
                if let Some(has) = live.get_mut(&session) {
                    self.hits += u64::from(!*has);
                    *has = true;
                }
            }
            None => self.hits += u64::from(self.which.has(session) && self.window.has(due)),
        }
    }

    fn end(&mut self, session: Session, due: Instant) {
        match &mut self.live {
            Some(live) => self.ended += u64::from(live.remove(&session).is_some()),
            None => self.ended += u64::from(self.which.has(session) && self.window.has(due)),
        }
    }

    pub(super) fn tally(&self) -> Tally {
        Tally::Share { hits: self.hits, of: self.of }
    }

    /// What is decided so far: a call under way may still go either way.
    pub(super) fn decided(&self) -> Tally {
        Tally::Share { hits: self.hits, of: self.ended.max(self.hits) }
    }
}

impl Meter {
    /// RFC 6076 §4.3 to §4.9, at the user agent that calls.
    pub(super) fn on_call(&mut self, step: &Step<'_>, event: &Event) {
        let now = step.now;
        match (self.metric, *event) {
            (Metric::SetupDelay, Event::CallRang { session, began })
            | (Metric::SetupDelay, Event::CallAnswered { session, began, rang: false, .. })
                if self.calls(step, session) =>
            {
                self.time(began, now, now.since(began));
            }
            (Metric::DisconnectDelay, Event::CallEnded { session, began, end: CallEnd::HungUp, status, .. })
                if (200..300).contains(&status) && self.calls(step, session) =>
            {
                self.time(began, now, now.since(began));
            }
            (Metric::CallLength, Event::CallEnded { session, answered, began, end, status, .. })
                if end != CallEnd::Dropped && self.calls(step, session) =>
            {
                // §4.5: a BYE without an answer ends with Timer F.
                let until = if status == 408 { now } else { began };
                self.time(answered, now, until.since(answered));
            }
            (Metric::Scr, Event::CallEnded { session, answered, end, status, .. }) if self.calls(step, session) => {
                let whole = end == CallEnd::Left || end == CallEnd::HungUp && (200..300).contains(&status);
                self.add(answered, u64::from(whole), 1);
            }
            (Metric::Scr, _) => self.on_invited(step, event, |_| false, |_| true),
            (Metric::Ser, _) => self.on_invited(step, event, |status| status == 200, |_| true),
            (Metric::Seer, _) => {
                self.on_invited(step, event, |status| matches!(status, 200 | 480 | 486 | 600 | 603), |_| true);
            }
            (Metric::Isa, _) => self.on_invited(step, event, is_ineffective, |_| true),
            (Metric::IsaWithoutLicenceRefusals, _) => {
                self.on_invited(step, event, is_ineffective, |reason| !reason.is_licence());
            }
            _ => {}
        }
    }

    /// An INVITE has its final answer; one that was taken back counts among all.
    fn on_invited(
        &mut self,
        step: &Step<'_>,
        event: &Event,
        meets: impl Fn(u16) -> bool,
        counts: impl Fn(Reason) -> bool,
    ) {
        let (session, began, status, reason) = match *event {
            Event::CallAnswered { .. } if self.metric == Metric::Scr => return,
            Event::CallAnswered { session, began, .. } => (session, began, 200, Reason::None),
            Event::CallFailed { session, began, status, reason, .. } => (session, began, status, reason),
            Event::CallGivenUp { session, .. } => (session, step.now, 487, Reason::None),
            _ => return,
        };
        if !(300..400).contains(&status) && counts(reason) && self.calls(step, session) {
            self.add(began, u64::from(meets(status)), 1);
        }
    }

    /// Whether a call is meant: of the flow, or of a caller of the population.
    fn calls(&self, step: &Step<'_>, session: Session) -> bool {
        match self.flow {
            Some(flow) => flow == session.flow,
            None => self.meets(step),
        }
    }
}

fn is_ineffective(status: u16) -> bool {
    matches!(status, 408 | 500 | 503 | 504)
}

/// The index of a flow by name.
pub(super) fn flow_named(plan: &Plan, name: &str) -> Option<u16> {
    (0..).zip(&plan.layout.flows).find(|(_, flow)| flow.name == name).map(|(index, _)| index)
}

/// The index of a queue by name.
pub(super) fn queue_named(plan: &Plan, name: &str) -> Option<u16> {
    (0..).zip(&plan.layout.queues).find(|(_, queue)| queue.name == name).map(|(index, _)| index)
}

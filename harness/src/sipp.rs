//! What SIPp would have logged of a run: its seed is run again before an observer that counts as `-trace_stat` and
//! `-trace_rtt` do.
//!
//! A call is a call of `calls:`; in a scenario without calls it is a registration: a sign-in, a refresh, a return.

use std::collections::BTreeMap;
use std::io::{self, Write};

use reports::course::BUCKETS;
use reports::measurements::Measurements;
use reports::sipp::{Failure, LENGTH_LIMITS_MS, Period, RESPONSE_LIMITS_MS, SippLog};
use scenarios::plan::Plan;
use simulator::event::{CallEnd, Event, Wish};
use simulator::node::NodeId;
use simulator::schedule::Entry;
use simulator::simulation::Observer;
use simulator::sip::message::Session;
use simulator::site::Site;
use simulator::time::{Duration, Instant};

use crate::trace;

/// Counts a seed of a plan; also what the run measured, to be held against the recorded one. `None`: a search of the plan
/// came to no end.
pub fn stat(plan: &Plan, seed: u64) -> Option<(SippLog, Measurements)> {
    let mut watcher = Watcher::new(plan, None);
    let run = trace::again(plan, seed, &mut watcher)?;
    Some((watcher.log(Instant(run.simulated_ns)), run))
}

/// Writes a line for each response time of a seed: when, how long, both in milliseconds, and of what kind.
///
/// # Errors
/// What the writer says.
pub fn rtt(plan: &Plan, seed: u64, to: &mut dyn Write) -> io::Result<Option<Measurements>> {
    to.write_all(b"Date_ms;response_time_ms;rtd_no\n")?;
    let mut watcher = Watcher::new(plan, Some(to));
    let run = trace::again(plan, seed, &mut watcher);
    watcher.failed.map_or(Ok(run), Err)
}

/// Counts calls; or registrations, where nobody calls.
struct Watcher<'a> {
    width: Duration,
    calls: bool,
    periods: Vec<Period>,
    now: Period,
    /// When each open call was due.
    open: BTreeMap<Session, Instant>,
    /// When each endpoint's open wish was due, by index.
    wishes: Vec<Option<Instant>>,
    to: Option<&'a mut dyn Write>,
    failed: Option<io::Error>,
}

impl<'a> Watcher<'a> {
    fn new(plan: &Plan, to: Option<&'a mut dyn Write>) -> Self {
        Self {
            width: Duration((plan.lasts.0 / BUCKETS).max(1)),
            calls: !plan.layout.flows.is_empty(),
            periods: Vec::new(),
            now: Period::default(),
            open: BTreeMap::new(),
            wishes: Vec::new(),
            to,
            failed: None,
        }
    }

    fn log(mut self, end: Instant) -> SippLog {
        self.turn_to(end);
        self.now.ends_ns = end.0;
        self.periods.push(self.now);
        SippLog { periods: self.periods }
    }

    /// Ends the periods that are over before `now`.
    fn turn_to(&mut self, now: Instant) {
        while (self.periods.len() as u64 + 1).saturating_mul(self.width.0) <= now.0
            && self.periods.len() as u64 + 1 < BUCKETS
        {
            let ends_ns = (self.periods.len() as u64 + 1) * self.width.0;
            self.periods.push(Period { ends_ns, ..std::mem::take(&mut self.now) });
        }
    }

    fn on_call(&mut self, now: Instant, event: &Event) {
        match *event {
            Event::CallDue { session } => {
                self.now.created += 1;
                self.open.insert(session, now);
            }
            Event::CallRang { began, .. } | Event::CallAnswered { began, rang: false, .. } => self.answered(now, began),
            Event::CallFailed { session, status, again: false, .. } => {
                self.end_call(now, session, Some(failure(status)));
            }
            Event::CallGivenUp { session, .. } => self.end_call(now, session, Some(Failure::GaveUp)),
            Event::CallDropped { session } | Event::CallEnded { session, end: CallEnd::Dropped, .. } => {
                self.end_call(now, session, Some(Failure::Closed));
            }
            Event::CallEnded { session, .. } => self.end_call(now, session, None),
            _ => {}
        }
    }

    fn end_call(&mut self, now: Instant, session: Session, failure: Option<Failure>) {
        if let Some(due) = self.open.remove(&session) {
            self.end(now, due, failure);
        }
    }

    fn on_registration(&mut self, now: Instant, node: NodeId, event: &Event) {
        match *event {
            Event::Due { wish } if wish != Wish::SignOut => {
                if self.wishes.len() <= node.index() {
                    self.wishes.resize(node.index() + 1, None);
                }
                // A return may take over from a sign-in that was never done: it is still the same call.
                let wish = &mut self.wishes[node.index()];
                self.now.created += u64::from(wish.is_none());
                wish.get_or_insert(now);
            }
            Event::Accepted { wish, began, .. } if wish != Wish::SignOut => {
                self.answered(now, began);
                self.end_wish(now, node, None);
            }
            Event::GaveUp { wish, .. } if wish != Wish::SignOut => self.end_wish(now, node, Some(Failure::Refused)),
            Event::Withdrawn => self.end_wish(now, node, Some(Failure::GaveUp)),
            Event::Crashed => self.end_wish(now, node, Some(Failure::Closed)),
            _ => {}
        }
    }

    fn end_wish(&mut self, now: Instant, node: NodeId, failure: Option<Failure>) {
        if let Some(due) = self.wishes.get_mut(node.index()).and_then(Option::take) {
            self.end(now, due, failure);
        }
    }

    fn end(&mut self, now: Instant, due: Instant, failure: Option<Failure>) {
        match failure {
            None => self.now.successful += 1,
            Some(failure) => self.now.failed[failure as usize] += 1,
        }
        self.now.length.record(now.since(due).0, &LENGTH_LIMITS_MS);
    }

    /// The first answer that says something.
    fn answered(&mut self, now: Instant, began: Instant) {
        let ns = now.since(began).0;
        self.now.response.record(ns, &RESPONSE_LIMITS_MS);
        if let Some(to) = self.to.as_mut().filter(|_| self.failed.is_none()) {
            let [date, time] = [now.0, ns].map(millis);
            self.failed = writeln!(to, "{date};{time};1").err();
        }
    }
}

/// Nanoseconds as milliseconds, exactly.
fn millis(ns: u64) -> String {
    let text = format!("{}.{:06}", ns / 1_000_000, ns % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn failure(status: u16) -> Failure {
    match status {
        0 => Failure::Closed,
        408 => Failure::NoAnswer,
        _ => Failure::Refused,
    }
}

impl Observer for Watcher<'_> {
    fn observe(&mut self, now: Instant, node: NodeId, events: &[Event], _: &Site) -> bool {
        self.turn_to(now);
        for event in events {
            if *event == Event::Retransmitted {
                self.now.retransmissions += 1;
            }
            if self.calls {
                self.on_call(now, event);
            } else {
                self.on_registration(now, node, event);
            }
        }
        true
    }

    fn on_entry(&mut self, _: Instant, _: &Entry, _: &Site) {}
}

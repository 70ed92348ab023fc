//! Call detail records: what became of every call of one seed, each written when it is over.

use std::collections::BTreeMap;
use std::io::{self, Write};

use scenarios::plan::Plan;
use serde_json::json;
use simulator::event::{CallEnd, Event};
use simulator::node::NodeId;
use simulator::schedule::Entry;
use simulator::simulation::{Observer, Simulation};
use simulator::sip::message::{Aor, Session};
use simulator::site::Site;
use simulator::time::Instant;

/// How records are written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Form {
    /// Comma-separated, a header first (RFC 4180).
    Csv,
    /// One JSON object a line.
    Json,
}

/// Runs one seed and writes a record for every call: in the order in which they end, those still open last.
pub fn write(plan: &Plan, seed: u64, form: Form, stop: &dyn Fn() -> bool, to: &mut dyn Write) -> io::Result<u64> {
    let mut simulation = Simulation::new(&plan.layout, plan.settings.clone(), plan.schedule_of(seed), seed);
    let mut writer = Writer { plan, form, to, open: BTreeMap::new(), written: 0, failed: None };
    if form == Form::Csv {
        write!(writer.to, "{}\r\n", COLUMNS.join(","))?;
    }
    let end = Instant::ZERO + plan.lasts;
    let portion = (plan.lasts.0 / PORTIONS).max(1);
    let mut until = Instant::ZERO;
    while until < end && !stop() && writer.failed.is_none() {
        until = Instant(until.0.saturating_add(portion)).min(end);
        if !simulation.run_until(until, &mut writer) {
            break;
        }
    }
    writer.rest();
    match writer.failed {
        Some(error) => Err(error),
        None => Ok(writer.written),
    }
}

/// Parts between two looks at `stop`.
const PORTIONS: u64 = 200;

const COLUMNS: [&str; 17] = [
    "flow",
    "call",
    "from",
    "to",
    "due_s",
    "answered_s",
    "ended_s",
    "talked_s",
    "outcome",
    "status",
    "reason",
    "tries",
    "passed_on",
    "mailbox",
    "held",
    "held_s",
    "transferred",
];

/// A call that is not over.
#[derive(Clone, Debug)]
struct Call {
    from: String,
    due: Instant,
    answered: Option<Instant>,
    tries: u32,
    passed_on: u32,
    mailbox: bool,
    /// Times on hold, since when it is, and for how long it was in all.
    held: u32,
    on_hold: Option<Instant>,
    held_ns: u64,
    transferred: bool,
}

impl Call {
    fn due(from: String, now: Instant) -> Self {
        Self {
            from,
            due: now,
            answered: None,
            tries: 1,
            passed_on: 0,
            mailbox: false,
            held: 0,
            on_hold: None,
            held_ns: 0,
            transferred: false,
        }
    }

    /// One side is on hold from now on, or no longer; with both on hold at once that time counts once.
    fn hold(&mut self, now: Instant, on: bool) {
        self.held += u32::from(on);
        match (on, self.on_hold) {
            (true, None) => self.on_hold = Some(now),
            (false, Some(since)) => {
                self.held_ns += now.since(since).0;
                self.on_hold = None;
            }
            _ => {}
        }
    }
}

/// How a call ended.
struct Ending<'a> {
    outcome: &'a str,
    status: u16,
    reason: &'a str,
    at: Option<Instant>,
}

struct Writer<'a> {
    plan: &'a Plan,
    form: Form,
    to: &'a mut dyn Write,
    open: BTreeMap<Session, Call>,
    written: u64,
    failed: Option<io::Error>,
}

impl Writer<'_> {
    fn on_event(&mut self, now: Instant, node: NodeId, event: &Event, site: &Site) {
        match *event {
            Event::CallDue { session } => {
                let from = site.device(node).map_or_else(String::new, |phone| self.named(phone.aor()));
                self.open.insert(session, Call::due(from, now));
            }
            Event::CallPassedOn { session } => self.change(session, |call| call.passed_on += 1),
            Event::MessageLeft { session, .. } => self.change(session, |call| call.mailbox = true),
            Event::CallHeld { session, on } => self.change(session, |call| call.hold(now, on)),
            Event::CallTransferred { session, done: true } => self.change(session, |call| call.transferred = true),
            Event::CallAnswered { session, .. } => self.change(session, |call| call.answered = Some(now)),
            Event::CallFailed { session, again: true, .. } => self.change(session, |call| call.tries += 1),
            Event::CallFailed { session, status, reason, .. } => {
                let outcome = match status {
                    0 => "dropped",
                    408 => "timed-out",
                    _ => "refused",
                };
                self.end(session, &Ending { outcome, status, reason: reason.code(), at: Some(now) });
            }
            Event::CallGivenUp { session, .. } => {
                self.end(session, &Ending { outcome: "given-up", status: 487, reason: "", at: Some(now) });
            }
            Event::CallEnded { session, end, began, .. } => {
                let outcome = if end == CallEnd::Dropped { "dropped" } else { "answered" };
                self.end(session, &Ending { outcome, status: 200, reason: "", at: Some(began) });
            }
            _ => {}
        }
    }

    /// `desk-17`: a population and a seat of it.
    fn named(&self, aor: Aor) -> String {
        let block = &self.plan.layout.blocks[usize::from(aor.block)];
        let population = &self.plan.layout.populations[usize::from(block.population)];
        format!("{}-{}", population.name, block.first_seat + aor.seat + 1)
    }

    fn change(&mut self, session: Session, change: impl FnOnce(&mut Call)) {
        if let Some(call) = self.open.get_mut(&session) {
            change(call);
        }
    }

    fn end(&mut self, session: Session, ending: &Ending<'_>) {
        let Some(mut call) = self.open.remove(&session) else { return };
        call.hold(ending.at.unwrap_or(call.due), false);
        let (flow, to) = (&self.plan.layout.flows[usize::from(session.flow)].name, session.to);
        let to = self.plan.layout.callee_name(to).unwrap_or("");
        let talked = call.answered.zip(ending.at).map(|(from, to)| seconds(to.since(from).0));
        let [answered, ended] = [call.answered, ending.at].map(|at| at.map(|at| seconds(at.0)));
        let due = seconds(call.due.0);
        let line = match self.form {
            Form::Csv => {
                let text = |value: Option<String>| value.unwrap_or_default();
                format!(
                    "{},{},{},{},{due},{},{},{},{},{},{},{},{},{},{},{},{}\r\n",
                    flow,
                    session.number,
                    call.from,
                    to,
                    text(answered),
                    text(ended),
                    text(talked),
                    ending.outcome,
                    ending.status,
                    ending.reason,
                    call.tries,
                    call.passed_on,
                    call.mailbox,
                    call.held,
                    seconds(call.held_ns),
                    call.transferred
                )
            }
            Form::Json => {
                let number = |value: Option<String>| value.and_then(|value| value.parse::<f64>().ok());
                let record = json!({
                    "flow": flow, "call": session.number, "from": call.from, "to": to, "due_s": number(Some(due)),
                    "answered_s": number(answered), "ended_s": number(ended), "talked_s": number(talked),
                    "outcome": ending.outcome, "status": ending.status, "reason": ending.reason,
                    "tries": call.tries, "passed_on": call.passed_on, "mailbox": call.mailbox,
                    "held": call.held, "held_s": number(Some(seconds(call.held_ns))), "transferred": call.transferred,
                });
                format!("{record}\n")
            }
        };
        self.written += 1;
        if let Err(error) = self.to.write_all(line.as_bytes()) {
            self.failed.get_or_insert(error);
        }
    }

    /// What the end of the run cuts off.
    fn rest(&mut self) {
        while let Some(session) = self.open.first_key_value().map(|(session, _)| *session) {
            self.end(session, &Ending { outcome: "open", status: 0, reason: "", at: None });
        }
    }
}

impl Observer for Writer<'_> {
    fn observe(&mut self, now: Instant, node: NodeId, events: &[Event], site: &Site) -> bool {
        events.iter().for_each(|event| self.on_event(now, node, event, site));
        self.failed.is_none()
    }

    fn on_entry(&mut self, _: Instant, _: &Entry, _: &Site) {}
}

/// Since the start, to the millisecond.
fn seconds(ns: u64) -> String {
    format!("{}.{:03}", ns / 1_000_000_000, ns / 1_000_000 % 1_000)
}

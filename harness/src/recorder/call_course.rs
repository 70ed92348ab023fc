//! Calls, channels and queues over time, and how INVITE and BYE were answered. Costs nothing where nobody calls.

use std::collections::BTreeMap;

use reports::course::{Answers, CallCourse, Track};
use scenarios::plan::Plan;
use simulator::event::{CallEnd, Channels, Event};
use simulator::licence::reason::Reason;

use super::call_table::name_of;
use super::step::Step;

/// What calls did, bucket by bucket.
#[derive(Clone, Debug, Default)]
pub(super) struct CallMeter {
    /// Due, answered, failed: in the present bucket.
    now: [u64; 3],
    course: CallCourse,
    channels: BTreeMap<Channels, Gauge>,
    lines: BTreeMap<u16, Gauge>,
    answers: BTreeMap<(Request, u16, Reason), u64>,
    /// Buckets that are over.
    closed: usize,
    /// Whether there was any call.
    any: bool,
}

/// Requests of calls, by method.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Request {
    Invite,
    Bye,
}

/// A level, and its highest in the present bucket.
#[derive(Clone, Debug, Default)]
struct Gauge {
    level: u64,
    peak: u64,
    closed: Vec<u64>,
}

impl CallMeter {
    pub(super) fn on_event(&mut self, step: &Step<'_>, event: &Event) {
        self.any = true;
        match *event {
            Event::CallDue { .. } => self.now[0] += 1,
            Event::CallAnswered { .. } => {
                self.now[1] += 1;
                self.answer(Request::Invite, 200, Reason::None);
            }
            Event::CallFailed { status, reason, again, .. } => {
                self.now[2] += u64::from(!again);
                self.answer(Request::Invite, status, reason);
            }
            Event::CallGivenUp { .. } => self.answer(Request::Invite, CANCELLED, Reason::None),
            Event::CallEnded { status, end, .. } => {
                self.now[2] += u64::from(end == CallEnd::Dropped);
                // Status 0: the other side has hung up.
                if status != 0 {
                    self.answer(Request::Bye, status, Reason::None);
                }
            }
            Event::CallDropped { .. } => self.now[2] += 1,
            Event::ChannelAsked { of } => self.gauge_of(of).set(|level| level),
            Event::ChannelTaken { of } => self.gauge_of(of).set(|level| level + 1),
            Event::ChannelFreed { of } => self.gauge_of(of).set(|level| level.saturating_sub(1)),
            Event::QueueEntered { queue } | Event::QueueDelayed { queue } | Event::QueueLeft { queue, .. } => {
                let waiting = step.site.pbxs().iter().map(|pbx| pbx.exchange().queues().waiting(queue) as u64).sum();
                let closed = self.closed;
                let line = self.lines.entry(queue).or_insert_with(|| Gauge::new(closed));
                line.set(|_| waiting);
            }
            _ => {}
        }
    }

    fn answer(&mut self, request: Request, status: u16, reason: Reason) {
        *self.answers.entry((request, status, reason)).or_insert(0) += 1;
    }

    fn gauge_of(&mut self, of: Channels) -> &mut Gauge {
        let closed = self.closed;
        self.channels.entry(of).or_insert_with(|| Gauge::new(closed))
    }

    /// Ends a bucket.
    pub(super) fn close(&mut self) {
        self.closed += 1;
        if !self.any {
            return;
        }
        let course = &mut self.course;
        for (series, count) in [&mut course.due, &mut course.answered, &mut course.failed].into_iter().zip(self.now) {
            series.resize(self.closed - 1, 0);
            series.push(count);
        }
        self.now = [0; 3];
        self.channels.values_mut().chain(self.lines.values_mut()).for_each(Gauge::close);
    }

    /// All series; a queue or trunk without a caller has none.
    pub(super) fn finish(self, plan: &Plan) -> (CallCourse, Vec<Track>, Vec<Track>, Vec<Answers>) {
        // What no licence limits has no name either.
        let named = self.channels.into_iter().filter(|(of, _)| !name_of(plan, *of).is_empty());
        let channels = named.map(|(of, gauge)| gauge.track(name_of(plan, of).to_owned()));
        let queue = |queue: u16| plan.layout.queues[usize::from(queue)].name.clone();
        let lines = self.lines.into_iter().map(|(index, gauge)| gauge.track(queue(index)));
        let answers = self.answers.into_iter().map(|((request, status, reason), count)| {
            let (method, purpose) = match request {
                Request::Invite => ("INVITE", "call"),
                Request::Bye => ("BYE", "hang-up"),
            };
            Answers { method: method.into(), purpose: purpose.into(), status, reason: reason.code().into(), count }
        });
        (self.course, channels.collect(), lines.collect(), answers.collect())
    }
}

impl Gauge {
    fn new(closed: usize) -> Self {
        Self { closed: vec![0; closed], ..Self::default() }
    }

    fn set(&mut self, to: impl FnOnce(u64) -> u64) {
        self.level = to(self.level);
        self.peak = self.peak.max(self.level);
    }

    fn close(&mut self) {
        self.closed.push(self.peak);
        self.peak = self.level;
    }

    fn track(self, name: String) -> Track {
        Track { name, levels: self.closed }
    }
}

/// The answer to an INVITE that was cancelled (RFC 3261 §15.1.2).
const CANCELLED: u16 = 487;

//! What became of every arrival: nothing that was due is forgotten because it could not be sent.
//!
//! An arrival is a wish of an endpoint, or a call. It was sent on time, sent late, or suppressed with a reason; sent, it succeeded,
//! failed, or was open at the end. Both sums are the schedule. Times count from the instant the arrival was due.

use std::collections::BTreeMap;

use reports::latency::Latency;
use serde::{Deserialize, Serialize};
use simulator::event::Event;
use simulator::node::NodeId;
use simulator::schedule::Entry;
use simulator::simulation::Observer;
use simulator::sip::message::Session;
use simulator::site::Site;
use simulator::time::{Duration, Instant};

use super::socket::Unsent;

/// Sent later than this after it was due is late (statistics §5, where no limit is smaller).
pub const LATE: Duration = Duration::millis(10);
/// Arrivals are judged by stretches of this length.
pub const STRETCH: Duration = Duration::seconds(10);

/// Counts of one kind of arrival.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Account {
    /// Arrivals.
    pub due: u64,
    /// Sent within [`LATE`].
    pub on_time: u64,
    /// Sent later.
    pub late: u64,
    /// Never sent.
    pub suppressed: BTreeMap<Suppressed, u64>,
    /// The wish came true.
    pub succeeded: u64,
    /// It was given up.
    pub failed: u64,
    /// Sent, and neither by the end.
    pub open: u64,
}

/// Why an arrival was never sent.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Suppressed {
    /// Its address is not on the list.
    OffList,
    /// The system did not take it.
    NotTaken,
    /// The scenario allows no more requests at once (`wire.at-most`).
    OverRate,
    /// No seat was free to make the call: the scenario has too few for its rate.
    NoSeat,
    /// The run was over first.
    RunOver,
}

/// An arrival under way.
#[derive(Clone, Copy, Debug)]
struct Arrival {
    kind: usize,
    due: Instant,
    /// When its first packet really left.
    sent: Option<Instant>,
    stopped: Option<Suppressed>,
}

/// The accounts of a run.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Ledger {
    #[serde(skip)]
    open: Vec<Option<Arrival>>,
    #[serde(skip)]
    calls: BTreeMap<Session, Arrival>,
    accounts: [Account; KINDS.len()],
    /// From due to success, by kind.
    pub from_due: [Latency; KINDS.len()],
    /// From the first packet to success: what a naive tool would say.
    pub from_sent: [Latency; KINDS.len()],
    /// From due to the first packet.
    pub slip: Latency,
    /// Due and sent on time, by stretch.
    pub stretches: Vec<(u64, u64)>,
    /// Final answers other than challenges, by status; 408: none, 200: success.
    pub answers: BTreeMap<u16, u64>,
    /// Packets that repeated an unanswered REGISTER.
    pub retransmissions: u64,
    /// Calls that were answered and are over: hung up, left, dropped, as [`simulator::event::CallEnd`] numbers them.
    pub ended: [u64; 3],
}

/// Kinds of arrivals in the order they are shown: wishes as they are numbered, then calls.
pub const KINDS: [&str; 5] = ["sign-in", "refresh", "return", "sign-out", "call"];
const CALL: usize = 4;

impl Ledger {
    /// For so many endpoints.
    pub fn new(endpoints: usize) -> Self {
        Self {
            open: vec![None; endpoints],
            calls: BTreeMap::new(),
            accounts: Default::default(),
            from_due: Default::default(),
            from_sent: Default::default(),
            slip: Latency::new(),
            stretches: Vec::new(),
            answers: BTreeMap::new(),
            retransmissions: 0,
            ended: [0; 3],
        }
    }

    /// A packet of an endpoint has really left, or was stopped.
    pub fn sent(&mut self, endpoint: NodeId, now: Instant, result: Result<(), Unsent>) {
        if let Some(arrival) = self.open.get_mut(endpoint.index()).and_then(Option::as_mut) {
            let first = arrival.leaves(now, result);
            self.left(first);
        }
    }

    /// An INVITE of a call has really left, or was stopped.
    pub fn called(&mut self, session: Session, now: Instant, result: Result<(), Unsent>) {
        if let Some(arrival) = self.calls.get_mut(&session) {
            let first = arrival.leaves(now, result);
            self.left(first);
        }
    }

    /// The first packet of an arrival has left.
    fn left(&mut self, first: Option<Arrival>) {
        let Some(Arrival { kind, due, sent: Some(now), .. }) = first else { return };
        let slip = now.since(due);
        let is_on_time = slip <= LATE;
        self.slip.record(slip.0);
        let account = &mut self.accounts[kind];
        *(if is_on_time { &mut account.on_time } else { &mut account.late }) += 1;
        self.stretches[stretch(due)].1 += u64::from(is_on_time);
    }

    /// Adds what another one has, once both are closed: counts and histograms.
    pub fn add(&mut self, other: &Self) {
        for (kind, account) in other.accounts.iter().enumerate() {
            self.accounts[kind] = std::mem::take(&mut self.accounts[kind]).plus(account);
            self.from_due[kind].merge(&other.from_due[kind]);
            self.from_sent[kind].merge(&other.from_sent[kind]);
        }
        for (ours, theirs) in self.ended.iter_mut().zip(other.ended) {
            *ours += theirs;
        }
        self.slip.merge(&other.slip);
        if self.stretches.len() < other.stretches.len() {
            self.stretches.resize(other.stretches.len(), (0, 0));
        }
        for (ours, theirs) in self.stretches.iter_mut().zip(&other.stretches) {
            *ours = (ours.0 + theirs.0, ours.1 + theirs.1);
        }
        for (status, times) in &other.answers {
            *self.answers.entry(*status).or_default() += times;
        }
        self.retransmissions += other.retransmissions;
    }

    /// Nothing more is counted; what is under way stays open.
    pub fn close(&mut self) {
        let calls = std::mem::take(&mut self.calls).into_values();
        let open: Vec<Arrival> = self.open.iter_mut().filter_map(Option::take).chain(calls).collect();
        open.into_iter().for_each(|arrival| self.settle(arrival, |account| account.open += 1));
    }

    /// Under each kind, in the order of [`KINDS`], and in all.
    pub fn accounts(&self) -> impl Iterator<Item = (&'static str, Account)> {
        let all = self.accounts.iter().fold(Account::default(), Account::plus);
        KINDS.into_iter().zip(self.accounts.clone()).chain([("all", all)])
    }

    fn due(&mut self, kind: usize, now: Instant) -> Arrival {
        self.accounts[kind].due += 1;
        let stretch = stretch(now);
        if self.stretches.len() <= stretch {
            self.stretches.resize(stretch + 1, (0, 0));
        }
        self.stretches[stretch].0 += 1;
        Arrival { kind, due: now, sent: None, stopped: None }
    }

    /// Ends an arrival: as `how` says if it was ever sent, else as suppressed.
    fn settle(&mut self, arrival: Arrival, how: impl FnOnce(&mut Account)) {
        let account = &mut self.accounts[arrival.kind];
        match arrival.sent {
            Some(_) => how(account),
            None => *account.suppressed.entry(arrival.stopped.unwrap_or(Suppressed::RunOver)).or_default() += 1,
        }
    }

    fn succeeded(&mut self, arrival: Option<Arrival>, now: Instant) {
        let Some(arrival) = arrival else { return };
        self.settle(arrival, |account| account.succeeded += 1);
        self.from_due[arrival.kind].record(now.since(arrival.due).0);
        if let Some(sent) = arrival.sent {
            self.from_sent[arrival.kind].record(now.since(sent).0);
        }
    }

    fn failed(&mut self, arrival: Option<Arrival>) {
        if let Some(arrival) = arrival {
            self.settle(arrival, |account| account.failed += 1);
        }
    }

    /// A fact about a registration.
    fn on_registration(&mut self, endpoint: usize, now: Instant, event: &Event) {
        match *event {
            Event::Due { wish } => {
                // A wish that follows another has overtaken it.
                let overtaken = self.open[endpoint].take();
                self.failed(overtaken);
                self.open[endpoint] = Some(self.due(wish as usize, now));
            }
            Event::Accepted { .. } => {
                *self.answers.entry(200).or_default() += 1;
                let arrival = self.open[endpoint].take();
                self.succeeded(arrival, now);
            }
            Event::Answered { status, .. } => *self.answers.entry(status).or_default() += 1,
            Event::GaveUp { .. } => {
                let arrival = self.open[endpoint].take();
                self.failed(arrival);
            }
            Event::Retransmitted => self.retransmissions += 1,
            _ => {}
        }
    }

    /// A fact about a call.
    fn on_call(&mut self, now: Instant, event: &Event) {
        match *event {
            Event::CallDue { session } => {
                let arrival = self.due(CALL, now);
                self.calls.insert(session, arrival);
            }
            Event::CallAnswered { session, .. } => {
                *self.answers.entry(200).or_default() += 1;
                let arrival = self.calls.remove(&session);
                self.succeeded(arrival, now);
            }
            Event::CallFailed { session, status, again, .. } => {
                *self.answers.entry(status).or_default() += 1;
                if !again {
                    let arrival = self.calls.remove(&session);
                    self.failed(arrival);
                }
            }
            Event::CallGivenUp { session, .. } => {
                let arrival = self.calls.remove(&session);
                self.failed(arrival);
            }
            Event::CallEnded { end, .. } => self.ended[end as usize] += 1,
            Event::NoSeat => {
                // Not the generator's doing: no stretch is judged by it.
                let account = &mut self.accounts[CALL];
                account.due += 1;
                *account.suppressed.entry(Suppressed::NoSeat).or_default() += 1;
            }
            _ => {}
        }
    }
}

impl Arrival {
    /// A packet of it leaves, or is stopped; itself if that is the first that leaves.
    fn leaves(&mut self, now: Instant, result: Result<(), Unsent>) -> Option<Self> {
        if self.sent.is_some() {
            return None;
        }
        match result {
            Ok(()) => {
                self.sent = Some(now);
                return Some(*self);
            }
            Err(Unsent::OffList) => self.stopped = Some(Suppressed::OffList),
            Err(Unsent::NotTaken) => self.stopped = Some(Suppressed::NotTaken),
            Err(Unsent::OverRate) => self.stopped = Some(Suppressed::OverRate),
        }
        None
    }
}

impl Observer for Ledger {
    fn observe(&mut self, now: Instant, node: NodeId, events: &[Event], _: &Site) -> bool {
        let endpoint = node.index();
        for event in events {
            if endpoint < self.open.len() {
                self.on_registration(endpoint, now, event);
            }
            self.on_call(now, event);
        }
        true
    }

    fn on_entry(&mut self, _: Instant, _: &Entry, _: &Site) {}
}

impl Account {
    fn plus(mut self, other: &Self) -> Self {
        self.due += other.due;
        self.on_time += other.on_time;
        self.late += other.late;
        self.succeeded += other.succeeded;
        self.failed += other.failed;
        self.open += other.open;
        for (reason, count) in &other.suppressed {
            *self.suppressed.entry(*reason).or_default() += count;
        }
        self
    }

    /// Never sent because of the scenario itself: no seat to call from, or more than it may load.
    pub fn capped(&self) -> u64 {
        [Suppressed::NoSeat, Suppressed::OverRate].map(|reason| self.suppressed_by(reason)).iter().sum()
    }

    /// Arrivals that were never sent for this reason.
    pub fn suppressed_by(&self, reason: Suppressed) -> u64 {
        self.suppressed.get(&reason).copied().unwrap_or(0)
    }

    /// Arrivals that were never sent.
    pub fn unsent(&self) -> u64 {
        self.suppressed.values().sum()
    }

    /// Whether both sums are what was due: once the ledger is closed they always are.
    pub fn is_balanced(&self) -> bool {
        let sent = self.on_time + self.late;
        self.due == sent + self.unsent() && sent == self.succeeded + self.failed + self.open
    }
}

impl Suppressed {
    /// In a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::OffList => "off the list",
            Self::NotTaken => "not taken by the system",
            Self::OverRate => "more than wire.at-most",
            Self::NoSeat => "no seat free to call from",
            Self::RunOver => "run over first",
        }
    }
}

fn stretch(at: Instant) -> usize {
    (at.0 / STRETCH.0) as usize
}

#[cfg(test)]
mod tests {
    use simulator::event::{CallEnd, Wish};

    #[test]
    fn wishes_have_the_names_of_their_numbers() {
        let wishes = [Wish::SignIn, Wish::Refresh, Wish::Return, Wish::SignOut];
        assert_eq!(wishes.map(|wish| wish as usize), [0, 1, 2, 3]);
        assert_eq!([CallEnd::HungUp, CallEnd::Left, CallEnd::Dropped].map(|end| end as usize), [0, 1, 2]);
    }
}

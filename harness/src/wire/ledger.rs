//! What became of every arrival: nothing that was due is forgotten because it could not be sent.
//!
//! An arrival is a wish of an endpoint. It was sent on time, sent late, or suppressed with a reason; sent, it succeeded,
//! failed, or was open at the end. Both sums are the schedule. Times count from the instant the arrival was due.

use std::collections::BTreeMap;

use reports::latency::Latency;
use serde::{Deserialize, Serialize};
use simulator::event::{Event, Wish};
use simulator::node::NodeId;
use simulator::schedule::Entry;
use simulator::simulation::Observer;
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
    /// The run was over first.
    RunOver,
}

/// An endpoint's arrival under way.
#[derive(Clone, Copy, Debug)]
struct Arrival {
    wish: Wish,
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
    accounts: [Account; WISHES.len()],
    /// From due to success.
    pub from_due: [Latency; WISHES.len()],
    /// From the first packet to success: what a naive tool would say.
    pub from_sent: [Latency; WISHES.len()],
    /// From due to the first packet.
    pub slip: Latency,
    /// Due and sent on time, by stretch.
    pub stretches: Vec<(u64, u64)>,
    /// Final answers other than challenges, by status; 408: none, 200: success.
    pub answers: BTreeMap<u16, u64>,
    /// Packets that repeated an unanswered request.
    pub retransmissions: u64,
}

/// Kinds of arrivals in the order they are shown.
pub const WISHES: [(Wish, &str); 4] =
    [(Wish::SignIn, "sign-in"), (Wish::Refresh, "refresh"), (Wish::Return, "return"), (Wish::SignOut, "sign-out")];

impl Ledger {
    /// For so many endpoints.
    pub fn new(endpoints: usize) -> Self {
        Self {
            open: vec![None; endpoints],
            accounts: Default::default(),
            from_due: Default::default(),
            from_sent: Default::default(),
            slip: Latency::new(),
            stretches: Vec::new(),
            answers: BTreeMap::new(),
            retransmissions: 0,
        }
    }

    /// A packet of an endpoint has really left, or was stopped.
    pub fn sent(&mut self, endpoint: NodeId, now: Instant, result: Result<(), Unsent>) {
        let Some(arrival) = self.open.get_mut(endpoint.index()).and_then(Option::as_mut) else { return };
        if arrival.sent.is_some() {
            return;
        }
        match result {
            Ok(()) => arrival.sent = Some(now),
            Err(Unsent::OffList) => return arrival.stopped = Some(Suppressed::OffList),
            Err(Unsent::NotTaken) => return arrival.stopped = Some(Suppressed::NotTaken),
        }
        let (wish, slip) = (arrival.wish, now.since(arrival.due));
        let is_on_time = slip <= LATE;
        let stretch = stretch(arrival.due);
        self.slip.record(slip.0);
        let account = &mut self.accounts[wish as usize];
        *(if is_on_time { &mut account.on_time } else { &mut account.late }) += 1;
        self.stretches[stretch].1 += u64::from(is_on_time);
    }

    /// Adds what another one has, once both are closed: counts and histograms.
    pub fn add(&mut self, other: &Self) {
        for (wish, account) in other.accounts.iter().enumerate() {
            self.accounts[wish] = std::mem::take(&mut self.accounts[wish]).plus(account);
            self.from_due[wish].merge(&other.from_due[wish]);
            self.from_sent[wish].merge(&other.from_sent[wish]);
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
        for endpoint in 0..self.open.len() {
            self.settle(endpoint, |account| account.open += 1, Suppressed::RunOver);
        }
    }

    /// Under each kind, in the order of [`WISHES`], and in all.
    pub fn accounts(&self) -> impl Iterator<Item = (&'static str, Account)> {
        let all = self.accounts.iter().fold(Account::default(), Account::plus);
        WISHES.into_iter().map(|(wish, name)| (name, self.accounts[wish as usize].clone())).chain([("all", all)])
    }

    fn due(&mut self, endpoint: usize, wish: Wish, now: Instant) {
        // A wish that follows another has overtaken it.
        self.settle(endpoint, |account| account.failed += 1, Suppressed::RunOver);
        self.open[endpoint] = Some(Arrival { wish, due: now, sent: None, stopped: None });
        self.accounts[wish as usize].due += 1;
        let stretch = stretch(now);
        if self.stretches.len() <= stretch {
            self.stretches.resize(stretch + 1, (0, 0));
        }
        self.stretches[stretch].0 += 1;
    }

    /// Ends an arrival: as `how` says if it was ever sent, else as suppressed.
    fn settle(&mut self, endpoint: usize, how: impl FnOnce(&mut Account), unsent: Suppressed) -> Option<Arrival> {
        let arrival = self.open[endpoint].take()?;
        let account = &mut self.accounts[arrival.wish as usize];
        match arrival.sent {
            Some(_) => how(account),
            None => *account.suppressed.entry(arrival.stopped.unwrap_or(unsent)).or_default() += 1,
        }
        Some(arrival)
    }

    fn succeeded(&mut self, endpoint: usize, now: Instant) {
        let Some(arrival) = self.settle(endpoint, |account| account.succeeded += 1, Suppressed::RunOver) else {
            return;
        };
        self.from_due[arrival.wish as usize].record(now.since(arrival.due).0);
        if let Some(sent) = arrival.sent {
            self.from_sent[arrival.wish as usize].record(now.since(sent).0);
        }
    }
}

impl Observer for Ledger {
    fn observe(&mut self, now: Instant, node: NodeId, events: &[Event], _: &Site) -> bool {
        let endpoint = node.index();
        if endpoint >= self.open.len() {
            return true;
        }
        for event in events {
            match *event {
                Event::Due { wish } => self.due(endpoint, wish, now),
                Event::Accepted { .. } => {
                    *self.answers.entry(200).or_default() += 1;
                    self.succeeded(endpoint, now);
                }
                Event::Answered { status, .. } => *self.answers.entry(status).or_default() += 1,
                Event::GaveUp { .. } => {
                    self.settle(endpoint, |account| account.failed += 1, Suppressed::RunOver);
                }
                Event::Retransmitted => self.retransmissions += 1,
                _ => {}
            }
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
            Self::RunOver => "run over first",
        }
    }
}

fn stretch(at: Instant) -> usize {
    (at.0 / STRETCH.0) as usize
}

//! What one run (one seed) measured: plain data, saved in the run file, merged in seed order.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::calls::{FlowCalls, QueueCalls, TrunkCalls};
use crate::course::Course;
use crate::latency::Latency;
use crate::search::Search;

/// All that one seed measured.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Measurements {
    /// The seed.
    pub seed: u64,
    /// Digest of every message handled and every event.
    pub digest: u64,
    /// One per expectation, in the file's order.
    pub tallies: Vec<Tally>,
    /// Totals.
    pub counts: Counts,
    /// I1 … I10.
    pub invariants: Vec<Invariant>,
    /// The breach that ended the run, if one did.
    pub violation: Option<Violation>,
    /// One per stock of a floating feature.
    pub stocks: Vec<Stock>,
    /// Calls by flow, in the order declared.
    #[serde(default)]
    pub flows: Vec<FlowCalls>,
    /// Channels by trunk, in the order declared.
    #[serde(default)]
    pub trunks: Vec<TrunkCalls>,
    /// Queues that were called.
    #[serde(default)]
    pub queues: Vec<QueueCalls>,
    /// Latencies by name, fixed order: `first-registration`, `back-after-LOSS` per occasion that lost someone,
    /// `answered-after-LOSS`, `refresh`, `checkout`, `server-wait`.
    pub latencies: Vec<NamedLatency>,
    /// What happened, in order of time.
    pub timeline: Vec<Moment>,
    /// Endpoints in service over time.
    pub service: Series,
    /// The occasions of the timeline and what they did.
    pub occasions: Vec<OccasionEffect>,
    /// Longest wait of a request at each node that has a capacity, in declaration order.
    pub nodes: Vec<NodeLoad>,
    /// Nanoseconds of virtual time simulated (less than planned if the run stopped early).
    pub simulated_ns: u64,
    /// Why it stopped early: a sentence `or stop` (index), an interrupt or a violation.
    pub stopped: Option<Stopped>,
    /// Series over time, for charts; empty but for the seed whose story is told.
    #[serde(default)]
    pub course: Course,
    /// What the searches of the timeline found, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub searches: Vec<Search>,
}

impl Measurements {
    /// Whether the sentence at `index` ended it: `or stop`.
    pub fn ended_by(&self, index: usize) -> bool {
        matches!(self.stopped, Some(Stopped::Expectation(by)) if by as usize == index)
    }
}

/// Why a run ended before its time.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Stopped {
    /// This expectation (index) could not hold any more and says `or stop`.
    Expectation(u32),
    /// Somebody pressed Ctrl-C.
    Interrupted,
    /// An invariant broke.
    Violation,
}

/// The exact counters of one expectation in one run: what its verdict comes from.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub enum Tally {
    /// Shares and times: so many of so many; `of` = 0: nothing was measured.
    Share {
        /// Members or attempts with the outcome.
        hits: u64,
        /// Members or attempts in all.
        of: u64,
    },
    /// Queue (longest wait in ns), stock (peak over-issue), measure.
    Value {
        /// In the metric's base unit; `None`: infinite (never), later or more than any limit.
        value: Option<f64>,
        /// The other side, where the limit is a measure; the limit itself otherwise absent.
        other: Option<f64>,
        /// Samples behind it; 0 where a metric needs samples: nothing was measured.
        samples: u64,
    },
    /// `agrees with`: (numerator, denominator) of each batch, in order of time.
    Batches(Vec<(f64, f64)>),
    /// Could not be measured, with the reason in words: "nothing was lost in the crash".
    Nothing(String),
}

/// Totals of a run.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Counts {
    /// Endpoints there are.
    pub endpoints: u64,
    /// Messages handled plus timers that fired and changed something.
    pub steps: u64,
    /// Messages handled.
    pub messages: u64,
    /// REGISTERs answered 200 that made or kept a binding.
    pub registrations: u64,
    /// Calls answered.
    pub calls: u64,
}

/// One invariant of checkout §3.9.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Invariant {
    /// `I1` … `I10`.
    pub id: String,
    /// How often it was checked.
    pub checks: u64,
    /// How often it was broken.
    pub violations: u64,
}

/// A broken invariant.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Violation {
    /// `I1` … `I10`.
    pub id: String,
    /// What was found, in words with numbers.
    pub what: String,
    /// When.
    pub at_ns: u64,
    /// The last events before it, oldest first, one line each.
    pub last_events: Vec<String>,
}

/// One stock of one floating feature: the contention table of domain §4.3.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Stock {
    /// Feature name without version.
    pub feature: String,
    /// Node whose stock it is.
    pub node: String,
    /// `installed`, `escrow` or `replica`.
    pub kind: String,
    /// Units; `None`: unlimited.
    pub pool: Option<u64>,
    /// Checkout attempts by holders.
    pub attempts: u64,
    /// Granted.
    pub grants: u64,
    /// Refused, by reason code.
    pub denials: BTreeMap<String, u64>,
    /// Given up by the holder before an answer.
    pub abandoned: u64,
    /// Wishes (sign-ins) that asked; each may make several attempts.
    pub wishes: u64,
    /// Wishes whose first attempt was refused.
    pub wishes_refused_first: u64,
    /// Wishes refused and not granted within five minutes.
    pub true_denials: u64,
    /// Attempts that waited in line before their grant.
    pub waited: u64,
    /// Highest number in use at once, and when first.
    pub high_water: u64,
    /// When the high-water mark was first reached.
    pub high_water_at_ns: u64,
    /// Observed time (after warm-up), in ns.
    pub observed_ns: u64,
    /// Of it, with no unit free.
    pub at_capacity_ns: u64,
    /// Unit-nanoseconds in use (after warm-up).
    pub area_unit_ns: u128,
    /// Attempts and denials after warm-up.
    pub attempts_observed: u64,
    /// Denials after warm-up.
    pub denials_observed: u64,
    /// Load the people would offer if never refused, in erlangs; `None` if their sessions do not end.
    pub offered_erlangs: Option<f64>,
    /// Number of seats that may ask (for Engset), and whether they are a finite, returning source.
    pub sources: u64,
    /// Whether people come back after an absence (finite source, Engset) rather than arrive by Poisson (Erlang).
    pub finite_source: bool,
    /// First refusal (or asking, if queued) to grant.
    pub wait: Latency,
    /// Most units in use at once above what is installed.
    pub over_issue_peak: u64,
    /// Time over-issued, in ns.
    pub over_issue_ns: u64,
}

/// A latency with its name.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct NamedLatency {
    /// Machine name, kebab-case.
    pub name: String,
    /// Row label of the summary: `first registration`, `back after the crash`.
    pub label: String,
    /// The samples.
    pub latency: Latency,
    /// Those that never came: later than any limit.
    pub never: u64,
}

/// One line of the story.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Moment {
    /// When.
    pub at_ns: u64,
    /// `master crashes`, `standby takes over`, `half are back`.
    pub what: String,
    /// `2,804 cut off; 3,000 elsewhere unaffected`.
    pub detail: String,
}

/// A gauge over time in buckets of equal width: bounded whatever the length of the run.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Series {
    /// Width of a bucket in ns.
    pub width_ns: u64,
    /// Level at the end of each bucket.
    pub levels: Vec<u64>,
    /// What 100 % is: the endpoints there are.
    pub whole: u64,
}

/// A timeline entry and what it did.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct OccasionEffect {
    /// Its name, or its verb and object: `crash of master`.
    pub name: String,
    /// The verb: `crash`, `sign-in` …
    pub verb: String,
    /// Start.
    pub at_ns: u64,
    /// End, if it has an extent.
    pub until_ns: Option<u64>,
    /// Endpoints whose registration it ended.
    pub lost: u64,
    /// Of them, registered again.
    pub back: u64,
    /// From the occasion to the standby being active.
    pub takeover_ns: Option<u64>,
    /// From its end to the standby being passive again.
    pub failback_ns: Option<u64>,
    /// From the occasion to 50, 90, 99 and 100 % of the lost being back.
    pub back_ns: [Option<u64>; 4],
    /// From the occasion to each fortieth of those who came back, in ns.
    #[serde(default)]
    pub curve_ns: Vec<u64>,
}

/// A node's load.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct NodeLoad {
    /// Node name.
    pub node: String,
    /// Requests served.
    pub requests: u64,
    /// Requests refused or dropped because the queue was full.
    pub shed: u64,
    /// Longest wait before service, in ns.
    pub longest_wait_ns: u64,
    /// When that request arrived.
    pub longest_wait_at_ns: u64,
}

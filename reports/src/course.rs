//! How one run went over time: series of equal and bounded length, however long the run. Charts are drawn from them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::latency::Latency;

/// The course of one run. Kept of the seed whose story is told.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
pub struct Course {
    /// Width of a bucket in ns of virtual time; every series below has one number for each bucket that was reached.
    pub width_ns: u64,
    /// One per PBX, in the order declared.
    pub nodes: Vec<NodeCourse>,
    /// One per stock of a floating feature, in the order of [`crate::measurements::Measurements::stocks`]' making.
    pub stocks: Vec<StockCourse>,
    /// One per PBX and floating feature that was asked for there; empty where there is only one PBX.
    pub sites: Vec<SiteCourse>,
    /// Calls of all flows together; without any, empty.
    pub calls: CallCourse,
    /// Channels in use, by trunk, room or licensed kind that was asked for one.
    pub channels: Vec<Track>,
    /// Callers that wait, by queue that was called.
    pub lines: Vec<Track>,
    /// REGISTERs re-sent for want of an answer (Timer E), in each bucket.
    pub retransmissions: Vec<u64>,
    /// Final answers by request and code, sorted.
    pub answers: Vec<Answers>,
    /// From the instant something was due to its acceptance: sign-ins, refreshes and returns together.
    pub due: Latency,
    /// Of the same, from the first REGISTER of the attempt that succeeded: what a per-request tool would report.
    pub sent: Latency,
    /// The samples of `due` by time and size: only cells that hold some, sorted.
    pub due_map: Vec<Cell>,
    /// The samples of `sent`, likewise.
    pub sent_map: Vec<Cell>,
}

/// One PBX over time.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct NodeCourse {
    /// Node name.
    pub node: String,
    /// Requests it can serve in a second, by the constants of the start; `None`: any number.
    pub answers_per_s: Option<f64>,
    /// Endpoints with a binding here, at the end of each bucket.
    pub registered: Vec<u64>,
    /// Requests that arrived in each bucket and were served, at once or after a wait.
    pub requests: Vec<u64>,
    /// Requests turned away in each bucket.
    pub shed: Vec<u64>,
    /// Longest wait for a server of the requests that arrived in each bucket, in ns.
    pub longest_wait_ns: Vec<u64>,
}

/// One stock of one floating feature over time.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct StockCourse {
    /// Feature name without version.
    pub feature: String,
    /// Node whose stock it is.
    pub node: String,
    /// `installed`, `escrow` or `replica`.
    pub kind: String,
    /// Most units in use at once within each bucket, exact: no peak falls between two samples.
    pub in_use: Vec<u64>,
    /// Attempts refused in each bucket.
    pub refused: Vec<u64>,
    /// Units that may be issued, at the end of each bucket; empty if unlimited, or if another stock's are lent.
    #[serde(default)]
    pub pool: Vec<u64>,
    /// Units given out by the authority, in use or kept idle by a PBX, at the end of each bucket.
    pub booked: Vec<u64>,
    /// Units booked for PBXs that are down, at the end of each bucket.
    pub stranded: Vec<u64>,
    /// Units held past the soft deadline of their lease, at the end of each bucket.
    pub in_grace: Vec<u64>,
    /// Who held the units when most were in use, most first; at most [`MOST_ROWS`] populations.
    pub holders: Vec<Holders>,
    /// Who was refused, and why, most first; at most [`MOST_ROWS`] rows.
    pub refusals: Vec<Refusals>,
}

/// One PBX's use of one floating feature over time, whosever stock its units are of.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct SiteCourse {
    /// Feature name without version.
    pub feature: String,
    /// The PBX.
    pub node: String,
    /// Most units in use at once within each bucket.
    pub in_use: Vec<u64>,
    /// Attempts refused in each bucket.
    pub refused: Vec<u64>,
    /// Checkout attempts here.
    pub attempts: u64,
    /// Refused, by reason code.
    pub denials: BTreeMap<String, u64>,
}

impl SiteCourse {
    /// Refused, for whatever reason.
    pub fn refusals(&self) -> u64 {
        self.denials.values().fold(0, |sum, count| sum.saturating_add(*count))
    }
}

/// Calls over time, in each bucket.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
pub struct CallCourse {
    /// Calls that were due.
    pub due: Vec<u64>,
    /// Calls answered.
    pub answered: Vec<u64>,
    /// Calls refused for good, timed out, or cut off.
    pub failed: Vec<u64>,
}

/// A level over time: the highest within each bucket.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Track {
    /// Whose.
    pub name: String,
    /// One for each bucket.
    pub levels: Vec<u64>,
}

/// Units of one population.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Holders {
    /// Population or trunk.
    pub population: String,
    /// Units it held.
    pub units: u64,
}

/// Attempts of one population's devices refused for one reason.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Refusals {
    /// Population or trunk.
    pub population: String,
    /// Device word.
    pub device: String,
    /// Reason code.
    pub reason: String,
    /// Attempts refused.
    pub attempts: u64,
}

/// Final answers of one kind. Challenges are no final answers.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Answers {
    /// SIP method.
    pub method: String,
    /// What it was for: `sign-in`, `refresh`, `return`, `sign-out`; of an INVITE `call`, of a BYE `hang-up`.
    pub purpose: String,
    /// Status code; 408: no answer within 64·T1; 0: the connection or the device was dead.
    pub status: u16,
    /// Reason code, where one was given.
    pub reason: String,
    /// How many.
    pub count: u64,
}

/// A cell of a map of times: column (time of the run), row (size of the sample), samples.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Cell(pub u16, pub u8, pub u64);

/// Buckets of every series.
pub const BUCKETS: u64 = 240;
/// Buckets that share a column of a map.
pub const BUCKETS_A_COLUMN: u64 = 4;
/// Rows of a map: two for each doubling, from half a millisecond on.
pub const ROWS: usize = 48;
/// Rows of tables kept.
pub const MOST_ROWS: usize = 24;

/// The row of a time: the first holds all below half a millisecond, the last all above its edge.
pub fn row_of(ns: u64) -> usize {
    let Some(octave) = (ns / HALF_MS).checked_ilog2() else { return 0 };
    let begins = HALF_MS << octave;
    (1 + 2 * octave as usize + usize::from(ns - begins >= begins / 2)).min(ROWS - 1)
}

/// Lower edge of a row in ns.
pub fn row_begins(row: usize) -> u64 {
    let Some(row) = row.checked_sub(1) else { return 0 };
    let octave = HALF_MS << (row / 2);
    if row.is_multiple_of(2) { octave } else { octave + octave / 2 }
}

const HALF_MS: u64 = 500_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_time_lies_in_the_row_whose_edges_enclose_it() {
        for ns in [0, 499_999, 500_000, 999_999, 1_000_000, 1_499_999, 1_500_000, 20_000_000, 14_400_000_000] {
            let row = row_of(ns);
            assert!(row_begins(row) <= ns && ns < row_begins(row + 1), "{ns} ns in row {row}");
        }
        assert_eq!(row_of(u64::MAX), ROWS - 1);
    }
}

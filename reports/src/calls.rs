//! Calls of one run, by flow, trunk and queue: plain data, and what theory says of channels and agents.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::formulas::{erlang_b, erlang_b_units, erlang_c};
use crate::latency::Latency;

/// What became of the calls of one flow; a call is one wish through all its redials.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct FlowCalls {
    /// As declared.
    pub flow: String,
    /// Calls times their mean holding time, in erlangs: on average after the warm-up.
    pub offered_erlangs: f64,
    /// Calls that were due.
    pub due: u64,
    /// Answered.
    pub answered: u64,
    /// Refused for good, by reason code, or by status where no reason was given.
    pub refused: BTreeMap<String, u64>,
    /// Given up by the caller.
    pub abandoned: u64,
    /// Nobody answered in time, or nothing did.
    pub timed_out: u64,
    /// Cut off because an end of it lost its registration.
    pub dropped: u64,
    /// Passed on to another number: forwarded, or out of a queue; counted each time.
    #[serde(default)]
    pub passed_on: u64,
    /// Answered by a mailbox.
    #[serde(default)]
    pub messages: u64,
    /// Times that one side has put the other on hold.
    #[serde(default)]
    pub held: u64,
    /// Passed on to somebody else while people talked.
    #[serde(default)]
    pub transferred: u64,
    /// Not passed on though somebody had wanted it.
    #[serde(default)]
    pub transfers_failed: u64,
    /// Neither answered nor at an end when the run was over.
    pub open: u64,
    /// INVITE sent to the first sign that it rings, or the answer.
    pub setup: Latency,
}

/// How the channels of one trunk were fought over. Ratios are those after the warm-up, counts those of the whole run.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct TrunkCalls {
    /// As declared.
    pub trunk: String,
    /// Channels of all its lines; `None`: unlimited.
    pub channels: Option<u64>,
    /// What its flows offer, in erlangs: on average after the warm-up.
    pub offered_erlangs: f64,
    /// Whether its calls come at random and are not tried again: what Erlang B is about.
    pub is_erlang: bool,
    /// Calls that wanted a channel.
    pub attempts: u64,
    /// Those that got none.
    pub refused: u64,
    /// Attempts after warm-up.
    pub attempts_observed: u64,
    /// Refusals after warm-up.
    pub refused_observed: u64,
    /// Most channels in use at once.
    pub high_water: u64,
    /// Time observed, in nanoseconds.
    pub observed_ns: u64,
    /// Time with no channel free.
    pub at_capacity_ns: u64,
    /// Channel-nanoseconds in use.
    pub area_ns: u128,
}

/// What became of the callers of one queue. Ratios are those after the warm-up, counts those of the whole run.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct QueueCalls {
    /// As declared.
    pub queue: String,
    /// Agents it has.
    pub agents: u64,
    /// Talk and wrap-up that callers bring, in erlangs: on average after the warm-up.
    pub offered_erlangs: f64,
    /// Of one caller, on average, in seconds.
    pub work_s: f64,
    /// Whether callers come at random, wait for as long as it takes, and talk exponentially long: what Erlang C is about.
    pub is_erlang: bool,
    /// Callers that came.
    pub entered: u64,
    /// Answered by an agent.
    pub answered: u64,
    /// Gone before.
    pub abandoned: u64,
    /// Passed on to elsewhere.
    pub overflowed: u64,
    /// Refused for want of agent, place or time.
    pub refused: u64,
    /// Lost with their PBX.
    pub lost: u64,
    /// Callers after warm-up.
    pub entered_observed: u64,
    /// Those among them who found no agent idle.
    pub delayed_observed: u64,
    /// Most callers that waited at once.
    pub longest_line: u64,
    /// From coming to an agent's answer.
    pub wait: Latency,
}

impl QueueCalls {
    /// Callers who had to wait ÷ callers.
    pub fn probability_of_delay(&self) -> Option<f64> {
        (self.entered_observed > 0).then(|| self.delayed_observed as f64 / self.entered_observed as f64)
    }

    /// What Erlang C says: the part that waits, and the mean wait of all in seconds. `None`: the line would only grow.
    pub fn expected(&self) -> Option<(f64, f64)> {
        let spare = self.agents as f64 - self.offered_erlangs;
        let fits = self.offered_erlangs > 0.0 && spare > 0.0 && self.agents <= LARGEST;
        let waits = fits.then(|| erlang_c(self.agents, self.offered_erlangs))?;
        Some((waits, waits * self.work_s / spare))
    }
}

impl FlowCalls {
    /// Refused for good, for whatever reason.
    pub fn refusals(&self) -> u64 {
        self.refused.values().sum()
    }
}

impl TrunkCalls {
    /// Refused attempts ÷ attempts.
    pub fn call_congestion(&self) -> Option<f64> {
        (self.attempts_observed > 0).then(|| self.refused_observed as f64 / self.attempts_observed as f64)
    }

    /// Part of the time with no channel free.
    pub fn time_congestion(&self) -> Option<f64> {
        (self.observed_ns > 0).then(|| self.at_capacity_ns as f64 / self.observed_ns as f64)
    }

    /// Mean channels in use.
    pub fn carried_erlangs(&self) -> Option<f64> {
        (self.observed_ns > 0).then(|| self.area_ns as f64 / self.observed_ns as f64)
    }

    /// What Erlang B says of its load and channels.
    pub fn expected(&self) -> Option<f64> {
        let channels = self.channels.filter(|channels| *channels <= LARGEST)?;
        (self.offered_erlangs > 0.0).then(|| erlang_b(channels, self.offered_erlangs))
    }

    /// Channels that keep refusals at 1 % by Erlang B.
    pub fn needed(&self) -> Option<u64> {
        (self.offered_erlangs > 0.0 && self.offered_erlangs < LARGEST as f64)
            .then(|| erlang_b_units(self.offered_erlangs, 0.01))?
    }
}

/// The recurrence takes a step per channel: beyond this no summary waits for it.
const LARGEST: u64 = 10_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_is_held_against_erlang_c() {
        let queue = QueueCalls { agents: 15, offered_erlangs: 10.0, work_s: 180.0, ..QueueCalls::default() };
        let (waits, wait_s) = queue.expected().unwrap();
        assert_eq!((format!("{waits:.4}"), format!("{wait_s:.3}")), ("0.1020".to_owned(), "3.674".to_owned()));
        assert_eq!(QueueCalls { agents: 10, ..queue }.expected(), None);
        assert_eq!(QueueCalls::default().probability_of_delay(), None);
    }

    #[test]
    fn a_trunk_is_held_against_erlang_b() {
        let trunk = TrunkCalls { channels: Some(30), offered_erlangs: 20.0, ..TrunkCalls::default() };
        assert_eq!(format!("{:.4}", trunk.expected().unwrap()), "0.0085");
        assert_eq!(trunk.needed(), Some(30));
        assert_eq!(TrunkCalls::default().expected(), None);
        assert_eq!((trunk.call_congestion(), trunk.time_congestion()), (None, None));
    }
}

//! Calls in the JSON result: what became of them by flow, by channels, by queue, with what theory says beside it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::LatencyJson;
use crate::calls::{FlowCalls, QueueCalls, TrunkCalls};
use crate::measurements::Measurements;

/// All calls of one run.
#[derive(Serialize)]
pub(super) struct CallsJson<'a> {
    flows: Vec<FlowJson<'a>>,
    channels: Vec<ChannelsJson<'a>>,
    queues: Vec<QueueJson<'a>>,
}

#[derive(Serialize)]
struct FlowJson<'a> {
    flow: &'a str,
    offered_erlangs: f64,
    due: u64,
    answered: u64,
    refused: &'a BTreeMap<String, u64>,
    abandoned: u64,
    timed_out: u64,
    dropped: u64,
    passed_on: u64,
    messages: u64,
    held: u64,
    transferred: u64,
    transfers_failed: u64,
    open: u64,
    setup_ms: LatencyJson,
}

#[derive(Serialize)]
struct ChannelsJson<'a> {
    of: &'a str,
    channels: Option<u64>,
    offered_erlangs: f64,
    carried_erlangs: Option<f64>,
    attempts: u64,
    refused: u64,
    high_water: u64,
    call_congestion: Option<f64>,
    time_congestion: Option<f64>,
    erlang_b: Option<f64>,
}

#[derive(Serialize)]
struct QueueJson<'a> {
    queue: &'a str,
    agents: u64,
    offered_erlangs: f64,
    callers: u64,
    answered: u64,
    abandoned: u64,
    overflowed: u64,
    refused: u64,
    lost: u64,
    longest_line: u64,
    probability_of_delay: Option<f64>,
    wait_ms: LatencyJson,
    mean_wait_ms: Option<f64>,
    erlang_c: Option<f64>,
    erlang_c_mean_wait_ms: Option<f64>,
}

impl<'a> CallsJson<'a> {
    /// `None`: nobody was to call.
    pub(super) fn of(run: &'a Measurements) -> Option<Self> {
        let calls = Self {
            flows: run.flows.iter().map(FlowJson::of).collect(),
            channels: run.trunks.iter().map(ChannelsJson::of).collect(),
            queues: run.queues.iter().map(QueueJson::of).collect(),
        };
        (!calls.flows.is_empty()).then_some(calls)
    }
}

impl<'a> FlowJson<'a> {
    fn of(flow: &'a FlowCalls) -> Self {
        Self {
            flow: &flow.flow,
            offered_erlangs: flow.offered_erlangs,
            due: flow.due,
            answered: flow.answered,
            refused: &flow.refused,
            abandoned: flow.abandoned,
            timed_out: flow.timed_out,
            dropped: flow.dropped,
            passed_on: flow.passed_on,
            messages: flow.messages,
            held: flow.held,
            transferred: flow.transferred,
            transfers_failed: flow.transfers_failed,
            open: flow.open,
            setup_ms: LatencyJson::of(&flow.setup, 0),
        }
    }
}

impl<'a> ChannelsJson<'a> {
    fn of(row: &'a TrunkCalls) -> Self {
        Self {
            of: &row.trunk,
            channels: row.channels,
            offered_erlangs: row.offered_erlangs,
            carried_erlangs: row.carried_erlangs(),
            attempts: row.attempts,
            refused: row.refused,
            high_water: row.high_water,
            call_congestion: row.call_congestion(),
            time_congestion: row.time_congestion(),
            erlang_b: row.expected(),
        }
    }
}

impl<'a> QueueJson<'a> {
    fn of(queue: &'a QueueCalls) -> Self {
        let expected = queue.expected();
        let answered = queue.wait.count();
        Self {
            queue: &queue.queue,
            agents: queue.agents,
            offered_erlangs: queue.offered_erlangs,
            callers: queue.entered,
            answered: queue.answered,
            abandoned: queue.abandoned,
            overflowed: queue.overflowed,
            refused: queue.refused,
            lost: queue.lost,
            longest_line: queue.longest_line,
            probability_of_delay: queue.probability_of_delay(),
            wait_ms: LatencyJson::of(&queue.wait, 0),
            mean_wait_ms: (answered > 0).then(|| queue.wait.sum_ns() as f64 / answered as f64 / 1e6),
            erlang_c: expected.map(|(waits, _)| waits),
            erlang_c_mean_wait_ms: expected.map(|(_, wait_s)| wait_s * 1e3),
        }
    }
}

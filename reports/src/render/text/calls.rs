//! Calls in the summary: what became of those of each flow, each trunk against Erlang B, each queue against Erlang C.

use super::closing::REST;
use super::wrap::wrapped;
use crate::calls::{FlowCalls, QueueCalls, TrunkCalls};
use crate::latency::Reading;
use crate::measurements::Measurements;
use crate::render::safe::safe;
use crate::units;

/// Flows with most refusals first, then trunks.
pub(super) fn lines(run: &Measurements, most: usize) -> Vec<String> {
    let mut flows: Vec<&FlowCalls> = run.flows.iter().filter(|flow| flow.due > 0).collect();
    flows.sort_by_key(|flow| (std::cmp::Reverse(flow.refusals() + flow.abandoned + flow.timed_out), &flow.flow));
    let mut trunks: Vec<&TrunkCalls> = run.trunks.iter().filter(|trunk| trunk.attempts > 0).collect();
    trunks.sort_by_key(|trunk| (std::cmp::Reverse(trunk.refused), &trunk.trunk));
    let mut queues: Vec<&QueueCalls> = run.queues.iter().filter(|queue| queue.entered > 0).collect();
    queues.sort_by_key(|queue| (std::cmp::Reverse(queue.entered - queue.answered), &queue.queue));
    let left = [flows.len(), trunks.len(), queues.len()].iter().map(|rows| rows.saturating_sub(most)).sum::<usize>();
    let flows = flows.into_iter().take(most).map(flow);
    let trunks = trunks.into_iter().take(most).map(trunk);
    let mut lines = Vec::new();
    for words in flows.chain(trunks).chain(queues.into_iter().take(most).map(queue)) {
        let start = if lines.is_empty() { "  Calls     " } else { REST };
        lines.extend(wrapped(start, REST, &safe(&words)));
    }
    if left > 0 {
        lines.push(format!("{REST}… and {left} more"));
    }
    lines
}

/// `office: 1,234 calls, 98.2% answered; 12 refused (10 busy, 2 no-channel); 3 given up; set up in p50 4.0 ms`.
fn flow(flow: &FlowCalls) -> String {
    let calls = units::things(flow.due, "call", "calls");
    let mut words = format!("{}: {calls}, {} answered", flow.flow, units::share(flow.answered, flow.due));
    let mut reasons: Vec<(&str, u64)> = flow.refused.iter().map(|(reason, count)| (reason.as_str(), *count)).collect();
    reasons.sort_by_key(|(reason, count)| (std::cmp::Reverse(*count), *reason));
    let refused = units::count(flow.refusals());
    match reasons.as_slice() {
        [] => {}
        [(only, _)] => words.push_str(&format!("; {refused} refused ({only})")),
        several => {
            let each: Vec<String> =
                several.iter().map(|(reason, count)| format!("{} {reason}", units::count(*count))).collect();
            words.push_str(&format!("; {refused} refused ({})", each.join(", ")));
        }
    }
    for (count, what) in [
        (flow.abandoned, "given up"),
        (flow.timed_out, "timed out"),
        (flow.dropped, "cut off"),
        (flow.passed_on, "passed on"),
        (flow.messages, "left with a mailbox"),
        (flow.held, "times on hold"),
        (flow.transferred, "transferred"),
        (flow.transfers_failed, "not transferred though wanted"),
        (flow.open, "still open at the end"),
    ] {
        if count > 0 {
            words.push_str(&format!("; {} {what}", units::count(count)));
        }
    }
    if let Reading::At(half) = flow.setup.reading(500, 0) {
        words.push_str(&format!("; set up in p50 {}", units::duration(half)));
        if let Reading::At(ns) = flow.setup.reading(990, 0) {
            words.push_str(&format!(", p99 {}", units::duration(ns)));
        }
    }
    words.push('.');
    words
}

/// `carrier: peak 30 of 30 channels; 0.84% of 12,345 attempts refused; …; Erlang B: 0.85% of 20 E`.
fn trunk(trunk: &TrunkCalls) -> String {
    let peak = units::count(trunk.high_water);
    let attempts = units::things(trunk.attempts, "attempt", "attempts");
    let mut words = match trunk.channels {
        Some(channels) => format!("{}: peak {peak} of {} channels", trunk.trunk, units::count(channels)),
        None => format!("{}: peak {peak} channels, unlimited", trunk.trunk),
    };
    match trunk.refused {
        0 => words.push_str(&format!("; none of {attempts} refused")),
        refused => words.push_str(&format!("; {} of {attempts} refused", units::count(refused))),
    }
    if let Some(full) = trunk.time_congestion().filter(|full| *full > 0.0) {
        words.push_str(&format!("; none free {} of the time", units::percent(full)));
    }
    if let Some(carried) = trunk.carried_erlangs() {
        words.push_str(&format!("; {} carried", erlangs(carried)));
    }
    words.push('.');
    if let (Some(expected), Some(needed)) = (trunk.expected(), trunk.needed()) {
        let offered = erlangs(trunk.offered_erlangs);
        words.push_str(&format!(
            " Erlang B: {} of {offered} refused; 1% takes {}",
            units::percent(expected),
            units::things(needed, "channel", "channels")
        ));
        words.push_str(&difference(trunk, expected));
    }
    words
}

/// `helpdesk: 15 agents; 1,234 callers, 98.2% answered, 10.2% after waiting; …; Erlang C: 10.20% of 10 E wait, 3.7 s on average`.
fn queue(queue: &QueueCalls) -> String {
    let agents = units::things(queue.agents, "agent", "agents");
    let callers = units::things(queue.entered, "caller", "callers");
    let answered = units::share(queue.answered, queue.entered);
    let mut words = format!("{}: {agents}; {callers}, {answered} answered", queue.queue);
    for (count, what) in [
        (queue.refused, "refused"),
        (queue.abandoned, "left before"),
        (queue.overflowed, "passed on"),
        (queue.lost, "lost with the PBX"),
    ] {
        if count > 0 {
            words.push_str(&format!("; {} {what}", units::count(count)));
        }
    }
    if let Some(delayed) = queue.probability_of_delay() {
        words.push_str(&format!("; {} waited", units::percent(delayed)));
    }
    if queue.wait.count() > 0 {
        words.push_str(&format!(
            "; {} on average over all",
            units::duration(queue.wait.sum_ns() as u64 / queue.wait.count())
        ));
        if let Reading::At(ns) = queue.wait.reading(990, 0) {
            words.push_str(&format!(", p99 {}", units::duration(ns)));
        }
        words.push_str(&format!("; up to {} in line", units::count(queue.longest_line)));
    }
    words.push('.');
    let offered = erlangs(queue.offered_erlangs);
    match queue.expected() {
        Some((waits, wait_s)) => {
            let mean = units::duration((wait_s * 1e9) as u64);
            words.push_str(&format!(" Erlang C: {} of {offered} wait, {mean} on average", units::percent(waits)));
            words.push_str(queue_difference(queue, waits));
        }
        None if queue.offered_erlangs > 0.0 => {
            words.push_str(&format!(" {offered} are more than the agents can do: the line grows."));
        }
        None => {}
    }
    words
}

/// Why Erlang C and the run need not agree.
fn queue_difference(queue: &QueueCalls, waits: f64) -> &'static str {
    let foretold = waits * queue.entered_observed as f64;
    let apart = (queue.delayed_observed as f64 - foretold).abs();
    match queue.is_erlang {
        false => ". Who leaves or is refused, fixed times and changes on the way are not its case.",
        true if foretold < 100.0 => ". Too few had to wait to compare.",
        // Who waits makes others wait: twice a dozen square roots is still chance.
        true if apart > 24.0 * foretold.sqrt() => ". Measured apart from that: not all agents were signed in and free.",
        true => ".",
    }
}

/// Why the formula and the run need not agree, where something stands in the way.
fn difference(trunk: &TrunkCalls, expected: f64) -> String {
    // Refusals come in clusters: twice their square root is still chance.
    let foretold = expected * trunk.attempts_observed as f64;
    let apart = (trunk.refused_observed as f64 - foretold).abs();
    match trunk.is_erlang {
        false => ". Calls that are tried again, evenly spaced or changed on the way are not its case.".to_owned(),
        true if foretold < 100.0 => ". Too few refusals to compare.".to_owned(),
        true if apart > 8.0 * foretold.sqrt() => {
            ". Measured apart from that: the load changed, or callers found no free seat.".to_owned()
        }
        true => ".".to_owned(),
    }
}

fn erlangs(load: f64) -> String {
    format!("{} E", units::plain((load * 10.0).round() / 10.0))
}

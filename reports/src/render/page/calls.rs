//! Calls: by flow in the measures of RFC 6076, by trunk against Erlang B.

use maud::{Markup, html};

use crate::calls::{FlowCalls, QueueCalls, TrunkCalls};
use crate::latency::Reading;
use crate::measurements::Measurements;
use crate::render::page::case::Case;
use crate::render::page::parts::{Cell, Section, number, table, words};
use crate::render::page::traffic;
use crate::units;

pub(super) fn section(case: &Case, run: &Measurements) -> Option<Section> {
    let flows: Vec<&FlowCalls> = run.flows.iter().filter(|flow| flow.due > 0).collect();
    let trunks: Vec<&TrunkCalls> = run.trunks.iter().filter(|trunk| trunk.attempts > 0).collect();
    let queues: Vec<&QueueCalls> = run.queues.iter().filter(|queue| queue.entered > 0).collect();
    if flows.is_empty() && trunks.is_empty() && queues.is_empty() {
        return None;
    }
    let body = html! {
        (traffic::section(case, run))
        @if !flows.is_empty() { (sessions(&flows)) (fates(&flows)) }
        @if !trunks.is_empty() { (channels(&trunks)) }
        @if !queues.is_empty() { (lines(&queues)) }
    };
    Some(case.section("Calls", title(&flows, &trunks), body))
}

fn title(flows: &[&FlowCalls], trunks: &[&TrunkCalls]) -> String {
    let sum = |of: fn(&FlowCalls) -> u64| flows.iter().map(|flow| of(flow)).sum::<u64>();
    let (due, answered) = (sum(|flow| flow.due), sum(|flow| flow.answered));
    let full: u64 = trunks.iter().map(|trunk| trunk.refused).sum();
    let calls = units::things(due, "call", "calls");
    let found = if full > 0 { format!("; {} found no channel", units::count(full)) } else { String::new() };
    format!("Calls: {} of {calls} answered{found}", units::share(answered, due))
}

/// RFC 6076: who got through, of those whose call came to an end.
fn sessions(flows: &[&FlowCalls]) -> Markup {
    let heads = ["flow", "offered", "calls", "SER", "SEER", "ISA", "SRD p50", "SRD p95", "SRD p99", "SRD max"];
    let row = |flow: &&FlowCalls| {
        let ended = flow.due.saturating_sub(flow.open);
        let effective = flow.answered + refused_by_people(flow) + flow.abandoned;
        let share = |hits: u64| number(if ended == 0 { "–".to_owned() } else { units::share(hits, ended) });
        let time = |tenths| match flow.setup.reading(tenths, 0) {
            Reading::At(ns) => number(units::duration(ns)),
            Reading::Never | Reading::TooFew => number("–"),
        };
        let offered = number(format!("{} E", units::plain(flow.offered_erlangs)));
        let ineffective = flow.timed_out + flow.refusals() - refused_by_people(flow);
        let max = number(flow.setup.max().map_or_else(|| "–".to_owned(), units::duration));
        let [ser, seer, isa] = [flow.answered, effective, ineffective].map(share);
        vec![
            words(&flow.flow),
            offered,
            number(units::count(flow.due)),
            ser,
            seer,
            isa,
            time(500),
            time(950),
            time(990),
            max,
        ]
    };
    let rows: Vec<Vec<Cell>> = flows.iter().take(ROWS).map(row).collect();
    html! {
        (table("Getting through (RFC 6076)", &heads, &rows))
        p { "SER (session establishment ratio): answered. SEER (… effectiveness ratio): answered, or refused or given up by a \
             person. ISA (ineffective session attempts): refused by the network, or without any answer. All of the calls that \
             were at an end when the run was. SRD (session request delay): from the INVITE to the first sign of ringing or the \
             answer; a call is one wish through all its redials." }
    }
}

/// Busy is an answer of the person called: the network has done its part (RFC 6076 §4.7).
fn refused_by_people(flow: &FlowCalls) -> u64 {
    BY_PEOPLE.iter().filter_map(|reason| flow.refused.get(*reason)).sum()
}

fn fates(flows: &[&FlowCalls]) -> Markup {
    let heads = ["flow", "what became of it", "calls", "of all"];
    let rows: Vec<Vec<Cell>> = flows
        .iter()
        .take(ROWS)
        .flat_map(|flow| {
            let refused = flow.refused.iter().map(|(reason, count)| (format!("refused: {reason}"), *count));
            let others = [
                ("given up by the caller", flow.abandoned),
                ("no answer in time", flow.timed_out),
                ("cut off", flow.dropped),
                ("open at the end", flow.open),
            ];
            let others = others.into_iter().map(|(what, count)| (what.to_owned(), count));
            std::iter::once(("answered".to_owned(), flow.answered))
                .chain(refused)
                .chain(others)
                .filter(|(_, count)| *count > 0)
                .take(ROWS)
                .map(|(what, count)| {
                    vec![
                        words(&flow.flow),
                        words(what),
                        number(units::count(count)),
                        number(units::share(count, flow.due)),
                    ]
                })
        })
        .collect();
    table("What became of each call", &heads, &rows)
}

fn channels(trunks: &[&TrunkCalls]) -> Markup {
    let heads = [
        "trunk",
        "channels",
        "at most in use",
        "attempts",
        "refused",
        "all busy",
        "carried",
        "offered",
        "Erlang B",
        "1% needs",
    ];
    let percent = |share: Option<f64>| number(share.map_or_else(|| "–".to_owned(), units::percent));
    let row = |trunk: &&TrunkCalls| {
        let channels = trunk.channels.map_or_else(|| "unlimited".to_owned(), units::count);
        let erlangs = |load: f64| number(format!("{} E", units::plain(load)));
        vec![
            words(&trunk.trunk),
            number(channels),
            number(units::count(trunk.high_water)),
            number(units::count(trunk.attempts)),
            percent(trunk.call_congestion()),
            percent(trunk.time_congestion()),
            trunk.carried_erlangs().map_or_else(|| number("–"), erlangs),
            erlangs(trunk.offered_erlangs),
            percent(trunk.expected().filter(|_| trunk.is_erlang)),
            number(trunk.needed().filter(|_| trunk.is_erlang).map_or_else(|| "–".to_owned(), units::count)),
        ]
    };
    let rows: Vec<Vec<Cell>> = trunks.iter().take(ROWS).map(row).collect();
    html! {
        (table("Channels of trunks", &heads, &rows))
        p { "Refused and all busy are parts of attempts and of time after the warm-up. Erlang B is what theory says of that load \
             and so many channels; it stands where calls come at random and are not tried again." }
    }
}

fn lines(queues: &[&QueueCalls]) -> Markup {
    let heads = [
        "queue",
        "agents",
        "offered",
        "callers",
        "answered",
        "gave up",
        "passed on",
        "refused",
        "lost",
        "had to wait",
        "Erlang C",
        "wait p50",
        "longest",
        "longest line",
    ];
    let percent = |share: Option<f64>| number(share.map_or_else(|| "–".to_owned(), units::percent));
    let row = |queue: &&QueueCalls| {
        let [entered, answered, abandoned, overflowed, refused, lost] =
            [queue.entered, queue.answered, queue.abandoned, queue.overflowed, queue.refused, queue.lost]
                .map(|count| number(units::count(count)));
        let half = match queue.wait.reading(500, 0) {
            Reading::At(ns) => units::duration(ns),
            Reading::Never | Reading::TooFew => "–".to_owned(),
        };
        vec![
            words(&queue.queue),
            number(units::count(queue.agents)),
            number(format!("{} E", units::plain(queue.offered_erlangs))),
            entered,
            answered,
            abandoned,
            overflowed,
            refused,
            lost,
            percent(queue.probability_of_delay()),
            percent(queue.expected().filter(|_| queue.is_erlang).map(|(waits, _)| waits)),
            number(half),
            number(queue.wait.max().map_or_else(|| "–".to_owned(), units::duration)),
            number(units::count(queue.longest_line)),
        ]
    };
    let rows: Vec<Vec<Cell>> = queues.iter().take(ROWS).map(row).collect();
    html! {
        (table("Queues", &heads, &rows))
        p { "“Had to wait” is the part of callers after the warm-up who found no agent idle; Erlang C is what theory says of it, \
             where callers come at random and wait for as long as it takes. Waits are those of the answered." }
    }
}

/// Reasons that a person called gives, not the network.
const BY_PEOPLE: [&str; 3] = ["busy", "486", "603"];
const ROWS: usize = 60;

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::render::page::{Sheet, render};
    use crate::run_file::RunFile;
    use crate::sample;

    #[test]
    fn calls_are_told_in_the_measures_of_rfc_6076() {
        let mut result = sample::passing();
        let mut setup = crate::latency::Latency::new();
        (1..=1_000).for_each(|ms| setup.record(ms * 1_000_000));
        result.seeds[0].flows = vec![FlowCalls {
            flow: "inside".into(),
            offered_erlangs: 5.0,
            due: 1_010,
            answered: 900,
            refused: BTreeMap::from([("busy".to_owned(), 50), ("no-channel".to_owned(), 20)]),
            abandoned: 20,
            timed_out: 10,
            open: 10,
            setup,
            ..FlowCalls::default()
        }];
        result.seeds[0].trunks = vec![TrunkCalls {
            trunk: "carrier".into(),
            channels: Some(30),
            offered_erlangs: 20.0,
            is_erlang: true,
            attempts: 500,
            attempts_observed: 500,
            refused: 20,
            refused_observed: 20,
            high_water: 30,
            observed_ns: 100,
            at_capacity_ns: 4,
            area_ns: 1_900,
        }];
        let page = render(&RunFile { results: vec![result] }, Sheet::Inside);
        for part in [
            "Calls: 89.1% of 1,010 calls answered; 20 found no channel",
            // SER 900, SEER 970, ISA 30 of the 1,000 that came to an end.
            "<td class=\"n\">90%</td><td class=\"n\">97%</td><td class=\"n\">3%</td>",
            "refused: no-channel",
            "<td class=\"n\">19 E</td><td class=\"n\">20 E</td><td class=\"n\">0.85%</td><td class=\"n\">30</td>",
        ] {
            assert!(page.contains(part), "{part}\n{page}");
        }
    }
}

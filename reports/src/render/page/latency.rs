//! How long it took: the table of times, percentiles on a tail scale, and when the slow ones were.

use maud::{Markup, html};

use crate::latency::Latency;
use crate::measurements::Measurements;
use crate::render::page::case::Case;
use crate::render::page::chart::{Plot, line, stroke};
use crate::render::page::heat;
use crate::render::page::parts::{Cell, Section, figure, legend, number, table, words};
use crate::render::page::scale::{Durations, Tick};
use crate::render::text::latencies::{cells, is_worth_a_line};
use crate::units;

pub(super) fn section(case: &Case, run: &Measurements) -> Option<Section> {
    let named: Vec<_> =
        run.latencies.iter().filter(|named| is_worth_a_line(named, &run.latencies)).take(ROWS).collect();
    if named.is_empty() {
        return None;
    }
    let row = |named: &&crate::measurements::NamedLatency| -> Vec<Cell> {
        [words(&named.label)].into_iter().chain(cells(named).into_iter().map(number)).collect()
    };
    let rows: Vec<_> = named.iter().map(row).collect();
    let heads = ["from when it was due", "n", "p50", "p90", "p99", "p99.9", "max"];
    let body = html! {
        p {
            "Times count from the instant something was due, not from the last attempt: who tried for 20 s waited 20 s. "
            "A dash: too few samples for that percentile. “Never”: not by the end of the run, later than any limit."
        }
        (table("Times of the first seed", &heads, &rows))
        (tail(case, &run.course.due, &run.course.sent))
        (heat::maps(case, &run.course))
    };
    Some(case.section("Latency", "How long it took", body))
}

/// Percentiles of both ways to count, as far as ten samples lie beyond.
fn tail(case: &Case, due: &Latency, sent: &Latency) -> Markup {
    let n = due.count();
    let Some(longest) = due.max().filter(|_| n >= FEWEST) else { return html! {} };
    // In powers of ten of 1/(1 − p): 1 is 90 %, 2 is 99 %.
    let depth = libm::log10(n as f64 / 10.0);
    let shortest = [due, sent].iter().filter_map(|latency| latency.min()).min().unwrap_or(0).max(LEAST_NS);
    let scale = Durations::new(shortest, longest.max(shortest + 1));
    let at = |latency: &Latency, nines: f64| {
        let beyond = libm::ceil(latency.count() as f64 * libm::pow(10.0, -nines)) as u64;
        latency.at_rank(latency.count().saturating_sub(beyond).max(1))
    };
    let places: Vec<f64> = (0..=POINTS).map(|i| depth * f64::from(i) / f64::from(POINTS)).collect();
    let curve = |latency: &Latency| line(places.iter().map(|x| (x / depth, scale.share(at(latency, *x)))));
    let body = html! {
        (stroke("line2", &curve(sent)))
        (stroke("line1", &curve(due)))
    };
    let label = format!(
        "Percentiles of {} registrations on a tail scale: half took at most {} from when they were due.",
        units::count(n),
        units::duration(at(due, libm::log10(2.0)))
    );
    let plot = Plot { label, height: 220, x: nines(depth), y: scale.ticks.clone(), marks: &[], body };
    let rows: Vec<Vec<String>> = places
        .iter()
        .step_by(4)
        .map(|x| vec![percentile(*x), at(due, *x).to_string(), at(sent, *x).to_string()])
        .collect();
    html! {
        (figure("Time by percentile: each step to the right is ten times rarer; times are logarithmic", &plot.markup()))
        (legend(&[
            ("line1", "from when it was due".to_owned()),
            ("line2", "from its request: what a per-request tool would have reported".to_owned()),
        ]))
        (case.data("times by percentile", &["percentile", "from due, ns", "from request, ns"].map(str::to_owned), &rows))
    }
}

fn nines(depth: f64) -> Vec<Tick> {
    let every = if depth > 4.0 { 2 } else { 1 };
    let tick = |nines: u32| Tick { at: f64::from(nines) / depth, label: percentile(f64::from(nines)) };
    (0..=depth as u32).step_by(every).map(tick).collect()
}

/// `99.9%` for 3.
fn percentile(nines: f64) -> String {
    let beyond = libm::pow(10.0, -nines);
    let decimals = (nines - 2.0 - 1e-9).max(0.0).ceil() as usize;
    format!("{:.decimals$}%", (1.0 - beyond) * 100.0)
}

const FEWEST: u64 = 40;
const POINTS: u32 = 100;
/// What took no time has no logarithm.
const LEAST_NS: u64 = 1_000_000;
const ROWS: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_have_as_many_nines_as_they_need() {
        assert_eq!([0.0, 1.0, 2.0, 3.0, 4.0].map(percentile), ["0%", "90%", "99%", "99.9%", "99.99%"]);
    }
}

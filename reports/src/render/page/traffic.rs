//! Calls over time: how many came and what became of them, channels in use against those there are, callers that wait.

use maud::{Markup, html};

use crate::calls::TrunkCalls;
use crate::course::Track;
use crate::measurements::Measurements;
use crate::render::page::case::Case;
use crate::render::page::chart::{Plot, area, fill, line, steps, stroke};
use crate::render::page::happened::peak;
use crate::render::page::parts::{figure, legend, short};
use crate::render::page::scale::Linear;
use crate::units;

pub(super) fn section(case: &Case, run: &Measurements) -> Markup {
    html! {
        (calls(case, run))
        (channels(case, run))
        (lines(case, run))
    }
}

fn calls(case: &Case, run: &Measurements) -> Markup {
    let course = &run.course.calls;
    if course.due.iter().all(|count| *count == 0) {
        return html! {};
    }
    let series = [&course.due, &course.answered, &course.failed];
    let scale = Linear::counts(series.into_iter().flatten().copied().max().unwrap_or(0) as f64);
    let width = case.clock.share(run.course.width_ns);
    let shares = |counts: &[u64]| counts.iter().map(|count| scale.share(*count as f64)).collect::<Vec<f64>>();
    let body = html! {
        (fill("fill2", &area(&shares(&course.due), width)))
        (stroke("line1", &steps(&shares(&course.answered), width)))
        (stroke("line2", &steps(&shares(&course.failed), width)))
    };
    let bucket = units::duration(run.course.width_ns);
    let sum = |counts: &[u64]| units::count(counts.iter().sum());
    let caption = format!("Calls in each {bucket}");
    let label = format!("{caption}: {} due, {} answered.", sum(&course.due), sum(&course.answered));
    let plot = Plot { label, height: 150, x: case.clock.ticks(), y: scale.ticks.clone(), marks: &case.marks, body };
    let entries = [
        ("fill2", format!("due: {} in all", sum(&course.due))),
        ("line1", format!("answered: {}", sum(&course.answered))),
        ("line2", format!("refused for good, timed out or cut off: {}", sum(&course.failed))),
    ];
    let heads = ["time", "due", "answered", "failed"].map(str::to_owned);
    let row = |bucket: usize| {
        let ends = (bucket as u64 + 1).saturating_mul(run.course.width_ns).min(case.clock.lasts_ns);
        let counts = series.map(|series| series.get(bucket).copied().unwrap_or(0).to_string());
        [units::clock(case.clock.starts_s, ends)].into_iter().chain(counts).collect()
    };
    let rows: Vec<Vec<String>> = (0..course.due.len()).map(row).collect();
    html! { (figure(&caption, &plot.markup())) (legend(&entries)) (case.data("calls", &heads, &rows)) }
}

/// Those where most were refused first; on axes of their own, for trunks may be of any size.
fn channels(case: &Case, run: &Measurements) -> Markup {
    let of = |track: &&Track| run.trunks.iter().find(|trunk| trunk.trunk == track.name);
    let mut tracks: Vec<&Track> = run.course.channels.iter().collect();
    tracks.sort_by_key(|track| std::cmp::Reverse(of(track).map_or(0, |trunk| trunk.refused)));
    html! {
        @if !tracks.is_empty() {
            p.caption { "Channels in use" }
            div.small { @for track in tracks.iter().take(CHARTS) { (channel(case, run, track, of(track))) } }
            (legend(&[("fill1", "most in use at once".to_owned()), ("limit", "channels there are".to_owned())]))
            @if tracks.len() > CHARTS { p { "Drawn are the " (CHARTS) " where most were refused; all are in the table." } }
        }
    }
}

fn channel(case: &Case, run: &Measurements, track: &Track, trunk: Option<&TrunkCalls>) -> Markup {
    let there = trunk.and_then(|trunk| trunk.channels);
    let most = track.levels.iter().copied().max().unwrap_or(0);
    // Far above the axis the limit says nothing.
    let limit = there.filter(|there| *there <= most.saturating_mul(20).max(1));
    let scale = Linear::counts(most.max(limit.unwrap_or(0)) as f64);
    let shares: Vec<f64> = track.levels.iter().map(|level| scale.share(*level as f64)).collect();
    let body = html! {
        (fill("fill1", &area(&shares, case.clock.share(run.course.width_ns))))
        @if let Some(limit) = limit { (stroke("limit", &line([0.0, 1.0].map(|x| (x, scale.share(limit as f64)))))) }
    };
    let of = there.map_or_else(|| ", unlimited".to_owned(), |there| format!(" of {}", units::count(there)));
    let words = format!("{}: at most {}{of}", short(&track.name, 40), peak(&track.levels));
    let plot = Plot { label: words.clone(), height: 80, x: case.clock.few_ticks(), y: scale.ticks, marks: &[], body };
    html! { div { p.axis { (words) } (plot.markup()) } }
}

fn lines(case: &Case, run: &Measurements) -> Markup {
    let mut tracks: Vec<&Track> = run.course.lines.iter().collect();
    tracks.sort_by_key(|track| std::cmp::Reverse(track.levels.iter().copied().max()));
    let chart = |track: &Track| {
        let scale = Linear::counts(track.levels.iter().copied().max().unwrap_or(0) as f64);
        let shares: Vec<f64> = track.levels.iter().map(|level| scale.share(*level as f64)).collect();
        let body = fill("bad", &area(&shares, case.clock.share(run.course.width_ns)));
        let words = format!("{}: at most {}", short(&track.name, 40), peak(&track.levels));
        let plot =
            Plot { label: words.clone(), height: 80, x: case.clock.few_ticks(), y: scale.ticks, marks: &[], body };
        html! { div { p.axis { (words) } (plot.markup()) } }
    };
    html! {
        @if !tracks.is_empty() {
            p.caption { "Callers that wait in a queue" }
            div.small { @for track in tracks.iter().take(CHARTS) { (chart(track)) } }
        }
    }
}

const CHARTS: usize = 6;

//! What happened: endpoints in service by node over time, and the story with the time on the wall.

use maud::{Markup, html};

use crate::measurements::Measurements;
use crate::render::page::case::Case;
use crate::render::page::chart::{Plot, area, fill, stroke};
use crate::render::page::parts::{Section, figure, legend, number, short, table, words};
use crate::render::page::scale::Linear;
use crate::units;

pub(super) fn section(case: &Case, run: &Measurements) -> Option<Section> {
    if run.timeline.is_empty() && run.service.levels.is_empty() {
        return None;
    }
    let body = html! {
        @if !run.course.nodes.is_empty() && run.course.nodes.iter().any(|node| node.registered.iter().any(|n| *n > 0)) {
            (service(case, run))
        }
        (story(case))
    };
    Some(case.section("What happened", "What happened", body))
}

/// Registrations of one node, or of several that are too many to tell apart.
struct Layer {
    name: String,
    levels: Vec<u64>,
}

fn service(case: &Case, run: &Measurements) -> Markup {
    let layers = layers(run);
    let buckets = layers.first().map_or(0, |layer| layer.levels.len());
    let mut sums = vec![0_u64; buckets];
    let mut tops: Vec<Vec<u64>> = Vec::new();
    for layer in &layers {
        sums.iter_mut().zip(&layer.levels).for_each(|(sum, level)| *sum += level);
        tops.push(sums.clone());
    }
    let scale = Linear::counts(sums.iter().copied().max().unwrap_or(0).max(run.service.whole) as f64);
    let width = case.clock.share(run.course.width_ns);
    let shares = |levels: &[u64]| levels.iter().map(|level| scale.share(*level as f64)).collect::<Vec<f64>>();
    let whole = scale.share(run.service.whole as f64);
    let body = html! {
        @for (i, top) in tops.iter().enumerate().rev() { (fill(&fill_class(i), &area(&shares(top), width))) }
        (stroke("limit", &crate::render::page::chart::line([(0.0, whole), (1.0, whole)])))
    };
    let label = format!(
        "Registered endpoints over time, stacked by node; at the end {} of {}.",
        units::count(sums.last().copied().unwrap_or(0)),
        units::count(run.service.whole)
    );
    let plot = Plot { label, height: 220, x: case.clock.ticks(), y: scale.ticks, marks: &case.marks, body };
    let names: Vec<(String, String)> = layers
        .iter()
        .enumerate()
        .map(|(i, layer)| (fill_class(i), format!("{}, at most {}", layer.name, peak(&layer.levels))))
        .collect();
    let mut entries =
        vec![("limit", format!("all {} there are", units::things(run.service.whole, "endpoint", "endpoints")))];
    entries.extend(names.iter().rev().map(|(class, text)| (class.as_str(), text.clone())));
    html! {
        (figure("Registered endpoints, stacked by the node where they are bound", &plot.markup()))
        (legend(&entries))
        (numbers(case, run, &layers))
    }
}

fn numbers(case: &Case, run: &Measurements, layers: &[Layer]) -> Markup {
    let buckets = layers.first().map_or(0, |layer| layer.levels.len());
    let heads: Vec<String> = ["time".to_owned()].into_iter().chain(layers.iter().map(|l| l.name.clone())).collect();
    let ends = |bucket: usize| (bucket as u64 + 1).saturating_mul(run.course.width_ns).min(case.clock.lasts_ns);
    let row = |bucket: usize| {
        let clock = units::clock(case.clock.starts_s, ends(bucket));
        [clock].into_iter().chain(layers.iter().map(|layer| layer.levels[bucket].to_string())).collect()
    };
    let rows: Vec<Vec<String>> = (0..buckets).map(row).collect();
    case.data("endpoints registered by node", &heads, &rows)
}

/// The nodes in their order; of many the largest, the rest summed up.
fn layers(run: &Measurements) -> Vec<Layer> {
    let nodes = &run.course.nodes;
    let mut sizes: Vec<u64> = nodes.iter().map(|node| node.registered.iter().copied().max().unwrap_or(0)).collect();
    sizes.sort_unstable_by(|a, b| b.cmp(a));
    let used = sizes.iter().filter(|size| **size > 0).count();
    let least = if used > LAYERS { sizes[LAYERS - 1] } else { 1 };
    let (mut layers, mut rest) = (Vec::new(), Layer { name: String::new(), levels: Vec::new() });
    let mut others = 0_u64;
    for node in nodes.iter().filter(|node| node.registered.iter().any(|level| *level > 0)) {
        let size = node.registered.iter().copied().max().unwrap_or(0);
        if size >= least && layers.len() < LAYERS - usize::from(used > LAYERS) {
            layers.push(Layer { name: short(&node.node, 40), levels: node.registered.clone() });
        } else {
            others += 1;
            rest.levels.resize(node.registered.len(), 0);
            rest.levels.iter_mut().zip(&node.registered).for_each(|(sum, level)| *sum += level);
        }
    }
    if others > 0 {
        rest.name = units::things(others, "other node", "other nodes");
        layers.push(rest);
    }
    layers
}

fn story(case: &Case) -> Markup {
    let moments = case.marks.iter().flat_map(|mark| mark.moments.iter().map(move |moment| (mark.letter, moment)));
    let rows: Vec<_> = moments
        .map(|(letter, moment)| {
            vec![
                words(letter),
                number(units::clock(case.clock.starts_s, moment.at_ns)),
                words(&moment.what),
                words(&moment.detail),
            ]
        })
        .collect();
    html! { @if !rows.is_empty() { (table("The moments under the letters of the charts", &["", "time", "what", ""], &rows)) } }
}

pub(super) fn peak(levels: &[u64]) -> String {
    units::count(levels.iter().copied().max().unwrap_or(0))
}

fn fill_class(layer: usize) -> String {
    format!("fill{}", layer + 1)
}

/// Shades that can be told apart, also in grey.
const LAYERS: usize = 6;

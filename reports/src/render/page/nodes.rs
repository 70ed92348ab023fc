//! Nodes as small multiples on the same axes, the worst first: requests against capacity, and how long they waited.

use maud::{Markup, html};

use crate::course::NodeCourse;
use crate::measurements::{Measurements, NodeLoad};
use crate::render::page::case::Case;
use crate::render::page::chart::{Plot, area, fill, line, stroke};
use crate::render::page::parts::{Section, heading, legend, number, short, table, words};
use crate::render::page::scale::Linear;
use crate::units;

/// A node's totals and its course.
type Node<'a> = (&'a NodeLoad, &'a NodeCourse);

pub(super) fn section(case: &Case, run: &Measurements) -> Option<Section> {
    let mut nodes: Vec<Node> = run.nodes.iter().zip(&run.course.nodes).collect();
    if nodes.iter().all(|(load, _)| load.requests == 0 && load.shed == 0) {
        return None;
    }
    nodes.sort_by_key(|(load, _)| std::cmp::Reverse((load.shed, load.longest_wait_ns, load.requests)));
    let drawn = &nodes[..nodes.len().min(CHARTS)];
    let bucket_s = run.course.width_ns as f64 / 1e9;
    let rate = |count: u64| count as f64 / bucket_s;
    let most = |of: &dyn Fn(&Node) -> f64| drawn.iter().map(of).fold(0.0, f64::max);
    let rates = Linear::numbers(
        most(&|(_, course)| {
            let served = course.requests.iter().copied().max().map_or(0.0, rate);
            course
                .answers_per_s
                .map_or(served, |capacity| if capacity > served * 20.0 { served } else { capacity.max(served) })
        })
        .max(0.1),
    );
    let longest = drawn.iter().map(|(load, _)| load.longest_wait_ns).max().unwrap_or(0);
    let waits = Linear::durations(longest.max(1_000_000));
    let body = html! {
        div.small {
            @for (load, course) in drawn {
                div {
                    (heading(case.level(), &short(&load.node, 60)))
                    p.axis { "requests arriving in a second" }
                    (arrived(case, run, course, &rates, rate))
                    p.axis { "longest wait for a server" }
                    (waited(case, run, course, &waits))
                }
            }
        }
        (legend(&[
            ("fill1", "requests arriving in a second".to_owned()),
            ("limit", "what it can serve in a second; where it is far above the axis it is left out".to_owned()),
            ("bad-line", "longest wait of those that arrived then".to_owned()),
        ]))
        @if nodes.len() > drawn.len() { p { "Drawn are the " (drawn.len()) " nodes where requests waited longest; all are in the table." } }
        (totals(case, &nodes))
    };
    Some(case.section("Nodes", title(nodes[0].0), body))
}

fn title(worst: &NodeLoad) -> String {
    let name = short(&worst.node, 60);
    match (worst.shed, worst.longest_wait_ns) {
        (0, 0) => "Nodes: no request waited for a server".to_owned(),
        (0, longest) => format!("Nodes: requests waited longest at {name}, up to {}", units::duration(longest)),
        (shed, _) => format!("Nodes: {name} turned away most, {}", units::things(shed, "request", "requests")),
    }
}

fn arrived(case: &Case, run: &Measurements, course: &NodeCourse, scale: &Linear, rate: impl Fn(u64) -> f64) -> Markup {
    let shares: Vec<f64> = course.requests.iter().map(|count| scale.share(rate(*count))).collect();
    let capacity = course.answers_per_s.filter(|capacity| *capacity <= scale.top);
    let body = html! {
        (fill("fill1", &area(&shares, case.clock.share(run.course.width_ns))))
        @if let Some(capacity) = capacity {
            (stroke("limit", &line([0.0, 1.0].map(|x| (x, scale.share(capacity))))))
        }
    };
    let most = course.requests.iter().copied().max().map_or(0.0, rate);
    let label =
        format!("Requests arriving in a second at {}, at most {}.", short(&course.node, 60), units::plain(most));
    Plot { label, height: 80, x: case.clock.few_ticks(), y: scale.ticks.clone(), marks: &[], body }.markup()
}

fn waited(case: &Case, run: &Measurements, course: &NodeCourse, scale: &Linear) -> Markup {
    let shares: Vec<f64> = course.longest_wait_ns.iter().map(|ns| scale.share(*ns as f64)).collect();
    let body = fill("bad", &area(&shares, case.clock.share(run.course.width_ns)));
    let longest = course.longest_wait_ns.iter().copied().max().unwrap_or(0);
    let label =
        format!("Longest wait for a server at {}, up to {}.", short(&course.node, 60), units::duration(longest));
    Plot { label, height: 80, x: case.clock.few_ticks(), y: scale.ticks.clone(), marks: &[], body }.markup()
}

fn totals(case: &Case, nodes: &[Node]) -> Markup {
    let row = |(load, course): &Node| {
        let when = if load.longest_wait_ns > 0 {
            units::clock(case.clock.starts_s, load.longest_wait_at_ns)
        } else {
            "–".to_owned()
        };
        vec![
            words(&load.node),
            number(units::count(course.registered.iter().copied().max().unwrap_or(0))),
            number(units::count(load.requests)),
            number(units::count(load.shed)),
            number(course.answers_per_s.map_or_else(|| "any".to_owned(), |rate| format!("{}/s", units::plain(rate)))),
            number(units::duration(load.longest_wait_ns)),
            number(when),
        ]
    };
    let rows: Vec<_> = nodes.iter().take(ROWS).map(row).collect();
    let heads = ["node", "most registered", "served", "turned away", "can serve", "longest wait", "at"];
    table("All nodes, those where requests waited longest first", &heads, &rows)
}

/// Nodes drawn.
const CHARTS: usize = 12;
const ROWS: usize = 200;

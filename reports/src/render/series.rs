//! Everything of a run that has a value at an instant, in one order: what CSV and OpenMetrics write.

use crate::course::{Course, NodeCourse, SiteCourse, StockCourse};
use crate::result::RunResult;

/// One measure of one object over time.
pub(crate) struct Series<'a> {
    pub(crate) measure: &'static Measure,
    pub(crate) node: &'a str,
    /// Feature and kind of stock, where it is of a stock; of a PBX's use of a feature the kind is empty.
    pub(crate) stock: Option<(&'a str, &'a str)>,
    /// One for each bucket.
    pub(crate) values: &'a [u64],
}

/// What is measured over time.
pub(crate) struct Measure {
    /// In machine formats; its unit at the end.
    pub(crate) name: &'static str,
    pub(crate) meaning: &'static str,
    /// Whether values count what happened in a bucket, rather than say a level.
    pub(crate) is_count: bool,
    of: Source,
}

#[derive(Clone, Copy)]
enum Source {
    Node(fn(&NodeCourse) -> &[u64]),
    /// In ns, written in seconds.
    NodeTime(fn(&NodeCourse) -> &[u64]),
    Stock(fn(&StockCourse) -> &[u64]),
    Site(fn(&SiteCourse) -> &[u64]),
}

impl Measure {
    /// A value as written.
    pub(crate) fn written(&self, value: u64) -> String {
        if matches!(self.of, Source::NodeTime(_)) { seconds(value) } else { value.to_string() }
    }

    /// Its series in a course.
    pub(crate) fn series<'a>(&'static self, course: &'a Course) -> Vec<Series<'a>> {
        match self.of {
            Source::Node(values) | Source::NodeTime(values) => {
                let series = |node: &'a NodeCourse| Series {
                    measure: self,
                    node: &node.node,
                    stock: None,
                    values: values(node),
                };
                course.nodes.iter().map(series).collect()
            }
            Source::Stock(values) => {
                let series = |stock: &'a StockCourse| {
                    let of = Some((stock.feature.as_str(), stock.kind.as_str()));
                    Series { measure: self, node: &stock.node, stock: of, values: values(stock) }
                };
                course.stocks.iter().map(series).collect()
            }
            Source::Site(values) => {
                let series = |site: &'a SiteCourse| {
                    let of = Some((site.feature.as_str(), ""));
                    Series { measure: self, node: &site.node, stock: of, values: values(site) }
                };
                course.sites.iter().map(series).collect()
            }
        }
    }
}

/// All series of the seed whose story is told, by measure.
pub(crate) fn all(result: &RunResult) -> impl Iterator<Item = Series<'_>> {
    let course = result.first().map(|run| &run.course);
    course.into_iter().flat_map(|course| MEASURES.iter().flat_map(|measure| measure.series(course)))
}

/// The end of a bucket, in ns since the start: the run may end within the last.
pub(crate) fn bucket_ends(result: &RunResult, bucket: usize) -> u64 {
    let Some(run) = result.first() else { return 0 };
    (bucket as u64 + 1).saturating_mul(run.course.width_ns).min(result.header.lasts_ns.max(run.simulated_ns))
}

/// Nanoseconds as seconds, exactly.
pub(crate) fn seconds(ns: u64) -> String {
    let text = format!("{}.{:09}", ns / 1_000_000_000, ns % 1_000_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// In the order written.
pub(crate) static MEASURES: [Measure; 12] = [
    Measure {
        name: "registered_endpoints",
        meaning: "Endpoints with a binding at the node, at the end of the bucket.",
        is_count: false,
        of: Source::Node(|node| &node.registered),
    },
    Measure {
        name: "requests",
        meaning: "Requests that arrived at the node and were served.",
        is_count: true,
        of: Source::Node(|node| &node.requests),
    },
    Measure {
        name: "requests_turned_away",
        meaning: "Requests refused or dropped because the queue of the node was full.",
        is_count: true,
        of: Source::Node(|node| &node.shed),
    },
    Measure {
        name: "longest_server_wait_seconds",
        meaning: "Longest wait for a server of the requests that arrived in the bucket.",
        is_count: false,
        of: Source::NodeTime(|node| &node.longest_wait_ns),
    },
    Measure {
        name: "licence_units_in_use",
        meaning: "Most units of the stock in use at once within the bucket.",
        is_count: false,
        of: Source::Stock(|stock| &stock.in_use),
    },
    Measure {
        name: "licence_refusals",
        meaning: "Attempts to check out a unit that were refused.",
        is_count: true,
        of: Source::Stock(|stock| &stock.refused),
    },
    Measure {
        name: "licence_units_usable",
        meaning: "Units of the stock that may be issued, at the end of the bucket; unlimited ones are left out.",
        is_count: false,
        of: Source::Stock(|stock| &stock.pool),
    },
    Measure {
        name: "licence_units_in_use_at_node",
        meaning: "Most units in use at once at the node within the bucket, whosever stock they are of.",
        is_count: false,
        of: Source::Site(|site| &site.in_use),
    },
    Measure {
        name: "licence_refusals_at_node",
        meaning: "Attempts at the node to check out a unit that were refused.",
        is_count: true,
        of: Source::Site(|site| &site.refused),
    },
    Measure {
        name: "licence_units_given_out",
        meaning: "Units given out by the authority, in use or kept idle by a node.",
        is_count: false,
        of: Source::Stock(|stock| &stock.booked),
    },
    Measure {
        name: "licence_units_stranded",
        meaning: "Units booked for nodes that are down.",
        is_count: false,
        of: Source::Stock(|stock| &stock.stranded),
    },
    Measure {
        name: "licence_units_in_grace",
        meaning: "Units held past the soft deadline of their lease.",
        is_count: false,
        of: Source::Stock(|stock| &stock.in_grace),
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_exact() {
        assert_eq!([0, 1, 1_500_000_000, 60_000_000_000].map(seconds), ["0", "0.000000001", "1.5", "60"]);
    }
}

//! The table of latencies: from the instant something was due, and beside it what a per-request tool would report.

use super::wrap::{cut, padded, right, safe, width};
use crate::latency::Reading;
use crate::measurements::NamedLatency;
use crate::units;

pub(super) fn lines(latencies: &[NamedLatency], most: usize) -> Vec<String> {
    let shown: Vec<&NamedLatency> =
        latencies.iter().filter(|named| is_worth_a_line(named, latencies)).take(most).collect();
    if shown.is_empty() {
        return Vec::new();
    }
    let header = ["n", "p50", "p90", "p99", "p99.9", "max"].map(str::to_owned);
    let mut lines = vec![row("", &header)];
    shown.into_iter().for_each(|named| lines.extend(named_rows(named)));
    lines
}

/// Something was measured; and the answered alone only where they tell another story than those that were due.
fn is_worth_a_line(named: &NamedLatency, all: &[NamedLatency]) -> bool {
    let due = named.name.strip_prefix(ANSWERED).map(|loss| format!("{BACK}{loss}"));
    let same =
        due.and_then(|due| all.iter().find(|other| other.name == due)).is_some_and(|due| cells(due) == cells(named));
    (named.latency.count() > 0 || named.never > 0) && !same
}

fn named_rows(named: &NamedLatency) -> Vec<String> {
    let remark = if named.name.starts_with(ANSWERED) { "(what a per-request tool would have reported)" } else { "" };
    let label = safe(&named.label);
    let cells = cells(named);
    if width(&label) <= LABEL && remark.is_empty() {
        return vec![row(&label, &cells)];
    }
    let (first, second) = broken(&label);
    let second = padded(&format!("    {}", cut(&second, LABEL)), 34);
    vec![row(&first, &cells), format!("{second}{remark}")]
}

/// A label in two lines, at the last blank that lets the first fit.
fn broken(label: &str) -> (String, String) {
    let fits = |(at, _): &(usize, &str)| width(&label[..*at]) <= LABEL;
    match label.match_indices(' ').rfind(fits) {
        _ if width(label) <= LABEL => (label.to_owned(), String::new()),
        Some((at, _)) => (label[..at].to_owned(), label[at + 1..].to_owned()),
        None => (cut(label, LABEL), String::new()),
    }
}

fn cells(named: &NamedLatency) -> [String; 6] {
    let at = |tenths| match named.latency.reading(tenths, named.never) {
        Reading::TooFew => "–".to_owned(),
        Reading::Never => "never".to_owned(),
        Reading::At(ns) => units::duration(ns),
    };
    let max = match named.latency.max() {
        _ if named.never > 0 => "never".to_owned(),
        Some(ns) => units::duration(ns),
        None => "–".to_owned(),
    };
    [units::count(named.latency.count().saturating_add(named.never)), at(500), at(900), at(990), at(999), max]
}

fn row(label: &str, cells: &[String; 6]) -> String {
    let [n, times @ ..] = cells;
    // A large count may use the blanks after a short label.
    let start = format!("  {label}");
    let mut line = format!("{start}{}", right(n, COUNT_ENDS.saturating_sub(width(&start))));
    times.iter().for_each(|time| line.push_str(&right(time, TIME)));
    line
}

const LABEL: usize = 20;
const COUNT_ENDS: usize = 29;
const TIME: usize = 10;
const ANSWERED: &str = "answered-after-";
const BACK: &str = "back-after-";

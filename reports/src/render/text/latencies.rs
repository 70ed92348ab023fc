//! The table of latencies: from the instant something was due, and beside it what a per-request tool would report.

use super::wrap::{cut, padded, right, width};
use crate::latency::Reading;
use crate::measurements::NamedLatency;
use crate::render::safe::safe;
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
pub(in crate::render) fn is_worth_a_line(named: &NamedLatency, all: &[NamedLatency]) -> bool {
    let due = named.name.strip_prefix(ANSWERED).map(|loss| format!("{BACK}{loss}"));
    let same =
        due.and_then(|due| all.iter().find(|other| other.name == due)).is_some_and(|due| cells(due) == cells(named));
    (named.latency.count() > 0 || named.never > 0) && !same
}

fn named_rows(named: &NamedLatency) -> Vec<String> {
    let remark = if named.name.starts_with(ANSWERED) { "(what a per-request tool would have reported)" } else { "" };
    let label = safe(&named.label);
    let cells = cells(named);
    let room = LABEL.min((COUNT_ENDS - 3).saturating_sub(width(&cells[0])));
    if width(&label) <= room && remark.is_empty() {
        return vec![row(&label, &cells)];
    }
    let (first, second) = broken(&label, room);
    let second = padded(&format!("    {}", cut(&second, LABEL)), 34);
    vec![row(&first, &cells), format!("{second}{remark}")]
}

/// A label in two lines, at the last blank that lets the first fit: a large count leaves less room.
fn broken(label: &str, room: usize) -> (String, String) {
    let fits = |(at, _): &(usize, &str)| width(&label[..*at]) <= room;
    match label.match_indices(' ').rfind(fits) {
        _ if width(label) <= room => (label.to_owned(), String::new()),
        Some((at, _)) => (label[..at].to_owned(), label[at + 1..].to_owned()),
        None => (cut(label, room), String::new()),
    }
}

pub(in crate::render) fn cells(named: &NamedLatency) -> [String; 6] {
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
    let start = format!("  {label}");
    let mut line = format!("{start}{}", right(n, COUNT_ENDS.saturating_sub(width(&start))));
    times.iter().for_each(|time| line.push_str(&right(time, TIME)));
    line
}

const LABEL: usize = 20;
const COUNT_ENDS: usize = 30;
const TIME: usize = 10;
const ANSWERED: &str = "answered-after-";
const BACK: &str = "back-after-";

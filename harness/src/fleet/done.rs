//! What each worker of a run on the wire did: beside the merged values, the worst first.

use std::cmp::Reverse;

use reports::units::{count, duration};
use serde_json::{Value, json};

use super::muster::Done;
use crate::wire::part::Part;

/// A worker that began this much later than the others did not load what it was to load, in ns.
const LATE: i128 = 100_000_000;

impl Done {
    /// Why a run with this in it is not valid.
    pub fn objections(&self) -> Vec<String> {
        let (worker, endpoints) = (&self.worker, count(self.endpoints));
        let Some(part) = &self.part else {
            let cleared = match self.cleared {
                Some(cleared) => format!("{} were un-registered by another", count(cleared)),
                None => "nobody un-registered them".to_owned(),
            };
            return vec![format!("{worker} was lost, and its {endpoints} endpoints with it; {cleared}")];
        };
        let own = part.objections.iter().map(|objection| format!("{worker}: {objection}"));
        let ended = part.is_partial.then(|| format!("{worker} stopped before the end"));
        let late =
            (self.late_ns.abs() > LATE).then(|| format!("{worker} began {} beside the others", self.beginning()));
        own.chain(ended).chain(late).collect()
    }

    /// A line for each worker, the slowest first.
    pub fn table(all: &[Self]) -> Vec<String> {
        let mut rows: Vec<&Self> = all.iter().collect();
        rows.sort_by_key(|done| Reverse(done.worst_ns()));
        let head = format!(
            "  {:<24}{:>9}{:>9}{:>9}{:>9}{:>18}",
            "workers, slowest first", "due", "unsent", "p99", "max", "began"
        );
        let row = |done: &&Self| {
            let Some(part) = &done.part else { return format!("  {:<24}{:>9}", done.worker, "lost") };
            let all = part.ledger.accounts().last().map(|(_, all)| all).unwrap_or_default();
            let times = part.from_due();
            let [p99, max] = [times.quantile(990), times.max()].map(|ns| ns.map_or("·".to_owned(), duration));
            let name: String = done.worker.chars().take(23).collect();
            let (due, unsent) = (count(all.due), count(all.unsent()));
            format!("  {:<24}{due:>9}{unsent:>9}{p99:>9}{max:>9}{:>18}", name, done.beginning())
        };
        std::iter::once(head).chain(rows.iter().map(row)).collect()
    }

    /// The same for programs.
    pub fn json(all: &[Self]) -> Value {
        let one = |done: &Self| {
            let account = done.part.as_ref().and_then(|part| part.ledger.accounts().last()).map(|(_, all)| all);
            let times = done.part.as_ref().map(Part::from_due);
            json!({
                "worker": done.worker,
                "endpoints": done.endpoints,
                "lost": done.part.is_none(),
                "cleared": done.cleared,
                "began-late-ns": i64::try_from(done.late_ns).unwrap_or(i64::MAX),
                "clock-error-ns": done.error_ns,
                "due": account.as_ref().map(|account| account.due),
                "succeeded": account.as_ref().map(|account| account.succeeded),
                "left-behind": done.part.as_ref().map(|part| part.left_behind),
                "p99-ns": times.as_ref().and_then(|times| times.quantile(990)),
                "max-ns": times.as_ref().and_then(reports::latency::Latency::max),
            })
        };
        all.iter().map(one).collect()
    }

    /// `+0.2 ms ± 0.1 ms`.
    fn beginning(&self) -> String {
        let sign = if self.late_ns < 0 { '-' } else { '+' };
        let ms = |ns: u128| format!("{}.{} ms", ns / 1_000_000, ns / 100_000 % 10);
        format!("{sign}{} ± {}", ms(self.late_ns.unsigned_abs()), ms(u128::from(self.error_ns) + 99_999))
    }

    fn worst_ns(&self) -> u64 {
        self.part.as_ref().map_or(u64::MAX, |part| part.from_due().max().unwrap_or(0))
    }
}

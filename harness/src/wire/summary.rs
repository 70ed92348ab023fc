//! What a run on the wire says at its end: 80 columns, the verdict first; or the same as JSON.

use reports::latency::Latency;
use reports::render::text::of_searches;
use reports::search::Search;
use reports::units::{count, duration, things};
use scenarios::plan::Plan;
use serde_json::{Value, json};

use super::driver::Loaded;
use super::ledger::{Account, KINDS};
use super::prospect::transport_words;
use super::socket::Traffic;
use super::validity::caps;

/// A run with all that its summary needs.
#[derive(Debug)]
pub struct Summary<'a> {
    /// What was run.
    pub plan: &'a Plan,
    /// With which seed.
    pub seed: u64,
    /// Against whom, as shown.
    pub target: String,
    /// What it was allowed to load, in words.
    pub may_load: String,
    /// From where, as shown.
    pub local: String,
    /// Names the run in the requests; `None`: several names, one for each worker.
    pub run: Option<u64>,
    /// What came of it.
    pub loaded: &'a Loaded,
    /// What passed through the sockets.
    pub traffic: Traffic,
    /// Processor time, in seconds.
    pub cpu_s: f64,
    /// Why the run is not valid; empty: it is.
    pub objections: Vec<String>,
    /// What its searches found, and how many trials were made again for it.
    pub searches: (&'a [Search], u32),
    /// Who shared the work: a table for people, and the same for programs; empty and null for one process.
    pub workers: (Vec<String>, Value),
}

impl Summary<'_> {
    /// `VALID`, `GENERATOR-BOUND`, `CONFIG-CAPPED`, `PARTIAL`.
    pub fn word(&self) -> &'static str {
        match (self.objections.is_empty(), self.caps().is_empty()) {
            _ if self.loaded.is_partial => "PARTIAL",
            // What left late was held back.
            _ if self.traffic.over_rate > 0 => "CONFIG-CAPPED",
            (false, _) => "GENERATOR-BOUND",
            (true, false) => "CONFIG-CAPPED",
            (true, true) => "VALID",
        }
    }

    /// What the scenario itself made impossible.
    fn caps(&self) -> Vec<String> {
        self.loaded.ledger.accounts().last().map_or(Vec::new(), |(_, all)| caps(&all, self.traffic.over_rate))
    }

    /// For people.
    pub fn text(&self) -> String {
        let Loaded { ledger, lasted, .. } = self.loaded;
        let mut lines = vec![format!("{:<62}{:>16}", shortened(&self.plan.title, 60), self.word())];
        let endpoints = things(self.loaded_endpoints(), "endpoint", "endpoints");
        let transports = transport_words(self.plan);
        lines.push(format!("  {endpoints} on the wire for {}, {transports}", duration(lasted.0)));
        lines.push(format!("  from {} to {}", self.local, self.target));
        lines.push(format!("  may load {}", self.may_load));
        lines.extend(self.objections.iter().chain(&self.caps()).map(|objection| format!("  ! {objection}")));
        lines.push(String::new());
        let (searches, made_again) = self.searches;
        if !searches.is_empty() {
            lines.extend(of_searches(searches));
            if made_again > 0 {
                let trials = things(u64::from(made_again), "trial was", "trials were");
                lines.push(format!("            {trials} made again: the generator had not kept up."));
            }
            lines.push(String::new());
        }
        lines.push("  arrivals        due   on time    late  unsent  succeeded  failed    open".to_owned());
        lines.extend(
            ledger.accounts().filter(|(_, account)| account.due > 0).map(|(name, account)| row(name, &account)),
        );
        let unsent = ledger.accounts().last().map(|(_, all)| all.suppressed).unwrap_or_default();
        lines.extend(unsent.iter().map(|(why, times)| format!("  {} unsent: {}", count(*times), why.word())));
        lines.push(String::new());
        lines.push("  times                           p50       p90       p99     p99.9       max".to_owned());
        for (kind, name) in KINDS.iter().enumerate() {
            lines.extend(times(&format!("{name}, since it was due"), &ledger.from_due[kind]));
            lines.extend(times("  since it was sent", &ledger.from_sent[kind]));
        }
        lines.extend(times("sent after it was due", &ledger.slip));
        lines.push(String::new());
        if !self.workers.0.is_empty() {
            lines.extend(self.workers.0.iter().cloned());
            lines.push(String::new());
        }
        lines.extend(self.last());
        lines.iter().map(|line| format!("{}\n", line.trim_end())).collect()
    }

    fn last(&self) -> Vec<String> {
        let Loaded { ledger, registered, left_behind, calls_left, strays, .. } = self.loaded;
        let of = |(status, times): (&u16, &u64)| match status {
            // The endpoint itself lost its registration while it called.
            0 => format!("lost {}", count(*times)),
            408 => format!("none {}", count(*times)),
            status => format!("{status} {}", count(*times)),
        };
        let answers: Vec<String> = ledger.answers.iter().map(of).collect();
        let again = things(ledger.retransmissions, "retransmission", "retransmissions");
        let mut lines = vec![format!("  answers  {}; {again}", answers.join(", "))];
        let left = match left_behind {
            0 => "all left".to_owned(),
            _ => format!("{} did not leave in time", count(*left_behind)),
        };
        lines.push(format!("  {} registered at the end; {left}", count(*registered)));
        if ledger.accounts().any(|(name, account)| name == "call" && account.due > 0) {
            let [hung_up, left, dropped] = ledger.ended.map(count);
            let rest = match calls_left {
                0 => "none left over".to_owned(),
                _ => format!("{} did not end in time", things(*calls_left, "leg", "legs")),
            };
            lines.push(format!(
                "  calls ended: {hung_up} by the caller, {left} by the other side, {dropped} dropped; {rest}"
            ));
        }
        let Traffic { sent, received, off_list, .. } = self.traffic;
        let (sent, received) = (count(sent), count(received));
        lines.push(format!(
            "  {sent} packets sent, {received} received, {} strays, {off_list} off the list",
            count(*strays)
        ));
        let sentences = self.plan.expectations.len() as u64;
        if sentences > 0 {
            lines.push(format!("  {} of the file not judged on the wire", things(sentences, "sentence", "sentences")));
        }
        let run = self.run.map_or_else(String::new, |run| format!(" run {run:016x},"));
        lines.push(format!("  seed {},{run} {:.2} s of processor time", self.seed, self.cpu_s));
        lines
    }

    fn loaded_endpoints(&self) -> u64 {
        self.plan.layout.blocks.iter().map(|block| u64::from(block.endpoints())).sum()
    }

    /// For programs.
    pub fn json(&self) -> String {
        let Loaded { ledger, lasted, registered, left_behind, calls_left, strays, observed, .. } = self.loaded;
        let accounts: Vec<Value> = ledger.accounts().map(|(name, account)| account_json(name, &account)).collect();
        let latency = |(kind, name): (usize, &&str)| {
            json!({
                "arrival": name,
                "since-due": latency_json(&ledger.from_due[kind]),
                "since-sent": latency_json(&ledger.from_sent[kind]),
            })
        };
        let times: Vec<Value> = KINDS.iter().enumerate().map(latency).collect();
        let value = json!({
            "wire": 1,
            "title": self.plan.title,
            "validity": self.word().to_lowercase(),
            "objections": self.objections,
            "caps": self.caps(),
            "workers": self.workers.1,
            "searches": self.searches.0,
            "trials-made-again": self.searches.1,
            "partial": self.loaded.is_partial,
            "target": self.target,
            "may-load": self.may_load,
            "from": self.local,
            "run": self.run.map(|run| format!("{run:016x}")),
            "seed": self.seed,
            "endpoints": self.loaded_endpoints(),
            "lasted-ns": lasted.0,
            "registered-at-end": registered,
            "left-behind": left_behind,
            "calls-ended": { "hung-up": ledger.ended[0], "left": ledger.ended[1], "dropped": ledger.ended[2] },
            "calls-left": calls_left,
            "arrivals": accounts,
            "times": times,
            "slip": latency_json(&ledger.slip),
            "answers": ledger.answers.iter().map(|(status, times)| (status.to_string(), *times)).collect::<std::collections::BTreeMap<_, _>>(),
            "retransmissions": ledger.retransmissions,
            "packets": {
                "sent": self.traffic.sent, "sent-octets": self.traffic.sent_octets,
                "received": self.traffic.received, "received-octets": self.traffic.received_octets,
                "off-list": self.traffic.off_list, "over-rate": self.traffic.over_rate, "not-taken": self.traffic.not_taken,
                "strays": strays, "dropped": observed.dropped,
            },
            "stalls": observed.stalls,
            "longest-stall-ns": observed.longest_stall.0,
            "sentences-not-judged": self.plan.expectations.len(),
            "cpu-s": self.cpu_s,
        });
        format!("{value:#}\n")
    }
}

fn row(name: &str, account: &Account) -> String {
    let Account { due, on_time, late, succeeded, failed, open, .. } = account;
    let [due, on_time, late, unsent] = [*due, *on_time, *late, account.unsent()].map(count);
    let [succeeded, failed, open] = [*succeeded, *failed, *open].map(count);
    format!("  {name:<9}{due:>10}{on_time:>10}{late:>8}{unsent:>8}{succeeded:>11}{failed:>8}{open:>8}")
}

fn times(name: &str, latency: &Latency) -> Option<String> {
    let max = latency.max()?;
    let shown = |tenths| latency.quantile(tenths).map_or("·".to_owned(), duration);
    let [p50, p90, p99, p999] = [500, 900, 990, 999].map(shown);
    Some(format!("  {name:<24}{p50:>10}{p90:>10}{p99:>10}{p999:>10}{:>10}", duration(max)))
}

fn shortened(text: &str, most: usize) -> String {
    let clean: String = text.chars().map(|char| if char.is_control() { ' ' } else { char }).collect();
    if clean.chars().count() <= most { clean } else { clean.chars().take(most - 1).chain(['…']).collect() }
}

fn account_json(name: &str, account: &Account) -> Value {
    let suppressed = account.suppressed.iter().map(|(why, times)| (why.word(), *times));
    json!({
        "arrival": name,
        "due": account.due,
        "on-time": account.on_time,
        "late": account.late,
        "suppressed": suppressed.collect::<std::collections::BTreeMap<_, _>>(),
        "succeeded": account.succeeded,
        "failed": account.failed,
        "open": account.open,
    })
}

fn latency_json(latency: &Latency) -> Value {
    json!({
        "count": latency.count(),
        "mean-ns": latency.mean(),
        "p50-ns": latency.quantile(500),
        "p90-ns": latency.quantile(900),
        "p99-ns": latency.quantile(990),
        "p999-ns": latency.quantile(999),
        "max-ns": latency.max(),
    })
}

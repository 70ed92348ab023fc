//! The JSON result, which is a contract: keys in a fixed order, equal for equal inputs but for `host` and `wall_s`.

mod calls;

use std::collections::BTreeMap;

use calls::CallsJson;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::contention::Contention;
use crate::latency::{Latency, Reading};
use crate::measurements::{Counts, Invariant, Measurements, NamedLatency, Stock};
use crate::render::safe::safe_json;
use crate::result::{Host, RESULT_SCHEMA, RunResult, Verdict};
use crate::run_file::RunFile;
use crate::search::Search;
use crate::units::clock;
use crate::verdict::Judgement;

/// One object, pretty-printed, with a line end. Without variants the result itself; with variants
/// `{schema, verdict, variants{NAME: result}}`; of several files `{schema, verdict, files{FILE: either}}`.
pub fn render(run: &RunFile) -> String {
    let files = by_file(&run.results);
    let mut text = match files.as_slice() {
        [(_, results)] => pretty(&of_one_file(results)),
        _ => pretty(&Named { what: "files", verdict: run.verdict(), members: of_each(&files) }),
    };
    text.push('\n');
    text
}

/// The JSON Schema (draft 7) of what [`render`] makes.
pub const SCHEMA: &str = include_str!("json/schema.json");

/// One result alone, as [`render`] shows it.
pub(crate) fn render_one(result: &RunResult) -> String {
    pretty(&ResultJson::of(result))
}

/// Results of each file, in the order the files first appear.
pub(crate) fn by_file(results: &[RunResult]) -> Vec<(&str, Vec<&RunResult>)> {
    let mut files: Vec<(&str, Vec<&RunResult>)> = Vec::new();
    for result in results {
        match files.iter_mut().find(|(file, _)| *file == result.header.file) {
            Some((_, members)) => members.push(result),
            None => files.push((&result.header.file, vec![result])),
        }
    }
    files
}

#[derive(Serialize)]
#[serde(untagged)]
enum OneFile<'a> {
    Plain(Box<ResultJson<'a>>),
    Variants(Named<ResultJson<'a>>),
}

/// `{schema, verdict, variants|files{…}}`.
struct Named<T> {
    what: &'static str,
    verdict: Verdict,
    members: Vec<(String, T)>,
}

impl<T: Serialize> Serialize for Named<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("schema", &RESULT_SCHEMA)?;
        map.serialize_entry("verdict", self.verdict.name())?;
        map.serialize_entry(self.what, &Members(&self.members))?;
        map.end()
    }
}

struct Members<'a, T>(&'a [(String, T)]);

impl<T: Serialize> Serialize for Members<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, member)| (name, member)))
    }
}

#[derive(Serialize)]
struct ResultJson<'a> {
    schema: u32,
    verdict: &'static str,
    partial: bool,
    version: &'a str,
    seed: u64,
    digest: String,
    seeds: SeedsJson,
    expectations: Vec<ExpectationJson>,
    counts: Counts,
    invariants: &'a [Invariant],
    licences: BTreeMap<&'a str, LicenceJson<'a>>,
    stocks: Vec<StockJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    calls: Option<CallsJson<'a>>,
    latency_ms: LatenciesJson<'a>,
    timeline: Vec<MomentJson<'a>>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    searches: &'a [Search],
    host: &'a Host,
    wall_s: f64,
}

#[derive(Serialize)]
struct SeedsJson {
    of: usize,
    passed: usize,
    fragile: bool,
    each: Vec<SeedJson>,
}

#[derive(Serialize)]
struct SeedJson {
    seed: u64,
    digest: String,
    verdict: &'static str,
}

#[derive(Serialize)]
struct ExpectationJson {
    sentence: String,
    verdict: &'static str,
    measured: Option<f64>,
    limit: Option<f64>,
    unit: &'static str,
    samples: u64,
    fragile: bool,
}

#[derive(Serialize)]
struct LicenceJson<'a> {
    pool: Option<u64>,
    attempts: u64,
    grants: u64,
    denials: BTreeMap<&'a str, u64>,
    true_denials: u64,
    call_congestion: Option<f64>,
    time_congestion: Option<f64>,
    traffic_congestion: Option<f64>,
    high_water: u64,
    wait_ms: LatencyJson,
}

#[derive(Serialize)]
struct StockJson<'a> {
    feature: &'a str,
    node: &'a str,
    kind: &'a str,
    #[serde(flatten)]
    same: LicenceJson<'a>,
}

#[derive(Serialize)]
struct LatencyJson {
    n: u64,
    p50: Option<f64>,
    p90: Option<f64>,
    p99: Option<f64>,
    p999: Option<f64>,
    max: Option<f64>,
}

#[derive(Serialize)]
struct MomentJson<'a> {
    at_ms: f64,
    clock: String,
    what: &'a str,
    detail: &'a str,
}

/// By name, in the order measured.
struct LatenciesJson<'a>(&'a [NamedLatency]);

impl Serialize for LatenciesJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|named| (&named.name, LatencyJson::of(&named.latency, named.never))))
    }
}

fn of_each<'a>(files: &[(&str, Vec<&'a RunResult>)]) -> Vec<(String, OneFile<'a>)> {
    files.iter().map(|(file, results)| ((*file).to_owned(), of_one_file(results))).collect()
}

fn of_one_file<'a>(results: &[&'a RunResult]) -> OneFile<'a> {
    match results {
        [result] if result.header.variant.is_none() => OneFile::Plain(Box::new(ResultJson::of(result))),
        _ => OneFile::Variants(Named {
            what: "variants",
            verdict: worst(results.iter().copied()),
            members: results.iter().map(|result| (variant_name(result), ResultJson::of(result))).collect(),
        }),
    }
}

pub(crate) fn variant_name(result: &RunResult) -> String {
    result.header.variant.clone().unwrap_or_default()
}

fn worst<'a>(results: impl IntoIterator<Item = &'a RunResult>) -> Verdict {
    Verdict::worst(results.into_iter().map(|result| result.verdict(&result.judge())))
}

impl<'a> ResultJson<'a> {
    fn of(result: &'a RunResult) -> Self {
        let nothing: &'static Measurements = &NOTHING;
        let (header, judgements, first) = (&result.header, result.judge(), result.first().unwrap_or(nothing));
        Self {
            schema: RESULT_SCHEMA,
            verdict: result.verdict(&judgements).name(),
            partial: header.partial,
            version: &header.version,
            seed: header.seed,
            digest: hex(first.digest),
            seeds: seeds(result, &judgements),
            expectations: judgements.into_iter().map(ExpectationJson::of).collect(),
            counts: first.counts,
            invariants: &first.invariants,
            licences: licences(&first.stocks),
            stocks: first.stocks.iter().map(StockJson::of).collect(),
            calls: CallsJson::of(first),
            latency_ms: LatenciesJson(&first.latencies),
            timeline: timeline(header.starts_s, first),
            searches: &first.searches,
            host: &header.host,
            wall_s: header.wall_s,
        }
    }
}

fn seeds(result: &RunResult, judgements: &[Judgement]) -> SeedsJson {
    let held: Vec<_> = result.seeds_held(judgements).collect();
    SeedsJson {
        of: held.len(),
        passed: held.iter().filter(|(_, verdict)| *verdict == Verdict::Pass).count(),
        fragile: judgements.iter().any(|judgement| judgement.fragile.is_some()),
        each: held
            .into_iter()
            .map(|(run, verdict)| SeedJson { seed: run.seed, digest: hex(run.digest), verdict: verdict.name() })
            .collect(),
    }
}

fn timeline(starts_s: u32, run: &Measurements) -> Vec<MomentJson<'_>> {
    let moment = |moment: &'_ crate::measurements::Moment| (milliseconds(moment.at_ns), clock(starts_s, moment.at_ns));
    run.timeline
        .iter()
        .map(|entry| {
            let (at_ms, clock) = moment(entry);
            MomentJson { at_ms, clock, what: &entry.what, detail: &entry.detail }
        })
        .collect()
}

fn licences(stocks: &[Stock]) -> BTreeMap<&str, LicenceJson<'_>> {
    let mut features: BTreeMap<&str, Vec<&Stock>> = BTreeMap::new();
    stocks.iter().for_each(|stock| features.entry(&stock.feature).or_default().push(stock));
    features.into_iter().map(|(feature, stocks)| (feature, LicenceJson::of(Contention::of(&stocks)))).collect()
}

impl<'a> StockJson<'a> {
    fn of(stock: &'a Stock) -> Self {
        let same = LicenceJson::of(Contention::of_one(stock));
        Self { feature: &stock.feature, node: &stock.node, kind: &stock.kind, same }
    }
}

impl<'a> LicenceJson<'a> {
    fn of(contention: Contention<'a>) -> Self {
        Self {
            pool: contention.pool,
            attempts: contention.attempts,
            grants: contention.grants,
            true_denials: contention.true_denials,
            call_congestion: contention.call_congestion(),
            time_congestion: contention.time_congestion(),
            traffic_congestion: contention.traffic_congestion(),
            high_water: contention.high_water,
            wait_ms: LatencyJson::of(&contention.wait, 0),
            denials: contention.denials,
        }
    }
}

impl ExpectationJson {
    fn of(judgement: Judgement) -> Self {
        Self {
            verdict: judgement.word(),
            sentence: judgement.sentence,
            measured: judgement.measured,
            limit: judgement.limit,
            unit: judgement.unit.name(),
            samples: judgement.samples,
            fragile: judgement.fragile.is_some(),
        }
    }
}

impl LatencyJson {
    fn of(latency: &Latency, never: u64) -> Self {
        let at = |tenths| match latency.reading(tenths, never) {
            Reading::At(ns) => Some(milliseconds(ns)),
            Reading::Never | Reading::TooFew => None,
        };
        let max = if never > 0 { None } else { latency.max().map(milliseconds) };
        Self { n: latency.count().saturating_add(never), p50: at(500), p90: at(900), p99: at(990), p999: at(999), max }
    }
}

fn milliseconds(ns: u64) -> f64 {
    ns as f64 / 1e6
}

/// A digest as text: JavaScript reads no 64-bit integers.
pub(crate) fn hex(digest: u64) -> String {
    format!("{digest:016x}")
}

fn pretty(value: &impl Serialize) -> String {
    safe_json(&serde_json::to_string_pretty(value).expect("plain data with text keys is always JSON"))
}

static NOTHING: std::sync::LazyLock<Measurements> = std::sync::LazyLock::new(Measurements::default);

#[cfg(test)]
#[path = "json/tests.rs"]
mod tests;

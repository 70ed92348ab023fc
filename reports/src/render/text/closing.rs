//! The end of the summary: licences, why to believe it, and what to type next.

use std::collections::BTreeMap;

use super::wrap::{width, wrapped};
use super::{Options, WIDTH, finished};
use crate::contention::Contention;
use crate::latency::Reading;
use crate::measurements::{Measurements, OccasionEffect, Stock};
use crate::render::json::hex;
use crate::render::safe::safe;
use crate::result::RunResult;
use crate::units;
use crate::verdict::Stopping;

/// Peak, pool, refusals, wait, and what theory asks for at rest; the most refused features first.
pub(super) fn licences(run: &Measurements, most: usize) -> Vec<String> {
    let mut features: BTreeMap<&str, Vec<&Stock>> = BTreeMap::new();
    run.stocks.iter().for_each(|stock| features.entry(&stock.feature).or_default().push(stock));
    let mut features: Vec<(&str, Contention)> =
        features.into_iter().map(|(feature, stocks)| (feature, Contention::of(&stocks))).collect();
    features.retain(|(_, contention)| contention.attempts > 0 || contention.high_water > 0);
    features.sort_by_key(|(feature, contention)| (std::cmp::Reverse(contention.refused()), *feature));
    let mut lines = Vec::new();
    for (feature, contention) in features.iter().take(most) {
        let start = if lines.is_empty() { "  Licences  " } else { REST };
        lines.extend(wrapped(start, REST, &safe(&in_words(feature, contention))));
    }
    if features.len() > most {
        lines.push(format!("{REST}… and {} more", features.len() - most));
    }
    lines
}

pub(in crate::render) fn in_words(feature: &str, contention: &Contention) -> String {
    let peak = units::count(contention.high_water);
    let mut words = match contention.pool {
        Some(pool) => format!("{feature}: peak {peak} of {}", units::count(pool)),
        None => format!("{feature}: peak {peak}, unlimited"),
    };
    words.push_str(&refusals(contention));
    if let Some(full) = contention.time_congestion().filter(|full| *full > 0.0) {
        words.push_str(&format!("; no unit free {} of the time", units::percent(full)));
    }
    words.push_str(&wait(contention));
    if contention.over_issue_peak > 0 {
        words.push_str(&format!("; over-issued by up to {}", units::count(contention.over_issue_peak)));
    }
    words.push('.');
    if let (Some(at_rest), Some(pool)) = (contention.at_rest(), contention.pool) {
        let asks = format!(" At rest, {} asks for {} (1%)", at_rest.formula, units::count(at_rest.units));
        let difference = match pool.cmp(&at_rest.units) {
            std::cmp::Ordering::Greater => format!(": the pool has {} more.", units::count(pool - at_rest.units)),
            std::cmp::Ordering::Equal => ", as many as the pool has.".to_owned(),
            std::cmp::Ordering::Less => format!(": the pool has {} fewer.", units::count(at_rest.units - pool)),
        };
        words.push_str(&format!("{asks}{difference}"));
    }
    words
}

/// `; 12 of 1,122 attempts refused (10 no-unit, 2 la-unreachable)`.
fn refusals(contention: &Contention) -> String {
    let attempts = units::things(contention.attempts, "attempt", "attempts");
    let mut reasons: Vec<(&str, u64)> = contention.denials.iter().map(|(reason, count)| (*reason, *count)).collect();
    reasons.retain(|(_, count)| *count > 0);
    reasons.sort_by_key(|(reason, count)| (std::cmp::Reverse(*count), *reason));
    match reasons.as_slice() {
        [] => format!("; none of {attempts} refused"),
        [(reason, count)] => format!("; {} of {attempts} refused ({reason})", units::count(*count)),
        several => {
            let each: Vec<String> =
                several.iter().map(|(reason, count)| format!("{} {reason}", units::count(*count))).collect();
            format!("; {} of {attempts} refused ({})", units::count(contention.refused()), each.join(", "))
        }
    }
}

/// `; a wait of 2.1 s at p50 …`, only where somebody waited.
fn wait(contention: &Contention) -> String {
    let wait = &contention.wait;
    let Some(longest) = wait.max().filter(|longest| *longest > 0) else { return String::new() };
    let half = match wait.reading(500, 0) {
        Reading::At(ns) => format!("p50 {}, ", units::duration(ns)),
        Reading::Never | Reading::TooFew => String::new(),
    };
    format!("; {} waited, {half}longest {}", units::count(wait.count()), units::duration(longest))
}

/// What each occasion that cut somebody off did: takeover, coming back, failback.
pub(super) fn failovers(run: &Measurements, most: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for effect in run.occasions.iter().filter(|effect| effect.lost > 0 || effect.takeover_ns.is_some()).take(most) {
        let start = if lines.is_empty() { "  Failover  " } else { REST };
        lines.extend(wrapped(start, REST, &safe(&failover(effect))));
    }
    lines
}

pub(in crate::render) fn failover(effect: &OccasionEffect) -> String {
    let mut parts = Vec::new();
    if let Some(ns) = effect.takeover_ns {
        parts.push(format!("taken over after {}", units::duration(ns)));
    }
    let milestones = ["50%", "90%", "99%", "all"].into_iter().zip(effect.back_ns);
    let reached: Vec<String> =
        milestones.filter_map(|(share, ns)| Some(format!("{share} after {}", units::duration(ns?)))).collect();
    let (back, lost) = (units::count(effect.back), units::count(effect.lost));
    match reached.as_slice() {
        _ if effect.lost == 0 => {}
        [] => parts.push(format!("{back} of {lost} back")),
        reached => parts.push(format!("{back} of {lost} back ({})", reached.join(", "))),
    }
    if let Some(ns) = effect.failback_ns {
        parts.push(format!("handed back {} after its end", units::duration(ns)));
    }
    format!("{}: {}.", effect.name, parts.join("; "))
}

/// Why to believe it: clock, seeds, invariants, digest, version.
pub(super) fn trust(result: &RunResult) -> Vec<String> {
    let header = &result.header;
    let mut sentences = format!("virtual time; every arrival on time; {}", seeds(result));
    if header.warm_up_ns > 0 {
        sentences.push_str(&format!("; the first {} left out (warm-up)", units::duration(header.warm_up_ns)));
    }
    match header.stopping {
        Stopping::Fixed => {}
        Stopping::Auto => sentences.push_str(" until it was decided (auto)"),
        Stopping::Proof => sentences.push_str(" until it was proven (proof)"),
    }
    let invariants = result.seeds.iter().flat_map(|run| &run.invariants);
    let (checks, broken) = invariants.fold((0_u64, 0_u64), |(checks, broken), invariant| {
        (checks.saturating_add(invariant.checks), broken.saturating_add(invariant.violations))
    });
    if checks > 0 {
        let broken = if broken == 0 { "none broken".to_owned() } else { format!("{} broken", units::count(broken)) };
        sentences.push_str(&format!("; {} of invariants, {broken}", units::things(checks, "check", "checks")));
    }
    let mut lines = wrapped("  Trust     ", REST, &sentences);
    let origin = format!(
        "{} digest {} · pbxsim {} · {:.1} s",
        safe(&header.file),
        hex(header.plan_digest),
        safe(&header.version),
        header.wall_s
    );
    lines.extend(wrapped(REST, REST, &origin));
    if !header.overrides.is_empty() {
        let sets: Vec<String> = header.overrides.iter().map(|set| format!("--set {}", safe(set))).collect();
        lines.extend(wrapped(REST, REST, &format!("with {}", sets.join(" "))));
    }
    lines
}

pub(in crate::render) fn seeds(result: &RunResult) -> String {
    let seeds: Vec<u64> = finished(result).map(|run| run.seed).collect();
    match seeds.as_slice() {
        // Seeds run side by side: an interrupt leaves gaps.
        [first, .., last] if last.wrapping_sub(*first) >= seeds.len() as u64 => {
            format!("{} of the seeds {first} … {last}", seeds.len())
        }
        [first, .., last] => format!("seeds {first} … {last}"),
        [only] => format!("seed {only}"),
        [] if !result.seeds.is_empty() => "no seed run to its end".to_owned(),
        [] => "no seed".to_owned(),
    }
}

/// The run file and what to type next, beside it or below.
pub(super) fn last(options: &Options) -> Vec<String> {
    let path = options.path.as_ref().map(|path| safe(path));
    let mut lines = vec![String::new()];
    let commands: Vec<String> = options
        .next
        .iter()
        .take(NEXT)
        .map(|next| {
            let note = if next.note.is_empty() { String::new() } else { format!("   {}", safe(&next.note)) };
            format!("{}{note}", safe(&next.command))
        })
        .collect();
    let mut commands = commands.iter();
    if let Some(path) = path {
        let beside = commands.as_slice().first().filter(|command| 2 + width(&path) + 4 + width(command) <= WIDTH);
        lines.push(match beside {
            Some(command) => format!("  {path}    {command}"),
            None => format!("  {path}"),
        });
        if beside.is_some() {
            commands.next();
        }
    }
    lines.extend(commands.flat_map(|command| wrapped("  ", "    ", command)));
    if lines.len() == 1 { Vec::new() } else { lines }
}

pub(super) const REST: &str = "            ";
const NEXT: usize = 2;
/// A blank, the run file, and what to type next.
pub(super) const LAST_LINES: usize = 4;

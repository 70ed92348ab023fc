//! What was measured and by what margin, in words for the summary.

use crate::expectation::{Claim, Expectation, Outcome, Quantity, Subject};
use crate::measurements::{Measurements, NodeLoad, OccasionEffect, Stock};
use crate::units::{self, Unit};
use crate::verdict::reading::{Limits, Reading};
use crate::verdict::{enough, runs_needed};

/// The lines below a sentence.
pub(super) fn notes(expectation: &Expectation, readings: &[Reading], runs: &[Measurements]) -> Vec<String> {
    let (Some(reading), Some(run)) = (readings.first(), runs.first()) else { return vec![super::NOTHING.to_owned()] };
    let mut parts = vec![here(&expectation.claim, reading, run)];
    if readings.len() > 1 {
        parts.extend(over_seeds(expectation, readings, runs));
    }
    vec![parts.join("; ")]
}

/// Why it failed, where the measurements tell; looked for in the first seed that failed.
pub(super) fn why(claim: &Claim, readings: &[Reading], runs: &[Measurements]) -> Option<String> {
    let (reading, run) = readings.iter().zip(runs).find(|(reading, _)| !reading.held)?;
    if reading.trouble.is_some() {
        return None;
    }
    match claim {
        Claim::Share { subject: Subject::Group(group), .. } if group.lost_in.is_some() => busiest(run),
        Claim::Time { .. } | Claim::Queue { .. } => busiest(run),
        Claim::Share { outcome, .. } if speaks_of_licences(outcome) => scarcest(run),
        _ => None,
    }
}

fn here(claim: &Claim, reading: &Reading, run: &Measurements) -> String {
    if let Some(trouble) = &reading.trouble {
        return trouble.clone();
    }
    match (claim, reading.counted) {
        (Claim::Stock { feature, .. }, _) if reading.held => peak(feature, run),
        (Claim::Stock { .. }, _) => {
            let units = if reading.measured == Some(1.0) { "unit" } else { "units" };
            format!("{} {units} too many at once", shown(reading))
        }
        (Claim::Action { outcome: Outcome::Accepted, .. }, _) => "it was accepted".to_owned(),
        (Claim::Action { .. }, _) => "it was refused".to_owned(),
        (Claim::Share { quantity, subject, .. }, Some((hits, of))) => {
            let share = share_words(*quantity, hits, of);
            match lost_in(subject).and_then(|occasion| run.occasions.get(occasion)) {
                Some(effect) => format!("{share}{}", coming_back(effect, subject, hits, of)),
                None => share,
            }
        }
        (_, Some((hits, of))) => format!("{} of {}", units::share(hits, of), units::count(of)),
        (_, None) => value_words(reading),
    }
}

fn share_words(quantity: Quantity, hits: u64, of: u64) -> String {
    let (share, hits_shown, of_shown) = (units::share(hits, of), units::count(hits), units::count(of));
    match quantity {
        Quantity::Percent(..) | Quantity::BetweenPercent(..) if hits > 0 && hits < of && hits <= of / 50 => {
            format!("{share} ({hits_shown} of {of_shown})")
        }
        Quantity::Percent(..) | Quantity::BetweenPercent(..) if hits > 0 => format!("{share} of {of_shown}"),
        _ => format!("{hits_shown} of {of_shown}"),
    }
}

/// `; 99% within 24.5 s, the last after 24.7 s`, from the effect of the whole occasion.
fn coming_back(effect: &OccasionEffect, subject: &Subject, hits: u64, of: u64) -> String {
    let [_, _, most, last] = effect.back_ns.map(|ns| ns.map(units::duration));
    let late = match of.saturating_sub(hits) {
        0 => String::new(),
        late if effect.back == effect.lost => format!("; {} came later", units::count(late)),
        late => format!("; {} came later or never", units::count(late)),
    };
    // The effect is that of all who were lost: of a part of them it says nothing.
    let all_of_them = matches!(subject, Subject::Group(group)
        if group.population.is_none() && group.device.is_none() && group.at.is_none());
    match (most, last) {
        (Some(most), Some(last)) if all_of_them && late.is_empty() => {
            format!("; 99% within {most}, the last after {last}")
        }
        (_, Some(last)) if all_of_them => {
            format!("{late}{} the last after {last}", if late.is_empty() { ";" } else { "," })
        }
        _ => late,
    }
}

fn peak(feature: &str, run: &Measurements) -> String {
    let of_kind =
        |kind: &'static str| run.stocks.iter().filter(move |stock| stock.feature == feature && stock.kind == kind);
    let Some(stock) = of_kind("installed").max_by_key(|stock| stock.high_water) else { return "0 too many".to_owned() };
    let over_failover = of_kind("replica").map(|replica| replica.high_water).max().filter(|units| *units > 0);
    let high_water = stock.high_water.max(over_failover.unwrap_or(0));
    let too = if over_failover.is_some() { ", across the failover too" } else { "" };
    match stock.pool {
        Some(pool) => {
            let pool = units::things(pool, "unit", "units");
            format!("at most {} of {pool} in use at once{too}", units::count(high_water))
        }
        None => format!("at most {} in use at once{too}", units::things(high_water, "unit", "units")),
    }
}

/// The number and how far it is from the limit.
fn value_words(reading: &Reading) -> String {
    let (Some(position), Some(limit)) = (reading.position, reading.limit) else { return shown(reading) };
    let apart = reading.unit.show((position - limit).abs());
    match (reading.limits, reading.held) {
        _ if position == limit => shown(reading),
        (Limits::Exactly(_), _) => {
            format!("{}, {apart} too {}", shown(reading), if position > limit { "many" } else { "few" })
        }
        (_, true) => format!("{}, {apart} to spare", shown(reading)),
        (_, false) => format!("{}, {apart} beyond the limit", shown(reading)),
    }
}

fn shown(reading: &Reading) -> String {
    reading.measured.map_or_else(|| "never, later than any limit".to_owned(), |number| reading.unit.show(number))
}

/// How all seeds did: how many passed, how many had any, and the worst one.
fn over_seeds(expectation: &Expectation, readings: &[Reading], runs: &[Measurements]) -> Vec<String> {
    let seeds = readings.len() as u64;
    let passed = readings.iter().filter(|reading| reading.held).count() as u64;
    let mut parts = Vec::new();
    if passed < seeds || needs_most(expectation) {
        parts.push(match (passed, enough(runs_needed(expectation), passed, seeds)) {
            (0, _) => format!("in none of {} seeds", units::count(seeds)),
            (_, true) => format!("in {} of {} seeds", units::count(passed), units::count(seeds)),
            (_, false) => format!("in only {} of {} seeds", units::count(passed), units::count(seeds)),
        });
    }
    if let Some(share) = seeds_with_any(readings) {
        parts.push(share);
    }
    if let Some((index, worst)) = worst(readings).filter(|(_, worst)| worst.position != readings[0].position) {
        let seed = runs.get(index).map_or_else(String::new, |run| format!(" (seed {})", run.seed));
        parts.push(format!("{} at worst{seed}", at(worst)));
    }
    parts
}

fn needs_most(expectation: &Expectation) -> bool {
    let needed = runs_needed(expectation);
    needed.passing < needed.of
}

/// `3 of 20 seeds had any`, where fewer than half had: a mean would describe nothing (statistics §2.1).
fn seeds_with_any(readings: &[Reading]) -> Option<String> {
    let had = readings.iter().filter(|reading| reading.counted.is_some_and(|(hits, _)| hits > 0)).count();
    let few_wanted =
        readings.iter().all(|reading| matches!(reading.limits, Limits::Most(_)) && reading.counted.is_some());
    (few_wanted && had > 0 && had * 2 < readings.len()).then(|| format!("{had} of {} seeds had any", readings.len()))
}

/// The seed furthest to the bad side.
fn worst(readings: &[Reading]) -> Option<(usize, &Reading)> {
    let badness = |reading: &Reading| match (reading.position, reading.limits) {
        (None, _) => None,
        (Some(position), Limits::Most(limit)) => Some(position - limit),
        (Some(position), Limits::Least(limit)) => Some(limit - position),
        (Some(position), Limits::Between(low, high)) => Some((low - position).max(position - high)),
        (Some(position), Limits::Exactly(limit)) => Some((position - limit).abs()),
    };
    let bad = |reading: &Reading| badness(reading).unwrap_or(f64::INFINITY);
    // The first of equals: max_by would take the last.
    readings.iter().enumerate().rev().max_by(|a, b| bad(a.1).total_cmp(&bad(b.1)))
}

fn at(reading: &Reading) -> String {
    match (reading.counted, reading.unit, &reading.trouble) {
        (_, _, Some(trouble)) => trouble.clone(),
        (Some((hits, of)), Unit::Count, None) => format!("{} of {}", units::count(hits), units::count(of)),
        (Some((hits, of)), _, None) => units::share(hits, of),
        (None, _, None) => shown(reading),
    }
}

fn busiest(run: &Measurements) -> Option<String> {
    let longest = |node: &&NodeLoad| (node.longest_wait_ns, std::cmp::Reverse(node.node.clone()));
    let node = run.nodes.iter().max_by_key(longest).filter(|node| node.longest_wait_ns > 0)?;
    let shed = if node.shed > 0 { format!("; it turned away {}", units::count(node.shed)) } else { String::new() };
    Some(format!("requests waited up to {} at {}{shed}", units::duration(node.longest_wait_ns), node.node))
}

fn scarcest(run: &Measurements) -> Option<String> {
    let refused = |stock: &&Stock| stock.denials.values().fold(0_u64, |sum, count| sum.saturating_add(*count));
    let stock = run.stocks.iter().rev().max_by_key(refused).filter(|stock| refused(stock) > 0)?;
    let pool = stock.pool?;
    if stock.sources == 0 {
        // Nobody shares them by coming and going: they belong to one box, or are booked by configuration.
        return Some(format!("{} of {} are all in use", units::count(pool), stock.feature));
    }
    let (share, licences) =
        (if stock.sources == 1 { "shares" } else { "share" }, if pool == 1 { "licence" } else { "licences" });
    Some(format!("{} {share} {} {} {licences}", units::count(stock.sources), units::count(pool), stock.feature))
}

fn speaks_of_licences(outcome: &Outcome) -> bool {
    use crate::expectation::Outcome as O;
    matches!(outcome, O::RefusedALicence | O::RefusedFor(_) | O::Refused | O::Accepted)
}

fn lost_in(subject: &Subject) -> Option<usize> {
    match subject {
        Subject::Group(group) => group.lost_in.map(usize::from),
        Subject::Attempts(_) => None,
    }
}

//! What theory expects of a pool at rest: Erlang B, Erlang C, Engset. The oracles that simulations are held against.
//!
//! All by the recurrences of domain §4.5 (equal to the direct sums in exact rationals), with `+ − × ÷` only, so that
//! they give the same bits on every machine. Loads in erlangs, congestions as shares of 1.

/// Erlang B: share of Poisson arrivals of `erlangs` that find all `units` taken, refused for good.
pub fn erlang_b(units: u64, erlangs: f64) -> f64 {
    (1..=units).fold(1.0, |blocked, n| one_unit_more(blocked, n, erlangs))
}

/// Erlang C: share that has to wait, with an unbounded queue; 1 where the load is not below the units.
pub fn erlang_c(units: u64, erlangs: f64) -> f64 {
    let n = units as f64;
    if erlangs >= n {
        return 1.0;
    }
    let blocked = erlang_b(units, erlangs);
    n * blocked / (n - erlangs * (1.0 - blocked))
}

/// Fewest units for which [`erlang_b`] is at most `target`; `None` unless the load is finite and `target` above 0.
pub fn erlang_b_units(erlangs: f64, target: f64) -> Option<u64> {
    if !(erlangs.is_finite() && erlangs >= 0.0 && target > 0.0) {
        return None;
    }
    let (mut units, mut blocked) = (0, 1.0);
    while blocked > target {
        units += 1;
        blocked = one_unit_more(blocked, units, erlangs);
    }
    Some(units)
}

/// Engset, time congestion: share of the time in which all `units` are taken by some of `sources`.
///
/// `beta` is the rate of one idle source times the mean holding time (not a load per source: the three conventions of
/// "A" give three answers).
pub fn engset_time_congestion(sources: u64, units: u64, beta: f64) -> f64 {
    (1..=units).fold(1.0, |full, n| one_unit_more(full, n, idle_load(sources, n, beta)))
}

/// Engset, call congestion: share of the attempts that are refused. What one source sees of the others.
pub fn engset_call_congestion(sources: u64, units: u64, beta: f64) -> f64 {
    engset_time_congestion(sources.saturating_sub(1), units, beta)
}

/// Engset, traffic congestion: (offered − carried) ÷ offered.
pub fn engset_traffic_congestion(sources: u64, units: u64, beta: f64) -> f64 {
    let refused = engset_call_congestion(sources, units, beta);
    refused / (1.0 + beta * (1.0 - refused))
}

/// Fewest units for which [`engset_call_congestion`] is at most `target`; at most one for each source.
pub fn engset_units(sources: u64, beta: f64, target: f64) -> Option<u64> {
    if !(beta.is_finite() && beta >= 0.0 && target > 0.0) {
        return None;
    }
    let others = sources.saturating_sub(1);
    let (mut units, mut refused) = (0, 1.0);
    while refused > target && units < sources {
        units += 1;
        refused = one_unit_more(refused, units, idle_load(others, units, beta));
    }
    Some(units)
}

/// Fewest units for which [`engset_time_congestion`] is at most `target`; at most one for each source.
pub fn engset_time_units(sources: u64, beta: f64, target: f64) -> Option<u64> {
    if !(beta.is_finite() && beta >= 0.0 && target > 0.0) {
        return None;
    }
    let (mut units, mut full) = (0, 1.0);
    while full > target && units < sources {
        units += 1;
        full = one_unit_more(full, units, idle_load(sources, units, beta));
    }
    Some(units)
}

/// Fewest units for which [`erlang_c`] is at most `target`; `None` unless the load is finite and `target` above 0.
pub fn erlang_c_units(erlangs: f64, target: f64) -> Option<u64> {
    fewest_in_line(erlangs, target, |_, waits| waits)
}

/// Fewest units for which the mean number in line, C·A ÷ (N − A), is at most `target`.
pub fn erlang_c_waiting_units(erlangs: f64, target: f64) -> Option<u64> {
    fewest_in_line(erlangs, target, |units, waits| waits * erlangs / (units - erlangs))
}

/// By the probability of waiting with so many units, from the recurrence of Erlang B.
fn fewest_in_line(erlangs: f64, target: f64, measure: impl Fn(f64, f64) -> f64) -> Option<u64> {
    if !(erlangs.is_finite() && erlangs >= 0.0 && target > 0.0) {
        return None;
    }
    let (mut units, mut blocked) = (0, 1.0);
    loop {
        let n = units as f64;
        if n > erlangs && measure(n, n * blocked / (n - erlangs * (1.0 - blocked))) <= target {
            return Some(units);
        }
        units += 1;
        blocked = one_unit_more(blocked, units, erlangs);
    }
}

/// `beta` of sources that together would keep `erlangs` busy if never refused; `None` if that is all of them or more.
pub fn engset_beta(sources: u64, erlangs: f64) -> Option<f64> {
    let busy = erlangs / sources as f64;
    (0.0..1.0).contains(&busy).then(|| busy / (1.0 - busy))
}

/// What the sources left idle by `n − 1` taken units offer.
fn idle_load(sources: u64, n: u64, beta: f64) -> f64 {
    (sources + 1).saturating_sub(n) as f64 * beta
}

fn one_unit_more(blocked: f64, n: u64, erlangs: f64) -> f64 {
    let offered = erlangs * blocked;
    offered / (n as f64 + offered)
}

#[cfg(test)]
#[path = "formulas/tests.rs"]
mod tests;

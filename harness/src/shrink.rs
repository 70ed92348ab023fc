//! A failing run with random faults, made small: the same failure from as few faults as possible, as short as possible,
//! found by running parts of them again (delta debugging: Zeller and Hildebrandt 2002, "ddmin").

use reports::measurements::Measurements;
use reports::verdict::judge;
use scenarios::plan::Plan;
use simulator::chaos::Strike;
use simulator::time::{Duration, Instant};

use crate::run::{self, Item, Progress};

/// A fault with the index of the entry it is of.
pub type Fault = (u16, Strike);

/// Faults are not made shorter than this, nor by less than this.
const SHORTEST: Duration = Duration::SECOND;

/// How a run failed: what a smaller one must do too.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Failure {
    /// It broke this invariant.
    Invariant(String),
    /// It did not hold this sentence, by index.
    Sentence(usize),
}

/// What came of shrinking.
#[derive(Clone, Debug)]
pub struct Shrunk {
    /// The faults that are left.
    pub faults: Vec<Fault>,
    /// Runs it took.
    pub runs: u32,
    /// Whether nothing smaller was left to try when it ended.
    pub is_minimal: bool,
}

/// The random faults of one seed.
pub fn faults_of(plan: &Plan, seed: u64) -> Vec<Fault> {
    let of = |chaos: &simulator::chaos::Chaos| {
        let occasion = chaos.occasion;
        chaos.strikes(seed, &plan.layout).into_iter().map(move |strike| (occasion, strike)).collect::<Vec<_>>()
    };
    plan.chaos.iter().flat_map(of).collect()
}

/// How this one run failed, if it did.
pub fn failure(plan: &Plan, measured: &Measurements) -> Option<Failure> {
    if let Some(violation) = &measured.violation {
        return Some(Failure::Invariant(violation.id.clone()));
    }
    let judged = judge(&plan.expectations, core::slice::from_ref(measured));
    judged.iter().position(|judgement| !judgement.passed()).map(Failure::Sentence)
}

/// Whether the run failed in that way.
fn fails_so(plan: &Plan, measured: &Measurements, wanted: &Failure) -> bool {
    match (wanted, &measured.violation) {
        (Failure::Invariant(id), violation) => violation.as_ref().is_some_and(|violation| violation.id == *id),
        (Failure::Sentence(_), Some(_)) => false,
        (Failure::Sentence(index), None) => {
            judge(&plan.expectations, core::slice::from_ref(measured)).get(*index).is_some_and(|one| !one.passed())
        }
    }
}

/// Runs parts of the faults of `seed` until none can be left out or made shorter, `most` runs were made, or `stop`.
pub fn shrink(
    plan: &Plan,
    seed: u64,
    wanted: &Failure,
    most: u32,
    stop: &dyn Fn() -> bool,
    progress: &dyn Progress,
) -> Shrunk {
    let mut runs = 0;
    let mut fails = |faults: &[Fault]| -> Option<bool> {
        if runs == most || stop() {
            return None;
        }
        runs += 1;
        let schedule = plan.schedule_with(faults.iter().cloned());
        let measured = run::with_schedule(Item { plan, seed }, schedule, stop, progress);
        progress.seed();
        // What was cut short proves nothing.
        if stop() { None } else { Some(fails_so(plan, &measured, wanted)) }
    };
    let mut faults = faults_of(plan, seed);
    let is_minimal = fewer(&mut faults, &mut fails).and_then(|()| shorter(&mut faults, &mut fails)).is_some();
    Shrunk { faults, runs, is_minimal }
}

/// Leaves out what is not needed: first all, then halves, then ever smaller parts. `None`: out of runs.
fn fewer<T: Clone>(items: &mut Vec<T>, fails: &mut impl FnMut(&[T]) -> Option<bool>) -> Option<()> {
    if fails(&[])? {
        items.clear();
        return Some(());
    }
    let mut parts = 2;
    while items.len() > 1 {
        let length = items.len().div_ceil(parts);
        let mut start = 0;
        let mut left_out = false;
        while start < items.len() && items.len() > 1 {
            let end = (start + length).min(items.len());
            let rest: Vec<T> = items[..start].iter().chain(&items[end..]).cloned().collect();
            if !rest.is_empty() && fails(&rest)? {
                *items = rest;
                left_out = true;
            } else {
                start = end;
            }
        }
        match (left_out, length) {
            (false, 1) => break,
            (true, _) => parts = parts.saturating_sub(1).max(2),
            (false, _) => parts = (parts * 2).min(items.len()),
        }
    }
    Some(())
}

/// Halves the length of each fault as often as the run still fails; then puts all on whole seconds, if it still does.
fn shorter(faults: &mut Vec<Fault>, fails: &mut impl FnMut(&[Fault]) -> Option<bool>) -> Option<()> {
    for index in 0..faults.len() {
        let Some(until) = faults[index].1.until else { continue };
        let at = faults[index].1.at;
        // It fails with the one length, and does not with the other.
        let (mut long, mut short) = (until.since(at), Duration::ZERO);
        while long > SHORTEST && long.0 - short.0 > SHORTEST.0 {
            let middle = whole(Duration(short.0 + (long.0 - short.0) / 2)).max(SHORTEST);
            let mut tried = faults.clone();
            tried[index].1.until = Some(at + middle);
            if fails(&tried)? {
                *faults = tried;
                long = middle;
            } else {
                short = middle;
            }
        }
    }
    let rounded: Vec<Fault> = faults.iter().map(|(occasion, strike)| (*occasion, on_seconds(strike))).collect();
    if rounded != *faults && fails(&rounded)? {
        *faults = rounded;
    }
    Some(())
}

fn on_seconds(strike: &Strike) -> Strike {
    let at = Instant::ZERO + whole(strike.at.since(Instant::ZERO));
    let until = strike.until.map(|until| at + whole(until.since(strike.at)).max(SHORTEST));
    Strike { at, until, ..strike.clone() }
}

fn whole(span: Duration) -> Duration {
    Duration::seconds(span.0 / Duration::SECOND.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_needed_is_left_out() {
        let mut items: Vec<u32> = (0..100).collect();
        let mut runs = 0;
        let mut fails = |items: &[u32]| {
            runs += 1;
            Some([17, 58, 59].iter().all(|needed| items.contains(needed)))
        };
        assert_eq!(fewer(&mut items, &mut fails), Some(()));
        assert_eq!(items, [17, 58, 59]);
        assert!(runs < 100, "{runs}");
    }

    #[test]
    fn what_fails_without_any_fault_keeps_none_and_an_end_of_runs_keeps_what_was_found() {
        let mut items = vec![1, 2, 3];
        assert_eq!(fewer(&mut items, &mut |_| Some(true)), Some(()));
        assert_eq!(items, [0; 0]);
        let mut items: Vec<u32> = (0..100).collect();
        let mut left = 3;
        let mut fails = |items: &[u32]| {
            left -= 1;
            (left > 0).then(|| items.contains(&99))
        };
        assert_eq!(fewer(&mut items, &mut fails), None);
        assert_eq!(items, (50..100).collect::<Vec<_>>());
    }
}

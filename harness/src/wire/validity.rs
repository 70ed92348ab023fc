//! Whether a run on the wire says something about the target, or about the generator (statistics §5).

use simulator::time::Duration;

use super::ledger::{Account, LATE, STRETCH, Suppressed};

/// A stretch with fewer arrivals is too short to be judged by itself.
const ENOUGH: u64 = 100;
/// A generator that stood still for longer has hidden what happened meanwhile.
pub const STALL: Duration = Duration::millis(500);
/// A machine that slept for longer has changed its mind about time.
const SLEEP: Duration = Duration::seconds(2);

/// What was observed of the generator itself.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// All arrivals.
    pub all: Account,
    /// Due and sent on time, by stretch.
    pub stretches: Vec<(u64, u64)>,
    /// Times it stood still beyond [`STALL`], and the longest.
    pub stalls: u64,
    /// The longest time it stood still.
    pub longest_stall: Duration,
    /// Time the machine was asleep.
    pub slept: Duration,
    /// Packets the system did not take.
    pub not_taken: u64,
    /// Datagrams that came and were dropped before they were read.
    pub dropped: u64,
}

/// Why a run is not valid: each a sentence. Empty: it is.
pub fn objections(observed: &Observed) -> Vec<String> {
    let mut objections = Vec::new();
    let Account { due, late, .. } = observed.all;
    // What the scenario has no seat for, or does not allow, is no fault of the generator.
    let unsent = observed.all.unsent() - observed.all.capped();
    if late * 100 > due {
        objections.push(format!("{late} of {due} were sent more than {} ms after they were due", LATE.0 / 1_000_000));
    }
    if unsent > 0 {
        objections.push(format!("{unsent} of {due} were never sent"));
    }
    let behind = |(due, on_time): &(u64, u64)| *due >= ENOUGH && on_time * 100 < due * 99;
    let behind = observed.stretches.iter().filter(|stretch| behind(stretch)).count();
    if behind > 0 {
        let seconds = STRETCH.0 / Duration::SECOND.0;
        objections.push(format!("in {behind} stretches of {seconds} s fewer than 99% were sent on time"));
    }
    if observed.stalls > 0 {
        let longest = observed.longest_stall.0 / 1_000_000;
        objections.push(format!("the generator stood still {} times, {longest} ms at most", observed.stalls));
    }
    if observed.slept > SLEEP {
        objections.push(format!("the machine slept for {} s", observed.slept.0 / Duration::SECOND.0));
    }
    if observed.not_taken > 0 {
        objections.push(format!("the system did not take {} packets", observed.not_taken));
    }
    if observed.dropped > 0 {
        objections.push(format!("{} packets came and were dropped before they were read", observed.dropped));
    }
    objections
}

/// What the scenario itself made impossible, with so many requests that were not sent at once: each a sentence.
pub fn caps(all: &Account, over_rate: u64) -> Vec<String> {
    let (due, no_seat) = (all.due, all.suppressed_by(Suppressed::NoSeat));
    let mut caps = Vec::new();
    if no_seat > 0 {
        caps.push(format!("{no_seat} of {due} had no seat free to call from: too few seats for that rate"));
    }
    if over_rate > 0 {
        caps.push(format!("{over_rate} requests were not sent when they were due: wire.at-most"));
    }
    caps
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn sound() -> Observed {
        let all = Account { due: 1000, on_time: 990, late: 10, ..Account::default() };
        Observed {
            all,
            stretches: vec![(99, 0), (200, 198)],
            longest_stall: STALL,
            slept: SLEEP,
            ..Observed::default()
        }
    }

    #[test]
    fn a_generator_that_kept_up_is_valid() {
        assert_eq!(objections(&sound()), Vec::<String>::new());
    }

    #[test]
    fn a_scenario_with_too_few_seats_is_to_blame_itself() {
        let suppressed = BTreeMap::from([(Suppressed::NoSeat, 4), (Suppressed::OverRate, 3)]);
        let all = Account { suppressed, ..sound().all };
        let expected = [
            "4 of 1000 had no seat free to call from: too few seats for that rate",
            "7 requests were not sent when they were due: wire.at-most",
        ];
        assert_eq!(caps(&all, 7), expected);
        assert_eq!(objections(&Observed { all, ..sound() }), Vec::<String>::new());
        assert_eq!(caps(&sound().all, 0), Vec::<String>::new());
    }

    #[test]
    fn every_way_to_fall_behind_is_an_objection() {
        let all = sound().all;
        let unsent = Account { suppressed: BTreeMap::from([(Suppressed::NotTaken, 1)]), ..all.clone() };
        let cases = [
            Observed { all: Account { late: 11, ..all }, ..sound() },
            Observed { all: unsent, ..sound() },
            Observed { stretches: vec![(200, 197)], ..sound() },
            Observed { stalls: 1, ..sound() },
            Observed { slept: SLEEP + Duration(1), ..sound() },
            Observed { not_taken: 1, ..sound() },
            Observed { dropped: 1, ..sound() },
        ];
        for case in cases {
            assert_eq!(objections(&case).len(), 1, "{case:?}");
        }
    }
}

//! What a file means: everything a run needs, checked. Nothing after it can fail on configuration.

use reports::expectation::{Claim, Expectation, When};
use reports::search::Search as Outcome;
use simulator::chaos::{Chaos, Strike};
use simulator::layout::Layout;
use simulator::licence::feature::Feature;
use simulator::schedule::{Action, Entry, Sought};
use simulator::settings::Settings;
use simulator::time::{Duration, Instant};

/// One variant of one file, ready to run.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// `title`, or the file's name.
    pub title: String,
    /// Name of the variant; `None` if the file has none.
    pub variant: Option<String>,
    /// The file as read.
    pub source: Source,
    /// Wall clock of the first moment, seconds after midnight.
    pub starts_s: u32,
    /// Date of the first moment, if the file gives one (year, month, day).
    pub date: Option<(i32, u8, u8)>,
    /// Length of the run.
    pub lasts: Duration,
    /// Left out of percentages, times, ratios and means.
    pub warm_up: Duration,
    /// First seed.
    pub seed: u64,
    /// How many seeds, from `seed` on.
    pub seeds: u32,
    /// Who and where.
    pub layout: Layout,
    /// Constants: the first at the start, others installed by the schedule.
    pub settings: Vec<Settings>,
    /// What happens, sorted by instant, file order among equals.
    pub schedule: Vec<Entry>,
    /// Random faults: what they are is decided by the seed ([`Plan::schedule_of`]).
    pub chaos: Vec<Chaos>,
    /// Searches in order of time. How long each takes, a run finds out: up to then all instants behind it count from
    /// [`Search::ends`], and [`Plan::settled`] makes them true.
    pub searches: Vec<Search>,
    /// The entries of `timeline` as declared.
    pub occasions: Vec<Occasion>,
    /// What must hold: the common sentences, then the variant's own.
    pub expectations: Vec<Expectation>,
    /// Load offered to each floating feature that is asked for.
    pub demands: Vec<Demand>,
    /// Load that each flow of calls offers at the start, in the order of [`Layout::flows`].
    pub flows: Vec<Flow>,
    /// Digest of the meaning (layout, settings, schedule, expectations), independent of comments and layout of the text.
    pub digest: u64,
}

impl Plan {
    /// What happens in the run of one seed: the schedule with its random faults.
    pub fn schedule_of(&self, seed: u64) -> Vec<Entry> {
        let strikes = self
            .chaos
            .iter()
            .flat_map(|chaos| chaos.strikes(seed, &self.layout).into_iter().map(|strike| (chaos.occasion, strike)));
        self.schedule_with(strikes)
    }

    /// The schedule with these faults, each of the occasion beside it, in place of random ones.
    pub fn schedule_with(&self, strikes: impl IntoIterator<Item = (u16, Strike)>) -> Vec<Entry> {
        let mut schedule = self.schedule.clone();
        for (occasion, strike) in strikes {
            schedule.extend(strike.entries(&self.layout, occasion));
        }
        schedule.sort_by_key(|entry| entry.at);
        schedule
    }

    /// An instant as planned, in a run whose first searches ended then.
    pub fn true_instant(&self, planned: Instant, ends: &[Instant]) -> Instant {
        let before = self.searches.iter().zip(ends).rfind(|(search, _)| search.ends <= planned);
        before.map_or(planned, |(search, end)| *end + planned.since(search.ends))
    }

    /// The plan of a run whose searches had these outcomes, and ended then: every instant is a true one.
    #[must_use]
    pub fn settled(&self, outcomes: Vec<Outcome>, ends: &[Instant]) -> Self {
        let mut plan = self.clone();
        let instant = |planned: &mut Instant| *planned = self.true_instant(*planned, ends);
        plan.lasts = self.true_instant(Instant::ZERO + self.lasts, ends).since(Instant::ZERO);
        for entry in &mut plan.schedule {
            instant(&mut entry.at);
            if let Action::Freeze { until, .. } = &mut entry.action {
                instant(until);
            }
        }
        for occasion in &mut plan.occasions {
            instant(&mut occasion.at);
            occasion.until.iter_mut().for_each(instant);
        }
        plan.layout.flows.iter_mut().for_each(|flow| instant(&mut flow.starts));
        for expectation in &mut plan.expectations {
            match when_of(&mut expectation.claim) {
                None | Some(When::Whole) => {}
                Some(When::At(at_ns)) => *at_ns = self.true_instant(Instant(*at_ns), ends).0,
                Some(When::Between { from_ns, to_ns }) => {
                    *from_ns = self.true_instant(Instant(*from_ns), ends).0;
                    *to_ns = self.true_instant(Instant(*to_ns), ends).0;
                }
            }
        }
        for (search, outcome) in plan.searches.iter_mut().zip(outcomes) {
            instant(&mut search.at);
            instant(&mut search.ends);
            search.outcome = Some(outcome);
        }
        plan
    }
}

/// The window of a claim, if it has one.
pub fn when_of(claim: &mut Claim) -> Option<&mut When> {
    match claim {
        Claim::Share { when, .. }
        | Claim::Time { when, .. }
        | Claim::Queue { when, .. }
        | Claim::Stock { when, .. }
        | Claim::Measure { when, .. } => Some(when),
        Claim::Action { .. } => None,
    }
}

/// A search for the highest rate that passes (RFC 7502 §4.10).
#[derive(Clone, Debug, PartialEq)]
pub struct Search {
    /// Index into [`Plan::occasions`].
    pub occasion: u16,
    /// What of.
    pub sought: Sought,
    /// Start.
    pub at: Instant,
    /// End as planned: later than any search takes.
    pub ends: Instant,
    /// The rate it begins at, attempts a second.
    pub from: u64,
    /// Attempts of each trial.
    pub attempts: u32,
    /// What a trial must hold; `None`: no failure at all.
    pub holds: Option<Expectation>,
    /// In the plan of a run that has made it: what it found.
    pub outcome: Option<Outcome>,
}

/// The text a plan was made from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Source {
    /// Path as given.
    pub path: String,
    /// Contents.
    pub text: String,
    /// `--set`s, in order, as typed.
    pub overrides: Vec<String>,
}

/// A timeline entry as declared.
#[derive(Clone, Debug, PartialEq)]
pub struct Occasion {
    /// `called`, or verb and object: `crash of master`.
    pub name: String,
    /// Whether `called` was given: the summary then uses the name.
    pub called: bool,
    /// `crash`, `sign-in`, …
    pub verb: String,
    /// The object as written: `master`, `everyone`.
    pub object: String,
    /// Start (of the first repeat).
    pub at: Instant,
    /// End (of the last repeat), if it has an extent.
    pub until: Option<Instant>,
    /// Why the portal refuses it, if it is a matter of administration.
    pub refused: Option<Refused>,
}

/// Why the portal refuses something.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Refused {
    /// Reason code, as sentences write it.
    pub reason: &'static str,
    /// Number of the rule (R).
    pub rule: u8,
    /// In words.
    pub what: String,
}

/// The load a flow of calls offers.
#[derive(Clone, Debug, PartialEq)]
pub struct Flow {
    /// Calls an hour.
    pub per_hour: f64,
    /// Calls times their mean holding time, in erlangs.
    pub erlangs: f64,
    /// Mean holding time.
    pub holding: Duration,
    /// Seats that may call.
    pub seats: u32,
}

/// Who may ask for a floating feature, and how much they would use if never refused.
#[derive(Clone, Debug, PartialEq)]
pub struct Demand {
    /// The feature.
    pub feature: Feature,
    /// Holders that may exist at most (objects, softphones, applications).
    pub sources: u32,
    /// Erlangs if never refused; `None` if sessions do not end.
    pub offered_erlangs: Option<f64>,
    /// Whether all of them are finite, returning sources (`away`): Engset rather than Erlang.
    pub finite_source: bool,
}

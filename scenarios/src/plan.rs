//! What a file means: everything a run needs, checked. Nothing after it can fail on configuration.

use reports::expectation::Expectation;
use simulator::chaos::{Chaos, Strike};
use simulator::layout::Layout;
use simulator::licence::feature::Feature;
use simulator::schedule::Entry;
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

//! What a file means: everything a run needs, checked. Nothing after it can fail on configuration.

use reports::expectation::{Claim, Expectation, When};
use reports::search::Search as Outcome;
use simulator::chaos::{Chaos, Strike};
use simulator::event::Channels;
use simulator::layout::{ChannelKind, Layout};
use simulator::licence::feature::Feature;
use simulator::schedule::{Action, Entry, Sought};
use simulator::settings::Settings;
use simulator::time::{Duration, Instant};

pub use crate::value::network::Network;

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
    /// Load that each flow of calls offers, in the order of [`Layout::flows`].
    pub flows: Vec<Flow>,
    /// What is used on real sockets alone; no part of the meaning.
    pub wire: Wire,
    /// Digest of the meaning (layout, settings, schedule, expectations), independent of comments and layout of the text.
    pub digest: u64,
}

/// What `wire` says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wire {
    /// Where everybody registers, unless the command line says it.
    pub target: Option<String>,
    /// In From, To and the realm, instead of the target's host.
    pub domain: Option<String>,
    /// Who the endpoints are; without them a user has its name for a password.
    pub credentials: Option<Credentials>,
    /// What may be loaded beside this machine.
    pub may_load: Vec<MayLoad>,
    /// Least time from one request to the next, on average.
    pub at_most: Option<Duration>,
    /// Names and values of header fields that requests have besides.
    pub headers: Vec<(String, String)>,
}

/// Names and passwords of users on the wire.
#[derive(Clone, Debug, PartialEq)]
pub struct Credentials {
    /// Whether a user is called by its number.
    pub by_number: bool,
    /// The variable of the environment that holds the password.
    pub password: String,
}

/// Addresses that may be loaded.
#[derive(Clone, Debug, PartialEq)]
pub struct MayLoad {
    /// Which.
    pub to: Network,
    /// At which ports, both included.
    pub ports: (u16, u16),
    /// The last day, counted from 1970-01-01.
    pub until_day: Option<i64>,
    /// Least time from one request to the next, on average.
    pub at_most: Option<Duration>,
}

impl Plan {
    /// Erlangs that all flows together offer to channels of a kind at the start.
    pub fn offered_to(&self, of: Channels) -> f64 {
        self.load_on(of, |flow| flow.erlangs)
    }

    /// The same on average over the run after its warm-up.
    pub fn offered_on_average(&self, of: Channels) -> f64 {
        self.load_on(of, |flow| flow.mean.erlangs)
    }

    fn load_on(&self, of: Channels, load: impl Fn(&Flow) -> f64) -> f64 {
        // Of a trunk, from it or to it, or of anybody else who is called.
        let offered = |callee| self.offering(callee).fold(0.0, |sum, (flow, part)| sum + load(flow) * part);
        let rooms = || (0..self.layout.rooms.len() as u16).map(|room| offered(self.layout.callee_of_room(room)));
        match of {
            Channels::Trunk(population) => offered(population),
            Channels::Room(room) => offered(self.layout.callee_of_room(room)),
            Channels::Shared(kind) => {
                let trunks = self.settings[0].populations.iter().zip(0..);
                let trunks = trunks.filter(|(trunk, _)| trunk.interface.takes().contains(&kind));
                let confers = matches!(kind, ChannelKind::Relay | ChannelKind::Dsp);
                let rooms = if confers { rooms().fold(0.0, |sum, load| sum + load) } else { 0.0 };
                trunks.map(|(_, population)| offered(population)).sum::<f64>() + rooms
            }
        }
    }

    /// The only flow that wants these channels, if it is a finite source: how many seats, and what each offers while idle.
    pub fn finite_source(&self, of: Channels) -> Option<(u64, f64)> {
        let Channels::Trunk(population) = of else { return None };
        let mut flows = self.offering(population);
        let (flow, part) = flows.next().filter(|(_, part)| *part >= 1.0)?;
        let is_only = flows.next().is_none() && part <= 1.0;
        flow.each_idle.filter(|_| is_only).map(|beta| (u64::from(flow.seats), beta))
    }

    /// Channels there are, at one PBX or at all; `None`: as many as anybody wants.
    pub fn channels(&self, of: Channels, at: Option<usize>) -> Option<u64> {
        let settings = self.settings.first()?;
        let (each, lines) = match of {
            Channels::Trunk(population) => {
                let lines = self.layout.populations.get(usize::from(population))?.seats;
                (settings.populations[usize::from(population)].channels, u64::from(lines))
            }
            Channels::Room(room) => (settings.rooms[usize::from(room)], 1),
            Channels::Shared(kind) => {
                let mut there = settings.pbxs.iter().enumerate().filter(|(pbx, _)| at.is_none_or(|at| at == *pbx));
                return there.try_fold(0, |sum, (_, pbx)| match pbx.channels[kind as usize] {
                    u32::MAX => None,
                    units => Some(sum + u64::from(units)),
                });
            }
        };
        (each != u32::MAX).then(|| u64::from(each) * lines)
    }

    /// The channels of that name: a trunk's, a room's places, or a licensed kind.
    pub fn channels_named(&self, name: &str) -> Option<Channels> {
        let population = self.layout.populations.iter().position(|population| population.name == name);
        let room = self.layout.rooms.iter().position(|room| room.name == name);
        let kind = ChannelKind::ALL.into_iter().find(|kind| kind.feature().is_some_and(|one| one.name() == name));
        population
            .map(|population| Channels::Trunk(population as u16))
            .or(room.map(|room| Channels::Room(room as u16)))
            .or(kind.map(Channels::Shared))
    }

    /// The work that callers bring to the agents of a queue at the start; `None`: nobody calls it.
    pub fn work_of(&self, queue: u16) -> Option<Work> {
        self.work(queue, |flow| flow.per_hour)
    }

    /// The same on average over the run after its warm-up.
    pub fn work_on_average(&self, queue: u16) -> Option<Work> {
        self.work(queue, |flow| flow.mean.per_hour)
    }

    fn work(&self, queue: u16, rate: impl Fn(&Flow) -> f64) -> Option<Work> {
        let callee = self.layout.callee_of_queue(queue);
        let wrap_up = self.settings.first()?.queues.get(usize::from(queue))?.wrap_up.mean_s();
        let (mut per_hour, mut erlangs) = (0.0, 0.0);
        for (flow, part) in self.offering(callee) {
            per_hour += rate(flow) * part;
            erlangs += rate(flow) * part * (flow.holding.as_secs_f64() + wrap_up) / 3600.0;
        }
        let each_s = erlangs * 3600.0 / per_hour;
        (per_hour > 0.0).then_some(Work { erlangs, each: Duration((each_s * 1e9) as u64) })
    }

    /// Flows that concern somebody, each with its part.
    fn offering(&self, callee: u16) -> impl Iterator<Item = (&Flow, f64)> {
        let part = move |(flow, load)| {
            let flow: &simulator::layout::FlowPlan = flow;
            let to: u64 = flow.to.iter().filter(|(to, _)| *to == callee).map(|(_, part)| *part).sum();
            (load, if flow.from == [callee] { 1.0 } else { to as f64 / 1e9 })
        };
        self.layout.flows.iter().zip(&self.flows).map(part).filter(|(_, part)| *part > 0.0)
    }

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
    /// Calls an hour, at the start.
    pub per_hour: f64,
    /// Calls times their mean holding time, in erlangs, at the start.
    pub erlangs: f64,
    /// Both on average over the run after its warm-up, as `set` changes them.
    pub mean: MeanLoad,
    /// Mean holding time.
    pub holding: Duration,
    /// Seats that may call.
    pub seats: u32,
    /// What one of them offers while it is in no call, in erlangs, if each calls by itself (a finite source).
    pub each_idle: Option<f64>,
}

/// What a flow of calls offers on average.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MeanLoad {
    /// Calls an hour.
    pub per_hour: f64,
    /// In erlangs.
    pub erlangs: f64,
}

/// What callers bring to the agents of a queue.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Work {
    /// Talk and wrap-up, in erlangs.
    pub erlangs: f64,
    /// Of one caller, on average.
    pub each: Duration,
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

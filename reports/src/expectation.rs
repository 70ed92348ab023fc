//! What must hold: expectations as data, after parsing and before measuring.
//!
//! Names stand in them as words and instants are resolved: whoever measures needs the file no more.

use serde::{Deserialize, Serialize};

/// One sentence of `expect`.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Expectation {
    /// The sentence as written, blanks folded: its name everywhere.
    pub text: String,
    /// What it claims of one run.
    pub claim: Claim,
    /// `in at least P of N runs`; `None`: the rule of scenario language §5.
    pub runs: Option<Runs>,
    /// `or stop`: end the run once it cannot hold any more.
    pub or_stop: bool,
}

/// `in at least passing of of runs`.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Runs {
    /// At least so many …
    pub passing: u32,
    /// … of so many.
    pub of: u32,
}

/// The six templates.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub enum Claim {
    /// `QUANTITY SUBJECT are OUTCOME [within T] [when]`.
    Share {
        /// How many.
        quantity: Quantity,
        /// Of whom.
        subject: Subject,
        /// Which state or end.
        outcome: Outcome,
        /// `within`, in nanoseconds.
        within_ns: Option<u64>,
        /// When.
        when: When,
    },
    /// `P% of ATTEMPTS take at most T`: finished within T ÷ all due, failures included.
    Time {
        /// At least this share, in parts per billion.
        percent_ppb: u64,
        /// Of these attempts.
        attempts: Attempts,
        /// T in nanoseconds.
        limit_ns: u64,
        /// Window of the due instants.
        when: When,
    },
    /// `no node queues longer than T`, `NODE never queues longer than T`.
    Queue {
        /// `None`: no node.
        node: Option<String>,
        /// T in nanoseconds.
        limit_ns: u64,
        /// When.
        when: When,
    },
    /// `FEATURE licences are never over-issued`.
    Stock {
        /// Feature name without version.
        feature: String,
        /// When.
        when: When,
    },
    /// `EVENT is accepted`, `is refused`, `is refused for REASON`: a matter of administration.
    Action {
        /// Which entry of the timeline, by index.
        occasion: u16,
        /// What must come of it.
        outcome: Outcome,
    },
    /// `[STAT] MEASURE of X is at most V`.
    Measure {
        /// The left side.
        measured: Measured,
        /// What it is held against.
        limit: Limit,
        /// When.
        when: When,
    },
}

/// How many of a subject.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Quantity {
    /// `no`.
    No,
    /// `all`.
    All,
    /// A bound on the share, in parts per billion.
    Percent(Bound, u64),
    /// A bound on the count.
    Count(Bound, u64),
    /// Both included, in parts per billion.
    BetweenPercent(u64, u64),
    /// Both included.
    BetweenCount(u64, u64),
}

/// Comparison words.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Bound {
    /// `exactly`.
    Exactly,
    /// `at least`; also a percent without a word.
    AtLeast,
    /// `at most`.
    AtMost,
    /// `fewer than`, `below`.
    FewerThan,
    /// `more than`, `above`.
    MoreThan,
}

/// Whom a share counts.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub enum Subject {
    /// Members of a population, in a state.
    Group(Group),
    /// Attempts, with an end.
    Attempts(Attempts),
}

/// `[POP] [DEVICE] users|endpoints [at NODE] [lost in EVENT]`.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Group {
    /// Population or trunk; `None`: all.
    pub population: Option<String>,
    /// Device word; `None`: all.
    pub device: Option<String>,
    /// PBX users (true) or contacts (false).
    pub users: bool,
    /// Whose home this node is.
    pub at: Option<String>,
    /// Registered just before this occasion (index), and it ended that.
    pub lost_in: Option<u16>,
}

/// `[POP] [DEVICE] sign-ins|refreshes [at NODE]`, `FEATURE checkouts [at NODE]`, `takeovers`.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Attempts {
    /// What is attempted.
    pub kind: AttemptKind,
    /// Population or trunk; `None`: all.
    pub population: Option<String>,
    /// Device word; `None`: all.
    pub device: Option<String>,
    /// Home of the endpoint, or the node that checks out.
    pub at: Option<String>,
}

/// What is attempted.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum AttemptKind {
    /// One wish to be in, through all its retries; not a re-registration after a loss.
    SignIns,
    /// Renewals of a registration that stands.
    Refreshes,
    /// Units of that feature asked for by holders at a PBX.
    Checkouts(String),
    /// A standby's wish to take over.
    Takeovers,
    /// Calls, each through all its redials.
    Calls {
        /// Of that flow; `None`: all.
        flow: Option<String>,
        /// To that population or trunk; `None`: anybody.
        to: Option<String>,
    },
}

/// States of members and ends of attempts.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Outcome {
    /// Group: a live binding exists.
    Registered,
    /// Group `lost in`: registered again.
    Back,
    /// Group: lost a binding without wishing it, in the window. Calls: cut off because an end of it lost its registration.
    Dropped,
    /// Attempts: answered 301 or 302 at least once.
    Redirected,
    /// Attempts: got in.
    Accepted,
    /// Calls: answered.
    Answered,
    /// Calls: refused before it rang.
    Blocked,
    /// Calls: the caller gave up.
    Abandoned,
    /// Calls: one side has put the other on hold.
    Held,
    /// Calls: who was called has passed the caller on while they talked.
    Transferred,
    /// Attempts: some request got no answer in 64·T1.
    TimedOut,
    /// Attempts: refused for this reason at least once.
    RefusedFor(String),
    /// Attempts: refused for any licence reason at least once.
    RefusedALicence,
    /// Attempts: refused at least once.
    Refused,
}

/// `when`, resolved to nanoseconds since the start.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum When {
    /// No `when`: the run, for percentages, times, ratios and means from the end of `warm-up`; groups at the end.
    Whole,
    /// A window, `from` included, `to` excluded (the end of the run included).
    Between {
        /// From.
        from_ns: u64,
        /// To.
        to_ns: u64,
    },
    /// One instant, just after everything that happens at it.
    At(u64),
}

/// `[STAT] MEASURE of X [at NODE]`.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Measured {
    /// How a gauge or time becomes one number.
    pub stat: Option<Stat>,
    /// Which measure.
    pub metric: Metric,
    /// Feature, node, population or trunk.
    pub of: Option<String>,
    /// Occasion index, for measures of an event.
    pub occasion: Option<u16>,
    /// `at NODE`.
    pub at: Option<String>,
}

/// Statistics.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Stat {
    /// Time-weighted for gauges.
    Mean,
    /// The 50th percentile.
    Median,
    /// In tenths of a percent: 900, 950, 990, 999.
    Percentile(u16),
    /// Of gauges.
    Peak,
    /// Of times.
    Longest,
}

/// Everything that can be measured (scenario language §5), for what exists.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Metric {
    // gauges of a feature
    /// Units installed that the software may use.
    UsableUnits,
    /// Units held by registered holders.
    UnitsInUse,
    /// Units booked by a PBX the licence master cannot reach.
    StrandedUnits,
    /// Units held past the soft deadline.
    UnitsInGrace,
    /// Escrow units in use at standbys.
    Escrow,
    /// Units in use above what is installed.
    OverIssue,
    /// Holders in line for a unit, or requests waiting at a node.
    Waiting,
    // gauges of a population
    /// Endpoints between two tries.
    Retrying,
    /// Objects registered at two PBXs.
    DoubleRegistrations,
    // gauges of a node
    /// Requests per second, over the last second.
    RequestRate,
    /// Live bindings.
    ConcurrentRegistrations,
    // gauge of a flow or trunk
    /// Calls that were answered and go on; of a trunk its channels in use.
    CallsUp,
    // times
    /// RRD of RFC 6076: final 200 minus first REGISTER sent, the 401 round included.
    RegistrationDelay,
    /// Successful SRD of RFC 6076: INVITE sent to the first provisional response other than 100, or the 2xx.
    SetupDelay,
    /// Successful SDD: BYE sent to its 2xx, as the caller sees it.
    DisconnectDelay,
    /// SDT: 2xx to the INVITE to BYE, as the caller sees it.
    CallLength,
    /// A caller's coming to a queue to an agent's answer.
    QueueWait,
    /// First refused attempt to grant; queued: asked to grant.
    LicenceWait,
    /// Asked to answered, at the PBX.
    CheckoutDelay,
    /// A holder's crash to its unit being free.
    ReclaimLag,
    /// Wait of a request before service.
    ServerWait,
    // times of an occasion
    /// Occasion to the standby being active.
    TakeoverTime,
    /// End of the occasion to the standby being passive again.
    FailbackTime,
    /// End of the occasion to all licence views being equal (I9).
    TimeToAgree,
    /// Occasion to this share of those it concerned being registered, in parts per billion.
    TimeToRegistered(u64),
    /// Time during which a feature was over-issued.
    TimeOverIssued,
    // of a search
    /// The highest rate that passed (RFC 7502 §4.10).
    RateFound,
    // ratios of a feature
    /// Part of the time with no unit free.
    TimeAtCapacity,
    /// Refused attempts ÷ attempts.
    CallCongestion,
    /// Wishes refused at their first attempt ÷ wishes.
    FirstAttemptCongestion,
    /// (offered − carried) ÷ offered.
    TrafficCongestion,
    /// Attempts that had to wait in line ÷ attempts.
    ProbabilityOfDelay,
    /// Wishes refused and not granted within five minutes ÷ wishes.
    TrueDenials,
    /// Unit-seconds in use ÷ unit-seconds installed.
    Utilisation,
    // ratios of a population, or all
    /// RFC 6076 §4.2: ineffective registration attempts.
    Ira,
    /// The same without refusals of a licence, in numerator and denominator.
    IraWithoutLicenceRefusals,
    // ratios of a flow or population, or all
    /// SER of RFC 6076 §4.6: INVITEs answered with a 2xx ÷ INVITEs.
    Ser,
    /// SEER, §4.7: those answered with 200, 480, 486, 600 or 603 ÷ INVITEs.
    Seer,
    /// ISA, §4.8: those that ended in 408, 500, 503 or 504 ÷ INVITEs.
    Isa,
    /// The same without refusals of a licence, in numerator and denominator.
    IsaWithoutLicenceRefusals,
    /// SCR, §4.9: sessions set up and ended without a failure ÷ INVITEs that have come to an end.
    Scr,
    // counts
    /// Changes of a standby between passive and active.
    RoleChanges,
    /// REGISTERs re-sent by the transaction.
    Retransmissions,
    /// REGISTERs held back because their server is overloaded (RFC 7339).
    RequestsWithheld,
    /// Requests ÷ sign-ins (mean).
    AttemptsPerSignIn,
    /// Other servers tried ÷ refusals of a licence (mean).
    HopsPerRefusal,
    /// RENEWs sent by a node.
    Renewals,
}

/// What a measure is held against.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub enum Limit {
    /// A bound.
    Bound(Bound, Operand),
    /// Both included.
    Between(Operand, Operand),
    /// Lies in the 99.9 % batch-means interval, narrower than ±20 % of it.
    AgreesWith(f64),
}

/// A number, or another measure.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub enum Operand {
    /// In the metric's base unit: counts, nanoseconds, ratios of 1, per second.
    Value(f64),
    /// Another measure of the same run.
    Measured(Measured),
}

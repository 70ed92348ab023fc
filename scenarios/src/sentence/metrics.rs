//! Everything that can be measured, as one table: the parser reads it, and `pbxsim list metrics` prints it.

use std::fmt;

use reports::expectation::Metric;

/// One measure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MetricDoc {
    /// What it is in an expectation; with a share in it, of all shares.
    pub metric: Metric,
    /// Its words in a sentence.
    pub word: &'static str,
    /// How it becomes one number.
    pub kind: Kind,
    /// What it belongs to.
    pub of: Of,
    /// What limits are written in.
    pub unit: Unit,
    /// What it means, with its source.
    pub meaning: &'static str,
    /// A sentence with it.
    pub example: &'static str,
}

/// How a measure becomes one number.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// Has a value at every instant: needs a statistic or an instant.
    Gauge,
    /// Many times: needs a statistic.
    Time,
    /// One time, of an event.
    EventTime,
    /// One number, of an event.
    EventNumber,
    /// Already one number.
    Ratio,
    /// Already one number.
    Count,
    /// A mean already.
    Mean,
}

/// What a measure belongs to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Of {
    /// A feature: the central stock, or what a node uses (`at NODE`).
    Feature,
    /// A feature, a node, or a queue.
    FeatureNodeOrQueue,
    /// A feature or a queue.
    FeatureOrQueue,
    /// A queue.
    Queue,
    /// A node.
    Node,
    /// Users or trunks.
    Population,
    /// Users or trunks; without `of`, all of them.
    PopulationOrAll,
    /// A timeline entry.
    Event,
    /// A feature, the channels of a trunk, or the places of a room.
    FeatureOrTrunk,
    /// A flow of calls, a trunk, or a room.
    FlowOrTrunk,
    /// Users, trunks or a flow of calls; without `of`, all calls.
    CallsOrAll,
}

/// What limits are written in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Unit {
    /// A bare number.
    Count,
    /// A number and `us`, `ms`, `s`, `min`, `h` or `d`.
    Duration,
    /// A number and `%`.
    Percent,
    /// A number and `/s`, `/min`, `/h` or `/d`.
    Rate,
}

/// Every measure there is, gauges first.
pub fn metrics() -> Vec<MetricDoc> {
    METRICS.to_vec()
}

impl Kind {
    /// For messages and lists: `gauge`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Gauge => "gauge",
            Self::Time => "time",
            Self::EventTime => "time of an event",
            Self::EventNumber => "number of an event",
            Self::Ratio => "ratio",
            Self::Count => "count",
            Self::Mean => "mean",
        }
    }
}

impl Of {
    /// As the templates write it: `FEATURE`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Feature => "FEATURE",
            Self::FeatureNodeOrQueue => "FEATURE, NODE or QUEUE",
            Self::FeatureOrQueue => "FEATURE or QUEUE",
            Self::Queue => "QUEUE",
            Self::Node => "NODE",
            Self::Population => "POP",
            Self::PopulationOrAll => "POP, or all",
            Self::Event => "EVENT",
            Self::FeatureOrTrunk => "FEATURE, TRUNK or ROOM",
            Self::FlowOrTrunk => "FLOW, TRUNK or ROOM",
            Self::CallsOrAll => "FLOW or POP, or all",
        }
    }
}

impl Unit {
    /// For lists: `duration`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Duration => "duration",
            Self::Percent => "percent",
            Self::Rate => "rate",
        }
    }

    /// With its article.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Count => "a count",
            Self::Duration => "a duration",
            Self::Percent => "a percentage",
            Self::Rate => "a rate",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl fmt::Display for Of {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// The row of a measure.
pub(super) fn doc_of(metric: Metric) -> MetricDoc {
    let same = |row: &&MetricDoc| std::mem::discriminant(&row.metric) == std::mem::discriminant(&metric);
    METRICS.iter().find(same).copied().unwrap_or(METRICS[0])
}

/// `TimeToRegistered` stands here with any share; its words have `P%` where a sentence has a number.
pub(super) const METRICS: &[MetricDoc] = &[
    MetricDoc {
        metric: Metric::UsableUnits,
        word: "usable units",
        kind: Kind::Gauge,
        of: Of::Feature,
        unit: Unit::Count,
        meaning: "units installed that the software may use (R13-R18)",
        example: "usable units of PBX-Port are exactly 6100 at the end",
    },
    MetricDoc {
        metric: Metric::UnitsInUse,
        word: "units in use",
        kind: Kind::Gauge,
        of: Of::Feature,
        unit: Unit::Count,
        meaning: "units held by registered holders",
        example: "peak units in use of PBX-Port are at most 6100",
    },
    MetricDoc {
        metric: Metric::StrandedUnits,
        word: "stranded units",
        kind: Kind::Gauge,
        of: Of::Feature,
        unit: Unit::Count,
        meaning: "units booked for a PBX that is gone, or silent past soft",
        example: "stranded units of PBX-Port are exactly 0 at the end",
    },
    MetricDoc {
        metric: Metric::UnitsInGrace,
        word: "units in grace",
        kind: Kind::Gauge,
        of: Of::Feature,
        unit: Unit::Count,
        meaning: "units held past the soft deadline",
        example: "units in grace of PBX-Port are exactly 0 at the end",
    },
    MetricDoc {
        metric: Metric::Escrow,
        word: "escrow",
        kind: Kind::Gauge,
        of: Of::Feature,
        unit: Unit::Count,
        meaning: "escrow units in use at standbys",
        example: "escrow of PBX-Port is exactly 0 at the end",
    },
    MetricDoc {
        metric: Metric::OverIssue,
        word: "over-issue",
        kind: Kind::Gauge,
        of: Of::Feature,
        unit: Unit::Count,
        meaning: "units in use above what is installed",
        example: "peak over-issue of PBX-Port is exactly 0",
    },
    MetricDoc {
        metric: Metric::Waiting,
        word: "waiting",
        kind: Kind::Gauge,
        of: Of::FeatureNodeOrQueue,
        unit: Unit::Count,
        meaning: "holders in line for a unit; requests that wait at a node; callers that wait in a queue",
        example: "mean waiting of standby is below 200",
    },
    MetricDoc {
        metric: Metric::Retrying,
        word: "retrying",
        kind: Kind::Gauge,
        of: Of::Population,
        unit: Unit::Count,
        meaning: "endpoints between two tries",
        example: "peak retrying of roamer is at most 800",
    },
    MetricDoc {
        metric: Metric::DoubleRegistrations,
        word: "double registrations",
        kind: Kind::Gauge,
        of: Of::Population,
        unit: Unit::Count,
        meaning: "objects registered at two PBXs at once",
        example: "double registrations of desk are exactly 0 at the end",
    },
    MetricDoc {
        metric: Metric::RequestRate,
        word: "request rate",
        kind: Kind::Gauge,
        of: Of::Node,
        unit: Unit::Rate,
        meaning: "requests that arrived within the last second",
        example: "peak request rate of master is at most 1000/s",
    },
    MetricDoc {
        metric: Metric::ConcurrentRegistrations,
        word: "concurrent registrations",
        kind: Kind::Gauge,
        of: Of::Node,
        unit: Unit::Count,
        meaning: "live bindings",
        example: "peak concurrent registrations of standby are at least 2000",
    },
    MetricDoc {
        metric: Metric::CallsUp,
        word: "calls up",
        kind: Kind::Gauge,
        of: Of::FlowOrTrunk,
        unit: Unit::Count,
        meaning: "calls that were answered and go on; of a trunk its channels in use, of a room its participants",
        example: "peak calls up of carrier is at most 30",
    },
    MetricDoc {
        metric: Metric::RegistrationDelay,
        word: "registration delay",
        kind: Kind::Time,
        of: Of::PopulationOrAll,
        unit: Unit::Duration,
        meaning: "first REGISTER sent to final 200, the 401 round included (RRD of RFC 6076)",
        example: "p99 registration delay of desk is at most 200 ms",
    },
    MetricDoc {
        metric: Metric::SetupDelay,
        word: "setup delay",
        kind: Kind::Time,
        of: Of::CallsOrAll,
        unit: Unit::Duration,
        meaning: "INVITE sent to the first answer but 100 that it rings or is accepted (successful SRD of RFC 6076)",
        example: "p99 setup delay of office is at most 200 ms",
    },
    MetricDoc {
        metric: Metric::DisconnectDelay,
        word: "disconnect delay",
        kind: Kind::Time,
        of: Of::CallsOrAll,
        unit: Unit::Duration,
        meaning: "the caller's BYE sent to its 2xx (successful SDD of RFC 6076)",
        example: "p99 disconnect delay of office is at most 200 ms",
    },
    MetricDoc {
        metric: Metric::CallLength,
        word: "call length",
        kind: Kind::Time,
        of: Of::CallsOrAll,
        unit: Unit::Duration,
        meaning: "answered to BYE, as the caller sees it (SDT of RFC 6076)",
        example: "mean call length of office is between 170 s and 190 s",
    },
    MetricDoc {
        metric: Metric::QueueWait,
        word: "queue wait",
        kind: Kind::Time,
        of: Of::Queue,
        unit: Unit::Duration,
        meaning: "a caller's coming to a queue to an agent's answer; who leaves before has none",
        example: "mean queue wait of hotline is at most 10 s",
    },
    MetricDoc {
        metric: Metric::LicenceWait,
        word: "licence wait",
        kind: Kind::Time,
        of: Of::Feature,
        unit: Unit::Duration,
        meaning: "first refused attempt to grant; in line: asked to granted",
        example: "mean licence wait of PBX-SoftwarePhones is below 2 min",
    },
    MetricDoc {
        metric: Metric::CheckoutDelay,
        word: "checkout delay",
        kind: Kind::Time,
        of: Of::Feature,
        unit: Unit::Duration,
        meaning: "asked to answered, at the PBX",
        example: "p99 checkout delay of PBX-Port at slave-1 is at most 50 ms",
    },
    MetricDoc {
        metric: Metric::ReclaimLag,
        word: "reclaim lag",
        kind: Kind::Time,
        of: Of::Feature,
        unit: Unit::Duration,
        meaning: "a holder's crash to its unit being free",
        example: "longest reclaim lag of PBX-Port is at most 2 h",
    },
    MetricDoc {
        metric: Metric::ServerWait,
        word: "server wait",
        kind: Kind::Time,
        of: Of::Node,
        unit: Unit::Duration,
        meaning: "wait of a request before service",
        example: "median server wait of standby is at most 10 s",
    },
    MetricDoc {
        metric: Metric::TakeoverTime,
        word: "takeover time",
        kind: Kind::EventTime,
        of: Of::Event,
        unit: Unit::Duration,
        meaning: "the event to the standby being active",
        example: "takeover time of the crash is between 5 s and 7 s",
    },
    MetricDoc {
        metric: Metric::FailbackTime,
        word: "failback time",
        kind: Kind::EventTime,
        of: Of::Event,
        unit: Unit::Duration,
        meaning: "the end of the event to the standby being passive again",
        example: "failback time of the crash is at most 3 min",
    },
    MetricDoc {
        metric: Metric::TimeToAgree,
        word: "time to agree",
        kind: Kind::EventTime,
        of: Of::Event,
        unit: Unit::Duration,
        meaning: "the end of the event to all licence views being equal (I9)",
        example: "time to agree of the crash is at most 31 s",
    },
    MetricDoc {
        metric: Metric::TimeToRegistered(990_000_000),
        word: "time to P% registered",
        kind: Kind::EventTime,
        of: Of::Event,
        unit: Unit::Duration,
        meaning: "the event to that share of those it concerned being registered",
        example: "time to 99% registered of the crash is at most 30 s",
    },
    MetricDoc {
        metric: Metric::TimeOverIssued,
        word: "time over-issued",
        kind: Kind::EventTime,
        of: Of::Event,
        unit: Unit::Duration,
        meaning: "time, from the event on, in which a feature was over-issued",
        example: "time over-issued of the crash is exactly 0 s",
    },
    MetricDoc {
        metric: Metric::RateFound,
        word: "rate found",
        kind: Kind::EventNumber,
        of: Of::Event,
        unit: Unit::Rate,
        meaning: "the highest rate that a search found to pass (RFC 7502 §4.10)",
        example: "rate found of the search is at least 450/s",
    },
    MetricDoc {
        metric: Metric::TimeAtCapacity,
        word: "time at capacity",
        kind: Kind::Ratio,
        of: Of::FeatureOrTrunk,
        unit: Unit::Percent,
        meaning: "part of the time with no unit, or channel, free",
        example: "time at capacity of PBX-Port agrees with 11.522%",
    },
    MetricDoc {
        metric: Metric::CallCongestion,
        word: "call congestion",
        kind: Kind::Ratio,
        of: Of::FeatureOrTrunk,
        unit: Unit::Percent,
        meaning: "refused attempts ÷ attempts, at a unit or a channel",
        example: "call congestion of PBX-Port is below time at capacity of PBX-Port",
    },
    MetricDoc {
        metric: Metric::FirstAttemptCongestion,
        word: "first-attempt congestion",
        kind: Kind::Ratio,
        of: Of::Feature,
        unit: Unit::Percent,
        meaning: "wishes refused at their first attempt ÷ wishes",
        example: "first-attempt congestion of PBX-Port is at most 1%",
    },
    MetricDoc {
        metric: Metric::TrafficCongestion,
        word: "traffic congestion",
        kind: Kind::Ratio,
        of: Of::FeatureOrTrunk,
        unit: Unit::Percent,
        meaning: "(offered - carried) ÷ offered",
        example: "traffic congestion of PBX-Port agrees with 7.490%",
    },
    MetricDoc {
        metric: Metric::ProbabilityOfDelay,
        word: "probability of delay",
        kind: Kind::Ratio,
        of: Of::FeatureOrQueue,
        unit: Unit::Percent,
        meaning: "attempts that had to wait in line ÷ attempts; callers who had to wait ÷ callers of a queue",
        example: "probability of delay of PBX-Port is between 40% and 42%",
    },
    MetricDoc {
        metric: Metric::TrueDenials,
        word: "true denials",
        kind: Kind::Ratio,
        of: Of::Feature,
        unit: Unit::Percent,
        meaning: "wishes refused and not granted within five minutes ÷ wishes",
        example: "true denials of PBX-SoftwarePhones are at most 0.1%",
    },
    MetricDoc {
        metric: Metric::Utilisation,
        word: "utilisation",
        kind: Kind::Ratio,
        of: Of::FeatureOrTrunk,
        unit: Unit::Percent,
        meaning: "unit-seconds in use ÷ unit-seconds installed; of a trunk those of its channels",
        example: "utilisation of PBX-SoftwarePhones is above 60%",
    },
    MetricDoc {
        metric: Metric::Ira,
        word: "IRA",
        kind: Kind::Ratio,
        of: Of::PopulationOrAll,
        unit: Unit::Percent,
        meaning: "ineffective registration attempts (RFC 6076 §4.2)",
        example: "IRA is below 5%",
    },
    MetricDoc {
        metric: Metric::IraWithoutLicenceRefusals,
        word: "IRA without licence refusals",
        kind: Kind::Ratio,
        of: Of::PopulationOrAll,
        unit: Unit::Percent,
        meaning: "the same without refusals of a licence, in numerator and denominator",
        example: "IRA without licence refusals is exactly 0% before the crash",
    },
    MetricDoc {
        metric: Metric::Ser,
        word: "SER",
        kind: Kind::Ratio,
        of: Of::CallsOrAll,
        unit: Unit::Percent,
        meaning: "INVITEs answered with a 2xx ÷ INVITEs (RFC 6076 §4.6)",
        example: "SER of office is at least 90%",
    },
    MetricDoc {
        metric: Metric::Seer,
        word: "SEER",
        kind: Kind::Ratio,
        of: Of::CallsOrAll,
        unit: Unit::Percent,
        meaning: "INVITEs answered with 200, 480, 486, 600 or 603 ÷ INVITEs (RFC 6076 §4.7)",
        example: "SEER of office is at least 99%",
    },
    MetricDoc {
        metric: Metric::Isa,
        word: "ISA",
        kind: Kind::Ratio,
        of: Of::CallsOrAll,
        unit: Unit::Percent,
        meaning: "INVITEs that ended in 408, 500, 503 or 504 ÷ INVITEs (RFC 6076 §4.8)",
        example: "ISA of office is below 1%",
    },
    MetricDoc {
        metric: Metric::IsaWithoutLicenceRefusals,
        word: "ISA without licence refusals",
        kind: Kind::Ratio,
        of: Of::CallsOrAll,
        unit: Unit::Percent,
        meaning: "the same without refusals of a licence, in numerator and denominator",
        example: "ISA without licence refusals is exactly 0%",
    },
    MetricDoc {
        metric: Metric::Scr,
        word: "SCR",
        kind: Kind::Ratio,
        of: Of::CallsOrAll,
        unit: Unit::Percent,
        meaning: "sessions set up and ended without a failure ÷ INVITEs that have come to an end (RFC 6076 §4.9)",
        example: "SCR of office is at least 90%",
    },
    MetricDoc {
        metric: Metric::RoleChanges,
        word: "role changes",
        kind: Kind::Count,
        of: Of::Node,
        unit: Unit::Count,
        meaning: "changes of a standby between passive and active",
        example: "role changes of standby are exactly 1",
    },
    MetricDoc {
        metric: Metric::Retransmissions,
        word: "retransmissions",
        kind: Kind::Count,
        of: Of::PopulationOrAll,
        unit: Unit::Count,
        meaning: "REGISTERs sent again by the transaction (RFC 3261 §17.1.2)",
        example: "retransmissions are exactly 0 before the crash",
    },
    MetricDoc {
        metric: Metric::RequestsWithheld,
        word: "requests withheld",
        kind: Kind::Count,
        of: Of::PopulationOrAll,
        unit: Unit::Count,
        meaning: "REGISTERs not sent because their server asked for less (RFC 7339)",
        example: "requests withheld are at least 1 after the rush",
    },
    MetricDoc {
        metric: Metric::AttemptsPerSignIn,
        word: "attempts per sign-in",
        kind: Kind::Mean,
        of: Of::PopulationOrAll,
        unit: Unit::Count,
        meaning: "requests ÷ sign-ins",
        example: "attempts per sign-in of roamer are at most 2.5",
    },
    MetricDoc {
        metric: Metric::HopsPerRefusal,
        word: "hops per refusal",
        kind: Kind::Mean,
        of: Of::PopulationOrAll,
        unit: Unit::Count,
        meaning: "other servers tried ÷ refusals of a licence",
        example: "hops per refusal are below 1.2",
    },
    MetricDoc {
        metric: Metric::Renewals,
        word: "renewals",
        kind: Kind::Count,
        of: Of::Node,
        unit: Unit::Count,
        meaning: "RENEWs sent by a node to the licence master",
        example: "renewals of slave-1 are at most 1000",
    },
];

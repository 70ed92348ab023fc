//! What kind of number each metric is: it decides the unit, whether samples are needed, and the scale seeds are
//! compared on.

use crate::expectation::{Metric, Stat};
use crate::units::Unit;

/// The kinds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    /// Things, present or counted.
    Count,
    /// Things per thing: needs things.
    Mean,
    /// Nanoseconds of many samples.
    Times,
    /// Nanoseconds of one occasion.
    Time,
    /// A share of 1 that needs something to be a share of.
    Share,
    /// Per second.
    Rate,
}

impl Kind {
    pub(super) fn of(metric: Metric) -> Self {
        use Metric as M;
        match metric {
            M::UsableUnits | M::UnitsInUse | M::StrandedUnits | M::UnitsInGrace | M::Escrow | M::OverIssue => {
                Self::Count
            }
            M::Waiting | M::Retrying | M::DoubleRegistrations | M::ConcurrentRegistrations | M::CallsUp => Self::Count,
            M::RoleChanges | M::Retransmissions | M::RequestsWithheld | M::Renewals => Self::Count,
            M::AttemptsPerSignIn | M::HopsPerRefusal => Self::Mean,
            M::RequestRate | M::RateFound => Self::Rate,
            M::RegistrationDelay | M::LicenceWait | M::CheckoutDelay | M::ReclaimLag | M::ServerWait => Self::Times,
            M::SetupDelay | M::DisconnectDelay | M::CallLength | M::QueueWait => Self::Times,
            M::TakeoverTime | M::FailbackTime | M::TimeToAgree | M::TimeToRegistered(_) | M::TimeOverIssued => {
                Self::Time
            }
            M::TimeAtCapacity | M::CallCongestion | M::FirstAttemptCongestion | M::TrafficCongestion => Self::Share,
            M::ProbabilityOfDelay | M::TrueDenials | M::Utilisation => Self::Share,
            M::Ira | M::IraWithoutLicenceRefusals => Self::Share,
            M::Ser | M::Seer | M::Isa | M::IsaWithoutLicenceRefusals | M::Scr => Self::Share,
        }
    }

    /// Without samples nothing was measured (scenario language §5: "fails for times and ratios; counts are 0").
    pub(super) fn needs_samples(self) -> bool {
        matches!(self, Self::Mean | Self::Times | Self::Share)
    }

    /// The unit of machine formats, and how many of it make one base unit.
    pub(super) fn unit(self) -> (Unit, f64) {
        match self {
            Self::Count | Self::Mean => (Unit::Count, 1.0),
            Self::Times | Self::Time => (Unit::Milliseconds, 1e-6),
            Self::Share => (Unit::Percent, 100.0),
            Self::Rate => (Unit::PerSecond, 1.0),
        }
    }
}

/// The percentile a statistic reads, in tenths of a percent.
pub(super) fn percentile(stat: Option<Stat>) -> Option<u16> {
    match stat {
        Some(Stat::Median) => Some(500),
        Some(Stat::Percentile(tenths)) => Some(tenths),
        Some(Stat::Mean | Stat::Peak | Stat::Longest) | None => None,
    }
}

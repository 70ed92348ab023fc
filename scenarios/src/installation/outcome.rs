//! What comes of an installation: what each licence is good for, what is asked and given, and which rules are broken.

use simulator::licence::feature::Feature;
use simulator::licence::reason::Reason;

use crate::source::Span;

/// What an audit says.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Outcome {
    /// For each bound licence, in the same order.
    pub(crate) verdicts: Vec<Verdict>,
    /// What is asked for, by stock and feature.
    pub(crate) needs: Vec<Need>,
    pub(crate) findings: Vec<Finding>,
    /// Oldest licence that counts for a whole domain, by its owner (R15).
    pub(crate) floors: Vec<Option<u32>>,
}

/// What an audit decides: which units count, what is refused, by which rule.
pub(crate) type Figures = (Vec<Verdict>, Vec<(Feature, u64)>, Vec<(u8, Refusal, bool, u64, Span)>);

impl Outcome {
    /// What is left without words. Two readings that give the same decided nothing.
    pub(crate) fn figures(self) -> Figures {
        let mut refused: Vec<(Feature, u64)> = Vec::new();
        for need in self.needs.iter().filter(|need| need.refused > 0) {
            match refused.iter_mut().find(|(feature, _)| *feature == need.feature) {
                Some((_, sum)) => *sum = sum.saturating_add(need.refused),
                None => refused.push((need.feature, need.refused)),
            }
        }
        refused.sort_unstable();
        let found = |one: &Finding| (one.rule, one.refusal, one.broken, one.units, one.place);
        (self.verdicts, refused, self.findings.iter().map(found).collect())
    }
}

/// What bound units are good for.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Verdict {
    pub(crate) usable: u64,
    /// Why not all of them are, and by which rule.
    pub(crate) why: Option<(Refusal, u8)>,
}

/// Units of one feature in one stock.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Need {
    /// The PBX that has the stock.
    pub(crate) owner: usize,
    pub(crate) feature: Feature,
    pub(crate) usable: u64,
    /// At most at once.
    pub(crate) asked: u64,
    /// Of these, so many for certain: the rest come and go.
    pub(crate) certain: u64,
    /// Certain, and not given.
    pub(crate) refused: u64,
}

/// A rule that is broken, or something to know.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Finding {
    pub(crate) rule: u8,
    pub(crate) refusal: Refusal,
    /// Something asked for is not covered; else it only lies idle.
    pub(crate) broken: bool,
    /// Units, users or objects concerned.
    pub(crate) units: u64,
    pub(crate) what: String,
    pub(crate) cure: String,
    pub(crate) place: Span,
}

/// Why a unit does not count, or is not given (scenario language §5, "Reasons").
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Refusal {
    NoUnit,
    DecentralExhausted,
    Version,
    VersionFloor,
    Ipva,
    RelayChannels,
    NeedsMyPbx,
    NeedsMobility,
    NeedsConferencing,
    NeedsReporting,
    NoLinux,
    NoRecorder,
    NoChannel,
    ModelMix,
    GateStandby,
    GateVoicemail,
    /// Has licences of its own.
    Decentral,
    /// Bound where nobody books it.
    Misplaced,
    /// Comes with the box anyway.
    Included,
    /// Nothing here uses it.
    Unused,
    /// Fixed to its device.
    NotTransferable,
    /// Of a version that stays where it is.
    TooOld,
    OtherCompany,
    TooLate,
    TooManyYears,
    AlreadyExtended,
    NoBalance,
    NoCredit,
}

impl Refusal {
    /// As sentences and machine formats write it.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::NoUnit => Reason::NoUnit.code(),
            Self::DecentralExhausted => Reason::DecentralExhausted.code(),
            Self::Version => Reason::Version.code(),
            Self::VersionFloor => Reason::VersionFloor.code(),
            Self::Ipva => "ipva",
            Self::RelayChannels => "relay-channels",
            Self::NeedsMyPbx => "needs-mypbx",
            Self::NeedsMobility => "needs-mobility",
            Self::NeedsConferencing => "needs-conferencing",
            Self::NeedsReporting => "needs-reporting",
            Self::NoLinux => "no-linux-ap",
            Self::NoRecorder => "no-recorder",
            Self::NoChannel => "no-channel",
            Self::ModelMix => "model-mix",
            Self::GateStandby => Reason::GateStandby.code(),
            Self::GateVoicemail => "gate-voicemail",
            Self::Decentral => "decentral",
            Self::Misplaced => "misplaced",
            Self::Included => "included",
            Self::Unused => "unused",
            Self::NotTransferable => "not-transferable",
            Self::TooOld => "too-old",
            Self::OtherCompany => "other-company",
            Self::TooLate => "too-late",
            Self::TooManyYears => "too-many-years",
            Self::AlreadyExtended => "already-extended",
            Self::NoBalance => "no-balance",
            Self::NoCredit => "no-credit",
        }
    }
}

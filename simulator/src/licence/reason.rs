//! Why something was refused: the codes of scenario language §5.

/// A reason code.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[repr(u8)]
pub enum Reason {
    /// None given.
    #[default]
    None,
    /// The licence authority has no free unit.
    NoUnit,
    /// Past soft: holders stay, nobody new is admitted (3.3.1).
    GraceNoNew,
    /// The licence authority did not answer and the lease is over.
    LaUnreachable,
    /// The PBX's own, decentral stock is empty (R10).
    DecentralExhausted,
    /// Fewer standby licences than ports (R41).
    GateStandby,
    /// The server's queue is full.
    Overload,
    /// No such user.
    UnknownUser,
    /// More redirects than allowed (M4).
    Loop,
    /// The licence authority has lost its table: nothing new until every lease of before is over (3.4.3).
    Quarantine,
    /// Not a refusal: the holder stands in line and will be told (`queues-for`).
    InLine,
    /// Every device called is in a call.
    Busy,
    /// No channel of the trunk is free.
    NoChannel,
    /// No licence of the feature is as new as the software (R13).
    Version,
    /// An older licence is bound beside them, and the oldest counts for all (R15, R17).
    VersionFloor,
    /// No agent of the queue is signed in.
    NoAgent,
    /// As many callers wait in the queue as may.
    QueueFull,
    /// The caller has waited as long as the queue allows.
    WaitedTooLong,
    /// No relay channel of the box is free (R24).
    RelayChannels,
    /// Who is called has neither myPBX nor UC (R62).
    NeedsMyPbx,
    /// No place in the conference.
    NoConference,
    /// Who is called does not want to be disturbed.
    DoNotDisturb,
    /// No IPVA licence of this appliance is free for the port (R27).
    Ipva,
    /// A user or trunk that is to be recorded has no reporting (R69).
    NeedsReporting,
    /// Who manages a conference room has no conferencing (R43).
    NeedsConferencing,
    /// The PBX runs no Linux platform (R50, R65).
    NoLinux,
    /// The PBX has no recorder (R71).
    NoRecorder,
    /// Fewer old voicemail licences than ports (R51).
    GateVoicemail,
}

impl Reason {
    /// All but `None`.
    pub const ALL: [Self; 27] = [
        Self::NoUnit,
        Self::GraceNoNew,
        Self::LaUnreachable,
        Self::DecentralExhausted,
        Self::GateStandby,
        Self::Overload,
        Self::UnknownUser,
        Self::Loop,
        Self::Quarantine,
        Self::InLine,
        Self::Busy,
        Self::NoChannel,
        Self::Version,
        Self::VersionFloor,
        Self::NoAgent,
        Self::QueueFull,
        Self::WaitedTooLong,
        Self::RelayChannels,
        Self::NeedsMyPbx,
        Self::NoConference,
        Self::DoNotDisturb,
        Self::Ipva,
        Self::NeedsReporting,
        Self::NeedsConferencing,
        Self::NoLinux,
        Self::NoRecorder,
        Self::GateVoicemail,
    ];

    /// As sentences and machine formats write it.
    pub fn code(self) -> &'static str {
        match self {
            Self::None => "",
            Self::NoUnit => "no-unit",
            Self::GraceNoNew => "grace-no-new",
            Self::LaUnreachable => "la-unreachable",
            Self::DecentralExhausted => "decentral-exhausted",
            Self::GateStandby => "gate-standby",
            Self::Overload => "overload",
            Self::UnknownUser => "unknown-user",
            Self::Loop => "loop",
            Self::Quarantine => "quarantine",
            Self::InLine => "in-line",
            Self::Busy => "busy",
            Self::NoChannel => "no-channel",
            Self::Version => "version",
            Self::VersionFloor => "version-floor",
            Self::NoAgent => "no-agent",
            Self::QueueFull => "queue-full",
            Self::WaitedTooLong => "waited-too-long",
            Self::RelayChannels => "relay-channels",
            Self::NeedsMyPbx => "needs-mypbx",
            Self::NoConference => "no-conference",
            Self::DoNotDisturb => "do-not-disturb",
            Self::Ipva => "ipva",
            Self::NeedsReporting => "needs-reporting",
            Self::NeedsConferencing => "needs-conferencing",
            Self::NoLinux => "no-linux-ap",
            Self::NoRecorder => "no-recorder",
            Self::GateVoicemail => "gate-voicemail",
        }
    }

    /// The reason of that code.
    pub fn named(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }

    /// Whether an answer with it refuses a licence, rather than service. Those about functions are in no answer to a message.
    #[inline]
    pub fn is_licence(self) -> bool {
        matches!(
            self,
            Self::NoUnit
                | Self::GraceNoNew
                | Self::LaUnreachable
                | Self::DecentralExhausted
                | Self::Quarantine
                | Self::Version
                | Self::VersionFloor
                | Self::RelayChannels
                | Self::NeedsMyPbx
                | Self::Ipva
        )
    }
}

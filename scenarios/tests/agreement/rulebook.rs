//! The vendor's rules as numbers and tables, typed from the document: no table of pbxsim is used.

use simulator::licence::feature::Feature;

/// R8, A1: whether a licence makes a slave decentral.
pub(crate) fn decentralises(feature: Feature) -> bool {
    !matches!(feature, Feature::Ipva | Feature::RelayBris | Feature::RelayPris | Feature::RelayChannels)
}

/// R73, R74: versions that count against an application of their own; R23: licences without version.
pub(crate) fn counts_against_the_pbx(feature: Feature) -> bool {
    !matches!(
        feature,
        Feature::Operator | Feature::QueueMonitor | Feature::RelayBris | Feature::RelayPris | Feature::RelayChannels
    )
}

/// R53, R70, R73: the oldest software a licence works with.
pub(crate) fn software_from(feature: Feature) -> u32 {
    match feature {
        Feature::VoicemailUser | Feature::RecordingBase | Feature::RecordingUser => 10,
        Feature::QueueMonitor => 9,
        _ => 0,
    }
}

/// R57: what UC contains.
pub(crate) fn is_in_uc(function: &str) -> bool {
    matches!(function, "mypbx" | "video" | "voicemail" | "mobility" | "fax" | "app-sharing")
}

/// The licence of a function.
pub(crate) fn licence_of(function: &str) -> Feature {
    match function {
        "uc" => Feature::Uc,
        "mypbx" => Feature::MyPbx,
        "video" => Feature::Video,
        "app-sharing" => Feature::AppSharing,
        "fax" => Feature::Fax,
        "voicemail" => Feature::VoicemailUser,
        "mobility" => Feature::Mobility,
        "conferencing" => Feature::Conferencing,
        "reporting" => Feature::Reporting,
        _ => Feature::RecordingUser,
    }
}

/// The rule that asks for units of a feature.
pub(crate) fn rule(feature: Feature) -> u8 {
    match feature {
        Feature::Port => 30,
        Feature::SoftwarePhones => 75,
        Feature::Operator => 74,
        Feature::Ipva => 27,
        Feature::WebRtc => 61,
        Feature::Standby => 41,
        Feature::Conferencing => 43,
        Feature::MyPbx => 47,
        Feature::Video => 48,
        Feature::AppSharing => 49,
        Feature::Fax => 50,
        Feature::Voicemail | Feature::VoicemailUser => 51,
        Feature::Mobility => 56,
        Feature::Uc => 57,
        Feature::Reporting => 65,
        Feature::RecordingBase => 66,
        Feature::RecordingUser => 68,
        Feature::QueueMonitor => 73,
        Feature::RelayBris | Feature::RelayPris | Feature::RelayChannels => 21,
    }
}

/// The rule that compares a licence's version.
pub(crate) fn version_rule(feature: Feature) -> u8 {
    match feature {
        Feature::Port => 35,
        Feature::Standby => 42,
        Feature::Ipva => 28,
        Feature::Conferencing => 45,
        Feature::QueueMonitor => 73,
        Feature::Operator => 74,
        Feature::SoftwarePhones => 75,
        _ => 13,
    }
}

//! How the vendor's text is read where it leaves something open: A1-A26, each a choice of two.

use crate::language::RULES;

/// The readings in force: those that differ from their defaults.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Readings(u32);

/// One choice, named after what holds if it is not read as by default.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Switch {
    BoxLicencesDecentralise,
    FloorOverTheCluster,
    FloorPerType,
    IpvaEqualsPorts,
    IpvaOfTheMaster,
    AllUnitsAtOnePrice,
    TierBeginsAtItsName,
    TierPerDevice,
    StandbyAgainstPortsInUse,
    StandbyPerNode,
    ConferencingHasNoVersion,
    VoicemailUserFloats,
    VoicemailPerNode,
    UcRefusedUnderTheOldModel,
    GsmHasItsPort,
    UcIsShared,
    WebRtcNeedsNobody,
    MobileAppBooksASoftphone,
    ReportingOnUsersOnly,
    RecordingUserFloats,
    MonitorCountsScreens,
    SoftphoneNeedsMyPbx,
    SoftphoneHasItsPort,
    NothingLeavesAnIpva,
}

impl Switch {
    /// Each with its key below `rules`.
    pub(crate) const ALL: [(Self, &'static str); 24] = [
        (Self::BoxLicencesDecentralise, "box-licences-decentralise"),
        (Self::FloorOverTheCluster, "installation"),
        (Self::FloorPerType, "version-floor"),
        (Self::IpvaEqualsPorts, "ipva-count"),
        (Self::IpvaOfTheMaster, "ipva-scope"),
        (Self::AllUnitsAtOnePrice, "tiers"),
        (Self::TierBeginsAtItsName, "tier-starts"),
        (Self::TierPerDevice, "tier-scope"),
        (Self::StandbyAgainstPortsInUse, "standby-counts"),
        (Self::StandbyPerNode, "standby-scope"),
        (Self::ConferencingHasNoVersion, "conferencing-versioned"),
        (Self::VoicemailUserFloats, "voicemail-user"),
        (Self::VoicemailPerNode, "voicemail-scope"),
        (Self::UcRefusedUnderTheOldModel, "uc-voicemail"),
        (Self::GsmHasItsPort, "gsm-port"),
        (Self::UcIsShared, "uc-shared-by"),
        (Self::WebRtcNeedsNobody, "webrtc-needs"),
        (Self::MobileAppBooksASoftphone, "mobile-app-books"),
        (Self::ReportingOnUsersOnly, "reporting-on"),
        (Self::RecordingUserFloats, "recording-user"),
        (Self::MonitorCountsScreens, "queue-monitor-counts"),
        (Self::SoftphoneNeedsMyPbx, "softphone-mypbx"),
        (Self::SoftphoneHasItsPort, "softphone-port"),
        (Self::NothingLeavesAnIpva, "ipva-bound"),
    ];

    /// Its key below `rules`.
    pub(crate) fn key(self) -> &'static str {
        Self::ALL.iter().find(|(switch, _)| *switch == self).map_or("", |(_, key)| key)
    }

    /// A3.
    pub(crate) fn number(self) -> &'static str {
        RULES.key(self.key()).map_or("", |key| key.rule)
    }
}

impl Readings {
    /// Whether it is read other than by default.
    pub(crate) fn is(self, switch: Switch) -> bool {
        self.0 & 1 << switch as u32 != 0
    }

    /// With one of them read the other way.
    #[must_use]
    pub(crate) fn turned(self, switch: Switch) -> Self {
        Self(self.0 ^ 1 << switch as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Value;

    #[test]
    fn every_switch_is_a_key_with_two_words() {
        for (switch, key) in Switch::ALL {
            assert_eq!(switch.key(), key);
            let two = |value: &Value| matches!(value, Value::Words(words) if words.len() == 2);
            assert!(RULES.key(key).is_some_and(|key| two(&key.value) && key.rule.starts_with('A')), "{key}");
        }
    }
}

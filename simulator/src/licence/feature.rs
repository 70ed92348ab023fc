//! Licensed features: what a unit is a unit of. A new licence in the catalogue is a new row here, not a new record.

/// A feature whose units are counted (domain §1.3): one for each row of the catalogue, `licence::catalogue`.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[repr(u8)]
pub enum Feature {
    /// One per PBX object with a registered device; floating (R30-R34).
    Port,
    /// One per registered softphone; floating (R75).
    SoftwarePhones,
    /// One per running operator application; floating (R74).
    Operator,
    /// Booked with each port used on a virtual appliance (R26-R29).
    Ipva,
    /// One per simultaneous WebRTC call (R61).
    WebRtc,
    /// Channels of a box, for ISDN and conferences alike (R24).
    RelayChannels,
    /// Not booked: the standby function is available if there are as many as ports (R41).
    Standby,
    /// Basic rate interfaces of a box (R19).
    RelayBris,
    /// Primary rate interfaces of a box (R19).
    RelayPris,
    /// One per user who manages conference rooms (R43).
    Conferencing,
    /// One per user of the client (R47).
    MyPbx,
    /// One per user (R48).
    Video,
    /// One per user (R49).
    AppSharing,
    /// One per user (R50).
    Fax,
    /// The old model: as many as ports (R51).
    Voicemail,
    /// The new model: one per user (R51).
    VoicemailUser,
    /// One per user (R56).
    Mobility,
    /// Six in one, per user (R57).
    Uc,
    /// One per object to be analysed (R65).
    Reporting,
    /// One per PBX that records; the first user is in it (R66).
    RecordingBase,
    /// One per further user (R68).
    RecordingUser,
    /// One per monitored queue (R73).
    QueueMonitor,
}

impl Feature {
    /// All, in order.
    pub const ALL: [Self; 22] = [
        Self::Port,
        Self::SoftwarePhones,
        Self::Operator,
        Self::Ipva,
        Self::WebRtc,
        Self::RelayChannels,
        Self::Standby,
        Self::RelayBris,
        Self::RelayPris,
        Self::Conferencing,
        Self::MyPbx,
        Self::Video,
        Self::AppSharing,
        Self::Fax,
        Self::Voicemail,
        Self::VoicemailUser,
        Self::Mobility,
        Self::Uc,
        Self::Reporting,
        Self::RecordingBase,
        Self::RecordingUser,
        Self::QueueMonitor,
    ];
    /// Those that are checked out and in: the first of all, so that they can stand in tables of their own.
    pub const FLOATING: [Self; 4] = [Self::Port, Self::SoftwarePhones, Self::Operator, Self::Ipva];
    /// Those of them that a licence master lends: the others never leave their device.
    pub const LENT: [Self; 3] = [Self::Port, Self::SoftwarePhones, Self::Operator];
    /// Name without version: the feature word of sentences, measures and machine formats.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Port => "PBX-Port",
            Self::SoftwarePhones => "PBX-SoftwarePhones",
            Self::Operator => "PBX-Operator",
            Self::Ipva => "PBX-IPVA",
            Self::WebRtc => "PBX-WebRTC",
            Self::RelayChannels => "Relay-Channels",
            Self::Standby => "PBX-Standby",
            Self::RelayBris => "Relay-BRIs",
            Self::RelayPris => "Relay-PRIs",
            Self::Conferencing => "PBX-App",
            Self::MyPbx => "PBX-myPBX",
            Self::Video => "PBX-Video",
            Self::AppSharing => "PBX-AppSharing",
            Self::Fax => "PBX-Fax",
            Self::Voicemail => "PBX-Voicemail",
            Self::VoicemailUser => "PBX-VoicemailUser",
            Self::Mobility => "PBX-Mobility",
            Self::Uc => "PBX-UC",
            Self::Reporting => "PBX-Reporting",
            Self::RecordingBase => "PBX-Recording-Base",
            Self::RecordingUser => "PBX-Recording-User",
            Self::QueueMonitor => "PBX-QueueMonitor",
        }
    }

    /// The feature of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|feature| feature.name() == name)
    }

    /// Its place in [`Feature::ALL`].
    #[inline]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// Whether a run books or compares its units. Those of interfaces only say how many channels a box has.
    pub fn is_simulated(self) -> bool {
        !matches!(self, Self::RelayBris | Self::RelayPris)
    }

    /// Whether its units never leave their device (R22, R29).
    #[inline]
    pub const fn stays(self) -> bool {
        matches!(self, Self::Ipva | Self::RelayChannels | Self::RelayBris | Self::RelayPris)
    }
}

/// A set of features: what one holder books, all or nothing (3.5).
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct FeatureSet(pub u32);

impl FeatureSet {
    /// No feature.
    pub const NONE: Self = Self(0);

    /// With `feature` added.
    #[inline]
    pub const fn with(self, feature: Feature) -> Self {
        Self(self.0 | 1 << feature as u32)
    }

    /// Without `feature`.
    #[inline]
    pub const fn without(self, feature: Feature) -> Self {
        Self(self.0 & !(1 << feature as u32))
    }

    /// Whether `feature` is in it.
    #[inline]
    pub const fn contains(self, feature: Feature) -> bool {
        self.0 & 1 << feature as u32 != 0
    }

    /// Whether nothing is in it.
    #[inline]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_feature_stands_at_its_index_and_floating_ones_first() {
        assert!(Feature::ALL.into_iter().enumerate().all(|(index, feature)| feature.index() == index));
        assert_eq!(Feature::ALL[..Feature::FLOATING.len()], Feature::FLOATING);
        assert_eq!(Feature::FLOATING[..Feature::LENT.len()], Feature::LENT);
    }
}

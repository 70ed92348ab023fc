//! Licensed features: what a unit is a unit of. A new licence in the catalogue is a new row here, not a new record.

/// A feature whose units are counted (domain §1.3).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[repr(u8)]
pub enum Feature {
    /// One per PBX object with a registered device; floating (R30-R34).
    Port,
    /// One per registered softphone; floating (R75).
    SoftwarePhones,
    /// One per running operator application; floating (R74).
    Operator,
    /// Not booked: the standby function is available if there are as many as ports (R41).
    Standby,
}

impl Feature {
    /// All, in order.
    pub const ALL: [Self; 4] = [Self::Port, Self::SoftwarePhones, Self::Operator, Self::Standby];
    /// Those that are checked out and in.
    pub const FLOATING: [Self; 3] = [Self::Port, Self::SoftwarePhones, Self::Operator];

    /// Name without version: the feature word of sentences, measures and machine formats.
    pub fn name(self) -> &'static str {
        match self {
            Self::Port => "PBX-Port",
            Self::SoftwarePhones => "PBX-SoftwarePhones",
            Self::Operator => "PBX-Operator",
            Self::Standby => "PBX-Standby",
        }
    }

    /// The feature of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|feature| feature.name() == name)
    }

    /// Its place in [`Feature::ALL`].
    #[inline]
    pub fn index(self) -> usize {
        self as usize
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

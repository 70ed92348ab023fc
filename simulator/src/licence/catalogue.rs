//! The vendor's catalogue: what can be bought, and every rule that hangs on a name (domain §1.3). Installations, audits,
//! quotes, the language and its reference read this table; no rule of a licence stands anywhere else.

use super::feature::Feature;

/// One licence of the catalogue.
#[derive(Debug)]
pub struct Licence {
    /// What its units are units of.
    pub feature: Feature,
    /// As bought, before the version: `PBX-Port`.
    pub name: &'static str,
    /// As bought, after the version: `-Base` (A21).
    pub suffix: &'static str,
    /// Where the vendor's document prints the name otherwise; else empty.
    pub printed: &'static str,
    /// What it gives, in a few words.
    pub gives: &'static str,
    /// What one unit is counted for.
    pub metric: &'static str,
    /// How a unit is taken.
    pub mode: Mode,
    /// Which stock it belongs to.
    pub scope: Scope,
    /// Against which software its version counts.
    pub against: Against,
    /// First version that can leave its device (R81, R82); `None`: never.
    pub leaves_from: Option<u32>,
    /// Oldest software it works in, whatever its version.
    pub software_from: u32,
    /// What its user or PBX must have besides.
    pub needs: &'static [Need],
    /// Whether it is one of the six parts of UC (R57).
    pub in_uc: bool,
    /// First units of its price tiers after the first, less one: `%500` (A8).
    pub tiers: &'static [u64],
    /// Of how many units the price counts, if it has tiers.
    pub tier_scope: Scope,
    /// Rule numbers.
    pub rules: &'static str,
}

/// How a unit is taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Mode {
    /// Booked while in use.
    Floating,
    /// Booked as soon as the function is configured, used or not.
    Assigned,
    /// Never booked: only counts are compared.
    Gate,
    /// Enables an interface of its box.
    Box,
}

/// Which stock a unit belongs to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Scope {
    /// That of the licence domain: the licence master's with all who draw on it, or one decentral PBX's own (R5-R10).
    Domain,
    /// That of one device.
    Device,
}

/// Against which software a version counts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Against {
    /// It has no version (R23).
    Nothing,
    /// That of the PBX (R13).
    Pbx,
    /// That of its own application (R73, R74).
    Application,
}

/// What a licence needs besides.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Need {
    /// A port of the same object.
    Port,
    /// myPBX or UC of the same user (R48, R49, R62).
    MyPbx,
    /// The Linux application platform on its PBX (R50).
    LinuxPlatform,
    /// Reporting of the same user (R69).
    Reporting,
    /// A recorder at the PBX (R71).
    Recorder,
}

impl Mode {
    /// In a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Floating => "floating",
            Self::Assigned => "assigned",
            Self::Gate => "gate",
            Self::Box => "of the box",
        }
    }
}

impl Need {
    /// In a few words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Port => "PBX-Port",
            Self::MyPbx => "PBX-myPBX or PBX-UC",
            Self::LinuxPlatform => "the Linux platform",
            Self::Reporting => "PBX-Reporting",
            Self::Recorder => "a recorder",
        }
    }
}

impl Licence {
    /// Whether its name carries a version (R11, R23).
    pub fn is_versioned(&self) -> bool {
        self.against != Against::Nothing
    }

    /// As bought for this version.
    pub fn written(&self, version: u32) -> String {
        if self.is_versioned() { format!("{}{version}{}", self.name, self.suffix) } else { self.name.to_owned() }
    }

    /// As bought for this version in a price tier; 0: the first.
    pub fn written_in(&self, version: u32, tier: u64) -> String {
        let name = self.written(version);
        if tier == 0 { name } else { format!("{name}%{tier}") }
    }

    /// How many units a tier holds (A8: the 501st is the first of `%500`); `None`: as many as one likes.
    pub fn room(&self, tier: u64) -> Option<u64> {
        self.tiers.iter().find(|next| **next > tier).map(|next| next - tier)
    }

    /// Tiers that `total` units fall into, with the units in each (A7: marginal).
    pub fn split(&self, total: u64) -> Vec<(u64, u64)> {
        let mut left = total;
        let mut parts = Vec::new();
        for tier in core::iter::once(0).chain(self.tiers.iter().copied()) {
            let part = left.min(self.room(tier).unwrap_or(u64::MAX));
            if part > 0 || parts.is_empty() {
                parts.push((tier, part));
            }
            left -= part;
        }
        parts
    }
}

/// Tiers of ports and standby licences (R36, R40).
const PORT_TIERS: &[u64] = &[500, 1000, 2000, 5000];
/// Tiers of the old voicemail (R52).
const VOICEMAIL_TIERS: &[u64] = &[1, 250];

/// A licence of the PBX software: versioned, in the domain's stock, movable from V8 on.
const fn of_the_pbx(feature: Feature, gives: &'static str, metric: &'static str, mode: Mode) -> Licence {
    Licence {
        feature,
        name: feature.name(),
        suffix: "",
        printed: "",
        gives,
        metric,
        mode,
        scope: Scope::Domain,
        against: Against::Pbx,
        leaves_from: Some(8),
        software_from: 0,
        needs: &[],
        in_uc: false,
        tiers: &[],
        tier_scope: Scope::Domain,
        rules: "",
    }
}

/// Booked when the function is configured for a user.
const fn assigned(feature: Feature, gives: &'static str, metric: &'static str) -> Licence {
    of_the_pbx(feature, gives, metric, Mode::Assigned)
}

/// A part of UC.
const fn of_uc(feature: Feature, gives: &'static str) -> Licence {
    Licence { in_uc: true, ..assigned(feature, gives, "user") }
}

/// A hardware licence: without version, for ever in its box (R22, R23).
const fn of_the_box(feature: Feature, gives: &'static str, metric: &'static str, mode: Mode) -> Licence {
    Licence {
        scope: Scope::Device,
        against: Against::Nothing,
        leaves_from: None,
        rules: "R19-R25",
        ..of_the_pbx(feature, gives, metric, mode)
    }
}

/// Everything one can buy, in the order of the vendor's document.
pub static CATALOGUE: [Licence; Feature::ALL.len()] = [
    of_the_box(Feature::RelayBris, "basic rate interfaces of a gateway", "interface", Mode::Box),
    of_the_box(Feature::RelayPris, "primary rate interfaces of a gateway", "interface", Mode::Box),
    of_the_box(Feature::RelayChannels, "channels for ISDN and conferences", "channel in use", Mode::Floating),
    Licence {
        scope: Scope::Device,
        leaves_from: None,
        needs: &[Need::Port],
        rules: "R26-R29",
        ..of_the_pbx(Feature::Ipva, "a PBX in VMware instead of a gateway", "port in use on it", Mode::Floating)
    },
    Licence {
        tiers: PORT_TIERS,
        rules: "R30-R37",
        ..of_the_pbx(Feature::Port, "telephony", "object with a registered device", Mode::Floating)
    },
    Licence {
        tiers: PORT_TIERS,
        rules: "R38-R42",
        ..of_the_pbx(Feature::Standby, "a PBX that takes over", "port licence", Mode::Gate)
    },
    Licence {
        name: "PBX-App(innovaphone-pbx-conference)",
        rules: "R43-R46",
        ..assigned(Feature::Conferencing, "conference rooms managed in myPBX", "user who manages rooms")
    },
    Licence { rules: "R47", ..of_uc(Feature::MyPbx, "the client myPBX") },
    Licence { needs: &[Need::MyPbx], rules: "R48", ..of_uc(Feature::Video, "video in myPBX") },
    Licence { needs: &[Need::MyPbx], rules: "R49", ..of_uc(Feature::AppSharing, "application sharing in myPBX") },
    Licence { needs: &[Need::LinuxPlatform], rules: "R50", ..of_uc(Feature::Fax, "fax by e-mail") },
    Licence {
        tiers: VOICEMAIL_TIERS,
        tier_scope: Scope::Device,
        rules: "R51, R52, R54",
        ..of_the_pbx(Feature::Voicemail, "voicemail, old model", "port licence", Mode::Gate)
    },
    Licence { software_from: 10, rules: "R51, R53-R55", ..of_uc(Feature::VoicemailUser, "voicemail, new model") },
    Licence { rules: "R56", ..of_uc(Feature::Mobility, "a mobile phone as extension") },
    Licence { rules: "R57-R60", ..assigned(Feature::Uc, "six functions in one", "user") },
    Licence {
        needs: &[Need::Port, Need::MyPbx],
        rules: "R61-R63",
        ..of_the_pbx(Feature::WebRtc, "calls from browsers", "simultaneous call", Mode::Floating)
    },
    Licence {
        needs: &[Need::LinuxPlatform],
        rules: "R65",
        ..assigned(Feature::Reporting, "analysis of calls", "user or trunk in the analysis")
    },
    Licence {
        name: "PBX-Recording",
        suffix: "-Base",
        software_from: 10,
        needs: &[Need::Recorder],
        rules: "R66, R67, R70-R72",
        ..assigned(Feature::RecordingBase, "recording at a PBX, with one user", "PBX that records")
    },
    Licence {
        name: "PBX-Recording",
        suffix: "-User",
        software_from: 10,
        needs: &[Need::Reporting, Need::Recorder],
        rules: "R66-R71",
        ..assigned(Feature::RecordingUser, "recording of a further user", "user")
    },
    Licence {
        against: Against::Application,
        software_from: 9,
        rules: "R73",
        ..assigned(Feature::QueueMonitor, "a queue on a screen", "queue")
    },
    Licence {
        against: Against::Application,
        rules: "R74",
        ..of_the_pbx(Feature::Operator, "a switchboard on a computer", "running application", Mode::Floating)
    },
    Licence {
        printed: "PBX SoftwarePhones",
        needs: &[Need::Port],
        rules: "R75",
        ..of_the_pbx(Feature::SoftwarePhones, "a telephone on a computer", "registered softphone", Mode::Floating)
    },
];

impl Feature {
    /// Its row of the catalogue.
    pub fn licence(self) -> &'static Licence {
        CATALOGUE.iter().find(|row| row.feature == self).expect("a test finds every feature in the catalogue")
    }

    /// Whether it is booked when it is configured, used or not.
    pub fn is_assigned(self) -> bool {
        self.licence().mode == Mode::Assigned
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stays_at_its_device_is_of_the_device() {
        assert!(Feature::ALL.into_iter().all(|one| one.stays() == (one.licence().scope == Scope::Device)));
    }

    #[test]
    fn every_feature_has_one_row() {
        assert!(Feature::ALL.into_iter().all(|feature| feature.licence().feature == feature));
    }

    #[test]
    fn uc_has_six_parts_and_hardware_stays() {
        let parts: Vec<&str> = CATALOGUE.iter().filter(|row| row.in_uc).map(|row| row.name).collect();
        assert_eq!(parts, ["PBX-myPBX", "PBX-Video", "PBX-AppSharing", "PBX-Fax", "PBX-VoicemailUser", "PBX-Mobility"]);
        let fixed: Vec<&str> = CATALOGUE.iter().filter(|row| row.leaves_from.is_none()).map(|row| row.name).collect();
        assert_eq!(fixed, ["Relay-BRIs", "Relay-PRIs", "Relay-Channels", "PBX-IPVA"]);
    }
}

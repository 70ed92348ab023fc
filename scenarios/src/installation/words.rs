//! What is said about a stock that does not suffice: how much there is, what to do, and by which rule.

use simulator::licence::feature::Feature;

use super::Refusal;
use super::audit::units;
use super::stock::Stocks;

impl Stocks<'_> {
    /// `20 units for 25 asked, version V11 on V12`: why there is not enough.
    pub(super) fn shortage(&self, pbx: usize, feature: Feature) -> String {
        let installed = self.installed(pbx, feature);
        let owner = &self.it.boxes[self.stock_of(pbx, feature)].name;
        let name = feature.name();
        match self.access(pbx, feature) {
            Err(_) => format!("none of {} {name} at {owner} works here", units(installed)),
            Ok(()) if installed == 0 => format!("no {name} at {owner}"),
            Ok(()) => format!("{} {name} at {owner}", units(installed)),
        }
    }

    /// What to do about it.
    pub(super) fn cure(&self, pbx: usize, feature: Feature, missing: u64) -> String {
        let software = self.it.boxes[pbx].software.version;
        let owner = &self.it.boxes[self.stock_of(pbx, feature)].name;
        let name = feature.licence().written(software);
        match self.access(pbx, feature) {
            Err(Refusal::VersionFloor) => format!("release or convert what is older than V{software}"),
            Err(_) if software < feature.licence().software_from => {
                format!("upgrade to V{} or newer", feature.licence().software_from)
            }
            Err(_) => format!("convert them to {name}"),
            Ok(()) => format!("bind {} more {name} at {owner}", units(missing)),
        }
    }

    /// Which rule a refusal goes by.
    pub(super) fn rule_of(&self, refusal: Refusal, pbx: usize, feature: Feature) -> u8 {
        let old = self.it.boxes[pbx].software.version < feature.licence().software_from;
        match refusal {
            Refusal::VersionFloor => 17,
            Refusal::DecentralExhausted => 10,
            Refusal::Version if old && feature == Feature::VoicemailUser => 53,
            Refusal::Version if old && feature == Feature::QueueMonitor => 73,
            Refusal::Version if old => 70,
            Refusal::Version => version_rule(feature),
            _ => count_rule(feature),
        }
    }
}

/// Which rule compares the version of a licence with the software.
pub(super) fn version_rule(feature: Feature) -> u8 {
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

/// The rule that says how many units of a feature are needed.
fn count_rule(feature: Feature) -> u8 {
    match feature {
        Feature::Port => 30,
        Feature::SoftwarePhones => 75,
        Feature::Operator => 74,
        Feature::Ipva => 27,
        Feature::WebRtc => 61,
        Feature::RelayChannels | Feature::RelayBris | Feature::RelayPris => 21,
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
    }
}

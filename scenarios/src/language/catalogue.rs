//! The vendor's catalogue: names of licences as bought, with version and tier (domain 1.3).

use simulator::licence::feature::Feature;

use crate::nearest::nearest;
use crate::value::{Mistake, Reading};

/// One licence of the catalogue.
#[derive(Debug)]
pub(crate) struct Licence {
    /// Before the version.
    pub(crate) name: &'static str,
    /// After the version: `-Base`.
    pub(crate) suffix: &'static str,
    pub(crate) versioned: bool,
    /// First units of its price tiers after the first, less one: `%500`.
    pub(crate) tiers: &'static [u64],
    /// What it is in the model, if it is modelled.
    pub(crate) feature: Option<Feature>,
}

/// A name as written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Named {
    pub(crate) licence: &'static Licence,
    /// 0 if it has none.
    pub(crate) version: u64,
    /// Of the price: `500` of `%500`; 0 if none is written.
    pub(crate) tier: u64,
}

const fn later(name: &'static str) -> Licence {
    Licence { name, suffix: "", versioned: true, tiers: &[], feature: None }
}

const fn of(name: &'static str, feature: Feature, tiers: &'static [u64]) -> Licence {
    Licence { name, suffix: "", versioned: true, tiers, feature: Some(feature) }
}

const fn of_the_box(name: &'static str) -> Licence {
    Licence { name, suffix: "", versioned: false, tiers: &[], feature: None }
}

/// Tiers of ports and standby licences.
const PORT_TIERS: &[u64] = &[500, 1000, 2000, 5000];

/// Everything one can buy.
pub(crate) static CATALOGUE: &[Licence] = &[
    of("PBX-Port", Feature::Port, PORT_TIERS),
    of("PBX-Standby", Feature::Standby, PORT_TIERS),
    of("PBX-SoftwarePhones", Feature::SoftwarePhones, &[]),
    of("PBX-Operator", Feature::Operator, &[]),
    later("PBX-IPVA"),
    later("PBX-App(innovaphone-pbx-conference)"),
    later("PBX-myPBX"),
    later("PBX-Video"),
    later("PBX-AppSharing"),
    later("PBX-Fax"),
    later("PBX-VoicemailUser"),
    Licence { name: "PBX-Voicemail", suffix: "", versioned: true, tiers: &[1, 250], feature: None },
    later("PBX-Mobility"),
    later("PBX-UC"),
    later("PBX-WebRTC"),
    later("PBX-Reporting"),
    Licence { name: "PBX-Recording", suffix: "-Base", versioned: true, tiers: &[], feature: None },
    Licence { name: "PBX-Recording", suffix: "-User", versioned: true, tiers: &[], feature: None },
    later("PBX-QueueMonitor"),
    of_the_box("Relay-BRIs"),
    of_the_box("Relay-PRIs"),
    of_the_box("Relay-Channels"),
    of_the_box("SSC"),
];

impl Licence {
    /// As bought for this version.
    pub(crate) fn written(&self, version: u64) -> String {
        if self.versioned { format!("{}{version}{}", self.name, self.suffix) } else { self.name.to_owned() }
    }

    /// How many units a tier holds (A8: the 501st is the first of `%500`); `None`: as many as one likes.
    pub(crate) fn room(&self, tier: u64) -> Option<u64> {
        self.tiers.iter().find(|next| **next > tier).map(|next| next - tier)
    }

    /// `500 PBX-Port12 and 120 PBX-Port12%500`.
    pub(crate) fn split(&self, version: u64, total: u64) -> String {
        let mut left = total;
        let mut parts = Vec::new();
        for tier in core::iter::once(0).chain(self.tiers.iter().copied()).take_while(|tier| *tier < total.max(1)) {
            let part = left.min(self.room(tier).unwrap_or(u64::MAX));
            let name = if tier == 0 { self.written(version) } else { format!("{}%{tier}", self.written(version)) };
            parts.push(format!("{part} {name}"));
            left -= part;
        }
        let last = parts.pop().unwrap_or_default();
        if parts.is_empty() { last } else { format!("{} and {last}", parts.join(", ")) }
    }

    /// The word of sentences: without version, tier and what stands in brackets.
    pub(crate) fn feature_word(&self) -> String {
        format!("{}{}", self.name.split('(').next().unwrap_or(self.name), self.suffix)
    }
}

/// A catalogue name, such as `PBX-Port12` or `PBX-Port12%500`.
pub(crate) fn licence(text: &str) -> Reading<Named> {
    let (name, tier) = match text.split_once('%') {
        Some((name, tier)) => (name, Some(tier)),
        None => (text, None),
    };
    for licence in CATALOGUE {
        let Some(version) = name.strip_prefix(licence.name).and_then(|rest| rest.strip_suffix(licence.suffix)) else {
            continue;
        };
        if !version.bytes().all(|byte| byte.is_ascii_digit()) {
            continue;
        }
        let version = version_of(licence, version, text)?;
        check_tier(licence, version, tier, text)?;
        let tier = tier.and_then(|tier| tier.parse().ok()).unwrap_or(0);
        return Ok(Named { licence, version, tier });
    }
    Err(unknown(text, name))
}

fn version_of(licence: &Licence, version: &str, text: &str) -> Reading<u64> {
    match (licence.versioned, version.parse::<u64>()) {
        (false, _) if version.is_empty() => Ok(0),
        (false, _) => Err(Mistake::whole(text, format!("{} has no version", licence.name), "")),
        (true, Ok(version @ 5..=99)) if !licence.name.is_empty() => Ok(version),
        (true, Ok(_)) => {
            Err(Mistake::whole(text, "there is no such version", format!("write {}", licence.written(12))))
        }
        (true, Err(_)) => {
            let advice = format!("a licence has a version: {}", licence.written(12));
            Err(Mistake::whole(text, format!("{text} is a feature"), advice))
        }
    }
}

fn check_tier(licence: &Licence, version: u64, tier: Option<&str>, text: &str) -> Reading<()> {
    let Some(tier) = tier else { return Ok(()) };
    if licence.tiers.iter().any(|known| known.to_string() == tier) {
        return Ok(());
    }
    let written = licence.written(version);
    let known: Vec<String> = licence.tiers.iter().map(|known| format!("{written}%{known}")).collect();
    let advice = if known.is_empty() { format!("write {written}") } else { known.join(", ") };
    Err(Mistake::whole(text, format!("{written} has no tier %{tier}"), advice))
}

fn unknown(text: &str, name: &str) -> Mistake {
    let names: Vec<String> = CATALOGUE.iter().map(|licence| licence.written(12)).collect();
    let advice = match nearest(name, names.iter().map(String::as_str)) {
        Some(meant) => format!("did you mean \"{meant}\"?"),
        None => "the catalogue: PBX-Port12, PBX-Standby12, PBX-SoftwarePhones12, PBX-Operator12, …".to_owned(),
    };
    Mistake::whole(text, format!("no licence of the catalogue is called \"{text}\""), advice)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        match licence(text) {
            Ok(named) => format!("{} {}", named.licence.feature_word(), named.version),
            Err(mistake) => format!("{} | {}", mistake.message, mistake.advice),
        }
    }

    #[test]
    fn names_have_versions_suffixes_and_tiers() {
        assert_eq!(read("PBX-Port12"), "PBX-Port 12");
        assert_eq!(read("PBX-Port12%500"), "PBX-Port 12");
        assert_eq!(read("PBX-Recording12-User"), "PBX-Recording-User 12");
        assert_eq!(read("PBX-App(innovaphone-pbx-conference)12"), "PBX-App 12");
        assert_eq!(read("Relay-PRIs"), "Relay-PRIs 0");
        assert_eq!(read("PBX-VoicemailUser12"), "PBX-VoicemailUser 12");
    }

    /// T36.
    #[test]
    fn installed_ports_split_into_tiers() {
        let split = |total| licence("PBX-Port12").map(|named| named.licence.split(12, total)).unwrap();
        assert_eq!(split(500), "500 PBX-Port12");
        assert_eq!(split(501), "500 PBX-Port12 and 1 PBX-Port12%500");
        assert_eq!(
            split(5001),
            "500 PBX-Port12, 500 PBX-Port12%500, 1000 PBX-Port12%1000, 3000 PBX-Port12%2000 and 1 PBX-Port12%5000"
        );
    }

    #[test]
    fn wrong_names_say_what_was_meant() {
        assert_eq!(read("PBX-Port"), "PBX-Port is a feature | a licence has a version: PBX-Port12");
        assert_eq!(
            read("PBX-SoftPhones12"),
            "no licence of the catalogue is called \"PBX-SoftPhones12\" | did you mean \"PBX-SoftwarePhones12\"?"
        );
        assert_eq!(read("PBX-Operator12%500"), "PBX-Operator12 has no tier %500 | write PBX-Operator12");
        assert_eq!(read("Relay-PRIs12"), "Relay-PRIs has no version | ");
    }
}

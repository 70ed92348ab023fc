//! Names of licences as written in a file, read against the vendor's catalogue (`simulator::licence::catalogue`).

use simulator::licence::catalogue::{CATALOGUE, Licence};

use crate::nearest::nearest;
use crate::value::{Mistake, Reading};

/// A name as written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Named {
    pub(crate) licence: &'static Licence,
    /// 0 if it has none.
    pub(crate) version: u32,
    /// Of the price: `500` of `%500`; 0 if none is written.
    pub(crate) tier: u64,
}

/// Service credits: kept in a balance beside licences (R84).
pub(crate) const CREDITS: &str = "SSC";

/// `500 PBX-Port12 and 120 PBX-Port12%500`.
pub(crate) fn split(licence: &Licence, version: u32, total: u64) -> String {
    let parts = licence.split(total).into_iter();
    let mut parts: Vec<String> =
        parts.map(|(tier, part)| format!("{part} {}", licence.written_in(version, tier))).collect();
    let last = parts.pop().unwrap_or_default();
    if parts.is_empty() { last } else { format!("{} and {last}", parts.join(", ")) }
}

/// A catalogue name, such as `PBX-Port12` or `PBX-Port12%500`.
pub(crate) fn licence(text: &str) -> Reading<Named> {
    let (name, tier) = match text.split_once('%') {
        Some((name, tier)) => (name, Some(tier)),
        None => (text, None),
    };
    for licence in &CATALOGUE {
        let Some(version) = after(name, licence).and_then(|rest| rest.strip_suffix(licence.suffix)) else {
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

/// What follows the name, which the vendor prints with a blank behind it here and there (R37).
fn after<'a>(name: &'a str, licence: &Licence) -> Option<&'a str> {
    let printed = || name.strip_prefix(licence.printed).filter(|_| !licence.printed.is_empty());
    let rest = name.strip_prefix(licence.name).or_else(printed)?;
    Some(rest.strip_prefix(' ').unwrap_or(rest))
}

fn version_of(licence: &Licence, version: &str, text: &str) -> Reading<u32> {
    match (licence.is_versioned(), version.parse::<u32>()) {
        (false, _) if version.is_empty() => Ok(0),
        (false, _) => Err(Mistake::whole(text, format!("{} has no version", licence.name), "")),
        (true, Ok(version @ 5..=99)) => Ok(version),
        (true, Ok(_)) => {
            Err(Mistake::whole(text, "there is no such version", format!("write {}", licence.written(12))))
        }
        (true, Err(_)) => {
            let advice = format!("a licence has a version: {}", licence.written(12));
            Err(Mistake::whole(text, format!("{text} is a feature"), advice))
        }
    }
}

fn check_tier(licence: &Licence, version: u32, tier: Option<&str>, text: &str) -> Reading<()> {
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
    // A21: two licences, one technical name.
    if let Some(version) = name.strip_prefix("PBX-Recording").filter(|rest| rest.parse::<u32>().is_ok()) {
        let advice = format!("write PBX-Recording{version}-Base or PBX-Recording{version}-User");
        return Mistake::whole(text, format!("{text} is two licences"), advice);
    }
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
            Ok(named) => format!("{} {}", named.licence.feature.name(), named.version),
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
        assert_eq!(read("PBX-Port 12%500"), "PBX-Port 12");
        assert_eq!(read("PBX SoftwarePhones12"), "PBX-SoftwarePhones 12");
    }

    /// T36.
    #[test]
    fn installed_ports_split_into_tiers() {
        let split = |total| split(licence("PBX-Port12").unwrap().licence, 12, total);
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
        assert_eq!(
            read("PBX-Recording12"),
            "PBX-Recording12 is two licences | write PBX-Recording12-Base or PBX-Recording12-User"
        );
        assert_eq!(read("PBX-Operator12%500"), "PBX-Operator12 has no tier %500 | write PBX-Operator12");
        assert_eq!(read("Relay-PRIs12"), "Relay-PRIs has no version | ");
    }
}

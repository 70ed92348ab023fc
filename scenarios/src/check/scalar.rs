//! One scalar against the type its key takes.

use simulator::licence::catalogue::CATALOGUE;
use simulator::licence::feature::Feature;

use crate::language::{self, CREDITS, DEVICES, FEATURES, Key, Value, Word};
use crate::nearest::{did_you_mean, either, grouped};
use crate::value::distribution::distribution;
use crate::value::duration::duration;
use crate::value::moment::{clock, date, moment};
use crate::value::number::count;
use crate::value::rate::{rate, traffic};
use crate::value::selector::{is_name, range, selector};
use crate::value::share::{amount, percent};
use crate::value::{Mistake, Reading, part};

/// Nouns of sentences: no name may be one.
const NOUNS: &[&str] = &[
    "users",
    "endpoints",
    "sign-ins",
    "refreshes",
    "calls",
    "checkouts",
    "assignments",
    "takeovers",
    "licences",
    "runs",
];

/// What names are made of, for advice.
pub(super) const NAMES: &str = "a letter a-z, then letters, digits and -";

/// How the retries of an endpoint are named, besides `after`.
pub(crate) const RETRIES: &[&str] = &["rfc5626", "innovaphone", "naive", "manual", "never"];

/// Whether `text` is a `value`; `Some(word)` if it is a word that comes later.
pub(super) fn check(value: &Value, text: &str) -> Reading<Option<&'static str>> {
    match value {
        Value::Words(words) => return words_of(words, text),
        Value::Amount => drop(amount(text)?),
        Value::Count(least, most) => counted(text, *least, *most)?,
        Value::Date => drop(date(text)?),
        Value::Distribution => drop(distribution(text)?),
        Value::Duration => drop(duration(text)?),
        Value::Feature => return feature(text),
        Value::Flag => drop(flag(text)?),
        Value::Instant => drop(moment(text)?),
        Value::Mac => mac(text)?,
        Value::Name | Value::Node | Value::Site => name(text)?,
        Value::Percent => drop(percent(text)?),
        Value::Range => drop(range(text)?),
        Value::Rate => drop(rate(text)?),
        Value::Retries => retries(text)?,
        Value::Secret => secret(text)?,
        Value::Selector => drop(selector(text)?),
        Value::Traffic => drop(traffic(text)?),
        Value::Version => drop(version(text)?),
        Value::WallClock => drop(clock(text)?),
        Value::Text => title(text)?,
        _ => {}
    }
    Ok(None)
}

fn words_of(words: &'static [Word], text: &str) -> Reading<Option<&'static str>> {
    match words.iter().find(|word| word.text == text) {
        Some(word) => Ok((!word.exists).then_some(word.text)),
        None => {
            let meant = did_you_mean(text, words.iter().map(|word| word.text));
            let existing = either(words.iter().filter(|word| word.exists).map(|word| word.text));
            let advice = if meant.is_empty() { "write one of these".to_owned() } else { meant };
            // The checker says whose words these are.
            Err(Mistake::whole(text, format!("takes {existing}, not \"{text}\""), advice))
        }
    }
}

fn counted(text: &str, least: u64, most: u64) -> Reading<()> {
    if text.len() > 18 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Mistake::whole(text, "a count of more than 18 digits", format!("at most {}", grouped(most))));
    }
    let number = count(text)?;
    if number < least {
        return Err(Mistake::whole(text, format!("{text} is too few"), format!("at least {}", grouped(least))));
    }
    if least == most && number != most {
        return Err(Mistake::whole(text, format!("{text} is not known here"), format!("write {most}")));
    }
    if number > most {
        return Err(Mistake::whole(text, format!("{text} is too many"), format!("at most {}", grouped(most))));
    }
    Ok(())
}

fn feature(text: &str) -> Reading<Option<&'static str>> {
    match Feature::named(text) {
        Some(feature) => Ok((!feature.is_simulated()).then_some(feature.name())),
        None => {
            let advice = did_you_mean(text, Feature::ALL.into_iter().map(Feature::name));
            Err(Mistake::whole(text, format!("no feature is called \"{text}\""), advice))
        }
    }
}

/// `true` or `false`, nothing else.
pub(crate) fn flag(text: &str) -> Reading<bool> {
    match text {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => {
            let advice = match text.to_ascii_lowercase().as_str() {
                "yes" | "on" | "true" => "write true",
                "no" | "off" | "false" => "write false",
                _ => "write true or false",
            };
            Err(Mistake::whole(text, format!("\"{text}\" is not a flag"), advice))
        }
    }
}

fn name(text: &str) -> Reading<()> {
    if is_name(text) {
        return Ok(());
    }
    Err(Mistake::whole(text, format!("\"{text}\" is not a name"), NAMES))
}

/// `02-00-5e-00-00-01`.
fn mac(text: &str) -> Reading<()> {
    let pairs: Vec<&str> = text.split('-').collect();
    let pair = |pair: &&str| pair.len() == 2 && pair.bytes().all(|byte| byte.is_ascii_hexdigit());
    if pairs.len() == 6 && pairs.iter().all(pair) {
        return Ok(());
    }
    Err(Mistake::whole(text, format!("\"{text}\" is not a MAC address"), "write it as 02-00-5e-00-00-01"))
}

fn retries(text: &str) -> Reading<()> {
    if RETRIES.contains(&text) {
        return Ok(());
    }
    if text.starts_with("after ") {
        return part(text, 6..text.len(), distribution).map(|_| ());
    }
    let meant = did_you_mean(text, RETRIES.iter().copied().chain(["after"]));
    let advice = if meant.is_empty() { format!("write {} or \"after 30 s..60 s\"", RETRIES.join(", ")) } else { meant };
    Err(Mistake::whole(text, format!("\"{text}\" is not a way to retry"), advice))
}

fn secret(text: &str) -> Reading<()> {
    let named = text.strip_prefix("env ").is_some_and(|name| !name.trim().is_empty());
    if named { Ok(()) } else { Err(Mistake::whole(text, "a secret does not stand in a file", "write env NAME")) }
}

/// `V12`, `V10SR12`: the version.
pub(crate) fn version(text: &str) -> Reading<u64> {
    release(text).map(|(version, _)| version)
}

/// `V12`, `V10SR12`: the version and the service release.
pub(crate) fn release(text: &str) -> Reading<(u64, u64)> {
    let wrong = || Mistake::whole(text, format!("\"{text}\" is not a version"), "write V12 or V10SR12");
    let (version, service) = match text.strip_prefix('V').ok_or_else(wrong)?.split_once("SR") {
        Some((version, service)) => (version, service),
        None => (&text[1..], "0"),
    };
    if service.is_empty() || service.len() > 4 || !service.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong());
    }
    match version.parse::<u64>() {
        Ok(number @ 5..=99) if version.bytes().all(|byte| byte.is_ascii_digit()) => {
            Ok((number, service.parse().map_err(|_| wrong())?))
        }
        _ => Err(wrong()),
    }
}

fn title(text: &str) -> Reading<()> {
    if text.chars().count() > 200 {
        return Err(Mistake::whole(text, "longer than 200 characters", ""));
    }
    Ok(())
}

/// Why a name cannot be used.
pub(super) fn reserved(name: &str) -> Option<&'static str> {
    if NOUNS.contains(&name) {
        return Some("a word of sentences");
    }
    if name == "everyone" || name.starts_with("each-") {
        return Some("a word of selectors");
    }
    if DEVICES.iter().any(|word| word.text == name) {
        return Some("a device");
    }
    if FEATURES.iter().any(|word| word.text == name) {
        return Some("a feature");
    }
    if CATALOGUE.iter().any(|licence| name.starts_with(licence.name) && language::licence(name).is_ok()) {
        return Some("a licence of the catalogue");
    }
    (name == CREDITS || Feature::named(name).is_some()).then_some("a feature of the catalogue")
}

/// The default of a key, if it is written as a word (`unlimited`, `for ever`, `none`).
pub(crate) fn default_word(key: &Key) -> Option<&'static str> {
    let scalar =
        !matches!(key.value, Value::Block(_) | Value::Entry | Value::List(_) | Value::Map(..) | Value::OneOrMore(_));
    ["unlimited", "for ever", "none"].into_iter().find(|word| scalar && *word == key.default)
}

/// The words of a value that exist, for advice.
pub(super) fn existing(value: &Value) -> String {
    match value {
        Value::Words(words) => {
            let existing: Vec<&str> = words.iter().filter(|word| word.exists).map(|word| word.text).collect();
            if existing.is_empty() { String::new() } else { format!("write {}", either(existing)) }
        }
        _ => "leave it out".to_owned(),
    }
}

/// What a type is called, with an example.
pub(crate) fn describe(value: &Value) -> String {
    match value {
        Value::Words(words) => return either(words.iter().filter(|word| word.exists).map(|word| word.text)),
        Value::Address => "an address, such as 10.0.0.5:5060",
        Value::Amount => "\"all\", a percentage or a count",
        Value::Count(..) => "a count",
        Value::Date => "a date, such as 2017-06-01",
        Value::Distribution => "a length of time, such as 3 min or 2 s..15 s",
        Value::Duration => "a duration, such as 30 s",
        Value::Feature => "a feature, such as PBX-Port",
        Value::Flag => "true or false",
        Value::Instant => "an instant, such as +10 min or 09:06",
        Value::Mac => "a MAC address, such as 02-00-5e-00-00-01",
        Value::Name => "a name",
        Value::Node => "a node",
        Value::Percent => "a percentage",
        Value::Range => "a range, such as 1..12",
        Value::Rate => "a rate, such as 260/s",
        Value::Retries => "a way to retry, such as rfc5626",
        Value::Secret => "env NAME",
        Value::Selector => "people, such as everyone or desk 1..12",
        Value::Sentence => "a sentence",
        Value::Site => "a site",
        Value::Traffic => "traffic, such as 15 E or 200/h",
        Value::Version => "a version, such as V12",
        Value::WallClock => "a time of day, such as 08:56",
        _ => "text",
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_have_service_releases() {
        assert_eq!(version("V10SR12"), Ok(10));
        assert_eq!(release("V10SR12"), Ok((10, 12)));
        assert_eq!(version("V12"), Ok(12));
        for text in ["12", "V", "V12SR", "V+12", "V12SRx"] {
            assert!(version(text).is_err(), "{text}");
        }
    }

    #[test]
    fn words_of_sentences_are_no_names() {
        for name in ["users", "everyone", "softphone", "uc", "PBX-Port", "PBX-Port12", "each-x"] {
            assert!(reserved(name).is_some(), "{name}");
        }
        assert_eq!([reserved("desk"), reserved("calling")], [None, None]);
    }
}

//! Durations: a number and a unit, to the nanosecond.

use simulator::time::Duration;

use super::number::leading;
use super::{Mistake, Reading};
use crate::nearest::either;

/// Units by word, in nanoseconds.
const UNITS: &[(&str, u64)] = &[
    ("us", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("min", 60_000_000_000),
    ("h", 3_600_000_000_000),
    ("d", 86_400_000_000_000),
];

/// Words people use instead.
const OTHERS: &[(&str, &str)] = &[
    ("sec", "s"),
    ("secs", "s"),
    ("second", "s"),
    ("seconds", "s"),
    ("m", "min"),
    ("mins", "min"),
    ("minute", "min"),
    ("minutes", "min"),
    ("hour", "h"),
    ("hours", "h"),
    ("hr", "h"),
    ("hrs", "h"),
    ("day", "d"),
    ("days", "d"),
    ("msec", "ms"),
    ("millis", "ms"),
    ("milliseconds", "ms"),
    ("usec", "us"),
    ("µs", "us"),
    ("S", "s"),
    ("H", "h"),
];

/// Longest duration: a hundred years, so that sums stay far from overflow.
const LONGEST: u64 = 100 * 366 * 86_400_000_000_000;

/// `0.5 s`, `90 min`.
pub(crate) fn duration(text: &str) -> Reading<Duration> {
    let (number, unit, at) = leading(text)?;
    if unit.is_empty() {
        return Err(unitless(text));
    }
    let Some(scale) = unit_ns(unit) else { return Err(unknown_unit(text, unit, at)) };
    match number.times(scale) {
        Some(ns) if ns <= LONGEST => Ok(Duration(ns)),
        Some(_) => Err(Mistake::whole(text, "longer than a hundred years", "")),
        None if scale > 1 && number.as_f64() * scale as f64 > LONGEST as f64 => {
            Err(Mistake::whole(text, "longer than a hundred years", ""))
        }
        None => Err(Mistake::whole(text, "finer than a nanosecond", "write fewer digits")),
    }
}

/// Nanoseconds of a unit word.
pub(crate) fn unit_ns(unit: &str) -> Option<u64> {
    UNITS.iter().find(|(word, _)| *word == unit).map(|(_, ns)| *ns)
}

/// A duration as the language writes it, in the largest unit that needs no fraction.
pub(crate) fn written(duration: Duration) -> String {
    // A single day reads better in hours.
    let least = |unit: &str, ns: u64| if unit == "d" { 2 * ns } else { ns };
    let fits = |(unit, ns): &&(&str, u64)| duration.0.is_multiple_of(*ns) && duration.0 >= least(unit, *ns);
    match UNITS.iter().rev().find(fits) {
        Some((unit, ns)) => format!("{} {unit}", duration.0 / ns),
        None if duration.0 == 0 => "0 s".to_owned(),
        None => format!("{}.{:03} us", duration.0 / 1_000, duration.0 % 1_000),
    }
}

fn unitless(text: &str) -> Mistake {
    Mistake::whole(text, format!("{text} what?"), format!("write \"{text} s\", \"{text} min\" or \"{text} h\""))
}

fn unknown_unit(text: &str, unit: &str, at: usize) -> Mistake {
    if let Some(sum) = summed(text) {
        let advice = format!("write \"{}\"", written(sum));
        return Mistake::whole(text, "a duration is one number and one unit", advice);
    }
    let meant = OTHERS.iter().find(|(word, _)| *word == unit).map(|(_, meant)| *meant);
    let advice = match meant {
        Some(meant) => format!("write \"{} {meant}\"", text[..at].trim_end()),
        None => format!("units: {}", either(UNITS.iter().map(|(word, _)| *word))),
    };
    let message = match unit.strip_prefix('/') {
        Some(_) => "a duration is needed, not a rate".to_owned(),
        None => format!("\"{unit}\" is not a unit of time"),
    };
    Mistake { at: at..text.len(), message, advice }
}

/// `1 h 30 min` as one duration.
fn summed(text: &str) -> Option<Duration> {
    let mut rest = text;
    let (mut sum, mut parts) = (0u64, 0);
    while !rest.is_empty() {
        let (number, after, _) = leading(rest).ok()?;
        let end = after.find(|c: char| !c.is_alphabetic()).unwrap_or(after.len());
        let word = &after[..end];
        let unit = OTHERS.iter().find(|(other, _)| *other == word).map_or(word, |(_, meant)| *meant);
        sum = sum.checked_add(number.times(unit_ns(unit)?)?)?;
        parts += 1;
        rest = after[end..].trim_start();
    }
    (parts > 1).then_some(Duration(sum))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> String {
        duration(text).map_or_else(|mistake| format!("{} | {}", mistake.message, mistake.advice), written)
    }

    #[test]
    fn durations_need_a_unit_and_take_a_blank() {
        assert_eq!(duration("30s"), duration("30 s"));
        assert_eq!(duration("0.5 s"), Ok(Duration::millis(500)));
        assert_eq!(message("30"), "30 what? | write \"30 s\", \"30 min\" or \"30 h\"");
        assert_eq!(message("30 seconds"), "\"seconds\" is not a unit of time | write \"30 s\"");
        assert_eq!(message("1 h 30 min"), "a duration is one number and one unit | write \"90 min\"");
        assert_eq!(message("0.0000000001 s"), "finer than a nanosecond | write fewer digits");
        assert_eq!(message("900000 d"), "longer than a hundred years | ");
        assert_eq!(
            message("2 s/h"),
            "\"s/h\" is not a unit of time | units: \"us\", \"ms\", \"s\", \"min\", \"h\" or \"d\""
        );
    }

    #[test]
    fn what_is_written_reads_back() {
        for ns in [0, 1, 1_500, 90_000_000_000, 3_600_000_000_000, 123_456_789] {
            assert_eq!(duration(&written(Duration(ns))), Ok(Duration(ns)));
        }
    }
}

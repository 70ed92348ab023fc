//! Instants as written: `+10 min`, `09:06`, `the crash end + 5 min`; clocks and dates.

use core::ops::Range;

use simulator::time::Duration;

use super::duration::duration;
use super::{Mistake, Reading, part};

/// An instant, as written.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Moment {
    /// Since the start.
    After(Duration),
    Clock(WallClock),
    /// Relative to a timeline entry.
    Event {
        /// `called` of the entry, and where it stands.
        name: String,
        at: Range<usize>,
        end: bool,
        offset: Duration,
        /// ` - D` instead of ` + D`.
        earlier: bool,
    },
}

/// A time of day, with a date or without.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct WallClock {
    pub(crate) date: Option<Date>,
    /// Seconds after midnight.
    pub(crate) seconds: u32,
}

/// Of the Gregorian calendar.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Date {
    pub(crate) year: i32,
    pub(crate) month: u8,
    pub(crate) day: u8,
}

impl Date {
    /// Days since an arbitrary day, for differences.
    pub(crate) fn days(self) -> i64 {
        // Months counted from March, so that the leap day is the last of its year.
        let year = i64::from(self.year) - i64::from(self.month < 3);
        let month = (i64::from(self.month) + 9) % 12;
        365 * year + year.div_euclid(4) - year.div_euclid(100)
            + year.div_euclid(400)
            + (153 * month + 2) / 5
            + i64::from(self.day)
    }

    fn exists(self) -> bool {
        let leap = self.year % 4 == 0 && (self.year % 100 != 0 || self.year % 400 == 0);
        let days = match self.month {
            2 => 28 + u8::from(leap),
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => 0,
        };
        (1..=days).contains(&self.day)
    }
}

/// An instant.
pub(crate) fn moment(text: &str) -> Reading<Moment> {
    if text.starts_with('+') {
        return part(text, 1..text.len(), duration).map(Moment::After);
    }
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return if text.contains(':') || text.contains('-') {
            clock(text).map(Moment::Clock)
        } else {
            Err(Mistake::whole(text, "an instant is needed", format!("write \"+{text}\" or a clock, such as 09:06")))
        };
    }
    event(text)
}

/// `09:06`, `09:06:30`, `2017-06-01 09:06`.
pub(crate) fn clock(text: &str) -> Reading<WallClock> {
    let (day, time, at) = match text.split_once(' ') {
        Some((day, time)) => (Some(date(day)?), time, day.len() + 1),
        None => (None, text, 0),
    };
    let wrong = || Mistake {
        at: at..text.len(),
        message: format!("\"{time}\" is not a time of day"),
        advice: "write HH:MM or HH:MM:SS, such as 09:06".to_owned(),
    };
    let fields: Option<Vec<u32>> = time.split(':').map(two_digits).collect();
    match fields.as_deref() {
        Some([h @ 0..24, m @ 0..60]) => Ok(WallClock { date: day, seconds: h * 3600 + m * 60 }),
        Some([h @ 0..24, m @ 0..60, s @ 0..60]) => Ok(WallClock { date: day, seconds: h * 3600 + m * 60 + s }),
        _ => Err(wrong()),
    }
}

/// `2017-06-01`.
pub(crate) fn date(text: &str) -> Reading<Date> {
    let wrong =
        || Mistake::whole(text, format!("\"{text}\" is not a date"), "write year-month-day, such as 2017-06-01");
    let mut fields = text.split('-');
    let (Some(year), Some(month), Some(day), None) = (fields.next(), fields.next(), fields.next(), fields.next())
    else {
        return Err(wrong());
    };
    let number = |field: &str, length: usize| {
        (field.len() == length && field.bytes().all(|byte| byte.is_ascii_digit())).then(|| field.parse::<u16>().ok())?
    };
    let (Some(year), Some(month), Some(day)) = (number(year, 4), number(month, 2), number(day, 2)) else {
        return Err(wrong());
    };
    let narrow = |field: u16| u8::try_from(field).unwrap_or(0);
    let date = Date { year: i32::from(year), month: narrow(month), day: narrow(day) };
    if date.exists() { Ok(date) } else { Err(wrong()) }
}

fn two_digits(field: &str) -> Option<u32> {
    (field.len() == 2 && field.bytes().all(|byte| byte.is_ascii_digit())).then(|| field.parse().ok())?
}

fn event(text: &str) -> Reading<Moment> {
    let split = [" + ", " - "].into_iter().filter_map(|sign| text.rfind(sign).map(|at| (at, sign))).max();
    let (name, offset, earlier) = match split {
        Some((at, sign)) => (&text[..at], part(text, at + 3..text.len(), duration)?, sign == " - "),
        None => (text, Duration::ZERO, false),
    };
    let name = name.trim_end();
    let (name, end) = match name.strip_suffix(" end") {
        Some(name) => (name.trim_end(), true),
        None => (name, false),
    };
    if name.is_empty() || !name.starts_with(char::is_alphabetic) {
        let advice = "write \"+10 min\", \"09:06\" or the name of an event";
        return Err(Mistake::whole(text, format!("\"{text}\" is not an instant"), advice));
    }
    Ok(Moment::Event { name: name.to_owned(), at: 0..name.len(), end, offset, earlier })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_offsets_clocks_or_events() {
        assert_eq!(moment("+10 min"), Ok(Moment::After(Duration::seconds(600))));
        assert_eq!(moment("09:06:30"), Ok(Moment::Clock(WallClock { date: None, seconds: 32_790 })));
        let event = |name: &str, end, seconds, earlier| {
            Ok(Moment::Event {
                name: name.to_owned(),
                at: 0..name.len(),
                end,
                offset: Duration::seconds(seconds),
                earlier,
            })
        };
        assert_eq!(moment("the crash"), event("the crash", false, 0, false));
        assert_eq!(moment("the crash end + 5 min"), event("the crash", true, 300, false));
        assert_eq!(moment("power-on - 1 s"), event("power-on", false, 1, true));
    }

    #[test]
    fn what_is_no_instant_says_so() {
        for text in ["10:60", "24:00", "9:06", "30", "+30", "2017-02-29 08:00", "2017-6-1 08:00", "%"] {
            assert!(moment(text).is_err(), "{text}");
        }
    }

    #[test]
    fn days_between_dates() {
        let days = |text: &str| date(text).map(Date::days).unwrap();
        assert_eq!(days("2017-03-01") - days("2017-02-28"), 1);
        assert_eq!(days("2016-03-01") - days("2016-02-28"), 2);
        assert_eq!(days("2018-01-01") - days("2017-01-01"), 365);
    }
}

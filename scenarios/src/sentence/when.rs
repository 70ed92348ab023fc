//! `when`: windows and instants, resolved to nanoseconds since the start.

use reports::expectation::When;

use super::cursor::Cursor;
use super::error::{SentenceError, Span, quoted};
use super::names::{Named, Names, OccasionName};
use super::value::{duration_text, instant_text};

/// A `when` and the words it was written with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Written {
    /// What it means.
    pub(super) when: When,
    /// Where it stands.
    pub(super) span: Span,
}

impl Written {
    /// Whether it names one instant.
    pub(super) fn is_instant(&self) -> bool {
        matches!(self.when, When::At(_))
    }

    /// The window without its part in the warm-up, for percentages, times, ratios and means.
    pub(super) fn after_warm_up(self, names: &Names) -> Result<When, SentenceError> {
        let When::Between { from_ns, to_ns } = self.when else { return Ok(self.when) };
        if names.warm_up_ns > 0 && to_ns <= names.warm_up_ns {
            let advice = "percentages, times, ratios and means leave the warm-up out: choose a later window";
            let message = format!("this window lies within the warm-up ({})", duration_text(names.warm_up_ns));
            return Err(SentenceError::new(self.span, message, advice));
        }
        Ok(When::Between { from_ns: from_ns.max(names.warm_up_ns), to_ns })
    }
}

impl Cursor<'_> {
    /// Takes a `when`, if one comes next.
    pub(super) fn when(&mut self) -> Result<Written, SentenceError> {
        let mark = self.mark();
        let when = if self.take("during") {
            self.during(mark)?
        } else if self.take("before") {
            let at_ns = self.event_instant()?;
            self.window(mark, 0, at_ns)?
        } else if self.take("after") {
            let at_ns = self.event_instant()?;
            self.window(mark, at_ns, self.names.lasts_ns)?
        } else if self.take("from") {
            let from_ns = self.instant()?;
            self.expect("to")?;
            let to_ns = self.instant()?;
            self.window(mark, from_ns, to_ns)?
        } else if self.is_at("at the end") && !self.at_event_called_the_end() {
            self.skip(3);
            When::At(self.names.lasts_ns)
        } else if self.take("at") {
            When::At(self.instant()?)
        } else {
            return Ok(Written { when: When::Whole, span: self.here() });
        };
        Ok(Written { when, span: self.since(mark) })
    }

    /// Names win over words, even over these.
    fn at_event_called_the_end(&self) -> bool {
        let behind_at = self.rest().get(1..).unwrap_or_default();
        matches!(self.names.longest(behind_at), Some((_, Named::Occasion(..))))
    }

    fn during(&mut self, mark: usize) -> Result<When, SentenceError> {
        let (_, occasion) = self.occasion()?;
        let Some(until_ns) = occasion.until_ns else { return Err(no_extent(self.since(mark), occasion)) };
        self.window(mark, occasion.at_ns, until_ns.min(self.names.lasts_ns))
    }

    fn event_instant(&mut self) -> Result<u64, SentenceError> {
        let mark = self.mark();
        let (_, occasion) = self.occasion()?;
        if self.is_at("end") || self.peek().starts_with(['+', '-']) {
            let message = "\"before\" and \"after\" take an event, not an instant";
            let advice = "write \"from\" an instant \"to\" an instant";
            return Err(SentenceError::new(self.here(), message, advice));
        }
        self.within_run(mark, i128::from(occasion.at_ns))
    }

    fn window(&self, mark: usize, from_ns: u64, to_ns: u64) -> Result<When, SentenceError> {
        if from_ns >= to_ns {
            let message =
                format!("this window is empty: it would go from {} to {}", instant_text(from_ns), instant_text(to_ns));
            return Err(SentenceError::new(self.since(mark), message, "a window begins before it ends"));
        }
        Ok(When::Between { from_ns, to_ns })
    }

    /// Takes an instant: `+10 min`, `09:06`, `2017-06-01 09:06`, `the crash + 5 min`, `the cut end`.
    fn instant(&mut self) -> Result<u64, SentenceError> {
        let mark = self.mark();
        if matches!(self.named(), Some((_, Named::Occasion(..)))) {
            return self.instant_of_event();
        }
        let word = self.peek();
        if word.starts_with('+') {
            let ns = self.signed_duration()?;
            return self.within_run(mark, ns);
        }
        if is_date(word) {
            return self.dated_instant();
        }
        if word.contains(':') && word.starts_with(|letter: char| letter.is_ascii_digit()) {
            let seconds = self.clock()?;
            let wait = (86_400 + seconds - i128::from(self.names.starts_s % 86_400)) % 86_400;
            return self.within_run(mark, wait * SECOND);
        }
        Err(self.not_an_instant())
    }

    fn not_an_instant(&self) -> SentenceError {
        let word = self.peek();
        if let Some((count, Named::Node(node))) = self.named() {
            let message = format!("\"{node}\" is a node, not an instant");
            let advice = format!("\"at {node}\" stands behind the subject, before \"are\" or \"is\"");
            return SentenceError::new(self.span_of(count), message, advice);
        }
        if self.is_number() {
            let message = format!("{} is not an instant", quoted(word));
            let advice = "write \"+10 min\" (since the start), \"09:06\" or \"EVENT + 5 min\"";
            return SentenceError::new(self.here(), message, advice);
        }
        if self.is_at("the start") {
            return SentenceError::new(self.span_of(2), "no event is called \"the start\"", "write \"+0 s\"");
        }
        if self.is_at("the end") {
            let advice = "write \"after EVENT\", or the length of the run: \"to +30 min\"";
            return SentenceError::new(self.span_of(2), "\"the end\" stands only behind \"at\"", advice);
        }
        self.no_occasion()
    }

    fn instant_of_event(&mut self) -> Result<u64, SentenceError> {
        let mark = self.mark();
        let (_, occasion) = self.occasion()?;
        let mut ns = i128::from(occasion.at_ns);
        if self.take("end") {
            let Some(until_ns) = occasion.until_ns else { return Err(no_extent(self.since(mark), occasion)) };
            ns = i128::from(until_ns);
        }
        if self.peek().starts_with(['+', '-']) {
            ns += self.signed_duration()?;
        }
        self.within_run(mark, ns)
    }

    /// `+ 5 min`, `+5 min`, `- 5 min`.
    fn signed_duration(&mut self) -> Result<i128, SentenceError> {
        let is_minus = self.peek().starts_with('-');
        let value = if self.peek().len() == 1 {
            self.skip(1);
            self.value()?
        } else {
            self.value_from(1)?
        };
        let ns = i128::from(value.ns()?);
        Ok(if is_minus { -ns } else { ns })
    }

    fn dated_instant(&mut self) -> Result<u64, SentenceError> {
        let mark = self.mark();
        let day = date_days(self.peek());
        let Some(day) = day else {
            let message = format!("{} is not a date", quoted(self.peek()));
            return Err(SentenceError::new(self.here(), message, "write year-month-day: 2017-06-01"));
        };
        let Some((year, month, date)) = self.names.date else {
            let advice = "give the start a date: \"starts: 2017-06-01 08:56\"";
            return Err(SentenceError::new(self.here(), "this run has no date", advice));
        };
        self.skip(1);
        let days = i128::from(day - days_from_civil(i64::from(year), month.into(), date.into()));
        let seconds = days * 86_400 + self.clock()? - i128::from(self.names.starts_s);
        self.within_run(mark, seconds * SECOND)
    }

    /// Seconds after midnight.
    fn clock(&mut self) -> Result<i128, SentenceError> {
        let word = self.peek();
        let parts: Vec<&str> = word.splitn(4, ':').collect();
        let number = |index: usize, below: i128| -> Option<i128> {
            let part = parts.get(index).copied().unwrap_or("00");
            let is_plain = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
            part.parse().ok().filter(|value| is_plain && *value < below)
        };
        match (parts.len(), number(0, 24), number(1, 60), number(2, 60)) {
            (2 | 3, Some(hours), Some(minutes), Some(seconds)) => {
                self.skip(1);
                Ok(hours * 3_600 + minutes * 60 + seconds)
            }
            _ if self.is_done() => Err(self.broken("a clock (09:06)", [])),
            _ => {
                let message = format!("{} is not a time of day", quoted(word));
                Err(SentenceError::new(self.here(), message, "write two digits each: 09:06 or 09:06:30"))
            }
        }
    }

    fn within_run(&self, mark: usize, ns: i128) -> Result<u64, SentenceError> {
        match u64::try_from(ns) {
            Ok(ns) if ns <= self.names.lasts_ns => Ok(ns),
            _ => {
                let begin = clock_text(self.names, 0);
                let end = clock_text(self.names, self.names.lasts_ns);
                let length = duration_text(self.names.lasts_ns);
                let advice = format!("the run goes from {begin} to {end} ({length})");
                Err(SentenceError::new(self.since(mark), "this is outside the run", advice))
            }
        }
    }
}

fn no_extent(span: Span, occasion: &OccasionName) -> SentenceError {
    let message = format!("\"{}\" is over at once: it has no end", occasion.name);
    SentenceError::new(span, message, "give it \"for\" or \"over\", or write from … to …")
}

fn clock_text(names: &Names, ns: u64) -> String {
    let seconds = (u64::from(names.starts_s) + ns / 1_000_000_000) % 86_400;
    let (hours, minutes, rest) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if rest == 0 { format!("{hours:02}:{minutes:02}") } else { format!("{hours:02}:{minutes:02}:{rest:02}") }
}

/// Whether a word looks like a date at all.
fn is_date(word: &str) -> bool {
    word.len() > 4
        && word.is_char_boundary(4)
        && word[..4].bytes().all(|byte| byte.is_ascii_digit())
        && word[4..].starts_with('-')
}

fn date_days(word: &str) -> Option<i64> {
    let parts: Vec<&str> = word.splitn(4, '-').collect();
    let [year, month, day] = parts.as_slice() else { return None };
    if (year.len(), month.len(), day.len()) != (4, 2, 2) {
        return None;
    }
    let (year, month, day): (i64, i64, i64) = (year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
    let is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let longest = match month {
        2 => 28 + i64::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    let is_real = (1..=12).contains(&month) && (1..=longest).contains(&day);
    is_real.then(|| days_from_civil(year, month, day))
}

/// Days since 1970-01-01 in the Gregorian calendar (Hinnant, "chrono-compatible low-level date algorithms").
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

const SECOND: i128 = 1_000_000_000;

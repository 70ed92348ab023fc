//! Numbers with their units, read exactly: 0.1% is 1,000,000 parts per billion, not nearly so.

use super::cursor::Cursor;
use super::error::{SentenceError, Span, nearest, quoted};

/// A plain decimal number, digit by digit.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Number {
    digits: u128,
    decimals: u32,
}

/// What stands behind a number.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Unit {
    Bare,
    Percent,
    /// Nanoseconds in one.
    Time(u64),
    /// Nanoseconds in which so many happen.
    Rate(u64),
}

/// A number and its unit, as written.
#[derive(Clone, Debug)]
pub(super) struct Value {
    number: Number,
    unit: Unit,
    /// The digits alone.
    text: String,
    /// Number and unit.
    pub(super) span: Span,
}

impl Value {
    /// Whether it is a percentage.
    pub(super) fn is_percent(&self) -> bool {
        self.unit == Unit::Percent
    }

    /// A percentage, in parts per billion.
    pub(super) fn ppb(&self) -> Result<u64, SentenceError> {
        if !self.is_percent() {
            return Err(self.wrong_unit(&format!("write \"{}%\"", self.text)));
        }
        self.scaled(PPB_OF_PERCENT, "has more than 7 decimals", "write fewer decimals")
    }

    /// A percentage of something there is: at most 100%.
    pub(super) fn share_ppb(&self) -> Result<u64, SentenceError> {
        let ppb = self.ppb()?;
        if ppb > 100 * PPB_OF_PERCENT {
            let message = format!("{}% is more than all", self.text);
            return Err(SentenceError::new(self.span, message, "a share is at most 100%"));
        }
        Ok(ppb)
    }

    /// A duration, in nanoseconds.
    pub(super) fn ns(&self) -> Result<u64, SentenceError> {
        let Unit::Time(factor) = self.unit else {
            let text = &self.text;
            return Err(self.wrong_unit(&format!("write \"{text} ms\", \"{text} s\" or \"{text} min\"")));
        };
        self.scaled(factor, "is not a whole number of nanoseconds", "write fewer decimals")
    }

    /// A rate, per second.
    pub(super) fn per_second(&self) -> Result<f64, SentenceError> {
        let Unit::Rate(every) = self.unit else {
            let text = &self.text;
            return Err(self.wrong_unit(&format!("write \"{text}/s\", \"{text}/min\" or \"{text}/h\"")));
        };
        Ok(self.as_f64() * (SECOND as f64 / every as f64))
    }

    /// A whole number without a unit.
    pub(super) fn count(&self) -> Result<u64, SentenceError> {
        self.plain()?;
        self.scaled(1, "is not a whole number", "counts are whole numbers")
    }

    /// A number without a unit.
    pub(super) fn plain(&self) -> Result<f64, SentenceError> {
        if self.unit != Unit::Bare {
            let advice = format!("write \"{}\" without a unit", self.text);
            return Err(SentenceError::new(self.span, "this is a count, and counts are bare numbers", advice));
        }
        Ok(self.as_f64())
    }

    /// The percentage as a ratio of 1.
    pub(super) fn ratio(&self) -> Result<f64, SentenceError> {
        if self.unit == Unit::Bare {
            let number = self.as_f64();
            let advice = if number < 1.0 && number > 0.0 {
                let percent = format!("{:.5}", number * 100.0);
                format!(
                    "write \"{}%\", or \"{}%\" if that is meant",
                    percent.trim_end_matches('0').trim_end_matches('.'),
                    self.text
                )
            } else {
                format!("write \"{}%\"", self.text)
            };
            return Err(self.wrong_unit(&advice));
        }
        Ok(self.ppb()? as f64 / 1e9)
    }

    fn as_f64(&self) -> f64 {
        self.text.parse().unwrap_or(0.0)
    }

    fn wrong_unit(&self, advice: &str) -> SentenceError {
        let message = match self.unit {
            Unit::Bare => format!("{} what?", self.text),
            Unit::Percent => "a percentage does not fit here".to_owned(),
            Unit::Time(_) => "a duration does not fit here".to_owned(),
            Unit::Rate(_) => "a rate does not fit here".to_owned(),
        };
        SentenceError::new(self.span, message, advice)
    }

    fn scaled(&self, factor: u64, cause: &str, advice: &str) -> Result<u64, SentenceError> {
        let whole = 10_u128.pow(self.number.decimals);
        let Some(product) = self.number.digits.checked_mul(u128::from(factor)) else { return Err(self.too_large()) };
        if product % whole != 0 {
            return Err(SentenceError::new(self.span, format!("{} {cause}", quoted(&self.text)), advice));
        }
        u64::try_from(product / whole).map_err(|_| self.too_large())
    }

    fn too_large(&self) -> SentenceError {
        SentenceError::new(self.span, format!("{} is too large", quoted(&self.text)), "write a smaller number")
    }
}

impl<'t> Cursor<'t> {
    /// Whether a number comes next.
    pub(super) fn is_number(&self) -> bool {
        let mut bytes = self.peek().bytes();
        let first = bytes.next();
        let first = if matches!(first, Some(b'-' | b'+' | b'.')) { bytes.next() } else { first };
        first.is_some_and(|byte| byte.is_ascii_digit())
    }

    /// Takes a number and its unit, if one stands behind it, whether attached or one word on.
    pub(super) fn value(&mut self) -> Result<Value, SentenceError> {
        self.value_from(0)
    }

    /// As [`Cursor::value`], leaving out the first bytes of the word: a sign that was read already.
    pub(super) fn value_from(&mut self, skipped: usize) -> Result<Value, SentenceError> {
        let mark = self.mark();
        let word = self.peek().get(skipped..).unwrap_or_default();
        let end = word.find(|letter: char| !NUMERIC.contains(letter)).unwrap_or(word.len());
        let (text, unit) = word.split_at(end);
        if !text.starts_with(|letter: char| letter.is_ascii_digit()) {
            return Err(if word.starts_with(['.', '-', '+']) && text.len() + unit.len() > 1 {
                not_plain(self.here(), word, text)
            } else {
                self.broken("a number", [])
            });
        }
        let number = plain_number(text, unit).ok_or_else(|| not_plain(self.here(), word, text))?;
        self.skip(1);
        let unit = if unit.is_empty() { self.separate_unit(text)? } else { self.attached_unit(mark, text, unit)? };
        Ok(Value { number, unit, text: text.to_owned(), span: self.since(mark) })
    }

    fn attached_unit(&self, mark: usize, number: &str, unit: &str) -> Result<Unit, SentenceError> {
        unit_named(unit).ok_or_else(|| no_unit(self.since(mark), number, unit))
    }

    /// The unit one word on. A name that is spelt like a unit stays a name.
    fn separate_unit(&mut self, number: &str) -> Result<Unit, SentenceError> {
        let word = self.peek();
        if self.named().is_some() {
            return Ok(Unit::Bare);
        }
        if let Some(unit) = unit_named(word) {
            self.skip(1);
            return Ok(unit);
        }
        match spelt_out(word) {
            Some(_) => Err(no_unit(self.here(), number, word)),
            None => Ok(Unit::Bare),
        }
    }
}

fn unit_named(word: &str) -> Option<Unit> {
    let time = |word: &str| TIME_UNITS.iter().find(|(name, _)| *name == word).map(|(_, ns)| *ns);
    match word.strip_prefix('/') {
        Some(per) => time(per).filter(|ns| *ns >= SECOND).map(Unit::Rate),
        None if word == "%" => Some(Unit::Percent),
        None => time(word).map(Unit::Time),
    }
}

/// The unit somebody means who writes it out.
fn spelt_out(word: &str) -> Option<&'static str> {
    SPELT_OUT.iter().find(|(written, _)| *written == word).map(|(_, unit)| *unit)
}

fn no_unit(span: Span, number: &str, unit: &str) -> SentenceError {
    let names = TIME_UNITS.map(|(name, _)| name);
    let advice = match spelt_out(unit).or_else(|| nearest(unit, names)) {
        Some(unit) if unit.starts_with(['%', '/']) => format!("write \"{number}{unit}\""),
        Some(unit) => format!("write \"{number} {unit}\""),
        None => format!("units are {}, % and /s", names.join(", ")),
    };
    SentenceError::new(span, format!("no unit is called {}", quoted(unit)), advice)
}

/// Plain decimal digits: no blanks, signs, exponents, or zeros in front.
fn plain_number(text: &str, behind: &str) -> Option<Number> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_based = behind.starts_with(['e', 'E', 'x', 'X']) && behind[1..].starts_with(|c: char| c.is_ascii_hexdigit());
    if !digits(whole) || !digits(fraction) || is_based || (whole.len() > 1 && whole.starts_with('0')) {
        return None;
    }
    let fraction = fraction.trim_end_matches('0');
    let digits = format!("{whole}{fraction}");
    if digits.len() > MOST_DIGITS {
        return None;
    }
    Some(Number { digits: digits.parse().ok()?, decimals: u32::try_from(fraction.len()).ok()? })
}

fn not_plain(span: Span, word: &str, text: &str) -> SentenceError {
    let cleaned: String = text.chars().filter(char::is_ascii_digit).collect();
    let cleaned = cleaned.trim_start_matches('0');
    let message = format!("{} is not a number in plain decimal digits", quoted(word));
    let is_whole = text == word && !text.contains('.') && !cleaned.is_empty();
    let advice = match is_whole && cleaned.len() <= MOST_DIGITS {
        true => format!("write \"{cleaned}\""),
        false => "write digits, and a dot before decimals: 0.5".to_owned(),
    };
    SentenceError::new(span, message, advice)
}

/// A duration in its largest unit that keeps it whole, from seconds on: `90 s`, `2 min`, `2.5 s`.
pub(super) fn duration_text(ns: u64) -> String {
    let fits = |&&(_, unit): &&(&str, u64)| ns >= unit && ns.is_multiple_of(unit);
    let is_fraction = ns > SECOND && !ns.is_multiple_of(SECOND);
    match TIME_UNITS.iter().rev().find(fits) {
        _ if is_fraction => format!("{} s", ns as f64 / SECOND as f64),
        Some((name, unit)) => format!("{} {name}", ns / unit),
        None if ns == 0 => "0 s".to_owned(),
        None => format!("{} us", ns as f64 / 1e3),
    }
}

/// An instant, counted from the start: `+10 min`, `+2:00:01`.
pub(super) fn instant_text(ns: u64) -> String {
    let (hours, rest) = (ns / (3_600 * SECOND), ns % (3_600 * SECOND));
    if ns == 0 {
        "the start".to_owned()
    } else if ns < 600 * SECOND || ns.is_multiple_of(60 * SECOND) || !ns.is_multiple_of(SECOND) {
        format!("+{}", duration_text(ns))
    } else {
        format!("+{hours}:{:02}:{:02}", rest / (60 * SECOND), rest / SECOND % 60)
    }
}

/// Parts per billion as a percentage.
pub(super) fn percent_text(ppb: u64) -> String {
    format!("{}%", ppb as f64 / PPB_OF_PERCENT as f64)
}

const SECOND: u64 = 1_000_000_000;
const PPB_OF_PERCENT: u64 = 10_000_000;
/// 10^29 · 86,400·10^9 still fits 128 bits.
const MOST_DIGITS: usize = 24;
/// Characters that a number may be meant with.
const NUMERIC: &str = "0123456789.,_";

/// Units of time and their nanoseconds.
const TIME_UNITS: [(&str, u64); 6] = [
    ("us", 1_000),
    ("ms", 1_000_000),
    ("s", SECOND),
    ("min", 60 * SECOND),
    ("h", 3_600 * SECOND),
    ("d", 86_400 * SECOND),
];

/// Units as people write them who do not know the language yet.
const SPELT_OUT: [(&str, &str); 24] = [
    ("sec", "s"),
    ("secs", "s"),
    ("second", "s"),
    ("seconds", "s"),
    ("S", "s"),
    ("m", "min"),
    ("mins", "min"),
    ("minute", "min"),
    ("minutes", "min"),
    ("hr", "h"),
    ("hrs", "h"),
    ("hour", "h"),
    ("hours", "h"),
    ("day", "d"),
    ("days", "d"),
    ("msec", "ms"),
    ("millisecond", "ms"),
    ("milliseconds", "ms"),
    ("µs", "us"),
    ("usec", "us"),
    ("microseconds", "us"),
    ("percent", "%"),
    ("rps", "/s"),
    ("/sec", "/s"),
];

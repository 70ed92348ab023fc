//! Plain decimal numbers, exact.

use super::{Mistake, Reading};

/// `mantissa` / 10^`digits`.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Decimal {
    pub(crate) mantissa: u64,
    /// At most 15.
    pub(crate) digits: u32,
}

impl Decimal {
    /// `self * unit` if that is a whole number in range.
    pub(crate) fn times(self, unit: u64) -> Option<u64> {
        let product = u128::from(self.mantissa) * u128::from(unit);
        let power = 10u128.pow(self.digits);
        product.is_multiple_of(power).then(|| u64::try_from(product / power).ok()).flatten()
    }

    /// 10^`digits`.
    pub(crate) fn power(self) -> u64 {
        10u64.pow(self.digits)
    }

    /// As a floating-point number, for formulas only.
    pub(crate) fn as_f64(self) -> f64 {
        self.mantissa as f64 / self.power() as f64
    }
}

/// A number at the start of `text`, and what follows it without the blank between.
pub(crate) fn leading(text: &str) -> Reading<(Decimal, &str, usize)> {
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    // `2..5`: the number ends where the dots begin.
    let end = text[..end].find("..").unwrap_or(end);
    let (digits, rest) = text.split_at(end);
    refuse_foreign(text, digits, rest)?;
    let decimal = decimal(digits).ok_or_else(|| unreadable(text, digits))?;
    let after = rest.trim_start();
    Ok((decimal, after, text.len() - after.len()))
}

/// A count: digits only.
pub(crate) fn count(text: &str) -> Reading<u64> {
    let (number, rest, _) = leading(text).map_err(|mut mistake| {
        if !text.starts_with(|c: char| c.is_ascii_digit()) && !text.starts_with(['+', '-', '.', '~']) {
            mistake.message = format!("a count is needed, not \"{text}\"");
        }
        mistake
    })?;
    if !rest.is_empty() {
        return Err(Mistake::whole(text, format!("a count has no unit: \"{text}\""), "write digits only"));
    }
    if number.digits > 0 {
        return Err(Mistake::whole(text, format!("a count is a whole number, not {text}"), "write digits only"));
    }
    Ok(number.mantissa)
}

/// Digits of a number in all.
const MOST_DIGITS: usize = 18;

fn decimal(digits: &str) -> Option<Decimal> {
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let written = whole.len() + fraction.len();
    let long = written > MOST_DIGITS || fraction.len() > 15;
    if whole.is_empty() || fraction.contains('.') || digits.ends_with('.') || long {
        return None;
    }
    let mantissa = format!("{whole}{fraction}").parse().ok()?;
    let digits = u32::try_from(fraction.len()).ok()?;
    Some(Decimal { mantissa, digits })
}

/// Spellings other readers of YAML would take for numbers.
fn refuse_foreign(text: &str, digits: &str, rest: &str) -> Reading<()> {
    let exponent = rest
        .strip_prefix(['e', 'E'])
        .is_some_and(|power| power.trim_start_matches(['+', '-']).starts_with(|c: char| c.is_ascii_digit()));
    let zeros = digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.");
    let foreign = rest.starts_with('_') || rest.starts_with(['x', 'X']) || exponent || zeros || text == "~";
    if foreign || text.starts_with(".inf") || text.starts_with(".nan") {
        return Err(Mistake::whole(text, format!("\"{text}\" is not a plain number"), plainly(text)));
    }
    if text.starts_with('-') {
        return Err(wrong(text, "nothing here can be negative"));
    }
    if digits.is_empty() {
        let message =
            if text.is_empty() { "a number is missing here" } else { &format!("a number is needed, not \"{text}\"") };
        return Err(wrong(text, message));
    }
    if rest.strip_prefix(',').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) {
        return Err(comma(text));
    }
    Ok(())
}

/// The same without underscores and leading zeros, if that is a number.
fn plainly(text: &str) -> String {
    let without = text.replace('_', "");
    let plain = without.trim_start_matches('0');
    let rest = plain.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    if plain.starts_with(|c: char| c.is_ascii_digit()) && !rest.starts_with(['x', 'X', 'e', 'E']) {
        return format!("write \"{plain}\"");
    }
    "write plain decimal digits".to_owned()
}

/// `1,5 h`, or `1,000`.
fn comma(text: &str) -> Mistake {
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == ',' || c == '.')).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let dotted = number.replacen(',', ".", 1);
    let thousands = number.split(',').skip(1).all(|group| group.len() == 3);
    let advice = match (thousands, dotted.contains(',')) {
        (true, true) => format!("write \"{}{unit}\"", number.replace(',', "")),
        (true, false) => format!("write \"{}{unit}\", or \"{dotted}{unit}\" if that is meant", number.replace(',', "")),
        (false, false) => format!("write \"{dotted}{unit}\""),
        (false, true) => "write plain decimal digits".to_owned(),
    };
    Mistake { at: 0..end, message: "a number has no comma".to_owned(), advice }
}

fn unreadable(text: &str, digits: &str) -> Mistake {
    let count = digits.bytes().filter(u8::is_ascii_digit).count();
    if count > 15 && digits.bytes().filter(|byte| *byte == b'.').count() <= 1 {
        let at = 0..digits.len();
        return Mistake {
            at,
            message: format!("a number of {count} digits"),
            advice: "at most 18, and 15 of them behind the dot".to_owned(),
        };
    }
    wrong(text, &format!("\"{digits}\" is not a number"))
}

fn wrong(text: &str, message: &str) -> Mistake {
    Mistake::whole(text, message, "write plain decimal digits")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact() {
        assert_eq!(leading("0.5 s"), Ok((Decimal { mantissa: 5, digits: 1 }, "s", 4)));
        assert_eq!(leading("17.505E").map(|(number, rest, _)| (number.times(1000), rest)), Ok((Some(17505), "E")));
        assert_eq!(leading("2..5").map(|(number, rest, _)| (number.mantissa, rest)), Ok((2, "..5")));
    }

    #[test]
    fn the_plain_number_is_offered() {
        let advice = |text| count(text).map_or_else(|mistake| mistake.advice, |number| number.to_string());
        assert_eq!(advice("1_000"), "write \"1000\"");
        assert_eq!(advice("010"), "write \"10\"");
        assert_eq!(advice("0x10"), "write plain decimal digits");
        assert_eq!(advice("1e3"), "write plain decimal digits");
        assert_eq!(advice("1,5"), "write \"1.5\"");
        assert_eq!(advice("1,000"), "write \"1000\", or \"1.000\" if that is meant");
        assert_eq!(advice("1,000,000"), "write \"1000000\"");
        let said = leading("1,5 h").map(|_| ()).map_err(|mistake| (mistake.at, mistake.advice));
        assert_eq!(said, Err((0..3, "write \"1.5 h\"".to_owned())));
    }

    #[test]
    fn spellings_of_other_readers_are_refused() {
        for text in ["1_000", "010", "0x10", "~", ".inf", "1e3", "-3", "+3", "", "1.", ".5", "99999999999999999999"] {
            assert!(count(text).is_err(), "{text}");
        }
        assert_eq!(count("0"), Ok(0));
    }
}

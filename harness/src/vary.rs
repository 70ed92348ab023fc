//! What is varied: `PATH=700..800 step 5`, `PATH=1 s..5 s step 500 ms`, `PATH=2, 3, 5`.

use crate::complaint::Complaint;

/// A path with the values it takes, in their order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Axis {
    /// As `--set` has it.
    pub(crate) path: String,
    /// As a file would have them.
    pub(crate) values: Vec<String>,
}

impl Axis {
    /// Reads one `--vary`.
    pub(crate) fn read(typed: &str) -> Result<Self, Complaint> {
        let wrong =
            |message: String, advice: &str| Err(Complaint::wrong(format!("--vary '{typed}': {message}")).hint(advice));
        let Some((path, range)) = typed.split_once('=') else {
            return wrong("no values".to_owned(), "write --vary 'PATH=700..800 step 5', or 'PATH=2, 3, 5'");
        };
        let (path, range) = (path.trim(), range.trim());
        if path.is_empty() {
            return wrong("no path".to_owned(), "write --vary 'PATH=700..800 step 5'");
        }
        match values(range) {
            Ok(values) => Ok(Self { path: path.to_owned(), values }),
            Err((message, advice)) => wrong(message, advice),
        }
    }

    /// One of its values as `--set` has it.
    pub(crate) fn set(&self, place: usize) -> String {
        format!("{}={}", self.path, self.values[place])
    }
}

type Mistake = (String, &'static str);

fn values(range: &str) -> Result<Vec<String>, Mistake> {
    let Some((first, rest)) = range.split_once("..") else { return listed(range) };
    let (last, step) = match rest.split_once("step") {
        Some((last, step)) => (last.trim(), Some(step.trim())),
        None => (rest.trim(), None),
    };
    let [first, last] = [Number::read(first.trim())?, Number::read(last)?];
    let step = match step {
        Some(step) => Number::read(step)?,
        None if first.decimals == 0 && last.decimals == 0 => Number { digits: 1, decimals: 0, unit: String::new() },
        None => return Err(("broken numbers need a step".to_owned(), "write 0.5..2 step 0.25")),
    };
    let numbers = [first, last, step];
    let mut units = numbers.iter().map(|number| number.unit.clone()).filter(|unit| !unit.is_empty());
    let unit = units.next().unwrap_or_default();
    if units.any(|other| other.trim() != unit.trim()) {
        return Err(("its units differ".to_owned(), "write all in one unit: 1 s..5 s step 0.5 s"));
    }
    let decimals = numbers.iter().map(|number| number.decimals).max().unwrap_or(0);
    let [first, last, step] = numbers.map(|number| number.scaled(decimals));
    if step == 0 || first > last {
        return Err((format!("the range {range} is empty"), "write the smaller number first, and a step above 0"));
    }
    if (last - first) / step >= MOST_VALUES {
        return Err((format!("more than {MOST_VALUES} values"), "take a larger step"));
    }
    let written = |number: u64| format!("{}{unit}", decimal(number, decimals));
    Ok((0..=(last - first) / step).map(|place| written(first + place * step)).collect())
}

fn listed(list: &str) -> Result<Vec<String>, Mistake> {
    let values: Vec<String> = list.split(',').map(|value| value.trim().to_owned()).collect();
    if values.iter().any(String::is_empty) {
        return Err(("a value is missing".to_owned(), "write 700..800 step 5, or 2, 3, 5"));
    }
    if let Some(twice) = values.iter().enumerate().find(|(place, value)| values[..*place].contains(value)) {
        return Err((format!("{} is there twice", twice.1), "name each value once"));
    }
    Ok(values)
}

/// A decimal number and what follows it, blanks included: `1.5`, ` s`.
struct Number {
    digits: u64,
    decimals: u32,
    unit: String,
}

impl Number {
    fn read(text: &str) -> Result<Self, Mistake> {
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (number, unit) = text.split_at(end);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let digits = format!("{whole}{fraction}");
        let is_number = !whole.is_empty() && (fraction.is_empty() != number.contains('.')) && digits.len() <= 15;
        match (is_number.then(|| digits.parse().ok()).flatten(), u32::try_from(fraction.len())) {
            (Some(digits), Ok(decimals)) => Ok(Self { digits, decimals, unit: unit.to_owned() }),
            _ => Err((format!("\"{text}\" is no number"), "write 700..800 step 5, or 2, 3, 5")),
        }
    }

    fn scaled(self, decimals: u32) -> u64 {
        self.digits.saturating_mul(10_u64.saturating_pow(decimals - self.decimals))
    }
}

fn decimal(number: u64, decimals: u32) -> String {
    let power = 10_u64.saturating_pow(decimals);
    let fraction = format!("{:0width$}", number % power, width = decimals as usize);
    match fraction.trim_end_matches('0') {
        _ if decimals == 0 => format!("{number}"),
        "" => format!("{}", number / power),
        fraction => format!("{}.{fraction}", number / power),
    }
}

/// Of one path.
const MOST_VALUES: u64 = 2_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn reads(typed: &str, values: &[&str]) {
        assert_eq!(
            Axis::read(typed).map(|axis| axis.values).map_err(|error| error.to_string()),
            Ok(values.iter().map(|value| (*value).to_owned()).collect())
        );
    }

    #[test]
    fn ranges_and_lists_keep_their_units() {
        reads("licences.master.PBX-Port12=700..720 step 10", &["700", "710", "720"]);
        reads("a=1..4", &["1", "2", "3", "4"]);
        reads("a=1..6 step 2", &["1", "3", "5"]);
        reads("a=100/s..140/s step 20/s", &["100/s", "120/s", "140/s"]);
        reads("a=1 s..2 s step 0.5 s", &["1 s", "1.5 s", "2 s"]);
        reads("a=0.25..0.5 step 0.125", &["0.25", "0.375", "0.5"]);
        reads("a=1..3 s", &["1 s", "2 s", "3 s"]);
        reads("a = udp, tcp", &["udp", "tcp"]);
        assert_eq!(Axis::read("a.b=3..5").map(|axis| axis.set(1)).ok().as_deref(), Some("a.b=4"));
    }

    #[test]
    fn mistakes_are_named() {
        for (typed, said) in [
            ("a", "no values"),
            ("=1..2", "no path"),
            ("a=9..1", "the range 9..1 is empty"),
            ("a=1..9 step 0", "is empty"),
            ("a=1..9999999", "more than 2000 values"),
            ("a=x..9", "\"x\" is no number"),
            ("a=1.5..2", "broken numbers need a step"),
            ("a=1 s..5 min", "its units differ"),
            ("a=1,,2", "a value is missing"),
            ("a=", "a value is missing"),
            ("a=1, 2, 1", "1 is there twice"),
        ] {
            let error = Axis::read(typed).map_err(|error| error.to_string()).expect_err(typed);
            assert!(error.contains(said), "{typed}: {error}");
        }
    }
}

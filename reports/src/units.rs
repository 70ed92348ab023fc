//! Numbers as people read them: durations, counts, shares and clock times. Rounding is done in integers where the
//! number is one; nothing rounds up to "all" or down to "none".

/// The unit of a number in a judgement.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Unit {
    /// Per hundred.
    Percent,
    /// Things.
    Count,
    /// Milliseconds.
    Milliseconds,
    /// Per second.
    PerSecond,
}

impl Unit {
    /// Its name in machine formats.
    pub fn name(self) -> &'static str {
        match self {
            Self::Percent => "%",
            Self::Count => "count",
            Self::Milliseconds => "ms",
            Self::PerSecond => "/s",
        }
    }

    /// A number in this unit, in words: `0.80%`, `1,122`, `24.5 s`, `150/s`.
    pub fn show(self, number: f64) -> String {
        match self {
            Self::Percent => percent(number / 100.0),
            Self::Count => plain(number),
            Self::Milliseconds if number < 0.0 => format!("-{}", self.show(-number)),
            Self::Milliseconds => duration((number * 1e6).round() as u64),
            Self::PerSecond => format!("{}/s", plain(number)),
        }
    }
}

/// Nanoseconds to three digits at most: `850 ns`, `9.6 ms`, `24.5 s`, `12 min`, `2.5 h`.
pub fn duration(ns: u64) -> String {
    if ns == 0 {
        return "0 s".to_owned();
    }
    SCALES.iter().find_map(|scale| scale.show(ns)).unwrap_or_else(|| one_decimal(ns, HOUR_NS, "h"))
}

/// Whole things with separators: `1,000,000`.
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut shown = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.char_indices() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// So many things, in the fitting number: `1 seed`, `1,000 seeds`.
pub fn things(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(n), if n == 1 { one } else { many })
}

/// `hits` of `of` in percent: `0.80%`, `94.1%`; as many decimals as it takes to differ from 0 % and 100 %.
pub fn share(hits: u64, of: u64) -> String {
    if of == 0 || hits == 0 || hits == of {
        return if hits == of && of > 0 { "100%" } else { "0%" }.to_owned();
    }
    percent(hits as f64 / of as f64)
}

/// A share of 1 in percent, as [`share`].
pub fn percent(ratio: f64) -> String {
    let percent = ratio * 100.0;
    if percent == 0.0 || percent == 100.0 || (percent - percent.round()).abs() < 1e-9 {
        return format!("{}%", percent.round() + 0.0);
    }
    let near_an_end = percent.abs() < 1.0 || (percent > 99.0 && percent < 100.0);
    let shown = (1 + usize::from(near_an_end)..8).map(|decimals| format!("{percent:.decimals$}"));
    let honest = shown.into_iter().find(|shown| !shown.parse::<f64>().is_ok_and(|read| read == 0.0 || read == 100.0));
    format!("{}%", honest.unwrap_or_else(|| "0".to_owned()))
}

/// A number of things that may be broken: `1,122`, `30.84`, `0.0123`, `1.23e-5`.
pub fn plain(number: f64) -> String {
    if number < 0.0 {
        return format!("-{}", plain(-number));
    }
    if number == number.trunc() && number < 1e15 {
        return count(number as u64);
    }
    match number {
        n if n >= 1e15 => format!("{n:e}"),
        n if n >= 1_000.0 => count(n.round() as u64),
        n if n >= 100.0 => format!("{n:.1}"),
        n if n >= 10.0 => format!("{n:.2}"),
        n if n >= 0.1 => format!("{n:.3}"),
        n if n >= 1e-4 => {
            // Three digits that mean something, wherever they begin.
            let shown = format!("{n:.*}", (2.0 - n.log10().floor()) as usize);
            shown.trim_end_matches('0').to_owned()
        }
        n => format!("{n:.2e}"),
    }
}

/// The clock `at_ns` after a first moment `starts_s` after midnight: `09:06:15`; from the second day on `09:06:15+1`.
pub fn clock(starts_s: u32, at_ns: u64) -> String {
    let s = u64::from(starts_s) + at_ns / SECOND_NS;
    let (day, s) = (s / 86_400, s % 86_400);
    let later = if day > 0 { format!("+{day}") } else { String::new() };
    format!("{:02}:{:02}:{:02}{later}", s / 3_600, s / 60 % 60, s % 60)
}

/// The same to the minute: `09:06`.
pub fn clock_minute(starts_s: u32, at_ns: u64) -> String {
    clock(starts_s, at_ns)[..5].to_owned()
}

/// One unit of time and up to where it is used.
struct Scale {
    ns: u64,
    below_ns: u64,
    name: &'static str,
}

impl Scale {
    /// `None` if this unit would need more than three digits, also after rounding.
    fn show(&self, ns: u64) -> Option<String> {
        let rounded = (u128::from(ns) * 10 + u128::from(self.ns) / 2) / u128::from(self.ns);
        (rounded < u128::from(self.below_ns / self.ns) * 10).then(|| one_decimal(ns, self.ns, self.name))
    }
}

/// One decimal below 100, none above it or where it is 0.
fn one_decimal(ns: u64, unit_ns: u64, name: &str) -> String {
    let (ns, unit) = (u128::from(ns), u128::from(unit_ns));
    let tenths = (ns * 10 + unit / 2) / unit;
    if tenths >= 1_000 || tenths.is_multiple_of(10) {
        format!("{} {name}", count(u64::try_from((ns + unit / 2) / unit).unwrap_or(u64::MAX)))
    } else {
        format!("{}.{} {name}", tenths / 10, tenths % 10)
    }
}

const SECOND_NS: u64 = 1_000_000_000;
const HOUR_NS: u64 = 3_600 * SECOND_NS;
const SCALES: [Scale; 5] = [
    Scale { ns: 1, below_ns: 1_000, name: "ns" },
    Scale { ns: 1_000, below_ns: 1_000_000, name: "µs" },
    Scale { ns: 1_000_000, below_ns: SECOND_NS, name: "ms" },
    Scale { ns: SECOND_NS, below_ns: 120 * SECOND_NS, name: "s" },
    Scale { ns: 60 * SECOND_NS, below_ns: 2 * HOUR_NS, name: "min" },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_a_fitting_unit() {
        for (ns, shown) in [
            (0, "0 s"),
            (850, "850 ns"),
            (1_500, "1.5 µs"),
            (9_600_000, "9.6 ms"),
            (42_649_999, "42.6 ms"),
            (999_960_000, "1 s"),
            (24_500_000_000, "24.5 s"),
            (99_960_000_000, "100 s"),
            (119_960_000_000, "2 min"),
            (720_000_000_000, "12 min"),
            (9_000_000_000_000, "2.5 h"),
            (u64::MAX, "5,124,096 h"),
        ] {
            assert_eq!(duration(ns), shown, "{ns} ns");
        }
    }

    #[test]
    fn counts_have_separators() {
        for (n, shown) in [(0, "0"), (999, "999"), (1_000, "1,000"), (5_804, "5,804"), (1_234_567, "1,234,567")] {
            assert_eq!(count(n), shown);
        }
    }

    #[test]
    fn one_thing_is_singular() {
        for (n, shown) in [(0, "0 seeds"), (1, "1 seed"), (2, "2 seeds"), (1_001, "1,001 seeds")] {
            assert_eq!(things(n, "seed", "seeds"), shown);
        }
    }

    #[test]
    fn shares_never_round_to_all_or_none() {
        for (hits, of, shown) in [
            (9, 1_128, "0.80%"),
            (2_639, 2_804, "94.1%"),
            (1, 2, "50%"),
            (999_999, 1_000_000, "99.9999%"),
            (9_995, 10_000, "99.95%"),
            (1, 1_000_000, "0.0001%"),
            (7, 7, "100%"),
            (0, 7, "0%"),
            (0, 0, "0%"),
        ] {
            assert_eq!(share(hits, of), shown);
        }
        assert_eq!(percent(0.11522), "11.5%");
        assert_eq!(percent(-0.002), "-0.20%");
    }

    #[test]
    fn broken_numbers_keep_three_digits() {
        for (number, shown) in [
            (35.0, "35"),
            (30.8368, "30.84"),
            (0.1234, "0.123"),
            (0.00123, "0.00123"),
            (0.05, "0.05"),
            (0.0000123, "1.23e-5"),
            (1_234.5, "1,235"),
        ] {
            assert_eq!(plain(number), shown);
        }
        assert_eq!(Unit::Milliseconds.show(24_500.0), "24.5 s");
        assert_eq!(Unit::Milliseconds.show(-1.5), "-1.5 ms");
        assert_eq!(Unit::PerSecond.show(150.0), "150/s");
    }

    #[test]
    fn clocks_pass_midnight() {
        assert_eq!(clock(8 * 3_600 + 56 * 60, 600 * SECOND_NS), "09:06:00");
        assert_eq!(clock(23 * 3_600, 2 * HOUR_NS), "01:00:00+1");
        assert_eq!(clock_minute(23 * 3_600, 2 * HOUR_NS), "01:00");
    }
}

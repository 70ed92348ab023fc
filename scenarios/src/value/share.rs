//! Percents and amounts.

use super::number::{count, leading};
use super::{Mistake, Reading};

/// Parts per billion of 100%.
pub(crate) const WHOLE: u64 = 1_000_000_000;

/// How much of a population.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Amount {
    All,
    /// Parts per billion.
    Share(u64),
    Count(u64),
}

impl Amount {
    /// Of `total`: the nearest whole number, halves upwards.
    pub(crate) fn of(self, total: u64) -> u64 {
        match self {
            Self::All => total,
            Self::Count(count) => count,
            Self::Share(share) => {
                let product = u128::from(total) * u128::from(share) + u128::from(WHOLE / 2);
                u64::try_from(product / u128::from(WHOLE)).unwrap_or(u64::MAX)
            }
        }
    }
}

/// `33%`, `0.1%`: parts per billion, at most 100%.
pub(crate) fn percent(text: &str) -> Reading<u64> {
    let (number, unit, at) = leading(text)?;
    match unit {
        "%" => {}
        "" => return Err(Mistake::whole(text, format!("{text} what?"), format!("write \"{text}%\""))),
        unit => {
            let message = format!("a percentage is needed, not \"{unit}\"");
            return Err(Mistake { at: at..text.len(), message, advice: "write a number and %".to_owned() });
        }
    }
    match number.times(WHOLE / 100) {
        Some(share) if share <= WHOLE => Ok(share),
        Some(_) => Err(Mistake::whole(text, "more than 100%", "")),
        None => Err(Mistake::whole(text, "finer than a billionth", "write fewer digits")),
    }
}

/// `all`, `33%`, `12`.
pub(crate) fn amount(text: &str) -> Reading<Amount> {
    if text == "all" {
        return Ok(Amount::All);
    }
    if text.ends_with('%') {
        return percent(text).map(Amount::Share);
    }
    count(text).map(Amount::Count).map_err(|mut mistake| {
        mistake.advice = "write \"all\", a percentage or a count".to_owned();
        mistake
    })
}

/// `total` dealt over `weights` by largest remainder, the first among equals; nothing if all weights are zero.
pub(crate) fn deal(total: u64, weights: &[u64]) -> Vec<u64> {
    let whole: u128 = weights.iter().map(|weight| u128::from(*weight)).sum();
    if whole == 0 {
        return vec![0; weights.len()];
    }
    let product = |weight: &u64| u128::from(total) * u128::from(*weight);
    let mut parts: Vec<u64> = weights.iter().map(|weight| (product(weight) / whole) as u64).collect();
    let left = total - parts.iter().sum::<u64>();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|at| core::cmp::Reverse(product(&weights[*at]) % whole));
    for at in order.into_iter().take(usize::try_from(left).unwrap_or(0)) {
        parts[at] += 1;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percents_are_exact_and_bounded() {
        assert_eq!(percent("0.1%"), Ok(1_000_000));
        assert_eq!(percent("11.522%"), Ok(115_220_000));
        assert!(percent("101%").is_err());
        assert!(percent("0.4").is_err());
    }

    #[test]
    fn amounts_round_to_the_nearest() {
        assert_eq!(amount("33%").map(|amount| amount.of(5)), Ok(2));
        assert_eq!(amount("all").map(|amount| amount.of(5)), Ok(5));
        assert_eq!(amount("12").map(|amount| amount.of(5)), Ok(12));
    }

    #[test]
    fn largest_remainders_come_first() {
        assert_eq!(deal(10, &[1, 1, 1]), [4, 3, 3]);
        assert_eq!(deal(500, &[2000, 1000, 1000, 1000]), [200, 100, 100, 100]);
        assert_eq!(deal(2, &[1, 5, 1]), [0, 2, 0]);
        assert_eq!(deal(3, &[0, 0]), [0, 0]);
    }
}

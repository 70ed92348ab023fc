//! Distributions as written: `3 min`, `2 s..15 s`, `exponential 27 min at least 2 min`.

use simulator::distribution::Distribution;
use simulator::time::Duration;

use super::duration::duration;
use super::number::{Decimal, leading};
use super::{Mistake, Reading, part};

/// A distribution, as written.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Law {
    pub(crate) shape: LawShape,
    pub(crate) at_least: Option<Duration>,
    pub(crate) at_most: Option<Duration>,
}

/// Without its limits.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum LawShape {
    Fixed(Duration),
    Uniform(Duration, Duration),
    Exponential(Duration),
    Lognormal(Duration, Decimal),
}

impl Law {
    /// Always the same.
    pub(crate) fn fixed(value: Duration) -> Self {
        Self { shape: LawShape::Fixed(value), at_least: None, at_most: None }
    }

    /// Exponential with this mean, without limits.
    pub(crate) fn exponential(mean: Duration) -> Self {
        Self { shape: LawShape::Exponential(mean), at_least: None, at_most: None }
    }

    /// Ready to be drawn from.
    pub(crate) fn table(self) -> Distribution {
        let law = match self.shape {
            LawShape::Fixed(value) => Distribution::fixed(value),
            LawShape::Uniform(low, high) => Distribution::uniform(low, high),
            LawShape::Exponential(mean) => Distribution::exponential(mean),
            LawShape::Lognormal(mean, sigma) => Distribution::lognormal(mean, sigma.as_f64()),
        };
        if self.at_least.is_none() && self.at_most.is_none() {
            return law;
        }
        law.clamped(self.at_least.unwrap_or(Duration::ZERO), self.at_most.unwrap_or(Duration::FOREVER))
    }

    /// Mean, if no limit stands in the way.
    pub(crate) fn exact_mean(self) -> Option<Duration> {
        if self.at_least.is_some() || self.at_most.is_some() {
            return None;
        }
        Some(match self.shape {
            LawShape::Fixed(mean) | LawShape::Exponential(mean) | LawShape::Lognormal(mean, _) => mean,
            LawShape::Uniform(low, high) => low + (high - low).scaled(1, 2),
        })
    }
}

/// A distribution of lengths of time.
pub(crate) fn distribution(text: &str) -> Reading<Law> {
    let (body, at_most) = limit(text, " at most ")?;
    let (body, at_least) = limit(body, " at least ")?;
    let (body, at_most) = match at_most {
        None => limit(body, " at most ")?,
        at_most => (body, at_most),
    };
    if let (Some(least), Some(most)) = (at_least, at_most)
        && least > most
    {
        return Err(Mistake::whole(text, "\"at least\" is more than \"at most\"", ""));
    }
    Ok(Law { shape: shape(body)?, at_least, at_most })
}

fn limit<'a>(text: &'a str, words: &str) -> Reading<(&'a str, Option<Duration>)> {
    match text.rfind(words) {
        None => Ok((text, None)),
        Some(at) => {
            let limit = part(text, at + words.len()..text.len(), duration)?;
            Ok((text[..at].trim_end(), Some(limit)))
        }
    }
}

fn shape(text: &str) -> Reading<LawShape> {
    if let Some(at) = text.find("..") {
        let low = part(text, 0..at, duration)?;
        let high = part(text, at + 2..text.len(), duration)?;
        if high < low {
            return Err(Mistake::whole(text, "the range ends before it begins", "write the smaller one first"));
        }
        return Ok(LawShape::Uniform(low, high));
    }
    let word = text.split(' ').next().unwrap_or("");
    match word {
        "exponential" if text == word => Err(Mistake::whole(text, "an exponential needs its mean", EXPONENTIAL)),
        "exponential" => part(text, word.len()..text.len(), mean).map(LawShape::Exponential),
        "lognormal" => lognormal(text, word.len()),
        _ if text.starts_with(|c: char| c.is_ascii_alphabetic()) => Err(unknown(word)),
        _ => duration(text).map(LawShape::Fixed),
    }
}

const EXPONENTIAL: &str = "write \"exponential 3 min\"";
const LOGNORMAL: &str = "write \"lognormal 2 min sigma 0.8\"";

fn mean(text: &str) -> Reading<Duration> {
    match duration(text)? {
        Duration::ZERO => Err(Mistake::whole(text, "a mean of 0 s", "write \"0 s\" alone, or a mean above 0")),
        mean => Ok(mean),
    }
}

fn lognormal(text: &str, from: usize) -> Reading<LawShape> {
    let Some(at) = text.find(" sigma ") else {
        let what = if text.len() == from { "its mean and its sigma" } else { "its sigma" };
        return Err(Mistake::whole(text, format!("a lognormal needs {what}"), LOGNORMAL));
    };
    if at == from {
        return Err(Mistake::whole(text, "a lognormal needs its mean", LOGNORMAL));
    }
    let mean = part(text, from..at, mean)?;
    let sigma = part(text, at + " sigma ".len()..text.len(), |text| match leading(text)? {
        (sigma, "", _) if sigma.as_f64() <= 5.0 => Ok(sigma),
        (_, "", _) => Err(Mistake::whole(text, "a sigma above 5", "0.8 is usual")),
        _ => Err(Mistake::whole(text, "sigma has no unit", "write a number, such as 0.8")),
    })?;
    Ok(LawShape::Lognormal(mean, sigma))
}

fn unknown(word: &str) -> Mistake {
    let known = ["exponential", "lognormal"];
    let advice = match crate::nearest::nearest(word, known) {
        Some(meant) => format!("did you mean \"{meant}\"?"),
        None => "write \"3 min\", \"2 s..15 s\", \"exponential 3 min\" or \"lognormal 2 min sigma 0.8\"".to_owned(),
    };
    Mistake { at: 0..word.len(), message: format!("\"{word}\" is not a distribution"), advice }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spellings_of_the_language() {
        let law = |text| distribution(text).map(|law| (law.shape, law.at_least, law.at_most));
        let min = |n: u64| Duration::seconds(60 * n);
        assert_eq!(law("3 min"), Ok((LawShape::Fixed(min(3)), None, None)));
        assert_eq!(law("2 s..15 s"), Ok((LawShape::Uniform(Duration::seconds(2), Duration::seconds(15)), None, None)));
        assert_eq!(law("exponential 27 min at least 2 min"), Ok((LawShape::Exponential(min(27)), Some(min(2)), None)));
        let sigma = Decimal { mantissa: 8, digits: 1 };
        assert_eq!(
            law("lognormal 2 min sigma 0.8 at least 1 min at most 9 min"),
            Ok((LawShape::Lognormal(min(2), sigma), Some(min(1)), Some(min(9))))
        );
    }

    #[test]
    fn mistakes_stand_where_they_are() {
        let at = |text| distribution(text).map_err(|mistake| (mistake.at, mistake.message));
        assert_eq!(at("exponental 3 min").map(|_| ()), Err((0..10, "\"exponental\" is not a distribution".to_owned())));
        assert_eq!(at("2 s..15").map(|_| ()), Err((5..7, "15 what?".to_owned())));
        assert_eq!(at("exponential 3").map(|_| ()), Err((12..13, "3 what?".to_owned())));
        let said = |text| distribution(text).map_or_else(|mistake| mistake.message, |_| String::new());
        assert_eq!(said("exponential"), "an exponential needs its mean");
        assert_eq!(said("lognormal"), "a lognormal needs its mean and its sigma");
        assert_eq!(said("lognormal sigma 0.8"), "a lognormal needs its mean");
        assert_eq!(said("2 s.."), "a number is missing here");
        assert!(distribution("15 s..2 s").is_err());
        assert!(distribution("3 min at least 5 min at most 4 min").is_err());
    }
}

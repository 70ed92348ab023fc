//! Rates (`260/s`) and traffic (`15 E`, `200/h`, `0.1 E each`).

use simulator::time::Duration;

use super::duration::unit_ns;
use super::number::{Decimal, leading};
use super::{Mistake, Reading};

/// So many per so long.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Rate {
    pub(crate) number: Decimal,
    /// `/s`, `/min`, `/h`, `/d`.
    pub(crate) per: Duration,
}

impl Rate {
    /// Time from one to the next, to the nearest nanosecond; `None` for zero.
    pub(crate) fn gap(self) -> Option<Duration> {
        let number = u128::from(self.number.mantissa);
        if number == 0 {
            return None;
        }
        let span = u128::from(self.per.0) * u128::from(self.number.power());
        u64::try_from((span + number / 2) / number).ok().map(Duration)
    }

    /// Per second, for display and arithmetic in words.
    pub(crate) fn per_second(self) -> f64 {
        self.number.as_f64() / self.per.as_secs_f64()
    }
}

/// Offered traffic.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Traffic {
    pub(crate) amount: Offered,
    /// Per seat.
    pub(crate) each: bool,
}

/// How traffic is given.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Offered {
    /// Mean number busy if nothing is refused.
    Erlangs(Decimal),
    /// Arrivals per time.
    Arrivals(Rate),
}

/// `260/s`, `48/h`.
pub(crate) fn rate(text: &str) -> Reading<Rate> {
    let (number, unit, at) = leading(text)?;
    let offers = || format!("write \"{0}/s\", \"{0}/min\" or \"{0}/h\"", text[..at].trim_end());
    if unit.is_empty() {
        return Err(Mistake::whole(text, format!("{text} what?"), offers()));
    }
    let Some(unit) = unit.strip_prefix('/') else {
        return Err(Mistake { at: at..text.len(), message: "a rate is needed".to_owned(), advice: offers() });
    };
    let per = unit_ns(unit.trim_start()).filter(|ns| *ns >= Duration::SECOND.0);
    match per {
        Some(per) => Ok(Rate { number, per: Duration(per) }),
        None => {
            let message = format!("\"/{unit}\" is not a unit of a rate");
            Err(Mistake { at: at..text.len(), message, advice: offers() })
        }
    }
}

/// `15 E`, `200/h`, `0.1 E each`.
pub(crate) fn traffic(text: &str) -> Reading<Traffic> {
    let (body, each) = match text.strip_suffix("each") {
        Some(body) if body.ends_with(' ') => (body.trim_end(), true),
        _ => (text, false),
    };
    let (number, unit, at) = leading(body)?;
    let amount = if unit == "E" {
        Offered::Erlangs(number)
    } else if unit.starts_with('/') {
        Offered::Arrivals(rate(body)?)
    } else {
        let written = body[..at].trim_end();
        let advice = format!("write \"{written} E\" (erlang) or \"{written}/h\"");
        let (start, message) = match unit {
            "" => (0, format!("{written} what?")),
            unit => (at, format!("\"{unit}\" is not a unit of traffic")),
        };
        return Err(Mistake { at: start..body.len(), message, advice });
    };
    Ok(Traffic { amount, each })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_an_exact_gap() {
        assert_eq!(rate("260/s").map(Rate::gap), Ok(Some(Duration(3_846_154))));
        assert_eq!(rate("48/h").map(Rate::gap), Ok(Some(Duration::seconds(75))));
        assert_eq!(rate("0.5 /min").map(Rate::gap), Ok(Some(Duration::seconds(120))));
        assert_eq!(rate("0/s").map(Rate::gap), Ok(None));
    }

    #[test]
    fn a_bare_number_is_asked_for_its_unit() {
        let said = rate("260").map_err(|mistake| (mistake.message, mistake.advice));
        assert_eq!(said, Err(("260 what?".to_owned(), "write \"260/s\", \"260/min\" or \"260/h\"".to_owned())));
        let said = traffic("15").map_err(|mistake| (mistake.message, mistake.advice));
        assert_eq!(said, Err(("15 what?".to_owned(), "write \"15 E\" (erlang) or \"15/h\"".to_owned())));
        assert!(rate("3/ms").is_err());
        assert!(rate("3 s").is_err());
    }

    #[test]
    fn traffic_is_erlangs_or_arrivals_for_all_or_each() {
        let each = traffic("0.1 E each").unwrap();
        assert_eq!(each, Traffic { amount: Offered::Erlangs(Decimal { mantissa: 1, digits: 1 }), each: true });
        assert!(matches!(traffic("200/h").unwrap(), Traffic { amount: Offered::Arrivals(_), each: false }));
    }
}

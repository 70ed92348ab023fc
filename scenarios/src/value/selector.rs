//! Selectors: whom a verb concerns (`everyone`, `desk 1..12`, `10% of desk at slave-2`).

use core::ops::Range;

use super::number::count;
use super::share::percent;
use super::{Mistake, Reading, part};

/// One item of a selector.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Selector {
    /// `None`: everyone.
    pub(crate) population: Option<Named>,
    pub(crate) narrowing: Narrowing,
    /// ` at NODE`.
    pub(crate) node: Option<Named>,
}

/// A name and where it stands in the text.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) at: Range<usize>,
}

/// Which of them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Narrowing {
    All,
    /// Seats, from 1, both included.
    Seats(u64, u64),
    /// Parts per billion.
    Share(u64),
}

/// A selector.
pub(crate) fn selector(text: &str) -> Reading<Selector> {
    let (who, node) = match text.find(" at ") {
        Some(at) => (&text[..at], Some(named(text, at + 4..text.len())?)),
        None => (text, None),
    };
    if who == "everyone" {
        return Ok(Selector { population: None, narrowing: Narrowing::All, node });
    }
    let (name, narrowing) = if let Some(at) = who.find(" of ") {
        let share = part(text, 0..at, percent)?;
        let name = named(text, at + 4..who.len())?;
        (name, Narrowing::Share(share))
    } else if let Some(at) = who.find(' ') {
        (named(text, 0..at)?, part(text, at + 1..who.len(), range).map(|(from, to)| Narrowing::Seats(from, to))?)
    } else {
        (named(text, 0..who.len())?, Narrowing::All)
    };
    let population = (name.name != "everyone").then_some(name);
    Ok(Selector { population, narrowing, node })
}

/// `1..12`, both included.
pub(crate) fn range(text: &str) -> Reading<(u64, u64)> {
    let Some(at) = text.find("..") else {
        return Err(Mistake::whole(text, "a range is needed", "write two counts, such as 1..12"));
    };
    let (from, to) = (part(text, 0..at, count)?, part(text, at + 2..text.len(), count)?);
    if to < from {
        return Err(Mistake::whole(text, "the range ends before it begins", "write the smaller one first"));
    }
    Ok((from, to))
}

fn named(text: &str, at: Range<usize>) -> Reading<Named> {
    let whole = text.get(at.clone()).unwrap_or("");
    let name = whole.trim();
    let start = at.start + whole.len() - whole.trim_start().len();
    if !is_name(name) {
        let message = format!("\"{name}\" is not a name");
        let advice = "write \"everyone\", a population, \"desk 1..12\" or \"10% of desk\"".to_owned();
        return Err(Mistake { at: start..start + name.len(), message, advice });
    }
    Ok(Named { name: name.to_owned(), at: start..start + name.len() })
}

/// A letter, then letters, digits and `-`.
pub(crate) fn is_name(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(|first| first.is_ascii_alphabetic())
        && characters.all(|next| next.is_ascii_alphanumeric() || next == '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Option<String>, Narrowing, Option<String>) {
        let selector = selector(text).unwrap();
        (selector.population.map(|named| named.name), selector.narrowing, selector.node.map(|named| named.name))
    }

    #[test]
    fn the_spellings_of_the_language() {
        let name = |name: &str| Some(name.to_owned());
        assert_eq!(read("everyone"), (None, Narrowing::All, None));
        assert_eq!(read("desk 1..12"), (name("desk"), Narrowing::Seats(1, 12), None));
        assert_eq!(read("10% of desk at slave-2"), (name("desk"), Narrowing::Share(100_000_000), name("slave-2")));
        assert_eq!(read("10% of everyone"), (None, Narrowing::Share(100_000_000), None));
    }

    #[test]
    fn mistakes_stand_where_they_are() {
        let at = |text| selector(text).map(|_| ()).map_err(|mistake| mistake.at);
        assert_eq!(at("desk 5..2"), Err(5..9));
        assert_eq!(at("10 of desk"), Err(0..2));
        assert_eq!(at("desk at 7up"), Err(8..11));
    }
}

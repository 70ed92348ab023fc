//! A price list: a CSV file of the user's with the columns `licence` and `price`.

use std::collections::BTreeMap;
use std::path::Path;

use reports::units::count;

use crate::complaint::Complaint;

/// Prices by catalogue name, in hundredths of whatever money it is.
#[derive(Debug, Default)]
pub(crate) struct Prices(BTreeMap<String, u64>);

impl Prices {
    /// Reads a list; every line is right, or none counts.
    pub(crate) fn read(path: &Path) -> Result<Self, Complaint> {
        let shown = path.display();
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .comment(Some(b'#'))
            .from_path(path)
            .map_err(|error| Complaint::wrong(format!("{shown} cannot be read: {error}")))?;
        let headers = reader.headers().map_err(|error| unreadable(path, &error))?;
        let column = |name: &str| headers.iter().position(|header| header == name);
        let (Some(licence), Some(price)) = (column("licence"), column("price")) else {
            return Err(Complaint::wrong(format!("{shown} has no columns licence and price"))
                .hint("the first line of a price list is: licence,price"));
        };
        let mut prices = Self::default();
        for (row, record) in (1u32..).zip(reader.into_records()) {
            let record = record.map_err(|error| unreadable(path, &error))?;
            if row > MOST_ROWS {
                return Err(Complaint::wrong(format!("{shown} has more than {MOST_ROWS} prices")));
            }
            let line = record.position().map_or(0, csv::Position::line);
            let at = |message: String| Complaint::wrong(format!("{shown}:{line} {message}"));
            let name = scenarios::licence_name(record.get(licence).unwrap_or("")).map_err(at)?;
            let cents = cents(record.get(price).unwrap_or("")).map_err(at)?;
            if prices.0.insert(name.clone(), cents).is_some() {
                return Err(at(format!("a second price of {name}")));
            }
        }
        Ok(prices)
    }

    /// Of one unit.
    pub(crate) fn of(&self, name: &str) -> Option<u64> {
        self.0.get(name).copied()
    }

    /// Of one unit of each.
    pub(crate) fn sum(&self, names: &[String]) -> Option<u64> {
        names.iter().map(|name| self.of(name)).sum()
    }
}

fn unreadable(path: &Path, error: &csv::Error) -> Complaint {
    Complaint::wrong(format!("{} is no CSV file: {error}", path.display()))
}

/// `95`, `95.5`, `95.00`: exact, never a float.
fn cents(text: &str) -> Result<u64, String> {
    let wrong = || format!("\"{text}\" is not a price: write 95 or 95.00");
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(part) || whole.len() > 9 || part.len() > 2 {
        return Err(wrong());
    }
    let whole: u64 = whole.parse().map_err(|_| wrong())?;
    let hundredths: u64 = format!("{part:0<2}").parse().map_err(|_| wrong())?;
    Ok(whole * 100 + hundredths)
}

/// `12,345.60`.
pub(crate) fn money(hundredths: u64) -> String {
    format!("{}.{:02}", count(hundredths / 100), hundredths % 100)
}

/// Twenty-odd licences in some versions and tiers are some hundred names.
const MOST_ROWS: u32 = 100_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_exact() {
        assert_eq!([cents("95"), cents("95.5"), cents("0.05")], [Ok(9500), Ok(9550), Ok(5)]);
        for text in ["", "-1", "1,50", "1.234", ".5", "1e3", "9999999999"] {
            assert!(cents(text).is_err(), "{text}");
        }
    }
}

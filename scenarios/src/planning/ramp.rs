//! A value on its way to another: numbers with the same kind of unit, interpolated in integers.

use simulator::time::Duration;

use crate::language::{Block, TOP, Value};
use crate::value::duration::{unit_ns, written};
use crate::value::number::leading;
use crate::yaml::Node;

/// From a number to a number.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Ramp {
    from: i128,
    to: i128,
    kind: Kind,
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum Kind {
    /// Nanoseconds.
    Time,
    /// Billionths, with this behind the number: `/s`, ` E`, `%`.
    With(String),
    /// Whole.
    Count,
}

const BILLION: u64 = 1_000_000_000;

impl Ramp {
    /// From what `tree` says at `path` (or its default) to `to`; `None` if these are not numbers of one kind.
    pub(crate) fn new(tree: &Node, path: &str, to: Option<&str>) -> Option<Self> {
        let (to, kind) = quantity(to?)?;
        let (from, from_kind) = quantity(current(tree, path)?)?;
        (kind == from_kind).then_some(Self { from, to, kind })
    }

    /// After `number` of `count` steps, as the language writes it.
    pub(crate) fn at(&self, number: u64, count: u64) -> String {
        let (number, count) = (i128::from(number), i128::from(count.max(1)));
        let value = u64::try_from(self.from + (self.to - self.from) * number / count).unwrap_or(0);
        match &self.kind {
            Kind::Time => written(Duration(value)),
            Kind::Count => value.to_string(),
            Kind::With(unit) => format!("{}.{:09}{unit}", value / BILLION, value % BILLION),
        }
    }
}

fn quantity(text: &str) -> Option<(i128, Kind)> {
    let (number, unit, _) = leading(text).ok()?;
    if let Some(ns) = unit_ns(unit) {
        return Some((i128::from(number.times(ns)?), Kind::Time));
    }
    if unit.is_empty() {
        return (number.digits == 0).then_some((i128::from(number.mantissa), Kind::Count));
    }
    if let Some(per) = unit.strip_prefix('/').and_then(unit_ns) {
        // All rates per hour, so that /s and /min can be mixed without loss.
        let hour = 3_600 * BILLION;
        let scaled = u128::from(number.times(BILLION)?) * u128::from(hour) / u128::from(per);
        return Some((i128::try_from(scaled).ok()?, Kind::With("/h".to_owned())));
    }
    let plain = unit == "%" || unit == "E" || unit == "E each";
    let unit = if unit == "%" { unit.to_owned() } else { format!(" {unit}") };
    plain.then_some((i128::from(number.times(BILLION)?), Kind::With(unit)))
}

/// What the file says at a path, or the default of the tables.
fn current<'a>(tree: &'a Node, path: &str) -> Option<&'a str> {
    let mut node = Some(tree);
    let mut block: Option<&'static Block> = Some(&TOP);
    let mut value: Option<&'static Value> = None;
    let mut default = "";
    for segment in path.split('.') {
        node = node.and_then(|node| node.get(segment));
        match (block, value) {
            (Some(inside), _) => {
                let key = inside.key(segment)?;
                default = key.default;
                (block, value) = below(&key.value);
            }
            (None, Some(inside)) => (block, value) = below(inside),
            (None, None) => return None,
        }
    }
    node.and_then(Node::text).or(Some(default))
}

/// What the next segment is looked up in.
fn below(value: &'static Value) -> (Option<&'static Block>, Option<&'static Value>) {
    match value {
        Value::Block(block) => (Some(block), None),
        Value::Map(_, value) => (None, Some(value)),
        Value::Either(values) => match values.iter().find(|value| matches!(value, Value::Map(..) | Value::Block(_))) {
            Some(value) => below(value),
            None => (None, None),
        },
        _ => (None, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp(from: &str, to: &str) -> Ramp {
        let ((from, kind), (to, _)) = (quantity(from).unwrap(), quantity(to).unwrap());
        Ramp { from, to, kind }
    }

    #[test]
    fn values_go_in_even_steps_up_or_down() {
        assert_eq!(ramp("2 E", "20 E").at(1, 4), "6.500000000 E");
        assert_eq!(ramp("90 s", "1 min").at(1, 3), "80 s");
        assert_eq!(ramp("10", "4").at(1, 3), "8");
        assert_eq!(ramp("1/s", "120/min").at(1, 2), "5400.000000000/h");
    }
}

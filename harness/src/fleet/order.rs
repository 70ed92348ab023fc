//! What travels: a plan as the text it is made from, one seed of it, and what came of that.

use reports::measurements::Measurements;
use scenarios::plan::Plan;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::parcel::{self, Parcel};

/// A plan to be made again where it is to be run.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(super) struct Order {
    pub(super) path: String,
    pub(super) text: String,
    pub(super) overrides: Vec<String>,
    pub(super) variant: Option<String>,
    /// Of the plan's meaning: what is made must be this.
    pub(super) plan_digest: u64,
}

/// One seed of an order.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(super) struct Task {
    pub(super) job: String,
    pub(super) item: u64,
    pub(super) order: Parcel,
    pub(super) seed: u64,
    /// Whole, or only what is judged.
    pub(super) first: bool,
}

/// What came of a task.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(super) struct Outcome {
    pub(super) item: u64,
    pub(super) worker: String,
    /// Processor time it took there.
    pub(super) cpu_ns: u64,
    pub(super) result: Found,
}

#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(super) enum Found {
    /// Measurements: the digest of their bytes; they follow, or lie elsewhere.
    Measured { digest: String, elsewhere: Option<Parcel> },
    /// Why there are none.
    Failed(String),
}

impl Found {
    /// Whether two answers to one task are the same, wherever their bytes lie.
    pub(super) fn agrees(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Measured { digest: one, .. }, Self::Measured { digest: other, .. }) => one == other,
            // Whoever fails has not measured something else.
            _ => true,
        }
    }
}

impl Order {
    pub(super) fn of(plan: &Plan) -> Self {
        Self {
            path: plan.source.path.clone(),
            text: plan.source.text.clone(),
            overrides: plan.source.overrides.clone(),
            variant: plan.variant.clone(),
            plan_digest: plan.digest,
        }
    }

    /// The plan.
    ///
    /// # Errors
    /// If it means something else here: then versions differ that should not.
    pub(super) fn plan(&self) -> Result<Plan, String> {
        let loaded = scenarios::load(&self.path, &self.text, &self.overrides, self.variant.as_deref());
        let loaded = loaded.map_err(|mistakes| format!("the worker reads the file as wrong: {}", mistakes.render()))?;
        let plan = loaded.plans.into_iter().find(|plan| plan.digest == self.plan_digest);
        plan.ok_or_else(|| "the worker reads the file as something else".to_owned())
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        parcel::packed(&json(self))
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        parse(&parcel::unpacked(bytes)?)
    }
}

impl Task {
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        json(self)
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        parse(bytes)
    }
}

impl Outcome {
    /// One line, and behind it what follows.
    pub(super) fn to_bytes(&self, behind: &[u8]) -> Vec<u8> {
        [&json(self)[..], b"\n", behind].concat()
    }

    /// Itself, and what follows.
    pub(super) fn from_bytes(bytes: &[u8]) -> Result<(Self, &[u8]), String> {
        let end = bytes.iter().position(|byte| *byte == b'\n').ok_or("an outcome has no end of line")?;
        Ok((parse(&bytes[..end])?, &bytes[end + 1..]))
    }
}

/// Measurements as they travel, and the digest they are known by.
pub(super) fn wrapped(measured: &Measurements) -> (String, Vec<u8>) {
    let bytes = json(measured);
    (parcel::digest(&bytes), parcel::packed(&bytes))
}

/// The same back.
///
/// # Errors
/// What is damaged.
pub(super) fn unwrapped(digest: &str, bytes: &[u8]) -> Result<Measurements, String> {
    let bytes = parcel::unpacked(bytes)?;
    if parcel::digest(&bytes) != digest {
        return Err("measurements are not what they are called".to_owned());
    }
    parse(&bytes)
}

pub(super) fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("plain data with text keys is always JSON")
}

pub(super) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    serde_json::from_slice(bytes).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use reports::measurements::Tally;

    use super::*;

    #[test]
    fn measurements_arrive_as_they_were_to_the_last_bit() {
        let values =
            [0.1 + 0.2, 5e-324, 1.797_693_134_862_315_7e308, 2.225_073_858_507_201e-308, 9_007_199_254_740_993.0];
        let tally = |value: f64| Tally::Value { value: Some(value), other: Some(value / 3.0), samples: u64::MAX };
        let measured =
            Measurements { digest: u64::MAX, tallies: values.map(tally).to_vec(), ..Measurements::default() };
        let (digest, bytes) = wrapped(&measured);
        assert_eq!(unwrapped(&digest, &bytes).unwrap(), measured);
        assert!(unwrapped("0", &bytes).is_err() && unwrapped(&digest, b"").is_err());
    }

    #[test]
    fn an_order_makes_the_plan_it_was_made_of_or_none() {
        let text =
            "pbxsim: 1\nlasts: 30 s\nusers: { desk: { count: 5 } }\nvariants: { a: {}, b: { set: { lasts: 20 s } } }\n";
        let loaded = scenarios::load("x.yaml", text, &["users.desk.count=7".to_owned()], None).unwrap();
        for plan in &loaded.plans {
            let order = Order::from_bytes(&Order::of(plan).to_bytes()).unwrap();
            assert_eq!(order.plan().as_ref(), Ok(plan));
            assert!(Order { plan_digest: 1, ..order }.plan().is_err());
        }
    }

    #[test]
    fn an_outcome_is_a_line_and_what_follows() {
        let found = Found::Failed("a\nb".to_owned());
        let outcome = Outcome { item: 3, worker: "w".to_owned(), cpu_ns: 4, result: found };
        let bytes = outcome.to_bytes(b"x\ny");
        assert_eq!(Outcome::from_bytes(&bytes), Ok((outcome, &b"x\ny"[..])));
        assert!(Outcome::from_bytes(b"{}").is_err() && Outcome::from_bytes(b"{}\n").is_err());
    }
}

//! Timeline entries and their verbs (scenario language §4).

use super::{Block, COUNT, Keys, SOME, Value, key, word};

/// A verb and the keys that may stand beside it, besides `at` and `called`.
#[derive(Debug)]
pub(crate) struct Verb {
    pub(crate) name: &'static str,
    pub(crate) with: &'static [&'static str],
    /// Without these it says nothing.
    pub(crate) needs: &'static [&'static str],
}

const fn verb(name: &'static str, with: &'static [&'static str], needs: &'static [&'static str]) -> Verb {
    Verb { name, with, needs }
}

/// All verbs.
pub(crate) static VERBS: &[Verb] = &[
    verb("sign-in", &["over", "shape", "repeats", "every"], &[]),
    verb("sign-out", &["over", "shape", "repeats", "every"], &[]),
    verb("crash", &["for", "repeats", "every"], &[]),
    verb("restart", &["repeats", "every"], &[]),
    verb("forget", &["repeats", "every"], &[]),
    verb("freeze", &["for", "repeats", "every"], &[]),
    verb("cut", &["for", "direction", "repeats", "every"], &[]),
    verb("set", &["over", "for", "repeats", "every"], &[]),
    verb("chaos", &["every", "lasting", "for"], &["every", "for"]),
    verb("search", &["from", "attempts", "holds"], &["from"]),
    verb("assign", &["to"], &["to"]),
    verb("unassign", &["from"], &["from"]),
    verb("upgrade", &["to", "for"], &["to"]),
    verb("buy", &[], &[]),
    verb("bind", &["to", "effective"], &["to"]),
    verb("release", &["from", "effective"], &["from"]),
    verb("convert", &["to", "from"], &["to"]),
    verb("migrate", &["to"], &["to"]),
    verb("cover", &["years"], &["years"]),
    verb("extend-warranty", &["years", "kind"], &["years", "kind"]),
    verb("reclaim", &["from"], &["from"]),
];

const WHO: Value = Value::OneOrMore(&Value::Selector);
const NODES: Value = Value::OneOrMore(&Value::Node);
const UNITS: Value = Value::Map(Keys::Licence, &COUNT);
const GOODS: Value = Value::Map(Keys::LicenceOrCredits, &COUNT);
const FUNCTIONS: Value = Value::Map(Keys::FeatureWord, &Value::Amount);
const FAULTS: &[super::Word] =
    &[word("crash"), word("restart"), word("forget"), word("freeze"), word("cut"), word("sign-out")];

/// A timeline entry: when, one verb, and what belongs to it.
pub(crate) static ENTRY: Block = Block {
    name: "timeline",
    keys: &[
        key("at", Value::Instant, "required", "when", ""),
        key("called", Value::Text, "none", "name of the event", ""),
        key("for", Value::Duration, "none", "undone after this long", ""),
        key("over", Value::Duration, "0 s", "spread or ramp over this long", ""),
        key("shape", Value::Words(&[word("even"), word("bell"), word("front")]), "even", "density of a spread", ""),
        key("repeats", Value::Count(1, 100_000), "1", "how often in all", ""),
        key("every", Value::Either(&[Value::Duration, Value::Distribution]), "none", "from one repeat to the next", ""),
        key("sign-in", WHO, "", "they wish to be in", "R34"),
        key("sign-out", WHO, "", "they wish to be out, and stay out", "R34"),
        key("crash", WHO, "", "gone without a word; with \"for\" back after it", "M2"),
        key("restart", NODES, "", "of a running or crashed node", "M10"),
        key("forget", NODES, "", "restart without its licence table: quarantine", "3.4"),
        key("freeze", NODES, "", "hears nothing, keeps state, wakes up late", "3.3"),
        key("cut", Value::OneOrMore(&Value::Text), "", "no packet over this link, or in and out of this site", ""),
        key("set", Value::Map(Keys::Path, &Value::Any), "", "other values from now on", ""),
        key("chaos", Value::List(&Value::Words(FAULTS)), "", "random faults from the seed", "§5"),
        key(
            "search",
            Value::Words(&[word("registrations"), word("refreshes"), word("calls")]),
            "",
            "the highest rate that passes (RFC 7502 4.10)",
            "4.2",
        ),
        key("assign", FUNCTIONS, "", "functions given", "R45 T22"),
        key("unassign", FUNCTIONS, "", "functions taken away", "R45 T22"),
        key("upgrade", NODES, "", "new PBX software", "R17 A4"),
        key("buy", GOODS, "", "into the project's balance", "R2 R84"),
        key("bind", UNITS, "", "from the balance to a node", "R78-R82 M10"),
        key("release", UNITS, "", "from a node to the balance", "R78-R82 M10"),
        key("convert", UNITS, "", "to a version: in the balance, or in place at a node (from)", "R79 R83"),
        key("migrate", NODES, "", "release all there, bind at the master", "R76-R80"),
        key("cover", UNITS, "", "SSC under SSA", "R84"),
        key("extend-warranty", Value::Node, "", "longer warranty", "R87-R90"),
        key("reclaim", Value::Map(Keys::Licence, &COUNT), "", "operator's forced release", "3.4"),
        key("direction", Value::Words(&[word("both"), word("out"), word("in")]), "both", "which way is cut", ""),
        key("lasting", Value::Distribution, "none", "length of one fault", ""),
        key("from", Value::Any, "none", "a rate, a node or people", ""),
        key("to", Value::Any, "none", "a version, a node or people", ""),
        key("attempts", SOME, "50000", "of each trial of a search", ""),
        key("holds", Value::Sentence, "zero failures", "when a trial of a search passes", ""),
        key("effective", Value::Words(&[word("restart"), word("now")]), "restart", "when it counts", ""),
        key("years", Value::Count(1, 100), "none", "how long", ""),
        key("kind", Value::Words(&[word("at-purchase"), word("after-purchase")]), "none", "of warranty", ""),
    ],
};

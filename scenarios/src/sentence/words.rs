//! The other tables of the language: templates, outcomes, statistics, `when`, reasons, and words of later versions.

use reports::expectation::{AttemptKind, Bound, Outcome, Stat};
use simulator::licence::feature::Feature;

/// One word of the language, for `pbxsim list`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct WordDoc {
    /// As sentences write it.
    pub word: &'static str,
    /// Where it fits: `group`, `gauge`, …
    pub of: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// A sentence with it.
    pub example: &'static str,
}

/// Sentences pbxsim knows: template and example.
pub fn templates() -> Vec<(&'static str, &'static str)> {
    TEMPLATES.to_vec()
}

/// What can be said of members and attempts.
pub fn outcomes() -> Vec<WordDoc> {
    OUTCOMES.iter().map(|row| row.doc).collect()
}

/// How gauges and times become one number.
pub fn statistics() -> Vec<WordDoc> {
    STATISTICS.iter().map(|row| row.1).collect()
}

/// Ways to say when.
pub fn whens() -> Vec<WordDoc> {
    WHENS.to_vec()
}

/// Reasons behind `refused for` that this version can give.
pub fn reasons() -> Vec<WordDoc> {
    let of_attempts = REASONS.iter().map(|(word, meaning)| doc(word, "refused for", meaning, REASON_EXAMPLE));
    let of_portal = PORTAL_REASONS.iter().map(|(word, meaning)| doc(word, ACTION_OF, meaning, ACTION_EXAMPLE));
    of_attempts.chain(of_portal).collect()
}

/// Share of a group or of attempts.
pub(super) const SHARE: &str = "QUANTITY SUBJECT are OUTCOME [within T] [WHEN]";
/// The commonest share: back after a loss.
pub(super) const BACK: &str = "99% of GROUP lost in EVENT are back within T";
/// Attempts that take a time.
pub(super) const TIME: &str = "P% of ATTEMPTS take at most T [WHEN]";
/// Waits at every node.
pub(super) const QUEUE: &str = "no node queues longer than T [WHEN]";
/// Waits at one node.
pub(super) const NODE_QUEUE: &str = "NODE never queues longer than T [WHEN]";
/// A stock of licences.
pub(super) const STOCK: &str = "FEATURE licences are never over-issued [WHEN]";
/// A measure against a limit.
pub(super) const MEASURE: &str = "[STATISTIC] MEASURE of NAME [at NODE] is at most V [WHEN]";
/// A measure against a theory.
pub(super) const AGREES: &str = "[STATISTIC] MEASURE of NAME [at NODE] agrees with V [WHEN]";

/// What administrators do, and what comes of it.
pub(super) const ACTION: &str = "EVENT is accepted";

const TEMPLATES: [(&str, &str); 8] = [
    (SHARE, "99% of endpoints lost in the crash are back within 30 s"),
    (TIME, "99.9% of sign-ins take at most 100 ms"),
    (QUEUE, "no node queues longer than 2 s"),
    (NODE_QUEUE, "standby never queues longer than 30 s after the crash"),
    (STOCK, "PBX-SoftwarePhones licences are never over-issued"),
    (MEASURE, "takeover time of the crash is between 5 s and 7 s"),
    (AGREES, "call congestion of PBX-Port agrees with 10.829%"),
    (ACTION, "the release is refused for not-transferable"),
];

/// Bounds of a quantity.
pub(super) const QUANTITY_BOUNDS: [(&str, Bound); 5] = [
    ("exactly", Bound::Exactly),
    ("at least", Bound::AtLeast),
    ("at most", Bound::AtMost),
    ("fewer than", Bound::FewerThan),
    ("more than", Bound::MoreThan),
];

/// Bounds of a measure.
pub(super) const LIMIT_BOUNDS: [(&str, Bound); 5] = [
    ("exactly", Bound::Exactly),
    ("at least", Bound::AtLeast),
    ("at most", Bound::AtMost),
    ("above", Bound::MoreThan),
    ("below", Bound::FewerThan),
];

/// Other words people begin a quantity with, and ours.
pub(super) const QUANTITY_SYNONYMS: [(&str, &str); 16] = [
    ("less than", "fewer than"),
    ("below", "fewer than"),
    ("under", "fewer than"),
    ("above", "more than"),
    ("over", "more than"),
    ("greater than", "more than"),
    ("up to", "at most"),
    ("not more than", "at most"),
    ("no more than", "at most"),
    ("no less than", "at least"),
    ("no fewer than", "at least"),
    ("none of", "no"),
    ("zero", "no"),
    ("every", "all"),
    ("each", "all"),
    ("equal to", "exactly"),
];

/// Other words people write before a limit, and ours.
pub(super) const LIMIT_SYNONYMS: [(&str, &str); 16] = [
    ("less than", "below"),
    ("fewer than", "below"),
    ("under", "below"),
    ("<", "below"),
    ("more than", "above"),
    ("greater than", "above"),
    ("over", "above"),
    (">", "above"),
    ("<=", "at most"),
    ("up to", "at most"),
    ("no more than", "at most"),
    (">=", "at least"),
    ("no less than", "at least"),
    ("equal to", "exactly"),
    ("=", "exactly"),
    ("==", "exactly"),
];

/// What attempts may be said about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Fits {
    /// Groups.
    Group,
    /// Groups with `lost in`.
    Lost,
    /// All attempts.
    Attempts,
    /// Attempts that are SIP requests: sign-ins and refreshes.
    Requests,
    /// Sign-ins, refreshes and calls.
    Answerable,
    /// Calls.
    Calls,
    /// Groups and calls.
    GroupOrCalls,
    /// All attempts but calls.
    NoCalls,
}

/// One outcome: words, subjects, meaning.
pub(super) struct OutcomeRow {
    /// What it is in an expectation; a reason is filled in.
    pub(super) outcome: Outcome,
    /// Of whom.
    pub(super) fits: Fits,
    /// Its words and what they mean.
    pub(super) doc: WordDoc,
}

/// Outcomes; longer phrases before their beginnings.
pub(super) static OUTCOMES: [OutcomeRow; 14] = [
    OutcomeRow {
        outcome: Outcome::Registered,
        fits: Fits::Group,
        doc: doc(
            "registered",
            "group",
            "the registrar holds a live binding, at an instant (default: the end)",
            "all users are registered at the end",
        ),
    },
    OutcomeRow {
        outcome: Outcome::Back,
        fits: Fits::Lost,
        doc: doc(
            "back",
            "group lost in an event",
            "registered again; whoever is never back is late",
            "99% of endpoints lost in the crash are back within 30 s",
        ),
    },
    OutcomeRow {
        outcome: Outcome::Dropped,
        fits: Fits::GroupOrCalls,
        doc: doc(
            "dropped",
            "group, calls",
            "lost a binding without wishing it, at any time in the window; calls: cut off for that",
            "no desk endpoints at slave-1 are dropped",
        ),
    },
    OutcomeRow {
        outcome: Outcome::Accepted,
        fits: Fits::NoCalls,
        doc: doc("accepted", "attempts", "got in, perhaps after refusals", "all sign-ins are accepted within 5 min"),
    },
    OutcomeRow {
        outcome: Outcome::Answered,
        fits: Fits::Calls,
        doc: doc("answered", "calls", "somebody answered", "80% of office calls are answered within 20 s"),
    },
    OutcomeRow {
        outcome: Outcome::Blocked,
        fits: Fits::Calls,
        doc: doc("blocked", "calls", "refused before it rang", "fewer than 3% of office calls are blocked"),
    },
    OutcomeRow {
        outcome: Outcome::Abandoned,
        fits: Fits::Calls,
        doc: doc("abandoned", "calls", "the caller gave up", "fewer than 5% of office calls are abandoned"),
    },
    OutcomeRow {
        outcome: Outcome::Held,
        fits: Fits::Calls,
        doc: doc("held", "calls", "one side put the other on hold", "at most 25% of office calls are held"),
    },
    OutcomeRow {
        outcome: Outcome::Transferred,
        fits: Fits::Calls,
        doc: doc(
            "transferred",
            "calls",
            "who was called passed the caller on while they talked",
            "at least 8% of office calls are transferred",
        ),
    },
    OutcomeRow {
        outcome: Outcome::Redirected,
        fits: Fits::Requests,
        doc: doc(
            "redirected",
            "sign-ins, refreshes",
            "answered 301 or 302 at least once",
            "no refreshes are redirected before the crash",
        ),
    },
    OutcomeRow {
        outcome: Outcome::TimedOut,
        fits: Fits::Answerable,
        doc: doc(
            "timed out",
            "sign-ins, refreshes, calls",
            "some request got no answer within 64*T1 (RFC 3261 §17.1.2.2)",
            "no refreshes are timed out before the crash",
        ),
    },
    OutcomeRow {
        outcome: Outcome::RefusedFor(String::new()),
        fits: Fits::Attempts,
        doc: doc(
            "refused for REASON",
            "attempts",
            "refused for this reason at least once",
            "no softphone sign-ins are refused for no-unit",
        ),
    },
    OutcomeRow {
        outcome: Outcome::RefusedALicence,
        fits: Fits::Attempts,
        doc: doc(
            "refused a licence",
            "attempts",
            "refused for any licence reason at least once",
            "fewer than 1% of softphone sign-ins are refused a licence",
        ),
    },
    OutcomeRow {
        outcome: Outcome::Refused,
        fits: Fits::Attempts,
        doc: doc("refused", "attempts", "refused at least once", "no PBX-Port checkouts at slave-1 are refused"),
    },
];

/// Statistics: of gauges (the first flag), of times (the second).
pub(super) const STATISTICS: [(Stat, WordDoc, bool, bool); 8] = [
    (
        Stat::Mean,
        doc("mean", BOTH, "gauges weighted by time", "mean units in use of PBX-Port is below 6000"),
        true,
        true,
    ),
    (
        Stat::Median,
        doc("median", BOTH, "the 50th percentile", "median registration delay of desk is at most 50 ms"),
        true,
        true,
    ),
    (
        Stat::Percentile(900),
        doc("p90", BOTH, "90% lie at or below it", "p90 registration delay of desk is at most 100 ms"),
        true,
        true,
    ),
    (
        Stat::Percentile(950),
        doc("p95", BOTH, "95% lie at or below it", "p95 registration delay of desk is at most 100 ms"),
        true,
        true,
    ),
    (
        Stat::Percentile(990),
        doc("p99", BOTH, "99% lie at or below it", "p99 registration delay of desk is at most 200 ms"),
        true,
        true,
    ),
    (
        Stat::Percentile(999),
        doc("p99.9", BOTH, "99.9% lie at or below it", "p99.9 registration delay of desk is at most 2 s"),
        true,
        true,
    ),
    (
        Stat::Peak,
        doc("peak", "gauges", "the highest value", "peak units in use of PBX-Port is at most 6100"),
        true,
        false,
    ),
    (
        Stat::Longest,
        doc("longest", "times", "the longest", "longest server wait of standby is at most 30 s"),
        false,
        true,
    ),
];

const WHENS: [WordDoc; 6] = [
    doc("during EVENT", "window", "from its start to its end", "no desk endpoints are dropped during the rush"),
    doc("before EVENT", "window", "from the start of the run to it", "no desk endpoints are dropped before the crash"),
    doc("after EVENT", "window", "from its start to the end of the run", "no sign-ins are refused after the crash"),
    doc("at the end", "instant", "the last moment of the run", "all users are registered at the end"),
    doc("from INSTANT to INSTANT", "window", "between two instants", "no sign-ins are refused from 09:00 to the crash"),
    doc("at INSTANT", "instant", "just after all that happens then", "all users are registered at the crash + 5 min"),
];

/// Reasons of this version.
pub(super) const REASONS: [(&str, &str); 20] = [
    ("no-unit", "no unit of a feature is free"),
    ("grace-no-new", "the licence master was silent for longer than \"soft\": no new holder"),
    ("la-unreachable", "the licence master was silent for longer than \"soft\" and \"grace\": nobody"),
    ("decentral-exhausted", "the node's own licences are used up, and it has no others (R8)"),
    ("gate-standby", "fewer standby licences than ports: no takeover (R41)"),
    ("quarantine", "the licence master has lost its table: nothing new until every old lease is over"),
    ("overload", "the queue of the node was full"),
    ("loop", "redirected more often than \"rules.redirects\" allows"),
    ("busy", "every device called was in a call"),
    ("no-channel", "every channel of the trunk was taken"),
    ("version", "no licence is as new as the software (R13)"),
    ("version-floor", "an older licence is bound beside them, and the oldest counts for all (R15, R17)"),
    ("no-agent", "no agent of the queue was signed in"),
    ("queue-full", "as many callers waited in the queue as it has places"),
    ("waited-too-long", "nobody answered for as long as the queue lets callers wait"),
    ("relay-channels", "every relay channel of the box was taken (R24)"),
    ("needs-mypbx", "a visitor from the web called somebody with neither myPBX nor UC (R62)"),
    ("do-not-disturb", "who was called does not want to be disturbed"),
    ("ipva", "every IPVA licence of the appliance was in use (R27)"),
    ("no-conference", "every place of the room, or every media channel, was taken"),
];

/// Reasons of the portal and of configuration: for administration alone.
pub(super) const PORTAL_REASONS: [(&str, &str); 13] = [
    ("needs-reporting", "who is recorded, or the trunk, has no reporting (R69)"),
    ("no-linux-ap", "fax and reporting need the Linux platform (R50, R65)"),
    ("no-recorder", "a PBX records with a recorder of its own (R71)"),
    ("gate-voicemail", "fewer old voicemail licences than ports: no voicemail (R51)"),
    ("not-transferable", "the licence is fixed to its device (R22, R29, R82)"),
    ("too-old", "the licence or the software is of a version that stays where it is (R77, R81)"),
    ("other-company", "the device belongs to another company (R81)"),
    ("model-mix", "the other model of voicemail is bound there (R54)"),
    ("too-late", "a warranty is extended at the purchase or within twelve months (R90)"),
    ("too-many-years", "a warranty is extended by four years at most (R87)"),
    ("already-extended", "a warranty is extended once (R89)"),
    ("no-balance", "the balance has fewer of them (R80)"),
    ("no-credit", "too few service credits, or no agreement (R83, R84)"),
];

/// Reasons that no licence has anything to do with.
pub(super) const OTHER_REASONS: [&str; 9] = [
    "overload",
    "loop",
    "busy",
    "no-channel",
    "no-agent",
    "queue-full",
    "waited-too-long",
    "no-conference",
    "do-not-disturb",
];

/// Reasons of later versions. `unknown-user` among them: whoever a file declares is known to every node.
pub(super) const LATER_REASONS: [&str; 2] = ["needs-port", "unknown-user"];

/// Attempts of later versions, and what brings them.
pub(super) const LATER_SUBJECTS: [(&str, &str); 1] = [("assignments", "assigned licences come")];

/// Outcomes of later versions.
pub(super) const LATER_OUTCOMES: [(&str, &str); 1] = [("recorded", "recording comes")];

/// Measures of later versions; longer phrases before their beginnings.
pub(super) const LATER_METRICS: [(&str, &str); 2] = [("balance", "the portal comes"), ("efficiency", "it comes")];

/// Devices of later versions.
pub(super) const LATER_DEVICES: [(&str, &str); 2] =
    [("mobile-app", "mobile applications come"), ("gsm", "mobile phones by GSM come")];

/// Whether it is a feature that sentences will know in a later version.
pub(super) fn is_later_feature(word: &str) -> bool {
    Feature::named(word).is_some_and(|feature| !feature.is_simulated())
}

/// Verbs whose events are accepted or refused.
pub(super) const ADMINISTRATIVE: [&str; 11] = [
    "assign",
    "unassign",
    "upgrade",
    "buy",
    "bind",
    "release",
    "convert",
    "migrate",
    "cover",
    "extend-warranty",
    "reclaim",
];

/// The word of a kind of attempt.
pub(super) fn attempt_word(kind: &AttemptKind) -> &'static str {
    match kind {
        AttemptKind::SignIns => "sign-ins",
        AttemptKind::Refreshes => "refreshes",
        AttemptKind::Checkouts(_) => "checkouts",
        AttemptKind::Takeovers => "takeovers",
        AttemptKind::Calls { .. } => "calls",
    }
}

const fn doc(word: &'static str, of: &'static str, meaning: &'static str, example: &'static str) -> WordDoc {
    WordDoc { word, of, meaning, example }
}

const BOTH: &str = "gauges, times";
const ACTION_OF: &str = "EVENT is refused for";
const ACTION_EXAMPLE: &str = "the release is refused for not-transferable";
const REASON_EXAMPLE: &str = "no sign-ins are refused for no-unit";

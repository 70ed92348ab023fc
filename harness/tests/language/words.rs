//! The words of the language, from its own tables, and which of them a sentence uses.

use std::collections::BTreeSet;
use std::mem::discriminant;

use reports::expectation::{
    AttemptKind, Attempts, Bound, Claim, Expectation, Group, Limit, Measured, Operand, Outcome, Quantity, Stat,
    Subject, When,
};
use scenarios::plan::Plan;
use scenarios::sentence::{Kind, MetricDoc, metrics, outcomes, reasons, statistics, templates, whens};

/// Words shown so far, each with whether the sentence held.
#[derive(Default)]
pub(crate) struct Shown(BTreeSet<(String, bool)>);

impl Shown {
    /// A sentence shows the words it uses; one that was not tried shows nothing false.
    pub(crate) fn add(&mut self, plan: &Plan, expectation: &Expectation, holds: bool, tried: bool) {
        if holds || tried {
            self.0.extend(used(plan, expectation).into_iter().map(|word| (word, holds)));
        }
    }

    /// Words that lack a sentence that holds, or one that fails.
    pub(crate) fn missing(&self) -> Vec<String> {
        let both = all().into_iter().flat_map(|word| [(word.clone(), true), (word, false)]);
        let lacking = both.filter(|pair| !self.0.contains(pair));
        lacking.map(|(word, holds)| format!("{word}: {}", if holds { "true" } else { "false" })).collect()
    }
}

/// Verbs of the timeline and the keys beside them that this version has.
pub(crate) fn timeline_keys() -> Vec<&'static str> {
    let rows = scenarios::reference().into_iter().filter(|row| row.block == "timeline" && row.exists);
    rows.map(|row| row.key).collect()
}

/// Verbs alone: what has no default.
fn verbs() -> Vec<&'static str> {
    let rows = scenarios::reference().into_iter();
    rows.filter(|row| row.block == "timeline" && row.exists && row.default.is_empty()).map(|row| row.key).collect()
}

fn all() -> BTreeSet<String> {
    let mut all: BTreeSet<String> = PARTS.iter().map(|part| (*part).to_owned()).collect();
    all.extend(templates().into_iter().map(|(template, _)| format!("template {template}")));
    all.extend(metrics().iter().map(|doc| format!("measure {}", doc.word)));
    all.extend(outcomes().iter().map(|doc| format!("outcome {}", doc.word)));
    all.extend(whens().iter().map(|doc| format!("when {}", doc.word)));
    all.extend(reasons().iter().map(|doc| format!("reason {}", doc.word)));
    all.extend(verbs().iter().map(|verb| format!("verb {verb}")));
    for doc in statistics() {
        all.extend(doc.of.split(", ").map(|of| format!("statistic {} of {of}", doc.word)));
    }
    all
}

/// What sentences are made of besides the words that the language's tables list.
const PARTS: [&str; 39] = [
    "subject users",
    "subject endpoints",
    "subject sign-ins",
    "subject refreshes",
    "subject checkouts",
    "subject takeovers",
    "subject calls",
    "calls of a flow",
    "calls to somebody",
    "group of a population",
    "group of a device",
    "group at a node",
    "group lost in an event",
    "attempts of a population",
    "attempts with a device",
    "attempts at a node",
    "checkouts at a node",
    "quantity no",
    "quantity all",
    "quantity exactly %",
    "quantity at least %",
    "quantity at most %",
    "quantity fewer than %",
    "quantity more than %",
    "quantity between %",
    "quantity exactly",
    "quantity at least",
    "quantity at most",
    "quantity fewer than",
    "quantity more than",
    "quantity between",
    "limit exactly",
    "limit at least",
    "limit at most",
    "limit below",
    "limit above",
    "limit between",
    "limit a measure",
    "measure at a node",
];

fn used(plan: &Plan, expectation: &Expectation) -> BTreeSet<String> {
    let mut used: Vec<String> = vec![format!("template {}", template(&expectation.claim))];
    let when = match &expectation.claim {
        Claim::Share { quantity, subject, outcome, when, .. } => {
            used.push(format!("quantity {}", quantity_word(*quantity)));
            used.extend(outcome_words(outcome));
            used.extend(subject_words(subject));
            when
        }
        Claim::Time { attempts, when, .. } => {
            used.extend(attempt_words(attempts));
            when
        }
        Claim::Queue { when, .. } | Claim::Stock { when, .. } => when,
        Claim::Action { outcome, .. } => {
            used.extend(outcome_words(outcome));
            &When::Whole
        }
        Claim::Measure { measured, limit, when } => {
            used.extend(measured_words(measured));
            used.extend(limit_words(limit));
            when
        }
    };
    used.extend(when_word(&expectation.text, *when).map(|word| format!("when {word}")));
    let named = |name: &str| format!(" {} ", expectation.text).contains(&format!(" {name} "));
    let told = plan.occasions.iter().filter(|occasion| occasion.called && named(&occasion.name));
    used.extend(told.map(|occasion| format!("verb {}", occasion.verb)));
    used.into_iter().collect()
}

fn template(claim: &Claim) -> &'static str {
    match claim {
        Claim::Share { .. } => "QUANTITY SUBJECT are OUTCOME [within T] [WHEN]",
        Claim::Time { .. } => "P% of ATTEMPTS take at most T [WHEN]",
        Claim::Queue { node: None, .. } => "no node queues longer than T [WHEN]",
        Claim::Queue { node: Some(_), .. } => "NODE never queues longer than T [WHEN]",
        Claim::Stock { .. } => "FEATURE licences are never over-issued [WHEN]",
        Claim::Action { .. } => "EVENT is accepted",
        Claim::Measure { limit: Limit::AgreesWith(_), .. } => {
            "[STATISTIC] MEASURE of NAME [at NODE] agrees with V [WHEN]"
        }
        Claim::Measure { .. } => "[STATISTIC] MEASURE of NAME [at NODE] is at most V [WHEN]",
    }
}

fn quantity_word(quantity: Quantity) -> String {
    match quantity {
        Quantity::No => "no".to_owned(),
        Quantity::All => "all".to_owned(),
        Quantity::Percent(bound, _) => format!("{} %", bound_word(bound, "fewer than", "more than")),
        Quantity::Count(bound, _) => bound_word(bound, "fewer than", "more than").to_owned(),
        Quantity::BetweenPercent(..) => "between %".to_owned(),
        Quantity::BetweenCount(..) => "between".to_owned(),
    }
}

fn bound_word(bound: Bound, fewer: &'static str, more: &'static str) -> &'static str {
    match bound {
        Bound::Exactly => "exactly",
        Bound::AtLeast => "at least",
        Bound::AtMost => "at most",
        Bound::FewerThan => fewer,
        Bound::MoreThan => more,
    }
}

fn outcome_words(outcome: &Outcome) -> Vec<String> {
    let word = match outcome {
        Outcome::Registered => "registered",
        Outcome::Back => "back",
        Outcome::Dropped => "dropped",
        Outcome::Accepted => "accepted",
        Outcome::Redirected => "redirected",
        Outcome::Answered => "answered",
        Outcome::Blocked => "blocked",
        Outcome::Abandoned => "abandoned",
        Outcome::Held => "held",
        Outcome::Transferred => "transferred",
        Outcome::TimedOut => "timed out",
        Outcome::RefusedFor(reason) => return vec!["outcome refused for REASON".into(), format!("reason {reason}")],
        Outcome::RefusedALicence => "refused a licence",
        Outcome::Refused => "refused",
    };
    vec![format!("outcome {word}")]
}

fn subject_words(subject: &Subject) -> Vec<String> {
    let Subject::Group(Group { population, device, users, at, lost_in }) = subject else {
        let Subject::Attempts(attempts) = subject else { return Vec::new() };
        return attempt_words(attempts);
    };
    let parts = [
        (true, if *users { "subject users" } else { "subject endpoints" }),
        (population.is_some(), "group of a population"),
        (device.is_some(), "group of a device"),
        (at.is_some(), "group at a node"),
        (lost_in.is_some(), "group lost in an event"),
    ];
    chosen(&parts)
}

fn attempt_words(attempts: &Attempts) -> Vec<String> {
    if let AttemptKind::Calls { flow, to } = &attempts.kind {
        let parts = [(true, "subject calls"), (flow.is_some(), "calls of a flow"), (to.is_some(), "calls to somebody")];
        return chosen(&parts);
    }
    let (kind, at) = match attempts.kind {
        AttemptKind::SignIns => ("subject sign-ins", "attempts at a node"),
        AttemptKind::Refreshes => ("subject refreshes", "attempts at a node"),
        AttemptKind::Checkouts(_) => ("subject checkouts", "checkouts at a node"),
        AttemptKind::Takeovers => ("subject takeovers", "attempts at a node"),
        AttemptKind::Calls { .. } => unreachable!("calls have parts of their own"),
    };
    let parts = [
        (true, kind),
        (attempts.at.is_some(), at),
        (attempts.population.is_some(), "attempts of a population"),
        (attempts.device.is_some(), "attempts with a device"),
    ];
    chosen(&parts)
}

fn chosen(parts: &[(bool, &str)]) -> Vec<String> {
    parts.iter().filter(|(is, _)| *is).map(|(_, part)| (*part).to_owned()).collect()
}

fn doc_of(measured: &Measured) -> MetricDoc {
    let same = |doc: &MetricDoc| discriminant(&doc.metric) == discriminant(&measured.metric);
    metrics().into_iter().find(same).unwrap_or_else(|| panic!("{:?} is in no table", measured.metric))
}

fn measured_words(measured: &Measured) -> Vec<String> {
    let doc = doc_of(measured);
    let of = if doc.kind == Kind::Gauge { "gauges" } else { "times" };
    let statistic = measured.stat.map(|stat| format!("statistic {} of {of}", stat_word(stat)));
    let at = measured.at.is_some().then(|| "measure at a node".to_owned());
    [Some(format!("measure {}", doc.word)), statistic, at].into_iter().flatten().collect()
}

fn stat_word(stat: Stat) -> String {
    match stat {
        Stat::Mean => "mean".to_owned(),
        Stat::Median => "median".to_owned(),
        Stat::Percentile(tenths) if tenths % 10 == 0 => format!("p{}", tenths / 10),
        Stat::Percentile(tenths) => format!("p{}.{}", tenths / 10, tenths % 10),
        Stat::Peak => "peak".to_owned(),
        Stat::Longest => "longest".to_owned(),
    }
}

fn limit_words(limit: &Limit) -> Vec<String> {
    match limit {
        Limit::Bound(_, Operand::Measured(other)) => {
            [vec!["limit a measure".to_owned()], measured_words(other)].concat()
        }
        Limit::Bound(bound, Operand::Value(_)) => vec![format!("limit {}", bound_word(*bound, "below", "above"))],
        Limit::Between(..) => vec!["limit between".to_owned()],
        Limit::AgreesWith(_) => Vec::new(),
    }
}

/// The `when` a sentence was written with; its meaning keeps no trace of the words.
fn when_word(text: &str, when: When) -> Option<&'static str> {
    let begins = |words: &str| text.contains(words);
    match when {
        When::Whole => None,
        When::At(_) => Some(if begins(" at the end") { "at the end" } else { "at INSTANT" }),
        When::Between { .. } if begins(" during ") => Some("during EVENT"),
        When::Between { .. } if begins(" before ") => Some("before EVENT"),
        When::Between { .. } if begins(" after ") => Some("after EVENT"),
        When::Between { .. } => Some("from INSTANT to INSTANT"),
    }
}

//! How a sentence was understood, in one line: what is counted against what, and in how many runs.

use reports::expectation::{
    AttemptKind, Attempts, Bound, Claim, Expectation, Group, Limit, Measured, Operand, Outcome, Quantity, Subject, When,
};

use super::metrics::{Unit, doc_of};
use super::value::{duration_text, instant_text, percent_text};
use super::words::{STATISTICS, attempt_word};

/// One line for `explain`: `back by the crash + 30 s ÷ lost in it ≥ 99%; never = late; 19 of 20 runs`.
pub fn understood(expectation: &Expectation) -> String {
    understood_with(expectation, &instant_text)
}

/// The same, with instants (nanoseconds since the start) said as `instant` says them.
pub fn understood_with(expectation: &Expectation, instant: &dyn Fn(u64) -> String) -> String {
    let claim = claim(&expectation.claim, &expectation.text, instant);
    let runs = match expectation.runs {
        Some(runs) => format!("{} of {} runs", runs.passing, runs.of),
        None if is_pooled(&expectation.claim) => "all seeds pooled".to_owned(),
        None if is_every_run(&expectation.claim) => "every run".to_owned(),
        None => "19 of 20 runs".to_owned(),
    };
    let stop = if expectation.or_stop { "; ends the run once it cannot hold" } else { "" };
    format!("{claim}; {runs}{stop}")
}

fn claim(claim: &Claim, text: &str, instant: &dyn Fn(u64) -> String) -> String {
    match claim {
        Claim::Share { quantity, subject: Subject::Group(group), outcome, within_ns, when } => {
            group_share(quantity, group, outcome, *within_ns, *when, (text, instant))
        }
        Claim::Share { quantity, subject: Subject::Attempts(attempts), outcome, within_ns, when } => {
            let within = within_ns.map_or(String::new(), |ns| format!(" within {} of being due", duration_text(ns)));
            let is_call = matches!(attempts.kind, AttemptKind::Calls { .. });
            let outcome =
                if is_call && *outcome == Outcome::Dropped { "cut off".to_owned() } else { outcome_text(outcome) };
            let what = format!("{} {outcome}{within}", attempts_text(attempts));
            format!("{what}{}{}", share_of(quantity, "all due"), window(*when, instant))
        }
        Claim::Time { percent_ppb, attempts, limit_ns, when } => format!(
            "{} finished within {} of being due ÷ all due ≥ {}{}; never = late",
            attempts_text(attempts),
            duration_text(*limit_ns),
            percent_text(*percent_ppb),
            window(*when, instant)
        ),
        Claim::Queue { node, limit_ns, when } => {
            let place = node.as_ref().map_or("any node".to_owned(), Clone::clone);
            format!("longest wait of a request at {place} ≤ {}{}", duration_text(*limit_ns), window(*when, instant))
        }
        Claim::Stock { feature, when } => {
            format!("units of {feature} in use ≤ installed, after every event{}", window(*when, instant))
        }
        Claim::Action { outcome, .. } => {
            let event = text.split(" is ").next().unwrap_or(text);
            format!("{event}: {} in the portal", outcome_text(outcome))
        }
        Claim::Measure { measured, limit, when } => {
            format!("{} {}{}", measured_text(measured, text), limit_text(limit, measured, text), window(*when, instant))
        }
    }
}

fn group_share(
    quantity: &Quantity,
    group: &Group,
    outcome: &Outcome,
    within_ns: Option<u64>,
    when: When,
    (text, instant): (&str, &dyn Fn(u64) -> String),
) -> String {
    let event = group.lost_in.map(|_| between(text, "lost in ", &[" are "]));
    let by = within_ns.map(duration_text);
    let when = match (when, &by, &event) {
        (_, Some(by), Some(event)) => format!(" by {event} + {by}"),
        (When::Between { from_ns, .. }, Some(by), None) => format!(" by {} + {by}", instant(from_ns)),
        (When::Whole, ..) if *outcome != Outcome::Dropped => " at the end".to_owned(),
        (when, ..) => window(when, instant),
    };
    let whole = event.map_or("all of them".to_owned(), |event| format!("lost in {event}"));
    let late = if *outcome == Outcome::Back { "; never = late" } else { "" };
    format!("{} {}{when}{}{late}", group_text(group), outcome_text(outcome), share_of(quantity, &whole))
}

/// ` ÷ all due ≥ 99%`, ` = 0`.
fn share_of(quantity: &Quantity, whole: &str) -> String {
    match quantity {
        Quantity::No => " = 0".to_owned(),
        Quantity::All => format!(" = {whole}"),
        Quantity::Percent(bound, ppb) => format!(" ÷ {whole} {} {}", sign(*bound), percent_text(*ppb)),
        Quantity::Count(bound, count) => format!(" {} {count}", sign(*bound)),
        Quantity::BetweenPercent(from, to) => {
            format!(" ÷ {whole} between {} and {}", percent_text(*from), percent_text(*to))
        }
        Quantity::BetweenCount(from, to) => format!(" between {from} and {to}"),
    }
}

fn group_text(group: &Group) -> String {
    let noun = if group.users { "users" } else { "endpoints" };
    subject_text(group.population.as_deref(), group.device.as_deref(), noun, group.at.as_deref())
}

fn attempts_text(attempts: &Attempts) -> String {
    let first = match &attempts.kind {
        AttemptKind::Checkouts(feature) => Some(feature.as_str()),
        AttemptKind::Calls { flow, to } => {
            let words = [flow.as_deref(), Some("calls"), to.as_ref().map(|_| "to"), to.as_deref()];
            return words.into_iter().flatten().collect::<Vec<_>>().join(" ");
        }
        _ => attempts.population.as_deref(),
    };
    subject_text(first, attempts.device.as_deref(), attempt_word(&attempts.kind), attempts.at.as_deref())
}

fn subject_text(population: Option<&str>, device: Option<&str>, noun: &str, at: Option<&str>) -> String {
    let words: Vec<&str> = [population, device, Some(noun), at.map(|_| "at"), at].into_iter().flatten().collect();
    words.join(" ")
}

fn outcome_text(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Registered => "registered".to_owned(),
        Outcome::Back => "back".to_owned(),
        Outcome::Dropped => "that lose their binding".to_owned(),
        Outcome::Answered => "answered".to_owned(),
        Outcome::Blocked => "refused before ringing".to_owned(),
        Outcome::Abandoned => "given up by the caller".to_owned(),
        Outcome::Held => "put on hold".to_owned(),
        Outcome::Transferred => "passed on while people talk".to_owned(),
        Outcome::Redirected => "redirected".to_owned(),
        Outcome::Accepted => "accepted".to_owned(),
        Outcome::TimedOut => "timed out".to_owned(),
        Outcome::RefusedFor(reason) => format!("refused for {reason}"),
        Outcome::RefusedALicence => "refused a licence".to_owned(),
        Outcome::Refused => "refused".to_owned(),
    }
}

fn measured_text(measured: &Measured, text: &str) -> String {
    let doc = doc_of(measured.metric);
    let word = match measured.metric {
        reports::expectation::Metric::TimeToRegistered(ppb) => doc.word.replace("P%", &percent_text(ppb)),
        _ => doc.word.to_owned(),
    };
    let stat = measured.stat.and_then(|stat| STATISTICS.iter().find(|row| row.0 == stat)).map(|row| row.1.word);
    let mut words: Vec<&str> = stat.into_iter().chain([word.as_str()]).collect();
    let event = between(text, &format!("{word} of "), &[" is ", " in at least ", " or stop"]);
    match (&measured.of, measured.occasion) {
        (Some(of), _) => words.extend(["of", of]),
        (None, Some(_)) => words.extend(["of", &event]),
        (None, None) => {}
    }
    words.extend(measured.at.iter().flat_map(|at| ["at", at]));
    words.join(" ")
}

fn limit_text(limit: &Limit, measured: &Measured, text: &str) -> String {
    let operand = |operand: &Operand| match operand {
        Operand::Value(value) => value_text(*value, doc_of(measured.metric).unit),
        // The right side of the sentence.
        Operand::Measured(other) => measured_text(other, text.split_once(" is ").map_or(text, |(_, right)| right)),
    };
    match limit {
        Limit::Bound(bound, value) => format!("{} {}", sign(*bound), operand(value)),
        Limit::Between(from, to) => format!("between {} and {}", operand(from), operand(to)),
        Limit::AgreesWith(value) => {
            let value = value_text(*value, doc_of(measured.metric).unit);
            format!("has {value} in its 99.9% interval, which is narrower than ±20%")
        }
    }
}

fn value_text(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Count => format!("{value}"),
        Unit::Duration => duration_text(value as u64),
        Unit::Percent => percent_text((value * 1e9).round() as u64),
        Unit::Rate => format!("{value}/s"),
    }
}

fn sign(bound: Bound) -> &'static str {
    match bound {
        Bound::Exactly => "=",
        Bound::AtLeast => "≥",
        Bound::AtMost => "≤",
        Bound::FewerThan => "<",
        Bound::MoreThan => ">",
    }
}

fn window(when: When, instant: &dyn Fn(u64) -> String) -> String {
    match when {
        When::Whole => String::new(),
        When::At(ns) => format!(" at {}", instant(ns)),
        When::Between { from_ns, to_ns } => format!(" from {} to {}", instant(from_ns), instant(to_ns)),
    }
}

/// The piece of a sentence between two others: how an event is called, which expectations know by index only.
fn between(text: &str, before: &str, after: &[&str]) -> String {
    let behind = text.split_once(before).map_or("", |(_, behind)| behind);
    let ends = after.iter().filter_map(|after| behind.find(after)).min();
    let name = ends.map_or(behind, |end| &behind[..end]);
    if name.is_empty() { "the event".to_owned() } else { name.to_owned() }
}

fn is_pooled(claim: &Claim) -> bool {
    matches!(claim, Claim::Measure { limit: Limit::AgreesWith(_), .. })
}

/// `never`, `no`, `all` and `exactly` hold in every run (scenario language §5).
fn is_every_run(claim: &Claim) -> bool {
    match claim {
        Claim::Share { quantity, .. } => matches!(
            quantity,
            Quantity::No | Quantity::All | Quantity::Percent(Bound::Exactly, _) | Quantity::Count(Bound::Exactly, _)
        ),
        Claim::Queue { .. } | Claim::Stock { .. } | Claim::Action { .. } => true,
        Claim::Measure { limit: Limit::Bound(Bound::Exactly, _), .. } => true,
        Claim::Time { .. } | Claim::Measure { .. } => false,
    }
}

//! Sentences of `expect`: from words to expectations, and the tables of words that lists and messages are made from.
//!
//! A sentence is read once, from left to right: its first words decide the template, and the first word that does not
//! fit is the place of the error. Names win over words, longer names over shorter ones (scenario language §5).

mod action;
mod cursor;
mod error;
mod measure;
mod metrics;
mod names;
mod share;
mod subject;
mod understood;
mod value;
mod when;
mod words;

use reports::expectation::{Claim, Expectation, Runs};

use cursor::Cursor;
use error::{nearest, quoted};
use names::Named;
use words::{NODE_QUEUE, QUEUE, SHARE, STOCK};

pub use error::SentenceError;
pub use metrics::{Kind, MetricDoc, Of, Unit, metrics};
pub use names::{FeatureName, Names, NodeGroup, OccasionName, PopulationName};
pub use understood::{understood, understood_with};
pub use words::{WordDoc, outcomes, reasons, statistics, templates, whens};

/// Reads one sentence.
pub fn parse(text: &str, names: &Names) -> Result<Expectation, SentenceError> {
    let mut cursor = Cursor::new(text, names);
    let claim = claim(&mut cursor)?;
    let runs = runs(&mut cursor)?;
    let or_stop = cursor.take("or stop");
    if !cursor.is_done() {
        return Err(left_over(&cursor));
    }
    Ok(Expectation { text: cursor.folded(), claim, runs, or_stop })
}

/// The first words decide.
fn claim(cursor: &mut Cursor<'_>) -> Result<Claim, SentenceError> {
    if cursor.is_done() {
        let advice = format!("write a sentence such as: {}", templates()[0].1);
        return Err(SentenceError::new(cursor.here(), "there is no sentence here", advice));
    }
    if is_queue(cursor) {
        let node = if cursor.is_at("no") { None } else { Some(cursor.node()?) };
        return queue(cursor, node);
    }
    if cursor.is_quantity() {
        return cursor.share();
    }
    if let Some(claim) = cursor.action()? {
        return Ok(claim);
    }
    if cursor.named().is_none() && cursor.is_feature() && cursor.ahead(1) != "checkouts" {
        return stock(cursor);
    }
    if let Some(error) = no_quantity(cursor) {
        return Err(error);
    }
    cursor.measure()
}

/// `no node queues`, `NODE never queues`; also with a word misspelt, unless a name begins there.
fn is_queue(cursor: &Cursor<'_>) -> bool {
    let behind = cursor.rest().get(1..).unwrap_or_default();
    match cursor.named() {
        Some((count, _)) => cursor.ahead(count) == "never",
        None if cursor.is_at("no") => {
            cursor.names.longest(behind).is_none() && ["node", "nodes"].contains(&cursor.ahead(1))
        }
        None => cursor.ahead(1) == "never",
    }
}

fn queue(cursor: &mut Cursor<'_>, node: Option<String>) -> Result<Claim, SentenceError> {
    cursor.template = if node.is_some() { NODE_QUEUE } else { QUEUE };
    let beginning = if node.is_some() { "never queues" } else { "no node queues" };
    cursor.expect(beginning)?;
    cursor.expect("longer than")?;
    let limit_ns = cursor.value()?.ns()?;
    let when = cursor.when()?;
    share::check_window(&when, "waits are looked at")?;
    Ok(Claim::Queue { node, limit_ns, when: when.when })
}

fn stock(cursor: &mut Cursor<'_>) -> Result<Claim, SentenceError> {
    cursor.template = STOCK;
    let feature = cursor.feature()?;
    cursor.expect("licences")?;
    cursor.expect("are")?;
    cursor.expect("never over-issued")?;
    let when = cursor.when()?;
    share::check_window(&when, "\"never\" is")?;
    Ok(Claim::Stock { feature, when: when.when })
}

/// A sentence that begins with its subject lacks its quantity.
fn no_quantity(cursor: &Cursor<'_>) -> Option<SentenceError> {
    let nouns = ["users", "endpoints", "sign-ins", "refreshes", "takeovers", "calls"];
    let is_device = simulator::layout::Device::ALL.iter().any(|device| device.word() == cursor.peek());
    let is_subject = cursor.named().is_some() || is_device || nouns.contains(&cursor.peek()) || cursor.is_feature();
    if !is_subject || cursor.is_at("calls up") {
        return None;
    }
    let (count, advice) = match cursor.named() {
        Some((count, Named::Node(_) | Named::NodeGroup(_))) => (count, format!("a node begins only: {NODE_QUEUE}")),
        Some((count, _)) => (count, format!("write how many first: {SHARE}")),
        None => (1, format!("write how many first: {SHARE}")),
    };
    let first: Vec<&str> = cursor.rest().iter().take(count).map(|word| word.text).collect();
    let message = format!("no sentence begins with {}", quoted(&first.join(" ")));
    Some(SentenceError::new(cursor.span_of(count), message, advice))
}

/// `in at least 19 of 20 runs`.
fn runs(cursor: &mut Cursor<'_>) -> Result<Option<Runs>, SentenceError> {
    if !cursor.take("in") {
        return Ok(None);
    }
    let template = std::mem::replace(&mut cursor.template, RUNS);
    cursor.expect("at least")?;
    let mark = cursor.mark();
    let passing = cursor.value()?;
    if passing.is_percent() {
        return Err(SentenceError::new(passing.span, "runs are counted", format!("write \"{RUNS}\"")));
    }
    let passing = passing.count()?;
    cursor.expect("of")?;
    let of = cursor.value()?.count()?;
    let span = cursor.since(mark);
    cursor.expect("runs")?;
    cursor.template = template;
    match (u32::try_from(passing), u32::try_from(of)) {
        (Ok(passing), Ok(of)) if (1..=of).contains(&passing) => Ok(Some(Runs { passing, of })),
        _ => {
            let message = format!("{passing} of {of} runs cannot be");
            Err(SentenceError::new(span, message, "write at least 1, and at most as many as there are"))
        }
    }
}

/// A whole sentence was read, and words follow.
fn left_over(cursor: &Cursor<'_>) -> SentenceError {
    let error = cursor.broken("the end of the sentence", BEHIND);
    match nearest(cursor.peek(), BEHIND) {
        _ if BEHIND.contains(&cursor.peek()) => SentenceError { advice: format!("the order is: {ORDER}"), ..error },
        Some(_) => error,
        None => SentenceError { advice: format!("nearest: {}", cursor.template), ..error },
    }
}

const RUNS: &str = "in at least 19 of 20 runs";
const ORDER: &str = "[within T] [during, before, after, at, from … to …] [in at least N of M runs] [or stop]";
/// Words that may stand behind a claim.
const BEHIND: [&str; 8] = ["within", "during", "before", "after", "from", "at", "in", "or"];

#[cfg(test)]
mod tests;

//! What searches found, and the report of RFC 7502 §5 about them.

use super::wrap::wrapped;
use crate::render::safe::safe;
use crate::search::{Found, Search, Setup};
use crate::units;

/// Each search: the rate by the RFC, and the one that was proven.
pub(super) fn lines(searches: &[Search]) -> Vec<String> {
    let mut lines = Vec::new();
    for search in searches {
        let start = if lines.is_empty() { "  Search    " } else { REST };
        lines.extend(wrapped(start, REST, &safe(&in_words(search))));
    }
    lines
}

/// `registration search: 458/s by RFC 7502 (38 trials of 50,000, from 100/s); 457/s proven (14 of 14; …)`.
pub(in crate::render) fn in_words(search: &Search) -> String {
    let trials = units::things(search.rfc_trials() as u64, "trial", "trials");
    let attempts = units::count(u64::from(search.attempts));
    let found = search.found.words();
    let mut words = format!("{}: {found} by RFC 7502 ({trials} of {attempts}, from {}/s)", search.name, search.from);
    match (search.proof, search.trials.iter().rfind(|trial| !trial.passed)) {
        (Some(proof), _) => {
            let failed = proof.failed.map_or_else(String::new, |(rate, of)| format!("; {rate}/s failed 1 of {of}"));
            let passes = proof.passes;
            words.push_str(&format!("; {} proven ({passes} of {passes}{failed})", proof.found.words()));
        }
        (None, Some(failed)) if search.found == Found::Nothing => {
            words.push_str(&format!("; even at {}/s: {}", failed.per_second, failed.trouble));
        }
        (None, _) => {}
    }
    words.push('.');
    words
}

/// The test set-up and the benchmarks in the form of RFC 7502 §5, for the searches of one run.
pub(super) fn report(searches: &[Search]) -> Vec<String> {
    let rows = report_rows(searches);
    let head = (!rows.is_empty()).then(|| "  RFC 7502, section 5".to_owned());
    head.into_iter().chain(rows.into_iter().map(|(label, value)| format!("    {label:<32}{value}"))).collect()
}

/// Its rows: label and value.
pub(in crate::render) fn report_rows(searches: &[Search]) -> Vec<(&'static str, String)> {
    let Some(first) = searches.first() else { return Vec::new() };
    let mut rows = setup(searches, &first.setup);
    for search in searches {
        let label = match search.sought.as_str() {
            "registrations" => "Registration rate",
            "refreshes" => "Re-registration rate",
            _ => "Session establishment rate",
        };
        rows.push((label, search.found.words()));
    }
    rows
}

fn setup(searches: &[Search], setup: &Setup) -> Vec<(&'static str, String)> {
    let attempted: u64 = searches.iter().map(Search::attempted).sum();
    let trials: usize = searches.iter().map(|search| search.trials.len()).sum();
    let mut rates: Vec<String> = searches.iter().map(|search| format!("{}/s", search.from)).collect();
    rates.dedup();
    let requests = if setup.requests > 1 { ", 2 requests each" } else { "" };
    let durations = searches.iter().map(|search| search.setup.duration.as_str());
    let duration = durations.max_by_key(|text| *text != "not applicable").unwrap_or_default();
    let criteria = searches.iter().filter_map(|search| search.holds.as_deref()).next();
    let mut rows = vec![
        ("SIP transport protocol", setup.transport.clone()),
        ("Connection management mode", setup.connections.clone()),
        ("Session attempt rate", format!("{} at first", rates.join(", "))),
        ("Session duration", duration.to_owned()),
        ("Total sessions attempted", format!("{} in {trials} trials{requests}", units::count(attempted))),
        ("Media streams per session", "0: signalling only; no codec, no packets".to_owned()),
        ("Establishment threshold time", format!("{} s (64·T1)", setup.threshold_s)),
        ("TLS ciphersuite, IPsec profile", "not modelled".to_owned()),
    ];
    if let Some(sentence) = criteria {
        rows.push(("Success, other than the RFC's", safe(sentence)));
    }
    rows
}

const REST: &str = "            ";

//! The statistics file of SIPp (`-trace_stat`): semicolons, a header, a row each period; P is the period, C the run so far.

use std::fmt::Write;

use crate::render::openmetrics::{date_of, epoch_s};
use crate::result::Header;
use crate::sipp::{Failure, LENGTH_LIMITS_MS, Period, RESPONSE_LIMITS_MS, SippLog};

/// The file of one run.
pub fn stat(log: &SippLog, header: &Header) -> String {
    let mut text = head();
    let mut so_far = Period::default();
    let mut began_ns = 0;
    for period in &log.periods {
        so_far.created += period.created;
        so_far.successful += period.successful;
        so_far.failed.iter_mut().zip(period.failed).for_each(|(sum, count)| *sum += count);
        so_far.retransmissions += period.retransmissions;
        so_far.response.add(&period.response);
        so_far.length.add(&period.length);
        so_far.ends_ns = period.ends_ns;
        row(&mut text, header, began_ns, period, &so_far);
        began_ns = period.ends_ns;
    }
    text
}

fn head() -> String {
    let mut columns: Vec<String> = BEFORE_FAILURES.map(str::to_owned).to_vec();
    let mut both = |name: &str| columns.extend(["(P)", "(C)"].map(|which| format!("{name}{which}")));
    both("IncomingCall");
    both("OutgoingCall");
    columns.extend(["TotalCallCreated", "CurrentCall"].map(str::to_owned));
    let mut both = |name: &str| columns.extend(["(P)", "(C)"].map(|which| format!("{name}{which}")));
    COUNTED.iter().for_each(|name| both(name));
    ["ResponseTime1", "ResponseTime1StDev", "CallLength", "CallLengthStDev"].into_iter().for_each(both);
    classes(&mut columns, "ResponseTimeRepartition1", &RESPONSE_LIMITS_MS);
    classes(&mut columns, "CallLengthRepartition", &LENGTH_LIMITS_MS);
    columns.join(";") + ";\n"
}

fn classes(columns: &mut Vec<String>, name: &str, limits: &[u64]) {
    columns.push(name.to_owned());
    columns.extend(limits.iter().map(|limit| format!("{name}_<{limit}")));
    columns.extend(limits.last().map(|limit| format!("{name}_>={limit}")));
}

fn row(text: &mut String, header: &Header, began_ns: u64, period: &Period, so_far: &Period) {
    let mut cells = vec![date(header, 0), date(header, began_ns), date(header, period.ends_ns)];
    let seconds = |ns: u64| ns as f64 / 1e9;
    let elapsed = [period.ends_ns.saturating_sub(began_ns), period.ends_ns];
    cells.extend(elapsed.map(|ns| clock(ns / 1_000_000_000)));
    let rate = |calls: u64, ns: u64| if ns == 0 { 0.0 } else { calls as f64 / seconds(ns) };
    let rates = [rate(period.created, elapsed[0]), rate(so_far.created, elapsed[1])].map(number);
    cells.extend([rates[0].clone(), rates[0].clone(), rates[1].clone()]);
    let open = so_far.created.saturating_sub(so_far.successful + so_far.failures());
    cells.extend([0, 0, period.created, so_far.created, so_far.created, open].map(|count| count.to_string()));
    for name in COUNTED {
        cells.extend([period, so_far].map(|which| counted(name, which).to_string()));
    }
    cells.extend([period, so_far].map(|which| time(which.response.mean_s())));
    cells.extend([period, so_far].map(|which| time(which.response.deviation_s())));
    cells.extend([period, so_far].map(|which| time(which.length.mean_s())));
    cells.extend([period, so_far].map(|which| time(which.length.deviation_s())));
    for below in [&so_far.response.below[..], &so_far.length.below[..]] {
        cells.push(String::new());
        cells.extend(below.iter().map(u64::to_string));
    }
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{};", cells.join(";"));
}

fn counted(name: &str, period: &Period) -> u64 {
    let failed = |failure: Failure| period.failed[failure as usize];
    match name {
        "SuccessfulCall" => period.successful,
        "FailedCall" => period.failures(),
        "FailedMaxUDPRetrans" => failed(Failure::NoAnswer),
        "FailedTcpClosed" => failed(Failure::Closed),
        "FailedUnexpectedMessage" => failed(Failure::Refused),
        "FailedTimeoutOnRecv" => failed(Failure::GaveUp),
        "Retransmissions" => period.retransmissions,
        _ => 0,
    }
}

/// A day, a time and the same in seconds since 1970, apart by tabulators; as if the scenario's clock were UTC.
fn date(header: &Header, ns: u64) -> String {
    let micros = i128::from(epoch_s(header)) * 1_000_000 + i128::from(ns / 1_000);
    let (seconds, rest) = (micros.div_euclid(1_000_000) as i64, micros.rem_euclid(1_000_000));
    let (year, month, day) = date_of(seconds.div_euclid(86_400));
    let clock = clock(seconds.rem_euclid(86_400) as u64);
    format!("{year}-{month:02}-{day:02}\t{clock}.{rest:06}\t{seconds}.{rest:06}")
}

fn clock(seconds: u64) -> String {
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// `HH:MM:SS:` and microseconds.
fn time(seconds: f64) -> String {
    let micros = (seconds * 1e6).round() as u64;
    format!("{}:{:06}", clock(micros / 1_000_000), micros % 1_000_000)
}

/// Six digits, as SIPp's streams print them.
fn number(value: f64) -> String {
    let places = if value >= 1.0 { 5_usize.saturating_sub(value.log10() as usize) } else { 6 };
    let text = format!("{value:.places$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

const BEFORE_FAILURES: [&str; 8] = [
    "StartTime",
    "LastResetTime",
    "CurrentTime",
    "ElapsedTime(P)",
    "ElapsedTime(C)",
    "TargetRate",
    "CallRate(P)",
    "CallRate(C)",
];
/// Counters that stand twice, in SIPp's order; those without a meaning here are always 0.
const COUNTED: [&str; 27] = [
    "SuccessfulCall",
    "FailedCall",
    "FailedCannotSendMessage",
    "FailedMaxUDPRetrans",
    "FailedTcpConnect",
    "FailedTcpClosed",
    "FailedUnexpectedMessage",
    "FailedCallRejected",
    "FailedCmdNotSent",
    "FailedRegexpDoesntMatch",
    "FailedRegexpShouldntMatch",
    "FailedRegexpHdrNotFound",
    "FailedOutboundCongestion",
    "FailedTimeoutOnRecv",
    "FailedTimeoutOnSend",
    "FailedTestDoesntMatch",
    "FailedTestShouldntMatch",
    "FailedStrcmpDoesntMatch",
    "FailedStrcmpShouldntMatch",
    "OutOfCallMsgs",
    "DeadCallMsgs",
    "Retransmissions",
    "AutoAnswered",
    "Warnings",
    "FatalErrors",
    "WatchdogMajor",
    "WatchdogMinor",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_add_up_and_have_as_many_cells_as_the_header() {
        let mut first = Period { ends_ns: 60_000_000_000, created: 120, successful: 100, ..Period::default() };
        first.failed = [1, 2, 3, 4];
        first.response.record(106_000_000, &RESPONSE_LIMITS_MS);
        let second = Period { ends_ns: 120_000_000_000, created: 80, successful: 60, ..first.clone() };
        let header = Header { date: Some((2026, 11, 24)), starts_s: 32_400, ..Header::default() };
        let text = stat(&SippLog { periods: vec![first, second] }, &header);
        let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split(';').collect()).collect();
        assert!(lines.iter().all(|line| line.len() == lines[0].len()), "{text}");
        let cell = |row: usize, name: &str| {
            lines[row][lines[0].iter().position(|column| *column == name).unwrap_or_else(|| panic!("no {name}"))]
        };
        assert_eq!(cell(1, "CurrentTime"), "2026-11-24\t09:01:00.000000\t1795510860.000000");
        assert_eq!(
            [cell(1, "CallRate(P)"), cell(2, "CallRate(P)"), cell(2, "CallRate(C)")],
            ["2", "1.33333", "1.66667"]
        );
        assert_eq!([cell(2, "TotalCallCreated"), cell(2, "CurrentCall")], ["200", "20"]);
        assert_eq!([cell(1, "FailedCall(P)"), cell(2, "FailedCall(C)")], ["10", "20"]);
        assert_eq!([cell(2, "FailedTimeoutOnRecv(C)"), cell(2, "FailedTcpClosed(C)")], ["8", "4"]);
        assert_eq!(cell(2, "ResponseTime1(C)"), "00:00:00:106000");
        assert_eq!(cell(2, "ResponseTimeRepartition1_<150"), "2");
    }
}

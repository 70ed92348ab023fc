//! OpenMetrics text with timestamps, as `promtool tsdb create-blocks-from openmetrics` takes it.

use std::collections::BTreeMap;

use crate::latency::Reading;
use crate::render::json::variant_name;
use crate::render::judged::Judged;
use crate::render::safe::safe;
use crate::render::series::{self, MEASURES, bucket_ends};
use crate::result::{Header, RunResult};
use crate::run_file::RunFile;

/// All results; virtual time counts from the date of the scenario, or from 2 January 1970 where it has none.
pub fn render(run: &RunFile) -> String {
    let mut text = String::new();
    for measure in &MEASURES {
        let kind = if measure.is_count { "counter" } else { "gauge" };
        let unit = if measure.name.ends_with("_seconds") { Some("seconds") } else { None };
        head(&mut text, measure.name, kind, unit, measure.meaning);
        for result in &run.results {
            series_of(&mut text, result, measure);
        }
    }
    head(&mut text, "licence_units_installed", "gauge", None, "Units of the stock; unlimited ones are left out.");
    run.results.iter().for_each(|result| installed(&mut text, result));
    head(&mut text, "latency_seconds", "gauge", Some("seconds"), "Percentiles over the run, from when it was due.");
    run.results.iter().for_each(|result| latencies(&mut text, result));
    head(&mut text, "expectation_held", "gauge", None, "1 if the sentence held over all seeds, else 0.");
    run.results.iter().for_each(|result| expectations(&mut text, result));
    text.push_str("# EOF\n");
    text
}

fn head(text: &mut String, name: &str, kind: &str, unit: Option<&str>, meaning: &str) {
    text.push_str(&format!("# TYPE pbxsim_{name} {kind}\n"));
    if let Some(unit) = unit {
        text.push_str(&format!("# UNIT pbxsim_{name} {unit}\n"));
    }
    text.push_str(&format!("# HELP pbxsim_{name} {meaning}\n"));
}

/// A metric may not come twice with the same labels: series of the same name are told apart by a number.
fn series_of(text: &mut String, result: &RunResult, measure: &'static series::Measure) {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for series in series::all(result).filter(|series| std::ptr::eq(series.measure, measure)) {
        let mut of = vec![("node", series.node)];
        let stock = series.stock.iter().flat_map(|(licence, stock)| [("licence", *licence), ("stock", *stock)]);
        of.extend(stock.filter(|(_, name)| !name.is_empty()));
        let mut labels = labels(result, &of);
        let before = seen.entry(labels.clone()).or_default();
        if *before > 0 {
            labels.push_str(&format!(",again=\"{before}\""));
        }
        *before += 1;
        let (mut sum, suffix) = (0_u64, if measure.is_count { "_total" } else { "" });
        for (bucket, value) in series.values.iter().enumerate() {
            sum = sum.saturating_add(*value);
            let value = if measure.is_count { sum } else { *value };
            let at = at(result, bucket_ends(result, bucket));
            text.push_str(&format!("pbxsim_{}{suffix}{{{labels}}} {} {at}\n", measure.name, measure.written(value)));
        }
    }
}

fn installed(text: &mut String, result: &RunResult) {
    let Some(run) = result.first() else { return };
    for (i, stock) in run.stocks.iter().enumerate() {
        let Some(pool) = stock.pool else { continue };
        let place = i.to_string();
        let of =
            [("node", stock.node.as_str()), ("licence", &stock.feature), ("stock", &stock.kind), ("place", &place)];
        line(text, result, "licence_units_installed", &of, &pool.to_string());
    }
}

fn latencies(text: &mut String, result: &RunResult) {
    let Some(run) = result.first() else { return };
    for (i, named) in run.latencies.iter().enumerate() {
        let place = i.to_string();
        for (tenths, quantile) in [(500, "0.5"), (900, "0.9"), (990, "0.99"), (999, "0.999")] {
            let value = match named.latency.reading(tenths, named.never) {
                Reading::At(ns) => series::seconds(ns),
                Reading::Never => "+Inf".to_owned(),
                Reading::TooFew => continue,
            };
            let of = [("name", named.name.as_str()), ("percentile", quantile), ("place", &place)];
            line(text, result, "latency_seconds", &of, &value);
        }
    }
}

fn expectations(text: &mut String, result: &RunResult) {
    let judged = Judged::new(result);
    for (i, judgement) in judged.judgements.iter().enumerate() {
        let place = i.to_string();
        let of = [("sentence", judgement.sentence.as_str()), ("place", &place)];
        line(text, result, "expectation_held", &of, &u8::from(judgement.passed()).to_string());
    }
}

/// A value at the end of the run.
fn line(text: &mut String, result: &RunResult, name: &str, of: &[(&str, &str)], value: &str) {
    let ends = at(result, result.header.lasts_ns);
    text.push_str(&format!("pbxsim_{name}{{{}}} {value} {ends}\n", labels(result, of)));
}

/// Labels of a result and of what is measured in it.
fn labels(result: &RunResult, of: &[(&str, &str)]) -> String {
    let (variant, digest) = (variant_name(result), crate::render::json::hex(result.header.plan_digest));
    let all = [("scenario", result.header.file.as_str()), ("variant", &variant), ("digest", &digest)];
    let written = all.iter().chain(of).filter(|(_, value)| !value.is_empty());
    written.map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect::<Vec<_>>().join(",")
}

fn escaped(value: &str) -> String {
    safe(value).replace('\\', "\\\\").replace('"', "\\\"")
}

/// Seconds since 1970 of an instant of the run, to the millisecond: finer ones are not kept by its readers.
fn at(result: &RunResult, ns: u64) -> String {
    let ms = epoch_s(&result.header) * 1_000 + i64::try_from(ns / 1_000_000).unwrap_or(i64::MAX / 2_000);
    format!("{}.{:03}", ms.div_euclid(1_000), ms.rem_euclid(1_000))
}

/// Seconds since 1970 of the first moment, as if its clock were UTC.
pub(in crate::render) fn epoch_s(header: &Header) -> i64 {
    header.date.map_or(1, days_since_1970) * 86_400 + i64::from(header.starts_s)
}

/// The date so many days after 1 January 1970 (H. Hinnant, as below, civil_from_days).
pub(in crate::render) fn date_of(days: i64) -> (i64, i64, i64) {
    let since = days + 719_468;
    let (era, day_of_era) = (since.div_euclid(146_097), since.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year, month, day_of_year - (153 * shifted + 2) / 5 + 1)
}

/// Of the Gregorian calendar (H. Hinnant, "chrono-compatible low-level date algorithms", days_from_civil).
pub(in crate::render) fn days_since_1970((year, month, day): (i32, u8, u8)) -> i64 {
    let (year, month, day) = (i64::from(year) - i64::from(month <= 2), i64::from(month), i64::from(day));
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn days_are_those_of_the_calendar() {
        for (date, days) in [((1970, 1, 1), 0), ((2000, 2, 29), 11_016), ((2026, 11, 24), 20_781), ((1969, 12, 31), -1)]
        {
            assert_eq!(days_since_1970(date), days, "{date:?}");
        }
    }

    #[test]
    fn values_have_labels_and_the_time_of_the_scenario() {
        let text = render(&RunFile { results: vec![sample::passing()] });
        // 2026-11-24 08:56 and 10 minutes and 7.5 s.
        let line = "pbxsim_longest_server_wait_seconds{scenario=\"rush.yaml\",digest=\"7c1f02123456789a\",node=\"master\"} 14 1795511167.500\n";
        assert!(text.contains(line), "{text}");
        assert!(
            text.contains("node=\"master\",licence=\"PBX-SoftwarePhones\",stock=\"installed\"} 1 "),
            "a counter grows"
        );
        assert!(text.ends_with("# EOF\n"));
    }
}

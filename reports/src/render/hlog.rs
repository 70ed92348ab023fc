//! Latencies as an interval log of HdrHistogram (`.hlog`), for its plotters and log processors: each a line with a tag.

use std::time::{Duration, SystemTime};

use hdrhistogram::serialization::V2DeflateSerializer;
use hdrhistogram::serialization::interval_log::{IntervalLogWriterBuilder, Tag};

use crate::render::openmetrics::epoch_s;
use crate::render::safe::safe;
use crate::result::RunResult;
use crate::run_file::RunFile;

/// All latencies of the first seed of each result, over the whole run; values in nanoseconds.
pub fn render(run: &RunFile) -> String {
    let parts: Vec<Vec<u8>> = run.results.iter().map(log).collect();
    String::from_utf8_lossy(&parts.concat()).into_owned()
}

fn log(result: &RunResult) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut serializer = V2DeflateSerializer::new();
    let start = SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(epoch_s(&result.header)).unwrap_or(0));
    let header = &result.header;
    let variant = header.variant.iter().map(|variant| format!(", variant {variant}")).collect::<String>();
    let mut builder = IntervalLogWriterBuilder::new();
    builder.add_comment(&safe(&format!("{}{variant}, seed {}; from due, in ns", header.title, header.seed)));
    builder.with_start_time(start).with_base_time(start).with_max_value_divisor(1e6);
    let mut log = builder.begin_log_with(&mut bytes, &mut serializer).expect("a Vec takes everything");
    let lasts = Duration::from_nanos(header.lasts_ns);
    for named in result.first().into_iter().flat_map(|run| &run.latencies) {
        let Some(histogram) = named.latency.histogram() else { continue };
        let name: String = named.name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        log.write_histogram(histogram, Duration::ZERO, lasts, Tag::new(&name)).expect("a Vec takes everything");
    }
    bytes
}

#[cfg(test)]
mod tests {
    use hdrhistogram::Histogram;
    use hdrhistogram::serialization::Deserializer;
    use hdrhistogram::serialization::interval_log::{IntervalLogIterator, LogEntry};

    use super::*;
    use crate::render::hostile::{HOSTILE, hostile};
    use crate::sample;

    fn read(log: &str) -> Vec<(String, Histogram<u64>)> {
        let intervals = IntervalLogIterator::new(log.as_bytes()).filter_map(|entry| match entry.expect("a log") {
            LogEntry::Interval(interval) => Some(interval),
            _ => None,
        });
        let decoded = intervals.map(|interval| {
            let tag = interval.tag().map(|tag| tag.as_str().to_owned()).unwrap_or_default();
            let octets = data_encoding(interval.encoded_histogram());
            (tag, Deserializer::new().deserialize(&mut octets.as_slice()).expect("a histogram"))
        });
        decoded.collect()
    }

    /// Base 64, as the log has it.
    fn data_encoding(text: &str) -> Vec<u8> {
        const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let digits = text.bytes().filter_map(|byte| DIGITS.iter().position(|digit| *digit == byte));
        let (mut bits, mut count, mut octets) = (0_u32, 0, Vec::new());
        for digit in digits {
            (bits, count) = (bits << 6 | digit as u32, count + 6);
            if count >= 8 {
                count -= 8;
                octets.push((bits >> count) as u8);
            }
        }
        octets
    }

    #[test]
    fn every_latency_is_read_back() {
        let result = sample::passing();
        let log = render(&RunFile { results: vec![result.clone()] });
        let read = read(&log);
        let measured = result.seeds[0].latencies.iter().filter(|named| named.latency.count() > 0);
        let measured: Vec<_> = measured.map(|named| (named.name.clone(), named.latency.clone())).collect();
        assert_eq!(read.len(), measured.len());
        for ((tag, histogram), (name, latency)) in read.iter().zip(&measured) {
            assert_eq!((tag, histogram.len()), (name, latency.count()));
            assert_eq!(Some(histogram), latency.histogram());
        }
        assert!(log.contains("#[StartTime: 1795510560"), "the date of the scenario: {log}");
    }

    #[test]
    fn hostile_names_are_comments_or_tags() {
        for text in HOSTILE {
            let log = render(&RunFile { results: vec![hostile(text)] });
            assert!(!log.contains(|c: char| c.is_control() && c != '\n'), "{log:?}");
            assert!(
                log.lines()
                    .all(|line| line.starts_with('#') || line.starts_with("\"Start") || line.starts_with("Tag=")),
                "{log}"
            );
        }
    }
}

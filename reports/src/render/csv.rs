//! Comma-separated values (RFC 4180), harmless also where a spreadsheet opens them: every series, a row per value.

use crate::render::json::variant_name;
use crate::render::safe::safe;
use crate::render::series;
use crate::run_file::RunFile;
use crate::units::clock;

/// A header and a row for each value of each series; lines end in CR LF.
pub fn render(run: &RunFile) -> String {
    let mut text = String::from("file,variant,seed,series,node,licence,stock,at_s,clock,value\r\n");
    for result in &run.results {
        let seed = result.first().map(|run| run.seed.to_string()).unwrap_or_default();
        let names = [&result.header.file, &variant_name(result), &seed].map(|name| field(name)).join(",");
        for series in series::all(result) {
            let (licence, stock) = series.stock.unwrap_or_default();
            let of = [series.measure.name, series.node, licence, stock].map(field).join(",");
            for (bucket, value) in series.values.iter().enumerate() {
                let ends_ns = series::bucket_ends(result, bucket);
                let (at_s, clock) = (series::seconds(ends_ns), clock(result.header.starts_s, ends_ns));
                text.push_str(&format!("{names},{of},{at_s},{clock},{}\r\n", series.measure.written(*value)));
            }
        }
    }
    text
}

/// A field: in quotes where it must be, and never a formula.
pub(crate) fn field(text: &str) -> String {
    let text = safe(text);
    // A spreadsheet takes what begins so for a formula; a quote before it is the usual remedy. A number is none.
    let is_formula = text.starts_with(['=', '+', '-', '@']) && text.parse::<f64>().is_err();
    let text = if is_formula { format!("'{text}") } else { text };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn fields_are_quoted_and_never_formulas() {
        for (text, written) in [
            ("plain", "plain"),
            ("a,b", "\"a,b\""),
            ("say \"x\"", "\"say \"\"x\"\"\""),
            ("=1+1", "'=1+1"),
            ("-2.5", "-2.5"),
            ("-2+3", "'-2+3"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\r\n=1", "\\u{d}\\u{a}=1"),
        ] {
            assert_eq!(field(text), written);
        }
    }

    #[test]
    fn a_row_says_what_when_and_how_much() {
        let text = render(&RunFile { results: vec![sample::passing()] });
        let row = "rush.yaml,,42,longest_server_wait_seconds,master,,,607.5,09:06:07,14\r\n";
        assert!(text.contains(row), "{text}");
        assert!(
            text.contains(
                "rush.yaml,,42,licence_units_in_use,master,PBX-SoftwarePhones,installed,1800,09:26:00,759\r\n"
            )
        );
        assert!(text.lines().all(|line| line.split(',').count() == 10));
    }
}

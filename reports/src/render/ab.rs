//! Two builds measured in turns: 80 columns, and Markdown for a pull request.

use libm::exp;

use super::safe::safe;
use super::text::wrap::{with_right, wrapped};
use crate::ab::{Ab, FEWEST_PAIRS, Kind, Metric, Noise};
use crate::comparison::Change;
use crate::statistics::pairs::Pairs;
use crate::statistics::power;
use crate::units;

/// What the caller knows of a comparison.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Context {
    /// The scenario.
    pub file: String,
    /// The command of the base.
    pub base: String,
    /// The command of the new build.
    pub new: String,
    /// Measurements that did not count and were made again, because the generator fell behind.
    pub repeated: usize,
    /// The smallest relative change that counts.
    pub min_effect: f64,
}

/// For a terminal, with a line end after each line.
pub fn text(ab: &Ab, context: &Context) -> String {
    let mut lines = vec![with_right(&safe(&context.file), ab.change.word(), TITLE_WIDTH, str::to_owned)];
    for (label, command) in [("base", &context.base), ("new ", &context.new)] {
        lines.extend(wrapped(&format!("  {label}  "), "        ", &safe(command)));
    }
    lines.push(format!("  {}", how(ab, context)));
    lines.push(String::new());
    for metric in &ab.metrics {
        let word = metric.change.word().to_lowercase();
        lines.push(with_right(&format!("  {:<26}{}", safe(&metric.name), effect(metric)), &word, 80, str::to_owned));
        if let Some(control) = metric.control {
            lines.push(format!("      the base against itself: 90% {}", interval(metric.kind, &control, 0.90)));
        }
        lines.extend(notes(metric).iter().flat_map(|note| wrapped("      ", "      ", note)));
    }
    lines.push(String::new());
    lines.extend(wrapped("  ", "  ", &rules(context.min_effect)));
    lines.iter().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// For a pull request.
pub fn markdown(ab: &Ab, context: &Context) -> String {
    let code = |text: &str| safe(text).replace('`', "'");
    let mut text = format!("### {}: {}\n\n", code(&context.file), ab.change.word());
    text.push_str(&format!(
        "- base: `{}`\n- new: `{}`\n- {}\n\n",
        code(&context.base),
        code(&context.new),
        how(ab, context)
    ));
    text.push_str("| | new against base, 95% | base against itself, 90% | |\n|---|---|---|---|\n");
    for metric in &ab.metrics {
        let word = metric.change.word().to_lowercase();
        let word = if metric.change == Change::Worse { format!("**{word}**") } else { word };
        let control = metric.control.map_or_else(|| "–".to_owned(), |control| interval(metric.kind, &control, 0.90));
        let change = metric.pairs.map_or_else(too_few, |pairs| {
            format!("{} ({})", middle(metric.kind, &pairs), interval(metric.kind, &pairs, 0.95))
        });
        text.push_str(&format!("| {} | {change} | {control} | {word} |\n", code(&metric.name).replace('|', "\\|")));
    }
    for metric in ab.metrics.iter().filter(|metric| metric.change == Change::CantTell) {
        notes(metric).iter().for_each(|note| text.push_str(&format!("\n{}: {note}\n", code(&metric.name))));
    }
    text.push_str(&format!("\n{}\n", rules(context.min_effect)));
    text
}

fn how(ab: &Ab, context: &Context) -> String {
    let repeated = match context.repeated {
        0 => String::new(),
        times => format!(
            "; {} made again, the generator was late",
            units::things(times as u64, "measurement", "measurements")
        ),
    };
    format!("{}, ABBA, one machine{repeated}", units::things(ab.pairs as u64, "pair", "pairs"))
}

/// `new/base 1.012   95% 0.97 … 1.06`.
fn effect(metric: &Metric) -> String {
    let Some(pairs) = metric.pairs else { return too_few() };
    format!("{}   95% {}", middle(metric.kind, &pairs), interval(metric.kind, &pairs, 0.95))
}

fn too_few() -> String {
    format!("not in {FEWEST_PAIRS} pairs")
}

fn middle(kind: Kind, pairs: &Pairs) -> String {
    match kind {
        Kind::Time => format!("new/base {:.3}", exp(pairs.mean)),
        Kind::Share => format!("{:+.2} points", pairs.mean),
    }
}

fn interval(kind: Kind, pairs: &Pairs, level: f64) -> String {
    let interval = pairs.interval(level);
    match kind {
        Kind::Time => format!("{:.3} … {:.3}", exp(interval.low), exp(interval.high)),
        Kind::Share => format!("{:+.2} … {:+.2}", interval.low, interval.high),
    }
}

/// Why nobody can tell, and what would end it.
fn notes(metric: &Metric) -> Vec<String> {
    let (Some(pairs), Change::CantTell) = (metric.pairs, metric.change) else { return Vec::new() };
    let control = |control: Pairs| interval(metric.kind, &control, 0.99);
    match metric.noise {
        Some(Noise::Biased) => {
            let around = metric.control.map_or_else(String::new, control);
            return vec![format!("the base differs from itself here (A/A 99% {around}): nothing follows")];
        }
        Some(Noise::Wide) => {
            return vec![
                "the base spreads wider around itself than a change that would count: a quieter machine, or \
                         longer runs"
                    .to_owned(),
            ];
        }
        None => {}
    }
    let count = u32::try_from(pairs.count).unwrap_or(u32::MAX);
    let seen = power::to_detect(metric.floor, pairs.sd, count);
    let (detect, same) = power::pairs_needed(metric.floor, pairs.sd);
    let needed = detect.max(same);
    let advice = if needed >= power::MOST_PAIRS {
        "no number of pairs settles it soon".to_owned()
    } else {
        format!("try --pairs {}", needed.max(count * 2))
    };
    vec![format!(
        "same needs the 90% inside {}: it is {}; a change as large as the floor would have been seen with power \
         {seen:.2}: {advice}",
        inside(metric),
        interval(metric.kind, &pairs, 0.90)
    )]
}

fn inside(metric: &Metric) -> String {
    match metric.kind {
        Kind::Time => format!("{:.3} … {:.3}", exp(-metric.floor), exp(metric.floor)),
        Kind::Share => format!("±{:.2}", metric.floor),
    }
}

fn rules(min_effect: f64) -> String {
    let effect = units::percent(min_effect);
    format!(
        "worse, better: beyond {effect} and not by chance (5%, all metrics together); same: the 90% interval lies \
         within {effect}. A/A is the base against itself, in the same turns. Times are compared within a pair only."
    )
}

const TITLE_WIDTH: usize = 78;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ab::{Measured, Reading};

    fn compared(logs: &[f64], control: &[f64]) -> Ab {
        let reading = |ms: f64| vec![("sign-in p99, since due".to_owned(), Kind::Time, ms)];
        let pairs = |logs: &[f64]| -> Vec<(Reading, Reading)> {
            logs.iter().map(|log| (reading(8.0), reading(8.0 * exp(*log)))).collect()
        };
        Ab::of(&Measured { pairs: pairs(logs), control: pairs(control) }, 0.05)
    }

    fn context() -> Context {
        Context {
            file: "smoke.yaml".to_owned(),
            base: "./base/pbx --listen {addr}".to_owned(),
            new: "./new/pbx --listen {addr}".to_owned(),
            repeated: 1,
            min_effect: 0.05,
        }
    }

    const NOISY: [f64; 8] = [0.06, -0.05, 0.08, -0.02, 0.01, 0.09, -0.07, 0.03];
    const QUIET: [f64; 8] = [0.004, -0.003, 0.002, -0.001, 0.003, -0.004, 0.001, -0.002];

    #[test]
    fn who_cannot_tell_says_what_would_end_it() {
        let shown = text(&compared(&NOISY, &QUIET), &context());
        assert!(shown.lines().all(|line| line.chars().count() <= 80), "{shown}");
        insta::assert_snapshot!(shown);
    }

    #[test]
    fn a_machine_that_is_too_noisy_is_named_in_the_pull_request() {
        insta::assert_snapshot!(markdown(
            &compared(&NOISY.map(|log| log + 0.3), &NOISY.map(|log| log * 2.0)),
            &context()
        ));
    }
}

//! A comparison in 80 columns, and as Markdown for a pull request.

use super::safe::safe;
use super::text::wrap::{right, width, with_right, wrapped};
use crate::comparison::{Change, Comparison, Effect, FEWEST_PAIRS, Metric, Weighed};
use crate::statistics::power;
use crate::units::{self, Unit};

/// A comparison with what the caller knows of the two sides.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// The new file, and its variant.
    pub name: String,
    /// `PATH OLD → NEW`, for what differs between the files.
    pub differences: Vec<String>,
    /// What came out.
    pub comparison: Comparison,
}

/// For a terminal, with a line end after each line.
pub fn text(all: &[Compared], min_effect: f64) -> String {
    let mut lines = Vec::new();
    if all.len() > 1 {
        let change = Change::of_all(all.iter().map(|one| one.comparison.change));
        let title = format!("{} compared", units::things(all.len() as u64, "scenario", "scenarios"));
        lines.push(with_right(&title, change.word(), TITLE_WIDTH, str::to_owned));
        lines.push(String::new());
    }
    for one in all {
        lines.extend(block(one));
        lines.push(String::new());
    }
    lines.extend(wrapped("  ", "  ", &rules(min_effect)));
    lines.iter().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// For a pull request.
pub fn markdown(all: &[Compared], min_effect: f64) -> String {
    let mut text = String::new();
    for one in all {
        let comparison = &one.comparison;
        text.push_str(&format!("### {}: {}\n\n", escaped(&one.name), comparison.change.word()));
        for difference in one.differences.iter().take(MOST_DIFFERENCES) {
            text.push_str(&format!("- `{}`\n", safe(difference).replace('`', "'")));
        }
        if let Some(more) = more_differences(one) {
            text.push_str(&format!("- {more}\n"));
        }
        let pairs = units::things(comparison.pairs as u64, "seed", "seeds");
        text.push_str(&format!("\n| {pairs}, paired | base | new | change | |\n|---|---:|---:|---|---|\n"));
        for metric in &comparison.metrics {
            let (base, new) = (shown(metric, metric.base), shown(metric, metric.new));
            let (name, change) = (escaped(&metric.name), in_words(metric, comparison.pairs));
            let word = metric.change.word().to_lowercase();
            let word = if metric.change == Change::Worse { format!("**{word}**") } else { word };
            text.push_str(&format!("| {name} | {base} | {new} | {change} | {word} |\n"));
        }
        text.push('\n');
    }
    text.push_str(&format!("{}\n", rules(min_effect)));
    text
}

fn block(one: &Compared) -> Vec<String> {
    let comparison = &one.comparison;
    let mut lines = vec![with_right(&safe(&one.name), comparison.change.word(), TITLE_WIDTH, str::to_owned)];
    for difference in one.differences.iter().take(MOST_DIFFERENCES) {
        lines.extend(wrapped("  ", "      ", &safe(difference)));
    }
    lines.extend(more_differences(one).map(|more| format!("  {more}")));
    lines.push(String::new());
    let pairs = units::things(comparison.pairs as u64, "seed", "seeds");
    lines.push(format!("{}{}   change ({pairs}, paired)", right("base", BASE), right("new", NEW)));
    for metric in &comparison.metrics {
        lines.extend(rows(metric, comparison.pairs));
    }
    lines.extend(without_pairing(comparison));
    lines
}

/// Name, numbers, change and verdict: in one line if they fit.
fn rows(metric: &Metric, pairs: usize) -> Vec<String> {
    let name = safe(&metric.name);
    let (base, new) = (shown(metric, metric.base), shown(metric, metric.new));
    let word = metric.change.word().to_lowercase();
    let mut lines = wrapped("  ", "  ", &name);
    let room = BASE.saturating_sub(width(&base) + 2);
    let start = if lines.len() == 1 && width(&lines[0]) <= room { lines.remove(0) } else { String::new() };
    let numbers = format!("{start}{}{}", right(&base, BASE - width(&start)), right(&new, NEW));
    lines.push(with_right(&format!("{numbers}   {}", in_words(metric, pairs)), &word, 80, str::to_owned));
    lines
}

fn shown(metric: &Metric, number: Option<f64>) -> String {
    match (number, metric.effect) {
        (Some(number), _) => metric.unit.show(number),
        (None, Effect::NotMeasured) => "–".to_owned(),
        (None, _) => "never".to_owned(),
    }
}

/// `+1.28 points ± 0.15`, `identical on 20 of 20`.
fn in_words(metric: &Metric, pairs: usize) -> String {
    match metric.effect {
        Effect::Identical => format!("identical on {pairs} of {pairs}"),
        Effect::TooFew => format!("differs; {FEWEST_PAIRS} pairs are needed"),
        Effect::NotMeasured => "nothing was measured".to_owned(),
        Effect::Ratio(weighed) => {
            let percent = |log: f64| (libm::exp(log) - 1.0) * 100.0;
            let half = weighed.pairs.half_width(0.95);
            let mean = weighed.pairs.mean;
            let around = (percent(mean + half) - percent(mean - half)) / 2.0;
            format!("{} % ± {}", signed(percent(mean)), digits(around))
        }
        Effect::Difference(weighed) => {
            let unit = match metric.unit {
                Unit::Percent => " points",
                Unit::Milliseconds => " ms",
                Unit::PerSecond => "/s",
                Unit::Count => "",
            };
            format!("{}{unit} ± {}", signed(weighed.pairs.mean), digits(weighed.pairs.half_width(0.95)))
        }
        Effect::Never(weighed) => {
            let seeds = weighed.pairs.mean * pairs as f64 / 100.0;
            format!("never in {} more seeds", signed(seeds))
        }
    }
}

/// What pairing was worth, for the first metric that would have been lost; and what would settle one that is open.
fn without_pairing(comparison: &Comparison) -> Vec<String> {
    let weighed = |metric: &Metric| metric.effect.weighed();
    let mut lines = Vec::new();
    let lost = comparison.metrics.iter().find(|metric| {
        matches!(metric.effect, Effect::Difference(_))
            && weighed(metric).is_some_and(|one| one.is_lost_without_pairing())
    });
    if let Some((metric, one)) = lost.and_then(|metric| Some((metric, weighed(metric)?))) {
        let runs = comparison.pairs * 2;
        let points = if metric.unit == Unit::Percent { " points" } else { "" };
        let (mean, unpaired) = (signed(one.pairs.mean), digits(one.unpaired));
        lines.extend(wrapped(
            "  ",
            "  ",
            &format!("without pairing the same {runs} runs would have said {mean}{points} ± {unpaired}: can't tell"),
        ));
    }
    let open = comparison.metrics.iter().find(|metric| metric.change == Change::CantTell);
    if let Some(one) = open.and_then(weighed) {
        lines.extend(wrapped("  ", "  ", &power_of(&one)));
    }
    lines
}

/// What silence means, and what would end it.
fn power_of(one: &Weighed) -> String {
    let pairs = u32::try_from(one.pairs.count).unwrap_or(u32::MAX);
    let power = power::to_detect(one.floor, one.pairs.sd, pairs);
    let (detect, same) = power::pairs_needed(one.floor, one.pairs.sd);
    let needed = detect.max(same);
    let advice = if needed >= power::MOST_PAIRS { "no number of seeds settles it soon" } else { "" };
    let advice = if advice.is_empty() { format!("try --seeds {}", needed.max(pairs * 2)) } else { advice.to_owned() };
    format!("a change as large as the floor would have been seen with power {power:.2}: {advice}")
}

fn more_differences(one: &Compared) -> Option<String> {
    let more = one.differences.len().saturating_sub(MOST_DIFFERENCES);
    (more > 0).then(|| format!("… and {more} more differences between the files"))
}

fn rules(min_effect: f64) -> String {
    let effect = units::percent(min_effect);
    format!(
        "worse, better: beyond {effect} of the base or of the limit and not by chance (5%, all metrics of a scenario \
         together); same: the 90% interval lies within {effect}. Intervals ± are 95%."
    )
}

fn signed(number: f64) -> String {
    format!("{}{}", if number < 0.0 { "-" } else { "+" }, digits(number.abs()))
}

/// Three digits, two decimals at least below 100.
fn digits(number: f64) -> String {
    match number {
        n if n >= 100.0 => units::count(n.round() as u64),
        n if n >= 0.01 || n == 0.0 => format!("{n:.2}"),
        n => format!("{n:.4}"),
    }
}

fn escaped(text: &str) -> String {
    safe(text).replace('\\', "\\\\").replace('|', "\\|").replace('<', "&lt;").replace('*', "\\*").replace('_', "\\_")
}

const TITLE_WIDTH: usize = 78;
const BASE: usize = 32;
const NEW: usize = 9;
const MOST_DIFFERENCES: usize = 6;

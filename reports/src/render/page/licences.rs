//! Licences: in use against the pool, who was refused and why, who held them when they were scarcest, what theory asks.

use std::collections::BTreeMap;

use maud::{Markup, html};

use crate::contention::Contention;
use crate::course::StockCourse;
use crate::measurements::{Measurements, Stock};
use crate::render::page::case::Case;
use crate::render::page::chart::{Plot, area, fill, line, steps, stroke};
use crate::render::page::happened::peak;
use crate::render::page::overlay;
use crate::render::page::parts::{Cell, Section, figure, heading, legend, number, short, table, words};
use crate::render::page::scale::Linear;
use crate::render::page::sites;
use crate::render::text::closing;
use crate::units;

/// A feature with its stocks, those that were refused most first.
struct Feature<'a> {
    name: &'a str,
    stocks: Vec<&'a Stock>,
    contention: Contention<'a>,
}

pub(super) fn section(case: &Case, run: &Measurements) -> Option<Section> {
    let features = features(run);
    if features.is_empty() {
        return None;
    }
    let body = html! {
        @for feature in features.iter().take(FEATURES) { (of_feature(case, run, feature)) }
        (contention(&features))
    };
    Some(case.section("Licences", title(&features), body))
}

fn features(run: &Measurements) -> Vec<Feature<'_>> {
    let mut by_name: BTreeMap<&str, Vec<&Stock>> = BTreeMap::new();
    run.stocks.iter().for_each(|stock| by_name.entry(&stock.feature).or_default().push(stock));
    let with_sum =
        by_name.into_iter().map(|(name, stocks)| Feature { name, contention: Contention::of(&stocks), stocks });
    let mut features: Vec<Feature> =
        with_sum.filter(|feature| feature.contention.attempts > 0 || feature.contention.high_water > 0).collect();
    features.sort_by_key(|feature| std::cmp::Reverse(feature.contention.refused()));
    features
}

fn title(features: &[Feature]) -> String {
    let refused: Vec<String> = features
        .iter()
        .filter(|feature| feature.contention.refused() > 0)
        .map(|feature| {
            let attempts = units::things(feature.contention.refused(), "attempt", "attempts");
            format!("{attempts} for {}", feature.name)
        })
        .collect();
    match &refused[..refused.len().min(FEATURES)] {
        [] => "Licences: nobody was refused one".to_owned(),
        some => format!("Licences: refused were {}", some.join(", ")),
    }
}

fn of_feature(case: &Case, run: &Measurements, feature: &Feature) -> Markup {
    let shown = busiest(run, feature);
    html! {
        (heading(case.level(), feature.name))
        p { (closing::in_words(feature.name, &feature.contention)) }
        @if feature.contention.over_issue_peak == 0 { p { "Never were more units in use than installed." } }
        @for course in &shown { (in_use(case, run, feature, course)) }
        @for course in &shown { (refusals(course)) (holders(course)) }
        (sites::section(case, run, feature.name))
        (overlay::section(feature.name, &feature.contention))
    }
}

/// The stocks to draw: those with most refusals, then those most used.
fn busiest<'a>(run: &'a Measurements, feature: &Feature) -> Vec<&'a StockCourse> {
    let of_it = run.course.stocks.iter().filter(|stock| stock.feature == feature.name);
    let used = |stock: &&StockCourse| stock.in_use.iter().any(|units| *units > 0) || !stock.refusals.is_empty();
    let mut stocks: Vec<&StockCourse> = of_it.filter(used).collect();
    stocks.sort_by_key(|stock| {
        let refused = stock.refused.iter().fold(0_u64, |sum, count| sum.saturating_add(*count));
        std::cmp::Reverse((refused, stock.in_use.iter().copied().max()))
    });
    stocks.truncate(CHARTS);
    stocks
}

/// One stock over time: units in use, the pool, and those in grace or stranded; refusals in a strip below.
fn in_use(case: &Case, run: &Measurements, feature: &Feature, course: &StockCourse) -> Markup {
    let same = |stock: &&&Stock| stock.node == course.node && stock.kind == course.kind;
    let pool = feature.stocks.iter().find(same).and_then(|stock| stock.pool);
    let changes = course.pool.windows(2).any(|pair| pair[0] != pair[1]);
    let most = course.in_use.iter().copied().max().unwrap_or(0).max(pool.unwrap_or(0)).max(highest(&course.pool));
    let scale = Linear::counts(most as f64);
    let width = case.clock.share(run.course.width_ns);
    let shares = |levels: &[u64]| levels.iter().map(|level| scale.share(*level as f64)).collect::<Vec<f64>>();
    let extras: Vec<(&str, &str, &[u64])> = [
        ("line1", "given out: in use, or kept idle by a node", course.booked.as_slice()),
        ("line2", "held in grace, past their soft deadline", course.in_grace.as_slice()),
        ("line3", "stranded: booked for nodes that are down", course.stranded.as_slice()),
    ]
    .into_iter()
    .filter(|(_, _, levels)| levels.iter().any(|level| *level > 0))
    .collect();
    let body = html! {
        (fill("fill1", &area(&shares(&course.in_use), width)))
        @for (class, _, levels) in &extras { (stroke(class, &steps(&shares(levels), width))) }
        @if changes { (stroke("limit", &steps(&shares(&course.pool), width))) }
        @else if let Some(pool) = pool { (stroke("limit", &line([0.0, 1.0].map(|x| (x, scale.share(pool as f64)))))) }
    };
    let kind = kind(&course.kind);
    let caption = format!("{}: units in use, {kind} {}", feature.name, short(&course.node, 40));
    let label = format!("{caption}; at most {} at once.", peak(&course.in_use));
    let plot = Plot { label, height: 170, x: case.clock.ticks(), y: scale.ticks.clone(), marks: &case.marks, body };
    let mut entries = vec![("fill1", format!("in use, at most {}", peak(&course.in_use)))];
    entries.extend(pool.map(|pool| {
        let least = course.pool.iter().copied().min().filter(|_| changes);
        let least = least.map_or_else(String::new, |least| format!(", at times {}", units::count(least)));
        ("limit", format!("pool: {}{least}", units::things(pool, "unit", "units")))
    }));
    entries.extend(extras.iter().map(|(class, text, levels)| (*class, format!("{text}, at most {}", peak(levels)))));
    html! {
        (figure(&caption, &plot.markup()))
        (legend(&entries))
        (refused_over_time(case, run, course))
        (numbers(case, run, course))
    }
}

fn highest(levels: &[u64]) -> u64 {
    levels.iter().copied().max().unwrap_or(0)
}

fn refused_over_time(case: &Case, run: &Measurements, course: &StockCourse) -> Markup {
    let most = course.refused.iter().copied().max().unwrap_or(0);
    if most == 0 {
        return html! {};
    }
    let scale = Linear::counts(most as f64);
    let shares: Vec<f64> = course.refused.iter().map(|count| scale.share(*count as f64)).collect();
    let body = fill("bad", &area(&shares, case.clock.share(run.course.width_ns)));
    let bucket = units::duration(run.course.width_ns);
    let label = format!("Attempts refused in each {bucket}, at most {}.", units::count(most));
    let plot = Plot { label, height: 70, x: case.clock.ticks(), y: scale.ticks, marks: &[], body };
    figure(&format!("Attempts refused in each {bucket}"), &plot.markup())
}

fn numbers(case: &Case, run: &Measurements, course: &StockCourse) -> Markup {
    let heads = ["time", "most in use", "refused", "pool", "given out", "stranded", "in grace"].map(str::to_owned);
    let row = |bucket: usize| {
        let ends = (bucket as u64 + 1).saturating_mul(run.course.width_ns).min(case.clock.lasts_ns);
        let [pool, booked] = [&course.pool, &course.booked];
        let series = [&course.in_use, &course.refused, pool, booked, &course.stranded, &course.in_grace];
        let numbers = series.map(|series| series.get(bucket).map_or_else(String::new, u64::to_string));
        [units::clock(case.clock.starts_s, ends)].into_iter().chain(numbers).collect()
    };
    let rows: Vec<Vec<String>> = (0..course.in_use.len()).map(row).collect();
    case.data(&format!("{} at {}", course.feature, short(&course.node, 40)), &heads, &rows)
}

fn refusals(course: &StockCourse) -> Markup {
    let row = |row: &crate::course::Refusals| {
        vec![words(&row.population), words(&row.device), words(reason(&row.reason)), number(units::count(row.attempts))]
    };
    let rows: Vec<_> = course.refusals.iter().map(row).collect();
    let caption = format!("Who was refused {} at {}, and why", course.feature, short(&course.node, 40));
    html! { @if !rows.is_empty() { (table(&caption, &["population", "device", "why", "attempts"], &rows)) } }
}

fn holders(course: &StockCourse) -> Markup {
    let row = |row: &crate::course::Holders| vec![words(&row.population), number(units::count(row.units))];
    if let [only] = course.holders.as_slice() {
        let (held, most) = (units::things(only.units, "unit", "units"), "when most were in use");
        let of = short(&course.node, 40);
        return html! { p { "At " (of) ", " (held) " and so all were held by " (only.population) " " (most) "." } };
    }
    let rows: Vec<_> = course.holders.iter().map(row).collect();
    let caption = format!("Who held {} of {} when most were in use", course.feature, short(&course.node, 40));
    html! { @if !rows.is_empty() { (table(&caption, &["population", "units"], &rows)) } }
}

/// All stocks side by side.
fn contention(features: &[Feature]) -> Markup {
    let row = |stock: &&Stock| -> Vec<Cell> {
        let sum = Contention::of_one(stock);
        let share = |share: Option<f64>| number(share.map_or_else(|| "–".to_owned(), units::percent));
        let half = stock.wait.quantile(500).map_or_else(|| "–".to_owned(), units::duration);
        vec![
            words(&stock.feature),
            words(format!("{} {}", kind(&stock.kind), stock.node)),
            number(stock.pool.map_or_else(|| "unlimited".to_owned(), units::count)),
            number(units::count(stock.high_water)),
            number(units::count(stock.attempts)),
            number(units::count(sum.refused())),
            share(sum.call_congestion()),
            share(sum.time_congestion()),
            share(sum.traffic_congestion()),
            number(units::count(stock.true_denials)),
            number(half),
            number(stock.wait.max().map_or_else(|| "–".to_owned(), units::duration)),
            number(over_issued(stock)),
        ]
    };
    let stocks = features.iter().flat_map(|feature| &feature.stocks);
    let rows: Vec<_> = stocks.filter(|stock| stock.attempts > 0 || stock.high_water > 0).take(ROWS).map(row).collect();
    let heads = [
        "",
        "stock",
        "pool",
        "peak",
        "attempts",
        "refused",
        "of attempts",
        "time full",
        "of traffic",
        "true denials",
        "wait p50",
        "longest",
        "over-issued",
    ];
    table("All stocks, from the first seed; congestions after the warm-up", &heads, &rows)
}

fn over_issued(stock: &Stock) -> String {
    match stock.over_issue_peak {
        0 => "never".to_owned(),
        peak => format!("by {}, for {}", units::count(peak), units::duration(stock.over_issue_ns)),
    }
}

/// As a preposition before the node.
fn kind(kind: &str) -> &'static str {
    match kind {
        "escrow" => "lent in escrow by",
        "replica" => "from the copy at",
        _ => "installed on",
    }
}

/// A reason code with what it means.
pub(super) fn reason(code: &str) -> String {
    let meaning = match code {
        "no-unit" => "no unit free",
        "grace-no-new" => "grace: holders stay, nobody new",
        "la-unreachable" => "licence master unreachable, lease over",
        "decentral-exhausted" => "the PBX's own stock is empty",
        "gate-standby" => "fewer standby licences than ports",
        "overload" => "the queue was full",
        "version-floor" => "licences of another version than the software",
        "quarantine" => "the licence master has lost its table and grants nothing yet",
        _ => return code.to_owned(),
    };
    format!("{code}: {meaning}")
}

/// Features told in full.
const FEATURES: usize = 4;
/// Stocks drawn, for each feature.
const CHARTS: usize = 3;
const ROWS: usize = 60;

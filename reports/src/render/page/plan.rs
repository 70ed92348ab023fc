//! The answer of a plan on a page: the number first, then what every seed needs, and what stands beside it.

use maud::{Markup, html};

use crate::render::page::case::Mark;
use crate::render::page::chart::{Plot, fill, line, stroke};
use crate::render::page::parts::{Cell, figure, legend, number, table, words};
use crate::render::page::scale::{Linear, Tick};
use crate::render::page::sweep::{band, ticks};
use crate::render::sizing::Planned;
use crate::statistics::interval::Interval;
use crate::units;

/// The title of the page.
pub(super) fn title(all: &[Planned]) -> String {
    match all {
        [one] => format!("{} for {}: {}", one.answer(), one.path, one.title),
        several => format!("{} answers of pbxsim plan", several.len()),
    }
}

/// The body of the page.
pub(super) fn page(all: &[Planned]) -> String {
    let body = html! {
        @if all.len() > 1 {
            header { h1 { (title(all)) } }
            (side_by_side(all))
        }
        @for one in all { (article(one, if all.len() > 1 { 2 } else { 1 })) }
    };
    body.into_string()
}

fn side_by_side(all: &[Planned]) -> Markup {
    let row = |one: &Planned| -> Vec<Cell> {
        let theory = one.theory.as_ref().map_or_else(String::new, |theory| units::count(theory.units));
        vec![
            words(one.variant.clone().unwrap_or_else(|| one.path.clone())),
            number(one.answer()),
            number(one.interval().unwrap_or_default()),
            number(theory),
        ]
    };
    let rows: Vec<Vec<Cell>> = all.iter().map(row).collect();
    table("All answers", &["what", "smallest that holds", "95%", "at rest"], &rows)
}

fn article(one: &Planned, level: u8) -> Markup {
    let heading = format!("{}{}", one.title, one.variant.as_ref().map_or_else(String::new, |name| format!(": {name}")));
    let class = if one.sizing.answer.is_some() { "pass" } else { "fail" };
    html! {
        article {
            @if level == 1 { h1 { (heading) } } @else { h2 { (heading) } }
            p class={ "banner " (class) } { strong { (one.answer()) } " " (one.path) }
            p { (one.in_words()) }
            (curve(one))
            (beside(one))
        }
    }
}

/// The share of seeds that hold, over what one buys: the distribution of what each seed needs.
fn curve(one: &Planned) -> Markup {
    let mut needs: Vec<u64> = one.sizing.each.iter().filter_map(|(_, least)| *least).collect();
    needs.sort_unstable();
    let (Some(least), Some(most)) = (needs.first(), needs.last()) else { return html! {} };
    let theory = one.theory.as_ref().map(|theory| theory.units).filter(|units| units.abs_diff(*least) <= 2 * most);
    let answer = one.sizing.answer.map(|answer| answer.at);
    let shown = [Some(*least), Some(*most), theory, answer].into_iter().flatten();
    let (from, to) = (shown.clone().min().unwrap_or(0), shown.max().unwrap_or(0));
    let room = ((to - from) / 10).max(2);
    let last = one.labels.as_ref().map_or(u64::MAX, |labels| labels.len().saturating_sub(1) as u64);
    let (from, to) = (from.saturating_sub(room), (to + room).min(last));
    if from >= to {
        return html! {};
    }
    let across = |units: u64| (units - from) as f64 / (to - from) as f64;
    let seeds = one.sizing.each.len() as u64;
    let at = |units: u64| one.sizing.passing(units) as f64 / seeds.max(1) as f64;
    let step = usize::try_from((to - from) / MOST_POINTS).unwrap_or(0).max(1);
    let sizes: Vec<u64> = (from..=to).step_by(step).collect();
    let open = band(sizes.iter().map(|units| {
        let open = Interval::clopper_pearson(one.sizing.passing(*units), seeds);
        (across(*units), open.low, open.high)
    }));
    let needed = f64::from(one.sizing.needed.passing) / f64::from(one.sizing.needed.of.max(1));
    let mut marks = Vec::new();
    marks.extend(theory.map(|units| Mark { letter: 'R', at: across(units), moments: Vec::new() }));
    marks.extend(answer.map(|units| Mark { letter: 'A', at: across(units), moments: Vec::new() }));
    let body = html! {
        (fill("fill0", &open))
        (stroke("limit", &line([0.0, 1.0].map(|x| (x, needed)))))
        (stroke("line1", &line(sizes.iter().map(|units| (across(*units), at(*units))))))
    };
    let caption = format!("Share of the seeds that hold, by {}", one.path);
    let x = match &one.labels {
        Some(_) => ticks(&(from..=to).map(|number| one.shown(number)).collect::<Vec<_>>()),
        None => round_ticks(from, to),
    };
    let plot = Plot { label: format!("{caption}."), height: 190, x, y: Linear::shares().ticks, marks: &marks, body };
    let mut entries = vec![
        ("line1", format!("of {}", units::things(seeds, "seed", "seeds"))),
        ("fill0", "what they leave open of all seeds (95%)".to_owned()),
        ("limit", format!("asked for: {}", units::percent(needed))),
    ];
    entries.extend(answer.map(|_| ("mark", format!("A: the answer, {}", one.answer()))));
    entries.extend(one.theory.as_ref().map(|theory| ("mark", format!("R: at rest, {}", theory.formula))));
    html! { (figure(&caption, &plot.markup())) (legend(&entries)) }
}

/// At round numbers.
fn round_ticks(from: u64, to: u64) -> Vec<Tick> {
    let steps = (0..19_u32).flat_map(|power| [1, 2, 5].map(|part| part * 10_u64.pow(power)));
    let step = steps.into_iter().find(|step| (to - from) / step <= 6).unwrap_or(u64::MAX);
    let at = |units: u64| (units - from) as f64 / (to - from) as f64;
    let numbers = (0..8).map(|place| from.next_multiple_of(step).saturating_add(place * step));
    numbers.filter(|units| *units <= to).map(|units| Tick { at: at(units), label: units::count(units) }).collect()
}

fn beside(one: &Planned) -> Markup {
    let rows: Vec<Vec<Cell>> = one.beside().into_iter().map(|(name, text)| vec![words(name), words(text)]).collect();
    table("What stands beside it", &["", ""], &rows)
}

/// Of the curve.
const MOST_POINTS: u64 = 200;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_of_a_pool_are_round() {
        let labels = |from, to| round_ticks(from, to).into_iter().map(|tick| tick.label).collect::<Vec<_>>();
        assert_eq!(labels(516, 749), ["550", "600", "650", "700"]);
        assert_eq!(labels(34, 46), ["34", "36", "38", "40", "42", "44", "46"]);
    }
}

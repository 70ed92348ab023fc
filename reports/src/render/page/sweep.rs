//! A sweep on a page: for each sentence that changes, how many seeds hold and what was measured, along the values.

use maud::{Markup, html};

use crate::render::page::case::Mark;
use crate::render::page::chart::{Plot, fill, line, stroke};
use crate::render::page::parts::{Cell, Section, figure, legend, number, table, words};
use crate::render::page::scale::{Linear, Tick};
use crate::render::sweep::curve::{Columns, Curve, Row, single_axis};
use crate::result::RunResult;
use crate::units;
use crate::verdict::runs_needed;

/// The title of the page.
pub(super) fn title(points: &[RunResult]) -> String {
    let header = &points[0].header;
    let variant = header.variant.as_ref().map_or_else(String::new, |variant| format!(", variant {variant}"));
    format!("{}{variant}: {}", header.title, units::things(points.len() as u64, "point", "points"))
}

/// The body of the page.
pub(super) fn page(points: &[RunResult]) -> String {
    let columns = Columns::of(points);
    let header = &points[0].header;
    let curves: Vec<Curve> = (0..points[0].expectations.len()).map(|index| Curve::of(points, index)).collect();
    let (open, settled): (Vec<&Curve>, Vec<&Curve>) = curves.iter().partition(|curve| curve.varies());
    let sections: Vec<Section> = open.iter().zip(1..).map(|(curve, place)| section(points, curve, place)).collect();
    let body = html! {
        header {
            h1 { (title(points)) }
            p.tested {
                (columns.paths.join(", ")) " varies; "
                (units::things(u64::from(header.seeds_wanted), "seed", "seeds"))
                " at every point, the same at all, from " (header.seed) " on, in virtual time. " (header.file)
                ", pbxsim " (header.version) "."
            }
        }
        @for section in &sections { (section.markup(2)) }
        @for (holds, heading) in [(true, "At every point it holds that"), (false, "At no point does it hold that")] {
            @let same: Vec<&&Curve> = settled.iter().filter(|curve| curve.rows[0].judgement.passed() == holds).collect();
            @if !same.is_empty() {
                section {
                    h2 { (heading) }
                    ul { @for curve in same { li { (curve.sentence) } } }
                }
            }
        }
    };
    body.into_string()
}

fn section(points: &[RunResult], curve: &Curve, place: usize) -> Section {
    let body = html! {
        @for words in curve.words(points) { p { (capital(&words)) "." } }
        @if let Some(values) = single_axis(points) { (charts(points, curve, &values)) }
        (numbers(points, curve))
    };
    Section { id: format!("sentence-{place}"), name: "", heading: curve.sentence.clone(), body }
}

fn charts(points: &[RunResult], curve: &Curve, values: &[String]) -> Markup {
    if values.len() < 2 {
        return html! {};
    }
    let across = |place: usize| place as f64 / (values.len() - 1) as f64;
    let knee = curve.knee();
    let marks: Vec<Mark> =
        knee.iter().map(|place| Mark { letter: 'K', at: across(*place), moments: Vec::new() }).collect();
    let expectation = points[0].expectations.iter().find(|one| one.text == curve.sentence);
    let needed = expectation.map(runs_needed).map_or(1.0, |runs| f64::from(runs.passing) / f64::from(runs.of));
    let passing = |row: &Row| row.judgement.passed_seeds() as f64 / row.judgement.of_seeds().max(1) as f64;
    let open =
        band(curve.rows.iter().enumerate().map(|(place, row)| (across(place), row.passing().low, row.passing().high)));
    let seeds = html! {
        (fill("fill0", &open))
        (stroke("limit", &line([0.0, 1.0].map(|x| (x, needed)))))
        (stroke("line1", &line(curve.rows.iter().enumerate().map(|(place, row)| (across(place), passing(row))))))
    };
    let caption = "Share of the seeds in which it holds";
    let plot = Plot {
        label: format!("{caption}, from {} to {}.", values[0], values[values.len() - 1]),
        height: 170,
        x: ticks(values),
        y: Linear::shares().ticks,
        marks: &marks,
        body: seeds,
    };
    let mut entries = vec![
        ("line1", "seeds that hold".to_owned()),
        ("fill0", "what they leave open of all seeds (95%)".to_owned()),
        ("limit", format!("asked for: {}", units::percent(needed))),
    ];
    entries.extend(knee.map(|place| ("mark", format!("K: the curve of the mean bends at {}", values[place]))));
    html! { (figure(caption, &plot.markup())) (legend(&entries)) (measured(curve, values, &marks)) }
}

/// The mean of what was measured, with its interval, against the limit.
fn measured(curve: &Curve, values: &[String], marks: &[Mark]) -> Markup {
    let means: Option<Vec<(f64, f64)>> =
        curve.rows.iter().map(|row| Some((row.mean()?, row.half_width().unwrap_or(0.0)))).collect();
    let Some(means) = means else { return html! {} };
    let limit = curve.rows[0].first.limit;
    let unit = curve.rows[0].first.unit;
    let most = means.iter().map(|(mean, half)| mean + half).fold(limit.unwrap_or(0.0), f64::max);
    if !most.is_finite() || most <= 0.0 || means.iter().any(|(mean, _)| *mean < 0.0) {
        return html! {};
    }
    let scale = Linear::numbers(most);
    let across = |place: usize| place as f64 / (values.len() - 1) as f64;
    let ends = means
        .iter()
        .enumerate()
        .map(|(place, (mean, half))| (across(place), scale.share(mean - half), scale.share(mean + half)));
    let middle = means.iter().enumerate().map(|(place, (mean, _))| (across(place), scale.share(*mean)));
    let body = html! {
        (fill("fill0", &band(ends)))
        @if let Some(limit) = limit { (stroke("limit", &line([0.0, 1.0].map(|x| (x, scale.share(limit)))))) }
        (stroke("line1", &line(middle)))
    };
    let caption = format!("What was measured, mean over the seeds ({})", unit.name());
    let plot =
        Plot { label: format!("{caption}."), height: 170, x: ticks(values), y: scale.ticks.clone(), marks, body };
    let mut entries = vec![("line1", "mean".to_owned()), ("fill0", "its 95% interval".to_owned())];
    entries.extend(limit.map(|limit| ("limit", format!("the limit: {}", unit.show(limit)))));
    html! { (figure(&caption, &plot.markup())) (legend(&entries)) }
}

fn numbers(points: &[RunResult], curve: &Curve) -> Markup {
    let columns = Columns::of(points);
    let row = |(place, row): (usize, &Row)| -> Vec<Cell> {
        let values = columns.rows[place]
            .iter()
            .map(|value| number(if value.is_empty() { "(as it is)" } else { value.as_str() }));
        let seeds = format!("{} of {}", row.judgement.passed_seeds(), row.judgement.of_seeds());
        let verdict = if row.judgement.passed() { "holds" } else { "fails" };
        let half = row.half_width().map_or_else(String::new, |half| row.first.unit.show(half));
        let rest = [
            words(verdict),
            number(seeds),
            number(row.open()),
            number(row.shown(row.mean())),
            number(half),
            number(row.shown(row.worst())),
        ];
        values.chain(rest).collect()
    };
    let rows: Vec<Vec<Cell>> = curve.rows.iter().enumerate().take(MOST_ROWS).map(row).collect();
    let more = curve.rows.len() - rows.len();
    let names = columns.names();
    let heads: Vec<&str> = names
        .iter()
        .map(String::as_str)
        .chain(["", "seeds that hold", "of all seeds (95%)", "mean", "± (95%)", "worst seed"])
        .collect();
    html! {
        (table("The points", &heads, &rows))
        @if more > 0 { p { "… and " (more) " more; all of them: pbxsim sweep --as csv." } }
    }
}

/// With a capital first letter.
fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// First, last, and some between them.
pub(super) fn ticks(values: &[String]) -> Vec<Tick> {
    let last = values.len() - 1;
    let step = values.len().div_ceil(MOST_TICKS).max(1);
    let between = (0..=last).step_by(step).filter(|place| last - place >= step || *place == last);
    let places = between.chain((!last.is_multiple_of(step)).then_some(last));
    places.map(|place| Tick { at: place as f64 / last.max(1) as f64, label: values[place].clone() }).collect()
}

/// The area between two curves, from (x, low, high).
pub(super) fn band(points: impl Iterator<Item = (f64, f64, f64)> + Clone) -> String {
    let up = line(points.clone().map(|(x, _, high)| (x, high)));
    let lows: Vec<(f64, f64)> = points.map(|(x, low, _)| (x, low)).collect();
    let down = line(lows.into_iter().rev());
    format!("{up}{}Z", down.replacen('M', "L", 1))
}

const MOST_TICKS: usize = 6;
const MOST_ROWS: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measurements::Tally;
    use crate::render::page::{LARGEST, Sheet, render};
    use crate::run_file::RunFile;
    use crate::sample;

    /// The sample morning with 700 … 720 licences: 40, 30, 20, 10 and 0 of 1,000 refused.
    fn points() -> Vec<RunResult> {
        let point = |place: u64| {
            let mut result = sample::passing();
            result.header.point = vec![format!("licences.master.PBX-SoftwarePhones12={}", 700 + 5 * place)];
            result.seeds.iter_mut().for_each(|run| run.tallies[3] = Tally::Share { hits: 40 - 10 * place, of: 1_000 });
            result
        };
        (0..5).map(point).collect()
    }

    #[test]
    fn a_page_shows_each_sentence_that_changes_with_its_limit() {
        let page = render(&RunFile { results: points() }, Sheet::Inside);
        assert!(page.len() <= LARGEST);
        for part in [
            "<title>Nine o'clock sign-in, and the master dies: 5 points</title>",
            "licences.master.PBX-SoftwarePhones12 varies; 20 seeds at every point",
            "720 is the smallest of these that holds; all above it hold, too.",
            "asked for: 95%",
            "the limit: 1%",
            "At every point it holds that",
        ] {
            assert!(page.contains(part), "{part}\n{page}");
        }
        assert_eq!(page.matches("<section id=\"sentence-").count(), 1);
    }

    #[test]
    fn several_paths_are_a_table_without_a_curve() {
        let mut points = points();
        points.iter_mut().for_each(|point| point.header.point.push("users.desk.count=5".to_owned()));
        let page = render(&RunFile { results: points }, Sheet::Inside);
        assert!(page.contains("The points") && !page.contains("Share of the seeds"), "{page}");
    }

    #[test]
    fn a_band_goes_there_and_back() {
        assert_eq!(band([(0.0, 0.0, 1.0), (1.0, 0.5, 1.0)].into_iter()), "M0 0L1000 0L1000 500L0 1000Z");
    }

    #[test]
    fn ticks_are_few_and_name_the_ends() {
        let values: Vec<String> = (700..=800).map(|value| value.to_string()).collect();
        let labels: Vec<String> = ticks(&values).into_iter().map(|tick| tick.label).collect();
        assert!(labels.len() <= 7 && labels[0] == "700" && labels[labels.len() - 1] == "800", "{labels:?}");
        assert_eq!(ticks(&values[..2]).len(), 2);
    }
}

//! One feature at all PBXs side by side, on the same axes: who used it, who was refused it, and why.

use maud::{Markup, html};

use crate::course::SiteCourse;
use crate::measurements::Measurements;
use crate::render::page::case::Case;
use crate::render::page::chart::{Plot, area, fill};
use crate::render::page::happened::peak;
use crate::render::page::licences::reason;
use crate::render::page::parts::{heading, legend, number, short, table, words};
use crate::render::page::scale::Linear;
use crate::units;

/// Nothing where the feature was used at one PBX only.
pub(super) fn section(case: &Case, run: &Measurements, feature: &str) -> Markup {
    let mut sites: Vec<&SiteCourse> = run.course.sites.iter().filter(|site| site.feature == feature).collect();
    if sites.len() < 2 {
        return html! {};
    }
    sites.sort_by_key(|site| std::cmp::Reverse((site.refusals(), site.in_use.iter().copied().max())));
    let drawn = &sites[..sites.len().min(CHARTS)];
    let most =
        |series: fn(&SiteCourse) -> &[u64]| drawn.iter().flat_map(|site| series(site)).copied().max().unwrap_or(0);
    let used = Linear::counts(most(|site| &site.in_use) as f64);
    let refused = Some(most(|site| &site.refused)).filter(|most| *most > 0).map(|most| Linear::counts(most as f64));
    let mut entries = vec![("fill1", "units in use".to_owned())];
    entries.extend(refused.is_some().then(|| ("bad-line", "attempts refused".to_owned())));
    html! {
        (heading(case.level() + 1, &format!("{feature}, PBX by PBX")))
        div.small {
            @for site in drawn {
                div {
                    p.caption { (short(&site.node, 60)) }
                    p.axis { "units in use, at most " (peak(&site.in_use)) }
                    (chart(case, run, site, &used))
                    @if let Some(scale) = &refused {
                        p.axis { "attempts refused in each " (units::duration(run.course.width_ns)) }
                        (refusals(case, run, site, scale))
                    }
                }
            }
        }
        (legend(&entries))
        @if sites.len() > drawn.len() {
            p { "Drawn are the " (drawn.len()) " where most were refused, then those that used most; all are in the table." }
        }
        (totals(feature, &sites))
    }
}

fn chart(case: &Case, run: &Measurements, site: &SiteCourse, scale: &Linear) -> Markup {
    let shares: Vec<f64> = site.in_use.iter().map(|units| scale.share(*units as f64)).collect();
    let body = fill("fill1", &area(&shares, case.clock.share(run.course.width_ns)));
    let label = format!("{} in use at {}, at most {}.", site.feature, short(&site.node, 60), peak(&site.in_use));
    Plot { label, height: 80, x: case.clock.few_ticks(), y: scale.ticks.clone(), marks: &[], body }.markup()
}

fn refusals(case: &Case, run: &Measurements, site: &SiteCourse, scale: &Linear) -> Markup {
    let shares: Vec<f64> = site.refused.iter().map(|count| scale.share(*count as f64)).collect();
    let body = fill("bad", &area(&shares, case.clock.share(run.course.width_ns)));
    let label = format!("{} refused at {}: {}.", site.feature, short(&site.node, 60), units::count(site.refusals()));
    Plot { label, height: 50, x: case.clock.few_ticks(), y: scale.ticks.clone(), marks: &[], body }.markup()
}

fn totals(feature: &str, sites: &[&SiteCourse]) -> Markup {
    let row = |site: &&SiteCourse| {
        let mut reasons: Vec<(&String, &u64)> = site.denials.iter().collect();
        reasons.sort_by_key(|(code, count)| (std::cmp::Reverse(**count), *code));
        let why = reasons.iter().map(|(code, count)| format!("{} {}", units::count(**count), reason(code)));
        vec![
            words(&site.node),
            number(peak(&site.in_use)),
            number(units::count(site.attempts)),
            number(units::count(site.refusals())),
            number(if site.attempts == 0 { "–".to_owned() } else { units::share(site.refusals(), site.attempts) }),
            words(why.collect::<Vec<_>>().join("; ")),
        ]
    };
    let rows: Vec<_> = sites.iter().take(ROWS).map(row).collect();
    let caption = format!("{feature} at each PBX: whoever asked there, whosever stock it was");
    table(&caption, &["PBX", "most in use", "attempts", "refused", "of attempts", "why"], &rows)
}

/// PBXs drawn.
const CHARTS: usize = 6;
const ROWS: usize = 60;

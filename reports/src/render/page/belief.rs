//! Can this be believed: every seed, what was checked, where it comes from, and what the model leaves out.

use maud::{Markup, html};

use crate::render::json::hex;
use crate::render::page::case::Case;
use crate::render::page::chart::percent;
use crate::render::page::parts::{Section, heading, number, table, words};
use crate::render::page::verdict::{Ends, is_exact};
use crate::render::text::closing;
use crate::units;
use crate::verdict::Judgement;

pub(super) fn section(case: &Case) -> Section {
    let level = case.level();
    let seeds = case.judged.result.seeds.len();
    let body = html! {
        @if seeds > 1 {
            (heading(level, "Every seed"))
            p { "A dot is a seed; the good side of the limit is shaded. One seed near a limit says little, twenty say more." }
            @for judgement in case.judged.judgements.iter().filter(|judgement| !judgement.axis.each.is_empty()).take(STRIPS) {
                (strip(judgement))
            }
        }
        (heading(level, "What was checked"))
        (invariants(case))
        (heading(level, "Where it comes from"))
        (provenance(case))
        (heading(level, "What the model assumes"))
        ul {
            li { "Time is virtual: every arrival is exactly on time, whatever the machine was doing." }
            li { "A PBX is one server with a fixed service time and a queue; how fast yours answers is a number of the scenario." }
            li { "SIP messages are their fields, not their text: parsers and their mistakes are not simulated." }
            li { "The same scenario, seed and version give the same run on every machine; the digests below would tell." }
        }
        (digests(case))
    };
    case.section("Can this be believed", "Can this be believed", body)
}

fn strip(judgement: &Judgement) -> Markup {
    let axis = &judgement.axis;
    let held = format!("{} of {} seeds hold", judgement.passed_seeds(), judgement.of_seeds());
    if let Some(only) = axis.from.filter(|_| is_exact(axis)) {
        let same = format!("{held}, all with {}", axis.unit.show(only));
        return html! { div.margin { p.sentence { (judgement.sentence) } p.ends { span { (same) } } } };
    }
    let ends = Ends::of(axis);
    // Seeds at the same place are one dot: a thousand of them still fit the page.
    let mut places: Vec<u32> =
        axis.each.iter().flatten().map(|number| (ends.share(*number) * PLACES).round() as u32).collect();
    places.sort_unstable();
    places.dedup();
    let without = axis.each.iter().filter(|number| number.is_none()).count();
    let good_from = ends.share(axis.from.unwrap_or(f64::MIN));
    let good_to = ends.share(axis.to.unwrap_or(f64::MAX));
    html! {
        div.margin {
            p.sentence { (judgement.sentence) }
            svg width="100%" height="22" role="img" aria-label=(held) {
                rect.scale x="0" y="8" width="100%" height="6" {}
                rect.good x=(percent(good_from)) y="8" width=(percent((good_to - good_from).max(0.004))) height="6" {}
                @for limit in [axis.from, axis.to].into_iter().flatten() {
                    line.limit x1=(percent(ends.share(limit))) x2=(percent(ends.share(limit))) y1="2" y2="20" {}
                }
                @for place in &places { circle.seed cx=(percent(f64::from(*place) / PLACES)) cy="11" r="4" {} }
            }
            p.ends {
                span { (axis.unit.show(ends.low)) }
                span { (held) @if without > 0 { "; " (without) " without a number" } }
                span { (axis.unit.show(ends.high)) }
            }
        }
    }
}

fn invariants(case: &Case) -> Markup {
    let mut sums: Vec<(&str, u64, u64)> = Vec::new();
    for invariant in case.judged.result.seeds.iter().flat_map(|run| &run.invariants) {
        match sums.iter_mut().find(|(id, _, _)| *id == invariant.id) {
            Some((_, checks, broken)) => {
                *checks = checks.saturating_add(invariant.checks);
                *broken = broken.saturating_add(invariant.violations);
            }
            None => sums.push((&invariant.id, invariant.checks, invariant.violations)),
        }
    }
    if sums.is_empty() {
        return html! { p { "No invariant was checked: nothing was run." } };
    }
    let row = |(id, checks, broken): &(&str, u64, u64)| {
        let words_of = |id: &str| INVARIANTS.iter().find(|(of, _)| *of == id).map_or("", |(_, meaning)| meaning);
        let broken = match (*checks, *broken) {
            (0, 0) => "not asked".to_owned(),
            (_, 0) => "never".to_owned(),
            (_, broken) => units::count(broken),
        };
        vec![words(*id), words(words_of(id)), number(units::count(*checks)), number(broken)]
    };
    let rows: Vec<_> = sums.iter().map(row).collect();
    table(
        "Invariants, checked against books of their own in every seed",
        &["", "what must hold", "checks", "broken"],
        &rows,
    )
}

fn provenance(case: &Case) -> Markup {
    let (result, header) = (case.judged.result, &case.judged.result.header);
    let date = header.date.map(|(year, month, day)| format!("{year}-{month:02}-{day:02}"));
    let host = &header.host;
    let mut rows = vec![
        ("scenario", header.file.clone()),
        ("digest of its meaning", hex(header.plan_digest)),
        ("seeds", closing::seeds(result)),
        ("pbxsim", header.version.clone()),
        (
            "machine",
            format!(
                "{} {}, {}",
                host.system,
                host.machine,
                units::things(u64::from(host.cores), "core used", "cores used")
            ),
        ),
        ("it took", format!("{:.1} s of wall clock, {:.1} s of CPU", header.wall_s, host.cpu_s)),
    ];
    rows.extend(date.map(|date| ("date in the scenario", date)));
    rows.extend((header.warm_up_ns > 0).then(|| ("left out as warm-up", units::duration(header.warm_up_ns))));
    rows.extend(header.overrides.iter().map(|set| ("set on the command line", set.clone())));
    let rows: Vec<_> = rows.into_iter().map(|(name, value)| vec![words(name), words(value)]).collect();
    table("Provenance", &["", ""], &rows)
}

fn digests(case: &Case) -> Markup {
    let seeds: Vec<_> = case.judged.result.seeds_held(&case.judged.judgements).collect();
    html! {
        details {
            summary { "Digest and verdict of each seed" }
            pre tabindex="0" {
                "seed,digest,verdict\n"
                @for (run, verdict) in seeds.iter().take(DIGESTS) { (run.seed) "," (hex(run.digest)) "," (verdict.name()) "\n" }
                @if seeds.len() > DIGESTS { "… and " (seeds.len() - DIGESTS) " more: --as json has them all\n" }
            }
        }
    }
}

/// What each invariant says (checkout §3.9).
const INVARIANTS: [(&str, &str); 10] = [
    ("I1", "no more units in use than installed"),
    ("I2", "a PBX uses no more than it may, and no more than is booked for it"),
    ("I3", "free and booked units make the pool"),
    ("I4", "nothing outlives its lease or its expiry"),
    ("I5", "time, sequences and totals never go back"),
    ("I6", "one port per object, however many devices"),
    ("I7", "all of a holder's features, or none"),
    ("I8", "nobody is refused what was free"),
    ("I9", "all views agree again after the last fault"),
    ("I10", "the books add up"),
];
const STRIPS: usize = 40;
const PLACES: f64 = 400.0;
const DIGESTS: usize = 200;

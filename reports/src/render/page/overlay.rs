//! What theory asks for at rest, over the size of the pool, and where the simulation lies.

use maud::{Markup, html};

use crate::contention::Contention;
use crate::formulas::{engset_beta, engset_call_congestion, engset_units, erlang_b, erlang_b_units};
use crate::render::page::chart::{Plot, line, stroke};
use crate::render::page::parts::{figure, legend, number, table};
use crate::render::page::scale::{Decades, Tick};
use crate::units;

/// The formula that fits the people: how many there are, and whether they come back.
#[derive(Clone, Copy)]
enum Formula {
    ErlangB { erlangs: f64 },
    Engset { sources: u64, beta: f64 },
}

impl Formula {
    fn of(contention: &Contention) -> Option<Self> {
        let erlangs = contention.offered_erlangs.filter(|erlangs| *erlangs > 0.0 && *erlangs <= LARGEST)?;
        if contention.finite_source {
            let beta = engset_beta(contention.sources, erlangs)?;
            return Some(Self::Engset { sources: contention.sources, beta });
        }
        Some(Self::ErlangB { erlangs })
    }

    fn name(self) -> &'static str {
        match self {
            Self::ErlangB { .. } => "Erlang B",
            Self::Engset { .. } => "Engset",
        }
    }

    /// Share of attempts refused with so many units.
    fn refused(self, pool: u64) -> f64 {
        match self {
            Self::ErlangB { erlangs } => erlang_b(pool, erlangs),
            Self::Engset { sources, beta } => engset_call_congestion(sources, pool, beta),
        }
    }

    fn units(self, target: f64) -> Option<u64> {
        match self {
            Self::ErlangB { erlangs } => erlang_b_units(erlangs, target),
            Self::Engset { sources, beta } => engset_units(sources, beta, target),
        }
    }
}

/// The curve, the pool, the simulated point; and the units that usual targets need.
pub(super) fn section(feature: &str, contention: &Contention) -> Markup {
    let (Some(formula), Some(pool)) = (Formula::of(contention), contention.pool) else { return html! {} };
    let (Some(fewest), Some(most)) = (formula.units(0.3), formula.units(0.0005)) else { return html! {} };
    if pool > MOST_UNITS {
        return html! {};
    }
    let erlangs = contention.offered_erlangs.unwrap_or_default();
    html! {
        (chart(formula, feature, contention, [fewest.min(pool), most.max(pool).max(fewest + 4)]))
        p {
            "At rest these people would keep " (units::plain(erlangs)) " units in use on average if never refused. "
            "The formula knows nothing of rushes, crashes and retries: the pool must be larger where those count."
        }
        (targets(formula, pool))
    }
}

fn chart(formula: Formula, feature: &str, contention: &Contention, range: [u64; 2]) -> Markup {
    let pool = contention.pool.unwrap_or(0);
    let room = ((range[1] - range[0]) / 12).max(1);
    let (from, to) = (range[0].saturating_sub(room), range[1] + room);
    let scale = Decades::new(LEAST, 1.0, units::percent);
    let across = |units: u64| (units.saturating_sub(from)) as f64 / (to - from) as f64;
    let step = ((to - from) / POINTS).max(1);
    let sizes = (from..=to).step_by(usize::try_from(step).unwrap_or(1));
    let points = sizes.map(|size| (size, formula.refused(size))).take_while(|(_, refused)| *refused >= LEAST);
    let curve = line(points.map(|(size, refused)| (across(size), scale.share(refused))));
    let simulated = contention.refused_at_first().or(contention.call_congestion());
    let dot = simulated.filter(|share| *share > 0.0).map(|share| (across(pool), scale.share(share)));
    let body = html! {
        (stroke("line1", &curve))
        (stroke("limit", &line([0.0, 1.0].map(|y| (across(pool), y)))))
        @if let Some((x, y)) = dot { (stroke("cross", &line([(x - 0.02, y), (x + 0.02, y)]))) }
    };
    let caption = format!("{feature}: share of attempts refused by the size of the pool (logarithmic)");
    let label = format!("{caption}, by {}; the pool is {}.", formula.name(), units::count(pool));
    let plot = Plot { label, height: 180, x: sizes_ticks(from, to), y: scale.ticks.clone(), marks: &[], body };
    let mut entries = vec![
        ("line1", format!("{}, at rest", formula.name())),
        ("limit", format!("the pool: {}", units::things(pool, "unit", "units"))),
    ];
    entries.extend(simulated.map(|share| match (share, contention.call_congestion()) {
        (0.0, _) => ("cross", "simulated: none refused at first (below this axis)".to_owned()),
        (share, Some(all)) => {
            let (first, all) = (units::percent(share), units::percent(all));
            ("cross", format!("simulated: {first} of first attempts ({all} of all, with those repeated)"))
        }
        (share, None) => ("cross", format!("simulated: {} of first attempts", units::percent(share))),
    }));
    html! { (figure(&caption, &plot.markup())) (legend(&entries)) }
}

fn sizes_ticks(from: u64, to: u64) -> Vec<Tick> {
    let step = [1, 2, 5].into_iter().cycle().zip(0_u32..).map(|(part, i)| part * 10_u64.pow(i / 3));
    let step = step.take(54).find(|step| (to - from) / step <= 4).unwrap_or(u64::MAX);
    let first = from.next_multiple_of(step);
    let at = |size: u64| (size - from) as f64 / (to - from) as f64;
    let sizes = (0..=4).map(|i| first + i * step).filter(|size| *size <= to);
    sizes.map(|size| Tick { at: at(size), label: units::count(size) }).collect()
}

fn targets(formula: Formula, pool: u64) -> Markup {
    let row = |target: f64| {
        let units = formula.units(target)?;
        let difference = match pool.cmp(&units) {
            std::cmp::Ordering::Less => format!("{} fewer", units::count(units - pool)),
            std::cmp::Ordering::Equal => "as many".to_owned(),
            std::cmp::Ordering::Greater => format!("{} more", units::count(pool - units)),
        };
        Some(vec![number(units::percent(target)), number(units::count(units)), number(difference)])
    };
    let rows: Vec<_> = [0.05, 0.02, 0.01, 0.001].into_iter().filter_map(row).collect();
    let caption = format!("Units that {} asks for at rest", formula.name());
    table(&caption, &["at most refused", "units", "the pool has"], &rows)
}

const POINTS: u64 = 60;
/// Where the axis begins.
const LEAST: f64 = 0.0001;
/// The recurrences take a step per unit.
const LARGEST: f64 = 200_000.0;
const MOST_UNITS: u64 = 400_000;

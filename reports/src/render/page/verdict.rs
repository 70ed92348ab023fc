//! Did it hold: every sentence with what was measured, by how much, and what to try next.

use maud::{Markup, html};

use crate::measurements::Measurements;
use crate::render::judged::Fate;
use crate::render::page::case::{Case, Detail};
use crate::render::page::chart::percent;
use crate::render::page::parts::{Section, heading, short};
use crate::render::replay::{command, replay};
use crate::render::text::closing;
use crate::result::{Verdict, broke_an_invariant};
use crate::shell::quoted;
use crate::units;
use crate::verdict::{Axis, Judgement};

/// The word of the verdict, and what was tested.
pub(super) fn banner(case: &Case) -> Markup {
    let class = match case.judged.verdict {
        Verdict::Pass => "pass",
        Verdict::Fail => "fail",
        Verdict::CantTell | Verdict::Invalid => "invalid",
    };
    html! {
        p class={ "banner " (class) } { strong { (case.judged.word()) } " " (in_a_line(case)) }
        p.tested { (tested(case)) }
    }
}

/// `3 of 4 sentences hold`.
pub(super) fn in_a_line(case: &Case) -> String {
    let judgements = &case.judged.judgements;
    let held = judgements.iter().filter(|judgement| Fate::of(judgement) == Fate::Held).count();
    let of = units::things(judgements.len() as u64, "sentence", "sentences");
    let broken = if case.judged.result.seeds.iter().any(broke_an_invariant) { "; an invariant broke" } else { "" };
    match case.judged.verdict {
        Verdict::Invalid => format!("no verdict: not every seed was run to its end{broken}"),
        _ if judgements.is_empty() => format!("nothing was expected{broken}"),
        _ if held == judgements.len() => format!("{}{broken}", all_hold(held)),
        _ => format!("{held} of {of} {}{broken}", if held == 1 { "holds" } else { "hold" }),
    }
}

fn all_hold(held: usize) -> String {
    if held == 1 { "the sentence holds".to_owned() } else { format!("all {held} sentences hold") }
}

/// What was run, in a sentence or two.
fn tested(case: &Case) -> String {
    let (result, header) = (case.judged.result, &case.judged.result.header);
    let Some(run) = result.first() else { return "Nothing was run.".to_owned() };
    let nodes: Vec<String> = run.nodes.iter().map(|node| short(&node.node, 30)).collect();
    let nodes = match nodes.as_slice() {
        [] => String::new(),
        [one] => format!(" at one PBX ({one})"),
        few if few.len() <= 6 => format!(" at {} PBXs ({})", few.len(), few.join(", ")),
        many => format!(" at {} PBXs", many.len()),
    };
    let sets = match header.overrides.len() {
        0 => String::new(),
        changed => {
            format!(" {} changed on the command line.", units::things(changed as u64, "value was", "values were"))
        }
    };
    format!(
        "{}{nodes}, {} from {} on; {}, in virtual time.{sets}",
        units::things(run.counts.endpoints, "endpoint", "endpoints"),
        units::duration(header.lasts_ns),
        units::clock(header.starts_s, 0),
        closing::seeds(result),
    )
}

pub(super) fn section(case: &Case) -> Section {
    let judged = &case.judged;
    let level = case.level();
    let body = html! {
        @if let Some(run) = judged.result.seeds.iter().find(|run| broke_an_invariant(run)) { (breach(case, run)) }
        ol.sentences {
            @for judgement in &judged.judgements { (sentence(case, judgement)) }
        }
        @if case.detail == Detail::Verdict { p { "There is no room on this page for more. Alone: " code { (command("run", &judged.result.header)) } } }
        (heading(level, "What to try next"))
        ul.next { @for (command, why) in next(case) { li { code { (command) } " " (why) } } }
    };
    case.section("Verdict", "Did it hold, and by how much", body)
}

fn sentence(case: &Case, judgement: &Judgement) -> Markup {
    let fate = Fate::of(judgement);
    let (class, word) = match fate {
        Fate::Held => ("held", "holds"),
        Fate::Failed => ("failed", "fails"),
        Fate::Open => ("open", "can't tell"),
        Fate::NotJudged => ("open", "not judged"),
    };
    let told = case.judged.result.first().map(|run| run.seed);
    html! {
        li class=(class) {
            p.sentence { b.fate { (word) } " " (judgement.sentence) }
            @if fate != Fate::NotJudged {
                @for note in &judgement.notes { p.note { (note) } }
                @if let Some(why) = &judgement.why { p.why { b { "Why: " } (why) } }
                @if let Some(fragile) = &judgement.fragile { p.why { b { "Fragile: " } (fragile) } }
                @if let Some(seed) = judgement.failed_seed.filter(|seed| Some(*seed) != told) {
                    p.why { b { "See it: " } code { (replay(&case.judged.result.header, seed)) } }
                }
                (margin(judgement))
            }
        }
    }
}

/// What the first seed measured, against the limit.
fn margin(judgement: &Judgement) -> Markup {
    let axis = &judgement.axis;
    let Some(measured) = axis.each.first().copied().flatten().filter(|_| !is_exact(axis)) else { return html! {} };
    let ends = Ends::of(axis);
    let (at, show) = (|number: f64| percent(ends.share(number)), |number: f64| axis.unit.show(number));
    let limits = match (axis.from, axis.to) {
        (Some(from), Some(to)) if from == to => format!("must be {}", show(from)),
        (Some(from), Some(to)) => format!("must be {} to {}", show(from), show(to)),
        (Some(from), None) => format!("must be at least {}", show(from)),
        (None, Some(to)) => format!("must be at most {}", show(to)),
        (None, None) => return html! {},
    };
    let good_from = ends.share(axis.from.unwrap_or(f64::MIN));
    let good_to = ends.share(axis.to.unwrap_or(f64::MAX));
    let words = format!("measured {}, {limits}", show(measured));
    html! {
        div.margin {
            svg width="100%" height="22" role="img" aria-label=(words) {
                rect.scale x="0" y="8" width="100%" height="6" {}
                rect.good x=(percent(good_from)) y="8" width=(percent((good_to - good_from).max(0.004))) height="6" {}
                @for limit in [axis.from, axis.to].into_iter().flatten() {
                    line.limit x1=(at(limit)) x2=(at(limit)) y1="2" y2="20" {}
                }
                circle.measured cx=(at(measured)) cy="11" r="5" {}
            }
            p.ends { span { (show(ends.low)) } span { (words) } span { (show(ends.high)) } }
        }
    }
}

/// Whether only one number is good and every seed measured it: there is no distance to show.
pub(super) fn is_exact(axis: &Axis) -> bool {
    axis.from.is_some() && axis.from == axis.to && axis.each.iter().all(|number| *number == axis.from)
}

/// The part of an axis that shows all seeds and the limits, with some room.
pub(super) struct Ends {
    pub(super) low: f64,
    pub(super) high: f64,
}

impl Ends {
    pub(super) fn of(axis: &Axis) -> Self {
        let numbers = || axis.each.iter().copied().flatten().chain(axis.from).chain(axis.to).filter(|n| n.is_finite());
        let (low, high) = numbers().fold((f64::MAX, f64::MIN), |(low, high), n| (low.min(n), high.max(n)));
        if low > high {
            return Self { low: 0.0, high: 1.0 };
        }
        let room = if high > low { (high - low) * 0.15 } else { low.abs().max(1.0) * 0.15 };
        let room = if axis.unit == units::Unit::Count { room.max(1.0).round() } else { room };
        let most = if axis.unit == units::Unit::Percent { 100.0_f64.max(high) } else { f64::MAX };
        Self { low: (low - room).max(0.0_f64.min(low)), high: (high + room).min(most) }
    }

    pub(super) fn share(&self, number: f64) -> f64 {
        ((number - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }
}

fn breach(case: &Case, run: &Measurements) -> Markup {
    let clock = |at_ns| units::clock(case.clock.starts_s, at_ns);
    html! {
        div.breach {
            @if let Some(violation) = &run.violation {
                p { b { "Invariant " (violation.id) " broke at " (clock(violation.at_ns)) " in seed " (run.seed) ": " } (violation.what) }
                details { summary { "The last events before it" } pre tabindex="0" { @for line in &violation.last_events { (line) "\n" } } }
            } @else {
                @for invariant in run.invariants.iter().filter(|invariant| invariant.violations > 0) {
                    p { b { "Invariant " (invariant.id) " broke " (units::things(invariant.violations, "time", "times")) " in seed " (run.seed) } }
                }
            }
        }
    }
}

/// How many seeds a fragile sentence asks for.
fn more_seeds(judgement: &Judgement) -> Option<u32> {
    judgement.fragile.as_ref()?.rsplit_once("--seeds ")?.1.parse().ok()
}

/// Commands that fit what came out.
fn next(case: &Case) -> Vec<(String, &'static str)> {
    let result = case.judged.result;
    let header = &result.header;
    let mut next = Vec::new();
    let failed = result.seeds_held(&case.judged.judgements).find(|(_, verdict)| *verdict == Verdict::Fail);
    if let Some((run, _)) = failed {
        next.push((replay(header, run.seed), "runs a seed that fails alone"));
        next.push(("pbxsim trace RUN worst".to_owned(), "shows the ladder of who fared worst; RUN is the run file"));
    }
    let for_licences = |judgement: &&Judgement| {
        judgement.failed() && judgement.why.as_ref().is_some_and(|why| why.contains("licence"))
    };
    if let Some(judgement) = case.judged.judgements.iter().find(for_licences) {
        let plan = format!("{} --for {}", command("plan", header), quoted(&judgement.sentence));
        next.push((plan, "finds the fewest licences with which that sentence holds"));
    }
    if header.partial {
        next.push((command("run", header), "runs all seeds to their end"));
    }
    next.push((command("explain", header), "says what the scenario means, and what theory expects of it"));
    if let Some(seeds) = case.judged.judgements.iter().filter_map(more_seeds).max() {
        let more = format!("{} --seeds {seeds}", command("run", header));
        next.push((more, "may make a verdict firm that is fragile now"));
    }
    next
}

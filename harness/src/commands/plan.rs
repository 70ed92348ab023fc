//! `pbxsim plan`: the smallest that holds, with an interval, and what theory asks for at rest.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use harness::run::Hands;
use reports::contention::Contention;
use reports::measurements::Stock;
use reports::render::page::{self, Sheet};
use reports::render::sizing::{self, Neighbour, Planned, Price};
use reports::shell::quoted;
use reports::sizing::{Sizing, at_rest, mean_of};
use reports::verdict::{Good, Seen};
use scenarios::plan::Plan;

use crate::args::{self, PlanFormat};
use crate::bench::{Bench, Ended, Scale, UNLIMITED, peak};
use crate::clock::Stopwatch;
use crate::commands::{load_right, which_scenario};
use crate::complaint::Complaint;
use crate::exit::Exit;
use crate::prices::{Prices, money};
use crate::progress::Display;
use crate::vary::Axis;
use crate::workforce::Workforce;
use crate::{interrupt, screen};

/// Plans what was asked for.
pub(super) fn plan(args: &args::Plan) -> Result<Exit, Complaint> {
    let Some(file) = &args.file else { return Err(which_scenario("plan")) };
    let Some(sentence) = &args.wanted else {
        return Err(Complaint::wrong("what for?").hint(
            "write --for 'fewer than 1% of sign-ins are refused a licence'; all sentences: pbxsim list expectations",
        ));
    };
    let mut overrides = args.common.overrides.clone();
    overrides.push(format!("{EXPECT}[{}]", yaml(sentence)));
    let Some(mut scenarios) = load_right(std::slice::from_ref(file), &overrides, args.common.variant.as_deref()) else {
        return Ok(Exit::Wrong);
    };
    let plans = scenarios.remove(0).1.plans;
    let scales = scales(args, file, sentence, &overrides)?;
    let prices = args.prices.as_deref().map(Prices::read).transpose()?;
    let title = plans.first().map_or("", |plan| &plan.title);
    let workforce = Workforce::new(args.common.jobs, args.on.as_deref(), title)?;
    let interrupted = interrupt::flag();
    let display = Display::open_ended(Stopwatch::start(), ["run", "runs"]);
    let question = Question {
        file,
        overrides,
        sentence,
        seeds: args.common.seeds,
        hands: workforce.hands(),
        prices: prices.as_ref(),
        interrupted: &interrupted,
        display: &display,
    };
    let mut answers = Vec::new();
    for plan in &plans {
        let found = question.answers(plan, &scales);
        display.clear();
        match found {
            Ok(found) => answers.extend(found),
            Err(trouble) => {
                workforce.finish()?;
                return trouble.map_or(Ok(Exit::Interrupted), Err);
            }
        }
    }
    workforce.finish()?;
    screen::print(&match args.format {
        PlanFormat::Text => sizing::text(&answers),
        PlanFormat::Html => page::answers(&answers, Sheet::Inside),
    })?;
    let is_answered = answers.iter().all(Planned::is_answered);
    Ok(if is_answered { Exit::Held } else { Exit::Failed })
}

/// What is asked of each plan.
struct Question<'a> {
    file: &'a Path,
    overrides: Vec<String>,
    sentence: &'a str,
    seeds: Option<u32>,
    hands: &'a dyn Hands,
    prices: Option<&'a Prices>,
    interrupted: &'a AtomicBool,
    display: &'a Display,
}

impl Question<'_> {
    /// One answer for each value, the pools beside it without a limit; the last tells whether all hold at once. Fails with
    /// what went wrong, or with nothing after an interrupt.
    fn answers(&self, plan: &Plan, scales: &[Scale]) -> Result<Vec<Planned>, Option<Complaint>> {
        let mut answers = Vec::new();
        for (place, scale) in scales.iter().enumerate() {
            let others = scales.iter().enumerate().filter(|(other, _)| *other != place);
            let pools = others.filter(|(_, other)| matches!(other, Scale::Pool { .. }));
            let sets = pools.map(|(_, other)| format!("{}={}", other.path(), other.shown(UNLIMITED))).collect();
            let bench = self.bench(plan, scale, sets);
            let mut answer = sized(&bench, self.sentence).map_err(|Ended| bench.trouble())?;
            if let (Some(prices), Scale::Pool { path, .. }) = (self.prices, scale) {
                answer.prices = self.priced(path, &answer, prices)?;
            }
            answers.push(answer);
        }
        let numbers = answers.iter().map(|one: &Planned| one.sizing.answer.map(|answer| answer.at));
        if let (Some(numbers), [others @ .., scale]) = (numbers.collect::<Option<Vec<u64>>>(), scales)
            && let (false, Some(number)) = (others.is_empty(), numbers.last())
        {
            let sets = others.iter().zip(&numbers).map(|(scale, at)| format!("{}={}", scale.path(), scale.shown(*at)));
            let bench = self.bench(plan, scale, sets.collect());
            let held = bench.for_each_seed(|seed| bench.holds(*number, seed)).map_err(|Ended| bench.trouble())?;
            if let Some(last) = answers.last_mut() {
                last.together = Some(held.iter().filter(|held| **held).count() as u64);
            }
        }
        Ok(answers)
    }

    /// What the answer costs, and what half and all of the seeds need.
    fn priced(&self, path: &str, answer: &Planned, prices: &Prices) -> Result<Vec<Price>, Complaint> {
        let Some(at) = answer.sizing.answer.map(|answer| answer.at) else { return Ok(Vec::new()) };
        let mut needs: Vec<u64> = answer.sizing.each.iter().filter_map(|(_, least)| *least).collect();
        needs.sort_unstable();
        let ends = [needs.get(needs.len().div_ceil(2).saturating_sub(1)), needs.last()];
        let others = ends.into_iter().flatten().copied().filter(|units| *units != at);
        let numbers: Vec<u64> = std::iter::once(at).chain(others).collect();
        let licence = path.rsplit('.').next().unwrap_or(path);
        let name = self.file.to_string_lossy();
        let text = scenarios::decode(&name, crate::scenario_files::read(self.file)?);
        let variant = answer.variant.as_deref();
        let tiers = text.and_then(|text| scenarios::tiers(&name, &text, &self.overrides, variant, (licence, &numbers)));
        let tiers = tiers.map_err(|mistakes| Complaint::told(mistakes.render()))?;
        let price = |(units, tiers): (u64, Vec<(String, u64)>)| {
            let each = tiers.iter().map(|(name, units)| Some(prices.of(name)?.saturating_mul(*units)));
            let sum = each.sum::<Option<u64>>();
            Price { units, cost: sum.map(money), tiers }
        };
        Ok(numbers.into_iter().zip(tiers).map(price).collect())
    }

    fn bench(&self, plan: &Plan, scale: &Scale, sets: Vec<String>) -> Bench<'_> {
        let overrides = [self.overrides.as_slice(), &sets].concat();
        let about = (self.file.to_path_buf(), overrides, plan.variant.clone());
        let count = u64::from(self.seeds.unwrap_or(plan.seeds));
        let seeds = (0..count).map(|place| plan.seed.wrapping_add(place)).collect();
        Bench::new(about, scale.clone(), seeds, self.hands, (self.interrupted, self.display))
    }
}

/// Everything about one value.
fn sized(bench: &Bench<'_>, sentence: &str) -> Result<Planned, Ended> {
    let each = bench.for_each_seed(|seed| bench.smallest(seed))?;
    let each = bench.seeds.iter().copied().zip(each).collect();
    let plan = bench.plan(bench.scale.last()).map_err(|_| Ended)?;
    let expectation = &plan.expectations[0];
    let sizing = Sizing::of(expectation, each);
    let (mut theory, mut peak_of_worst) = (None, None);
    if let Scale::Pool { feature, .. } = &bench.scale {
        let free = bench.trial(UNLIMITED, bench.seeds[0])?;
        let stocks: Vec<&Stock> = free.stocks.iter().filter(|stock| stock.feature == *feature).collect();
        theory = at_rest(&expectation.claim, &Contention::of(&stocks));
        if let Some((seed, _)) = sizing.worst() {
            peak_of_worst = Some(peak(&*bench.trial(UNLIMITED, seed)?, feature));
        }
    }
    let mut neighbours = Vec::new();
    if let (Some(answer), Scale::Pool { .. }) = (sizing.answer, &bench.scale) {
        // Never the answer itself, however small it is.
        let tenth = (answer.at / 10).max(1);
        for units in [answer.at.saturating_sub(tenth), answer.at, answer.at + tenth] {
            neighbours.push(Neighbour { units, passing: sizing.passing(units), mean: mean_of(&bench.seen(units)?) });
        }
    }
    let average = average(bench, &sizing)?;
    let seen = bench.seen(sizing.answer.map_or(bench.scale.last(), |answer| answer.at))?;
    let unit = seen.iter().find(|seen| seen.is_measured).map(|seen| seen.unit);
    Ok(Planned {
        title: plan.title.clone(),
        variant: plan.variant.clone(),
        path: bench.scale.path().to_owned(),
        sentence: sentence.to_owned(),
        labels: match &bench.scale {
            Scale::Pool { .. } => None,
            Scale::Range(axis) => Some(axis.values.clone()),
        },
        unit,
        theory,
        average,
        neighbours,
        peak_of_worst,
        replay: sizing.worst().zip(sizing.answer).map(|((seed, _), answer)| replay(bench, &plan, seed, answer.at)),
        prices: Vec::new(),
        together: None,
        sizing,
    })
}

/// The command that shows one seed with the answer.
fn replay(bench: &Bench<'_>, plan: &Plan, seed: u64, number: u64) -> String {
    let variant = plan.variant.as_ref().map_or_else(String::new, |name| format!(" --variant {}", quoted(name)));
    let own = format!("{}={}", bench.scale.path(), bench.scale.shown(number));
    let others = bench.overrides.iter().filter(|set| !set.starts_with(EXPECT));
    let sets: String = others.chain([&own]).map(|set| format!(" --set {}", quoted(set))).collect();
    format!("pbxsim run {}{variant}{sets} --seed {seed}", quoted(&bench.file.to_string_lossy()))
}

/// The smallest for which the mean over all seeds meets the limit, with its interval: what a formula speaks of.
fn average(bench: &Bench<'_>, sizing: &Sizing) -> Result<Option<[u64; 3]>, Ended> {
    let needs: Vec<u64> = sizing.each.iter().filter_map(|(_, least)| *least).collect();
    let (Some(least), Some(most)) = (needs.iter().min(), needs.iter().max()) else { return Ok(None) };
    let first = bench.seen(*most)?;
    let Some(limit) = first.first().filter(|seen| seen.good == Good::Less).and_then(|seen| seen.limit) else {
        return Ok(None);
    };
    if mean_of(&first).is_none() {
        return Ok(None);
    }
    let mut ends = [0; 3];
    for (end, which) in ends.iter_mut().enumerate() {
        let meets = |seen: &[Seen]| {
            mean_of(seen).is_some_and(|(mean, interval)| [interval.low, mean, interval.high][end] <= limit)
        };
        *which = crossing(*least, *most, bench.scale.last(), |units| Ok(meets(&bench.seen(units)?)))?;
    }
    Ok(Some(ends))
}

/// The smallest number that meets something monotone, looked for first between two numbers.
fn crossing(mut low: u64, mut high: u64, last: u64, meets: impl Fn(u64) -> Result<bool, Ended>) -> Result<u64, Ended> {
    let mut step = 1;
    while high < last && !meets(high)? {
        (low, high) = (high + 1, high.saturating_add(step).min(last));
        step *= 2;
    }
    step = 1;
    while low > 0 && meets(low)? {
        (high, low) = (low, low.saturating_sub(step));
        step *= 2;
    }
    while low < high {
        let middle = low + (high - low) / 2;
        if meets(middle)? { high = middle } else { low = middle + 1 }
    }
    Ok(high)
}

/// What is planned: each `--vary`, or the licences that the sentence speaks of.
fn scales(args: &args::Plan, file: &Path, sentence: &str, overrides: &[String]) -> Result<Vec<Scale>, Complaint> {
    let pools = pools(file, overrides)?;
    if args.vary.is_empty() {
        let path = pool_meant(&pools, sentence).ok_or_else(|| which_pool(file, &pools))?;
        return Ok(vec![pool(path)]);
    }
    let scale = |typed: &String| match typed.contains('=') {
        true => Axis::read(typed).map(Scale::Range),
        false if typed.starts_with(LICENCES) => Ok(pool(typed)),
        false => Err(Complaint::wrong(format!("--vary {typed}: in what range?"))
            .hint(format!("write --vary '{typed}=50/s..300/s step 5/s'; only pools of licences need none"))),
    };
    args.vary.iter().map(scale).collect()
}

fn pool(path: &str) -> Scale {
    let name = path.rsplit('.').next().unwrap_or(path);
    Scale::Pool { path: path.to_owned(), feature: name.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned() }
}

/// Paths of the licences in the file.
fn pools(file: &Path, overrides: &[String]) -> Result<Vec<String>, Complaint> {
    let bytes = crate::scenario_files::read(file)?;
    let name = file.to_string_lossy();
    let read = scenarios::decode(&name, bytes).and_then(|text| scenarios::values(&name, &text, overrides));
    let values = read.map_err(|mistakes| Complaint::told(mistakes.render()))?;
    Ok(values.into_iter().map(|(path, _)| path).filter(|path| path.starts_with(LICENCES)).collect())
}

/// The only one; or the one whose name, or whose people, the sentence names.
fn pool_meant<'a>(pools: &'a [String], sentence: &str) -> Option<&'a str> {
    let sentence = sentence.to_lowercase();
    let named = |path: &&String| {
        let Scale::Pool { feature, .. } = pool(path) else { return false };
        let short = feature.trim_start_matches("PBX-").trim_end_matches('s').to_lowercase();
        let word = if short == "softwarephone" { "softphone" } else { &short };
        sentence.contains(&feature.to_lowercase()) || sentence.contains(word)
    };
    match pools {
        [only] => Some(only),
        several => match several.iter().filter(named).collect::<Vec<_>>().as_slice() {
            [one] => Some(one),
            _ => None,
        },
    }
}

fn which_pool(file: &Path, pools: &[String]) -> Complaint {
    let lines: String =
        pools.iter().map(|path| format!("pbxsim plan {} --vary {path} --for …\n", file.display())).collect();
    match pools {
        [] => Complaint::wrong("this file has no licences: what is to vary?").hint("write --vary 'PATH=1..9'"),
        _ => Complaint::wrong("which licences?").hint(lines),
    }
}

/// A text as YAML reads it back.
fn yaml(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

const LICENCES: &str = "licences.";
const EXPECT: &str = "expect=";

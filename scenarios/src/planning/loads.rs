//! What flows of calls offer on average, as `set` changes it while the run goes on.

use simulator::distribution::Distribution;
use simulator::schedule::Action;
use simulator::settings::FlowSettings;
use simulator::time::Instant;

use crate::plan::{Flow, MeanLoad, Plan};

/// Averages the loads over the run after its warm-up.
pub(crate) fn average(plan: &mut Plan) {
    if plan.settings.len() == 1 {
        return;
    }
    let spells = spells(plan);
    let whole: f64 = spells.iter().map(|(_, seconds)| seconds).sum();
    for (place, flow) in plan.flows.iter_mut().enumerate() {
        let start = &plan.settings[0].flows[place];
        let mut sum = MeanLoad::default();
        for (settings, seconds) in &spells {
            let load = load(flow, start, &plan.settings[*settings].flows[place]);
            sum.per_hour += load.per_hour * seconds / whole;
            sum.erlangs += load.erlangs * seconds / whole;
        }
        flow.mean = sum;
    }
}

/// Which settings hold for how many seconds after the warm-up, in their order.
fn spells(plan: &Plan) -> Vec<(usize, f64)> {
    let end = Instant::ZERO + plan.lasts;
    let installed = plan.schedule.iter().filter_map(|entry| match entry.action {
        Action::Install(settings) => Some((entry.at.min(end), settings as usize)),
        _ => None,
    });
    let warm = (Instant::ZERO + plan.warm_up).min(end);
    let (mut spells, mut now, mut since) = (Vec::new(), 0, warm);
    for (at, settings) in installed.chain([(end, 0)]) {
        let until = at.max(since);
        if until > since {
            spells.push((now, until.since(since).as_secs_f64()));
        }
        (now, since) = (settings, until);
    }
    spells
}

/// The load under other settings: as many times that at the start as calls come more often and take longer.
fn load(flow: &Flow, start: &FlowSettings, now: &FlowSettings) -> MeanLoad {
    if now == start {
        return MeanLoad { per_hour: flow.per_hour, erlangs: flow.erlangs };
    }
    let Some(gap) = now.gap.as_ref().map(rough_mean_s).filter(|gap| *gap > 0.0) else { return MeanLoad::default() };
    let (holding, gap_before) = (rough_mean_s(&now.holding), start.gap.as_ref().map(rough_mean_s));
    let Some(gap_before) = gap_before.filter(|before| *before > 0.0 && flow.per_hour > 0.0) else {
        return MeanLoad { per_hour: 3600.0 / gap, erlangs: holding / gap };
    };
    let often = gap_before / gap;
    let longer = holding / rough_mean_s(&start.holding).max(f64::MIN_POSITIVE);
    // Who calls only while idle offers beta / (1 + beta) of a call.
    let erlangs = match flow.each_idle.filter(|beta| *beta > 0.0) {
        Some(beta) => flow.erlangs * (1.0 + beta) * often * longer / (1.0 + beta * often * longer),
        None => flow.erlangs * often * longer,
    };
    MeanLoad { per_hour: flow.per_hour * often, erlangs }
}

/// Of laws of one shape, in exact proportion; else within some parts in a thousand.
fn rough_mean_s(law: &Distribution) -> f64 {
    const POINTS: u64 = 256;
    let step = u64::MAX / POINTS;
    (0..POINTS).map(|i| law.sample(i * step + step / 2).as_secs_f64()).sum::<f64>() / POINTS as f64
}

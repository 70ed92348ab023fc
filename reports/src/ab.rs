//! Two builds of something that is not deterministic, measured in turns on one machine (statistics §3).
//!
//! The turns are ABBA, so that a machine that slowly gets warmer favours nobody; among them the base is measured against
//! itself (A/A), in the same way. What A/A shows is this machine's noise: who cannot tell the base from itself cannot tell
//! it from anything else. Times are only ever compared as the ratio within one pair, so no time of another machine enters.

use libm::log;

use crate::comparison::Change;
use crate::statistics::holm::holm;
use crate::statistics::pairs::Pairs;

/// Of a verdict that is not the same, over all metrics together.
const ERROR: f64 = 0.05;
/// As many as the exact test needs for four metrics at 5 %.
pub const FEWEST_PAIRS: usize = 8;
/// Of failures, in points.
const SMALLEST_FLOOR: f64 = 0.02;

/// What one measurement said, by metric: the same metrics in every measurement that counts.
pub type Reading = Vec<(String, Kind, f64)>;

/// How a metric is compared; less is better of both.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// A time: by the logarithm of the ratio.
    Time,
    /// A share in percent: by the difference.
    Share,
}

/// All pairs of one comparison.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measured {
    /// Base and new.
    pub pairs: Vec<(Reading, Reading)>,
    /// Base and base.
    pub control: Vec<(Reading, Reading)>,
}

/// What a comparison comes to.
#[derive(Clone, Debug, PartialEq)]
pub struct Ab {
    /// Worse if one metric is, the same only if all are.
    pub change: Change,
    /// Pairs that were measured.
    pub pairs: usize,
    /// In the order of the first reading.
    pub metrics: Vec<Metric>,
}

/// One metric.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    /// `sign-in p99, since due`.
    pub name: String,
    /// How it is compared.
    pub kind: Kind,
    /// New against base: logarithms of ratios, or points; `None`: not in every measurement, or too few pairs.
    pub pairs: Option<Pairs>,
    /// Base against base.
    pub control: Option<Pairs>,
    /// Below this nothing counts as a change.
    pub floor: f64,
    /// What it comes to.
    pub change: Change,
    /// Why A/A forbids a verdict.
    pub noise: Option<Noise>,
}

/// What A/A may show.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Noise {
    /// The base differs from itself: which of two comes first matters here.
    Biased,
    /// The base spreads wider around itself than a change that would count.
    Wide,
}

impl Ab {
    /// Of what was measured, with the smallest relative change that counts (0.05).
    pub fn of(measured: &Measured, min_effect: f64) -> Self {
        let names: Vec<(String, Kind)> = match measured.pairs.first() {
            Some((first, _)) => first.iter().map(|(name, kind, _)| (name.clone(), *kind)).collect(),
            None => Vec::new(),
        };
        let mut metrics: Vec<Metric> =
            names.into_iter().map(|(name, kind)| weigh(measured, name, kind, min_effect)).collect();
        let open = |metric: &Metric| metric.pairs.filter(|_| metric.noise.is_none());
        let adjusted = holm(&metrics.iter().filter_map(open).map(|pairs| pairs.p()).collect::<Vec<_>>());
        let mut adjusted = adjusted.into_iter();
        for metric in &mut metrics {
            if let Some(pairs) = open(metric) {
                metric.change = change(&pairs, adjusted.next().unwrap_or(1.0), metric.floor);
            }
        }
        let change = Change::of_all(metrics.iter().map(|metric| metric.change));
        Self { change, pairs: measured.pairs.len(), metrics }
    }
}

/// As yet without a verdict: that needs the p of all metrics.
fn weigh(measured: &Measured, name: String, kind: Kind, min_effect: f64) -> Metric {
    let differences = |pairs: &[(Reading, Reading)]| -> Option<Vec<f64>> {
        pairs.iter().map(|(one, other)| difference(kind, value(one, &name)?, value(other, &name)?)).collect()
    };
    let new = differences(&measured.pairs).filter(|all| all.len() >= FEWEST_PAIRS);
    let same = differences(&measured.control).filter(|all| all.len() >= FEWEST_PAIRS);
    let (pairs, control) = (new.and_then(|all| Pairs::of(&all)), same.and_then(|all| Pairs::of(&all)));
    let floor = match kind {
        Kind::Time => log(1.0 + min_effect),
        Kind::Share => {
            let base = measured.pairs.iter().filter_map(|(base, _)| value(base, &name));
            (min_effect * base.sum::<f64>() / measured.pairs.len().max(1) as f64).max(SMALLEST_FLOOR)
        }
    };
    let noise = control.and_then(|control| noise(&control, floor));
    Metric { name, kind, pairs, control, floor, change: Change::CantTell, noise }
}

fn value(reading: &Reading, name: &str) -> Option<f64> {
    reading.iter().find(|(other, ..)| other == name).map(|(_, _, value)| *value)
}

fn difference(kind: Kind, base: f64, new: f64) -> Option<f64> {
    match kind {
        Kind::Time => (base > 0.0 && new > 0.0).then(|| log(new / base)),
        Kind::Share => Some(new - base),
    }
}

/// The 99 % interval of A/A must hold "no difference", and half of its 90 % interval be below the floor.
fn noise(control: &Pairs, floor: f64) -> Option<Noise> {
    let interval = control.interval(0.99);
    if interval.low > 0.0 || interval.high < 0.0 {
        return Some(Noise::Biased);
    }
    (control.half_width(0.90) >= floor).then_some(Noise::Wide)
}

fn change(pairs: &Pairs, p: f64, floor: f64) -> Change {
    match () {
        () if p < ERROR && pairs.mean >= floor => Change::Worse,
        () if p < ERROR && pairs.mean <= -floor => Change::Better,
        () if pairs.is_same(floor) => Change::Same,
        () => Change::CantTell,
    }
}

#[cfg(test)]
mod tests {
    use libm::exp;

    use super::*;

    /// Statistics, E13: new against base on the wire.
    const E13: [f64; 8] = [0.031, -0.004, 0.022, 0.010, 0.027, 0.001, 0.018, 0.015];
    const QUIET: [f64; 8] = [0.004, -0.003, 0.002, -0.001, 0.003, -0.004, 0.001, -0.002];

    /// Pairs whose new side is that much slower, by logarithm; the bases drift like a machine does.
    fn pairs(logs: &[f64]) -> Vec<(Reading, Reading)> {
        let reading =
            |ms: f64| vec![("sign-in p99".to_owned(), Kind::Time, ms), ("failed".to_owned(), Kind::Share, 0.0)];
        (0..)
            .zip(logs)
            .map(|(n, log)| (reading(5.0 + f64::from(n)), reading((5.0 + f64::from(n)) * exp(*log))))
            .collect()
    }

    fn compared(new: &[f64], control: &[f64]) -> Ab {
        Ab::of(&Measured { pairs: pairs(new), control: pairs(control) }, 0.05)
    }

    #[test]
    fn e13_one_and_a_half_percent_slower_is_the_same() {
        let ab = compared(&E13, &QUIET);
        assert_eq!((ab.change, ab.pairs), (Change::Same, 8));
        let pairs = ab.metrics[0].pairs.expect("eight");
        assert_eq!(format!("{:.8} {:.8}", exp(pairs.mean), pairs.sd), "1.01511306 0.01218899");
        assert_eq!(format!("{:.6}", exp(ab.metrics[0].floor)), "1.050000");
    }

    #[test]
    fn what_is_slower_by_more_than_the_floor_is_worse_and_turned_round_it_is_better() {
        let slower = E13.map(|log| log + 0.06);
        assert_eq!(compared(&slower, &QUIET).change, Change::Worse);
        let faster = slower.map(|log| -log);
        let ab = compared(&faster, &QUIET);
        assert_eq!((ab.metrics[0].change, ab.change), (Change::Better, Change::Better));
    }

    #[test]
    fn a_machine_that_cannot_tell_the_base_from_itself_tells_nothing() {
        let slower = E13.map(|log| log + 0.2);
        let ab = compared(&slower, &QUIET.map(|log| log * 40.0));
        assert_eq!((ab.metrics[0].noise, ab.change), (Some(Noise::Wide), Change::CantTell));
        let ab = compared(&slower, &QUIET.map(|log| log + 0.03));
        assert_eq!((ab.metrics[0].noise, ab.change), (Some(Noise::Biased), Change::CantTell));
    }

    #[test]
    fn seven_pairs_are_too_few_and_without_control_noise_is_not_judged() {
        let slower = E13.map(|log| log + 0.2);
        assert_eq!(compared(&slower[..7], &QUIET).change, Change::CantTell);
        assert_eq!(compared(&slower, &[]).change, Change::Worse);
        assert_eq!(Ab::of(&Measured::default(), 0.05).change, Change::CantTell);
    }

    #[test]
    fn failures_are_compared_in_points() {
        let reading = |share: f64| vec![("failed".to_owned(), Kind::Share, share)];
        let new: Vec<f64> = (0..8).map(|n| 1.0 + f64::from(n) * 0.01).collect();
        let pairs = new.iter().map(|share| (reading(0.0), reading(*share))).collect();
        let ab = Ab::of(&Measured { pairs, control: Vec::new() }, 0.05);
        assert_eq!((ab.metrics[0].floor, ab.change), (0.02, Change::Worse));
    }
}

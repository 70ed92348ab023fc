//! Time at capacity, traffic congestion and utilisation of a trunk: what its channels in use say.

use reports::expectation::{Measured, Metric, When};
use reports::measurements::Tally;
use scenarios::plan::Plan;
use simulator::event::Event;

use super::calls::population_named;
use super::level::Level;
use super::scope::Window;
use super::step::Step;

/// A ratio of one trunk, all its lines together.
#[derive(Clone, Debug)]
pub(super) struct TrunkRatio {
    metric: Metric,
    trunk: u16,
    /// `None`: unlimited.
    channels: Option<u64>,
    offered: f64,
    in_use: Level,
    full: Level,
}

impl TrunkRatio {
    pub(super) fn new(plan: &Plan, measured: &Measured, when: When, batched: bool) -> Self {
        let trunk = measured.of.as_deref().and_then(|name| population_named(plan, name)).unwrap_or(u16::MAX);
        let window = Window::new(plan, when, true);
        Self {
            metric: measured.metric,
            trunk,
            channels: channels(plan, trunk),
            offered: offered(plan, trunk),
            in_use: Level::new(window, None, batched),
            full: Level::new(window, None, batched),
        }
    }

    #[inline]
    pub(super) fn on_event(&mut self, step: &Step<'_>, event: &Event) {
        match *event {
            Event::ChannelTaken { trunk } if trunk == self.trunk => self.in_use.rise(step.now),
            Event::ChannelFreed { trunk } if trunk == self.trunk => self.in_use.fall(step.now),
            _ => return,
        }
        self.full.set(step.now, u64::from(self.channels.is_some_and(|channels| self.in_use.level() >= channels)));
    }

    pub(super) fn finish(&mut self, step: &Step<'_>) {
        self.in_use.pass(step.now);
        self.full.pass(step.now);
    }

    /// (value, samples).
    pub(super) fn result(&self, step: &Step<'_>) -> (Option<f64>, u64) {
        let observed = self.in_use.observed(step.now);
        let mean = self.in_use.area() as f64 / observed.max(1) as f64;
        let value = match self.metric {
            Metric::TimeAtCapacity => Some(self.full.area() as f64 / observed.max(1) as f64),
            Metric::Utilisation => Some(self.channels.map_or(0.0, |channels| mean / channels.max(1) as f64)),
            _ => (self.offered > 0.0).then(|| (self.offered - mean) / self.offered),
        };
        match value {
            Some(value) => (Some(value), observed.min(1)),
            None => (Some(0.0), 0),
        }
    }

    pub(super) fn batches(&self) -> Tally {
        let of_each = |part: &dyn Fn(f64, f64) -> (f64, f64)| {
            self.in_use.batches().into_iter().map(|(area, length)| part(area, length)).collect()
        };
        Tally::Batches(match self.metric {
            Metric::TimeAtCapacity => self.full.batches(),
            Metric::Utilisation => {
                let channels = self.channels.unwrap_or(u64::MAX) as f64;
                of_each(&|area, length| (area, length * channels))
            }
            _ => of_each(&|area, length| (self.offered * length - area, self.offered * length)),
        })
    }
}

/// Channels of a trunk, all its lines together; `None`: unlimited.
pub(super) fn channels(plan: &Plan, trunk: u16) -> Option<u64> {
    let each = plan.settings[0].populations.get(usize::from(trunk))?.channels;
    let lines = plan.layout.populations[usize::from(trunk)].seats;
    (each != u32::MAX).then(|| u64::from(each) * u64::from(lines))
}

/// Erlangs that all flows together offer to a trunk, from it or to it.
pub(super) fn offered(plan: &Plan, trunk: u16) -> f64 {
    let flows = plan.layout.flows.iter().zip(&plan.flows);
    let part = |(flow, load): (&simulator::layout::FlowPlan, &scenarios::plan::Flow)| {
        if flow.from == [trunk] {
            return load.erlangs;
        }
        let to = flow.to.iter().filter(|(to, _)| *to == trunk);
        load.erlangs * to.map(|(_, part)| *part as f64).sum::<f64>() / 1e9
    };
    flows.map(part).sum()
}

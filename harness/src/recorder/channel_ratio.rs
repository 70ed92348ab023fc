//! Time at capacity, traffic congestion and utilisation of channels: what those in use say.

use reports::expectation::{Measured, Metric, When};
use reports::measurements::Tally;
use scenarios::plan::Plan;
use simulator::event::{Channels, Event};

use super::level::Level;
use super::scope::{Window, pbx_named};
use super::step::Step;

/// A ratio of the channels of one kind: of a trunk all lines together, of a PBX's or of all PBXs.
#[derive(Clone, Debug)]
pub(super) struct ChannelRatio {
    metric: Metric,
    of: Channels,
    pbx: Option<usize>,
    /// `None`: unlimited.
    channels: Option<u64>,
    offered: f64,
    in_use: Level,
    full: Level,
}

impl ChannelRatio {
    pub(super) fn new(plan: &Plan, of: Channels, measured: &Measured, when: When, batched: bool) -> Self {
        let pbx = measured.at.as_deref().and_then(|name| pbx_named(plan, name));
        let window = Window::new(plan, when, true);
        Self {
            metric: measured.metric,
            of,
            pbx,
            channels: plan.channels(of, pbx),
            offered: plan.offered_to(of),
            in_use: Level::new(window, None, batched),
            full: Level::new(window, None, batched),
        }
    }

    #[inline]
    pub(super) fn on_event(&mut self, step: &Step<'_>, event: &Event) {
        match *event {
            _ if self.pbx.is_some() && self.pbx != step.pbx => return,
            Event::ChannelTaken { of } if of == self.of => self.in_use.rise(step.now),
            Event::ChannelFreed { of } if of == self.of => self.in_use.fall(step.now),
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

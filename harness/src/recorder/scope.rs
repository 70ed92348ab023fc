//! Whom and when a measure concerns: filters over endpoints and nodes, windows over time.

use reports::expectation::{Attempts, Group, When};
use scenarios::plan::Plan;
use simulator::layout::Device;
use simulator::sip::message::Aor;
use simulator::time::Instant;

/// Endpoints by block and device.
#[derive(Clone, Debug)]
pub(super) struct Filter {
    /// By block index.
    blocks: Vec<bool>,
    device: Option<Device>,
}

impl Filter {
    /// Members of a population (or all), with a device (or any), at a home (or any).
    pub(super) fn new(plan: &Plan, population: Option<&str>, device: Option<&str>, at: Option<&str>) -> Self {
        let layout = &plan.layout;
        let concerns = |block: &simulator::layout::Block| {
            let named = population.is_none_or(|name| layout.populations[usize::from(block.population)].name == name);
            named && at.is_none_or(|name| layout.pbxs[usize::from(block.home)].name == name)
        };
        let device = device.and_then(|word| Device::ALL.into_iter().find(|device| device.word() == word));
        Self { blocks: layout.blocks.iter().map(concerns).collect(), device }
    }

    pub(super) fn of_group(plan: &Plan, group: &Group) -> Self {
        Self::new(plan, group.population.as_deref(), group.device.as_deref(), group.at.as_deref())
    }

    pub(super) fn of_attempts(plan: &Plan, attempts: &Attempts) -> Self {
        Self::new(plan, attempts.population.as_deref(), attempts.device.as_deref(), attempts.at.as_deref())
    }

    /// Whether an endpoint is meant.
    #[inline]
    pub(super) fn meets(&self, aor: Aor) -> bool {
        self.blocks[usize::from(aor.block)] && self.device.is_none_or(|device| device == aor.device)
    }
}

/// The index of a node by name.
pub(super) fn pbx_named(plan: &Plan, name: &str) -> Option<usize> {
    plan.layout.pbxs.iter().position(|pbx| pbx.name == name)
}

/// A stretch of time, its beginning included and its end not, but for the end of the run.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Window {
    pub(super) from: Instant,
    pub(super) to: Instant,
}

impl Window {
    /// The window of a `when`; without one the run, from the end of warm-up if `warmed`.
    pub(super) fn new(plan: &Plan, when: When, warmed: bool) -> Self {
        let end = Instant::ZERO + plan.lasts;
        let past_end = Instant(end.0 + 1);
        match when {
            When::Whole if warmed => Self { from: Instant::ZERO + plan.warm_up, to: past_end },
            When::Whole => Self { from: Instant::ZERO, to: past_end },
            When::Between { from_ns, to_ns } if to_ns >= end.0 => Self { from: Instant(from_ns), to: past_end },
            When::Between { from_ns, to_ns } => Self { from: Instant(from_ns), to: Instant(to_ns) },
            When::At(at) => Self { from: Instant(at), to: Instant(at + 1) },
        }
    }

    #[inline]
    pub(super) fn has(&self, at: Instant) -> bool {
        self.from <= at && at < self.to
    }

    /// The last instant in it.
    pub(super) fn last(&self) -> Instant {
        Instant(self.to.0.saturating_sub(1))
    }
}

//! How long, from an event on, any feature was over-issued.

use reports::expectation::{Measured, When};
use scenarios::plan::Plan;
use simulator::event::{Event, Kind, StockKind};
use simulator::layout::Role;
use simulator::licence::feature::Feature;
use simulator::time::Instant;

use super::level::Level;
use super::scope::Window;
use super::step::Step;

/// Units in use of each feature in the licence master's domain, escrow apart, and whether any are too many.
#[derive(Clone, Debug)]
pub(super) struct OverIssued {
    master: u16,
    in_use: [u64; Feature::FLOATING.len()],
    over: Level,
}

impl OverIssued {
    pub(super) fn new(plan: &Plan, measured: &Measured, when: When) -> Self {
        let window = match (measured.occasion, when) {
            (Some(occasion), When::Whole) => {
                let from = plan.occasions[usize::from(occasion)].at;
                Window { from, to: Instant(plan.lasts.0 + 1) }
            }
            _ => Window::new(plan, when, false),
        };
        let master = plan.layout.pbxs.iter().position(|pbx| pbx.role == Role::Master).unwrap_or(0);
        Self { master: master as u16, in_use: [0; Feature::FLOATING.len()], over: Level::new(window, None, false) }
    }

    pub(super) fn on_event(&mut self, step: &Step<'_>, event: &Event) {
        match *event {
            Event::Taken { feature, stock, .. } if self.counts(step, stock) => self.in_use[feature.index()] += 1,
            Event::Freed { feature, stock, .. } if self.counts(step, stock) => {
                let in_use = &mut self.in_use[feature.index()];
                *in_use = in_use.saturating_sub(1);
            }
            _ => return,
        }
        let installed = |feature: Feature| u64::from(step.site.cluster().installed(self.master, feature));
        let over = Feature::LENT.into_iter().any(|feature| self.in_use[feature.index()] > installed(feature));
        self.over.set(step.now, u64::from(over));
    }

    fn counts(&self, step: &Step<'_>, stock: StockKind) -> bool {
        stock.kind != Kind::Escrow && step.site.cluster().facts[usize::from(stock.owner)].domain == self.master
    }

    pub(super) fn finish(&mut self, step: &Step<'_>) {
        self.over.pass(step.now);
    }

    /// In nanoseconds.
    pub(super) fn length(&self) -> f64 {
        self.over.area() as f64
    }
}

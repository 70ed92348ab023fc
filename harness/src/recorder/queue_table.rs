//! What every run reports of its queues: who came, who waited, and what became of them.

use reports::calls::QueueCalls;
use scenarios::plan::Plan;
use simulator::event::{Event, QueueEnd};
use simulator::settings::Retries;
use simulator::time::Instant;

use super::step::Step;

/// Queues of a run, by index.
#[derive(Clone, Debug)]
pub(super) struct QueueTable {
    rows: Vec<QueueCalls>,
    warm: Instant,
}

impl QueueTable {
    pub(super) fn new(plan: &Plan) -> Self {
        let row = |index: u16| {
            let queue = &plan.layout.queues[usize::from(index)];
            let work = plan.work_on_average(index);
            QueueCalls {
                queue: queue.name.clone(),
                agents: queue.agents.each().count() as u64,
                offered_erlangs: work.map_or(0.0, |work| work.erlangs),
                work_s: work.map_or(0.0, |work| work.each.as_secs_f64()),
                is_erlang: is_erlang(plan, index),
                ..QueueCalls::default()
            }
        };
        Self { rows: (0..plan.layout.queues.len() as u16).map(row).collect(), warm: Instant::ZERO + plan.warm_up }
    }

    #[inline]
    pub(super) fn on_event(&mut self, step: &Step<'_>, event: &Event) {
        let warm = u64::from(step.now >= self.warm);
        match *event {
            Event::QueueEntered { queue } => {
                let row = &mut self.rows[usize::from(queue)];
                row.entered += 1;
                row.entered_observed += warm;
            }
            Event::QueueDelayed { queue } => {
                let row = &mut self.rows[usize::from(queue)];
                row.delayed_observed += warm;
                let line = step.site.pbxs().iter().map(|pbx| pbx.exchange().queues().waiting(queue) as u64).sum();
                row.longest_line = row.longest_line.max(line);
            }
            Event::QueueLeft { queue, waited, end } => {
                let row = &mut self.rows[usize::from(queue)];
                match end {
                    QueueEnd::Answered => {
                        row.answered += 1;
                        row.wait.record(waited.0);
                    }
                    QueueEnd::Abandoned => row.abandoned += 1,
                    QueueEnd::Overflowed => row.overflowed += 1,
                    QueueEnd::Refused => row.refused += 1,
                    QueueEnd::Lost => row.lost += 1,
                }
            }
            _ => {}
        }
    }

    pub(super) fn finish(self) -> Vec<QueueCalls> {
        self.rows
    }
}

/// Whether callers come at random, talk exponentially long, are followed by no wrap-up, wait for as long as it takes, and
/// nothing changes on the way.
fn is_erlang(plan: &Plan, queue: u16) -> bool {
    let [settings] = plan.settings.as_slice() else { return false };
    let of = &settings.queues[usize::from(queue)];
    let callee = plan.layout.callee_of_queue(queue);
    let calls = plan.layout.flows.iter().zip(&settings.flows);
    let mut calls = calls.filter(|(flow, _)| flow.to.iter().any(|(to, _)| *to == callee));
    of.places == u32::MAX
        && of.waits_at_most.is_none()
        && of.wrap_up.mean_s() == 0.0
        && calls.all(|(_, flow)| {
            let random = flow.gap.as_ref().is_none_or(|gap| gap.constant().is_none());
            random
                && flow.holding.constant().is_none()
                && flow.patience.is_none()
                && flow.unanswered.is_zero()
                && flow.retries == Retries::Never
        })
}

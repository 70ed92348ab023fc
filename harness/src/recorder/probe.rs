//! One sentence's probe: what it counts while the run goes on, and its tally at the end.

use reports::expectation::{
    AttemptKind, Attempts, Claim, Expectation, Limit, Metric, Operand, Outcome, Quantity, Stat, Subject, When,
};
use reports::measurements::Tally;
use reports::verdict::cannot_hold;
use scenarios::plan::Plan;
use simulator::event::{Event, Family};
use simulator::licence::feature::{Feature, FeatureSet};
use simulator::node::NodeId;
use simulator::time::{Duration, Instant};

use super::calls::{CallProbe, Which};
use super::contention::Contention;
use super::occasions::Unfolding;
use super::registrations::{Change, Registrations};
use super::shares::{AttemptProbe, GroupProbe, QueueProbe};
use super::step::Step;
use super::value::Value;

/// A sentence under way.
pub(super) struct Probe {
    expectation: Expectation,
    what: What,
}

enum What {
    Group(GroupProbe),
    Attempts(AttemptProbe),
    Calls(CallProbe),
    Queue(QueueProbe),
    Action { occasion: u16, outcome: Outcome },
    Value { value: Value, other: Option<Value> },
    Batches(Value),
}

impl Probe {
    pub(super) fn new(plan: &Plan, expectation: &Expectation) -> Self {
        Self { what: What::new(plan, &expectation.claim), expectation: expectation.clone() }
    }

    pub(super) fn marks(&self) -> Vec<Instant> {
        match &self.what {
            What::Group(group) => vec![group.at],
            What::Value { value, other } => {
                value.mark().into_iter().chain(other.as_ref().and_then(Value::mark)).collect()
            }
            _ => Vec::new(),
        }
    }

    pub(super) fn on_mark(&mut self, step: &Step<'_>, registrations: &Registrations) {
        match &mut self.what {
            What::Group(group) if group.at == step.now => group.count(step, registrations),
            What::Value { value, other } => {
                value.on_mark(step);
                other.iter_mut().for_each(|other| other.on_mark(step));
            }
            _ => {}
        }
    }

    /// Families of facts that may change it.
    pub(super) fn hears(&self) -> &'static [Family] {
        match &self.what {
            What::Group(_) | What::Action { .. } => &[],
            What::Attempts(attempts) => attempts.hears(),
            What::Calls(_) => &[Family::Call],
            What::Queue(_) => &[Family::Request],
            What::Value { value, other: None } | What::Batches(value) => value.hears(),
            What::Value { other: Some(_), .. } => &Family::ALL,
        }
    }

    /// Whether changes of registrations may change it.
    pub(super) fn wants_changes(&self) -> bool {
        matches!(self.what, What::Group(_))
    }

    /// Whether it follows from the state after a step of a PBX.
    pub(super) fn wants_steps(&self) -> bool {
        self.values().into_iter().flatten().any(Value::wants_steps)
    }

    /// Whether the waits of grants may change it.
    pub(super) fn wants_waits(&self) -> bool {
        self.values().into_iter().flatten().any(|value| matches!(value, Value::Meter(_)))
    }

    /// Somebody's registration has changed.
    #[inline]
    pub(super) fn on_change(&mut self, step: &Step<'_>, endpoint: NodeId, change: Change) {
        if let What::Group(group) = &mut self.what {
            group.on_change(step, endpoint.index(), change);
        }
    }

    #[inline]
    pub(super) fn on_event(&mut self, step: &Step<'_>, event: &Event, registrations: &Registrations) {
        match &mut self.what {
            What::Group(_) | What::Action { .. } => {}
            What::Attempts(attempts) => attempts.on_event(step, event),
            What::Calls(calls) => calls.on_event(step, event),
            What::Queue(queue) => queue.on_event(step, event),
            What::Value { value, other } => {
                value.on_event(step, event, registrations);
                if let Some(other) = other {
                    other.on_event(step, event, registrations);
                }
            }
            What::Batches(value) => value.on_event(step, event, registrations),
        }
    }

    #[inline]
    pub(super) fn on_step(&mut self, step: &Step<'_>) {
        self.values_mut().into_iter().flatten().for_each(|value| value.on_step(step));
    }

    pub(super) fn granted(&mut self, step: &Step<'_>, feature: Feature, wait: Duration) {
        self.values_mut().into_iter().flatten().for_each(|value| value.granted(step, feature, wait));
    }

    pub(super) fn reclaimed(&mut self, at: Instant, feature: Feature, lag: Duration) {
        self.values_mut().into_iter().flatten().for_each(|value| value.reclaimed(at, feature, lag));
    }

    pub(super) fn finish(&mut self, step: &Step<'_>, contention: &Contention, unreclaimed: &[FeatureSet]) {
        self.values_mut().into_iter().flatten().for_each(|value| value.finish(step, contention, unreclaimed));
    }

    fn values(&self) -> [Option<&Value>; 2] {
        match &self.what {
            What::Value { value, other } => [Some(value), other.as_ref()],
            What::Batches(value) => [Some(value), None],
            _ => [None, None],
        }
    }

    #[inline]
    fn values_mut(&mut self) -> [Option<&mut Value>; 2] {
        match &mut self.what {
            What::Value { value, other } => [Some(value), other.as_mut()],
            What::Batches(value) => [Some(value), None],
            _ => [None, None],
        }
    }

    pub(super) fn tally(&self, plan: &Plan, step: &Step<'_>, occasions: &[Unfolding]) -> Tally {
        match &self.what {
            What::Group(group) => group.tally(plan),
            What::Attempts(attempts) => attempts.tally(),
            What::Calls(calls) => calls.tally(),
            What::Queue(queue) => queue.tally(),
            What::Action { occasion, outcome } => action(plan, *occasion, outcome, step.now),
            What::Batches(value) => value.batches(),
            What::Value { value, other } => {
                let trouble = value.trouble().or_else(|| other.as_ref().and_then(Value::trouble));
                if let Some(why) = trouble {
                    return Tally::Nothing(why.to_owned());
                }
                let (number, samples) = value.result(step, occasions);
                let other = other.as_ref().map(|other| other.result(step, occasions));
                let samples = samples.min(other.map_or(u64::MAX, |(_, samples)| samples));
                Tally::Value { value: number, other: other.and_then(|(number, _)| number), samples }
            }
        }
    }

    /// `or stop`: whether nothing that may still happen can make it hold.
    pub(super) fn cannot_hold(&self) -> bool {
        if !self.expectation.or_stop {
            return false;
        }
        let decided = match &self.what {
            What::Attempts(attempts) => attempts.decided(),
            What::Calls(calls) => calls.decided(),
            What::Queue(queue) => queue.tally(),
            What::Value { value, other: None } => match value.highest_so_far() {
                Some(highest) => Tally::Value { value: Some(highest), other: None, samples: 1 },
                None => return false,
            },
            _ => return false,
        };
        cannot_hold(&self.expectation.claim, &decided)
    }
}

impl What {
    fn attempts(
        plan: &Plan,
        attempts: &Attempts,
        outcome: &Outcome,
        within_ns: Option<u64>,
        when: (When, bool),
    ) -> Self {
        match &attempts.kind {
            AttemptKind::Calls { flow, to } => {
                let which = Which::new(plan, flow.as_deref(), to.as_deref());
                Self::Calls(CallProbe::new(plan, which, outcome, within_ns, when))
            }
            _ => Self::Attempts(AttemptProbe::new(plan, attempts, outcome, within_ns, when)),
        }
    }

    fn new(plan: &Plan, claim: &Claim) -> Self {
        match claim {
            Claim::Share { subject: Subject::Group(group), outcome, within_ns, when, .. } => {
                Self::Group(GroupProbe::new(plan, group, outcome, *within_ns, *when))
            }
            Claim::Share { subject: Subject::Attempts(attempts), outcome, within_ns, when, quantity } => {
                let warmed = matches!(quantity, Quantity::Percent(..) | Quantity::BetweenPercent(..));
                Self::attempts(plan, attempts, outcome, *within_ns, (*when, warmed))
            }
            Claim::Time { attempts, limit_ns, when, .. } => {
                Self::attempts(plan, attempts, &Outcome::Accepted, Some(*limit_ns), (*when, true))
            }
            Claim::Queue { node, when, .. } => Self::Queue(QueueProbe::new(plan, node.as_deref(), *when)),
            Claim::Action { occasion, outcome } => Self::Action { occasion: *occasion, outcome: outcome.clone() },
            Claim::Stock { feature, when } => {
                Self::Value { value: Value::new(plan, &over_issue(feature), *when, false), other: None }
            }
            Claim::Measure { measured, limit: Limit::AgreesWith(_), when } => {
                Self::Batches(Value::new(plan, measured, *when, true))
            }
            Claim::Measure { measured, limit, when } => {
                let other = match limit {
                    Limit::Bound(_, Operand::Measured(other)) => Some(Value::new(plan, other, *when, false)),
                    _ => None,
                };
                Self::Value { value: Value::new(plan, measured, *when, false), other }
            }
        }
    }
}

/// What came of something administrators did: the portal decides it by what it knows, whatever happens in a run.
fn action(plan: &Plan, occasion: u16, outcome: &Outcome, now: Instant) -> Tally {
    let Some(occasion) = plan.occasions.get(usize::from(occasion)).filter(|occasion| occasion.at <= now) else {
        return Tally::Share { hits: 0, of: 0 };
    };
    let held = match (outcome, &occasion.refused) {
        (Outcome::Accepted, refused) => refused.is_none(),
        (Outcome::RefusedFor(reason), Some(refused)) => refused.reason == reason,
        (_, refused) => refused.is_some(),
    };
    match &occasion.refused {
        _ if held => Tally::Share { hits: 1, of: 1 },
        None => Tally::Nothing("it was accepted".to_owned()),
        Some(refused) => {
            Tally::Nothing(format!("refused for {} (R{}): {}", refused.reason, refused.rule, refused.what))
        }
    }
}

fn over_issue(feature: &str) -> reports::expectation::Measured {
    reports::expectation::Measured {
        stat: Some(Stat::Peak),
        metric: Metric::OverIssue,
        of: Some(feature.into()),
        occasion: None,
        at: None,
    }
}

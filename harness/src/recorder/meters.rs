//! Times, ratios and counts of sentences.

use reports::expectation::{Measured, Metric, Stat, When};
use reports::latency::Latency;
use reports::measurements::Tally;
use scenarios::plan::Plan;
use simulator::event::{Channels, Event, QueueEnd, Wish};
use simulator::licence::feature::{Feature, FeatureSet};
use simulator::time::{Duration, Instant};

use super::calls::{flow_named, queue_named};
use super::level::{BATCHES, batch_of};
use super::scope::{Filter, Window, pbx_named};
use super::step::Step;

/// Collects what one measure that is not a gauge needs.
#[derive(Clone, Debug)]
pub(super) struct Meter {
    pub(super) metric: Metric,
    feature: Option<Feature>,
    pbx: Option<usize>,
    filter: Filter,
    pub(super) flow: Option<u16>,
    channels: Option<Channels>,
    queue: Option<u16>,
    stat: Option<Stat>,
    window: Window,
    times: Latency,
    never: u64,
    part: u64,
    whole: u64,
    batches: Option<Vec<(f64, f64)>>,
}

impl Meter {
    pub(super) fn new(plan: &Plan, measured: &Measured, when: When, batched: bool) -> Self {
        let of = measured.of.as_deref();
        let is_population = |name: &&str| plan.layout.populations.iter().any(|p| p.name == **name);
        let counts = matches!(
            measured.metric,
            Metric::RoleChanges | Metric::Retransmissions | Metric::RequestsWithheld | Metric::Renewals
        );
        Self {
            metric: measured.metric,
            feature: of.and_then(Feature::named),
            pbx: measured.at.as_deref().or(of).and_then(|name| pbx_named(plan, name)),
            filter: Filter::new(plan, of.filter(is_population), None, measured.at.as_deref()),
            flow: of.and_then(|name| flow_named(plan, name)),
            channels: of.and_then(|name| plan.channels_named(name)),
            queue: of.and_then(|name| queue_named(plan, name)),
            stat: measured.stat,
            window: Window::new(plan, when, !counts),
            times: Latency::new(),
            never: 0,
            part: 0,
            whole: 0,
            batches: batched.then(|| vec![(0.0, 0.0); BATCHES as usize]),
        }
    }

    #[inline]
    pub(super) fn on_event(&mut self, step: &Step<'_>, event: &Event) {
        match self.metric {
            Metric::RegistrationDelay => self.on_registration(step, event),
            Metric::ServerWait => {
                if let Event::Served { waited } = *event
                    && self.pbx == step.pbx
                {
                    self.time(step.now, step.now, waited);
                }
            }
            Metric::QueueWait | Metric::ProbabilityOfDelay if self.queue.is_some() => self.on_queue(step, event),
            Metric::CheckoutDelay | Metric::CallCongestion | Metric::ProbabilityOfDelay => {
                self.on_checkout(step, event);
            }
            Metric::FirstAttemptCongestion => self.on_wish(step, event),
            Metric::SetupDelay | Metric::DisconnectDelay | Metric::CallLength => self.on_call(step, event),
            Metric::Ser | Metric::Seer | Metric::Isa | Metric::IsaWithoutLicenceRefusals | Metric::Scr => {
                self.on_call(step, event);
            }
            Metric::Ira | Metric::IraWithoutLicenceRefusals => self.on_attempt(step, event),
            Metric::RoleChanges | Metric::Renewals | Metric::Retransmissions | Metric::RequestsWithheld => {
                self.on_count(step, event);
            }
            Metric::AttemptsPerSignIn => {
                if let Event::Accepted { wish: Wish::SignIn, due, attempts, .. } = *event
                    && self.meets(step)
                {
                    self.add(due, u64::from(attempts), 1);
                }
            }
            Metric::HopsPerRefusal => match *event {
                Event::Hopped if self.meets(step) => self.add(step.now, 1, 0),
                Event::Answered { reason, .. } if reason.is_licence() && self.meets(step) => self.add(step.now, 0, 1),
                _ => {}
            },
            _ => {}
        }
    }

    fn on_queue(&mut self, step: &Step<'_>, event: &Event) {
        let now = step.now;
        match (self.metric, *event) {
            (Metric::QueueWait, Event::QueueLeft { queue, waited, end: QueueEnd::Answered })
                if self.queue == Some(queue) =>
            {
                self.time(Instant(now.0 - waited.0), now, waited);
            }
            (Metric::ProbabilityOfDelay, Event::QueueEntered { queue }) if self.queue == Some(queue) => {
                self.add(now, 0, 1);
            }
            (Metric::ProbabilityOfDelay, Event::QueueDelayed { queue }) if self.queue == Some(queue) => {
                self.add(now, 1, 0);
            }
            _ => {}
        }
    }

    fn on_registration(&mut self, step: &Step<'_>, event: &Event) {
        if let Event::Accepted { wish, due, began, .. } = *event
            && wish != Wish::SignOut
            && self.meets(step)
        {
            self.time(due, step.now, step.now.since(began));
        }
    }

    fn on_checkout(&mut self, step: &Step<'_>, event: &Event) {
        let wanted = self.feature;
        if self.pbx.is_some() && self.pbx != step.pbx {
            return;
        }
        match (self.metric, *event) {
            (Metric::CallCongestion, Event::ChannelAsked { of }) if Some(of) == self.channels => {
                self.add(step.now, 0, 1);
            }
            (Metric::CallCongestion, Event::ChannelRefused { of }) if Some(of) == self.channels => {
                self.add(step.now, 1, 0);
            }
            (Metric::CallCongestion, Event::Asked { feature, .. }) if Some(feature) == wanted => {
                self.add(step.now, 0, 1);
            }
            (Metric::CallCongestion, Event::Denied { feature, asked, .. }) if Some(feature) == wanted => {
                self.add(asked, 1, 0);
            }
            (Metric::ProbabilityOfDelay, Event::Asked { feature, .. }) if Some(feature) == wanted => {
                self.add(step.now, 0, 1);
            }
            (Metric::ProbabilityOfDelay, Event::Queued { feature, .. }) if Some(feature) == wanted => {
                self.add(step.now, 1, 0);
            }
            (Metric::CheckoutDelay, Event::Granted { feature, asked, .. } | Event::Denied { feature, asked, .. })
                if Some(feature) == wanted =>
            {
                self.time(asked, step.now, step.now.since(asked));
            }
            _ => {}
        }
    }

    /// Somebody got a unit after this wait since it was first asked for or refused: zero for who gets it at once.
    pub(super) fn granted(&mut self, step: &Step<'_>, feature: Feature, wait: Duration) {
        let meant = self.metric == Metric::LicenceWait && self.feature == Some(feature);
        if meant && (self.pbx.is_none() || self.pbx == step.pbx) {
            self.time(step.now, step.now, wait);
        }
    }

    fn on_wish(&mut self, step: &Step<'_>, event: &Event) {
        let Some(feature) = self.feature else { return };
        let books = |device| step.site.cluster().people.books(device).contains(feature);
        if !step.aor().is_some_and(|aor| books(aor.device)) {
            return;
        }
        match *event {
            Event::Due { wish: Wish::SignIn } => self.add(step.now, 0, 1),
            Event::Answered { wish: Wish::SignIn, due, reason, before, .. } if reason.is_licence() && before.0 == 0 => {
                self.add(due, 1, 0);
            }
            _ => {}
        }
    }

    /// RFC 6076 §4.2: failures are final 4xx but 401, 402, 407, 5xx, 6xx and time-outs.
    fn on_attempt(&mut self, step: &Step<'_>, event: &Event) {
        if !self.meets(step) {
            return;
        }
        let without = self.metric == Metric::IraWithoutLicenceRefusals;
        match *event {
            Event::Accepted { .. } => self.add(step.now, 0, 1),
            Event::Answered { status, reason, .. } => {
                let licence = reason.is_licence() || reason == simulator::licence::reason::Reason::InLine;
                if without && licence {
                    return;
                }
                let failed = status == 0 || (status >= 400 && !matches!(status, 401 | 402 | 407));
                self.add(step.now, u64::from(failed), 1);
            }
            _ => {}
        }
    }

    fn on_count(&mut self, step: &Step<'_>, event: &Event) {
        let counts = match (self.metric, event) {
            (Metric::RoleChanges, Event::Role { .. }) | (Metric::Renewals, Event::Renewed { .. }) => {
                self.pbx == step.pbx
            }
            (Metric::Retransmissions, Event::Retransmitted) | (Metric::RequestsWithheld, Event::Withheld) => {
                self.meets(step)
            }
            _ => false,
        };
        if counts {
            self.add(step.now, 1, 0);
        }
    }

    #[inline]
    pub(super) fn meets(&self, step: &Step<'_>) -> bool {
        step.aor().is_some_and(|aor| self.filter.meets(aor))
    }

    #[inline]
    pub(super) fn add(&mut self, at: Instant, part: u64, whole: u64) {
        if !self.window.has(at) {
            return;
        }
        (self.part, self.whole) = (self.part + part, self.whole + whole);
        if let Some(batches) = &mut self.batches {
            let batch = &mut batches[batch_of(&self.window, at)];
            *batch = (batch.0 + part as f64, batch.1 + whole as f64);
        }
    }

    pub(super) fn time(&mut self, due: Instant, at: Instant, time: Duration) {
        if !self.window.has(due) && !self.window.has(at) {
            return;
        }
        self.times.record(time.0);
        if let Some(batches) = &mut self.batches {
            let batch = &mut batches[batch_of(&self.window, at)];
            *batch = (batch.0 + time.0 as f64, batch.1 + 1.0);
        }
    }

    /// A holder's crash to its unit being free.
    pub(super) fn reclaimed(&mut self, at: Instant, feature: Feature, lag: Duration) {
        if self.metric == Metric::ReclaimLag && self.feature == Some(feature) {
            self.time(at, at, lag);
        }
    }

    /// Units of holders that crashed and were never freed.
    pub(super) fn unreclaimed(&mut self, features: FeatureSet) {
        if self.metric == Metric::ReclaimLag && self.feature.is_some_and(|feature| features.contains(feature)) {
            self.never += 1;
        }
    }

    /// The feature whose true denials it wants, if it does.
    pub(super) fn wants_true_denials(&self) -> Option<Feature> {
        self.feature.filter(|_| self.metric == Metric::TrueDenials)
    }

    /// Wishes refused for good, and wishes.
    pub(super) fn set_ratio(&mut self, part: u64, whole: u64) {
        (self.part, self.whole) = (part, whole);
    }

    /// (value, samples); `None`: infinite.
    pub(super) fn result(&self) -> (Option<f64>, u64) {
        match self.metric {
            Metric::RoleChanges | Metric::Renewals | Metric::Retransmissions | Metric::RequestsWithheld => {
                (Some(self.part as f64), 1)
            }
            Metric::CallCongestion
            | Metric::ProbabilityOfDelay
            | Metric::FirstAttemptCongestion
            | Metric::TrueDenials
            | Metric::Ira
            | Metric::Ser
            | Metric::Seer
            | Metric::Isa
            | Metric::IsaWithoutLicenceRefusals
            | Metric::Scr
            | Metric::IraWithoutLicenceRefusals
            | Metric::AttemptsPerSignIn
            | Metric::HopsPerRefusal => (Some(self.part as f64 / self.whole.max(1) as f64), self.whole),
            _ => self.time_result(),
        }
    }

    fn time_result(&self) -> (Option<f64>, u64) {
        let samples = self.times.count() + self.never;
        let value = match self.stat {
            Some(Stat::Longest | Stat::Peak) | None if self.never > 0 => None,
            Some(Stat::Longest | Stat::Peak) | None => self.times.max().map(|ns| ns as f64),
            Some(Stat::Mean) if self.never > 0 => None,
            Some(Stat::Mean) => {
                let count = self.times.count();
                (count > 0).then(|| self.times.sum_ns() as f64 / count as f64)
            }
            Some(Stat::Median) => return self.percentile(500, samples),
            Some(Stat::Percentile(tenths)) => return self.percentile(tenths, samples),
        };
        (value, samples)
    }

    /// The longest of the times so far, if that is what is asked for; it only grows.
    pub(super) fn longest_so_far(&self) -> Option<f64> {
        let longest = self.times.max().filter(|_| self.stat == Some(Stat::Longest));
        longest.map(|ns| ns as f64)
    }

    /// With too few samples the verdict says so: no value is read then.
    fn percentile(&self, tenths: u16, samples: u64) -> (Option<f64>, u64) {
        match self.times.reading(tenths, self.never) {
            reports::latency::Reading::TooFew => (Some(0.0), samples),
            reports::latency::Reading::Never => (None, samples),
            reports::latency::Reading::At(ns) => (Some(ns as f64), samples),
        }
    }

    pub(super) fn batches(&self) -> Tally {
        Tally::Batches(self.batches.clone().unwrap_or_default())
    }
}

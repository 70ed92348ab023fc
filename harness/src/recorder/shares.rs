//! Probes of the share, time and queue templates: exact counters.

use reports::expectation::{AttemptKind, Attempts, Group, Outcome, When};
use reports::measurements::Tally;
use scenarios::plan::Plan;
use simulator::event::{Event, Family, Wish};
use simulator::licence::feature::Feature;
use simulator::licence::reason::Reason;
use simulator::sip::message::Aor;
use simulator::time::{Duration, Instant};

use super::bits::Bits;
use super::registrations::{Change, Loss, Registrations};
use super::scope::{Filter, Window, pbx_named};
use super::step::Step;

/// Members of a group in a state, at an instant or over a window.
#[derive(Clone, Debug)]
pub(super) struct GroupProbe {
    group: Group,
    filter: Filter,
    outcome: Outcome,
    window: Window,
    /// When the members are counted.
    pub(super) at: Instant,
    dropped: Bits,
    tally: Option<Tally>,
}

impl GroupProbe {
    pub(super) fn new(plan: &Plan, group: &Group, outcome: &Outcome, within_ns: Option<u64>, when: When) -> Self {
        let window = Window::new(plan, when, false);
        let begins = match (when, group.lost_in) {
            (When::Whole, Some(occasion)) => plan.occasions[usize::from(occasion)].at,
            _ => window.from,
        };
        let end = Instant::ZERO + plan.lasts;
        let at = within_ns.map_or(window.last(), |within| begins + Duration(within)).min(end);
        let filter = Filter::of_group(plan, group);
        Self {
            group: group.clone(),
            filter,
            outcome: outcome.clone(),
            window,
            at,
            dropped: Bits::default(),
            tally: None,
        }
    }

    pub(super) fn on_change(&mut self, step: &Step<'_>, endpoint: usize, change: Change) {
        if change == Change::Dropped && self.outcome == Outcome::Dropped && self.window.has(step.now) {
            self.dropped.add(endpoint);
        }
    }

    /// Counts, just after everything that happens at [`GroupProbe::at`].
    pub(super) fn count(&mut self, step: &Step<'_>, registrations: &Registrations) {
        let people = &step.site.cluster().people;
        let loss = self.group.lost_in.map(|occasion| registrations.loss(occasion));
        let (mut hits, mut of) = (0, 0);
        for (block, facts) in people.blocks.iter().enumerate() {
            for seat in 0..facts.block.seats {
                let aors = facts.devices_of(seat).map(|device| Aor { block: block as u16, device, seat });
                let members = aors.filter(|aor| self.filter.meets(*aor)).filter_map(|aor| people.endpoint(aor));
                let states = members.map(|node| self.state(node.index(), loss, registrations));
                let sum = |(counted, met): (u64, u64), (counts, meets): (bool, bool)| {
                    (counted + u64::from(counts), met + u64::from(counts && meets))
                };
                let (counted, met) = states.fold((0, 0), sum);
                let cap = if self.group.users { 1 } else { u64::MAX };
                (of, hits) = (of + counted.min(cap), hits + met.min(cap));
            }
        }
        self.tally = Some(Tally::Share { hits, of });
    }

    /// Whether an endpoint counts, and whether it has the outcome.
    fn state(&self, index: usize, loss: Option<Option<&Loss>>, registrations: &Registrations) -> (bool, bool) {
        match loss {
            Some(Some(loss)) => {
                let back = loss.back.has(index);
                (loss.lost.has(index) && (back || !loss.left.has(index)), self.meets(index, registrations, back))
            }
            Some(None) => (false, false),
            None => (true, self.meets(index, registrations, false)),
        }
    }

    fn meets(&self, index: usize, registrations: &Registrations, back: bool) -> bool {
        match self.outcome {
            Outcome::Back => back,
            Outcome::Dropped => self.dropped.has(index),
            _ => registrations.bindings(index) > 0,
        }
    }

    pub(super) fn tally(&self, plan: &Plan) -> Tally {
        match (&self.tally, self.group.lost_in) {
            (Some(Tally::Share { of: 0, .. }), Some(occasion)) => {
                Tally::Nothing(format!("nothing was lost in {}", plan.occasions[usize::from(occasion)].name))
            }
            (Some(tally), _) => tally.clone(),
            (None, _) => Tally::Nothing("the run ended before".into()),
        }
    }
}

/// Attempts due in a window, and those with an end.
#[derive(Clone, Debug)]
pub(super) struct AttemptProbe {
    kind: Kind,
    filter: Filter,
    pbx: Option<usize>,
    outcome: Outcome,
    within: Option<Duration>,
    window: Window,
    hits: u64,
    of: u64,
    /// Of them, those that have ended.
    ended: u64,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
    Wish(Wish),
    Checkout(Feature),
    Takeover,
}

impl AttemptProbe {
    pub(super) fn new(
        plan: &Plan,
        attempts: &Attempts,
        outcome: &Outcome,
        within_ns: Option<u64>,
        (when, warmed): (When, bool),
    ) -> Self {
        let kind = match &attempts.kind {
            AttemptKind::SignIns => Kind::Wish(Wish::SignIn),
            AttemptKind::Refreshes => Kind::Wish(Wish::Refresh),
            AttemptKind::Checkouts(feature) => Kind::Checkout(Feature::named(feature).unwrap_or(Feature::Standby)),
            AttemptKind::Takeovers => Kind::Takeover,
            AttemptKind::Calls { .. } => unreachable!("calls have a probe of their own"),
        };
        Self {
            kind,
            filter: Filter::of_attempts(plan, attempts),
            pbx: attempts.at.as_deref().and_then(|name| pbx_named(plan, name)),
            outcome: outcome.clone(),
            within: within_ns.map(Duration),
            window: Window::new(plan, when, warmed),
            hits: 0,
            of: 0,
            ended: 0,
        }
    }

    /// Families of facts that may change it.
    pub(super) fn hears(&self) -> &'static [Family] {
        match self.kind {
            Kind::Wish(_) => &[Family::Wish],
            Kind::Checkout(_) => &[Family::Checkout],
            Kind::Takeover => &[Family::Standby],
        }
    }

    #[inline]
    pub(super) fn on_event(&mut self, step: &Step<'_>, event: &Event) {
        match (self.kind, *event) {
            (Kind::Wish(wanted), Event::Due { wish }) if wish == wanted => self.begin(step, step.now),
            (Kind::Wish(wanted), Event::GaveUp { wish, due }) if wish == wanted => self.end(step, due),
            (Kind::Wish(wanted), Event::Accepted { wish, due, .. }) if wish == wanted => {
                self.end(step, due);
                if self.outcome == Outcome::Accepted {
                    self.hit(step, due);
                }
            }
            (Kind::Wish(wanted), Event::Answered { wish, due, status, reason, before, .. })
                if wish == wanted && self.is_first(status, reason, before) =>
            {
                self.hit(step, due);
            }
            (Kind::Checkout(wanted), event) => self.on_checkout(step, wanted, event),
            (Kind::Takeover, Event::Role { active: true }) => {
                self.begin(step, step.now);
                if self.outcome == Outcome::Accepted {
                    self.hit(step, step.now);
                }
            }
            (Kind::Takeover, Event::TakeoverRefused { .. }) => {
                self.begin(step, step.now);
                if self.refuses(Reason::GateStandby) {
                    self.hit(step, step.now);
                }
            }
            _ => {}
        }
    }

    fn on_checkout(&mut self, step: &Step<'_>, wanted: Feature, event: Event) {
        match event {
            Event::Asked { feature, .. } if feature == wanted => self.begin(step, step.now),
            Event::Granted { feature, asked, .. } if feature == wanted && self.outcome == Outcome::Accepted => {
                self.hit(step, asked);
            }
            Event::Denied { feature, reason, asked, .. } if feature == wanted && self.refuses(reason) => {
                self.hit(step, asked);
            }
            _ => {}
        }
    }

    /// Whether this answer gives the wish the outcome, and none before it did.
    fn is_first(&self, status: u16, reason: Reason, before: simulator::event::Seen) -> bool {
        let after = before.with(status, reason);
        match &self.outcome {
            Outcome::Refused => after.refused() && !before.refused(),
            Outcome::RefusedALicence => after.refused_a_licence() && !before.refused_a_licence(),
            Outcome::RefusedFor(code) => reason.code() == code && !before.has(status, reason),
            Outcome::TimedOut => status == 408 && !before.has(408, Reason::None),
            Outcome::Redirected => (300..400).contains(&status) && !before.has(302, Reason::None),
            _ => false,
        }
    }

    fn refuses(&self, reason: Reason) -> bool {
        match &self.outcome {
            Outcome::Refused => true,
            Outcome::RefusedALicence => reason.is_licence(),
            Outcome::RefusedFor(code) => reason.code() == code,
            _ => false,
        }
    }

    #[inline]
    fn concerns(&self, step: &Step<'_>) -> bool {
        match self.kind {
            Kind::Wish(_) => step.aor().is_some_and(|aor| self.filter.meets(aor)),
            Kind::Checkout(_) | Kind::Takeover => self.pbx.is_none() || self.pbx == step.pbx,
        }
    }

    #[inline]
    fn begin(&mut self, step: &Step<'_>, due: Instant) {
        if self.window.has(due) && self.concerns(step) {
            self.of += 1;
        }
    }

    #[inline]
    fn hit(&mut self, step: &Step<'_>, due: Instant) {
        let in_time = self.within.is_none_or(|within| step.now.since(due) <= within);
        if in_time && self.window.has(due) && self.concerns(step) {
            self.hits += 1;
        }
    }

    #[inline]
    fn end(&mut self, step: &Step<'_>, due: Instant) {
        if self.window.has(due) && self.concerns(step) {
            self.ended += 1;
        }
    }

    pub(super) fn tally(&self) -> Tally {
        Tally::Share { hits: self.hits, of: self.of }
    }

    /// What is decided so far: a wish under way may still go either way.
    pub(super) fn decided(&self) -> Tally {
        let ended = if matches!(self.kind, Kind::Wish(_)) { self.ended } else { self.of };
        Tally::Share { hits: self.hits, of: ended.max(self.hits) }
    }
}

/// Longest wait of a request before service.
#[derive(Clone, Debug)]
pub(super) struct QueueProbe {
    pbx: Option<usize>,
    window: Window,
    longest: Duration,
}

impl QueueProbe {
    pub(super) fn new(plan: &Plan, node: Option<&str>, when: When) -> Self {
        let pbx = node.and_then(|name| pbx_named(plan, name));
        Self { pbx, window: Window::new(plan, when, false), longest: Duration::ZERO }
    }

    #[inline]
    pub(super) fn on_event(&mut self, step: &Step<'_>, event: &Event) {
        if let Event::Served { waited } = event
            && *waited > self.longest
            && (self.pbx.is_none() || self.pbx == step.pbx)
            && self.window.has(step.now)
        {
            self.longest = *waited;
        }
    }

    pub(super) fn tally(&self) -> Tally {
        Tally::Value { value: Some(self.longest.0 as f64), other: None, samples: 1 }
    }
}

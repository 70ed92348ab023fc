//! What each timeline entry did: takeover, failback, who is registered again, when views agreed.

use reports::expectation::{Claim, Metric};
use scenarios::plan::Plan;
use simulator::event::{Event, Kind};
use simulator::site::Site;
use simulator::time::{Duration, Instant};

use super::step::Step;

/// One entry as it unfolds.
#[derive(Clone, Debug)]
pub(super) struct Unfolding {
    pub(super) at: Instant,
    pub(super) until: Option<Instant>,
    /// PBX index of the object, if it is a node.
    target: Option<usize>,
    pub(super) takeover: Option<Duration>,
    pub(super) failback: Option<Duration>,
    pub(super) agreed: Option<Duration>,
    /// Whether a sentence asks when views agreed: looking costs time.
    asked: bool,
}

impl Unfolding {
    pub(super) fn all(plan: &Plan) -> Vec<Self> {
        let of = |occasion: &scenarios::plan::Occasion| Self {
            at: occasion.at,
            until: occasion.until,
            target: plan.layout.pbxs.iter().position(|pbx| pbx.name == occasion.object),
            takeover: None,
            failback: None,
            agreed: None,
            asked: false,
        };
        let mut all: Vec<Self> = plan.occasions.iter().map(of).collect();
        for expectation in &plan.expectations {
            if let Claim::Measure { measured, .. } = &expectation.claim
                && let (Metric::TimeToAgree, Some(occasion)) = (measured.metric, measured.occasion)
            {
                all[usize::from(occasion)].asked = true;
            }
        }
        all
    }

    /// When the views must agree again from.
    fn ends(&self) -> Instant {
        self.until.unwrap_or(self.at)
    }

    #[inline]
    pub(super) fn on_event(&mut self, step: &Step<'_>, event: &Event) {
        let Event::Role { active } = *event else { return };
        let stands_for = step.pbx.and_then(|pbx| step.site.cluster().facts[pbx].active).map(usize::from);
        if self.target.is_none() || stands_for != self.target || step.now < self.at {
            return;
        }
        if active && self.takeover.is_none() {
            self.takeover = Some(step.now.since(self.at));
        }
        if !active && self.failback.is_none() && step.now >= self.ends() {
            self.failback = Some(step.now.since(self.ends()));
        }
    }

    /// After a step of a PBX: whether all views agree by now.
    pub(super) fn on_step(&mut self, step: &Step<'_>) {
        if self.asked && self.agreed.is_none() && step.now >= self.ends() && views_agree(step.site, step.now) {
            self.agreed = Some(step.now.since(self.ends()));
        }
    }
}

/// I9: every live PBX is covered by a lease in force, its authority has it booked, nobody who is gone is booked, and no
/// escrow is in use.
fn views_agree(site: &Site, now: Instant) -> bool {
    site.pbxs().iter().enumerate().all(|(index, pbx)| {
        pbx.licensing().leases().iter().all(|lease| {
            let authority = &site.pbxs()[usize::from(lease.kind.owner)];
            let stocks = authority.licensing().authorities().filter_map(|authority| authority.stock(lease.feature));
            let stock = stocks.into_iter().find(|stock| stock.kind == lease.kind);
            let booked = stock.map_or(0, |stock| stock.booked(index as u16));
            match (pbx.is_up(), lease.kind.kind) {
                (true, Kind::Escrow) => lease.act().is_empty() && booked == 0,
                (true, _) => authority.is_up() && !lease.is_past_soft(now) && lease.act().len() <= booked,
                (false, _) => booked == 0,
            }
        })
    })
}

//! The licensing side of a PBX: where its units come from, who waits for one, and the renewals (domain §3.3, §3.5).
//!
//! Sources of a feature, in the order they are asked: the PBX's own stock (licence master, decentral PBX), the stock it
//! may issue while it stands in (escrow, replica), the lease it holds from its domain's authority, and, while that is
//! past soft, the lease it holds from the authority's active standby (escrow, 3.6).

mod admission;
mod line;
mod renewal;

use std::collections::VecDeque;

use crate::event::{Event, Kind, StockKind};
use crate::layout::Role;
use crate::licence::authority::{Authority, UNLIMITED};
use crate::licence::feature::{Feature, FeatureSet};
use crate::licence::lease::{ANSWER_WITHIN, Lease};
use crate::licence::reason::Reason;
use crate::node::Outbox;
use crate::pbx::cluster::Cluster;
use crate::settings::{EscrowServes, OnStandby};
use crate::sip::message::Aor;
use crate::time::Instant;

/// Places in the list of sources.
const OWN: usize = 0;
const STAND_IN: usize = 1;
const LEASE: usize = 2;
const ESCROW: usize = 3;

/// Licences of one PBX.
#[derive(Clone, Debug)]
pub struct Licensing {
    own: Option<Authority>,
    stand_in: Option<Authority>,
    leases: Vec<Lease>,
    /// Requests that await an ACK, oldest first.
    waiting: VecDeque<Waiting>,
    /// Holders in line, oldest first.
    line: VecDeque<Queued>,
    /// Units offered to holders that were in line, oldest first.
    offers: VecDeque<(Instant, Aor)>,
    lease_timeout: Instant,
}

#[derive(Clone, Copy, Debug)]
struct Waiting {
    aor: Aor,
    needs: FeatureSet,
    missing: Feature,
    asked: Instant,
}

#[derive(Clone, Copy, Debug)]
struct Queued {
    aor: Aor,
    needs: FeatureSet,
    feature: Feature,
    asked: Instant,
}

/// What came of asking for a device's units.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Admission {
    /// All are booked.
    Admitted,
    /// The authority is being asked.
    Asking,
    /// It stands in line.
    InLine,
    /// No.
    Denied(Reason),
}

impl Licensing {
    /// The licences of a PBX at its first start.
    pub fn new(index: u16, cluster: &Cluster) -> Self {
        let facts = &cluster.facts[usize::from(index)];
        let issues = facts.domain == index && facts.role != Role::Standby;
        let installed = Feature::FLOATING.into_iter().map(|f| (f, Kind::Installed, facts.installed[f.index()]));
        let borrows = cluster.licensed && !issues && facts.role != Role::Standby
            || cluster.licensed && is_standby_slave(index, cluster);
        let kind = StockKind { owner: facts.domain, kind: Kind::Installed };
        let leases = Feature::FLOATING.into_iter().filter(|f| borrows && cluster.installed(index, *f) > 0);
        let leases = leases.map(|feature| Lease::new(feature, kind));
        let escrow = escrow_owners(index, cluster).filter(|_| borrows);
        let escrow = escrow.map(|owner| Lease::dormant(Feature::Port, StockKind { owner, kind: Kind::Escrow }));
        let mut licensing = Self {
            own: (cluster.licensed && issues).then(|| Authority::new(index, installed, cluster.facts.len())),
            stand_in: None,
            leases: leases.chain(escrow).collect(),
            waiting: VecDeque::new(),
            line: VecDeque::new(),
            offers: VecDeque::new(),
            lease_timeout: Instant::NEVER,
        };
        licensing.reschedule();
        licensing
    }

    /// The stocks it issues from, first its own.
    pub fn authorities(&self) -> impl Iterator<Item = &Authority> {
        self.own.iter().chain(&self.stand_in)
    }

    /// Its leases.
    pub fn leases(&self) -> &[Lease] {
        &self.leases
    }

    /// Whether anybody waits for an answer or in line.
    #[inline]
    pub fn has_open_requests(&self) -> bool {
        !self.waiting.is_empty() || !self.line.is_empty()
    }

    /// Holders in line for a unit of a feature.
    pub fn waiting(&self, feature: Feature) -> usize {
        self.line.iter().filter(|queued| queued.feature == feature).count()
    }

    /// 3.6, A10: what it may issue while it stands in, read from the replicated counts.
    pub(super) fn open_stand_in(&mut self, index: u16, cluster: &Cluster) {
        let facts = &cluster.facts[usize::from(index)];
        let active = facts.active.unwrap_or(facts.domain);
        if !cluster.licensed || active != facts.domain {
            return;
        }
        let escrow = (Feature::Port, Kind::Escrow, cluster.installed(index, Feature::Port));
        let part = |feature: Feature| match cluster.checkout.on_standby {
            OnStandby::Deny => 0,
            OnStandby::Replicate => cluster.installed(index, feature),
            OnStandby::Part(permille) => scaled(cluster.installed(index, feature), permille),
        };
        let others =
            [Feature::SoftwarePhones, Feature::Operator].map(|feature| (feature, Kind::Replica, part(feature)));
        let stocks = core::iter::once(escrow).chain(others);
        if self.stand_in.is_none() {
            self.stand_in = Some(Authority::new(index, stocks, cluster.facts.len()));
        }
    }

    /// 3.3.6, 3.4.3.
    pub(super) fn restart(&mut self, now: Instant) {
        self.leases.iter_mut().for_each(|lease| lease.restart(now));
        if let Some(own) = &mut self.own {
            own.restart();
        }
        self.stand_in = None;
        self.waiting.clear();
        self.line.clear();
        self.offers.clear();
        self.reschedule();
    }

    /// The lease with its domain's authority.
    #[inline]
    fn lease(&mut self, feature: Feature) -> Option<&mut Lease> {
        self.leases.iter_mut().find(|lease| lease.feature == feature && lease.kind.kind == Kind::Installed)
    }

    /// The lease behind a source.
    fn lease_at(&mut self, feature: Feature, source: usize) -> Option<&mut Lease> {
        let kind = if source == ESCROW { Kind::Escrow } else { Kind::Installed };
        self.leases.iter_mut().find(|lease| lease.feature == feature && lease.kind.kind == kind)
    }

    /// Requests that await a unit of a feature, or have one in view and await another's (3.5).
    fn wanted(&self, feature: Feature) -> usize {
        self.waiting.iter().filter(|waiting| waiting.needs.contains(feature)).count()
    }

    /// Holders that would move to a stock of this kind.
    fn movers(&mut self, feature: Feature, kind: Kind, now: Instant) -> u32 {
        let Some(central) = self.lease(feature) else { return 0 };
        let (over, held) = (central.is_past_soft(now), central.act().len());
        let escrowed = self.lease_at(feature, ESCROW).map_or(0, |lease| lease.act().len());
        match (kind, over) {
            (Kind::Escrow, true) => held,
            (Kind::Installed, false) => escrowed,
            _ => 0,
        }
    }

    /// The first source that has an idle unit.
    #[inline]
    fn source_of(&self, feature: Feature, now: Instant, stands_in: bool) -> Option<usize> {
        let stock_has = |authority: &Option<Authority>| {
            authority.as_ref().and_then(|a| a.stock(feature)).is_some_and(|stock| stock.free() > 0)
        };
        if stock_has(&self.own) {
            return Some(OWN);
        }
        if stands_in && stock_has(&self.stand_in) {
            return Some(STAND_IN);
        }
        let lease = self.leases.iter().find(|lease| lease.feature == feature && lease.has_idle(now))?;
        Some(if lease.kind.kind == Kind::Escrow { ESCROW } else { LEASE })
    }

    fn take(&mut self, feature: Feature, source: usize, aor: Aor, cluster: &Cluster, out: &mut Outbox) {
        let holder = holder_of(feature, aor);
        let stock = match source {
            LEASE | ESCROW => {
                let place = place_of(feature, aor, cluster);
                let Some(lease) = self.lease_at(feature, source) else { return };
                lease.take(aor.block, place);
                lease.kind
            }
            _ => {
                let authority = if source == OWN { &mut self.own } else { &mut self.stand_in };
                let Some(stock) = authority.as_mut().and_then(|a| a.stock_mut(feature)) else { return };
                let taken = stock.take();
                debug_assert!(taken, "the source was found with an idle unit in this very step");
                stock.kind
            }
        };
        out.report(Event::Taken { feature, stock, holder });
    }

    /// A unit goes back to where it came from.
    pub(super) fn give(&mut self, feature: Feature, source: usize, aor: Aor, cluster: &Cluster, out: &mut Outbox) {
        let holder = holder_of(feature, aor);
        let stock = match source {
            LEASE | ESCROW => {
                let place = place_of(feature, aor, cluster);
                let Some(lease) = self.lease_at(feature, source) else { return };
                lease.give(aor.block, place);
                lease.kind
            }
            _ => {
                let authority = if source == OWN { &mut self.own } else { &mut self.stand_in };
                let Some(stock) = authority.as_mut().and_then(|a| a.stock_mut(feature)) else { return };
                stock.give();
                stock.kind
            }
        };
        out.report(Event::Freed { feature, stock, holder });
    }

    fn reschedule(&mut self) {
        self.lease_timeout = self.leases.iter().map(Lease::poll_timeout).min().unwrap_or(Instant::NEVER);
    }

    /// Its earliest deadline.
    #[inline]
    pub fn poll_timeout(&self) -> Instant {
        let waiting = self.waiting.front().map_or(Instant::NEVER, |first| first.asked + ANSWER_WITHIN);
        let offers = self.offers.front().map_or(Instant::NEVER, |offer| offer.0);
        let own = self.own.as_ref().map_or(Instant::NEVER, Authority::poll_timeout);
        let stand_in = self.stand_in.as_ref().map_or(Instant::NEVER, Authority::poll_timeout);
        self.lease_timeout.min(waiting).min(offers).min(own).min(stand_in)
    }
}

/// Standbys of the licence master: whoever may serve the domain with escrowed ports.
fn escrow_owners(index: u16, cluster: &Cluster) -> impl Iterator<Item = u16> {
    let domain = cluster.facts[usize::from(index)].domain;
    let serves = cluster.checkout.escrow_serves == EscrowServes::Domain;
    let standbys = (0..cluster.facts.len() as u16).filter(move |pbx| serves && *pbx != index);
    standbys.filter(move |pbx| cluster.facts[usize::from(*pbx)].active == Some(domain))
}

/// A standby whose active draws on the domain's authority does so too, once it stands in.
fn is_standby_slave(index: u16, cluster: &Cluster) -> bool {
    let facts = &cluster.facts[usize::from(index)];
    facts.role == Role::Standby && facts.active.is_some_and(|active| active != facts.domain)
}

fn scaled(count: u32, permille: u32) -> u32 {
    if count == UNLIMITED { UNLIMITED } else { (u64::from(count) * u64::from(permille) / 1000) as u32 }
}

/// Who holds a unit: the object for a port, the device for anything else (domain §3.1).
fn holder_of(feature: Feature, aor: Aor) -> Aor {
    if feature == Feature::Port { aor.object() } else { aor }
}

fn place_of(feature: Feature, aor: Aor, cluster: &Cluster) -> u32 {
    if feature == Feature::Port {
        return aor.seat;
    }
    cluster.people.blocks[usize::from(aor.block)].place(aor).unwrap_or(u32::MAX)
}

/// The features of a set, in canonical order: SoftwarePhones and Operator before Port (3.5).
fn each(set: FeatureSet) -> impl Iterator<Item = Feature> {
    [Feature::SoftwarePhones, Feature::Operator, Feature::Port]
        .into_iter()
        .filter(move |feature| set.contains(*feature))
}

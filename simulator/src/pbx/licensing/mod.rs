//! The licensing side of a PBX: where its units come from, who waits for one, and the renewals (checkout §3.3, §3.5).
//!
//! Sources of a feature, in the order they are asked: the PBX's own stock (licence master, decentral PBX), the stock it
//! may issue while it stands in (escrow, replica), the lease it holds from its domain's authority, and, while that is
//! past soft, the lease it holds from the authority's active standby (escrow, 3.6).

mod admission;
mod line;
mod linger;
mod recall;
mod renewal;
mod sources;

use std::collections::VecDeque;

use linger::Lingering;

use crate::event::{Kind, StockKind};
use crate::layout::Role;
use crate::licence::authority::{Authority, Stock, UNLIMITED};
use crate::licence::feature::{Feature, FeatureSet};
use crate::licence::lease::{ANSWER_WITHIN, Lease};
use crate::licence::reason::Reason;
use crate::pbx::cluster::Cluster;
use crate::settings::{Checkout, EscrowServes, OnStandby};
use crate::sip::message::Aor;
use crate::time::Instant;

/// Licences of one PBX.
#[derive(Clone, Debug)]
pub struct Licensing {
    own: Option<Authority>,
    /// IPVA licences, if it is an appliance: nobody else has any part in them (R29).
    appliance: Option<Authority>,
    stand_in: Option<Authority>,
    leases: Vec<Lease>,
    /// Requests that await an ACK, oldest first.
    waiting: VecDeque<Waiting>,
    /// Holders in line, oldest first.
    line: VecDeque<Queued>,
    /// Units offered to holders that were in line, oldest first.
    offers: VecDeque<(Instant, Aor)>,
    lingering: Lingering,
    lease_timeout: Instant,
    /// Its table was lost and the quarantine is not over (3.4.3).
    quarantined: bool,
    /// Frozen: what is borrowed counts as freed already.
    asleep: bool,
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
        let issues = issues(index, cluster);
        // A decentral PBX has a lease too, asleep, in case it loses its own licences.
        let borrows = cluster.licensed && (facts.role == Role::Slave || is_standby_slave(index, cluster));
        let leases = Feature::LENT.into_iter().filter(|f| borrows && cluster.floats.contains(*f));
        let kind = StockKind { owner: cluster.master, kind: Kind::Installed };
        let loose = cluster.checkout.is_loose();
        let leases = leases.map(|f| if loose { Lease::loose(f, kind) } else { Lease::new(f, kind) });
        // Without ports there is no escrow either; the list of sources relies on it.
        let escrow = escrow_owners(index, cluster).filter(|_| borrows && cluster.floats.contains(Feature::Port));
        let escrow = escrow.map(|owner| Lease::dormant(Feature::Port, StockKind { owner, kind: Kind::Escrow }));
        let mut licensing = Self {
            own: issues.then(|| authority(index, cluster)),
            appliance: (cluster.licensed && facts.appliance).then(|| {
                let stock = (Feature::Ipva, Kind::Installed, cluster.capacity(index, Feature::Ipva));
                Authority::new(index, core::iter::once(stock), cluster.facts.len())
            }),
            stand_in: None,
            leases: leases.chain(escrow).collect(),
            waiting: VecDeque::new(),
            line: VecDeque::new(),
            offers: VecDeque::new(),
            lingering: Lingering::default(),
            lease_timeout: Instant::NEVER,
            quarantined: false,
            asleep: false,
        };
        licensing.sleep_if_decentral();
        licensing.reschedule();
        licensing
    }

    /// Who issues units of its own asks nobody else (R8, R10).
    fn sleep_if_decentral(&mut self) {
        if self.own.is_some() {
            self.leases.iter_mut().for_each(Lease::sleep);
        }
    }

    /// The stocks it issues from, first its own.
    pub fn authorities(&self) -> impl Iterator<Item = &Authority> {
        self.own.iter().chain(&self.stand_in).chain(&self.appliance)
    }

    /// Whether a port used here books an IPVA licence with it (R27).
    #[inline]
    pub(super) fn is_appliance(&self) -> bool {
        self.appliance.is_some()
    }

    /// Whether it lends nothing new because its table was lost.
    pub fn is_quarantined(&self) -> bool {
        self.quarantined
    }

    /// Its own stock of a feature.
    pub(super) fn own_stock(&mut self, feature: Feature) -> Option<&mut Stock> {
        let own = if feature == Feature::Ipva { &mut self.appliance } else { &mut self.own };
        own.as_mut().and_then(|own| own.stock_mut(feature))
    }

    /// Its leases.
    pub fn leases(&self) -> &[Lease] {
        &self.leases
    }

    /// Whether its domain's authority has not answered for so long that all its leases are past soft.
    pub(super) fn is_cut_off(&self, now: Instant) -> bool {
        let mut central = self.leases.iter().filter(|lease| lease.kind.kind == Kind::Installed).peekable();
        central.peek().is_some() && central.all(|lease| lease.is_past_soft(now) && lease.is_unanswered())
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
        let escrow = (Feature::Port, Kind::Escrow, cluster.escrow(index));
        let part = |feature: Feature| match cluster.checkout.on_standby {
            OnStandby::Deny => 0,
            OnStandby::Replicate => cluster.usable(index, feature),
            OnStandby::Part(permille) => scaled(cluster.usable(index, feature), permille),
        };
        let others =
            [Feature::SoftwarePhones, Feature::Operator].map(|feature| (feature, Kind::Replica, part(feature)));
        let stocks = core::iter::once(escrow).chain(others);
        match &mut self.stand_in {
            None => self.stand_in = Some(Authority::new(index, stocks, cluster.facts.len())),
            // Lent before and perhaps still in use: the counts alone are read anew.
            Some(open) => stocks.for_each(|(feature, _, units)| {
                if let Some(stock) = open.stock_mut(feature) {
                    stock.set_capacity(units);
                }
            }),
        }
    }

    /// 3.3.6, 3.4.3: with its table, or (`forgets`) without it. Whether it issues units of its own may have changed (R8).
    pub(super) fn restart(&mut self, now: Instant, index: u16, forgets: Option<&Checkout>, cluster: &Cluster) {
        self.leases.iter_mut().for_each(|lease| lease.restart(now));
        match (issues(index, cluster), &self.own) {
            (true, None) => self.own = Some(authority(index, cluster)),
            (false, Some(_)) => self.own = None,
            _ => {}
        }
        self.sleep_if_decentral();
        for authority in self.own.iter_mut().chain(&mut self.stand_in) {
            match forgets {
                None => authority.restart(now),
                Some(checkout) => authority.forget(now, checkout),
            }
        }
        self.appliance.iter_mut().for_each(|appliance| appliance.restart(now));
        self.quarantined |= forgets.is_some() && self.own.is_some();
        self.waiting.clear();
        self.line.clear();
        self.offers.clear();
        self.reschedule();
    }

    /// Requests that await a unit of a feature, or have one in view and await another's (3.5).
    fn wanted(&self, feature: Feature) -> usize {
        self.waiting.iter().filter(|waiting| waiting.needs.contains(feature)).count()
    }

    /// Holders that would move to a stock of this kind.
    fn movers(&mut self, feature: Feature, kind: Kind, now: Instant) -> u32 {
        let Some(central) = self.lease(feature) else { return 0 };
        let (over, held) = (central.is_past_soft(now), central.act().len());
        let escrowed = self.leases.iter().filter(|lease| lease.feature == feature && lease.kind.kind == Kind::Escrow);
        let escrowed = escrowed.map(|lease| lease.act().len()).sum();
        match (kind, over) {
            (Kind::Escrow, true) => held,
            (Kind::Installed, false) => escrowed,
            _ => 0,
        }
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
        self.lease_timeout.min(waiting).min(offers).min(own).min(stand_in).min(self.lingering.poll_timeout())
    }
}

/// Whether a PBX issues units of its own: the licence master, or a decentral one (R8).
fn issues(index: u16, cluster: &Cluster) -> bool {
    let facts = &cluster.facts[usize::from(index)];
    cluster.licensed && facts.domain == index && facts.role != Role::Standby
}

/// The authority over what is bound to a PBX.
fn authority(index: u16, cluster: &Cluster) -> Authority {
    let stocks = Feature::LENT.into_iter().map(|f| (f, Kind::Installed, cluster.capacity(index, f)));
    Authority::new(index, stocks, cluster.facts.len())
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

/// The features of a set, in canonical order: what is asked for here alone, then SoftwarePhones and Operator before Port (3.5).
fn each(set: FeatureSet) -> impl Iterator<Item = Feature> {
    [Feature::Ipva, Feature::SoftwarePhones, Feature::Operator, Feature::Port]
        .into_iter()
        .filter(move |feature| set.contains(*feature))
}

//! The licensing side of a PBX: where its units come from, who waits for one, and the renewals (domain §3.3, §3.5).
//!
//! Sources of a feature, in the order they are asked: the PBX's own stock (licence master, decentral PBX), the stock it
//! may issue while it stands in (escrow, replica), the lease it holds from its domain's authority, and, while that is
//! past soft, the lease it holds from the authority's active standby (escrow, 3.6).

use std::collections::VecDeque;

use crate::event::{End, Event, Kind, StockKind};
use crate::layout::Role;
use crate::licence::authority::{Authority, UNLIMITED};
use crate::licence::feature::{Feature, FeatureSet};
use crate::licence::lease::{ANSWER_WITHIN, Lapse, Lease};
use crate::licence::message::{Ack, Renew};
use crate::licence::reason::Reason;
use crate::node::{Body, NodeId, Outbox, Via};
use crate::pbx::bindings::{BindingState, Unit};
use crate::pbx::cluster::Cluster;
use crate::pbx::node::Pbx;
use crate::pbx::registrar::{Request, Saying};
use crate::settings::{Checkout, EscrowServes, OnStandby};
use crate::sip::message::Aor;
use crate::sip::transaction::timing::TIMER_F;
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
                stock.take();
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
    let serves = cluster.checkout.escrow_serves == EscrowServes::Domain && cluster.people.rules.standby_is_escrow;
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

impl Pbx {
    /// All or nothing (3.5): every unit the device still needs, or none and a wait.
    pub(super) fn admit(&mut self, cluster: &Cluster, now: Instant, aor: Aor, out: &mut Outbox) -> Admission {
        let needs = self.needs(aor, cluster);
        if needs.is_empty() {
            return Admission::Admitted;
        }
        if self.forget_if_known(aor) {
            return Admission::InLine;
        }
        for feature in each(needs) {
            out.report(Event::Asked { feature, endpoint: Self::endpoint(aor, cluster) });
        }
        let Err(missing) = self.take_all(cluster, now, aor, needs, out) else {
            self.report_grants(cluster, aor, needs, now, false, out);
            return Admission::Admitted;
        };
        if self.licensing.lease(missing).is_some() {
            self.licensing.waiting.push_back(Waiting { aor, needs, missing, asked: now });
            self.ask_if_possible(cluster, now, missing, out);
            return Admission::Asking;
        }
        self.refuse(cluster, Waiting { aor, needs, missing, asked: now }, Reason::NoUnit, out)
    }

    /// A device that stands in line and asks again keeps its place.
    fn forget_if_known(&mut self, aor: Aor) -> bool {
        self.licensing.line.iter().any(|queued| queued.aor == aor)
    }

    fn take_all(
        &mut self,
        cluster: &Cluster,
        now: Instant,
        aor: Aor,
        needs: FeatureSet,
        out: &mut Outbox,
    ) -> Result<(), Feature> {
        let stands_in = self.stands_in();
        let mut sources = [OWN; Feature::FLOATING.len()];
        for feature in each(needs) {
            sources[feature.index()] = self.licensing.source_of(feature, now, stands_in).ok_or(feature)?;
        }
        for feature in each(needs) {
            let source = sources[feature.index()];
            self.licensing.take(feature, source, aor, cluster, out);
            let unit = Unit::from_source(source);
            if feature == Feature::Port {
                if let Some(object) = self.bindings.object(aor) {
                    object.port = unit;
                }
            } else if let Some(binding) = self.bindings.of(aor, &cluster.people) {
                binding.unit = unit;
            }
        }
        Ok(())
    }

    fn report_grants(
        &self,
        cluster: &Cluster,
        aor: Aor,
        needs: FeatureSet,
        asked: Instant,
        queued: bool,
        out: &mut Outbox,
    ) {
        let endpoint = Self::endpoint(aor, cluster);
        each(needs).for_each(|feature| out.report(Event::Granted { feature, endpoint, asked, queued }));
    }

    /// Refuses, or puts in line where the feature has one; other features it asked for are given up (rolled back).
    fn refuse(&mut self, cluster: &Cluster, waiting: Waiting, reason: Reason, out: &mut Outbox) -> Admission {
        let Waiting { aor, needs, missing: feature, asked } = waiting;
        let endpoint = Self::endpoint(aor, cluster);
        if reason == Reason::NoUnit && cluster.checkout.queues_for.contains(feature) {
            out.report(Event::Queued { feature, endpoint });
            self.licensing.line.push_back(Queued { aor, needs, feature, asked });
            if let Some(stock) = self.licensing.own.as_mut().and_then(|own| own.stock_mut(feature)) {
                stock.queue(self.index);
            }
            return Admission::InLine;
        }
        let facts = &cluster.facts[usize::from(self.index)];
        let decentral = facts.domain == self.index && facts.role == Role::Slave;
        let reason = if reason == Reason::NoUnit && decentral { Reason::DecentralExhausted } else { reason };
        let free = self.free_of(feature);
        out.report(Event::Denied { feature, endpoint, reason, asked, free });
        each(needs.without(feature)).for_each(|feature| out.report(Event::Abandoned { feature, endpoint }));
        Admission::Denied(reason)
    }

    /// Units free at a stock of its own; 0 where the authority is elsewhere.
    fn free_of(&self, feature: Feature) -> u32 {
        let stock = self.licensing.own.as_ref().and_then(|own| own.stock(feature));
        stock.map_or(0, |stock| stock.free().clamp(0, i64::from(u32::MAX)) as u32)
    }

    /// 3.3.1: one RENEW on demand, if none is in flight; past soft the escrow is asked too.
    fn ask_if_possible(&mut self, cluster: &Cluster, now: Instant, feature: Feature, out: &mut Outbox) {
        let central_is_over = self.licensing.lease(feature).is_some_and(|lease| lease.is_past_soft(now));
        for index in 0..self.licensing.leases.len() {
            let lease = &self.licensing.leases[index];
            let asked = lease.kind.kind == Kind::Installed || central_is_over;
            if lease.feature == feature && asked && lease.may_ask(now) {
                self.send_renew(cluster, now, index, out);
            }
        }
    }

    fn send_renew(&mut self, cluster: &Cluster, now: Instant, index: usize, out: &mut Outbox) {
        let licensing = &mut self.licensing;
        let (feature, kind) = (licensing.leases[index].feature, licensing.leases[index].kind.kind);
        let waiting = licensing.wanted(feature);
        let in_line = licensing.line.iter().filter(|queued| queued.feature == feature).count();
        let moving = licensing.movers(feature, kind, now);
        let lease = &mut licensing.leases[index];
        let request = lease.renew(now, (waiting + in_line) as u32 + moving, &cluster.checkout);
        let holders = out.attachments.put(lease.act());
        let renew = Renew { feature, sequence: request.sequence, holders, keep: request.keep, want: request.want };
        out.send(cluster.people.pbx(lease.kind.owner), Via::Datagram, Body::Renew(renew));
        out.report(Event::Renewed { feature });
        licensing.reschedule();
    }

    /// A RENEW reaches the authority (3.4.2).
    pub(super) fn on_renew(
        &mut self,
        cluster: &Cluster,
        now: Instant,
        source: NodeId,
        renew: &Renew,
        out: &mut Outbox,
    ) {
        let Some(pbx) = source.0.checked_sub(cluster.people.first_pbx).and_then(|index| u16::try_from(index).ok())
        else {
            return;
        };
        // Passive again, a standby confirms what it has lent and lends nothing new (3.6).
        let lends = self.licensing.own.is_some() || self.stands_in();
        let renew = &Renew { want: if lends { renew.want } else { renew.keep }, ..*renew };
        let Some(authority) = self.licensing.own.as_mut().or(self.licensing.stand_in.as_mut()) else { return };
        let (epoch, feature) = (authority.epoch(), renew.feature);
        let Some(stock) = authority.stock_mut(feature) else { return };
        let claimed = out.attachments.get(renew.holders);
        let in_line = cluster.checkout.queues_for.contains(feature);
        let Some(answer) = stock.renew(now, pbx, renew, claimed, &cluster.checkout, in_line) else { return };
        out.report(Event::Booked { feature, pbx, units: stock.booked(pbx) });
        if answer.missing > 0 {
            out.report(Event::Unmet { feature, free: stock.free().max(0) as u32, missing: answer.missing });
        }
        let kept = answer.kept.as_ref().map(|kept| out.attachments.put(kept));
        let ack = Ack {
            feature,
            sequence: renew.sequence,
            epoch,
            kept,
            held: answer.held,
            stock: answer.stock,
            reason: answer.reason,
        };
        out.send(source, Via::Datagram, Body::Ack(ack));
        self.serve_line(cluster, now, feature, out);
    }

    /// The authority has answered (3.3.4).
    pub(super) fn on_ack(&mut self, cluster: &Cluster, now: Instant, source: NodeId, ack: &Ack, out: &mut Outbox) {
        let feature = ack.feature;
        let from = |lease: &&mut Lease| lease.feature == feature && source == cluster.people.pbx(lease.kind.owner);
        let Some(lease) = self.licensing.leases.iter_mut().find(from) else { return };
        let was_in_grace = lease.in_grace();
        let kept = ack.kept.map(|handle| out.attachments.get(handle));
        if !lease.on_ack(now, ack, kept, &cluster.checkout) {
            return;
        }
        let uncovered = lease.uncovered();
        if was_in_grace {
            out.report(Event::Grace { feature, on: false });
        }
        self.drop_holders(cluster, feature, &uncovered, out);
        self.move_holders(cluster, now, feature, out);
        self.serve_waiting(cluster, now, feature, ack.reason, out);
        self.serve_line_from_lease(cluster, now, feature, out);
        self.ask_again(cluster, now, feature, out);
        self.licensing.reschedule();
    }

    /// 3.6: holders move by release from one stock and checkout from the other: to escrow while the authority is silent,
    /// home as soon as it answers.
    fn move_holders(&mut self, cluster: &Cluster, now: Instant, feature: Feature, out: &mut Outbox) {
        let central_is_over = self.licensing.lease(feature).is_some_and(|lease| lease.is_past_soft(now));
        let (from, to) = if central_is_over { (LEASE, ESCROW) } else { (ESCROW, LEASE) };
        let room = self.licensing.lease_at(feature, to).map_or(0, |lease| lease.idle(now));
        let moving: Vec<_> = self
            .licensing
            .lease_at(feature, from)
            .into_iter()
            .flat_map(|lease| lease.act().iter())
            .take(room as usize)
            .collect();
        for (block, seat) in moving {
            let object = Aor { block, device: crate::layout::Device::DeskPhone, seat };
            self.licensing.give(feature, from, object, cluster, out);
            self.licensing.take(feature, to, object, cluster, out);
            if let Some(object) = self.bindings.object(object) {
                object.port = Unit::from_source(to);
            }
        }
        if !central_is_over {
            self.rest(cluster, now, feature, out);
        }
    }

    /// The authority answers: escrow is given back, and its renewals sleep once nobody uses it.
    fn rest(&mut self, cluster: &Cluster, now: Instant, feature: Feature, out: &mut Outbox) {
        let Some(index) =
            self.licensing.leases.iter().position(|l| l.feature == feature && l.kind.kind == Kind::Escrow)
        else {
            return;
        };
        let lease = &mut self.licensing.leases[index];
        if lease.units() > lease.act().len() && lease.may_ask(now) {
            self.send_renew(cluster, now, index, out);
        }
        let lease = &mut self.licensing.leases[index];
        if lease.act().is_empty() && lease.units() == 0 {
            lease.sleep();
        }
    }

    /// Grants those who waited, in order; who finds nothing although the authority has answered is refused.
    fn serve_waiting(&mut self, cluster: &Cluster, now: Instant, feature: Feature, reason: Reason, out: &mut Outbox) {
        let mut others = FeatureSet::NONE;
        for _ in 0..self.licensing.waiting.len() {
            let Some(mut waiting) = self.licensing.waiting.pop_front() else { break };
            match self.take_all(cluster, now, waiting.aor, self.needs(waiting.aor, cluster), out) {
                Ok(()) => self.grant_waiting(cluster, now, waiting, out),
                Err(missing) if missing == feature && reason != Reason::None => {
                    self.refuse_waiting(cluster, now, waiting, reason, out);
                }
                Err(missing) => {
                    waiting.missing = missing;
                    others = others.with(missing);
                    self.licensing.waiting.push_back(waiting);
                }
            }
        }
        // The feature is there now: whoever needs another beside it asks for that at once.
        each(others.without(feature)).for_each(|missing| self.ask_if_possible(cluster, now, missing, out));
    }

    fn grant_waiting(&mut self, cluster: &Cluster, now: Instant, waiting: Waiting, out: &mut Outbox) {
        self.report_grants(cluster, waiting.aor, waiting.needs, waiting.asked, false, out);
        if let Some((request, expires_s)) = self.request_of(cluster, now, waiting.aor) {
            self.bind(cluster, now, &request, expires_s, out);
        }
    }

    fn refuse_waiting(&mut self, cluster: &Cluster, now: Instant, waiting: Waiting, reason: Reason, out: &mut Outbox) {
        let Some((request, _)) = self.request_of(cluster, now, waiting.aor) else { return };
        match self.refuse(cluster, waiting, reason, out) {
            Admission::InLine => {
                self.set_state(cluster, waiting.aor, BindingState::InLine);
                self.answer(cluster, now, &request, 480, Saying { reason: Reason::InLine, ..Saying::default() }, out);
            }
            Admission::Denied(reason) => {
                self.set_state(cluster, waiting.aor, BindingState::None);
                self.deny(cluster, now, &request, reason, out);
            }
            Admission::Admitted | Admission::Asking => {}
        }
    }

    /// The REGISTER that a device's record has kept while it waited.
    fn request_of(&self, cluster: &Cluster, now: Instant, aor: Aor) -> Option<(Request, u32)> {
        let binding = self.bindings.get(aor, &cluster.people)?;
        let request = Request {
            aor,
            branch: binding.branch,
            sequence: binding.sequence,
            source: Self::endpoint(aor, cluster),
            via: if binding.reliable { Via::Connection } else { Via::Datagram },
            delay: binding.expires_at.since(now),
        };
        Some((request, binding.expires_s))
    }

    /// After an ACK: more is needed, or (chunk 0) something is to be given back at once.
    fn ask_again(&mut self, cluster: &Cluster, now: Instant, feature: Feature, out: &mut Outbox) {
        let waits = self.licensing.waiting.iter().any(|waiting| waiting.missing == feature);
        let needed = waits || self.licensing.movers(feature, Kind::Installed, now) > 0;
        if needed || self.gives_back(cluster, now, feature) {
            self.ask_if_possible(cluster, now, feature, out);
        }
    }

    fn gives_back(&mut self, cluster: &Cluster, now: Instant, feature: Feature) -> bool {
        let wanted = self.licensing.wanted(feature) as u32;
        let spare = |lease: &mut Lease| lease.idle(now) > wanted;
        cluster.checkout.chunk_permille == 0 && self.licensing.lease(feature).is_some_and(spare)
    }

    /// Units have come free here: those in line, then (chunk 0) the authority.
    pub(super) fn after_release(&mut self, cluster: &Cluster, now: Instant, out: &mut Outbox) {
        for feature in Feature::FLOATING {
            self.serve_line(cluster, now, feature, out);
            self.serve_line_from_lease(cluster, now, feature, out);
            if self.gives_back(cluster, now, feature) {
                self.ask_if_possible(cluster, now, feature, out);
            }
        }
    }

    /// The authority's line: first come first served, over all PBXs.
    fn serve_line(&mut self, cluster: &Cluster, now: Instant, feature: Feature, out: &mut Outbox) {
        while let Some(stock) = self.licensing.own.as_mut().and_then(|own| own.stock_mut(feature)) {
            if !stock.has_line() {
                return;
            }
            let Some(pbx) = stock.next_in_line() else { return };
            let (sequence, held, idle) = stock.better(pbx);
            if pbx == self.index {
                self.offer_first(cluster, now, feature, out);
                continue;
            }
            let epoch = self.licensing.own.as_ref().map_or(0, Authority::epoch);
            let ack = Ack { feature, sequence, epoch, kept: None, held, stock: idle, reason: Reason::None };
            out.send(cluster.people.pbx(pbx), Via::Datagram, Body::Ack(ack));
        }
    }

    fn serve_line_from_lease(&mut self, cluster: &Cluster, now: Instant, feature: Feature, out: &mut Outbox) {
        while self.licensing.line.iter().any(|queued| queued.feature == feature)
            && self.licensing.lease(feature).is_some_and(|lease| lease.has_idle(now))
        {
            if !self.offer_first(cluster, now, feature, out) {
                return;
            }
        }
    }

    /// Books the units of the first in line for it and tells it to register.
    fn offer_first(&mut self, cluster: &Cluster, now: Instant, feature: Feature, out: &mut Outbox) -> bool {
        let Some(place) = self.licensing.line.iter().position(|queued| queued.feature == feature) else { return false };
        let queued = self.licensing.line[place];
        if self.take_all(cluster, now, queued.aor, queued.needs, out).is_err() {
            return false;
        }
        self.licensing.line.remove(place);
        self.report_grants(cluster, queued.aor, queued.needs, queued.asked, true, out);
        self.licensing.offers.push_back((now + TIMER_F, queued.aor));
        let reliable = self.bindings.get(queued.aor, &cluster.people).is_some_and(|binding| binding.reliable);
        let via = if reliable { Via::Connection } else { Via::Datagram };
        out.send(Self::endpoint(queued.aor, cluster), via, Body::Offer);
        true
    }

    /// A device that waited or stood in line is gone, or goes.
    pub(super) fn forget_request(&mut self, aor: Aor, cluster: &Cluster, out: &mut Outbox) {
        let endpoint = Self::endpoint(aor, cluster);
        let licensing = &mut self.licensing;
        if let Some(place) = licensing.waiting.iter().position(|waiting| waiting.aor == aor)
            && let Some(waiting) = licensing.waiting.remove(place)
        {
            each(waiting.needs).for_each(|feature| out.report(Event::Abandoned { feature, endpoint }));
        }
        if let Some(place) = licensing.line.iter().position(|queued| queued.aor == aor)
            && let Some(queued) = licensing.line.remove(place)
        {
            if let Some(stock) = licensing.own.as_mut().and_then(|own| own.stock_mut(queued.feature)) {
                stock.unqueue(self.index);
            }
            each(queued.needs).for_each(|feature| out.report(Event::Abandoned { feature, endpoint }));
        }
        let unbound =
            self.bindings.get(aor, &cluster.people).is_some_and(|binding| binding.state != BindingState::Bound);
        if unbound {
            self.set_state(cluster, aor, BindingState::None);
            self.free_units(aor, cluster, out);
        }
    }

    pub(super) fn on_licensing_timeout(&mut self, cluster: &Cluster, now: Instant, out: &mut Outbox) {
        if !cluster.licensed {
            return;
        }
        for authority in self.licensing.own.iter_mut().chain(&mut self.licensing.stand_in) {
            authority.expire(now);
        }
        self.on_overdue(cluster, now, out);
        for index in 0..self.licensing.leases.len() {
            self.on_lease_timeout(cluster, now, index, out);
        }
        while let Some((_, aor)) = self.licensing.offers.front().copied().filter(|offer| offer.0 <= now) {
            self.licensing.offers.pop_front();
            self.forget_request(aor, cluster, out);
        }
        self.after_release(cluster, now, out);
        self.licensing.reschedule();
    }

    /// Requests without an answer within `t_rpc`.
    fn on_overdue(&mut self, cluster: &Cluster, now: Instant, out: &mut Outbox) {
        while let Some(waiting) = self.licensing.waiting.front().copied().filter(|w| w.asked + ANSWER_WITHIN <= now) {
            self.licensing.waiting.pop_front();
            let lease = self.licensing.lease(waiting.missing);
            let grace = lease.is_some_and(|lease| lease.is_past_soft(now) && !lease.is_past_hard(now));
            let reason = if grace { Reason::GraceNoNew } else { Reason::LaUnreachable };
            self.refuse_waiting(cluster, now, waiting, reason, out);
        }
    }

    fn on_lease_timeout(&mut self, cluster: &Cluster, now: Instant, index: usize, out: &mut Outbox) {
        let checkout: &Checkout = &cluster.checkout;
        let lease = &mut self.licensing.leases[index];
        let feature = lease.feature;
        lease.on_silence(now, checkout);
        match lease.lapse(now) {
            Lapse::None => {}
            Lapse::Soft => {
                let dropped: Vec<_> = lease.unpromoted().collect();
                out.report(Event::Grace { feature, on: true });
                self.drop_holders(cluster, feature, &dropped, out);
                self.licensing.leases[index].settle();
                self.call_escrow(now, feature);
            }
            Lapse::Hard => {
                let dropped: Vec<_> = lease.act().iter().collect();
                self.drop_holders(cluster, feature, &dropped, out);
                self.licensing.leases[index].settle();
                out.report(Event::Grace { feature, on: false });
            }
        }
        if self.licensing.leases[index].renewal_is_due(now) {
            self.send_renew(cluster, now, index, out);
        }
    }

    /// The authority is silent: its standby is asked from now on.
    fn call_escrow(&mut self, now: Instant, feature: Feature) {
        if let Some(escrow) = self.licensing.lease_at(feature, ESCROW) {
            escrow.wake(now);
        }
    }

    /// 3.3.5: dropping removes the object's bindings and every other unit it holds, at once.
    fn drop_holders(&mut self, cluster: &Cluster, feature: Feature, holders: &[(u16, u32)], out: &mut Outbox) {
        for (block, place) in holders.iter().copied() {
            if feature == Feature::Port {
                let object = Aor { block, device: crate::layout::Device::DeskPhone, seat: place };
                let devices: Vec<_> = self.bindings.bound_devices(object).collect();
                for device in devices {
                    self.end_binding(Aor { device, ..object }, End::LeaseOver, cluster, out);
                }
            } else if let Some((device, seat)) = cluster.people.blocks[usize::from(block)].device_at(place) {
                self.end_binding(Aor { block, device, seat }, End::LeaseOver, cluster, out);
            }
        }
    }
}

/// The features of a set, in canonical order: SoftwarePhones and Operator before Port (3.5).
fn each(set: FeatureSet) -> impl Iterator<Item = Feature> {
    [Feature::SoftwarePhones, Feature::Operator, Feature::Port]
        .into_iter()
        .filter(move |feature| set.contains(*feature))
}

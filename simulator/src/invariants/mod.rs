//! I1 to I10 of checkout §3.9, checked after every step from what the step touched, and counted.
//! Two are of the run as a whole: I9 (views agree again) is checked at its end if the bound after the last fault has passed
//! by then, and the unit-seconds of I10 likewise. I6 is asserted within one PBX; two PBXs are counted as doubles.
//!
//! The checker stands outside the nodes: it keeps books of its own from the facts they state, and compares those with
//! the nodes' state. It never feeds back.

mod books;
mod calls;
#[cfg(test)]
mod tests;

use books::{Books, StockKey};
use calls::CallBooks;

use crate::event::{Event, Kind, StockKind};
use crate::licence::authority::{Authority, Stock};
use crate::licence::feature::{Feature, FeatureSet};
use crate::licence::lease::Lease;
use crate::licence::reason::Reason;
use crate::node::NodeId;
use crate::pbx::bindings::{BindingState, Unit};
use crate::pbx::node::Pbx;
use crate::sip::message::Aor;
use crate::site::Site;
use crate::time::{Duration, Instant};

/// An authority's sum is counted anew this often.
const RECOUNT_EVERY: u64 = 4_096;

/// The ten invariants.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[repr(u8)]
pub enum Invariant {
    /// Never over-issue: in use ≤ installed, for every feature and stock.
    I1,
    /// Cover: a PBX uses no more than it may, and no more than its authority has booked for it.
    I2,
    /// Conservation: free + booked = capacity, free ≥ 0.
    I3,
    /// No leak past a lease, no binding past its expiry.
    I4,
    /// Time, sequences and totals never go back.
    I5,
    /// One port per object and PBX, however many devices.
    I6,
    /// All of a holder's features, or none.
    I7,
    /// No false denial.
    I8,
    /// Views agree again after the last fault.
    I9,
    /// Attempts = grants + denials + abandoned + open; unit-seconds add up.
    I10,
}

impl Invariant {
    /// All ten.
    pub const ALL: [Self; 10] =
        [Self::I1, Self::I2, Self::I3, Self::I4, Self::I5, Self::I6, Self::I7, Self::I8, Self::I9, Self::I10];

    /// `I1` … `I10`.
    pub fn id(self) -> &'static str {
        ["I1", "I2", "I3", "I4", "I5", "I6", "I7", "I8", "I9", "I10"][self as usize]
    }
}

/// A broken invariant.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Breach {
    /// Which.
    pub invariant: Invariant,
    /// What was found.
    pub what: String,
}

/// Checks a run.
#[derive(Clone, Debug)]
pub struct Checker {
    books: Books,
    calls: CallBooks,
    checks: [u64; Invariant::ALL.len()],
    last: Instant,
    /// Highest sequence seen, by PBX and feature.
    sequences: Vec<u32>,
    /// What each authority had booked in all when last seen, by PBX and feature.
    booked: Vec<u32>,
    changes: u64,
    /// By feature: until when units that an operator took by force may still be in use (3.4.5).
    forced: [Instant; Feature::FLOATING.len()],
    breach: Option<Breach>,
}

impl Checker {
    /// For a run of this site.
    pub fn new(site: &Site) -> Self {
        let pairs = site.pbxs().len() * Feature::FLOATING.len();
        Self {
            books: Books::new(site),
            calls: CallBooks::new(site),
            checks: [0; Invariant::ALL.len()],
            last: Instant::ZERO,
            sequences: vec![0; pairs],
            booked: vec![0; pairs],
            changes: 0,
            forced: [Instant::ZERO; Feature::FLOATING.len()],
            breach: None,
        }
    }

    /// How often each was checked.
    pub fn checks(&self) -> [u64; Invariant::ALL.len()] {
        self.checks
    }

    /// The first breach.
    pub fn breach(&self) -> Option<&Breach> {
        self.breach.as_ref()
    }

    /// Units of a feature in use, by the checker's own books: over all stocks, and of escrow.
    pub fn in_use(&self, feature: Feature) -> u64 {
        self.books.in_use(feature)
    }

    /// Objects that hold a port at two PBXs.
    pub fn doubles(&self) -> u32 {
        self.books.doubles()
    }

    /// Checks one step; false after a breach.
    #[inline]
    pub fn observe(&mut self, now: Instant, node: NodeId, events: &[Event], site: &Site) -> bool {
        let last = self.last;
        self.expect(Invariant::I5, now >= last, || format!("time went from {last:?} to {now:?}"));
        self.last = now;
        if self.calls.are_kept() {
            self.check_calls(now, node, events, site);
        }
        let Some(index) = site.pbx_index(node) else { return self.breach.is_none() };
        if site.cluster().licensed {
            for event in events {
                self.on_event(now, index, event, site);
            }
            self.check_pbx(now, index, &site.pbxs()[index], site);
        }
        self.breach.is_none()
    }

    #[inline]
    fn expect(&mut self, invariant: Invariant, holds: bool, what: impl FnOnce() -> String) {
        self.checks[invariant as usize] += 1;
        if !holds && self.breach.is_none() {
            self.breach = Some(Breach { invariant, what: what() });
        }
    }

    /// Whether an operator's forced release may leave units of a feature in use twice.
    fn is_forced(&self, now: Instant, feature: Feature) -> bool {
        now <= self.forced[feature.index()]
    }

    /// I10 of calls: all that were due have ended or are open, by route, channel and queue, and none stands at two PBXs; I1 of
    /// channels.
    fn check_calls(&mut self, now: Instant, node: NodeId, events: &[Event], site: &Site) {
        let pbx = site.pbx_index(node);
        for event in events {
            self.calls.on_queue(event);
            let wrong = match pbx {
                Some(pbx) => {
                    let wrong = self.calls.on_owner(pbx, event);
                    wrong.or_else(|| self.calls.on_channel(now, pbx, event, site))
                }
                None => self.calls.on_party(event, site),
            };
            self.expect(Invariant::I10, wrong.is_none(), || wrong.clone().unwrap_or_default());
        }
        if let Some(pbx) = pbx {
            let wrong = self.calls.check_pbx(pbx, site);
            self.expect(Invariant::I1, wrong.is_none(), || wrong.clone().unwrap_or_default());
            let wrong = self.calls.check_queues(site);
            self.expect(Invariant::I10, wrong.is_none(), || wrong.clone().unwrap_or_default());
        }
    }

    fn on_event(&mut self, now: Instant, index: usize, event: &Event, site: &Site) {
        match *event {
            Event::Taken { feature, stock, holder } => self.on_taken(now, index, feature, stock, holder, site),
            Event::Freed { feature, stock, holder } => self.on_freed(now, index, feature, stock, holder, site),
            Event::Asked { feature, .. } => self.books.ask(index, feature),
            Event::Granted { feature, .. } | Event::Abandoned { feature, .. } => self.on_answered(index, feature),
            Event::Denied { feature, reason, free, endpoint, .. } => {
                self.on_answered(index, feature);
                self.check_whole(index, endpoint, site);
                let no_unit = matches!(reason, Reason::NoUnit | Reason::DecentralExhausted);
                self.expect(Invariant::I8, !no_unit || free == 0, || {
                    format!("{} refused for {} with {free} units free", feature.name(), reason.code())
                });
            }
            Event::Unmet { feature, free, missing } => self.expect(Invariant::I8, free == 0, || {
                format!("{missing} units of {} withheld with {free} free", feature.name())
            }),
            Event::Bound { endpoint, new: true } => self.check_whole(index, endpoint, site),
            Event::Unbound { endpoint, .. } => self.check_whole(index, endpoint, site),
            Event::Booked { feature, pbx, .. } => self.check_cover(now, usize::from(pbx), feature, site),
            Event::Role { active: true } => self.books.stand_in(index, site),
            Event::Reclaimed { feature, until, .. } => {
                let forced = &mut self.forced[feature.index()];
                *forced = until.max(*forced);
            }
            _ => {}
        }
    }

    fn on_taken(&mut self, now: Instant, index: usize, feature: Feature, stock: StockKind, holder: Aor, site: &Site) {
        let key = StockKey { feature, stock };
        let (in_use, capacity) = self.books.take(now, key, site);
        let forced = self.is_forced(now, feature);
        let measured = forced || site.cluster().checkout.is_loose();
        self.expect(Invariant::I1, in_use <= capacity || measured, || {
            format!("{in_use} units of {} in use, {capacity} there are", feature.name())
        });
        if feature == Feature::Port {
            let once = self.books.hold_port(index, site.cluster().people.object(holder));
            self.expect(Invariant::I6, once, || format!("object {holder:?} holds two ports at PBX {index}"));
        }
    }

    fn on_freed(&mut self, now: Instant, index: usize, feature: Feature, stock: StockKind, holder: Aor, site: &Site) {
        let held = self.books.free(now, StockKey { feature, stock });
        self.expect(Invariant::I10, held, || format!("a unit of {} was given back that nobody held", feature.name()));
        if feature == Feature::Port {
            self.books.drop_port(index, site.cluster().people.object(holder));
        }
    }

    fn on_answered(&mut self, index: usize, feature: Feature) {
        let asked = self.books.answer(index, feature);
        self.expect(Invariant::I10, asked, || format!("an answer for {} that nobody asked for", feature.name()));
    }

    /// I2, I4, I5, I10 of the PBX that made the step; I2, I3 of its stocks if they changed.
    #[inline]
    fn check_pbx(&mut self, now: Instant, index: usize, pbx: &Pbx, site: &Site) {
        if pbx.is_down() {
            return self.books.close(index);
        }
        if pbx.is_frozen() {
            return;
        }
        for lease in pbx.licensing().leases() {
            self.check_lease(now, index, lease, site);
            let lapsed = now > lease.hard() && !lease.act().is_empty() && lease.poll_timeout() < now;
            self.expect(Invariant::I4, !lapsed, || {
                format!("PBX {index} uses {} units of {} past hard", lease.act().len(), lease.feature.name())
            });
            if lease.kind.kind == Kind::Installed {
                let place = index * Feature::FLOATING.len() + lease.feature.index();
                let risen = lease.sequence() >= self.sequences[place];
                self.sequences[place] = lease.sequence();
                self.expect(Invariant::I5, risen, || format!("PBX {index}: a RENEW's sequence fell"));
            }
        }
        self.expect(Invariant::I4, pbx.bindings().poll_timeout() >= now, || {
            format!("PBX {index} keeps a binding past its expiry")
        });
        let open = self.books.open(index);
        self.expect(Invariant::I10, open == 0 || pbx.licensing().has_open_requests(), || {
            format!("PBX {index}: {open} attempts have no answer and nobody waits")
        });
        for authority in pbx.licensing().authorities() {
            for stock in authority.stocks() {
                self.check_stock(now, index, stock, site);
            }
        }
    }

    /// I2 of every lease a PBX has of a feature.
    fn check_cover(&mut self, now: Instant, index: usize, feature: Feature, site: &Site) {
        for lease in site.pbxs()[index].licensing().leases().iter().filter(|lease| lease.feature == feature) {
            self.check_lease(now, index, lease, site);
        }
    }

    /// I2: |act| ≤ T, and |act| ≤ booked while the authority is up and knows what it has lent.
    #[inline]
    fn check_lease(&mut self, now: Instant, index: usize, lease: &Lease, site: &Site) {
        let (act, feature) = (lease.act().len(), lease.feature);
        self.expect(Invariant::I2, act <= lease.units(), || {
            format!("PBX {index} uses {act} units of {} and may use {}", feature.name(), lease.units())
        });
        let authority = &site.pbxs()[usize::from(lease.kind.owner)];
        if !authority.is_up() || !site.pbxs()[index].is_up() {
            return;
        }
        let stock = stock_of(authority, lease.kind, feature);
        let unsure = stock.is_some_and(Stock::in_quarantine) || self.is_forced(now, feature) || lease.is_loose();
        let booked = stock.map_or(0, |stock| stock.booked(index as u16));
        self.expect(Invariant::I2, act <= booked || unsure, || {
            format!("PBX {index} uses {act} units of {} and has {booked} booked", feature.name())
        });
    }

    /// I3, and I2 of everybody after an expiry that no event tells of.
    #[inline]
    fn check_stock(&mut self, now: Instant, index: usize, stock: &Stock, site: &Site) {
        if stock.kind.kind != Kind::Installed {
            return;
        }
        self.expect(Invariant::I4, stock.next_at() >= now, || {
            format!("units of {} are booked past the end of their lease", stock.feature.name())
        });
        let unsure = stock.in_quarantine() || stock.is_draining() || site.cluster().checkout.is_loose();
        let place = index * Feature::FLOATING.len() + stock.feature.index();
        if self.booked[place] == stock.booked_in_all() {
            return;
        }
        self.booked[place] = stock.booked_in_all();
        self.changes += 1;
        self.expect(Invariant::I3, stock.free() >= 0 || unsure, || {
            format!("{} units of {} booked beyond what there is", -stock.free(), stock.feature.name())
        });
        if self.changes % RECOUNT_EVERY == 1 {
            self.expect(Invariant::I3, stock.recount() == stock.booked_in_all(), || {
                format!("{}: booked {} and counted {}", stock.feature.name(), stock.booked_in_all(), stock.recount())
            });
            (0..site.pbxs().len()).for_each(|pbx| self.check_cover(now, pbx, stock.feature, site));
        }
    }

    /// I7: a device that is bound holds all its features, one that is not holds none of its own.
    fn check_whole(&mut self, index: usize, endpoint: NodeId, site: &Site) {
        let people = &site.cluster().people;
        let Some(phone) = site.phones().get(endpoint.index()) else { return };
        let aor = phone.aor();
        let pbx = &site.pbxs()[index];
        let Some(binding) = pbx.bindings().get(aor, people) else { return };
        let books = people.books(aor.device);
        let own = FeatureSet(books.0 & !FeatureSet::NONE.with(Feature::Port).0);
        let has_port = pbx.bindings().object_of(aor).port != Unit::NONE;
        let has_own = binding.unit != Unit::NONE;
        let whole = (has_port || !books.contains(Feature::Port)) && (has_own || own.is_empty());
        // What lingers is held by nobody who is registered (3.8).
        let none = !has_own || site.cluster().checkout.linger > Duration::ZERO;
        let holds =
            if binding.state == BindingState::Bound { whole } else { none || binding.state != BindingState::None };
        self.expect(Invariant::I7, holds, || format!("{aor:?} holds a part of its features at PBX {index}"));
    }

    /// I9, once everything has healed and whoever moved has had time to come home: no object is registered at two PBXs, no
    /// escrow is in use or lent, nothing is booked beyond what a PBX may use.
    pub fn check_settled(&mut self, site: &Site) {
        self.check_agreement(site);
        let doubles = self.doubles();
        self.expect(Invariant::I9, doubles == 0, || format!("{doubles} objects hold ports at two PBXs"));
        for (index, pbx) in site.pbxs().iter().enumerate() {
            for stock in pbx.licensing().authorities().flat_map(Authority::stocks) {
                let lent = stock.direct() + stock.booked_in_all();
                let home = stock.kind.kind == Kind::Installed || lent == 0;
                self.expect(Invariant::I9, home, || {
                    format!("PBX {index} still has {lent} units of {} out as a standby", stock.feature.name())
                });
            }
            for lease in pbx.licensing().leases().iter().filter(|lease| lease.kind.kind == Kind::Installed) {
                let authority = &site.pbxs()[usize::from(lease.kind.owner)];
                let booked = stock_of(authority, lease.kind, lease.feature).map_or(0, |s| s.booked(index as u16));
                self.expect(Invariant::I9, lease.units() <= booked, || {
                    format!("PBX {index} may use {} of {} and has {booked} booked", lease.units(), lease.feature.name())
                });
            }
        }
    }

    /// I9, once the bound after the last fault has passed: every live PBX and its authority say the same, and nothing is
    /// booked for a PBX that is gone.
    pub fn check_agreement(&mut self, site: &Site) {
        for (index, pbx) in site.pbxs().iter().enumerate() {
            for lease in pbx.licensing().leases() {
                let authority = &site.pbxs()[usize::from(lease.kind.owner)];
                if !authority.is_up() {
                    continue;
                }
                let Some(stock) = stock_of(authority, lease.kind, lease.feature) else { continue };
                let booked = stock.booked(index as u16);
                if lease.is_loose() {
                    continue;
                }
                let agrees = if pbx.is_up() { lease.act().len() <= booked } else { booked == 0 };
                self.expect(Invariant::I9, agrees, || {
                    format!(
                        "{}: PBX {index} uses {}, its authority says {booked}",
                        lease.feature.name(),
                        lease.act().len()
                    )
                });
            }
        }
    }

    /// I10 at the end: unit-seconds by holders equal the integral of the gauge.
    pub fn finish(&mut self, now: Instant) {
        let agree = self.books.areas_agree(now) && self.calls.areas_agree(now);
        self.expect(Invariant::I10, agree, || "unit-seconds of holders and of the gauge differ".into());
    }

    /// How long after the last fault views must agree: hard, one renewal and a round trip (3.7).
    pub fn agreement_within(site: &Site) -> Duration {
        let checkout = &site.cluster().checkout;
        checkout.soft + checkout.grace + checkout.renews_every + Duration::seconds(2)
    }
}

fn stock_of(pbx: &Pbx, kind: StockKind, feature: Feature) -> Option<&Stock> {
    pbx.licensing().authorities().filter_map(|authority| authority.stock(feature)).find(|stock| stock.kind == kind)
}

//! The licence authority: stocks of units, and who has booked them (checkout §3.4). Knows nothing of SIP or packets.

use std::collections::VecDeque;

use crate::licence::feature::Feature;
use crate::licence::holders::HolderSet;
use crate::licence::message::Renew;
use crate::licence::mutant::{Mutant, planted};
use crate::licence::reason::Reason;
use crate::licence::stock::{Kind, StockKind};
use crate::settings::Checkout;
use crate::time::{Duration, Instant};

/// Units without bound: the need is counted.
pub const UNLIMITED: u32 = u32::MAX;

/// A deadline is past one tick after it.
const TICK: Duration = Duration(1);

/// The stocks one PBX issues from.
#[derive(Clone, Debug)]
pub struct Authority {
    stocks: Vec<Stock>,
    /// Starts so far; rises with every restart.
    epoch: u32,
}

/// One stock of one feature.
#[derive(Clone, Debug)]
pub struct Stock {
    /// Of which feature.
    pub feature: Feature,
    /// Whose, and what it is.
    pub kind: StockKind,
    capacity: u32,
    /// Holders at the authority's own PBX, by direct call.
    direct: HolderSet,
    /// By PBX index.
    records: Vec<Record>,
    /// Sum over the records.
    booked: u32,
    /// PBXs in line, one entry a unit.
    line: VecDeque<u16>,
    /// No record, and no quarantine, ends before this.
    next_at: Instant,
    /// The table was lost: nothing new is granted up to here (3.4.3).
    quarantine: Option<Instant>,
    /// More may be booked than there is, until enough has come back (3.4.3, 3.4.4).
    draining: bool,
}

/// What one PBX has booked.
#[derive(Clone, Debug, Default)]
struct Record {
    holders: HolderSet,
    idle: u32,
    soft: Instant,
    hard: Instant,
    sequence: u32,
    /// Its idle units have been asked for since its last RENEW.
    recalled: bool,
}

impl Record {
    /// 3.4.1, once expiries have been applied.
    fn booked(&self) -> u32 {
        self.holders.len() + self.idle
    }

    /// The first moment at which something of it is over.
    fn ends_at(&self) -> Instant {
        match (self.idle, self.holders.len()) {
            (0, 0) => Instant::NEVER,
            (0, _) => self.hard + TICK,
            _ => self.soft + TICK,
        }
    }
}

/// The answer to a RENEW.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// H' where it differs from H.
    pub kept: Option<HolderSet>,
    /// |H'|.
    pub held: u32,
    /// Idle units beside them.
    pub stock: u32,
    /// Why `want` was not met.
    pub reason: Reason,
    /// Units wanted and not given.
    pub missing: u32,
    /// Units it could have given besides; none while it drains or is in quarantine.
    pub free: u32,
    /// Holders claimed anew that another PBX has as well: that PBX, block and place.
    pub doubles: Vec<(u16, u16, u32)>,
}

impl Authority {
    /// An authority over these stocks, for that many PBXs.
    pub fn new(owner: u16, stocks: impl Iterator<Item = (Feature, Kind, u32)>, pbxs: usize) -> Self {
        let stocks = stocks.map(|(feature, kind, capacity)| Stock {
            feature,
            kind: StockKind { owner, kind },
            capacity: if planted(Mutant::ReadsTwice) { 2 * capacity } else { capacity },
            direct: HolderSet::default(),
            records: vec![Record::default(); pbxs],
            booked: 0,
            line: VecDeque::new(),
            next_at: Instant::NEVER,
            quarantine: None,
            draining: false,
        });
        Self { stocks: stocks.collect(), epoch: 1 }
    }

    /// Its start count.
    pub fn epoch(&self) -> u32 {
        self.epoch
    }

    /// Its stocks.
    pub fn stocks(&self) -> &[Stock] {
        &self.stocks
    }

    /// The stock of a feature, if it has one.
    #[inline]
    pub fn stock(&self, feature: Feature) -> Option<&Stock> {
        self.stocks.iter().find(|stock| stock.feature == feature)
    }

    /// The same, to change.
    #[inline]
    pub fn stock_mut(&mut self, feature: Feature) -> Option<&mut Stock> {
        self.stocks.iter_mut().find(|stock| stock.feature == feature)
    }

    /// It starts again with its table (3.4.3): its own PBX holds nothing, all else goes on.
    pub fn restart(&mut self, now: Instant) {
        self.epoch += 1;
        self.expire(now);
        for stock in &mut self.stocks {
            stock.direct.clear();
            stock.line.clear();
        }
    }

    /// It starts again without its table (3.4.3): whatever was lent may be in use until the last lease of before is over,
    /// by the slowest clock there is. The epoch is kept apart from the table.
    pub fn forget(&mut self, now: Instant, checkout: &Checkout) {
        self.restart(now);
        let until = now + checkout.quarantine();
        self.stocks.iter_mut().for_each(|stock| stock.forget(until));
    }

    /// Applies expiries; the PBXs in line whose turn has come, with the feature.
    pub fn expire(&mut self, now: Instant) {
        self.stocks.iter_mut().for_each(|stock| stock.expire(now));
    }

    /// The earliest expiry.
    pub fn poll_timeout(&self) -> Instant {
        self.stocks.iter().map(|stock| stock.next_at).min().unwrap_or(Instant::NEVER)
    }
}

impl Stock {
    /// Units there are; `u32::MAX`: unlimited.
    pub fn capacity(&self) -> u32 {
        self.capacity
    }

    /// Units neither booked nor in direct use; negative only while a lowered capacity drains.
    #[inline]
    pub fn free(&self) -> i64 {
        i64::from(self.capacity) - i64::from(self.direct.len()) - i64::from(self.booked)
    }

    /// Whether it has heard nothing of a PBX for so long that its soft is past.
    pub fn is_silent(&self, pbx: u16, now: Instant) -> bool {
        self.records[usize::from(pbx)].soft < now
    }

    /// Units it may grant now: none while it drains or is in quarantine.
    #[inline]
    pub fn available(&self) -> u32 {
        let free = if self.quarantine.is_some() { 0 } else { self.free() };
        free.clamp(0, i64::from(u32::MAX)) as u32
    }

    /// Whether its table was lost and leases of before may still be in use.
    #[inline]
    pub fn in_quarantine(&self) -> bool {
        self.quarantine.is_some()
    }

    /// When a record or the quarantine ends next.
    pub fn next_at(&self) -> Instant {
        self.next_at
    }

    /// Units in direct use.
    pub fn direct(&self) -> u32 {
        self.direct.len()
    }

    /// What a PBX has booked.
    #[inline]
    pub fn booked(&self, pbx: u16) -> u32 {
        self.records[usize::from(pbx)].booked()
    }

    /// Holders of a PBX as last reported.
    pub fn holders(&self, pbx: u16) -> &HolderSet {
        &self.records[usize::from(pbx)].holders
    }

    /// Sum of what is booked, counted anew.
    pub fn recount(&self) -> u32 {
        self.records.iter().map(Record::booked).sum()
    }

    /// Sum of what is booked, as kept.
    pub fn booked_in_all(&self) -> u32 {
        self.booked
    }

    /// A unit for a holder at the authority's own PBX; false if there is none, or it has one.
    #[inline]
    pub fn take(&mut self, block: u16, place: u32) -> bool {
        self.available() > 0 && self.direct.insert(block, place)
    }

    /// A holder at the authority's own PBX gives its unit back.
    #[inline]
    pub fn give(&mut self, block: u16, place: u32) {
        self.direct.remove(block, place);
        self.settle();
    }

    /// Puts the authority's own PBX in line for one unit.
    pub fn queue(&mut self, pbx: u16) {
        self.line.push_back(pbx);
    }

    /// Takes one place in line away from a PBX, the last.
    pub fn unqueue(&mut self, pbx: u16) {
        if let Some(place) = self.line.iter().rposition(|waiting| *waiting == pbx) {
            self.line.remove(place);
        }
    }

    /// Whether somebody stands in line.
    pub fn has_line(&self) -> bool {
        !self.line.is_empty()
    }

    /// If a unit is free, the PBX whose turn it is. A remote one has the unit booked as idle; the owner must take it.
    pub fn next_in_line(&mut self) -> Option<u16> {
        if self.available() == 0 {
            return None;
        }
        let pbx = self.line.pop_front()?;
        if pbx != self.kind.owner {
            let record = &mut self.records[usize::from(pbx)];
            record.idle += 1;
            self.next_at = self.next_at.min(record.ends_at());
            self.booked += 1;
        }
        Some(pbx)
    }

    /// What a PBX in line is told: its last RENEW is met better now.
    pub fn better(&self, pbx: u16) -> (u32, u32, u32) {
        let record = &self.records[usize::from(pbx)];
        (record.sequence, record.holders.len(), record.idle)
    }

    /// 3.4.2. `None`: an old or doubled RENEW.
    pub fn renew(
        &mut self,
        now: Instant,
        pbx: u16,
        renew: &Renew,
        claimed: &HolderSet,
        checkout: &Checkout,
        in_line: bool,
    ) -> Option<Answer> {
        self.expire(now);
        if checkout.is_loose() {
            return self.report(now, pbx, renew, claimed, checkout);
        }
        let (lends, free) = (self.lends(), i64::from(self.available()));
        if renew.sequence <= self.records[usize::from(pbx)].sequence && !planted(Mutant::OldRenew) {
            return None;
        }
        let before = self.records[usize::from(pbx)].booked();
        let doubles = self.doubles(pbx, claimed);
        let record = &mut self.records[usize::from(pbx)];
        // In quarantine every claim may be live: nothing is cut, nothing is new.
        let fund = match self.quarantine {
            Some(_) => u32::MAX,
            None => u32::try_from(i64::from(before) + free).unwrap_or(u32::MAX),
        };
        let truncated = claimed.len() > fund;
        if truncated {
            let mut kept = claimed.clone();
            kept.truncate(fund, &record.holders);
            record.holders = kept;
        } else {
            record.holders.clone_from(claimed);
        }
        let held = record.holders.len();
        let keep = renew.keep.min(fund - held);
        let wanted = renew.want.max(keep) - keep;
        let extra = match lends && !planted(Mutant::WithholdsFree) {
            true if planted(Mutant::GrantsBeyondFree) => wanted,
            true => wanted.min(fund - held - keep),
            false => 0,
        };
        record.idle = keep + extra;
        record.soft = now + checkout.soft;
        record.hard = record.soft + checkout.grace;
        record.sequence = renew.sequence;
        record.recalled = false;
        self.next_at = self.next_at.min(record.ends_at());
        let (after, kept) = (record.booked(), truncated.then(|| record.holders.clone()));
        self.booked = self.booked + after - before;
        self.settle();
        let missing = renew.want.max(renew.keep).saturating_sub(keep + extra);
        if in_line {
            self.requeue(pbx, missing);
        }
        let reason = match (missing, self.quarantine) {
            (0, _) => Reason::None,
            (_, Some(_)) => Reason::Quarantine,
            (_, None) => Reason::NoUnit,
        };
        Some(Answer {
            kept,
            held,
            stock: keep + extra,
            reason,
            missing,
            free: if lends { self.available() } else { 0 },
            doubles,
        })
    }

    /// Whether it grants anything new: neither in quarantine nor while it drains.
    fn lends(&self) -> bool {
        self.quarantine.is_none() && self.free() >= 0
    }

    fn forget(&mut self, until: Instant) {
        self.records.iter_mut().for_each(|record| *record = Record::default());
        self.booked = 0;
        self.quarantine = Some(until).filter(|_| !planted(Mutant::NoQuarantine));
        self.next_at = until + TICK;
    }

    /// F9: a PBX reports its use and is told its share, C less what others use as of their last report. A PBX that misses
    /// a report counts as using nothing.
    fn report(
        &mut self,
        now: Instant,
        pbx: u16,
        renew: &Renew,
        claimed: &HolderSet,
        checkout: &Checkout,
    ) -> Option<Answer> {
        const LATE: Duration = Duration::seconds(10);
        let record = &mut self.records[usize::from(pbx)];
        if renew.sequence <= record.sequence {
            return None;
        }
        let before = record.booked();
        record.holders.clone_from(claimed);
        (record.idle, record.sequence) = (0, renew.sequence);
        record.hard = now + checkout.syncs_every + LATE;
        record.soft = record.hard;
        self.next_at = self.next_at.min(record.ends_at());
        self.booked = self.booked + claimed.len() - before;
        let others = self.direct.len() + self.booked - claimed.len();
        let share = self.capacity.saturating_sub(others);
        let held = claimed.len().min(share);
        // It drops down to its share; counting those too would make others drop theirs for nobody.
        self.records[usize::from(pbx)].holders.truncate(share, &HolderSet::default());
        self.booked = self.booked + held - claimed.len();
        Some(Answer {
            kept: None,
            held,
            stock: share - held,
            reason: Reason::None,
            missing: 0,
            free: self.available(),
            doubles: Vec::new(),
        })
    }

    /// PBXs whose idle stock would cover `count` missing units, and how many of each to ask for; each is asked once
    /// between two of its RENEWs.
    pub fn recall(&mut self, except: u16, count: u32) -> Vec<(u16, u32)> {
        let mut missing = count;
        let mut asked = Vec::new();
        for (pbx, record) in self.records.iter_mut().enumerate() {
            let units = if record.recalled || pbx == usize::from(except) { 0 } else { record.idle.min(missing) };
            if units > 0 {
                record.recalled = true;
                missing -= units;
                asked.push((pbx as u16, units));
            }
        }
        asked
    }

    /// The PBX that has this holder booked, if one has.
    pub fn booked_at(&self, block: u16, place: u32) -> Option<u16> {
        self.records.iter().position(|record| record.holders.contains(block, place)).map(|pbx| pbx as u16)
    }

    /// Holders that `pbx` claims anew and another PBX has as well: that PBX, block and place.
    fn doubles(&self, pbx: u16, claimed: &HolderSet) -> Vec<(u16, u16, u32)> {
        let known = &self.records[usize::from(pbx)].holders;
        let others = self.records.iter().enumerate().filter(|(other, _)| *other != usize::from(pbx));
        let others = others.map(|(other, record)| (other as u16, &record.holders));
        let owner = core::iter::once((self.kind.owner, &self.direct));
        owner
            .chain(others)
            .flat_map(|(other, holders)| {
                let shared = claimed.shared_with(holders, known);
                shared.into_iter().map(move |(block, place)| (other, block, place))
            })
            .collect()
    }

    /// Other units than before (3.4.4): none is taken from anybody; with fewer than are booked it drains.
    pub fn set_capacity(&mut self, units: u32) {
        self.capacity = units;
        self.draining = self.free() < 0;
    }

    /// An operator's forced release (3.4.5): that many units of a PBX are free again, idle ones first, whoever uses them.
    /// Until when that PBX may go on using them.
    pub fn reclaim(&mut self, pbx: u16, units: u32) -> Instant {
        let record = &mut self.records[usize::from(pbx)];
        let before = record.booked();
        let idle = record.idle.min(units);
        record.idle -= idle;
        let rest = record.holders.len().saturating_sub(units - idle);
        record.holders.truncate(rest, &HolderSet::default());
        self.booked = self.booked + record.booked() - before;
        let until = record.hard;
        self.settle();
        until
    }

    /// Whether more is booked than there is, and rightly so.
    #[inline]
    pub fn is_draining(&self) -> bool {
        self.draining
    }

    /// It has drained once enough has come back.
    #[inline]
    fn settle(&mut self) {
        self.draining &= self.free() < 0;
    }

    /// Makes `pbx` stand in line for `missing` units, keeping the places it has.
    fn requeue(&mut self, pbx: u16, missing: u32) {
        let places = self.line.iter().filter(|waiting| **waiting == pbx).count();
        (places..missing as usize).for_each(|_| self.line.push_back(pbx));
        (missing as usize..places).for_each(|_| self.unqueue(pbx));
    }

    /// 3.4.1: past soft the idle stock is free again, past hard everything.
    fn expire(&mut self, now: Instant) {
        if now < self.next_at {
            return;
        }
        for record in &mut self.records {
            if record.soft < now && record.idle > 0 {
                self.booked -= core::mem::take(&mut record.idle);
            }
            let over = if planted(Mutant::ReclaimsAtSoft) { record.soft } else { record.hard };
            if over < now && !record.holders.is_empty() {
                self.booked -= record.holders.len();
                record.holders.clear();
            }
        }
        if self.quarantine.is_some_and(|until| until < now) {
            self.quarantine = None;
            // Claims of before may add up to more than there is.
            self.draining = self.free() < 0;
        }
        self.settle();
        let quarantine = self.quarantine.map_or(Instant::NEVER, |until| until + TICK);
        self.next_at = self.records.iter().map(Record::ends_at).min().unwrap_or(Instant::NEVER).min(quarantine);
    }
}

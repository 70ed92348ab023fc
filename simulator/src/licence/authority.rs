//! The licence authority: stocks of units, and who has booked them (domain §3.4). Knows nothing of SIP or packets.

use std::collections::VecDeque;

use crate::licence::feature::Feature;
use crate::licence::holders::HolderSet;
use crate::licence::message::Renew;
use crate::licence::reason::Reason;
use crate::licence::stock::{Kind, StockKind};
use crate::settings::Checkout;
use crate::time::{Duration, Instant};

/// Units without bound: the need is counted.
pub const UNLIMITED: u32 = u32::MAX;

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
    /// Units in use by the authority's own PBX, by direct call.
    direct: u32,
    /// By PBX index.
    records: Vec<Record>,
    /// Sum over the records.
    booked: u32,
    /// PBXs in line, one entry a unit.
    line: VecDeque<u16>,
    /// No record ends before this.
    next_at: Instant,
}

/// What one PBX has booked.
#[derive(Clone, Debug, Default)]
struct Record {
    holders: HolderSet,
    idle: u32,
    soft: Instant,
    hard: Instant,
    sequence: u32,
}

impl Record {
    /// 3.4.1, once expiries have been applied.
    fn booked(&self) -> u32 {
        self.holders.len() + self.idle
    }

    /// The first moment at which something of it is over.
    fn ends_at(&self) -> Instant {
        const TICK: Duration = Duration(1);
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
    /// Free units when it answered, before what it gave.
    pub free: u32,
}

impl Authority {
    /// An authority over these stocks, for that many PBXs.
    pub fn new(owner: u16, stocks: impl Iterator<Item = (Feature, Kind, u32)>, pbxs: usize) -> Self {
        let stocks = stocks.map(|(feature, kind, capacity)| Stock {
            feature,
            kind: StockKind { owner, kind },
            capacity,
            direct: 0,
            records: vec![Record::default(); pbxs],
            booked: 0,
            line: VecDeque::new(),
            next_at: Instant::NEVER,
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
    pub fn restart(&mut self) {
        self.epoch += 1;
        for stock in &mut self.stocks {
            stock.direct = 0;
            stock.line.clear();
        }
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
        i64::from(self.capacity) - i64::from(self.direct) - i64::from(self.booked)
    }

    /// Units in direct use.
    pub fn direct(&self) -> u32 {
        self.direct
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

    /// A unit for the authority's own PBX.
    #[inline]
    pub fn take(&mut self) -> bool {
        let free = self.free() > 0;
        self.direct += u32::from(free);
        free
    }

    /// The authority's own PBX gives a unit back.
    #[inline]
    pub fn give(&mut self) {
        self.direct = self.direct.saturating_sub(1);
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
        if self.free() <= 0 {
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
        let draining = self.free() < 0;
        let free = self.free().max(0);
        let record = &mut self.records[usize::from(pbx)];
        if renew.sequence <= record.sequence {
            return None;
        }
        let before = record.booked();
        let fund = u32::try_from(i64::from(before) + free).unwrap_or(u32::MAX);
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
        let extra = if draining { 0 } else { (renew.want.max(keep) - keep).min(fund - held - keep) };
        record.idle = keep + extra;
        record.soft = now + checkout.soft;
        record.hard = record.soft + checkout.grace;
        record.sequence = renew.sequence;
        self.next_at = self.next_at.min(record.ends_at());
        let (after, kept) = (record.booked(), truncated.then(|| record.holders.clone()));
        self.booked = self.booked + after - before;
        let missing = renew.want.max(renew.keep).saturating_sub(keep + extra);
        if in_line {
            self.requeue(pbx, missing);
        }
        let reason = if missing > 0 { Reason::NoUnit } else { Reason::None };
        Some(Answer { kept, held, stock: keep + extra, reason, missing, free: free as u32 })
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
            if record.hard < now && !record.holders.is_empty() {
                self.booked -= record.holders.len();
                record.holders.clear();
            }
        }
        self.next_at = self.records.iter().map(Record::ends_at).min().unwrap_or(Instant::NEVER);
    }
}

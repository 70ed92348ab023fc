//! What a PBX has borrowed from an authority: units, deadlines, and who uses them (checkout §3.3).

use crate::licence::feature::Feature;
use crate::licence::holders::HolderSet;
use crate::licence::message::Ack;
use crate::licence::mutant::{Mutant, planted};
use crate::licence::stock::{Kind, StockKind};
use crate::settings::Checkout;
use crate::time::{Duration, Instant};

/// How long a request waits for the authority (`t_rpc`).
pub const ANSWER_WITHIN: Duration = Duration::seconds(2);

/// One feature's lease with one authority.
#[derive(Clone, Debug)]
pub struct Lease {
    /// Of which feature.
    pub feature: Feature,
    /// Whose stock.
    pub kind: StockKind,
    /// T: units it may have in use.
    units: u32,
    act: HolderSet,
    promoted: HolderSet,
    /// Holders admitted since the last RENEW left.
    fresh: HolderSet,
    soft: Instant,
    hard: Instant,
    sequence: u32,
    /// Number of the last RENEW that was answered.
    answered: u32,
    sent_at: Instant,
    in_flight: bool,
    renew_at: Instant,
    /// Earliest next RENEW on demand, and the wait that led there.
    quiet_until: Instant,
    back_off: Duration,
    epoch: u32,
    grace: bool,
    /// Idle units the authority would like back.
    recalled: u32,
    /// ACKs that came too late, twice, or out of order.
    ignored: u32,
    /// Holders in the order they came, under a loose policy: the newest go first.
    order: Option<Vec<(u16, u32)>>,
}

/// A RENEW to be sent; the holders are [`Lease::act`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Request {
    /// Its number.
    pub sequence: u32,
    /// Idle units kept.
    pub keep: u32,
    /// Idle units wanted in all.
    pub want: u32,
    /// Of those wanted, units that somebody waits for.
    pub needed: u32,
}

/// What the passing of time has done.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Lapse {
    /// Nothing.
    None,
    /// Soft: those not confirmed must go, nobody new.
    Soft,
    /// Hard: everybody must go.
    Hard,
}

impl Lease {
    /// A lease that has never been granted; its first RENEW leaves at once.
    pub fn new(feature: Feature, kind: StockKind) -> Self {
        Self {
            feature,
            kind,
            units: 0,
            act: HolderSet::default(),
            promoted: HolderSet::default(),
            fresh: HolderSet::default(),
            soft: Instant::ZERO,
            hard: Instant::ZERO,
            sequence: 0,
            answered: 0,
            sent_at: Instant::ZERO,
            in_flight: false,
            renew_at: Instant::ZERO,
            quiet_until: Instant::ZERO,
            back_off: Duration::ZERO,
            epoch: 0,
            grace: false,
            recalled: 0,
            ignored: 0,
            order: None,
        }
    }

    /// A lease that sleeps until it is needed: escrow.
    pub fn dormant(feature: Feature, kind: StockKind) -> Self {
        Self { renew_at: Instant::NEVER, ..Self::new(feature, kind) }
    }

    /// A share of a stock that is loosely shared (F9): it has no deadlines, and is kept over a restart.
    pub fn loose(feature: Feature, kind: StockKind) -> Self {
        Self { order: Some(Vec::new()), soft: Instant::NEVER, hard: Instant::NEVER, ..Self::new(feature, kind) }
    }

    /// Whether it is loosely shared.
    #[inline]
    pub fn is_loose(&self) -> bool {
        self.order.is_some()
    }

    /// Its renewals begin now, if they slept.
    pub fn wake(&mut self, now: Instant) {
        self.renew_at = self.renew_at.min(now.max(self.quiet_until));
    }

    /// Its renewals sleep.
    pub fn sleep(&mut self) {
        self.renew_at = Instant::NEVER;
    }

    /// Whether its renewals run.
    pub fn is_awake(&self) -> bool {
        self.renew_at != Instant::NEVER
    }

    /// Idle units it may give to new holders now.
    pub fn idle(&self, now: Instant) -> u32 {
        if self.is_past_soft(now) { 0 } else { self.units.saturating_sub(self.act.len()) }
    }

    /// Who uses a unit.
    pub fn act(&self) -> &HolderSet {
        &self.act
    }

    /// T: units it may have in use.
    #[inline]
    pub fn units(&self) -> u32 {
        self.units
    }

    /// Number of its last RENEW.
    pub fn sequence(&self) -> u32 {
        self.sequence
    }

    /// End of its right to keep holders.
    pub fn hard(&self) -> Instant {
        self.hard
    }

    /// Whether it is past soft and still holds units.
    pub fn in_grace(&self) -> bool {
        self.grace
    }

    /// Whether it is past soft.
    #[inline]
    pub fn is_past_soft(&self, now: Instant) -> bool {
        now > self.soft
    }

    /// Whether it is past hard.
    pub fn is_past_hard(&self, now: Instant) -> bool {
        now > self.hard
    }

    /// 3.3.1: whether a new holder may be admitted.
    #[inline]
    pub fn has_idle(&self, now: Instant) -> bool {
        (now <= self.soft || planted(Mutant::NoExpiryAtPbx)) && self.act.len() < self.units
    }

    /// Admits a holder, unpromoted.
    #[inline]
    pub fn take(&mut self, block: u16, place: u32) {
        self.act.insert(block, place);
        self.fresh.insert(block, place);
        self.promoted.remove(block, place);
        if let Some(order) = &mut self.order {
            order.push((block, place));
        }
    }

    /// 3.3.2: a holder leaves; its unit is idle.
    #[inline]
    pub fn give(&mut self, block: u16, place: u32) {
        self.act.remove(block, place);
        self.promoted.remove(block, place);
        self.fresh.remove(block, place);
        if let Some(order) = &mut self.order {
            order.retain(|holder| *holder != (block, place));
        }
    }

    /// Whether a RENEW on demand may leave now: none is in flight and no silence is being waited out.
    #[inline]
    pub fn may_ask(&self, now: Instant) -> bool {
        !self.in_flight && now >= self.quiet_until
    }

    /// 3.3.3: lowers T to what it tells, then counts the RENEW as sent. `waiting` requests want a unit; idle ones that
    /// they could have are theirs, although they may lack a unit of another feature still.
    pub fn renew(&mut self, now: Instant, waiting: u32, checkout: &Checkout) -> Request {
        // Nothing is kept ahead of escrow: it must come back.
        let chunk = if self.kind.kind == Kind::Escrow { 0 } else { chunk(self.act.len(), checkout) };
        let idle = self.idle(now);
        let (meant, spare) = (idle.min(waiting), idle.saturating_sub(waiting));
        let kept_ahead = spare.min(2 * chunk);
        let recalled = core::mem::take(&mut self.recalled);
        let keep = meant + kept_ahead.saturating_sub(recalled);
        let ahead = match (recalled, spare < chunk) {
            (1.., _) => kept_ahead.saturating_sub(recalled),
            (0, true) => 2 * chunk,
            (0, false) => kept_ahead,
        };
        // Loosely shared, nothing is given back by telling.
        if !planted(Mutant::KeepsAfterTelling) && self.order.is_none() {
            self.units = self.act.len() + keep;
        }
        self.sequence += 1;
        self.sent_at = now;
        self.in_flight = true;
        self.renew_at = now + checkout.tells_every();
        self.fresh.clear();
        Request { sequence: self.sequence, keep, want: (ahead + waiting).max(keep), needed: waiting }
    }

    /// RECALL: so many idle units would help elsewhere. Whether there are any to give.
    pub fn recall(&mut self, now: Instant, count: u32) -> bool {
        self.recalled = count;
        self.idle(now) > 0
    }

    /// 3.3.4: whether the ACK counts; then T, soft, hard and the promoted are as it says. Holders it no longer names
    /// must be dropped: the caller asks [`Lease::uncovered`].
    pub fn on_ack(&mut self, now: Instant, ack: &Ack, kept: Option<&HolderSet>, checkout: &Checkout) -> bool {
        let from = if planted(Mutant::DeadlineFromReceipt) { now } else { self.sent_at };
        let soft = from + less_drift(checkout.soft, checkout);
        if self.order.is_some() && ack.sequence == self.sequence {
            return self.on_share(ack);
        }
        let latest = ack.sequence == self.sequence || planted(Mutant::AnyAck);
        // A copy of a RENEW may reach an authority that has lost its table meanwhile: it answers what that copy tells, not
        // what it granted. A second answer may only raise T; the first one stands, and the quarantine covers it.
        let lowers = ack.sequence == self.answered && ack.held + ack.stock < self.units;
        if !latest || lowers || ack.epoch < self.epoch || soft < now {
            self.ignored += 1;
            return false;
        }
        (self.epoch, self.answered) = (ack.epoch, ack.sequence);
        self.in_flight = false;
        (self.quiet_until, self.back_off) = (Instant::ZERO, Duration::ZERO);
        self.soft = soft;
        self.hard = from + less_drift(checkout.soft + checkout.grace, checkout);
        self.units = ack.held + ack.stock;
        self.grace = false;
        self.promoted.clear();
        self.promoted.add_difference(&self.act, &self.fresh);
        if let Some(kept) = kept {
            self.promoted.retain_in(kept);
        }
        true
    }

    /// F9: the share it may use until it is told otherwise.
    fn on_share(&mut self, ack: &Ack) -> bool {
        (self.epoch, self.in_flight) = (ack.epoch, false);
        (self.quiet_until, self.back_off) = (Instant::ZERO, Duration::ZERO);
        self.units = ack.held + ack.stock;
        true
    }

    /// Holders beyond T after an ACK that cut H: those it did not name.
    pub fn uncovered(&self) -> Vec<(u16, u32)> {
        if self.act.len() <= self.units {
            return Vec::new();
        }
        if let Some(order) = &self.order {
            let beyond = (self.act.len() - self.units) as usize;
            return order.iter().rev().take(beyond).copied().collect();
        }
        self.unpromoted().filter(|holder| !self.fresh.contains(holder.0, holder.1)).collect()
    }

    /// Holders not confirmed by any ACK.
    pub fn unpromoted(&self) -> impl Iterator<Item = (u16, u32)> + '_ {
        self.act.iter().filter(|holder| !self.promoted.contains(holder.0, holder.1))
    }

    /// The answer to a RENEW is overdue: it is asked again, each time after twice the wait, up to the interval of
    /// renewals. Without the repeat two lost datagrams in a row would cost every holder not yet confirmed its unit:
    /// the third renewal leaves just past soft.
    pub fn on_silence(&mut self, now: Instant, checkout: &Checkout) {
        if self.in_flight && now >= self.sent_at + ANSWER_WITHIN {
            self.in_flight = false;
            self.back_off = (self.back_off + self.back_off).max(ANSWER_WITHIN).min(checkout.renews_every);
            self.quiet_until = now + self.back_off;
            self.renew_at = self.renew_at.min(self.quiet_until);
        }
    }

    /// 3.3.5: what has lapsed by now, once each.
    pub fn lapse(&mut self, now: Instant) -> Lapse {
        if planted(Mutant::NoExpiryAtPbx) {
            return Lapse::None;
        }
        if self.act.is_empty() {
            if now > self.soft && self.order.is_none() {
                (self.units, self.grace) = (0, false);
            }
            return Lapse::None;
        }
        if now > self.hard {
            return Lapse::Hard;
        }
        if now > self.soft && !self.grace {
            self.grace = true;
            return Lapse::Soft;
        }
        Lapse::None
    }

    /// After a lapse has been carried out: T is what is in use.
    pub fn settle(&mut self) {
        self.units = self.act.len();
    }

    /// 3.3.6: everything volatile is gone; the sequence and the epoch survive.
    pub fn restart(&mut self, now: Instant) {
        if planted(Mutant::ResumesState) {
            return;
        }
        if let Some(order) = &mut self.order {
            // The share is in flash (F9); its holders must register again.
            order.clear();
            self.act.clear();
            (self.in_flight, self.renew_at) = (false, now);
            return;
        }
        let sequence = if planted(Mutant::ForgetsSequence) { 0 } else { self.sequence };
        let (epoch, ignored) = (self.epoch, self.ignored);
        let renew_at = if self.kind.kind == Kind::Escrow { Instant::NEVER } else { now };
        *self = Self { sequence, epoch, ignored, renew_at, ..Self::new(self.feature, self.kind) };
    }

    /// ACKs it has ignored: late ones, copies, answers to an older RENEW or of an older start of the authority.
    pub fn ignored(&self) -> u32 {
        self.ignored
    }

    /// Whether the periodic RENEW is due.
    pub fn renewal_is_due(&self, now: Instant) -> bool {
        self.renew_at <= now
    }

    /// Its earliest deadline.
    pub fn poll_timeout(&self) -> Instant {
        const TICK: Duration = Duration(1);
        let answer = if self.in_flight { self.sent_at + ANSWER_WITHIN } else { Instant::NEVER };
        let lapse = match (self.act.is_empty(), self.grace) {
            _ if planted(Mutant::NoExpiryAtPbx) => Instant::NEVER,
            (true, _) if self.units == 0 => Instant::NEVER,
            (_, true) => self.hard + TICK,
            _ => self.soft + TICK,
        };
        self.renew_at.min(answer).min(lapse)
    }

    /// Whether its last RENEWs were answered by silence.
    pub fn is_unanswered(&self) -> bool {
        self.back_off > Duration::ZERO
    }

    /// When asking may begin again after silence.
    pub fn quiet_until(&self) -> Instant {
        self.quiet_until
    }
}

/// 3.8: stock kept ahead, of its own demand, at least 1; 0 if every checkout asks.
fn chunk(in_use: u32, checkout: &Checkout) -> u32 {
    match checkout.chunk_permille {
        0 => 0,
        permille => (u64::from(in_use) * u64::from(permille)).div_ceil(1000).max(1) as u32,
    }
}

/// A span as the slowest authority's clock might see it: · (1 − 2ρ/(1+ρ)).
fn less_drift(span: Duration, checkout: &Checkout) -> Duration {
    let ppm = if planted(Mutant::NoDriftMargin) { 0 } else { u64::from(checkout.clock_drift_ppm) };
    span.scaled(1_000_000 - ppm.min(1_000_000), 1_000_000 + ppm)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_drift_margin_is_two_rho_over_one_plus_rho() {
        let checkout = Checkout { clock_drift_ppm: 10_000, ..Checkout::default() };
        let expected = 90.0 * (1.0 - 2.0 * 0.01 / 1.01);
        assert!((less_drift(Duration::seconds(90), &checkout).as_secs_f64() - expected).abs() < 1e-6);
    }

    #[test]
    fn a_chunk_is_a_part_of_the_demand_and_at_least_one() {
        let checkout = Checkout::default();
        assert_eq!([chunk(0, &checkout), chunk(20, &checkout), chunk(21, &checkout)], [1, 1, 2]);
        assert_eq!(chunk(100, &Checkout { chunk_permille: 0, ..checkout }), 0);
    }

    #[test]
    fn a_second_answer_to_a_renew_never_takes_back_what_the_first_granted() {
        let checkout = Checkout { chunk_permille: 0, ..Checkout::default() };
        let mut lease = Lease::new(Feature::Port, StockKind { owner: 0, kind: Kind::Installed });
        let sequence = lease.renew(Instant::ZERO, 1, &checkout).sequence;
        let (feature, kept, reason) = (Feature::Port, None, crate::licence::reason::Reason::None);
        let ack = Ack { feature, sequence, epoch: 1, kept, held: 0, stock: 1, reason };
        assert!(lease.on_ack(Instant::ZERO, &ack, None, &checkout));
        lease.take(0, 7);
        // The authority has lost its table, and a copy of the RENEW arrives.
        assert!(!lease.on_ack(Instant::ZERO, &Ack { epoch: 2, stock: 0, ..ack }, None, &checkout));
        assert_eq!((lease.units(), lease.act().len()), (1, 1));
        assert!(lease.on_ack(Instant::ZERO, &Ack { epoch: 2, stock: 2, ..ack }, None, &checkout), "more is welcome");
    }

    #[test]
    fn a_unit_that_a_waiting_request_could_have_is_kept_for_it() {
        let checkout = Checkout { chunk_permille: 0, ..Checkout::default() };
        let mut lease = Lease::new(Feature::Port, StockKind { owner: 0, kind: Kind::Installed });
        let sequence = lease.renew(Instant::ZERO, 2, &checkout).sequence;
        let (feature, kept, reason) = (Feature::Port, None, crate::licence::reason::Reason::None);
        let ack = Ack { feature, sequence, epoch: 1, kept, held: 0, stock: 2, reason };
        assert!(lease.on_ack(Instant::ZERO, &ack, None, &checkout));
        let request = lease.renew(Instant::ZERO, 1, &checkout);
        assert_eq!((request.keep, request.want), (1, 1), "one is given back, one is meant for somebody");
    }
}

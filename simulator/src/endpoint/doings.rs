//! What somebody does during a call besides talking: puts the other side on hold, takes it back, passes it on.

use crate::call::leg::Leg;
use crate::endpoint::party::{ASKS, Party, chance, settings};
use crate::endpoint::people::People;
use crate::event::Event;
use crate::layout::Device;
use crate::node::{NodeId, Outbox};
use crate::numbers::Number;
use crate::rng::{Purpose, draw};
use crate::sip::dialog::{Transferor, Transferred};
use crate::sip::message::Session;
use crate::time::{Duration, Instant};

/// What is under way and cannot be interrupted is looked at again after this long.
const LATER: Duration = Duration::millis(200);

/// What one side of a call is about to do.
#[derive(Clone, Debug)]
pub(super) struct Doings {
    /// When it puts the other side on hold, or takes it back.
    hold_at: Instant,
    /// Whether the other side is on hold.
    holds: bool,
    /// How long it will be, if by itself.
    lasts: Duration,
    /// When it does the next thing for a transfer.
    transfer_at: Instant,
    stage: Stage,
    transferor: Transferor,
}

/// How far a transfer is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Stage {
    /// None is under way.
    Talks,
    /// The other side is being put on hold.
    PutsOnHold,
    /// It is on hold: the target is to be asked.
    Asks,
    /// The target is being asked.
    Waits,
    /// REFER has left.
    Refers,
}

impl Doings {
    const NOTHING: Self = Self {
        hold_at: Instant::NEVER,
        holds: false,
        lasts: Duration::ZERO,
        transfer_at: Instant::NEVER,
        stage: Stage::Talks,
        transferor: Transferor::IDLE,
    };

    /// Of somebody whose call has just been answered.
    pub(super) fn of_caller(people: &People, session: Session, now: Instant) -> Option<Box<Self>> {
        let doings = Self::with_hold(people, session, now, 0);
        doings.is_any().then(|| Box::new(doings))
    }

    /// Of somebody who has just answered; what was passed on before is not passed on again.
    pub(super) fn of_callee(people: &People, owner: NodeId, leg: &Leg, now: Instant) -> Option<Box<Self>> {
        let mut doings = Self::with_hold(people, leg.session, now, 1);
        let is_user = || people.aor(owner).is_some_and(|aor| aor.device != Device::Trunk);
        let transfer = settings(people, leg.session).transfer.as_ref().filter(|_| leg.hops == 0);
        if let Some(transfer) = transfer.filter(|_| leg.session.number & ASKS == 0 && is_user()) {
            let bits = chance(people, leg.session, Purpose::Transfer);
            if transfer.share.strikes(bits) {
                doings.transfer_at = now + transfer.after.sample(draw(bits, 0));
            }
        }
        doings.is_any().then(|| Box::new(doings))
    }

    fn with_hold(people: &People, session: Session, now: Instant, side: u32) -> Self {
        let hold = settings(people, session).hold.as_ref().filter(|_| session.number & ASKS == 0);
        let Some(hold) = hold else { return Self::NOTHING };
        let bits = draw(chance(people, session, Purpose::Hold), side);
        if !hold.share.strikes(bits) {
            return Self::NOTHING;
        }
        let (after, lasts) = (hold.after.sample(draw(bits, 0)), hold.lasts.sample(draw(bits, 1)));
        Self { hold_at: now + after, lasts, ..Self::NOTHING }
    }

    fn is_any(&self) -> bool {
        self.poll_timeout() != Instant::NEVER
    }

    /// When the next of it is due.
    pub(super) fn poll_timeout(&self) -> Instant {
        self.hold_at.min(self.transfer_at).min(self.transferor.poll_timeout())
    }
}

impl Party {
    /// Something it does besides talking is due.
    pub(super) fn do_something(&mut self, people: &People, now: Instant, out: &mut Outbox) {
        let Some(doings) = &mut self.doings else { return };
        if doings.transferor.poll_timeout() <= now {
            let came = doings.transferor.on_timeout(now);
            self.on_transferred(now, came, out);
        } else if doings.hold_at <= now {
            doings.hold_at = Instant::NEVER;
            // A transfer decides for itself who is on hold.
            if doings.stage == Stage::Talks {
                let on = !doings.holds;
                self.put_on_hold(people, now, on, out);
            }
        }
    }

    fn put_on_hold(&mut self, people: &People, now: Instant, on: bool, out: &mut Outbox) {
        self.leg.hold(now, on, draw(chance(people, self.leg.session, Purpose::Glare), self.leg.tag()), out);
    }

    /// The other side is on hold, or back, or has refused.
    pub(super) fn on_held(&mut self, now: Instant, done: bool, out: &mut Outbox) {
        let session = self.leg.session;
        let Some(doings) = &mut self.doings else { return };
        if done {
            doings.holds = !doings.holds;
            out.report(Event::CallHeld { session, on: doings.holds });
        }
        match doings.stage {
            Stage::PutsOnHold => (doings.stage, doings.transfer_at) = (Stage::Asks, now),
            Stage::Talks if doings.holds => {
                let lasts = core::mem::replace(&mut doings.lasts, Duration::ZERO);
                doings.hold_at = now + lasts;
            }
            _ => {}
        }
    }

    /// Whether the next step of a transfer is due.
    pub(super) fn transfer_due(&self, now: Instant) -> bool {
        self.doings.as_ref().is_some_and(|doings| doings.transfer_at <= now)
    }

    /// The next step of a transfer: of a blind one REFER; of an attended one hold, then the target is to be asked (true).
    pub(super) fn transfer(&mut self, people: &People, target: Number, now: Instant, out: &mut Outbox) -> bool {
        let attended = settings(people, self.leg.session).transfer.as_ref().is_some_and(|transfer| transfer.attended);
        let Some(doings) = &mut self.doings else { return false };
        doings.transfer_at = Instant::NEVER;
        match doings.stage {
            Stage::Talks if attended && !doings.holds => {
                doings.stage = Stage::PutsOnHold;
                self.put_on_hold(people, now, true, out);
            }
            Stage::Talks | Stage::Asks if attended => {
                doings.stage = Stage::Waits;
                return true;
            }
            Stage::Talks => self.refer(now, target, 0, out),
            Stage::PutsOnHold | Stage::Asks | Stage::Waits | Stage::Refers => {}
        }
        false
    }

    fn refer(&mut self, now: Instant, target: Number, replaces: u32, out: &mut Outbox) {
        let refers = self.leg.refer(now, target, replaces, out);
        let Some(doings) = &mut self.doings else { return };
        if refers && doings.transferor.begin(now) {
            doings.stage = Stage::Refers;
        } else {
            doings.transfer_at = now + LATER;
        }
    }

    /// Who was asked before a transfer has answered, at that leg of the PBX; or not (0).
    pub(super) fn on_consulted(&mut self, now: Instant, tag: u32, out: &mut Outbox) {
        if self.doings.as_ref().is_none_or(|doings| doings.stage != Stage::Waits) {
            return;
        }
        if tag == 0 || !self.leg.refer(now, Number::NONE, tag, out) {
            return self.on_transferred(now, Transferred::Failed, out);
        }
        if let Some(doings) = &mut self.doings {
            doings.transferor.begin(now);
            doings.stage = Stage::Refers;
        }
    }

    pub(super) fn on_referred(&mut self, now: Instant, status: u16, out: &mut Outbox) {
        if let Some(doings) = &mut self.doings {
            let came = doings.transferor.on_response(now, status);
            self.on_transferred(now, came, out);
        }
    }

    pub(super) fn on_told(&mut self, now: Instant, status: u16, last: bool, out: &mut Outbox) {
        if let Some(doings) = &mut self.doings {
            let came = doings.transferor.on_notify(now, status, last);
            self.on_transferred(now, came, out);
        }
    }

    /// What came of a transfer: it leaves the call, or takes it back.
    fn on_transferred(&mut self, now: Instant, came: Transferred, out: &mut Outbox) {
        let session = self.leg.session;
        match came {
            Transferred::Nothing => {}
            Transferred::Done => {
                out.report(Event::CallTransferred { session, done: true });
                self.leave_call(now, out);
            }
            Transferred::Failed => {
                out.report(Event::CallTransferred { session, done: false });
                if let Some(doings) = &mut self.doings {
                    doings.stage = Stage::Talks;
                    doings.hold_at = if doings.holds { now } else { Instant::NEVER };
                }
            }
        }
    }
}

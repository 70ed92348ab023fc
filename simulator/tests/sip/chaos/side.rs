//! One side of a dialog, given anything.

use super::{Dice, Owner};
use simulator::node::NodeId;
use simulator::sip::dialog::session_timer::{Proposal, Refresher, Terms};
use simulator::sip::dialog::{
    Acceptance, AcceptanceTimeout, Change, Dialog, DialogState, Fork, Modification, Notifier, Numbered, ReliableClient,
    ReliableServer, RouteSet, SessionTimer, Standing, Subscriber, SubscriberState, Transferee, Transferor,
    TransferorState,
};
use simulator::sip::sdp::{Codec, Codecs, Description, Direction, Negotiation, NegotiationState};
use simulator::time::Instant;

/// One side of a dialog with everything that may go on within it.
pub(super) struct Side {
    dialog: Dialog,
    fork: Fork,
    acceptance: Acceptance,
    modification: Modification,
    timer: SessionTimer,
    callee: ReliableServer,
    caller: ReliableClient,
    negotiation: Negotiation,
    transferor: Transferor,
    transferee: Transferee,
    subscriber: Subscriber,
    notifier: Notifier,
}

impl Side {
    pub(super) fn new() -> Self {
        Self {
            dialog: Dialog::of_caller(1, 1, NodeId(1)),
            fork: Fork::NONE,
            acceptance: Acceptance::NONE,
            modification: Modification::NONE,
            timer: SessionTimer::NONE,
            callee: ReliableServer::NONE,
            caller: ReliableClient::default(),
            negotiation: Negotiation::NONE,
            transferor: Transferor::IDLE,
            transferee: Transferee::IDLE,
            subscriber: Subscriber::IDLE,
            notifier: Notifier::IDLE,
        }
    }

    /// What makes the dialog and speaks within it.
    fn talk(&mut self, now: Instant, dice: &mut Dice) {
        let (tag, status, number) = (dice.number(), dice.status(), dice.number());
        match dice.below(12) {
            0 if self.dialog.state() == DialogState::Ended => _ = self.dialog.invite_anew(NodeId(number)),
            0 => self.dialog = Dialog::of_callee(1, tag, number, NodeId(tag), RouteSet::EMPTY),
            1 | 2 => {
                let before = self.dialog.state();
                self.dialog.on_response(tag, status, NodeId(number), RouteSet::EMPTY);
                assert!(before != DialogState::Ended || !self.dialog.is_alive(), "the dead do not rise");
            }
            3 => self.dialog.answer(status),
            4 => _ = self.dialog.on_request(number, Some(NodeId(tag))),
            5 => _ = self.dialog.on_final(status, None),
            6 if self.dialog.may_hang_up(dice.coin()) => self.dialog.end(),
            7 => {
                self.fork.on_response(tag, status);
                assert!(self.fork.early().len() <= Fork::MOST);
            }
            8 => self.acceptance.start(now, number),
            9 => _ = self.acceptance.on_ack(number),
            10 => _ = self.callee.send(now, number, status, dice.bits()),
            _ => {
                self.callee.on_prack(dice.number(), number);
                let taken = self.caller.on_response(number);
                assert!(taken != Numbered::Next || self.caller.on_response(number) == Numbered::Known || number == 0);
            }
        }
    }

    /// What changes its session.
    fn change(&mut self, now: Instant, dice: &mut Dice) {
        let status = dice.status();
        let change = dice.of(&[Change::Invite, Change::Update, Change::Refresh]);
        let codecs = [dice.of(&Codec::ALL), dice.of(&Codec::ALL), dice.of(&Codec::ALL)];
        let direction = Direction::of(dice.coin(), dice.coin());
        let description = Description::new(Codecs::of(&codecs), dice.number() as u16, direction);
        match dice.below(10) {
            0 => _ = self.modification.begin(change),
            1 => _ = self.modification.on_request(change),
            2 => self.modification.answered(change),
            3 => _ = self.modification.on_response(now, status, dice.seconds(), dice.coin(), dice.bits()),
            4 => _ = self.negotiation.offer(description),
            5 => _ = self.negotiation.on_offer(description),
            6 => _ = self.negotiation.answer(description),
            7 => _ = self.negotiation.on_answer(description),
            8 => self.negotiation.withdraw(),
            _ => {
                let refresher = dice.of(&[None, Some(Refresher::Client), Some(Refresher::Server)]);
                let wish =
                    Proposal { interval_s: dice.seconds(), least_s: dice.seconds(), refresher, supported: dice.coin() };
                let terms = Terms { interval_s: dice.seconds(), least_s: dice.seconds() };
                match terms.answer(&wish) {
                    Ok(agreed) => self.timer.on_success(now, agreed, dice.coin()),
                    Err(least_s) => assert!(wish.raised(least_s).is_some_and(|wish| wish.interval_s >= least_s)),
                }
            }
        }
        if let Some(media) = self.negotiation.media() {
            let both = [self.negotiation.local(), self.negotiation.remote()];
            assert!(both.into_iter().all(|side| side.unwrap().codecs.contains(media.codec)), "spoken by both");
        }
    }

    /// What hands it on and watches.
    fn hand_on(&mut self, now: Instant, dice: &mut Dice) {
        let (status, coin, seconds) = (dice.status(), dice.coin(), dice.seconds());
        match dice.below(9) {
            0 => _ = self.transferor.begin(now),
            1 => _ = self.transferor.on_response(now, status),
            2 => _ = self.transferor.on_notify(now, status, coin),
            3 => _ = self.transferee.on_refer(now),
            4 => _ = self.transferee.on_progress(status),
            5 => self.subscriber.subscribe(now),
            6 => _ = self.subscriber.on_response(now, status, seconds),
            7 => {
                let standing = dice.of(&[Standing::Pending, Standing::Active, Standing::Terminated]);
                self.subscriber.on_notify(now, standing, seconds);
            }
            _ => {
                self.notifier.on_subscribe(now, seconds, coin);
                self.notifier.on_response(status);
                self.notifier.on_change(now);
            }
        }
    }
}

impl Owner for Side {
    fn input(&mut self, now: Instant, dice: &mut Dice) {
        match dice.below(3) {
            0 => self.talk(now, dice),
            1 => self.change(now, dice),
            _ => self.hand_on(now, dice),
        }
    }

    fn poll_timeout(&self) -> Instant {
        let all = [
            self.acceptance.poll_timeout(),
            self.modification.poll_timeout(),
            self.timer.poll_timeout(),
            self.callee.poll_timeout(),
            self.transferor.poll_timeout(),
            self.transferee.poll_timeout(),
            self.subscriber.poll_timeout(),
            self.notifier.poll_timeout(),
        ];
        all.into_iter().min().unwrap_or(Instant::NEVER)
    }

    fn fire(&mut self, now: Instant) {
        if self.acceptance.on_timeout(now) == AcceptanceTimeout::Unacknowledged {
            self.dialog.end();
        }
        self.modification.on_timeout(now);
        self.timer.on_timeout(now);
        self.callee.on_timeout(now);
        self.transferor.on_timeout(now);
        self.transferee.on_timeout(now);
        self.subscriber.on_timeout(now);
        self.notifier.on_timeout(now);
    }

    /// Only what waits for a transaction is told that it timed out; all other timers run out by themselves.
    fn end(&mut self, now: Instant) {
        self.modification.on_response(now, 408, 0, true, 0);
        for change in [Change::Invite, Change::Update, Change::Refresh] {
            self.modification.answered(change);
        }
        self.negotiation.withdraw();
        self.dialog.end();
        self.fork.end();
    }

    fn live(&self, _: Instant) -> Vec<&'static str> {
        let all = [
            ("dialog", self.dialog.is_alive()),
            ("fork", !self.fork.early().is_empty()),
            ("acceptance", self.acceptance.is_waiting()),
            ("modification", !self.modification.is_idle()),
            ("session timer", self.timer.is_running()),
            ("reliable response", self.callee.is_waiting()),
            ("offer", self.negotiation.state() != NegotiationState::Stable),
            ("transferor", self.transferor.state() != TransferorState::Idle),
            ("transferee", self.transferee.is_active()),
            ("subscriber", self.subscriber.state() != SubscriberState::Idle),
            ("notifier", self.notifier.standing() != Standing::Terminated),
        ];
        all.into_iter().filter(|(_, live)| *live).map(|(name, _)| name).collect()
    }
}

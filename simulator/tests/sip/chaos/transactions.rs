//! The transactions of one endpoint, given anything.

use super::{Dice, Owner};
use simulator::sip::transaction::{
    Cancel, CancelTimeout, Cancelled, ClientTransaction, Heard, InviteClientState, InviteClientTransaction,
    InviteServerState, InviteServerTransaction, Matched,
};
use simulator::time::Instant;

/// The transactions of one endpoint.
pub(super) struct Transactions {
    invite: InviteClientTransaction,
    cancel: Cancel,
    client: ClientTransaction,
    server: InviteServerTransaction,
}

impl Transactions {
    pub(super) const IDLE: Self = Self {
        invite: InviteClientTransaction::IDLE,
        cancel: Cancel::NONE,
        client: ClientTransaction::IDLE,
        server: InviteServerTransaction::IDLE,
    };
}

impl Owner for Transactions {
    fn input(&mut self, now: Instant, dice: &mut Dice) {
        let (branch, status, coin) = (dice.number(), dice.status(), dice.coin());
        match dice.below(14) {
            0 if !self.invite.is_pending() && !self.cancel.is_active() => self.invite.start(now, branch, coin),
            1..4 => {
                let branch = if dice.below(4) > 0 { self.invite.branch() } else { branch };
                match self.invite.on_response(now, branch, status) {
                    Heard::Provisional => _ = self.cancel.on_provisional(now, coin),
                    Heard::Rejected => _ = self.cancel.on_end_of_invite(),
                    Heard::Accepted => _ = self.cancel.on_end_of_invite(),
                    Heard::Nothing | Heard::RejectedAgain => {}
                }
            }
            4 if self.invite.is_pending() => {
                let proceeding = self.invite.state(now) == InviteClientState::Proceeding;
                self.cancel.request(now, proceeding, coin);
            }
            5 => self.cancel.on_response(),
            6 if self.invite.on_transport_error(now) => _ = self.cancel.on_end_of_invite(),
            7 if !self.client.is_active() => self.client.start(now, coin),
            8 => {
                let branch = if coin { self.client.branch() } else { branch };
                self.client.accepts(branch, status);
            }
            9 | 10 if self.server.on_invite(now, branch) == Matched::New && !self.server.is_pending() => {
                self.server.begin(now, branch);
            }
            11 => _ = self.server.respond(now, status, coin),
            12 => _ = self.server.on_ack(now, if coin { self.server.branch() } else { branch }),
            13 if self.server.on_cancel(now, branch) == Cancelled::InTime => {
                assert!(self.server.respond(now, 487, coin), "in time is in time");
            }
            _ => {}
        }
    }

    fn poll_timeout(&self) -> Instant {
        let invite = self.invite.poll_timeout().min(self.cancel.poll_timeout());
        invite.min(self.client.poll_timeout()).min(self.server.poll_timeout())
    }

    fn fire(&mut self, now: Instant) {
        self.invite.on_timeout(now);
        if !self.invite.is_pending() && self.cancel.is_wanted() {
            self.cancel.on_end_of_invite();
        }
        if self.cancel.on_timeout(now) == CancelTimeout::Abandoned {
            self.invite.stop();
        }
        self.client.on_timeout(now);
        self.server.on_timeout(now);
    }

    fn end(&mut self, now: Instant) {
        if self.invite.is_pending() {
            let proceeding = self.invite.state(now) == InviteClientState::Proceeding;
            self.cancel.request(now, proceeding, false);
        }
        self.server.respond(now, 503, false);
    }

    fn live(&self, now: Instant) -> Vec<&'static str> {
        let all = [
            ("INVITE client", self.invite.state(now) != InviteClientState::Terminated),
            ("CANCEL", self.cancel.is_active()),
            ("client", self.client.is_active()),
            ("INVITE server", self.server.state(now) != InviteServerState::Terminated),
        ];
        all.into_iter().filter(|(_, live)| *live).map(|(name, _)| name).collect()
    }
}

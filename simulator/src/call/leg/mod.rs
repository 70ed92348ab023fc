//! One leg of a call: a user agent's side of an INVITE and of the dialog it makes (RFC 3261 §12 to §15).
//!
//! Phones, carriers and both sides of a B2BUA are made of it. It sends by itself what transactions and dialog demand
//! (retransmissions, ACK, 487 to what was cancelled, BYE to what crossed a CANCEL, refreshes of the session timer) and
//! tells its user the rest.

mod changing;
mod hearing;
mod referring;
mod sending;
mod upkeep;

pub use sending::{answer_stray, respond_to};

use upkeep::Upkeep;

use crate::licence::reason::Reason;
use crate::node::{NodeId, Outbox};
use crate::numbers::Number;
use crate::sip::dialog::{Acceptance, Dialog, RouteSet};
use crate::sip::message::{CallRequest, Method, Session};
use crate::sip::transaction::{
    Cancel, ClientTransaction, InviteClientState, InviteClientTransaction, InviteServerTransaction,
};
use crate::time::Instant;

/// One side of a call.
#[derive(Clone, Debug)]
pub struct Leg {
    side: Side,
    dialog: Dialog,
    /// The session timer, if either side wants one.
    upkeep: Option<Box<Upkeep>>,
    /// What both sides know it by.
    pub session: Session,
    /// Request-URI of its INVITE.
    pub dialled: Number,
    /// Who called.
    pub caller: NodeId,
    /// How often the call was passed on before this leg.
    pub hops: u8,
    /// Branch of our last request.
    branch: u32,
    /// Answer to a challenge.
    proof: u32,
    /// What it says with a response that is sent again.
    saying: Saying,
    state: State,
    reliable: bool,
    /// Whether its user wants it no more: what it says is of no consequence to the call.
    pub withdrawn: bool,
}

/// What a response says besides its status.
#[derive(Clone, Copy, Debug, Default)]
pub struct Saying {
    /// Why.
    pub reason: Reason,
    /// Retry-After in seconds; 0: none.
    pub retry_after_s: u32,
    /// Nonce of a challenge; 0: none.
    pub nonce: u32,
}

/// The transaction that was begun last: there is no need for two at once.
#[derive(Clone, Debug)]
enum Side {
    /// We sent an INVITE.
    Out { invite: InviteClientTransaction, cancel: Cancel },
    /// They did.
    In { invite: InviteServerTransaction, acceptance: Acceptance },
    /// We sent something else: BYE when leaving, else what [`Upkeep`] says.
    Asks(ClientTransaction),
}

/// Where it stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum State {
    /// No final response yet.
    Early,
    /// Refused by us: the ACK is awaited.
    Refused,
    /// A dialog stands.
    Confirmed,
    /// We want to hang up, and must know before that our 2xx has arrived (§15).
    Parting,
    /// Our BYE is not answered yet.
    Leaving,
    /// Nothing is left to be done.
    Over,
}

/// What its user is told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Said {
    /// Nothing.
    Nothing,
    /// The first provisional response other than 100 has come.
    Rings,
    /// The other side wants to know who we are: [`Leg::invite`] again, with a proof.
    Challenged(u32),
    /// They have accepted.
    Answered,
    /// Final: refused, or 408 for no answer at all.
    Refused(u16, Reason, u32),
    /// They took their INVITE back; it is answered.
    Cancelled,
    /// They hung up; it is answered.
    HungUp,
    /// Our BYE was answered with this status, 408 for not at all.
    Ended(u16),
    /// They want to put us on hold (true), or to take us back: to be answered with [`Leg::answer_hold`].
    Holds(bool),
    /// What we wanted of that kind is done, or refused (false): all is as before.
    Held(bool),
    /// They want us to be put through to this number, or to take the place of this leg of ours: it is answered 202, and to be told
    /// how it goes ([`Leg::tell`]).
    Refers(Number, u32),
    /// Our REFER was answered with this status, 408 for not at all.
    Referred(u16),
    /// So far the new call has been answered with this status; whether it is the last word.
    Told(u16, bool),
    /// Our 2xx was never acknowledged; a BYE is on its way (§13.3.1.4).
    Unacknowledged,
    /// The other side does not know the call any more, or was not heard of for too long (RFC 4028 §10). A BYE is on its
    /// way if it may help.
    Expired,
}

impl Leg {
    /// A leg that will call `peer`.
    pub fn outgoing(session: Session, dialled: Number, caller: NodeId, peer: NodeId, tag: u32, reliable: bool) -> Self {
        Self {
            side: Side::Out { invite: InviteClientTransaction::IDLE, cancel: Cancel::NONE },
            dialog: Dialog::of_caller(tag, 0, peer),
            upkeep: None,
            session,
            dialled,
            caller,
            hops: 0,
            branch: 0,
            proof: 0,
            saying: Saying::default(),
            state: State::Early,
            reliable,
            withdrawn: false,
        }
    }

    /// A leg that has received an INVITE.
    pub fn incoming(now: Instant, peer: NodeId, reliable: bool, request: &CallRequest, tag: u32) -> Self {
        let mut leg = Self::outgoing(request.session, request.dialled, request.caller, peer, tag, reliable);
        leg.hops = request.hops;
        leg.begin(now, request);
        leg
    }

    /// The INVITE, the first or again after a challenge: a transaction of its own.
    pub fn begin(&mut self, now: Instant, request: &CallRequest) {
        let mut invite = InviteServerTransaction::IDLE;
        invite.begin(now, request.branch);
        self.side = Side::In { invite, acceptance: Acceptance::NONE };
        let (tag, peer) = (self.dialog.local_tag(), self.dialog.target());
        self.dialog = Dialog::of_callee(tag, request.from_tag, request.sequence, peer, RouteSet::EMPTY);
        (self.proof, self.state) = (request.proof, State::Early);
        self.hear_wish(request.timer);
    }

    /// Whether their INVITE carries this answer to a challenge.
    pub fn is_proven(&self, proof: u32) -> bool {
        self.proof == proof
    }

    /// Whether this INVITE is another one, after the one that was refused (challenged).
    pub fn was_refused_before(&self, request: &CallRequest) -> bool {
        let other = matches!(&self.side, Side::In { invite, .. } if invite.branch() != request.branch);
        other && matches!(self.state, State::Refused | State::Over)
    }

    /// A leg to the same number by that peer, which has not called yet.
    #[must_use]
    pub fn anew(&self, peer: NodeId, tag: u32) -> Self {
        Self::outgoing(self.session, self.dialled, self.caller, peer, tag, self.reliable)
    }

    /// Where it stands.
    #[inline]
    pub fn state(&self) -> State {
        self.state
    }

    /// Our tag.
    #[inline]
    pub fn tag(&self) -> u32 {
        self.dialog.local_tag()
    }

    /// Theirs; 0: not known.
    #[inline]
    pub fn their_tag(&self) -> u32 {
        self.dialog.remote_tag()
    }

    /// Where requests of the dialog go: the other side's contact.
    #[inline]
    pub fn peer(&self) -> NodeId {
        self.dialog.target()
    }

    /// Whether nothing is left to be done.
    #[inline]
    pub fn is_over(&self) -> bool {
        self.state == State::Over
    }

    /// Sends an INVITE, with what answers a challenge.
    pub fn invite(&mut self, now: Instant, proof: u32, out: &mut Outbox) {
        self.branch = self.branch.wrapping_add(1);
        self.dialog.invite_anew(self.dialog.target());
        (self.proof, self.state) = (proof, State::Early);
        if let Side::Out { invite, .. } = &mut self.side {
            invite.start(now, self.branch, self.reliable);
        }
        self.request(Method::Invite, self.branch, out);
    }

    /// Answers their INVITE; nothing happens if it has its final answer.
    pub fn answer(&mut self, now: Instant, status: u16, saying: Saying, out: &mut Outbox) {
        let reliable = self.reliable;
        let Side::In { invite, acceptance } = &mut self.side else { return };
        if self.state != State::Early || !invite.respond(now, status, reliable) {
            return;
        }
        self.saying = saying;
        self.dialog.answer(status);
        match status {
            ..200 => {}
            200..300 => {
                acceptance.start(now, self.dialog.remote_sequence());
                self.state = State::Confirmed;
                self.consent(now);
            }
            300.. => self.state = State::Refused,
        }
        self.respond(status, out);
    }

    /// Takes the INVITE back (§9.1): CANCEL leaves once something provisional has come.
    pub fn cancel(&mut self, now: Instant, out: &mut Outbox) {
        let reliable = self.reliable;
        if let Side::Out { invite, cancel } = &mut self.side
            && self.state == State::Early
        {
            let proceeding = invite.state(now) == InviteClientState::Proceeding;
            if cancel.request(now, proceeding, reliable) {
                self.request(Method::Cancel, self.branch, out);
            }
        }
    }

    /// Hangs up: at once, or as soon as our 2xx is acknowledged.
    pub fn bye(&mut self, now: Instant, out: &mut Outbox) {
        if self.state != State::Confirmed {
            return;
        }
        let waits = matches!(&self.side, Side::In { acceptance, .. } if acceptance.is_waiting());
        if self.dialog.may_hang_up(!waits) {
            self.leave(now, out);
        } else {
            self.state = State::Parting;
        }
    }

    fn leave(&mut self, now: Instant, out: &mut Outbox) {
        self.upkeep = None;
        self.state = State::Leaving;
        self.ask(now, Method::Bye, out);
        self.dialog.end();
    }

    /// Sends a request within the dialog, in a transaction of its own.
    fn ask(&mut self, now: Instant, method: Method, out: &mut Outbox) {
        self.dialog.next_sequence();
        let mut request = ClientTransaction::after(self.branch);
        request.start(now, self.reliable);
        self.branch = request.branch();
        self.side = Side::Asks(request);
        self.request(method, self.branch, out);
    }

    /// Ends it without a word: its party is gone.
    pub fn stop(&mut self) {
        self.side = Side::Out { invite: InviteClientTransaction::IDLE, cancel: Cancel::NONE };
        self.dialog.end();
        self.upkeep = None;
        self.state = State::Over;
    }
}

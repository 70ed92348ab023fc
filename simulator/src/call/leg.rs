//! One leg of a call: a user agent's side of an INVITE and of the dialog it makes (RFC 3261 §12 to §15).
//!
//! Phones, carriers and both sides of a B2BUA are made of it. It sends by itself what transactions and dialog demand
//! (retransmissions, ACK, 487 to what was cancelled, BYE to what crossed a CANCEL) and tells its user the rest.

use crate::licence::reason::Reason;
use crate::node::{Body, NodeId, Outbox, Packet, Via};
use crate::numbers::Number;
use crate::sip::message::{CallRequest, CallResponse, Method, Session};
use crate::sip::transaction::timing::{TIMER_L, interval};
use crate::sip::transaction::{
    Cancel, CancelTimeout, Cancelled, ClientTransaction, Heard, InviteClientState, InviteClientTransaction,
    InviteServerTimeout, InviteServerTransaction, Matched, Timeout,
};
use crate::time::Instant;

/// One side of a call.
#[derive(Clone, Debug)]
pub struct Leg {
    side: Side,
    /// Of our BYE.
    bye: ClientTransaction,
    /// What both sides know it by.
    pub session: Session,
    /// Request-URI of its INVITE.
    pub dialled: Number,
    /// Who called.
    pub caller: NodeId,
    /// Where requests of the dialog go: the other side's contact.
    pub peer: NodeId,
    /// Our tag.
    pub tag: u32,
    /// Theirs; 0: not known yet.
    pub their_tag: u32,
    /// Branch of the INVITE sent last.
    branch: u32,
    /// CSeq of our last request, or of their INVITE.
    sequence: u32,
    /// Answer to a challenge.
    proof: u32,
    /// What it says with a response that is sent again.
    saying: Saying,
    state: State,
    reliable: bool,
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

#[derive(Clone, Debug)]
enum Side {
    /// We sent the INVITE.
    Out { invite: InviteClientTransaction, cancel: Cancel },
    /// They did. A 2xx is sent again until its ACK (§13.3.1.4).
    In { invite: InviteServerTransaction, repeat_at: Instant, ends_at: Instant, repeats: u8 },
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
    /// Our 2xx was never acknowledged; a BYE is on its way (§13.3.1.4).
    Unacknowledged,
}

impl Leg {
    /// A leg that will call `peer`.
    pub fn outgoing(session: Session, dialled: Number, caller: NodeId, peer: NodeId, tag: u32, reliable: bool) -> Self {
        Self {
            side: Side::Out { invite: InviteClientTransaction::IDLE, cancel: Cancel::NONE },
            bye: ClientTransaction::IDLE,
            session,
            dialled,
            caller,
            peer,
            tag,
            their_tag: 0,
            branch: 0,
            sequence: 0,
            proof: 0,
            saying: Saying::default(),
            state: State::Early,
            reliable,
        }
    }

    /// A leg that has received an INVITE.
    pub fn incoming(now: Instant, peer: NodeId, reliable: bool, request: &CallRequest, tag: u32) -> Self {
        let mut leg = Self::outgoing(request.session, request.dialled, request.caller, peer, tag, reliable);
        leg.their_tag = request.from_tag;
        leg.begin(now, request);
        leg
    }

    /// The INVITE again after a challenge: a transaction of its own.
    pub fn begin(&mut self, now: Instant, request: &CallRequest) {
        let mut invite = InviteServerTransaction::IDLE;
        invite.begin(now, request.branch);
        self.side = Side::In { invite, repeat_at: Instant::NEVER, ends_at: Instant::NEVER, repeats: 0 };
        (self.sequence, self.proof, self.state) = (request.sequence, request.proof, State::Early);
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

    /// Whether nothing is left to be done.
    #[inline]
    pub fn is_over(&self) -> bool {
        self.state == State::Over
    }

    /// Sends an INVITE, with what answers a challenge.
    pub fn invite(&mut self, now: Instant, proof: u32, out: &mut Outbox) {
        self.branch = self.branch.wrapping_add(1);
        self.sequence = self.sequence.wrapping_add(1);
        (self.proof, self.state) = (proof, State::Early);
        if let Side::Out { invite, .. } = &mut self.side {
            invite.start(now, self.branch, self.reliable);
        }
        self.request(Method::Invite, self.branch, out);
    }

    /// Answers their INVITE; nothing happens if it has its final answer.
    pub fn answer(&mut self, now: Instant, status: u16, saying: Saying, out: &mut Outbox) {
        let reliable = self.reliable;
        let Side::In { invite, repeat_at, ends_at, repeats } = &mut self.side else { return };
        if !invite.respond(now, status, reliable) {
            return;
        }
        self.saying = saying;
        match status {
            ..200 => {}
            200..300 => {
                (*repeat_at, *ends_at, *repeats) = (now + interval(0), now + TIMER_L, 0);
                self.state = State::Confirmed;
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

    /// Hangs up.
    pub fn bye(&mut self, now: Instant, out: &mut Outbox) {
        if self.state == State::Confirmed {
            if let Side::In { repeat_at, ends_at, .. } = &mut self.side {
                (*repeat_at, *ends_at) = (Instant::NEVER, Instant::NEVER);
            }
            self.sequence = self.sequence.wrapping_add(1);
            self.bye.start(now, self.reliable);
            self.state = State::Leaving;
            self.request(Method::Bye, self.bye.branch(), out);
        }
    }

    /// Ends it without a word: its party is gone.
    pub fn stop(&mut self) {
        if let Side::Out { invite, .. } = &mut self.side {
            invite.stop();
        }
        self.side = Side::Out { invite: InviteClientTransaction::IDLE, cancel: Cancel::NONE };
        self.bye.stop();
        self.state = State::Over;
    }

    /// Takes a request of the other side.
    pub fn on_request(&mut self, now: Instant, request: &CallRequest, out: &mut Outbox) -> Said {
        match request.method {
            Method::Invite => {
                if let Side::In { invite, .. } = &self.side
                    && let Matched::Replay(status) = invite.on_invite(now, request.branch)
                {
                    self.respond(status, out);
                }
                Said::Nothing
            }
            Method::Ack => self.on_ack(now, request),
            Method::Cancel => self.on_cancel(now, request, out),
            Method::Bye => {
                self.their_tag = request.from_tag;
                respond_to(request, self.peer, self.via(), self.tag, 200, out);
                match self.state {
                    State::Leaving | State::Over => Said::Nothing,
                    _ => {
                        self.stop();
                        Said::HungUp
                    }
                }
            }
        }
    }

    fn on_ack(&mut self, now: Instant, request: &CallRequest) -> Said {
        let Side::In { invite, repeat_at, ends_at, .. } = &mut self.side else { return Said::Nothing };
        if invite.on_ack(now, request.branch) {
            if self.state == State::Refused {
                self.state = State::Over;
            }
        } else if self.state == State::Confirmed {
            (*repeat_at, *ends_at) = (Instant::NEVER, Instant::NEVER);
        }
        Said::Nothing
    }

    fn on_cancel(&mut self, now: Instant, request: &CallRequest, out: &mut Outbox) -> Said {
        let met = match &self.side {
            Side::In { invite, .. } => invite.on_cancel(now, request.branch),
            Side::Out { .. } => Cancelled::Unknown,
        };
        let status = if met == Cancelled::Unknown { 481 } else { 200 };
        respond_to(request, self.peer, self.via(), self.tag, status, out);
        if met == Cancelled::InTime {
            self.answer(now, 487, Saying::default(), out);
            return Said::Cancelled;
        }
        Said::Nothing
    }

    /// Takes a response of the other side.
    pub fn on_response(&mut self, now: Instant, response: &CallResponse, out: &mut Outbox) -> Said {
        match response.method {
            Method::Invite => self.on_invited(now, response, out),
            Method::Cancel => {
                if let Side::Out { cancel, .. } = &mut self.side {
                    cancel.on_response();
                }
                Said::Nothing
            }
            Method::Bye if self.bye.accepts(response.branch, response.status) => {
                self.state = State::Over;
                Said::Ended(response.status)
            }
            Method::Bye | Method::Ack => Said::Nothing,
        }
    }

    fn on_invited(&mut self, now: Instant, response: &CallResponse, out: &mut Outbox) -> Said {
        let reliable = self.reliable;
        let Side::Out { invite, cancel } = &mut self.side else { return Said::Nothing };
        match invite.on_response(now, response.branch, response.status) {
            Heard::Nothing => Said::Nothing,
            Heard::Provisional => {
                if cancel.on_provisional(now, reliable) {
                    self.request(Method::Cancel, self.branch, out);
                }
                let rings = response.status > 100 && self.their_tag == 0;
                if response.status > 100 {
                    self.their_tag = response.to_tag;
                }
                if rings { Said::Rings } else { Said::Nothing }
            }
            Heard::Accepted if self.state == State::Early => {
                self.their_tag = response.to_tag;
                let unwanted = cancel.on_end_of_invite();
                self.state = State::Confirmed;
                self.acknowledge(out);
                if unwanted {
                    self.bye(now, out);
                    return Said::Nothing;
                }
                Said::Answered
            }
            Heard::Accepted => {
                self.acknowledge(out);
                Said::Nothing
            }
            Heard::Rejected => {
                cancel.on_end_of_invite();
                self.their_tag = response.to_tag;
                self.request(Method::Ack, self.branch, out);
                if response.status == 401 && self.proof == 0 {
                    self.their_tag = 0;
                    return Said::Challenged(response.nonce);
                }
                self.state = State::Over;
                Said::Refused(response.status, response.reason, response.retry_after_s)
            }
            Heard::RejectedAgain => {
                self.request(Method::Ack, self.branch, out);
                Said::Nothing
            }
        }
    }

    /// Fires what is due; one thing at a time, while [`Leg::poll_timeout`] says so.
    pub fn on_timeout(&mut self, now: Instant, out: &mut Outbox) -> Said {
        if self.bye.poll_timeout() <= now {
            match self.bye.on_timeout(now) {
                Timeout::Nothing => {}
                Timeout::Retransmit => self.request(Method::Bye, self.bye.branch(), out),
                Timeout::TimedOut => {
                    self.state = State::Over;
                    return Said::Ended(408);
                }
            }
        }
        match self.side {
            Side::Out { .. } => self.on_timeout_out(now, out),
            Side::In { .. } => self.on_timeout_in(now, out),
        }
    }

    fn on_timeout_out(&mut self, now: Instant, out: &mut Outbox) -> Said {
        let Side::Out { invite, cancel } = &mut self.side else { return Said::Nothing };
        let (due, taken_back) = (invite.on_timeout(now), cancel.on_timeout(now));
        if due == Timeout::TimedOut || taken_back == CancelTimeout::Abandoned {
            invite.stop();
            *cancel = Cancel::NONE;
            self.state = State::Over;
            return Said::Refused(408, Reason::None, 0);
        }
        if due == Timeout::Retransmit {
            self.request(Method::Invite, self.branch, out);
        }
        if taken_back == CancelTimeout::Retransmit {
            self.request(Method::Cancel, self.branch, out);
        }
        Said::Nothing
    }

    fn on_timeout_in(&mut self, now: Instant, out: &mut Outbox) -> Said {
        let Side::In { invite, repeat_at, ends_at, repeats } = &mut self.side else { return Said::Nothing };
        let (due, status) = (invite.on_timeout(now), invite.status());
        if *ends_at <= now {
            self.bye(now, out);
            return Said::Unacknowledged;
        }
        let again = *repeat_at <= now;
        if again {
            *repeats = repeats.saturating_add(1);
            *repeat_at = now + interval(*repeats);
        }
        match due {
            InviteServerTimeout::Unacknowledged => self.state = State::Over,
            InviteServerTimeout::Trying | InviteServerTimeout::Retransmit => self.respond(status, out),
            InviteServerTimeout::Nothing if again => self.respond(status, out),
            InviteServerTimeout::Nothing => {}
        }
        Said::Nothing
    }

    /// Its earliest deadline.
    #[inline]
    pub fn poll_timeout(&self) -> Instant {
        let invite = match &self.side {
            Side::Out { invite, cancel } => invite.poll_timeout().min(cancel.poll_timeout()),
            Side::In { invite, repeat_at, ends_at, .. } => invite.poll_timeout().min(*repeat_at).min(*ends_at),
        };
        invite.min(self.bye.poll_timeout())
    }

    fn via(&self) -> Via {
        if self.reliable { Via::Connection } else { Via::Datagram }
    }

    /// The ACK of a 2xx: of the dialog, in a transaction of its own (§13.2.2.4).
    fn acknowledge(&self, out: &mut Outbox) {
        self.request(Method::Ack, self.branch | ACK_BRANCH, out);
    }

    fn request(&self, method: Method, branch: u32, out: &mut Outbox) {
        let request = CallRequest {
            session: self.session,
            method,
            dialled: self.dialled,
            caller: self.caller,
            from_tag: self.tag,
            to_tag: self.their_tag,
            branch,
            sequence: self.sequence,
            proof: self.proof,
        };
        out.send(self.peer, self.via(), Body::Call(request));
    }

    /// A response to their INVITE.
    fn respond(&self, status: u16, out: &mut Outbox) {
        let Side::In { invite, .. } = &self.side else { return };
        let response = CallResponse {
            session: self.session,
            method: Method::Invite,
            status,
            reason: self.saying.reason,
            from_tag: self.their_tag,
            to_tag: if status == 100 { 0 } else { self.tag },
            branch: invite.branch(),
            sequence: self.sequence,
            retry_after_s: self.saying.retry_after_s,
            nonce: self.saying.nonce,
        };
        out.send(self.peer, self.via(), Body::Answer(response));
    }
}

/// What a party says to a message about a call it does not know (any more): 481 to a BYE or CANCEL, an ACK to a
/// rejection that came again (Timer D needs no record), nothing to anything else.
pub fn answer_stray(packet: &Packet, out: &mut Outbox) {
    let via = if packet.reliable { Via::Connection } else { Via::Datagram };
    match &packet.body {
        Body::Call(request) if matches!(request.method, Method::Bye | Method::Cancel) => {
            respond_to(request, packet.source, via, request.to_tag, 481, out);
        }
        Body::Answer(response) if response.method == Method::Invite && response.status >= 300 => {
            let acknowledgement = CallRequest {
                session: response.session,
                method: Method::Ack,
                dialled: Number::NONE,
                caller: NodeId::NONE,
                from_tag: response.from_tag,
                to_tag: response.to_tag,
                branch: response.branch,
                sequence: response.sequence,
                proof: 0,
            };
            out.send(packet.source, via, Body::Call(acknowledgement));
        }
        _ => {}
    }
}

/// A response to a request that is no INVITE, or to one that makes no dialog here.
pub fn respond_to(request: &CallRequest, target: NodeId, via: Via, tag: u32, status: u16, out: &mut Outbox) {
    let response = CallResponse {
        session: request.session,
        method: request.method,
        status,
        reason: Reason::None,
        from_tag: request.from_tag,
        to_tag: tag,
        branch: request.branch,
        sequence: request.sequence,
        retry_after_s: 0,
        nonce: 0,
    };
    out.send(target, via, Body::Answer(response));
}

/// Tells the branch of an ACK to a 2xx from that of its INVITE.
const ACK_BRANCH: u32 = 1 << 31;

//! What a leg sends, and what is said to messages that belong to no leg.

use super::{Leg, Side};
use crate::licence::reason::Reason;
use crate::node::{Body, NodeId, Outbox, Packet, Via};
use crate::numbers::Number;
use crate::sip::dialog::session_timer::Proposal;
use crate::sip::message::{CallRequest, CallResponse, Method, Transfer};

/// Tells the branch of an ACK to a 2xx, made from its CSeq, from those of transactions.
const ACK_BRANCH: u32 = 1 << 31;

impl Leg {
    pub(super) fn via(&self) -> Via {
        via(self.reliable)
    }

    /// The ACK of a 2xx: of the dialog, in a transaction of its own (§13.2.2.4).
    pub(super) fn acknowledge(&self, out: &mut Outbox) {
        let branch = self.dialog.invite_sequence() | ACK_BRANCH;
        self.request(Method::Ack, branch, out);
    }

    /// The ACK of a rejection: of its transaction, with the tag that the rejection gave (§17.1.1.3).
    pub(super) fn acknowledge_rejection(&self, to: NodeId, response: &CallResponse, out: &mut Outbox) {
        self.request_to(to, response.to_tag, Method::Ack, self.branch, out);
    }

    /// A 2xx of another branch of a fork is acknowledged and hung up on (§13.2.2.4): once, since whoever waits for neither gives
    /// up by itself.
    pub(super) fn refuse_branch(&mut self, to: NodeId, response: &CallResponse, out: &mut Outbox) {
        self.request_to(to, response.to_tag, Method::Ack, self.dialog.invite_sequence() | ACK_BRANCH, out);
        let branch = self.dialog.next_sequence() | ACK_BRANCH;
        self.request_to(to, response.to_tag, Method::Bye, branch, out);
    }

    pub(super) fn request(&self, method: Method, branch: u32, out: &mut Outbox) {
        self.request_to(self.dialog.next_hop(), self.their_tag(), method, branch, out);
    }

    fn request_to(&self, target: NodeId, to_tag: u32, method: Method, branch: u32, out: &mut Outbox) {
        let sequence = match method {
            Method::Invite | Method::Ack | Method::Cancel => self.dialog.invite_sequence(),
            Method::Bye | Method::Update | Method::Refer | Method::Notify => self.dialog.local_sequence(),
        };
        let timer = match method {
            Method::Invite | Method::Update => self.wish(),
            Method::Ack | Method::Cancel | Method::Bye | Method::Refer | Method::Notify => Proposal::SUPPORTED,
        };
        let (dialled, transfer) = self.refers_to(method);
        let request = CallRequest {
            session: self.session,
            method,
            dialled,
            caller: self.caller,
            hops: self.hops,
            from_tag: self.tag(),
            to_tag,
            branch,
            sequence,
            proof: self.proof,
            timer,
            hold: method == Method::Invite && self.puts_on_hold(),
            transfer,
        };
        out.send(target, self.via(), Body::Call(request));
    }

    /// A response to their INVITE.
    pub(super) fn respond(&self, status: u16, out: &mut Outbox) {
        let Side::In { invite, .. } = &self.side else { return };
        let response = CallResponse {
            session: self.session,
            method: Method::Invite,
            status,
            reason: self.saying.reason,
            from_tag: self.their_tag(),
            to_tag: if status == 100 { 0 } else { self.tag() },
            branch: invite.branch(),
            sequence: self.dialog.remote_sequence(),
            retry_after_s: self.saying.retry_after_s,
            nonce: self.saying.nonce,
            timer: self.consented().filter(|_| (200..300).contains(&status)),
        };
        out.send(self.peer(), self.via(), Body::Answer(response));
    }
}

/// What a party says to a message about a call it does not know (any more): 481 to a request that wants an answer, an ACK to
/// a rejection that came again (Timer D needs no record), nothing to anything else.
pub fn answer_stray(packet: &Packet, out: &mut Outbox) {
    match &packet.body {
        Body::Call(request)
            if request.method != Method::Ack && (request.method != Method::Invite || request.to_tag != 0) =>
        {
            respond_to(request, packet.source, via(packet.reliable), request.to_tag, 481, out);
        }
        Body::Answer(response) if response.method == Method::Invite && response.status >= 300 => {
            let acknowledgement = CallRequest {
                session: response.session,
                method: Method::Ack,
                dialled: Number::NONE,
                caller: NodeId::NONE,
                hops: 0,
                from_tag: response.from_tag,
                to_tag: response.to_tag,
                branch: response.branch,
                sequence: response.sequence,
                proof: 0,
                timer: Proposal::SUPPORTED,
                hold: false,
                transfer: Transfer::None,
            };
            out.send(packet.source, via(packet.reliable), Body::Call(acknowledgement));
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
        timer: None,
    };
    out.send(target, via, Body::Answer(response));
}

fn via(reliable: bool) -> Via {
    if reliable { Via::Connection } else { Via::Datagram }
}

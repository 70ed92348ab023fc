//! What comes to a leg: requests, responses, and time.

use super::{Leg, Said, Saying, Side, State, respond_to};
use crate::licence::reason::Reason;
use crate::node::{NodeId, Outbox};
use crate::sip::dialog::{AcceptanceTimeout, Made, RouteSet};
use crate::sip::message::{CallRequest, CallResponse, Method};
use crate::sip::transaction::{CancelTimeout, Cancelled, Heard, InviteServerTimeout, Matched, Timeout};
use crate::time::Instant;

impl Leg {
    /// Takes a request of the other side.
    pub fn on_request(&mut self, now: Instant, request: &CallRequest, out: &mut Outbox) -> Said {
        match request.method {
            Method::Invite => self.on_invite(now, request, out),
            Method::Ack => self.on_ack(now, request, out),
            Method::Cancel => self.on_cancel(now, request, out),
            Method::Bye => self.on_bye(now, request, out),
            Method::Update => {
                self.on_update(now, request, out);
                Said::Nothing
            }
            Method::Refer => self.on_refer(request, out),
            Method::Notify => self.on_notify(request, out),
        }
    }

    /// An INVITE again, or one within the dialog.
    fn on_invite(&mut self, now: Instant, request: &CallRequest, out: &mut Outbox) -> Said {
        let matched = match &self.side {
            Side::In { invite, .. } => invite.on_invite(now, request.branch),
            Side::Out { .. } | Side::Asks(_) => Matched::New,
        };
        match matched {
            Matched::Replay(status) => self.respond(status, out),
            Matched::New if request.to_tag != 0 => return self.on_change(now, request, out),
            Matched::New | Matched::Absorbed => {}
        }
        Said::Nothing
    }

    fn on_ack(&mut self, now: Instant, request: &CallRequest, out: &mut Outbox) -> Said {
        let Side::In { invite, acceptance } = &mut self.side else { return Said::Nothing };
        if invite.on_ack(now, request.branch) {
            if self.state == State::Refused {
                self.state = State::Over;
            }
        } else if acceptance.on_ack(request.sequence) && self.state == State::Parting {
            self.leave(now, out);
        }
        Said::Nothing
    }

    fn on_cancel(&mut self, now: Instant, request: &CallRequest, out: &mut Outbox) -> Said {
        let met = match &self.side {
            Side::In { invite, .. } => invite.on_cancel(now, request.branch),
            Side::Out { .. } | Side::Asks(_) => Cancelled::Unknown,
        };
        let status = if met == Cancelled::Unknown { 481 } else { 200 };
        respond_to(request, self.peer(), self.via(), self.tag(), status, out);
        if met == Cancelled::InTime && self.state == State::Confirmed {
            self.answer_hold(now, 487, out);
        } else if met == Cancelled::InTime {
            self.answer(now, 487, Saying::default(), out);
            return Said::Cancelled;
        }
        Said::Nothing
    }

    fn on_bye(&mut self, now: Instant, request: &CallRequest, out: &mut Outbox) -> Said {
        // Ours may have crossed it: then the dialog is over already.
        let status = match self.state {
            State::Leaving | State::Over | State::Refused => 200,
            // Whom we call may not hang up before it has answered (§15).
            State::Early if matches!(self.side, Side::Out { .. }) => 481,
            _ => self.dialog.on_request(request.sequence, None).err().unwrap_or(200),
        };
        respond_to(request, self.peer(), self.via(), self.tag(), status, out);
        match self.state {
            _ if status != 200 => Said::Nothing,
            State::Leaving | State::Over | State::Refused => Said::Nothing,
            State::Early => {
                // What is pending must still be answered (§15.1.2).
                self.answer(now, 487, Saying::default(), out);
                Said::HungUp
            }
            State::Parting => {
                self.stop();
                Said::Ended(200)
            }
            State::Confirmed => {
                self.stop();
                Said::HungUp
            }
        }
    }

    /// Takes a response of the other side, which has come from there.
    pub fn on_response(&mut self, now: Instant, from: NodeId, response: &CallResponse, out: &mut Outbox) -> Said {
        if response.method == Method::Invite {
            return match self.is_changing() {
                true => self.on_changed(now, from, response, out),
                false => self.on_invited(now, from, response, out),
            };
        }
        match (response.method, &mut self.side) {
            (Method::Cancel, Side::Out { cancel, .. }) => {
                cancel.on_response();
                Said::Nothing
            }
            (Method::Bye | Method::Update | Method::Refer | Method::Notify, Side::Asks(request)) => {
                if !request.accepts(response.branch, response.status) {
                    return Said::Nothing;
                }
                self.on_asked(now, response, out)
            }
            _ => Said::Nothing,
        }
    }

    /// Our BYE, UPDATE, REFER or NOTIFY has its final response.
    fn on_asked(&mut self, now: Instant, response: &CallResponse, out: &mut Outbox) -> Said {
        if self.state == State::Leaving {
            self.state = State::Over;
            return Said::Ended(response.status);
        }
        self.on_asked_for(now, response.status, response.timer, out)
    }

    fn on_invited(&mut self, now: Instant, from: NodeId, response: &CallResponse, out: &mut Outbox) -> Said {
        let reliable = self.reliable;
        let heard = match &mut self.side {
            Side::Out { invite, .. } => invite.on_response(now, response.branch, response.status),
            // The transaction has made room for another; a 2xx may still come again.
            Side::Asks(_) if (200..300).contains(&response.status) => Heard::Accepted,
            Side::Asks(_) | Side::In { .. } => Heard::Nothing,
        };
        match heard {
            Heard::Nothing => Said::Nothing,
            Heard::Provisional => {
                if let Side::Out { cancel, .. } = &mut self.side
                    && cancel.on_provisional(now, reliable)
                {
                    self.request(Method::Cancel, self.branch, out);
                }
                match self.dialog.on_response(response.to_tag, response.status, from, RouteSet::EMPTY) {
                    Made::Early => Said::Rings,
                    _ => Said::Nothing,
                }
            }
            Heard::Accepted => self.on_accepted(now, from, response, out),
            Heard::Rejected => {
                self.end_invite();
                self.dialog.on_response(response.to_tag, response.status, from, RouteSet::EMPTY);
                self.acknowledge_rejection(from, response, out);
                if response.status == 401 && self.proof == 0 {
                    return Said::Challenged(response.nonce);
                }
                self.state = State::Over;
                Said::Refused(response.status, response.reason, response.retry_after_s)
            }
            Heard::RejectedAgain => {
                self.acknowledge_rejection(from, response, out);
                Said::Nothing
            }
        }
    }

    /// The INVITE has its final response: whether it had been wanted back.
    fn end_invite(&mut self) -> bool {
        match &mut self.side {
            Side::Out { cancel, .. } => cancel.on_end_of_invite(),
            Side::In { .. } | Side::Asks(_) => false,
        }
    }

    /// A 2xx to our INVITE.
    fn on_accepted(&mut self, now: Instant, from: NodeId, response: &CallResponse, out: &mut Outbox) -> Said {
        match self.dialog.on_response(response.to_tag, response.status, from, RouteSet::EMPTY) {
            Made::Confirmed => {
                let unwanted = self.end_invite();
                self.state = State::Confirmed;
                self.acknowledge(out);
                if unwanted {
                    self.bye(now, out);
                    return Said::Nothing;
                }
                self.agree(now, response.timer);
                Said::Answered
            }
            Made::Again => {
                self.acknowledge(out);
                Said::Nothing
            }
            Made::Another => {
                self.refuse_branch(from, response, out);
                Said::Nothing
            }
            Made::Nothing | Made::Early | Made::Ended => Said::Nothing,
        }
    }

    /// Fires what is due; one thing at a time, while [`Leg::poll_timeout`] says so.
    pub fn on_timeout(&mut self, now: Instant, out: &mut Outbox) -> Said {
        let said = match self.side {
            Side::Out { .. } => self.on_timeout_out(now, out),
            Side::In { .. } => self.on_timeout_in(now, out),
            Side::Asks(_) => self.on_timeout_asking(now, out),
        };
        if said == Said::Nothing { self.on_upkeep_timeout(now, out) } else { said }
    }

    fn on_timeout_out(&mut self, now: Instant, out: &mut Outbox) -> Said {
        let Side::Out { invite, cancel } = &mut self.side else { return Said::Nothing };
        let (due, taken_back) = (invite.on_timeout(now), cancel.on_timeout(now));
        if due == Timeout::TimedOut && self.is_changing() {
            return self.finish_change(now, 408, 0, None, out);
        }
        if due == Timeout::TimedOut || taken_back == CancelTimeout::Abandoned {
            self.stop();
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
        let Side::In { invite, acceptance } = &mut self.side else { return Said::Nothing };
        let (due, repeat, status) = (invite.on_timeout(now), acceptance.on_timeout(now), invite.status());
        match (due, repeat) {
            (_, AcceptanceTimeout::Unacknowledged) => {
                let wanted = self.state == State::Parting;
                self.leave(now, out);
                return if wanted { Said::Nothing } else { Said::Unacknowledged };
            }
            (InviteServerTimeout::Unacknowledged, _) if self.state == State::Confirmed => {}
            (InviteServerTimeout::Unacknowledged, _) => self.state = State::Over,
            (InviteServerTimeout::Trying | InviteServerTimeout::Retransmit, _) | (_, AcceptanceTimeout::Repeat) => {
                self.respond(status, out);
            }
            (InviteServerTimeout::Nothing, AcceptanceTimeout::Nothing) => {}
        }
        Said::Nothing
    }

    fn on_timeout_asking(&mut self, now: Instant, out: &mut Outbox) -> Said {
        let Side::Asks(request) = &mut self.side else { return Said::Nothing };
        match request.on_timeout(now) {
            Timeout::Nothing => Said::Nothing,
            Timeout::Retransmit => {
                self.request(self.asks(), self.branch, out);
                Said::Nothing
            }
            Timeout::TimedOut if self.state == State::Leaving => {
                self.state = State::Over;
                Said::Ended(408)
            }
            Timeout::TimedOut => self.on_asked_for(now, 408, None, out),
        }
    }

    /// Its earliest deadline.
    #[inline]
    pub fn poll_timeout(&self) -> Instant {
        let side = match &self.side {
            Side::Out { invite, cancel } => invite.poll_timeout().min(cancel.poll_timeout()),
            Side::In { invite, acceptance } => invite.poll_timeout().min(acceptance.poll_timeout()),
            Side::Asks(request) => request.poll_timeout(),
        };
        side.min(self.poll_upkeep())
    }
}

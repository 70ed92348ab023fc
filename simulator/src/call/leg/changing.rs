//! Hold and resume: re-INVITE from either side (RFC 3261 §14, RFC 3264 §8.4), and what glare makes of two at once.

use super::upkeep::Upkeep;
use super::{Leg, Said, Saying, Side, State, respond_to};
use crate::node::{Body, NodeId, Outbox};
use crate::sip::dialog::session_timer::Agreed;
use crate::sip::dialog::{Acceptance, Admission, Change, Modified};
use crate::sip::message::{CallRequest, CallResponse, Method};
use crate::sip::transaction::{Cancel, Heard, InviteClientTransaction, InviteServerTransaction};
use crate::time::{Duration, Instant};

/// What must be over before ours may begin is looked at again after this long.
pub(super) const LATER: Duration = Duration::millis(200);
/// Retry-After of a 500 to what came too early, in seconds (§14.2: 0 to 10).
const RETRY_AFTER_S: u32 = 1;

impl Leg {
    /// Puts the other side on hold, or takes it back: as soon as the dialog lets it. `chance` decides how long glare makes it
    /// wait (§14.1). [`Said::Held`] tells what came of it.
    pub fn hold(&mut self, now: Instant, on: bool, chance: u64, out: &mut Outbox) {
        if self.state == State::Confirmed {
            let upkeep = self.upkeep.get_or_insert_with(|| Box::new(Upkeep::new(0)));
            (upkeep.wants, upkeep.chance) = (Some(on), chance);
            self.change(now, out);
        }
    }

    /// Whether the other side waits for [`Leg::answer_hold`].
    pub fn is_asked_to_change(&self) -> bool {
        self.upkeep.as_ref().is_some_and(|upkeep| upkeep.change.theirs() == Some(Change::Invite))
    }

    /// Whether a re-INVITE of ours is under way.
    pub(super) fn is_changing(&self) -> bool {
        let ours = self.upkeep.as_ref().is_some_and(|upkeep| upkeep.change.ours() == Some(Change::Invite));
        ours && matches!(self.side, Side::Out { .. })
    }

    /// Whether the offer of our re-INVITE puts the other side on hold.
    pub(super) fn puts_on_hold(&self) -> bool {
        self.upkeep.as_ref().is_some_and(|upkeep| upkeep.offers)
    }

    /// Sends the re-INVITE that is wanted, or tries again later.
    pub(super) fn change(&mut self, now: Instant, out: &mut Outbox) {
        let free = self.is_free();
        let Some(upkeep) = &mut self.upkeep else { return };
        let Some(on) = upkeep.wants else { return };
        if !free || !upkeep.change.begin(Change::Invite) {
            return upkeep.change.postpone(now, LATER);
        }
        upkeep.offers = on;
        self.branch = self.branch.wrapping_add(1);
        self.dialog.next_invite();
        let mut invite = InviteClientTransaction::IDLE;
        invite.start(now, self.branch, self.reliable);
        self.side = Side::Out { invite, cancel: Cancel::NONE };
        self.request(Method::Invite, self.branch, out);
    }

    /// Their re-INVITE: 491 while ours is under way, 500 while anything else is.
    pub(super) fn on_change(&mut self, now: Instant, request: &CallRequest, out: &mut Outbox) -> Said {
        let free = !matches!(&self.side, Side::Asks(asked) if asked.is_active());
        let stands = self.state == State::Confirmed;
        let upkeep = self.upkeep.get_or_insert_with(|| Box::new(Upkeep::new(0)));
        if upkeep.refused.0 == request.branch && upkeep.refused.1 != 0 {
            let status = upkeep.refused.1;
            self.refuse_change(request, status, out);
            return Said::Nothing;
        }
        let status = match self.dialog.on_request(request.sequence, None) {
            Err(status) => status,
            Ok(()) if !stands => 481,
            Ok(()) if !free => 500,
            Ok(()) => match upkeep.change.on_request(Change::Invite) {
                Admission::Accepted => 0,
                Admission::Glare => 491,
                Admission::Overlap => 500,
            },
        };
        if status != 0 {
            self.refuse_change(request, status, out);
            return Said::Nothing;
        }
        let mut invite = InviteServerTransaction::IDLE;
        invite.begin(now, request.branch);
        self.side = Side::In { invite, acceptance: Acceptance::NONE };
        self.saying = Saying::default();
        self.hear_wish(request.timer);
        Said::Holds(request.hold)
    }

    /// Without a transaction: an INVITE that comes again is refused again.
    fn refuse_change(&mut self, request: &CallRequest, status: u16, out: &mut Outbox) {
        if let Some(upkeep) = &mut self.upkeep {
            upkeep.refused = (request.branch, status);
        }
        respond_to(request, self.peer(), self.via(), self.tag(), status, out);
        if let Some(Body::Answer(response)) = out.sent.last_mut().map(|sent| &mut sent.body)
            && status == 500
        {
            response.retry_after_s = RETRY_AFTER_S;
        }
    }

    /// Answers their re-INVITE finally.
    pub fn answer_hold(&mut self, now: Instant, status: u16, out: &mut Outbox) {
        let reliable = self.reliable;
        let (Side::In { invite, acceptance }, Some(upkeep)) = (&mut self.side, &mut self.upkeep) else { return };
        if upkeep.change.theirs() != Some(Change::Invite) || !invite.respond(now, status, reliable) {
            return;
        }
        upkeep.change.answered(Change::Invite);
        if status < 300 {
            acceptance.start(now, self.dialog.remote_sequence());
            self.consent(now);
        }
        self.respond(status, out);
    }

    /// A response to our re-INVITE.
    pub(super) fn on_changed(&mut self, now: Instant, from: NodeId, response: &CallResponse, out: &mut Outbox) -> Said {
        let Side::Out { invite, .. } = &mut self.side else { return Said::Nothing };
        match invite.on_response(now, response.branch, response.status) {
            Heard::Nothing | Heard::Provisional => return Said::Nothing,
            Heard::Accepted => self.acknowledge(out),
            Heard::Rejected | Heard::RejectedAgain => self.acknowledge_rejection(from, response, out),
        }
        self.finish_change(now, response.status, response.retry_after_s, response.timer, out)
    }

    /// Our re-INVITE has come to its end.
    pub(super) fn finish_change(
        &mut self,
        now: Instant,
        status: u16,
        retry_after_s: u32,
        agreed: Option<Agreed>,
        out: &mut Outbox,
    ) -> Said {
        let owns = self.dialog.owns_call_id();
        let Some(upkeep) = &mut self.upkeep else { return Said::Nothing };
        let modified = upkeep.change.on_response(now, status, retry_after_s, owns, upkeep.chance);
        match modified {
            Modified::Nothing | Modified::Later => Said::Nothing,
            Modified::Done | Modified::Refused => {
                let done = modified == Modified::Done;
                // Something else may be wanted by now.
                if upkeep.wants.is_some_and(|wants| wants != upkeep.offers) {
                    upkeep.change.postpone(now, LATER);
                    return Said::Nothing;
                }
                upkeep.wants = None;
                if done {
                    self.agree(now, agreed);
                }
                Said::Held(done)
            }
            Modified::Ended if status == 481 => {
                self.stop();
                Said::Expired
            }
            Modified::Ended => {
                self.bye(now, out);
                Said::Expired
            }
        }
    }
}

//! The session timer of a leg (RFC 4028): agreed on with the INVITE, refreshed by UPDATE, so that a call whose other side is
//! gone does not last for ever.

use super::{Leg, Said, Side, State, respond_to};
use crate::node::Outbox;
use crate::sip::dialog::session_timer::{Agreed, LEAST_S, Proposal, Terms};
use crate::sip::dialog::{Admission, Change, Modification, Modified, SessionTimeout, SessionTimer};
use crate::sip::message::{CallRequest, Method};
use crate::time::Instant;

/// What only legs with a session timer need.
#[derive(Clone, Debug)]
pub(super) struct Upkeep {
    timer: SessionTimer,
    change: Modification,
    /// What we would like.
    terms: Terms,
    /// What their request asks for, until it is answered.
    wish: Proposal,
    /// What our last 2xx says.
    consent: Option<Agreed>,
    /// Their last UPDATE.
    answered: u32,
}

impl Upkeep {
    fn new(interval_s: u32) -> Self {
        Self {
            timer: SessionTimer::NONE,
            change: Modification::NONE,
            terms: Terms { interval_s, least_s: LEAST_S },
            wish: Proposal::SUPPORTED,
            consent: None,
            answered: 0,
        }
    }
}

impl Leg {
    /// With a session timer of so many seconds, which the other side may shorten; 0: only if they want one.
    #[must_use]
    pub fn with_session_timer(mut self, interval_s: u32) -> Self {
        if interval_s > 0 {
            let wish = self.upkeep.as_ref().map_or(Proposal::SUPPORTED, |upkeep| upkeep.wish);
            self.upkeep = Some(Box::new(Upkeep { wish, ..Upkeep::new(interval_s) }));
        }
        self
    }

    /// What our requests ask for.
    pub(super) fn wish(&self) -> Proposal {
        match &self.upkeep {
            Some(upkeep) if upkeep.timer.is_running() => upkeep.timer.wish(LEAST_S),
            Some(upkeep) => Proposal { interval_s: upkeep.terms.interval_s, least_s: LEAST_S, ..Proposal::SUPPORTED },
            None => Proposal::SUPPORTED,
        }
    }

    /// What our 2xx says.
    pub(super) fn consented(&self) -> Option<Agreed> {
        self.upkeep.as_ref().and_then(|upkeep| upkeep.consent)
    }

    /// Their INVITE has come.
    pub(super) fn hear_wish(&mut self, wish: Proposal) {
        if let Some(upkeep) = &mut self.upkeep {
            upkeep.wish = wish;
        } else if wish.interval_s > 0 {
            self.upkeep = Some(Box::new(Upkeep { wish, ..Upkeep::new(0) }));
        }
    }

    /// Our 2xx leaves. What is below the least that the RFC allows gets no timer.
    pub(super) fn consent(&mut self, now: Instant) {
        if let Some(upkeep) = &mut self.upkeep {
            upkeep.consent = upkeep.terms.answer(&upkeep.wish).unwrap_or(None);
            upkeep.timer.on_success(now, upkeep.consent, false);
        }
    }

    /// Their 2xx has come.
    pub(super) fn agree(&mut self, now: Instant, agreed: Option<Agreed>) {
        if agreed.is_some() && self.upkeep.is_none() {
            self.upkeep = Some(Box::new(Upkeep::new(0)));
        }
        if let Some(upkeep) = &mut self.upkeep {
            upkeep.timer.on_success(now, agreed, true);
        }
    }

    /// UPDATE without an offer: a refresh. One that comes again is answered again.
    pub(super) fn on_update(&mut self, now: Instant, request: &CallRequest, out: &mut Outbox) {
        let again = self.upkeep.as_ref().is_some_and(|upkeep| upkeep.answered == request.branch);
        let mut status = 200;
        if !again {
            let served = self.dialog.on_request(request.sequence, None);
            status = match (served, self.state) {
                (Err(status), _) => status,
                (Ok(()), State::Confirmed) => self.refresh(now, request),
                (Ok(()), _) => 481,
            };
        }
        let consent = self.consented().filter(|_| status == 200);
        respond_to(request, self.peer(), self.via(), self.tag(), status, out);
        if let Some(crate::node::Body::Answer(response)) = out.sent.last_mut().map(|sent| &mut sent.body) {
            response.timer = consent;
        }
    }

    fn refresh(&mut self, now: Instant, request: &CallRequest) -> u16 {
        self.hear_wish(request.timer);
        let Some(upkeep) = &mut self.upkeep else { return 200 };
        if upkeep.change.on_request(Change::Refresh) != Admission::Accepted {
            return 500;
        }
        upkeep.change.answered(Change::Refresh);
        upkeep.answered = request.branch;
        self.consent(now);
        200
    }

    /// Our UPDATE has this final response.
    pub(super) fn on_updated(&mut self, now: Instant, status: u16, agreed: Option<Agreed>, out: &mut Outbox) -> Said {
        let owns = self.dialog.owns_call_id();
        let Some(upkeep) = &mut self.upkeep else { return Said::Nothing };
        match upkeep.change.on_response(now, status, 0, owns, 0) {
            Modified::Done => {
                self.agree(now, agreed);
                Said::Nothing
            }
            Modified::Ended if status == 481 => {
                self.stop();
                Said::Expired
            }
            Modified::Ended => {
                self.bye(now, out);
                Said::Expired
            }
            // As before: it goes on until the end, or the other side refreshes.
            Modified::Nothing | Modified::Refused | Modified::Later => Said::Nothing,
        }
    }

    /// Fires what is due.
    pub(super) fn on_upkeep_timeout(&mut self, now: Instant, out: &mut Outbox) -> Said {
        let Some(upkeep) = self.upkeep.as_mut().filter(|_| self.state == State::Confirmed) else {
            return Said::Nothing;
        };
        let due = upkeep.timer.on_timeout(now);
        let again = upkeep.change.on_timeout(now);
        if due == SessionTimeout::Over {
            self.bye(now, out);
            return Said::Expired;
        }
        let free = !matches!(&self.side, Side::In { acceptance, .. } if acceptance.is_waiting());
        if (due == SessionTimeout::Refresh || again) && free && upkeep.change.begin(Change::Refresh) {
            self.ask(now, Method::Update, out);
        }
        Said::Nothing
    }

    #[inline]
    pub(super) fn poll_upkeep(&self) -> Instant {
        let running = self.upkeep.as_ref().filter(|_| self.state == State::Confirmed);
        running.map_or(Instant::NEVER, |upkeep| upkeep.timer.poll_timeout().min(upkeep.change.poll_timeout()))
    }
}

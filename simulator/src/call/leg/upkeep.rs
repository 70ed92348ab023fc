//! What a leg does in a call that stands, and its session timer (RFC 4028): agreed on with the INVITE, refreshed by UPDATE, so
//! that a call whose other side is gone does not last for ever.

use super::{Leg, Said, Side, State, respond_to};
use crate::node::Outbox;
use crate::numbers::Number;
use crate::sip::dialog::session_timer::{Agreed, LEAST_S, Proposal, Terms};
use crate::sip::dialog::{Admission, Change, Modification, Modified, SessionTimeout, SessionTimer};
use crate::sip::message::{CallRequest, Method};
use crate::time::Instant;

/// What only legs need that have a session timer, or in whose call something is changed.
#[derive(Clone, Debug)]
pub(super) struct Upkeep {
    timer: SessionTimer,
    pub(super) change: Modification,
    /// Whether we would like the other side to be on hold, until that is done or refused; and what our re-INVITE under way says.
    pub(super) wants: Option<bool>,
    pub(super) offers: bool,
    /// Decides how long glare makes us wait.
    pub(super) chance: u64,
    /// Branch and status of their last re-INVITE that was refused without a transaction.
    pub(super) refused: (u32, u16),
    /// What our request under way is, unless it is an INVITE or a BYE.
    pub(super) asks: Asks,
    /// Whether a refresh has to be tried again.
    refreshes: bool,
    /// Whether we have asked for a transfer.
    pub(super) referred: bool,
    /// What is to be told next.
    pub(super) news: Option<(u16, bool)>,
    /// What we would like.
    terms: Terms,
    /// What their request asks for, until it is answered.
    wish: Proposal,
    /// What our last 2xx says.
    consent: Option<Agreed>,
    /// Branch of their last UPDATE or REFER that was granted.
    pub(super) answered: u32,
}

/// A request other than INVITE and BYE.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Asks {
    /// UPDATE.
    Refresh,
    /// REFER to this number, or in the place of this leg of the other side.
    Refer(Number, u32),
    /// NOTIFY of this status, perhaps for the last time.
    Tell(u16, bool),
}

impl Upkeep {
    pub(super) fn new(interval_s: u32) -> Self {
        Self {
            timer: SessionTimer::NONE,
            change: Modification::NONE,
            wants: None,
            offers: false,
            chance: 0,
            refused: (0, 0),
            asks: Asks::Refresh,
            refreshes: false,
            referred: false,
            news: None,
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

    /// What our request under way is, unless it is an INVITE.
    pub(super) fn asks(&self) -> Method {
        match &self.upkeep {
            _ if self.state == State::Leaving => Method::Bye,
            Some(upkeep) => match upkeep.asks {
                Asks::Refresh => Method::Update,
                Asks::Refer(..) => Method::Refer,
                Asks::Tell(..) => Method::Notify,
            },
            None => Method::Update,
        }
    }

    /// Our UPDATE, REFER or NOTIFY has this final response.
    pub(super) fn on_asked_for(&mut self, now: Instant, status: u16, agreed: Option<Agreed>, out: &mut Outbox) -> Said {
        match self.asks() {
            Method::Refer => Said::Referred(status),
            Method::Notify => {
                self.tell_more(now, out);
                Said::Nothing
            }
            _ => self.on_updated(now, status, agreed, out),
        }
    }

    fn on_updated(&mut self, now: Instant, status: u16, agreed: Option<Agreed>, out: &mut Outbox) -> Said {
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
            Modified::Later => {
                upkeep.refreshes = true;
                Said::Nothing
            }
            // As before: it goes on until the end, or the other side refreshes.
            Modified::Nothing | Modified::Refused => Said::Nothing,
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
        let refreshes = due == SessionTimeout::Refresh || again && core::mem::take(&mut upkeep.refreshes);
        if again {
            self.tell_more(now, out);
            self.change(now, out);
        }
        if refreshes {
            self.refresh_now(now, out);
        }
        Said::Nothing
    }

    fn refresh_now(&mut self, now: Instant, out: &mut Outbox) {
        let free = self.is_free();
        if let Some(upkeep) = self.upkeep.as_mut().filter(|_| free)
            && upkeep.change.begin(Change::Refresh)
        {
            upkeep.asks = Asks::Refresh;
            self.ask(now, Method::Update, out);
        }
    }

    /// Whether no transaction of ours is under way, and our 2xx has been acknowledged.
    pub(super) fn is_free(&self) -> bool {
        match &self.side {
            Side::In { acceptance, .. } => !acceptance.is_waiting(),
            Side::Out { .. } => !self.is_changing(),
            Side::Asks(request) => !request.is_active(),
        }
    }

    #[inline]
    pub(super) fn poll_upkeep(&self) -> Instant {
        let running = self.upkeep.as_ref().filter(|_| self.state == State::Confirmed);
        running.map_or(Instant::NEVER, |upkeep| upkeep.timer.poll_timeout().min(upkeep.change.poll_timeout()))
    }
}

//! Transfer: REFER, and NOTIFY of how it goes (RFC 3515). What becomes of it is its owners' business.

use super::changing::LATER;
use super::upkeep::{Asks, Upkeep};
use super::{Leg, Said, State, respond_to};
use crate::node::Outbox;
use crate::numbers::Number;
use crate::sip::message::{CallRequest, Method, Transfer};
use crate::time::Instant;

impl Leg {
    /// Asks the other side to talk to somebody else: to that number, or to who is at the other end of its leg `replaces`. False: not
    /// now, something else is under way.
    pub fn refer(&mut self, now: Instant, target: Number, replaces: u32, out: &mut Outbox) -> bool {
        let asked = self.ask_for(now, Asks::Refer(target, replaces), Method::Refer, out);
        if let Some(upkeep) = self.upkeep.as_mut().filter(|_| asked) {
            upkeep.referred = true;
        }
        asked
    }

    /// Tells who has asked for a transfer how it goes; at once, or once it has heard what was told before.
    pub fn tell(&mut self, now: Instant, status: u16, last: bool, out: &mut Outbox) {
        if self.state == State::Confirmed {
            let upkeep = self.upkeep.get_or_insert_with(|| Box::new(Upkeep::new(0)));
            upkeep.news = Some((status, last));
            self.tell_more(now, out);
        }
    }

    pub(super) fn tell_more(&mut self, now: Instant, out: &mut Outbox) {
        let Some((status, last)) = self.upkeep.as_ref().and_then(|upkeep| upkeep.news) else { return };
        let told = self.ask_for(now, Asks::Tell(status, last), Method::Notify, out);
        let Some(upkeep) = &mut self.upkeep else { return };
        if told {
            upkeep.news = None;
        } else {
            upkeep.change.postpone(now, LATER);
        }
    }

    fn ask_for(&mut self, now: Instant, asks: Asks, method: Method, out: &mut Outbox) -> bool {
        if self.state != State::Confirmed || !self.is_free() || self.is_asked_to_change() {
            return false;
        }
        self.upkeep.get_or_insert_with(|| Box::new(Upkeep::new(0))).asks = asks;
        self.ask(now, method, out);
        true
    }

    /// What only requests of a transfer say: the number, and the rest.
    pub(super) fn refers_to(&self, method: Method) -> (Number, Transfer) {
        match (method, self.upkeep.as_ref().map(|upkeep| upkeep.asks)) {
            (Method::Refer, Some(Asks::Refer(target, replaces))) => (target, Transfer::To { replaces }),
            (Method::Notify, Some(Asks::Tell(status, last))) => (self.dialled, Transfer::Told { status, last }),
            _ => (self.dialled, Transfer::None),
        }
    }

    /// REFER: granted, whatever comes of it; one that comes again is granted again.
    pub(super) fn on_refer(&mut self, request: &CallRequest, out: &mut Outbox) -> Said {
        let stands = self.state == State::Confirmed;
        let upkeep = self.upkeep.get_or_insert_with(|| Box::new(Upkeep::new(0)));
        let again = upkeep.answered == request.branch;
        let status = match (again, stands) {
            (true, _) => 202,
            (false, false) => 481,
            (false, true) => self.dialog.on_request(request.sequence, None).err().unwrap_or(202),
        };
        respond_to(request, self.peer(), self.via(), self.tag(), status, out);
        let Transfer::To { replaces } = request.transfer else { return Said::Nothing };
        if again || status != 202 {
            return Said::Nothing;
        }
        if let Some(upkeep) = &mut self.upkeep {
            upkeep.answered = request.branch;
        }
        Said::Refers(request.dialled, replaces)
    }

    /// NOTIFY of a transfer that we asked for.
    pub(super) fn on_notify(&mut self, request: &CallRequest, out: &mut Outbox) -> Said {
        let asked = self.upkeep.as_ref().is_some_and(|upkeep| upkeep.referred);
        let served = match self.state {
            State::Confirmed if asked => self.dialog.on_request(request.sequence, None).err(),
            _ => Some(481),
        };
        respond_to(request, self.peer(), self.via(), self.tag(), served.unwrap_or(200), out);
        match (served, request.transfer) {
            (None, Transfer::Told { status, last }) => Said::Told(status, last),
            _ => Said::Nothing,
        }
    }
}

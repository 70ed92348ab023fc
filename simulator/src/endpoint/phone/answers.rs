//! What a device makes of final answers, and of none (RFC 3261 §8.1.3, §21).

use super::{CHALLENGES, IN_LINE, Phone, State};
use crate::endpoint::people::People;
use crate::endpoint::restraint::Restraint;
use crate::event::{Event, Wish};
use crate::licence::reason::Reason;
use crate::node::Outbox;
use crate::sip::message::Response;
use crate::time::{Duration, Instant};

impl Phone {
    pub(super) fn on_response(&mut self, people: &People, now: Instant, response: &Response, out: &mut Outbox) {
        if !self.transaction.accepts(response.branch, response.status) {
            return;
        }
        match response.status {
            401 if self.challenges == 0 || (response.stale && self.challenges < CHALLENGES) => {
                self.challenges += 1;
                self.carried = response.nonce;
                self.request(people, now, out);
            }
            200 => self.on_accepted(people, now, response, out),
            301 | 302 => self.on_redirect(people, now, response, out),
            423 if response.expires_s > self.asked_s => {
                self.asked_s = response.expires_s;
                self.request(people, now, out);
            }
            480 if response.reason == Reason::InLine => {
                self.carried = 0;
                self.state = State::InLine;
                self.act_at = now + IN_LINE;
            }
            status => {
                self.carried = Restraint::new(now, response.overload).0;
                self.on_failure(people, now, status, response.reason, response.retry_after_s, out);
            }
        }
    }

    pub(super) fn on_accepted(&mut self, people: &People, now: Instant, response: &Response, out: &mut Outbox) {
        let (wish, due, began, attempts) = (self.wish, self.due, self.began, self.attempts);
        out.report(Event::Accepted { wish, due, began, attempts });
        (self.carried, self.failures, self.hops, self.tried) = (0, 0, 0, 0);
        if wish == Wish::SignOut {
            return self.go_out(people, now, out);
        }
        let settings = people.settings(self.aor.block);
        self.state = State::In;
        let lifetime = Duration::seconds(u64::from(response.expires_s));
        self.act_at = now + lifetime.scaled(u64::from(settings.refreshes_at_permille), 1000);
        self.probe_at = settings.keep_alive.map_or(Instant::NEVER, |every| now + every);
        if wish != Wish::Refresh && self.leaves_at == Instant::NEVER {
            self.begin_session(people, settings, now);
        }
        if self.flags.leaving {
            self.begin(Wish::SignOut, people, now, out);
        }
    }

    pub(super) fn on_redirect(&mut self, people: &People, now: Instant, response: &Response, out: &mut Outbox) {
        self.report_answer(response.status, response.reason, out);
        self.hops += 1;
        let target = response.contact.0.checked_sub(people.first_pbx).and_then(|index| u16::try_from(index).ok());
        match target {
            Some(server) if self.hops <= people.rules.redirects => {
                let began = self.began;
                self.attempt(server, people, now, out);
                self.began = began;
            }
            _ => {
                self.carried = 0;
                self.on_failure(people, now, 482, Reason::Loop, 0, out);
            }
        }
    }

    pub(super) fn report_answer(&mut self, status: u16, reason: Reason, out: &mut Outbox) {
        let (wish, due, began, before) = (self.wish, self.due, self.began, self.seen);
        out.report(Event::Answered { wish, due, began, status, reason, before });
        self.seen = self.seen.with(status, reason);
    }

    /// A final answer that does not let it in, no answer (408) or a dead connection (0).
    pub(super) fn on_failure(
        &mut self,
        people: &People,
        now: Instant,
        status: u16,
        reason: Reason,
        retry_after_s: u32,
        out: &mut Outbox,
    ) {
        self.report_answer(status, reason, out);
        if self.wish == Wish::SignOut || self.flags.leaving {
            let (wish, due) = (self.wish, self.due);
            out.report(Event::GaveUp { wish, due });
            return self.go_out(people, now, out);
        }
        match status {
            // RFC 3261 §21.4.4, §21.4.5: the same request will not do better.
            403 | 404 => self.give_up(people, now, out),
            // §21.5.4, RFC 3263 §4.3: another server may.
            0 | 408 | 500.. => match self.next_server(people) {
                Some(server) => {
                    if reason.is_licence() {
                        out.report(Event::Hopped);
                    }
                    self.attempt(server, people, now, out);
                }
                None => self.wait(people, now, retry_after_s, out),
            },
            _ => self.wait(people, now, retry_after_s, out),
        }
    }
}

//! Responses of our legs, out of the octets of the requests they answer.

use std::net::SocketAddr;

use simulator::licence::reason::Reason;
use simulator::node::Packet;
use simulator::sip::message::{CallResponse, Method};
use simulator::sip::text::answer::{Answer, Back};
use simulator::sip::text::message::Message;
use simulator::sip::text::name::Name;

use super::timers::word;
use super::{ALLOW, Calls, Side, media};
use crate::wire::client::AGENT;
use crate::wire::heard::reply_to;
use crate::wire::line::Line;
use crate::wire::server::phrase;

impl Calls {
    pub(super) fn write_answer(
        &mut self,
        packet: &Packet,
        response: &CallResponse,
        out: &mut Vec<u8>,
    ) -> Option<(Line, SocketAddr)> {
        let ours = (packet.source, response.to_tag);
        let kept = self.requests.get_mut(response.branch)?;
        let is_cancel = response.method == Method::Cancel;
        if response.status >= 200 && !is_cancel {
            kept.is_pending = false;
        }
        if response.method == Method::Invite && response.to_tag != 0 {
            self.dialogs.tag(kept.of.dialog, ours);
        }
        let kept = self.requests.get(response.branch)?;
        let head = if is_cancel { kept.of.cancel.as_ref()? } else { &kept.head };
        let request = Message::read(head).ok()?;
        let tag = if response.to_tag == 0 { String::new() } else { self.names.tag(ours) };
        let back = Back { source: kept.source, tag: tag.as_bytes() };
        let mut answer = Answer::begin(&request, response.status, phrase(response.status), &back, out);
        let body = self.particulars_of(&request, kept.of.dialog, response, &mut answer);
        answer.header("Server", AGENT);
        match body {
            Some(body) => answer.end_with("application/sdp", &body),
            None => answer.end(),
        }
        Some((kept.line, reply_to(&request, (kept.line, kept.source))))
    }

    /// Header fields that it has beside those it copies; and its body.
    fn particulars_of(
        &self,
        request: &Message<'_>,
        dialog: u32,
        response: &CallResponse,
        answer: &mut Answer<'_>,
    ) -> Option<Vec<u8>> {
        let is_accepted = (200..300).contains(&response.status);
        let makes_dialog =
            matches!(response.method, Method::Invite | Method::Update) && (101..300).contains(&response.status);
        let dialog = self.dialogs.get(dialog);
        if let Some(dialog) = dialog.filter(|_| makes_dialog) {
            // §12.1.1: all of them, as they stand.
            request.values(Name::RecordRoute).for_each(|route| {
                answer.octets("Record-Route", route);
            });
            answer.octets("Contact", &[b"<", &dialog.contact[..], b">"].concat());
            answer.header("Allow", ALLOW);
        }
        if let Some(timer) = response.timer.filter(|_| is_accepted) {
            answer.header("Session-Expires", format_args!("{};refresher={}", timer.interval_s, word(timer.refresher)));
            answer.header("Supported", "timer");
        }
        if response.nonce != 0 {
            let (domain, nonce) = (&self.directory.domain, response.nonce);
            answer.header(
                "WWW-Authenticate",
                format_args!("Digest realm=\"{domain}\", nonce=\"{nonce:08x}\", algorithm=MD5, qop=\"auth\""),
            );
        }
        if response.retry_after_s > 0 {
            answer.header("Retry-After", response.retry_after_s);
        }
        if response.reason != Reason::None {
            answer.header("Warning", format_args!("399 pbxsim \"{}\"", response.reason.code()));
        }
        let dialog = dialog.filter(|_| is_accepted && response.method == Method::Invite)?;
        let speaks_for_itself =
            || media::answer(&dialog.description, self.local(dialog.line), u64::from(dialog.ours.1));
        match self.side {
            Side::Endpoints => speaks_for_itself(),
            // What the one who answered has said; a room or a queue says it by itself.
            Side::Pbxs(_) => {
                let mut others = self.dialogs.of_session(dialog.session.number).filter(|other| other.is_outgoing);
                let answered = others.find(|other| !other.description.is_empty());
                answered.map(|other| other.description.to_vec()).or_else(speaks_for_itself)
            }
        }
    }
}

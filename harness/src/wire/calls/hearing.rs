//! What others say about calls, as our legs hear it.

use std::net::SocketAddr;

use simulator::endpoint::party::proof_of;
use simulator::endpoint::people::People;
use simulator::node::{Body, NodeId, Packet};
use simulator::numbers::Number;
use simulator::sip::message::{CallRequest, CallResponse, Method, Transfer};
use simulator::sip::text::Fault;
use simulator::sip::text::address::Contact;
use simulator::sip::text::answer::{Answer, Back};
use simulator::sip::text::digest::{ha1, is_right};
use simulator::sip::text::message::Message;
use simulator::sip::text::method::Method as Word;
use simulator::sip::text::name::Name;
use simulator::sip::text::uri::{Uri, unescaped};
use simulator::sip::text::verdict::{Verdict, belongs, judge};
use simulator::time::Instant;

use super::dialogs::user_of;
use super::timers::{agreed, proposal};
use super::{ABILITIES, ALLOW, Asked, Calls};
use crate::wire::client::{chosen, reason};
use crate::wire::heard::{Heard, reply_to};
use crate::wire::line::Line;
use crate::wire::server::phrase;
use crate::wire::transactions::Kept;

impl Calls {
    /// Reads what has come to one of our sockets. An answer that needs no node is written to `out`.
    pub fn read(
        &mut self,
        people: &People,
        now: Instant,
        (line, from): (Line, SocketAddr),
        message: &Message<'_>,
        out: &mut Vec<u8>,
    ) -> Heard {
        let tag =
            self.names.tag((NodeId::NONE, self.names.number(message.value(Name::CallId).unwrap_or_default(), b"")));
        let back = Back { source: from, tag: tag.as_bytes() };
        match judge(message, &ABILITIES) {
            Verdict::Take => {}
            Verdict::Drop(fault) => return Heard::Dropped(fault),
            Verdict::Refuse(fault) => {
                Answer::refuse(message, fault, &ABILITIES, &back, out);
                return Heard::Answered(reply_to(message, (line, from)));
            }
        }
        let heard = match message.method() {
            None => return self.on_response(line, message).map_or_else(Heard::Dropped, Heard::Packet),
            Some(Word::Options) => {
                let mut answer = Answer::begin(message, 200, "OK", &back, out);
                answer.header("Allow", ALLOW).header("Accept", "application/sdp");
                answer.end();
                return Heard::Answered(reply_to(message, (line, from)));
            }
            Some(Word::Invite) => self.on_invite(people, now, (line, from), message),
            Some(Word::Cancel) => self.on_cancel((line, from), message),
            Some(Word::Ack) => match self.on_ack((line, from), message) {
                Some(packet) => Ok(packet),
                None => return Heard::Dropped(Fault::NotOurs),
            },
            Some(Word::Bye) => self.on_dialog(now, (line, from), message, Method::Bye),
            Some(Word::Update) => self.on_dialog(now, (line, from), message, Method::Update),
            Some(_) => return Heard::Dropped(Fault::MethodNotAllowed),
        };
        match heard {
            Ok(packet) => Heard::Packet(packet),
            Err(status) => {
                Answer::begin(message, status, phrase(status), &back, out).end();
                Heard::Answered(reply_to(message, (line, from)))
            }
        }
    }

    /// A response to a request of ours.
    fn on_response(&mut self, line: Line, message: &Message<'_>) -> Result<Packet, Fault> {
        let status = message.status().ok_or(Fault::NotOurs)?;
        let mut named = None;
        belongs(message, |via| {
            named = via.branch().and_then(|branch| self.names.branched(branch));
            named.is_some()
        })?;
        let (ours, branch) = named.ok_or(Fault::NotOurs)?;
        let number = self.dialogs.of_ours(ours).ok_or(Fault::NotOurs)?;
        let cseq = message.cseq()?;
        let method = asked(cseq.method).ok_or(Fault::MethodMismatch)?;
        let (call_id, their_tag) = (message.call_id()?, message.to()?.tag());
        let to_tag = their_tag.map_or(0, |tag| self.names.number(call_id, tag));
        let dialog = self.dialogs.get_mut(number).ok_or(Fault::NotOurs)?;
        if *dialog.call_id != *call_id {
            return Err(Fault::NotOurs);
        }
        if method == Method::Invite
            && status > 100
            && let Some(tag) = their_tag
            && !dialog.learn(to_tag, tag, message)
        {
            return Err(Fault::TooLarge);
        }
        if method == Method::Invite && !message.body().is_empty() && (101..300).contains(&status) {
            dialog.description = message.body().into();
        }
        let challenge =
            if matches!(status, 401 | 407) && method == Method::Invite { demand(message, status) } else { None };
        let nonce = challenge.as_ref().map_or(0, |_| branch | 1);
        dialog.demand = challenge.or(dialog.demand.take());
        let response = CallResponse {
            session: dialog.session,
            method,
            // A proxy's challenge asks for the same; one that cannot be answered is a refusal.
            status: match status {
                401 | 407 if nonce != 0 => 401,
                401 | 407 if method == Method::Invite => 403,
                status => status,
            },
            reason: reason(message),
            from_tag: ours.1,
            to_tag,
            branch,
            sequence: cseq.number,
            retry_after_s: message.retry_after().unwrap_or(0),
            nonce,
            timer: agreed(message).filter(|_| (200..300).contains(&status)),
        };
        let (source, target) = (dialog.peer, ours.0);
        Ok(Packet { source, target, reliable: line.is_stream, body: Body::Answer(response) })
    }

    /// An INVITE, or the status it is refused with.
    fn on_invite(
        &mut self,
        people: &People,
        now: Instant,
        (line, from): (Line, SocketAddr),
        message: &Message<'_>,
    ) -> Result<Packet, u16> {
        if message.to().map_err(|_| 400_u16)?.tag().is_some() {
            // Nothing of a session is changed on the wire so far (RFC 3261 §14.2).
            return Err(if self.of(message).is_some() { 488 } else { 481 });
        }
        let call_id = message.call_id().map_err(|_| 400_u16)?;
        let their_tag = message.from().ok().and_then(|from| from.tag()).ok_or(400_u16)?;
        let theirs = self.names.theirs(line, from, call_id, their_tag);
        let dialog = match self.dialogs.of_theirs(theirs) {
            Some(dialog) => dialog,
            None => {
                let invited = self.invited(people, (line, from), message)?;
                let dialog = self.dialog(message, (line, from), (call_id, theirs), &invited)?;
                self.dialogs.add(now, dialog).ok_or(503_u16)?
            }
        };
        let number = self.names.number(call_id, their_tag);
        let known = self.dialogs.get_mut(dialog).ok_or(503_u16)?;
        if !known.learn(number, their_tag, message) {
            return Err(400);
        }
        known.description = message.body().into();
        let (door, peer) = (known.door, known.peer);
        let branch = self.keep(now, (line, from), message, dialog, b"INVITE").ok_or(503_u16)?;
        let uri = request_uri(message).ok_or(404_u16)?;
        let caller = self.caller(people, message).unwrap_or(NodeId::NONE);
        let session = self.dialogs.get(dialog).ok_or(503_u16)?.session;
        let request = CallRequest {
            session,
            method: Method::Invite,
            dialled: number_of(uri).unwrap_or(Number::NONE),
            caller,
            hops: 0,
            from_tag: number,
            to_tag: 0,
            branch,
            sequence: message.cseq().map_err(|_| 400_u16)?.number,
            proof: self.proof(people, caller, message),
            timer: proposal(message),
            hold: false,
            transfer: Transfer::None,
        };
        Ok(Packet { source: peer, target: door, reliable: line.is_stream, body: Body::Call(request) })
    }

    /// A request within a dialog, or the status it is refused with.
    fn on_dialog(
        &mut self,
        now: Instant,
        (line, from): (Line, SocketAddr),
        message: &Message<'_>,
        method: Method,
    ) -> Result<Packet, u16> {
        let dialog = self.of(message).ok_or(481_u16)?;
        let branch = self.keep(now, (line, from), message, dialog, requests_word(method)).ok_or(503_u16)?;
        self.within(message, dialog, method, branch).ok_or(400)
    }

    fn on_ack(&mut self, (line, from): (Line, SocketAddr), message: &Message<'_>) -> Option<Packet> {
        let dialog = self.of(message)?;
        let name = self.requests.name((line, from), message, b"INVITE")?;
        // Of a rejection it has the branch, of a 2xx one of its own.
        let branch = self.requests.find(name).unwrap_or(0);
        self.within(message, dialog, Method::Ack, branch)
    }

    /// It has the branch of the INVITE that it takes back, and is for whom that was.
    fn on_cancel(&mut self, (line, from): (Line, SocketAddr), message: &Message<'_>) -> Result<Packet, u16> {
        let name = self.requests.name((line, from), message, b"INVITE").ok_or(400_u16)?;
        let branch = self.requests.find(name).ok_or(481_u16)?;
        let kept = self.requests.get_mut(branch).ok_or(481_u16)?;
        kept.of.cancel = Some(message.head().into());
        let dialog = kept.of.dialog;
        let packet = self.within(message, dialog, Method::Cancel, branch).ok_or(400_u16)?;
        let door = self.dialogs.get(dialog).ok_or(481_u16)?.door;
        Ok(Packet { target: door, ..packet })
    }

    /// The dialog that a request's tags and Call-ID name.
    fn of(&self, message: &Message<'_>) -> Option<u32> {
        let ours = self.names.tagged(message.to().ok()?.tag()?)?;
        let number = self.dialogs.of_ours(ours)?;
        let dialog = self.dialogs.get(number)?;
        (*dialog.call_id == *message.call_id().ok()?).then_some(number)
    }

    fn within(&self, message: &Message<'_>, dialog: u32, method: Method, branch: u32) -> Option<Packet> {
        let dialog = self.dialogs.get(dialog)?;
        let their_tag = message.from().ok()?.tag()?;
        let request = CallRequest {
            session: dialog.session,
            method,
            dialled: Number::NONE,
            caller: NodeId::NONE,
            hops: 0,
            from_tag: self.names.number(&dialog.call_id, their_tag),
            to_tag: if method == Method::Cancel { 0 } else { dialog.ours.1 },
            branch,
            sequence: message.cseq().ok()?.number,
            proof: 0,
            timer: proposal(message),
            hold: false,
            transfer: Transfer::None,
        };
        Some(Packet {
            source: dialog.peer,
            target: dialog.ours.0,
            reliable: dialog.line.is_stream,
            body: Body::Call(request),
        })
    }

    /// The number of a request: the one it has, or a new one.
    fn keep(
        &mut self,
        now: Instant,
        (line, source): (Line, SocketAddr),
        message: &Message<'_>,
        dialog: u32,
        method: &[u8],
    ) -> Option<u32> {
        let name = self.requests.name((line, source), message, method)?;
        if let Some(number) = self.requests.find(name) {
            return Some(number);
        }
        let of = Asked { dialog, cancel: None };
        self.requests.keep(now, name, Kept { head: message.head().into(), source, line, is_pending: true, of })
    }

    /// The endpoint that From, and the Contact, name.
    pub(super) fn caller(&self, people: &People, message: &Message<'_>) -> Option<NodeId> {
        let user: Vec<u8> = unescaped(user_of(&message.from().ok()?)?).collect();
        let contact = message.contacts().flatten().find_map(|contact| match contact {
            Contact::One(address) => user_of(&address),
            Contact::All => None,
        });
        people.endpoint(self.directory.aor(&user, contact)?)
    }

    /// What stands for the credentials of an INVITE; 0: there are none, or they are wrong.
    fn proof(&self, people: &People, caller: NodeId, message: &Message<'_>) -> u32 {
        let realm = self.directory.domain.as_bytes();
        let mut all = message.credentials(Name::Authorization).flatten();
        let Some(credentials) = all.find(|credentials| credentials.realm.is(realm)) else { return 0 };
        let Some(user) = people.aor(caller).map(|aor| self.directory.user(aor)) else { return 0 };
        let nonce = std::str::from_utf8(credentials.nonce.raw()).ok();
        let nonce = nonce.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let (Some(nonce), Some(algorithm)) = (nonce, credentials.algorithm) else { return 0 };
        let base = ha1(algorithm.hash, &user, realm, &self.directory.password(&user));
        let right = credentials.username.is(&user) && is_right(&credentials, &base, b"INVITE", message.body());
        if right { proof_of(people, caller, nonce) } else { 0 }
    }
}

/// The challenge to answer, and the header that does it.
fn demand(message: &Message<'_>, status: u16) -> Option<(Box<[u8]>, &'static str)> {
    let (name, header) = match status {
        407 => (Name::ProxyAuthenticate, "Proxy-Authorization"),
        _ => (Name::WwwAuthenticate, "Authorization"),
    };
    let value = message.values(name).find(|value| chosen(value).is_some())?;
    Some((value.into(), header))
}

fn asked(word: Word<'_>) -> Option<Method> {
    match word {
        Word::Invite => Some(Method::Invite),
        Word::Bye => Some(Method::Bye),
        Word::Cancel => Some(Method::Cancel),
        Word::Update => Some(Method::Update),
        _ => None,
    }
}

fn requests_word(method: Method) -> &'static [u8] {
    method.name().as_bytes()
}

/// The user of a request's URI.
pub(super) fn request_uri<'a>(message: &Message<'a>) -> Option<&'a [u8]> {
    match message.start() {
        simulator::sip::text::message::StartLine::Request { uri, .. } => Uri::read(uri)?.sip()?.user,
        simulator::sip::text::message::StartLine::Response { .. } => None,
    }
}

/// The number that a user part dials.
pub(super) fn number_of(user: &[u8]) -> Option<Number> {
    let digits: Vec<u8> = unescaped(user).collect();
    Number::read(std::str::from_utf8(&digits).ok()?).filter(|number| *number != Number::NONE)
}

//! The edge of PBXs: what anybody sends them as integers, and what they answer as text.
//!
//! The peer made the identifiers: each request that reaches a PBX is kept until Timer J, under a number that stands for its
//! branch, so that retransmissions are recognised and answers carry the request's own octets.

use std::hash::{BuildHasher, RandomState};
use std::io::Write;
use std::net::SocketAddr;

use simulator::endpoint::people::People;
use simulator::endpoint::phone::proof;
use simulator::licence::reason::Reason;
use simulator::node::{Body, Packet};
use simulator::sip::message::{Aor, Contacts, Register, Response};
use simulator::sip::text::address::Contact;
use simulator::sip::text::answer::{Answer, Back};
use simulator::sip::text::credentials::Credentials;
use simulator::sip::text::digest::{ha1, is_right};
use simulator::sip::text::message::Message;
use simulator::sip::text::method::Method;
use simulator::sip::text::name::Name;
use simulator::sip::text::values::expires_s;
use simulator::sip::text::verdict::{Abilities, Verdict, judge};
use simulator::time::Instant;

use super::calls::{Calls, Side};
use super::directory::Directory;
use super::heard::{Heard, reply_to};
use super::line::Line;
use super::transactions::{Kept, Transactions};

/// What a PBX can do.
const PBX: Abilities = Abilities {
    methods: &[
        Method::Register,
        Method::Options,
        Method::Invite,
        Method::Ack,
        Method::Bye,
        Method::Cancel,
        Method::Update,
    ],
    extensions: &[],
    bodies: &["application/sdp"],
};

/// Reads requests and writes responses.
#[derive(Debug)]
pub struct Server {
    directory: Directory,
    /// REGISTERs, and who sent them.
    requests: Transactions<Aor>,
    /// So that nobody can choose what collides.
    hasher: RandomState,
    /// What is said about calls.
    pub calls: Calls,
    /// What was dropped and refused.
    pub tally: Tally,
}

/// What did not reach a PBX.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Tally {
    /// Dropped: no SIP, broken responses, what belongs to nothing.
    pub dropped: u64,
    /// Answered before they reached a PBX: refused for what they are, and OPTIONS.
    pub refused: u64,
    /// Refused because too many are kept.
    pub shed: u64,
}

impl Server {
    /// For that cluster; parties of calls are nodes from `first_party` on, and `secret` makes identifiers.
    pub fn new(directory: Directory, first_party: u32, secret: u64) -> Self {
        let nodes = directory.nodes().to_vec();
        let calls = Calls::new(Side::Pbxs(first_party), directory.clone(), nodes, secret);
        let (requests, hasher) = (Transactions::default(), RandomState::new());
        Self { directory, requests, hasher, calls, tally: Tally::default() }
    }

    /// REGISTERs kept.
    pub fn kept(&self) -> usize {
        self.requests.len()
    }

    /// Reads what came to the socket of a PBX. An answer that needs no PBX is written to `out`.
    pub fn read(
        &mut self,
        people: &People,
        now: Instant,
        (line, from): (Line, SocketAddr),
        datagram: &[u8],
        out: &mut Vec<u8>,
    ) -> Heard {
        self.requests.forget(now);
        let heard = match Message::read(datagram) {
            Err(fault) => Heard::Dropped(fault),
            Ok(message) if is_about_calls(&message) => self.calls.read(people, now, (line, from), &message, out),
            Ok(message) => self.answer(people, now, (line, from), &message, out),
        };
        match heard {
            Heard::Dropped(_) => self.tally.dropped += 1,
            Heard::Answered(_) => self.tally.refused += 1,
            Heard::Packet(_) => {}
        }
        heard
    }

    /// A request that is about no call.
    fn answer(
        &mut self,
        people: &People,
        now: Instant,
        (line, from): (Line, SocketAddr),
        message: &Message<'_>,
        out: &mut Vec<u8>,
    ) -> Heard {
        let tag = self.tag(message);
        let back = Back { source: from, tag: tag.as_bytes() };
        match judge(message, &PBX) {
            Verdict::Take => {}
            Verdict::Drop(fault) => return Heard::Dropped(fault),
            Verdict::Refuse(fault) => {
                Answer::refuse(message, fault, &PBX, &back, out);
                return Heard::Answered(reply_to(message, (line, from)));
            }
        }
        match message.method() {
            Some(Method::Register) => match self.register(people, now, (line, from), message) {
                Ok(packet) => return Heard::Packet(packet),
                Err((status, phrase)) => Answer::begin(message, status, phrase, &back, out).end(),
            },
            _ => {
                let mut answer = Answer::begin(message, 200, "OK", &back, out);
                answer.header("Allow", "REGISTER, OPTIONS, INVITE, ACK, BYE, CANCEL, UPDATE");
                answer.header("Accept", "application/sdp");
                answer.end();
            }
        }
        Heard::Answered(reply_to(message, (line, from)))
    }

    /// A REGISTER as its PBX gets it, or what it is refused with.
    fn register(
        &mut self,
        people: &People,
        now: Instant,
        (line, from): (Line, SocketAddr),
        message: &Message<'_>,
    ) -> Result<Packet, (u16, &'static str)> {
        const BROKEN: (u16, &str) = (400, "Bad Request");
        let user = message.to().ok().and_then(|to| to.uri.sip()?.user).ok_or((404, "Not Found"))?;
        let user: Vec<u8> = simulator::sip::text::uri::unescaped(user).collect();
        let mut contacts = message.contacts().flatten();
        let (contact, contacts) = match (contacts.next(), contacts.next()) {
            (Some(Contact::All), None) => (None, Contacts::All),
            (Some(Contact::One(address)), None) => (Some(address), Contacts::Own),
            (Some(_), Some(_)) => return Err((403, "One Contact Only")),
            (None, _) => return Err((403, "A Contact Is Needed")),
        };
        let device = contact.and_then(|address| address.uri.sip()?.user);
        let aor = self.directory.aor(&user, device).ok_or((404, "Not Found"))?;
        let source = people.endpoint(aor).ok_or((404, "Not Found"))?;
        let wanted = contact.and_then(|address| address.params.value("expires")).map(expires_s);
        let cseq = message.cseq().map_err(|_| BROKEN)?;
        let branch = self.keep(now, (line, from), message, aor).ok_or((503, "Too Many Transactions"))?;
        let (nonce, nonce_count, is_right) = self.credentials(message, &user);
        let register = Register {
            aor,
            call: self.hasher.hash_one(message.call_id().map_err(|_| BROKEN)?) as u32,
            sequence: cseq.number,
            branch,
            expires_s: wanted.or_else(|| message.expires()).unwrap_or(3600),
            contacts,
            nonce_count,
            nonce,
            proof: if is_right { proof(people, aor, nonce, nonce_count) } else { 0 },
        };
        let target = people.pbx(line.socket as u16);
        Ok(Packet { source, target, reliable: line.is_stream, body: Body::Register(register) })
    }

    /// Nonce, count, and whether the response is right for the user; whether the nonce is, the PBX knows.
    fn credentials(&self, message: &Message<'_>, user: &[u8]) -> (u64, u32, bool) {
        let realm = self.directory.domain.as_bytes();
        let of_realm = |credentials: &Credentials<'_>| credentials.realm.is(realm);
        let Some(credentials) = message.credentials(Name::Authorization).flatten().find(of_realm) else {
            return (0, 0, false);
        };
        let nonce =
            std::str::from_utf8(credentials.nonce.raw()).ok().and_then(|text| u64::from_str_radix(text, 16).ok());
        let count = if credentials.qop.is_some() { credentials.count().unwrap_or(0) } else { 1 };
        let Some(algorithm) = credentials.algorithm else { return (nonce.unwrap_or(0), count, false) };
        let base = ha1(algorithm.hash, user, realm, &self.directory.password(user));
        let is_right = credentials.username.is(user) && is_right(&credentials, &base, b"REGISTER", message.body());
        (nonce.unwrap_or(0), count, is_right)
    }

    /// The number of a transaction: the one it has, or a new one.
    fn keep(
        &mut self,
        now: Instant,
        (line, source): (Line, SocketAddr),
        message: &Message<'_>,
        of: Aor,
    ) -> Option<u32> {
        let name = self.requests.name((line, source), message, b"REGISTER")?;
        if let Some(number) = self.requests.find(name) {
            return Some(number);
        }
        let kept = Kept { head: message.head().into(), source, line, is_pending: false, of };
        let number = self.requests.keep(now, name, kept);
        self.tally.shed += u64::from(number.is_none());
        number
    }

    /// Writes what a PBX says; the line and the address it goes by, if it is about something that is known.
    pub fn write(
        &mut self,
        people: &People,
        now: Instant,
        packet: &Packet,
        out: &mut Vec<u8>,
    ) -> Option<(Line, SocketAddr)> {
        let Body::Response(response) = packet.body else { return self.calls.write(people, now, packet, out) };
        let kept = self.requests.get(response.branch)?;
        let request = Message::read(&kept.head).ok()?;
        if response.status == 200 && response.expires_s > 0 {
            let contact = request.contacts().flatten().find_map(|contact| match contact {
                Contact::One(address) => Some(address.text),
                Contact::All => None,
            });
            if let (Some(device), Some(contact)) = (people.endpoint(kept.of), contact) {
                self.calls.bound((kept.line, kept.source), device, contact);
            }
        }
        let tag = self.tag(&request);
        let back = Back { source: kept.source, tag: tag.as_bytes() };
        let mut answer = Answer::begin(&request, response.status, phrase(response.status), &back, out);
        particulars(&self.directory, people, (&request, kept.of), &response, &mut answer);
        answer.header("Server", super::client::AGENT);
        answer.end();
        Some((kept.line, reply_to(&request, (kept.line, kept.source))))
    }

    /// Our tag in the dialog, or what would be one, of a request: the same for each retransmission.
    fn tag(&self, message: &Message<'_>) -> String {
        format!("{:016x}", self.hasher.hash_one((message.value(Name::CallId), message.value(Name::CSeq))))
    }
}

/// Whether it is about a call; PBXs send requests about nothing else, so that every response is.
fn is_about_calls(message: &Message<'_>) -> bool {
    let methods = [Method::Invite, Method::Ack, Method::Bye, Method::Cancel, Method::Update];
    message.method().is_none_or(|method| methods.contains(&method))
}

/// Header fields that an answer to the REGISTER of that device has beside those it copies.
pub(crate) fn particulars(
    directory: &Directory,
    people: &People,
    (request, aor): (&Message<'_>, Aor),
    response: &Response,
    answer: &mut Answer<'_>,
) {
    match response.status {
        200 if response.expires_s > 0 => {
            for contact in request.contacts().flatten() {
                let Contact::One(address) = contact else { continue };
                let mut value = Vec::new();
                value.push(b'<');
                value.extend_from_slice(address.text);
                write!(value, ">;expires={}", response.expires_s).expect("a Vec takes everything");
                answer.octets("Contact", &value);
            }
        }
        301 | 302 => {
            let Some(pbx) = response.contact.0.checked_sub(people.first_pbx) else { return };
            let user = directory.user(aor);
            let node = directory.node(pbx as u16);
            answer.header("Contact", format_args!("<sip:{}@{node}>", String::from_utf8_lossy(&user)));
        }
        401 => {
            let stale = if response.stale { ", stale=true" } else { "" };
            let domain = &directory.domain;
            let nonce = response.nonce;
            answer.header(
                "WWW-Authenticate",
                format_args!("Digest realm=\"{domain}\", nonce=\"{nonce:016x}\", algorithm=MD5, qop=\"auth\"{stale}"),
            );
        }
        423 => {
            answer.header("Min-Expires", response.expires_s);
        }
        _ => {}
    }
    if response.retry_after_s > 0 {
        answer.header("Retry-After", response.retry_after_s);
    }
    if response.reason != Reason::None {
        answer.header("Warning", format_args!("399 pbxsim \"{}\"", response.reason.code()));
    }
}

/// RFC 3261 §21.
pub(crate) fn phrase(status: u16) -> &'static str {
    match status {
        100 => "Trying",
        180 => "Ringing",
        200 => "OK",
        301 => "Moved Permanently",
        302 => "Moved Temporarily",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        407 => "Proxy Authentication Required",
        408 => "Request Timeout",
        422 => "Session Interval Too Small",
        423 => "Interval Too Brief",
        480 => "Temporarily Unavailable",
        481 => "Call/Transaction Does Not Exist",
        482 => "Loop Detected",
        486 => "Busy Here",
        487 => "Request Terminated",
        488 => "Not Acceptable Here",
        500 => "Server Internal Error",
        503 => "Service Unavailable",
        603 => "Decline",
        _ => "Answer",
    }
}

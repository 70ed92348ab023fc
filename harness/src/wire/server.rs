//! The edge of PBXs: what anybody sends them as integers, and what they answer as text.
//!
//! The peer made the identifiers: each request that reaches a PBX is kept until Timer J, under a number that stands for its
//! branch, so that retransmissions are recognised and answers carry the request's own octets.

use std::collections::{BTreeMap, VecDeque};
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
use simulator::sip::transaction::timing::TIMER_J;
use simulator::time::Instant;

use super::directory::Directory;

/// What a PBX can do.
const PBX: Abilities =
    Abilities { methods: &[Method::Register, Method::Options], extensions: &[], bodies: &["application/sdp"] };
/// Requests kept at once; beyond it 503.
const MOST: usize = 200_000;

/// Reads requests and writes responses.
#[derive(Debug)]
pub struct Server {
    directory: Directory,
    kept: BTreeMap<u32, Kept>,
    /// By hash of what names a transaction.
    known: BTreeMap<u64, u32>,
    /// In the order they will be forgotten.
    ages: VecDeque<(Instant, u32, u64)>,
    /// So that nobody can choose what collides.
    hasher: RandomState,
    next: u32,
    /// What was dropped and refused.
    pub tally: Tally,
}

/// What did not reach a PBX.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Tally {
    /// Dropped: no SIP, broken responses, ACKs.
    pub dropped: u64,
    /// Refused for what they are.
    pub refused: u64,
    /// Refused because too many are kept.
    pub shed: u64,
}

/// A request that a PBX has been given.
#[derive(Debug)]
struct Kept {
    head: Box<[u8]>,
    source: SocketAddr,
    socket: usize,
    aor: Aor,
}

/// What becomes of a datagram.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Heard {
    /// For a PBX.
    Packet(Packet),
    /// Already answered, to that address.
    Answered(SocketAddr),
    /// Nothing.
    Dropped,
}

impl Server {
    /// For that cluster.
    pub fn new(directory: Directory) -> Self {
        Self {
            directory,
            kept: BTreeMap::new(),
            known: BTreeMap::new(),
            ages: VecDeque::new(),
            hasher: RandomState::new(),
            next: 0,
            tally: Tally::default(),
        }
    }

    /// Requests kept.
    pub fn kept(&self) -> usize {
        self.kept.len()
    }

    /// Reads what came to the socket of a PBX. An answer that needs no PBX is written to `out`.
    pub fn read(
        &mut self,
        people: &People,
        now: Instant,
        (pbx, from): (usize, SocketAddr),
        datagram: &[u8],
        out: &mut Vec<u8>,
    ) -> Heard {
        self.forget(now);
        let Ok(message) = Message::read(datagram) else {
            self.tally.dropped += 1;
            return Heard::Dropped;
        };
        let tag = self.tag(&message);
        let back = Back { source: from, tag: tag.as_bytes() };
        match judge(&message, &PBX) {
            Verdict::Take => {}
            Verdict::Drop(_) => {
                self.tally.dropped += 1;
                return Heard::Dropped;
            }
            Verdict::Refuse(fault) => {
                self.tally.refused += 1;
                Answer::refuse(&message, fault, &PBX, &back, out);
                return Heard::Answered(reply_to(&message, from));
            }
        }
        match message.method() {
            Some(Method::Register) => match self.register(people, now, (pbx, from), &message) {
                Ok(packet) => Heard::Packet(packet),
                Err((status, phrase)) => {
                    self.tally.refused += 1;
                    Answer::begin(&message, status, phrase, &back, out).end();
                    Heard::Answered(reply_to(&message, from))
                }
            },
            Some(Method::Options) => {
                let mut answer = Answer::begin(&message, 200, "OK", &back, out);
                answer.header("Allow", "REGISTER, OPTIONS").header("Accept", "application/sdp");
                answer.end();
                Heard::Answered(reply_to(&message, from))
            }
            // A response, a CANCEL or an ACK to nothing.
            Some(Method::Cancel) => {
                Answer::begin(&message, 481, phrase(481), &back, out).end();
                Heard::Answered(reply_to(&message, from))
            }
            _ => {
                self.tally.dropped += 1;
                Heard::Dropped
            }
        }
    }

    /// A REGISTER as its PBX gets it, or what it is refused with.
    fn register(
        &mut self,
        people: &People,
        now: Instant,
        (pbx, from): (usize, SocketAddr),
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
        let branch = self.keep(now, (pbx, from), message, aor).ok_or((503, "Too Many Transactions"))?;
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
        let target = people.pbx(pbx as u16);
        Ok(Packet { source, target, reliable: false, body: Body::Register(register) })
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
    fn keep(&mut self, now: Instant, (pbx, from): (usize, SocketAddr), message: &Message<'_>, aor: Aor) -> Option<u32> {
        let via = message.via().ok()?;
        let cseq = message.cseq().ok()?;
        // §17.2.3: branch, sent-by, method; without the cookie what RFC 2543 compared.
        let old = || (message.call_id().ok(), cseq.number, message.value(Name::From));
        let rest = if via.branch().is_some_and(|branch| branch.starts_with(b"z9hG4bK")) { None } else { Some(old()) };
        let hash = self.hasher.hash_one((pbx, from, via.branch(), message.value(Name::Via), cseq.method.text(), rest));
        if let Some(number) = self.known.get(&hash) {
            return Some(*number);
        }
        if self.kept.len() >= MOST {
            self.tally.shed += 1;
            return None;
        }
        self.next = self.next.wrapping_add(1).max(1);
        let kept = Kept { head: message.head().into(), source: from, socket: pbx, aor };
        self.kept.insert(self.next, kept);
        self.known.insert(hash, self.next);
        self.ages.push_back((now + TIMER_J, self.next, hash));
        Some(self.next)
    }

    fn forget(&mut self, now: Instant) {
        while let Some((_, number, hash)) = self.ages.pop_front_if(|(until, ..)| *until <= now) {
            self.kept.remove(&number);
            self.known.remove(&hash);
        }
    }

    /// Writes what a PBX answers; the socket and the address it goes by, if it is the answer to something.
    pub fn write(&self, people: &People, packet: &Packet, out: &mut Vec<u8>) -> Option<(usize, SocketAddr)> {
        let Body::Response(response) = packet.body else { return None };
        let kept = self.kept.get(&response.branch)?;
        let request = Message::read(&kept.head).ok()?;
        let tag = self.tag(&request);
        let back = Back { source: kept.source, tag: tag.as_bytes() };
        let mut answer = Answer::begin(&request, response.status, phrase(response.status), &back, out);
        particulars(&self.directory, people, (&request, kept.aor), &response, &mut answer);
        answer.header("Server", super::client::AGENT);
        answer.end();
        Some((kept.socket, reply_to(&request, kept.source)))
    }

    /// Our tag in the dialog, or what would be one, of a request: the same for each retransmission.
    fn tag(&self, message: &Message<'_>) -> String {
        format!("{:016x}", self.hasher.hash_one((message.value(Name::CallId), message.value(Name::CSeq))))
    }
}

/// Where an answer goes (§18.2.2, RFC 3581): back to the address the request came from, and to the port it came from or,
/// without rport, to the one that its Via says. Never to a third party.
fn reply_to(message: &Message<'_>, from: SocketAddr) -> SocketAddr {
    let Ok(via) = message.via() else { return from };
    match via.rport() {
        Some(_) => from,
        None => SocketAddr::new(from.ip(), via.port.unwrap_or(5060)),
    }
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
        500 => "Server Internal Error",
        503 => "Service Unavailable",
        603 => "Decline",
        _ => "Answer",
    }
}

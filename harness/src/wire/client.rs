//! The edge of endpoints: their integers as text, and what a server answers as integers.
//!
//! It made the identifiers itself, so it prints them from integers and reads them back; nothing is kept but a challenge
//! until it is answered.

use std::io::Write;
use std::net::SocketAddr;

use simulator::endpoint::people::People;
use simulator::licence::reason::Reason;
use simulator::node::{Body, NodeId, Packet};
use simulator::rng::mix;
use simulator::sip::message::{Aor, Contacts, Overload, Register, Response};
use simulator::sip::text::address::Contact;
use simulator::sip::text::credentials::{Challenge, Offer};
use simulator::sip::text::digest::{Asked, Use, authorize, choose, ha1};
use simulator::sip::text::message::Message;
use simulator::sip::text::method::Method;
use simulator::sip::text::name::Name;
use simulator::sip::text::values::expires_s;
use simulator::sip::text::verdict::{Abilities, Verdict, belongs, judge};
use simulator::sip::text::{Fault, uri::Uri, via::Via};
use simulator::time::Instant;

use super::calls::{Calls, Side};
use super::directory::Directory;
use super::heard::Heard;
use super::line::Line;

/// What endpoints can do.
const ENDPOINT: Abilities = Abilities { methods: &[], extensions: &[], bodies: &[] };
const COOKIE: &[u8] = b"z9hG4bK";

/// Writes requests and reads responses.
#[derive(Debug)]
pub struct Client {
    directory: Directory,
    /// Names the run, and makes branches that nobody can guess.
    secret: u64,
    /// By endpoint: the challenge to answer, under the number the endpoint knows it by.
    challenges: Vec<Option<Box<Demand>>>,
    /// What is said about calls.
    pub calls: Calls,
}

/// A challenge as it stood.
#[derive(Debug)]
struct Demand {
    number: u64,
    value: Box<[u8]>,
    header: &'static str,
}

impl Client {
    /// For so many endpoints that send from `local`.
    pub fn new(directory: Directory, local: SocketAddr, secret: u64, endpoints: usize) -> Self {
        let calls = Calls::new(Side::Endpoints, directory.clone(), vec![local], secret);
        Self { directory, secret, challenges: (0..endpoints).map(|_| None).collect(), calls }
    }

    /// What names this run in every request.
    pub fn run(&self) -> u64 {
        mix(self.secret)
    }

    /// Writes what an endpoint says about its registration; false for what has no text.
    pub fn write(&mut self, packet: &Packet, out: &mut Vec<u8>) -> bool {
        match packet.body {
            Body::Register(register) => {
                let line = if packet.reliable { Line::stream(packet.source.index()) } else { Line::datagrams(0) };
                self.register((packet.source, line), &register, out);
                true
            }
            _ => false,
        }
    }

    fn register(&mut self, (source, line): (NodeId, Line), register: &Register, out: &mut Vec<u8>) {
        let user = self.directory.user(register.aor);
        let name = String::from_utf8_lossy(&user);
        let (domain, local, run) = (&self.directory.domain, self.calls.local(line), self.run());
        let (transport, parameter) = (line.transport(), line.parameter());
        let Register { call, sequence, expires_s, .. } = *register;
        let (source, branch) = (source.0, self.branch(source.0, register.branch));
        put(
            out,
            format_args!("REGISTER sip:{domain} SIP/2.0\r\nVia: SIP/2.0/{transport} {local};rport;branch={branch}\r\n"),
        );
        put(out, format_args!("Max-Forwards: 70\r\nFrom: <sip:{name}@{domain}>;tag={call:08x}{source:08x}\r\n"));
        put(out, format_args!("To: <sip:{name}@{domain}>\r\nCall-ID: {call:08x}{source:08x}{run:016x}\r\n"));
        put(out, format_args!("CSeq: {sequence} REGISTER\r\n"));
        match register.contacts {
            Contacts::Own => {
                let device = register.aor.device.word();
                put(out, format_args!("Contact: <sip:{name}.{device}@{local}{parameter}>\r\n"));
            }
            Contacts::All => put(out, format_args!("Contact: *\r\n")),
        }
        put(out, format_args!("Expires: {expires_s}\r\nUser-Agent: {AGENT}\r\nX-Pbxsim-Run: {run:016x}\r\n"));
        self.directory.write_headers(&user, run, out);
        if register.nonce_count > 0 {
            self.credentials(source, register, &user, out);
        }
        put(out, format_args!("Content-Length: 0\r\n\r\n"));
    }

    fn credentials(&self, source: u32, register: &Register, user: &[u8], out: &mut Vec<u8>) {
        let demand = self.challenges[source as usize].as_ref().filter(|demand| demand.number == register.nonce);
        let Some(demand) = demand else { return };
        let Some((challenge, algorithm, protection)) = chosen(&demand.value) else { return };
        let realm: Vec<u8> = challenge.realm.octets().collect();
        let base = ha1(algorithm.hash, user, &realm, &self.directory.password(user));
        let uri = format!("sip:{}", self.directory.domain);
        let cnonce = format!("{:016x}", mix(self.secret ^ register.nonce));
        let asked = Asked { method: b"REGISTER", uri: uri.as_bytes(), body: b"" };
        let used = Use { count: register.nonce_count, cnonce: cnonce.as_bytes() };
        put(out, format_args!("{}: ", demand.header));
        authorize((&challenge, algorithm, protection), user, &base, &asked, &used, out);
        out.extend_from_slice(b"\r\n");
    }

    fn seal(&self, source: u32, branch: u32) -> u64 {
        mix(self.secret ^ mix(u64::from(source) << 32 | u64::from(branch)))
    }

    fn branch(&self, source: u32, branch: u32) -> String {
        format!("z9hG4bK{source:08x}{branch:08x}{:016x}", self.seal(source, branch))
    }

    /// The endpoint and the branch that a Via of ours names.
    fn named(&self, via: &Via<'_>) -> Option<(u32, u32)> {
        let digits = via.branch()?.strip_prefix(COOKIE).filter(|digits| digits.len() == 32)?;
        let number = |range| u64::from_str_radix(std::str::from_utf8(&digits[range]).ok()?, 16).ok();
        let (source, branch) = (number(0..8)? as u32, number(8..16)? as u32);
        let is_ours = number(16..32)? == self.seal(source, branch) && (source as usize) < self.challenges.len();
        is_ours.then_some((source, branch))
    }

    /// Reads what has come: an answer to a registration, or something about a call. What needs no endpoint is answered
    /// in `out`.
    pub fn hear(
        &mut self,
        people: &People,
        now: Instant,
        (line, from): (Line, SocketAddr),
        octets: &[u8],
        out: &mut Vec<u8>,
    ) -> Heard {
        match Message::read(octets) {
            Err(fault) => Heard::Dropped(fault),
            Ok(message) if is_registered(&message) => {
                self.registered(people, line, &message).map_or_else(Heard::Dropped, Heard::Packet)
            }
            Ok(message) => self.calls.read(people, now, (line, from), &message, out),
        }
    }

    /// Reads what a server answers to a registration, as the packet its endpoint gets.
    ///
    /// # Errors
    /// What is wrong with it: it is dropped and counted.
    pub fn read(&mut self, people: &People, datagram: &[u8]) -> Result<Packet, Fault> {
        self.registered(people, Line::datagrams(0), &Message::read(datagram)?)
    }

    fn registered(&mut self, people: &People, line: Line, message: &Message<'_>) -> Result<Packet, Fault> {
        if let Verdict::Drop(fault) | Verdict::Refuse(fault) = judge(message, &ENDPOINT) {
            return Err(fault);
        }
        let status = message.status().ok_or(Fault::MethodNotAllowed)?;
        let mut named = None;
        belongs(message, |via| {
            named = self.named(via);
            named.is_some()
        })?;
        let (source, branch) = named.ok_or(Fault::NotOurs)?;
        let aor = people.aor(NodeId(source)).ok_or(Fault::NotOurs)?;
        let (nonce, stale) =
            if matches!(status, 401 | 407) { self.demand(source, branch, message, status) } else { (0, false) };
        let wanted = people.settings(aor.block).expires_s;
        let response = Response {
            // A proxy's challenge asks an endpoint for the same.
            status: if status == 407 { 401 } else { status },
            reason: reason(message),
            stale,
            branch,
            sequence: message.cseq()?.number,
            expires_s: if status == 423 {
                message.min_expires().unwrap_or(0)
            } else {
                self.lifetime(line, message, aor, wanted)
            },
            retry_after_s: message.retry_after().unwrap_or(0),
            contact: self.redirected(message, status, people),
            nonce,
            overload: Overload::default(),
        };
        Ok(Packet {
            source: NodeId::NONE,
            target: NodeId(source),
            reliable: line.is_stream,
            body: Body::Response(response),
        })
    }

    /// Keeps a challenge that can be answered, under a number made of the branch it answers: the endpoint knows it by that.
    /// One that comes twice, or late, changes nothing: what was asked first may have to be sent again.
    fn demand(&mut self, source: u32, branch: u32, message: &Message<'_>, status: u16) -> (u64, bool) {
        let (name, header) = match status {
            407 => (Name::ProxyAuthenticate, "Proxy-Authorization"),
            _ => (Name::WwwAuthenticate, "Authorization"),
        };
        let Some((value, stale)) = message.values(name).find_map(|value| Some((value, chosen(value)?.0.stale))) else {
            return (0, false);
        };
        let number = u64::from(branch) + 1;
        let kept = &mut self.challenges[source as usize];
        if kept.as_ref().is_none_or(|kept| kept.number < number) {
            *kept = Some(Box::new(Demand { number, value: value.into(), header }));
        }
        (number, stale)
    }

    /// Seconds that the binding made will last: of our own Contact, of the whole, or what was asked for.
    fn lifetime(&self, line: Line, message: &Message<'_>, aor: Aor, wanted: u32) -> u32 {
        let local = self.calls.local(line);
        let user = [&self.directory.user(aor)[..], b".", aor.device.word().as_bytes()].concat();
        let mut ours = message.contacts().flatten().filter_map(|contact| match contact {
            Contact::One(address) => Some(address),
            Contact::All => None,
        });
        let is_here = |uri: Uri<'_>| {
            let here = (Some(local.ip()), Some(local.port()));
            uri.sip().is_some_and(|uri| uri.user == Some(&user) && (uri.host.address(), uri.port) == here)
        };
        let ours = ours.find(|address| is_here(address.uri)).and_then(|address| address.params.value("expires"));
        ours.map(expires_s).or_else(|| message.expires()).unwrap_or(wanted)
    }

    /// The node that a redirect names; nobody if it is not one of ours.
    fn redirected(&self, message: &Message<'_>, status: u16, people: &People) -> NodeId {
        let contacts = message.contacts().flatten().take(if (300..400).contains(&status) { usize::MAX } else { 0 });
        let mut nodes = contacts.filter_map(|contact| match contact {
            Contact::One(address) => {
                let uri = address.uri.sip()?;
                self.directory.node_at(SocketAddr::new(uri.host.address()?, uri.port.unwrap_or(5060)))
            }
            Contact::All => None,
        });
        nodes.next().map_or(NodeId::NONE, |pbx| people.pbx(pbx))
    }
}

/// Whether it answers a registration.
fn is_registered(message: &Message<'_>) -> bool {
    message.status().is_some() && message.cseq().is_ok_and(|cseq| cseq.method == Method::Register)
}

/// Our own servers say why in a Warning; others say nothing we know.
pub(super) fn reason(message: &Message<'_>) -> Reason {
    let text = message.value(Name::Warning).and_then(|value| std::str::from_utf8(value).ok()).unwrap_or_default();
    text.split('"').nth(1).and_then(Reason::named).unwrap_or_default()
}

/// The challenge of a header field's value to answer.
pub(super) fn chosen(
    value: &[u8],
) -> Option<(Challenge<'_>, simulator::sip::text::digest::Algorithm, simulator::sip::text::digest::Protection)> {
    choose(Challenge::all(value).filter_map(|offer| match offer {
        Offer::Digest(challenge) => Some(challenge),
        Offer::Other => None,
    }))
}

pub(super) fn put(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("a Vec takes everything");
}

/// What we call ourselves.
pub const AGENT: &str = concat!("pbxsim/", env!("CARGO_PKG_VERSION"));

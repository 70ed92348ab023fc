//! SIP as it would read on the wire: what one endpoint and its PBXs trade, as text.

use std::collections::VecDeque;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};

use scenarios::plan::Plan;
use simulator::licence::reason::Reason;
use simulator::node::{Body, NodeId, Packet};
use simulator::numbers::Number;
use simulator::sip::message::{CallRequest, CallResponse, Method, Register, Response, Transfer};
use simulator::sip::text::answer::{Answer, Back};
use simulator::sip::text::message::Message;
use simulator::site::Site;

use crate::wire::client::{AGENT, Client};
use crate::wire::directory::Directory;
use crate::wire::server::{particulars, phrase};

/// Writes what one endpoint trades; it must be told everything, in order.
pub(super) struct Octets {
    endpoint: NodeId,
    directory: Directory,
    client: Client,
    local: SocketAddr,
    /// The last requests, by who sent them and their branch.
    requests: VecDeque<((NodeId, u32), Vec<u8>)>,
    dialogs: VecDeque<Dialog>,
    /// The nonce that the endpoint answers last, and its number at the edge.
    nonce: (u64, u64),
    is_again: bool,
}

/// One call's leg, by its tags.
#[derive(Clone, Debug)]
struct Dialog {
    call: String,
    /// Of the side that sent the INVITE, and of the other once it is known.
    tags: (u32, u32),
    /// URIs of From and To in the INVITE.
    ends: (String, String),
}

/// Where a capture says that an endpoint is.
pub(super) fn address_of_endpoint(endpoint: NodeId) -> [u8; 4] {
    let [_, high, middle, low] = endpoint.0.to_be_bytes();
    [10, high, middle, low]
}

/// Where a capture says that a PBX is: in the network for benchmarks (RFC 2544).
pub(super) fn address_of_pbx(index: usize) -> [u8; 4] {
    let [.., high, low] = (index as u32 + 1).to_be_bytes();
    [198, 18, high, low]
}

fn socket(address: [u8; 4]) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::from(address), PORT))
}

impl Octets {
    pub(super) fn new(plan: &Plan, endpoint: NodeId, endpoints: usize) -> Self {
        let nodes = (0..plan.layout.pbxs.len()).map(|index| socket(address_of_pbx(index))).collect();
        let directory = Directory::new(&plan.layout, DOMAIN.to_owned(), nodes);
        let local = socket(address_of_endpoint(endpoint));
        Self {
            endpoint,
            client: Client::new(directory.clone(), local, SECRET, endpoints),
            directory,
            local,
            requests: VecDeque::new(),
            dialogs: VecDeque::new(),
            nonce: (0, 0),
            is_again: false,
        }
    }

    /// Whether the last request had been written before: a retransmission.
    pub(super) fn is_again(&self) -> bool {
        self.is_again
    }

    /// A message as text; nothing for what has none.
    pub(super) fn write(&mut self, site: &Site, packet: &Packet) -> Vec<u8> {
        self.is_again = false;
        let mut out = Vec::new();
        match packet.body {
            Body::Register(register) => {
                self.register(packet, register, &mut out);
                self.keep((packet.source, register.branch), &out);
            }
            Body::Response(response) => self.response(site, packet, &response, &mut out),
            Body::Call(request) => {
                self.call(site, packet, &request, &mut out);
                self.keep((packet.source, request.branch), &out);
            }
            Body::Answer(response) => self.answer(packet, &response, &mut out),
            _ => {}
        }
        out
    }

    fn keep(&mut self, name: (NodeId, u32), octets: &[u8]) {
        self.is_again = self.requests.iter().any(|(known, text)| *known == name && text == octets);
        if !self.is_again {
            self.requests.push_back((name, octets.to_vec()));
        }
        if self.requests.len() > MOST_KEPT {
            self.requests.pop_front();
        }
    }

    fn request(&self, name: (NodeId, u32)) -> Option<Vec<u8>> {
        let mut kept = self.requests.iter().rev();
        kept.find(|(known, _)| *known == name).map(|(_, octets)| octets.clone())
    }

    fn register(&mut self, packet: &Packet, register: Register, out: &mut Vec<u8>) {
        let nonce = if register.nonce == self.nonce.0 { self.nonce.1 } else { register.nonce };
        let body = Body::Register(Register { nonce, ..register });
        self.client.write(&Packet { body, ..*packet }, out);
    }

    fn response(&mut self, site: &Site, packet: &Packet, response: &Response, out: &mut Vec<u8>) {
        let people = &site.cluster().people;
        let (Some(request), Some(aor)) = (self.request((packet.target, response.branch)), people.aor(self.endpoint))
        else {
            return;
        };
        let Ok(request) = Message::read(&request) else { return };
        let tag = format!("{:08x}{:08x}", packet.source.0, response.branch);
        let back = Back { source: self.local, tag: tag.as_bytes() };
        let mut answer = Answer::begin(&request, response.status, phrase(response.status), &back, out);
        particulars(&self.directory, people, (&request, aor), response, &mut answer);
        answer.header("Server", AGENT);
        answer.end();
        // The edge has to see a challenge before it can answer it.
        if response.status == 401
            && let Ok(Packet { body: Body::Response(read), .. }) = self.client.read(people, out)
        {
            self.nonce = (response.nonce, read.nonce);
        }
    }

    fn call(&mut self, site: &Site, packet: &Packet, request: &CallRequest, out: &mut Vec<u8>) {
        let here = self.address(site, packet.source);
        let place = self.dialog(site, request);
        let dialog = &mut self.dialogs[place];
        let by_caller = dialog.tags.0 == request.from_tag;
        if request.to_tag != 0 {
            dialog.tags.1 = if by_caller { request.to_tag } else { request.from_tag };
        }
        let Dialog { call, ends, .. } = &*dialog;
        let (from, to) = if by_caller { (&ends.0, &ends.1) } else { (&ends.1, &ends.0) };
        let (name, branch) = (request.method.name(), request.branch);
        let (from_tag, source) = (request.from_tag, packet.source.0);
        let to_tag = if request.to_tag == 0 { String::new() } else { format!(";tag={:08x}", request.to_tag) };
        put(out, format_args!("{name} {to} SIP/2.0\r\n"));
        put(out, format_args!("Via: SIP/2.0/UDP {here};rport;branch=z9hG4bK{source:08x}{branch:08x}\r\n"));
        put(out, format_args!("Max-Forwards: 70\r\nFrom: <{from}>;tag={from_tag:08x}\r\nTo: <{to}>{to_tag}\r\n"));
        put(out, format_args!("Call-ID: {call}\r\nCSeq: {} {name}\r\n", request.sequence));
        if matches!(request.method, Method::Invite | Method::Update | Method::Refer) {
            put(out, format_args!("Contact: <sip:{here}>\r\n"));
            if request.timer.interval_s > 0 {
                put(out, format_args!("Supported: timer\r\nSession-Expires: {}\r\n", request.timer.interval_s));
            }
        }
        put(out, format_args!("User-Agent: {AGENT}\r\n"));
        transfer(request, out);
    }

    /// The leg a request belongs to, by place.
    fn dialog(&mut self, site: &Site, request: &CallRequest) -> usize {
        let tags = [request.from_tag, request.to_tag];
        let is_it =
            |dialog: &Dialog| tags.contains(&dialog.tags.0) || tags.contains(&dialog.tags.1) && dialog.tags.1 != 0;
        if let Some(place) = self.dialogs.iter().rposition(is_it) {
            return place;
        }
        if self.dialogs.len() == MOST_KEPT {
            self.dialogs.pop_front();
        }
        let caller = site.cluster().people.aor(request.caller).map(|aor| self.directory.user(aor)).unwrap_or_default();
        let session = request.session;
        self.dialogs.push_back(Dialog {
            call: format!("{:04x}{:08x}{:08x}", session.flow, session.number, request.from_tag),
            tags: (request.from_tag, 0),
            ends: (
                format!("sip:{}@{DOMAIN}", String::from_utf8_lossy(&caller)),
                format!("sip:{}@{DOMAIN}", digits(request.dialled)),
            ),
        });
        self.dialogs.len() - 1
    }

    fn answer(&self, packet: &Packet, response: &CallResponse, out: &mut Vec<u8>) {
        let Some(request) = self.request((packet.target, response.branch)) else { return };
        let Ok(request) = Message::read(&request) else { return };
        let tag = if response.to_tag == 0 { String::new() } else { format!("{:08x}", response.to_tag) };
        let back = Back { source: self.local, tag: tag.as_bytes() };
        let mut answer = Answer::begin(&request, response.status, phrase(response.status), &back, out);
        if response.nonce != 0 {
            let name = if response.status == 407 { "Proxy-Authenticate" } else { "WWW-Authenticate" };
            let nonce = response.nonce;
            answer.header(name, format_args!("Digest realm=\"{DOMAIN}\", nonce=\"{nonce:08x}\", algorithm=MD5"));
        }
        if let Some(timer) = response.timer {
            answer.header("Session-Expires", timer.interval_s);
        }
        if response.retry_after_s > 0 {
            answer.header("Retry-After", response.retry_after_s);
        }
        if response.reason != Reason::None {
            answer.header("Warning", format_args!("399 pbxsim \"{}\"", response.reason.code()));
        }
        answer.header("Server", AGENT);
        answer.end();
    }

    fn address(&self, site: &Site, node: NodeId) -> SocketAddr {
        site.pbx_index(node).map_or(self.local, |pbx| self.directory.node(pbx as u16))
    }
}

/// The end of a request: what only those of a transfer say, and the length of what follows.
fn transfer(request: &CallRequest, out: &mut Vec<u8>) {
    let target = digits(request.dialled);
    match request.transfer {
        Transfer::None => put(out, format_args!("Content-Length: 0\r\n\r\n")),
        Transfer::To { replaces: 0 } => {
            put(out, format_args!("Refer-To: <sip:{target}@{DOMAIN}>\r\nContent-Length: 0\r\n\r\n"));
        }
        Transfer::To { replaces } => {
            let replaces = format!("{replaces:08x}%3Bto-tag%3D{replaces:08x}%3Bfrom-tag%3D{:08x}", request.from_tag);
            put(out, format_args!("Refer-To: <sip:{DOMAIN}?Replaces={replaces}>\r\nContent-Length: 0\r\n\r\n"));
        }
        Transfer::Told { status, last } => {
            let body = format!("SIP/2.0 {status} {}\r\n", phrase(status));
            let state = if last { "terminated;reason=noresource" } else { "active;expires=180" };
            put(out, format_args!("Event: refer\r\nSubscription-State: {state}\r\nContent-Type: message/sipfrag\r\n"));
            put(out, format_args!("Content-Length: {}\r\n\r\n{body}", body.len()));
        }
    }
}

/// The digits dialled.
pub(super) fn digits(number: Number) -> String {
    number.0.to_string().split_off(1)
}

fn put(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("a Vec takes everything");
}

const DOMAIN: &str = "pbx.example";
const PORT: u16 = 5060;
/// Branches look the same every time.
const SECRET: u64 = 1;
/// Requests and calls that an answer may still refer to.
const MOST_KEPT: usize = 64;

//! Requests that our legs send, as text.

use std::net::SocketAddr;

use simulator::endpoint::people::People;
use simulator::node::{NodeId, Packet};
use simulator::numbers::Number;
use simulator::rng::mix;
use simulator::sip::message::{Aor, CallRequest, Method};
use simulator::sip::text::digest::{Asked, Use, authorize, ha1};
use simulator::time::Instant;

use super::dialogs::{Dialog, Way};
use super::media;
use super::timers::word;
use super::{ALLOW, Calls, Reach, Side};
use crate::wire::client::{AGENT, chosen, put};
use crate::wire::line::Line;

/// A branch with this bit belongs to no transaction of an INVITE: the ACK of a 2xx has one of its own (§13.2.2.4).
const OF_DIALOG: u32 = 1 << 31;

impl Calls {
    pub(super) fn write_request(
        &mut self,
        people: &People,
        now: Instant,
        packet: &Packet,
        request: &CallRequest,
        out: &mut Vec<u8>,
    ) -> Option<(Line, SocketAddr)> {
        let ours = (packet.source, request.from_tag);
        let number = match self.dialogs.of_ours(ours) {
            Some(number) => number,
            None if request.method == Method::Invite && request.to_tag == 0 => {
                self.begin(people, now, packet, request)?
            }
            None => return None,
        };
        let dialog = self.dialogs.get(number)?;
        let remote = dialog.remote(request.to_tag);
        let is_of_dialog = match request.method {
            Method::Bye | Method::Update | Method::Refer | Method::Notify => true,
            Method::Ack => request.branch & OF_DIALOG != 0,
            Method::Invite | Method::Cancel => false,
        };
        // A connection that others have opened is the only way back to them.
        let is_theirs = dialog.line.is_stream && self.side != Side::Endpoints;
        let (way, to) = match remote.filter(|_| is_of_dialog) {
            Some(remote) => (remote.way(), remote.address().filter(|_| !is_theirs).unwrap_or(dialog.address)),
            None => (Way { uri: &dialog.target, routes: Vec::new() }, dialog.address),
        };
        let method = request.method.name();
        out.extend_from_slice(method.as_bytes());
        line(out, &[b" ", way.uri, b" SIP/2.0"]);
        self.head(dialog, request, remote.map(|remote| &remote.tag[..]), out);
        way.routes.iter().for_each(|route| line(out, &[b"Route: <", route, b">"]));
        self.particulars(people, dialog, request, out);
        let body = self.body(dialog, request);
        if body.is_empty() {
            put(out, format_args!("Content-Length: 0\r\n\r\n"));
        } else {
            put(out, format_args!("Content-Type: application/sdp\r\nContent-Length: {}\r\n\r\n", body.len()));
            out.extend_from_slice(&body);
        }
        Some((dialog.line, to))
    }

    /// What every request has.
    fn head(&self, dialog: &Dialog, request: &CallRequest, their_tag: Option<&[u8]>, out: &mut Vec<u8>) {
        let (local, branch) = (self.local(dialog.line), self.names.branch(dialog.ours, request.branch));
        let transport = dialog.line.transport();
        let hops = 70_u8.saturating_sub(request.hops);
        put(out, format_args!("Via: SIP/2.0/{transport} {local};rport;branch={branch}\r\nMax-Forwards: {hops}\r\n"));
        line(out, &[b"From: <", &dialog.us, b">;tag=", self.names.tag(dialog.ours).as_bytes()]);
        match their_tag {
            Some(tag) => line(out, &[b"To: <", &dialog.them, b">;tag=", tag]),
            None => line(out, &[b"To: <", &dialog.them, b">"]),
        }
        line(out, &[b"Call-ID: ", &dialog.call_id]);
        put(out, format_args!("CSeq: {} {}\r\n", request.sequence, request.method.name()));
    }

    /// What some have.
    fn particulars(&self, people: &People, dialog: &Dialog, request: &CallRequest, out: &mut Vec<u8>) {
        let makes_dialog = matches!(request.method, Method::Invite | Method::Update);
        if makes_dialog {
            line(out, &[b"Contact: <", &dialog.contact, b">"]);
            put(out, format_args!("Allow: {ALLOW}\r\nSupported: timer\r\n"));
            let timer = request.timer;
            if timer.interval_s > 0 {
                let refresher = timer.refresher.map_or(String::new(), |who| format!(";refresher={}", word(who)));
                put(out, format_args!("Session-Expires: {}{refresher}\r\n", timer.interval_s));
            }
            if timer.least_s > 0 {
                put(out, format_args!("Min-SE: {}\r\n", timer.least_s));
            }
        }
        match (self.side, &dialog.session_id) {
            (Side::Endpoints, _) if dialog.is_outgoing => {
                put(out, format_args!("Session-ID: {}\r\n", self.names.session_id(dialog.session)));
            }
            (_, Some(id)) => line(out, &[b"Session-ID: ", id]),
            (_, None) => {}
        }
        put(out, format_args!("User-Agent: {AGENT}\r\n"));
        if self.side == Side::Endpoints {
            put(out, format_args!("X-Pbxsim-Run: {:016x}\r\n", self.names.run()));
            let user = people.aor(request.caller).filter(|_| dialog.is_outgoing).map(|aor| self.directory.user(aor));
            if let Some(user) = user {
                self.directory.write_headers(&user, self.names.run(), out);
            }
        }
        // §22.1: the ACK repeats what its INVITE had.
        if request.proof != 0 && matches!(request.method, Method::Invite | Method::Ack) {
            self.credentials(people, dialog, request, out);
        }
    }

    fn credentials(&self, people: &People, dialog: &Dialog, request: &CallRequest, out: &mut Vec<u8>) {
        let Some((value, header)) = &dialog.demand else { return };
        let Some((challenge, algorithm, protection)) = chosen(value) else { return };
        let Some(user) = people.aor(request.caller).map(|aor| self.directory.user(aor)) else { return };
        let realm: Vec<u8> = challenge.realm.octets().collect();
        let base = ha1(algorithm.hash, &user, &realm, &self.directory.password(&user));
        let cnonce = format!("{:016x}", mix(self.names.run() ^ u64::from(request.branch)));
        let body = if request.method == Method::Invite { self.body(dialog, request) } else { Vec::new() };
        let asked = Asked { method: request.method.name().as_bytes(), uri: &dialog.target, body: &body };
        let used = Use { count: 1, cnonce: cnonce.as_bytes() };
        put(out, format_args!("{header}: "));
        authorize((&challenge, algorithm, protection), &user, &base, &asked, &used, out);
        out.extend_from_slice(b"\r\n");
    }

    /// An INVITE's description: of a cluster what the caller has said.
    fn body(&self, dialog: &Dialog, request: &CallRequest) -> Vec<u8> {
        if request.method != Method::Invite {
            return Vec::new();
        }
        match self.side {
            Side::Endpoints => media::offer(self.local(dialog.line), u64::from(dialog.ours.1)),
            Side::Pbxs(_) => {
                let mut others = self.dialogs.of_session(dialog.session.number).filter(|other| !other.is_outgoing);
                others.next().map_or(Vec::new(), |caller| caller.description.to_vec())
            }
        }
    }

    /// An INVITE outside of a dialog: the text of what may become one.
    fn begin(&mut self, people: &People, now: Instant, packet: &Packet, request: &CallRequest) -> Option<u32> {
        let domain = &self.directory.domain;
        let caller = people.aor(request.caller)?;
        let us = [b"sip:", &self.directory.user(caller)[..], b"@", domain.as_bytes()].concat();
        let dialled = format!("sip:{}@{domain}", digits(request.dialled));
        let ours = (packet.source, request.from_tag);
        let stand_in = self.dialogs.next();
        let (line, peer, address, target, contact) = match self.side {
            Side::Endpoints => {
                let pbx = packet.target.0.checked_sub(people.first_pbx)? as u16;
                let line = if packet.reliable { Line::stream(request.caller.index()) } else { Line::datagrams(0) };
                let contact = device_contact(&self.directory.user(caller), caller, (line, self.local(line)));
                (line, packet.target, self.directory.node(pbx), dialled.clone().into_bytes(), contact)
            }
            Side::Pbxs(first) => {
                let pbx = packet.source.0.checked_sub(people.first_pbx)? as usize;
                let Reach { contact, address, line } = self.reach.get(&(pbx, packet.target))?;
                (*line, NodeId(first + stand_in), *address, contact.to_vec(), self.pbx_contact(*line))
            }
        };
        let caller_side = self.dialogs.of_session(request.session.number).find(|other| !other.is_outgoing);
        let session_id = caller_side.and_then(|other| other.session_id.clone());
        self.latest.insert(request.caller, request.session);
        let call_id = self.names.call_id(ours).into_bytes().into();
        let dialog = Dialog {
            ours,
            session: request.session,
            session_id,
            peer,
            door: packet.source,
            line,
            address,
            call_id,
            us: us.into(),
            them: dialled.into_bytes().into(),
            target: target.into(),
            contact: contact.into(),
            remotes: Vec::new(),
            demand: None,
            description: Box::default(),
            is_outgoing: true,
            theirs: 0,
        };
        self.dialogs.add(now, dialog)
    }

    /// Where a PBX is.
    pub(super) fn pbx_contact(&self, line: Line) -> Vec<u8> {
        format!("sip:{}{}", self.local(line), line.parameter()).into_bytes()
    }
}

/// Where a device is: as it registers.
pub(super) fn device_contact(user: &[u8], aor: Aor, (line, local): (Line, SocketAddr)) -> Vec<u8> {
    let place = format!("@{local}{}", line.parameter());
    [b"sip:", user, b".", aor.device.word().as_bytes(), place.as_bytes()].concat()
}

/// The digits dialled.
fn digits(number: Number) -> String {
    number.0.to_string().split_off(1)
}

/// Writes a line.
fn line(out: &mut Vec<u8>, parts: &[&[u8]]) {
    parts.iter().for_each(|part| out.extend_from_slice(part));
    out.extend_from_slice(b"\r\n");
}

//! Responses out of a request's own octets (RFC 3261 §8.2.6): Via, From, To, Call-ID and CSeq are copied, not written anew.

use core::fmt::{self, Display, Write};
use core::net::SocketAddr;

use super::fault::Fault;
use super::lexer::{Cursor, trim};
use super::lines::are_quoted;
use super::message::{Field, Message};
use super::name::Name;
use super::verdict::{Abilities, is_supported};
use super::via::Via;

/// A response being written.
#[derive(Debug)]
pub struct Answer<'o> {
    out: &'o mut Vec<u8>,
}

/// What goes with every answer to one request.
#[derive(Clone, Copy, Debug)]
pub struct Back<'a> {
    /// Where the request came from: goes into the top Via (§18.2.1, RFC 3581).
    pub source: SocketAddr,
    /// Our tag in a To without one.
    pub tag: &'a [u8],
}

impl<'o> Answer<'o> {
    /// Begins a response behind whatever `out` holds; what the request lacks is left out, never invented.
    pub fn begin(
        request: &Message<'_>,
        status: u16,
        phrase: impl Display,
        back: &Back<'_>,
        out: &'o mut Vec<u8>,
    ) -> Self {
        let mut answer = Self { out };
        answer.write(format_args!("SIP/2.0 {status} {phrase}\r\n"));
        let mut is_top = true;
        for via in request.fields(Name::Via).filter(|field| are_quoted(field.value)) {
            if is_top {
                answer.top_via(via, back.source);
            } else {
                answer.copy(via);
            }
            is_top = false;
        }
        for name in [Name::From, Name::To, Name::CallId, Name::CSeq] {
            let Some(field) = request.fields(name).next().filter(|field| are_quoted(field.value)) else { continue };
            answer.copy(field);
            let lacks_tag = name == Name::To && request.to().is_ok_and(|to| to.tag().is_none());
            // §8.2.6.2: a 100 gets none.
            if lacks_tag && status > 100 && !back.tag.is_empty() {
                answer.out.truncate(answer.out.len() - 2);
                answer.put(&[b";tag=", back.tag, b"\r\n"]);
            }
        }
        answer
    }

    /// Refuses a request: the status of the fault, and what the client needs to do better (§8.2).
    pub fn refuse(request: &Message<'_>, fault: Fault, abilities: &Abilities, back: &Back<'_>, out: &'o mut Vec<u8>) {
        let mut answer = Self::begin(request, fault.status(), fault, back, out);
        match fault {
            Fault::UnknownMethod | Fault::MethodNotAllowed => {
                answer.list("Allow", abilities.methods.iter().map(|method| method.text()));
            }
            Fault::Extension => {
                let tags = request.options(Name::Require).flatten().filter(|tag| !is_supported(tag, abilities));
                answer.list("Unsupported", tags);
            }
            Fault::ContentType | Fault::NotAcceptable => {
                answer.list("Accept", abilities.bodies.iter().map(|body| body.as_bytes()));
            }
            _ => {}
        }
        answer.end();
    }

    /// Adds a header field.
    pub fn header(&mut self, name: &str, value: impl Display) -> &mut Self {
        self.write(format_args!("{name}: {value}\r\n"));
        self
    }

    /// Adds a header field of octets.
    pub fn octets(&mut self, name: &str, value: &[u8]) -> &mut Self {
        self.put(&[name.as_bytes(), b": ", value, b"\r\n"]);
        self
    }

    /// Ends it without a body.
    pub fn end(self) {
        self.out.extend_from_slice(b"Content-Length: 0\r\n\r\n");
    }

    /// Ends it with a body of that type.
    pub fn end_with(mut self, kind: &str, body: &[u8]) {
        self.header("Content-Type", kind).header("Content-Length", body.len());
        self.put(&[b"\r\n", body]);
    }

    fn list<'v>(&mut self, name: &str, values: impl Iterator<Item = &'v [u8]>) {
        self.put(&[name.as_bytes(), b": "]);
        for (place, value) in values.enumerate() {
            self.put(&[if place > 0 { b", " } else { b"" }, value]);
        }
        self.put(&[b"\r\n"]);
    }

    fn copy(&mut self, field: Field<'_>) {
        self.put(&[field.name, b": ", trim(field.value), b"\r\n"]);
    }

    /// `received` where the sender says another address than it has, or asks for `rport`.
    fn top_via(&mut self, field: Field<'_>, source: SocketAddr) {
        let value = trim(field.value);
        let mut cursor = Cursor::new(value);
        let Some(via) = Via::read(&mut cursor) else { return self.copy(field) };
        let (first, rest) = value.split_at(cursor.at());
        let asks = via.rport() == Some(None);
        let is_elsewhere = via.host.address() != Some(source.ip()) && via.received().is_none();
        self.put(&[field.name, b": "]);
        match via.params.end_of("rport").filter(|_| asks) {
            Some(end) => {
                let (before, after) = first.split_at(first.len() - via.params.text().len() + end);
                self.put(&[before]);
                self.write(format_args!("={}", source.port()));
                self.put(&[after]);
            }
            None => self.put(&[first]),
        }
        if is_elsewhere || asks && via.received().is_none() {
            self.write(format_args!(";received={}", source.ip()));
        }
        self.put(&[rest, b"\r\n"]);
    }

    fn put(&mut self, parts: &[&[u8]]) {
        parts.iter().for_each(|part| self.out.extend_from_slice(part));
    }

    fn write(&mut self, text: fmt::Arguments<'_>) {
        Octets(self.out).write_fmt(text).expect("a Vec takes everything");
    }
}

struct Octets<'o>(&'o mut Vec<u8>);

impl Write for Octets<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

//! A message as spans of the octets it came in.

use memchr::memchr;

use super::lexer::{is_token, number, trim};
use super::lines::{Line, Lines, Step, controls};
use super::method::Method;
use super::name::Name;
use super::{Fault, MAX_BODY, MAX_HEAD, MAX_HEADERS};

/// One message. Reading allocates nothing; values are typed when asked for.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    head: &'a [u8],
    body: &'a [u8],
    start: StartLine<'a>,
    /// Where the header section begins.
    headers_at: u16,
    /// By [`Name`]: the first line of that name.
    first: [Line; Name::COUNT],
    /// By [`Name`]: how many.
    count: [u16; Name::COUNT],
    fault: Option<Fault>,
}

/// The first line (RFC 3261 §7.1, §7.2).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum StartLine<'a> {
    /// A request.
    Request {
        /// What is asked.
        method: Method<'a>,
        /// Of whom, as it stands.
        uri: &'a [u8],
    },
    /// A response.
    Response {
        /// 100 to 699.
        status: u16,
        /// The reason phrase, as it stands.
        phrase: &'a [u8],
    },
}

/// A head, and how the length of its body is said.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head<'a> {
    pub(super) message: Message<'a>,
    /// Octets the head takes.
    pub(super) length: usize,
    pub(super) body: BodyLength,
}

/// What Content-Length says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum BodyLength {
    Octets(usize),
    Unsaid,
    Wrong(Fault),
}

impl<'a> Message<'a> {
    /// Reads the message of a datagram (§18.3). Line breaks before it are skipped (§7.5), octets behind it are noise.
    ///
    /// # Errors
    /// [`Fault::NotSip`] or [`Fault::StartLine`] where there is no first line to answer to. Everything else that is
    /// wrong is kept, see [`Self::fault`].
    pub fn read(datagram: &'a [u8]) -> Result<Self, Fault> {
        let head = Self::read_head(skip_breaks(datagram))?;
        let (message, rest) = (head.message, &skip_breaks(datagram)[head.length..]);
        let (body, fault) = match head.body {
            BodyLength::Octets(length) if length > rest.len() => (rest, Some(Fault::Length)),
            BodyLength::Octets(length) => (&rest[..length], None),
            BodyLength::Unsaid => (rest, None),
            BodyLength::Wrong(fault) => (&rest[..0], Some(fault)),
        };
        Ok(Self { body, fault: message.fault.or(fault), ..message })
    }

    /// The same message with its body, which came apart from it.
    pub(super) fn with_body(self, body: &'a [u8]) -> Self {
        Self { body, ..self }
    }

    /// Reads a start line and a header section from the first octet on.
    pub(super) fn read_head(bytes: &'a [u8]) -> Result<Head<'a>, Fault> {
        let bytes = &bytes[..bytes.len().min(MAX_HEAD)];
        let line_end = memchr(b'\n', bytes).ok_or(Fault::NotSip)?;
        let line = bytes[..line_end].strip_suffix(b"\r").unwrap_or(&bytes[..line_end]);
        let has_cr = line.len() < line_end;
        let (start, start_fault) = start_line(line)?;
        let mut message = Self {
            head: bytes,
            body: &[],
            start,
            headers_at: (line_end + 1) as u16,
            first: [Line::default(); Name::COUNT],
            count: [0; Name::COUNT],
            fault: start_fault,
        };
        let (length, crlfs) = message.index(line_end + 1);
        message.head = &bytes[..length];
        let crlfs = crlfs + u32::from(has_cr);
        message.note(controls(message.head, line_end + 1, crlfs).err());
        Ok(Head { message, length, body: message.body_length() })
    }

    /// Finds every line; octets up to the end of the head, and its line breaks of two octets.
    fn index(&mut self, at: usize) -> (usize, u32) {
        let mut lines = Lines::new(self.head, at);
        let mut headers = 0;
        loop {
            match lines.step() {
                Step::Line(line) => {
                    headers += 1;
                    self.note((headers > MAX_HEADERS).then_some(Fault::TooLarge));
                    self.note((!line.is_sound()).then_some(Fault::HeaderLine));
                    self.count_line(line);
                }
                Step::End(length) => return (length, lines.crlfs),
                Step::Unfinished => {
                    self.note(Some(if self.head.len() == MAX_HEAD { Fault::TooLarge } else { Fault::Unfinished }));
                    return (self.head.len(), lines.crlfs);
                }
            }
        }
    }

    #[inline]
    fn count_line(&mut self, line: Line) {
        let Some(name) = Name::of(line.name(self.head)) else { return };
        let place = name as usize;
        if self.count[place] == 0 {
            self.first[place] = line;
        }
        self.count[place] += 1;
    }

    #[inline]
    fn note(&mut self, fault: Option<Fault>) {
        self.fault = self.fault.or(fault);
    }

    fn body_length(&self) -> BodyLength {
        let Some(value) = self.value(Name::ContentLength) else { return BodyLength::Unsaid };
        if self.count(Name::ContentLength) > 1 {
            return BodyLength::Wrong(Fault::Repeated(Name::ContentLength));
        }
        match number(value) {
            None => BodyLength::Wrong(Fault::Malformed(Name::ContentLength)),
            Some(length) if length > MAX_BODY as u64 => BodyLength::Wrong(Fault::TooLarge),
            Some(length) => BodyLength::Octets(length as usize),
        }
    }

    /// What is wrong with its lines or its length; values are judged when they are typed.
    pub fn fault(&self) -> Option<Fault> {
        self.fault
    }

    /// The first line.
    pub fn start(&self) -> StartLine<'a> {
        self.start
    }

    /// The method of a request.
    pub fn method(&self) -> Option<Method<'a>> {
        match self.start {
            StartLine::Request { method, .. } => Some(method),
            StartLine::Response { .. } => None,
        }
    }

    /// The status of a response.
    pub fn status(&self) -> Option<u16> {
        match self.start {
            StartLine::Response { status, .. } => Some(status),
            StartLine::Request { .. } => None,
        }
    }

    /// Start line and header section, the empty line included.
    pub fn head(&self) -> &'a [u8] {
        self.head
    }

    /// The body.
    pub fn body(&self) -> &'a [u8] {
        self.body
    }

    /// Lines of that name.
    #[inline]
    pub fn count(&self, name: Name) -> u16 {
        self.count[name as usize]
    }

    /// The value of the first line of that name, without white space around it.
    #[inline]
    pub fn value(&self, name: Name) -> Option<&'a [u8]> {
        (self.count(name) > 0).then(|| trim(self.first[name as usize].value(self.head)))
    }

    /// The values of all lines of that name, in order.
    pub fn values(&self, name: Name) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        self.fields(name).map(|field| trim(field.value))
    }

    /// The lines of that name as they stand, in order.
    pub fn fields(&self, name: Name) -> impl Iterator<Item = Field<'a>> + use<'a> {
        let (head, count) = (self.head, usize::from(self.count(name)));
        let lines = Lines::new(head, usize::from(self.first[name as usize].start));
        let of_name = move |line: &Line| line.is_sound() && Name::of(line.name(head)) == Some(name);
        lines
            .take(if count == 0 { 0 } else { usize::MAX })
            .filter(of_name)
            .take(count)
            .map(move |line| Field::new(head, line))
    }

    /// All lines that have a name, in order; unknown ones too.
    pub fn all(&self) -> impl Iterator<Item = Field<'a>> + use<'a> {
        let head = self.head;
        let lines = Lines::new(head, usize::from(self.headers_at));
        lines.filter(|line| line.is_sound()).map(move |line| Field::new(head, line))
    }
}

/// A header field as it stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Field<'a> {
    /// Its name.
    pub name: &'a [u8],
    /// Behind the colon; white space and folds as they are.
    pub value: &'a [u8],
}

impl<'a> Field<'a> {
    fn new(head: &'a [u8], line: Line) -> Self {
        Self { name: line.name(head), value: line.value(head) }
    }
}

/// Without the line breaks in front of it (§7.5).
pub(super) fn skip_breaks(bytes: &[u8]) -> &[u8] {
    let breaks = bytes.iter().take_while(|octet| matches!(octet, b'\r' | b'\n')).count();
    &bytes[breaks..]
}

/// A line with what is wrong in it, if it can be told which of the two it is.
fn start_line(line: &[u8]) -> Result<(StartLine<'_>, Option<Fault>), Fault> {
    if line.get(..4).is_some_and(|word| word.eq_ignore_ascii_case(b"SIP/")) {
        return status_line(line).map(|start| (start, None));
    }
    let method = &line[..line.iter().position(|octet| !is_token(*octet)).unwrap_or(line.len())];
    let version_at = line.windows(5).rposition(|word| word.eq_ignore_ascii_case(b" SIP/"));
    let Some(version_at) = version_at.filter(|at| !method.is_empty() && *at >= method.len()) else {
        return Err(Fault::NotSip);
    };
    let version = &line[version_at + 1..];
    let uri = line.get(method.len() + 1..version_at).unwrap_or_default();
    let is_clean = line[method.len()] == b' ' && !uri.is_empty() && uri.iter().all(u8::is_ascii_graphic);
    let fault = if !is_version(version) {
        let is_another = version[4..].iter().all(|octet| octet.is_ascii_digit() || *octet == b'.');
        Some(if is_another { Fault::Version } else { Fault::StartLine })
    } else {
        (!is_clean).then_some(Fault::StartLine)
    };
    Ok((StartLine::Request { method: Method::of(method), uri }, fault))
}

/// Three digits and one space on either side: a response with anything else cannot be matched, and nobody waits for
/// an answer to it.
fn status_line(line: &[u8]) -> Result<StartLine<'_>, Fault> {
    let (version, rest) = line.split_at_checked(7).ok_or(Fault::StartLine)?;
    if !is_version(version) {
        return Err(Fault::Version);
    }
    let Some((code, phrase)) = rest.strip_prefix(b" ").and_then(|rest| rest.split_at_checked(3)) else {
        return Err(Fault::StartLine);
    };
    let status = number(code).filter(|status| (100..700).contains(status)).ok_or(Fault::StartLine)?;
    // Some leave out the space before an empty phrase.
    let phrase = if phrase.is_empty() { phrase } else { phrase.strip_prefix(b" ").ok_or(Fault::StartLine)? };
    Ok(StartLine::Response { status: status as u16, phrase })
}

/// Case does not matter (§7.1).
fn is_version(text: &[u8]) -> bool {
    text.eq_ignore_ascii_case(b"SIP/2.0")
}

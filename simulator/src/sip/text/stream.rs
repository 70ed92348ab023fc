//! Messages out of a stream of octets (RFC 3261 §18.3): framed by Content-Length, whatever the cuts between reads.

use memchr::memchr;

use super::message::{BodyLength, Message};
use super::{Fault, MAX_HEAD};

/// Holds what has arrived and not been taken: at most one message and what came with its end.
#[derive(Clone, Debug, Default)]
pub struct Framer {
    buffer: Vec<u8>,
    /// Octets at the front that have been taken.
    taken: usize,
    /// Octets behind those that hold no end of a head.
    searched: usize,
    /// Octets the message at the front takes, once its head is known.
    wanted: Option<(usize, usize)>,
    is_broken: bool,
}

/// What comes out.
#[derive(Clone, Copy, Debug)]
pub enum Piece<'a> {
    /// A line break between messages: one answers a keep-alive, two in a row are one (RFC 5626 §4.4.1).
    Break,
    /// A message; its own faults are its own.
    Message(Message<'a>),
    /// The end of this stream: where the next message begins cannot be known. The message, if it can be answered.
    Broken(Fault, Option<Message<'a>>),
}

impl Framer {
    /// Adds what has arrived. After [`Piece::Broken`] nothing is kept.
    pub fn push(&mut self, octets: &[u8]) {
        if self.is_broken {
            return;
        }
        if self.taken > 0 {
            self.buffer.drain(..self.taken);
            self.taken = 0;
        }
        self.buffer.extend_from_slice(octets);
    }

    /// Octets held.
    pub fn held(&self) -> usize {
        self.buffer.len() - self.taken
    }

    /// The next piece, if it is whole.
    pub fn take(&mut self) -> Option<Piece<'_>> {
        if self.is_broken {
            return None;
        }
        if self.wanted.is_none() {
            match &self.buffer[self.taken..] {
                [] | [b'\r'] => return None,
                [b'\n', ..] => return Some(self.line_break(1)),
                [b'\r', b'\n', ..] => return Some(self.line_break(2)),
                _ => {}
            }
            let length = match self.head_length() {
                Ok(length) => length?,
                Err(fault) => return Some(self.end(fault, None)),
            };
            let head = match Message::read_head(&self.buffer[self.taken..self.taken + length]) {
                Ok(head) => head,
                Err(fault) => return Some(self.end(fault, None)),
            };
            match head.body {
                BodyLength::Octets(body) => self.wanted = Some((length, body)),
                BodyLength::Unsaid => return Some(self.end(Fault::Length, Some(length))),
                BodyLength::Wrong(fault) => return Some(self.end(fault, Some(length))),
            }
        }
        let (head, body) = self.wanted.filter(|(head, body)| head + body <= self.held())?;
        let at = self.taken;
        (self.taken, self.searched, self.wanted) = (at + head + body, 0, None);
        let octets = &self.buffer[at..at + head + body];
        let read = Message::read_head(&octets[..head]).map(|read| read.message.with_body(&octets[head..]));
        Some(read.map_or_else(|fault| Piece::Broken(fault, None), Piece::Message))
    }

    fn line_break(&mut self, octets: usize) -> Piece<'_> {
        self.taken += octets;
        self.searched = 0;
        Piece::Break
    }

    /// The stream ends here; `head` octets can still be read as the head of what broke it.
    fn end(&mut self, fault: Fault, head: Option<usize>) -> Piece<'_> {
        self.is_broken = true;
        let octets = &self.buffer[self.taken..];
        let message = head.and_then(|length| Message::read_head(&octets[..length]).ok()).map(|head| head.message);
        Piece::Broken(fault, message)
    }

    /// Octets up to the end of the empty line; searched from where the last search ended, so that a slow sender costs no
    /// more than a fast one.
    fn head_length(&mut self) -> Result<Option<usize>, Fault> {
        let octets = &self.buffer[self.taken..];
        while let Some(lf) = memchr(b'\n', &octets[self.searched..]).map(|at| self.searched + at) {
            let length = match &octets[lf + 1..] {
                [b'\n', ..] => lf + 2,
                [b'\r', b'\n', ..] => lf + 3,
                // The next octet or two decide.
                [] | [b'\r'] => {
                    self.searched = lf;
                    return within(octets.len(), None);
                }
                _ => {
                    self.searched = lf + 1;
                    continue;
                }
            };
            return within(length, Some(length));
        }
        self.searched = octets.len();
        within(octets.len(), None)
    }
}

fn within(octets: usize, length: Option<usize>) -> Result<Option<usize>, Fault> {
    if octets > MAX_HEAD { Err(Fault::TooLarge) } else { Ok(length) }
}

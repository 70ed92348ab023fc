//! What becomes of a message at a PBX: the one thing that all these tests compare.

use simulator::sip::text::fault::Fault;
use simulator::sip::text::message::Message;
use simulator::sip::text::method::Method;
use simulator::sip::text::stream::{Framer, Piece};
use simulator::sip::text::verdict::{Abilities, Verdict, judge, refuse};

/// A registrar and B2BUA.
pub(crate) const PBX: Abilities = Abilities {
    methods: &[Method::Invite, Method::Register, Method::Options, Method::Bye, Method::Message],
    extensions: &["path"],
    bodies: &["application/sdp"],
};

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Outcome {
    /// A request or response to be handled, with a body of this length.
    Take(usize),
    /// A request refused.
    Refuse(u16),
    /// Dropped and counted.
    Drop,
    /// The connection is closed, after this answer if any.
    Close(Option<u16>),
    /// The end has not come yet.
    Wait,
}

impl Outcome {
    /// The same, body apart.
    pub(crate) fn is_like(self, other: Self) -> bool {
        self == other || matches!((self, other), (Self::Take(_), Self::Take(_)))
    }
}

fn outcome(message: &Message<'_>, verdict: Verdict) -> Outcome {
    match verdict {
        Verdict::Take => Outcome::Take(message.body().len()),
        Verdict::Refuse(fault) => Outcome::Refuse(fault.status()),
        Verdict::Drop(_) => Outcome::Drop,
    }
}

pub(crate) fn of_datagram(datagram: &[u8]) -> Outcome {
    match Message::read(datagram) {
        Ok(message) => outcome(&message, judge(&message, &PBX)),
        Err(_) => Outcome::Drop,
    }
}

/// Pieces of a stream that arrives in these segments; what is left over shows as a last `Wait`.
pub(crate) fn of_stream<'a>(segments: impl Iterator<Item = &'a [u8]>) -> Vec<Outcome> {
    let mut framer = Framer::default();
    let mut outcomes = Vec::new();
    let mut is_closed = false;
    for segment in segments {
        framer.push(segment);
        while let Some(piece) = framer.take() {
            match piece {
                Piece::Break => {}
                Piece::Message(message) => outcomes.push(outcome(&message, judge(&message, &PBX))),
                Piece::Broken(fault, message) => {
                    outcomes.push(Outcome::Close(message.and_then(|message| closing(&message, fault))));
                    is_closed = true;
                }
            }
        }
    }
    if framer.held() > 0 && !is_closed {
        outcomes.push(Outcome::Wait);
    }
    outcomes
}

fn closing(message: &Message<'_>, fault: Fault) -> Option<u16> {
    match refuse(message, fault) {
        Verdict::Refuse(fault) => Some(fault.status()),
        Verdict::Take | Verdict::Drop(_) => None,
    }
}

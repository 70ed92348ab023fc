//! What a side says of its stream, and when one description answers another (RFC 3264 §6).

use crate::sip::sdp::codec::Codecs;

/// A session description with its one stream. 12 bytes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Description {
    /// Codecs, the most wanted first.
    pub codecs: Codecs,
    /// Version of the origin line: one more with each change (RFC 3264 §8).
    pub version: u16,
    /// Where RTP is wanted; 0: the stream is refused, or given up.
    pub port: u16,
    /// Who sends.
    pub direction: Direction,
}

/// Who sends, as the describing side sees it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub enum Direction {
    /// Nobody: held from both sides.
    Inactive,
    /// We only: the other side is held, perhaps with music (RFC 3264 §8.4).
    SendOnly,
    /// They only.
    ReceiveOnly,
    /// Both.
    SendReceive,
}

impl Direction {
    /// Of these two.
    pub fn of(sends: bool, receives: bool) -> Self {
        match (sends, receives) {
            (false, false) => Self::Inactive,
            (true, false) => Self::SendOnly,
            (false, true) => Self::ReceiveOnly,
            (true, true) => Self::SendReceive,
        }
    }

    /// Whether the describing side sends.
    pub fn sends(self) -> bool {
        matches!(self, Self::SendOnly | Self::SendReceive)
    }

    /// Whether it receives.
    pub fn receives(self) -> bool {
        matches!(self, Self::ReceiveOnly | Self::SendReceive)
    }

    /// The answer to an offer of this direction, by somebody who would like `wanted` (§6.1): no more than is offered.
    #[must_use]
    pub fn answered(self, wanted: Self) -> Self {
        Self::of(self.receives() && wanted.sends(), self.sends() && wanted.receives())
    }
}

impl Description {
    /// Nothing described.
    pub const NONE: Self = Self { codecs: Codecs::NONE, version: 0, port: 0, direction: Direction::Inactive };

    /// A first description.
    pub fn new(codecs: Codecs, port: u16, direction: Direction) -> Self {
        Self { codecs, version: 1, port, direction }
    }

    /// The answer to this offer with our codecs, at our port: those of its codecs that we have, in its order. `None`: no
    /// sound or fax is common to both: 488, or the stream refused (§6).
    pub fn answered(&self, codecs: Codecs, port: u16, wanted: Direction) -> Option<Self> {
        let common = self.codecs.common(codecs);
        common.first()?;
        let port = if self.port == 0 { 0 } else { port };
        Some(Self { codecs: common, version: 1, port, direction: self.direction.answered(wanted) })
    }

    /// Whether this may answer that offer (§6): no codec and no direction that was not offered, and a refused stream
    /// stays refused.
    pub fn answers(&self, offer: &Self) -> bool {
        let refused = self.port == 0;
        let fits = self.codecs.are_within(offer.codecs) && self.codecs.first().is_some();
        let within = self.direction == offer.direction.answered(self.direction);
        refused || (offer.port != 0 && fits && within)
    }

    /// Whether it says the same, the version apart.
    pub fn says_same(&self, other: &Self) -> bool {
        Self { version: other.version, ..*self } == *other
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sip::sdp::codec::Codec;
    use Direction::{Inactive, ReceiveOnly, SendOnly, SendReceive};

    #[test]
    fn an_answer_gives_no_more_than_the_offer_takes() {
        // Rows: what is offered; columns: what the answerer would like. RFC 3264 §6.1.
        let all = [Inactive, SendOnly, ReceiveOnly, SendReceive];
        let table = all.map(|offered| all.map(|wanted| offered.answered(wanted)));
        let expected = [
            [Inactive, Inactive, Inactive, Inactive],
            [Inactive, Inactive, ReceiveOnly, ReceiveOnly],
            [Inactive, SendOnly, Inactive, SendOnly],
            [Inactive, SendOnly, ReceiveOnly, SendReceive],
        ];
        assert_eq!(table, expected);
    }

    #[test]
    fn what_we_answer_may_answer() {
        let offer = Description::new(Codecs::of(&[Codec::Opus, Codec::Pcma, Codec::TelephoneEvent]), 4000, SendOnly);
        let answer = offer.answered(Codecs::of(&[Codec::Pcma, Codec::Opus]), 5000, SendReceive).unwrap();
        assert_eq!(answer, Description::new(Codecs::of(&[Codec::Opus, Codec::Pcma]), 5000, ReceiveOnly));
        assert!(answer.answers(&offer));
        assert!(!Description { direction: SendReceive, ..answer }.answers(&offer), "more than was offered");
        assert!(!Description { codecs: Codecs::of(&[Codec::G729]), ..answer }.answers(&offer), "never offered");
        assert!(Description { port: 0, ..answer }.answers(&offer), "refusing is always right");
    }

    #[test]
    fn without_a_common_codec_there_is_no_answer() {
        let offer = Description::new(Codecs::of(&[Codec::Opus, Codec::TelephoneEvent]), 4000, SendReceive);
        assert_eq!(offer.answered(Codecs::of(&[Codec::Pcma, Codec::TelephoneEvent]), 5000, SendReceive), None);
    }

    #[test]
    fn a_refused_stream_stays_refused() {
        let offer = Description::new(Codecs::of(&[Codec::Opus]), 0, SendReceive);
        let answer = offer.answered(Codecs::of(&[Codec::Opus]), 5000, SendReceive).unwrap();
        assert_eq!(answer.port, 0);
        assert!(!Description { port: 5000, ..answer }.answers(&offer));
    }

    #[test]
    fn it_takes_12_bytes() {
        assert_eq!(size_of::<Description>(), 12);
    }
}

//! Codecs, and the list of them in a description.

/// How sound, a fax or a key pressed is written into packets.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub enum Codec {
    /// G.711 A-law, RTP payload type 8.
    Pcma = 1,
    /// G.711 µ-law, payload type 0.
    Pcmu,
    /// G.722, payload type 9.
    G722,
    /// G.729, payload type 18.
    G729,
    /// Opus (RFC 7587).
    Opus,
    /// T.38 fax.
    T38,
    /// Keys pressed (RFC 4733): goes with a codec for sound, never alone.
    TelephoneEvent,
}

impl Codec {
    /// All, as numbered.
    pub const ALL: [Self; 7] =
        [Self::Pcma, Self::Pcmu, Self::G722, Self::G729, Self::Opus, Self::T38, Self::TelephoneEvent];

    fn read(nibble: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|codec| *codec as u32 == nibble)
    }
}

/// Codecs in order of preference, at most eight, none twice. 4 bytes: four bits each, the most wanted lowest.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Codecs(u32);

impl Codecs {
    /// No codec.
    pub const NONE: Self = Self(0);

    /// These; what is named twice counts where it is first.
    pub fn of(list: &[Codec]) -> Self {
        list.iter().fold(Self::NONE, |codecs, codec| codecs.with(*codec))
    }

    fn with(self, codec: Codec) -> Self {
        let length = (32 - self.0.leading_zeros()).div_ceil(4);
        if self.contains(codec) || length == 8 { self } else { Self(self.0 | (codec as u32) << (4 * length)) }
    }

    /// In order.
    pub fn iter(self) -> impl Iterator<Item = Codec> {
        (0..8).map_while(move |place| Codec::read(self.0 >> (4 * place) & 0xF))
    }

    /// Whether it is among them.
    pub fn contains(self, codec: Codec) -> bool {
        self.iter().any(|known| known == codec)
    }

    /// Whether all of these are among `others`.
    pub fn are_within(self, others: Self) -> bool {
        self.iter().all(|codec| others.contains(codec))
    }

    /// Those that `others` have too, in our order.
    #[must_use]
    pub fn common(self, others: Self) -> Self {
        self.iter().filter(|codec| others.contains(*codec)).fold(Self::NONE, Self::with)
    }

    /// What is sent: the most wanted one that carries sound or a fax.
    pub fn first(self) -> Option<Codec> {
        self.iter().find(|codec| *codec != Codec::TelephoneEvent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_keeps_its_order_and_names_nothing_twice() {
        let codecs = Codecs::of(&[Codec::Opus, Codec::Pcma, Codec::Opus, Codec::TelephoneEvent]);
        assert_eq!(codecs.iter().collect::<Vec<_>>(), [Codec::Opus, Codec::Pcma, Codec::TelephoneEvent]);
        assert_eq!(Codecs::of(&Codec::ALL).iter().collect::<Vec<_>>(), Codec::ALL);
    }

    #[test]
    fn what_is_common_comes_in_the_order_of_the_first() {
        let ours = Codecs::of(&[Codec::Pcmu, Codec::Pcma]);
        let theirs = Codecs::of(&[Codec::Opus, Codec::Pcma, Codec::Pcmu]);
        assert_eq!(theirs.common(ours), Codecs::of(&[Codec::Pcma, Codec::Pcmu]));
        assert!(ours.are_within(theirs) && !theirs.are_within(ours));
    }

    #[test]
    fn keys_alone_are_no_call() {
        assert_eq!(Codecs::of(&[Codec::TelephoneEvent]).first(), None);
        assert_eq!(Codecs::of(&[Codec::TelephoneEvent, Codec::G722]).first(), Some(Codec::G722));
    }
}

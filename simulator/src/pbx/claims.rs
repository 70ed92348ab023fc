//! What calls take at a PBX: lines of trunks, channels that all share, places in rooms.

use crate::event::Channels;
use crate::layout::ChannelKind;
use crate::sip::message::Aor;

/// What a call holds at this PBX.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Held {
    /// Lines of the trunk it came by, and of the one it goes by.
    pub(super) trunks: [Option<Aor>; 2],
    /// Shared channels, by [`ChannelKind`].
    pub(super) shared: [u8; ChannelKind::ALL.len()],
    /// A place in this room.
    pub(super) room: Option<u16>,
}

/// A channel that a call takes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Claim {
    /// A line of a trunk.
    Line(Aor),
    /// A channel that all calls share.
    Shared(ChannelKind),
    /// A place in a room.
    Place(u16),
}

impl Claim {
    /// As facts name it.
    pub(super) fn of(self, population: impl Fn(u16) -> u16) -> Channels {
        match self {
            Self::Line(trunk) => Channels::Trunk(population(trunk.block)),
            Self::Shared(kind) => Channels::Shared(kind),
            Self::Place(room) => Channels::Room(room),
        }
    }
}

impl Held {
    /// With what another call has held, whose outer leg goes on in this one.
    pub(super) fn join(&mut self, other: Self) {
        self.trunks[1] = self.trunks[1].or(other.trunks[1]);
        self.shared.iter_mut().zip(other.shared).for_each(|(ours, theirs)| *ours += theirs);
        self.room = self.room.or(other.room);
    }

    /// Everything it is made of.
    pub(super) fn claims(self) -> impl Iterator<Item = Claim> {
        let lines = self.trunks.into_iter().flatten().map(Claim::Line);
        let shared = ChannelKind::ALL.into_iter().zip(self.shared);
        let shared = shared.flat_map(|(kind, count)| core::iter::repeat_n(Claim::Shared(kind), usize::from(count)));
        lines.chain(shared).chain(self.room.map(Claim::Place))
    }
}

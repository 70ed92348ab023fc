//! Facts in families, so that observers can be asked only about what they want.

use super::Event;

/// Facts that belong together: whoever wants one of a family usually wants no other, so observers are asked by family.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[repr(u8)]
pub enum Family {
    /// Wishes of endpoints, and how they end.
    Wish,
    /// What endpoints do on the way.
    Attempt,
    /// Bindings.
    Binding,
    /// Requests at a server.
    Request,
    /// A holder asks for a unit, and the answer.
    Checkout,
    /// Units in use.
    Unit,
    /// Leases between a PBX and its authority.
    Lease,
    /// Standbys.
    Standby,
    /// Calls, as their parties see them.
    Call,
    /// Channels that calls take.
    Channel,
    /// Waiting queues.
    Queue,
    /// What the driver does to a node.
    Driver,
}

impl Family {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Wish,
        Self::Attempt,
        Self::Binding,
        Self::Request,
        Self::Checkout,
        Self::Unit,
        Self::Lease,
        Self::Standby,
        Self::Call,
        Self::Channel,
        Self::Queue,
        Self::Driver,
    ];
}

/// A set of families.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Families(u16);

impl Families {
    /// These.
    pub const fn of<const N: usize>(families: [Family; N]) -> Self {
        let (mut bits, mut place) = (0, 0);
        while place < N {
            bits |= 1 << families[place] as u16;
            place += 1;
        }
        Self(bits)
    }

    /// One more.
    #[inline]
    pub fn add(&mut self, family: Family) {
        self.0 |= 1 << family as u16;
    }

    /// Whether both have one in common.
    #[inline]
    pub fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

impl Event {
    /// The facts it belongs to.
    #[inline]
    pub fn family(&self) -> Family {
        match self {
            Self::Due { .. }
            | Self::Answered { .. }
            | Self::Accepted { .. }
            | Self::GaveUp { .. }
            | Self::Withdrawn => Family::Wish,
            Self::Retransmitted | Self::Withheld | Self::Hopped | Self::Retrying { .. } | Self::NoSeat => {
                Family::Attempt
            }
            Self::Bound { .. } | Self::Unbound { .. } => Family::Binding,
            Self::Served { .. } | Self::Shed => Family::Request,
            Self::Asked { .. }
            | Self::Granted { .. }
            | Self::Denied { .. }
            | Self::Queued { .. }
            | Self::Abandoned { .. } => Family::Checkout,
            Self::Taken { .. } | Self::Freed { .. } => Family::Unit,
            Self::Renewed { .. }
            | Self::Grace { .. }
            | Self::Unmet { .. }
            | Self::Booked { .. }
            | Self::Recalled { .. }
            | Self::Reclaimed { .. }
            | Self::Usable { .. }
            | Self::Quarantine { .. } => Family::Lease,
            Self::Silence { .. } | Self::Role { .. } | Self::TakeoverRefused { .. } => Family::Standby,
            Self::CallDue { .. }
            | Self::CallRang { .. }
            | Self::CallAnswered { .. }
            | Self::CallFailed { .. }
            | Self::CallGivenUp { .. }
            | Self::CallEnded { .. }
            | Self::CallDropped { .. }
            | Self::CallOwned { .. }
            | Self::CallHeld { .. }
            | Self::CallTransferred { .. }
            | Self::CallPassedOn { .. }
            | Self::MessageLeft { .. } => Family::Call,
            Self::ChannelAsked { .. }
            | Self::ChannelTaken { .. }
            | Self::ChannelFreed { .. }
            | Self::ChannelRefused { .. } => Family::Channel,
            Self::QueueEntered { .. } | Self::QueueDelayed { .. } | Self::QueueLeft { .. } => Family::Queue,
            Self::Crashed | Self::Restarted | Self::Frozen | Self::Woken => Family::Driver,
        }
    }
}

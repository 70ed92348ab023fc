//! Facts that nodes state. Nodes never measure: whoever observes a run subtracts instants and counts.

mod family;
mod seen;
mod words;

pub use crate::licence::stock::{Kind, StockKind};
pub use family::{Families, Family};
pub use seen::Seen;

use crate::id::NodeId;
use crate::layout::{ChannelKind, Device};
use crate::licence::feature::Feature;
use crate::licence::reason::Reason;
use crate::sip::message::{Aor, Session};
use crate::time::{Duration, Instant};

/// What an endpoint is trying to do, through all its retries.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
#[repr(u8)]
pub enum Wish {
    /// To be in, after having been out by wish.
    #[default]
    SignIn,
    /// To keep a registration that stands.
    Refresh,
    /// To be in again, after a loss.
    Return,
    /// To be out.
    SignOut,
}

/// Why a binding ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub enum End {
    /// By wish: un-registered.
    Left,
    /// Not refreshed in time.
    Expired,
    /// The PBX crashed.
    Crash,
    /// Its licence lease ended (3.3.5).
    LeaseOver,
    /// Sent back to its home after a takeover.
    GivenBack,
    /// Its unit was recalled: it is registered elsewhere (3.7).
    Recalled,
    /// Its licences do not cover the software any more (A4).
    Uncovered,
}

/// How a call that was answered ended, as its caller sees it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub enum CallEnd {
    /// The caller hung up.
    HungUp,
    /// The other side did.
    Left,
    /// The caller's device lost its registration, or its power (M9).
    Dropped,
}

/// What calls take channels of.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Channels {
    /// The lines of a trunk, by population.
    Trunk(u16),
    /// Those of the PBX that states it.
    Shared(ChannelKind),
    /// The places of a room, by index.
    Room(u16),
}

impl Channels {
    fn word(self) -> u64 {
        match self {
            Self::Trunk(population) => u64::from(population),
            Self::Shared(kind) => 1 << 32 | kind as u64,
            Self::Room(room) => 2 << 32 | u64::from(room),
        }
    }
}

/// How a call leaves a queue.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub enum QueueEnd {
    /// An agent has answered.
    Answered,
    /// The caller has hung up, or was cut off.
    Abandoned,
    /// It goes elsewhere.
    Overflowed,
    /// It was refused: no agent, no place, or too long a wait.
    Refused,
    /// The PBX has crashed.
    Lost,
}

/// A fact. `endpoint` is the node that reports, unless a field names it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Event {
    // -- reported by endpoints
    /// A wish has begun; it was due now.
    Due {
        /// Which.
        wish: Wish,
    },
    /// A final answer other than a challenge, or none in 64·T1 (status 408), or a dead connection (status 0).
    Answered {
        /// Under which wish.
        wish: Wish,
        /// When that wish was due.
        due: Instant,
        /// When the first REGISTER of this attempt left (RFC 6076 §4.1).
        began: Instant,
        /// Status code.
        status: u16,
        /// Why.
        reason: Reason,
        /// Answers of this wish before this one.
        before: Seen,
    },
    /// The wish came true.
    Accepted {
        /// Which.
        wish: Wish,
        /// When it was due.
        due: Instant,
        /// When the first REGISTER of the successful attempt left.
        began: Instant,
        /// Attempts it took.
        attempts: u16,
    },
    /// The wish was given up.
    GaveUp {
        /// Which.
        wish: Wish,
        /// When it was due.
        due: Instant,
    },
    /// A REGISTER was re-sent (Timer E).
    Retransmitted,
    /// A REGISTER was not sent: its server is overloaded and has asked for less (RFC 7339).
    Withheld,
    /// Another server is tried after a refusal of a licence.
    Hopped,
    /// Between two tries from now on, or no longer.
    Retrying {
        /// Whether it is.
        on: bool,
    },
    /// The session ended before the wish came true: its owner wants in no longer.
    Withdrawn,
    /// An arrival of an open source found no free seat.
    NoSeat,

    // -- reported by registrars
    /// A REGISTER was answered 200 and a binding stands.
    Bound {
        /// The endpoint bound.
        endpoint: NodeId,
        /// Whether it was not bound here before.
        new: bool,
    },
    /// A binding ended.
    Unbound {
        /// The endpoint it was of.
        endpoint: NodeId,
        /// Why.
        end: End,
    },
    /// A request is served after this wait.
    Served {
        /// Wait before service.
        waited: Duration,
    },
    /// A request was refused or dropped because the queue was full.
    Shed,

    // -- reported by the licensing side of a PBX
    /// A holder asks for a unit.
    Asked {
        /// Of which feature.
        feature: Feature,
        /// For whom.
        endpoint: NodeId,
    },
    /// The unit is booked.
    Granted {
        /// Of which feature.
        feature: Feature,
        /// For whom.
        endpoint: NodeId,
        /// When it was asked for.
        asked: Instant,
        /// Whether it waited in line.
        queued: bool,
    },
    /// No unit.
    Denied {
        /// Of which feature.
        feature: Feature,
        /// For whom.
        endpoint: NodeId,
        /// Why.
        reason: Reason,
        /// When it was asked for.
        asked: Instant,
        /// Units free at the authority when it answered, where it did.
        free: u32,
    },
    /// The holder stands in line from now on.
    Queued {
        /// For which feature.
        feature: Feature,
        /// Who.
        endpoint: NodeId,
    },
    /// The holder left before an answer.
    Abandoned {
        /// Of which feature.
        feature: Feature,
        /// Who.
        endpoint: NodeId,
    },
    /// A unit is in use from now on.
    Taken {
        /// Of which feature.
        feature: Feature,
        /// Whose stock.
        stock: StockKind,
        /// Who holds it: an object for ports, else a device of it.
        holder: Aor,
    },
    /// A unit is in use no longer.
    Freed {
        /// Of which feature.
        feature: Feature,
        /// Whose stock.
        stock: StockKind,
        /// Who held it.
        holder: Aor,
    },
    /// A RENEW was sent.
    Renewed {
        /// Of which feature.
        feature: Feature,
    },
    /// Held units of this feature are past their soft deadline, or no longer.
    Grace {
        /// Of which feature.
        feature: Feature,
        /// Whether they are.
        on: bool,
    },
    /// The authority answered a RENEW whose `want` it could not meet.
    Unmet {
        /// Of which feature.
        feature: Feature,
        /// Free units at that moment.
        free: u32,
        /// Units that were missing.
        missing: u32,
    },

    /// The authority has this much booked for a PBX now.
    Booked {
        /// Of which feature.
        feature: Feature,
        /// For which PBX.
        pbx: u16,
        /// Holders and idle units.
        units: u32,
    },

    /// The authority asked a PBX for units back.
    Recalled {
        /// Of which feature.
        feature: Feature,
        /// Which PBX.
        pbx: u16,
        /// How many.
        units: u32,
    },
    /// An operator took units from a PBX by force (3.4.5): until then it may go on using them.
    Reclaimed {
        /// Of which feature.
        feature: Feature,
        /// Which PBX.
        pbx: u16,
        /// Until when.
        until: Instant,
    },
    /// The authority has another number of units to issue (3.4.4).
    Usable {
        /// Of which feature.
        feature: Feature,
        /// How many.
        units: u32,
        /// Why the PBX itself may use none (R13-R18), if it may not.
        why: Reason,
    },
    /// The authority has lost its table and grants nothing new, or has left that state (3.4.3).
    Quarantine {
        /// Whether it is in it.
        on: bool,
    },

    // -- reported by standbys
    /// A standby's active is silent, or answers again.
    Silence {
        /// Whether it is silent.
        on: bool,
    },
    /// A standby became active or passive.
    Role {
        /// Whether it is active.
        active: bool,
    },
    /// A standby that would take over may not (R41).
    TakeoverRefused {
        /// Standby licences installed.
        standbys: u32,
        /// Port licences installed.
        ports: u32,
    },

    // -- reported by the parties of calls
    /// A call begins; it was due now.
    CallDue {
        /// Which.
        session: Session,
    },
    /// The caller hears that it rings.
    CallRang {
        /// Which.
        session: Session,
        /// When its INVITE left.
        began: Instant,
    },
    /// The caller's INVITE was answered with a 2xx.
    CallAnswered {
        /// Which.
        session: Session,
        /// When the call was due.
        due: Instant,
        /// When its INVITE left.
        began: Instant,
        /// Whether it had rung before.
        rang: bool,
    },
    /// The caller's INVITE failed: its final answer, none at all (status 408), or the caller itself lost its registration
    /// or its power (status 0).
    CallFailed {
        /// Which.
        session: Session,
        /// When the call was due.
        due: Instant,
        /// When its INVITE left.
        began: Instant,
        /// Status code.
        status: u16,
        /// Why.
        reason: Reason,
        /// Whether it had rung before.
        rang: bool,
        /// Whether the caller will dial again.
        again: bool,
    },
    /// The caller's patience ended before an answer.
    CallGivenUp {
        /// Which.
        session: Session,
        /// When the call was due.
        due: Instant,
        /// Whether it rang.
        rang: bool,
    },
    /// A call that was answered is over, as its caller sees it.
    CallEnded {
        /// Which.
        session: Session,
        /// When it was answered.
        answered: Instant,
        /// When the BYE left or came.
        began: Instant,
        /// How it ended.
        end: CallEnd,
        /// Status of the answer to the caller's BYE; 408: none; 0: the caller sent none.
        status: u16,
    },

    /// One side of a call has put the other on hold, or has taken it back.
    CallHeld {
        /// Of which.
        session: Session,
        /// Whether it is on hold now.
        on: bool,
    },
    /// Who was called has passed the caller on to somebody else, or could not.
    CallTransferred {
        /// Which.
        session: Session,
        /// Whether it is done.
        done: bool,
    },

    // -- reported by the PBX a call goes through
    /// A call wants a channel.
    ChannelAsked {
        /// Of these.
        of: Channels,
    },
    /// It has one.
    ChannelTaken {
        /// Of these.
        of: Channels,
    },
    /// It has it no longer.
    ChannelFreed {
        /// Of these.
        of: Channels,
    },
    /// There is none.
    ChannelRefused {
        /// Of these.
        of: Channels,
    },
    /// A call of one of its devices stands at a PBX: it has answered the caller; or no longer.
    CallOwned {
        /// Which.
        session: Session,
        /// Whether it does.
        on: bool,
    },
    /// A call goes on to another number: forwarded, or out of a queue.
    CallPassedOn {
        /// Which.
        session: Session,
    },
    /// The mailbox of a user has answered a call, and tells the user's devices that a message waits.
    MessageLeft {
        /// Of which call.
        session: Session,
        /// For whom.
        user: Aor,
    },
    /// A call has come to a queue.
    QueueEntered {
        /// Which.
        queue: u16,
    },
    /// No agent is idle: it waits from now on.
    QueueDelayed {
        /// In which.
        queue: u16,
    },
    /// It has left the queue.
    QueueLeft {
        /// Which.
        queue: u16,
        /// Time since it came.
        waited: Duration,
        /// How.
        end: QueueEnd,
    },
    /// A call is cut off because one of its ends is not registered any more (M9).
    CallDropped {
        /// Which.
        session: Session,
    },

    // -- reported by the driver
    /// The node is gone without a word.
    Crashed,
    /// The node starts again.
    Restarted,
    /// The node hears nothing from now on. Units it has borrowed are freed with it: nobody can use them meanwhile.
    Frozen,
    /// The node hears again; the units that its leases still cover are taken again.
    Woken,
}

impl Aor {
    /// The object alone: what holds a port.
    #[must_use]
    pub fn object(self) -> Self {
        Self { device: Device::DeskPhone, ..self }
    }
}

//! Facts that nodes state. Nodes never measure: whoever observes a run subtracts instants and counts.

mod family;

pub use crate::licence::stock::{Kind, StockKind};
pub use family::{Families, Family};

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

/// Kinds of answers a wish has met, as bits.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Seen(pub u32);

impl Seen {
    const TIMED_OUT: u32 = 1 << 24;
    const REDIRECTED: u32 = 1 << 25;
    const UNREACHABLE: u32 = 1 << 26;
    const REFUSED: u32 = 1 << 27;

    fn kind(status: u16, reason: Reason) -> u32 {
        let refused = if status >= 400 && reason != Reason::InLine { Self::REFUSED } else { 0 };
        match status {
            0 => Self::UNREACHABLE,
            408 => Self::TIMED_OUT,
            300..400 => Self::REDIRECTED,
            _ if reason == Reason::None => refused,
            _ => refused | 1 << reason as u32,
        }
    }

    /// With another answer added.
    #[must_use]
    pub fn with(self, status: u16, reason: Reason) -> Self {
        Self(self.0 | Self::kind(status, reason))
    }

    /// Whether an answer of this kind (no answer: 408, dead connection: 0, redirect, reason) is among them.
    pub fn has(self, status: u16, reason: Reason) -> bool {
        let kind = match Self::kind(status, reason) {
            kind if reason != Reason::None => kind & !Self::REFUSED,
            kind => kind,
        };
        self.0 & kind != 0
    }

    /// Whether any was a refusal.
    pub fn refused(self) -> bool {
        self.0 & Self::REFUSED != 0
    }

    /// Whether any was a refusal of a licence.
    pub fn refused_a_licence(self) -> bool {
        Reason::ALL.into_iter().any(|reason| reason.is_licence() && self.0 & 1 << reason as u32 != 0)
    }
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

impl Event {
    /// Every field, as words for the digest: a pattern without `..` so that a new field cannot be forgotten.
    pub fn words(&self) -> [u64; 4] {
        let aor = |aor: Aor| u64::from(aor.block) << 40 | (aor.device as u64) << 32 | u64::from(aor.seat);
        let stock = |stock: StockKind| u64::from(stock.owner) << 8 | stock.kind as u64;
        let of =
            |session: Session| u64::from(session.to) << 48 | u64::from(session.flow) << 32 | u64::from(session.number);
        match *self {
            Self::Due { wish } => [1, wish as u64, 0, 0],
            Self::Answered { wish, due, began, status, reason, before } => [
                2 | (wish as u64) << 8 | u64::from(status) << 16 | (reason as u64) << 32,
                due.0,
                began.0,
                u64::from(before.0),
            ],
            Self::Accepted { wish, due, began, attempts } => {
                [3 | (wish as u64) << 8, due.0, began.0, u64::from(attempts)]
            }
            Self::GaveUp { wish, due } => [4 | (wish as u64) << 8, due.0, 0, 0],
            Self::Retransmitted => [5, 0, 0, 0],
            Self::Withheld => [32, 0, 0, 0],
            Self::Hopped => [6, 0, 0, 0],
            Self::Retrying { on } => [7, u64::from(on), 0, 0],
            Self::NoSeat => [8, 0, 0, 0],
            Self::Withdrawn => [29, 0, 0, 0],
            Self::Bound { endpoint, new } => [9, u64::from(endpoint.0), u64::from(new), 0],
            Self::Unbound { endpoint, end } => [10, u64::from(endpoint.0), end as u64, 0],
            Self::Served { waited } => [11, waited.0, 0, 0],
            Self::Shed => [12, 0, 0, 0],
            Self::Asked { feature, endpoint } => [13, feature as u64, u64::from(endpoint.0), 0],
            Self::Granted { feature, endpoint, asked, queued } => {
                [14 | (feature as u64) << 8, u64::from(endpoint.0), asked.0, u64::from(queued)]
            }
            Self::Denied { feature, endpoint, reason, asked, free } => {
                [15 | (feature as u64) << 8 | (reason as u64) << 16, u64::from(endpoint.0), asked.0, u64::from(free)]
            }
            Self::Queued { feature, endpoint } => [16, feature as u64, u64::from(endpoint.0), 0],
            Self::Abandoned { feature, endpoint } => [17, feature as u64, u64::from(endpoint.0), 0],
            Self::Taken { feature, stock: kind, holder } => [18, feature as u64, stock(kind), aor(holder)],
            Self::Freed { feature, stock: kind, holder } => [19, feature as u64, stock(kind), aor(holder)],
            Self::Renewed { feature } => [20, feature as u64, 0, 0],
            Self::Grace { feature, on } => [21, feature as u64, u64::from(on), 0],
            Self::Unmet { feature, free, missing } => [22, feature as u64, u64::from(free), u64::from(missing)],
            Self::Booked { feature, pbx, units } => [28, feature as u64, u64::from(pbx), u64::from(units)],
            Self::Recalled { feature, pbx, units } => [60, feature as u64, u64::from(pbx), u64::from(units)],
            Self::Reclaimed { feature, pbx, until } => [61, feature as u64, u64::from(pbx), until.0],
            Self::Usable { feature, units, why } => [63, feature as u64, u64::from(units), why as u64],
            Self::Quarantine { on } => [62, u64::from(on), 0, 0],
            Self::Silence { on } => [23, u64::from(on), 0, 0],
            Self::Role { active } => [24, u64::from(active), 0, 0],
            Self::TakeoverRefused { standbys, ports } => [25, u64::from(standbys), u64::from(ports), 0],
            Self::CallDue { session } => [70, of(session), 0, 0],
            Self::CallRang { session, began } => [71, of(session), began.0, 0],
            Self::CallAnswered { session, due, began, rang } => {
                [72 | u64::from(rang) << 8, of(session), due.0, began.0]
            }
            Self::CallFailed { session, due, began, status, reason, rang, again } => [
                73 | u64::from(status) << 8 | (reason as u64) << 24 | u64::from(again) << 32 | u64::from(rang) << 33,
                of(session),
                due.0,
                began.0,
            ],
            Self::CallGivenUp { session, due, rang } => [74, of(session), due.0, u64::from(rang)],
            Self::CallEnded { session, answered, began, end, status } => {
                [75 | (end as u64) << 8 | u64::from(status) << 16, of(session), answered.0, began.0]
            }
            Self::ChannelAsked { of } => [76, of.word(), 0, 0],
            Self::ChannelTaken { of } => [77, of.word(), 0, 0],
            Self::ChannelFreed { of } => [78, of.word(), 0, 0],
            Self::ChannelRefused { of } => [79, of.word(), 0, 0],
            Self::CallDropped { session } => [80, of(session), 0, 0],
            Self::CallOwned { session, on } => [86, of(session), u64::from(on), 0],
            Self::CallPassedOn { session } => [84, of(session), 0, 0],
            Self::MessageLeft { session, user } => [85, of(session), aor(user), 0],
            Self::QueueEntered { queue } => [81, u64::from(queue), 0, 0],
            Self::QueueDelayed { queue } => [82, u64::from(queue), 0, 0],
            Self::QueueLeft { queue, waited, end } => [83 | (end as u64) << 8, u64::from(queue), waited.0, 0],
            Self::Crashed => [26, 0, 0, 0],
            Self::Restarted => [27, 0, 0, 0],
            Self::Frozen => [30, 0, 0, 0],
            Self::Woken => [31, 0, 0, 0],
        }
    }
}

impl Aor {
    /// The object alone: what holds a port.
    #[must_use]
    pub fn object(self) -> Self {
        Self { device: Device::DeskPhone, ..self }
    }
}

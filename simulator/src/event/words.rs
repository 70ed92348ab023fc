//! Facts as the digest folds them in.

use super::{Event, StockKind};
use crate::sip::message::{Aor, Session};

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
            Self::CallHeld { session, on } => [87, of(session), u64::from(on), 0],
            Self::CallTransferred { session, done } => [88, of(session), u64::from(done), 0],
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

//! Who there is and where: what no timeline can change.
//!
//! Endpoints are numbered without gaps. A population is cut into [`Block`]s, one per home, in the order written;
//! within a block the endpoints of one device kind are contiguous, lowest seats first. So the numbering is arithmetic.

use core::ops::Range;

use crate::licence::entitlement::Entitlement;
use crate::licence::feature::Feature;
use crate::numbers::{Destination, Number, NumberPlan};
use crate::time::Instant;

/// The structure of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout {
    /// The cluster's nodes, in the order declared.
    pub pbxs: Vec<PbxPlan>,
    /// Users and trunks, in the order declared.
    pub populations: Vec<PopulationPlan>,
    /// Every population's homes, grouped by population, in the order written.
    pub blocks: Vec<Block>,
    /// Site names by index.
    pub sites: Vec<String>,
    /// Whether licences are modelled at all; without them nothing is refused one.
    pub licensed: bool,
    /// Flows of calls, in the order declared.
    pub flows: Vec<FlowPlan>,
    /// What each number dialled stands for.
    pub numbers: NumberPlan,
    /// Waiting queues, in the order declared.
    pub queues: Vec<QueuePlan>,
    /// Groups that ring together, in the order declared.
    pub groups: Vec<GroupPlan>,
    /// Conference rooms, in the order declared.
    pub rooms: Vec<RoomPlan>,
    /// Users whose calls ring at others first: block, and at whom.
    pub secretaries: Vec<(u16, Selection)>,
    /// Functions that users have: block, feature, and how many of its lowest seats.
    pub assigned: Vec<(u16, Feature, u32)>,
    /// What runs beside each PBX, by index; nothing beside those behind the end.
    pub beside: Vec<Beside>,
    /// Waiting queues that a Queue Monitor shows: home, and version of the monitor (R73).
    pub monitors: Vec<(u16, u32)>,
    /// Who manages each conference room (R43).
    pub managers: Vec<Selection>,
    /// PBXs that are virtual appliances: a port used there books an IPVA licence with it (R26, R27).
    pub appliances: Vec<u16>,
}

impl Layout {
    /// The number under which sessions and flows know somebody who can be called: populations first, then queues, groups
    /// and rooms.
    pub fn callee(&self, name: &str) -> Option<u16> {
        (0..=u16::MAX)
            .map_while(|callee| Some((callee, self.callee_name(callee)?)))
            .find(|(_, one)| *one == name)
            .map(|one| one.0)
    }

    /// Whom that number stands for.
    pub fn callee_name(&self, callee: u16) -> Option<&str> {
        let populations = self.populations.iter().map(|population| &population.name);
        let queues = self.queues.iter().map(|queue| &queue.name);
        let groups = self.groups.iter().map(|group| &group.name);
        let rooms = self.rooms.iter().map(|room| &room.name);
        populations.chain(queues).chain(groups).chain(rooms).nth(usize::from(callee)).map(String::as_str)
    }

    /// The number that reaches somebody who can be called: of users the first seat.
    pub fn number_of_callee(&self, callee: u16) -> Number {
        match self.destination_of(callee) {
            Some(facility) => self.numbers.number_of_facility(facility),
            None => {
                let first = self.blocks.iter().position(|block| block.population == callee).unwrap_or(0);
                self.numbers.number_of(first as u16, 0)
            }
        }
    }

    /// The queue, group or room that this callee is; `None`: users or a trunk.
    pub fn destination_of(&self, callee: u16) -> Option<Destination> {
        let queue = callee.checked_sub(self.callee_of_queue(0))?;
        let Some(group) = callee.checked_sub(self.callee_of_group(0)) else { return Some(Destination::Queue(queue)) };
        let room = callee.checked_sub(self.callee_of_room(0));
        Some(room.map_or(Destination::Group(group), Destination::Room))
    }

    /// As whom a queue is called.
    pub fn callee_of_queue(&self, queue: u16) -> u16 {
        self.populations.len() as u16 + queue
    }

    /// As whom a room is called.
    pub fn callee_of_room(&self, room: u16) -> u16 {
        self.callee_of_group(self.groups.len() as u16) + room
    }

    /// As whom a group is called.
    pub fn callee_of_group(&self, group: u16) -> u16 {
        self.callee_of_queue(self.queues.len() as u16) + group
    }
}

/// What runs beside a PBX.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Beside {
    /// The Linux application platform (R50).
    pub linux: bool,
    /// A recorder (R71).
    pub recorder: bool,
    /// Service release of the PBX software: 12 of V10 SR12 (R70).
    pub service: u32,
}

/// A waiting queue: an object of a PBX that needs no port (R32).
#[derive(Clone, Debug, PartialEq)]
pub struct QueuePlan {
    /// As declared.
    pub name: String,
    /// The PBX where it is configured.
    pub home: u16,
    /// Who answers: users of the same home.
    pub agents: Selection,
    /// Where a caller goes for whom there is no place, or who has waited too long.
    pub overflow: Option<Number>,
}

/// A conference room (R32, R43): its PBX answers, and the call stays there.
#[derive(Clone, Debug, PartialEq)]
pub struct RoomPlan {
    /// As declared.
    pub name: String,
    /// The PBX where it is configured.
    pub home: u16,
}

/// What a trunk is made of.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Interface {
    /// SIP: needs no channel of the box.
    #[default]
    Sip,
    /// ISDN, primary or basic rate: an interface's channel and a relay channel for each call (R19, R24).
    Isdn,
    /// A Call Me button: a WebRTC channel for each call (R33e, R61).
    WebRtc,
}

/// Channels of a PBX, or of its box, that all calls share.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[repr(u8)]
pub enum ChannelKind {
    /// WebRTC channels (R61).
    WebRtc,
    /// Of the interfaces that are soldered in and licensed (R19).
    Isdn,
    /// Relay channels, for ISDN and conferences alike (R24).
    Relay,
    /// Media resources for conferences (R44, F17).
    Dsp,
}

impl ChannelKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::WebRtc, Self::Isdn, Self::Relay, Self::Dsp];

    /// The feature whose licences they are, if they are licensed.
    pub fn feature(self) -> Option<Feature> {
        match self {
            Self::WebRtc => Some(Feature::WebRtc),
            Self::Relay => Some(Feature::RelayChannels),
            Self::Isdn | Self::Dsp => None,
        }
    }
}

impl Interface {
    /// What each call by it takes besides a line of the trunk.
    pub fn takes(self) -> &'static [ChannelKind] {
        match self {
            Self::Sip => &[],
            Self::Isdn => &[ChannelKind::Isdn, ChannelKind::Relay],
            Self::WebRtc => &[ChannelKind::WebRtc],
        }
    }
}

/// Users who all ring when the group is called (R32).
#[derive(Clone, Debug, PartialEq)]
pub struct GroupPlan {
    /// As declared.
    pub name: String,
    /// The PBX where it is configured.
    pub home: u16,
    /// Who rings.
    pub members: Selection,
}

/// Calls from some people to others.
#[derive(Clone, Debug, PartialEq)]
pub struct FlowPlan {
    /// As declared.
    pub name: String,
    /// Who calls: indices into [`Layout::populations`].
    pub from: Vec<u16>,
    /// Who is called ([`Layout::callee`]), each with its part of the calls in parts per billion.
    pub to: Vec<(u16, u64)>,
    /// To whom calls are passed on while people talk ([`Layout::callee`]), if to anybody.
    pub transfers_to: Option<u16>,
    /// No call before this.
    pub starts: Instant,
}

/// One node of the cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct PbxPlan {
    /// As declared, with its number where `count` made several: `slave-2`.
    pub name: String,
    /// What it is.
    pub role: Role,
    /// Index into [`Layout::sites`].
    pub site: u16,
    /// The PBX it is a standby for, by index.
    pub stands_in_for: Option<u16>,
    /// Version of its software.
    pub software: u32,
    /// Licences bound here; also of none yet, where the schedule binds some.
    pub licences: Vec<Entitlement>,
}

impl PbxPlan {
    /// Units of a feature bound here, of all versions.
    pub fn units(&self, feature: Feature) -> u32 {
        let of_feature = self.licences.iter().filter(|licence| licence.feature == feature);
        of_feature.fold(0, |sum, licence| sum.saturating_add(licence.units))
    }
}

/// A node's site.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Place {
    /// Index of its site.
    pub site: u16,
    /// `Some(index)` for a PBX, `None` for an endpoint.
    pub pbx: Option<u16>,
}

/// F1.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Role {
    /// The one licence master.
    Master,
    /// Draws on the master, or on its own licences.
    Slave,
    /// Watches its active and takes over.
    Standby,
}

/// Users or trunks declared under one name.
#[derive(Clone, Debug, PartialEq)]
pub struct PopulationPlan {
    /// As declared.
    pub name: String,
    /// Seats in all.
    pub seats: u32,
    /// What its members do at the start.
    pub begins: Begins,
    /// Version of their operator applications (R74); 0: that of the PBX where they are at home.
    pub application: u32,
}

/// What members do before any timeline entry concerns them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Begins {
    /// Away until a `sign-in` entry calls them.
    Absent,
    /// These seats (ranges counted from 0 within the population, sorted, apart) as `Absent`, the rest as `FirstMinute`.
    Partly(Vec<Range<u32>>),
    /// Sign in over the first minute; with `away`, those whom chance finds present.
    FirstMinute,
    /// Sessions arrive by Poisson, each takes a free seat (`offered`).
    Offered,
}

impl Begins {
    /// Whether the member at `seat`, counted from 0 within the population, comes by itself within the first minute.
    pub fn in_first_minute(&self, seat: u32) -> bool {
        match self {
            Self::Absent | Self::Offered => false,
            Self::FirstMinute => true,
            Self::Partly(absent) => {
                let before = absent.partition_point(|range| range.start <= seat);
                before == 0 || absent[before - 1].end <= seat
            }
        }
    }
}

/// The seats of one population at one home.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// Index into [`Layout::populations`].
    pub population: u16,
    /// The PBX where they are configured.
    pub home: u16,
    /// Where they sit: index into [`Layout::sites`].
    pub site: u16,
    /// Addresses their devices know, primary first; at most 6.
    pub targets: Vec<u16>,
    /// Their first seat, counted from 0 within the population.
    pub first_seat: u32,
    /// How many seats.
    pub seats: u32,
    /// Devices: kind, and how many of the block's lowest seats have one; no kind twice.
    pub devices: Vec<(Device, u32)>,
}

impl Block {
    /// Endpoints in this block.
    pub fn endpoints(&self) -> u32 {
        self.devices.iter().map(|(_, count)| count).sum()
    }
}

/// Kinds of device (scenario language §4, "Devices").
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[repr(u8)]
pub enum Device {
    /// Books one port per user, shared with the user's other devices (R31, R33).
    DeskPhone,
    /// As a desk phone.
    Dect,
    /// As a desk phone.
    Analogue,
    /// As a desk phone (R33b).
    AnsweringMachine,
    /// An application's line group (R31).
    Line,
    /// Port and PBX-SoftwarePhones (R75).
    Softphone,
    /// PBX-Operator only (R74).
    Operator,
    /// A trunk: one port, however many channels (R33d).
    Trunk,
}

impl Device {
    /// All kinds, in declaration order.
    pub const ALL: [Self; 8] = [
        Self::DeskPhone,
        Self::Dect,
        Self::Analogue,
        Self::AnsweringMachine,
        Self::Line,
        Self::Softphone,
        Self::Operator,
        Self::Trunk,
    ];

    /// The word scenario files use.
    pub fn word(self) -> &'static str {
        match self {
            Self::DeskPhone => "desk-phone",
            Self::Dect => "dect",
            Self::Analogue => "analogue",
            Self::AnsweringMachine => "answering-machine",
            Self::Line => "line",
            Self::Softphone => "softphone",
            Self::Operator => "operator",
            Self::Trunk => "trunk",
        }
    }
}

/// Seats a timeline verb concerns: ranges of seats within blocks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selection {
    /// Block index, and the range of seats counted from 0 within that block.
    pub seats: Vec<(u32, Range<u32>)>,
}

impl Selection {
    /// Each seat with its block.
    pub fn each(&self) -> impl Iterator<Item = (u16, u32)> + '_ {
        self.seats.iter().flat_map(|(block, seats)| seats.clone().map(move |seat| (*block as u16, seat)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whom_a_sign_in_calls_does_not_come_by_itself() {
        let partly = Begins::Partly(vec![2..4, 7..9]);
        let seats: Vec<u32> = (0..10).filter(|seat| partly.in_first_minute(*seat)).collect();
        assert_eq!(seats, [0, 1, 4, 5, 6, 9]);
        assert!(Begins::FirstMinute.in_first_minute(0) && !Begins::Absent.in_first_minute(0));
    }
}

//! Who there is and where: what no timeline can change.
//!
//! Endpoints are numbered without gaps. A population is cut into [`Block`]s, one per home, in the order written;
//! within a block the endpoints of one device kind are contiguous, lowest seats first. So the numbering is arithmetic.

use core::ops::Range;

use crate::licence::entitlement::Entitlement;
use crate::licence::feature::Feature;
use crate::numbers::NumberPlan;
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
}

/// Calls from some people to others.
#[derive(Clone, Debug, PartialEq)]
pub struct FlowPlan {
    /// As declared.
    pub name: String,
    /// Who calls: indices into [`Layout::populations`].
    pub from: Vec<u16>,
    /// Who is called: index into [`Layout::populations`], and its part of the calls in parts per billion.
    pub to: Vec<(u16, u64)>,
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

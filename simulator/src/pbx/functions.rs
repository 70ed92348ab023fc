//! Functions that are booked when they are configured, used or not (R43-R73): who has which, worked out anew at every change.

mod booking;

use crate::endpoint::people::People;
use crate::layout::{Device, Layout, Selection};
use crate::licence::feature::Feature;
use crate::licence::reason::Reason;
use crate::pbx::cluster::PbxFacts;
use crate::pbx::rights::Rights;
use booking::Booking;

const FEATURES: usize = Feature::ALL.len();

/// What is configured, and what of it has its licences.
#[derive(Clone, Debug, Default)]
pub struct Functions {
    configured: Configured,
    booked: Booked,
    edition: u32,
}

/// What is configured.
#[derive(Clone, Debug, Default)]
struct Configured {
    /// Block, feature, how many of its lowest seats.
    assigned: Vec<(u16, Feature, u32)>,
    /// Waiting queues that a monitor shows: home and version of the monitor, the newest first.
    monitors: Vec<(u16, u32)>,
    /// Who manages each room.
    managers: Vec<Selection>,
    /// Populations that call, and that are called.
    flows: Vec<(Vec<u16>, Vec<u16>)>,
}

impl Configured {
    fn is_empty(&self) -> bool {
        self.assigned.is_empty() && self.monitors.is_empty() && self.managers.is_empty()
    }
}

/// What came of it.
#[derive(Clone, Debug, Default)]
struct Booked {
    /// Block, feature, how many of its lowest seats.
    given: Vec<(u16, Feature, u32)>,
    refused: Vec<Refused>,
    /// By PBX that has the stock.
    in_use: Vec<[u32; FEATURES]>,
    /// The same for what was asked for.
    asked: Vec<[u32; FEATURES]>,
}

/// Something that is configured and not licensed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Refused {
    /// Where it is configured.
    pub pbx: u16,
    /// Of which licence.
    pub feature: Feature,
    /// Users, objects or queues that go without.
    pub units: u32,
    /// Why.
    pub reason: Reason,
}

impl Functions {
    pub(super) fn new(layout: &Layout) -> Self {
        let mut monitors = layout.monitors.clone();
        monitors.sort_by_key(|(_, version)| core::cmp::Reverse(*version));
        let flow = |flow: &crate::layout::FlowPlan| (flow.from.clone(), flow.to.iter().map(|(to, _)| *to).collect());
        let configured = Configured {
            assigned: layout.assigned.clone(),
            monitors,
            managers: layout.managers.clone(),
            flows: layout.flows.iter().map(flow).collect(),
        };
        Self { configured, ..Self::default() }
    }

    /// Books everything anew, with what the licences are good for now; without licences everybody has what is configured.
    pub(super) fn work_out(&mut self, facts: &[PbxFacts], people: &People, rights: &Rights, licensed: bool) {
        if self.configured.is_empty() {
            return;
        }
        self.edition += 1;
        self.booked = if licensed {
            Booking::new(&self.configured, facts, people, rights).booked()
        } else {
            Booked { given: self.configured.assigned.clone(), ..Booked::default() }
        };
    }

    /// So many of the lowest seats of a block have the function from now on.
    pub(super) fn assign(&mut self, block: u16, feature: Feature, seats: u32) {
        match self.configured.assigned.iter_mut().find(|(of, one, _)| (*of, *one) == (block, feature)) {
            Some((_, _, known)) => *known = seats,
            None => self.configured.assigned.push((block, feature, seats)),
        }
    }

    /// Whether a user has a function, and the licence for it.
    pub fn has(&self, (block, seat): (u16, u32), feature: Feature) -> bool {
        count(&self.booked.given, block, feature) > seat
    }

    /// What is configured and not licensed.
    pub fn refused(&self) -> &[Refused] {
        &self.booked.refused
    }

    /// Units booked of the stock of a PBX.
    pub fn in_use(&self, owner: u16, feature: Feature) -> u32 {
        self.booked.in_use.get(usize::from(owner)).map_or(0, |units| units[feature.index()])
    }

    /// Units asked of the stock of a PBX.
    pub fn asked(&self, owner: u16, feature: Feature) -> u32 {
        self.booked.asked.get(usize::from(owner)).map_or(0, |units| units[feature.index()])
    }

    /// Rises whenever something may be different.
    #[inline]
    pub fn edition(&self) -> u32 {
        self.edition
    }
}

fn count(list: &[(u16, Feature, u32)], block: u16, feature: Feature) -> u32 {
    list.iter().find(|(of, one, _)| (*of, *one) == (block, feature)).map_or(0, |(_, _, seats)| *seats)
}

fn is_trunk(people: &People, block: u16) -> bool {
    people.blocks[usize::from(block)].block.devices.iter().any(|(device, _)| *device == Device::Trunk)
}

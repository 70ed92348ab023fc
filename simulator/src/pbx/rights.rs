//! Which PBX may use which units: R8 and R11-R18 over all that is bound, worked out anew at every change.

use core::ops::RangeFrom;

use crate::endpoint::people::People;
use crate::layout::{Device, Role};
use crate::licence::catalogue::{Against, Scope};
use crate::licence::entitlement::Entitlement;
use crate::licence::feature::{Feature, FeatureSet};
use crate::licence::reason::Reason;
use crate::licence::versions::{Versions, access};
use crate::pbx::cluster::PbxFacts;
use crate::settings::FloorOver;

const FEATURES: usize = Feature::ALL.len();

/// What the licences of a cluster are good for.
#[derive(Clone, Debug, Default)]
pub(super) struct Rights {
    /// By PBX: units bound in the stock it draws on, usable or not.
    installed: Vec<[u32; FEATURES]>,
    /// By PBX: why it may use none of them; [`Reason::None`]: it may.
    refused: Vec<[Reason; FEATURES]>,
    /// By PBX: units that it issues and somebody may use: C of checkout §3.1.
    capacity: Vec<[u32; FEATURES]>,
    /// By block: why its operator applications may use none (R74).
    applications: Vec<Reason>,
}

/// One domain while its licences are looked at.
struct Domain<'a> {
    bound: Vec<&'a Entitlement>,
    of_feature: [Versions; FEATURES],
    /// Oldest of all that is versioned against the PBX (A3).
    floor: u32,
    over: FloorOver,
    members: Vec<usize>,
}

impl Rights {
    /// Works everything out. `applications`: version of the operator applications, by block.
    pub(super) fn new(facts: &[PbxFacts], people: &People, applications: &[u32]) -> Self {
        let mut rights = Self {
            installed: vec![[0; FEATURES]; facts.len()],
            refused: vec![[Reason::None; FEATURES]; facts.len()],
            capacity: vec![[0; FEATURES]; facts.len()],
            applications: vec![Reason::None; people.blocks.len()],
        };
        for owner in 0..facts.len() {
            if usize::from(facts[owner].domain) == owner {
                rights.add_domain(owner, facts, people, applications);
            }
        }
        rights
    }

    fn add_domain(&mut self, owner: usize, facts: &[PbxFacts], people: &People, applications: &[u32]) {
        let domain = Domain::new(owner, facts, people.rules.version_floor);
        for feature in Feature::ALL.into_iter().filter(|feature| feature.licence().scope == Scope::Domain) {
            let (index, units) = (feature.index(), domain.units(feature, 0..));
            for pbx in domain.members.iter().copied() {
                self.installed[pbx][index] = units;
                if units > 0 {
                    self.refused[pbx][index] = domain.refused(feature, facts[pbx].software);
                }
            }
            let usable = domain.members.iter().any(|pbx| self.refused[*pbx][index] == Reason::None);
            self.capacity[owner][index] = if usable { units } else { 0 };
        }
        self.add_appliances(&domain, facts);
        self.add_applications(owner, &domain, facts, people, applications);
    }

    /// R26, R28, R29: each appliance has IPVA licences of its own; the oldest licence of its domain counts for them too.
    fn add_appliances(&mut self, domain: &Domain<'_>, facts: &[PbxFacts]) {
        let index = Feature::Ipva.index();
        for pbx in domain.members.iter().copied().filter(|pbx| facts[*pbx].appliance) {
            let own = || facts[pbx].bound.iter().filter(|one| one.feature == Feature::Ipva && one.units > 0);
            let mut versions = Versions::default();
            own().for_each(|licence| versions.add(licence.version));
            let units = own().fold(0u32, |sum, licence| sum.saturating_add(licence.units));
            if units > 0 {
                let floor = if domain.over == FloorOver::PerType { versions.oldest } else { domain.floor };
                let why = access(Feature::Ipva, facts[pbx].software, versions, floor).err().unwrap_or_default();
                self.refused[pbx][index] = why;
            }
            self.installed[pbx][index] = units;
            self.capacity[pbx][index] = if self.refused[pbx][index] == Reason::None { units } else { 0 };
        }
    }

    /// R13 for operators: an application may use licences of its own version and newer ones.
    fn add_applications(
        &mut self,
        owner: usize,
        domain: &Domain<'_>,
        facts: &[PbxFacts],
        people: &People,
        applications: &[u32],
    ) {
        let operator = Feature::Operator;
        let mut most = None;
        for (block, facts_of) in people.blocks.iter().enumerate() {
            let has_operators = facts_of.block.devices.iter().any(|(device, _)| *device == Device::Operator);
            if !has_operators || usize::from(facts[usize::from(facts_of.block.home)].domain) != owner {
                continue;
            }
            let units = domain.units(operator, applications[block]..);
            most = most.max(Some(units));
            if units == 0 && self.installed[owner][operator.index()] > 0 {
                self.applications[block] = Reason::Version;
            }
        }
        if let Some(units) = most {
            self.capacity[owner][operator.index()] = units;
        }
    }

    /// Units bound in the stock that a PBX draws on, usable or not.
    #[inline]
    pub(super) fn installed(&self, pbx: usize, feature: Feature) -> u32 {
        self.installed[pbx][feature.index()]
    }

    /// Units that a PBX issues and somebody may use.
    #[inline]
    pub(super) fn capacity(&self, owner: usize, feature: Feature) -> u32 {
        self.capacity[owner][feature.index()]
    }

    /// Why a PBX may use none of the units of its domain; [`Reason::None`]: it may.
    #[inline]
    pub(super) fn refused(&self, pbx: usize, feature: Feature) -> Reason {
        self.refused[pbx][feature.index()]
    }

    /// The first of these features that a device of that block may not book at a PBX, and why.
    #[inline]
    pub(super) fn refusal(&self, pbx: usize, block: u16, needs: FeatureSet) -> Option<(Feature, Reason)> {
        let reason = |feature: Feature| match self.refused[pbx][feature.index()] {
            Reason::None if feature == Feature::Operator => self.applications[usize::from(block)],
            reason => reason,
        };
        let needed = Feature::FLOATING.into_iter().filter(|feature| needs.contains(*feature));
        needed.map(|feature| (feature, reason(feature))).find(|(_, reason)| *reason != Reason::None)
    }
}

impl<'a> Domain<'a> {
    /// All that is bound in it; what is bound to a standby nobody books (R39), and IPVA licences count on an appliance
    /// alone (R26).
    fn new(owner: usize, facts: &'a [PbxFacts], over: FloorOver) -> Self {
        let members: Vec<usize> = members(owner, facts).collect();
        let bound = members.iter().flat_map(|pbx| facts[*pbx].bound.iter().map(move |one| (*pbx, one)));
        // Of others of the domain only what is fixed to their boxes: all else makes them decentral (R8).
        let counts = |(pbx, licence): &(usize, &Entitlement)| {
            let placed = match licence.feature {
                Feature::Ipva => facts[*pbx].appliance,
                _ => facts[*pbx].role != Role::Standby,
            };
            placed && licence.units > 0 && (*pbx == owner || licence.feature.licence().scope == Scope::Device)
        };
        let bound: Vec<&Entitlement> = bound.filter(counts).map(|(_, licence)| licence).collect();
        let mut domain = Self { of_feature: [Versions::default(); FEATURES], floor: u32::MAX, over, members, bound };
        for licence in &domain.bound {
            domain.of_feature[licence.feature.index()].add(licence.version);
            if licence.feature.licence().against == Against::Pbx {
                domain.floor = domain.floor.min(licence.version);
            }
        }
        domain
    }

    /// Units in its stock of these versions, added up (R16).
    fn units(&self, feature: Feature, versions: RangeFrom<u32>) -> u32 {
        let meant = |licence: &&&Entitlement| licence.feature == feature && versions.contains(&licence.version);
        self.bound.iter().filter(meant).fold(0, |sum, licence| sum.saturating_add(licence.units))
    }

    fn refused(&self, feature: Feature, software: u32) -> Reason {
        let of_feature = self.of_feature[feature.index()];
        let floor = if self.over == FloorOver::PerType { of_feature.oldest } else { self.floor };
        access(feature, software, of_feature, floor).err().unwrap_or_default()
    }
}

fn members(owner: usize, facts: &[PbxFacts]) -> impl Iterator<Item = usize> + '_ {
    facts.iter().enumerate().filter(move |(_, pbx)| usize::from(pbx.domain) == owner).map(|(index, _)| index)
}

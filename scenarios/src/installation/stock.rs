//! Stocks of licences: how many units there are, which PBX may use them (R11-R18), and what is left.

use simulator::layout::Role;
use simulator::licence::catalogue::{Against, Scope};
use simulator::licence::feature::Feature;
use simulator::licence::reason::Reason;
use simulator::licence::versions::{self, Versions};

use super::rule_off::is_off;
use super::words::version_rule;
use super::{Bound, Domains, Installation, Platform, Refusal, Switch, UNLIMITED};

const FEATURES: usize = Feature::ALL.len();

/// All stocks of an installation: that of each domain, and that of each device.
#[derive(Debug)]
pub(crate) struct Stocks<'a> {
    pub(super) it: &'a Installation,
    pub(crate) domains: Domains,
    /// By the PBX that has the stock.
    cells: Vec<[Cell; FEATURES]>,
    /// Oldest licence that counts for all of a domain, by owner (A3).
    floor: Vec<u32>,
}

/// Units of one feature in one stock.
#[derive(Clone, Copy, Debug)]
struct Cell {
    installed: u64,
    free: u64,
    versions: Versions,
}

const EMPTY: Cell = Cell { installed: 0, free: 0, versions: Versions { oldest: u32::MAX, newest: 0 } };

impl<'a> Stocks<'a> {
    pub(crate) fn new(it: &'a Installation) -> Self {
        let domains = Domains::new(it);
        let mut stocks =
            Self { it, domains, cells: vec![[EMPTY; FEATURES]; it.boxes.len()], floor: vec![u32::MAX; it.boxes.len()] };
        for bound in it.bound.iter().filter(|bound| bound.count > 0) {
            if !stocks.is_misplaced(bound) {
                stocks.add(bound);
            }
        }
        if it.readings.is(Switch::FloorOverTheCluster) {
            let lowest = stocks.floor.iter().copied().min().unwrap_or(u32::MAX);
            stocks.floor.fill(lowest);
        }
        stocks
    }

    fn add(&mut self, bound: &Bound) {
        let owner = self.stock_of(bound.at, bound.feature);
        let cell = &mut self.cells[owner][bound.feature.index()];
        if is_off(16) && cell.installed > 0 {
            return;
        }
        cell.installed = cell.installed.saturating_add(bound.count);
        cell.free = cell.installed;
        cell.versions.add(bound.version);
        if self.counts_for_the_floor(bound.feature) {
            let owner = self.domains.of(bound.at);
            self.floor[owner] = self.floor[owner].min(bound.version);
        }
    }

    /// Whose stock a PBX draws on for this feature.
    pub(crate) fn stock_of(&self, pbx: usize, feature: Feature) -> usize {
        let local = feature.licence().scope == Scope::Device
            && !(feature == Feature::Ipva && self.it.readings.is(Switch::IpvaOfTheMaster));
        // A14 is about who is compared with whom: the old voicemail is bought per device (R52) but counts in the domain.
        if local { pbx } else { self.domains.of(pbx) }
    }

    /// Bound where nobody books it: at a standby, which draws on its active's stock (R39).
    pub(crate) fn is_misplaced(&self, bound: &Bound) -> bool {
        let fixed = bound.feature.licence().scope == Scope::Device;
        match bound.feature {
            Feature::Ipva => self.it.boxes[bound.at].platform != Platform::Ipva && !is_off(26),
            _ => !fixed && self.it.boxes[bound.at].role == Role::Standby && !is_off(39),
        }
    }

    /// A3: what is versioned against the PBX software counts, whatever it is for.
    fn counts_for_the_floor(&self, feature: Feature) -> bool {
        let versioned = feature.licence().against == Against::Pbx || (is_off(23) && feature.stays());
        versioned && !self.has_no_version(feature)
    }

    fn has_no_version(&self, feature: Feature) -> bool {
        feature == Feature::Conferencing && self.it.readings.is(Switch::ConferencingHasNoVersion)
    }

    /// Oldest licence of a domain, if anything there has a version.
    pub(crate) fn floor(&self, pbx: usize) -> Option<u32> {
        Some(self.floor[self.domains.of(pbx)]).filter(|floor| *floor != u32::MAX)
    }

    fn floor_for(&self, pbx: usize, feature: Feature) -> u32 {
        if is_off(15) || is_off(17) {
            return u32::MAX;
        }
        if is_off(18) {
            return 10;
        }
        if self.it.readings.is(Switch::FloorPerType) {
            self.cells[self.stock_of(pbx, feature)][feature.index()].versions.oldest
        } else {
            self.floor[self.domains.of(pbx)]
        }
    }

    /// Units bound in the stock that a PBX draws on, usable or not.
    pub(crate) fn installed(&self, pbx: usize, feature: Feature) -> u64 {
        self.cells[self.stock_of(pbx, feature)][feature.index()].installed
    }

    /// Newest version bound in the stock that a PBX draws on.
    pub(crate) fn newest(&self, pbx: usize, feature: Feature) -> u32 {
        self.cells[self.stock_of(pbx, feature)][feature.index()].versions.newest
    }

    /// Units that this PBX may use.
    pub(crate) fn usable(&self, pbx: usize, feature: Feature) -> u64 {
        if self.access(pbx, feature).is_ok() { self.installed(pbx, feature) } else { 0 }
    }

    /// R13-R18: whether the software of a PBX may use what is installed for it.
    pub(crate) fn access(&self, pbx: usize, feature: Feature) -> Result<(), Refusal> {
        let licence = feature.licence();
        let software = if is_off(12) { 0 } else { self.it.boxes[pbx].software.version };
        let cell = &self.cells[self.stock_of(pbx, feature)][feature.index()];
        if cell.installed == 0 {
            return Ok(());
        }
        if self.has_no_version(feature) && software >= licence.software_from {
            return Ok(());
        }
        if is_off(version_rule(feature)) || [11, 13, 14].into_iter().any(is_off) || (is_off(53) && software < 10) {
            return Ok(());
        }
        versions::access(feature, software, cell.versions, self.floor_for(pbx, feature)).map_err(
            |reason| match reason {
                Reason::VersionFloor => Refusal::VersionFloor,
                _ => Refusal::Version,
            },
        )
    }

    /// Takes as many as there are; why not all of them.
    pub(crate) fn take(&mut self, pbx: usize, feature: Feature, wanted: u64) -> (u64, Option<Refusal>) {
        if wanted == 0 {
            return (0, None);
        }
        if let Err(refusal) = self.access(pbx, feature) {
            return (0, Some(refusal));
        }
        let owner = self.stock_of(pbx, feature);
        let cell = &mut self.cells[owner][feature.index()];
        let given = cell.free.min(wanted);
        if cell.free != UNLIMITED {
            cell.free -= given;
        }
        // R10: who has licences of its own gets nothing elsewhere.
        let decentral = self.it.boxes[owner].role == Role::Slave;
        let refusal = if decentral { Refusal::DecentralExhausted } else { Refusal::NoUnit };
        (given, (given < wanted).then_some(refusal))
    }

    /// Units of a feature that are left.
    pub(crate) fn free(&self, pbx: usize, feature: Feature) -> u64 {
        self.cells[self.stock_of(pbx, feature)][feature.index()].free
    }
}

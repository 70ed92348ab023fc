//! What a PBX knows of the cluster: constants of the run, shared by all PBXs.

use crate::endpoint::people::People;
use crate::layout::{Layout, Role};
use crate::licence::authority::UNLIMITED;
use crate::licence::feature::Feature;
use crate::rng::{self, Purpose, below, draw, key};
use crate::settings::{Checkout, PbxSettings, Settings};

/// No clock is further off than this, whatever the settings say.
const MOST_DRIFT_PPM: u64 = 500_000;

/// Constants of all PBXs.
#[derive(Clone, Debug)]
pub struct Cluster {
    /// Users, trunks and their homes.
    pub people: People,
    /// By PBX index.
    pub pbxs: Vec<PbxSettings>,
    /// How licences are borrowed.
    pub checkout: Checkout,
    /// The same by PBX index, in true time: each measures its spans with a clock of its own (domain §3.1).
    checkouts: Vec<Checkout>,
    /// By PBX index.
    pub facts: Vec<PbxFacts>,
    /// Whether licences are modelled.
    pub licensed: bool,
}

/// What is fixed about one PBX.
#[derive(Clone, Debug)]
pub struct PbxFacts {
    /// Its site.
    pub site: u16,
    /// Its stream.
    pub stream: u64,
    /// Its role.
    pub role: Role,
    /// The PBX it is a standby for.
    pub active: Option<u16>,
    /// The PBX whose stock it draws on: itself, or the licence master (R6, R8).
    pub domain: u16,
    /// Installed counts by [`Feature::index`].
    pub installed: [u32; Feature::ALL.len()],
}

impl Cluster {
    /// Constants for a layout under the first settings.
    pub fn new(layout: &Layout, settings: &Settings, seed: u64) -> Self {
        let people = People::new(layout, settings, seed);
        let master = layout.pbxs.iter().position(|pbx| pbx.role == Role::Master).unwrap_or(0) as u16;
        let facts = layout.pbxs.iter().enumerate().map(|(index, pbx)| {
            let mut installed = [0; Feature::ALL.len()];
            for (feature, count) in &pbx.licences {
                installed[feature.index()] = *count;
            }
            let own = index as u16;
            PbxFacts {
                site: pbx.site,
                stream: rng::stream(seed, rng::name_key(&pbx.name), 0),
                role: pbx.role,
                active: pbx.stands_in_for,
                domain: if pbx.licences.is_empty() { master } else { own },
                installed,
            }
        });
        let mut cluster = Self {
            facts: facts.collect(),
            pbxs: settings.pbxs.clone(),
            checkout: settings.checkout.clone(),
            checkouts: Vec::new(),
            people,
            licensed: layout.licensed,
        };
        cluster.join_domains();
        cluster.set_clocks();
        cluster
    }

    /// A standby belongs to its active's domain.
    fn join_domains(&mut self) {
        for index in 0..self.facts.len() {
            let facts = &self.facts[index];
            if let (Role::Standby, Some(active)) = (facts.role, facts.active) {
                self.facts[index].domain = self.facts[usize::from(active)].domain;
            }
        }
    }

    /// Clocks run evenly, each at a pace drawn from within the bound (rho): a fast one finds its spans over early.
    fn set_clocks(&mut self) {
        let bound = u64::from(self.checkout.clock_drift_ppm).min(MOST_DRIFT_PPM);
        let paces = self
            .facts
            .iter()
            .map(|facts| 1_000_000 - bound + below(draw(key(facts.stream, Purpose::Clock), 0), 2 * bound + 1));
        self.checkouts = paces.map(|pace| self.checkout.by_clock(pace)).collect();
    }

    /// How a PBX borrows and lends, by its own clock.
    #[inline]
    pub fn checkout_of(&self, pbx: u16) -> &Checkout {
        &self.checkouts[usize::from(pbx)]
    }

    /// Units of a feature installed in the domain of a PBX.
    pub fn installed(&self, pbx: u16, feature: Feature) -> u32 {
        let domain = self.facts[usize::from(pbx)].domain;
        self.facts[usize::from(domain)].installed[feature.index()]
    }

    /// Standbys of a domain's authority, in order: those that may open the escrow (3.6).
    pub fn escrow_owners(&self, domain: u16) -> impl Iterator<Item = u16> + '_ {
        (0..self.facts.len() as u16).filter(move |pbx| self.facts[usize::from(*pbx)].active == Some(domain))
    }

    /// E: ports that this standby may issue: its share of as many as are installed (3.6). All stand in for the same PBX, so
    /// the shares are equal; the first get what is left over.
    pub fn escrow(&self, standby: u16) -> u32 {
        let domain = self.facts[usize::from(standby)].domain;
        let ports = self.installed(standby, Feature::Port);
        let owners = self.escrow_owners(domain).count() as u32;
        match self.escrow_owners(domain).position(|owner| owner == standby) {
            None => 0,
            Some(_) if ports == UNLIMITED => UNLIMITED,
            Some(place) => ports / owners + u32::from((place as u32) < ports % owners),
        }
    }

    /// Other units of a feature on a PBX from now on.
    pub fn set_installed(&mut self, pbx: u16, feature: Feature, units: u32) {
        self.facts[usize::from(pbx)].installed[feature.index()] = units;
    }

    /// R41: as many standby licences as ports. Both counts, if it does not hold.
    pub fn gate(&self, pbx: u16) -> Result<(), (u32, u32)> {
        let (standbys, ports) = (self.installed(pbx, Feature::Standby), self.installed(pbx, Feature::Port));
        let holds = !self.licensed || ports == UNLIMITED || standbys >= ports;
        if holds { Ok(()) } else { Err((standbys, ports)) }
    }

    /// Other constants from now on.
    pub fn install(&mut self, settings: &Settings) {
        self.pbxs.clone_from(&settings.pbxs);
        self.checkout.clone_from(&settings.checkout);
        self.set_clocks();
        self.people.populations.clone_from(&settings.populations);
        self.people.flow_settings.clone_from(&settings.flows);
        self.people.rules = settings.rules;
    }
}

//! What a PBX knows of the cluster: constants of the run, shared by all PBXs.

use crate::endpoint::people::People;
use crate::layout::{Layout, Role};
use crate::licence::authority::UNLIMITED;
use crate::licence::feature::Feature;
use crate::rng;
use crate::settings::{Checkout, PbxSettings, Settings};

/// Constants of all PBXs.
#[derive(Clone, Debug)]
pub struct Cluster {
    /// Users, trunks and their homes.
    pub people: People,
    /// By PBX index.
    pub pbxs: Vec<PbxSettings>,
    /// How licences are borrowed.
    pub checkout: Checkout,
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
        let people = People::new(layout, settings.populations.clone(), settings.rules, seed);
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
            people,
            licensed: layout.licensed,
        };
        cluster.join_domains();
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

    /// Units of a feature installed in the domain of a PBX.
    pub fn installed(&self, pbx: u16, feature: Feature) -> u32 {
        let domain = self.facts[usize::from(pbx)].domain;
        self.facts[usize::from(domain)].installed[feature.index()]
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
        self.people.populations.clone_from(&settings.populations);
        self.people.rules = settings.rules;
    }
}

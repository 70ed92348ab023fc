//! What a PBX knows of the cluster: constants of the run, shared by all PBXs.

use crate::endpoint::people::People;
use crate::layout::{Beside, Block, Layout, Role};
use crate::licence::authority::UNLIMITED;
use crate::licence::domain::is_decentral;
use crate::licence::entitlement::{Entitlement, bind};
use crate::licence::feature::{Feature, FeatureSet};
use crate::licence::reason::Reason;
use crate::pbx::functions::Functions;
use crate::pbx::rights::Rights;
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
    /// The same by PBX index, in true time: each measures its spans with a clock of its own (checkout §3.1).
    checkouts: Vec<Checkout>,
    /// By PBX index.
    pub facts: Vec<PbxFacts>,
    /// Whether licences are modelled.
    pub licensed: bool,
    /// The licence master.
    pub master: u16,
    /// Floating features of which units are bound at the master in some part of the run.
    pub floats: FeatureSet,
    /// What the licences are good for.
    rights: Rights,
    /// Who has which function.
    functions: Functions,
    /// Version of the operator applications, by block (R74).
    applications: Vec<u32>,
}

/// What is known of one PBX.
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
    /// Version of its software.
    pub software: u32,
    /// Whether it is a virtual appliance (R26).
    pub appliance: bool,
    /// What runs beside it.
    pub beside: Beside,
    /// Licences it goes by.
    pub bound: Vec<Entitlement>,
    /// Licences bound to it in the portal: it goes by them from its next restart on (M10).
    portal: Vec<Entitlement>,
}

impl Cluster {
    /// Constants for a layout under the first settings.
    pub fn new(layout: &Layout, settings: &Settings, seed: u64) -> Self {
        let people = People::new(layout, settings, seed);
        let master = layout.pbxs.iter().position(|pbx| pbx.role == Role::Master).unwrap_or(0) as u16;
        let facts = layout.pbxs.iter().zip(0..).map(|(pbx, index)| PbxFacts {
            site: pbx.site,
            stream: rng::stream(seed, rng::name_key(&pbx.name), 0),
            role: pbx.role,
            active: pbx.stands_in_for,
            domain: master,
            software: pbx.software,
            appliance: layout.appliances.contains(&index),
            beside: layout.beside.get(usize::from(index)).copied().unwrap_or_default(),
            bound: pbx.licences.clone(),
            portal: pbx.licences.clone(),
        });
        let version = |block: &Block| match layout.populations[usize::from(block.population)].application {
            0 => layout.pbxs[usize::from(block.home)].software,
            own => own,
        };
        let bound_at_master = layout.pbxs.iter().filter(|pbx| pbx.role == Role::Master).flat_map(|pbx| &pbx.licences);
        let floats = |licence: &&Entitlement| Feature::LENT.contains(&licence.feature);
        let floats = bound_at_master.filter(floats).map(|licence| licence.feature);
        let mut cluster = Self {
            facts: facts.collect(),
            pbxs: settings.pbxs.clone(),
            checkout: settings.checkout.clone(),
            checkouts: Vec::new(),
            applications: people.blocks.iter().map(|facts| version(&facts.block)).collect(),
            people,
            licensed: layout.licensed,
            master,
            floats: floats.fold(FeatureSet::NONE, FeatureSet::with),
            rights: Rights::default(),
            functions: Functions::new(layout),
        };
        (0..cluster.facts.len()).for_each(|pbx| cluster.join_domain(pbx));
        cluster.set_clocks();
        cluster.work_out();
        cluster
    }

    /// R8: a PBX belongs to the master's domain, or has its own; a standby belongs to its active's.
    fn join_domain(&mut self, pbx: usize) {
        let own = |pbx: usize, facts: &[PbxFacts]| {
            if is_decentral(facts[pbx].role, &facts[pbx].bound) { pbx as u16 } else { self.master }
        };
        let facts = &self.facts;
        self.facts[pbx].domain = match (facts[pbx].role, facts[pbx].active) {
            (Role::Standby, Some(active)) => own(usize::from(active), facts),
            _ => own(pbx, facts),
        };
    }

    fn work_out(&mut self) {
        self.rights = Rights::new(&self.facts, &self.people, &self.applications);
        self.book_functions();
    }

    fn book_functions(&mut self) {
        self.functions.work_out(&self.facts, &self.people, &self.rights, self.licensed);
    }

    /// So many of the lowest seats of a block have a function from now on, if there are licences for it.
    pub fn assign(&mut self, block: u16, feature: Feature, seats: u32) {
        self.functions.assign(block, feature, seats);
        self.book_functions();
    }

    /// Functions that are booked when they are configured.
    pub fn functions(&self) -> &Functions {
        &self.functions
    }

    /// Whether a user has a function, and the licence for it.
    pub fn has(&self, user: (u16, u32), feature: Feature) -> bool {
        self.functions.has(user, feature)
    }

    /// R51, R55: of one's own, or in UC, where the old model does not keep that idle (A15).
    pub fn has_mailbox(&self, user: (u16, u32)) -> bool {
        let home = usize::from(self.people.blocks[usize::from(user.0)].block.home);
        let in_uc = || self.has(user, Feature::Uc) && self.rights.installed(home, Feature::Voicemail) == 0;
        self.has(user, Feature::VoicemailUser) || in_uc()
    }

    /// Licences are bound to a PBX in the portal, so many of that version in all; it goes by them at its next restart, or
    /// (`now`) at once. Whether something is different now.
    pub fn bind(&mut self, pbx: u16, entitlement: Entitlement, now: bool) -> bool {
        let facts = &mut self.facts[usize::from(pbx)];
        bind(&mut facts.portal, entitlement);
        if now {
            bind(&mut facts.bound, entitlement);
            self.work_out();
        }
        now
    }

    /// A PBX starts: from now on it goes by the licences bound to it, and runs this software: version and
    /// service release, if others than before. Whether something is different now.
    pub fn start(&mut self, pbx: u16, software: Option<(u32, u32)>) -> bool {
        let facts = &mut self.facts[usize::from(pbx)];
        let (version, service) = software.unwrap_or((facts.software, facts.beside.service));
        if facts.bound == facts.portal && (facts.software, facts.beside.service) == (version, service) {
            return false;
        }
        facts.bound.clone_from(&facts.portal);
        (facts.software, facts.beside.service) = (version, service);
        self.join_domain(usize::from(pbx));
        self.work_out();
        true
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

    /// Units of a feature bound in the domain of a PBX, usable or not.
    #[inline]
    pub fn installed(&self, pbx: u16, feature: Feature) -> u32 {
        self.rights.installed(usize::from(pbx), feature)
    }

    /// Those that this PBX may use (R13-R18).
    pub fn usable(&self, pbx: u16, feature: Feature) -> u32 {
        let owner = if feature.stays() { pbx } else { self.facts[usize::from(pbx)].domain };
        match self.refused(pbx, feature) {
            Reason::None => self.capacity(owner, feature),
            _ => 0,
        }
    }

    /// Units of the domain that belongs to a PBX that somebody there may use: C of checkout §3.1.
    #[inline]
    pub fn capacity(&self, owner: u16, feature: Feature) -> u32 {
        self.rights.capacity(usize::from(owner), feature)
    }

    /// Why a PBX may use none of the units of its domain; [`Reason::None`]: it may.
    #[inline]
    pub fn refused(&self, pbx: u16, feature: Feature) -> Reason {
        self.rights.refused(usize::from(pbx), feature)
    }

    /// The first of these features that a device of that block may not book at a PBX, and why.
    #[inline]
    pub fn refusal(&self, pbx: u16, block: u16, needs: FeatureSet) -> Option<(Feature, Reason)> {
        self.rights.refusal(usize::from(pbx), block, needs)
    }

    /// Standbys of a domain's authority, in order: those that may open the escrow (3.6).
    pub fn escrow_owners(&self, domain: u16) -> impl Iterator<Item = u16> + '_ {
        (0..self.facts.len() as u16).filter(move |pbx| self.facts[usize::from(*pbx)].active == Some(domain))
    }

    /// E: ports that this standby may issue: its share of as many as are installed (3.6). All stand in for the same PBX, so
    /// the shares are equal; the first get what is left over.
    pub fn escrow(&self, standby: u16) -> u32 {
        let domain = self.facts[usize::from(standby)].domain;
        let ports = self.usable(standby, Feature::Port);
        let owners = self.escrow_owners(domain).count() as u32;
        match self.escrow_owners(domain).position(|owner| owner == standby) {
            None => 0,
            Some(_) if ports == UNLIMITED => UNLIMITED,
            Some(place) => ports / owners + u32::from((place as u32) < ports % owners),
        }
    }

    /// R41, R42: as many standby licences that the software may use as ports. Both counts, if it does not hold.
    pub fn gate(&self, pbx: u16) -> Result<(), (u32, u32)> {
        let domain = self.facts[usize::from(pbx)].domain;
        let (standbys, ports) = (self.usable(domain, Feature::Standby), self.installed(pbx, Feature::Port));
        let holds = !self.licensed || ports == UNLIMITED || standbys >= ports;
        if holds { Ok(()) } else { Err((standbys, ports)) }
    }

    /// Other constants from now on. Whether licences are good for something else now.
    pub fn install(&mut self, settings: &Settings) -> bool {
        let floor = self.people.rules.version_floor;
        self.pbxs.clone_from(&settings.pbxs);
        self.checkout.clone_from(&settings.checkout);
        self.set_clocks();
        self.people.populations.clone_from(&settings.populations);
        self.people.flow_settings.clone_from(&settings.flows);
        self.people.queue_settings.clone_from(&settings.queues);
        self.people.room_places.clone_from(&settings.rooms);
        self.people.rules = settings.rules;
        let other = settings.rules.version_floor != floor;
        if other {
            self.work_out();
        }
        other
    }
}

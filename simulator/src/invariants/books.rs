//! The checker's own books: who holds what, counted from facts alone.

use super::stock_of;
use crate::event::{Kind, StockKind};
use crate::licence::authority::UNLIMITED;
use crate::licence::feature::Feature;
use crate::settings::OnStandby;
use crate::site::Site;
use crate::time::Instant;

const FEATURES: usize = Feature::FLOATING.len();
const KINDS: usize = 3;

/// A stock of a feature.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct StockKey {
    pub(super) feature: Feature,
    pub(super) stock: StockKind,
}

impl StockKey {
    #[inline]
    fn place(self) -> usize {
        (usize::from(self.stock.owner) * FEATURES + self.feature.index()) * KINDS + self.stock.kind as usize
    }
}

/// One stock's use. Two sums that must agree: holders' ends minus beginnings, and the integral of the gauge.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Use {
    in_use: u64,
    began_ns: u128,
    ended_ns: u128,
    area_ns: u128,
    since: Instant,
    /// Units there are; those of a standby as it read them when it became active (A10).
    units: u64,
    /// Most units that may be in use: those there are, or were when a smaller number began to drain.
    ceiling: u64,
}

impl Use {
    fn ceiling(&mut self, key: StockKey, site: &Site) -> u64 {
        let stock = stock_of(&site.pbxs()[usize::from(key.stock.owner)], key.stock, key.feature);
        let drains = stock.is_some_and(|stock| stock.is_draining() || stock.in_quarantine());
        let most = if drains { self.ceiling } else { 0 };
        if key.stock.kind == Kind::Installed {
            self.units = capacity(key, site);
        }
        self.ceiling = most.max(self.units);
        self.ceiling
    }

    fn pass(&mut self, now: Instant) {
        self.area_ns += u128::from(self.in_use) * u128::from(now.since(self.since).0);
        self.since = now;
    }

    pub(super) fn in_use(&self) -> u64 {
        self.in_use
    }

    /// One more in use.
    #[inline]
    pub(super) fn take(&mut self, now: Instant) {
        self.pass(now);
        self.in_use += 1;
        self.began_ns += u128::from(now.0);
    }

    /// One fewer; false if none was in use.
    #[inline]
    pub(super) fn free(&mut self, now: Instant) -> bool {
        self.pass(now);
        self.ended_ns += u128::from(now.0);
        let held = self.in_use > 0;
        self.in_use -= u64::from(held);
        held
    }

    /// Whether holders' ends minus beginnings are the integral of the gauge.
    pub(super) fn agrees(&mut self, now: Instant) -> bool {
        self.pass(now);
        self.ended_ns + u128::from(self.in_use) * u128::from(now.0) == self.began_ns + self.area_ns
    }
}

/// All books.
#[derive(Clone, Debug)]
pub(super) struct Books {
    uses: Vec<Use>,
    /// Attempts without an answer, by PBX and feature.
    open: Vec<i64>,
    /// PBXs at which each object holds a port, at most two of them by number: 0 none, else index + 1.
    ports: Vec<[u16; 2]>,
    doubles: u32,
}

impl Books {
    pub(super) fn new(site: &Site) -> Self {
        let pbxs = site.pbxs().len();
        Self {
            uses: uses(site),
            open: vec![0; pbxs * FEATURES],
            ports: vec![[0; 2]; if site.cluster().licensed { site.cluster().people.objects() as usize } else { 0 }],
            doubles: 0,
        }
    }

    pub(super) fn in_use(&self, feature: Feature) -> u64 {
        let of_feature = self.uses.chunks(KINDS).skip(feature.index()).step_by(FEATURES);
        of_feature.flatten().map(|each| each.in_use).sum()
    }

    pub(super) fn doubles(&self) -> u32 {
        self.doubles
    }

    /// One more unit in use; how many now, and how many there are.
    #[inline]
    pub(super) fn take(&mut self, now: Instant, key: StockKey, site: &Site) -> (u64, u64) {
        let each = &mut self.uses[key.place()];
        each.take(now);
        (each.in_use, each.ceiling(key, site))
    }

    /// A standby becomes active and reads how much it may issue.
    pub(super) fn stand_in(&mut self, owner: usize, site: &Site) {
        for feature in Feature::FLOATING {
            for kind in [Kind::Escrow, Kind::Replica] {
                let key = StockKey { feature, stock: StockKind { owner: owner as u16, kind } };
                self.uses[key.place()].units = capacity(key, site);
            }
        }
    }

    /// One fewer; false if none was in use.
    #[inline]
    pub(super) fn free(&mut self, now: Instant, key: StockKey) -> bool {
        self.uses[key.place()].free(now)
    }

    /// An object takes a port at a PBX; false if it has one there.
    #[inline]
    pub(super) fn hold_port(&mut self, pbx: usize, object: u32) -> bool {
        let number = pbx as u16 + 1;
        let places = &mut self.ports[object as usize];
        if places.contains(&number) {
            return false;
        }
        if let Some(free) = places.iter_mut().find(|place| **place == 0) {
            *free = number;
        }
        self.doubles += u32::from(!places.contains(&0));
        true
    }

    #[inline]
    pub(super) fn drop_port(&mut self, pbx: usize, object: u32) {
        let places = &mut self.ports[object as usize];
        let double = !places.contains(&0);
        if let Some(place) = places.iter_mut().find(|place| **place == pbx as u16 + 1) {
            *place = 0;
            self.doubles -= u32::from(double);
        }
    }

    #[inline]
    pub(super) fn ask(&mut self, pbx: usize, feature: Feature) {
        self.open[pbx * FEATURES + feature.index()] += 1;
    }

    /// False if nobody had asked.
    #[inline]
    pub(super) fn answer(&mut self, pbx: usize, feature: Feature) -> bool {
        let open = &mut self.open[pbx * FEATURES + feature.index()];
        *open -= 1;
        *open >= 0
    }

    #[inline]
    pub(super) fn open(&self, pbx: usize) -> i64 {
        self.open[pbx * FEATURES..(pbx + 1) * FEATURES].iter().sum()
    }

    /// A PBX is gone: what was open there ends with it.
    pub(super) fn close(&mut self, pbx: usize) {
        self.open[pbx * FEATURES..(pbx + 1) * FEATURES].fill(0);
    }

    pub(super) fn areas_agree(&mut self, now: Instant) -> bool {
        self.uses.iter_mut().all(|each| each.agrees(now))
    }
}

/// Nothing in use yet of any stock.
fn uses(site: &Site) -> Vec<Use> {
    let owners = 0..site.pbxs().len() as u16;
    let features = owners.flat_map(|owner| Feature::FLOATING.into_iter().map(move |feature| (owner, feature)));
    let keys = features.flat_map(|(owner, feature)| {
        let kinds = [Kind::Installed, Kind::Escrow, Kind::Replica];
        kinds.into_iter().map(move |kind| StockKey { feature, stock: StockKind { owner, kind } })
    });
    let use_of = |key| Use { units: capacity(key, site), ceiling: capacity(key, site), ..Use::default() };
    keys.map(use_of).collect()
}

/// Units of a stock, from what is bound alone.
#[inline]
fn capacity(key: StockKey, site: &Site) -> u64 {
    let installed = match key.stock.kind {
        Kind::Escrow => site.cluster().escrow(key.stock.owner),
        Kind::Installed => site.cluster().capacity(key.stock.owner, key.feature),
        Kind::Replica => site.cluster().usable(key.stock.owner, key.feature),
    };
    let units = match (key.stock.kind, site.cluster().checkout.on_standby) {
        (Kind::Replica, OnStandby::Deny) => 0,
        (Kind::Replica, OnStandby::Part(permille)) if installed != UNLIMITED => {
            (u64::from(installed) * u64::from(permille) / 1000) as u32
        }
        _ => installed,
    };
    u64::from(units)
}

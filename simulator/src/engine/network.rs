//! Links: which packets arrive, when, and how often.
//!
//! Chance belongs to the endpoint at one end (or to the pair of PBXs), in both directions, and is counted there: traffic
//! of others never shifts it. A re-sent packet gets a chance of its own.

use super::cuts::Cuts;
use crate::distribution::Distribution;
use crate::node::Place;
use crate::rng::{self, Probability, Purpose, draw};
use crate::schedule::Cut;
use crate::settings::{Link, Links};
use crate::time::Duration;

/// First retransmission time-out of a connection (RFC 6298 §2, with Linux's floor); doubles with every loss.
const RETRANSMISSION: Duration = Duration::millis(200);
/// Losses in a row that a connection survives.
const LOSSES: u32 = 6;

/// When copies of a packet arrive, counted from its departure.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Verdict {
    /// The packet; `None`: lost.
    pub first: Option<Duration>,
    /// A duplicate.
    pub second: Option<Duration>,
}

/// The links and their chance.
#[derive(Clone, Debug)]
pub struct Network {
    /// As installed, with one more profile, the last: the table shows it for ways that a cut may concern.
    links: Links,
    /// The table as installed.
    table: Vec<u16>,
    cuts: Cuts,
    /// Packets judged for each ordered pair of PBXs.
    of_pair: Vec<u32>,
    pbxs: usize,
}

impl Network {
    /// For that many PBXs.
    pub fn new(links: Links, pbxs: usize) -> Self {
        let mut network = Self {
            links: Links::default(),
            table: Vec::new(),
            cuts: Cuts::default(),
            of_pair: vec![0; pbxs * pbxs],
            pbxs,
        };
        network.install(links);
        network
    }

    /// Other links from now on, under the cuts in force; packets under way are not affected.
    pub fn install(&mut self, links: Links) {
        self.table.clone_from(&links.table);
        self.links = links;
        self.links.profiles.push(watched());
        self.mark();
    }

    /// One more cut.
    pub fn cut(&mut self, cut: Cut) {
        self.cuts.add(cut);
        self.mark();
    }

    /// One such cut is over.
    pub fn heal(&mut self, cut: Cut) {
        self.cuts.remove(cut);
        self.mark();
    }

    fn mark(&mut self) {
        self.links.table.clone_from(&self.table);
        let watched = (self.links.profiles.len() - 1) as u16;
        self.cuts.mark(&mut self.links, watched);
    }

    /// Judges one packet. `chance` tells the stream and the count of the endpoint at one end; of two PBXs it tells the
    /// stream of the pair, and the network counts itself.
    #[inline]
    pub fn judge(
        &mut self,
        source: Place,
        target: Place,
        reliable: bool,
        chance: impl FnOnce() -> (u64, u32),
    ) -> Verdict {
        let place = usize::from(source.site) * usize::from(self.links.sites) + usize::from(target.site);
        let mut link = &self.links.profiles[usize::from(self.links.table[place])];
        if let Some(delay) = link.certain() {
            return Verdict { first: Some(delay), second: None };
        }
        if usize::from(self.links.table[place]) == self.links.profiles.len() - 1 {
            if self.cuts.block(source, target) {
                return Verdict::default();
            }
            link = &self.links.profiles[usize::from(self.table[place])];
            if let Some(delay) = link.certain() {
                return Verdict { first: Some(delay), second: None };
            }
        }
        let (stream, count) = chance();
        let (purpose, count) = match (source.pbx, target.pbx) {
            (Some(from), Some(to)) => {
                let count = &mut self.of_pair[usize::from(from) * self.pbxs + usize::from(to)];
                *count = count.wrapping_add(1);
                (Purpose::Trunkline, *count)
            }
            (None, _) => (Purpose::Uplink, count),
            (Some(_), None) => (Purpose::Downlink, count),
        };
        link.judge(rng::key(stream, purpose), count, reliable)
    }
}

/// A profile that is not certain, so that its ways are looked at closely.
fn watched() -> Link {
    Link { latency: Distribution::fixed(Duration::ZERO), loss: Probability::ratio(1, 1), duplicates: Probability::ZERO }
}

impl Link {
    /// The delay of every packet, if there is nothing to chance.
    #[inline]
    fn certain(&self) -> Option<Duration> {
        self.latency.constant().filter(|_| self.loss.is_zero() && self.duplicates.is_zero())
    }

    /// What happens to the `count`-th packet under `key`.
    #[inline]
    fn judge(&self, key: u64, count: u32, reliable: bool) -> Verdict {
        if self.loss.is_zero() && self.duplicates.is_zero() {
            return Verdict { first: Some(self.delay(key, count, 1)), second: None };
        }
        if reliable {
            return Verdict { first: Some(self.delay(key, count, 1) + self.repair(key, count)), second: None };
        }
        let chance = draw(key, count);
        let lost = self.loss.strikes(chance);
        let doubled = self.duplicates.strikes(chance << 32);
        Verdict {
            first: (!lost).then(|| self.delay(key, count, 1)),
            second: doubled.then(|| self.delay(key, count, 2)),
        }
    }

    #[inline]
    fn delay(&self, key: u64, count: u32, copy: u64) -> Duration {
        self.latency.constant().unwrap_or_else(|| self.latency.sample(draw(key ^ copy, count)))
    }

    /// Time a connection needs to repair losses.
    fn repair(&self, key: u64, count: u32) -> Duration {
        let losses = (0..LOSSES).take_while(|&n| self.loss.strikes(draw(key ^ u64::from(3 + n), count))).count() as u32;
        (0..losses).fold(Duration::ZERO, |sum, n| sum + Duration(RETRANSMISSION.0 << n))
    }
}

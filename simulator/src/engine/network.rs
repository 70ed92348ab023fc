//! Links: which packets arrive, when, and how often.
//!
//! Chance belongs to the endpoint at one end (or to the pair of PBXs), in both directions, and is counted there: traffic
//! of others never shifts it. A re-sent packet gets a chance of its own.

use crate::node::Place;
use crate::rng::{self, Purpose, draw};
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
    links: Links,
    /// Packets judged for each ordered pair of PBXs.
    of_pair: Vec<u32>,
    pbxs: usize,
}

impl Network {
    /// For that many PBXs.
    pub fn new(links: Links, pbxs: usize) -> Self {
        Self { links, of_pair: vec![0; pbxs * pbxs], pbxs }
    }

    /// Other links from now on; packets under way are not affected.
    pub fn install(&mut self, links: Links) {
        self.links = links;
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
        let link = &self.links.profiles[usize::from(self.links.table[place])];
        if let (Some(delay), true, true) = (link.latency.constant(), link.loss.is_zero(), link.duplicates.is_zero()) {
            return Verdict { first: Some(delay), second: None };
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

impl Link {
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

//! What one share of a run on the wire came to, as it travels; and many of them as one.

use reports::latency::Latency;
use serde::{Deserialize, Serialize};
use simulator::time::Duration;

use super::driver::Loaded;
use super::ledger::Ledger;
use super::socket::Traffic;
use super::validity::{Observed, objections};

/// A share that was carried out.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Part {
    /// Every arrival of its endpoints.
    pub ledger: Ledger,
    /// What passed through its sockets.
    pub traffic: Traffic,
    /// Why it is not valid; empty: it is.
    pub objections: Vec<String>,
    /// From where it was sent.
    pub local: String,
    /// How long it ran, in ns.
    pub lasted_ns: u64,
    /// Endpoints registered when the measuring ended.
    pub registered: u64,
    /// Of those, how many had not left when the grace was over.
    pub left_behind: u64,
    /// Legs of calls that were not over when the grace was.
    pub calls_left: u64,
    /// Datagrams that were no answer to anything.
    pub strays: u64,
    /// Datagrams dropped before they were read.
    pub dropped: u64,
    /// Times the generator stood still.
    pub stalls: u64,
    /// The longest of them, in ns.
    pub longest_stall_ns: u64,
    /// Processor time, in seconds.
    pub cpu_s: f64,
    /// Whether it was stopped before its time.
    pub is_partial: bool,
}

impl Part {
    /// Of what a driver brought home.
    pub fn new(loaded: Loaded, traffic: Traffic, local: String, cpu_s: f64) -> Self {
        let Loaded { ledger, observed, lasted, registered, left_behind, calls_left, is_partial, strays } = loaded;
        Self {
            objections: objections(&observed),
            dropped: observed.dropped,
            stalls: observed.stalls,
            longest_stall_ns: observed.longest_stall.0,
            lasted_ns: lasted.0,
            ledger,
            traffic,
            local,
            registered,
            left_behind,
            calls_left,
            strays,
            cpu_s,
            is_partial,
        }
    }

    /// Of success, from due: of all kinds of arrivals together.
    pub fn from_due(&self) -> Latency {
        self.ledger.from_due.iter().fold(Latency::new(), |mut all, one| {
            all.merge(one);
            all
        })
    }
}

/// All shares as one run: counts added, histograms merged bucket by bucket, percentiles never.
pub fn merged<'a>(parts: impl Iterator<Item = &'a Part>) -> (Loaded, Traffic) {
    let mut loaded = Loaded {
        ledger: Ledger::new(0),
        observed: Observed::default(),
        lasted: Duration::ZERO,
        registered: 0,
        left_behind: 0,
        calls_left: 0,
        is_partial: false,
        strays: 0,
    };
    let mut traffic = Traffic::default();
    for part in parts {
        loaded.ledger.add(&part.ledger);
        loaded.observed.dropped += part.dropped;
        loaded.observed.stalls += part.stalls;
        loaded.observed.longest_stall = loaded.observed.longest_stall.max(Duration(part.longest_stall_ns));
        loaded.lasted = loaded.lasted.max(Duration(part.lasted_ns));
        loaded.registered += part.registered;
        loaded.left_behind += part.left_behind;
        loaded.calls_left += part.calls_left;
        loaded.is_partial |= part.is_partial;
        loaded.strays += part.strays;
        traffic.sent += part.traffic.sent;
        traffic.sent_octets += part.traffic.sent_octets;
        traffic.received += part.traffic.received;
        traffic.received_octets += part.traffic.received_octets;
        traffic.off_list += part.traffic.off_list;
        traffic.not_taken += part.traffic.not_taken;
        traffic.over_rate += part.traffic.over_rate;
    }
    (loaded, traffic)
}

#[cfg(test)]
mod tests {
    use simulator::event::Wish;

    use super::*;

    #[test]
    fn shares_are_added_and_their_histograms_merged() {
        let share = |fast: u64, slow: u64| {
            let mut part = Part { registered: 2, lasted_ns: slow, ..Part::default() };
            [fast, slow].iter().for_each(|ns| part.ledger.from_due[Wish::SignIn as usize].record(*ns));
            part.ledger.stretches = vec![(slow, fast)];
            part.ledger.answers.insert(200, 2);
            serde_json::from_slice::<Part>(&serde_json::to_vec(&part).unwrap()).unwrap()
        };
        let (whole, _) = merged([share(1_000_000, 3_000_000), share(2_000_000, 90_000_000)].iter());
        let times = &whole.ledger.from_due[Wish::SignIn as usize];
        assert_eq!((times.count(), times.min(), times.max()), (4, Some(1_000_000), Some(90_000_000)));
        assert_eq!(whole.ledger.stretches, [(93_000_000, 3_000_000)]);
        assert_eq!((whole.registered, whole.lasted.0, whole.ledger.answers[&200]), (4, 90_000_000, 4));
    }
}

//! A number for what a plan means, equal for files that differ in comments, blanks and order of keys only.

use core::fmt::Write;

use simulator::chaos::Chaos;
use simulator::distribution::Distribution;
use simulator::rng::mix;
use simulator::settings::{
    FlowSettings, Hold, Link, Links, PbxSettings, PopulationSettings, QueueSettings, Retries, Settings, Transfer,
};
use simulator::time::Duration;

use crate::plan::Plan;

/// Digest of layout, settings, schedule, expectations and length.
pub(crate) fn digest(plan: &Plan) -> u64 {
    let settings: Vec<u64> = plan.settings.iter().map(of_settings).collect();
    let chaos: Vec<Chaos> = plan.chaos.iter().map(small).collect();
    let meaning = (&plan.layout, settings, (&plan.schedule, chaos), &plan.expectations);
    let digest = hash(&(meaning, plan.lasts, plan.warm_up, plan.starts_s, plan.date));
    if plan.searches.is_empty() { digest } else { hash(&(digest, &plan.searches)) }
}

fn small(chaos: &Chaos) -> Chaos {
    Chaos { every: stand_in(&chaos.every), lasting: stand_in(&chaos.lasting), ..chaos.clone() }
}

/// Digest of one set of constants.
pub(crate) fn of_settings(settings: &Settings) -> u64 {
    let Settings { pbxs, populations, links, checkout, rules, flows, queues, rooms } = settings;
    let queues: Vec<QueueSettings> = queues.iter().map(queue).collect();
    let flows: Vec<FlowSettings> = flows.iter().map(calls).collect();
    let pbxs: Vec<PbxSettings> = pbxs.iter().map(server).collect();
    let populations: Vec<PopulationSettings> = populations.iter().map(people).collect();
    let profile = |link: &Link| Link { latency: stand_in(&link.latency), ..*link };
    let profiles: Vec<Link> = links.profiles.iter().map(profile).collect();
    let Links { sites, table, .. } = links;
    hash(&(pbxs, populations, sites, table, profiles, checkout, rules, (flows, queues, rooms)))
}

fn server(server: &PbxSettings) -> PbxSettings {
    PbxSettings { retry_after: server.retry_after.as_ref().map(stand_in), ..server.clone() }
}

fn people(people: &PopulationSettings) -> PopulationSettings {
    let PopulationSettings {
        transport,
        keep_alive,
        expires_s,
        refreshes_at_permille,
        channels,
        interface,
        do_not_disturb,
        ..
    } = *people;
    let small = |law: &Option<Distribution>| law.as_ref().map(stand_in);
    PopulationSettings {
        transport,
        keep_alive,
        expires_s,
        refreshes_at_permille,
        retries: again(&people.retries),
        signed_in: small(&people.signed_in),
        away: small(&people.away),
        arrivals: small(&people.arrivals),
        channels,
        interface,
        forwards: people.forwards.clone(),
        do_not_disturb,
    }
}

fn calls(flow: &FlowSettings) -> FlowSettings {
    FlowSettings {
        gap: flow.gap.as_ref().map(stand_in),
        holding: stand_in(&flow.holding),
        rings: stand_in(&flow.rings),
        patience: flow.patience.as_ref().map(stand_in),
        retries: again(&flow.retries),
        hold: flow.hold.as_ref().map(|hold| Hold {
            after: stand_in(&hold.after),
            lasts: stand_in(&hold.lasts),
            ..*hold
        }),
        transfer: flow.transfer.as_ref().map(|transfer| Transfer { after: stand_in(&transfer.after), ..*transfer }),
        ..flow.clone()
    }
}

fn queue(queue: &QueueSettings) -> QueueSettings {
    QueueSettings { wrap_up: stand_in(&queue.wrap_up), ..*queue }
}

fn again(retries: &Retries) -> Retries {
    match retries {
        Retries::After(law) => Retries::After(stand_in(law)),
        other => other.clone(),
    }
}

/// A number for a law, in place of its thousands of quantiles: what it gives in the middle and far out in both tails.
fn stand_in(law: &Distribution) -> Distribution {
    let tails = (0..64).flat_map(|place| [u64::MAX >> place, !(u64::MAX >> place)]);
    let middle = (1..16u64).map(|place| place << 60);
    let drawn = tails.chain(middle).map(|bits| law.sample(bits).0);
    Distribution::fixed(Duration(drawn.fold(0, |sum, value| mix(sum ^ value))))
}

fn hash(what: &impl core::fmt::Debug) -> u64 {
    let mut hash = Hash(0xcbf2_9ce4_8422_2325);
    // Writing to a hash cannot fail.
    let _ = write!(hash, "{what:?}");
    mix(hash.0)
}

/// FNV-1a of what is written to it.
struct Hash(u64);

impl Write for Hash {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        self.0 = text.bytes().fold(self.0, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::distribution::distribution;

    #[test]
    fn laws_that_differ_in_one_number_have_other_stand_ins() {
        let laws = [
            "exponential 2 min",
            "exponential 2.001 min",
            "exponential 2 min at least 1 s",
            "exponential 2 min at most 10 min",
            "lognormal 2 min sigma 0.8",
            "lognormal 2 min sigma 0.81",
            "1 s..5 s",
            "1 s..5.001 s",
            "3 s",
        ];
        let mut seen = std::collections::BTreeSet::new();
        for text in laws {
            let law = distribution(text).unwrap().table();
            assert!(seen.insert(stand_in(&law).constant()), "{text}");
        }
    }
}

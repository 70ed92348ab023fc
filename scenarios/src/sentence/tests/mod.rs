//! Sentences that are understood, sentences that are not, and texts that are no sentences at all.

mod accepted;

use super::{FeatureName, Names, NodeGroup, OccasionName, PopulationName, parse};

/// Nanoseconds of a second.
const S: u64 = 1_000_000_000;
/// Nanoseconds of a minute.
const MIN: u64 = 60 * S;

/// The names of a rush hour: 08:56 to 09:26, a crash at 09:06, a cut from 09:10 to 09:15.
fn rush() -> Names {
    let names = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    Names {
        populations: vec![
            population("desk", false, &["desk-phone"], 5000),
            population("roamer", false, &["softphone"], 800),
            population("carrier", true, &["trunk"], 4),
        ],
        nodes: names(&["master", "slave-1", "slave-2", "slave-3", "standby"]),
        node_groups: vec![NodeGroup { name: "slave".to_owned(), nodes: names(&["slave-1", "slave-2", "slave-3"]) }],
        licensed: true,
        features: ["PBX-Port", "PBX-SoftwarePhones", "PBX-Standby"].map(feature).to_vec(),
        other_features: names(&["PBX-Operator"]),
        occasions: vec![
            occasion("the rush", 0, Some(8), "sign-in", "everyone", 36),
            occasion("the crash", 10, None, "crash", "master", 42),
            occasion("the cut", 14, Some(19), "crash", "slave-2", 45),
            occasion("the cut end of the world", 29, None, "crash", "slave-1", 48),
        ],
        later: names(&["helpdesk"]),
        lasts_ns: 30 * MIN,
        warm_up_ns: 0,
        starts_s: 8 * 3600 + 56 * 60,
        date: None,
    }
}

fn population(name: &str, trunk: bool, devices: &[&str], seats: u32) -> PopulationName {
    let devices = devices.iter().map(|word| (*word).to_owned()).collect();
    PopulationName { name: name.to_owned(), trunk, devices, seats }
}

fn feature(name: &str) -> FeatureName {
    FeatureName { name: name.to_owned(), nodes: vec!["master".to_owned()] }
}

fn occasion(name: &str, at: u64, until: Option<u64>, verb: &str, object: &str, line: usize) -> OccasionName {
    OccasionName {
        name: name.to_owned(),
        at_ns: at * MIN,
        until_ns: until.map(|until| until * MIN),
        verb: verb.to_owned(),
        object: object.to_owned(),
        line,
    }
}

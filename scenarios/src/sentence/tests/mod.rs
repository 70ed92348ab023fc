//! Sentences that are understood, sentences that are not, and texts that are no sentences at all.

mod accepted;
mod files;
mod refused;
mod texts;

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
        other_features: names(&["PBX-Operator", "PBX-UC"]),
        occasions: vec![
            occasion("the rush", 0, Some(8), "sign-in", "everyone", 36),
            occasion("the crash", 10, None, "crash", "master", 42),
            occasion("the cut", 14, Some(19), "crash", "slave-2", 45),
            occasion("the search", 20, Some(25), "search", "registrations", 47),
            occasion("the cut end of the world", 29, None, "crash", "slave-1", 48),
            occasion("the release", 20, None, "release", "PBX-Port12", 51),
        ],
        flows: names(&["office"]),
        queues: names(&["hotline"]),
        groups: names(&["board"]),
        rooms: names(&["helpdesk"]),
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

/// What the parser says to every sentence of a table, in the form of the table: the sentence, a caret under the place
/// if it is refused, then how it was understood, or message and advice.
fn answers(table: &str, names: impl Fn(&str) -> Names) -> String {
    let mut section = "";
    let mut answers = String::new();
    for block in table.split("\n\n").filter(|block| !block.trim().is_empty()) {
        let sentence = block.lines().next().unwrap_or_default();
        if let Some(title) = sentence.strip_prefix("# ") {
            section = title;
            answers.push_str(block.trim_end());
        } else {
            answers.push_str(&answer(sentence, &names(section)));
        }
        answers.push_str("\n\n");
    }
    answers
}

fn answer(sentence: &str, names: &Names) -> String {
    match parse(sentence, names) {
        Ok(expectation) => format!("{sentence}\n  {}", super::understood(&expectation)),
        Err(error) => {
            let blanks = " ".repeat(sentence[..error.offset].chars().count());
            let carets = "^".repeat(sentence[error.offset..error.offset + error.len].chars().count());
            format!("{sentence}\n{blanks}{carets}\n  {}\n  {}", error.message, error.advice)
        }
    }
}

/// Compares with a table beside this file; `UPDATE=1` rewrites it.
fn compare(file: &str, table: &str, names: impl Fn(&str) -> Names) {
    let actual = answers(table, names);
    if std::env::var_os("UPDATE").is_some() {
        let path = format!("{}/src/sentence/tests/{file}", env!("CARGO_MANIFEST_DIR"));
        std::fs::write(path, &actual).expect("the table can be written");
        return;
    }
    for (actual, expected) in actual.split("\n\n").zip(table.split("\n\n")) {
        assert_eq!(actual, expected);
    }
    assert_eq!(actual.trim_end(), table.trim_end());
}

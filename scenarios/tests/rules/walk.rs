//! Every rule that changes or says something has a test of its own, or stands below as waiting.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use simulator::licence::rules::{Kind, RULES};

/// Rules that no test holds yet, and what they wait for.
const WAITING: &[(u8, &str)] = &[];

/// Rules named in the comments above tests of this folder, with the names of those tests.
fn held() -> BTreeMap<u8, Vec<String>> {
    let mut held: BTreeMap<u8, Vec<String>> = BTreeMap::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rules");
    for entry in fs::read_dir(folder).expect("this folder") {
        let text = fs::read_to_string(entry.expect("an entry").path()).expect("a source file");
        let mut named: Vec<u8> = Vec::new();
        for line in text.lines() {
            if let Some(comment) = line.strip_prefix("/// ") {
                named.extend(rules_in(comment));
            } else if let Some(name) = line.strip_prefix("fn ") {
                let name = name.split('(').next().unwrap_or(name);
                named.drain(..).for_each(|rule| held.entry(rule).or_default().push(name.to_owned()));
            } else if !line.starts_with("#[test]") {
                named.clear();
            }
        }
    }
    held
}

/// `R34` and `R51-R55` in a sentence.
fn rules_in(comment: &str) -> Vec<u8> {
    let words = comment.split(|c: char| !c.is_ascii_alphanumeric());
    words.filter_map(|word| word.strip_prefix('R')?.parse().ok()).collect()
}

#[test]
fn every_rule_that_says_something_has_a_test() {
    let held = held();
    for rule in RULES.iter().filter(|rule| rule.kind != Kind::Prose) {
        let waits = WAITING.iter().any(|(number, _)| *number == rule.number);
        let tested = held.contains_key(&rule.number);
        assert!(tested || waits, "R{} has no test: {}", rule.number, rule.sentence);
        assert!(!(tested && waits), "R{} waits no more: {:?}", rule.number, held[&rule.number]);
    }
}

/// R3: one technical name in every place, which the catalogue has.
#[test]
fn licences_are_known_by_the_names_of_the_portal() {
    let audit =
        crate::audit("licences: { master: { PBX-Port12%500: 1, PBX-SoftwarePhones12: 1 } }\nusers: { desk: {} }");
    let names: Vec<&str> = audit.entitlements.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["PBX-Port12%500", "PBX-SoftwarePhones12"]);
}

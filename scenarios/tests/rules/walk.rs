//! Every rule that changes or says something has a test of its own.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use simulator::licence::rules::{Kind, RULES};

/// Rules named in the comments above tests of this folder, with the paths of those tests.
pub(crate) fn held() -> BTreeMap<u8, Vec<String>> {
    let mut held: BTreeMap<u8, Vec<String>> = BTreeMap::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rules");
    for entry in fs::read_dir(folder).expect("this folder") {
        let path = entry.expect("an entry").path();
        let module = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let text = fs::read_to_string(path).expect("a source file");
        let (mut named, mut test): (Vec<u8>, bool) = (Vec::new(), false);
        for line in text.lines() {
            if let Some(comment) = line.strip_prefix("/// ") {
                named.extend(rules_in(comment));
            } else if line.starts_with("#[test]") {
                test = true;
            } else {
                if let Some(name) = line.strip_prefix("fn ").filter(|_| test) {
                    let name = format!("{module}::{}", name.split('(').next().unwrap_or(name));
                    named.iter().for_each(|rule| held.entry(*rule).or_default().push(name.clone()));
                }
                named.clear();
                test = false;
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
    assert_eq!(untested(&held()), [""; 0]);
}

/// Rules that say something and have no test.
fn untested(held: &BTreeMap<u8, Vec<String>>) -> Vec<String> {
    let says = RULES.iter().filter(|rule| rule.kind != Kind::Prose && !held.contains_key(&rule.number));
    says.map(|rule| format!("R{} has no test: {}", rule.number, rule.sentence)).collect()
}

#[test]
fn a_rule_without_a_test_is_found() {
    let mut held = held();
    held.remove(&41);
    held.remove(&91);
    let missing = untested(&held);
    assert!(missing.len() == 1 && missing[0].starts_with("R41 has no test: "), "{missing:?}");
}

/// R3: one technical name in every place, which the catalogue has.
#[test]
fn licences_are_known_by_the_names_of_the_portal() {
    let audit =
        super::audit("licences: { master: { PBX-Port12%500: 1, PBX-SoftwarePhones12: 1 } }\nusers: { desk: {} }");
    let names: Vec<&str> = audit.entitlements.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["PBX-Port12%500", "PBX-SoftwarePhones12"]);
}

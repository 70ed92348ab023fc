//! Which pbxsim this is: two of the same edition give the same results.

use std::sync::OnceLock;

use crate::run::{self, Item, Progress};

/// Version and behaviour: the version, and the digest of a small run, so that two builds between two releases are told
/// apart by what they do. Fit for a subject.
pub(super) fn edition() -> &'static str {
    static EDITION: OnceLock<String> = OnceLock::new();
    EDITION.get_or_init(|| {
        let loaded = scenarios::load("edition.yaml", SCENARIO, &[], None).expect("the scenario below is right");
        let plan = &loaded.plans[0];
        let measured = run::one(Item { plan, seed: plan.seed }, &|| false, &Silence);
        let bytes = serde_json::to_vec(&measured).expect("plain data with text keys is always JSON");
        let digest = super::parcel::digest(&bytes);
        format!("{}-{}", env!("CARGO_PKG_VERSION").replace('.', "_"), &digest[..8])
    })
}

/// As people read it: `0.1.0 (1f3a9c04)`.
pub(super) fn in_words(edition: &str) -> String {
    let (version, digest) = edition.split_once('-').unwrap_or((edition, "?"));
    format!("{} ({digest})", version.replace('_', "."))
}

struct Silence;

impl Progress for Silence {
    fn portion(&self) {}
    fn seed(&self) {}
}

/// A little of everything that decides results.
const SCENARIO: &str = "\
pbxsim: 1
title: What makes an edition
lasts: 2 min
seed: 7
cluster:
  master: { role: master, answers: 40/s }
  standby: { role: standby, stands-in-for: master, answers: 30/s }
licences:
  master: { PBX-Port12: 25, PBX-Standby12: 25 }
users:
  desk: { count: 30, home: master, expires: 60 s }
timeline:
  - at: +0 s
    sign-in: everyone
    over: 20 s
  - at: +60 s
    crash: master
    for: 20 s
expect:
  - all users are registered at the end
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edition_is_a_token_of_a_subject_and_readable() {
        assert!(edition().chars().all(|char| char.is_ascii_alphanumeric() || "-_".contains(char)), "{}", edition());
        assert_eq!(in_words("0_1_0-1f3a9c04"), "0.1.0 (1f3a9c04)");
    }
}

//! Audit and run agree: over random installations, what an audit says without time is what a run answers to REGISTER,
//! INVITE and to what is configured, and an oracle written from the vendor's rules alone judges both.
//!
//! The gate does 1,000; `PBXSIM_INSTALLATIONS=10000` does as many (`scripts/agreement`).

#[path = "agreement/audited.rs"]
mod audited;
#[path = "agreement/chance.rs"]
mod chance;
#[path = "agreement/installation.rs"]
mod installation;
#[path = "agreement/oracle.rs"]
mod oracle;
#[path = "agreement/ran.rs"]
mod ran;
#[path = "agreement/rulebook.rs"]
mod rulebook;

use std::collections::BTreeMap;

use installation::Installation;

#[test]
fn audit_and_run_agree_with_the_rules_over_random_installations() {
    let many = std::env::var("PBXSIM_INSTALLATIONS").ok().and_then(|many| many.parse().ok()).unwrap_or(1_000);
    let mut met: BTreeMap<&str, u32> = BTreeMap::new();
    for seed in 0..many {
        let it = Installation::random(seed);
        let text = it.text();
        let expected = oracle::judge(&it);
        let audit = audited::audit(&text);
        let run = ran::run(&text, &it);
        let about = |what: &str| format!("installation {seed}: {what}\n{text}\n{expected:#?}\n{audit:#?}\n{run:#?}");

        let covered = expected.shorts.is_empty();
        assert_eq!(audit.covered, covered, "{}", about("the audit and the rules disagree whether all is covered"));
        assert_eq!(run.covered, covered, "{}", about("the run and the rules disagree whether all is covered"));

        for ((rule, reason), units) in &expected.counted() {
            let said = audit.shorts.get(&(*rule, reason)).copied().unwrap_or(0);
            assert_eq!(said, *units, "{}", about(&format!("R{rule} {reason} in the audit")));
        }
        let reasons: Vec<&str> = expected.reasons().collect();
        for (rule, reason) in audit.shorts.keys() {
            assert!(reasons.contains(reason), "{}", about(&format!("nothing is short for {reason} (R{rule})")));
        }
        for reason in &run.reasons {
            assert!(reasons.contains(reason), "{}", about(&format!("nothing is refused for {reason}")));
        }
        for reason in expected.surely() {
            assert!(run.reasons.contains(reason), "{}", about(&format!("nobody was refused for {reason} in the run")));
        }

        for ((owner, feature), units) in &expected.in_use {
            let used = run.in_use.get(&(*owner, *feature)).copied().unwrap_or(0);
            assert_eq!(used, *units, "{}", about(&format!("units of {} in use of {owner}'s", feature.name())));
        }
        assert_eq!(run.breach, None, "{}", about("an invariant broke"));
        assert_eq!(run.takes_over, expected.takes_over, "{}", about("the standby"));
        expected.reasons().for_each(|reason| *met.entry(reason).or_default() += 1);
        *met.entry(if covered { "covered" } else { "short" }).or_default() += 1;
    }
    // Chance met everything there is to meet: else the agreement would say little.
    for reason in [
        "covered",
        "no-unit",
        "decentral-exhausted",
        "version",
        "version-floor",
        "ipva",
        "needs-mypbx",
        "needs-reporting",
        "needs-conferencing",
        "no-linux-ap",
        "no-recorder",
        "gate-voicemail",
        "gate-standby",
    ] {
        assert!(met.get(reason).is_some_and(|times| *times > 0), "no installation met {reason}: {met:?}");
    }
}

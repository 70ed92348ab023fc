//! The vendor's licence rules, one test for each case of the design study (T1-T41): a file in, an audit out.

#[path = "rules/applications.rs"]
mod applications;
#[path = "rules/boxes.rs"]
mod boxes;
#[path = "rules/domains.rs"]
mod domains;
#[path = "rules/gates.rs"]
mod gates;
#[path = "rules/input.rs"]
mod input;
#[path = "rules/people.rs"]
mod people;
#[path = "rules/portal.rs"]
mod portal;
#[path = "rules/prices.rs"]
mod prices;
#[path = "rules/readings.rs"]
mod readings;
#[path = "rules/recording.rs"]
mod recording;
#[path = "rules/versions.rs"]
mod versions;
#[path = "rules/walk.rs"]
pub(crate) mod walk;

use scenarios::audit::{Audit, Broken};

/// Audits `blocks` of a scenario.
fn audit(blocks: &str) -> Audit {
    let text = format!("pbxsim: 1\nlasts: 1 h\n{blocks}\n");
    let (audits, _) =
        scenarios::audit("case.yaml", &text, &[], None).unwrap_or_else(|wrong| panic!("{}", wrong.render()));
    audits.into_iter().next().expect("a file is audited once")
}

/// What is to be ordered for `blocks` of a scenario.
fn quote(blocks: &str) -> scenarios::quote::Quote {
    let text = format!("pbxsim: 1\nlasts: 1 h\n{blocks}\n");
    let (quotes, _) =
        scenarios::quote("case.yaml", &text, &[], None).unwrap_or_else(|wrong| panic!("{}", wrong.render()));
    quotes.into_iter().next().expect("a file is quoted once")
}

/// Units of a feature that a stock has to give; what is not asked for is asked here.
fn usable(audit: &Audit, owner: &str, feature: &str) -> u64 {
    need(audit, owner, feature).usable.expect("a count")
}

fn need<'a>(audit: &'a Audit, owner: &str, feature: &str) -> &'a scenarios::audit::Need {
    let mut needs = audit.needs.iter().filter(|need| need.owner == owner && need.feature == feature);
    needs.next().unwrap_or_else(|| panic!("nobody asks {owner} for {feature}: {:#?}", audit.needs))
}

/// Asked and refused of a stock.
fn asked(audit: &Audit, owner: &str, feature: &str) -> (u64, u64) {
    let need = need(audit, owner, feature);
    (need.asked, need.refused)
}

/// Bound and usable units of one licence, and why not all.
fn entitled(audit: &Audit, name: &str) -> (u64, Option<(&'static str, u8)>) {
    let one = audit.entitlements.iter().find(|one| one.name == name).expect("it is bound");
    (one.usable.expect("a count"), one.why)
}

/// What is not covered: reason, rule and units, in the order of the file.
fn refused(audit: &Audit) -> Vec<(&'static str, u8, u64)> {
    audit.findings.iter().filter(|one| one.uncovered).map(|one| (one.reason, one.rule, one.units)).collect()
}

/// What is only odd.
fn odd(audit: &Audit, rule: u8) -> Option<&Broken> {
    audit.findings.iter().find(|one| !one.uncovered && one.rule == rule)
}

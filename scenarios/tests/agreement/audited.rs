//! What an audit says of a scenario.

use std::collections::BTreeMap;

/// The audit in figures.
#[derive(Debug)]
pub(crate) struct Audited {
    pub(crate) covered: bool,
    /// Units that are not covered, by rule and reason.
    pub(crate) shorts: BTreeMap<(u8, &'static str), u32>,
}

pub(crate) fn audit(text: &str) -> Audited {
    let (audits, _) =
        scenarios::audit("random.yaml", text, &[], None).unwrap_or_else(|wrong| panic!("{}\n{text}", wrong.render()));
    let audit = audits.first().expect("a file is audited once");
    let mut shorts: BTreeMap<(u8, &'static str), u32> = BTreeMap::new();
    for finding in audit.findings.iter().filter(|finding| finding.uncovered) {
        *shorts.entry((finding.rule, finding.reason)).or_default() += finding.units as u32;
    }
    Audited { covered: audit.is_covered(), shorts }
}

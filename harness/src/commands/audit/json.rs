//! An audit as JSON: one object for a file, with one audit per variant.

use reports::render::safe_json;
use std::collections::BTreeMap;

use scenarios::audit::{Administered, At, Audit, Broken, Changed, Ledger};
use serde_json::{Value, json};

/// Version of this format: it grows when a field changes its meaning or goes.
const FORMAT: u32 = 1;

/// All audits of one file.
pub(super) fn render(audits: &[Audit]) -> String {
    let all: Vec<Value> = audits.iter().map(audit).collect();
    let covered = audits.iter().all(Audit::is_covered);
    let value = json!({ "pbxsim-audit": FORMAT, "covered": covered, "audits": all });
    format!("{}\n", safe_json(&serde_json::to_string_pretty(&value).unwrap_or_default()))
}

fn audit(audit: &Audit) -> Value {
    let domain = |one: &scenarios::audit::Domain| json!({ "owner": one.owner, "software": one.software, "members": one.members, "oldest-version": one.floor });
    let entitlement = |one: &scenarios::audit::Entitlement| {
        json!({
            "node": one.node,
            "licence": one.name,
            "bound": one.bound,
            "usable": one.usable,
            "reason": one.why.map(|(reason, _)| reason),
            "rule": one.why.map(|(_, rule)| format!("R{rule}")),
            "at": at(&one.at),
        })
    };
    let need = |one: &scenarios::audit::Need| {
        json!({
            "stock": one.owner,
            "feature": one.feature,
            "mode": one.mode,
            "usable": one.usable,
            "asked": one.asked,
            "certain": one.certain,
            "refused": one.refused,
        })
    };
    let decided = |one: &scenarios::audit::Decided| json!({ "reading": one.number, "key": one.key, "value": one.value, "other": one.other });
    json!({
        "file": audit.path,
        "variant": audit.variant,
        "covered": audit.is_covered(),
        "domains": audit.domains.iter().map(domain).collect::<Vec<_>>(),
        "entitlements": audit.entitlements.iter().map(entitlement).collect::<Vec<_>>(),
        "needs": audit.needs.iter().map(need).collect::<Vec<_>>(),
        "findings": audit.findings.iter().map(finding).collect::<Vec<_>>(),
        "timeline": audit.deeds.iter().map(deed).collect::<Vec<_>>(),
        "portal": audit.ledger.as_ref().map(ledger),
        "readings": audit.decided.iter().map(decided).collect::<Vec<_>>(),
    })
}

fn finding(one: &Broken) -> Value {
    json!({
        "covered": !one.uncovered,
        "rule": format!("R{}", one.rule),
        "sentence": one.sentence,
        "reason": one.reason,
        "units": one.units,
        "what": one.what,
        "cure": one.cure,
        "at": at(&one.at),
    })
}

fn deed(one: &Administered) -> Value {
    let change =
        |one: &Changed| json!({ "stock": one.owner, "feature": one.feature, "before": one.before, "after": one.after });
    json!({
        "at": at(&one.at),
        "when": one.when,
        "name": one.name,
        "accepted": one.refused.is_none(),
        "reason": one.refused.as_ref().map(|(reason, _, _)| reason),
        "rule": one.refused.as_ref().map(|(_, rule, _)| format!("R{rule}")),
        "why": one.refused.as_ref().map(|(_, _, what)| what),
        "usable": one.changes.iter().map(change).collect::<Vec<_>>(),
        "uncovered": one.uncovered,
    })
}

fn ledger(ledger: &Ledger) -> Value {
    let dates = |dates: &[(String, String)]| dates.iter().cloned().collect::<BTreeMap<_, _>>();
    json!({
        "balance": ledger.balance.iter().cloned().collect::<BTreeMap<_, _>>(),
        "SSC": ledger.credits,
        "covered-until": dates(&ledger.covered_until),
        "warranty-until": dates(&ledger.warranty_until),
    })
}

fn at(at: &At) -> Value {
    json!({ "file": at.file, "line": at.line, "column": at.column })
}

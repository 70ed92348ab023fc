//! An audit as text of 80 columns: the answer first, then what is not covered, what lies idle, and the figures.

use scenarios::audit::{Administered, Audit, Broken, Entitlement, Need};

use crate::paragraph::paragraph;

/// The whole of it.
pub(super) fn render(audit: &Audit) -> String {
    let mut lines = heading(audit);
    let (broken, odd): (Vec<&Broken>, Vec<&Broken>) = audit.findings.iter().partition(|one| one.uncovered);
    findings(&mut lines, "Not covered", &broken);
    findings(&mut lines, "To know", &odd);
    needs(&mut lines, audit);
    entitlements(&mut lines, audit);
    deeds(&mut lines, audit);
    readings(&mut lines, audit);
    lines.iter().map(|line| format!("{}\n", line.trim_end())).collect()
}

fn heading(audit: &Audit) -> Vec<String> {
    let variant = audit.variant.as_ref().map_or_else(String::new, |name| format!(" ({name})"));
    let broken = audit.findings.iter().filter(|one| one.uncovered).count();
    let idle = audit.entitlements.iter().filter(|one| one.why.is_some()).count();
    let covered = match broken {
        0 => "covered: there is a licence for everything asked for".to_owned(),
        1 => "NOT COVERED: 1 thing asked for is refused".to_owned(),
        some => format!("NOT COVERED: {some} things asked for are refused"),
    };
    let idle = match idle {
        0 => String::new(),
        1 => "; 1 kind of licence lies idle".to_owned(),
        some => format!("; {some} kinds of licences lie idle"),
    };
    let mut lines = paragraph("", &format!("{}{variant}: {covered}{idle}.", audit.path));
    let shared = |need: &&Need| need.certain < need.asked && need.usable.is_some_and(|usable| usable < need.asked);
    let names: Vec<&str> = audit.needs.iter().filter(shared).map(|need| need.feature).collect();
    if let Some(first) = names.first() {
        let more = if names.iter().any(|name| name != first) { " and more" } else { "" };
        let about =
            format!("{first}{more} is shared by who comes and goes: pbxsim run tells how often one is refused.");
        lines.extend(paragraph("", &about));
    }
    lines
}

fn findings(lines: &mut Vec<String>, title: &str, findings: &[&Broken]) {
    if findings.is_empty() {
        return;
    }
    lines.extend([String::new(), title.to_owned()]);
    for one in findings.iter().take(MOST_FINDINGS) {
        let reason = if one.uncovered { format!(" ({})", one.reason) } else { String::new() };
        lines.extend(paragraph("  ", &format!("{}{reason}", one.what)));
        let said = format!("R{}: {} {}:{}:{}", one.rule, one.sentence, one.at.file, one.at.line, one.at.column);
        lines.extend(paragraph("      ", &said));
        lines.extend(paragraph("      ", &format!("→ {}", one.cure)));
    }
    if let Some(more) = findings.len().checked_sub(MOST_FINDINGS).filter(|more| *more > 0) {
        lines.push(format!("  … and {more} more: all of them with --as json"));
    }
}

fn needs(lines: &mut Vec<String>, audit: &Audit) {
    if audit.needs.is_empty() {
        return;
    }
    lines.push(String::new());
    lines.push(format!("{:<36}{:>11}{:>11}{:>11}", "Asked for", "asked", "usable", "refused"));
    let mut owner = "";
    for need in audit.needs.iter().take(MOST_ROWS) {
        if need.owner != owner {
            owner = &need.owner;
            lines.extend(paragraph("  ", &stock(audit, owner)));
        }
        lines.push(row_of(need));
    }
    rest(lines, audit.needs.len());
}

/// `of hq, V10: for standby and cloud, too`.
fn stock(audit: &Audit, owner: &str) -> String {
    let Some(domain) = audit.domains.iter().find(|domain| domain.owner == owner) else {
        return format!("of {owner} alone");
    };
    let members = match domain.members.as_slice() {
        [] => String::new(),
        few if few.len() <= 4 => format!(", for {} too", few.join(", ")),
        many => format!(", for {} others too", many.len()),
    };
    let floor = domain.floor.map_or_else(String::new, |floor| format!("; oldest licence V{floor}"));
    format!("of {owner}, {}{members}{floor}", domain.software)
}

fn row_of(need: &Need) -> String {
    let asked = if need.certain < need.asked { format!("≤ {}", number(need.asked)) } else { number(need.asked) };
    let refused = if need.refused == 0 { "-".to_owned() } else { number(need.refused) };
    format!("    {:<32}{asked:>11}{:>11}{refused:>11}", need.feature, limited(need.usable))
}

fn entitlements(lines: &mut Vec<String>, audit: &Audit) {
    if audit.entitlements.is_empty() {
        return;
    }
    lines.push(String::new());
    lines.push(format!("{:<36}{:>11}{:>11}", "Bound", "bound", "usable"));
    let mut node = "";
    for one in audit.entitlements.iter().take(MOST_ROWS) {
        if one.node != node {
            node = &one.node;
            lines.push(format!("  at {node}"));
        }
        lines.extend(row(one));
    }
    rest(lines, audit.entitlements.len());
}

fn row(one: &Entitlement) -> Vec<String> {
    let why = one.why.map_or_else(String::new, |(reason, rule)| format!("  {reason} R{rule}"));
    let line = format!("    {:<32}{:>11}{:>11}{why}", one.name, limited(one.bound), limited(one.usable));
    if line.chars().count() <= 80 && one.name.chars().count() <= 32 {
        return vec![line];
    }
    let figures = format!("{:>47}{:>11}{why}", limited(one.bound), limited(one.usable));
    vec![format!("    {}", one.name), figures]
}

fn rest(lines: &mut Vec<String>, rows: usize) {
    if let Some(more) = rows.checked_sub(MOST_ROWS).filter(|more| *more > 0) {
        lines.push(format!("    … and {more} more: all of them with --as json"));
    }
}

/// The timeline as administrators see it.
fn deeds(lines: &mut Vec<String>, audit: &Audit) {
    if audit.deeds.is_empty() {
        return;
    }
    lines.extend([String::new(), "On the timeline".to_owned()]);
    for deed in audit.deeds.iter().take(MOST_ROWS) {
        let end = deed.refused.as_ref().map_or_else(String::new, |(reason, _, _)| format!(": refused ({reason})"));
        lines.extend(paragraph("  ", &format!("{} {}{end}", deed.when, deed.name)));
        if let Some((_, rule, what)) = &deed.refused {
            lines.extend(paragraph("      ", &format!("R{rule}: {what}")));
        }
        for change in &deed.changes {
            let (before, after) = (limited(change.before), limited(change.after));
            lines.push(format!("      {} at {}: {before} → {after} usable", change.feature, change.owner));
        }
        lines.extend(left(deed));
    }
    rest(lines, audit.deeds.len());
    if let Some(ledger) = audit.ledger.as_ref().filter(|ledger| !ledger.balance.is_empty() || ledger.credits > 0) {
        let credits = (ledger.credits > 0).then(|| format!("{} SSC", number(ledger.credits)));
        let licences = ledger.balance.iter().map(|(name, count)| format!("{} {name}", number(*count)));
        let balance: Vec<String> = licences.chain(credits).collect();
        lines.extend(paragraph("  ", &format!("then in the balance: {}", balance.join(", "))));
    }
}

fn left(deed: &Administered) -> Option<String> {
    let things = if deed.uncovered == 1 { "thing" } else { "things" };
    (!deed.changes.is_empty()).then(|| format!("      {} {things} asked for not covered then", deed.uncovered))
}

fn readings(lines: &mut Vec<String>, audit: &Audit) {
    if audit.decided.is_empty() {
        return;
    }
    lines.extend([String::new(), "Readings that decided something (rules:)".to_owned()]);
    for one in &audit.decided {
        lines.push(format!("  {}: {}, not {} ({})", one.key, one.value, one.other, one.number));
    }
}

fn limited(count: Option<u64>) -> String {
    count.map_or_else(|| "unlimited".to_owned(), number)
}

fn number(count: u64) -> String {
    reports::units::count(count)
}

/// More are for machines.
const MOST_FINDINGS: usize = 50;
const MOST_ROWS: usize = 100;

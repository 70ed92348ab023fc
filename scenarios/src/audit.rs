//! The result of an audit: plain data with places, to be shown as text or JSON.

use simulator::licence::catalogue::Mode;
use simulator::licence::rules::rule;

use crate::installation::audit::{audit, decided};
use crate::installation::portal::Portal;
use crate::installation::walk::{Change, Deed, Step, walk};
use crate::installation::{Domains, Finding, Installation, Switch, UNLIMITED};
use crate::language::{RULES, Value};
use crate::source::{Sources, Span};

/// What an installation is good for.
#[derive(Clone, Debug, PartialEq)]
pub struct Audit {
    /// The file as given.
    pub path: String,
    /// Name of the variant; `None` if the file has none.
    pub variant: Option<String>,
    /// Who draws on whose licences.
    pub domains: Vec<Domain>,
    /// What is bound, in the order of the file.
    pub entitlements: Vec<Entitlement>,
    /// What is asked for, by stock.
    pub needs: Vec<Need>,
    /// Broken rules first, then what is odd; each in the order of the file.
    pub findings: Vec<Broken>,
    /// Readings of the vendor's text without which something else would have come out.
    pub decided: Vec<Decided>,
    /// What administrators do on the timeline, and what comes of it.
    pub deeds: Vec<Administered>,
    /// The portal after all of it; `None`: neither `portal` nor a deed is there.
    pub ledger: Option<Ledger>,
}

/// One administrative entry of the timeline.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Administered {
    /// The clock.
    pub when: String,
    /// `called`, or verb and object.
    pub name: String,
    /// Why it was not done: reason, rule number, sentence.
    pub refused: Option<(&'static str, u8, String)>,
    /// Usable units that changed.
    pub changes: Vec<Changed>,
    /// How many things asked for are not covered after it.
    pub uncovered: usize,
    /// Where it stands.
    pub at: At,
}

/// Usable units before and after; `None`: unlimited.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Changed {
    /// The PBX that has the stock.
    pub owner: String,
    /// `PBX-Port`.
    pub feature: &'static str,
    /// Before.
    pub before: Option<u64>,
    /// After.
    pub after: Option<u64>,
}

/// What the project has in the portal.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Ledger {
    /// Licences bought and not bound.
    pub balance: Vec<(String, u64)>,
    /// Service credits (SSC).
    pub credits: u64,
    /// Until when licences are under a service agreement: name, year-month-day.
    pub covered_until: Vec<(String, String)>,
    /// Last day of warranty: device, year-month-day.
    pub warranty_until: Vec<(String, String)>,
}

/// PBXs that draw on one stock.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Domain {
    /// The PBX that has the stock.
    pub owner: String,
    /// Its software.
    pub software: String,
    /// Who else draws on it.
    pub members: Vec<String>,
    /// Oldest licence that counts for all (R15).
    pub floor: Option<u32>,
}

/// Licences of one name bound to one PBX.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Entitlement {
    /// Where it is bound.
    pub node: String,
    /// As bought: `PBX-Port12%500`.
    pub name: String,
    /// `None`: unlimited.
    pub bound: Option<u64>,
    /// Units that count; `None`: unlimited.
    pub usable: Option<u64>,
    /// Why not all of them: reason and rule number.
    pub why: Option<(&'static str, u8)>,
    /// Where it stands.
    pub at: At,
}

/// What is asked of one stock.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Need {
    /// The PBX that has the stock.
    pub owner: String,
    /// `PBX-Port`.
    pub feature: &'static str,
    /// `floating`, `assigned`, …
    pub mode: &'static str,
    /// `None`: unlimited.
    pub usable: Option<u64>,
    /// At most at once.
    pub asked: u64,
    /// Of these, so many for certain: the rest come and go.
    pub certain: u64,
    /// Certain, and not given.
    pub refused: u64,
}

/// A rule that is broken, or something to know.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Broken {
    /// Its number.
    pub rule: u8,
    /// What it says.
    pub sentence: &'static str,
    /// Reason code.
    pub reason: &'static str,
    /// Something asked for is not covered; else it only lies idle.
    pub uncovered: bool,
    /// Units, users or objects concerned.
    pub units: u64,
    /// What is wrong here.
    pub what: String,
    /// What to do about it.
    pub cure: String,
    /// Where.
    pub at: At,
}

/// A reading that mattered.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Decided {
    /// Its key below `rules`.
    pub key: &'static str,
    /// What it is.
    pub value: &'static str,
    /// What it might be.
    pub other: &'static str,
    /// A3.
    pub number: &'static str,
}

/// A place of the file, from 1.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct At {
    /// The file, or `the command line`.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// In characters.
    pub column: usize,
}

impl Audit {
    /// Audits an installation.
    pub(crate) fn new(it: &Installation, sources: &Sources, path: &str, variant: Option<&str>) -> Self {
        let outcome = audit(it);
        let name = |pbx: usize| it.boxes.get(pbx).map_or_else(String::new, |one| one.name.clone());
        let limited = |count: u64| (count != UNLIMITED).then_some(count);
        let entitlement =
            |(bound, verdict): (&crate::installation::Bound, &crate::installation::Verdict)| Entitlement {
                node: name(bound.at),
                name: bound.feature.licence().written_in(bound.version, bound.tier),
                bound: limited(bound.count),
                usable: limited(verdict.usable),
                why: verdict.why.map(|(refusal, rule)| (refusal.code(), rule)),
                at: at(bound.place, sources),
            };
        let need = |need: &crate::installation::Need| Need {
            owner: name(need.owner),
            feature: need.feature.name(),
            mode: need.feature.licence().mode.word(),
            usable: limited(need.usable),
            asked: need.asked,
            certain: need.certain,
            refused: need.refused,
        };
        Self {
            path: path.to_owned(),
            variant: variant.map(str::to_owned),
            domains: domains(it, &outcome.floors),
            entitlements: it.bound.iter().zip(&outcome.verdicts).map(entitlement).collect(),
            needs: outcome.needs.iter().map(need).collect(),
            findings: outcome.findings.iter().map(|finding| broken(finding, sources)).collect(),
            decided: decided(it).into_iter().filter_map(|switch| decision(it, switch)).collect(),
            deeds: Vec::new(),
            ledger: None,
        }
    }

    /// Follows what administrators do.
    pub(crate) fn follow(&mut self, it: &Installation, portal: Portal, deeds: &[Deed], sources: &Sources) {
        let (steps, portal) = walk(it, portal, deeds);
        self.deeds = deeds.iter().zip(steps).map(|(deed, step)| administered(it, deed, step, sources)).collect();
        self.ledger = Some(ledger(it, &portal));
    }

    /// Whether everything asked for is covered.
    pub fn is_covered(&self) -> bool {
        self.findings.iter().all(|finding| !finding.uncovered)
    }
}

impl Need {
    /// Whether its units are never booked, only counted.
    pub fn is_gate(&self) -> bool {
        self.mode == Mode::Gate.word()
    }
}

fn domains(it: &Installation, floors: &[Option<u32>]) -> Vec<Domain> {
    let domains = Domains::new(it);
    let one = |owner: usize| {
        let members = domains.members(owner).filter(|pbx| *pbx != owner);
        Domain {
            owner: it.boxes[owner].name.clone(),
            software: it.boxes[owner].software.to_string(),
            members: members.map(|pbx| it.boxes[pbx].name.clone()).collect(),
            floor: floors.get(owner).copied().flatten(),
        }
    };
    domains.owners().map(one).collect()
}

fn broken(finding: &Finding, sources: &Sources) -> Broken {
    Broken {
        rule: finding.rule,
        sentence: rule(finding.rule).sentence,
        reason: finding.refusal.code(),
        uncovered: finding.broken,
        units: finding.units,
        what: finding.what.clone(),
        cure: finding.cure.clone(),
        at: at(finding.place, sources),
    }
}

fn administered(it: &Installation, deed: &Deed, step: Step, sources: &Sources) -> Administered {
    let limited = |count: u64| (count != UNLIMITED).then_some(count);
    let change = |change: &Change| Changed {
        owner: it.boxes[change.owner].name.clone(),
        feature: change.feature.name(),
        before: limited(change.before),
        after: limited(change.after),
    };
    Administered {
        when: deed.when.clone(),
        name: deed.name.clone(),
        refused: step.denied.map(|denied| (denied.refusal.code(), denied.rule, denied.what)),
        changes: step.changes.iter().map(change).collect(),
        uncovered: step.uncovered,
        at: at(deed.place, sources),
    }
}

fn ledger(it: &Installation, portal: &Portal) -> Ledger {
    let balance = portal.balance.iter().filter(|(_, count)| **count > 0);
    let devices = (0..it.boxes.len()).filter_map(|device| Some((device, portal.warranty_until(device)?)));
    Ledger {
        balance: balance.map(|((feature, version), count)| (feature.licence().written(*version), *count)).collect(),
        credits: portal.credits,
        covered_until: portal
            .covered_until
            .iter()
            .map(|((feature, version), date)| (feature.licence().written(*version), date.to_string()))
            .collect(),
        warranty_until: devices.map(|(device, date)| (it.boxes[device].name.clone(), date.to_string())).collect(),
    }
}

fn decision(it: &Installation, switch: Switch) -> Option<Decided> {
    let Value::Words([first, second]) = RULES.key(switch.key())?.value else { return None };
    let (value, other) = if it.readings.is(switch) { (second, first) } else { (first, second) };
    Some(Decided { key: switch.key(), value: value.text, other: other.text, number: switch.number() })
}

fn at(span: Span, sources: &Sources) -> At {
    let place = sources.position(span);
    At { file: sources.name(span).to_owned(), line: place.line, column: place.column }
}

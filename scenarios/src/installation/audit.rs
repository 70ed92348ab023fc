//! The audit: every licence against every rule, every wish against every licence.

use simulator::layout::Role;
use simulator::licence::catalogue::{Against, Scope};
use simulator::licence::feature::Feature;

use super::rule_off::is_off;
use super::stock::Stocks;
use super::words::version_rule;
use super::{Bound, Finding, Installation, Need, Outcome, Platform, Readings, Refusal, Switch, UNLIMITED, Verdict};
use crate::nearest::grouped;
use crate::source::Span;

/// What comes of an installation, with words.
pub(crate) fn audit(it: &Installation) -> Outcome {
    Auditor::new(it, true).outcome()
}

/// Readings without which something else would have come out: read the other way, another unit counts or is refused.
pub(crate) fn decided(it: &Installation) -> Vec<Switch> {
    let mut turned = it.clone();
    let mut figures = |readings: Readings| {
        turned.readings = readings;
        Auditor::new(&turned, false).outcome().figures()
    };
    let now = figures(it.readings);
    let switches = Switch::ALL.into_iter().map(|(switch, _)| switch);
    switches.filter(|switch| figures(it.readings.turned(*switch)) != now).collect()
}

/// What is known while it goes on.
pub(super) struct Auditor<'a> {
    pub(super) it: &'a Installation,
    pub(super) stocks: Stocks<'a>,
    findings: Vec<Finding>,
    needs: std::collections::BTreeMap<(usize, Feature), Need>,
    /// Findings have words.
    told: bool,
}

/// A finding on its way: what it is about.
pub(super) struct About {
    pub(super) rule: u8,
    pub(super) refusal: Refusal,
    pub(super) units: u64,
    pub(super) place: Span,
}

impl<'a> Auditor<'a> {
    fn new(it: &'a Installation, told: bool) -> Self {
        Self { it, stocks: Stocks::new(it), findings: Vec::new(), needs: std::collections::BTreeMap::new(), told }
    }

    fn outcome(mut self) -> Outcome {
        self.assigned();
        self.applications();
        self.floating();
        self.interfaces();
        let gates = self.gates();
        let verdicts = self.it.bound.iter().map(|bound| self.verdict(bound, &gates)).collect();
        self.versions();
        self.findings.sort_by_key(|finding| (!finding.broken, finding.place, finding.rule));
        let floors = (0..self.it.boxes.len()).map(|pbx| self.stocks.floor(pbx)).collect();
        Outcome { verdicts, needs: self.needs.into_values().collect(), findings: self.findings, floors }
    }

    /// Something asked for is not covered.
    pub(super) fn broken(&mut self, about: About, words: impl FnOnce(&Stocks<'_>) -> (String, String)) {
        self.find(about, true, words);
    }

    /// Something lies idle, or is odd.
    pub(super) fn odd(&mut self, about: About, words: impl FnOnce(&Stocks<'_>) -> (String, String)) {
        self.find(about, false, words);
    }

    /// One or the other.
    pub(super) fn find(&mut self, about: About, broken: bool, words: impl FnOnce(&Stocks<'_>) -> (String, String)) {
        if is_off(about.rule) {
            return;
        }
        let (what, cure) = if self.told { words(&self.stocks) } else { (String::new(), String::new()) };
        let About { rule, refusal, units, place } = about;
        self.findings.push(Finding { rule, refusal, broken, units, what, cure, place });
    }

    /// Adds to what is asked of a stock.
    pub(super) fn ask(&mut self, pbx: usize, feature: Feature, asked: u64, certain: u64) {
        if asked == 0 {
            return;
        }
        let owner = self.stocks.stock_of(pbx, feature);
        let usable = self.stocks.usable(pbx, feature);
        let none = Need { owner, feature, usable, asked: 0, certain: 0, refused: 0 };
        let need = self.needs.entry((owner, feature)).or_insert(none);
        need.usable = need.usable.max(usable);
        need.asked = need.asked.saturating_add(asked);
        need.certain = need.certain.saturating_add(certain);
    }

    pub(super) fn refuse(&mut self, pbx: usize, feature: Feature, units: u64) {
        if let Some(need) = self.needs.get_mut(&(self.stocks.stock_of(pbx, feature), feature)) {
            need.refused = need.refused.saturating_add(units);
        }
    }

    /// What is asked of the stock that a PBX draws on.
    pub(super) fn asked(&self, pbx: usize, feature: Feature) -> u64 {
        self.needs.get(&(self.stocks.stock_of(pbx, feature), feature)).map_or(0, |need| need.asked)
    }

    /// What one row of `licences` is good for.
    fn verdict(&self, bound: &Bound, gates: &super::gates::Gates) -> Verdict {
        let nothing = |refusal, rule| Verdict { usable: 0, why: Some((refusal, rule)) };
        let licence = bound.feature.licence();
        let pbx = &self.it.boxes[bound.at];
        if self.stocks.is_misplaced(bound) {
            let rule = if bound.feature == Feature::Ipva { 26 } else { 39 };
            return nothing(Refusal::Misplaced, rule);
        }
        if licence.scope == Scope::Device
            && bound.feature != Feature::Ipva
            && pbx.platform == Platform::Included
            && !is_off(25)
        {
            return nothing(Refusal::Included, 25);
        }
        let versioned = licence.against == Against::Pbx && ![11, 12, 13, 14].into_iter().any(is_off);
        let by_rule = !is_off(version_rule(bound.feature));
        if versioned && by_rule && bound.version < pbx.software.version && !self.is_unversioned(bound.feature) {
            return nothing(Refusal::Version, version_rule(bound.feature));
        }
        if let Err(refusal) = self.stocks.access(bound.at, bound.feature) {
            let old = pbx.software.version < licence.software_from;
            let rule = match refusal {
                Refusal::VersionFloor => 17,
                _ if old && bound.feature == Feature::VoicemailUser => 53,
                _ if old && bound.feature == Feature::QueueMonitor => 73,
                _ if old => 70,
                _ => version_rule(bound.feature),
            };
            return nothing(refusal, rule);
        }
        match gates.closed(self.stocks.domains.of(bound.at), bound.feature) {
            Some((refusal, rule)) => nothing(refusal, rule),
            None => Verdict { usable: bound.count, why: None },
        }
    }

    fn is_unversioned(&self, feature: Feature) -> bool {
        feature == Feature::Conferencing && self.it.readings.is(Switch::ConferencingHasNoVersion)
    }

    /// R17: a PBX whose software is newer than the oldest licence of its domain.
    fn versions(&mut self) {
        for owner in self.stocks.domains.owners().collect::<Vec<_>>() {
            let Some(floor) = self.stocks.floor(owner) else { continue };
            let per_type = self.it.readings.is(Switch::FloorPerType);
            for pbx in self.stocks.domains.members(owner).collect::<Vec<_>>() {
                let (software, place) = (self.it.boxes[pbx].software.version, self.it.boxes[pbx].place);
                if software <= floor || per_type {
                    continue;
                }
                let rule = 17;
                self.odd(About { rule, refusal: Refusal::VersionFloor, units: 1, place }, |_| {
                    let (name, owner) = (&self.it.boxes[pbx].name, &self.it.boxes[owner].name);
                    let what = format!("{name} runs V{software}, but licences of V{floor} are bound at {owner}");
                    (what, format!("release the licences of V{floor}, or convert them to V{software}"))
                });
            }
        }
        self.decentral();
    }

    /// R8, said aloud.
    fn decentral(&mut self) {
        for owner in self.stocks.domains.owners().collect::<Vec<_>>() {
            let pbx = &self.it.boxes[owner];
            if pbx.role != Role::Slave {
                continue;
            }
            let first = self.it.bound.iter().find(|bound| bound.at == owner && bound.count > 0);
            let place = first.map_or(pbx.place, |bound| bound.place);
            let units = first.map_or(0, |bound| bound.count);
            self.odd(About { rule: 8, refusal: Refusal::Decentral, units, place }, |_| {
                let what = format!("{} has licences of its own and draws on no others", self.it.boxes[owner].name);
                (what, "bind them at the licence master to share them".to_owned())
            });
        }
    }
}

/// `12 of 30`, or `all 12`.
pub(super) fn of(part: u64, whole: u64) -> String {
    if part == whole { format!("all {}", units(part)) } else { format!("{} of {}", units(part), units(whole)) }
}

/// A count of units, of which there may be as many as one likes.
pub(super) fn units(count: u64) -> String {
    if count == UNLIMITED { "unlimited".to_owned() } else { grouped(count) }
}

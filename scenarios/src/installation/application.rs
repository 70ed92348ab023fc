//! Licences whose version counts against an application of their own: operators (R74) and queue monitors (R73).

use std::collections::BTreeMap;

use simulator::layout::Role;
use simulator::licence::feature::Feature;

use super::audit::{About, Auditor, of, units};
use super::{Refusal, Switch};
use crate::source::Span;

/// Applications of one version.
struct Running<'a> {
    home: usize,
    feature: Feature,
    version: u32,
    count: u64,
    come_and_go: bool,
    who: &'a str,
    place: Span,
}

/// Units left of a feature, by owner of the stock and version.
type Left = BTreeMap<(usize, Feature, u32), u64>;

impl Auditor<'_> {
    /// The newest applications choose first: they have the least to choose from.
    pub(super) fn applications(&mut self) {
        let mut running: Vec<Running<'_>> = Vec::new();
        let it = self.it;
        for seats in it.seats.iter().filter(|seats| seats.operators > 0) {
            running.push(Running {
                home: seats.home,
                feature: Feature::Operator,
                version: seats.application,
                count: seats.operators,
                come_and_go: seats.come_and_go,
                who: &seats.population,
                place: seats.place,
            });
        }
        let mut shown: BTreeMap<(usize, u32), u64> = BTreeMap::new();
        for queue in &it.queues {
            // A23: one per queue, or one per screen, which shows two.
            let before = shown.entry((queue.home, queue.application)).or_default();
            *before += 1;
            let count = u64::from(!it.readings.is(Switch::MonitorCountsScreens) || *before % 2 == 1);
            running.push(Running {
                home: queue.home,
                feature: Feature::QueueMonitor,
                version: queue.application,
                count,
                come_and_go: false,
                who: &queue.name,
                place: queue.place,
            });
        }
        running.sort_by_key(|one| core::cmp::Reverse(one.version));
        let mut left = Left::new();
        for bound in it.bound.iter().filter(|bound| matches!(bound.feature, Feature::Operator | Feature::QueueMonitor))
        {
            let key = (self.stocks.stock_of(bound.at, bound.feature), bound.feature, bound.version);
            let units = left.entry(key).or_default();
            *units = units.saturating_add(bound.count);
        }
        for one in &running {
            self.run_application(one, &mut left);
        }
    }

    fn run_application(&mut self, one: &Running<'_>, left: &mut Left) {
        let owner = self.stocks.stock_of(one.home, one.feature);
        let from = (owner, one.feature, one.version);
        let to = (owner, one.feature, u32::MAX);
        let access = self.stocks.access(one.home, one.feature);
        let fit: u64 = left.range(from..=to).fold(0, |sum, (_, units)| sum.saturating_add(*units));
        let fit = if access.is_ok() { fit } else { 0 };
        let certain = if one.come_and_go && fit > 0 { 0 } else { one.count };
        self.ask(one.home, one.feature, one.count, certain);
        let given = fit.min(certain);
        let mut taken = given;
        for (_, units) in left.range_mut(from..=to) {
            let part = taken.min(*units);
            *units -= part;
            taken -= part;
        }
        if given == certain {
            return;
        }
        let missing = certain - given;
        self.refuse(one.home, one.feature, missing);
        let installed = self.stocks.installed(one.home, one.feature) > 0;
        let older = installed && self.stocks.newest(one.home, one.feature) < one.version;
        // R10: who has licences of its own gets nothing elsewhere.
        let decentral = self.it.boxes[owner].role == Role::Slave;
        let rule = if one.feature == Feature::Operator { 74 } else { 73 };
        let (refusal, rule) = match access {
            Err(refusal) => (refusal, rule),
            Ok(()) if older => (Refusal::Version, rule),
            Ok(()) if decentral => (Refusal::DecentralExhausted, 10),
            Ok(()) => (Refusal::NoUnit, rule),
        };
        self.broken(About { rule, refusal, units: missing, place: one.place }, |_| {
            let name = one.feature.name();
            let what = format!(
                "{name} for {} of {}: {} of V{} or newer",
                of(missing, one.count),
                one.who,
                units(fit),
                one.version
            );
            (what, format!("bind {} more {}", units(missing), one.feature.licence().written(one.version)))
        });
    }
}

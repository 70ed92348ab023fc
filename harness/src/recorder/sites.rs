//! How each PBX fares with each floating feature, whosever stock its units are of: sites side by side.

use std::collections::BTreeMap;

use reports::course::SiteCourse;
use scenarios::plan::Plan;
use simulator::event::Event;
use simulator::licence::feature::Feature;
use simulator::licence::reason::Reason;

use super::step::Step;

/// Every PBX with every floating feature; none of them where there is one PBX, whose stock tells all.
#[derive(Clone, Debug)]
pub(super) struct Sites {
    tracks: Vec<SiteTrack>,
}

#[derive(Clone, Debug, Default)]
struct SiteTrack {
    in_use: u64,
    peak: u64,
    refused: u64,
    denials: BTreeMap<Reason, u64>,
    course: SiteCourse,
}

impl Sites {
    pub(super) fn new(plan: &Plan) -> Self {
        let pbxs = plan.layout.pbxs.len();
        let tracks = if plan.layout.licensed && pbxs > 1 { pbxs * FEATURES } else { 0 };
        Self { tracks: vec![SiteTrack::default(); tracks] }
    }

    #[inline]
    pub(super) fn on_event(&mut self, step: &Step<'_>, event: &Event) {
        match *event {
            Event::Asked { feature, .. } => self.at(step, feature, |site| site.course.attempts += 1),
            Event::Taken { feature, .. } => self.at(step, feature, |site| {
                site.in_use += 1;
                site.peak = site.peak.max(site.in_use);
            }),
            Event::Freed { feature, .. } => {
                self.at(step, feature, |site| site.in_use = site.in_use.saturating_sub(1));
            }
            Event::Denied { feature, reason, .. } => self.at(step, feature, |site| {
                site.refused += 1;
                *site.denials.entry(reason).or_insert(0) += 1;
            }),
            _ => {}
        }
    }

    #[inline]
    fn at(&mut self, step: &Step<'_>, feature: Feature, change: impl FnOnce(&mut SiteTrack)) {
        let place = step.pbx.map(|pbx| pbx * FEATURES + feature.index());
        if let Some(site) = place.and_then(|place| self.tracks.get_mut(place)) {
            change(site);
        }
    }

    /// Ends a bucket.
    pub(super) fn close(&mut self) {
        for site in &mut self.tracks {
            site.course.in_use.push(site.peak);
            site.peak = site.in_use;
            site.course.refused.push(std::mem::take(&mut site.refused));
        }
    }

    /// Those at which somebody asked or held something.
    pub(super) fn finish(self, plan: &Plan) -> Vec<SiteCourse> {
        let named = |(place, site): (usize, SiteTrack)| SiteCourse {
            feature: Feature::FLOATING[place % FEATURES].name().into(),
            node: plan.layout.pbxs[place / FEATURES].name.clone(),
            denials: site.denials.into_iter().map(|(reason, count)| (reason.code().to_owned(), count)).collect(),
            ..site.course
        };
        let all = self.tracks.into_iter().enumerate().map(named);
        all.filter(|site| site.attempts > 0 || site.in_use.iter().any(|units| *units > 0)).collect()
    }
}

const FEATURES: usize = Feature::FLOATING.len();

//! Licences that are booked by configuration: rows of the contention table read from what each PBX answers.

use std::collections::BTreeMap;

use reports::expectation::When;
use reports::measurements::Stock;
use scenarios::plan::Plan;
use simulator::event::Kind;
use simulator::licence::authority::UNLIMITED;
use simulator::licence::feature::Feature;
use simulator::site::Site;
use simulator::time::Instant;

use super::level::Level;
use super::scope::Window;

/// One row a feature and stock.
#[derive(Clone, Debug)]
pub(super) struct Assigned {
    /// Nothing has changed since.
    edition: u32,
    rows: BTreeMap<(u16, Feature), Row>,
    window: Window,
    warm: Instant,
}

#[derive(Clone, Debug)]
struct Row {
    in_use: Level,
    high_water: u64,
    high_water_at: Instant,
    asked: u64,
    /// Most at once, by reason.
    denials: BTreeMap<String, u64>,
    pool: u32,
}

impl Assigned {
    /// `None`: nothing is configured in this plan.
    pub(super) fn new(plan: &Plan) -> Option<Self> {
        let layout = &plan.layout;
        let some = !layout.assigned.is_empty() || !layout.monitors.is_empty() || !layout.managers.is_empty();
        (some && layout.licensed).then(|| Self {
            edition: 0,
            rows: BTreeMap::new(),
            window: Window::new(plan, When::Whole, true),
            warm: Instant::ZERO + plan.warm_up,
        })
    }

    /// What is booked may be different now.
    #[inline]
    pub(super) fn look(&mut self, now: Instant, site: &Site) {
        let edition = site.cluster().functions().edition();
        if edition != self.edition {
            self.edition = edition;
            self.read(now, site);
        }
    }

    fn read(&mut self, now: Instant, site: &Site) {
        let cluster = site.cluster();
        let window = self.window;
        let fresh = || Row {
            in_use: Level::new(window, None, false),
            high_water: 0,
            high_water_at: Instant::ZERO,
            asked: 0,
            denials: BTreeMap::new(),
            pool: 0,
        };
        for feature in Feature::ALL.into_iter().filter(|feature| feature.is_assigned()) {
            for owner in 0..cluster.facts.len() as u16 {
                let (asked, in_use) =
                    (cluster.functions().asked(owner, feature), cluster.functions().in_use(owner, feature));
                if asked == 0 && !self.rows.contains_key(&(owner, feature)) {
                    continue;
                }
                let row = self.rows.entry((owner, feature)).or_insert_with(fresh);
                row.in_use.set(now, u64::from(in_use));
                if u64::from(in_use) > row.high_water {
                    (row.high_water, row.high_water_at) = (u64::from(in_use), now);
                }
                row.asked = row.asked.max(u64::from(asked));
                row.pool = row.pool.max(cluster.installed(owner, feature));
            }
        }
        let mut denials: BTreeMap<(u16, Feature, &str), u64> = BTreeMap::new();
        for refused in cluster.functions().refused() {
            let owner = cluster.facts[usize::from(refused.pbx)].domain;
            *denials.entry((owner, refused.feature, refused.reason.code())).or_default() += u64::from(refused.units);
        }
        for ((owner, feature, reason), units) in denials {
            let row = self.rows.entry((owner, feature)).or_insert_with(fresh);
            row.pool = row.pool.max(cluster.installed(owner, feature));
            let most = row.denials.entry(reason.to_owned()).or_default();
            *most = units.max(*most);
        }
    }

    /// The rows at the end of the run.
    pub(super) fn finish(self, plan: &Plan, now: Instant) -> Vec<Stock> {
        let warm = self.warm;
        let row = |((owner, feature), mut row): ((u16, Feature), Row)| {
            row.in_use.pass(now);
            let denied: u64 = row.denials.values().sum();
            Stock {
                feature: feature.name().into(),
                node: plan.layout.pbxs[usize::from(owner)].name.clone(),
                kind: Kind::Installed.word().into(),
                pool: (row.pool != UNLIMITED).then_some(u64::from(row.pool)),
                attempts: row.asked.max(row.high_water + denied),
                grants: row.high_water,
                denials: row.denials,
                high_water: row.high_water,
                high_water_at_ns: row.high_water_at.0,
                observed_ns: now.since(warm).0,
                area_unit_ns: row.in_use.area(),
                ..Stock::default()
            }
        };
        self.rows.into_iter().map(row).collect()
    }
}

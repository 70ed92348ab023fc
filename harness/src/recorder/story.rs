//! What happened, in order, in words; and the curve of endpoints in service.

use reports::measurements::{Moment, Series};
use reports::units;
use scenarios::plan::Plan;
use simulator::event::{Event, Families, Family};
use simulator::licence::authority::UNLIMITED;
use simulator::licence::reason::Reason;
use simulator::schedule::{Action, Cut, End, Entry};
use simulator::time::{Duration, Instant};

use super::registrations::Registrations;
use super::step::Step;

/// Moments kept.
const MOMENTS: usize = 64;
/// Buckets of the curve.
const BUCKETS: u64 = 480;

/// The story of one run.
#[derive(Clone, Debug)]
pub(super) struct Story {
    moments: Vec<Moment>,
    /// Moments beyond the most that are kept, and when the first of them was.
    left_out: Option<(Instant, u64)>,
    names: Vec<String>,
    sites: Vec<String>,
    /// What each occasion is called, as the end of "back after …".
    occasions: Vec<String>,
    series: Series,
    level: u64,
    /// Milestones told so far, by occasion.
    told: Vec<(u16, [bool; 2])>,
}

impl Story {
    pub(super) fn new(plan: &Plan, endpoints: u64) -> Self {
        Self {
            moments: Vec::new(),
            left_out: None,
            names: plan.layout.pbxs.iter().map(|pbx| pbx.name.clone()).collect(),
            sites: plan.layout.sites.clone(),
            occasions: plan.occasions.iter().map(|occasion| occasion.name.clone()).collect(),
            series: Series { width_ns: (plan.lasts.0 / BUCKETS).max(1), levels: Vec::new(), whole: endpoints },
            level: 0,
            told: Vec::new(),
        }
    }

    fn tell(&mut self, at: Instant, what: String, detail: String) {
        if self.moments.len() < MOMENTS {
            self.moments.push(Moment { at_ns: at.0, what, detail });
        } else {
            self.left_out.get_or_insert((at, 0)).1 += 1;
        }
    }

    pub(super) fn on_entry(&mut self, now: Instant, entry: &Entry) {
        match &entry.action {
            Action::SignIn { who, over, .. } => {
                let people: u64 = who.seats.iter().map(|(_, seats)| seats.len() as u64).sum();
                let over = units::duration(over.0);
                self.tell(
                    now,
                    "sign-in begins".into(),
                    format!("{} over {over}", units::things(people, "person", "people")),
                );
            }
            Action::SignOut { who, .. } => {
                let people: u64 = who.seats.iter().map(|(_, seats)| seats.len() as u64).sum();
                self.tell(now, "sign-out begins".into(), units::things(people, "person", "people"));
            }
            Action::PowerOff(who) => {
                let people: u64 = who.seats.iter().map(|(_, seats)| seats.len() as u64).sum();
                self.tell(
                    now,
                    "power is cut".into(),
                    format!("the devices of {} are gone", units::things(people, "person", "people")),
                );
            }
            Action::PowerOn(_) => self.tell(now, "power is back".into(), String::new()),
            Action::Install(_) | Action::Bind { .. } | Action::Assign { .. } => {
                let name = self.occasions.get(usize::from(entry.occasion)).cloned().unwrap_or_default();
                if self.moments.last().is_none_or(|last| last.what != name) {
                    self.tell(now, name, String::new());
                }
            }
            Action::Cut(cut) => {
                let (what, ways) = (self.ways(cut), if cut.out && cut.into { "" } else { ", one way" });
                self.tell(now, format!("{what} is cut{ways}"), String::new());
            }
            Action::Heal(cut) => {
                let what = self.ways(cut);
                self.tell(now, format!("{what} heals"), String::new());
            }
            Action::Upgrade { pbx, to, .. } => {
                let name = self.names[usize::from(*pbx)].clone();
                self.tell(now, format!("{name} gets new software"), format!("V{to}"));
            }
            // Their search tells of them.
            Action::Attempts(_)
            | Action::CallOff(_)
            | Action::Clear
            | Action::Dismiss { .. }
            | Action::Restore { .. } => {}
            Action::Crash(_)
            | Action::Restart(_)
            | Action::Forget(_)
            | Action::Reclaim { .. }
            | Action::Freeze { .. }
            | Action::Wake(_) => {}
        }
    }

    /// `branch-2`, `hq - branch-2`.
    fn ways(&self, cut: &Cut) -> String {
        let name = |end: End| match end {
            End::Site(site) => self.sites[usize::from(site)].as_str(),
            End::Pbx { pbx, .. } => self.names[usize::from(pbx)].as_str(),
        };
        match cut.other {
            Some(other) => format!("{} - {}", name(cut.one), name(other)),
            None => name(cut.one).to_owned(),
        }
    }

    /// The families of facts it tells of.
    pub(super) const HEARS: Families = Families::of([Family::Driver, Family::Lease, Family::Standby]);

    pub(super) fn on_event(&mut self, step: &Step<'_>, event: &Event, cut_off: u64, in_service: u64) {
        let Some(name) = step.pbx.map(|pbx| self.names[pbx].as_str()) else { return };
        let count = units::count;
        let (what, detail) = match *event {
            Event::Crashed => (
                format!("{name} crashes"),
                format!("{} cut off; {} elsewhere unaffected", count(cut_off), count(in_service)),
            ),
            Event::Restarted => (format!("{name} is up again"), String::new()),
            Event::Quarantine { on: true } => {
                (format!("{name} has lost its licence table"), "no new holder before every old lease is over".into())
            }
            Event::Quarantine { on: false } => (format!("{name} lends licences again"), String::new()),
            Event::Usable { feature, units, why } => {
                let why = if why == Reason::None { String::new() } else { format!("{} (R11-R18)", why.code()) };
                let units = if units == UNLIMITED { "unlimited".to_owned() } else { count(u64::from(units)) };
                (format!("{}: {units} usable at {name}", feature.name()), why)
            }
            Event::Reclaimed { feature, pbx, .. } => (
                format!("{} is taken from {} by force", feature.name(), self.names[usize::from(pbx)]),
                "may be in use twice until the lease is over".into(),
            ),
            Event::Frozen => (format!("{name} freezes"), String::new()),
            Event::Woken => (format!("{name} wakes"), String::new()),
            Event::Role { active: true } => (
                format!("{name} takes over"),
                format!("{} of {} in service", count(in_service), count(self.series.whole)),
            ),
            Event::Role { active: false } => (format!("{name} stands down"), String::new()),
            Event::TakeoverRefused { standbys, ports } => (
                format!("{name} may not take over"),
                format!("gate-standby {} < {} ports (R41)", count(u64::from(standbys)), count(u64::from(ports))),
            ),
            _ => return,
        };
        self.tell(step.now, what, detail);
    }

    /// After somebody came back: half, and all.
    pub(super) fn on_back(&mut self, now: Instant, registrations: &Registrations) {
        for loss in registrations.losses() {
            let (back, lost) = (loss.back.count(), loss.lost.count());
            let place = self.told.iter().position(|(occasion, _)| *occasion == loss.occasion).unwrap_or_else(|| {
                self.told.push((loss.occasion, [false; 2]));
                self.told.len() - 1
            });
            let told = self.told[place].1;
            if !told[0] && lost >= 10 && back * 2 >= lost {
                self.told[place].1[0] = true;
                self.tell(now, "half are back".into(), format!("{} of {}", units::count(back), units::count(lost)));
            }
            if !told[1] && back == lost {
                self.told[place].1[1] = true;
                let after = units::duration(now.since(loss.at).0);
                let name = &self.occasions[usize::from(loss.occasion)];
                self.tell(now, "all are back".into(), format!("{} of them, {after} after {name}", units::count(lost)));
            }
        }
    }

    /// Endpoints in service from now on.
    #[inline]
    pub(super) fn set_level(&mut self, now: Instant, level: u64) {
        self.fill(now);
        self.level = level;
    }

    fn fill(&mut self, now: Instant) {
        while Duration(self.series.levels.len() as u64 * self.series.width_ns + self.series.width_ns).0 <= now.0
            && (self.series.levels.len() as u64) < BUCKETS
        {
            self.series.levels.push(self.level);
        }
    }

    pub(super) fn finish(mut self, now: Instant) -> (Vec<Moment>, Series) {
        self.fill(now);
        if let Some((at, count)) = self.left_out {
            let what = format!("and {}", units::things(count, "more moment", "more moments"));
            self.moments.push(Moment { at_ns: at.0, what, detail: "not kept".into() });
        }
        (self.moments, self.series)
    }
}

//! Recording (R66-R72): a base licence and a recorder per PBX, reporting for user and trunk, and a licence per further user.

use simulator::licence::feature::Feature;

use super::assigned::Given;
use super::audit::{About, Auditor, of};
use super::rule_off::is_off;
use super::{Function, Interface, Refusal, Release, Seats, Switch, Trunk};

/// The base licence of a PBX.
#[derive(Clone, Copy, Debug)]
struct Base {
    given: bool,
    /// Users who are still in it.
    room: u64,
}

/// R70: what recording needs of a PBX.
const LEAST: Release = Release { version: 10, service: 12 };

impl Auditor<'_> {
    /// Books recording for all who have it, PBX after PBX in the order of the file.
    pub(super) fn recording(&mut self, given: &[Given]) {
        let mut in_base: Vec<Option<Base>> = vec![None; self.it.boxes.len()];
        for (seats, given) in self.it.seats.iter().zip(given) {
            let asked = seats.asks(Function::Recording);
            if asked > 0 && self.can_record(seats, asked) {
                self.record(seats, asked.min(given.of(Function::Reporting)), asked, &mut in_base);
            }
        }
        self.trunks_of_the_recorded();
    }

    fn can_record(&mut self, seats: &Seats, asked: u64) -> bool {
        let pbx = &self.it.boxes[seats.home];
        let place = seats.features_at;
        if !pbx.recorder {
            self.broken(About { rule: 71, refusal: Refusal::NoRecorder, units: asked, place }, |_| {
                let what = format!(
                    "recording for {} of {} at {}, which has no recorder",
                    of(asked, seats.seats),
                    seats.population,
                    pbx.name
                );
                (what, format!("give {} \"runs: [recorder]\" and a base licence", pbx.name))
            });
        } else if pbx.software < LEAST {
            self.broken(About { rule: 70, refusal: Refusal::Version, units: asked, place }, |_| {
                let what = format!(
                    "recording for {} of {}: {} runs {}",
                    of(asked, seats.seats),
                    seats.population,
                    pbx.name,
                    pbx.software
                );
                (what, format!("upgrade to {LEAST} or newer"))
            });
        }
        pbx.recorder && pbx.software >= LEAST
    }

    fn record(&mut self, seats: &Seats, with_reporting: u64, asked: u64, in_base: &mut [Option<Base>]) {
        let home = seats.home;
        let place = seats.features_at;
        if with_reporting < asked {
            let units = asked - with_reporting;
            self.broken(About { rule: 69, refusal: Refusal::NeedsReporting, units, place }, |_| {
                let what =
                    format!("recording for {} of {} without reporting", of(units, seats.seats), seats.population);
                (what, "give them reporting, and the licences for it".to_owned())
            });
        }
        if is_off(72) && self.it.boxes.iter().any(|pbx| pbx.active == Some(home)) {
            self.ask(home, Feature::RecordingBase, 1, 1);
        }
        let base = match in_base[home] {
            Some(base) => base,
            None => self.base(seats, with_reporting),
        };
        // Without a base nobody is recorded there (R66); the first user is in it.
        let first = base.room.min(with_reporting);
        in_base[home] = Some(Base { room: base.room - first, ..base });
        if base.given {
            self.further_users(seats, with_reporting - first);
        }
    }

    fn base(&mut self, seats: &Seats, users: u64) -> Base {
        let home = seats.home;
        self.ask(home, Feature::RecordingBase, 1, 1);
        let (given, refusal) = self.stocks.take(home, Feature::RecordingBase, 1);
        if let Some(refusal) = refusal {
            self.refuse(home, Feature::RecordingBase, 1);
            let rule = self.stocks.rule_of(refusal, home, Feature::RecordingBase);
            let about = About { rule, refusal, units: users, place: seats.features_at };
            self.broken(about, |stocks| {
                let name = &stocks.it.boxes[home].name;
                let what = format!("recording at {name}: {}", stocks.shortage(home, Feature::RecordingBase));
                (what, stocks.cure(home, Feature::RecordingBase, 1))
            });
        }
        Base { given: given > 0, room: given }
    }

    fn further_users(&mut self, seats: &Seats, wanted: u64) {
        let floats = self.it.readings.is(Switch::RecordingUserFloats);
        let certain = if floats { 0 } else { wanted };
        self.ask(seats.home, Feature::RecordingUser, wanted, certain);
        let (given, refusal) = self.stocks.take(seats.home, Feature::RecordingUser, certain);
        if let Some(refusal) = refusal {
            let missing = certain - given;
            self.refuse(seats.home, Feature::RecordingUser, missing);
            let rule = self.stocks.rule_of(refusal, seats.home, Feature::RecordingUser);
            self.broken(About { rule, refusal, units: missing, place: seats.features_at }, |stocks| {
                let what = format!(
                    "recording for {} of {}: {}",
                    of(missing, seats.seats),
                    seats.population,
                    stocks.shortage(seats.home, Feature::RecordingUser)
                );
                (what, stocks.cure(seats.home, Feature::RecordingUser, missing))
            });
        }
    }

    /// R69: the trunk of a recorded call needs reporting too. Without flows every trunk at a recorded home counts.
    fn trunks_of_the_recorded(&mut self) {
        let it = self.it;
        if it.readings.is(Switch::ReportingOnUsersOnly) {
            return;
        }
        let recorded =
            |name: &str| it.seats.iter().any(|one| one.population == name && one.asks(Function::Recording) > 0);
        let at_home =
            |trunk: &Trunk| it.seats.iter().any(|one| one.home == trunk.home && one.asks(Function::Recording) > 0);
        for trunk in it.trunks.iter().filter(|trunk| !trunk.reporting && trunk.interface != Interface::WebRtc) {
            let flow = it.flows.iter().find(|flow| {
                let to = |name: &str| flow.to.iter().any(|one| one == name);
                (flow.from == trunk.name && flow.to.iter().any(|one| recorded(one)))
                    || (recorded(&flow.from) && to(&trunk.name))
            });
            if flow.is_none() && !(it.flows.is_empty() && at_home(trunk)) {
                continue;
            }
            let place = flow.map_or(trunk.place, |flow| flow.place);
            self.broken(About { rule: 69, refusal: Refusal::NeedsReporting, units: trunk.count, place }, |_| {
                let what = format!("calls over {} are not recorded: the trunk has no reporting", trunk.name);
                (what, format!("give {} \"features: {{ reporting: all }}\", and a licence", trunk.name))
            });
        }
    }
}

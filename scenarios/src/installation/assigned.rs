//! Functions that are booked when they are configured (R43-R60, R65): UC first, then its parts, then the others. What a
//! part of a population gets, its lowest seats get; so what was given is always a count.

use simulator::licence::feature::Feature;

use super::audit::{About, Auditor, of};
use super::rule_off::is_off;
use super::{Function, Platform, Refusal, Seats, Switch};

/// How many of some seats have a function, the lowest first.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Given {
    counts: [u64; Function::ALL.len()],
}

impl Given {
    pub(super) fn of(&self, function: Function) -> u64 {
        self.counts[function as usize]
    }

    /// With myPBX, by itself or in UC.
    pub(super) fn clients(&self) -> u64 {
        self.of(Function::Uc).max(self.of(Function::MyPbx))
    }
}

/// Parts of UC that nobody uses, if they may be shared (A17).
#[derive(Clone, Copy, Debug, Default)]
struct Shared {
    left: [u64; Function::ALL.len()],
}

/// R57, R60.
fn is_in_uc(function: Function) -> bool {
    match function {
        Function::Voicemail if is_off(55) => false,
        Function::Conferencing if is_off(60) => true,
        _ => function.feature().licence().in_uc && !is_off(57),
    }
}

impl Auditor<'_> {
    /// Books every function of all users, in the order of the file.
    pub(super) fn assigned(&mut self) {
        let it = self.it;
        let mut shared = vec![Shared::default(); it.boxes.len()];
        if it.readings.is(Switch::UcIsShared) || is_off(58) {
            self.share_uc(&mut shared);
        }
        let given: Vec<Given> = it.seats.iter().map(|seats| self.functions(seats, &mut shared)).collect();
        self.trunks_in_the_analysis();
        self.recording(&given);
        self.managers(&given);
        self.clients(&given);
    }

    /// A17 read the other way: units of UC without a user of their own serve for their parts.
    fn share_uc(&mut self, shared: &mut [Shared]) {
        for owner in self.stocks.domains.owners().collect::<Vec<_>>() {
            let members = |seats: &&Seats| self.stocks.domains.of(seats.home) == owner;
            let asked: u64 = self.it.seats.iter().filter(members).map(|seats| seats.asks(Function::Uc)).sum();
            let left = self.stocks.usable(owner, Feature::Uc).saturating_sub(asked);
            for part in Function::ALL.into_iter().filter(|one| one.feature().licence().in_uc) {
                shared[owner].left[part as usize] = left;
            }
        }
    }

    fn functions(&mut self, seats: &Seats, shared: &mut [Shared]) -> Given {
        let mut given = Given::default();
        for function in Function::ALL {
            let asked = seats.asks(function);
            if asked == 0 || function == Function::Recording {
                continue;
            }
            let in_uc = if is_in_uc(function) { given.of(Function::Uc).min(asked) } else { 0 };
            let allowed = self.allowed(seats, function, asked, &given);
            let singly = allowed.saturating_sub(in_uc);
            let booked = match function {
                Function::Voicemail if self.is_old_model(seats.home) => singly,
                _ => self.book(seats, function, singly, shared),
            };
            given.counts[function as usize] = (in_uc + booked).min(allowed);
        }
        given
    }

    /// How many of them may have the function at all.
    fn allowed(&mut self, seats: &Seats, function: Function, asked: u64, given: &Given) -> u64 {
        let pbx = &self.it.boxes[seats.home];
        match function {
            Function::Video | Function::AppSharing if given.clients() < asked => {
                let without = asked - given.clients();
                let rule = if function == Function::Video { 48 } else { 49 };
                let place = seats.features_at;
                self.broken(About { rule, refusal: Refusal::NeedsMyPbx, units: without, place }, |_| {
                    let who = of(without, seats.seats);
                    let what = format!("{} for {who} of {} without myPBX", function.word(), seats.population);
                    (what, "give them mypbx or uc, and the licences for it".to_owned())
                });
                given.clients()
            }
            Function::Fax if !pbx.runs_linux() => {
                self.no_linux(seats, function, 50);
                0
            }
            Function::Reporting if !pbx.can_report() => {
                self.no_linux(seats, function, 65);
                0
            }
            Function::Uc if self.it.readings.is(Switch::UcRefusedUnderTheOldModel) && self.is_old_model(seats.home) => {
                let place = seats.features_at;
                self.broken(About { rule: 54, refusal: Refusal::ModelMix, units: asked, place }, |_| {
                    let what =
                        format!("uc for {} of {} beside the old voicemail", of(asked, seats.seats), seats.population);
                    (what, "release the old voicemail licences".to_owned())
                });
                0
            }
            _ => asked,
        }
    }

    fn no_linux(&mut self, seats: &Seats, function: Function, rule: u8) {
        let units = seats.asks(function);
        let place = seats.features_at;
        self.broken(About { rule, refusal: Refusal::NoLinux, units, place }, |_| {
            let pbx = &self.it.boxes[seats.home];
            let what =
                format!("{} for {} at {}, which runs no Linux platform", function.word(), seats.population, pbx.name);
            let cure = match pbx.platform {
                Platform::NoLinux => "an IP1130 cannot: choose another gateway or VMware",
                _ => "give the PBX \"runs: [linux-ap]\"",
            };
            (what, cure.to_owned())
        });
    }

    fn book(&mut self, seats: &Seats, function: Function, wanted: u64, shared: &mut [Shared]) -> u64 {
        if wanted == 0 {
            return 0;
        }
        let feature = function.feature();
        let certain = if is_off(45) || (self.floats(function) && seats.come_and_go) { 0 } else { wanted };
        self.ask(seats.home, feature, wanted, certain);
        let (mut given, refusal) = self.stocks.take(seats.home, feature, wanted);
        let left = &mut shared[self.stocks.domains.of(seats.home)].left[function as usize];
        let more = (*left).min(wanted - given);
        *left -= more;
        given += more;
        if let Some(refusal) = refusal.filter(|_| given < wanted && certain > 0) {
            let missing = wanted - given;
            self.refuse(seats.home, feature, missing);
            let rule = self.stocks.rule_of(refusal, seats.home, feature);
            let place = seats.features_at;
            self.broken(About { rule, refusal, units: missing, place }, |stocks| {
                let who = of(missing, seats.seats);
                let what = format!(
                    "{} for {who} of {}: {}",
                    function.word(),
                    seats.population,
                    stocks.shortage(seats.home, feature)
                );
                (what, stocks.cure(seats.home, feature, missing))
            });
        }
        given
    }

    /// A13, A22.
    fn floats(&self, function: Function) -> bool {
        match function {
            Function::Voicemail => self.it.readings.is(Switch::VoicemailUserFloats),
            Function::Recording => self.it.readings.is(Switch::RecordingUserFloats),
            _ => false,
        }
    }

    /// R65, A20: trunks in the analysis.
    fn trunks_in_the_analysis(&mut self) {
        if self.it.readings.is(Switch::ReportingOnUsersOnly) {
            return;
        }
        for trunk in self.it.trunks.iter().filter(|trunk| trunk.reporting && !is_off(65)) {
            let pbx = &self.it.boxes[trunk.home];
            let place = trunk.features_at;
            if !pbx.can_report() {
                self.broken(About { rule: 65, refusal: Refusal::NoLinux, units: trunk.count, place }, |_| {
                    let what = format!("reporting for {} at {}, which runs no Linux platform", trunk.name, pbx.name);
                    (what, "give the PBX \"runs: [linux-ap]\"".to_owned())
                });
                continue;
            }
            self.ask(trunk.home, Feature::Reporting, trunk.count, trunk.count);
            let (given, refusal) = self.stocks.take(trunk.home, Feature::Reporting, trunk.count);
            if let Some(refusal) = refusal {
                let missing = trunk.count - given;
                self.refuse(trunk.home, Feature::Reporting, missing);
                let rule = self.stocks.rule_of(refusal, trunk.home, Feature::Reporting);
                self.broken(About { rule, refusal, units: missing, place }, |stocks| {
                    let what = format!(
                        "reporting for the trunk {}: {}",
                        trunk.name,
                        stocks.shortage(trunk.home, Feature::Reporting)
                    );
                    (what, stocks.cure(trunk.home, Feature::Reporting, missing))
                });
            }
        }
    }

    /// R43: who manages a room needs the function.
    fn managers(&mut self, given: &[Given]) {
        for room in &self.it.rooms {
            for (population, seats) in &room.managers {
                let blocks = self.it.seats.iter().zip(given).filter(|(block, _)| block.population == *population);
                let without: u64 = blocks
                    .map(|(block, given)| {
                        let from = seats.start.max(block.first) - block.first;
                        let to = seats.end.clamp(block.first, block.first + block.seats) - block.first;
                        to.saturating_sub(from.max(given.of(Function::Conferencing)).min(to))
                    })
                    .sum();
                if without > 0 {
                    let about =
                        About { rule: 43, refusal: Refusal::NeedsConferencing, units: without, place: room.place };
                    self.broken(about, |_| {
                        let what = format!(
                            "{} who manage the room {} have no conferencing",
                            of(without, seats.end - seats.start),
                            room.name
                        );
                        (what, format!("give {population} conferencing, and the licences for it"))
                    });
                }
            }
        }
    }

    /// Devices that need myPBX: the mobile app (R64), softphones by A24; and browsers' calls to people (R62).
    fn clients(&mut self, given: &[Given]) {
        for (seats, given) in self.it.seats.iter().zip(given) {
            let place = seats.devices_at;
            let clients = given.clients();
            let missing = seats.mobile_apps.saturating_sub(clients);
            if missing > 0 {
                self.broken(About { rule: 64, refusal: Refusal::NeedsMyPbx, units: missing, place }, |_| {
                    let what =
                        format!("mobile app for {} of {} without myPBX", of(missing, seats.seats), seats.population);
                    (what, "give them mypbx or uc, and the licences for it".to_owned())
                });
            }
            let mobile = given.of(Function::Mobility).max(given.of(Function::Uc));
            let missing = seats.gsms.saturating_sub(mobile);
            if missing > 0 {
                self.broken(About { rule: 56, refusal: Refusal::NeedsMobility, units: missing, place }, |_| {
                    let what = format!("gsm for {} of {} without mobility", of(missing, seats.seats), seats.population);
                    (what, "give them mobility or uc, and the licences for it".to_owned())
                });
            }
            let missing = seats.softphones.saturating_sub(clients);
            if missing > 0 {
                let about = About { rule: 75, refusal: Refusal::NeedsMyPbx, units: missing, place };
                self.find(about, self.it.readings.is(Switch::SoftphoneNeedsMyPbx), |_| {
                    let what =
                        format!("softphone for {} of {} without myPBX", of(missing, seats.seats), seats.population);
                    (what, "give them mypbx or uc: its interface is there".to_owned())
                });
            }
        }
        self.browsers(given);
    }

    fn browsers(&mut self, given: &[Given]) {
        if self.it.readings.is(Switch::WebRtcNeedsNobody) {
            return;
        }
        let is_browser =
            |name: &str| self.it.trunks.iter().any(|t| t.name == name && t.interface == super::Interface::WebRtc);
        for flow in self.it.flows.iter().filter(|flow| is_browser(&flow.from)) {
            let called = self.it.seats.iter().zip(given).filter(|(seats, _)| flow.to.contains(&seats.population));
            let (without, all) = called.fold((0, 0), |(without, all), (seats, given)| {
                (without + seats.seats - given.clients().min(seats.seats), all + seats.seats)
            });
            if without > 0 {
                let about = About { rule: 62, refusal: Refusal::NeedsMyPbx, units: without, place: flow.place };
                self.broken(about, |_| {
                    let what = format!("{} calls {} who have no myPBX", flow.name, of(without, all));
                    (what, "give them mypbx or uc, and the licences for it".to_owned())
                });
            }
        }
    }
}

//! One pass over all that is configured: UC first, then what it contains, then what needs other functions, users before
//! trunks, in the order of the file.

use super::{Booked, Configured, FEATURES, Refused, count, is_trunk};
use crate::endpoint::people::People;
use crate::layout::{Interface, Role};
use crate::licence::feature::Feature;
use crate::licence::reason::Reason;
use crate::pbx::cluster::PbxFacts;
use crate::pbx::rights::Rights;

/// What others need comes first.
const ORDER: [Feature; 9] = [
    Feature::Uc,
    Feature::MyPbx,
    Feature::Video,
    Feature::AppSharing,
    Feature::Fax,
    Feature::VoicemailUser,
    Feature::Mobility,
    Feature::Conferencing,
    Feature::Reporting,
];

/// R70: version and service release that recording needs.
const RECORDING_FROM: (u32, u32) = (10, 12);

/// The pass.
pub(super) struct Booking<'a> {
    configured: &'a Configured,
    facts: &'a [PbxFacts],
    people: &'a People,
    rights: &'a Rights,
    /// Units left, by PBX that has the stock.
    left: Vec<[u32; FEATURES]>,
    booked: Booked,
}

/// The base licence of a PBX that records.
#[derive(Clone, Copy)]
struct Base {
    given: bool,
    /// Users who are still in it.
    room: u32,
}

impl<'a> Booking<'a> {
    pub(super) fn new(
        configured: &'a Configured,
        facts: &'a [PbxFacts],
        people: &'a People,
        rights: &'a Rights,
    ) -> Self {
        let none = vec![[0; FEATURES]; facts.len()];
        let stock = |owner: usize| Feature::ALL.map(|feature| rights.installed(owner, feature));
        let booked = Booked { in_use: none.clone(), asked: none, ..Booked::default() };
        Self { configured, facts, people, rights, left: (0..facts.len()).map(stock).collect(), booked }
    }

    pub(super) fn booked(mut self) -> Booked {
        let blocks = 0..self.people.blocks.len() as u16;
        let (trunks, users): (Vec<u16>, Vec<u16>) = blocks.partition(|block| is_trunk(self.people, *block));
        for block in users.into_iter().chain(trunks) {
            ORDER.into_iter().for_each(|feature| self.book(block, feature));
        }
        self.recording();
        self.trunks_of_the_recorded();
        self.managers();
        self.monitors();
        self.booked
    }

    fn home(&self, block: u16) -> usize {
        usize::from(self.people.blocks[usize::from(block)].block.home)
    }

    fn given(&self, block: u16, feature: Feature) -> u32 {
        count(&self.booked.given, block, feature)
    }

    fn asked(&self, block: u16, feature: Feature) -> u32 {
        count(&self.configured.assigned, block, feature)
    }

    fn refuse(&mut self, pbx: usize, feature: Feature, units: u32, reason: Reason) {
        if units > 0 {
            self.booked.refused.push(Refused { pbx: pbx as u16, feature, units, reason });
        }
    }

    fn book(&mut self, block: u16, feature: Feature) {
        let (home, asked) = (self.home(block), self.asked(block, feature));
        if asked == 0 {
            return;
        }
        let given = if feature == Feature::VoicemailUser && self.is_old_model(home) {
            self.old_voicemail(home, asked)
        } else {
            let allowed = self.allowed(block, feature, asked);
            // R57: who has UC books none of its parts.
            let in_uc = if feature.licence().in_uc { self.given(block, Feature::Uc).min(allowed) } else { 0 };
            in_uc + self.take(home, feature, allowed - in_uc)
        };
        self.booked.given.push((block, feature, given));
    }

    /// R54: old licences keep a domain on the old model.
    fn is_old_model(&self, home: usize) -> bool {
        self.rights.installed(home, Feature::Voicemail) > 0
    }

    /// R51, A14: as many as ports, or no voicemail for anybody; A15: the voicemail of UC is idle beside it.
    fn old_voicemail(&mut self, home: usize, asked: u32) -> u32 {
        let why = match self.rights.refused(home, Feature::Voicemail) {
            Reason::None
                if self.rights.installed(home, Feature::Voicemail) < self.rights.installed(home, Feature::Port) =>
            {
                Reason::GateVoicemail
            }
            why => why,
        };
        if why == Reason::None {
            return asked;
        }
        self.refuse(home, Feature::Voicemail, asked, why);
        0
    }

    /// How many may have the function at all.
    fn allowed(&mut self, block: u16, feature: Feature, asked: u32) -> u32 {
        let home = self.home(block);
        let beside = self.facts[home].beside;
        let (allowed, why) = match feature {
            // R48, R49.
            Feature::Video | Feature::AppSharing => {
                let clients = self.given(block, Feature::Uc).max(self.given(block, Feature::MyPbx));
                (asked.min(clients), Reason::NeedsMyPbx)
            }
            // R50.
            Feature::Fax if !beside.linux => (0, Reason::NoLinux),
            // R65, R70: also on the computer of the recorder.
            Feature::Reporting if !beside.linux && !beside.recorder => (0, Reason::NoLinux),
            _ => (asked, Reason::None),
        };
        self.refuse(home, feature, asked - allowed, why);
        allowed
    }

    /// Books as many as there are.
    fn take(&mut self, home: usize, feature: Feature, wanted: u32) -> u32 {
        let (owner, index) = (usize::from(self.facts[home].domain), feature.index());
        self.booked.asked[owner][index] += wanted;
        let why = self.rights.refused(home, feature);
        let left = &mut self.left[owner][index];
        let given = if why == Reason::None { wanted.min(*left) } else { 0 };
        if *left != u32::MAX {
            *left -= given;
        }
        self.booked.in_use[owner][index] += given;
        let decentral = self.facts[owner].role == Role::Slave;
        let why = match why {
            Reason::None if decentral => Reason::DecentralExhausted,
            Reason::None => Reason::NoUnit,
            why => why,
        };
        self.refuse(home, feature, wanted - given, why);
        given
    }

    /// R66-R71: a recorder and a base licence per PBX, reporting for each user; the first user is in the base.
    fn recording(&mut self) {
        let mut bases: Vec<Option<Base>> = vec![None; self.facts.len()];
        for block in 0..self.people.blocks.len() as u16 {
            let (home, asked) = (self.home(block), self.asked(block, Feature::RecordingUser));
            if asked == 0 || !self.can_record(home, asked) {
                continue;
            }
            let wanted = asked.min(self.given(block, Feature::Reporting));
            self.refuse(home, Feature::RecordingUser, asked - wanted, Reason::NeedsReporting);
            let base = match bases[home] {
                Some(base) => base,
                None => {
                    let given = self.take(home, Feature::RecordingBase, 1);
                    Base { given: given > 0, room: given }
                }
            };
            let first = base.room.min(wanted);
            bases[home] = Some(Base { room: base.room - first, ..base });
            if base.given {
                let given = first + self.take(home, Feature::RecordingUser, wanted - first);
                self.booked.given.push((block, Feature::RecordingUser, given));
            }
        }
    }

    fn can_record(&mut self, home: usize, asked: u32) -> bool {
        let facts = &self.facts[home];
        let why = match facts.beside.recorder {
            false => Reason::NoRecorder,
            true if (facts.software, facts.beside.service) < RECORDING_FROM => Reason::Version,
            true => return true,
        };
        self.refuse(home, Feature::RecordingUser, asked, why);
        false
    }

    /// R69: the trunk of a recorded call needs reporting too. Without flows every trunk at a recorded home counts.
    fn trunks_of_the_recorded(&mut self) {
        let blocks = &self.people.blocks;
        let recorded: Vec<u16> =
            (0..blocks.len() as u16).filter(|block| self.asked(*block, Feature::RecordingUser) > 0).collect();
        let population = |block: u16| blocks[usize::from(block)].block.population;
        let is_recorded = |callee: &u16| recorded.iter().any(|block| population(*block) == *callee);
        for trunk in (0..blocks.len() as u16).filter(|block| is_trunk(self.people, *block)) {
            let own = population(trunk);
            let browser = self.people.populations[usize::from(own)].interface == Interface::WebRtc;
            if browser || self.asked(trunk, Feature::Reporting) > 0 {
                continue;
            }
            let called = self.configured.flows.iter().any(|(from, to)| {
                (from.contains(&own) && to.iter().any(is_recorded))
                    || (from.iter().any(is_recorded) && to.contains(&own))
            });
            let beside = || recorded.iter().any(|block| self.home(*block) == self.home(trunk));
            if called || (self.configured.flows.is_empty() && beside()) {
                let seats = blocks[usize::from(trunk)].block.seats;
                self.refuse(self.home(trunk), Feature::RecordingUser, seats, Reason::NeedsReporting);
            }
        }
    }

    /// R43: who manages a room has conferencing.
    fn managers(&mut self) {
        for room in &self.configured.managers {
            for (block, seats) in &room.seats {
                let block = *block as u16;
                let without = seats.end.saturating_sub(seats.start.max(self.given(block, Feature::Conferencing)));
                self.refuse(self.home(block), Feature::Conferencing, without, Reason::NeedsConferencing);
            }
        }
    }

    /// R73: the newest monitors choose first, for they have the least to choose from.
    fn monitors(&mut self) {
        let (feature, mut used) = (Feature::QueueMonitor, vec![0u32; self.facts.len()]);
        for (home, version) in &self.configured.monitors {
            let home = usize::from(*home);
            let owner = usize::from(self.facts[home].domain);
            self.booked.asked[owner][feature.index()] += 1;
            let bound = || self.facts[owner].bound.iter().filter(|one| one.feature == feature && one.units > 0);
            let fit =
                bound().filter(|one| one.version >= *version).fold(0u32, |sum, one| sum.saturating_add(one.units));
            let why = match self.rights.refused(home, feature) {
                Reason::None if fit > used[owner] => {
                    used[owner] += 1;
                    self.booked.in_use[owner][feature.index()] += 1;
                    continue;
                }
                Reason::None if bound().count() > 0 && bound().all(|one| one.version < *version) => Reason::Version,
                Reason::None if self.facts[owner].role == Role::Slave => Reason::DecentralExhausted,
                Reason::None => Reason::NoUnit,
                why => why,
            };
            self.refuse(home, feature, 1, why);
        }
    }
}

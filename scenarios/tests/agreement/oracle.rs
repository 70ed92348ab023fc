//! The vendor's rules applied to an installation, naively: what is short, for which reason and by which rule, and what is in
//! use once everybody has asked. Written from the rules alone, with nothing of pbxsim but the names of features.

use std::collections::BTreeMap;

use simulator::licence::feature::Feature;

use crate::installation::{Devices, Installation, Lot, People, Platform};
use crate::rulebook::{counts_against_the_pbx, decentralises, is_in_uc, licence_of, rule, software_from, version_rule};

/// What the rules say.
#[derive(Debug, Default)]
pub(crate) struct Expected {
    pub(crate) shorts: Vec<Short>,
    /// Units in use at the end, by owner of the stock; what a race decides is left out.
    pub(crate) in_use: BTreeMap<(usize, Feature), u32>,
    /// Whether the standby takes over, if there is one.
    pub(crate) takes_over: Option<bool>,
}

/// Something asked for and not covered.
#[derive(Debug)]
pub(crate) struct Short {
    pub(crate) rule: u8,
    pub(crate) reason: &'static str,
    pub(crate) units: u32,
    /// Who goes without is decided by a race, and so is how much is said of it.
    raced: bool,
    /// Somebody hears of it in a run.
    heard: bool,
}

impl Expected {
    /// Units by rule and reason, of what no race decides.
    pub(crate) fn counted(&self) -> BTreeMap<(u8, &'static str), u32> {
        let mut counted: BTreeMap<(u8, &'static str), u32> = BTreeMap::new();
        let mut raced = Vec::new();
        for short in &self.shorts {
            *counted.entry((short.rule, short.reason)).or_default() += short.units;
            raced.extend(short.raced.then_some((short.rule, short.reason)));
        }
        counted.retain(|key, _| !raced.contains(key));
        counted
    }

    pub(crate) fn reasons(&self) -> impl Iterator<Item = &'static str> {
        self.shorts.iter().map(|short| short.reason)
    }

    /// Reasons that a run must give.
    pub(crate) fn surely(&self) -> impl Iterator<Item = &'static str> {
        self.shorts.iter().filter(|short| short.heard && !short.raced).map(|short| short.reason)
    }
}

pub(crate) fn judge(it: &Installation) -> Expected {
    let mut judge = Judge { it, expected: Expected::default(), left: BTreeMap::new() };
    let given: Vec<Given> = it.people.iter().map(|people| judge.functions(people)).collect();
    judge.trunks_in_the_analysis();
    judge.recording(&given);
    judge.managers(&given);
    judge.monitors();
    judge.lobby(&given);
    judge.operators();
    judge.softphones_and_ports();
    judge.standby();
    judge.expected
}

type Given = BTreeMap<&'static str, u32>;

struct Judge<'a> {
    it: &'a Installation,
    expected: Expected,
    /// Units that are left of what is booked by configuration.
    left: BTreeMap<(usize, Feature), u32>,
}

impl Judge<'_> {
    /// R6, R8-R10: the master's stock, or one's own.
    fn owner(&self, pbx: usize) -> usize {
        let own = self.it.pbxs[pbx].licences.iter().any(|lot| lot.count > 0 && decentralises(lot.feature));
        if pbx > 0 && own { pbx } else { 0 }
    }

    fn is_decentral(&self, pbx: usize) -> bool {
        self.owner(pbx) > 0
    }

    /// What a PBX may draw on, whatever its version. IPVA licences belong to their appliance (R29).
    fn lots(&self, pbx: usize, feature: Feature) -> Vec<Lot> {
        let at = if feature == Feature::Ipva { pbx } else { self.owner(pbx) };
        let lots = self.it.pbxs[at].licences.iter().copied();
        lots.filter(|lot| lot.feature == feature && lot.count > 0).collect()
    }

    fn installed(&self, pbx: usize, feature: Feature) -> u32 {
        self.lots(pbx, feature).iter().map(|lot| lot.count).sum()
    }

    /// R15: the oldest licence of a domain that counts against the PBX software.
    fn floor(&self, owner: usize) -> u32 {
        let members = (0..self.it.pbxs.len()).filter(|pbx| self.owner(*pbx) == owner);
        let bound = members.flat_map(|pbx| self.it.pbxs[pbx].licences.iter().map(move |lot| (pbx, lot)));
        let counts = |(pbx, lot): &(usize, &Lot)| {
            let placed = match lot.feature {
                Feature::Ipva => self.it.pbxs[*pbx].platform == Platform::Ipva,
                _ => *pbx == owner,
            };
            placed && lot.count > 0 && counts_against_the_pbx(lot.feature)
        };
        bound.filter(counts).map(|(_, lot)| lot.version).min().unwrap_or(u32::MAX)
    }

    /// R13-R18, R53, R70, R73: why the software of a PBX may use none of what is there, and by which rule.
    fn refusal(&self, pbx: usize, feature: Feature) -> Option<(&'static str, u8)> {
        let lots = self.lots(pbx, feature);
        let (newest, oldest) = (lots.iter().map(|lot| lot.version).max()?, lots.iter().map(|lot| lot.version).min()?);
        let software = self.it.pbxs[pbx].software;
        if software < software_from(feature) {
            let rule = match feature {
                Feature::VoicemailUser => 53,
                Feature::QueueMonitor => 73,
                _ => 70,
            };
            return Some(("version", rule));
        }
        if !counts_against_the_pbx(feature) {
            return None;
        }
        if newest < software {
            return Some(("version", version_rule(feature)));
        }
        let floor = if self.it.per_type { oldest } else { self.floor(self.owner(pbx)) };
        (floor < software).then_some(("version-floor", 17))
    }

    fn short(&mut self, rule: u8, reason: &'static str, units: u32) {
        self.push(rule, reason, units, false, true);
    }

    fn push(&mut self, rule: u8, reason: &'static str, units: u32, raced: bool, heard: bool) {
        if units > 0 {
            self.expected.shorts.push(Short { rule, reason, units, raced, heard });
        }
    }

    /// Why there are no more units, and by which rule: R10 for whoever has licences of its own.
    fn none_left(&self, pbx: usize, feature: Feature) -> (&'static str, u8) {
        self.refusal(pbx, feature).unwrap_or_else(|| {
            if self.is_decentral(pbx) { ("decentral-exhausted", 10) } else { ("no-unit", rule(feature)) }
        })
    }

    /// Books what is configured.
    fn book(&mut self, pbx: usize, feature: Feature, wanted: u32) -> u32 {
        let owner = self.owner(pbx);
        let installed = self.installed(pbx, feature);
        let left = self.left.entry((owner, feature)).or_insert(installed);
        let room = *left;
        let given = if self.refusal(pbx, feature).is_some() { 0 } else { wanted.min(room) };
        self.left.insert((owner, feature), room - given);
        *self.expected.in_use.entry((owner, feature)).or_default() += given;
        given
    }

    fn take(&mut self, pbx: usize, feature: Feature, wanted: u32) -> u32 {
        let given = self.book(pbx, feature, wanted);
        let (reason, rule) = self.none_left(pbx, feature);
        self.short(rule, reason, wanted - given);
        given
    }

    /// R43-R58, R65.
    fn functions(&mut self, people: &People) -> Given {
        let mut given = Given::new();
        let (home, pbx) = (people.home, &self.it.pbxs[people.home]);
        for (word, asked) in &people.functions {
            let clients = given.get("uc").copied().max(given.get("mypbx").copied()).unwrap_or(0);
            let linux = pbx.linux && pbx.platform != Platform::NoLinux;
            let allowed = match *word {
                "recording" => continue,
                "voicemail" if self.installed(home, Feature::Voicemail) > 0 => {
                    let has = self.old_voicemail(home);
                    given.insert(word, if has { *asked } else { 0 });
                    continue;
                }
                "video" | "app-sharing" => {
                    self.short(rule(licence_of(word)), "needs-mypbx", asked.saturating_sub(clients));
                    (*asked).min(clients)
                }
                "fax" if !linux => {
                    self.short(50, "no-linux-ap", *asked);
                    0
                }
                "reporting" if !linux && !pbx.recorder => {
                    self.short(65, "no-linux-ap", *asked);
                    0
                }
                _ => *asked,
            };
            let in_uc = if is_in_uc(word) { given.get("uc").copied().unwrap_or(0).min(allowed) } else { 0 };
            let singly = self.take(home, licence_of(word), allowed - in_uc);
            given.insert(word, in_uc + singly);
        }
        given
    }

    /// R51, A14: as many old licences as ports, or none for anybody. Said once for a domain.
    fn old_voicemail(&mut self, home: usize) -> bool {
        let (old, ports) = (self.installed(home, Feature::Voicemail), self.installed(home, Feature::Port));
        let refusal = self.refusal(home, Feature::Voicemail);
        let usable = if refusal.is_some() { 0 } else { old };
        if usable >= ports {
            return refusal.is_none();
        }
        let (reason, rule) = refusal.unwrap_or(("gate-voicemail", 51));
        // How many are missing is a matter of the whole domain: this is met once or twice and counted once.
        self.push(rule, reason, ports - usable, true, false);
        false
    }

    /// R65, A20.
    fn trunks_in_the_analysis(&mut self) {
        for trunk in self.it.trunks.iter().filter(|trunk| trunk.reporting) {
            let pbx = &self.it.pbxs[trunk.home];
            if (pbx.linux && pbx.platform != Platform::NoLinux) || pbx.recorder {
                self.take(trunk.home, Feature::Reporting, trunk.count);
            } else {
                self.short(65, "no-linux-ap", trunk.count);
            }
        }
    }

    /// R66-R71.
    fn recording(&mut self, given: &[Given]) {
        let mut bases: BTreeMap<usize, Option<u32>> = BTreeMap::new();
        let it = self.it;
        for (people, given) in it.people.iter().zip(given) {
            let (home, asked, pbx) = (people.home, people.asks("recording"), &it.pbxs[people.home]);
            if asked == 0 {
                continue;
            }
            if !pbx.recorder {
                self.short(71, "no-recorder", asked);
                continue;
            }
            if (pbx.software, pbx.service) < (10, 12) {
                self.short(70, "version", asked);
                continue;
            }
            let wanted = asked.min(given.get("reporting").copied().unwrap_or(0));
            self.short(69, "needs-reporting", asked - wanted);
            let base = match bases.get(&home) {
                Some(base) => *base,
                None => {
                    let has = self.book(home, Feature::RecordingBase, 1) > 0;
                    if !has {
                        let (reason, rule) = self.none_left(home, Feature::RecordingBase);
                        // Said even if nobody here is left to be recorded.
                        self.push(rule, reason, wanted.max(1), wanted == 0, true);
                    }
                    has.then_some(1)
                }
            };
            let Some(room) = base else {
                bases.insert(home, None);
                continue;
            };
            let first = room.min(wanted);
            bases.insert(home, Some(room - first));
            self.take(home, Feature::RecordingUser, wanted - first);
        }
        self.trunks_of_the_recorded();
    }

    /// R69: without flows that say otherwise, all trunks beside those who are recorded. The only flow here is that of
    /// visitors, who are not recorded by way of a trunk.
    fn trunks_of_the_recorded(&mut self) {
        if self.it.lobby.is_some() {
            return;
        }
        for trunk in self.it.trunks.iter().filter(|trunk| !trunk.reporting) {
            if self.it.people.iter().any(|people| people.home == trunk.home && people.asks("recording") > 0) {
                self.short(69, "needs-reporting", trunk.count);
            }
        }
    }

    /// R43.
    fn managers(&mut self, given: &[Given]) {
        let Some(managers) = self.it.managers else { return };
        let with = given[managers].get("conferencing").copied().unwrap_or(0);
        self.short(43, "needs-conferencing", self.it.people[managers].seats - with);
        // R24: no participant finds a channel in a box without any. Nobody calls the room here.
        if self.installed(0, Feature::RelayChannels) == 0 {
            self.push(24, "relay-channels", 2, false, false);
        }
    }

    /// R73, R74: an application takes licences of its own version or newer.
    fn fit(&self, pbx: usize, feature: Feature, version: u32) -> u32 {
        let fit = |lot: &&Lot| lot.version >= version;
        self.lots(pbx, feature).iter().filter(fit).map(|lot| lot.count).sum()
    }

    fn no_application(&self, pbx: usize, feature: Feature, version: u32) -> (&'static str, u8) {
        let older = self.installed(pbx, feature) > 0 && self.fit(pbx, feature, version) == 0;
        match self.refusal(pbx, feature) {
            Some((reason, _)) => (reason, rule(feature)),
            None if older => ("version", rule(feature)),
            None if self.is_decentral(pbx) => ("decentral-exhausted", 10),
            None => ("no-unit", rule(feature)),
        }
    }

    fn monitors(&mut self) {
        let mut used: BTreeMap<usize, u32> = BTreeMap::new();
        // All monitors of an installation are of one version here.
        for (home, version) in &self.it.monitors {
            let owner = self.owner(*home);
            let used = used.entry(owner).or_default();
            let refused = self.refusal(*home, Feature::QueueMonitor).is_some();
            if !refused && self.fit(*home, Feature::QueueMonitor, *version) > *used {
                *used += 1;
                *self.expected.in_use.entry((owner, Feature::QueueMonitor)).or_default() += 1;
            } else {
                let (reason, rule) = self.no_application(*home, Feature::QueueMonitor, *version);
                self.short(rule, reason, 1);
            }
        }
    }

    fn operators(&mut self) {
        let it = self.it;
        let mut used: BTreeMap<usize, u32> = BTreeMap::new();
        for people in it.people.iter().filter(|people| people.devices == Devices::Operator) {
            let owner = self.owner(people.home);
            let room = self.fit(people.home, Feature::Operator, people.application);
            let used = used.entry(owner).or_default();
            let given = people.seats.min(room - (*used).min(room));
            *used += given;
            *self.expected.in_use.entry((owner, Feature::Operator)).or_default() += given;
            let (reason, rule) = self.no_application(people.home, Feature::Operator, people.application);
            self.short(rule, reason, people.seats - given);
        }
    }

    /// R61, R62: who is called from the web has myPBX or UC, and there is a channel.
    fn lobby(&mut self, given: &[Given]) {
        let Some(lobby) = self.it.lobby else { return };
        let can = ["mypbx", "uc"].iter().any(|word| given[lobby].get(word).is_some_and(|count| *count > 0));
        // Whoever has no port is not there to be called.
        self.push(62, "needs-mypbx", u32::from(!can), false, false);
        if self.installed(0, Feature::WebRtc) == 0 || self.refusal(0, Feature::WebRtc).is_some() {
            let (reason, rule) = self.none_left(0, Feature::WebRtc);
            self.push(rule, reason, 1, false, false);
        }
    }

    /// R26-R34, R75: what is booked while it is in use, domain by domain.
    fn softphones_and_ports(&mut self) {
        for owner in 0..self.it.pbxs.len() {
            if self.owner(owner) == owner {
                self.domain(owner);
            }
        }
    }

    fn domain(&mut self, owner: usize) {
        let members: Vec<usize> = (0..self.it.pbxs.len()).filter(|pbx| self.owner(*pbx) == owner).collect();
        let (soft_short, alone) = self.softphones(owner, &members);
        let ports = self.installed(owner, Feature::Port);
        // Those who may have a port at all: telephones and lines, and softphones that have their unit.
        let (mut wanted, mut asked) = (alone, 0);
        let mut any_ipva_short = false;
        for pbx in &members {
            let objects = self.objects(*pbx);
            let refused = self.refusal(*pbx, Feature::Port);
            let room = self.appliance(*pbx, objects);
            any_ipva_short |= room < objects;
            match refused {
                // Whoever has no IPVA licence either hears of one or the other.
                Some((reason, rule)) => self.push(rule, reason, objects, room < objects, true),
                None => {
                    asked += room;
                    wanted += room - self.softphones_alone(*pbx);
                }
            }
        }
        let tight = wanted > ports;
        let (reason, rule) = if owner > 0 { ("decentral-exhausted", 10) } else { ("no-unit", 30) };
        // An audit counts objects; in a run a softphone that is refused its unit asks for no port.
        let heard = tight && wanted > ports;
        let missing = asked.saturating_sub(ports);
        if missing > 0 && !self.every_access_is_refused(&members) {
            self.push(rule, reason, missing, any_ipva_short, heard);
        }
        self.expected.in_use.insert((owner, Feature::Port), wanted.min(ports));
        if !tight {
            for pbx in members.iter().filter(|pbx| self.it.pbxs[**pbx].platform == Platform::Ipva) {
                let used = if self.refusal(*pbx, Feature::Port).is_some() { 0 } else { self.room(*pbx) };
                self.expected.in_use.insert((*pbx, Feature::Ipva), used.min(self.objects(*pbx)));
            }
            self.expected.in_use.insert((owner, Feature::SoftwarePhones), soft_short);
        }
    }

    fn every_access_is_refused(&self, members: &[usize]) -> bool {
        members.iter().all(|pbx| self.refusal(*pbx, Feature::Port).is_some())
    }

    /// Units of softphones in use if ports are not short, and how many objects have a softphone alone and its unit.
    fn softphones(&mut self, owner: usize, members: &[usize]) -> (u32, u32) {
        let it = self.it;
        let (mut left, mut used, mut alone) = (self.installed(owner, Feature::SoftwarePhones), 0, 0);
        for people in it.people.iter().filter(|people| members.contains(&people.home)) {
            if !matches!(people.devices, Devices::Both | Devices::Softphone) {
                continue;
            }
            let refused = self.refusal(people.home, Feature::SoftwarePhones).is_some();
            let given = if refused { 0 } else { people.seats.min(left) };
            left -= given;
            let (reason, rule) = self.none_left(people.home, Feature::SoftwarePhones);
            // Who may have no port either hears of that.
            let heard = self.refusal(people.home, Feature::Port).is_none();
            self.push(rule, reason, people.seats - given, false, heard);
            if self.refusal(people.home, Feature::Port).is_none() {
                used += given;
                alone += if people.devices == Devices::Softphone { given } else { 0 };
            }
        }
        (used, alone)
    }

    /// Users and lines that are configured at a PBX and need a port (R31-R33).
    fn objects(&self, pbx: usize) -> u32 {
        let users = self.it.people.iter().filter(|people| people.home == pbx && people.devices != Devices::Operator);
        let lines = self.it.trunks.iter().filter(|trunk| trunk.home == pbx).map(|trunk| trunk.count);
        let button = u32::from(pbx == 0 && self.it.lobby.is_some());
        users.map(|people| people.seats).chain(lines).sum::<u32>() + button
    }

    fn softphones_alone(&self, pbx: usize) -> u32 {
        let alone = |people: &&People| people.home == pbx && people.devices == Devices::Softphone;
        self.it.people.iter().filter(alone).map(|people| people.seats).sum()
    }

    /// How many ports the IPVA licences of a PBX allow.
    fn room(&self, pbx: usize) -> u32 {
        if self.refusal(pbx, Feature::Ipva).is_some() { 0 } else { self.installed(pbx, Feature::Ipva) }
    }

    /// R26-R28: on an appliance no more ports than IPVA licences. How many objects may have a port.
    fn appliance(&mut self, pbx: usize, objects: u32) -> u32 {
        if self.it.pbxs[pbx].platform != Platform::Ipva {
            return objects;
        }
        let room = self.room(pbx).min(objects);
        let (reason, rule) = self.refusal(pbx, Feature::Ipva).unwrap_or(("ipva", 27));
        // Where ports are short as well, a race decides who lacks what.
        let owner = self.owner(pbx);
        let members = (0..self.it.pbxs.len()).filter(|one| self.owner(*one) == owner);
        let all: u32 = members.map(|one| self.objects(one)).sum();
        let tight = all > self.installed(pbx, Feature::Port) || self.refusal(pbx, Feature::Port).is_some();
        self.push(rule, reason, objects - room, tight, true);
        room
    }

    /// R41, R42.
    fn standby(&mut self) {
        if !self.it.standby {
            return;
        }
        let (standbys, ports) = (self.installed(0, Feature::Standby), self.installed(0, Feature::Port));
        let refusal = self.refusal(0, Feature::Standby);
        let usable = if refusal.is_some() { 0 } else { standbys };
        let (reason, rule) = refusal.unwrap_or(("gate-standby", 41));
        self.push(rule, reason, ports.saturating_sub(usable), false, false);
        self.expected.takes_over = Some(usable >= ports);
    }
}

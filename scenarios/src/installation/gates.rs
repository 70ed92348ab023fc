//! Gates: functions that work only if one count is at least another (R41, R51), and the two models of voicemail (R54).

use simulator::layout::Role;
use simulator::licence::feature::Feature;

use super::audit::{About, Auditor, units};
use super::rule_off::is_off;
use super::{Function, Refusal, Switch, UNLIMITED};

/// Features of a domain that count for nothing, and why.
#[derive(Debug, Default)]
pub(super) struct Gates {
    closed: std::collections::BTreeMap<(usize, Feature), (Refusal, u8)>,
}

impl Gates {
    pub(super) fn closed(&self, owner: usize, feature: Feature) -> Option<(Refusal, u8)> {
        self.closed.get(&(owner, feature)).copied()
    }
}

impl Auditor<'_> {
    /// Compares the counts of every domain.
    pub(super) fn gates(&mut self) -> Gates {
        let mut gates = Gates::default();
        for owner in self.stocks.domains.owners().collect::<Vec<_>>() {
            self.standby(owner, &mut gates);
            self.voicemail(owner, &mut gates);
        }
        gates
    }

    /// Whether the domain of a PBX has old voicemail licences: then it keeps that model (R54).
    pub(super) fn is_old_model(&self, pbx: usize) -> bool {
        self.stocks.installed(pbx, Feature::Voicemail) > 0
    }

    /// R41: as many standby licences as ports, or no standby at all.
    fn standby(&mut self, owner: usize, gates: &mut Gates) {
        let it = self.it;
        let stand_ins: Vec<usize> =
            self.stocks.domains.members(owner).filter(|pbx| it.boxes[*pbx].active.is_some()).collect();
        let bound = self.stocks.installed(owner, Feature::Standby);
        let Some(first) = stand_ins.first().copied().filter(|_| !is_off(38)) else {
            if bound > 0 {
                gates.closed.insert((owner, Feature::Standby), (Refusal::Unused, 41));
            }
            return;
        };
        let ports = self.ports_to_match(owner, &stand_ins);
        let standbys = self.stocks.usable(owner, Feature::Standby);
        self.ask(owner, Feature::Standby, ports, ports);
        if standbys >= ports || ports == UNLIMITED || is_off(41) {
            return;
        }
        self.refuse(owner, Feature::Standby, ports - standbys);
        let (refusal, rule) = match self.stocks.access(owner, Feature::Standby) {
            Err(refusal) => (refusal, self.stocks.rule_of(refusal, owner, Feature::Standby)),
            Ok(()) => (Refusal::GateStandby, 41),
        };
        gates.closed.insert((owner, Feature::Standby), (refusal, rule));
        let place = it.boxes[first].place;
        self.broken(About { rule, refusal, units: ports - standbys, place }, |stocks| {
            let name = &it.boxes[first].name;
            let what = format!("{name} never takes over: {} of {} standby licences", units(standbys), units(ports));
            (what, stocks.cure(owner, Feature::Standby, ports - bound.min(ports)))
        });
        self.standbys_elsewhere(owner);
    }

    /// A9, A11.
    fn ports_to_match(&self, owner: usize, stand_ins: &[usize]) -> u64 {
        if self.it.readings.is(Switch::StandbyPerNode) {
            let actives = stand_ins.iter().filter_map(|pbx| self.it.boxes[*pbx].active);
            return actives.map(|active| self.objects_at(active)).max().unwrap_or(0);
        }
        if self.it.readings.is(Switch::StandbyAgainstPortsInUse) {
            return self.asked(owner, Feature::Port);
        }
        self.stocks.installed(owner, Feature::Port)
    }

    /// R39: standby licences bound at the PBX that uses them, not at the licence master.
    fn standbys_elsewhere(&mut self, owner: usize) {
        let it = self.it;
        let elsewhere =
            |bound: &&super::Bound| bound.feature == Feature::Standby && bound.count > 0 && bound.at != owner;
        if let Some(bound) = it.bound.iter().find(elsewhere) {
            let about = About { rule: 39, refusal: Refusal::Misplaced, units: bound.count, place: bound.place };
            self.odd(about, |_| {
                let (at, owner) = (&it.boxes[bound.at].name, &it.boxes[owner].name);
                let what = format!("{} standby licences at {at} do not count at {owner}", units(bound.count));
                (what, format!("bind them at {owner}"))
            });
        }
    }

    /// R51, R54: the old model wants as many licences as ports; the new one does not exist beside it.
    fn voicemail(&mut self, owner: usize, gates: &mut Gates) {
        let it = self.it;
        if !self.is_old_model(owner) {
            return;
        }
        let in_domain = |seats: &&super::Seats| self.stocks.domains.of(seats.home) == owner;
        let asked: u64 = it.seats.iter().filter(in_domain).map(|seats| seats.asks(Function::Voicemail)).sum();
        let uc: u64 = it.seats.iter().filter(in_domain).map(|seats| seats.asks(Function::Uc)).sum();
        let ports = if it.readings.is(Switch::VoicemailPerNode) {
            let members = self.stocks.domains.members(owner);
            members.map(|pbx| self.objects_at(pbx)).max().unwrap_or(0)
        } else {
            self.stocks.installed(owner, Feature::Port)
        };
        let voicemails = self.stocks.usable(owner, Feature::Voicemail);
        self.ask(owner, Feature::Voicemail, ports, if asked > 0 { ports } else { 0 });
        let first = it.bound.iter().find(|b| b.feature == Feature::Voicemail && self.stocks.domains.of(b.at) == owner);
        let place = first.map_or(it.boxes[owner].place, |bound| bound.place);
        if voicemails < ports && ports != UNLIMITED {
            let (refusal, rule) = match self.stocks.access(owner, Feature::Voicemail) {
                Err(refusal) => (refusal, self.stocks.rule_of(refusal, owner, Feature::Voicemail)),
                Ok(()) => (Refusal::GateVoicemail, 51),
            };
            gates.closed.insert((owner, Feature::Voicemail), (refusal, rule));
            let about = About { rule, refusal, units: ports - voicemails, place };
            if asked > 0 {
                self.refuse(owner, Feature::Voicemail, about.units);
            }
            self.find(about, asked > 0, |stocks| {
                let what = format!("no voicemail at all: {} of {} old licences", units(voicemails), units(ports));
                (what, stocks.cure(owner, Feature::Voicemail, ports - voicemails))
            });
        }
        self.new_model_beside(owner, place, uc, gates);
    }

    fn new_model_beside(&mut self, owner: usize, place: crate::source::Span, uc: u64, gates: &mut Gates) {
        let new = self.stocks.installed(owner, Feature::VoicemailUser);
        if new > 0 && !is_off(54) {
            gates.closed.insert((owner, Feature::VoicemailUser), (Refusal::ModelMix, 54));
            self.odd(About { rule: 54, refusal: Refusal::ModelMix, units: new, place }, |_| {
                let what = format!("{} voicemail user licences are idle beside the old voicemail", units(new));
                (what, "release the old voicemail licences to use the new model".to_owned())
            });
        }
        if uc > 0 && self.stocks.usable(owner, Feature::Uc) > 0 {
            // A15.
            self.odd(About { rule: 55, refusal: Refusal::ModelMix, units: uc, place }, |_| {
                let what = format!("the voicemail of {} UC is idle beside the old voicemail", units(uc));
                (what, "release the old voicemail licences to use it".to_owned())
            });
        }
    }

    /// Users and trunks configured at a PBX.
    pub(super) fn objects_at(&self, pbx: usize) -> u64 {
        let seats = self.it.seats.iter().filter(|seats| seats.home == pbx).map(|seats| seats.objects);
        let trunks = self.it.trunks.iter().filter(|trunk| trunk.home == pbx).map(|trunk| trunk.count);
        seats.chain(trunks).sum()
    }

    /// A standby on a virtual appliance needs units of its own address (R26, R29).
    pub(super) fn standbys_on_ipva(&mut self) {
        let it = self.it;
        for (index, pbx) in it.boxes.iter().enumerate() {
            let (Role::Standby, super::Platform::Ipva, Some(active)) = (pbx.role, pbx.platform, pbx.active) else {
                continue;
            };
            let objects = self.objects_at(active);
            let usable = self.stocks.usable(index, Feature::Ipva);
            self.ask(index, Feature::Ipva, objects, objects);
            if usable < objects {
                self.refuse(index, Feature::Ipva, objects - usable);
                let about = About { rule: 26, refusal: Refusal::Ipva, units: objects - usable, place: pbx.place };
                self.broken(about, |stocks| {
                    let what = format!(
                        "{} IPVA licences for {} objects that {} would take over",
                        units(usable),
                        units(objects),
                        pbx.name
                    );
                    (what, stocks.cure(index, Feature::Ipva, objects - usable))
                });
            }
        }
    }
}

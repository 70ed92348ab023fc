//! Small random installations, and how each is written as a scenario.

use std::fmt::Write;

use simulator::licence::feature::Feature;

use crate::chance::Chance;

/// One installation. PBX 0 is the licence master.
#[derive(Clone, Debug)]
pub(crate) struct Installation {
    pub(crate) pbxs: Vec<Pbx>,
    pub(crate) people: Vec<People>,
    pub(crate) trunks: Vec<Trunk>,
    /// Queues with a monitor: home and version of the monitor.
    pub(crate) monitors: Vec<(usize, u32)>,
    /// Which people manage the room, if there is one.
    pub(crate) managers: Option<usize>,
    /// Whether the master has a standby.
    pub(crate) standby: bool,
    /// Which people visitors from the web call: one seat.
    pub(crate) lobby: Option<usize>,
    /// A3 read per type.
    pub(crate) per_type: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Pbx {
    pub(crate) software: u32,
    pub(crate) service: u32,
    pub(crate) platform: Platform,
    pub(crate) linux: bool,
    pub(crate) recorder: bool,
    pub(crate) licences: Vec<Lot>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Platform {
    Gateway,
    /// An IP1130.
    NoLinux,
    Ipva,
}

/// Licences of one kind bound to a PBX.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lot {
    pub(crate) feature: Feature,
    pub(crate) version: u32,
    pub(crate) count: u32,
}

#[derive(Clone, Debug)]
pub(crate) struct People {
    pub(crate) home: usize,
    pub(crate) seats: u32,
    pub(crate) devices: Devices,
    /// Which functions how many of the lowest seats have.
    pub(crate) functions: Vec<(&'static str, u32)>,
    /// Version of operator applications.
    pub(crate) application: u32,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Devices {
    Desk,
    /// A telephone and a softphone each.
    Both,
    Softphone,
    Operator,
}

#[derive(Clone, Debug)]
pub(crate) struct Trunk {
    pub(crate) home: usize,
    pub(crate) count: u32,
    pub(crate) reporting: bool,
}

impl People {
    pub(crate) fn asks(&self, function: &str) -> u32 {
        self.functions.iter().find(|(word, _)| *word == function).map_or(0, |(_, count)| *count)
    }
}

/// Words of functions.
pub(crate) const FUNCTIONS: [&str; 10] =
    ["uc", "mypbx", "video", "app-sharing", "fax", "voicemail", "mobility", "conferencing", "reporting", "recording"];

/// What a licence master may have, and how many at most.
const STOCK: [(Feature, u32); 18] = [
    (Feature::SoftwarePhones, 5),
    (Feature::Operator, 3),
    (Feature::Standby, 24),
    (Feature::Conferencing, 3),
    (Feature::MyPbx, 5),
    (Feature::Video, 4),
    (Feature::AppSharing, 4),
    (Feature::Fax, 4),
    (Feature::Voicemail, 24),
    (Feature::VoicemailUser, 4),
    (Feature::Mobility, 4),
    (Feature::Uc, 6),
    (Feature::WebRtc, 3),
    (Feature::Reporting, 8),
    (Feature::RecordingBase, 3),
    (Feature::RecordingUser, 4),
    (Feature::QueueMonitor, 3),
    (Feature::RelayChannels, 8),
];

impl Installation {
    /// The installation of that seed. One in four is poor in licences, one in four so rich that all may be covered.
    pub(crate) fn random(seed: u64) -> Self {
        let mut chance = Chance::new(seed);
        let rich = chance.below(4);
        let version = chance.between(10, 12);
        let mixed = chance.percent(25);
        let count = chance.between(1, 3) as usize;
        let mut pbxs: Vec<Pbx> =
            (0..count).map(|_| pbx(&mut chance, if mixed { None } else { Some(version) })).collect();
        let people: Vec<People> = (0..chance.between(1, 4)).map(|_| people(&mut chance, &pbxs)).collect();
        let mut it = Self {
            people: one_kind_of_softphones(people),
            trunks: Vec::new(),
            monitors: Vec::new(),
            managers: None,
            standby: chance.percent(30),
            lobby: None,
            per_type: chance.percent(20),
            pbxs: Vec::new(),
        };
        it.stock(&mut chance, &mut pbxs, rich, mixed);
        it.pbxs = pbxs;
        it.furnish(&mut chance);
        it
    }

    /// What is bound where.
    fn stock(&self, chance: &mut Chance, pbxs: &mut [Pbx], rich: u32, mixed: bool) {
        let newest = pbxs.iter().map(|pbx| pbx.software).max().unwrap_or(12);
        let aged = chance.percent(25);
        for (index, pbx) in pbxs.iter_mut().enumerate() {
            let mut lot = |chance: &mut Chance, feature: Feature, most: u32| {
                let version = if aged { chance.between(9, 13) } else { chance.between(newest, 13) };
                let count = match rich {
                    0 => chance.below(most / 2 + 1),
                    3 => 3 * most,
                    _ => chance.below(most + 1),
                };
                // An operator that finds nothing as new as itself, or something else beside it.
                let version = if feature.stays() && feature != Feature::Ipva { 0 } else { version };
                pbx.licences.push(Lot { feature, version, count });
            };
            if pbx.platform == Platform::Ipva {
                lot(chance, Feature::Ipva, 10);
            }
            if index == 0 || chance.percent(25) {
                lot(chance, Feature::Port, 16);
                let old_voicemail = !mixed && chance.percent(20);
                for (feature, most) in STOCK {
                    let kept = match feature {
                        Feature::Voicemail => old_voicemail,
                        Feature::RelayChannels => index == 0,
                        Feature::Standby => index == 0,
                        _ => rich == 3 || chance.percent(80),
                    };
                    if kept {
                        lot(chance, feature, most);
                    }
                }
                if chance.percent(15) {
                    lot(chance, Feature::Port, 6);
                }
            }
        }
    }

    /// Trunks, queues, a room, and who is called from the web.
    fn furnish(&mut self, chance: &mut Chance) {
        let home = |chance: &mut Chance, pbxs: &[Pbx]| chance.below(pbxs.len() as u32) as usize;
        for _ in 0..chance.below(3) {
            let home = home(chance, &self.pbxs);
            self.trunks.push(Trunk { home, count: chance.between(1, 3), reporting: chance.percent(40) });
        }
        let desk = self.people.iter().position(|people| people.devices == Devices::Desk);
        if let Some(agents) = desk.filter(|_| chance.percent(40)) {
            let home = self.people[agents].home;
            let version = chance.between(11, 13);
            (0..chance.between(1, 2)).for_each(|_| self.monitors.push((home, version)));
        }
        self.managers = desk.filter(|_| chance.percent(30));
        if chance.percent(40) {
            let home = home(chance, &self.pbxs);
            let functions = match chance.below(3) {
                0 => vec![("mypbx", 1)],
                1 => vec![("uc", 1)],
                _ => Vec::new(),
            };
            self.lobby = Some(self.people.len());
            self.people.push(People { home, seats: 1, devices: Devices::Desk, functions, application: 0 });
        }
    }

    /// As a scenario.
    pub(crate) fn text(&self) -> String {
        let mut text = String::from("pbxsim: 1\nlasts: 4 min\ncluster:\n");
        for (index, pbx) in self.pbxs.iter().enumerate() {
            let role = if index == 0 { "role: master, " } else { "" };
            let service = if pbx.service > 0 { format!("SR{}", pbx.service) } else { String::new() };
            let platform = match pbx.platform {
                Platform::Gateway => "IP3011",
                Platform::NoLinux => "IP1130",
                Platform::Ipva => "IPVA",
            };
            let runs = [(pbx.linux, "linux-ap"), (pbx.recorder, "recorder")];
            let runs: Vec<&str> = runs.into_iter().filter(|(has, _)| *has).map(|(_, word)| word).collect();
            let software = pbx.software;
            let runs = runs.join(", ");
            line(
                &mut text,
                &format!(
                    "pbx-{index}: {{ {role}software: V{software}{service}, platform: {platform}, runs: [{runs}] }}"
                ),
            );
        }
        if self.standby {
            let software = self.pbxs[0].software;
            line(
                &mut text,
                &format!(
                    "spare: {{ role: standby, stands-in-for: pbx-0, software: V{software}, watches-every: 1 s, after-silence: 2 s }}"
                ),
            );
        }
        text.push_str("licences:\n");
        for (index, pbx) in self.pbxs.iter().enumerate() {
            let mut bound: std::collections::BTreeMap<String, u32> = std::collections::BTreeMap::new();
            for lot in &pbx.licences {
                *bound.entry(lot.feature.licence().written(lot.version)).or_default() += lot.count;
            }
            let bound: Vec<String> = bound.iter().map(|(name, count)| format!("{name}: {count}")).collect();
            line(&mut text, &format!("pbx-{index}: {{ {} }}", bound.join(", ")));
        }
        text.push_str("checkout: { chunk: 0% }\n");
        if self.per_type {
            text.push_str("rules: { version-floor: per-type }\n");
        }
        self.write_people(&mut text);
        self.write_calls(&mut text);
        if self.standby {
            text.push_str("timeline: [{ at: +220 s, crash: pbx-0 }]\n");
        }
        text.push_str("expect: [PBX-Port licences are never over-issued]\n");
        text
    }

    fn write_people(&self, text: &mut String) {
        text.push_str("users:\n");
        for (index, people) in self.people.iter().enumerate() {
            let devices = match people.devices {
                Devices::Desk => "desk-phone: all",
                Devices::Both => "desk-phone: all, softphone: all",
                Devices::Softphone => "softphone: all",
                Devices::Operator => "operator: all",
            };
            let functions: Vec<String> =
                people.functions.iter().map(|(word, count)| format!("{word}: {count}")).collect();
            let software = match people.devices {
                Devices::Operator => format!(", software: V{}", people.application),
                _ => String::new(),
            };
            line(
                text,
                &format!(
                    "people-{index}: {{ count: {}, home: pbx-{}, devices: {{ {devices} }}, features: {{ {} }}{software}, retries: after 5 s }}",
                    people.seats,
                    people.home,
                    functions.join(", ")
                ),
            );
        }
    }

    fn write_calls(&self, text: &mut String) {
        if !self.trunks.is_empty() || self.lobby.is_some() {
            text.push_str("trunks:\n");
        }
        for (index, trunk) in self.trunks.iter().enumerate() {
            let features = if trunk.reporting { ", features: { reporting: all }" } else { "" };
            line(
                text,
                &format!(
                    "line-{index}: {{ home: pbx-{}, count: {}, number: 0{index}{features} }}",
                    trunk.home, trunk.count
                ),
            );
        }
        if self.lobby.is_some() {
            line(text, "web: { interface: webrtc, number: 09 }");
        }
        if !self.monitors.is_empty() {
            text.push_str("queues:\n");
        }
        for (index, (home, version)) in self.monitors.iter().enumerate() {
            let agents = self.people.iter().position(|one| one.devices == Devices::Desk && one.home == *home);
            let agents = agents.unwrap_or_default();
            line(text, &format!("queue-{index}: {{ home: pbx-{home}, agents: people-{agents}, monitor: V{version} }}"));
        }
        if let Some(managers) = self.managers {
            text.push_str("rooms:\n");
            line(text, &format!("room: {{ home: pbx-0, managed-by: people-{managers}, places: 2 }}"));
        }
        if let Some(lobby) = self.lobby {
            text.push_str("calls:\n");
            line(
                text,
                &format!("visits: {{ from: web, to: people-{lobby}, offered: 60/h, arrivals: even, holding: 5 s }}"),
            );
        }
    }
}

fn line(text: &mut String, line: &str) {
    writeln!(text, "  {line}").expect("a string takes everything");
}

fn pbx(chance: &mut Chance, software: Option<u32>) -> Pbx {
    let software = software.unwrap_or_else(|| chance.between(10, 12));
    Pbx {
        software,
        service: if software == 10 { chance.of(&[0, 11, 12]) } else { 0 },
        platform: match chance.below(10) {
            0 => Platform::NoLinux,
            1..4 => Platform::Ipva,
            _ => Platform::Gateway,
        },
        linux: chance.percent(75),
        recorder: chance.percent(60),
        licences: Vec::new(),
    }
}

fn people(chance: &mut Chance, pbxs: &[Pbx]) -> People {
    let home = chance.below(pbxs.len() as u32) as usize;
    let seats = chance.between(1, 5);
    let devices = chance.of(&[Devices::Desk, Devices::Desk, Devices::Both, Devices::Softphone, Devices::Operator]);
    // Who is first where appliances are short is decided by chance, so softphones stand elsewhere.
    let devices = if pbxs[home].platform == Platform::Ipva { Devices::Desk } else { devices };
    let mut functions = Vec::new();
    if devices != Devices::Operator && chance.percent(60) {
        for word in FUNCTIONS {
            if chance.percent(35) {
                functions.push((word, chance.between(1, seats)));
            }
        }
    }
    People { home, seats, devices, functions, application: 12 }
}

/// Softphones beside telephones, or softphones alone: of both together the race for a unit decides.
fn one_kind_of_softphones(mut all: Vec<People>) -> Vec<People> {
    let alone = all.iter().any(|people| people.devices == Devices::Softphone);
    for people in all.iter_mut().filter(|people| alone && people.devices == Devices::Both) {
        people.devices = Devices::Desk;
    }
    all
}

//! All sentences of seventeen real scenarios: each is understood, or says what comes in a later version.
//! The table is `files.txt`; a heading names the scenario whose names apply.

use super::{FeatureName, MIN, Names, NodeGroup, PopulationName, compare, occasion, population};

/// What a scenario declares, in short: `trunk*`, `population:device,device`, `node`, `group=3`.
struct File {
    name: &'static str,
    starts_min: u32,
    lasts_min: u64,
    people: &'static str,
    nodes: &'static str,
    features: &'static str,
    /// Name, minute, end, verb.
    events: &'static [(&'static str, u64, u64, &'static str)],
    later: &'static str,
}

const DAY: u64 = 1440;

const FILES: [File; 17] = [
    File {
        name: "busy-hour",
        starts_min: 480,
        lasts_min: 240,
        people: "desk:desk-phone,dect agent pstn* hotline-trunk*",
        nodes: "hq",
        features: "PBX-Port",
        events: &[("the busy time", 60, 180, "set")],
        later: "helpdesk outside inside hotline",
    },
    File {
        name: "central-vs-decentral",
        starts_min: 0,
        lasts_min: 240 * DAY,
        people: "in-north in-east in-south in-west",
        nodes: "hq north east south west",
        features: "PBX-Port",
        events: &[],
        later: "",
    },
    File {
        name: "chaos-soak",
        starts_min: 0,
        lasts_min: 540,
        people: "phone:desk-phone,softphone console:operator website*",
        nodes: "hq standby branch=3",
        features: "PBX-Port PBX-Standby PBX-SoftwarePhones PBX-Operator PBX-IPVA",
        events: &[("the storm", 10, 490, "chaos")],
        later: "visitors office",
    },
    File {
        name: "full-house",
        starts_min: 480,
        lasts_min: 240,
        people: "staff planner trader islander console:operator city*",
        nodes: "hq hq-standby plant plant-standby cloud island old-shop attic",
        features: "PBX-Port PBX-Standby PBX-SoftwarePhones PBX-Operator PBX-IPVA PBX-App PBX-myPBX PBX-Video PBX-AppSharing \
                   PBX-Fax PBX-VoicemailUser PBX-Mobility PBX-UC PBX-Reporting PBX-Recording-User PBX-QueueMonitor",
        events: &[
            ("the crash", 30, 40, "crash"),
            ("video for a plain user", 60, 0, "assign"),
            ("a twenty-first myPBX", 61, 0, "assign"),
            ("giving back a PRI", 62, 0, "release"),
            ("giving back IPVA", 63, 0, "release"),
            ("giving back V7", 64, 0, "release"),
            ("migrating the island", 69, 0, "migrate"),
            ("emptying the shop", 70, 0, "release"),
            ("the conversion", 71, 0, "convert"),
            ("SSA for twenty", 72, 0, "cover"),
            ("too late for hq", 73, 0, "extend-warranty"),
            ("five years", 74, 0, "extend-warranty"),
            ("two years", 75, 0, "extend-warranty"),
            ("one year more", 76, 0, "extend-warranty"),
            ("migrating the attic", 68, 0, "migrate"),
        ],
        later: "sales support reception meeting watched",
    },
    File {
        name: "hot-desk",
        starts_min: 0,
        lasts_min: 60 * DAY,
        people: "hot-desk",
        nodes: "master",
        features: "PBX-Port",
        events: &[],
        later: "",
    },
    File {
        name: "manhattan-reboot",
        starts_min: 0,
        lasts_min: 120,
        people: "phone",
        nodes: "master",
        features: "PBX-Port",
        events: &[("power-on", 0, 0, "sign-in")],
        later: "",
    },
    File {
        name: "master-crash",
        starts_min: 600,
        lasts_min: 90,
        people: "hq branch",
        nodes: "master slave=2 standby",
        features: "PBX-Port PBX-Standby",
        events: &[("the crash", 20, 30, "crash"), ("the flapping", 60, 61, "crash")],
        later: "office",
    },
    File {
        name: "million",
        starts_min: 0,
        lasts_min: 120,
        people: "phone",
        nodes: "master slave=10",
        features: "PBX-Port",
        events: &[("the ramp", 0, 10, "sign-in")],
        later: "",
    },
    File {
        name: "operator-shift",
        starts_min: 0,
        lasts_min: 240,
        people: "console:operator",
        nodes: "master",
        features: "PBX-Operator",
        events: &[("the power cut", 120, 0, "crash")],
        later: "",
    },
    File {
        name: "port-exhaustion",
        starts_min: 0,
        lasts_min: 40,
        people: "several:desk-phone,dect single",
        nodes: "master",
        features: "PBX-Port PBX-myPBX",
        events: &[("the leavers", 30, 0, "sign-out")],
        later: "",
    },
    File {
        name: "register-storm",
        starts_min: 0,
        lasts_min: 90,
        people: "north-wing south-wing",
        nodes: "master",
        features: "PBX-Port",
        events: &[("the power cut", 60, 62, "crash")],
        later: "chatter",
    },
    File {
        name: "registration-rate",
        starts_min: 0,
        lasts_min: 600,
        people: "phone",
        nodes: "master",
        features: "PBX-Port",
        events: &[("registration search", 0, 60, "search"), ("refresh search", 65, 120, "search")],
        later: "",
    },
    File {
        name: "rush",
        starts_min: 536,
        lasts_min: 30,
        people: "desk roamer:softphone carrier*",
        nodes: "master slave=3 standby",
        features: "PBX-Port PBX-Standby PBX-SoftwarePhones",
        events: &[("the crash", 10, 0, "crash")],
        later: "",
    },
    File {
        name: "upgrade-day",
        starts_min: 360,
        lasts_min: 180,
        people: "office trader visual remote city*",
        nodes: "hq standby cloud",
        features: "PBX-Port PBX-Standby PBX-IPVA",
        events: &[("the upgrade", 60, 62, "upgrade"), ("the release", 120, 0, "release")],
        later: "inbound",
    },
    File {
        name: "wan-partition",
        starts_min: 0,
        lasts_min: 360,
        people: "hq-staff branch-staff",
        nodes: "hq branch=3",
        features: "PBX-Port",
        events: &[("the cut", 120, 240, "cut")],
        later: "",
    },
    File {
        name: "webrtc-channels",
        starts_min: 0,
        lasts_min: 60 * DAY,
        people: "agent plain website*",
        nodes: "master",
        features: "PBX-Port",
        events: &[],
        later: "visitors misdialled",
    },
    File {
        name: "wire-calls",
        starts_min: 0,
        lasts_min: 10,
        people: "caller callee",
        nodes: "master",
        features: "PBX-Port",
        events: &[],
        later: "pairs",
    },
];

impl File {
    fn names(&self) -> Names {
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let groups: Vec<NodeGroup> = self.nodes.split(' ').filter_map(group).collect();
        let single = self.nodes.split(' ').filter(|node| !node.contains('=')).map(str::to_owned);
        let event = |(index, event): (usize, &(&str, u64, u64, &str))| {
            occasion(event.0, event.1, Some(event.2).filter(|until| *until > 0), event.3, "everyone", 30 + index)
        };
        Names {
            populations: self.people.split(' ').map(people).collect(),
            nodes: single.chain(groups.iter().flat_map(|group| group.nodes.clone())).collect(),
            node_groups: groups,
            licensed: true,
            features: words(self.features)
                .into_iter()
                .chain(["PBX-WebRTC", "Relay-Channels"].map(str::to_owned))
                .map(|name| FeatureName { name, nodes: vec![] })
                .collect(),
            other_features: words("PBX-Port PBX-SoftwarePhones PBX-Operator PBX-Standby"),
            occasions: self.events.iter().enumerate().map(event).collect(),
            flows: words(self.later).into_iter().filter(|name| FLOWS.contains(&name.as_str())).collect(),
            queues: words(self.later).into_iter().filter(|name| QUEUES.contains(&name.as_str())).collect(),
            rooms: words(self.later)
                .into_iter()
                .filter(|name| !FLOWS.contains(&name.as_str()) && !QUEUES.contains(&name.as_str()))
                .collect(),
            lasts_ns: self.lasts_min * MIN,
            starts_s: self.starts_min * 60,
            ..Names::default()
        }
    }
}

/// Of what these files declare beside people and nodes, what is a flow of calls; the rest comes later.
const FLOWS: [&str; 10] =
    ["outside", "inside", "hotline", "visitors", "office", "chatter", "inbound", "misdialled", "pairs", "watched"];

/// … and what is a queue.
const QUEUES: [&str; 3] = ["helpdesk", "sales", "support"];

fn people(word: &str) -> PopulationName {
    let (name, devices) = word.split_once(':').unwrap_or((word, "desk-phone"));
    let trunk = name.ends_with('*');
    let devices: Vec<&str> = if trunk { vec!["trunk"] } else { devices.split(',').collect() };
    population(name.trim_end_matches('*'), trunk, &devices, 100)
}

fn group(word: &str) -> Option<NodeGroup> {
    let (name, count) = word.split_once('=')?;
    let count: u32 = count.parse().ok()?;
    Some(NodeGroup { name: name.to_owned(), nodes: (1..=count).map(|number| format!("{name}-{number}")).collect() })
}

#[test]
fn sentences_of_real_scenarios_are_understood_or_not_yet() {
    let names = |section: &str| {
        let file = FILES.iter().find(|file| file.name == section);
        file.unwrap_or_else(|| panic!("no file {section}")).names()
    };
    compare("files.txt", include_str!("files.txt"), names);
}

#[test]
fn nothing_in_them_is_wrong() {
    for block in include_str!("files.txt").split("\n\n") {
        let lines: Vec<&str> = block.lines().collect();
        if lines.len() > 2 {
            // Names of a scenario that stand for people or flows here may be queues there.
            let known = lines[2].starts_with("  not yet: ") || lines[2].contains("flow of calls");
            assert!(known, "{block}");
        }
    }
}

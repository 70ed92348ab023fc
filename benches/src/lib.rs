//! Layouts that benches and measuring scripts share.

use simulator::distribution::Distribution;
use simulator::layout::{Begins, Block, Device, Layout, PbxPlan, PopulationPlan, Role, Selection};
use simulator::licence::entitlement::Entitlement;
use simulator::licence::feature::Feature;
use simulator::rng::Probability;
use simulator::schedule::{Action, Entry, Shape};
use simulator::settings::{Checkout, Link, Links, PbxSettings, PopulationSettings, Rules, Settings};
use simulator::time::{Duration, Instant};

/// A run as data.
#[derive(Clone, Debug)]
pub struct Run {
    /// Who and where.
    pub layout: Layout,
    /// Constants.
    pub settings: Settings,
    /// What happens.
    pub schedule: Vec<Entry>,
    /// Its end.
    pub end: Instant,
}

/// Phones in PBXs of 5,000 that stand in for one another in pairs, lifetime 120 s, every refresh challenged, latency
/// 5 to 15 ms, loss 0.5 %, units for 98 % of them; a tenth of the PBXs are gone from minute 5 to minute 7 of 10.
pub fn pairs(phones: u32) -> Run {
    const PER_PBX: u32 = 5_000;
    let pbxs = 2 * phones.div_ceil(2 * PER_PBX);
    let units = u64::from(phones) * 98 / 100;
    let master = PbxPlan {
        software: 12,
        name: "master".into(),
        role: Role::Master,
        site: 0,
        stands_in_for: None,
        licences: [Feature::Port, Feature::Standby].map(|feature| Entitlement::new(feature, 12, units as u32)).to_vec(),
    };
    let slave = |index: u32| PbxPlan {
        software: 12,
        name: format!("slave-{}", index + 1),
        role: Role::Slave,
        site: 0,
        stands_in_for: Some(((index ^ 1) + 1) as u16),
        licences: vec![],
    };
    let block = |index: u32| {
        let first_seat = (index * PER_PBX).min(phones);
        let seats = PER_PBX.min(phones - first_seat);
        let targets = vec![(index + 1) as u16, ((index ^ 1) + 1) as u16];
        Block {
            population: 0,
            home: (index + 1) as u16,
            site: 0,
            targets,
            first_seat,
            seats,
            devices: vec![(Device::DeskPhone, seats)],
        }
    };
    let layout = Layout {
        pbxs: core::iter::once(master).chain((0..pbxs).map(slave)).collect(),
        populations: vec![PopulationPlan {
            name: "phone".into(),
            seats: phones,
            begins: Begins::Absent,
            application: 12,
        }],
        blocks: (0..pbxs).map(block).filter(|block| block.seats > 0).collect(),
        sites: vec!["here".into()],
        licensed: true,
        ..Layout::default()
    };
    let who = Selection { seats: layout.blocks.iter().enumerate().map(|(n, b)| (n as u32, 0..b.seats)).collect() };
    let mut schedule = vec![Entry {
        at: Instant::ZERO,
        action: Action::SignIn { who, over: Duration::seconds(100), shape: Shape::Even },
        occasion: 0,
    }];
    let at = |seconds: u64| Instant::ZERO + Duration::seconds(seconds);
    let tenth = || (1..=pbxs as u16).step_by(10);
    schedule.extend(tenth().map(|pbx| Entry { at: at(300), action: Action::Crash(pbx), occasion: 1 }));
    schedule.extend(tenth().map(|pbx| Entry { at: at(420), action: Action::Restart(pbx), occasion: 2 }));
    Run { settings: settings(pbxs as usize + 1), layout, schedule, end: at(600) }
}

fn settings(pbxs: usize) -> Settings {
    let pbx = PbxSettings {
        service: Duration(100_000),
        queue: 20_000,
        watches_every: Duration::seconds(5),
        ..PbxSettings::default()
    };
    let link = Link {
        latency: Distribution::uniform(Duration::millis(5), Duration::millis(15)),
        loss: Probability::ratio(5, 1000),
        duplicates: Probability::ZERO,
    };
    Settings {
        pbxs: vec![pbx; pbxs],
        populations: vec![PopulationSettings { expires_s: 120, ..PopulationSettings::default() }],
        links: Links { sites: 1, table: vec![0], profiles: vec![link] },
        checkout: Checkout::default(),
        rules: Rules::default(),
        flows: Vec::new(),
        queues: Vec::new(),
        rooms: Vec::new(),
    }
}

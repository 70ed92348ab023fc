//! The standard run: small, with loss, jitter, sessions, a crash and a takeover; its digest must be the same everywhere.

use simulator::distribution::Distribution;
use simulator::event::Event;
use simulator::layout::{Begins, Block, Device, Layout, PbxPlan, PopulationPlan, Role, Selection};
use simulator::licence::entitlement::Entitlement;
use simulator::licence::feature::Feature;
use simulator::node::NodeId;
use simulator::rng::Probability;
use simulator::schedule::{Action, Entry, Shape};
use simulator::settings::{
    Checkout, Link, Links, OnStandby, PbxSettings, PopulationSettings, Retries, Rules, Settings, Transport,
};
use simulator::simulation::{Observer, Simulation};
use simulator::site::Site;
use simulator::time::{Duration, Instant};

/// The digest, frozen: it changes only when results change, and then the changelog says why.
pub(crate) const GOLDEN: u64 = 0xfea0_0e39_cbcb_1059;

struct Blind;

impl Observer for Blind {
    fn observe(&mut self, _: Instant, _: NodeId, _: &[Event], _: &Site) -> bool {
        true
    }

    fn on_entry(&mut self, _: Instant, _: &Entry, _: &Site) {}
}

/// Runs ten minutes; digest and steps.
pub(crate) fn run() -> (u64, u64) {
    let layout = layout();
    let mut simulation = Simulation::new(&layout, vec![settings()], schedule(&layout), 7);
    simulation.run_until(Instant::ZERO + Duration::seconds(600), &mut Blind);
    let engine = simulation.engine();
    (engine.digest(), engine.counters().steps)
}

fn layout() -> Layout {
    let pbx = |name: &str, role, site, stands_in_for, licences: Vec<(Feature, u32)>| PbxPlan {
        software: 12,
        name: name.into(),
        role,
        site,
        stands_in_for,
        licences: licences.into_iter().map(|(feature, units)| Entitlement::new(feature, 12, units)).collect(),
    };
    let bought =
        vec![(Feature::Port, 900), (Feature::SoftwarePhones, 120), (Feature::Operator, 3), (Feature::Standby, 900)];
    let population = |name: &str, seats, begins| PopulationPlan { name: name.into(), seats, begins, application: 12 };
    let block = |population, home, targets: &[u16], first_seat, seats, devices: &[(Device, u32)]| Block {
        population,
        home,
        site: home % 2,
        targets: targets.to_vec(),
        first_seat,
        seats,
        devices: devices.to_vec(),
    };
    Layout {
        pbxs: vec![
            pbx("master", Role::Master, 0, None, bought),
            pbx("slave", Role::Slave, 1, None, vec![]),
            pbx("standby", Role::Standby, 0, Some(0), vec![]),
        ],
        populations: vec![
            population("desk", 800, Begins::Absent),
            population("roamer", 200, Begins::FirstMinute),
            population("console", 10, Begins::Offered),
        ],
        blocks: vec![
            block(0, 0, &[0, 2], 0, 500, &[(Device::DeskPhone, 500), (Device::Dect, 50)]),
            block(0, 1, &[1], 500, 300, &[(Device::DeskPhone, 300)]),
            block(1, 0, &[0, 2], 0, 200, &[(Device::Softphone, 200)]),
            block(2, 0, &[0, 2], 0, 10, &[(Device::Operator, 10)]),
        ],
        sites: vec!["here".into(), "there".into()],
        licensed: true,
        ..Layout::default()
    }
}

fn settings() -> Settings {
    let seconds = Duration::seconds;
    let pbx = PbxSettings {
        service: Duration::millis(4),
        queue: 300,
        retry_after: Some(Distribution::uniform(seconds(2), seconds(9))),
        watches_every: seconds(5),
        after_silence: seconds(10),
        ..PbxSettings::default()
    };
    let desk = PopulationSettings { expires_s: 120, transport: Transport::Tcp, ..PopulationSettings::default() };
    let roamer = PopulationSettings {
        expires_s: 120,
        keep_alive: Some(seconds(30)),
        retries: Retries::After(Distribution::exponential(seconds(20))),
        signed_in: Some(Distribution::lognormal(seconds(180), 0.8)),
        away: Some(Distribution::exponential(seconds(60)).clamped(seconds(5), seconds(300))),
        ..PopulationSettings::default()
    };
    let console = PopulationSettings {
        expires_s: 120,
        signed_in: Some(Distribution::exponential(seconds(60))),
        arrivals: Some(Distribution::exponential(seconds(15))),
        ..PopulationSettings::default()
    };
    let link = |low, high, loss| Link {
        latency: Distribution::uniform(Duration::millis(low), Duration::millis(high)),
        loss: Probability::ratio(loss, 1000),
        duplicates: Probability::ratio(loss, 2000),
    };
    Settings {
        pbxs: vec![pbx; 3],
        populations: vec![desk, roamer, console],
        links: Links { sites: 2, table: vec![0, 1, 1, 0], profiles: vec![link(1, 3, 5), link(8, 40, 20)] },
        checkout: Checkout { on_standby: OnStandby::Replicate, ..Checkout::default() },
        rules: Rules::default(),
        flows: Vec::new(),
        queues: Vec::new(),
        rooms: Vec::new(),
    }
}

fn schedule(layout: &Layout) -> Vec<Entry> {
    let at = |seconds| Instant::ZERO + Duration::seconds(seconds);
    let desks = layout.blocks.iter().enumerate().filter(|(_, block)| block.population == 0);
    let who = Selection { seats: desks.map(|(index, block)| (index as u32, 0..block.seats)).collect() };
    let sign_in = Action::SignIn { who, over: Duration::seconds(90), shape: Shape::Bell };
    vec![
        Entry { at: at(0), action: sign_in, occasion: 0 },
        Entry { at: at(240), action: Action::Crash(0), occasion: 1 },
        Entry { at: at(420), action: Action::Restart(0), occasion: 1 },
    ]
}

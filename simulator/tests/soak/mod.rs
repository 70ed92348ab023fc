//! A long day of faults every few minutes, and what is left of it: memory, and whatever should have gone.

use simulator::chaos::{Chaos, Kind};
use simulator::distribution::Distribution;
use simulator::event::Event;
use simulator::invariants::Checker;
use simulator::layout::{Begins, Block, Device, Layout, PbxPlan, PopulationPlan, Role, Selection};
use simulator::licence::authority::Authority;
use simulator::licence::entitlement::Entitlement;
use simulator::licence::feature::Feature;
use simulator::node::NodeId;
use simulator::rng::Probability;
use simulator::schedule::{Action, Entry, Shape};
use simulator::settings::{Checkout, Link, Links, PbxSettings, PopulationSettings, Rules, Settings, Transport};
use simulator::simulation::{Observer, Simulation};
use simulator::site::Site;
use simulator::time::{Duration, Instant};

/// What a day came to.
#[derive(Clone, Debug)]
pub(crate) struct Day {
    /// Faults there were.
    pub(crate) faults: usize,
    /// Steps made.
    pub(crate) steps: u64,
    /// Resident memory of this process in kB: after each tenth of the day.
    pub(crate) memory_kb: Vec<u64>,
    /// What is left when everybody has left, in words; nothing should be.
    pub(crate) left: Vec<String>,
}

/// PBXs: a licence master, its standby, and branches.
const BRANCHES: u16 = 3;

/// A day of so many hours with so many phones. In the last hour nothing breaks and all sign out.
pub(crate) fn day(phones: u32, hours: u64) -> Day {
    let layout = layout(phones);
    let (schedule, faults) = schedule(&layout, hours);
    let mut simulation = Simulation::new(&layout, vec![settings(&layout)], schedule, 1);
    let mut watch = Watch { checker: Checker::new(simulation.engine().elements()) };
    let mut memory_kb = Vec::new();
    for tenth in 1..=10 {
        let goes_on = simulation.run_until(at(hours * 360 * tenth), &mut watch);
        assert!(goes_on, "{:?}", watch.checker.breach());
        memory_kb.push(resident_kb());
    }
    watch.checker.finish(at(hours * 3_600));
    assert_eq!(watch.checker.breach(), None);
    let left = left(&simulation);
    Day { faults, steps: simulation.engine().counters().steps, memory_kb, left }
}

fn at(seconds: u64) -> Instant {
    Instant::ZERO + Duration::seconds(seconds)
}

fn layout(phones: u32) -> Layout {
    let pbx = |name: &str, role, site, stands_in_for, licences: Vec<(Feature, u32)>| PbxPlan {
        software: 12,
        name: name.into(),
        role,
        site,
        stands_in_for,
        licences: licences.into_iter().map(|(feature, units)| Entitlement::new(feature, 12, units)).collect(),
    };
    // One port in ten is missing: somebody is always refused and tries again.
    let ports = phones - phones / 10;
    let mut pbxs = vec![
        pbx("hq", Role::Master, 0, None, vec![(Feature::Port, ports), (Feature::Standby, ports)]),
        pbx("standby", Role::Standby, 0, Some(0), Vec::new()),
    ];
    let mut sites = vec!["hq".to_owned()];
    let mut blocks = Vec::new();
    let share = phones / u32::from(BRANCHES + 1);
    for number in 0..=BRANCHES {
        let (home, site) = if number == 0 { (0, 0) } else { (number + 1, number) };
        if number > 0 {
            sites.push(format!("branch-{number}"));
            pbxs.push(pbx(&format!("branch-{number}"), Role::Slave, site, None, Vec::new()));
        }
        blocks.push(Block {
            population: 0,
            home,
            site,
            targets: if number == 0 { vec![0, 1] } else { vec![home] },
            first_seat: u32::from(number) * share,
            seats: share,
            devices: vec![(Device::DeskPhone, share)],
        });
    }
    let seats = share * u32::from(BRANCHES + 1);
    let populations =
        vec![PopulationPlan { name: "phone".into(), seats, begins: Begins::FirstMinute, application: 12 }];
    Layout { pbxs, populations, blocks, sites, licensed: true, ..Layout::default() }
}

fn settings(layout: &Layout) -> Settings {
    let server = PbxSettings {
        service: Duration::millis(1),
        queue: 2_000,
        watches_every: Duration::seconds(10),
        ..PbxSettings::default()
    };
    let inside = Links::default().profiles.remove(0);
    let between = Link {
        latency: Distribution::exponential(Duration::millis(30)).clamped(Duration::MILLISECOND, Duration::seconds(40)),
        loss: Probability::ratio(1, 50),
        duplicates: Probability::ratio(1, 50),
    };
    let sites = layout.sites.len();
    let table = (0..sites * sites).map(|place| u16::from(place / sites != place % sites)).collect();
    Settings {
        pbxs: vec![server; layout.pbxs.len()],
        populations: vec![PopulationSettings {
            transport: Transport::Udp,
            keep_alive: Some(Duration::seconds(120)),
            expires_s: 1_800,
            signed_in: Some(Distribution::exponential(Duration::seconds(7_200))),
            away: Some(Distribution::exponential(Duration::seconds(1_800))),
            ..PopulationSettings::default()
        }],
        links: Links { sites: sites as u16, table, profiles: vec![inside, between] },
        checkout: Checkout { grace: Duration::seconds(300), ..Checkout::default() },
        rules: Rules::default(),
        flows: Vec::new(),
        queues: Vec::new(),
        rooms: Vec::new(),
    }
}

/// Faults every three minutes but in the last hour, at whose middle everybody leaves.
fn schedule(layout: &Layout, hours: u64) -> (Vec<Entry>, usize) {
    let chaos = Chaos {
        name: "the day".into(),
        number: 0,
        occasion: 0,
        from: at(300),
        until: at((hours - 1) * 3_600),
        every: Distribution::exponential(Duration::seconds(180)),
        lasting: Distribution::uniform(Duration::seconds(10), Duration::seconds(600)),
        kinds: vec![Kind::Crash, Kind::Restart, Kind::Forget, Kind::Freeze, Kind::Cut],
    };
    let strikes = chaos.strikes(1, layout);
    let mut schedule: Vec<Entry> = strikes.iter().flat_map(|strike| strike.entries(layout, 0)).collect();
    // The standby has stood in once before memory is first looked at: its records exist from then on.
    schedule.push(Entry { at: at(600), action: Action::Crash(0), occasion: 1 });
    schedule.push(Entry { at: at(1_200), action: Action::Restart(0), occasion: 1 });
    let everybody = (0..).zip(&layout.blocks).map(|(index, block)| (index, 0..block.seats)).collect();
    let (who, over) = (Selection { seats: everybody }, Duration::seconds(300));
    schedule.push(Entry {
        at: at(hours * 3_600 - 1_800),
        action: Action::SignOut { who, over, shape: Shape::Even },
        occasion: 1,
    });
    schedule.sort_by_key(|entry| entry.at);
    (schedule, strikes.len())
}

/// Transactions, timers, holders and packets that outlived their owners.
fn left(simulation: &Simulation) -> Vec<String> {
    let (engine, site) = (simulation.engine(), simulation.engine().elements());
    let mut left = Vec::new();
    let mut note = |count: usize, what: &str| {
        if count > 0 {
            left.push(format!("{count} {what}"));
        }
    };
    let timers = site.phones().iter().filter(|phone| simulator::node::Node::poll_timeout(*phone) != Instant::NEVER);
    note(timers.count(), "phones with a timer");
    for pbx in site.pbxs() {
        note(pbx.bindings().bound() as usize, "bindings");
        note(pbx.bindings().known(&site.cluster().people).count(), "records of bindings");
        note(usize::from(pbx.licensing().has_open_requests()), "PBXs with an open request");
        for lease in pbx.licensing().leases() {
            note(lease.act().len() as usize, "holders");
        }
        for stock in pbx.licensing().authorities().flat_map(Authority::stocks) {
            note(stock.direct() as usize, "holders of the authority's own");
            for other in 0..site.pbxs().len() as u16 {
                note(stock.holders(other).len() as usize, "holders at the authority");
            }
        }
    }
    // A renewal, a look and their answers may be under way between any two PBXs.
    note(engine.in_flight().saturating_sub(2 * site.pbxs().len()), "packets too many");
    note(engine.attachments().saturating_sub(engine.in_flight()), "attachments without a packet");
    left
}

/// Resident memory of this process, in kB; 0 where it cannot be told.
fn resident_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

struct Watch {
    checker: Checker,
}

impl Observer for Watch {
    fn observe(&mut self, now: Instant, node: NodeId, events: &[Event], site: &Site) -> bool {
        self.checker.observe(now, node, events, site)
    }

    fn on_entry(&mut self, _: Instant, _: &Entry, _: &Site) {}
}

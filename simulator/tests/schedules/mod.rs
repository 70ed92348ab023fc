//! A small cluster at saturation and a seeded schedule of faults: what the invariants are tried on (checkout §3.10).
//! Also compiled into the simulator's own tests, which plant defects.

#![allow(dead_code, reason = "every test uses a part of it")]

use simulator::distribution::Distribution;
use simulator::event::{Event, Kind};
use simulator::invariants::{Breach, Checker};
use simulator::layout::{Begins, Block, Device, Layout, PbxPlan, PopulationPlan, Role};
use simulator::licence::authority::Stock;
use simulator::licence::entitlement::Entitlement;
use simulator::licence::feature::Feature;
use simulator::node::NodeId;
use simulator::rng::{Probability, below, draw, mix};
use simulator::schedule::{Action, Entry};
use simulator::settings::{
    Checkout, EscrowServes, Link, Links, OnStandby, PbxSettings, PopulationSettings, Retries, Rules, Settings,
};
use simulator::simulation::{Observer, Simulation};
use simulator::site::Site;
use simulator::time::{Duration, Instant};

/// Port licences, and standby licences, of the master.
pub(crate) const PORTS: u32 = 20;
/// Softphone licences of the master.
const SOFTPHONES: u32 = 8;
/// Faults begin in the first so many seconds; then all heals, and the rest is for coming home.
pub(crate) const FAULTS_S: u64 = 1_800;
const QUIET_S: u64 = 480;

const MASTER: u16 = 0;
const SLAVES: [u16; 3] = [1, 2, 3];
const STANDBY: u16 = 4;
const STANDBY_SLAVE: u16 = 5;
const PBXS: usize = 6;

/// What a schedule brought about.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Totals {
    pub(crate) at_capacity: u64,
    pub(crate) ignored_acks: u64,
    pub(crate) recalls: u64,
    pub(crate) quarantines: u64,
    pub(crate) grace: u64,
    pub(crate) draining: u64,
    pub(crate) escrow: u64,
    pub(crate) takeovers: u64,
    pub(crate) denials: u64,
    pub(crate) steps: u64,
    /// Schedules that brought about each of the first eight.
    pub(crate) schedules: u64,
}

impl Totals {
    /// Sums, and one for each schedule that saw any.
    pub(crate) fn add(&mut self, other: &Self) {
        self.at_capacity += u64::from(other.at_capacity > 0);
        self.ignored_acks += other.ignored_acks;
        self.recalls += other.recalls;
        self.quarantines += other.quarantines;
        self.grace += other.grace;
        self.draining += other.draining;
        self.escrow += other.escrow;
        self.takeovers += other.takeovers;
        self.denials += other.denials;
        self.steps += other.steps;
        self.schedules += 1;
    }

    /// Nothing that the schedules are for is missing.
    pub(crate) fn assert_they_bit(&self) {
        let Self { at_capacity, ignored_acks, recalls, quarantines, grace, draining, escrow, takeovers, .. } = *self;
        let all = [at_capacity, ignored_acks, recalls, quarantines, grace, draining, escrow, takeovers];
        assert!(all.iter().all(|count| *count > 0), "the schedules did not bite: {self:?}");
    }
}

/// Runs the schedule of a seed to its end, or to the first breach.
pub(crate) fn run(seed: u64) -> (Totals, Option<Breach>) {
    let world = World::new(seed);
    world.run()
}

/// One seed's cluster and schedule.
pub(crate) struct World {
    pub(crate) layout: Layout,
    pub(crate) settings: Vec<Settings>,
    pub(crate) schedule: Vec<Entry>,
    pub(crate) seed: u64,
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let settings = settings(&mut dice);
        let mut world = Self { layout: layout(), settings: vec![settings], schedule: Vec::new(), seed };
        world.faults(&mut dice);
        world.schedule.sort_by_key(|entry| entry.at);
        world
    }

    pub(crate) fn run(&self) -> (Totals, Option<Breach>) {
        let mut simulation = Simulation::new(&self.layout, self.settings.clone(), self.schedule.clone(), self.seed);
        let mut watcher = Watcher { totals: Totals::default(), checker: Checker::new(simulation.engine().elements()) };
        let end = at(FAULTS_S + QUIET_S);
        if simulation.run_until(end, &mut watcher) {
            watcher.checker.check_settled(simulation.engine().elements());
            watcher.checker.finish(end);
        }
        let pbxs = simulation.engine().elements().pbxs().iter();
        let leases = pbxs.flat_map(|pbx| pbx.licensing().leases());
        watcher.totals.ignored_acks = leases.map(|lease| u64::from(lease.ignored())).sum();
        watcher.totals.steps = simulation.engine().counters().steps;
        (watcher.totals, watcher.checker.breach().cloned())
    }

    fn push(&mut self, second: u64, action: Action) {
        self.schedule.push(Entry { at: at(second), action, occasion: 0 });
    }

    /// Cuts, crashes, a forgetful master, fewer licences: overlapping, all healed at the end.
    fn faults(&mut self, dice: &mut Dice) {
        let mut cuts: Vec<Cut> = Vec::new();
        let mut second = 60;
        loop {
            second += dice.below(220);
            if second >= FAULTS_S {
                break;
            }
            match dice.below(10) {
                0..4 => {
                    let length = 20 + dice.below(880);
                    let (site, out, inward) = (dice.below(PBXS as u64) as usize, dice.below(3), dice.below(3));
                    let until = (second + length).min(FAULTS_S);
                    cuts.push(Cut { from: second, until, site, out: out != 0, inward: inward != 0 || out == 0 });
                }
                4..7 => {
                    let pbx = dice.below(PBXS as u64) as u16;
                    self.push(second, Action::Crash(pbx));
                    self.push((second + 5 + dice.below(300)).min(FAULTS_S), Action::Restart(pbx));
                }
                7 => {
                    let back = (second + 5 + dice.below(300)).min(FAULTS_S);
                    self.push(second, Action::Crash(MASTER));
                    self.push(back, Action::Forget(MASTER));
                }
                8 => self.push(second, Action::Forget([MASTER, STANDBY][dice.below(2) as usize])),
                _ => {
                    let units = PORTS / 2 + dice.below(8) as u32;
                    let back = (second + 30 + dice.below(400)).min(FAULTS_S);
                    self.push(second, ports(units));
                    self.push(back, ports(PORTS));
                }
            }
        }
        self.push(FAULTS_S, ports(PORTS));
        self.links(&cuts);
    }

    /// Settings with the links as the cuts leave them, from each change on; at last all links are good.
    fn links(&mut self, cuts: &[Cut]) {
        let mut changes: Vec<u64> = cuts.iter().flat_map(|cut| [cut.from, cut.until]).collect();
        changes.push(FAULTS_S);
        changes.sort_unstable();
        changes.dedup();
        for change in changes {
            let mut settings = self.settings[0].clone();
            for cut in cuts.iter().filter(|cut| cut.from <= change && change < cut.until) {
                cut.apply(&mut settings.links);
            }
            if change == FAULTS_S {
                settings.links.profiles[NOISY] = settings.links.profiles[GOOD].clone();
            }
            let index = self.settings.len() as u32;
            self.settings.push(settings);
            self.push(change, Action::Install(index));
        }
    }
}

/// A site that is cut off, one way or both.
struct Cut {
    from: u64,
    until: u64,
    site: usize,
    out: bool,
    inward: bool,
}

impl Cut {
    fn apply(&self, links: &mut Links) {
        let sites = usize::from(links.sites);
        for other in (0..sites).filter(|other| *other != self.site) {
            if self.out {
                links.table[self.site * sites + other] = DEAD;
            }
            if self.inward {
                links.table[other * sites + self.site] = DEAD;
            }
        }
    }
}

const GOOD: usize = 0;
const NOISY: usize = 1;
const DEAD: u16 = 2;

fn settings(dice: &mut Dice) -> Settings {
    let link = |latency, loss, duplicates| Link { latency, loss, duplicates };
    let (few, all) = (Probability::ratio(5, 100), Probability::ratio(1, 1));
    let near = Distribution::fixed(Duration::MILLISECOND);
    // Most within a tenth of a second, some after many, none after more than 40.
    let tail = Distribution::lognormal(Duration::millis(600), 2.4).clamped(Duration::millis(2), Duration::seconds(40));
    let profiles = vec![
        link(near.clone(), Probability::ZERO, Probability::ZERO),
        link(tail, few, few),
        link(near, all, Probability::ZERO),
    ];
    let table = (0..PBXS * PBXS).map(|place| u16::from(place / PBXS != place % PBXS)).collect();
    let pbx = PbxSettings {
        challenges: false,
        watches_every: Duration::seconds(5),
        after_silence: Duration::seconds(10),
        gives_back_after: Duration::seconds(20),
        ..PbxSettings::default()
    };
    let population = PopulationSettings {
        expires_s: 120,
        retries: Retries::After(Distribution::exponential(Duration::seconds(20))),
        signed_in: Some(Distribution::exponential(Duration::seconds(150))),
        away: Some(Distribution::exponential(Duration::seconds(25))),
        ..PopulationSettings::default()
    };
    Settings {
        pbxs: vec![pbx; PBXS],
        populations: vec![population; 4],
        links: Links { sites: PBXS as u16, table, profiles },
        checkout: Checkout {
            renews_every: Duration::seconds(10),
            soft: Duration::seconds(30 + dice.below(20)),
            grace: Duration::seconds(30 + dice.below(120)),
            chunk_permille: [0, 100, 300][dice.below(3) as usize],
            clock_drift_ppm: 10_000,
            on_standby: OnStandby::Deny,
            escrow_serves: EscrowServes::Domain,
            ..Checkout::default()
        },
        rules: Rules::default(),
        flows: Vec::new(),
        queues: Vec::new(),
        rooms: Vec::new(),
    }
}

/// A master with a standby, three slaves, the first with a standby of its own; seven users at each home, most with two
/// devices: more than there are licences for.
/// So many ports are bound to the master from now on.
fn ports(units: u32) -> Action {
    Action::Bind { pbx: MASTER, licences: Entitlement::new(Feature::Port, 12, units), now: true }
}

fn layout() -> Layout {
    let pbx = |name: &str, role, site, stands_in_for| PbxPlan {
        software: 12,
        name: name.into(),
        role,
        site,
        stands_in_for,
        licences: Vec::new(),
    };
    let mut pbxs = vec![pbx("master", Role::Master, 0, None)];
    pbxs.extend(SLAVES.map(|slave| pbx(&format!("slave-{slave}"), Role::Slave, slave, None)));
    pbxs.push(pbx("standby", Role::Standby, STANDBY, Some(MASTER)));
    pbxs.push(pbx("standby-slave", Role::Standby, STANDBY_SLAVE, Some(SLAVES[0])));
    let bound = [(Feature::Port, PORTS), (Feature::SoftwarePhones, SOFTPHONES), (Feature::Standby, PORTS)];
    pbxs[0].licences = bound.map(|(feature, units)| Entitlement::new(feature, 12, units)).to_vec();
    let homes = [vec![MASTER, STANDBY], vec![SLAVES[0], STANDBY_SLAVE], vec![SLAVES[1]], vec![SLAVES[2]]];
    let mut layout = Layout {
        pbxs,
        sites: (0..PBXS).map(|site| format!("site-{site}")).collect(),
        licensed: true,
        ..Layout::default()
    };
    for (population, targets) in homes.into_iter().enumerate() {
        let begins = Begins::FirstMinute;
        layout.populations.push(PopulationPlan {
            name: format!("people-{population}"),
            seats: 7,
            begins,
            application: 12,
        });
        layout.blocks.push(Block {
            population: population as u16,
            home: targets[0],
            // At the site of the first standby's PBX: phones of a home that is cut off reach its standby.
            site: *targets.last().unwrap_or(&MASTER),
            targets,
            first_seat: 0,
            seats: 7,
            devices: vec![(Device::DeskPhone, 7), (Device::Softphone, 4)],
        });
    }
    layout
}

pub(crate) fn at(second: u64) -> Instant {
    Instant::ZERO + Duration::seconds(second)
}

struct Watcher {
    totals: Totals,
    checker: Checker,
}

impl Observer for Watcher {
    fn observe(&mut self, now: Instant, node: NodeId, events: &[Event], site: &Site) -> bool {
        let totals = &mut self.totals;
        for event in events {
            match event {
                Event::Recalled { .. } => totals.recalls += 1,
                Event::Quarantine { on: true } => totals.quarantines += 1,
                Event::Grace { on: true, .. } => totals.grace += 1,
                Event::Taken { stock, .. } if stock.kind == Kind::Escrow => totals.escrow += 1,
                Event::Role { active: true } => totals.takeovers += 1,
                Event::Denied { .. } => totals.denials += 1,
                _ => {}
            }
        }
        let own = site.pbxs()[usize::from(MASTER)].licensing().authorities().find_map(|own| own.stock(Feature::Port));
        totals.draining += u64::from(own.is_some_and(Stock::is_draining));
        totals.at_capacity += u64::from(self.checker.in_use(Feature::Port) >= u64::from(PORTS));
        self.checker.observe(now, node, events, site)
    }

    fn on_entry(&mut self, _: Instant, _: &Entry, _: &Site) {}
}

/// Dice of a schedule.
pub(crate) struct Dice {
    key: u64,
    count: u32,
}

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self { key: mix(seed ^ 0x5c4e_d01e), count: 0 }
    }

    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.count += 1;
        below(draw(self.key, self.count), n)
    }
}

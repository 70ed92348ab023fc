//! Exhaustive: every order in which up to seven lease messages between a PBX and its authority can arrive, be lost, or
//! come late, and a crash after every step of a run (checkout §3.10).

mod site;

use simulator::event::{Kind, StockKind};
use simulator::layout::{Device, Role};
use simulator::licence::authority::Authority;
use simulator::licence::feature::Feature;
use simulator::licence::holders::HolderSet;
use simulator::licence::lease::{Lapse, Lease};
use simulator::licence::message::{Ack, Renew};
use simulator::node::Handle;
use simulator::schedule::Action;
use simulator::settings::Checkout;
use simulator::time::{Duration, Instant};

use site::Plan;

/// Units there are, and the most messages of an order.
const UNITS: u32 = 5;
const MESSAGES: usize = 7;

#[derive(Clone)]
enum Message {
    Renew(Renew, HolderSet),
    Ack(Ack, Option<HolderSet>),
}

/// A PBX, its authority, and what is under way between them. The authority's own PBX takes two as soon as they are free.
#[derive(Clone)]
struct Pair {
    now: Instant,
    checkout: Checkout,
    lease: Lease,
    authority: Authority,
    under_way: Vec<Message>,
    sent: usize,
    /// Seats that hold a unit at the authority's own PBX.
    rivals: u32,
    next_seat: u32,
}

impl Pair {
    fn new(chunk_permille: u32) -> Self {
        let checkout = Checkout {
            renews_every: Duration::seconds(2),
            soft: Duration::seconds(6),
            grace: Duration::seconds(4),
            chunk_permille,
            clock_drift_ppm: 10_000,
            ..Checkout::default()
        };
        let kind = StockKind { owner: 0, kind: Kind::Installed };
        Self {
            now: Instant::ZERO,
            checkout,
            lease: Lease::new(Feature::Port, kind),
            authority: Authority::new(0, [(Feature::Port, Kind::Installed, UNITS)].into_iter(), 2),
            under_way: Vec::new(),
            sent: 0,
            rivals: 0,
            next_seat: 0,
        }
    }

    /// A second passes: the PBX looks at its deadlines; it admits whom it may, and every third second somebody leaves;
    /// the rival comes and goes too.
    fn pass(&mut self) {
        self.now += Duration::SECOND;
        let dropped: Vec<_> = match self.lease.lapse(self.now) {
            Lapse::None => Vec::new(),
            Lapse::Soft => self.lease.unpromoted().collect(),
            Lapse::Hard => self.lease.act().iter().collect(),
        };
        let lapsed = !dropped.is_empty() || self.lease.in_grace();
        dropped.into_iter().for_each(|(block, place)| self.lease.give(block, place));
        if lapsed {
            self.lease.settle();
        }
        let second = self.now.0 / Duration::SECOND.0;
        if second.is_multiple_of(3) {
            let first = self.lease.act().iter().next();
            first.into_iter().for_each(|(block, place)| self.lease.give(block, place));
        }
        while self.lease.has_idle(self.now) {
            self.lease.take(0, self.next_seat % 64);
            self.next_seat += 1;
        }
        self.authority.expire(self.now);
        let Some(stock) = self.authority.stock_mut(Feature::Port) else { return };
        if second.is_multiple_of(4) && self.rivals > 0 {
            self.rivals -= 1;
            stock.give(1, self.rivals);
        }
        while self.rivals < 2 && stock.take(1, self.rivals) {
            self.rivals += 1;
        }
        self.check();
    }

    fn renew(&mut self) {
        let waiting = u32::from(!self.lease.has_idle(self.now));
        let request = self.lease.renew(self.now, waiting, &self.checkout);
        let renew = Renew {
            feature: Feature::Port,
            sequence: request.sequence,
            holders: Handle(0),
            keep: request.keep,
            want: request.want,
            needed: request.needed,
        };
        self.under_way.push(Message::Renew(renew, self.lease.act().clone()));
        self.sent += 1;
    }

    fn deliver(&mut self, place: usize) {
        match self.under_way.remove(place) {
            Message::Renew(renew, holders) => {
                let epoch = self.authority.epoch();
                let Some(stock) = self.authority.stock_mut(Feature::Port) else { return };
                let Some(answer) = stock.renew(self.now, 1, &renew, &holders, &self.checkout, false) else { return };
                let ack = Ack {
                    feature: Feature::Port,
                    sequence: renew.sequence,
                    epoch,
                    kept: answer.kept.as_ref().map(|_| Handle(0)),
                    held: answer.held,
                    stock: answer.stock,
                    reason: answer.reason,
                };
                self.under_way.push(Message::Ack(ack, answer.kept));
                self.sent += 1;
            }
            Message::Ack(ack, kept) => {
                if self.lease.on_ack(self.now, &ack, kept.as_ref(), &self.checkout) {
                    let uncovered = self.lease.uncovered();
                    uncovered.into_iter().for_each(|(block, place)| self.lease.give(block, place));
                }
            }
        }
    }

    /// I1 to I3.
    fn check(&self) {
        let stock = self.authority.stock(Feature::Port).expect("laid out");
        let act = self.lease.act().len();
        assert!(act <= self.lease.units() && act <= stock.booked(1), "I2: {act} in use");
        assert!(act + stock.direct() <= UNITS, "I1");
        assert!(stock.free() >= 0 && stock.recount() == stock.booked_in_all(), "I3");
    }
}

/// Everything that can happen next, and after it; how many orders that makes.
fn explore(pair: &Pair, depth: usize) -> u64 {
    let mut orders = 0;
    let mut go_on = |mut next: Pair| {
        next.pass();
        orders += explore(&next, depth + 1);
    };
    if pair.sent < MESSAGES {
        let mut next = pair.clone();
        next.renew();
        go_on(next);
        for place in 0..pair.under_way.len() {
            let mut next = pair.clone();
            next.deliver(place);
            go_on(next);
        }
    } else if depth < MESSAGES + 8 {
        // The last one sent: what is under way arrives in every order, or never; and time goes on past hard.
        for place in 0..pair.under_way.len() {
            let mut next = pair.clone();
            next.deliver(place);
            go_on(next);
        }
        let mut silent = pair.clone();
        (0..12).for_each(|_| silent.pass());
        assert!(silent.lease.act().is_empty(), "I4: held past hard");
        orders += 1;
    }
    orders
}

#[test]
fn no_order_of_seven_messages_covers_a_unit_twice() {
    // With stock kept ahead, and without.
    for chunk_permille in [500, 0] {
        let orders = explore(&Pair::new(chunk_permille), 0);
        assert!(orders > 1_000_000, "{orders} orders");
    }
}

/// Three PBXs: a slave's people are granted ports by the master, the master has a standby.
fn cluster() -> Plan {
    let licences = [(Feature::Port, 6), (Feature::SoftwarePhones, 2), (Feature::Standby, 6)];
    let plan = Plan::with_standby().pbx("slave", Role::Slave, None).licences(0, &licences);
    let plan = plan.people("here", &[(Device::DeskPhone, 3), (Device::Softphone, 2)], &[0, 1]);
    let plan = plan.people("there", &[(Device::DeskPhone, 4)], &[2]).with(|settings| {
        settings.checkout = Checkout {
            renews_every: Duration::seconds(4),
            soft: Duration::seconds(12),
            grace: Duration::seconds(10),
            chunk_permille: 0,
            ..Checkout::default()
        };
        for population in &mut settings.populations {
            population.expires_s = 40;
            population.retries = simulator::settings::Retries::Naive;
            population.transport = simulator::settings::Transport::Tcp;
        }
    });
    plan.sign_in(1, 0).sign_in(1, 1)
}

/// Crashes each PBX right after each of the first `steps` steps from that second on; it is back a second later, with its
/// table or without.
fn crash_after_every_step(plan: &Plan, from_s: u64, steps: usize, end_s: u64) -> usize {
    let told = plan.run(end_s);
    let mut instants: Vec<Instant> = told.steps.iter().copied().filter(|at| *at >= site::at(from_s, 0)).collect();
    instants.truncate(steps);
    assert_eq!(instants.len(), steps, "the trace is long enough");
    instants.dedup();
    for at in &instants {
        for pbx in 0..3 {
            for back in [Action::Restart(pbx), Action::Forget(pbx)] {
                let crash = *at + Duration(1);
                let mut broken = plan.clone();
                broken.schedule.push(simulator::schedule::Entry { at: crash, action: Action::Crash(pbx), occasion: 0 });
                let entry = simulator::schedule::Entry { at: crash + Duration::SECOND, action: back, occasion: 0 };
                broken.schedule.push(entry);
                broken.schedule.sort_by_key(|entry| entry.at);
                broken.run_to_rest(end_s);
            }
        }
    }
    instants.len()
}

#[test]
fn a_crash_after_any_step_of_a_grant_breaks_nothing() {
    crash_after_every_step(&cluster(), 0, 200, 200);
}

#[test]
fn a_crash_after_any_step_of_a_failover_breaks_nothing() {
    let plan = cluster().crash(20, 0).restart(60, 0);
    crash_after_every_step(&plan, 20, 200, 300);
}

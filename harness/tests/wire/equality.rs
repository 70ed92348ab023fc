//! Virtual time and real sockets: the same scenario comes to the same counts, and each endpoint to the same states.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};

use harness::wire::directory::Directory;
use harness::wire::driver::{self, Loaded};
use harness::wire::rails::Rails;
use harness::wire::serving::{self, Served};
use harness::wire::socket::Sockets;
use scenarios::plan::Plan;
use simulator::event::Event;
use simulator::node::NodeId;
use simulator::schedule::Entry;
use simulator::simulation::{Observer, Simulation};
use simulator::sip::message::Session;
use simulator::site::Site;
use simulator::time::Instant;

pub(crate) fn plan(text: &str) -> Plan {
    let loaded =
        scenarios::load("wire.yaml", text, &[], None).unwrap_or_else(|mistakes| panic!("{}", mistakes.render()));
    loaded.plans.into_iter().next().expect("one plan")
}

/// What each endpoint went through, in its order.
#[derive(Debug, PartialEq)]
struct Lives(Vec<Vec<String>>);

impl Lives {
    fn of(plan: &Plan) -> Self {
        Self(vec![Vec::new(); plan.layout.blocks.iter().map(|block| block.endpoints() as usize).sum()])
    }

    fn count(&self, what: &str) -> u64 {
        self.0.iter().flatten().filter(|fact| fact.starts_with(what)).count() as u64
    }
}

impl Observer for Lives {
    fn observe(&mut self, _: Instant, node: NodeId, events: &[Event], _: &Site) -> bool {
        let Some(life) = self.0.get_mut(node.index()) else { return true };
        life.extend(events.iter().filter_map(|event| match event {
            Event::Due { wish } => Some(format!("due {wish:?}")),
            Event::Answered { status, reason, .. } => Some(format!("answered {status} {}", reason.code())),
            Event::Accepted { wish, .. } => Some(format!("accepted {wish:?}")),
            Event::GaveUp { wish, .. } => Some(format!("gave up {wish:?}")),
            _ => None,
        }));
        true
    }

    fn on_entry(&mut self, _: Instant, _: &Entry, _: &Site) {}
}

fn in_virtual_time(plan: &Plan) -> Lives {
    let mut lives = Lives::of(plan);
    let mut simulation = Simulation::new(&plan.layout, plan.settings.clone(), plan.schedule.clone(), plan.seed);
    simulation.run_until(Instant::ZERO + plan.lasts, &mut lives);
    lives
}

/// Our client against our server, each node at a port of its own.
fn on_the_wire<Watch: Observer>(plan: &Plan, mut watch: Watch) -> (Watch, Loaded, Served) {
    let any: SocketAddr = "127.0.0.1:0".parse().unwrap();
    let mut nodes = Sockets::bind(&vec![any; plan.layout.pbxs.len()], Rails::default()).unwrap();
    let addresses = (0..nodes.count()).map(|node| nodes.local(node)).collect();
    let directory = Directory::new(&plan.layout, "example.com".into(), addresses);
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let server = scope.spawn(|| serving::serve(plan, plan.seed, directory.clone(), &mut nodes, &over, |_, _| {}));
        let mut sockets = Sockets::bind(&[any], Rails::default()).unwrap();
        let interrupt = AtomicBool::new(false);
        let secret = driver::secret();
        let loaded = driver::load(plan, plan.seed, directory.clone(), (&mut sockets, secret), &interrupt, &mut watch);
        over.store(true, Ordering::Relaxed);
        (watch, loaded, server.join().unwrap())
    })
}

/// What became of each attempt to call, as its caller sees it.
#[derive(Debug, Default, PartialEq)]
struct Attempts(BTreeMap<Session, Vec<String>>);

impl Observer for Attempts {
    fn observe(&mut self, _: Instant, _: NodeId, events: &[Event], _: &Site) -> bool {
        for event in events {
            let (session, fact) = match *event {
                Event::CallDue { session } => (session, "due".to_owned()),
                Event::CallRang { session, .. } => (session, "rang".to_owned()),
                Event::CallAnswered { session, .. } => (session, "answered".to_owned()),
                Event::CallFailed { session, status, .. } => (session, format!("failed {status}")),
                Event::CallGivenUp { session, .. } => (session, "given up".to_owned()),
                Event::CallEnded { session, end, status, .. } => (session, format!("ended {end:?} {status}")),
                _ => continue,
            };
            self.0.entry(session).or_default().push(fact);
        }
        true
    }

    fn on_entry(&mut self, _: Instant, _: &Entry, _: &Site) {}
}

pub(crate) const CALLS: &str = "\
pbxsim: 1
title: Calls between two nodes
lasts: 6 s
cluster:
  master: { role: master, answers: 1000/s }
  branch: { role: slave }
users:
  desk: { count: 100, home: { master: 50, branch: 50 }, expires: 60 s }
calls:
  inside: { from: desk, to: desk, offered: 15/s, arrivals: even, at-most: 45, holding: 300 ms, rings: 100 ms..300 ms, unanswered: 20%, patience: 800 ms }
timeline:
  - at: +0 s
    sign-in: everyone
    over: 1 s
";

#[test]
fn where_nothing_is_contended_each_call_goes_the_same_way() {
    let plan = plan(CALLS);
    let mut expected = Attempts::default();
    let mut simulation = Simulation::new(&plan.layout, plan.settings.clone(), plan.schedule.clone(), plan.seed);
    simulation.run_until(Instant::ZERO + plan.lasts, &mut expected);
    let (attempts, loaded, served) = on_the_wire(&plan, Attempts::default());
    assert_eq!(attempts, expected);
    let ends = |fact: &str| expected.0.values().filter(|facts| facts.iter().any(|one| one == fact)).count() as u64;
    let (answered, given_up) = (ends("answered"), ends("given up"));
    assert!(answered > 25 && given_up > 2 && answered + given_up == 45, "{answered} answered, {given_up} given up");
    assert_eq!(ends("ended HungUp 200"), answered);
    let (name, calls) = loaded.ledger.accounts().nth(4).unwrap();
    assert_eq!((name, calls.due, calls.succeeded, calls.failed), ("call", 45, answered, given_up));
    assert_eq!((loaded.calls_left, loaded.left_behind, loaded.strays), (0, 0, 0));
    assert_eq!(served.calls, answered);
}

const TWO_NODES: &str = "\
pbxsim: 1
title: Two nodes
lasts: 5 s
cluster:
  master: { role: master, answers: 1000/s }
  branch: { role: slave }
licences:
  master: { PBX-Port12: 500 }
users:
  desk: { count: 120, home: { master: 70, branch: 50 }, expires: 60 s }
  mobile: { count: 30, devices: { desk-phone: 30, softphone: 10 } }
timeline:
  - at: +0 s
    sign-in: everyone
    over: 2 s
  - at: +3 s
    sign-out: mobile
    over: 1 s
";

#[test]
fn where_nothing_is_contended_each_endpoint_lives_the_same_life() {
    let text = TWO_NODES.replace("PBX-Port12: 500", "PBX-Port12: 500, PBX-SoftwarePhones12: 500");
    let plan = plan(&text);
    let expected = in_virtual_time(&plan);
    let (lives, loaded, served) = on_the_wire(&plan, Lives::of(&plan));
    assert_eq!(lives, expected);
    assert_eq!(expected.count("accepted SignIn"), 160);
    assert_eq!(expected.count("accepted SignOut"), 40);
    assert_eq!((loaded.registered, loaded.left_behind, loaded.strays), (120, 0, 0));
    assert_eq!((served.bound, served.unbound), (160, 160));
}

#[test]
fn conserved_counts_are_equal_where_licences_are_short() {
    let text = TWO_NODES.replace("500 }", "90 }").replace("expires: 60 s", "expires: 60 s, retries: never");
    let text = text.replace("  mobile: { count: 30, devices: { desk-phone: 30, softphone: 10 } }\n", "");
    let plan = plan(&text.replace("mobile", "desk"));
    let expected = in_virtual_time(&plan);
    let (lives, loaded, served) = on_the_wire(&plan, Lives::of(&plan));
    for what in
        ["due SignIn", "due SignOut", "accepted SignIn", "accepted SignOut", "answered 503 no-unit", "gave up SignIn"]
    {
        assert_eq!(lives.count(what), expected.count(what), "{what}");
    }
    assert_eq!((expected.count("accepted SignIn"), expected.count("gave up SignIn")), (90, 30));
    assert_eq!(served.bound, 90);
    let (name, all) = loaded.ledger.accounts().last().unwrap();
    assert_eq!((name, all.due, all.succeeded, all.failed), ("all", 120 + 90, 90 + 90, 30));
    assert!(loaded.ledger.accounts().all(|(_, account)| account.is_balanced()));
}

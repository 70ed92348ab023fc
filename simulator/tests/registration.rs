//! REGISTER between a phone and a registrar (RFC 3261 §10, §17), as stories.

mod site;

use simulator::endpoint::phone::proof;
use simulator::event::{End, Event, Wish};
use simulator::layout::Device;
use simulator::node::{Body, Input, NodeId, Outbox, Packet};
use simulator::pbx::cluster::Cluster;
use simulator::pbx::node::Pbx;
use simulator::rng::Probability;
use simulator::settings::{Link, Transport};
use simulator::sip::message::{Aor, Contacts, Register, Response};
use simulator::time::Instant;

use site::{Plan, at};

#[test]
fn a_challenged_phone_is_in_after_two_rounds() {
    let told = Plan::new().phones("desk", 1, &[0]).with(|s| s.pbxs[0].challenges = true).sign_in(1, 0).run(10);
    assert_eq!(told.answers(0), [(1_004, 200)]);
    assert_eq!(told.simulation.engine().counters().messages, 4, "REGISTER, 401, REGISTER, 200");
}

#[test]
fn too_brief_a_lifetime_is_asked_for_again_as_the_423_says() {
    let plan = Plan::new().phones("desk", 1, &[0]).with(|s| s.populations[0].expires_s = 30).sign_in(1, 0);
    let told = plan.run(1 + 54);
    assert_eq!(told.answers(0), [(1_004, 200)], "423, then 60 s: refreshed after 54 s");
    assert_eq!(plan.run(60).answers(0), [(1_004, 200), (55_006, 200)]);
}

#[test]
fn it_refreshes_before_the_binding_expires_and_never_loses_it() {
    let told = Plan::new().phones("desk", 1, &[0]).with(|s| s.populations[0].expires_s = 100).sign_in(1, 0).run(1_000);
    assert_eq!(told.answers(0).len(), 1 + 11, "one every 90.002 s from 1.002 s on");
    assert_eq!(told.count(|event| matches!(event, Event::Unbound { .. })), 0);
}

#[test]
fn a_phone_that_signs_out_is_unbound_at_once_and_stays_out() {
    let told = Plan::new().phones("desk", 1, &[0]).sign_in(1, 0).sign_out_seats(5, 0, 0..1).run(10_000);
    let master = told.pbx(0);
    assert!(told.of(master).contains(&(5_001, Event::Unbound { endpoint: NodeId(0), end: End::Left })));
    assert_eq!((told.bound(0), told.answers(0)), (0, vec![(1_002, 200), (5_002, 200)]));
}

#[test]
fn an_unanswered_register_leaves_eleven_times_and_is_given_up_after_32_s() {
    let told = Plan::new().phones("desk", 1, &[0]).crash(0, 0).sign_in(1, 0).run(100);
    let sent = told.all(|at, _, event| matches!(event, Event::Retransmitted).then(|| at - 1_000));
    assert_eq!(sent, [500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]);
    assert_eq!(told.simulation.engine().counters().lost, 11, "the network saw the first one too");
    assert_eq!(told.answers(0), [(33_000, 408)]);
}

#[test]
fn over_a_connection_a_dead_registrar_is_known_after_a_round_trip() {
    let tcp = Plan::new().phones("desk", 1, &[0]).with(|s| s.populations[0].transport = Transport::Tcp);
    assert_eq!(tcp.crash(0, 0).sign_in(1, 0).run(100).answers(0), [(1_002, 0)]);
}

#[test]
fn a_retransmission_is_answered_by_the_transaction_without_new_work() {
    // Answers take 700 ms, so every REGISTER is sent again after 500 ms; there is one service and one binding.
    let slow = Plan::new().phones("desk", 1, &[0]).with(|s| s.pbxs[0].service = simulator::time::Duration::millis(700));
    let told = slow.sign_in(1, 0).run(10);
    let count = |wanted: fn(&Event) -> bool| told.count(wanted);
    assert_eq!(count(|event| matches!(event, Event::Retransmitted)), 1);
    assert_eq!(count(|event| matches!(event, Event::Served { .. })), 1);
    assert_eq!(count(|event| matches!(event, Event::Bound { .. })), 1);
    assert_eq!(told.answers(0), [(1_702, 200)], "the retransmission of 1.5 s finds it being served: silence");
}

#[test]
fn one_way_loss_fails_a_register_with_its_eleventh_power() {
    const PHONES: u32 = 20_000;
    for (way, loss) in [(0, 0.7), (1, 0.7), (0, 0.8)] {
        let lossy = Probability::ratio((loss * 10.0) as u64, 10);
        let (there, back) = if way == 0 { (lossy, Probability::ZERO) } else { (Probability::ZERO, lossy) };
        let told = Plan::new().phones("desk", PHONES, &[0]).sign_in(1, 0).far(there, back).run(60);
        let failed = told.count(|event| matches!(event, Event::Answered { status: 408, .. })) as f64;
        let p = f64::powi(loss, 11);
        let (mean, sigma) = (f64::from(PHONES) * p, (f64::from(PHONES) * p * (1.0 - p)).sqrt());
        assert!((failed - mean).abs() < 3.0 * sigma, "loss {loss}: {failed} failed, {mean:.0} ± {sigma:.1} expected");
    }
}

#[test]
fn a_doubled_packet_changes_nothing_but_the_count_of_messages() {
    let doubled = |link: &mut Link| link.duplicates = Probability::ratio(1, 1);
    let plan = Plan::new().phones("desk", 3, &[0]).with(|s| s.links.profiles.iter_mut().for_each(doubled));
    let told = plan.sign_in(1, 0).run(10);
    assert_eq!(told.count(|event| matches!(event, Event::Bound { .. })), 3);
    assert_eq!(told.answers(2), [(1_002, 200)]);
}

/// A registrar without a network: what it is told, and what it says.
struct Desk {
    pbx: Pbx,
    cluster: Cluster,
    now: Instant,
}

impl Desk {
    fn new(challenges: bool) -> Self {
        let plan = Plan::new().people("desk", &[(Device::DeskPhone, 2), (Device::Dect, 2)], &[0]);
        let plan = plan.with(|s| s.pbxs[0].challenges = challenges);
        let cluster = Cluster::new(&plan.layout, &plan.settings, 1);
        Self { pbx: Pbx::new(0, &cluster), cluster, now: at(1, 0) }
    }

    fn register(&mut self, register: Register) -> Response {
        let source = self.cluster.people.endpoint(register.aor).unwrap_or(NodeId::NONE);
        let target = self.cluster.people.pbx(0);
        let packet = Packet { source, target, reliable: false, body: Body::Register(register) };
        let mut out = Outbox::default();
        self.now += simulator::time::Duration::MILLISECOND;
        self.pbx.handle(&self.cluster, self.now, Input::Packet(&packet), &mut out);
        match out.sent.last().map(|sent| sent.body) {
            Some(Body::Response(response)) => response,
            other => panic!("a response was expected, not {other:?}"),
        }
    }
}

fn register(device: Device, sequence: u32) -> Register {
    Register {
        aor: Aor { block: 0, device, seat: 0 },
        call: 7,
        sequence,
        branch: sequence,
        expires_s: 600,
        contacts: Contacts::Own,
        nonce_count: 0,
        nonce: 0,
        proof: 0,
    }
}

#[test]
fn of_one_call_id_only_later_requests_count() {
    let mut desk = Desk::new(false);
    assert_eq!(desk.register(register(Device::DeskPhone, 5)).status, 200);
    let replayed = Register { branch: 99, ..register(Device::DeskPhone, 5) };
    assert_eq!(desk.register(replayed).status, 500, "§10.3 step 7: the same CSeq in another transaction");
    assert_eq!(desk.register(Register { branch: 98, ..register(Device::DeskPhone, 4) }).status, 500);
    let other_life = Register { call: 8, branch: 97, ..register(Device::DeskPhone, 1) };
    assert_eq!(desk.register(other_life).status, 200, "another Call-ID counts anew");
    assert_eq!(desk.register(Register { expires_s: 0, ..register(Device::DeskPhone, 6) }).status, 200);
    assert_eq!(desk.pbx.bindings().bound(), 0);
}

#[test]
fn a_star_removes_every_device_of_the_user_and_only_with_expires_0() {
    let mut desk = Desk::new(false);
    desk.register(register(Device::DeskPhone, 1));
    desk.register(register(Device::Dect, 1));
    assert_eq!(desk.pbx.bindings().bound(), 2);
    let star = Register { contacts: Contacts::All, ..register(Device::DeskPhone, 2) };
    assert_eq!(desk.register(star).status, 400, "§10.2.2");
    assert_eq!(desk.pbx.bindings().bound(), 2);
    assert_eq!(desk.register(Register { expires_s: 0, sequence: 3, branch: 3, ..star }).status, 200);
    assert_eq!(desk.pbx.bindings().bound(), 0);
}

#[test]
fn a_nonce_serves_once_and_only_with_the_secret() {
    let mut desk = Desk::new(true);
    let challenge = desk.register(register(Device::DeskPhone, 1));
    assert_eq!((challenge.status, challenge.stale), (401, false));
    let answer = |desk: &Desk, sequence, nonce, secret| Register {
        nonce_count: 1,
        nonce,
        proof: proof(&desk.cluster.people, register(Device::DeskPhone, 1).aor, nonce, 1) ^ secret,
        ..register(Device::DeskPhone, sequence)
    };
    let wrong = answer(&desk, 2, challenge.nonce, 1);
    let again = desk.register(wrong);
    assert_eq!((again.status, again.stale), (401, false), "a wrong secret");
    let right = answer(&desk, 3, again.nonce, 0);
    assert_eq!(desk.register(right).status, 200);
    let reused = desk.register(answer(&desk, 4, again.nonce, 0));
    assert_eq!((reused.status, reused.stale), (401, true), "RFC 7616 §3.3: right, but used up");
}

#[test]
fn nobody_is_registered_who_is_not_known() {
    let mut desk = Desk::new(false);
    let stranger = Aor { block: 0, device: Device::Softphone, seat: 0 };
    assert_eq!(desk.register(Register { aor: stranger, ..register(Device::DeskPhone, 1) }).status, 404);
    assert_eq!(desk.pbx.bindings().bound(), 0);
}

#[test]
fn a_lost_registration_that_comes_back_is_no_sign_in() {
    let plan = Plan::new().phones("desk", 1, &[0]).with(|s| s.populations[0].transport = Transport::Tcp);
    let retries = simulator::distribution::Distribution::fixed(simulator::time::Duration::seconds(3));
    let plan = plan.with(|s| s.populations[0].retries = simulator::settings::Retries::After(retries));
    let told = plan.sign_in(1, 0).crash(10, 0).restart(15, 0).run(30);
    let wishes = told.all(|_, _, event| match event {
        Event::Due { wish } => Some(*wish),
        _ => None,
    });
    assert_eq!(wishes, [Wish::SignIn, Wish::Return]);
    assert_eq!(told.bound(0), 1);
}

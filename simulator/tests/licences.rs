//! Floating licences over the network (R8, R31 to R34, R74, R75, A25; checkout §3), as stories.

mod site;

use simulator::distribution::Distribution;
use simulator::event::{End, Event};
use simulator::layout::{Device, Role};
use simulator::licence::entitlement::Entitlement;
use simulator::licence::feature::{Feature, FeatureSet};
use simulator::licence::reason::Reason;
use simulator::node::NodeId;
use simulator::schedule::Action;
use simulator::settings::{BelowFloor, Checkout, EscrowServes, FloorOver, Retries, Settings, Transport};
use simulator::time::Duration;

use site::{Plan, Told};

/// A master with these ports and people of the master's.
fn at_master(ports: u32, devices: &[(Device, u32)]) -> Plan {
    Plan::new().licences(0, &[(Feature::Port, ports)]).people("desk", devices, &[0])
}

/// A master with these licences and a slave without.
fn with_slave(licences: &[(Feature, u32)]) -> Plan {
    Plan::new().pbx("slave", Role::Slave, None).licences(0, licences).with(|s| s.checkout = quick())
}

/// Renewals every 10 s, soft after 30 s, grace of a minute, no stock ahead.
fn quick() -> Checkout {
    Checkout {
        renews_every: Duration::seconds(10),
        soft: Duration::seconds(30),
        grace: Duration::seconds(60),
        chunk_permille: 0,
        clock_drift_ppm: 0,
        escrow_serves: EscrowServes::Own,
        ..Checkout::default()
    }
}

fn denials(told: &Told) -> Vec<Reason> {
    told.all(|_, _, event| match event {
        Event::Denied { reason, .. } => Some(*reason),
        _ => None,
    })
}

fn retrying(settings: &mut Settings, seconds: u64) {
    settings.populations[0].retries = Retries::After(Distribution::fixed(Duration::seconds(seconds)));
}

#[test]
fn t5_two_devices_of_one_user_share_a_port_until_both_are_gone() {
    let devices = [(Device::DeskPhone, 1), (Device::Dect, 1)];
    let plan = at_master(5, &devices).sign_in(1, 0);
    assert_eq!((plan.run(10).bound(0), plan.run(10).units(0, Feature::Port)), (2, (1, 0)));
    let told = plan.sign_out_seats(20, 0, 0..1).run(30);
    let freed = told.all(|at, _, event| matches!(event, Event::Freed { .. }).then_some(at));
    let gone = told.all(|at, _, event| matches!(event, Event::Unbound { .. }).then_some(at));
    assert_eq!((freed.len(), gone.len()), (1, 2), "freed once, with the second");
}

#[test]
fn t6_every_kind_of_extension_and_a_trunk_book_one_port_each() {
    let plan = Plan::new().licences(0, &[(Feature::Port, 10)]);
    let plan = plan.people("machine", &[(Device::AnsweringMachine, 1)], &[0]);
    let plan = plan.people("fax", &[(Device::Analogue, 1)], &[0]).people("carrier", &[(Device::Trunk, 1)], &[0]);
    let plan = plan.people("boss", &[(Device::DeskPhone, 1), (Device::Line, 1)], &[0]);
    let told = (0..4).fold(plan, |plan, block| plan.sign_in(1, block)).run(10);
    assert_eq!((told.bound(0), told.units(0, Feature::Port)), (5, (4, 0)));
}

#[test]
fn t10_who_was_refused_is_let_in_once_somebody_has_left() {
    let plan = at_master(3, &[(Device::DeskPhone, 4)]).with(|s| retrying(s, 60));
    let told = plan.sign_in_seats(1, 0, 0..3).sign_in_seats(2, 0, 3..4).sign_out_seats(30, 0, 2..3).run(100);
    assert_eq!(told.answers(3), [(2_002, 503), (62_004, 200)]);
    assert_eq!(denials(&told), [Reason::NoUnit]);
}

#[test]
fn t10_or_once_its_binding_has_expired() {
    use simulator::layout::Selection;
    use simulator::schedule::Action;
    let plan = at_master(3, &[(Device::DeskPhone, 4)]).with(|s| {
        retrying(s, 60);
        s.populations[0].expires_s = 100;
    });
    let off = Action::PowerOff(Selection { seats: vec![(0, 2..3)] });
    let told = plan.sign_in_seats(1, 0, 0..3).at(site::at(20, 0), off).sign_in_seats(2, 0, 3..4).run(200);
    // Bound at 1.001 s for 100 s; tried at 2 s, 62 s and 122 s.
    assert_eq!(told.count(|event| matches!(event, Event::Unbound { end: End::Expired, .. })), 1);
    assert_eq!(told.answers(3).iter().map(|answer| answer.1).collect::<Vec<_>>()[..3], [503, 503, 200]);
}

#[test]
fn t11_two_devices_of_one_user_that_come_at_once_book_the_last_port_once() {
    let devices = [(Device::DeskPhone, 1), (Device::Dect, 1)];
    let slave = with_slave(&[(Feature::Port, 1)]).people("desk", &devices, &[1]);
    for (plan, home) in [(at_master(1, &devices), 0), (slave, 1)] {
        let told = plan.sign_in(1, 0).run(20);
        assert_eq!(told.count(|event| matches!(event, Event::Taken { .. })), 1);
        assert_eq!((told.bound(home), denials(&told)), (2, Vec::new()));
    }
}

#[test]
fn t12_a_slave_with_a_port_of_its_own_draws_on_no_other() {
    let plan = with_slave(&[(Feature::Port, 50)]).licences(1, &[(Feature::Port, 1)]).phones("desk", 2, &[1]);
    let told = plan.sign_in(1, 0).run(20);
    assert_eq!(denials(&told), [Reason::DecentralExhausted]);
    assert_eq!((told.units(0, Feature::Port), told.units(1, Feature::Port)), ((0, 0), (1, 0)));
}

#[test]
fn t35_a_softphone_beside_a_desk_phone_books_a_softphone_licence_and_no_second_port() {
    let both = |softphones| {
        let plan = Plan::new().licences(0, &[(Feature::Port, 5), (Feature::SoftwarePhones, softphones)]);
        plan.people("desk", &[(Device::DeskPhone, 1), (Device::Softphone, 1)], &[0]).sign_in(1, 0).run(10)
    };
    let told = both(1);
    assert_eq!((told.units(0, Feature::Port), told.units(0, Feature::SoftwarePhones)), ((1, 0), (1, 0)));
    let told = both(0);
    assert_eq!((told.answers(0), told.answers(1)), (vec![(1_002, 200)], vec![(1_002, 503)]));
    assert_eq!(told.units(0, Feature::Port), (1, 0), "the desk phone is unaffected");
}

#[test]
fn of_two_features_a_holder_gets_both_or_none() {
    for (ports, softphones) in [(3, 5), (5, 3), (3, 3)] {
        let licences = [(Feature::Port, ports), (Feature::SoftwarePhones, softphones)];
        for (plan, home) in [(Plan::new().licences(0, &licences), 0), (with_slave(&licences), 1)] {
            let told = plan.people("soft", &[(Device::Softphone, 5)], &[home]).sign_in(1, 0).run(60);
            let in_use =
                |feature| told.count(|event| matches!(event, Event::Taken { feature: f, .. } if *f == feature));
            assert_eq!((in_use(Feature::Port), in_use(Feature::SoftwarePhones)), (3, 3));
            assert_eq!((told.bound(usize::from(home)), denials(&told)), (3, vec![Reason::NoUnit; 2]));
        }
    }
}

#[test]
fn an_operator_application_books_its_own_licence_and_no_port() {
    let plan = Plan::new().licences(0, &[(Feature::Port, 1), (Feature::Operator, 2)]);
    let told = plan.people("console", &[(Device::Operator, 5)], &[0]).sign_in(1, 0).run(10);
    assert_eq!((told.units(0, Feature::Port), told.units(0, Feature::Operator)), ((0, 0), (2, 0)));
    assert_eq!(denials(&told).len(), 3);
}

#[test]
fn a_denial_is_503_or_what_the_rules_say_with_retry_after_where_it_may_stand() {
    let refused = |status, retry_after: Option<u64>, devices: u32| {
        let plan = at_master(1, &[(Device::DeskPhone, devices)]).with(|s| {
            retrying(s, 10);
            s.rules.licence_denial = status;
            s.pbxs[0].retry_after = retry_after.map(|seconds| Distribution::fixed(Duration::seconds(seconds)));
        });
        plan.sign_in(1, 0).run(100).answers(1)
    };
    assert_eq!(refused(503, None, 2)[..2], [(1_002, 503), (11_004, 503)]);
    assert_eq!(refused(503, Some(40), 2)[..2], [(1_002, 503), (41_004, 503)], "Retry-After is longer");
    assert_eq!(refused(503, Some(5), 2)[..2], [(1_002, 503), (11_004, 503)], "Retry-After is shorter");
    assert_eq!(refused(480, Some(40), 2)[..2], [(1_002, 480), (41_004, 480)]);
    assert_eq!(refused(403, Some(40), 2), [(1_002, 403)], "RFC 3261 §21.4.4: not repeated");
}

#[test]
fn a_503_makes_the_phone_try_its_other_server_and_be_sent_back() {
    let plan = Plan::with_standby().licences(0, &[(Feature::Port, 1)]).phones("desk", 2, &[0, 1]).sign_in(1, 0);
    let told = plan.run(10);
    assert_eq!(told.answers(1), [(1_002, 503), (1_004, 302), (1_006, 503)], "the ping-pong of M5");
    assert_eq!(told.count(|event| matches!(event, Event::Hopped)), 1);
}

#[test]
fn who_waits_in_line_is_served_first_come_first_served() {
    let queued = FeatureSet::NONE.with(Feature::Port);
    let mut plan = at_master(1, &[(Device::DeskPhone, 4)]).with(|s| s.checkout.queues_for = queued);
    // They come in the order 3, 1, 2, 0 and leave in the order they were let in.
    for (second, seat) in [(1, 3), (2, 1), (3, 2), (4, 0)] {
        plan = plan.sign_in_seats(second, 0, seat..seat + 1);
    }
    for (second, seat) in [(10, 3), (20, 1), (30, 2)] {
        plan = plan.sign_out_seats(second, 0, seat..seat + 1);
    }
    let told = plan.run(60);
    let let_in = told.all(|at, _, event| match event {
        Event::Bound { endpoint, new: true } => Some((at / 1_000, endpoint.0)),
        _ => None,
    });
    assert_eq!(let_in, [(1, 3), (10, 1), (20, 2), (30, 0)]);
    assert_eq!(denials(&told), []);
}

#[test]
fn who_leaves_the_line_is_passed_over() {
    let queued = FeatureSet::NONE.with(Feature::Port);
    let plan = at_master(1, &[(Device::DeskPhone, 3)]).with(|s| s.checkout.queues_for = queued);
    let plan = plan.sign_in_seats(1, 0, 0..1).sign_in_seats(2, 0, 1..2).sign_in_seats(3, 0, 2..3);
    let told = plan.sign_out_seats(5, 0, 1..2).sign_out_seats(10, 0, 0..1).run(60);
    let bound = told.all(|_, _, event| match event {
        Event::Bound { endpoint, .. } => Some(*endpoint),
        _ => None,
    });
    assert_eq!(bound, [NodeId(0), NodeId(2)]);
}

#[test]
fn past_soft_nobody_new_is_let_in_and_past_hard_nobody_stays() {
    let plan = with_slave(&[(Feature::Port, 8)]).phones("desk", 5, &[1]).phones("late", 1, &[1]);
    let told = plan.sign_in(1, 0).crash(55, 0).sign_in(90, 1).run(200);
    // The last RENEW that was answered left 0 s to 10 s before the crash: soft 30 s later, hard another 60 s later.
    let grace = told.all(|at, _, event| match event {
        Event::Grace { on, .. } => Some((at / 10_000, *on)),
        _ => None,
    });
    assert!(matches!(grace[..], [(7 | 8, true), (13 | 14, false)]), "{grace:?}");
    let dropped = told.all(|at, _, event| matches!(event, Event::Unbound { end: End::LeaseOver, .. }).then_some(at));
    assert_eq!(dropped.len(), 5);
    assert!(dropped.iter().all(|at| (135_000..=145_000).contains(at)), "{dropped:?}");
    assert_eq!(denials(&told), [Reason::GraceNoNew]);
    assert_eq!(told.answers(5), [(92_002, 503)], "2 s of waiting for the authority");
}

#[test]
fn a_master_that_is_back_in_time_takes_nothing_from_anybody() {
    let plan = with_slave(&[(Feature::Port, 8)]).phones("desk", 5, &[1]).phones("own", 3, &[0]);
    let told = plan.sign_in(1, 0).sign_in(1, 1).crash(55, 0).restart(100, 0).run(200);
    let lost = told.count(|event| matches!(event, Event::Unbound { endpoint, .. } if endpoint.0 < 5));
    assert_eq!((lost, told.bound(1)), (0, 5));
    assert_eq!(told.units(0, Feature::Port), (0, 5), "it kept the table; its own people must register again");
}

#[test]
fn a_restarted_master_lends_no_unit_twice() {
    let plan = with_slave(&[(Feature::Port, 5)]).phones("desk", 5, &[1]).phones("own", 5, &[0]);
    let told = plan.sign_in(1, 0).restart(55, 0).sign_in(56, 1).run(200);
    assert_eq!((told.bound(0), told.bound(1)), (0, 5));
    assert_eq!(denials(&told), vec![Reason::NoUnit; 5]);
}

#[test]
fn a_slave_that_crashed_frees_its_units_at_the_master_after_soft_and_grace() {
    let plan = with_slave(&[(Feature::Port, 5)]).phones("desk", 5, &[1]).phones("own", 5, &[0]);
    let plan = plan.with(|s| {
        s.populations[1].retries = Retries::After(Distribution::fixed(Duration::seconds(1)));
    });
    let told = plan.sign_in(1, 0).crash(55, 1).sign_in(56, 1).run(200);
    let first = told.all(|at, node, event| (node.0 >= 5 && matches!(event, Event::Accepted { .. })).then_some(at));
    assert_eq!(first.len(), 5);
    assert!(first.iter().all(|at| (135_000..=146_100).contains(at)), "{first:?}");
}

/// Two slaves that keep stock ahead share the last ports of their master.
fn hoarding() -> Plan {
    let checkout = Checkout { chunk_permille: 500, ..quick() };
    let plan = Plan::new().pbx("one", Role::Slave, None).pbx("two", Role::Slave, None);
    let plan = plan.licences(0, &[(Feature::Port, 4)]).with(|s| s.checkout = checkout);
    plan.phones("here", 4, &[1]).phones("there", 4, &[2])
}

#[test]
fn idle_units_elsewhere_are_recalled_for_whoever_waits() {
    let plan = hoarding().with(|s| s.populations[1].retries = Retries::After(Distribution::fixed(Duration::SECOND)));
    // Both have begun with two; the first uses one. The third at the second is refused once, then has what was recalled.
    let told = plan.sign_in_seats(3, 0, 0..1).sign_in_seats(5, 1, 0..3).run(9);
    let recalled = told.all(|_, _, event| match event {
        Event::Recalled { pbx, units, .. } => Some((*pbx, *units)),
        _ => None,
    });
    assert_eq!(recalled, [(1, 1)]);
    assert_eq!(denials(&told), [Reason::NoUnit]);
    assert_eq!((told.bound(1), told.bound(2)), (1, 3));
}

#[test]
fn a_master_without_its_table_grants_nothing_until_every_old_lease_is_over() {
    let plan = with_slave(&[(Feature::Port, 5)]).phones("desk", 5, &[1]);
    let plan = plan.with(|s| s.populations[0].retries = Retries::After(Distribution::fixed(Duration::SECOND)));
    let told =
        plan.sign_in_seats(1, 0, 0..3).at(site::at(10, 0), Action::Forget(0)).sign_in_seats(20, 0, 3..5).run(120);
    let quarantine = told.all(|at, _, event| match event {
        Event::Quarantine { on } => Some((at, *on)),
        _ => None,
    });
    // S + G after the restart, no clock drifting.
    assert_eq!(quarantine, [(10_000, true), (100_000, false)]);
    let first = told.answers(3).into_iter().find(|answer| answer.1 == 200).expect("it comes in at last").0;
    assert!((100_000..102_000).contains(&first), "{first}");
    assert!(denials(&told).iter().all(|reason| *reason == Reason::Quarantine), "{:?}", denials(&told));
    // Whoever was in stayed in.
    assert_eq!(told.count(|event| matches!(event, Event::Unbound { .. })), 0);
}

#[test]
fn fewer_units_than_are_used_drop_nobody_and_let_nobody_in() {
    let plan = with_slave(&[(Feature::Port, 5)]).phones("desk", 6, &[1]);
    let fewer = |units| Action::Bind { pbx: 0, licences: Entitlement::new(Feature::Port, 12, units), now: true };
    let plan = plan.sign_in_seats(1, 0, 0..4).at(site::at(10, 0), fewer(2)).sign_in_seats(20, 0, 4..5);
    let told = plan.clone().run(30);
    assert_eq!((told.bound(1), denials(&told)), (4, vec![Reason::NoUnit]));
    // It has drained once two of the four are gone; the next to leave makes room for somebody.
    let plan = plan.sign_out_seats(40, 0, 0..2).sign_in_seats(50, 0, 4..5);
    let plan = plan.sign_out_seats(60, 0, 2..3).sign_in_seats(70, 0, 5..6);
    let told = plan.run(80);
    assert_eq!((told.bound(1), denials(&told).len()), (2, 2));
    assert_eq!(told.answers(5).last().map(|answer| answer.1), Some(200));
}

#[test]
fn units_taken_by_force_may_be_in_use_twice_until_the_lease_is_over() {
    let plan = with_slave(&[(Feature::Port, 2)]).phones("far", 2, &[1]).phones("near", 1, &[0]);
    // The slave cannot be reached when the operator acts.
    let cut = |s: &mut Settings| s.checkout.renews_every = Duration::seconds(1_000);
    let plan = plan.with(cut).sign_in(1, 0);
    let forced = Action::Reclaim { pbx: 1, feature: Feature::Port, units: 1 };
    let refused = plan.clone().sign_in(10, 1).run(12);
    assert_eq!(denials(&refused), [Reason::NoUnit]);
    let told = plan.at(site::at(5, 0), forced).sign_in(10, 1).run(12);
    assert_eq!((told.bound(0), told.bound(1)), (1, 2), "three use two ports, and the run is marked");
    assert_eq!(told.count(|event| matches!(event, Event::Reclaimed { .. })), 1);
}

#[test]
fn several_standbys_share_the_escrow() {
    let licences = [(Feature::Port, 5), (Feature::Standby, 5)];
    let plan = Plan::with_standby().pbx("second", Role::Standby, Some(0)).licences(0, &licences);
    let plan = plan.phones("desk", 5, &[0, 1]).phones("hall", 5, &[0, 2]);
    let plan = plan.with(|s| {
        for population in &mut s.populations {
            (population.retries, population.transport) = (Retries::Naive, Transport::Tcp);
        }
    });
    let told = plan.crash(1, 0).sign_in(20, 0).sign_in(20, 1).run(30);
    assert_eq!((told.bound(1), told.bound(2)), (3, 2), "five ports in all, the odd one with the first");
}

/// Ports of V10 and V12 at the master, whose software is V10.
fn mixed(old: u32, new: u32) -> Plan {
    let mut plan = Plan::new().pbx("slave", Role::Slave, None).licences(0, &[]).with(|s| s.checkout = quick());
    plan.layout.pbxs[0].licences =
        vec![Entitlement::new(Feature::Port, 10, old), Entitlement::new(Feature::Port, 12, new)];
    plan.layout.pbxs.iter_mut().for_each(|pbx| pbx.software = 10);
    plan
}

/// Phones that notice a restart at once and ask again every ten seconds.
fn knocking(settings: &mut Settings) {
    settings.populations[0].transport = Transport::Tcp;
    retrying(settings, 10);
}

fn ports_bound(version: u32, units: u32, now: bool) -> Action {
    Action::Bind { pbx: 0, licences: Entitlement::new(Feature::Port, version, units), now }
}

#[test]
fn t1_a_port_of_v11_does_not_activate_v12_software() {
    for (version, software, bound) in [(12, 12, 1), (12, 11, 1), (12, 10, 1), (11, 12, 0)] {
        let mut plan = mixed(0, 0).phones("desk", 1, &[0]).sign_in(1, 0);
        plan.layout.pbxs[0].licences = vec![Entitlement::new(Feature::Port, version, 5)];
        plan.layout.pbxs[0].software = software;
        let told = plan.run(10);
        let refused = if bound == 0 { vec![Reason::Version] } else { Vec::new() };
        assert_eq!((told.bound(0), denials(&told)), (bound, refused), "V{version} on V{software}");
    }
}

#[test]
fn t2_t3_t4_counts_of_all_versions_add_up_until_newer_software_wants_the_oldest_gone() {
    for home in [0, 1] {
        let plan = mixed(2, 2).phones("desk", 5, &[home as u16]).with(knocking).sign_in(1, 0);
        assert_eq!(plan.run(30).bound(home), 4, "T2 at {home}");
        let plan = plan.at(site::at(100, 0), Action::Upgrade { pbx: 1, to: 12, service: 0 });
        let plan = plan.at(site::at(100, 1), Action::Upgrade { pbx: 0, to: 12, service: 0 });
        let told = plan.run(190);
        assert_eq!(told.bound(home), 0, "T3 at {home}");
        let late = told.all(|at, _, event| match event {
            Event::Denied { reason, .. } if at > 101_000 => Some(*reason),
            _ => None,
        });
        assert!(late.iter().all(|reason| *reason == Reason::VersionFloor) && !late.is_empty(), "{late:?}");
        let plan = plan.at(site::at(200, 0), ports_bound(10, 0, false));
        assert_eq!(plan.run(290).bound(home), 0, "it counts from the next restart on (M10)");
        let told = plan.restart(300, 0).run(400);
        assert_eq!(told.bound(home), 2, "T4 at {home}");
    }
}

#[test]
fn a_slave_has_its_lease_although_the_stock_is_empty_at_first() {
    let plan = with_slave(&[(Feature::Port, 0)]).phones("desk", 2, &[1]).with(|s| retrying(s, 10)).sign_in(1, 0);
    let plan = plan.at(site::at(60, 0), ports_bound(12, 1, true));
    assert_eq!((plan.run(50).bound(1), plan.run(90).bound(1)), (0, 1));
}

#[test]
fn a_floor_that_falls_keeps_holders_until_a_restart_or_drops_them_at_once() {
    let plan = mixed(0, 5).phones("far", 2, &[1]).phones("near", 1, &[0]).sign_in(1, 0).sign_in(1, 1);
    let fallen = |plan: Plan| {
        let mut plan = plan.at(site::at(30, 0), ports_bound(10, 1, true)).sign_in_seats(60, 0, 1..2);
        plan.layout.pbxs.iter_mut().for_each(|pbx| pbx.software = 12);
        plan
    };
    let told = fallen(plan.clone()).run(100);
    assert_eq!((told.bound(0), told.bound(1)), (1, 2), "whoever is in stays in (A4)");
    let at_once = |s: &mut Settings| s.rules.below_floor = BelowFloor::AtOnce;
    let told = fallen(plan.clone().with(at_once)).run(100);
    assert_eq!((told.bound(0), told.bound(1)), (0, 0));
    let dropped = told.all(|at, _, event| matches!(event, Event::Unbound { end: End::Uncovered, .. }).then_some(at));
    assert_eq!(dropped, [30_000; 3]);
    // A floor of each type by itself (A3): a standby licence of V10 leaves the ports alone.
    let standby = Action::Bind { pbx: 0, licences: Entitlement::new(Feature::Standby, 10, 1), now: true };
    let of = |over| move |s: &mut Settings| (s.rules.below_floor, s.rules.version_floor) = (BelowFloor::AtOnce, over);
    for (over, bound) in [(FloorOver::Domain, 0), (FloorOver::PerType, 2)] {
        let mut plan = plan.clone().with(of(over)).at(site::at(30, 0), standby.clone());
        plan.layout.pbxs.iter_mut().for_each(|pbx| pbx.software = 12);
        assert_eq!(plan.run(100).bound(1), bound, "{over:?}");
    }
}

#[test]
fn a_slave_that_gives_its_licences_away_draws_on_the_master_from_its_restart_on() {
    let plan = with_slave(&[(Feature::Port, 3)]).licences(1, &[(Feature::Port, 1)]).phones("desk", 3, &[1]);
    let plan = plan.with(knocking).sign_in(1, 0);
    let given = Action::Bind { pbx: 1, licences: Entitlement::new(Feature::Port, 12, 0), now: false };
    let plan = plan.at(site::at(100, 0), given);
    assert_eq!(plan.run(190).bound(1), 1);
    let told = plan.clone().restart(200, 1).run(300);
    assert_eq!((told.bound(1), denials(&told).last().copied()), (3, Some(Reason::DecentralExhausted)));
    // And back: from the next restart on it has its own again, and no more (R8, R10).
    let back = Action::Bind { pbx: 1, licences: Entitlement::new(Feature::Port, 12, 2), now: false };
    let told = plan.restart(200, 1).at(site::at(310, 0), back).restart(320, 1).run(500);
    assert_eq!(told.bound(1), 2);
}

#[test]
fn t33_an_operator_application_newer_than_the_licences_is_refused() {
    for (application, licences, bound) in [(12, 12, 1), (13, 12, 0), (12, 13, 1)] {
        let mut plan = Plan::new().licences(0, &[]).people("desk", &[(Device::Operator, 1)], &[0]).sign_in(1, 0);
        plan.layout.pbxs[0].licences = vec![Entitlement::new(Feature::Operator, licences, 2)];
        plan.layout.populations[0].application = application;
        let told = plan.run(10);
        let refused = if bound == 0 { vec![Reason::Version] } else { Vec::new() };
        assert_eq!((told.bound(0), denials(&told)), (bound, refused), "V{application} on V{licences}");
    }
}

#[test]
fn t19_standby_licences_older_than_the_software_open_no_gate() {
    let plan = |version| {
        let mut plan = Plan::with_standby().licences(0, &[(Feature::Port, 2)]).phones("desk", 2, &[0, 1]);
        plan.layout.pbxs[0].licences.push(Entitlement::new(Feature::Standby, version, 2));
        let per_type = |s: &mut Settings| {
            s.rules.version_floor = FloorOver::PerType;
            s.populations[0].transport = Transport::Tcp;
            s.populations[0].retries = Retries::Naive;
        };
        plan.with(per_type).sign_in(1, 0).crash(60, 0).run(120)
    };
    let takeovers = |told: &Told| told.count(|event| matches!(event, Event::Role { active: true }));
    assert_eq!([11, 12].map(|version| takeovers(&plan(version))), [0, 1]);
}

#[test]
fn a_unit_that_lingers_is_its_holders_until_the_time_is_over_or_the_lease_is() {
    let linger = |s: &mut Settings| s.checkout.linger = Duration::seconds(100);
    for home in [0, 1] {
        let plan = with_slave(&[(Feature::Port, 2), (Feature::SoftwarePhones, 1)]).with(linger);
        let devices = [(Device::DeskPhone, 1), (Device::Softphone, 1)];
        let plan = plan.people("desk", &devices, &[home]).people("other", &devices, &[home]);
        let plan = plan.sign_in(1, 0).sign_out_seats(10, 0, 0..1).sign_in(20, 1);
        let told = plan.run(50);
        // The other has a port for its desk phone; the softphone licence lingers.
        assert_eq!((told.bound(home.into()), denials(&told)), (1, vec![Reason::NoUnit]), "at {home}");
        let told = plan.clone().sign_in(60, 0).run(100);
        let asked = told.count_at(|at, _, event| at > 55_000 && matches!(event, Event::Asked { .. }));
        assert_eq!((told.bound(home.into()), asked), (3, 0), "who comes back asks for nothing");
        let told = plan.clone().sign_in(150, 1).run(200);
        assert_eq!(told.bound(home.into()), 2, "it has lingered long enough");
        // A crash, and at a slave the end of its lease, end it at once.
        let told = plan.clone().crash(30, home).run(40);
        let freed = told.count(|event| matches!(event, Event::Freed { .. }));
        assert_eq!(freed, told.count(|event| matches!(event, Event::Taken { .. })));
    }
    let apart = with_slave(&[(Feature::Port, 2)]).with(|s| s.checkout.linger = Duration::seconds(500));
    let plan = apart.phones("desk", 2, &[1]).sign_in(1, 0).sign_out_seats(40, 0, 0..1);
    let freed =
        plan.crash(50, 0).run(200).all(|at, _, event| matches!(event, Event::Freed { .. }).then_some(at / 1_000));
    assert!(!freed.is_empty() && freed.iter().all(|at| (120..150).contains(at)), "at hard: {freed:?}");
}

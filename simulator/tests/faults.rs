//! What breaks without dying: frozen PBXs (3.3, "wakes late") and cut links, as stories.

mod site;

use simulator::distribution::Distribution;
use simulator::engine::held::DATAGRAMS;
use simulator::event::{End as Why, Event, Wish};
use simulator::layout::Role;
use simulator::licence::feature::Feature;
use simulator::node::NodeId;
use simulator::rng::Probability;
use simulator::schedule::{Action, Cut, End};
use simulator::settings::{Link, Retries, Settings, Transport};
use simulator::time::Duration;

use site::{Plan, Told, at};

/// The licence master at one site, a slave at another, people at home in each.
const HQ: u16 = 0;
const BRANCH: u16 = 1;

/// Ten ports; ten people at the branch, ten at head office, each group in at its own second.
fn two_sites() -> Plan {
    Plan::new()
        .pbx("branch", Role::Slave, None)
        .licences(0, &[(Feature::Port, 10)])
        .phones("hq-staff", 10, &[HQ])
        .phones("branch-staff", 10, &[BRANCH])
        .apart()
}

/// They try again every five seconds, and their registrations last two minutes.
fn steady(settings: &mut Settings) {
    for population in &mut settings.populations {
        population.retries = Retries::After(Distribution::fixed(Duration::seconds(5)));
        population.expires_s = 120;
    }
}

fn site_cut(site: u16) -> Cut {
    Cut { one: End::Site(site), other: None, out: true, into: true }
}

/// Milliseconds at which bindings ended so.
fn ended(told: &Told, wanted: Why) -> Vec<u64> {
    told.all(|at, _, event| match event {
        Event::Unbound { end, .. } if *end == wanted => Some(at),
        _ => None,
    })
}

/// Milliseconds at which wishes of this kind came true.
fn accepted(told: &Told, wanted: Wish) -> Vec<u64> {
    told.all(|at, _, event| match event {
        Event::Accepted { wish, .. } if *wish == wanted => Some(at),
        _ => None,
    })
}

#[test]
fn a_frozen_pbx_answers_late_and_forgets_nobody() {
    let plan = Plan::new().phones("desk", 11, &[0]).sign_in_seats(1, 0, 0..10).sign_in_seats(101, 0, 10..11);
    let told = plan.freeze(100, 0, 5).run(120);
    assert_eq!(told.bound(0), 11);
    // Sent at 101 s and again 0.5, 1.5 and 3.5 s later; all of them wait, one answer counts.
    assert_eq!(told.answers(10), [(105_001, 200)]);
    assert_eq!(told.all(|at, _, event| (*event == Event::Retransmitted).then_some(at)), [101_500, 102_500, 104_500]);
}

#[test]
fn timers_that_passed_meanwhile_fire_at_once_on_waking() {
    let plan = Plan::new().phones("desk", 3, &[0]).with(steady).sign_in(1, 0);
    let gone = simulator::layout::Selection { seats: vec![(0, 0..3)] };
    let told = plan.at(at(50, 0), Action::PowerOff(gone)).freeze(100, 0, 100).run(300);
    assert_eq!(ended(&told, Why::Expired), [200_000; 3], "due at 121 s");
}

#[test]
fn buffers_hold_so_many_datagrams_and_what_comes_later_is_lost() {
    let plan = Plan::new().phones("desk", 300, &[0]).sign_in(101, 0).freeze(100, 0, 2);
    let told = plan.run(110);
    let (early, late): (Vec<u64>, Vec<u64>) = accepted(&told, Wish::SignIn).into_iter().partition(|at| *at <= 102_001);
    assert_eq!((early.len(), late.len()), (DATAGRAMS, 300 - DATAGRAMS), "the rest by their next try, at 102.5 s");
    // 300 sent at 101 s and 300 at 101.5 s.
    assert_eq!(told.simulation.engine().counters().lost, 600 - DATAGRAMS as u64);
}

#[test]
fn what_comes_over_a_connection_waits_too_and_nobody_is_told_that_nobody_listens() {
    let tcp = |settings: &mut Settings| settings.populations[0].transport = Transport::Tcp;
    let told = Plan::new().phones("desk", 300, &[0]).with(tcp).sign_in(101, 0).freeze(100, 0, 20).run(130);
    assert_eq!(accepted(&told, Wish::SignIn), [120_001; 300]);
    let crash = Plan::new().phones("desk", 2, &[0]).with(tcp).sign_in(101, 0).freeze(100, 0, 20).crash(110, 0);
    let told = crash.run(130);
    assert_eq!(told.answers(0), [(110_001, 0)], "the connection breaks with the PBX");
}

#[test]
fn a_queue_waits_with_its_pbx() {
    let slow = |settings: &mut Settings| settings.pbxs[0].service = Duration::seconds(1);
    let told = Plan::new().phones("desk", 4, &[0]).with(slow).sign_in(100, 0).freeze(101, 0, 20).run(140);
    // One served before, those in the queue as soon as it wakes, not lost.
    let times = accepted(&told, Wish::SignIn);
    assert!(times[0] < 102_100 && times[1..].iter().all(|at| (121_000..125_100).contains(at)), "{times:?}");
}

#[test]
fn a_lease_that_ended_meanwhile_is_dropped_before_anything_else() {
    // The branch holds all ten; it sleeps through hard (990 s); head office may have them from then on.
    let plan = two_sites().with(steady).sign_in(1, 1).sign_in(1_150, 0).freeze(100, BRANCH, 1_200);
    let told = plan.run(1_400);
    assert_eq!(ended(&told, Why::LeaseOver), [1_300_000; 10]);
    let taken = |from: u64, to: u64, node: NodeId| {
        told.count_at(|at, stated_by, event| {
            stated_by == node && (from..to).contains(&at) && matches!(event, Event::Taken { .. })
        })
    };
    assert_eq!(taken(1_150_000, 1_300_000, told.pbx(HQ)), 10, "stranded units are free again after hard");
    assert_eq!(taken(1_300_000, 1_300_001, told.pbx(BRANCH)), 0, "it takes nothing up that it had");
    assert_eq!((told.bound(0), told.bound(1)), (10, 0));
}

#[test]
fn a_short_freeze_costs_nobody_a_unit() {
    let told = two_sites().with(steady).sign_in(1, 1).freeze(100, BRANCH, 60).run(300);
    assert_eq!((told.bound(1), told.units(0, Feature::Port).1), (10, 10));
    assert_eq!(ended(&told, Why::LeaseOver), []);
}

#[test]
fn a_frozen_master_grants_nothing_and_loses_nothing() {
    // Past soft the branch goes on in grace; its renewals wait at the master and are answered in vain, then anew.
    let told = two_sites().with(steady).sign_in(1, 1).freeze(100, HQ, 300).run(600);
    let grace = told.all(|at, node, event| match event {
        Event::Grace { on, .. } if node == told.pbx(BRANCH) => Some((at / 1_000, *on)),
        _ => None,
    });
    assert!(matches!(grace[..], [(150..=190, true), (400..=402, false)]), "{grace:?}");
    assert_eq!(told.bound(1), 10);
}

#[test]
fn what_a_freeze_means_for_a_pbx_that_is_down_restarted_or_frozen_already() {
    let told =
        Plan::new().phones("desk", 1, &[0]).sign_in(1, 0).crash(90, 0).freeze(100, 0, 50).restart(120, 0).run(160);
    assert_eq!(
        told.count(|event| matches!(event, Event::Frozen | Event::Woken)),
        0,
        "nothing to freeze, nothing to wake"
    );

    let told = Plan::new().freeze(100, 0, 50).restart(120, 0).run(200);
    assert_eq!(states(&told), [(100, "frozen"), (120, "crashed"), (120, "up")], "a restart ends it");

    let told = Plan::new().freeze(100, 0, 50).crash(120, 0).run(200);
    assert_eq!(states(&told), [(100, "frozen"), (120, "crashed")], "what is dead does not wake");

    let told = Plan::new().freeze(100, 0, 50).freeze(120, 0, 60).freeze(130, 0, 5).run(300);
    assert_eq!(states(&told), [(100, "frozen"), (180, "woken")], "it wakes when the last of them ends");

    let told = Plan::new().freeze(100, 0, 100).restart(120, 0).freeze(150, 0, 100).run(300);
    let frozen_again = [(100, "frozen"), (120, "crashed"), (120, "up"), (150, "frozen"), (250, "woken")];
    assert_eq!(states(&told), frozen_again, "the end of a freeze that a restart ended wakes nobody");
}

/// What became of the first PBX, with the second.
fn states(told: &Told) -> Vec<(u64, &'static str)> {
    told.all(|at, node, event| {
        let word = match event {
            Event::Frozen => "frozen",
            Event::Woken => "woken",
            Event::Crashed => "crashed",
            Event::Restarted => "up",
            _ => return None,
        };
        (node == told.pbx(0)).then_some((at / 1_000, word))
    })
}

#[test]
fn a_standby_that_slept_does_not_take_its_own_silence_for_its_actives() {
    let told = Plan::with_standby().freeze(100, 1, 60).run(300);
    assert_eq!(told.roles(), []);
    let told = Plan::with_standby().crash(99, 0).freeze(100, 1, 60).run(300);
    let [(at, _, true)] = told.roles()[..] else { panic!("{:?}", told.roles()) };
    assert!((165_000..=166_000).contains(&at), "five seconds of silence that it heard: {at}");
}

#[test]
fn a_cut_site_goes_on_by_itself_until_its_leases_end() {
    let plan = two_sites().with(steady).sign_in(1, 1).sign_in(1_200, 0).cut(100, site_cut(BRANCH), 1_500);
    let told = plan.run(1_900);
    let dropped = ended(&told, Why::LeaseOver);
    // The last RENEW that was answered left between 70 s and 100 s: hard is 990 s later.
    assert_eq!(dropped.len(), 10);
    assert!(dropped.iter().all(|at| (1_060_000..1_090_100).contains(at)), "{dropped:?}");
    let refreshed = told.all(|at, node, event| match event {
        Event::Accepted { wish: Wish::Refresh, .. } if node.0 == 10 => Some(at / 1_000),
        _ => None,
    });
    assert!(
        refreshed.iter().filter(|at| (100..1_060).contains(*at)).count() >= 8,
        "at home in the branch: {refreshed:?}"
    );
    assert_eq!(told.bound(0), 10, "head office has the stranded units after that");
}

#[test]
fn a_cut_one_way_loses_what_goes_that_way_only() {
    let one_way = |out| Cut { one: End::Site(0), other: Some(End::Site(1)), out, into: !out };
    let far = |cut| {
        let mut plan = Plan::new().phones("desk", 1, &[0]).far(Probability::ZERO, Probability::ZERO);
        plan.layout.sites = vec!["here".into(), "far".into()];
        plan.cut(0, cut, 100).sign_in(1, 0).run(40)
    };
    // Out of the PBX's site: requests arrive, answers do not. Into it: nothing arrives.
    let (out, into) = (far(one_way(true)), far(one_way(false)));
    let bound = |told: &Told| told.count(|event| matches!(event, Event::Bound { .. }));
    assert_eq!((bound(&out), bound(&into)), (1, 0));
    assert_eq!([out.answers(0), into.answers(0)], [vec![(33_000, 408)], vec![(33_000, 408)]]);
}

#[test]
fn a_link_is_open_when_every_cut_over_it_has_healed() {
    let both = Cut { one: End::Site(0), other: Some(End::Site(1)), out: true, into: true };
    let plan = two_sites().cut(100, both, 100).cut(150, site_cut(1), 100).cut(160, both, 10);
    let renewed = plan.run(400);
    let heard = renewed.all(|at, node, event| match event {
        Event::Booked { .. } if node == renewed.pbx(HQ) => Some(at / 1_000),
        _ => None,
    });
    let during: Vec<&u64> = heard.iter().filter(|at| (100..250).contains(*at)).collect();
    assert!(during.is_empty(), "{heard:?}");
    assert!(heard.iter().any(|at| (250..282).contains(at)), "{heard:?}");
    let never_made = two_sites().at(at(100, 0), Action::Heal(both)).run(200);
    assert!(never_made.count(|event| matches!(event, Event::Booked { .. })) > 5, "what was not cut cannot heal");
}

#[test]
fn two_nodes_of_one_site_are_cut_from_each_other_and_from_nobody_else() {
    let pair =
        Cut { one: End::Pbx { pbx: 0, site: 0 }, other: Some(End::Pbx { pbx: 1, site: 0 }), out: true, into: true };
    let told = Plan::with_standby().phones("desk", 3, &[0, 1]).with(steady).cut(100, pair, 60).sign_in(110, 0).run(300);
    let roles: Vec<_> = told.roles().into_iter().map(|(at, _, active)| (at / 1_000, active)).collect();
    assert!(matches!(roles[..], [(105 | 106, true), (180 | 181, false)]), "both are active meanwhile: {roles:?}");
    assert_eq!(accepted(&told, Wish::SignIn), [110_002; 3], "people reach their home");
    let alone = Cut { one: End::Pbx { pbx: 0, site: 0 }, other: None, out: true, into: true };
    let told = Plan::new().phones("desk", 3, &[0]).cut(100, alone, 60).sign_in(110, 0).run(300);
    assert_eq!(accepted(&told, Wish::SignIn), [], "a node that is cut off is cut off from people too");
}

#[test]
fn what_was_under_way_when_the_cut_came_arrives() {
    let mut plan = two_sites().phones("roamer", 1, &[HQ]);
    plan.layout.blocks[2].site = 1;
    plan.settings.links.profiles[0].latency = Distribution::fixed(Duration::seconds(2));
    let told = plan.cut(101, site_cut(1), 1_000).sign_in(100, 2).run(110);
    assert_eq!(told.all(|at, _, event| matches!(event, Event::Bound { .. }).then_some(at)), [102_000]);
    assert_eq!(told.bound(0), 1, "the answer is lost: it left after the cut began");
    assert_eq!(told.answers(20), []);
}

#[test]
fn other_links_installed_during_a_cut_leave_it_cut() {
    let plan = two_sites().with(steady).cut(100, site_cut(1), 100);
    let mut other = plan.settings.clone();
    other.links.profiles = vec![Link {
        latency: Distribution::fixed(Duration::millis(3)),
        loss: Probability::ratio(1, 10),
        duplicates: Probability::ratio(1, 10),
    }];
    let told = plan.at(at(150, 0), Action::Install(1)).and_settings(other).run(400);
    let heard = told.all(|at, node, event| match event {
        Event::Booked { .. } if node == told.pbx(HQ) => Some(at / 1_000),
        _ => None,
    });
    assert!(heard.iter().all(|at| !(101..200).contains(at)) && heard.iter().any(|at| *at > 200), "{heard:?}");
}

#[test]
fn nothing_is_left_of_faults_that_are_over() {
    let plan = two_sites().with(steady).sign_in(1, 1).freeze(100, BRANCH, 200).crash(200, BRANCH).restart(250, BRANCH);
    let plan =
        plan.cut(300, site_cut(1), 100).freeze(500, HQ, 40).sign_out_seats(900, 1, 0..10).sign_out_seats(900, 0, 0..10);
    let told = plan.run(1_000);
    assert_eq!((told.bound(0), told.bound(1), told.units(0, Feature::Port).0), (0, 0, 0));
    // A renewal may be under way; nothing of the faults is.
    assert!(told.simulation.engine().in_flight() <= 2, "{}", told.simulation.engine().in_flight());
}

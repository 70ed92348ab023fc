//! A PBX is lost: who notices when, who takes over, who gives back (M1 to M5, R41), as stories.

mod site;

use simulator::distribution::Distribution;
use simulator::event::{End, Event, Wish};
use simulator::layout::Role;
use simulator::licence::feature::Feature;
use simulator::licence::reason::Reason;
use simulator::node::NodeId;
use simulator::settings::{PopulationSettings, Retries, Settings, Transport};
use simulator::time::Duration;

use site::{Plan, Told};

const MASTER: u16 = 0;
const STANDBY: u16 = 1;

/// Phones that try again every second and know of a crash at once.
fn eager(settings: &mut Settings) {
    for population in &mut settings.populations {
        *population = PopulationSettings {
            transport: Transport::Tcp,
            expires_s: 120,
            retries: Retries::After(Distribution::fixed(Duration::SECOND)),
            ..population.clone()
        };
    }
}

/// A master with a standby and ten such phones, signed in at 1 s.
fn pair() -> Plan {
    Plan::with_standby().phones("desk", 10, &[MASTER, STANDBY]).with(eager).sign_in(1, 0)
}

/// The only takeover, in milliseconds, and who takes over.
fn takeover(told: &Told) -> (u64, NodeId) {
    let takeovers: Vec<_> = told.roles().into_iter().filter(|(_, _, active)| *active).collect();
    let [(at, node, _)] = takeovers[..] else { panic!("one takeover was expected: {takeovers:?}") };
    (at, node)
}

/// When the first and the last of these wishes came true after that second.
fn came_true(told: &Told, wanted: Wish, after_s: u64) -> Option<(u64, u64)> {
    let times = told.all(|at, _, event| match event {
        Event::Accepted { wish, .. } if *wish == wanted && at > after_s * 1_000 => Some(at),
        _ => None,
    });
    Some((*times.first()?, *times.last()?))
}

#[test]
fn the_standby_takes_over_once_its_active_was_silent_for_long_enough() {
    let told = pair().crash(100, MASTER).run(130);
    let (at, node) = takeover(&told);
    // It looks every second; the first look in vain is at most a second after the crash, the silence lasts 5 s.
    assert!((105_000..=106_000).contains(&at), "{at}");
    assert_eq!((node, told.bound(1)), (told.pbx(STANDBY), 10));
    let (first, last) = came_true(&told, Wish::Return, 100).expect("they are back");
    assert!(at < first && last < at + 1_100, "everybody within a retry: {first} to {last}");
}

#[test]
fn a_passive_standby_sends_everybody_to_its_active() {
    let mut plan = Plan::with_standby().phones("desk", 3, &[MASTER, STANDBY]).with(eager);
    // They know the standby first.
    plan.layout.blocks[0].targets = vec![STANDBY, MASTER];
    let told = plan.sign_in(1, 0).run(10);
    assert_eq!((told.bound(0), told.bound(1)), (3, 0));
    assert_eq!(told.answers(0), [(1_002, 302), (1_004, 200)]);
}

#[test]
fn it_gives_back_after_its_active_stayed_and_the_phones_go_home_with_their_refresh() {
    let told = pair().crash(100, MASTER).restart(200, MASTER).run(400);
    let [(_, _, true), (given_back, standby, false)] = told.roles()[..] else { panic!("{:?}", told.roles()) };
    assert_eq!(standby, told.pbx(STANDBY));
    // Seen again within a second, held for 20 s.
    assert!((220_000..=221_100).contains(&given_back), "{given_back}");
    assert_eq!((told.bound(0), told.bound(1)), (10, 0));
    let left_for_home = told.count(|event| matches!(event, Event::Unbound { end: End::GivenBack, .. }));
    assert_eq!(left_for_home, 10);
    assert_eq!(told.count(|event| matches!(event, Event::Answered { wish: Wish::Refresh, status: 302, .. })), 10);
}

#[test]
fn an_active_that_is_away_for_less_than_the_silence_is_not_replaced() {
    let flapping = (0..10).fold(pair(), |plan, n| plan.crash(100 + 5 * n, MASTER).restart(104 + 5 * n, MASTER));
    let told = flapping.run(200);
    assert_eq!(told.roles(), []);
    assert_eq!(told.bound(0), 10);
}

#[test]
fn roles_never_change_faster_than_the_two_hold_times_together() {
    // Away for 10 s, here for 10 s, 30 times over: longer than the silence, shorter than the hold.
    let flapping = (0..30).fold(pair(), |plan, n| plan.crash(100 + 20 * n, MASTER).restart(110 + 20 * n, MASTER));
    let told = flapping.run(900);
    let [(_, _, true), (given_back, _, false)] = told.roles()[..] else { panic!("{:?}", told.roles()) };
    assert!((710_000..=712_000).contains(&given_back), "20 s after the last return, at 690 s: {given_back}");
}

#[test]
fn a_crashed_standby_is_active_no_more_and_takes_over_again_when_it_is_back() {
    let told = pair().crash(100, MASTER).crash(150, STANDBY).restart(160, STANDBY).run(200);
    let roles: Vec<_> = told.roles().into_iter().map(|(at, _, active)| (at / 1_000, active)).collect();
    assert!(matches!(roles[..], [(105 | 106, true), (150, false), (165 | 166, true)]), "{roles:?}");
    assert_eq!(told.bound(1), 10);
}

#[test]
fn a_connection_notices_at_once_a_keep_alive_after_ten_seconds_and_nothing_at_the_refresh() {
    let plan = Plan::with_standby().phones("tcp", 1, &[0]).phones("ping", 1, &[0]).phones("udp", 1, &[0]);
    let plan = plan.with(|s| {
        s.populations[0].transport = Transport::Tcp;
        s.populations[1].keep_alive = Some(Duration::seconds(30));
        s.populations.iter_mut().for_each(|population| population.expires_s = 120);
    });
    let told = plan.sign_in(1, 0).sign_in(1, 1).sign_in(1, 2).crash(100, 0).run(300);
    let wish = |endpoint: u32, wanted: Wish| {
        told.all(|at, node, event| (node.0 == endpoint && *event == Event::Due { wish: wanted }).then_some(at))
    };
    assert_eq!(wish(0, Wish::Return), [100_001]);
    // Registered at 1.002 s; its last probe before the crash was answered at 91.008 s.
    assert_eq!(wish(1, Wish::Refresh), [109_002], "its own refresh comes before the next probe, at 121 s");
    assert_eq!(wish(2, Wish::Refresh), [109_002]);
    assert_eq!(told.answers(2), [(1_002, 200), (141_002, 408)]);
}

#[test]
fn a_keep_alive_without_answer_is_repeated_after_2_and_3_s_and_given_up_after_5_more() {
    let plan = Plan::with_standby().phones("ping", 1, &[0, 1]).with(|s| {
        s.populations[0].keep_alive = Some(Duration::seconds(30));
    });
    let told = plan.sign_in(1, 0).crash(40, 0).run(100);
    let returns = told.all(|at, _, event| (*event == Event::Due { wish: Wish::Return }).then_some(at));
    // Probes at 31.002 s (answered at 31.004 s), 61.004 s, 63.004 s and 66.004 s; 71.004 s is the end.
    assert_eq!(returns, [71_004]);
    assert_eq!(told.bound(1), 1);
}

#[test]
fn redirects_are_followed_three_times_and_no_further() {
    let plan = Plan::new().pbx("slave", Role::Slave, None).phones("desk", 1, &[1]);
    let wander = |redirects: u8| {
        let mut plan = plan.clone().with(|s| s.rules.redirects = redirects);
        plan.layout.blocks[0].targets = vec![0];
        plan.sign_in(1, 0).run(10)
    };
    assert_eq!(wander(3).answers(0), [(1_002, 302), (1_004, 200)]);
    let lost = wander(0);
    assert_eq!(lost.answers(0), [(1_002, 302), (1_002, 482)]);
    assert_eq!(lost.count(|event| matches!(event, Event::Answered { reason: Reason::Loop, .. })), 1);
}

#[test]
fn a_slave_has_a_standby_too_that_draws_on_the_licence_master() {
    let plan = Plan::new().pbx("slave", Role::Slave, None).pbx("spare", Role::Standby, Some(1));
    let plan = plan.licences(0, &[(Feature::Port, 20), (Feature::Standby, 20)]);
    let told = plan.phones("desk", 6, &[1, 2]).with(eager).sign_in(1, 0).crash(100, 1).run(160);
    assert_eq!(takeover(&told).1, told.pbx(2));
    assert_eq!(told.bound(2), 6);
    let stock = told.site().pbxs()[0].licensing().authorities().next().and_then(|own| own.stock(Feature::Port));
    assert_eq!(
        stock.map(|stock| stock.holders(2).len()),
        Some(6),
        "central ports, beside the six that the slave took with it"
    );
}

#[test]
fn a_slave_may_be_the_masters_standby_and_serves_its_own_all_the_while() {
    let plan = Plan::new().pbx("slave", Role::Slave, Some(0)).phones("hq", 5, &[0, 1]).phones("branch", 4, &[1]);
    let told = plan.with(eager).sign_in(1, 0).sign_in(1, 1).crash(100, 0).restart(200, 0).run(400);
    assert_eq!(takeover(&told).1, told.pbx(1));
    assert_eq!((told.bound(0), told.bound(1)), (5, 4));
    let own_lost = told.count(|event| matches!(event, Event::Unbound { endpoint, .. } if endpoint.0 >= 5));
    assert_eq!(own_lost, 0);
}

#[test]
fn with_one_standby_licence_too_few_there_is_no_takeover() {
    let gated = |standbys| {
        let licences = [(Feature::Port, 10), (Feature::Standby, standbys)];
        pair().licences(0, &licences).crash(100, MASTER).run(160)
    };
    let refused = gated(9);
    assert_eq!((refused.roles(), refused.bound(1)), (Vec::new(), 0));
    let refusals = |event: &Event| matches!(event, Event::TakeoverRefused { standbys: 9, ports: 10 });
    assert_eq!(refused.count(refusals), 1, "said once a silence, not once a second");
    let allowed = gated(10);
    assert_eq!((allowed.roles().len(), allowed.bound(1)), (1, 10));
}

#[test]
fn escrow_is_used_while_the_standby_stands_in_and_empty_after_failback() {
    let plan = pair().licences(0, &[(Feature::Port, 10), (Feature::Standby, 10)]);
    let standing_in = plan.clone().crash(100, MASTER).run(150);
    assert_eq!(standing_in.units(1, Feature::Port), (10, 0));
    let home = plan.crash(100, MASTER).restart(200, MASTER).run(400);
    assert_eq!((home.units(1, Feature::Port), home.units(0, Feature::Port)), ((0, 0), (10, 0)));
}

/// People of the master's who know only the slave; the master has a standby that lends escrow to the domain.
fn beyond_a_slave() -> Plan {
    let mut plan = Plan::with_standby().pbx("slave", Role::Slave, None);
    plan = plan.licences(MASTER.into(), &[(Feature::Port, 10), (Feature::Standby, 10)]).phones("desk", 4, &[MASTER]);
    plan.layout.blocks[0].targets = vec![2];
    plan.with(eager).with(|settings| {
        settings.populations[0].transport = Transport::Udp;
        settings.checkout.renews_every = Duration::seconds(10);
        settings.checkout.soft = Duration::seconds(30);
    })
}

#[test]
fn f8_a_slave_that_has_lost_the_master_keeps_clients_it_would_send_there() {
    let told = beyond_a_slave().sign_in(1, 0).run(100);
    assert_eq!((told.bound(0), told.bound(2)), (4, 0), "as long as the master answers they are sent there");
    let told = beyond_a_slave().sign_in(1, 0).crash(100, MASTER).run(400);
    assert_eq!((told.bound(1), told.bound(2)), (0, 4), "with ports from escrow");
    let back = came_true(&told, Wish::Refresh, 100).expect("they are in again");
    assert!(back.0 > 130_000, "not before its leases are past soft: {back:?}");
}

#[test]
fn f8_it_sends_them_home_once_the_master_answers() {
    let told = beyond_a_slave().sign_in(1, 0).crash(100, MASTER).restart(400, MASTER).run(700);
    assert_eq!((told.bound(0), told.bound(2)), (4, 0));
    assert_eq!(told.count(|event| matches!(event, Event::Unbound { end: End::GivenBack, .. })), 4);
}

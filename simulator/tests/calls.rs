//! Calls as stories: set-up, refusal, giving up, channels, loss, and what a crash leaves of them.

mod site;

use simulator::distribution::Distribution;
use simulator::event::Event;
use simulator::layout::{Device, Role};
use simulator::licence::reason::Reason;
use simulator::rng::Probability;
use simulator::settings::{Retries, Transport};
use simulator::time::Duration;

use site::Plan;

/// Ten phones that are in, and one call of the first flow from `desk` to `desk` at second 11.
fn office(calls: u32) -> Plan {
    Plan::new().phones("desk", 10, &[0]).sign_in(1, 0).calls("office", 0, &[(0, 1)], 10, calls)
}

fn told(facts: &[(u64, String)]) -> Vec<(u64, &str)> {
    facts.iter().map(|(at, what)| (*at, what.as_str())).collect()
}

#[test]
fn a_call_is_set_up_through_the_pbx_and_ends_after_its_holding_time() {
    let story = office(1).run(100);
    // INVITE there and on, 200 back and back: four hops of 1 ms; BYE and its 200: two.
    assert_eq!(told(&story.of_call(1)), [(11_000, "due"), (11_004, "answered"), (71_006, "HungUp 200")]);
    assert!(story.is_silent());
}

#[test]
fn it_rings_until_somebody_answers() {
    let rings = Distribution::fixed(Duration::seconds(5));
    let story = office(1).calling(|flow| flow.rings = rings).run(100);
    let expected = [(11_000, "due"), (11_004, "rings"), (16_004, "answered"), (76_006, "HungUp 200")];
    assert_eq!(told(&story.of_call(1)), expected);
    assert!(story.is_silent());
}

#[test]
fn who_is_challenged_calls_again_with_a_proof() {
    let story = office(1).with(|settings| settings.pbxs[0].challenges = true).run(100);
    assert_eq!(told(&story.of_call(1)), [(11_000, "due"), (11_006, "answered"), (71_008, "HungUp 200")]);
}

#[test]
fn nobody_answers_for_three_minutes_and_the_pbx_says_408() {
    let story = office(1).calling(|flow| flow.unanswered = Probability::ratio(1, 1)).run(300);
    assert_eq!(told(&story.of_call(1)), [(11_000, "due"), (11_004, "rings"), (192_002, "408 ")]);
    assert!(story.is_silent());
}

#[test]
fn a_caller_without_patience_cancels_and_everything_is_free_again() {
    let patience = Some(Distribution::fixed(Duration::seconds(20)));
    let story =
        office(1).calling(|flow| (flow.unanswered, flow.patience) = (Probability::ratio(1, 1), patience)).run(100);
    let expected = [(11_000, "due"), (11_004, "rings"), (31_000, "given up, rang: true")];
    assert_eq!(told(&story.of_call(1)), expected);
    assert!(story.is_silent());
}

#[test]
fn of_two_seats_one_calls_the_other_and_a_second_call_finds_nobody_free() {
    let plan = Plan::new().phones("desk", 2, &[0]).sign_in(1, 0).calls("office", 0, &[(0, 1)], 10, 2);
    let story = plan.run(100);
    assert_eq!(told(&story.of_call(1)).len(), 3);
    assert_eq!(told(&story.of_call(2)), [], "both are talking: nobody is there to call");
    assert_eq!(story.count(|event| matches!(event, Event::NoSeat)), 1);
}

#[test]
fn who_is_called_while_talking_is_busy() {
    let plan = Plan::new().phones("desk", 3, &[0]).phones("boss", 1, &[0]).sign_in(1, 0).sign_in(1, 1);
    let story = plan.calls("up", 0, &[(1, 1)], 10, 2).run(100);
    assert_eq!(told(&story.of_call(2)), [(12_000, "due"), (12_004, "486 busy")]);
    assert!(story.is_silent());
}

#[test]
fn whoever_is_not_registered_cannot_be_reached() {
    let story = Plan::new()
        .phones("desk", 3, &[0])
        .phones("boss", 1, &[0])
        .sign_in(1, 0)
        .calls("up", 0, &[(1, 1)], 10, 1)
        .run(100);
    assert_eq!(told(&story.of_call(1)), [(11_000, "due"), (11_002, "480 ")]);
}

#[test]
fn all_devices_ring_and_the_first_to_answer_has_the_call() {
    let devices = [(Device::DeskPhone, 1), (Device::Dect, 1)];
    let plan = Plan::new().phones("desk", 3, &[0]).people("boss", &devices, &[0]).sign_in(1, 0).sign_in(1, 1);
    let rings = Distribution::fixed(Duration::seconds(3));
    let story = plan.calls("up", 0, &[(1, 1)], 10, 1).calling(|flow| flow.rings = rings).run(100);
    let expected = [(11_000, "due"), (11_004, "rings"), (14_004, "answered"), (74_006, "HungUp 200")];
    assert_eq!(told(&story.of_call(1)), expected);
    assert!(story.is_silent(), "the other device was cancelled, or hung up on");
}

/// Three phones and a trunk with so many channels.
fn outside(channels: u32, calls: u32) -> Plan {
    let mut plan = Plan::new().phones("desk", 9, &[0]).people("carrier", &[(Device::Trunk, 1)], &[0]);
    plan.settings.populations[1].channels = channels;
    plan.sign_in(1, 0).sign_in(1, 1).calls("out", 0, &[(1, 1)], 10, calls)
}

#[test]
fn a_trunk_has_as_many_calls_as_channels() {
    let story = outside(2, 3).run(100);
    assert_eq!(told(&story.of_call(3)), [(13_000, "due"), (13_002, "503 no-channel")]);
    assert_eq!(story.count(|event| matches!(event, Event::ChannelRefused { .. })), 1);
    assert!(story.is_silent());
}

#[test]
fn a_call_from_outside_takes_a_channel_too() {
    let mut plan = outside(1, 0).calls("in", 1, &[(0, 1)], 10, 2);
    plan.settings.flows[0].gap = None;
    let story = plan.run(100);
    assert_eq!(told(&story.of_call(1)), [(11_000, "due"), (11_004, "answered"), (71_006, "HungUp 200")]);
    assert_eq!(told(&story.of_call(2)), [(12_000, "due"), (12_002, "503 no-channel")]);
}

#[test]
fn of_two_trunks_with_one_prefix_the_second_is_taken_when_the_first_is_full() {
    let mut plan = outside(1, 3).people("other", &[(Device::Trunk, 1)], &[0]).sign_in(1, 2);
    plan.settings.populations[2].channels = 1;
    let story = plan.calls("none", 0, &[(1, 1)], 10, 0).run(100);
    let ends = [1, 2, 3].map(|call| story.of_call(call)[1].1.clone());
    assert_eq!(ends, ["answered", "answered", "503 no-channel"]);
}

#[test]
fn who_is_refused_a_channel_dials_again() {
    let again = Retries::After(Distribution::fixed(Duration::seconds(70)));
    let story = outside(1, 2).calling(|flow| flow.retries = again).run(200);
    let expected = [(12_000, "due"), (12_002, "503 no-channel, again"), (82_006, "answered"), (142_008, "HungUp 200")];
    assert_eq!(told(&story.of_call(2)), expected);
    assert!(story.is_silent());
}

#[test]
fn a_call_to_another_home_goes_through_both_pbxs() {
    let plan = Plan::new().pbx("slave", Role::Slave, None).phones("here", 3, &[0]).phones("there", 3, &[1]);
    let story = plan.sign_in(1, 0).sign_in(1, 1).calls("across", 0, &[(1, 1)], 10, 1).run(100);
    assert_eq!(told(&story.of_call(1)), [(11_000, "due"), (11_006, "answered"), (71_008, "HungUp 200")]);
    assert!(story.is_silent());
}

#[test]
fn a_home_that_is_gone_is_replaced_by_its_standby() {
    let plan = Plan::new().pbx("slave", Role::Slave, None).pbx("spare", Role::Standby, Some(1));
    let plan = plan.phones("here", 3, &[0]).phones("there", 3, &[1, 2]).sign_in(1, 0).sign_in(1, 1);
    let plan = plan.with(|settings| {
        settings.populations[1].transport = Transport::Tcp;
        settings.populations[1].retries = Retries::After(Distribution::fixed(Duration::seconds(10)));
    });
    let story = plan.crash(5, 1).calls("across", 0, &[(1, 1)], 60, 1).run(200);
    // The silence of the home costs Timer B (32 s); then its standby is asked.
    let expected = [(61_000, "due"), (93_006, "answered"), (153_008, "HungUp 200")];
    assert_eq!(told(&story.of_call(1)), expected);
}

#[test]
fn a_call_over_a_crash_ends_when_the_phone_notices() {
    let plan = office(1).with(|settings| settings.populations[0].transport = Transport::Tcp).crash(30, 0);
    let story = plan.run(100);
    let facts = story.of_call(1);
    assert_eq!(told(&facts)[1..], [(11_004, "answered"), (30_001, "Dropped 0")]);
}

#[test]
fn a_pbx_that_has_started_again_knows_nothing_of_the_call() {
    let story = office(1).crash(30, 0).restart(40, 0).run(200);
    assert_eq!(told(&story.of_call(1))[1..], [(11_004, "answered"), (71_006, "HungUp 481")]);
}

#[test]
fn a_call_to_a_pbx_that_is_gone_times_out_after_seven_invites() {
    let story = office(1).crash(10, 0).run(100);
    assert_eq!(told(&story.of_call(1)), [(11_000, "due"), (43_000, "408 ")]);
    assert!(story.is_silent());
}

#[test]
fn loss_delays_calls_and_leaves_nothing_behind() {
    for seed in 1..=20 {
        let fifth = Probability::ratio(1, 5);
        let mut plan = outside(4, 50).calling(|flow| {
            flow.rings = Distribution::exponential(Duration::seconds(2));
            flow.holding = Distribution::exponential(Duration::seconds(20));
            flow.patience = Some(Distribution::exponential(Duration::seconds(5)));
        });
        plan.settings.populations.iter_mut().for_each(|p| p.retries = Retries::Naive);
        plan.seed = seed;
        let story = plan.far(fifth, fifth).run(1_000);
        assert!(story.is_silent(), "seed {seed}");
        assert!(story.count(|event| matches!(event, Event::CallAnswered { .. })) > 5, "seed {seed}");
    }
}

/// Of the way there every second packet is lost, of the way back none: all seven INVITEs of a call are lost with 2^-7.
#[test]
fn a_call_over_one_way_loss_times_out_with_the_seventh_power_of_it() {
    let half = Probability::ratio(1, 2);
    let mut plan = Plan::new().phones("desk", 300, &[0]).sign_in(1, 0).calls("far", 0, &[(0, 1)], 100, 12_800);
    plan.settings.populations[0].retries = Retries::Naive;
    plan.settings.populations[0].expires_s = 86_400;
    let plan = plan.calling(|flow| flow.holding = Distribution::fixed(Duration::SECOND));
    let story = plan.far(half, Probability::ZERO).run(13_100);
    let timed_out = |event: &Event| matches!(event, Event::CallFailed { status: 408, .. });
    let (lost, due) = (story.count(timed_out), story.count(|event| matches!(event, Event::CallDue { .. })));
    // A hundred foretold, ten their deviation; callers that are still at it find their seat taken now and then.
    assert!(due > 12_700 && (60..=140).contains(&lost), "{lost} of {due}");
}

#[test]
fn who_signs_out_in_a_call_is_cut_off() {
    let story = office(1).sign_out_seats(20, 0, 0..10).run(100);
    let ends: Vec<String> = story.of_call(1).into_iter().map(|(_, what)| what).collect();
    assert!(ends.contains(&"dropped".to_owned()) && ends.contains(&"Left 0".to_owned()), "{ends:?}");
    assert!(story.is_silent());
}

#[test]
fn a_number_that_nobody_has_is_refused() {
    let mut plan = office(1);
    plan.layout.numbers = Default::default();
    let story = plan.run(100);
    assert_eq!(told(&story.of_call(1)), [(11_000, "due"), (11_002, "404 unknown-user")]);
    assert_eq!(story.count(|event| matches!(event, Event::CallFailed { reason: Reason::UnknownUser, .. })), 1);
}

/// The office whose PBX wants to hear of every call within 90 s, and calls of ten minutes.
fn watched(calls: u32) -> Plan {
    let plan = office(calls).with(|settings| settings.pbxs[0].session_timer_s = 90);
    plan.calling(|flow| flow.holding = Distribution::fixed(Duration::seconds(600)))
}

#[test]
fn a_session_timer_is_refreshed_as_long_as_the_call_lasts() {
    let story = watched(1).run(700);
    assert_eq!(told(&story.of_call(1)), [(11_000, "due"), (11_004, "answered"), (611_006, "HungUp 200")]);
    assert!(story.is_silent());
}

#[test]
fn a_pbx_that_has_forgotten_a_call_says_so_at_the_next_refresh_and_the_call_is_over() {
    let story = watched(1).crash(20, 0).restart(21, 0).run(700);
    // The caller refreshes 45 s after the answer, and hears 481.
    assert_eq!(told(&story.of_call(1)), [(11_000, "due"), (11_004, "answered"), (56_006, "Dropped 0")]);
    assert!(story.is_silent(), "whom nobody refreshes any more gives up by itself");
}

#[test]
fn a_call_by_a_dead_pbx_is_over_once_its_refresh_has_failed() {
    let story = watched(1).crash(20, 0).run(700);
    assert_eq!(told(&story.of_call(1)), [(11_000, "due"), (11_004, "answered"), (88_004, "Dropped 0")]);
}

#[test]
fn without_a_session_timer_a_forgotten_call_lasts_until_somebody_hangs_up() {
    let plan = watched(1).with(|settings| settings.pbxs[0].session_timer_s = 0);
    let story = plan.crash(20, 0).restart(21, 0).run(700);
    assert_eq!(told(&story.of_call(1))[2], (611_006, "HungUp 481"));
}

#[test]
fn idle_phones_go_home_first_and_who_talks_goes_after_the_call() {
    let plan = Plan::with_standby().phones("desk", 3, &[0, 1]).with(|s| {
        (s.populations[0].transport, s.populations[0].retries) = (Transport::Tcp, Retries::Naive);
        s.populations[0].expires_s = 60;
    });
    // Everybody is at the standby from 36 s on; two talk from 40 s to 240 s; the standby is passive from about 80 s on.
    let plan = plan.crash(30, 0).restart(60, 0).sign_in(1, 0).calls("office", 0, &[(0, 1)], 40, 1);
    let plan = plan.calling(|flow| flow.holding = Distribution::fixed(Duration::seconds(200)));
    let story = plan.run(230);
    assert_eq!((story.bound(0), story.bound(1)), (1, 2), "the idle one is home");
    let story = plan.run(330);
    assert_eq!((story.bound(0), story.bound(1)), (3, 0));
    let ended = story.of_call(1);
    assert!(ended.last().is_some_and(|(_, what)| what.starts_with("HungUp")), "{ended:?}");
}

#[test]
fn who_signs_out_in_a_call_keeps_it_where_calls_are_kept() {
    let plan = office(1).with(|settings| settings.rules.keeps_calls = true);
    let story = plan.sign_out_seats(30, 0, 0..10).run(200);
    assert_eq!(told(&story.of_call(1)), [(11_000, "due"), (11_004, "answered"), (71_006, "HungUp 200")]);
    assert!(story.is_silent());
}

#[test]
fn a_phone_whose_caller_is_gone_without_a_word_does_not_ring_for_ever() {
    let patience = Some(Distribution::fixed(Duration::seconds(20)));
    let plan = office(1).calling(|flow| (flow.unanswered, flow.patience) = (Probability::ratio(1, 1), patience));
    let plan = plan.crash(15, 0);
    let story = plan.run(240);
    assert!(!story.is_silent(), "it still rings");
    assert!(plan.run(400).is_silent());
}

#[test]
fn a_closed_source_calls_only_while_it_is_in_no_call() {
    // One seat, a call a second of a minute each: five in five minutes, the rest would be while it talks.
    let mut plan = Plan::new().phones("desk", 1, &[0]).phones("other", 20, &[0]).sign_in(1, 0).sign_in(1, 1);
    plan = plan.calls("ask", 0, &[(1, 1)], 10, u32::MAX).calling(|flow| flow.closed = true);
    let story = plan.run(311);
    assert_eq!(story.count(|event| matches!(event, Event::CallDue { .. })), 5);
    assert_eq!(story.count(|event| matches!(event, Event::NoSeat)), 0);
}

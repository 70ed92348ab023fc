//! Channels that calls share, as stories: for the web, of the box, of conferences; taken before a leg goes out, and given back
//! however a call ends.

mod site;

use simulator::event::{Channels, Event};
use simulator::layout::{ChannelKind, Device, Interface, Role};
use simulator::licence::feature::Feature;
use simulator::rng::Probability;
use simulator::settings::Retries;
use simulator::time::Duration;

use site::{Plan, Told};

/// Nine phones that are in, and a trunk of that interface; so many calls from outside, one a second from second 11 on.
fn from_outside(interface: Interface, channels: [u32; 4], calls: u32) -> Plan {
    let plan = Plan::new().phones("desk", 9, &[0]).people("line", &[(Device::Trunk, 1)], &[0]);
    let mut plan = plan.sign_in(1, 0).sign_in(1, 1).calls("in", 1, &[(0, 1)], 10, calls);
    plan.settings.populations[1].interface = interface;
    plan.settings.pbxs[0].channels = channels;
    plan
}

fn told(facts: &[(u64, String)]) -> Vec<(u64, &str)> {
    facts.iter().map(|(at, what)| (*at, what.as_str())).collect()
}

fn last(story: &Told, call: u32) -> String {
    story.of_call(call).last().map_or_else(String::new, |(_, what)| what.clone())
}

/// Most channels of a kind in use at once, and how many are at the end.
fn used(story: &Told, of: Channels) -> (u32, u32) {
    let steps = story.all(|_, _, event| match *event {
        Event::ChannelTaken { of: taken } if taken == of => Some(true),
        Event::ChannelFreed { of: freed } if freed == of => Some(false),
        _ => None,
    });
    steps.into_iter().fold((0, 0), |(peak, now), more| {
        let now = if more { now + 1 } else { now - 1 };
        (now.max(peak), now)
    })
}

const ANY: u32 = u32::MAX;
const WEB: Channels = Channels::Shared(ChannelKind::WebRtc);
const RELAY: Channels = Channels::Shared(ChannelKind::Relay);

#[test]
fn a_visitor_too_many_is_refused_a_channel() {
    let story = from_outside(Interface::WebRtc, [4, ANY, ANY, ANY], 5).run(200);
    assert_eq!([1, 2, 3, 4].map(|call| last(&story, call)), ["HungUp 200"; 4]);
    assert_eq!(told(&story.of_call(5)), [(15_000, "due"), (15_002, "503 no-unit")]);
    assert_eq!(used(&story, WEB), (4, 0));
    assert!(story.is_silent());
}

#[test]
fn a_visitor_of_somebody_without_mypbx_takes_no_channel() {
    let bought =
        |licences: &[(Feature, u32)]| from_outside(Interface::WebRtc, [4, ANY, ANY, ANY], 3).licences(0, licences);
    let mut unlicensed = bought(&[(Feature::Port, 50)]);
    unlicensed.layout.assigned = vec![(0, Feature::MyPbx, 9)];
    assert_eq!(
        [1, 2, 3].map(|call| last(&unlicensed.run(200), call)),
        ["503 needs-mypbx"; 3],
        "configured, not bought"
    );
    let mut plan = bought(&[(Feature::Port, 50), (Feature::Uc, 9), (Feature::MyPbx, 9)]);
    let story = plan.run(200);
    assert_eq!([1, 2, 3].map(|call| last(&story, call)), ["503 needs-mypbx"; 3]);
    assert_eq!(story.count(|event| matches!(event, Event::ChannelAsked { .. })), 0);
    plan.layout.assigned = vec![(0, Feature::Uc, 9)];
    assert_eq!([1, 2, 3].map(|call| last(&plan.run(200), call)), ["HungUp 200"; 3]);
    plan.layout.assigned = vec![(0, Feature::MyPbx, 9)];
    assert_eq!([1, 2, 3].map(|call| last(&plan.run(200), call)), ["HungUp 200"; 3]);
}

#[test]
fn a_relay_channel_short_refuses_a_call_by_isdn_and_no_line_is_taken() {
    let story = from_outside(Interface::Isdn, [ANY, 30, 2, ANY], 3).run(200);
    assert_eq!(told(&story.of_call(3)), [(13_000, "due"), (13_002, "503 relay-channels")]);
    assert_eq!((used(&story, RELAY), used(&story, Channels::Trunk(1))), ((2, 0), (2, 0)));
    let story = from_outside(Interface::Isdn, [ANY, 1, 2, ANY], 3).run(200);
    assert_eq!([2, 3].map(|call| last(&story, call)), ["503 no-channel"; 2]);
    assert_eq!(used(&story, RELAY), (1, 0), "what was refused took none of the other");
}

#[test]
fn calls_by_isdn_and_participants_share_the_relay_channels() {
    // T15: eight channels, five calls and three participants; the next of either is refused.
    let plan = from_outside(Interface::Isdn, [ANY, 30, 8, 60], 6).room("meeting", ANY).phones("guest", 9, &[0]);
    let plan = plan.sign_in(1, 2).calls("meet", 2, &[(3, 1)], 10, 4);
    let story = plan.run(200);
    assert_eq!(used(&story, RELAY), (8, 0));
    let refused = story.all(|_, _, event| match *event {
        Event::CallFailed { reason, .. } => Some(reason.code()),
        _ => None,
    });
    assert_eq!(refused, ["relay-channels"; 2]);
    assert!(story.is_silent());
}

#[test]
fn a_full_room_is_busy() {
    let plan = Plan::new().phones("desk", 9, &[0]).sign_in(1, 0).room("meeting", 2);
    let story = plan.calls("meet", 0, &[(1, 1)], 10, 3).run(200);
    assert_eq!(told(&story.of_call(1)), [(11_000, "due"), (11_002, "answered"), (71_004, "HungUp 200")]);
    assert_eq!(told(&story.of_call(3)), [(13_000, "due"), (13_002, "486 no-conference")]);
    assert_eq!(used(&story, Channels::Room(0)), (2, 0));
    assert!(story.is_silent());
}

#[test]
fn a_room_elsewhere_is_reached_through_both_pbxs() {
    let plan = Plan::new().pbx("slave", Role::Slave, None).phones("desk", 9, &[1]).sign_in(1, 0).room("meeting", 2);
    let story = plan.calls("meet", 0, &[(1, 1)], 10, 1).run(200);
    assert_eq!(told(&story.of_call(1)), [(11_000, "due"), (11_004, "answered"), (71_006, "HungUp 200")]);
    assert!(story.is_silent());
}

#[test]
fn whatever_becomes_of_calls_every_channel_comes_back() {
    let fifth = Probability::ratio(1, 5);
    for seed in 1..=10 {
        let mut plan = from_outside(Interface::Isdn, [ANY, 30, 3, ANY], 40).calling(|flow| {
            flow.patience = Some(simulator::distribution::Distribution::exponential(Duration::seconds(5)));
            flow.rings = simulator::distribution::Distribution::exponential(Duration::seconds(4));
        });
        plan.settings.populations.iter_mut().for_each(|people| people.retries = Retries::Naive);
        // Whoever is left alone by the crash finds out by it.
        plan.settings.pbxs[0].session_timer_s = 90;
        plan.seed = seed;
        let story = plan.crash(25, 0).restart(30, 0).far(fifth, fifth).run(1_000);
        assert_eq!((used(&story, RELAY).1, used(&story, Channels::Trunk(1)).1), (0, 0), "seed {seed}");
        assert!(story.is_silent(), "seed {seed}");
    }
}

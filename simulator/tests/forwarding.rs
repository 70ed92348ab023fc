//! Forwarding, secretaries and mailboxes as stories.

mod site;

use simulator::distribution::Distribution;
use simulator::event::Event;
use simulator::layout::{Role, Selection};
use simulator::licence::feature::Feature;
use simulator::numbers::Number;
use simulator::rng::Probability;
use simulator::settings::Forwards;
use simulator::time::Duration;

use site::{Plan, Told};

/// Nine callers, two bosses and two deputies, all of them in; calls to the bosses, one a second from second 11 on.
fn office(calls: u32) -> Plan {
    let plan = Plan::new().phones("desk", 9, &[0]).phones("boss", 1, &[0]).phones("deputy", 2, &[0]);
    plan.sign_in(1, 0).sign_in(1, 1).sign_in(1, 2).calls("up", 0, &[(1, 1)], 10, calls)
}

/// The first deputy.
const DEPUTY: Number = Number(130_001);
/// The boss.
const BOSS: Number = Number(120_001);

fn nowhere() -> Forwards {
    Forwards { always: None, busy: None, no_answer: None, after: Duration::seconds(20) }
}

fn forwarding(plan: Plan, population: usize, forwards: Forwards) -> Plan {
    plan.with(|settings| settings.populations[population].forwards = Some(Box::new(forwards)))
}

fn told(facts: &[(u64, String)]) -> Vec<(u64, &str)> {
    facts.iter().map(|(at, what)| (*at, what.as_str())).collect()
}

fn passed_on(story: &Told) -> usize {
    story.count(|event| matches!(event, Event::CallPassedOn { .. }))
}

#[test]
fn whoever_forwards_always_is_never_rung() {
    let story = forwarding(office(1), 1, Forwards { always: Some(DEPUTY), ..nowhere() }).run(100);
    assert_eq!(told(&story.of_call(1)), [(11_000, "due"), (11_004, "answered"), (71_006, "HungUp 200")]);
    assert_eq!(passed_on(&story), 1);
    assert!(story.is_silent());
}

#[test]
fn a_second_call_for_the_boss_goes_to_the_deputy() {
    let story = forwarding(office(3), 1, Forwards { busy: Some(DEPUTY), ..nowhere() }).run(100);
    assert_eq!(told(&story.of_call(2)), [(12_000, "due"), (12_006, "answered"), (72_008, "HungUp 200")]);
    assert_eq!(told(&story.of_call(3)), [(13_000, "due"), (13_006, "486 busy")], "the deputy forwards nothing");
    assert!(story.is_silent());
}

#[test]
fn who_does_not_answer_is_withdrawn_and_the_next_rings() {
    let unanswered = |plan: Plan| plan.calling(|flow| flow.unanswered = Probability::ratio(1, 1));
    let plan = forwarding(unanswered(office(1)), 1, Forwards { no_answer: Some(DEPUTY), ..nowhere() });
    let story = plan.run(300);
    // It rings for 20 s at the boss, then at the deputy until the PBX has had enough.
    assert_eq!(told(&story.of_call(1)), [(11_000, "due"), (11_004, "rings"), (212_002, "408 ")]);
    assert_eq!(passed_on(&story), 1);
    assert!(story.is_silent());
}

#[test]
fn who_is_not_registered_forwards_at_once() {
    let plan = Plan::new().phones("desk", 9, &[0]).phones("boss", 1, &[0]).phones("deputy", 2, &[0]);
    let plan = plan.sign_in(1, 0).sign_in(1, 2).calls("up", 0, &[(1, 1)], 10, 1);
    let story = forwarding(plan, 1, Forwards { no_answer: Some(DEPUTY), ..nowhere() }).run(100);
    assert_eq!(told(&story.of_call(1)), [(11_000, "due"), (11_004, "answered"), (71_006, "HungUp 200")]);
}

#[test]
fn a_circle_of_forwarding_is_an_outcome_and_no_hang() {
    let plan = forwarding(office(1), 1, Forwards { always: Some(DEPUTY), ..nowhere() });
    let story = forwarding(plan, 2, Forwards { always: Some(BOSS), ..nowhere() }).run(100);
    assert_eq!(told(&story.of_call(1)), [(11_000, "due"), (11_002, "482 loop")]);
    assert!(story.is_silent());
}

#[test]
fn a_circle_over_two_pbxs_is_found_too() {
    let plan = Plan::new().pbx("slave", Role::Slave, None);
    let plan = plan.phones("desk", 9, &[0]).phones("boss", 1, &[0]).phones("deputy", 2, &[1]);
    let plan = plan.sign_in(1, 0).sign_in(1, 1).sign_in(1, 2).calls("up", 0, &[(1, 1)], 10, 1);
    let plan = forwarding(plan, 1, Forwards { always: Some(DEPUTY), ..nowhere() });
    let story = forwarding(plan.clone(), 2, Forwards { always: Some(BOSS), ..nowhere() }).run(100);
    assert!(told(&story.of_call(1))[1].1.starts_with("482"), "{:?}", story.of_call(1));
    assert!(story.is_silent());
    assert_eq!(told(&plan.run(100).of_call(1))[1].1, "answered", "a deputy at another PBX is reached");
}

#[test]
fn who_does_not_want_to_be_disturbed_is_not() {
    let plan = office(1).with(|settings| settings.populations[1].do_not_disturb = true);
    let story = plan.run(100);
    assert_eq!(told(&story.of_call(1)), [(11_000, "due"), (11_002, "480 do-not-disturb")]);
    let story = forwarding(plan, 1, Forwards { busy: Some(DEPUTY), ..nowhere() }).run(100);
    assert_eq!(told(&story.of_call(1))[1], (11_004, "answered"));
}

#[test]
fn a_mailbox_answers_for_who_does_not_and_for_who_is_busy() {
    let mut plan = office(2).calling(|flow| flow.unanswered = Probability::ratio(1, 1));
    plan.layout.assigned = vec![(1, Feature::VoicemailUser, 1)];
    let story = plan.run(300);
    assert_eq!(
        told(&story.of_call(1)),
        [(11_000, "due"), (11_004, "rings"), (31_002, "answered"), (91_004, "HungUp 200")]
    );
    assert_eq!(told(&story.of_call(2)), [(12_000, "due"), (12_004, "answered"), (72_006, "HungUp 200")]);
    assert_eq!(story.count(|event| matches!(event, Event::MessageLeft { .. })), 2);
    assert!(story.is_silent());
}

#[test]
fn the_secretary_rings_first_and_puts_calls_through_himself() {
    let mut plan = office(1).calls("in", 2, &[(1, 1)], 30, 1);
    plan.layout.secretaries = vec![(1, Selection { seats: vec![(2, 0..2)] })];
    let story = plan.run(200);
    let first = story.site().cluster().people.blocks[1].first_endpoint;
    let boss_rang = |story: &Told| story.site().phones()[first as usize].calls();
    assert_eq!(told(&story.of_call(1))[1], (11_004, "answered"));
    assert_eq!(boss_rang(&story), 0);
    assert!(story.is_silent());
}

#[test]
fn a_secretary_who_does_not_answer_leaves_the_call_to_the_boss() {
    let mut plan = office(1).calling(|flow| flow.rings = Distribution::fixed(Duration::seconds(30)));
    plan.layout.secretaries = vec![(1, Selection { seats: vec![(2, 0..2)] })];
    let story = plan.run(200);
    // 20 s at the secretary, then 30 s at the boss.
    assert_eq!(told(&story.of_call(1))[1..3], [(11_004, "rings"), (61_004, "answered")]);
    assert!(story.is_silent());
}

//! Queues and groups as stories: who waits, who answers, and what becomes of callers without either.

mod site;

use simulator::distribution::Distribution;
use simulator::event::{Event, QueueEnd};
use simulator::layout::{Device, Role};
use simulator::numbers::Number;
use simulator::rng::Probability;
use simulator::settings::Retries;
use simulator::time::Duration;

use site::{Plan, Told};

/// Nine callers and so many agents, all of them in; one call a second to the queue from second 11 on, each of a minute.
fn helpdesk(agents: u32, calls: u32) -> Plan {
    let people = Plan::new().phones("desk", 9, &[0]).phones("agent", 3, &[0]).sign_in(1, 0);
    let people = if agents > 0 { people.sign_in_seats(1, 1, 0..agents) } else { people };
    people.queue("helpdesk", 1, 3).calls("ask", 0, &[(2, 1)], 10, calls)
}

fn told(facts: &[(u64, String)]) -> Vec<(u64, &str)> {
    facts.iter().map(|(at, what)| (*at, what.as_str())).collect()
}

/// (wait in milliseconds, how it ended) of every caller, in the order they left the queue.
fn ends(story: &Told) -> Vec<(u64, QueueEnd)> {
    story.all(|_, _, event| match *event {
        Event::QueueLeft { waited, end, .. } => Some((waited.0 / 1_000_000, end)),
        _ => None,
    })
}

#[test]
fn a_caller_waits_until_an_agent_is_free() {
    let story = helpdesk(1, 2).run(200);
    assert_eq!(told(&story.of_call(1)), [(11_000, "due"), (11_004, "answered"), (71_006, "HungUp 200")]);
    // The first BYE is at the PBX at 71.005; the agent answers two hops later, the caller hears it after another.
    let second = [(12_000, "due"), (12_002, "rings"), (71_008, "answered"), (131_010, "HungUp 200")];
    assert_eq!(told(&story.of_call(2)), second);
    assert_eq!(ends(&story), [(2, QueueEnd::Answered), (59_006, QueueEnd::Answered)]);
    assert_eq!(story.count(|event| matches!(event, Event::QueueDelayed { .. })), 1);
    assert!(story.is_silent());
}

#[test]
fn who_waits_is_served_in_the_order_of_coming() {
    let story = helpdesk(1, 3).run(400);
    let answers = [1, 2, 3].map(|call| told(&story.of_call(call)).iter().find(|fact| fact.1 == "answered").unwrap().0);
    assert!(answers.is_sorted(), "{answers:?}");
    assert!(story.is_silent());
}

#[test]
fn calls_that_find_an_agent_idle_do_not_wait() {
    let talks = Distribution::fixed(Duration::millis(500));
    let story = helpdesk(2, 4).calling(|flow| flow.holding = talks).run(100);
    assert_eq!(ends(&story), [(2, QueueEnd::Answered); 4]);
    assert_eq!(story.count(|event| matches!(event, Event::QueueDelayed { .. })), 0);
    assert!(story.is_silent());
}

#[test]
fn an_agent_writes_up_before_the_next_call() {
    let wrap_up = Distribution::fixed(Duration::seconds(10));
    let story = helpdesk(1, 2).queueing(|queue| queue.wrap_up = wrap_up).run(200);
    let second = [(12_000, "due"), (12_002, "rings"), (81_008, "answered"), (141_010, "HungUp 200")];
    assert_eq!(told(&story.of_call(2)), second);
    assert!(story.is_silent());
}

#[test]
fn a_caller_without_patience_leaves_the_line() {
    let patience = Some(Distribution::fixed(Duration::seconds(20)));
    let story = helpdesk(1, 3).calling(|flow| flow.patience = patience).run(200);
    assert_eq!(told(&story.of_call(2)), [(12_000, "due"), (12_002, "rings"), (32_000, "given up, rang: true")]);
    assert_eq!(ends(&story)[1..], [(20_000, QueueEnd::Abandoned), (20_000, QueueEnd::Abandoned)]);
    assert!(story.is_silent());
}

#[test]
fn without_an_agent_without_a_place_or_after_too_long_a_caller_is_refused() {
    let story = helpdesk(0, 1).run(100);
    assert_eq!(told(&story.of_call(1)), [(11_000, "due"), (11_002, "480 no-agent")]);
    let story = helpdesk(1, 2).queueing(|queue| queue.places = 0).run(100);
    assert_eq!(told(&story.of_call(2)), [(12_000, "due"), (12_002, "486 queue-full")]);
    let story = helpdesk(1, 2).queueing(|queue| queue.waits_at_most = Some(Duration::seconds(30))).run(100);
    assert_eq!(told(&story.of_call(2)), [(12_000, "due"), (12_002, "rings"), (42_002, "480 waited-too-long")]);
    assert_eq!(ends(&story)[1], (30_000, QueueEnd::Refused));
    assert!(story.is_silent());
}

#[test]
fn a_queue_without_room_overflows_to_another_number() {
    let mut plan = helpdesk(1, 2).queueing(|queue| queue.places = 0);
    // Extension 10009: the last of the nine, who does not call.
    plan.layout.queues[0].overflow = Some(Number(110_009));
    let story = plan.run(100);
    assert_eq!(told(&story.of_call(2)), [(12_000, "due"), (12_004, "answered"), (72_006, "HungUp 200")]);
    assert_eq!(ends(&story)[1], (0, QueueEnd::Overflowed));
    assert!(story.is_silent());
}

#[test]
fn queues_that_overflow_into_one_another_end_in_a_loop() {
    let mut plan = helpdesk(0, 1).queue("other", 1, 3).calls("none", 0, &[(2, 1)], 10, 0);
    (plan.layout.queues[0].overflow, plan.layout.queues[1].overflow) = (Some(Number(1101)), Some(Number(1100)));
    let story = plan.run(100);
    assert_eq!(told(&story.of_call(1)), [(11_000, "due"), (11_002, "482 loop")]);
    assert_eq!(ends(&story), [(0, QueueEnd::Overflowed); 4]);
    assert!(story.is_silent());
}

#[test]
fn an_agent_in_a_call_of_his_own_takes_none_of_the_queue_until_it_is_over() {
    let plan = helpdesk(1, 1).calls("own", 1, &[(0, 1)], 5, 1);
    let story = plan.run(200);
    assert_eq!(ends(&story), [(55_006, QueueEnd::Answered)]);
    assert!(story.is_silent());
}

#[test]
fn who_signs_in_takes_the_first_who_waits() {
    let plan = helpdesk(1, 2).sign_in_seats(20, 1, 1..2);
    let story = plan.run(200);
    let second = [(12_000, "due"), (12_002, "rings"), (20_004, "answered"), (80_006, "HungUp 200")];
    assert_eq!(told(&story.of_call(2)), second);
}

#[test]
fn an_agent_whose_phone_is_lost_while_it_rings_does_not_cost_the_caller_the_place() {
    let plan = helpdesk(1, 1).calling(|flow| flow.rings = Distribution::fixed(Duration::seconds(20)));
    let story = plan.sign_out_seats(15, 1, 0..1).sign_in_seats(30, 1, 0..1).run(200);
    let call = told(&story.of_call(1)).iter().map(|(at, what)| (at / 1000, (*what).to_owned())).collect::<Vec<_>>();
    let expected = [(11, "due"), (11, "rings"), (50, "answered"), (110, "HungUp 200")];
    assert_eq!(call, expected.map(|(at, what)| (at, what.to_owned())));
    assert!(story.is_silent());
}

#[test]
fn a_crash_of_the_pbx_loses_the_line() {
    let story = helpdesk(1, 2).crash(15, 0).run(100);
    assert_eq!(ends(&story), [(2, QueueEnd::Answered), (2_999, QueueEnd::Lost)]);
}

#[test]
fn a_standby_that_has_taken_over_has_the_queue_too() {
    let plan = Plan::with_standby().phones("desk", 9, &[0, 1]).phones("agent", 1, &[0, 1]).sign_in(1, 0).sign_in(1, 1);
    let plan = plan.queue("helpdesk", 1, 1).calls("ask", 0, &[(2, 1)], 100, 2).crash(20, 0);
    let plan = plan.with(|settings| {
        settings.populations.iter_mut().for_each(|people| people.keep_alive = Some(Duration::seconds(2)));
    });
    let story = plan.run(400);
    assert_eq!(ends(&story).len(), 2, "{:?}", story.of_call(1));
    assert!(ends(&story).iter().all(|(_, end)| *end == QueueEnd::Answered));
}

#[test]
fn a_call_to_a_queue_elsewhere_goes_through_both_pbxs() {
    let plan = Plan::new().pbx("slave", Role::Slave, None).phones("desk", 9, &[1]).phones("agent", 1, &[0]);
    let plan = plan.sign_in(1, 0).sign_in(1, 1).queue("helpdesk", 1, 1).calls("ask", 0, &[(2, 1)], 10, 2);
    let story = plan.run(400);
    assert_eq!(ends(&story), [(2, QueueEnd::Answered), (59_008, QueueEnd::Answered)]);
    assert!(story.is_silent());
}

#[test]
fn all_of_a_group_ring_and_the_first_to_answer_has_the_call() {
    let plan = Plan::new().phones("desk", 9, &[0]).phones("team", 3, &[0]).sign_in(1, 0).sign_in(1, 1);
    let rings = Distribution::fixed(Duration::seconds(3));
    let plan = plan.group("sales", 1, 3).calls("ask", 0, &[(2, 1)], 10, 2).calling(|flow| flow.rings = rings);
    let story = plan.run(200);
    let expected = [(11_000, "due"), (11_004, "rings"), (14_004, "answered"), (74_006, "HungUp 200")];
    assert_eq!(told(&story.of_call(1)), expected);
    assert!(story.is_silent(), "the others were cancelled");
}

#[test]
fn a_group_of_whom_nobody_is_in_cannot_be_reached() {
    let plan = Plan::new().phones("desk", 9, &[0]).people("team", &[(Device::DeskPhone, 3)], &[0]).sign_in(1, 0);
    let story = plan.group("sales", 1, 3).calls("ask", 0, &[(2, 1)], 10, 1).run(100);
    assert_eq!(told(&story.of_call(1)), [(11_000, "due"), (11_002, "480 ")]);
}

#[test]
fn loss_on_the_way_leaves_nobody_in_line_and_no_agent_behind() {
    let fifth = Probability::ratio(1, 5);
    for seed in 1..=10 {
        let mut plan =
            helpdesk(3, 30).calling(|flow| flow.patience = Some(Distribution::exponential(Duration::seconds(20))));
        plan.settings.populations.iter_mut().for_each(|people| people.retries = Retries::Naive);
        plan.seed = seed;
        let story = plan.far(fifth, fifth).run(1_000);
        assert!(story.is_silent(), "seed {seed}");
        assert_eq!(story.site().pbxs()[0].exchange().queues().waiting(0), 0);
        assert!(story.count(|event| matches!(event, Event::CallAnswered { .. })) > 2, "seed {seed}");
    }
}

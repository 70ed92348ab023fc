//! Hold and transfer as stories: what people do while they talk, and what their PBX makes of it.

mod site;

use simulator::distribution::Distribution;
use simulator::event::Event;
use simulator::layout::Device;
use simulator::rng::Probability;
use simulator::settings::{Hold, QueueSettings};
use simulator::time::Duration;

use site::{Plan, Told};

fn seconds(seconds: u64) -> Distribution {
    Distribution::fixed(Duration::seconds(seconds))
}

/// Ten phones, and one call at second 11 that lasts a minute.
fn office() -> Plan {
    Plan::new().phones("desk", 10, &[0]).sign_in(1, 0).calls("office", 0, &[(0, 1)], 10, 1)
}

/// With somebody else to whom it is passed on.
fn front(attended: bool) -> Plan {
    let plan = Plan::new().phones("desk", 4, &[0]).phones("front", 1, &[0]).phones("expert", 1, &[0]);
    let plan = plan.sign_in(1, 0).sign_in(1, 1).sign_in(1, 2).calls("in", 0, &[(1, 1)], 10, 1);
    plan.transferring(2, attended)
}

fn told(story: &Told) -> Vec<(u64, String)> {
    story.of_call(1)
}

fn words(facts: &[(u64, String)]) -> Vec<(u64, &str)> {
    facts.iter().map(|(at, what)| (*at, what.as_str())).collect()
}

fn said(story: &Told, what: &str) -> usize {
    story.within.iter().filter(|(_, _, said)| said.starts_with(what)).count()
}

/// Both sides put the other on hold so many milliseconds after the answer; the callee's answer is 2 ms older.
fn holding(share: u64, after: Distribution) -> Plan {
    let hold = Hold { share: Probability::ratio(share, 100), after, lasts: seconds(5) };
    office().calling(|flow| flow.hold = Some(hold))
}

#[test]
fn one_puts_the_other_on_hold_and_takes_it_back() {
    // Of a hundred seeds one in which the callee alone does so.
    let plans = (1..100).map(|seed| Plan { seed, ..holding(50, seconds(10)) });
    let story = plans.map(|plan| plan.run(100)).find(|story| told(story).len() == 5).expect("a seed with one hold");
    let facts = told(&story);
    let [_, _, held, resumed, end] = words(&facts)[..] else { panic!("{facts:?}") };
    // INVITE there and on, 200 back and back.
    assert!(matches!(held, (21_006 | 21_008, "held")), "{held:?}");
    assert_eq!((resumed.1, resumed.0 - held.0), ("resumed", 5_004));
    assert_eq!(end, (71_006, "HungUp 200"));
    assert_eq!((said(&story, "INVITE, hold"), said(&story, "INVITE, resume"), said(&story, "491")), (2, 2, 0));
    assert!(story.is_silent());
}

#[test]
fn two_at_once_cross_are_refused_with_491_and_both_get_their_turn() {
    for seed in 1..40 {
        let story = Plan { seed, ..holding(100, seconds(10)) }.run(100);
        let facts = told(&story);
        assert_eq!(facts.iter().filter(|(_, what)| what == "held").count(), 2, "{facts:?}");
        assert_eq!(facts.iter().filter(|(_, what)| what == "resumed").count(), 2, "{facts:?}");
        assert!(said(&story, "491") > 0 && story.is_silent(), "seed {seed}: {:?}", story.within);
        // §14.1: at most 4 s, and once more where the two tries met again.
        let last = facts.iter().rfind(|(_, what)| what == "held").map_or(0, |(at, _)| *at);
        assert!((21_000..30_000).contains(&last), "seed {seed}: {facts:?}");
    }
}

#[test]
fn a_blind_transfer_puts_the_caller_through_and_lets_the_agent_go() {
    let story = front(false).run(100);
    // REFER, the call to the expert, NOTIFY: the front leaves, the caller stays a minute in all.
    let expected = [(11_000, "due"), (11_004, "answered"), (12_006, "transferred: true"), (71_006, "HungUp 200")];
    assert_eq!(words(&told(&story)), expected);
    let said: Vec<&str> = story.within.iter().map(|(_, _, said)| said.as_str()).collect();
    let expected = [
        "Refer To { replaces: 0 }",
        "Notify Told { status: 100, last: false }",
        "Notify Told { status: 200, last: true }",
        "INVITE, resume",
    ];
    assert_eq!(said, expected, "and a re-INVITE turns the caller's media");
    assert!(story.is_silent());
}

#[test]
fn an_attended_transfer_asks_first_with_the_caller_on_hold() {
    let story = front(true).run(100);
    let facts = told(&story);
    let what: Vec<&str> = facts.iter().map(|(_, what)| what.as_str()).collect();
    assert_eq!(what, ["due", "answered", "held", "transferred: true", "HungUp 200"]);
    assert_eq!(facts[4].0, 71_006, "the caller hears nothing of it");
    let refers = story.within.iter().find(|(_, _, said)| said.starts_with("Refer")).map(|(_, _, said)| said.clone());
    assert!(refers.is_some_and(|said| said != "Refer To { replaces: 0 }"));
    assert_eq!(story.count(|event| matches!(event, Event::CallDue { .. })), 1, "asking is no call of the flow");
    assert!(story.is_silent());
}

#[test]
fn who_is_not_there_is_not_transferred_to_and_the_call_goes_on() {
    for attended in [false, true] {
        let mut plan = front(attended);
        // The expert never signs in.
        plan.schedule.retain(|entry| !format!("{:?}", entry.action).contains("seats: [(2,"));
        let story = plan.run(100);
        let facts = told(&story);
        let what: Vec<&str> = facts.iter().map(|(_, what)| what.as_str()).collect();
        let expected: &[&str] = match attended {
            true => &["due", "answered", "held", "transferred: false", "resumed", "HungUp 200"],
            false => &["due", "answered", "transferred: false", "HungUp 200"],
        };
        assert_eq!(what, expected, "attended: {attended}");
        assert!(story.is_silent());
    }
}

#[test]
fn an_expert_who_is_not_to_be_disturbed_sends_a_blind_transfer_back() {
    let story = front(false).with(|settings| settings.populations[2].do_not_disturb = true).run(100);
    let facts = told(&story);
    let what: Vec<&str> = facts.iter().map(|(_, what)| what.as_str()).collect();
    assert_eq!(what, ["due", "answered", "transferred: false", "HungUp 200"]);
    assert!(story.is_silent());
}

#[test]
fn a_caller_who_hangs_up_during_a_transfer_leaves_nothing_behind() {
    for holding in [1, 2] {
        for attended in [false, true] {
            let plan = front(attended).calling(|flow| {
                flow.rings = Distribution::fixed(Duration::millis(700));
                flow.holding = Distribution::fixed(Duration::millis(500 * holding + 600));
            });
            let story = plan.run(100);
            assert!(told(&story).last().is_some_and(|(_, what)| what == "HungUp 200"), "{:?}", told(&story));
            assert!(story.is_silent(), "holding {holding}, attended {attended}: {:?}", story.within);
        }
    }
}

#[test]
fn a_call_passed_on_outside_takes_a_channel_and_gives_it_back() {
    for attended in [false, true] {
        let plan =
            Plan::new().phones("desk", 4, &[0]).phones("front", 1, &[0]).people("carrier", &[(Device::Trunk, 1)], &[0]);
        let plan = plan.sign_in(1, 0).sign_in(1, 1).sign_in(1, 2).calls("in", 0, &[(1, 1)], 10, 1);
        let mut plan = plan.transferring(2, attended);
        plan.settings.populations[2].channels = 1;
        let story = plan.run(100);
        assert!(told(&story).iter().any(|(_, what)| what == "transferred: true"), "{:?}", told(&story));
        let taken = story.all(|at, _, event| matches!(event, Event::ChannelTaken { .. }).then_some(at));
        let freed = story.all(|at, _, event| matches!(event, Event::ChannelFreed { .. }).then_some(at));
        assert_eq!((taken.len(), freed.as_slice()), (1, &[71_005][..]), "held until the caller hangs up");
        assert!(story.is_silent());
    }
}

#[test]
fn an_agent_who_passes_a_call_on_is_free_after_wrap_up() {
    let plan = Plan::new().phones("desk", 4, &[0]).phones("agent", 1, &[0]).phones("expert", 1, &[0]);
    let plan = plan.sign_in(1, 0).sign_in(1, 1).sign_in(1, 2).queue("help", 1, 1);
    let queue = plan.layout.callee_of_queue(0);
    let plan = plan.calls("in", 0, &[(queue, 1)], 10, 2).transferring(2, false);
    let story = plan.queueing(|queue: &mut QueueSettings| queue.wrap_up = seconds(10)).run(200);
    let answered = story.all(|at, _, event| match event {
        Event::CallAnswered { session, .. } => Some((session.number, at / 1_000)),
        _ => None,
    });
    // The first is passed on at 12 s; 10 s later the agent takes the second, long before the first is over.
    assert_eq!(answered, [(1, 11), (2, 22)]);
    assert!(story.is_silent());
}

#[test]
fn under_loss_and_copies_every_transfer_ends_and_nothing_is_left() {
    for seed in 1..60 {
        let mut plan = Plan { seed, ..front(seed % 2 == 0) }.calling(|flow| {
            flow.at_most = 6;
            let hold = Hold { share: Probability::ratio(1, 2), after: seconds(3), lasts: seconds(4) };
            flow.hold = Some(hold);
        });
        plan.settings.links.profiles[0].loss = Probability::ratio(seed % 3, 10);
        plan.settings.links.profiles[0].duplicates = Probability::ratio(1, 5);
        let story = plan.run(900);
        assert!(story.is_silent(), "seed {seed}");
    }
}

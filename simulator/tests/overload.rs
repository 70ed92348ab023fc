//! One server with a fixed service time: queues, full queues, and many phones back at once (M8, M12), as stories.

mod site;

use simulator::distribution::Distribution;
use simulator::event::{Event, Wish};
use simulator::licence::reason::Reason;
use simulator::settings::{Retries, Transport, WhenFull};
use simulator::time::Duration;

use site::Plan;

/// A master that serves so many a second.
fn serving(rate: u64) -> Plan {
    Plan::new().with(|s| s.pbxs[0].service = Duration(Duration::SECOND.0 / rate))
}

/// N phones, lost at one instant, back against a rate: seconds from the first to the last.
fn avalanche(phones: u32, rate: u64, challenges: bool) -> f64 {
    let plan = serving(rate).phones("desk", phones, &[0]).with(|s| {
        s.pbxs[0].challenges = challenges;
        s.populations[0].transport = Transport::Tcp;
        s.populations[0].retries = Retries::After(Distribution::fixed(Duration::seconds(60)));
    });
    // TCP tells all of them at 100 s; nobody listens until 130 s, so all are back at 160 s.
    let told = plan.sign_in(1, 0).crash(100, 0).restart(130, 0).run(300);
    let back = told.all(|at, _, event| match event {
        Event::Accepted { wish: Wish::Return, .. } => Some(at),
        _ => None,
    });
    assert_eq!(back.len(), phones as usize, "everybody comes back");
    (back.last().copied().unwrap_or(0) - 160_000) as f64 / 1_000.0
}

#[test]
fn phones_back_against_a_rate_take_their_number_over_the_rate() {
    for (phones, rate) in [(1_000, 200), (2_000, 100), (5_000, 250)] {
        let expected = f64::from(phones) / rate as f64;
        let took = avalanche(phones, rate, false);
        assert!((took / expected - 1.0).abs() < 0.02, "{phones} against {rate}/s: {took} s, not {expected} s");
    }
}

#[test]
fn a_challenge_doubles_that_time() {
    let took = avalanche(1_000, 200, true);
    assert!((took / 10.0 - 1.0).abs() < 0.02, "{took} s, not 10 s");
}

/// Ten at once for a queue of three, 100 ms each.
fn crowded(when_full: WhenFull) -> Plan {
    let plan = serving(10).phones("desk", 10, &[0]).with(|s| {
        (s.pbxs[0].queue, s.pbxs[0].when_full) = (3, when_full);
        s.populations[0].transport = Transport::Udp;
    });
    plan.sign_in(1, 0)
}

#[test]
fn a_full_queue_refuses_at_once_and_at_no_cost() {
    let told = crowded(WhenFull::Refuse).run(60);
    let refused = told.all(|at, _, event| match event {
        Event::Answered { status: 503, reason: Reason::Overload, .. } => Some(at),
        _ => None,
    });
    assert_eq!(refused, [1_002; 6]);
    let accepted = told.all(|at, _, event| matches!(event, Event::Accepted { .. }).then_some(at));
    assert_eq!(accepted, [1_102, 1_202, 1_302, 1_402], "one in service and three that wait");
}

#[test]
fn a_full_queue_that_drops_is_met_by_retransmissions() {
    let told = crowded(WhenFull::Drop).run(60);
    // 0.5 s later the queue is empty: of six that are sent again four are served, of the other two both.
    let accepted = told.all(|at, _, event| matches!(event, Event::Accepted { .. }).then_some(at));
    assert_eq!(accepted[4..], [1_602, 1_702, 1_802, 1_902, 2_602, 2_702]);
    assert_eq!(told.count(|event| matches!(event, Event::Answered { .. })), 0);
    assert_eq!(told.count(|event| *event == Event::Shed), 6 + 2);
}

#[test]
fn overload_says_retry_after_and_is_obeyed() {
    let plan = crowded(WhenFull::Refuse).with(|s| {
        s.pbxs[0].retry_after = Some(Distribution::fixed(Duration::seconds(20)));
        s.populations[0].retries = Retries::Naive;
    });
    let told = plan.run(60);
    let again = told.all(|at, _, event| matches!(event, Event::Accepted { .. }).then_some(at));
    assert!(again[4..].iter().all(|at| *at > 21_000), "{again:?}");
    assert_eq!(told.bound(0), 10);
}

#[test]
fn a_queue_is_gone_with_its_server() {
    let plan = serving(1).phones("desk", 5, &[0]).sign_in(1, 0).crash(3, 0).restart(3, 0);
    let told = plan.run(3);
    assert_eq!(told.site().pbxs()[0].worker().waiting(site::at(3, 0), &told.site().cluster().pbxs[0]), 0);
}

#[test]
fn retransmissions_that_are_not_absorbed_take_service_of_their_own() {
    let served = |absorbs| {
        let plan = serving(1).phones("desk", 4, &[0]).with(|s| s.pbxs[0].absorbs_retransmissions = absorbs);
        let told = plan.sign_in(1, 0).run(30);
        assert_eq!(told.bound(0), 4);
        told.count(|event| matches!(event, Event::Served { .. }))
    };
    assert_eq!(served(true), 4);
    assert!(served(false) > 8, "{} served", served(false));
}

//! One server with a fixed service time: queues, full queues, and many phones back at once (M8, M12), as stories.

mod site;

use simulator::distribution::Distribution;
use simulator::event::{Event, Wish};
use simulator::layout::Selection;
use simulator::licence::reason::Reason;
use simulator::schedule::{Action, Shape};
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

/// What comes of a load, in tenths of what a server takes that serves 50 sign-ins a second, each of two requests. New
/// people come for a minute; who is refused asks again every ten seconds.
struct Load {
    /// Sign-ins a second that get in, over the last 40 s.
    goodput: f64,
    /// Requests that reached the server.
    requests: usize,
    /// Requests that were not sent because it had asked for less.
    withheld: usize,
}

fn load(tenths: u32, when_full: WhenFull) -> Load {
    let people = 60 * 5 * tenths;
    let plan = serving(100).phones("desk", people, &[0]).with(|s| {
        (s.pbxs[0].challenges, s.pbxs[0].queue, s.pbxs[0].when_full) = (true, 100, when_full);
        s.pbxs[0].oc_validity = Duration::seconds(30);
        s.populations[0].retries = Retries::After(Distribution::fixed(Duration::seconds(10)));
    });
    let (who, over) = (Selection { seats: vec![(0, 0..people)] }, Duration::seconds(60));
    let told = plan.at(site::at(0, 0), Action::SignIn { who, over, shape: Shape::Even }).run(60);
    let accepted = told.count_at(|at, _, event| at >= 20_000 && matches!(event, Event::Accepted { .. }));
    let came = |event: &Event| matches!(event, Event::Served { .. } | Event::Shed);
    Load {
        goodput: accepted as f64 / 40.0,
        requests: told.count(came),
        withheld: told.count(|event| *event == Event::Withheld),
    }
}

#[test]
fn loss_control_keeps_four_fifths_of_the_peak_at_ten_times_the_load_and_refusing_alone_does_not() {
    let under = |when_full: WhenFull| [5, 10, 20, 50, 100].map(|tenths| load(tenths, when_full));
    let [half, one, two, five, ten] = under(WhenFull::LossControl);
    let peak = [&half, &one, &two, &five, &ten].map(|load| load.goodput).into_iter().fold(0.0, f64::max);
    assert!((24.0..26.0).contains(&half.goodput) && peak > 45.0, "{} {peak}", half.goodput);
    for load in [&two, &five, &ten] {
        assert!(load.goodput >= 0.8 * peak, "{} of {peak}", load.goodput);
    }
    assert_eq!(half.withheld, 0);
    assert!(ten.withheld > 10_000, "{}", ten.withheld);
    let [_, _, _, five_refused, ten_refused] = under(WhenFull::Refuse);
    assert!(
        five_refused.goodput < 0.6 * peak && ten_refused.goodput < 0.4 * peak,
        "it collapses: {} and {}",
        five_refused.goodput,
        ten_refused.goodput
    );
    assert!(ten.requests * 2 < ten_refused.requests, "{} and {}", ten.requests, ten_refused.requests);
}

#[test]
fn under_loss_control_half_of_the_queue_is_for_what_has_begun() {
    let told = crowded(WhenFull::LossControl).with(|s| s.pbxs[0].queue = 6).run(60);
    let accepted = told.all(|at, _, event| matches!(event, Event::Accepted { .. }).then_some(at));
    assert_eq!(accepted, [1_102, 1_202, 1_302, 1_402], "one in service and three of six places");
    // Who is in refreshes although the other half is taken by others who refresh.
    assert_eq!(told.count(|event| matches!(event, Event::Answered { status: 503, .. })), 6);
}

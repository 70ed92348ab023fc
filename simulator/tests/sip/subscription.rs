//! SUBSCRIBE and NOTIFY from both sides (RFC 6665).

use crate::START;
use crate::table::{Input, each, holds};
use simulator::sip::dialog::{Notifier, Standing, Subscribed, Subscriber, SubscriberState, TIMER_N};
use simulator::time::{Duration, Instant};

const HOUR: u32 = 3_600;

fn subscriber_states() -> Vec<(&'static str, Subscriber)> {
    let mut waiting = Subscriber::IDLE;
    waiting.subscribe(START);
    let after = |standing| {
        let mut machine = waiting;
        machine.on_notify(START, standing, HOUR);
        machine
    };
    vec![
        ("Idle", Subscriber::IDLE),
        ("NotifyWait", waiting),
        ("Pending", after(Standing::Pending)),
        ("Active", after(Standing::Active)),
    ]
}

fn subscriber_inputs() -> Vec<Input<Subscriber>> {
    type M = Subscriber;
    let told = |machine: &M, what| {
        let does = match what {
            Subscribed::Nothing => "",
            Subscribed::State => "take",
            Subscribed::Refresh => "SUBSCRIBE",
            Subscribed::Over => "tell",
            Subscribed::Unknown => "481",
        };
        (format!("{:?}", machine.state()), does)
    };
    let hear = move |machine: &mut M, status| {
        let what = machine.on_response(START, status, HOUR);
        told(machine, what)
    };
    let notify = move |machine: &mut M, standing| {
        let what = machine.on_notify(START, standing, HOUR);
        told(machine, what)
    };
    let pass = move |machine: &mut M, time| {
        let what = machine.on_timeout(START + time);
        told(machine, what)
    };
    vec![
        each("2xx", &[200, 202], hear),
        each("481 and its like", &[404, 405, 410, 480, 481, 485, 489, 501, 604], hear),
        each("other final", &[302, 401, 408, 423, 500, 503], hear),
        each("NOTIFY pending", &[Standing::Pending], notify),
        each("NOTIFY active", &[Standing::Active], notify),
        each("NOTIFY terminated", &[Standing::Terminated], notify),
        each("64 T1: N", &[TIMER_N], pass),
        each("nine tenths", &[Duration::seconds(u64::from(HOUR) * 9 / 10)], pass),
        each("all granted", &[Duration::seconds(u64::from(HOUR))], pass),
    ]
}

#[test]
fn the_subscriber_is_figure_1_of_6665() {
    // §4.1.2; failures of a refresh: §4.1.2.3 (what was granted stays, but for 481 and its like).
    let table = "
        input             | Idle      | NotifyWait    | Pending            | Active
        2xx               | -         | -             | -                  | -
        481 and its like  | -         | Idle: tell    | Idle: tell         | Idle: tell
        other final       | -         | Idle: tell    | -                  | -
        NOTIFY pending    | Idle: 481 | Pending: take | Pending: take      | Pending: take
        NOTIFY active     | Idle: 481 | Active: take  | Active: take       | Active: take
        NOTIFY terminated | Idle: 481 | Idle: tell    | Idle: tell         | Idle: tell
        64 T1: N          | -         | Idle: tell    | -                  | -
        nine tenths       | -         | Idle: tell    | Pending: SUBSCRIBE | Active: SUBSCRIBE
        all granted       | -         | Idle: tell    | Idle: tell         | Idle: tell";
    assert_eq!(Subscriber::IDLE.state(), SubscriberState::Idle);
    holds(table, &subscriber_states(), &subscriber_inputs());
}

#[test]
fn the_notifier_tells_at_once_on_every_change_and_at_the_end() {
    let after = |allowed| {
        let mut machine = Notifier::IDLE;
        machine.on_subscribe(START, HOUR, allowed);
        machine
    };
    let states = [("Terminated", Notifier::IDLE), ("Pending", after(false)), ("Active", after(true))];
    type M = Notifier;
    let state = |machine: &M| format!("{:?}", machine.standing());
    let subscribe = move |allowed: bool| {
        move |machine: &mut M, expires_s| {
            let (standing, left) = machine.on_subscribe(START, expires_s, allowed);
            let tells = standing == machine.standing() && left == expires_s;
            (state(machine), if tells { "200, NOTIFY" } else { "another" })
        }
    };
    let inputs: Vec<Input<M>> = vec![
        each("SUBSCRIBE", &[HOUR, 60], subscribe(true)),
        each("SUBSCRIBE, to be decided", &[HOUR, 60], subscribe(false)),
        each("SUBSCRIBE, Expires 0", &[0], subscribe(true)),
        each("change", &[()], move |machine: &mut M, ()| {
            let left = machine.on_change(START + Duration::seconds(10));
            (state(machine), left.map_or("", |left| if left == HOUR - 10 { "NOTIFY" } else { "another" }))
        }),
        each("NOTIFY: 2xx", &[200], move |machine: &mut M, status| {
            machine.on_response(status);
            (state(machine), "")
        }),
        each("NOTIFY: 481, 408", &[481, 408, 404, 489], move |machine: &mut M, status| {
            machine.on_response(status);
            (state(machine), "")
        }),
        each("all granted", &[Duration::seconds(u64::from(HOUR))], move |machine: &mut M, time| {
            let over = machine.on_timeout(START + time);
            (state(machine), if over { "NOTIFY" } else { "" })
        }),
    ];
    // §4.2.1, §4.2.2. Pending tells nothing of what is watched.
    let table = "
        input                    | Terminated              | Pending                 | Active
        SUBSCRIBE                | Active: 200, NOTIFY     | Active: 200, NOTIFY     | Active: 200, NOTIFY
        SUBSCRIBE, to be decided | Pending: 200, NOTIFY    | Pending: 200, NOTIFY    | Pending: 200, NOTIFY
        SUBSCRIBE, Expires 0     | Terminated: 200, NOTIFY | Terminated: 200, NOTIFY | Terminated: 200, NOTIFY
        change                   | -                       | -                       | Active: NOTIFY
        NOTIFY: 2xx              | -                       | -                       | -
        NOTIFY: 481, 408         | -                       | Terminated              | Terminated
        all granted              | -                       | Terminated: NOTIFY      | Terminated: NOTIFY";
    holds(table, &states, &inputs);
    assert_eq!(Notifier::IDLE.poll_timeout(), Instant::NEVER);
}

//! Figure 7 of RFC 3261 with figure 1 of RFC 6026.

use crate::table::{Input, each, holds};
use crate::{BRANCH, FOREIGN, LONG, PROVISIONAL, REJECTION, START, SUCCESS};
use simulator::sip::transaction::timing::{T1, TIMER_I};
use simulator::sip::transaction::{
    Cancelled, InviteServerState, InviteServerTimeout, InviteServerTransaction, Matched,
};
use simulator::time::Duration;

/// *Proceeding* before and after its first response: what a repeated INVITE meets differs.
fn invite_server_states(reliable: bool) -> Vec<(&'static str, InviteServerTransaction)> {
    let mut fresh = InviteServerTransaction::IDLE;
    fresh.begin(START, BRANCH);
    let after = |status| {
        let mut machine = fresh;
        assert!(machine.respond(START, status, reliable));
        machine
    };
    let mut confirmed = after(486);
    assert!(confirmed.on_ack(START, BRANCH));
    let mut terminated = fresh;
    terminated.stop();
    let states = [
        ("Proceeding, silent", fresh),
        ("Proceeding", after(180)),
        ("Completed", after(486)),
        ("Confirmed", confirmed),
        ("Accepted", after(200)),
        ("Terminated", terminated),
    ];
    // Over a connection Timer I is zero: there is no Confirmed to be in.
    states.into_iter().filter(|(name, _)| !(reliable && *name == "Confirmed")).collect()
}

fn invite_server_inputs(reliable: bool) -> Vec<Input<InviteServerTransaction>> {
    type M = InviteServerTransaction;
    let state = |machine: &M, now| match machine.state(now) {
        InviteServerState::Proceeding if machine.status() == 0 => "Proceeding, silent".to_owned(),
        state => format!("{state:?}"),
    };
    let respond = move |machine: &mut M, status| {
        let sent = machine.respond(START, status, reliable);
        assert!(!sent || machine.status() == status);
        (state(machine, START), if sent { "send" } else { "" })
    };
    let matched = move |machine: &mut M, branch| {
        let does = match machine.on_invite(START, branch) {
            Matched::New => "new",
            Matched::Replay(180) => "180",
            Matched::Replay(486) => "486",
            Matched::Replay(_) => "another",
            Matched::Absorbed => "",
        };
        (state(machine, START), does)
    };
    let acknowledge = move |machine: &mut M, branch| {
        let absorbed = machine.on_ack(START, branch);
        (state(machine, START), if absorbed { "" } else { "to the dialog" })
    };
    let cancel = move |machine: &mut M, branch| {
        let does = match machine.on_cancel(START, branch) {
            Cancelled::Unknown => "481",
            Cancelled::InTime => "200, 487",
            Cancelled::TooLate => "200",
        };
        (state(machine, START), does)
    };
    let pass = move |machine: &mut M, time| {
        let now = START + time;
        let does = match machine.on_timeout(now) {
            InviteServerTimeout::Nothing => "",
            InviteServerTimeout::Trying => "100",
            InviteServerTimeout::Retransmit => "486",
            InviteServerTimeout::Unacknowledged => "tell",
        };
        (state(machine, now), does)
    };
    vec![
        each("INVITE", &[BRANCH], matched),
        each("foreign INVITE", &[FOREIGN], matched),
        each("1xx from TU", &PROVISIONAL, respond),
        each("2xx from TU", &SUCCESS, respond),
        each("300-699 from TU", &REJECTION, respond),
        each("ACK", &[BRANCH], acknowledge),
        each("foreign ACK", &[FOREIGN], acknowledge),
        each("CANCEL", &[BRANCH], cancel),
        each("foreign CANCEL", &[FOREIGN], cancel),
        each("200 ms", &[Duration::millis(200)], pass),
        each("T1: G", &[T1], pass),
        each("T4: I", &[TIMER_I], pass),
        each("64 T1: H, L", &[LONG], pass),
    ]
}

#[test]
fn the_invite_server_over_udp_is_figure_7_of_3261_with_figure_1_of_6026() {
    // §17.2.1; L: RFC 6026 §7.1; CANCEL: §9.2. An ACK in Proceeding answers nothing that was sent: no arrow, dropped.
    let table = "
        input           | Proceeding, silent | Proceeding           | Completed        | Confirmed               | Accepted                | Terminated
        INVITE          | -                  | Proceeding: 180      | Completed: 486   | -                       | -                       | Terminated: new
        foreign INVITE  | Proceeding, silent: new | Proceeding: new | Completed: new   | Confirmed: new          | Accepted: new           | Terminated: new
        1xx from TU     | Proceeding: send   | Proceeding: send     | -                | -                       | -                       | -
        2xx from TU     | Accepted: send     | Accepted: send       | -                | -                       | Accepted: send          | -
        300-699 from TU | Completed: send    | Completed: send      | -                | -                       | -                       | -
        ACK             | -                  | -                    | Confirmed        | -                       | Accepted: to the dialog | Terminated: to the dialog
        foreign ACK     | Proceeding, silent: to the dialog | Proceeding: to the dialog | Completed: to the dialog | Confirmed: to the dialog | Accepted: to the dialog | Terminated: to the dialog
        CANCEL          | Proceeding, silent: 200, 487 | Proceeding: 200, 487 | Completed: 200 | Confirmed: 200  | Accepted: 200           | Terminated: 481
        foreign CANCEL  | Proceeding, silent: 481 | Proceeding: 481 | Completed: 481   | Confirmed: 481          | Accepted: 481           | Terminated: 481
        200 ms          | Proceeding: 100    | -                    | -                | -                       | -                       | -
        T1: G           | Proceeding: 100    | -                    | Completed: 486   | -                       | -                       | -
        T4: I           | Proceeding: 100    | -                    | Completed: 486   | Terminated              | -                       | -
        64 T1: H, L     | Proceeding: 100    | -                    | Terminated: tell | Terminated              | Terminated              | -";
    holds(table, &invite_server_states(false), &invite_server_inputs(false));
}

#[test]
fn the_invite_server_over_a_connection_has_no_timer_g_and_no_confirmed() {
    let table = "
        input           | Proceeding, silent | Proceeding           | Completed        | Accepted                | Terminated
        INVITE          | -                  | Proceeding: 180      | Completed: 486   | -                       | Terminated: new
        foreign INVITE  | Proceeding, silent: new | Proceeding: new | Completed: new   | Accepted: new           | Terminated: new
        1xx from TU     | Proceeding: send   | Proceeding: send     | -                | -                       | -
        2xx from TU     | Accepted: send     | Accepted: send       | -                | Accepted: send          | -
        300-699 from TU | Completed: send    | Completed: send      | -                | -                       | -
        ACK             | -                  | -                    | Terminated       | Accepted: to the dialog | Terminated: to the dialog
        foreign ACK     | Proceeding, silent: to the dialog | Proceeding: to the dialog | Completed: to the dialog | Accepted: to the dialog | Terminated: to the dialog
        CANCEL          | Proceeding, silent: 200, 487 | Proceeding: 200, 487 | Completed: 200 | Accepted: 200   | Terminated: 481
        foreign CANCEL  | Proceeding, silent: 481 | Proceeding: 481 | Completed: 481   | Accepted: 481           | Terminated: 481
        200 ms          | Proceeding: 100    | -                    | -                | -                       | -
        T1: G           | Proceeding: 100    | -                    | -                | -                       | -
        T4: I           | Proceeding: 100    | -                    | -                | -                       | -
        64 T1: H, L     | Proceeding: 100    | -                    | Terminated: tell | Terminated              | -";
    holds(table, &invite_server_states(true), &invite_server_inputs(true));
}

//! Figure 5 of RFC 3261 with figure 2 of RFC 6026.

use crate::table::{Input, each, holds};
use crate::{BRANCH, FOREIGN, LONG, PROVISIONAL, REJECTION, START, SUCCESS};
use simulator::sip::transaction::timing::T1;
use simulator::sip::transaction::{Heard, InviteClientTransaction, Timeout};
use simulator::time::Duration;

fn invite_client_states(reliable: bool) -> Vec<(&'static str, InviteClientTransaction)> {
    let mut calling = InviteClientTransaction::IDLE;
    calling.start(START, BRANCH, reliable);
    let after = |status| {
        let mut machine = calling;
        machine.on_response(START, BRANCH, status);
        machine
    };
    let mut terminated = calling;
    terminated.stop();
    let states = [
        ("Calling", calling),
        ("Proceeding", after(180)),
        ("Completed", after(486)),
        ("Accepted", after(200)),
        ("Terminated", terminated),
    ];
    // Over a connection Timer D is zero: there is no Completed to be in.
    states.into_iter().filter(|(name, _)| !(reliable && *name == "Completed")).collect()
}

fn invite_client_inputs() -> Vec<Input<InviteClientTransaction>> {
    type M = InviteClientTransaction;
    let state = |machine: &M, now| format!("{:?}", machine.state(now));
    let hear = move |machine: &mut M, status| {
        let does = match machine.on_response(START, BRANCH, status) {
            Heard::Nothing => "",
            Heard::Provisional | Heard::Accepted => "tell",
            Heard::Rejected => "tell, ACK",
            Heard::RejectedAgain => "ACK",
        };
        (state(machine, START), does)
    };
    let pass = move |machine: &mut M, time| {
        let now = START + time;
        let does = match machine.on_timeout(now) {
            Timeout::Nothing => "",
            Timeout::Retransmit => "INVITE",
            Timeout::TimedOut => "tell 408",
        };
        (state(machine, now), does)
    };
    vec![
        each("1xx", &PROVISIONAL, hear),
        each("2xx", &SUCCESS, hear),
        each("300-699", &REJECTION, hear),
        each("foreign branch", &[100, 200, 486], move |machine: &mut M, status| {
            let heard = machine.on_response(START, FOREIGN, status);
            (state(machine, START), if heard == Heard::Nothing { "" } else { "mixed up" })
        }),
        each("less than T1", &[Duration(T1.0 - 1)], pass),
        each("T1: A", &[T1], pass),
        each("64 T1: B, D, M", &[LONG], pass),
        each("transport error", &[()], move |machine: &mut M, ()| {
            let ended = machine.on_transport_error(START);
            (state(machine, START), if ended { "tell" } else { "" })
        }),
    ]
}

#[test]
fn the_invite_client_over_udp_is_figure_5_of_3261_with_figure_2_of_6026() {
    // §17.1.1.2; M: RFC 6026 §7.2; transport error: §17.1.4.
    let table = "
        input           | Calling              | Proceeding           | Completed        | Accepted       | Terminated
        1xx             | Proceeding: tell     | Proceeding: tell     | -                | -              | -
        2xx             | Accepted: tell       | Accepted: tell       | -                | Accepted: tell | -
        300-699         | Completed: tell, ACK | Completed: tell, ACK | Completed: ACK   | -              | -
        foreign branch  | -                    | -                    | -                | -              | -
        less than T1    | -                    | -                    | -                | -              | -
        T1: A           | Calling: INVITE      | -                    | -                | -              | -
        64 T1: B, D, M  | Terminated: tell 408 | -                    | Terminated       | Terminated     | -
        transport error | Terminated: tell     | -                    | Terminated: tell | -              | -";
    holds(table, &invite_client_states(false), &invite_client_inputs());
}

#[test]
fn the_invite_client_over_a_connection_has_no_timer_a_and_no_completed() {
    let table = "
        input           | Calling               | Proceeding            | Accepted       | Terminated
        1xx             | Proceeding: tell      | Proceeding: tell      | -              | -
        2xx             | Accepted: tell        | Accepted: tell        | Accepted: tell | -
        300-699         | Terminated: tell, ACK | Terminated: tell, ACK | -              | -
        foreign branch  | -                     | -                     | -              | -
        less than T1    | -                     | -                     | -              | -
        T1: A           | -                     | -                     | -              | -
        64 T1: B, D, M  | Terminated: tell 408  | -                     | Terminated     | -
        transport error | Terminated: tell      | -                     | -              | -";
    holds(table, &invite_client_states(true), &invite_client_inputs());
}

//! Figure 6 of RFC 3261.

use crate::table::{Input, each, holds};
use crate::{LONG, PROVISIONAL, START};
use simulator::sip::transaction::timing::T1;
use simulator::sip::transaction::{ClientState, ClientTransaction, Timeout};
use simulator::time::Duration;

fn client_states(reliable: bool) -> Vec<(&'static str, ClientTransaction)> {
    let mut trying = ClientTransaction::IDLE;
    trying.start(START, reliable);
    let after = |status| {
        let mut machine = trying;
        machine.accepts(trying.branch(), status);
        machine
    };
    vec![("Trying", trying), ("Proceeding", after(100)), ("Terminated", after(200))]
}

fn client_inputs() -> Vec<Input<ClientTransaction>> {
    type M = ClientTransaction;
    let state = |machine: &M| match machine.state() {
        ClientState::Trying => "Trying".to_owned(),
        ClientState::Proceeding => "Proceeding".to_owned(),
        ClientState::Terminated => "Terminated".to_owned(),
    };
    let hear = move |machine: &mut M, status| {
        let final_response = machine.accepts(machine.branch(), status);
        (state(machine), if final_response { "tell" } else { "" })
    };
    let pass = move |machine: &mut M, time| {
        let now = START + time;
        let does = match machine.on_timeout(now) {
            Timeout::Nothing => "",
            Timeout::Retransmit if machine.poll_timeout() == now + Duration::seconds(1) => "request, next after 2 T1",
            Timeout::Retransmit if machine.poll_timeout() == now + Duration::seconds(4) => "request, next after T2",
            Timeout::Retransmit => "request, wrong interval",
            Timeout::TimedOut => "tell 408",
        };
        (state(machine), does)
    };
    vec![
        each("1xx", &PROVISIONAL, hear),
        each("200-699", &[200, 202, 300, 401, 481, 503, 603, 699], hear),
        each("foreign branch", &[100, 200, 401], move |machine: &mut M, status| {
            let taken = machine.accepts(machine.branch() + 1, status);
            (state(machine), if taken { "mixed up" } else { "" })
        }),
        each("transport error", &[()], move |machine: &mut M, ()| {
            machine.stop();
            (state(machine), "")
        }),
        each("less than T1", &[Duration(T1.0 - 1)], pass),
        each("T1: E", &[T1], pass),
        each("64 T1: F", &[LONG], pass),
    ]
}

#[test]
fn the_non_invite_client_over_udp_is_figure_6() {
    // §17.1.2.2; transport error: §17.1.4, its owner knows and stops it. Completed only absorbs until Timer K, as
    // Terminated does: one state. Nobody asks for provisional responses.
    let table = "
        input          | Trying                           | Proceeding                         | Terminated
        1xx            | Proceeding                       | -                                  | -
        200-699        | Terminated: tell                 | Terminated: tell                   | -
        foreign branch | -                                | -                                  | -
        transport error | Terminated                      | Terminated                         | -
        less than T1   | -                                | -                                  | -
        T1: E          | Trying: request, next after 2 T1 | Proceeding: request, next after T2 | -
        64 T1: F       | Terminated: tell 408             | Terminated: tell 408               | -";
    holds(table, &client_states(false), &client_inputs());
}

#[test]
fn the_non_invite_client_over_a_connection_has_no_timer_e() {
    let table = "
        input          | Trying               | Proceeding           | Terminated
        1xx            | Proceeding           | -                    | -
        200-699        | Terminated: tell     | Terminated: tell     | -
        foreign branch | -                    | -                    | -
        transport error | Terminated          | Terminated           | -
        less than T1   | -                    | -                    | -
        T1: E          | -                    | -                    | -
        64 T1: F       | Terminated: tell 408 | Terminated: tell 408 | -";
    holds(table, &client_states(true), &client_inputs());
}

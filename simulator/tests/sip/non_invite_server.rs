//! Figure 8 of RFC 3261.

use crate::table::{Input, each, holds};
use crate::{BRANCH, FOREIGN, START};
use simulator::licence::reason::Reason;
use simulator::node::NodeId;
use simulator::sip::message::{Overload, Response};
use simulator::sip::transaction::ServerTransactions;
use simulator::sip::transaction::timing::TIMER_J;
use simulator::time::Duration;

fn answer(branch: u32, status: u16) -> Response {
    Response {
        status,
        reason: Reason::None,
        stale: false,
        branch,
        sequence: 1,
        expires_s: 0,
        retry_after_s: 0,
        contact: NodeId::NONE,
        nonce: 0,
        overload: Overload::default(),
    }
}

fn server_inputs() -> Vec<Input<ServerTransactions>> {
    type M = ServerTransactions;
    let state = |machine: &M, now| match machine.replay(BRANCH, now) {
        None => "Terminated".to_owned(),
        Some(None) => "Trying".to_owned(),
        Some(Some(_)) => "Completed".to_owned(),
    };
    let matched = move |machine: &mut M, branch| {
        let does = match machine.replay(branch, START) {
            None => "new",
            Some(None) => "",
            Some(Some(200)) => "200",
            Some(Some(_)) => "another",
        };
        (state(machine, START), does)
    };
    vec![
        each("request", &[BRANCH], matched),
        each("foreign request", &[FOREIGN], matched),
        each("200-699 from TU", &[200, 302, 401, 503], move |machine: &mut M, status| {
            machine.complete(&answer(BRANCH, status), START);
            (state(machine, START), "")
        }),
        each("foreign answer", &[200, 302, 401, 503], move |machine: &mut M, status| {
            machine.complete(&answer(FOREIGN, status), START);
            (state(machine, START), "")
        }),
        each("shed", &[()], move |machine: &mut M, ()| {
            machine.forget(BRANCH);
            (state(machine, START), "")
        }),
        each("less than 64 T1", &[Duration(TIMER_J.0 - 1)], move |machine: &mut M, time| {
            (state(machine, START + time), "")
        }),
        each("64 T1: J", &[TIMER_J], move |machine: &mut M, time| (state(machine, START + time), "")),
    ]
}

#[test]
fn the_non_invite_server_is_figure_8_without_proceeding() {
    // §17.2.2. Proceeding needs a provisional response to something other than INVITE, which RFC 4320 §4.1 forbids
    // where it could matter. What is not answered within 64 T1 has nobody left who waits for it: forgotten as well.
    let mut trying = ServerTransactions::NONE;
    trying.begin(BRANCH, START);
    let mut completed = trying;
    completed.complete(&answer(BRANCH, 200), START);
    let table = "
        input           | Trying      | Completed      | Terminated
        request         | -           | Completed: 200 | Terminated: new
        foreign request | Trying: new | Completed: new | Terminated: new
        200-699 from TU | Completed   | -              | -
        foreign answer  | -           | -              | -
        shed            | Terminated  | Terminated     | -
        less than 64 T1 | -           | -              | -
        64 T1: J        | Terminated  | Terminated     | -";
    let states = [("Trying", trying), ("Completed", completed), ("Terminated", ServerTransactions::NONE)];
    holds(table, &states, &server_inputs());
}

//! CANCEL (RFC 3261 §9.1), which has no figure.

use crate::table::{Input, each, holds};
use crate::{LONG, START};
use simulator::sip::transaction::timing::T1;
use simulator::sip::transaction::{Cancel, CancelTimeout};

fn cancel_states() -> Vec<(&'static str, Cancel)> {
    let mut waiting = Cancel::NONE;
    assert!(!waiting.request(START, false, false));
    let mut trying = Cancel::NONE;
    assert!(trying.request(START, true, false));
    let mut answered = trying;
    answered.on_response();
    let mut closing = trying;
    closing.on_end_of_invite();
    let states = [Cancel::NONE, waiting, trying, answered, closing];
    ["Unwanted", "Waiting", "Trying", "Answered", "Closing"].into_iter().zip(states).collect()
}

fn cancel_inputs() -> Vec<Input<Cancel>> {
    type M = Cancel;
    let state = |machine: &M| format!("{:?}", machine.state());
    let request = move |machine: &mut M, proceeding| {
        let leaves = machine.request(START, proceeding, false);
        (state(machine), if leaves { "CANCEL" } else { "" })
    };
    let pass = move |machine: &mut M, time| {
        let now = START + time;
        let does = match machine.on_timeout(now) {
            CancelTimeout::Nothing => "",
            CancelTimeout::Retransmit => "CANCEL",
            CancelTimeout::Abandoned => "stop INVITE",
        };
        (state(machine), does)
    };
    vec![
        each("give up, nothing heard", &[false], request),
        each("give up, it rings", &[true], request),
        each("1xx", &[()], move |machine: &mut M, ()| {
            let leaves = machine.on_provisional(START, false);
            (state(machine), if leaves { "CANCEL" } else { "" })
        }),
        each("CANCEL answered", &[()], move |machine: &mut M, ()| {
            machine.on_response();
            (state(machine), "")
        }),
        each("INVITE ended", &[()], move |machine: &mut M, ()| {
            let wanted = machine.on_end_of_invite();
            (state(machine), if wanted { "BYE if 2xx" } else { "" })
        }),
        each("T1: E", &[T1], pass),
        each("64 T1: F", &[LONG], pass),
    ]
}

#[test]
fn a_cancel_meets_every_race() {
    // RFC 3261 §9.1; BYE for the 2xx that crossed it: §13.2.2.4 makes a dialog of every 2xx, §15 ends it.
    let table = "
        input                  | Unwanted       | Waiting              | Trying                | Answered              | Closing
        give up, nothing heard | Waiting        | -                    | -                     | -                     | -
        give up, it rings      | Trying: CANCEL | -                    | -                     | -                     | -
        1xx                    | -              | Trying: CANCEL       | -                     | -                     | -
        CANCEL answered        | -              | -                    | Answered              | -                     | Unwanted
        INVITE ended           | -              | Unwanted: BYE if 2xx | Closing: BYE if 2xx   | Unwanted: BYE if 2xx  | -
        T1: E                  | -              | -                    | Trying: CANCEL        | -                     | Closing: CANCEL
        64 T1: F               | -              | -                    | Unwanted: stop INVITE | Unwanted: stop INVITE | Unwanted";
    holds(table, &cancel_states(), &cancel_inputs());
}

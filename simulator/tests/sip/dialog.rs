//! The dialog of an INVITE from both sides: RFC 3261 §12, §13.2.2, §15.

use crate::table::{Input, each, holds};
use crate::{PROVISIONAL, REJECTION, SUCCESS};
use simulator::node::NodeId;
use simulator::sip::dialog::{Dialog, DialogState, Made, RouteSet};

const OURS: u32 = 1;
const THEIRS: u32 = 2;
const ANOTHER: u32 = 3;
const SEQUENCE: u32 = 10;
const PEER: NodeId = NodeId(5);

fn state(dialog: &Dialog) -> String {
    format!("{:?}", dialog.state())
}

fn with_status(status: u16) -> &'static str {
    match status {
        481 => "481",
        500 => "500",
        _ => "another",
    }
}

fn caller_states() -> Vec<(&'static str, Dialog)> {
    let unborn = Dialog::of_caller(OURS, SEQUENCE, PEER);
    let after = |status| {
        let mut dialog = unborn;
        dialog.on_response(THEIRS, status, PEER, RouteSet::EMPTY);
        dialog
    };
    vec![("Unborn", unborn), ("Early", after(180)), ("Confirmed", after(200)), ("Ended", after(486))]
}

fn callee_states() -> Vec<(&'static str, Dialog)> {
    let unborn = Dialog::of_callee(OURS, THEIRS, SEQUENCE, PEER, RouteSet::EMPTY);
    let after = |status| {
        let mut dialog = unborn;
        dialog.answer(status);
        dialog
    };
    vec![("Unborn", unborn), ("Early", after(180)), ("Confirmed", after(200)), ("Ended", after(486))]
}

/// Inputs that both sides meet.
fn common_inputs(sequence: u32) -> Vec<Input<Dialog>> {
    let request = move |dialog: &mut Dialog, sequence| {
        let served = dialog.on_request(sequence, None);
        (state(dialog), served.err().map_or("serve", with_status))
    };
    vec![
        each("request, next CSeq", &[sequence + 1, sequence + 7], request),
        each("request, old CSeq", &[sequence - 1, 0], request),
        each("our request: 2xx", &SUCCESS, |dialog: &mut Dialog, status| {
            let ended = dialog.on_final(status, Some(PEER));
            (state(dialog), if ended { "tell" } else { "" })
        }),
        each("our request: 4xx-6xx", &[401, 422, 488, 491, 500, 603], |dialog: &mut Dialog, status| {
            let ended = dialog.on_final(status, None);
            (state(dialog), if ended { "tell" } else { "" })
        }),
        each("our request: 408, 481", &[408, 481], |dialog: &mut Dialog, status| {
            let ended = dialog.on_final(status, None);
            (state(dialog), if ended { "tell" } else { "" })
        }),
        each("hang up, before the ACK", &[false], hang_up),
        each("hang up, after the ACK", &[true], hang_up),
    ]
}

fn hang_up(dialog: &mut Dialog, acknowledged: bool) -> (String, &'static str) {
    let may = dialog.may_hang_up(acknowledged);
    if may {
        dialog.end();
    }
    (state(dialog), if may { "BYE" } else { "" })
}

#[test]
fn the_callers_dialog_comes_and_goes_by_the_book() {
    // §12.1.2, §13.2.2; requests: §12.2.2; final responses: §12.2.1.2; BYE: §15.
    let hear = |tag: u32| {
        move |dialog: &mut Dialog, status| {
            let does = match dialog.on_response(tag, status, PEER, RouteSet::EMPTY) {
                Made::Nothing | Made::Early | Made::Ended => "",
                Made::Confirmed => "ACK, tell",
                Made::Again => "ACK",
                Made::Another => "fork",
            };
            (state(dialog), does)
        }
    };
    let mut inputs = vec![
        each("100 without a tag", &[100], hear(0)),
        each("101-199", &PROVISIONAL[1..], hear(THEIRS)),
        each("101-199, another tag", &PROVISIONAL[1..], move |dialog: &mut Dialog, status| {
            // Before any tag is known, every tag is the first one.
            let tag = if dialog.state() == DialogState::Unborn { THEIRS } else { ANOTHER };
            hear(tag)(dialog, status)
        }),
        each("2xx", &SUCCESS, hear(THEIRS)),
        each("2xx, another tag", &SUCCESS, hear(ANOTHER)),
        each("300-699", &REJECTION, hear(THEIRS)),
    ];
    inputs.extend(common_inputs(SEQUENCE));
    // Nothing of theirs has a CSeq yet, so that only 0 is old.
    let table = "
        input                   | Unborn               | Early                | Confirmed        | Ended
        100 without a tag       | -                    | -                    | -                | -
        101-199                 | Early                | -                    | -                | -
        101-199, another tag    | Early                | Early: fork          | Confirmed: fork  | -
        2xx                     | Confirmed: ACK, tell | Confirmed: ACK, tell | Confirmed: ACK   | -
        2xx, another tag        | Confirmed: ACK, tell | Confirmed: ACK, tell | Confirmed: fork  | -
        300-699                 | Ended                | Ended                | -                | -
        request, next CSeq      | Unborn: 481          | Early: serve         | Confirmed: serve | Ended: 481
        request, old CSeq       | Unborn: 481          | Early: 500           | Confirmed: 500   | Ended: 481
        our request: 2xx        | -                    | -                    | -                | -
        our request: 4xx-6xx    | -                    | -                    | -                | -
        our request: 408, 481   | Ended                | Ended: tell          | Ended: tell      | -
        hang up, before the ACK | -                    | Ended: BYE           | Ended: BYE       | -
        hang up, after the ACK  | -                    | Ended: BYE           | Ended: BYE       | -";
    let mut states = caller_states();
    for (_, dialog) in &mut states {
        // They have asked for something before, at SEQUENCE.
        assert_eq!(dialog.on_request(SEQUENCE, None).is_ok(), dialog.is_alive());
    }
    holds(table, &states, &inputs);
}

#[test]
fn the_callees_dialog_comes_and_goes_by_the_book() {
    // §12.1.1, §13.3.1; the callee never says BYE to an early dialog, nor before it knows its 2xx arrived (§15).
    let answer = |dialog: &mut Dialog, status| {
        dialog.answer(status);
        (state(dialog), "")
    };
    let mut inputs = vec![
        each("we answer 100", &[100], answer),
        each("we answer 101-199", &PROVISIONAL[1..], answer),
        each("we answer 2xx", &SUCCESS, answer),
        each("we answer 300-699", &REJECTION, answer),
    ];
    inputs.extend(common_inputs(SEQUENCE));
    let table = "
        input                   | Unborn      | Early        | Confirmed        | Ended
        we answer 100           | -           | -            | -                | -
        we answer 101-199       | Early       | -            | -                | -
        we answer 2xx           | Confirmed   | Confirmed    | -                | -
        we answer 300-699       | Ended       | Ended        | -                | -
        request, next CSeq      | Unborn: 481 | Early: serve | Confirmed: serve | Ended: 481
        request, old CSeq       | Unborn: 481 | Early: 500   | Confirmed: 500   | Ended: 481
        our request: 2xx        | -           | -            | -                | -
        our request: 4xx-6xx    | -           | -            | -                | -
        our request: 408, 481   | Ended       | Ended: tell  | Ended: tell      | -
        hang up, before the ACK | -           | -            | -                | -
        hang up, after the ACK  | -           | -            | Ended: BYE       | -";
    holds(table, &callee_states(), &inputs);
}

#[test]
fn a_dialog_is_named_by_both_tags_while_it_lives() {
    let named = |dialog: &Dialog| (dialog.is_named(OURS, THEIRS), dialog.is_named(OURS, ANOTHER));
    let names: Vec<_> = caller_states().iter().map(|(_, dialog)| named(dialog)).collect();
    assert_eq!(names, [(false, false), (true, false), (true, false), (false, false)]);
}

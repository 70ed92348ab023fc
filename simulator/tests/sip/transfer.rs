//! REFER from both sides (RFC 3515, RFC 5589), and whom an INVITE with Replaces replaces (RFC 3891).

use crate::table::{Input, each, holds};
use crate::{LONG, START};
use simulator::node::NodeId;
use simulator::sip::dialog::transfer::PATIENCE;
use simulator::sip::dialog::{
    Dialog, Replaced, Replaces, RouteSet, Transferee, Transferor, TransferorState, Transferred,
};

fn transferor_states() -> Vec<(&'static str, Transferor)> {
    let mut asked = Transferor::IDLE;
    assert!(asked.begin(START));
    let mut calling = asked;
    calling.on_response(START, 202);
    vec![("Idle", Transferor::IDLE), ("Asked", asked), ("Calling", calling)]
}

fn transferor_inputs() -> Vec<Input<Transferor>> {
    type M = Transferor;
    let told = |machine: &M, what| {
        let does = match what {
            Transferred::Nothing => "",
            Transferred::Done => "BYE",
            Transferred::Failed => "resume",
        };
        (format!("{:?}", machine.state()), does)
    };
    let hear = move |machine: &mut M, status| {
        let what = machine.on_response(START, status);
        told(machine, what)
    };
    let notify = move |machine: &mut M, (status, last)| {
        let what = machine.on_notify(START, status, last);
        told(machine, what)
    };
    let pass = move |machine: &mut M, time| {
        let what = machine.on_timeout(START + time);
        told(machine, what)
    };
    vec![
        each("transfer", &[()], |machine: &mut M, ()| {
            let may = machine.begin(START);
            (format!("{:?}", machine.state()), if may { "REFER" } else { "" })
        }),
        each("1xx to REFER", &[100], hear),
        each("2xx to REFER", &[200, 202], hear),
        each("300-699, 408", &[302, 403, 408, 481, 491, 503, 603], hear),
        each("NOTIFY 1xx", &[(100, false), (180, false)], notify),
        each("NOTIFY 1xx, last", &[(100, true), (180, true)], notify),
        each("NOTIFY 2xx", &[(200, true), (200, false)], notify),
        each("NOTIFY 300-699", &[(302, true), (486, true), (503, false), (603, true)], notify),
        each("64 T1", &[LONG], pass),
        each("180 s", &[PATIENCE], pass),
        each("dialog over", &[()], |machine: &mut M, ()| {
            machine.stop();
            (format!("{:?}", machine.state()), "")
        }),
    ]
}

#[test]
fn who_transfers_hangs_up_on_success_and_takes_the_call_back_on_failure() {
    // RFC 3515 §2.4; NOTIFY may overtake the 202. 64 T1: neither response nor NOTIFY (RFC 6665 §4.1.2.4).
    let table = "
        input            | Idle         | Asked        | Calling
        transfer         | Asked: REFER | -            | -
        1xx to REFER     | -            | -            | -
        2xx to REFER     | -            | Calling      | -
        300-699, 408     | -            | Idle: resume | -
        NOTIFY 1xx       | -            | Calling      | -
        NOTIFY 1xx, last | -            | Idle: resume | Idle: resume
        NOTIFY 2xx       | -            | Idle: BYE    | Idle: BYE
        NOTIFY 300-699   | -            | Idle: resume | Idle: resume
        64 T1            | -            | Idle: resume | -
        180 s            | -            | Idle: resume | Idle: resume
        dialog over      | -            | Idle         | Idle";
    assert_eq!(TransferorState::Idle, Transferor::IDLE.state());
    holds(table, &transferor_states(), &transferor_inputs());
}

#[test]
fn who_is_transferred_tells_how_it_goes_and_says_last_once() {
    let mut asked = Transferee::IDLE;
    assert!(asked.on_refer(START).is_ok());
    let mut ringing = asked;
    assert!(ringing.on_progress(180).is_some());
    let states = [("idle", Transferee::IDLE), ("asked", asked), ("rings", ringing)];

    type M = Transferee;
    // Which of the two active states it is shows in what is not told again.
    let state = |machine: &M| {
        let mut probe = *machine;
        match (probe.is_active(), probe.on_progress(180)) {
            (false, _) => "idle",
            (true, Some(_)) => "asked",
            (true, None) => "rings",
        }
        .to_owned()
    };
    let progress = move |machine: &mut M, status| {
        let does = match machine.on_progress(status) {
            None => "",
            Some(notice) if notice.status != status => "another",
            Some(notice) if notice.last => "NOTIFY, last",
            Some(_) => "NOTIFY",
        };
        (state(machine), does)
    };
    let inputs: Vec<Input<M>> = vec![
        each("REFER", &[()], move |machine: &mut M, ()| {
            let does = match machine.on_refer(START) {
                Ok(notice) if notice.status == 100 && !notice.last => "202, NOTIFY 100",
                Err(491) => "491",
                _ => "another",
            };
            (state(machine), does)
        }),
        each("target: 100", &[100], progress),
        each("target: 180", &[180], progress),
        each("target: 2xx", &[200], progress),
        each("target: 300-699", &[302, 408, 486, 503, 603], progress),
        each("64 T1", &[LONG], move |machine: &mut M, time| {
            let notice = machine.on_timeout(START + time);
            (state(machine), if notice.is_some() { "NOTIFY" } else { "" })
        }),
        each("180 s", &[PATIENCE], move |machine: &mut M, time| {
            let does = match machine.on_timeout(START + time) {
                None => "",
                Some(notice) if notice.last && notice.status < 200 => "NOTIFY, last",
                Some(_) => "another",
            };
            (state(machine), does)
        }),
        each("NOTIFY: 481", &[()], move |machine: &mut M, ()| {
            machine.stop();
            (state(machine), "")
        }),
    ];
    // RFC 3515 §2.4.4, §2.4.5.
    let table = "
        input           | idle                   | asked              | rings
        REFER           | asked: 202, NOTIFY 100 | asked: 491         | rings: 491
        target: 100     | -                      | -                  | asked: NOTIFY
        target: 180     | -                      | rings: NOTIFY      | -
        target: 2xx     | -                      | idle: NOTIFY, last | idle: NOTIFY, last
        target: 300-699 | -                      | idle: NOTIFY, last | idle: NOTIFY, last
        64 T1           | -                      | -                  | -
        180 s           | -                      | idle: NOTIFY, last | idle: NOTIFY, last
        NOTIFY: 481     | -                      | idle               | idle";
    holds(table, &states, &inputs);
}

/// A dialog with tags 1 (ours) and 2, brought so far by the status of an answer; 0: by none.
fn dialog(ours: bool, status: u16) -> Dialog {
    let mut dialog = if ours {
        let mut dialog = Dialog::of_caller(1, 1, NodeId(9));
        dialog.on_response(2, status, NodeId(9), RouteSet::EMPTY);
        dialog
    } else {
        Dialog::of_callee(1, 2, 1, NodeId(9), RouteSet::EMPTY)
    };
    if !ours {
        dialog.answer(status);
    }
    dialog
}

#[test]
fn replaces_finds_what_it_may_replace() {
    // RFC 3891 §3, in its order.
    let replaces = Replaces { local_tag: 1, remote_tag: 2, early_only: false };
    let early_only = Replaces { early_only: true, ..replaces };
    let rows = [
        ("answered, we called", dialog(true, 200), Ok(Replaced::HangUp), Err(486)),
        ("answered, they called", dialog(false, 200), Ok(Replaced::HangUp), Err(486)),
        ("rings at them", dialog(true, 180), Ok(Replaced::Cancel), Ok(Replaced::Cancel)),
        ("rings at us", dialog(false, 180), Err(481), Err(481)),
        ("not even that", dialog(false, 100), Err(481), Err(481)),
        ("over, we called", ended(true), Err(603), Err(603)),
        ("over, they called", ended(false), Err(603), Err(603)),
    ];
    for (name, dialog, any, early) in rows {
        let other = Dialog::of_callee(3, 4, 1, NodeId(9), RouteSet::EMPTY);
        let chosen = |replaces: Replaces| replaces.choose([&other, &dialog]);
        assert_eq!(chosen(replaces), any.map(|replaced| (1, replaced)), "{name}");
        assert_eq!(chosen(early_only), early.map(|replaced| (1, replaced)), "{name}, early only");
    }
    assert_eq!(replaces.choose([]), Err(481), "none");
    let twice = dialog(true, 200);
    assert_eq!(replaces.choose([&twice, &twice]), Err(481), "more than one counts as none");
    let swapped = Replaces { local_tag: 2, remote_tag: 1, early_only: false };
    assert_eq!(swapped.choose([&twice]), Err(481), "the tags are those of the other side");
}

fn ended(ours: bool) -> Dialog {
    let mut dialog = dialog(ours, 200);
    dialog.end();
    dialog
}

#[test]
fn an_attended_transfer_names_the_call_as_its_other_side_knows_it() {
    let mut consultation = Dialog::of_caller(7, 1, NodeId(9));
    consultation.on_response(8, 200, NodeId(9), RouteSet::EMPTY);
    let mut at_the_target = Dialog::of_callee(8, 7, 1, NodeId(3), RouteSet::EMPTY);
    at_the_target.answer(200);
    assert_eq!(Replaces::of(&consultation).choose([&at_the_target]), Ok((0, Replaced::HangUp)));
}

//! re-INVITE and UPDATE from both sides: RFC 3261 §14, RFC 3311 §5.

use crate::START;
use crate::table::{Input, each, holds};
use simulator::rng::draw;
use simulator::sip::dialog::{Admission, Change, Modification, Modified, glare_wait};
use simulator::time::{Duration, Instant};

/// The name of a state: what is under way from each side, or waits.
fn state(machine: &Modification) -> String {
    let name = |change: Option<Change>| match change {
        None => "-",
        Some(Change::Invite) => "INVITE",
        Some(Change::Update) => "UPDATE",
        Some(Change::Refresh) => "refresh",
    };
    let waits = machine.poll_timeout() != Instant::NEVER;
    match (machine.ours(), machine.theirs()) {
        (None, None) => if waits { "later" } else { "idle" }.to_owned(),
        (None, theirs) if waits => format!("later, their {}", name(theirs)),
        (ours, None) => format!("our {}", name(ours)),
        (None, theirs) => format!("their {}", name(theirs)),
        (ours, theirs) => format!("our {}, their {}", name(ours), name(theirs)),
    }
}

fn states() -> Vec<(&'static str, Modification)> {
    let ours = |change| {
        let mut machine = Modification::NONE;
        assert!(machine.begin(change));
        machine
    };
    let theirs = |change| {
        let mut machine = Modification::NONE;
        assert_eq!(machine.on_request(change), Admission::Accepted);
        machine
    };
    let mut later = ours(Change::Invite);
    later.on_response(START, 491, 0, true, 0);
    vec![
        ("idle", Modification::NONE),
        ("later", later),
        ("our INVITE", ours(Change::Invite)),
        ("our UPDATE", ours(Change::Update)),
        ("our refresh", ours(Change::Refresh)),
        ("their INVITE", theirs(Change::Invite)),
        ("their UPDATE", theirs(Change::Update)),
        ("their refresh", theirs(Change::Refresh)),
    ]
}

fn inputs() -> Vec<Input<Modification>> {
    type M = Modification;
    let begin = |machine: &mut M, change| {
        let may = machine.begin(change);
        (state(machine), if may { "send" } else { "" })
    };
    let request = |machine: &mut M, change| {
        let does = match machine.on_request(change) {
            Admission::Accepted => "serve",
            Admission::Glare => "491",
            Admission::Overlap => "500",
        };
        (state(machine), does)
    };
    let hear = |retry_after_s: u32| {
        move |machine: &mut M, status| {
            let does = match machine.on_response(START, status, retry_after_s, true, 0) {
                Modified::Nothing | Modified::Later => "",
                Modified::Done => "done",
                Modified::Refused => "as before",
                Modified::Ended => "over",
            };
            (state(machine), does)
        }
    };
    vec![
        each("we: INVITE", &[Change::Invite], begin),
        each("we: UPDATE", &[Change::Update], begin),
        each("we: refresh", &[Change::Refresh], begin),
        each("they: INVITE", &[Change::Invite], request),
        each("they: UPDATE", &[Change::Update], request),
        each("they: refresh", &[Change::Refresh], request),
        each("1xx", &[100, 183], hear(0)),
        each("2xx", &[200, 202], hear(0)),
        each("491", &[491], hear(0)),
        each("500, Retry-After", &[500], hear(3)),
        each("408, 481", &[408, 481], hear(0)),
        each("others", &[302, 401, 488, 500, 503, 603], hear(0)),
        each("4 s", &[()], |machine: &mut M, ()| {
            let again = machine.on_timeout(START + Duration::seconds(4));
            (state(machine), if again { "try again" } else { "" })
        }),
        each("dialog over", &[()], |machine: &mut M, ()| {
            machine.stop();
            (state(machine), "")
        }),
    ]
}

#[test]
fn changes_of_both_sides_meet_by_the_book() {
    // 491 and 500: §14.2, RFC 3311 §5.2; what follows 491: §14.1; 408 and 481: §12.2.1.2. A refresh carries no offer, so that
    // it only meets another UPDATE of its own side.
    let table = "
        input            | idle                 | later                | our INVITE            | our UPDATE            | our refresh                         | their INVITE                         | their UPDATE                        | their refresh
        we: INVITE       | our INVITE: send     | our INVITE: send     | -                     | -                     | -                                   | -                                    | -                                   | our INVITE, their refresh: send
        we: UPDATE       | our UPDATE: send     | our UPDATE: send     | -                     | -                     | -                                   | -                                    | -                                   | our UPDATE, their refresh: send
        we: refresh      | our refresh: send    | our refresh: send    | -                     | -                     | -                                   | our refresh, their INVITE: send      | our refresh, their UPDATE: send     | our refresh, their refresh: send
        they: INVITE     | their INVITE: serve  | later, their INVITE: serve  | our INVITE: 491       | our UPDATE: 491       | our refresh, their INVITE: serve    | their INVITE: 500                    | their UPDATE: 500                   | their refresh: 500
        they: UPDATE     | their UPDATE: serve  | later, their UPDATE: serve  | our INVITE: 491       | our UPDATE: 491       | our refresh, their UPDATE: serve    | their INVITE: 500                    | their UPDATE: 500                   | their refresh: 500
        they: refresh    | their refresh: serve | later, their refresh: serve | our INVITE, their refresh: serve | our UPDATE, their refresh: serve | our refresh, their refresh: serve | their INVITE: serve       | their UPDATE: 500                   | their refresh: 500
        1xx              | -                    | -                    | -                     | -                     | -                                   | -                                    | -                                   | -
        2xx              | -                    | -                    | idle: done            | idle: done            | idle: done                          | -                                    | -                                   | -
        491              | -                    | -                    | later                 | later                 | later                               | -                                    | -                                   | -
        500, Retry-After | -                    | -                    | later                 | later                 | later                               | -                                    | -                                   | -
        408, 481         | -                    | -                    | idle: over            | idle: over            | idle: over                          | -                                    | -                                   | -
        others           | -                    | -                    | idle: as before       | idle: as before       | idle: as before                     | -                                    | -                                   | -
        4 s              | -                    | idle: try again      | -                     | -                     | -                                   | -                                    | -                                   | -
        dialog over      | -                    | idle                 | idle                  | idle                  | idle                                | idle                                 | idle                                | idle";
    holds(table, &states(), &inputs());
}

#[test]
fn who_made_the_call_id_waits_2_1_to_4_s_after_glare_and_the_other_at_most_2() {
    let waits = |owns: bool| (0..10_000).map(move |count| glare_wait(owns, draw(7, count)).0 / Duration::MILLISECOND.0);
    assert!(waits(true).all(|wait| wait % 10 == 0) && waits(false).all(|wait| wait % 10 == 0));
    assert_eq!((waits(true).min(), waits(true).max()), (Some(2_100), Some(4_000)));
    assert_eq!((waits(false).min(), waits(false).max()), (Some(0), Some(2_000)));
}

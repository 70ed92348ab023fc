//! Offer and answer: RFC 3264, with the refusals of RFC 3261 §14.2 and RFC 3311 §5.2.

use crate::table::{Input, each, holds};
use simulator::sip::sdp::{Codec, Codecs, Description, Direction, Media, Negotiation, NegotiationState};

fn ours() -> Description {
    Description::new(Codecs::of(&[Codec::Pcma, Codec::Opus]), 4000, Direction::SendReceive)
}

fn theirs() -> Description {
    Description::new(Codecs::of(&[Codec::Opus, Codec::Pcma]), 5000, Direction::SendReceive)
}

/// What no offer of either asked for.
fn foreign() -> Description {
    Description::new(Codecs::of(&[Codec::T38]), 5000, Direction::SendReceive)
}

fn agreed() -> Negotiation {
    let mut machine = Negotiation::NONE;
    machine.offer(ours()).unwrap();
    assert!(machine.on_answer(theirs()));
    machine
}

fn state(machine: &Negotiation) -> String {
    let agreed = if machine.local().is_some() { "agreed" } else { "new" };
    match machine.state() {
        NegotiationState::Stable => agreed.to_owned(),
        other => format!("{agreed}, {other:?}").to_lowercase(),
    }
}

fn states() -> Vec<(&'static str, Negotiation)> {
    let offered = |mut machine: Negotiation| {
        machine.offer(ours()).unwrap();
        machine
    };
    let asked = |mut machine: Negotiation| {
        machine.on_offer(theirs()).unwrap();
        machine
    };
    vec![
        ("new", Negotiation::NONE),
        ("new, offered", offered(Negotiation::NONE)),
        ("new, asked", asked(Negotiation::NONE)),
        ("agreed", agreed()),
        ("agreed, offered", offered(agreed())),
        ("agreed, asked", asked(agreed())),
    ]
}

fn inputs() -> Vec<Input<Negotiation>> {
    type M = Negotiation;
    let sent = |sent: Option<Description>| if sent.is_some() { "send" } else { "" };
    let answer = move |machine: &mut M, description| {
        let answer = machine.answer(description);
        (state(machine), sent(answer))
    };
    let hear = |machine: &mut M, description| {
        let fits = machine.on_answer(description);
        (state(machine), if fits { "" } else { "wrong" })
    };
    vec![
        each("we offer", &[ours()], move |machine: &mut M, description| {
            let offer = machine.offer(description);
            (state(machine), sent(offer))
        }),
        each("they offer", &[theirs(), foreign()], |machine: &mut M, description| {
            let does = match machine.on_offer(description) {
                Ok(()) => "",
                Err(491) => "491",
                Err(500) => "500",
                Err(_) => "another",
            };
            (state(machine), does)
        }),
        each("we answer", &[ours()], answer),
        each("we answer amiss", &[foreign()], answer),
        each("they answer", &[theirs()], hear),
        each("they answer amiss", &[foreign()], hear),
        each("refused", &[()], |machine: &mut M, ()| {
            machine.withdraw();
            (state(machine), "")
        }),
    ]
}

#[test]
fn offers_and_answers_alternate() {
    let table = "
        input             | new                | new, offered        | new, asked      | agreed                | agreed, offered        | agreed, asked
        we offer          | new, offered: send | -                   | -               | agreed, offered: send | -                      | -
        they offer        | new, asked         | new, offered: 491   | new, asked: 500 | agreed, asked         | agreed, offered: 491   | agreed, asked: 500
        we answer         | -                  | -                   | agreed: send    | -                     | -                      | agreed: send
        we answer amiss   | -                  | -                   | -               | -                     | -                      | -
        they answer       | new: wrong         | agreed              | new, asked: wrong | agreed: wrong       | agreed                 | agreed, asked: wrong
        they answer amiss | new: wrong         | new, offered: wrong | new, asked: wrong | agreed: wrong       | agreed, offered: wrong | agreed, asked: wrong
        refused           | -                  | new                 | new             | -                     | agreed                 | agreed";
    holds(table, &states(), &inputs());
}

#[test]
fn the_answerers_first_codec_is_spoken_and_both_directions_flow() {
    let media = Media { codec: Codec::Opus, local_port: 4000, remote_port: 5000, sends: true, receives: true };
    assert_eq!(agreed().media(), Some(media));
}

#[test]
fn hold_stops_what_the_holder_would_hear_and_resume_brings_it_back() {
    let mut machine = agreed();
    let flows = |machine: &Negotiation| machine.media().map(|media| (media.sends, media.receives));
    let hold = machine.offer(Description { direction: Direction::SendOnly, ..ours() }).unwrap();
    assert_eq!((hold.version, flows(&machine)), (2, Some((true, true))), "nothing changes before the answer");
    assert!(machine.on_answer(hold.answered(theirs().codecs, 5000, Direction::SendReceive).unwrap()));
    assert_eq!(flows(&machine), Some((true, false)));
    let resume = machine.offer(Description { direction: Direction::SendReceive, ..ours() }).unwrap();
    assert!(machine.on_answer(resume.answered(theirs().codecs, 5000, Direction::SendReceive).unwrap()));
    assert_eq!((resume.version, flows(&machine)), (3, Some((true, true))));
}

#[test]
fn a_refused_hold_leaves_both_talking() {
    let mut machine = agreed();
    let before = machine.media();
    machine.offer(Description { direction: Direction::SendOnly, ..ours() }).unwrap();
    machine.withdraw();
    assert_eq!((machine.media(), machine.state()), (before, NegotiationState::Stable));
}

#[test]
fn a_refresh_that_says_the_same_keeps_its_version() {
    let mut machine = agreed();
    assert_eq!(machine.offer(ours()).unwrap().version, 1);
}

#[test]
fn a_refused_stream_carries_nothing() {
    let mut machine = Negotiation::NONE;
    machine.offer(ours()).unwrap();
    assert!(machine.on_answer(Description { port: 0, ..theirs() }));
    assert_eq!(machine.media(), None);
}

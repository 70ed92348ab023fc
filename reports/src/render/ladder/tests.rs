use super::*;
use crate::ladder::{About, Fate, Ladder, Lane, Message, Note, Step, What};
use crate::render::page::{self, Sheet};
use crate::render::text::wrap::width;

fn message(at_ms: u64, (from, to): (usize, usize), text: &str, fate: Fate) -> Step {
    let octets =
        if text.starts_with("RENEW") { Vec::new() } else { format!("{text} sip:x SIP/2.0\r\n\r\n").into_bytes() };
    let left_ns = at_ms * 1_000_000;
    let message = Message { from, to, text: text.to_owned(), left_ns, fate, connected: false, octets };
    Step { at_ns: left_ns, what: What::Message(message) }
}

fn note(at_ms: u64, lane: usize, about: About, text: &str) -> Step {
    Step { at_ns: at_ms * 1_000_000, what: What::Note(Note { lane, about, text: text.to_owned() }) }
}

fn lanes(names: &[&str]) -> Vec<Lane> {
    names.iter().enumerate().map(|(i, name)| Lane { name: (*name).to_owned(), address: [10, 0, 0, i as u8] }).collect()
}

fn ladder() -> Ladder {
    Ladder {
        scenario: "Nine o'clock sign-in, and the master dies".to_owned(),
        endpoint: "desk-7".to_owned(),
        why: "the worst: back 5 s after it was due".to_owned(),
        seed: 42,
        starts_s: 9 * 3_600,
        lanes: lanes(&["desk-7", "master", "standby"]),
        steps: vec![
            note(0, 1, About::Node, "crashes"),
            note(1, 0, About::Endpoint, "wants back in"),
            message(1, (0, 1), "REGISTER 2", Fate::Unheard(3_000_000)),
            message(4, (0, 2), "REGISTER 3", Fate::Lost),
            message(504, (0, 2), "REGISTER 3 again", Fate::Heard(506_000_000)),
            note(506, 2, About::Queue, "waits 4.4 s for a free server"),
            message(4_906, (2, 1), "RENEW 9: 1 wanted", Fate::Open),
            note(
                4_906,
                1,
                About::Licence,
                "takes PBX-SoftwarePhones of its own, and the words are too many for a line",
            ),
            message(4_910, (2, 0), "200 OK", Fate::Heard(4_912_000_000)),
        ],
        ..Ladder::default()
    }
}

#[test]
fn a_ladder_in_80_columns() {
    insta::assert_snapshot!(render(&ladder()));
}

#[test]
fn a_ladder_of_many_lanes_and_long_words_fits_80_columns() {
    let long = "x".repeat(200);
    let names: Vec<String> = (0..60).map(|i| format!("{long}{i}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut crowd = Ladder { lanes: lanes(&names), endpoint: long.clone(), why: long.clone(), ..ladder() };
    for (from, to) in [(0, 59), (59, 0), (58, 59), (2, 3), (3, 2)] {
        crowd.steps.push(message(90_000_000, (from, to), &long, Fate::Heard(1)));
        crowd.steps.push(message(90_000_000, (from, to), &long, Fate::Lost));
        crowd.steps.push(note(90_000_000, from, About::Licence, &long));
    }
    let shown = render(&crowd);
    assert!(shown.lines().all(|line| width(line) <= 80), "{shown}");
    assert!(shown.contains("10:00:00.000+1"), "the day after: {shown}");
}

#[test]
fn a_page_of_the_longest_ladder_is_small() {
    let mut long = ladder();
    let steps: Vec<Step> = (0..2_000).map(|i| message(i, (0, 1), &"z".repeat(900), Fate::Heard(i))).collect();
    long.steps = steps;
    let page = page::ladder(&long, Sheet::Inside);
    assert!(page.len() <= page::LARGEST, "{} bytes", page.len());
}

#[test]
fn a_capture_holds_every_message_and_every_remark() {
    let file = capture(&[ladder()]);
    let mut rest = file.as_slice();
    let mut kinds = Vec::new();
    while !rest.is_empty() {
        let word = |at: usize| u32::from_le_bytes(rest[at..at + 4].try_into().expect("four bytes"));
        let (kind, length) = (word(0), word(4) as usize);
        assert_eq!((length % 4, word(length - 4) as usize), (0, length), "the length stands at both ends");
        kinds.push(kind);
        rest = &rest[length..];
    }
    assert_eq!(kinds, [0x0A0D_0D0A, 1, 6, 6, 6, 6]);
    let has = |text: &str| file.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(has("09:00:00.000 master: crashes") && has("09:00:04.906 standby to master: RENEW 9: 1 wanted under way"));
    assert!(has("nobody hears it") && has("200 OK sip:x SIP/2.0"));
}

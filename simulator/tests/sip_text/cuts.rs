//! Streams: the same messages, whatever the cuts.

use simulator::sip::text::stream::{Framer, Piece};
use simulator::sip::text::{Fault, MAX_BODY, MAX_HEAD};

use crate::corpora::{self, Case};
use crate::outcome::Outcome::{Close, Refuse, Take, Wait};
use crate::outcome::{Outcome, of_stream};
use crate::torture;

/// What differs over a stream from what a datagram gets.
fn over_stream(case: &Case) -> Vec<Outcome> {
    let name = case.name.split(' ').next_back().unwrap();
    match name {
        // Content-Length says more than will come; no empty line.
        "clerr" | "baddn" => vec![Wait],
        // No Content-Length that could be believed.
        "ncl" | "mcl01" => vec![Close(Some(400))],
        "inv2543" | "17.1.1.3-m01-invite" | "23.3-m01-invite" => vec![Close(Some(400))],
        "3.8-F19-487-request-terminated" | "17.1.1.3-m02-ack" => vec![Close(None)],
        // No status line at all: nothing after it can be trusted.
        "bigcode" | "3.9-F06-486-busy-here" | "3.9-F08-486-busy-here" | "3.9-F10-486-busy-here" => vec![Close(None)],
        // On a stream, what follows is a second message, and the end of its body is no third.
        "dblreq" => vec![Take(0), Take(150), Close(None)],
        _ => vec![case.expected],
    }
}

#[test]
fn every_message_means_the_same_wherever_the_stream_is_cut() {
    for case in corpora::all().iter().chain(&torture::cases()) {
        let expected =
            if torture::is_ours(case) { of_stream([&case.octets[..]].into_iter()) } else { over_stream(case) };
        assert_eq!(of_stream([&case.octets[..]].into_iter()), expected, "{} uncut", case.name);
        assert_eq!(of_stream(case.octets.chunks(1)), expected, "{} octet by octet", case.name);
        for cut in 1..case.octets.len() {
            let (before, after) = case.octets.split_at(cut);
            assert_eq!(of_stream([before, after].into_iter()), expected, "{} cut at {cut}", case.name);
        }
    }
}

const OPTIONS: &[u8] =
    b"OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/TCP b;branch=z9hG4bK1\r\nFrom: <sip:c>;tag=1\r\nTo: <sip:a>\r\n\
    Call-ID: 1\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nl: 3\r\n\r\n\xc3\xa4x";

#[test]
fn messages_and_keep_alives_in_one_segment_are_told_apart() {
    let stream = [b"\r\n\r\n", OPTIONS, b"\r\n\r\n\r\n", OPTIONS, OPTIONS].concat();
    for segment in [1, 2, 3, 7, 50, stream.len()] {
        let (mut breaks, mut messages) = (0, 0);
        let mut framer = Framer::default();
        for octets in stream.chunks(segment) {
            framer.push(octets);
            while let Some(piece) = framer.take() {
                match piece {
                    Piece::Break => breaks += 1,
                    Piece::Message(message) => messages += usize::from(message.body() == b"\xc3\xa4x"),
                    Piece::Broken(fault, _) => panic!("{fault}"),
                }
            }
        }
        assert_eq!((breaks, messages, framer.held()), (5, 3, 0), "in segments of {segment}");
    }
}

/// What a peer sends, and what is made of it.
fn end_of(octets: &[u8]) -> (Option<Fault>, usize) {
    let mut framer = Framer::default();
    framer.push(octets);
    let mut fault = None;
    while let Some(piece) = framer.take() {
        if let Piece::Broken(why, _) = piece {
            fault = Some(why);
        }
    }
    (fault, framer.held())
}

#[test]
fn a_header_section_without_end_is_cut_off_at_its_bound() {
    let endless = |octets: usize| [b"OPTIONS sip:a SIP/2.0\r\nX: ".as_slice(), &vec![b'a'; octets]].concat();
    assert_eq!(end_of(&endless(MAX_HEAD - 26)), (None, MAX_HEAD));
    assert_eq!(end_of(&endless(MAX_HEAD - 25)).0, Some(Fault::TooLarge));
    let mut framer = Framer::default();
    for _ in 0..1000 {
        framer.push(&[b'a'; 1000]);
        while framer.take().is_some() {}
    }
    assert!(framer.held() <= MAX_HEAD + 1000, "what comes behind the end is not kept");
}

#[test]
fn a_content_length_is_believed_up_to_its_bound_and_reserves_nothing() {
    let message = |length: &str| [b"OPTIONS sip:a SIP/2.0\r\nl: ".as_slice(), length.as_bytes(), b"\r\n\r\n"].concat();
    let most = MAX_BODY.to_string();
    assert_eq!(end_of(&message(&most)), (None, message(&most).len()));
    for wrong in ["1048577", "-1", "2147483648", "4294967297", "18446744073709551616", "+5", "5 5", "0x10", ""] {
        assert!(end_of(&message(wrong)).0.is_some(), "{wrong}");
    }
    let twice = b"OPTIONS sip:a SIP/2.0\r\nl: 1\r\nContent-Length: 1\r\n\r\nx";
    assert!(end_of(twice).0.is_some(), "two equal ones are two");
    assert_eq!(of_stream([&message("-1")[..]].into_iter()), [Close(Some(400))]);
}

#[test]
fn a_slow_sender_costs_no_more_than_a_fast_one() {
    // Were each octet to start a new search from the front, this would look at 2·10^9 octets.
    let head = [b"OPTIONS sip:a SIP/2.0\r\n".as_slice(), &b"X: y\r\n".repeat(10_000), b"l: 0\r\n\r\n"].concat();
    assert_eq!(of_stream(head.chunks(1)), [Refuse(513)]);
}

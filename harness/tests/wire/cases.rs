//! What broke others' SIP (reliability §2), case by case: which test holds it, or why there is none. Those that an edge alone
//! can show are below.

use std::net::SocketAddr;

use harness::wire::heard::Heard;
use harness::wire::line::Line;
use simulator::node::{Body, Packet};
use simulator::sip::message::Register;
use simulator::sip::text::Fault;
use simulator::time::{Duration, Instant};

use crate::edges::{Edges, asking};

/// Files with tests, from the root of the repository.
const CORPORA: &str = "simulator/tests/sip_text/corpora.rs";
const TORTURE: &str = "simulator/tests/sip_text/torture.rs";
const CUTS: &str = "simulator/tests/sip_text/cuts.rs";
const SDP: &str = "simulator/src/sip/text/sdp.rs";
const SOCKET: &str = "harness/src/wire/socket.rs";
const EDGES: &str = "harness/tests/wire/edges.rs";
const BETWEEN: &str = "harness/tests/wire/between.rs";
const HERE: &str = "harness/tests/wire/cases.rs";

/// Case, file, test.
const HELD: &[(u8, &str, &str)] = &[
    (1, CORPORA, "rfc_4475_gets_49_of_49_verdicts"),
    (1, CORPORA, "rfc_5118_gets_12_of_12_verdicts"),
    (1, CORPORA, "rfc_3665_gets_181_of_181_verdicts"),
    (2, TORTURE, "long_values_are_never_cut"),
    (3, TORTURE, "long_values_are_never_cut"),
    (4, TORTURE, "equal_header_fields_are_taken_up_to_the_bound"),
    (4, TORTURE, "vias_are_taken_up_to_the_bound"),
    (5, HERE, "a_request_line_of_two_kilobytes_is_answered_and_echoed_nowhere"),
    (6, TORTURE, "our_own_torture_set_gets_its_verdicts"),
    (7, TORTURE, "our_own_torture_set_gets_its_verdicts"),
    (8, TORTURE, "our_own_torture_set_gets_its_verdicts"),
    (9, TORTURE, "our_own_torture_set_gets_its_verdicts"),
    (10, HERE, "a_response_with_a_status_that_is_none_is_dropped"),
    (11, SDP, "numbers_that_are_none_wrap_nothing"),
    (12, HERE, "bodies_that_are_no_description_are_refused_unread"),
    (13, HERE, "what_a_request_uri_asks_for_by_its_headers_is_refused"),
    (14, HERE, "bodies_that_are_no_description_are_refused_unread"),
    (15, "simulator/src/sip/text/via.rs", "broken_hops_are_refused"),
    (16, TORTURE, "our_own_torture_set_gets_its_verdicts"),
    (16, SOCKET, "a_message_without_an_end_and_one_without_sense_end_their_connections"),
    (17, CUTS, "a_header_section_without_end_is_cut_off_at_its_bound"),
    (17, SOCKET, "a_message_without_an_end_and_one_without_sense_end_their_connections"),
    (18, CUTS, "a_content_length_is_believed_up_to_its_bound_and_reserves_nothing"),
    (19, CUTS, "every_message_means_the_same_wherever_the_stream_is_cut"),
    (19, CUTS, "messages_and_keep_alives_in_one_segment_are_told_apart"),
    (24, "simulator/tests/sip_text/mutations.rs", "mutated_messages_get_verdicts_and_nothing_worse"),
    (24, HERE, "a_flood_of_invites_is_shed_and_forgotten"),
    (24, BETWEEN, "nothing_is_kept_of_calls_that_are_over"),
    (25, HERE, "a_hundred_contacts_are_refused_and_an_overlarge_lifetime_is_an_hour"),
    (27, HERE, "a_request_that_has_come_too_far_is_refused"),
    (28, HERE, "a_hundred_thousand_copies_of_a_request_are_one_transaction"),
    (29, "harness/src/wire/transactions.rs", "a_transaction_is_named_by_branch_method_and_source"),
    (30, HERE, "requests_within_dialogs_that_are_none_get_the_answers_of_rfc_3261"),
    (30, "simulator/tests/sip/cancel.rs", "a_cancel_meets_every_race"),
    (31, HERE, "numbers_at_their_ends_do_not_wrap"),
    (32, EDGES, "an_answer_goes_back_to_where_the_request_came_from_and_is_small"),
    (33, EDGES, "an_answer_goes_back_to_where_the_request_came_from_and_is_small"),
    (34, SOCKET, "nothing_leaves_for_an_address_off_the_list"),
    (35, HERE, "methods_that_nobody_serves_are_refused"),
    (36, HERE, "methods_that_nobody_serves_are_refused"),
    (37, EDGES, "a_response_that_nobody_could_know_of_is_dropped"),
    (37, "harness/src/wire/calls/names.rs", "what_others_print_is_not_ours"),
    (39, "simulator/tests/registration.rs", "a_nonce_serves_once_and_only_with_the_secret"),
    (40, "simulator/src/sip/text/credentials.rs", "several_challenges_in_one_field_are_several"),
    (41, "simulator/tests/sip_text/digest.rs", "digest_gets_10_of_10_vectors"),
    (42, HERE, "a_challenge_to_anything_but_an_invite_gets_no_credentials"),
    (43, HERE, "a_wrong_user_and_a_wrong_password_are_told_apart_by_nobody"),
    (43, "simulator/tests/sip_text/digest.rs", "a_wrong_length_or_digit_is_never_right"),
    (50, "reports/src/render/hostile.rs", "injections_do_nothing_in_any_rendering"),
    (51, "reports/src/render/csv.rs", "fields_are_quoted_and_never_formulas"),
    (52, "harness/tests/cli/terminals.rs", "logs_come_only_when_asked_for"),
];

/// Case, and why no test holds it.
const OPEN: &[(u8, &str)] = &[
    (20, "the bound on idle connections is there, without a test at ten thousand"),
    (21, "clients that close at once: no test of ten thousand rounds"),
    (22, "no TLS yet"),
    (23, "no WebSocket yet"),
    (26, "held in the machine (RFC 3261 §10.3 step 7), not by a test of this name"),
    (38, "no SRV or NAPTR: one address is resolved before a run, and held against the rails"),
];

#[test]
fn every_case_is_held_by_a_test_that_exists_or_says_why_not() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../");
    for (case, file, test) in HELD {
        let text = std::fs::read_to_string(format!("{root}{file}")).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert!(text.contains(&format!("fn {test}(")), "case {case}: {file} has no {test}");
    }
    let held = |case: &u8| HELD.iter().any(|(one, ..)| one == case);
    let open = |case: &u8| OPEN.iter().any(|(one, why)| one == case && !why.is_empty());
    let neither: Vec<u8> = (1..=43).chain(50..=52).filter(|case| held(case) == open(case)).collect();
    assert_eq!(neither, [0; 0], "each case is held or open, and not both");
}

const OPTIONS: &str = "OPTIONS sip:example.com SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:40000;rport;branch=z9hG4bKa\r\n\
    From: <sip:desk-1@example.com>;tag=1\r\nTo: <sip:desk-2@example.com>\r\nCall-ID: a\r\nCSeq: 1 OPTIONS\r\n\
    Content-Length: 0\r\n\r\n";

fn invite() -> String {
    OPTIONS.replace("OPTIONS", "INVITE").replace("sip:example.com SIP", "sip:10002@example.com SIP").replace(
        "Content-Length: 0",
        "Contact: <sip:desk-1@127.0.0.1:40000>\r\nContent-Type: application/sdp\r\nContent-Length: 0",
    )
}

/// The status that a server answers without a PBX.
fn status(edges: &mut Edges, text: &str) -> Option<u16> {
    let (heard, out) = edges.hear(Instant::ZERO, text.as_bytes());
    let line = String::from_utf8(out).expect("text");
    match heard {
        Heard::Answered(to) => {
            assert_eq!(to, edges.here);
            line.split(' ').nth(1).and_then(|status| status.parse().ok())
        }
        _ => None,
    }
}

#[test]
fn a_request_line_of_two_kilobytes_is_answered_and_echoed_nowhere() {
    let mut edges = Edges::new();
    let long = OPTIONS.replace("OPTIONS sip:example.com", &format!("OPTIONS sip:{}@example.com", "a".repeat(2_000)));
    let (heard, out) = edges.hear(Instant::ZERO, long.as_bytes());
    assert!(matches!(heard, Heard::Answered(_)) && out.len() < 600, "{heard:?}, {} octets", out.len());
}

#[test]
fn a_response_with_a_status_that_is_none_is_dropped() {
    let mut edges = Edges::new();
    let response = OPTIONS.replace("OPTIONS sip:example.com SIP/2.0", "SIP/2.0 200 OK");
    let mut out = Vec::new();
    for status in ["0", "99", "700", "4294967301", "2OO", "-20", "20"] {
        let text = response.replace("200 OK", &format!("{status} OK"));
        let at = (Line::datagrams(0), edges.here);
        let heard = edges.client.hear(&edges.people, Instant::ZERO, at, text.as_bytes(), &mut out);
        assert_eq!(heard, Heard::Dropped(Fault::StartLine), "{status}");
        assert!(matches!(edges.hear(Instant::ZERO, text.as_bytes()).0, Heard::Dropped(_)), "{status}");
    }
}

#[test]
fn bodies_that_are_no_description_are_refused_unread() {
    let mut edges = Edges::new();
    let kinds =
        ["multipart/mixed", "multipart/mixed;boundary=b", "application/dialog-info+xml", "application/pidf+xml"];
    // A parameter without its value is none.
    for (kind, expected) in kinds.map(|kind| (kind, 415)).into_iter().chain([("multipart/mixed;boundary=", 400)]) {
        let body = "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>";
        let text = invite()
            .replace("application/sdp", kind)
            .replace("Content-Length: 0", &format!("Content-Length: {}", body.len()));
        assert_eq!(status(&mut edges, &format!("{text}{body}")), Some(expected), "{kind}");
    }
}

#[test]
fn what_a_request_uri_asks_for_by_its_headers_is_refused() {
    let mut edges = Edges::new();
    for headers in ["?Route=%3Csip:evil.example%3E", "?Subject=a&body=b"] {
        let text = invite().replace("@example.com SIP/2.0", &format!("@example.com{headers} SIP/2.0"));
        assert_eq!(status(&mut edges, &text), Some(400), "{headers}");
    }
}

#[test]
fn a_flood_of_invites_is_shed_and_forgotten() {
    let mut edges = Edges::new();
    let text = invite();
    for number in 0..20_000_u64 {
        let one = text.replace("Call-ID: a", &format!("Call-ID: {number}")).replace("4bKa", &format!("4bK{number}"));
        // 2,000 a second, none of them ever acknowledged.
        edges.hear(Instant::ZERO + Duration::millis(number / 2), one.as_bytes());
    }
    let end = Instant::ZERO + Duration::seconds(600);
    for minute in 0..10 {
        edges.server.calls.sweep(Instant::ZERO + Duration::seconds(60 * minute), |_, _| false);
    }
    edges.server.calls.sweep(end, |_, _| false);
    assert_eq!(edges.server.calls.kept(), (0, 0));
}

#[test]
fn a_hundred_contacts_are_refused_and_an_overlarge_lifetime_is_an_hour() {
    let mut edges = Edges::new();
    let text = String::from_utf8(edges.register(asking())).unwrap();
    let more: String =
        (0..100).map(|number| format!("Contact: <sip:desk-4@127.0.0.1:{}>\r\n", 1000 + number)).collect();
    assert_eq!(status(&mut edges, &text.replace("Contact: ", &format!("{more}Contact: "))), Some(403));
    for seconds in ["4294967296", "99999999999999999999", "-1", "x"] {
        let text = text.replace("Expires: 600", &format!("Expires: {seconds}"));
        let text = text.replace("branch=z9hG4bK", &format!("branch=z9hG4bK{}", seconds.len()));
        assert_eq!(edges.heard(text.as_bytes()).expires_s, 3600, "{seconds}");
    }
}

#[test]
fn a_request_that_has_come_too_far_is_refused() {
    let mut edges = Edges::new();
    let vias = |count: usize| "Via: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKb\r\n".repeat(count);
    let text = |count| OPTIONS.replace("From:", &format!("{}From:", vias(count)));
    assert_eq!([status(&mut edges, &text(70)), status(&mut edges, &text(200))], [Some(200), Some(513)]);
}

#[test]
fn a_hundred_thousand_copies_of_a_request_are_one_transaction() {
    let mut edges = Edges::new();
    let text = edges.register(asking());
    let first = edges.heard(&text).branch;
    assert!((0..100_000).all(|_| edges.heard(&text).branch == first));
    assert_eq!(edges.server.kept(), 1);
}

#[test]
fn requests_within_dialogs_that_are_none_get_the_answers_of_rfc_3261() {
    let mut edges = Edges::new();
    let of =
        |method: &str| OPTIONS.replace("OPTIONS", method).replace("desk-2@example.com>", "desk-2@example.com>;tag=x");
    for method in ["BYE", "UPDATE", "CANCEL"] {
        assert_eq!(status(&mut edges, &of(method)), Some(481), "{method}");
    }
    assert_eq!(status(&mut edges, &invite().replace("desk-2@example.com>", "desk-2@example.com>;tag=x")), Some(481));
    assert!(matches!(edges.hear(Instant::ZERO, of("ACK").as_bytes()).0, Heard::Dropped(_)), "an ACK is never answered");
    assert_eq!(status(&mut edges, &invite().replace("From: <sip:desk-1", "From: <sip:stranger")), Some(403));
    assert_eq!(status(&mut edges, &invite().replace("Contact:", "X-Contact:")), Some(400));
    assert_eq!(status(&mut edges, &invite().replace("sip:10002@", "sip:somebody@")), Some(404));
}

#[test]
fn numbers_at_their_ends_do_not_wrap() {
    let mut edges = Edges::new();
    let last = (1_u32 << 31) - 1;
    let text = edges.register(Register { sequence: last, ..asking() });
    assert_eq!(edges.heard(&text).sequence, last);
    let beyond = String::from_utf8(text).unwrap().replace(&format!("CSeq: {last}"), "CSeq: 2147483648");
    assert_eq!(status(&mut edges, &beyond), Some(400));
}

#[test]
fn methods_that_nobody_serves_are_refused() {
    let mut edges = Edges::new();
    for method in ["NOTIFY", "SUBSCRIBE", "MESSAGE", "INFO", "REFER", "PUBLISH", "PRACK"] {
        assert_eq!(status(&mut edges, &OPTIONS.replace("OPTIONS", method)), Some(405), "{method}");
    }
    assert_eq!(status(&mut edges, &OPTIONS.replace("OPTIONS", "SHUTDOWN")), Some(501));
}

#[test]
fn a_challenge_to_anything_but_an_invite_gets_no_credentials() {
    let mut edges = Edges::new();
    let challenge = OPTIONS
        .replace("OPTIONS sip:example.com SIP/2.0", "SIP/2.0 401 Unauthorized")
        .replace("Content-Length: 0", "WWW-Authenticate: Digest realm=\"evil\", nonce=\"1\"\r\nContent-Length: 0");
    let mut out = Vec::new();
    let at = (Line::datagrams(0), "127.0.0.1:9".parse::<SocketAddr>().unwrap());
    let heard = edges.client.hear(&edges.people, Instant::ZERO, at, challenge.as_bytes(), &mut out);
    assert_eq!((heard, out.len()), (Heard::Dropped(Fault::NotOurs), 0), "nobody asked");
}

#[test]
fn a_wrong_user_and_a_wrong_password_are_told_apart_by_nobody() {
    let mut edges = Edges::new();
    let text = String::from_utf8(edges.register(asking())).unwrap();
    let with = |user: &str, branch: &str| {
        let credentials = format!(
            "Authorization: Digest username=\"{user}\", realm=\"example.com\", nonce=\"0000000000000001\", \
             uri=\"sip:example.com\", response=\"00000000000000000000000000000000\", algorithm=MD5\r\nContent-Length"
        );
        text.replace("Content-Length", &credentials).replace("z9hG4bK", &format!("z9hG4bK{branch}"))
    };
    for (user, branch) in [("desk-4", "p"), ("desk-5", "u"), ("nobody", "n")] {
        let (heard, _) = edges.hear(Instant::ZERO, with(user, branch).as_bytes());
        let Heard::Packet(Packet { body: Body::Register(register), .. }) = heard else { panic!("{user}: {heard:?}") };
        assert_eq!(register.proof, 0, "{user}: the PBX challenges again, whatever was wrong");
    }
}

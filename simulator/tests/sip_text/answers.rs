//! Responses: a request's own octets come back, and what a client needs to do better.

use std::net::SocketAddr;

use simulator::sip::text::Fault;
use simulator::sip::text::answer::{Answer, Back};
use simulator::sip::text::message::Message;
use simulator::sip::text::verdict::{Verdict, judge};

use crate::corpora;
use crate::outcome::PBX;
use crate::torture::{self, SOUND};

fn back(source: &str) -> Back<'_> {
    Back { source: source.parse().expect("an address"), tag: b"77" }
}

fn answer(request: &str, status: u16, source: &str) -> String {
    let message = Message::read(request.as_bytes()).unwrap();
    let mut out = Vec::new();
    Answer::begin(&message, status, "Phrase", &back(source), &mut out).end();
    String::from_utf8(out).unwrap()
}

fn refused(octets: &[u8]) -> Option<(Fault, Vec<u8>)> {
    let message = Message::read(octets).ok()?;
    let Verdict::Refuse(fault) = judge(&message, &PBX) else { return None };
    let mut out = Vec::new();
    Answer::refuse(&message, fault, &PBX, &back("198.51.100.7:5062"), &mut out);
    Some((fault, out))
}

#[test]
fn an_answer_is_made_of_the_requests_own_octets() {
    let request = SOUND
        .replace("To: Bob ", "t :\t\"B\\\"o\"  ")
        .replace("Call-ID: ", "I:")
        .replace("Via: SIP/2.0/UDP 192.0.2.4:5060;", "v: SIP / 2.0/UDP\r\n 192.0.2.4:5060 ;");
    let expected = "SIP/2.0 200 Phrase\r\n\
        v: SIP / 2.0/UDP\r\n 192.0.2.4:5060 ;branch=z9hG4bK74bf9\r\n\
        From: Bob <sip:bob@example.com>;tag=a73kszlfl\r\n\
        t: \"B\\\"o\"  <sip:bob@example.com>;tag=77\r\n\
        I: 1j9FpLxk3uxtm8tn@192.0.2.4\r\n\
        CSeq: 1 REGISTER\r\n\
        Content-Length: 0\r\n\r\n";
    assert_eq!(answer(&request, 200, "192.0.2.4:5060"), expected);
}

#[test]
fn a_100_gets_no_tag_and_a_tag_that_is_there_stays() {
    assert!(answer(SOUND, 100, "192.0.2.4:5060").contains("\r\nTo: Bob <sip:bob@example.com>\r\n"));
    let tagged = SOUND.replace("To: Bob <sip:bob@example.com>", "To: Bob <sip:bob@example.com>;tag=5");
    assert!(answer(&tagged, 200, "192.0.2.4:5060").contains("\r\nTo: Bob <sip:bob@example.com>;tag=5\r\n"));
}

fn top_via(request: &str, source: &str) -> String {
    let text = answer(request, 200, source);
    text.lines().nth(1).unwrap().to_owned()
}

#[test]
fn the_top_via_tells_where_a_request_came_from() {
    let via = |via: &str| SOUND.replace("SIP/2.0/UDP 192.0.2.4:5060;branch=z9hG4bK74bf9", via);
    let far = "198.51.100.7:5062";
    let with = |text: &str, source| top_via(&via(text), source);
    assert_eq!(with("SIP/2.0/UDP 192.0.2.4;branch=a", "192.0.2.4:5060"), "Via: SIP/2.0/UDP 192.0.2.4;branch=a");
    assert_eq!(
        with("SIP/2.0/UDP 192.0.2.4;branch=a", far),
        "Via: SIP/2.0/UDP 192.0.2.4;branch=a;received=198.51.100.7"
    );
    assert_eq!(
        with("SIP/2.0/UDP b;rport;branch=a, SIP/2.0/TCP c", far),
        "Via: SIP/2.0/UDP b;rport=5062;branch=a;received=198.51.100.7, SIP/2.0/TCP c"
    );
    assert_eq!(
        with("SIP/2.0/UDP 198.51.100.7;branch=a;RPORT", far),
        "Via: SIP/2.0/UDP 198.51.100.7;branch=a;RPORT=5062;received=198.51.100.7"
    );
    assert_eq!(
        with("SIP/2.0/UDP [2001:db8::1];rport", "[2001:db8::1]:5061"),
        "Via: SIP/2.0/UDP [2001:db8::1];rport=5061;received=2001:db8::1"
    );
}

#[test]
fn a_refusal_says_what_would_help() {
    let cases = corpora::rfc4475();
    let expected = [
        ("bext01", "Unsupported: nothingSupportsThis, nothingSupportsThisEither\r\n"),
        ("invut", "Accept: application/sdp\r\n"),
        ("sdp01", "Accept: application/sdp\r\n"),
        ("intmeth", "Allow: INVITE, REGISTER, OPTIONS, BYE, MESSAGE\r\n"),
        ("scalar02", "SIP/2.0 400 Malformed CSeq\r\n"),
        (
            "insuf",
            "SIP/2.0 400 Missing From\r\nVia: SIP/2.0/UDP 192.0.2.95;branch=z9hG4bKkdj.insuf;received=198.51.100.7\r\nCSeq: 193942 INVITE\r\nContent-Length: 0\r\n\r\n",
        ),
    ];
    for (name, wanted) in expected {
        let Some(case) = cases.iter().find(|case| case.name.ends_with(name)) else { return };
        let (_, text) = refused(&case.octets).unwrap();
        let text = String::from_utf8(text).unwrap();
        assert!(text.contains(wanted), "{name}: {text}");
    }
}

#[test]
fn every_refusal_is_itself_a_sound_response_where_the_request_lets_it() {
    let mut sound = 0;
    for case in corpora::all().iter().chain(&torture::cases()) {
        let Some((fault, text)) = refused(&case.octets) else { continue };
        let response = Message::read(&text).unwrap_or_else(|why| panic!("{}: {why}", case.name));
        assert_eq!(response.status(), Some(fault.status()), "{}", case.name);
        assert!(text.len() < 2 * case.octets.len() + 200, "{}: {} octets", case.name, text.len());
        assert_ne!(response.fault(), Some(Fault::Control), "{}: no stray control octet goes back", case.name);
        sound += usize::from(judge(&response, &PBX) == Verdict::Take);
    }
    assert!(sound >= 30, "{sound} sound refusals");
}

#[test]
fn an_answer_goes_on_behind_what_is_there() {
    let message = Message::read(SOUND.as_bytes()).unwrap();
    let mut out = b"before".to_vec();
    let source: SocketAddr = "192.0.2.4:5060".parse().unwrap();
    let mut answer = Answer::begin(&message, 423, "Interval Too Brief", &Back { source, tag: b"1" }, &mut out);
    answer.header("Min-Expires", 60).octets("Server", b"x");
    answer.end();
    let text = String::from_utf8(out).unwrap();
    assert!(text.starts_with("beforeSIP/2.0 423 Interval Too Brief\r\n"), "{text}");
    assert!(text.ends_with("CSeq: 1 REGISTER\r\nMin-Expires: 60\r\nServer: x\r\nContent-Length: 0\r\n\r\n"), "{text}");
}

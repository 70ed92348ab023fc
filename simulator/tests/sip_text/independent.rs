//! Against rsip, written by others: where it can read a message, both read the same; what it is known to read wrong is
//! read right here. A defect that is mended there turns its test red.

use rsip::headers::UntypedHeader;
use rsip::message::HasHeaders;
use rsip::prelude::{HeadersExt, ToTypedHeader};
use simulator::sip::text::message::{Message, StartLine};
use simulator::sip::text::name::Name;
use simulator::sip::text::{Fault, credentials::Credentials};

use crate::corpora;
use crate::torture::{self, SOUND};

fn theirs(octets: &[u8]) -> Option<rsip::SipMessage> {
    rsip::SipMessage::try_from(octets).ok()
}

fn text(octets: Option<&[u8]>) -> Option<String> {
    octets.map(|octets| String::from_utf8_lossy(octets).into_owned())
}

/// What a registrar looks at.
#[derive(Debug, PartialEq)]
struct Looked {
    status: Option<u16>,
    call_id: Option<String>,
    sequence: Option<u32>,
    branch: Option<String>,
    from_tag: Option<String>,
    to_tag: Option<String>,
}

fn ours(message: &Message<'_>) -> Looked {
    Looked {
        status: message.status(),
        call_id: text(message.call_id().ok()),
        sequence: message.cseq().ok().map(|cseq| cseq.number),
        branch: text(message.via().ok().and_then(|via| via.branch())),
        from_tag: text(message.from().ok().and_then(|from| from.tag())),
        to_tag: text(message.to().ok().and_then(|to| to.tag())),
    }
}

/// Nothing, where one of its typed headers fails.
fn looked(message: &rsip::SipMessage) -> Option<Looked> {
    let status = match message {
        rsip::SipMessage::Response(response) => Some(response.status_code.code()),
        rsip::SipMessage::Request(_) => None,
    };
    let (from, to) = (message.from_header().ok()?.typed().ok()?, message.to_header().ok()?.typed().ok()?);
    let via = message.via_header().ok()?.typed().ok()?;
    Some(Looked {
        status,
        call_id: Some(message.call_id_header().ok()?.value().trim().to_owned()),
        sequence: Some(message.cseq_header().ok()?.typed().ok()?.seq),
        branch: via.branch().map(|branch| branch.value().to_owned()),
        from_tag: from.tag().map(|tag| tag.value().to_owned()),
        to_tag: to.tag().map(|tag| tag.value().to_owned()),
    })
}

#[test]
fn where_an_independent_parser_reads_a_sound_message_both_read_the_same() {
    let mut compared = 0;
    for case in corpora::all().iter().chain(&torture::cases()) {
        let Some(theirs) = theirs(&case.octets).as_ref().and_then(looked) else { continue };
        let Ok(message) = Message::read(&case.octets) else { continue };
        if !matches!(case.expected, crate::outcome::Outcome::Take(_)) {
            continue;
        }
        compared += 1;
        assert_eq!(ours(&message), theirs, "{}", case.name);
    }
    let wanted = if corpora::rfc4475().is_empty() { 20 } else { 80 };
    assert!(compared >= wanted, "{compared} compared");
}

fn read(octets: &[u8]) -> Message<'_> {
    Message::read(octets).unwrap()
}

fn edited(from: &str, to: &str) -> String {
    assert!(SOUND.contains(from));
    SOUND.replace(from, to)
}

#[test]
fn an_ipv6_host_which_rsip_refuses_is_read() {
    let message = edited("192.0.2.4:5060", "[2001:db8::4]:5060");
    assert!(theirs(message.as_bytes()).is_none_or(|them| looked(&them).is_none()));
    assert!(read(message.as_bytes()).via().unwrap().host.address().unwrap().is_ipv6());
}

#[test]
fn a_quoted_parameter_which_rsip_refuses_is_read() {
    let message = edited("<sip:bob@192.0.2.4>", "<sip:bob@192.0.2.4>;+sip.instance=\"<urn:uuid:1>\"");
    let them = theirs(message.as_bytes()).unwrap();
    assert!(them.contact_header().unwrap().typed().is_err());
    assert!(read(message.as_bytes()).contacts().all(|contact| contact.is_ok()));
}

#[test]
fn compact_names_which_rsip_does_not_know_are_known() {
    let message = edited("Call-ID:", "i:");
    assert!(theirs(message.as_bytes()).unwrap().call_id_header().is_err());
    assert_eq!(read(message.as_bytes()).call_id(), Ok(&b"1j9FpLxk3uxtm8tn@192.0.2.4"[..]));
}

#[test]
fn lines_which_rsip_refuses_are_read() {
    let latin: Vec<u8> = SOUND.replace("To: Bob", "To: \"Bob\u{e4}\"").chars().map(|char| char as u32 as u8).collect();
    let messages = [
        edited("To: Bob <", "To: Bob\r\n <").into_bytes(),
        edited("From:", "From :").into_bytes(),
        SOUND.replace("\r\n", "\n").into_bytes(),
        format!("\r\n\r\n{SOUND}").into_bytes(),
        edited("SIP/2.0\r\nVia", "sip/2.0\r\nVia").into_bytes(),
        latin,
    ];
    for message in messages {
        let text = String::from_utf8_lossy(&message).into_owned();
        assert!(theirs(&message).is_none_or(|them| looked(&them).is_none()), "{text}");
        assert_eq!(ours(&read(&message)), ours(&read(SOUND.as_bytes())), "{text}");
    }
}

#[test]
fn an_unknown_method_which_rsip_refuses_is_kept() {
    let message = SOUND.replace("REGISTER", "FOO");
    assert!(theirs(message.as_bytes()).is_none());
    let StartLine::Request { method, .. } = read(message.as_bytes()).start() else { panic!("a request") };
    assert_eq!(method.text(), b"FOO");
}

#[test]
fn a_body_ends_where_content_length_says_and_not_with_the_datagram_as_in_rsip() {
    let message = format!("{SOUND}INVITE sip:a SIP/2.0\r\n");
    assert!(!theirs(message.as_bytes()).unwrap().body().is_empty());
    assert_eq!(read(message.as_bytes()).body(), b"");
    let longer = edited("Content-Length: 0", "Content-Length: 9999");
    assert!(theirs(longer.as_bytes()).is_some());
    assert_eq!(read(longer.as_bytes()).fault(), Some(Fault::Length));
}

fn digest(more: &str) -> String {
    let value = "Digest username=\"b\", realm=\"r\", nonce=\"n\", uri=\"sip:a;transport=udp\", response=\"0\"";
    edited("Expires: 600", &format!("Authorization: {value}{more}"))
}

fn credentials(message: &str) -> Credentials<'_> {
    read(message.as_bytes()).credentials(Name::Authorization).next().unwrap().unwrap()
}

#[test]
fn a_nonce_count_which_rsip_reads_as_decimal_is_hexadecimal() {
    for (nc, count) in [("0000000a", 10), ("00000100", 256)] {
        let message = digest(&format!(", qop=auth, cnonce=\"c\", nc={nc}"));
        let them = theirs(message.as_bytes()).unwrap();
        let authorization = them.headers().iter().find_map(|header| match header {
            rsip::Header::Authorization(value) => Some(value.typed()),
            _ => None,
        });
        let their_count = authorization.unwrap().ok().and_then(|typed| match typed.qop {
            Some(rsip::headers::auth::AuthQop::Auth { nc, .. }) => Some(u32::from(nc)),
            _ => None,
        });
        assert_ne!(their_count, Some(count), "{nc}");
        assert_eq!(credentials(&message).count(), Some(count), "{nc}");
    }
}

#[test]
fn a_digest_uri_which_rsip_writes_anew_is_hashed_as_it_stands() {
    let message = digest("");
    assert!(credentials(&message).uri.is(b"sip:a;transport=udp"));
}

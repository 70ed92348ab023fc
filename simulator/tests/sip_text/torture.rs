//! A torture set of our own: one sound REGISTER and what is done to it, after what broke others.

use simulator::sip::text::{MAX_HEADERS, MAX_VIAS};

use crate::corpora::Case;
use crate::outcome::Outcome::{self, Drop, Refuse, Take};
use crate::outcome::of_datagram;

pub(crate) const SOUND: &str = "REGISTER sip:example.com SIP/2.0\r\n\
    Via: SIP/2.0/UDP 192.0.2.4:5060;branch=z9hG4bK74bf9\r\n\
    Max-Forwards: 70\r\n\
    From: Bob <sip:bob@example.com>;tag=a73kszlfl\r\n\
    To: Bob <sip:bob@example.com>\r\n\
    Call-ID: 1j9FpLxk3uxtm8tn@192.0.2.4\r\n\
    CSeq: 1 REGISTER\r\n\
    Contact: <sip:bob@192.0.2.4>\r\n\
    Expires: 600\r\n\
    Content-Length: 0\r\n\
    \r\n";

const VIA: &str = "Via: SIP/2.0/UDP 192.0.2.4:5060;branch=z9hG4bK74bf9\r\n";
const TO: &str = "To: Bob <sip:bob@example.com>\r\n";
const CONTACT: &str = "Contact: <sip:bob@192.0.2.4>\r\n";
const EXPIRES: &str = "Expires: 600\r\n";
const LENGTH: &str = "Content-Length: 0\r\n";
const START: &str = "REGISTER sip:example.com SIP/2.0\r\n";
const DIGEST: &str =
    "Authorization: Digest username=\"b\", realm=\"r\", nonce=\"n\", uri=\"sip:a\", response=\"0\"\r\n";

/// What, instead of what, and what becomes of it.
const EDITS: &[(&str, &str, &str, Outcome)] = &[
    ("as it is", "", "", Take(0)),
    // Start lines.
    ("leading line breaks", START, "\r\n\r\nREGISTER sip:example.com SIP/2.0\r\n", Take(0)),
    ("version in lower case", "SIP/2.0\r\nVia", "sip/2.0\r\nVia", Take(0)),
    ("version 3", "SIP/2.0\r\nVia", "SIP/3.0\r\nVia", Refuse(505)),
    ("version with letters", "SIP/2.0\r\nVia", "SIP/2.0x\r\nVia", Refuse(400)),
    ("no version", " SIP/2.0\r\nVia", "\r\nVia", Drop),
    ("HTTP", "SIP/2.0\r\nVia", "HTTP/1.1\r\nVia", Drop),
    ("tab in the request line", "REGISTER sip", "REGISTER\tsip", Refuse(400)),
    ("no Request-URI", "REGISTER sip:example.com ", "REGISTER ", Refuse(400)),
    ("method in lower case", "REGISTER sip", "register sip", Refuse(501)),
    ("method not served", "REGISTER sip", "PUBLISH sip", Refuse(400)),
    ("a line of white space for a start", START, " \r\n", Drop),
    ("a status of two digits", START, "SIP/2.0 20 OK\r\n", Drop),
    ("a status of 99", START, "SIP/2.0 099 Early\r\n", Drop),
    ("a status of 700", START, "SIP/2.0 700 Late\r\n", Drop),
    ("a status of letters", START, "SIP/2.0 2OO OK\r\n", Drop),
    ("a status and no phrase", START, "SIP/2.0 200\r\n", Take(0)),
    ("a status glued to its phrase", START, "SIP/2.0 200OK\r\n", Drop),
    // Lines.
    ("line feeds alone", "\r\n", "\n", Take(0)),
    ("a carriage return in a value", "Bob <sip:bob@example.com>\r\n", "Bob\r <sip:bob@example.com>\r\n", Refuse(400)),
    ("no empty line", "0\r\n\r\n", "0\r\n", Refuse(400)),
    ("a fold before the first field", START, "REGISTER sip:example.com SIP/2.0\r\n x\r\n", Refuse(400)),
    ("a line without a colon", EXPIRES, "Expires 600\r\n", Refuse(400)),
    ("a line without a name", EXPIRES, ": 600\r\n", Refuse(400)),
    ("white space before the colon", "To:", "To \t :", Take(0)),
    ("a control octet before the colon", "To:", "To\u{1}:", Refuse(400)),
    ("a control octet in an unknown field", EXPIRES, "X: \u{7}\r\n", Refuse(400)),
    ("a zero octet in an unknown field", EXPIRES, "X: a\0b\r\n", Refuse(400)),
    ("an escaped zero octet in quotes", "To: Bob", "To: \"B\\\0\"", Take(0)),
    ("a zero octet in quotes", "To: Bob", "To: \"B\0\"", Refuse(400)),
    ("compact forms", "Contact:", "m :", Take(0)),
    ("an unknown field", EXPIRES, "Expires: 600\r\nX-Any.thing: \u{e4};;,,;=\r\n", Take(0)),
    ("an empty unknown field", EXPIRES, "Expires: 600\r\nX:\r\n", Take(0)),
    // Numbers.
    ("Content-Length -1", "Length: 0", "Length: -1", Refuse(400)),
    ("Content-Length +0", "Length: 0", "Length: +0", Refuse(400)),
    ("Content-Length twice the same", LENGTH, "Content-Length: 0\r\nl: 0\r\n", Refuse(400)),
    ("Content-Length of two numbers", "Length: 0", "Length: 0 0", Refuse(400)),
    ("Content-Length in hexadecimal", "Length: 0", "Length: 0x0", Refuse(400)),
    ("Content-Length 1 and nothing there", "Length: 0", "Length: 1", Refuse(400)),
    ("Content-Length beyond 2^32", "Length: 0", "Length: 4294967296", Refuse(513)),
    ("Content-Length beyond 2^64", "Length: 0", "Length: 18446744073709551616", Refuse(513)),
    ("CSeq 2^31 - 1", "CSeq: 1 ", "CSeq: 2147483647 ", Take(0)),
    ("CSeq 2^31", "CSeq: 1 ", "CSeq: 2147483648 ", Refuse(400)),
    ("CSeq without a method", "CSeq: 1 REGISTER", "CSeq: 1", Refuse(400)),
    ("CSeq without a number", "CSeq: 1 ", "CSeq: ", Refuse(400)),
    ("CSeq of another method", "CSeq: 1 REGISTER", "CSeq: 1 INVITE", Refuse(400)),
    ("CSeq of more than a method", "CSeq: 1 REGISTER", "CSeq: 1 REGISTER x", Refuse(400)),
    ("Max-Forwards 256", "Forwards: 70", "Forwards: 256", Take(0)),
    ("Max-Forwards of a word", "Forwards: 70", "Forwards: many", Refuse(400)),
    ("no Max-Forwards", "Max-Forwards: 70\r\n", "", Take(0)),
    ("Expires 2^32", "Expires: 600", "Expires: 4294967296", Take(0)),
    ("Expires of a word", "Expires: 600", "Expires: soon", Take(0)),
    // Via.
    ("no Via", VIA, "", Refuse(400)),
    ("a Via without a branch", ";branch=z9hG4bK74bf9", "", Take(0)),
    ("a branch that is the cookie alone", "z9hG4bK74bf9", "z9hG4bK", Refuse(400)),
    ("a port of six digits in Via", ":5060;", ":005060;", Refuse(400)),
    ("port 0 in Via", ":5060;", ":0;", Refuse(400)),
    ("port 65536 in Via", ":5060;", ":65536;", Refuse(400)),
    ("a port with letters in Via", ":5060;", ":8080xyz;", Refuse(400)),
    ("a second Via that is broken", VIA, "Via: SIP/2.0/UDP a;branch=z9hG4bK1\r\nVia: SIP/2.0/UDP\r\n", Refuse(400)),
    ("an rport of six digits", ";branch", ";rport=123456;branch", Take(0)),
    ("a maddr", ";branch", ";maddr=255.255.255.255;branch", Take(0)),
    ("IPv6 in Via", "192.0.2.4:5060", "[2001:db8::4]:5060", Take(0)),
    ("IPv6 without brackets in Via", "192.0.2.4:5060", "2001:db8::4", Refuse(400)),
    ("another transport", "SIP/2.0/UDP", "SIP/2.0/PIGEON", Take(0)),
    // Addresses.
    ("no From", "From: Bob <sip:bob@example.com>;tag=a73kszlfl\r\n", "", Refuse(400)),
    ("no To", TO, "", Refuse(400)),
    ("two To", TO, "To: <sip:a@b>\r\nTo: <sip:a@b>\r\n", Refuse(400)),
    ("a To list", TO, "To: <sip:a@b>, <sip:a@b>\r\n", Refuse(400)),
    ("a From without a tag", ";tag=a73kszlfl", "", Take(0)),
    ("an open quote in a parameter", "tag=a73kszlfl", "tag=\"a73kszlfl", Refuse(400)),
    ("an open quote in a name", "To: Bob", "To: \"Bob", Refuse(400)),
    ("an open bracket", "To: Bob <sip:bob@example.com>", "To: Bob <sip:bob@example.com", Refuse(400)),
    ("an empty Call-ID", "1j9FpLxk3uxtm8tn@192.0.2.4", "", Refuse(400)),
    ("white space in a Call-ID", "1j9FpLxk3uxtm8tn@", "1j9 FpLxk3uxtm8tn@", Refuse(400)),
    ("a To of another scheme", TO, "To: <tel:+123>\r\n", Refuse(400)),
    // Contacts.
    ("no Contact", CONTACT, "", Take(0)),
    ("a Contact list", CONTACT, "Contact: <sip:a@b>;q=0.5, \"c, d\" <sip:e@f;lr>;expires=60\r\n", Take(0)),
    ("a Contact of a percent sign", CONTACT, "Contact: %\r\n", Refuse(400)),
    ("a Contact list that ends early", CONTACT, "Contact: <sip:a@b>,\r\n", Refuse(400)),
    ("all Contacts, but Expires", CONTACT, "Contact: *\r\n", Refuse(400)),
    ("all Contacts and one", "<sip:bob@192.0.2.4>\r\nExpires: 600", "*, <sip:a@b>\r\nExpires: 0", Refuse(400)),
    ("all Contacts", "<sip:bob@192.0.2.4>\r\nExpires: 600", "*\r\nExpires: 0", Take(0)),
    ("an instance", CONTACT, "Contact: <sip:a@b>;+sip.instance=\"<urn:uuid:00-1>\";reg-id=1\r\n", Take(0)),
    ("a Contact of another scheme", CONTACT, "Contact: <mailto:a@b>\r\n", Take(0)),
    // URIs.
    ("a Request-URI with a password and headers", "REGISTER sip:example.com", "REGISTER sip:a:b@c?d=e", Refuse(400)),
    ("a Request-URI of IPv6", "REGISTER sip:example.com", "REGISTER sip:[::1]:5060;transport=udp", Take(0)),
    ("a Request-URI of open IPv6", "REGISTER sip:example.com", "REGISTER sip:[::1", Refuse(400)),
    ("a Request-URI with a broken escape", "REGISTER sip:example.com", "REGISTER sip:%4@example.com", Refuse(400)),
    ("a Request-URI of tel", "REGISTER sip:example.com", "REGISTER tel:+123", Refuse(416)),
    // Extensions, credentials, bodies.
    ("a required extension that is known", EXPIRES, "Require: PATH\r\n", Take(0)),
    ("a required extension that is not", EXPIRES, "Require: path, gruu\r\n", Refuse(420)),
    ("Digest credentials", EXPIRES, DIGEST, Take(0)),
    ("Digest credentials without sense", EXPIRES, "Authorization: Digest a a=\"\",real\r\n", Refuse(400)),
    ("Digest credentials of nothing", EXPIRES, "Authorization: Digest\r\n", Refuse(400)),
    ("credentials of another scheme", EXPIRES, "Authorization: Basic YTpi\r\n", Take(0)),
    ("a body of a known type", "Length: 0\r\n\r\n", "Length: 3\r\nc: Application/SDP;a=\"b;\"\r\n\r\nv=0", Take(3)),
    ("a body of another type", "Length: 0\r\n\r\n", "Length: 3\r\nc: text/plain\r\n\r\nv=0", Refuse(415)),
    ("a broken type", "Length: 0\r\n\r\n", "Length: 3\r\nc: text\r\n\r\nv=0", Refuse(400)),
    ("octets behind the body", "Length: 0\r\n\r\n", "Length: 0\r\n\r\nINVITE sip:a SIP/2.0\r\n", Take(0)),
    ("a body without a length", "Content-Length: 0\r\n\r\n", "\r\nv=0", Take(3)),
];

const OURS: &str = "ours: ";

pub(crate) fn cases() -> Vec<Case> {
    let edited = |(name, from, to, expected): &(&str, &str, &str, Outcome)| {
        assert!(SOUND.contains(from), "{name}: nothing to edit");
        let text = if *name == "line feeds alone" { SOUND.replace(from, to) } else { SOUND.replacen(from, to, 1) };
        Case { name: format!("{OURS}{name}"), octets: text.into_bytes(), expected: *expected }
    };
    EDITS.iter().map(edited).collect()
}

pub(crate) fn is_ours(case: &Case) -> bool {
    case.name.starts_with(OURS)
}

#[test]
fn our_own_torture_set_gets_its_verdicts() {
    let wrong: Vec<String> = cases()
        .iter()
        .map(|case| (case, of_datagram(&case.octets)))
        .filter(|(case, outcome)| *outcome != case.expected)
        .map(|(case, outcome)| format!("{}: {outcome:?}, expected {:?}", case.name, case.expected))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn with(before: &str, what: &str) -> Vec<u8> {
    SOUND.replacen(before, &format!("{what}{before}"), 1).into_bytes()
}

#[test]
fn equal_header_fields_are_taken_up_to_the_bound() {
    let all = usize::from(MAX_HEADERS);
    let own = SOUND.matches("\r\n").count() - 2;
    let many = |count: usize| with(EXPIRES, &"Accept: a/b\r\n".repeat(count));
    assert_eq!(of_datagram(&many(all - own)), Take(0));
    assert_eq!(of_datagram(&many(all - own + 1)), Refuse(513));
    assert_eq!(of_datagram(&many(100_000)), Refuse(513));
}

#[test]
fn vias_are_taken_up_to_the_bound() {
    let many = |count: usize| with(VIA, &"Via: SIP/2.0/UDP a;branch=z9hG4bK1\r\n".repeat(count));
    assert_eq!(of_datagram(&many(MAX_VIAS - 1)), Take(0));
    assert_eq!(of_datagram(&many(MAX_VIAS)), Refuse(513));
}

#[test]
fn long_values_are_never_cut() {
    let long = "x".repeat(60_000);
    for (from, to) in [("z9hG4bK74bf9", format!("z9hG4bK{long}")), ("a73kszlfl", long.clone())] {
        assert_eq!(of_datagram(SOUND.replace(from, &to).as_bytes()), Take(0));
    }
    let method = "X".repeat(1_728);
    assert_eq!(of_datagram(SOUND.replace("REGISTER", &method).as_bytes()), Refuse(501));
    assert_eq!(of_datagram(SOUND.replace("1 REGISTER", &format!("1 {method}")).as_bytes()), Refuse(400));
    let uri = format!("sip:{}@b", "a".repeat(2_000));
    assert_eq!(of_datagram(SOUND.replacen("sip:example.com", &uri, 1).as_bytes()), Take(0));
}

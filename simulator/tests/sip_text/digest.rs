//! Digest authentication: published vectors, and the two roles against one another.

use std::fs;

use proptest::prelude::*;
use serde_json::Value;
use simulator::sip::text::credentials::{Challenge, Credentials, Offer};
use simulator::sip::text::digest::{
    Algorithm, Asked, Hash, Hex, Protection, Use, authorize, choose, ha1, ha2, is_right, response, session_ha1,
    userhash,
};
use simulator::sip::text::message::Message;
use simulator::sip::text::name::Name;

use crate::corpora::folder;

struct Vector(Value);

impl Vector {
    fn text(&self, key: &str) -> Option<&str> {
        self.0[key].as_str()
    }

    fn octets(&self, key: &str) -> &[u8] {
        self.text(key).unwrap_or_default().as_bytes()
    }

    fn is(&self, key: &str, hex: &Hex) {
        if let Some(expected) = self.text(key) {
            assert_eq!(std::str::from_utf8(hex.digits()).unwrap(), expected, "{} {key}", self.text("id").unwrap());
        }
    }

    fn check(&self) {
        let algorithm = Algorithm::of(self.octets("algorithm")).unwrap();
        let hash = algorithm.hash;
        let plain = ha1(hash, self.octets("username"), self.octets("realm"), self.octets("password"));
        let session = session_ha1(hash, &plain, self.octets("nonce"), self.octets("cnonce"));
        let ha1 = if algorithm.session { session } else { plain };
        self.is("expected_ha1", &ha1);
        let protection = if self.text("qop") == Some("auth-int") { Protection::AuthInt } else { Protection::Auth };
        let asked = Asked { method: self.octets("method"), uri: self.octets("uri"), body: self.octets("body") };
        let ha2 = ha2(hash, protection, &asked);
        self.is("expected_ha2", &ha2);
        let used = self.text("nc").map(|nc| [nc.as_bytes(), self.octets("cnonce"), self.octets("qop")]);
        self.is("expected_response", &response(hash, &ha1, self.octets("nonce"), used, &ha2));
        self.is("userhash", &userhash(hash, self.octets("username"), self.octets("realm")));
    }
}

#[test]
fn digest_gets_10_of_10_vectors() {
    let Some(folder) = folder("digest-auth") else { return };
    let text = fs::read_to_string(folder.join("vectors.json")).unwrap();
    let vectors: Vec<Value> = serde_json::from_str(&text).unwrap();
    assert_eq!(vectors.len(), 10);
    for vector in vectors.into_iter().map(Vector) {
        // RFC 7616 §3.9.2 as printed is SHA-512 cut to 256 bits; the erratum's values are the right ones.
        if vector.text("id") == Some("rfc7616-3.9.2-as-printed") {
            let ha1 =
                ha1(Hash::Sha512_256, vector.octets("username"), vector.octets("realm"), vector.octets("password"));
            assert!(!ha1.is(vector.octets("expected_ha1")));
        } else {
            vector.check();
        }
    }
}

#[test]
fn the_example_of_rfc_2617_holds() {
    let ha1 = ha1(Hash::Md5, b"Mufasa", b"testrealm@host.com", b"Circle Of Life");
    let asked = Asked { method: b"GET", uri: b"/dir/index.html", body: b"" };
    let used = Some([&b"00000001"[..], b"0a4f113b", b"auth"]);
    let ha2 = ha2(Hash::Md5, Protection::Auth, &asked);
    let response = response(Hash::Md5, &ha1, b"dcd98b7102dd2f0e8b11d0f600bfb0c093", used, &ha2);
    assert_eq!(response.digits(), b"6629fae49393a05397450978507c4ef1");
}

fn request(authorization: &[u8], body: &str) -> Vec<u8> {
    let head = b"REGISTER sip:a SIP/2.0\r\nAuthorization: ";
    [head, authorization, b"\r\n\r\n", body.as_bytes()].concat()
}

fn challenge_of(value: &str) -> (Challenge<'_>, Algorithm, Protection) {
    let offers = Challenge::all(value.as_bytes()).filter_map(|offer| match offer {
        Offer::Digest(challenge) => Some(challenge),
        Offer::Other => None,
    });
    choose(offers).unwrap_or_else(|| panic!("no offer taken: {value}"))
}

fn written(value: &str, user: &str, base: impl Fn(Hash) -> Hex, count: u32, body: &str) -> Vec<u8> {
    let chosen = challenge_of(value);
    let asked = Asked { method: b"REGISTER", uri: b"sip:a;transport=udp", body: body.as_bytes() };
    let mut out = Vec::new();
    let used = Use { count, cnonce: b"0a4f113b" };
    authorize((&chosen.0, chosen.1, chosen.2), user.as_bytes(), &base(chosen.1.hash), &asked, &used, &mut out);
    out
}

/// Reads an Authorization as a server does.
fn with<T>(authorization: &[u8], body: &str, look: impl FnOnce(&Credentials<'_>, &[u8]) -> T) -> T {
    let octets = request(authorization, body);
    let message = Message::read(&octets).unwrap();
    let credentials = message.credentials(Name::Authorization).next().unwrap().unwrap();
    look(&credentials, message.body())
}

proptest! {
    #[test]
    fn what_a_client_writes_a_server_finds_right_and_nothing_else(
        algorithm in prop::sample::select(vec!["", "MD5", "MD5-sess", "SHA-256", "SHA-256-sess", "SHA-512-256", "SHA-512-256-sess"]),
        qop in prop::sample::select(vec!["", "auth", "auth-int", "auth-int,auth", " auth , auth-int"]),
        user in "[ -~äøü]{1,20}",
        password in "\\PC{0,20}",
        body in "\\PC{0,40}",
        count in 1u32..,
    ) {
        let named = if algorithm.is_empty() { String::new() } else { format!(", algorithm={algorithm}") };
        let offered = if qop.is_empty() { String::new() } else { format!(", qop=\"{qop}\"") };
        let value = format!("Digest realm=\"a \\\"b\\\"\", nonce=\"n/=\", opaque=\"o\"{named}{offered}");
        let base = |password: &str, hash| ha1(hash, user.as_bytes(), b"a \"b\"", password.as_bytes());
        let authorization = written(&value, &user, |hash| base(&password, hash), count, &body);
        with(&authorization, &body, |credentials, body| {
            let hash = credentials.algorithm.unwrap().hash;
            prop_assert!(credentials.username.is(user.as_bytes()));
            prop_assert!(credentials.uri.is(b"sip:a;transport=udp"));
            prop_assert_eq!(credentials.count(), (!qop.is_empty()).then_some(count));
            prop_assert!(is_right(credentials, &base(&password, hash), b"REGISTER", body));
            let wrong = base(&[&password, "x"].concat(), hash);
            prop_assert!(!is_right(credentials, &wrong, b"REGISTER", body));
            prop_assert!(!is_right(credentials, &base(&password, hash), b"INVITE", body));
            let is_whole = credentials.protection() == Some(Protection::AuthInt);
            prop_assert_eq!(is_right(credentials, &base(&password, hash), b"REGISTER", b"another"), !is_whole);
            Ok(())
        })?;
    }
}

#[test]
fn the_first_challenge_that_is_known_is_answered() {
    let message = b"SIP/2.0 401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"a\", nonce=\"1\", algorithm=SHA-3, qop=\"auth\"\r\n\
        WWW-Authenticate: Basic realm=\"a\"\r\nWWW-Authenticate: Digest realm=\"a\", nonce=\"2\", algorithm=SHA-256, qop=\"other\"\r\n\
        WWW-Authenticate: Digest realm=\"a\", nonce=\"3\", algorithm=sha-256, qop=\"auth-int,auth\", stale=TRUE\r\n\
        WWW-Authenticate: Digest realm=\"a\", nonce=\"4\", algorithm=MD5\r\n\r\n";
    let message = Message::read(message).unwrap();
    let (challenge, algorithm, protection) = choose(message.challenges(Name::WwwAuthenticate)).unwrap();
    assert!(challenge.nonce.is(b"3") && challenge.stale);
    assert_eq!((algorithm.word(), protection), ("SHA-256", Protection::Auth));
}

#[test]
fn a_realm_with_quotes_goes_back_as_it_came() {
    let value = r#"Digest realm="a \"b\"", nonce="n", userhash=true"#;
    let authorization = written(value, "ab", |hash| ha1(hash, b"ab", b"a \"b\"", b"x"), 1, "");
    let text = String::from_utf8(authorization).unwrap();
    assert!(text.contains(r#", realm="a \"b\"", nonce="n", uri="sip:a;transport=udp""#), "{text}");
    let hashed = userhash(Hash::Md5, b"ab", b"a \"b\"");
    assert!(text.contains(&format!("username=\"{}\"", std::str::from_utf8(hashed.digits()).unwrap())), "{text}");
    assert!(text.ends_with(", userhash=true"), "{text}");
}

#[test]
fn a_wrong_length_or_digit_is_never_right() {
    let base = |hash| ha1(hash, b"u", b"r", b"p");
    let right = written("Digest realm=\"r\", nonce=\"n\"", "u", base, 1, "");
    let text = String::from_utf8(right).unwrap();
    let judge =
        |text: &str| with(text.as_bytes(), "", |read, body| is_right(read, &base(Hash::Md5), b"REGISTER", body));
    let at = text.find("response=\"").unwrap() + 10;
    let (before, digits, after) = (&text[..at], &text[at..at + 32], &text[at + 32..]);
    assert!(judge(&text) && judge(&format!("{before}{}{after}", digits.to_uppercase())));
    for wrong in [&digits[1..], "", &format!("{digits}0"), &digits.replace(&digits[..1], "x")] {
        assert!(!judge(&format!("{before}{wrong}{after}")), "{wrong}");
    }
}

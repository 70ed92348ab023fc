//! Digest challenges and credentials as text (RFC 7616 §3.3, §3.4; RFC 3261 §20.7, §20.44).

use super::digest::{Algorithm, Protection};
use super::lexer::{Cursor, trim};

/// A token, or a quoted string without its quotes.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Text<'a> {
    raw: &'a [u8],
    is_quoted: bool,
}

/// What a server demands.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Challenge<'a> {
    /// For whom the password is.
    pub realm: Text<'a>,
    /// The server's word.
    pub nonce: Text<'a>,
    /// To be given back as it is.
    pub opaque: Option<Text<'a>>,
    /// The credentials were right but for their nonce.
    pub stale: bool,
    /// MD5 where none is named; `None` for one that is not known.
    pub algorithm: Option<Algorithm>,
    /// Whether an algorithm was named.
    pub names_algorithm: bool,
    /// `qop`, a comma list as it stands.
    pub qop: Option<Text<'a>>,
    /// Whether the user's name shall be hashed.
    pub userhash: bool,
}

/// One element of a challenge list.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Offer<'a> {
    /// Of the scheme Digest.
    Digest(Challenge<'a>),
    /// Of another scheme, or broken.
    Other,
}

/// A client's answer.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Credentials<'a> {
    /// Who; a hash if `userhash`.
    pub username: Text<'a>,
    /// Copied from the challenge.
    pub realm: Text<'a>,
    /// Copied from the challenge.
    pub nonce: Text<'a>,
    /// The Request-URI as the client wrote it; hashed octet for octet.
    pub uri: Text<'a>,
    /// Hexadecimal digits.
    pub response: Text<'a>,
    /// MD5 where none is named; `None` for one that is not known.
    pub algorithm: Option<Algorithm>,
    /// The client's word.
    pub cnonce: Option<Text<'a>>,
    /// Given back.
    pub opaque: Option<Text<'a>>,
    /// `auth` or `auth-int`.
    pub qop: Option<Text<'a>>,
    /// How often the nonce was used, eight hexadecimal digits.
    pub nc: Option<Text<'a>>,
    /// Whether `username` is a hash.
    pub userhash: bool,
}

impl<'a> Text<'a> {
    /// A text that needs no unescaping.
    pub fn plain(raw: &'a [u8]) -> Self {
        Self { raw, is_quoted: false }
    }

    fn quoted(raw: &'a [u8]) -> Self {
        Self { raw, is_quoted: true }
    }

    /// As it stands, escapes too.
    pub fn raw(self) -> &'a [u8] {
        self.raw
    }

    /// Its octets; a quoted pair is the octet behind its backslash.
    pub fn octets(self) -> impl Iterator<Item = u8> + use<'a> {
        let mut rest = self.raw;
        core::iter::from_fn(move || {
            if let ([b'\\', octet, after @ ..], true) = (rest, self.is_quoted) {
                rest = after;
                return Some(*octet);
            }
            let (octet, after) = rest.split_first()?;
            rest = after;
            Some(*octet)
        })
    }

    /// Whether it says this.
    pub fn is(self, text: &[u8]) -> bool {
        self.octets().eq(text.iter().copied())
    }

    fn is_word(self, word: &str) -> bool {
        self.raw.eq_ignore_ascii_case(word.as_bytes())
    }
}

impl<'a> Challenge<'a> {
    /// The challenges of one header field.
    pub fn all(value: &'a [u8]) -> impl Iterator<Item = Offer<'a>> + use<'a> {
        let mut cursor = Cursor::new(value);
        core::iter::from_fn(move || {
            if cursor.is_done() {
                return None;
            }
            let offer = Self::read(&mut cursor);
            if offer.is_none() {
                cursor.skip(usize::MAX / 2);
            }
            Some(offer.unwrap_or(Offer::Other))
        })
    }

    fn read(cursor: &mut Cursor<'a>) -> Option<Offer<'a>> {
        let scheme = cursor.token()?;
        let mut challenge = Self { algorithm: Some(Algorithm::MD5), ..Self::default() };
        let (mut has_realm, mut has_nonce) = (false, false);
        each_param(cursor, |name, text| match name {
            b"realm" => (challenge.realm, has_realm) = (text, true),
            b"nonce" => (challenge.nonce, has_nonce) = (text, true),
            b"opaque" => challenge.opaque = Some(text),
            b"stale" => challenge.stale = text.is_word("true"),
            b"algorithm" => (challenge.algorithm, challenge.names_algorithm) = (Algorithm::of(text.raw), true),
            b"qop" => challenge.qop = Some(text),
            b"userhash" => challenge.userhash = text.is_word("true"),
            _ => {}
        })?;
        let is_whole = scheme.eq_ignore_ascii_case(b"Digest") && has_realm && has_nonce;
        Some(if is_whole { Offer::Digest(challenge) } else { Offer::Other })
    }

    /// Whether it offers this protection; without a `qop` only the plain form of RFC 2069 is offered.
    pub fn offers(&self, protection: Protection) -> bool {
        match self.qop {
            None => protection == Protection::None,
            Some(list) => list
                .raw
                .split(|octet| *octet == b',')
                .any(|word| trim(word).eq_ignore_ascii_case(protection.word()) && protection != Protection::None),
        }
    }
}

impl<'a> Credentials<'a> {
    /// Reads an Authorization's value: `None` for another scheme, `Some(None)` for broken credentials.
    pub(super) fn read(value: &'a [u8]) -> Option<Option<Self>> {
        let mut cursor = Cursor::new(value);
        match cursor.token() {
            None => Some(None),
            Some(scheme) if !scheme.eq_ignore_ascii_case(b"Digest") => None,
            Some(_) => Some(Self::digest(&mut cursor)),
        }
    }

    fn digest(cursor: &mut Cursor<'a>) -> Option<Self> {
        let mut read = Self { algorithm: Some(Algorithm::MD5), ..Self::default() };
        let mut seen = 0u8;
        let mut is_twice = false;
        let mut mark = |bit: u8| {
            is_twice |= seen & bit != 0;
            seen |= bit;
        };
        each_param(cursor, |name, text| match name {
            b"username" => (mark(1), read.username = text).1,
            b"realm" => (mark(2), read.realm = text).1,
            b"nonce" => (mark(4), read.nonce = text).1,
            b"uri" => (mark(8), read.uri = text).1,
            b"response" => (mark(16), read.response = text).1,
            b"algorithm" => read.algorithm = Algorithm::of(text.raw),
            b"cnonce" => read.cnonce = Some(text),
            b"opaque" => read.opaque = Some(text),
            b"qop" => read.qop = Some(text),
            b"nc" => read.nc = Some(text),
            b"userhash" => read.userhash = text.is_word("true"),
            _ => {}
        })?;
        (cursor.is_done() && seen == 31 && !is_twice).then_some(read)
    }

    /// `nc` as a number: hexadecimal (RFC 7616 §3.4).
    pub fn count(&self) -> Option<u32> {
        let digits = self.nc.filter(|digits| (1..=8).contains(&digits.raw.len()))?;
        digits.raw.iter().try_fold(0, |count, digit| Some(count << 4 | char::from(*digit).to_digit(16)?))
    }

    /// What is protected; `None` for a `qop` that is not known.
    pub fn protection(&self) -> Option<Protection> {
        match self.qop {
            None => Some(Protection::None),
            Some(word) => [Protection::Auth, Protection::AuthInt]
                .into_iter()
                .find(|known| word.raw.eq_ignore_ascii_case(known.word())),
        }
    }
}

/// Tells of every `name=value` up to the end or to the next scheme; `None` if something else stands there.
/// Names come in lower case.
fn each_param<'a>(cursor: &mut Cursor<'a>, mut tell: impl FnMut(&[u8], Text<'a>)) -> Option<()> {
    let before = cursor.at();
    cursor.lws();
    if cursor.at() == before {
        return None;
    }
    loop {
        let name = cursor.token()?;
        if !cursor.separator(b'=') {
            return None;
        }
        let text = match cursor.peek()? {
            b'"' => Text::quoted(cursor.quoted()?),
            _ => Text::plain(cursor.token()?),
        };
        let mut lower = [0u8; 16];
        if let Some(lower) = lower.get_mut(..name.len()) {
            lower.copy_from_slice(name);
            lower.make_ascii_lowercase();
            tell(lower, text);
        }
        if !cursor.separator(b',') {
            cursor.lws();
            return cursor.is_done().then_some(());
        }
        let mut ahead = *cursor;
        ahead.token()?;
        if !ahead.separator(b'=') {
            return Some(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credentials(value: &str) -> Option<Option<Credentials<'_>>> {
        Credentials::read(value.as_bytes())
    }

    const WHOLE: &str = r#"Digest username="a\"b", realm="r", nonce="n", uri="sip:x;transport=udp", response="00""#;

    #[test]
    fn credentials_are_read_whatever_their_order_and_spacing() {
        let value = format!("{WHOLE} ,\r\n QOP = auth, nc=0000000A, cnonce=\"c\", algorithm=sha-256-sess, more=\"x\"");
        let read = credentials(&value).unwrap().unwrap();
        assert!(read.username.is(b"a\"b") && read.uri.is(b"sip:x;transport=udp"));
        assert_eq!((read.count(), read.protection()), (Some(10), Some(Protection::Auth)));
        assert_eq!(read.algorithm, Algorithm::of(b"SHA-256-sess"));
    }

    #[test]
    fn broken_credentials_are_told_from_another_scheme() {
        assert_eq!(credentials("NoOneKnowsThisScheme opaque-data=here"), None);
        let missing_comma = WHOLE.replace(", nonce", " nonce");
        let twice = format!("{WHOLE}, nonce=\"m\"");
        for broken in [
            "Digest",
            "Digest a a=\"\",real",
            "Digest username=\"a\"",
            "",
            &missing_comma,
            &twice,
            &format!("{WHOLE},"),
        ] {
            assert_eq!(credentials(broken), Some(None), "{broken}");
        }
    }

    #[test]
    fn nc_is_hexadecimal_and_has_at_most_eight_digits() {
        let count = |nc: &str| credentials(&format!("{WHOLE}, nc={nc}")).unwrap().unwrap().count();
        assert_eq!([count("00000100"), count("ffffffff"), count("1")], [Some(256), Some(u32::MAX), Some(1)]);
        assert_eq!([count("000000001"), count("0000000g")], [None, None]);
    }

    #[test]
    fn several_challenges_in_one_field_are_several() {
        let value = br#"Digest realm="a", nonce="1", algorithm=SHA-256, qop="auth,auth-int" , Basic realm="b", Digest realm="c", nonce="2""#;
        let offers: Vec<_> = Challenge::all(value).collect();
        let [Offer::Digest(first), Offer::Other, Offer::Digest(last)] = offers[..] else { panic!("{offers:?}") };
        assert!(first.offers(Protection::AuthInt) && first.offers(Protection::Auth) && !first.offers(Protection::None));
        assert!(last.offers(Protection::None) && !last.offers(Protection::Auth));
        assert_eq!((first.algorithm, last.algorithm), (Algorithm::of(b"SHA-256"), Some(Algorithm::MD5)));
    }
}

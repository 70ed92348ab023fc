//! Digest authentication (RFC 7616, RFC 8760), both roles: what is hashed, which challenge is answered, whether an answer
//! is right. Who keeps passwords keeps [`Hex`]: HA1 is computed once.

use md5::{Digest, Md5};
use sha2::{Sha256, Sha512_256};

use super::credentials::{Challenge, Credentials, Text};

/// A hash function.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Hash {
    /// RFC 1321.
    Md5,
    /// FIPS 180-4.
    Sha256,
    /// FIPS 180-4, §5.3.6.2: not SHA-512 cut to 256 bits.
    Sha512_256,
}

/// A hash function, and whether HA1 is made anew for each session.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Algorithm {
    /// With which function.
    pub hash: Hash,
    /// `-sess`: HA1 holds the first nonce and cnonce.
    pub session: bool,
}

/// What a response protects (`qop`).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Protection {
    /// No `qop`: the form of RFC 2069.
    None,
    /// `auth`.
    Auth,
    /// `auth-int`: the body too.
    AuthInt,
}

/// A hash in lower-case hexadecimal digits.
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct Hex {
    digits: [u8; 64],
    length: u8,
}

/// What a request has of its own that goes into a response.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The method.
    pub method: &'a [u8],
    /// The digest-uri.
    pub uri: &'a [u8],
    /// The body.
    pub body: &'a [u8],
}

/// A use of a nonce.
#[derive(Clone, Copy, Debug)]
pub struct Use<'a> {
    /// How many times the nonce has been used, this one included.
    pub count: u32,
    /// The client's word.
    pub cnonce: &'a [u8],
}

const ALGORITHMS: [(&str, Algorithm); 6] = [
    ("MD5", Algorithm::MD5),
    ("MD5-sess", Algorithm { hash: Hash::Md5, session: true }),
    ("SHA-256", Algorithm { hash: Hash::Sha256, session: false }),
    ("SHA-256-sess", Algorithm { hash: Hash::Sha256, session: true }),
    ("SHA-512-256", Algorithm { hash: Hash::Sha512_256, session: false }),
    ("SHA-512-256-sess", Algorithm { hash: Hash::Sha512_256, session: true }),
];

impl Algorithm {
    /// What is meant where none is named.
    pub const MD5: Self = Self { hash: Hash::Md5, session: false };

    /// What a word means, whatever its case.
    pub fn of(word: &[u8]) -> Option<Self> {
        ALGORITHMS.iter().find(|(text, _)| text.as_bytes().eq_ignore_ascii_case(word)).map(|(_, algorithm)| *algorithm)
    }

    /// Its word.
    pub fn word(self) -> &'static str {
        ALGORITHMS.iter().find(|(_, algorithm)| *algorithm == self).map_or("", |(text, _)| text)
    }
}

impl Protection {
    /// Its word; empty for none.
    pub fn word(self) -> &'static [u8] {
        match self {
            Self::None => b"",
            Self::Auth => b"auth",
            Self::AuthInt => b"auth-int",
        }
    }
}

impl Hex {
    fn of(hash: &[u8]) -> Self {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut digits = [0; 64];
        for (pair, octet) in digits.chunks_exact_mut(2).zip(hash) {
            pair.copy_from_slice(&[DIGITS[usize::from(octet >> 4)], DIGITS[usize::from(octet & 15)]]);
        }
        Self { digits, length: (2 * hash.len()).min(64) as u8 }
    }

    /// The digits.
    pub fn digits(&self) -> &[u8] {
        &self.digits[..usize::from(self.length)]
    }

    /// Whether `text` says the same, in a time that does not tell where it differs; case does not matter.
    pub fn is(&self, text: &[u8]) -> bool {
        let digits = self.digits();
        let differing =
            digits.iter().zip(text).fold(0, |seen, (left, right)| seen | (left ^ right.to_ascii_lowercase()));
        digits.len() == text.len() && core::hint::black_box(differing) == 0
    }
}

impl core::fmt::Debug for Hex {
    /// A hash can stand for a password: it is never shown.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Hex(…)")
    }
}

enum Hasher {
    Md5(Md5),
    Sha256(Sha256),
    Sha512_256(Sha512_256),
}

impl Hasher {
    fn new(hash: Hash) -> Self {
        match hash {
            Hash::Md5 => Self::Md5(Md5::new()),
            Hash::Sha256 => Self::Sha256(Sha256::new()),
            Hash::Sha512_256 => Self::Sha512_256(Sha512_256::new()),
        }
    }

    fn add(&mut self, octets: &[u8]) {
        match self {
            Self::Md5(hasher) => hasher.update(octets),
            Self::Sha256(hasher) => hasher.update(octets),
            Self::Sha512_256(hasher) => hasher.update(octets),
        }
    }

    fn end(self) -> Hex {
        match self {
            Self::Md5(hasher) => Hex::of(&hasher.finalize()),
            Self::Sha256(hasher) => Hex::of(&hasher.finalize()),
            Self::Sha512_256(hasher) => Hex::of(&hasher.finalize()),
        }
    }
}

/// The hash of parts with colons between them.
fn joined<const N: usize>(hash: Hash, parts: [&[u8]; N]) -> Hex {
    let mut hasher = Hasher::new(hash);
    for (place, part) in parts.into_iter().enumerate() {
        if place > 0 {
            hasher.add(b":");
        }
        hasher.add(part);
    }
    hasher.end()
}

/// HA1 of RFC 7616 §3.4.2 without a session: what is kept instead of a password.
pub fn ha1(hash: Hash, username: &[u8], realm: &[u8], password: &[u8]) -> Hex {
    joined(hash, [username, realm, password])
}

/// HA1 of a session (§3.4.2, `-sess`).
pub fn session_ha1(hash: Hash, ha1: &Hex, nonce: &[u8], cnonce: &[u8]) -> Hex {
    joined(hash, [ha1.digits(), nonce, cnonce])
}

/// HA2 of §3.4.3.
pub fn ha2(hash: Hash, protection: Protection, asked: &Asked<'_>) -> Hex {
    if protection == Protection::AuthInt {
        let body = joined(hash, [asked.body]);
        return joined(hash, [asked.method, asked.uri, body.digits()]);
    }
    joined(hash, [asked.method, asked.uri])
}

/// The response of §3.4.1; `used` are nc, cnonce and qop as they are written, absent in the form of RFC 2069.
pub fn response(hash: Hash, ha1: &Hex, nonce: &[u8], used: Option<[&[u8]; 3]>, ha2: &Hex) -> Hex {
    match used {
        Some([nc, cnonce, qop]) => joined(hash, [ha1.digits(), nonce, nc, cnonce, qop, ha2.digits()]),
        None => joined(hash, [ha1.digits(), nonce, ha2.digits()]),
    }
}

/// Hash of a user's name (§3.4.4).
pub fn userhash(hash: Hash, username: &[u8], realm: &[u8]) -> Hex {
    joined(hash, [username, realm])
}

/// The challenge to answer: the first whose algorithm and protection we know; the server lists what it likes best
/// first (RFC 8760 §2.4).
pub fn choose<'a>(challenges: impl Iterator<Item = Challenge<'a>>) -> Option<(Challenge<'a>, Algorithm, Protection)> {
    let known = [Protection::Auth, Protection::AuthInt, Protection::None];
    let mut fitting = challenges.filter_map(|challenge| {
        let protection = known.into_iter().find(|protection| challenge.offers(*protection))?;
        Some((challenge, challenge.algorithm?, protection))
    });
    fitting.next()
}

/// Writes the value of an Authorization that answers `challenge`.
pub fn authorize(
    (challenge, algorithm, protection): (&Challenge<'_>, Algorithm, Protection),
    username: &[u8],
    base: &Hex,
    asked: &Asked<'_>,
    used: &Use<'_>,
    out: &mut Vec<u8>,
) {
    let hash = algorithm.hash;
    let nonce = unescaped(challenge.nonce);
    let session = algorithm.session.then(|| session_ha1(hash, base, &nonce, used.cnonce));
    let ha1 = session.as_ref().unwrap_or(base);
    let nc = format!("{:08x}", used.count);
    let parts = (protection != Protection::None).then_some([nc.as_bytes(), used.cnonce, protection.word()]);
    let response = response(hash, ha1, &nonce, parts, &ha2(hash, protection, asked));
    let hashed = challenge.userhash.then(|| userhash(hash, username, &unescaped(challenge.realm)));
    out.extend_from_slice(b"Digest username=\"");
    escape(hashed.as_ref().map_or(username, Hex::digits), out);
    quoted(b"\", realm=\"", challenge.realm.raw(), out);
    quoted(b"\", nonce=\"", challenge.nonce.raw(), out);
    quoted(b"\", uri=\"", asked.uri, out);
    quoted(b"\", response=\"", response.digits(), out);
    out.push(b'"');
    if challenge.names_algorithm {
        quoted(b", algorithm=", algorithm.word().as_bytes(), out);
    }
    if protection != Protection::None || algorithm.session {
        quoted(b", cnonce=\"", used.cnonce, out);
        out.push(b'"');
    }
    if protection != Protection::None {
        quoted(b", qop=", protection.word(), out);
        quoted(b", nc=", nc.as_bytes(), out);
    }
    if let Some(opaque) = challenge.opaque {
        quoted(b", opaque=\"", opaque.raw(), out);
        out.push(b'"');
    }
    if hashed.is_some() {
        out.extend_from_slice(b", userhash=true");
    }
}

/// Whether the response of these credentials is right for the user whose HA1 is `base`. That user, realm, nonce and
/// count are the right ones is for the caller to say.
pub fn is_right(credentials: &Credentials<'_>, base: &Hex, method: &[u8], body: &[u8]) -> bool {
    let (Some(algorithm), Some(protection)) = (credentials.algorithm, credentials.protection()) else { return false };
    let hash = algorithm.hash;
    let nonce = unescaped(credentials.nonce);
    let cnonce = credentials.cnonce.map(unescaped);
    let session = match (algorithm.session, &cnonce) {
        (true, None) => return false,
        (true, Some(cnonce)) => Some(session_ha1(hash, base, &nonce, cnonce)),
        (false, _) => None,
    };
    let used = match (protection, &credentials.nc, &cnonce, credentials.qop) {
        (Protection::None, ..) => None,
        (_, Some(nc), Some(cnonce), Some(qop)) => Some([nc.raw(), &cnonce[..], qop.raw()]),
        _ => return false,
    };
    let uri = unescaped(credentials.uri);
    let ha2 = ha2(hash, protection, &Asked { method, uri: &uri, body });
    response(hash, session.as_ref().unwrap_or(base), &nonce, used, &ha2).is(credentials.response.raw())
}

fn unescaped(text: Text<'_>) -> std::borrow::Cow<'_, [u8]> {
    if text.raw().contains(&b'\\') { text.octets().collect::<Vec<u8>>().into() } else { text.raw().into() }
}

fn quoted(before: &[u8], text: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(before);
    out.extend_from_slice(text);
}

/// Writes the inside of a quoted string.
fn escape(text: &[u8], out: &mut Vec<u8>) {
    for octet in text {
        if matches!(octet, b'"' | b'\\') {
            out.push(b'\\');
        }
        out.push(*octet);
    }
}

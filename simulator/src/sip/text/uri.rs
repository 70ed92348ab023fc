//! URIs (RFC 3261 §19.1, §25.1; RFC 5118 for IPv6).

use core::net::{Ipv4Addr, Ipv6Addr};

use memchr::memchr;

use super::lexer::{is_token, port};

/// A URI.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Uri<'a> {
    /// `sip:` and `sips:`.
    Sip(SipUri<'a>),
    /// Any other scheme (`tel:` too), unread.
    Other {
        /// Before the colon.
        scheme: &'a [u8],
        /// Behind it.
        rest: &'a [u8],
    },
}

/// A SIP or SIPS URI. Parts are as they stand: escapes are compared, never taken out twice.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SipUri<'a> {
    /// Whether it is `sips:`.
    pub secure: bool,
    /// Before the `@`, a password apart.
    pub user: Option<&'a [u8]>,
    /// Behind the user's colon.
    pub password: Option<&'a [u8]>,
    /// Where.
    pub host: Host<'a>,
    /// 1 to 65535.
    pub port: Option<u16>,
    /// `;name=value` as they stand.
    pub params: &'a [u8],
    /// Behind the `?`.
    pub headers: Option<&'a [u8]>,
}

/// A host.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Host<'a> {
    /// A name.
    Name(&'a [u8]),
    /// An IPv4 address.
    V4(Ipv4Addr),
    /// An IPv6 address, in brackets.
    V6(Ipv6Addr),
}

impl<'a> Host<'a> {
    /// Reads a host that fills the text.
    pub fn read(text: &'a [u8]) -> Option<Self> {
        if let Some(inner) = text.strip_prefix(b"[") {
            return inner.strip_suffix(b"]").and_then(ipv6).map(Self::V6);
        }
        let is_host = |octet: &u8| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'.' | b'_');
        if text.is_empty() || !text.iter().all(is_host) {
            return None;
        }
        let dotted = text.iter().all(|octet| octet.is_ascii_digit() || *octet == b'.');
        if !dotted {
            return Some(Self::Name(text));
        }
        let address = core::str::from_utf8(text).ok()?.parse();
        address.ok().map(Self::V4)
    }

    /// The address, if it is one.
    pub fn address(self) -> Option<core::net::IpAddr> {
        match self {
            Self::Name(_) => None,
            Self::V4(address) => Some(address.into()),
            Self::V6(address) => Some(address.into()),
        }
    }
}

/// An IPv6 address; the three colons that RFC 3261's ABNF allowed are read as two (RFC 5118 §4.10).
pub(super) fn ipv6(text: &[u8]) -> Option<Ipv6Addr> {
    let text = core::str::from_utf8(text).ok()?;
    let mended = || text.parse().ok().or_else(|| text.replacen(":::", "::", 1).parse().ok());
    // The longest address has 45 octets.
    if text.len() <= 46 { mended() } else { None }
}

impl<'a> Uri<'a> {
    /// Reads a URI that fills the text; `None` if it breaks its grammar.
    pub fn read(text: &'a [u8]) -> Option<Self> {
        let colon = memchr(b':', text)?;
        let (scheme, rest) = (&text[..colon], &text[colon + 1..]);
        if scheme.eq_ignore_ascii_case(b"sip") {
            return SipUri::read(rest, false).map(Self::Sip);
        }
        if scheme.eq_ignore_ascii_case(b"sips") {
            return SipUri::read(rest, true).map(Self::Sip);
        }
        let begins = scheme.first()?.is_ascii_alphabetic();
        let goes_on = scheme.iter().all(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'+' | b'-' | b'.'));
        let is_plain = |octet: &u8| octet.is_ascii_graphic() && !matches!(octet, b'<' | b'>' | b'"');
        (begins && goes_on && !rest.is_empty() && rest.iter().all(is_plain)).then_some(Self::Other { scheme, rest })
    }

    /// Its parts, if it is SIP or SIPS.
    pub fn sip(self) -> Option<SipUri<'a>> {
        match self {
            Self::Sip(uri) => Some(uri),
            Self::Other { .. } => None,
        }
    }
}

impl<'a> SipUri<'a> {
    fn read(rest: &'a [u8], secure: bool) -> Option<Self> {
        // An `@` can stand in no part but before the host; `;` and `?` can stand in a user.
        let (userinfo, rest) = match memchr(b'@', rest) {
            Some(at) => (Some(&rest[..at]), &rest[at + 1..]),
            None => (None, rest),
        };
        let (user, password) = match userinfo {
            None => (None, None),
            Some(info) => {
                let (user, password) = split(info, b':');
                let sound = !user.is_empty() && escaped(user, is_user) && escaped(password.unwrap_or(b""), is_password);
                if !sound {
                    return None;
                }
                (Some(user), password)
            }
        };
        let (rest, headers) = split(rest, b'?');
        let params_at = memchr(b';', rest).unwrap_or(rest.len());
        let (hostport, params) = rest.split_at(params_at);
        let (host, port) = host_and_port(hostport)?;
        let sound =
            are_params(params) && headers.is_none_or(|headers| !headers.is_empty() && escaped(headers, is_header));
        sound.then_some(Self { secure, user, password, host, port, params, headers })
    }

    /// The value of a parameter of that name; empty if it has none.
    pub fn param(&self, name: &str) -> Option<&'a [u8]> {
        let params = self.params.split(|octet| *octet == b';').skip(1).map(|param| split(param, b'='));
        let mut named = params.filter(|(text, _)| same(text, name.as_bytes()));
        named.next().map(|(_, value)| value.unwrap_or(b""))
    }
}

/// A host, and a port behind its colon.
pub(super) fn host_and_port(text: &[u8]) -> Option<(Host<'_>, Option<u16>)> {
    let host_end = match text.first()? {
        b'[' => memchr(b']', text)? + 1,
        _ => memchr(b':', text).unwrap_or(text.len()),
    };
    let host = Host::read(&text[..host_end])?;
    match &text[host_end..] {
        [] => Some((host, None)),
        [b':', digits @ ..] => port(digits).map(|port| (host, Some(port))),
        _ => None,
    }
}

/// Whether two texts are equal where `%HH` counts as the octet it stands for, and case does not matter (§19.1.4).
pub fn same(left: &[u8], right: &[u8]) -> bool {
    unescaped(left).map(|octet| octet.to_ascii_lowercase()).eq(unescaped(right).map(|octet| octet.to_ascii_lowercase()))
}

/// The octets of a text with `%HH` taken out; an escape that is none stays.
pub fn unescaped(text: &[u8]) -> impl Iterator<Item = u8> + '_ {
    let mut at = 0;
    core::iter::from_fn(move || {
        let octet = *text.get(at)?;
        let digits = text.get(at + 1).zip(text.get(at + 2));
        let pair = digits.and_then(|(high, low)| Some((hex(*high)?, hex(*low)?)));
        match pair.filter(|_| octet == b'%') {
            Some((high, low)) => {
                at += 3;
                Some(high << 4 | low)
            }
            None => {
                at += 1;
                Some(octet)
            }
        }
    })
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).map(|value| value as u8)
}

/// The text before the first `octet`, and what follows it.
fn split(text: &[u8], octet: u8) -> (&[u8], Option<&[u8]>) {
    match memchr(octet, text) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    }
}

/// Whether every octet is of the kind or part of a `%HH`.
fn escaped(text: &[u8], is_of: impl Fn(u8) -> bool) -> bool {
    let mut rest = text;
    loop {
        match rest {
            [] => return true,
            [b'%', high, low, after @ ..] if hex(*high).is_some() && hex(*low).is_some() => rest = after,
            [octet, after @ ..] if is_of(*octet) => rest = after,
            _ => return false,
        }
    }
}

fn is_unreserved(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&octet)
}

fn is_user(octet: u8) -> bool {
    is_unreserved(octet) || b"&=+$,;?/".contains(&octet)
}

fn is_password(octet: u8) -> bool {
    is_unreserved(octet) || b"&=+$,;?/:".contains(&octet)
}

fn is_param(octet: u8) -> bool {
    is_unreserved(octet) || is_token(octet) && octet != b'%' || b"[]/:&+$".contains(&octet)
}

fn is_header(octet: u8) -> bool {
    is_unreserved(octet) || b"[]/?:+$&=".contains(&octet)
}

fn are_params(text: &[u8]) -> bool {
    text.split(|octet| *octet == b';').skip(1).all(|param| {
        let (name, value) = split(param, b'=');
        let has_value = value.is_none_or(|value| !value.is_empty() && escaped(value, is_param));
        !name.is_empty() && escaped(name, is_param) && has_value
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sip(text: &str) -> Option<SipUri<'_>> {
        Uri::read(text.as_bytes()).and_then(Uri::sip)
    }

    #[test]
    fn the_parts_of_a_uri_are_found() {
        let uri = sip("sip:bob;x=1?y:pw@[2001:db8::9]:5070;lr;transport=tcp?Route=%3Csip:a%3E").unwrap();
        assert_eq!((uri.user, uri.password), (Some(&b"bob;x=1?y"[..]), Some(&b"pw"[..])));
        assert_eq!((uri.host, uri.port), (Host::V6("2001:db8::9".parse().unwrap()), Some(5070)));
        assert_eq!(
            (uri.param("LR"), uri.param("transport"), uri.param("x")),
            (Some(&b""[..]), Some(&b"tcp"[..]), None)
        );
        assert_eq!(uri.headers, Some(&b"Route=%3Csip:a%3E"[..]));
        assert!(sip("SIPS:example.com").unwrap().secure);
        assert_eq!(sip("sip:192.0.2.1").unwrap().host, Host::V4(Ipv4Addr::new(192, 0, 2, 1)));
    }

    #[test]
    fn broken_uris_are_refused() {
        let broken = [
            "sip:",
            "sip:@a",
            "sip:a@b@c",
            "sip:2001:db8::10",
            "sip:[2001:db8::10",
            "sip:[::1]x",
            "sip:a:0",
            "sip:a:65536",
            "sip:a:8080xyz",
            "sip:a%4@b",
            "sip:a b@c",
            "sip:a;",
            "sip:a;=b",
            "sip:a;b=",
            "sip:a?",
            "sip:1.2.3",
            "sip:<a>",
            "%",
            "*",
            "",
            ":a",
            "1a:b",
            "sip:a\u{e4}@b",
            "http:<a>",
        ];
        for text in broken {
            assert_eq!(Uri::read(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn another_scheme_is_kept_unread() {
        let Some(Uri::Other { scheme, rest }) = Uri::read(b"soap.beep://192.0.2.103:3002") else { panic!("not read") };
        assert_eq!((scheme, rest), (&b"soap.beep"[..], &b"//192.0.2.103:3002"[..]));
    }

    #[test]
    fn three_colons_are_read_as_two() {
        let expected = Host::V6("2001:db8::192.0.2.1".parse().unwrap());
        assert_eq!(sip("sip:user@[2001:db8:::192.0.2.1]").unwrap().host, expected);
        assert_eq!(sip("sip:user@[2001:db8::192.0.2.1]").unwrap().host, expected);
        assert_eq!(sip("sip:user@[:::::]"), None);
    }

    #[test]
    fn escapes_are_compared_once_and_a_zero_octet_ends_nothing() {
        assert!(same(b"%75se%72", b"user"));
        assert!(same(b"null-%00-null", b"null-%00-null") && !same(b"null-%00-a", b"null-%00-b"));
        assert!(!same(b"%25%34%31", b"A") && same(b"%25%34%31", b"%2541"));
        assert!(unescaped(b"%Z%45").eq(*b"%ZE"));
    }
}

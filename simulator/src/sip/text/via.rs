//! Via (RFC 3261 §20.42, RFC 3581).

use core::net::IpAddr;

use memchr::memchr;

use super::lexer::{Cursor, port};
use super::params::Params;
use super::uri::{Host, ipv6};

/// One hop of a Via.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Via<'a> {
    /// UDP, TCP, TLS, WS, WSS or another token.
    pub transport: &'a [u8],
    /// Who says it sent the message.
    pub host: Host<'a>,
    /// Its port, if it said one.
    pub port: Option<u16>,
    /// branch, received, rport and others.
    pub params: Params<'a>,
}

impl<'a> Via<'a> {
    /// Takes one; `None` if it breaks its grammar.
    #[inline]
    pub(super) fn read(cursor: &mut Cursor<'a>) -> Option<Self> {
        cursor.lws();
        let is_sip = cursor.token()?.eq_ignore_ascii_case(b"SIP");
        let is_2_0 = cursor.separator(b'/') && cursor.token()? == b"2.0";
        if !(is_sip && is_2_0 && cursor.separator(b'/')) {
            return None;
        }
        let transport = cursor.token()?;
        let before = cursor.at();
        cursor.lws();
        if cursor.at() == before {
            return None;
        }
        let host = sent_by(cursor)?;
        let port = if cursor.separator(b':') { Some(port(cursor.run(|octet| octet.is_ascii_digit())?)?) } else { None };
        let params = Params::read(cursor)?;
        Some(Self { transport, host, port, params })
    }

    /// What names the transaction (§17.2.3); `None` or without the magic cookie: of RFC 2543.
    #[inline]
    pub fn branch(&self) -> Option<&'a [u8]> {
        self.params.value("branch")
    }

    /// `rport`: asked for (`Some(None)`) or filled in (RFC 3581 §3). One that is no port counts as absent.
    pub fn rport(&self) -> Option<Option<u16>> {
        match self.params.get("rport")?.value {
            None => Some(None),
            Some(digits) => port(digits).map(Some),
        }
    }

    /// `received`, with or without brackets (RFC 5118 §4.5).
    pub fn received(&self) -> Option<IpAddr> {
        let text = self.params.value("received")?;
        let bare = text.strip_prefix(b"[").and_then(|text| text.strip_suffix(b"]")).unwrap_or(text);
        let v4 = || core::str::from_utf8(bare).ok()?.parse::<core::net::Ipv4Addr>().ok();
        if memchr(b':', bare).is_some() { ipv6(bare).map(IpAddr::V6) } else { v4().map(IpAddr::V4) }
    }
}

fn sent_by<'a>(cursor: &mut Cursor<'a>) -> Option<Host<'a>> {
    if cursor.peek() == Some(b'[') {
        let inner = cursor.rest();
        cursor.until(b']')?;
        let length = inner.len() - cursor.rest().len();
        return Host::read(&inner[..length]);
    }
    Host::read(cursor.run(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'.' | b'_'))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(Via<'_>, &[u8])> {
        let mut cursor = Cursor::new(text.as_bytes());
        let via = Via::read(&mut cursor)?;
        Some((via, cursor.rest()))
    }

    #[test]
    fn white_space_may_stand_wherever_the_grammar_lets_it() {
        let (via, rest) =
            read("SIP /\t2.0\r\n /UDP\r\n  [2001:db8::9:1] : 5070 ; branch =\r\n z9hG4bK3 , SIP/2.0/TCP b").unwrap();
        assert_eq!((via.transport, via.port, via.branch()), (&b"UDP"[..], Some(5070), Some(&b"z9hG4bK3"[..])));
        assert_eq!(via.host, Host::V6("2001:db8::9:1".parse().unwrap()));
        assert_eq!(rest, b" , SIP/2.0/TCP b");
    }

    #[test]
    fn received_is_read_with_and_without_brackets() {
        let expected: IpAddr = "2001:db8::9:255".parse().unwrap();
        for text in ["SIP/2.0/UDP a;received=[2001:db8::9:255]", "SIP/2.0/UDP a;received=2001:db8::9:255;branch=x"] {
            assert_eq!(read(text).unwrap().0.received(), Some(expected), "{text}");
        }
    }

    #[test]
    fn rport_is_asked_for_filled_in_or_nothing() {
        let rport = |text| read(text).unwrap().0.rport();
        assert_eq!(rport("SIP/2.0/UDP a;rport"), Some(None));
        assert_eq!(rport("SIP/2.0/UDP a;rport=5060"), Some(Some(5060)));
        assert_eq!([rport("SIP/2.0/UDP a;rport=123456"), rport("SIP/2.0/UDP a")], [None, None]);
    }

    #[test]
    fn broken_hops_are_refused() {
        let broken =
            ["", "SIP/2.0/UDP", "SIP/2.0/UDPhost", "SIP/3.0/UDP a", "SIP/2.0/UDP 2001:db8::1", "SIP/2.0/UDP a:65536"];
        let more = [
            "SIP/2.0/UDP a:08080xyz",
            "SIP/2.0/UDP a;;",
            "SIP/2.0/UDP [::1",
            "HTTP/2.0/UDP a",
            "SIP/2.0/UDP 1.2.3.4.5",
        ];
        for text in broken.into_iter().chain(more) {
            let whole = read(text).is_some_and(|(_, rest)| rest.is_empty());
            assert!(!whole, "{text}");
        }
    }
}

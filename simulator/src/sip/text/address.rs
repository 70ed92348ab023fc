//! From, To, Contact, Route and their like (RFC 3261 §20.10, §20.31): a URI with a name before it and parameters behind.

use super::lexer::{Cursor, is_lws};
use super::params::Params;
use super::uri::Uri;

/// A name-addr or addr-spec with its header parameters.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Address<'a> {
    /// The display name as it stands: tokens, or what is between the quotes. Empty if there is none.
    pub display: &'a [u8],
    /// The URI as it stands.
    pub text: &'a [u8],
    /// The URI.
    pub uri: Uri<'a>,
    /// Header parameters: tag, expires, q and others.
    pub params: Params<'a>,
}

/// A Contact.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Contact<'a> {
    /// `*`: all of them (§10.2.2).
    All,
    /// One.
    One(Address<'a>),
}

impl<'a> Address<'a> {
    /// Takes one; `None` if it breaks its grammar. Without brackets, `;` begins header parameters, and `?` and `,` may
    /// not stand in the URI (§20.10).
    pub(super) fn read(cursor: &mut Cursor<'a>) -> Option<Self> {
        cursor.lws();
        let display = display(cursor)?;
        let text = match display {
            Some(_) => bracketed(cursor)?,
            None => cursor.run(|octet| !is_lws(octet) && !matches!(octet, b';' | b','))?,
        };
        let is_bare = display.is_none();
        if is_bare && text.contains(&b'?') {
            return None;
        }
        let (uri, params) = (Uri::read(text)?, Params::read(cursor)?);
        Some(Self { display: display.unwrap_or_default(), text, uri, params })
    }

    /// The tag of a From or To.
    #[inline]
    pub fn tag(&self) -> Option<&'a [u8]> {
        self.params.value("tag")
    }
}

impl<'a> Contact<'a> {
    pub(super) fn read(cursor: &mut Cursor<'a>) -> Option<Self> {
        cursor.lws();
        if cursor.rest().first() == Some(&b'*') {
            cursor.skip(1);
            return Some(Self::All);
        }
        Address::read(cursor).map(Self::One)
    }
}

/// What stands before an opening bracket, which comes next; `Some(None)` if there is no bracket.
fn display<'a>(cursor: &mut Cursor<'a>) -> Option<Option<&'a [u8]>> {
    match cursor.peek()? {
        b'<' => return Some(Some(b"")),
        b'"' => {
            let quoted = cursor.quoted()?;
            cursor.lws();
            return (cursor.peek() == Some(b'<')).then_some(Some(quoted));
        }
        _ => {}
    }
    let before = *cursor;
    let from = cursor.at();
    let mut end = from;
    while cursor.token().is_some() {
        end = cursor.at();
        cursor.lws();
    }
    if cursor.peek() == Some(b'<') {
        let words = cursor.since(from);
        return Some(Some(&words[..end - from]));
    }
    *cursor = before;
    Some(None)
}

fn bracketed<'a>(cursor: &mut Cursor<'a>) -> Option<&'a [u8]> {
    if cursor.eat(b'<') { cursor.until(b'>') } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(Address<'_>, &[u8])> {
        let mut cursor = Cursor::new(text.as_bytes());
        let address = Address::read(&mut cursor)?;
        Some((address, cursor.rest()))
    }

    #[test]
    fn a_name_an_address_and_its_parameters_are_told_apart() {
        let (address, rest) = read("\"A. \\\"B\\\"\"\r\n <sip:a@b;lr> ;tag = 1, <sip:c>").unwrap();
        assert_eq!((address.display, address.text), (&br#"A. \"B\""#[..], &b"sip:a@b;lr"[..]));
        assert_eq!(address.tag(), Some(&b"1"[..]));
        assert_eq!(rest, b", <sip:c>");
        let (address, _) = read("token1~` token2'+_ <sip:a>").unwrap();
        assert_eq!(address.display, b"token1~` token2'+_");
        assert_eq!(read("caller<sip:c@d>;tag=3").unwrap().0.display, b"caller");
    }

    #[test]
    fn without_brackets_parameters_belong_to_the_header() {
        let (address, _) = read("sip:+1234@b;user=phone;tag=x").unwrap();
        assert_eq!((address.text, address.tag()), (&b"sip:+1234@b"[..], Some(&b"x"[..])));
        assert_eq!(address.uri.sip().unwrap().params, b"");
    }

    #[test]
    fn broken_addresses_are_refused() {
        let broken = [
            "",
            "%",
            "<sip:a",
            "\"a <sip:b>",
            "\"a\" sip:b",
            "Bell, Alexander <sip:a>",
            "< sip:a >",
            "sip:a?Route=b",
            "<sip:a>;;",
            "<sip:a>;tag=",
            "<>",
            "a b",
            "\"a\u{1}\" <sip:b>",
        ];
        for text in broken {
            let whole = read(text).is_some_and(|(_, rest)| rest.is_empty());
            assert!(!whole, "{text}");
        }
    }
}

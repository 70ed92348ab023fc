//! Parameters behind a value: `;name=value` (RFC 3261 §25.1, `generic-param`).

use super::lexer::{Cursor, is_token};

/// The parameters of a value, checked once and found again by name.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Params<'a>(&'a [u8]);

/// One of them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Param<'a> {
    /// Its name; case does not matter.
    pub name: &'a [u8],
    /// Its value, if it has one; of a quoted string what stands between the quotes, escapes as they are.
    pub value: Option<&'a [u8]>,
}

impl<'a> Params<'a> {
    /// Takes all parameters that follow; `None` if one breaks its grammar.
    #[inline]
    pub(super) fn read(cursor: &mut Cursor<'a>) -> Option<Self> {
        let from = cursor.at();
        while cursor.separator(b';') {
            one(cursor)?;
        }
        Some(Self(cursor.since(from)))
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = Param<'a>> {
        let mut cursor = Cursor::new(self.0);
        core::iter::from_fn(move || if cursor.separator(b';') { one(&mut cursor) } else { None })
    }

    /// The first of that name.
    #[inline]
    pub fn get(&self, name: &str) -> Option<Param<'a>> {
        self.iter().find(|param| param.name.eq_ignore_ascii_case(name.as_bytes()))
    }

    /// The value of the first of that name.
    #[inline]
    pub fn value(&self, name: &str) -> Option<&'a [u8]> {
        self.get(name)?.value
    }

    /// Octets up to the end of the name of the first of that name.
    pub(super) fn end_of(&self, name: &str) -> Option<usize> {
        let mut cursor = Cursor::new(self.0);
        while cursor.separator(b';') {
            let mut ahead = cursor;
            if ahead.token()?.eq_ignore_ascii_case(name.as_bytes()) {
                return Some(ahead.at());
            }
            one(&mut cursor)?;
        }
        None
    }

    /// As they stand.
    pub fn text(&self) -> &'a [u8] {
        self.0
    }
}

#[inline]
fn one<'a>(cursor: &mut Cursor<'a>) -> Option<Param<'a>> {
    let name = cursor.token()?;
    if !cursor.separator(b'=') {
        return Some(Param { name, value: None });
    }
    let value = if cursor.peek() == Some(b'"') { cursor.quoted() } else { cursor.run(is_value) };
    Some(Param { name, value: Some(value?) })
}

/// Token and host; brackets and colons of IPv6 also where no brackets are (RFC 5118 §4.5).
#[inline]
fn is_value(octet: u8) -> bool {
    is_token(octet) || matches!(octet, b'[' | b']' | b':')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8]) -> Option<(Params<'_>, &[u8])> {
        let mut cursor = Cursor::new(text);
        let params = Params::read(&mut cursor)?;
        Some((params, cursor.rest()))
    }

    #[test]
    fn white_space_folds_and_quotes_are_read_through() {
        let (params, rest) = read(b" ;\r\n  tag = 98asjd8 ; LR;+sip.instance=\"<urn:uuid:0;1>\" , next").unwrap();
        assert_eq!(params.value("TAG"), Some(&b"98asjd8"[..]));
        assert_eq!(params.get("lr"), Some(Param { name: b"LR", value: None }));
        assert_eq!(params.value("+sip.instance"), Some(&b"<urn:uuid:0;1>"[..]));
        assert_eq!(params.iter().count(), 3);
        assert_eq!(rest, b" , next");
    }

    #[test]
    fn an_empty_parameter_or_value_is_an_error() {
        for text in [&b";"[..], b";;", b";a=", b";a=\"", b";=b", b";a=;b"] {
            assert_eq!(read(text), None, "{text:?}");
        }
        assert!(read(b"").is_some());
    }
}

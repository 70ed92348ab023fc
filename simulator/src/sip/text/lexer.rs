//! The words of RFC 3261 §25.1: white space with its folds, tokens, quoted strings, numbers.

use memchr::memchr;

/// A place in a value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    #[inline]
    pub(super) fn at(&self) -> usize {
        self.at
    }

    #[inline]
    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    #[inline]
    pub(super) fn is_done(&self) -> bool {
        self.at >= self.bytes.len()
    }

    /// What is left.
    #[inline]
    pub(super) fn rest(&self) -> &'a [u8] {
        &self.bytes[self.at.min(self.bytes.len())..]
    }

    /// What lies between `from` and here.
    #[inline]
    pub(super) fn since(&self, from: usize) -> &'a [u8] {
        &self.bytes[from.min(self.at)..self.at]
    }

    #[inline]
    pub(super) fn skip(&mut self, octets: usize) {
        self.at = (self.at + octets).min(self.bytes.len());
    }

    /// Takes this octet if it is next.
    #[inline]
    pub(super) fn eat(&mut self, octet: u8) -> bool {
        let is_next = self.peek() == Some(octet);
        self.at += usize::from(is_next);
        is_next
    }

    /// LWS: a line break within a value is a fold, or it would have ended the value.
    #[inline]
    pub(super) fn lws(&mut self) {
        while self.peek().is_some_and(is_lws) {
            self.at += 1;
        }
    }

    /// This octet with LWS around it: COMMA, SEMI, EQUAL, SLASH, COLON.
    #[inline]
    pub(super) fn separator(&mut self, octet: u8) -> bool {
        let before = self.at;
        self.lws();
        if !self.eat(octet) {
            self.at = before;
            return false;
        }
        self.lws();
        true
    }

    /// The longest run of octets of a kind; empty is none.
    #[inline]
    pub(super) fn run(&mut self, is_of: impl Fn(u8) -> bool) -> Option<&'a [u8]> {
        let rest = self.rest();
        let length = rest.iter().position(|octet| !is_of(*octet)).unwrap_or(rest.len());
        self.at += length;
        (length > 0).then(|| &rest[..length])
    }

    #[inline]
    pub(super) fn token(&mut self) -> Option<&'a [u8]> {
        self.run(is_token)
    }

    /// What stands between the quotes, escapes as they are.
    pub(super) fn quoted(&mut self) -> Option<&'a [u8]> {
        if !self.eat(b'"') {
            return None;
        }
        let from = self.at;
        loop {
            match self.peek()? {
                b'"' => {
                    self.at += 1;
                    return Some(&self.bytes[from..self.at - 1]);
                }
                // A quoted pair is any octet below 0x80 but CR and LF.
                b'\\' => {
                    let escaped = *self.bytes.get(self.at + 1)?;
                    if escaped >= 0x80 || matches!(escaped, b'\r' | b'\n') {
                        return None;
                    }
                    self.at += 2;
                }
                octet if octet < 0x20 && !is_lws(octet) || octet == 0x7f => return None,
                _ => self.at += 1,
            }
        }
    }

    /// Everything up to `octet`, which is taken too.
    pub(super) fn until(&mut self, octet: u8) -> Option<&'a [u8]> {
        let length = memchr(octet, self.rest())?;
        let from = self.at;
        self.at += length + 1;
        Some(&self.bytes[from..from + length])
    }
}

#[inline]
pub(super) fn is_lws(octet: u8) -> bool {
    matches!(octet, b' ' | b'\t' | b'\r' | b'\n')
}

/// RFC 3261's `token`.
#[inline]
pub(super) fn is_token(octet: u8) -> bool {
    const TOKEN: [bool; 256] = {
        let mut table = [false; 256];
        let marks = b"-.!%*_+`'~";
        let mut place = 0;
        while place < marks.len() {
            table[marks[place] as usize] = true;
            place += 1;
        }
        let mut octet = 0;
        while octet < 256 {
            if (octet as u8).is_ascii_alphanumeric() {
                table[octet] = true;
            }
            octet += 1;
        }
        table
    };
    TOKEN[usize::from(octet)]
}

/// Without LWS at either end.
#[inline]
pub(super) fn trim(mut value: &[u8]) -> &[u8] {
    while let [first, rest @ ..] = value
        && is_lws(*first)
    {
        value = rest;
    }
    while let [rest @ .., last] = value
        && is_lws(*last)
    {
        value = rest;
    }
    value
}

/// A decimal number; `None` for anything but digits, `u64::MAX` for what is larger.
#[inline]
pub(super) fn number(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let shift = |value: u64, digit: &u8| value.saturating_mul(10).saturating_add(u64::from(digit - b'0'));
    Some(digits.iter().fold(0, shift))
}

/// A port in decimal: 1 to 65535 in at most five digits.
pub(super) fn port(digits: &[u8]) -> Option<u16> {
    let value = number(digits).filter(|_| digits.len() <= 5)?;
    u16::try_from(value).ok().filter(|port| *port > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quoted_string_ends_at_its_quote_and_not_at_an_escaped_one() {
        let mut cursor = Cursor::new(br#""a \"b\" \\" <x>"#);
        assert_eq!(cursor.quoted(), Some(&br#"a \"b\" \\"#[..]));
        assert_eq!(cursor.rest(), b" <x>");
        for open in [&b"\"never"[..], b"\"\\", b"\"\x01\"", b"\"\\\r\"", b"\"\\\xc3\xa4\"", b"none"] {
            assert_eq!(Cursor::new(open).quoted(), None, "{open:?}");
        }
    }

    #[test]
    fn numbers_saturate_and_ports_do_not() {
        assert_eq!(number(b"0068"), Some(68));
        assert_eq!(number(b"36893488147419103232"), Some(u64::MAX));
        assert_eq!([number(b""), number(b"+5"), number(b"5 5"), number(b"0x10"), number(b"-1")], [None; 5]);
        assert_eq!(port(b"65535"), Some(65_535));
        assert_eq!([port(b"0"), port(b"65536"), port(b"8080xyz"), port(b"000080")], [None; 4]);
    }
}

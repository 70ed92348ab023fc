//! Names of header fields: those that mean something here, in their full and compact forms (RFC 3261 §7.3.3, §20).

/// A header field that is read here. Others are kept as they are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub enum Name {
    /// §20.1.
    Accept,
    /// §20.5.
    Allow,
    /// §20.7.
    Authorization,
    /// §20.8.
    CallId,
    /// §20.10.
    Contact,
    /// §20.14.
    ContentLength,
    /// §20.15.
    ContentType,
    /// §20.16.
    CSeq,
    /// §20.17.
    Date,
    /// §20.19.
    Expires,
    /// §20.20.
    From,
    /// §20.22.
    MaxForwards,
    /// §20.23.
    MinExpires,
    /// §20.27.
    ProxyAuthenticate,
    /// §20.28.
    ProxyAuthorization,
    /// §20.29.
    ProxyRequire,
    /// §20.30.
    RecordRoute,
    /// §20.32.
    Require,
    /// §20.33.
    RetryAfter,
    /// §20.34.
    Route,
    /// §20.37.
    Supported,
    /// §20.39.
    To,
    /// §20.40.
    Unsupported,
    /// §20.42.
    Via,
    /// §20.43.
    Warning,
    /// §20.44.
    WwwAuthenticate,
}

/// Name, text, compact form (0: none).
const TABLE: [(Name, &str, u8); Name::COUNT] = [
    (Name::Accept, "Accept", 0),
    (Name::Allow, "Allow", 0),
    (Name::Authorization, "Authorization", 0),
    (Name::CallId, "Call-ID", b'i'),
    (Name::Contact, "Contact", b'm'),
    (Name::ContentLength, "Content-Length", b'l'),
    (Name::ContentType, "Content-Type", b'c'),
    (Name::CSeq, "CSeq", 0),
    (Name::Date, "Date", 0),
    (Name::Expires, "Expires", 0),
    (Name::From, "From", b'f'),
    (Name::MaxForwards, "Max-Forwards", 0),
    (Name::MinExpires, "Min-Expires", 0),
    (Name::ProxyAuthenticate, "Proxy-Authenticate", 0),
    (Name::ProxyAuthorization, "Proxy-Authorization", 0),
    (Name::ProxyRequire, "Proxy-Require", 0),
    (Name::RecordRoute, "Record-Route", 0),
    (Name::Require, "Require", 0),
    (Name::RetryAfter, "Retry-After", 0),
    (Name::Route, "Route", 0),
    (Name::Supported, "Supported", b'k'),
    (Name::To, "To", b't'),
    (Name::Unsupported, "Unsupported", 0),
    (Name::Via, "Via", b'v'),
    (Name::Warning, "Warning", 0),
    (Name::WwwAuthenticate, "WWW-Authenticate", 0),
];

impl Name {
    /// How many there are.
    pub const COUNT: usize = 26;

    /// Fields that stand once at most.
    pub const SINGLE: [Self; 11] = [
        Self::CallId,
        Self::ContentLength,
        Self::ContentType,
        Self::CSeq,
        Self::Date,
        Self::Expires,
        Self::From,
        Self::MaxForwards,
        Self::MinExpires,
        Self::RetryAfter,
        Self::To,
    ];

    /// What a header's name means, whatever its case; `None` for an unknown one.
    #[inline]
    pub fn of(text: &[u8]) -> Option<Self> {
        let first = text.first()? | 0x20;
        if text.len() == 1 {
            return TABLE.iter().find(|(_, _, compact)| *compact == first).map(|(name, ..)| *name);
        }
        let candidates: &[Self] = match (text.len(), first) {
            (2, b't') => &[Self::To],
            (3, b'v') => &[Self::Via],
            (4, b'f') => &[Self::From],
            (4, b'c') => &[Self::CSeq],
            (4, b'd') => &[Self::Date],
            (5, b'a') => &[Self::Allow],
            (5, b'r') => &[Self::Route],
            (6, b'a') => &[Self::Accept],
            (7, b'c') => &[Self::CallId, Self::Contact],
            (7, b'e') => &[Self::Expires],
            (7, b'r') => &[Self::Require],
            (7, b'w') => &[Self::Warning],
            (9, b's') => &[Self::Supported],
            (11, b'm') => &[Self::MinExpires],
            (11, b'r') => &[Self::RetryAfter],
            (11, b'u') => &[Self::Unsupported],
            (12, b'c') => &[Self::ContentType],
            (12, b'm') => &[Self::MaxForwards],
            (12, b'r') => &[Self::RecordRoute],
            (13, b'a') => &[Self::Authorization],
            (13, b'p') => &[Self::ProxyRequire],
            (14, b'c') => &[Self::ContentLength],
            (16, b'w') => &[Self::WwwAuthenticate],
            (18, b'p') => &[Self::ProxyAuthenticate],
            (19, b'p') => &[Self::ProxyAuthorization],
            _ => &[],
        };
        candidates.iter().copied().find(|name| name.text().as_bytes().eq_ignore_ascii_case(text))
    }

    /// As RFC 3261 writes it.
    #[inline]
    pub fn text(self) -> &'static str {
        TABLE[self as usize].1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_known_in_every_form_and_case() {
        for (place, (name, text, compact)) in TABLE.into_iter().enumerate() {
            assert_eq!(name as usize, place, "{text}");
            assert_eq!(Name::of(text.as_bytes()), Some(name), "{text}");
            assert_eq!(Name::of(text.to_uppercase().as_bytes()), Some(name), "{text}");
            if compact != 0 {
                assert_eq!(Name::of(&[compact]), Some(name));
                assert_eq!(Name::of(&[compact.to_ascii_uppercase()]), Some(name));
            }
        }
    }

    #[test]
    fn an_unknown_name_is_nothing() {
        for text in ["", "x", "s", "Tu", "Foo", "Contacts", "C%6Fntact", "Content-Lengt\u{fc}"] {
            assert_eq!(Name::of(text.as_bytes()), None, "{text}");
        }
    }
}

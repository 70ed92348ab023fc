//! Methods (RFC 3261 §7.1 and the RFCs that add to it). Their case matters.

/// A request's method.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Method<'a> {
    /// RFC 3261.
    Ack,
    /// RFC 3261.
    Bye,
    /// RFC 3261.
    Cancel,
    /// RFC 6086.
    Info,
    /// RFC 3261.
    Invite,
    /// RFC 3428.
    Message,
    /// RFC 6665.
    Notify,
    /// RFC 3261.
    Options,
    /// RFC 3262.
    Prack,
    /// RFC 3903.
    Publish,
    /// RFC 3515.
    Refer,
    /// RFC 3261.
    Register,
    /// RFC 6665.
    Subscribe,
    /// RFC 3311.
    Update,
    /// Any other token.
    Other(&'a [u8]),
}

const KNOWN: [(&str, Method<'static>); 14] = [
    ("REGISTER", Method::Register),
    ("INVITE", Method::Invite),
    ("ACK", Method::Ack),
    ("BYE", Method::Bye),
    ("OPTIONS", Method::Options),
    ("CANCEL", Method::Cancel),
    ("INFO", Method::Info),
    ("MESSAGE", Method::Message),
    ("NOTIFY", Method::Notify),
    ("PRACK", Method::Prack),
    ("PUBLISH", Method::Publish),
    ("REFER", Method::Refer),
    ("SUBSCRIBE", Method::Subscribe),
    ("UPDATE", Method::Update),
];

impl<'a> Method<'a> {
    /// What a token means.
    #[inline]
    pub fn of(token: &'a [u8]) -> Self {
        let known = KNOWN.iter().find(|(text, _)| text.as_bytes() == token);
        known.map_or(Self::Other(token), |(_, method)| *method)
    }

    /// The token.
    pub fn text(self) -> &'a [u8] {
        match self {
            Self::Other(token) => token,
            known => KNOWN.iter().find(|(_, method)| *method == known).map_or(b"", |(text, _)| text.as_bytes()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_is_its_token_and_case_matters() {
        for (text, method) in KNOWN {
            assert_eq!(Method::of(text.as_bytes()), method);
            assert_eq!(method.text(), text.as_bytes());
        }
        assert_eq!(Method::of(b"register"), Method::Other(b"register"));
        assert_eq!(Method::of(b"RE%47IST%45R").text(), b"RE%47IST%45R");
    }
}

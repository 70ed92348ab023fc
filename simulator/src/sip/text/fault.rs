//! What is wrong with a message.

use core::fmt::{self, Display, Formatter};

use super::name::Name;

/// Why a message is refused or dropped.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fault {
    /// Neither a request line nor a status line.
    NotSip,
    /// A request line or status line with something wrong in it.
    StartLine,
    /// A version other than SIP/2.0.
    Version,
    /// A line without a name and a colon.
    HeaderLine,
    /// A control octet outside a quoted pair.
    Control,
    /// No empty line after the header section.
    Unfinished,
    /// More than [`super::MAX_HEADERS`], [`super::MAX_VIAS`], [`super::MAX_HEAD`] or [`super::MAX_BODY`].
    TooLarge,
    /// The body is longer than what came (datagram), or its length is not said (stream).
    Length,
    /// A mandatory header field is absent.
    Missing(Name),
    /// A field that may stand once stands more often.
    Repeated(Name),
    /// A value that breaks its grammar.
    Malformed(Name),
    /// The Request-URI breaks its grammar, or carries headers (§19.1.1).
    RequestUri,
    /// CSeq names another method than the request line.
    MethodMismatch,
    /// A method nobody here knows.
    UnknownMethod,
    /// A method that is known but not served.
    MethodNotAllowed,
    /// A Request-URI of a scheme that is not served.
    Scheme,
    /// Extensions are required that are not supported.
    Extension,
    /// A body of a type that is not understood.
    ContentType,
    /// Nothing acceptable could be answered.
    NotAcceptable,
    /// A response that belongs to somebody else: not exactly one Via, or not ours.
    NotOurs,
}

impl Fault {
    /// The status a request is refused with.
    pub fn status(self) -> u16 {
        match self {
            Self::Version => 505,
            Self::TooLarge => 513,
            Self::UnknownMethod => 501,
            Self::MethodNotAllowed => 405,
            Self::Scheme => 416,
            Self::Extension => 420,
            Self::ContentType => 415,
            Self::NotAcceptable => 406,
            _ => 400,
        }
    }
}

/// A reason phrase.
impl Display for Fault {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotSip => f.write_str("Not SIP"),
            Self::StartLine => f.write_str("Malformed Start Line"),
            Self::Version => f.write_str("Version Not Supported"),
            Self::HeaderLine => f.write_str("Malformed Header Line"),
            Self::Control => f.write_str("Control Character in Header"),
            Self::Unfinished => f.write_str("Header Section Without End"),
            Self::TooLarge => f.write_str("Message Too Large"),
            Self::Length => f.write_str("Content-Length Does Not Fit"),
            Self::Missing(name) => write!(f, "Missing {}", name.text()),
            Self::Repeated(name) => write!(f, "Repeated {}", name.text()),
            Self::Malformed(name) => write!(f, "Malformed {}", name.text()),
            Self::RequestUri => f.write_str("Malformed Request-URI"),
            Self::MethodMismatch => f.write_str("CSeq Names Another Method"),
            Self::UnknownMethod => f.write_str("Not Implemented"),
            Self::MethodNotAllowed => f.write_str("Method Not Allowed"),
            Self::Scheme => f.write_str("Unsupported URI Scheme"),
            Self::Extension => f.write_str("Bad Extension"),
            Self::ContentType => f.write_str("Unsupported Media Type"),
            Self::NotAcceptable => f.write_str("Not Acceptable"),
            Self::NotOurs => f.write_str("Not Ours"),
        }
    }
}

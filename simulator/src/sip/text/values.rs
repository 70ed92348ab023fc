//! The typed values of a message.

use super::MAX_SEQUENCE;
use super::address::{Address, Contact};
use super::credentials::{Challenge, Credentials, Offer};
use super::fault::Fault;
use super::lexer::{Cursor, number};
use super::message::Message;
use super::method::Method;
use super::name::Name;
use super::params::Params;
use super::via::Via;

/// Seconds that a malformed or overlarge Expires stands for (RFC 3261 §10.2.1.1; RFC 4475 §3.1.2.4).
pub const DEFAULT_EXPIRES_S: u32 = 3600;

/// CSeq (§20.16).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct CSeq<'a> {
    /// 0 to 2^31 - 1.
    pub number: u32,
    /// The method of the request.
    pub method: Method<'a>,
}

/// A media type (§20.15).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct MediaType<'a> {
    /// Before the slash.
    pub kind: &'a [u8],
    /// Behind it.
    pub subtype: &'a [u8],
    /// boundary, charset, q and others.
    pub params: Params<'a>,
}

impl<'a> Message<'a> {
    /// The top Via.
    ///
    /// # Errors
    /// If there is none, or it breaks its grammar; so with all that follow.
    #[inline]
    pub fn via(&self) -> Result<Via<'a>, Fault> {
        self.vias().next().unwrap_or(Err(Fault::Missing(Name::Via)))
    }

    /// All Vias, topmost first; the first that is broken ends them.
    pub fn vias(&self) -> impl Iterator<Item = Result<Via<'a>, Fault>> + use<'a> {
        self.list(Name::Via, Via::read)
    }

    /// From.
    ///
    /// # Errors
    /// As [`Self::via`].
    pub fn from(&self) -> Result<Address<'a>, Fault> {
        self.only(Name::From, Address::read)
    }

    /// To.
    ///
    /// # Errors
    /// As [`Self::via`].
    pub fn to(&self) -> Result<Address<'a>, Fault> {
        self.only(Name::To, Address::read)
    }

    /// Call-ID: any octets but white space. Case matters (§20.8).
    ///
    /// # Errors
    /// As [`Self::via`].
    pub fn call_id(&self) -> Result<&'a [u8], Fault> {
        self.only(Name::CallId, |cursor| cursor.run(|octet| octet > b' ' && octet != 0x7f))
    }

    /// CSeq.
    ///
    /// # Errors
    /// As [`Self::via`].
    pub fn cseq(&self) -> Result<CSeq<'a>, Fault> {
        self.only(Name::CSeq, |cursor| {
            let number = number(cursor.token()?).filter(|number| *number <= u64::from(MAX_SEQUENCE))?;
            cursor.lws();
            Some(CSeq { number: number as u32, method: Method::of(cursor.token()?) })
        })
    }

    /// Contacts in order; the first that is broken ends them.
    pub fn contacts(&self) -> impl Iterator<Item = Result<Contact<'a>, Fault>> + use<'a> {
        self.list(Name::Contact, Contact::read)
    }

    /// Addresses of a Route or Record-Route.
    pub fn routes(&self, name: Name) -> impl Iterator<Item = Result<Address<'a>, Fault>> + use<'a> {
        self.list(name, Address::read)
    }

    /// Option tags of a Require, Supported or the like.
    pub fn options(&self, name: Name) -> impl Iterator<Item = Result<&'a [u8], Fault>> + use<'a> {
        self.list(name, Cursor::token)
    }

    /// Expires in seconds; one that is malformed or overlarge is [`DEFAULT_EXPIRES_S`].
    pub fn expires(&self) -> Option<u32> {
        self.value(Name::Expires).map(expires_s)
    }

    /// Min-Expires in seconds.
    pub fn min_expires(&self) -> Option<u32> {
        let seconds = number(self.value(Name::MinExpires)?)?;
        u32::try_from(seconds).ok()
    }

    /// Retry-After in seconds, its comment and parameters apart (§20.33).
    pub fn retry_after(&self) -> Option<u32> {
        let digits = Cursor::new(self.value(Name::RetryAfter)?).run(|octet| octet.is_ascii_digit())?;
        u32::try_from(number(digits)?).ok()
    }

    /// Max-Forwards; one beyond 255 counts as absent (RFC 4475 §3.1.2.4).
    ///
    /// # Errors
    /// If it is no number.
    pub fn max_forwards(&self) -> Result<Option<u8>, Fault> {
        let Some(value) = self.value(Name::MaxForwards) else { return Ok(None) };
        let hops = number(value).ok_or(Fault::Malformed(Name::MaxForwards))?;
        Ok(u8::try_from(hops).ok())
    }

    /// Content-Type.
    ///
    /// # Errors
    /// As [`Self::via`].
    pub fn content_type(&self) -> Result<MediaType<'a>, Fault> {
        self.only(Name::ContentType, media_type)
    }

    /// Media types of an Accept.
    pub fn accepts(&self) -> impl Iterator<Item = Result<MediaType<'a>, Fault>> + use<'a> {
        self.list(Name::Accept, media_type)
    }

    /// Digest credentials of an Authorization or Proxy-Authorization; those of other schemes are passed over.
    pub fn credentials(&self, name: Name) -> impl Iterator<Item = Result<Credentials<'a>, Fault>> + use<'a> {
        self.values(name).filter_map(Credentials::read).map(move |one| one.ok_or(Fault::Malformed(name)))
    }

    /// Digest challenges of a WWW-Authenticate or Proxy-Authenticate, in the server's order; other schemes are passed over.
    pub fn challenges(&self, name: Name) -> impl Iterator<Item = Challenge<'a>> + use<'a> {
        self.values(name).flat_map(Challenge::all).filter_map(|offer| match offer {
            Offer::Digest(challenge) => Some(challenge),
            Offer::Other => None,
        })
    }

    /// A field that has one value.
    #[inline]
    fn only<T>(&self, name: Name, read: impl Fn(&mut Cursor<'a>) -> Option<T>) -> Result<T, Fault> {
        let value = self.value(name).ok_or(Fault::Missing(name))?;
        let mut cursor = Cursor::new(value);
        let typed = read(&mut cursor);
        cursor.lws();
        typed.filter(|_| cursor.is_done()).ok_or(Fault::Malformed(name))
    }

    /// A field that has a comma list, perhaps over several lines. A line without a value adds none.
    fn list<T>(
        &self,
        name: Name,
        read: fn(&mut Cursor<'a>) -> Option<T>,
    ) -> impl Iterator<Item = Result<T, Fault>> + use<'a, T> {
        let mut values = self.values(name).filter(|value| !value.is_empty());
        let mut at: Option<Cursor<'a>> = None;
        let mut is_broken = false;
        core::iter::from_fn(move || {
            if is_broken {
                return None;
            }
            let mut cursor = match at.take() {
                Some(cursor) => cursor,
                None => Cursor::new(values.next()?),
            };
            let typed = read(&mut cursor);
            let has_more = cursor.separator(b',');
            is_broken = typed.is_none() || !(has_more || cursor.is_done());
            at = has_more.then_some(cursor);
            Some(typed.filter(|_| !is_broken).ok_or(Fault::Malformed(name)))
        })
    }
}

/// The seconds of an Expires header field or Contact parameter.
pub fn expires_s(text: &[u8]) -> u32 {
    number(text).and_then(|seconds| u32::try_from(seconds).ok()).unwrap_or(DEFAULT_EXPIRES_S)
}

fn media_type<'a>(cursor: &mut Cursor<'a>) -> Option<MediaType<'a>> {
    cursor.lws();
    let kind = cursor.token()?;
    if !cursor.separator(b'/') {
        return None;
    }
    Some(MediaType { kind, subtype: cursor.token()?, params: Params::read(cursor)? })
}

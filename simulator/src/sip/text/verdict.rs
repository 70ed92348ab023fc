//! What to do with a message before anybody looks at what it wants (RFC 3261 §8.2, §16.3; verdicts of RFC 4475).

use super::address::Contact;
use super::fault::Fault;
use super::message::{Message, StartLine};
use super::method::Method;
use super::name::Name;
use super::uri::Uri;
use super::via::Via;
use super::{MAX_VIAS, values::expires_s};

/// What this side can do.
#[derive(Clone, Copy, Debug)]
pub struct Abilities {
    /// Methods it serves; CANCEL and ACK need not be named.
    pub methods: &'static [Method<'static>],
    /// Option tags it supports.
    pub extensions: &'static [&'static str],
    /// Media types of bodies it understands, as `type/subtype`; the first is what it answers an INVITE with.
    pub bodies: &'static [&'static str],
}

/// What a message deserves.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// To be handled.
    Take,
    /// A request to be refused with the fault's status.
    Refuse(Fault),
    /// To be dropped and counted: a broken response, or an ACK, which is never answered (§17.1.1.3).
    Drop(Fault),
}

/// Judges a message that could be read.
pub fn judge(message: &Message<'_>, abilities: &Abilities) -> Verdict {
    match message.start() {
        StartLine::Response { .. } => match sound(message) {
            Ok(()) => Verdict::Take,
            Err(fault) => Verdict::Drop(fault),
        },
        StartLine::Request { method, uri } => match request(message, method, uri, abilities) {
            Ok(()) => Verdict::Take,
            Err(fault) => refuse(message, fault),
        },
    }
}

/// What a message with this fault deserves: only requests are answered, and never an ACK.
pub fn refuse(message: &Message<'_>, fault: Fault) -> Verdict {
    match message.method() {
        None | Some(Method::Ack) => Verdict::Drop(fault),
        Some(_) => Verdict::Refuse(fault),
    }
}

/// Whether a response is for us: exactly one Via (§8.1.3.3), and we wrote it (§18.1.2).
///
/// # Errors
/// [`Fault::NotOurs`], or what is wrong with its Via.
pub fn belongs(response: &Message<'_>, is_ours: impl FnOnce(&Via<'_>) -> bool) -> Result<(), Fault> {
    let mut vias = response.vias();
    let top = vias.next().unwrap_or(Err(Fault::Missing(Name::Via)))?;
    if vias.next().is_none() && is_ours(&top) { Ok(()) } else { Err(Fault::NotOurs) }
}

/// What every message must have, and what it has must be whole.
fn sound(message: &Message<'_>) -> Result<(), Fault> {
    if let Some(fault) = message.fault() {
        return Err(fault);
    }
    if let Some(name) = Name::SINGLE.into_iter().find(|name| message.count(*name) > 1) {
        return Err(Fault::Repeated(name));
    }
    message.cseq()?;
    values_are_sound(message)
}

fn values_are_sound(message: &Message<'_>) -> Result<(), Fault> {
    let mut vias = 0;
    for via in message.vias() {
        // The cookie alone names no transaction (RFC 4475 §3.2.1).
        if via?.branch() == Some(b"z9hG4bK") {
            return Err(Fault::Malformed(Name::Via));
        }
        vias += 1;
    }
    match vias {
        0 => return Err(Fault::Missing(Name::Via)),
        vias if vias > MAX_VIAS => return Err(Fault::TooLarge),
        _ => {}
    }
    message.from()?;
    message.to()?;
    message.call_id()?;
    message.max_forwards()?;
    for name in [Name::Route, Name::RecordRoute] {
        message.routes(name).try_for_each(|route| route.map(|_| ()))?;
    }
    for name in [Name::Authorization, Name::ProxyAuthorization] {
        message.credentials(name).try_for_each(|one| one.map(|_| ()))?;
    }
    contacts_are_sound(message)
}

/// `*` stands alone, and only with an Expires of 0 (§10.2.2).
fn contacts_are_sound(message: &Message<'_>) -> Result<(), Fault> {
    let (mut contacts, mut stars) = (0, 0);
    for contact in message.contacts() {
        contacts += 1;
        stars += u32::from(contact? == Contact::All);
    }
    let removes_all = contacts == 1 && message.value(Name::Expires).map(expires_s) == Some(0);
    let may_be_star = message.method() == Some(Method::Register) && removes_all;
    if stars > 0 && !may_be_star { Err(Fault::Malformed(Name::Contact)) } else { Ok(()) }
}

fn request(message: &Message<'_>, method: Method<'_>, uri: &[u8], abilities: &Abilities) -> Result<(), Fault> {
    if let Some(fault) = message.fault() {
        return Err(fault);
    }
    if let Method::Other(_) = method {
        return message.cseq().and(Err(Fault::UnknownMethod));
    }
    sound(message)?;
    if message.cseq()?.method != method {
        return Err(Fault::MethodMismatch);
    }
    match Uri::read(uri) {
        None => return Err(Fault::RequestUri),
        Some(Uri::Other { .. }) => return Err(Fault::Scheme),
        Some(Uri::Sip(uri)) if uri.headers.is_some() => return Err(Fault::RequestUri),
        Some(Uri::Sip(_)) => {}
    }
    if method == Method::Register && message.to()?.uri.sip().is_none() {
        return Err(Fault::Malformed(Name::To));
    }
    if matches!(method, Method::Ack | Method::Cancel) {
        return Ok(());
    }
    if !abilities.methods.contains(&method) {
        return Err(Fault::MethodNotAllowed);
    }
    extensions(message, abilities)?;
    body(message, method, abilities)
}

fn extensions(message: &Message<'_>, abilities: &Abilities) -> Result<(), Fault> {
    for tag in message.options(Name::Require) {
        if !is_supported(tag?, abilities) {
            return Err(Fault::Extension);
        }
    }
    Ok(())
}

/// Whether an option tag is among those supported.
pub(super) fn is_supported(tag: &[u8], abilities: &Abilities) -> bool {
    abilities.extensions.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(tag))
}

/// The body can be read, and one can be answered (§8.2.3, §20.1).
fn body(message: &Message<'_>, method: Method<'_>, abilities: &Abilities) -> Result<(), Fault> {
    if !message.body().is_empty() && message.count(Name::ContentType) > 0 {
        let given = message.content_type()?;
        let mut types = abilities.bodies.iter().filter_map(|known| known.split_once('/'));
        if !types.any(|(kind, subtype)| is_word(given.kind, kind) && is_word(given.subtype, subtype)) {
            return Err(Fault::ContentType);
        }
    }
    let Some((kind, subtype)) = abilities.bodies.first().and_then(|first| first.split_once('/')) else { return Ok(()) };
    if method != Method::Invite || message.count(Name::Accept) == 0 {
        return Ok(());
    }
    for range in message.accepts() {
        let range = range?;
        let fits = |part: &[u8], ours: &str| part == b"*" || is_word(part, ours);
        if fits(range.kind, kind) && fits(range.subtype, subtype) {
            return Ok(());
        }
    }
    Err(Fault::NotAcceptable)
}

fn is_word(text: &[u8], word: &str) -> bool {
    text.eq_ignore_ascii_case(word.as_bytes())
}

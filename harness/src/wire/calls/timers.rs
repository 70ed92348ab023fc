//! Session-Expires, Min-SE and Supported (RFC 4028), of which the codec keeps the names as they stand.

use simulator::sip::dialog::session_timer::{Agreed, Proposal, Refresher};
use simulator::sip::text::message::Message;
use simulator::sip::text::name::Name;

/// The value of the first header field of one of these names.
pub(super) fn other<'a>(message: &Message<'a>, names: &[&str]) -> Option<&'a [u8]> {
    let is_named = |name: &[u8]| names.iter().any(|known| name.eq_ignore_ascii_case(known.as_bytes()));
    message.all().find(|field| is_named(field.name)).map(|field| field.value.trim_ascii())
}

/// What a request asks for.
pub(super) fn proposal(message: &Message<'_>) -> Proposal {
    let supported = message.options(Name::Supported).flatten().any(|tag| tag.eq_ignore_ascii_case(b"timer"));
    let (interval_s, refresher) = expires(message).unwrap_or((0, None));
    let least_s = other(message, &["Min-SE"]).and_then(seconds).unwrap_or(0);
    Proposal { interval_s, least_s, refresher, supported }
}

/// What a 2xx agrees to.
pub(super) fn agreed(message: &Message<'_>) -> Option<Agreed> {
    let (interval_s, refresher) = expires(message)?;
    Some(Agreed { interval_s, refresher: refresher.unwrap_or(Refresher::Server) })
}

fn expires(message: &Message<'_>) -> Option<(u32, Option<Refresher>)> {
    let value = other(message, &["Session-Expires", "x"])?;
    let mut parts = value.split(|octet| *octet == b';');
    let interval_s = seconds(parts.next()?).filter(|seconds| *seconds > 0)?;
    let refresher = parts.find_map(|part| {
        let text: Vec<u8> =
            part.iter().filter(|octet| !octet.is_ascii_whitespace()).map(u8::to_ascii_lowercase).collect();
        match &text[..] {
            b"refresher=uac" => Some(Refresher::Client),
            b"refresher=uas" => Some(Refresher::Server),
            _ => None,
        }
    });
    Some((interval_s, refresher))
}

fn seconds(text: &[u8]) -> Option<u32> {
    let first = text.split(|octet| *octet == b';').next()?.trim_ascii();
    std::str::from_utf8(first).ok().filter(|digits| digits.bytes().all(|octet| octet.is_ascii_digit()))?.parse().ok()
}

/// `refresher=…` as it is written.
pub(super) fn word(refresher: Refresher) -> &'static str {
    match refresher {
        Refresher::Client => "uac",
        Refresher::Server => "uas",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn session_timers_are_read_in_both_forms() {
        let read = |lines: &str| {
            let text = format!("UPDATE sip:a@b SIP/2.0\r\n{lines}\r\n\r\n");
            let message = Message::read(text.as_bytes()).unwrap();
            (proposal(&message), agreed(&message))
        };
        let (asked, answered) = read("x: 1800 ;refresher = UAS\r\nMin-SE: 120;a=b\r\nk: 100rel, timer");
        let expected = Proposal { interval_s: 1800, least_s: 120, refresher: Some(Refresher::Server), supported: true };
        assert_eq!(asked, expected);
        assert_eq!(answered, Some(Agreed { interval_s: 1800, refresher: Refresher::Server }));
        let nothing = Proposal { supported: false, ..Proposal::SUPPORTED };
        for broken in ["Session-Expires: -5", "Session-Expires: 99999999999", "Session-Expires: x", "A: b"] {
            assert_eq!(read(broken), (nothing, None), "{broken}");
        }
    }
}

//! Session descriptions as text (RFC 4566): one stream of sound, or a fax, as [`Description`] knows it.

use core::fmt::{self, Write};
use core::net::IpAddr;

use super::lexer::{number, port};
use crate::sip::sdp::{Codec, Codecs, Description, Direction};

/// Longest description that is read.
pub const MAX_DESCRIPTION: usize = 16 << 10;
/// Lines of one that are read.
const MAX_LINES: usize = 500;
/// Formats of its stream that are read.
const MAX_FORMATS: usize = 64;

/// Codec, its payload type where we choose it, and its name with clock rate and channels (RFC 3551 §6).
const TABLE: [(Codec, u8, &str); 6] = [
    (Codec::Pcma, 8, "PCMA/8000"),
    (Codec::Pcmu, 0, "PCMU/8000"),
    (Codec::G722, 9, "G722/8000"),
    (Codec::G729, 18, "G729/8000"),
    (Codec::Opus, 111, "opus/48000/2"),
    (Codec::TelephoneEvent, 101, "telephone-event/8000"),
];

/// Writes a description of somebody at `address`; `session` names the session in its origin line.
pub fn write(description: &Description, address: IpAddr, session: u64, out: &mut Vec<u8>) {
    let mut text = String::new();
    compose(description, address, session, &mut text).expect("a String takes everything");
    out.extend_from_slice(text.as_bytes());
}

fn compose(description: &Description, address: IpAddr, session: u64, out: &mut String) -> fmt::Result {
    let kind = if address.is_ipv6() { "IP6" } else { "IP4" };
    let Description { codecs, version, port, direction } = *description;
    write!(out, "v=0\r\no=- {session} {version} IN {kind} {address}\r\ns=-\r\nc=IN {kind} {address}\r\nt=0 0\r\n")?;
    if codecs.first() == Some(Codec::T38) {
        return write!(out, "m=image {port} udptl t38\r\na={}\r\n", word(direction));
    }
    let known = || codecs.iter().filter_map(|codec| TABLE.iter().find(|(one, ..)| *one == codec));
    write!(out, "m=audio {port} RTP/AVP")?;
    known().try_for_each(|(_, format, _)| write!(out, " {format}"))?;
    out.push_str("\r\n");
    known().try_for_each(|(_, format, name)| write!(out, "a=rtpmap:{format} {name}\r\n"))?;
    write!(out, "a={}\r\n", word(direction))
}

/// Reads the first stream of sound or fax of a description; `None`: it has none that can be understood.
pub fn read(text: &[u8]) -> Option<Description> {
    let text = core::str::from_utf8(text).ok().filter(|text| text.len() <= MAX_DESCRIPTION)?;
    let mut lines = text.lines().take(MAX_LINES).filter_map(|line| line.split_once('='));
    if lines.next()? != ("v", "0") {
        return None;
    }
    let (mut version, mut session, mut stream): (u16, _, Option<Stream<'_>>) = (0, Direction::SendReceive, None);
    for (kind, value) in lines {
        match (kind, &mut stream) {
            // A version is a number of any length (RFC 4566 §5.2): its last digits are enough to see it change.
            ("o", None) => version = number(value.split(' ').nth(2)?.as_bytes())? as u16,
            ("m", None) => stream = Stream::read(value),
            ("m", Some(_)) => break,
            ("a", None) => session = direction(value).unwrap_or(session),
            ("a", Some(stream)) => stream.attribute(value),
            _ => {}
        }
    }
    let stream = stream?;
    let codecs = stream.codecs();
    codecs.first()?;
    Some(Description { codecs, version, port: stream.port, direction: stream.direction.unwrap_or(session) })
}

/// A stream being read.
struct Stream<'a> {
    port: u16,
    /// By format: what it stands for, once that is known.
    formats: Vec<(&'a str, Option<Codec>)>,
    direction: Option<Direction>,
}

impl<'a> Stream<'a> {
    /// Of an `m=` line; `None`: one that carries neither sound nor fax.
    fn read(value: &'a str) -> Option<Self> {
        let mut words = value.split_ascii_whitespace();
        let (media, at, transport) = (words.next()?, words.next()?, words.next()?);
        let at = at.split('/').next()?;
        let port = if at == "0" { 0 } else { port(at.as_bytes())? };
        let codec = |format: &str| match media {
            "image" => format.eq_ignore_ascii_case("t38").then_some(Codec::T38),
            // Dynamic ones (RFC 3551 §6: 96 and above) mean what their rtpmap says.
            _ => TABLE.iter().find(|(_, of, _)| *of < 96 && format.parse() == Ok(*of)).map(|(codec, ..)| *codec),
        };
        let fits = media == "audio" && transport.contains("RTP/") || media == "image";
        let formats = words.take(MAX_FORMATS).map(|format| (format, codec(format)));
        fits.then(|| Self { port, formats: formats.collect(), direction: None })
    }

    fn attribute(&mut self, value: &str) {
        if let Some((format, name)) = value.strip_prefix("rtpmap:").and_then(|map| map.split_once(' ')) {
            let named = TABLE.iter().find(|(_, _, known)| is_same(known, name.trim())).map(|(codec, ..)| *codec);
            self.formats.iter_mut().filter(|(one, _)| *one == format).for_each(|(_, codec)| *codec = named);
        } else if let Some(direction) = direction(value) {
            self.direction = Some(direction);
        }
    }

    fn codecs(&self) -> Codecs {
        Codecs::of(&self.formats.iter().filter_map(|(_, codec)| *codec).collect::<Vec<_>>())
    }
}

/// Case does not matter, and one channel need not be said (RFC 4566 §6).
fn is_same(known: &str, name: &str) -> bool {
    known.eq_ignore_ascii_case(name.strip_suffix("/1").unwrap_or(name))
}

const DIRECTIONS: [(Direction, &str); 4] = [
    (Direction::SendReceive, "sendrecv"),
    (Direction::SendOnly, "sendonly"),
    (Direction::ReceiveOnly, "recvonly"),
    (Direction::Inactive, "inactive"),
];

fn direction(value: &str) -> Option<Direction> {
    DIRECTIONS.iter().find(|(_, word)| *word == value.trim()).map(|(direction, _)| *direction)
}

fn word(direction: Direction) -> &'static str {
    DIRECTIONS.iter().find(|(one, _)| *one == direction).map_or("inactive", |(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(description: &Description) -> String {
        let mut out = Vec::new();
        write(description, "127.0.0.1".parse().unwrap(), 7, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_is_written_is_read_back() {
        let lists: [&[Codec]; 4] = [
            &[Codec::Pcma, Codec::Pcmu, Codec::TelephoneEvent],
            &[Codec::Opus, Codec::G722],
            &[Codec::G729],
            &[Codec::T38],
        ];
        for (list, (direction, _)) in lists.into_iter().zip(DIRECTIONS) {
            let description = Description { version: 3, ..Description::new(Codecs::of(list), 4000, direction) };
            assert_eq!(read(text(&description).as_bytes()), Some(description), "{}", text(&description));
        }
    }

    #[test]
    fn a_description_is_written_as_rfc_4566_wants_it() {
        let description =
            Description::new(Codecs::of(&[Codec::Pcma, Codec::TelephoneEvent]), 9, Direction::SendReceive);
        let expected = "v=0\r\no=- 7 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
            m=audio 9 RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n";
        assert_eq!(text(&description), expected);
    }

    #[test]
    fn dynamic_formats_mean_what_their_map_says_and_the_stream_overrides_the_session() {
        let offer = b"v=0\no=alice 2890844526 65537 IN IP4 host.example\ns=\na=inactive\nt=0 0\n\
            m=video 1 RTP/AVP 31\nm=audio 49170 RTP/SAVPF 97 0 96 13\na=rtpmap:97 OPUS/48000/2\na=rtpmap:96 speex/8000\n\
            a=sendonly\nm=audio 1 RTP/AVP 18\n";
        let expected = Description {
            codecs: Codecs::of(&[Codec::Opus, Codec::Pcmu]),
            version: 1,
            port: 49_170,
            direction: Direction::SendOnly,
        };
        assert_eq!(read(offer), Some(expected));
    }

    #[test]
    fn numbers_that_are_none_wrap_nothing() {
        let with =
            |line: &str| read(format!("v=0\r\no=- 1 1 IN IP4 a\r\n{line}\r\na=rtpmap:0 PCMU/8000\r\n").as_bytes());
        assert!(with("m=audio 4000 RTP/AVP 0").is_some());
        assert_eq!(with("m=audio 0 RTP/AVP 0").map(|description| description.port), Some(0));
        let broken = ["m=audio 65536 RTP/AVP 0", "m=audio -1 RTP/AVP 0", "m=audio 4000 RTP/AVP 4294967296", "m=audio"];
        for line in broken.into_iter().chain(["m=audio 4000 RTP/AVP", "m=text 4000 RTP/AVP 0", "v=1"]) {
            assert_eq!(with(line), None, "{line}");
        }
        let long = read(b"v=0\r\no=- 1 99999999999999999999 IN IP4 a\r\nm=audio 1 RTP/AVP 0\r\n");
        assert!(long.is_some(), "a version may be of any length");
        assert_eq!(read(&[b"v=0\r\nm=audio 1 RTP/AVP 0\r\n".as_slice(), &[b'a'; MAX_DESCRIPTION]].concat()), None);
        assert_eq!(read(b"\xff"), None);
    }
}

//! Descriptions of sessions in calls. A cluster passes on what the two sides say; endpoints speak for themselves, and send
//! no sound.

use std::net::SocketAddr;

use simulator::sip::sdp::{Codec, Codecs, Description, Direction};
use simulator::sip::text::sdp::{read, write};

/// The discard port: nobody listens there.
const PORT: u16 = 9;
const CODECS: [Codec; 3] = [Codec::Pcma, Codec::Pcmu, Codec::TelephoneEvent];

/// What an endpoint offers.
pub(super) fn offer(local: SocketAddr, session: u64) -> Vec<u8> {
    let mut out = Vec::new();
    write(&Description::new(Codecs::of(&CODECS), PORT, Direction::SendReceive), local.ip(), session, &mut out);
    out
}

/// What it answers to an offer; `None`: nothing that both can speak (488, RFC 3264 §6). Without an offer it makes one
/// (RFC 3261 §13.2.1).
pub(super) fn answer(offered: &[u8], local: SocketAddr, session: u64) -> Option<Vec<u8>> {
    if offered.is_empty() {
        return Some(offer(local, session));
    }
    let answer = read(offered)?.answered(Codecs::of(&CODECS), PORT, Direction::SendReceive)?;
    let mut out = Vec::new();
    write(&answer, local.ip(), session, &mut out);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offer_is_answered_with_what_both_speak() {
        let local = "127.0.0.1:40000".parse().unwrap();
        let ours = answer(b"v=0\r\no=- 1 1 IN IP4 a\r\nm=audio 4000 RTP/AVP 18 0\r\na=sendonly\r\n", local, 1).unwrap();
        let expected = Description::new(Codecs::of(&[Codec::Pcmu]), PORT, Direction::ReceiveOnly);
        assert_eq!(read(&ours), Some(expected));
        assert_eq!(answer(b"v=0\r\no=- 1 1 IN IP4 a\r\nm=audio 4000 RTP/AVP 18\r\n", local, 1), None);
        assert_eq!(answer(b"", local, 1), Some(offer(local, 1)));
        assert_eq!(answer(b"nonsense", local, 1), None);
    }
}

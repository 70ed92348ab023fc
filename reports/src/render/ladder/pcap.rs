//! SIP of ladders as a capture (pcapng): virtual time to the nanosecond, what happened between messages as comments.
//!
//! Format: draft-ietf-opsawg-pcapng. One interface of raw IPv4; every message is a datagram from or to port 5060.

use etherparse::PacketBuilder;

use crate::ladder::{Fate, Ladder, Message, What};
use crate::render::openmetrics::days_since_1970;
use crate::render::safe::safe;

/// All SIP messages of these ladders, in the order of time.
pub fn capture(ladders: &[Ladder]) -> Vec<u8> {
    let mut frames: Vec<Frame> = ladders.iter().flat_map(frames).collect();
    frames.sort_by_key(|frame| frame.at_ns);
    let mut file = Vec::new();
    block(&mut file, SECTION, &section(ladders));
    block(&mut file, INTERFACE, &interface());
    for frame in frames {
        block(&mut file, PACKET, &frame.body());
    }
    file
}

/// One datagram.
struct Frame {
    at_ns: u64,
    bytes: Vec<u8>,
    comments: Vec<String>,
}

/// The messages of a ladder; remarks go with the message before them, those at the beginning with the first one.
fn frames(ladder: &Ladder) -> Vec<Frame> {
    let zero = epoch_s(ladder) * SECOND_NS;
    let mut frames: Vec<Frame> = Vec::new();
    let mut early = Vec::new();
    for step in &ladder.steps {
        let remark = match &step.what {
            What::Message(message) if !message.octets.is_empty() && message.octets.len() <= LARGEST => {
                let comments = early.drain(..).chain(about(message)).collect();
                frames.push(Frame { at_ns: zero + step.at_ns, bytes: datagram(ladder, message), comments });
                continue;
            }
            What::Message(message) => {
                let way = format!("{} to {}", ladder.name(message.from), ladder.name(message.to));
                format!("{way}: {} {}", message.text, message.fate.word())
            }
            What::Note(note) => format!("{}: {}", ladder.name(note.lane), note.text),
        };
        let remark = format!("{} {}", ladder.clock(step.at_ns), safe(remark.trim_end()));
        frames.last_mut().map_or(&mut early, |frame| &mut frame.comments).push(remark);
    }
    frames
}

/// What a capture does not show by itself.
fn about(message: &Message) -> Vec<String> {
    let fate = (!matches!(message.fate, Fate::Heard(_))).then(|| message.fate.word().to_owned());
    let connected = message.connected.then(|| "over a connection; shown as a datagram".to_owned());
    fate.into_iter().chain(connected).collect()
}

fn datagram(ladder: &Ladder, message: &Message) -> Vec<u8> {
    let address = |lane: usize| ladder.lanes.get(lane).map_or([0; 4], |lane| lane.address);
    let mut bytes = Vec::new();
    PacketBuilder::ipv4(address(message.from), address(message.to), 64)
        .udp(PORT, PORT)
        .write(&mut bytes, &message.octets)
        .expect("a Vec takes everything, and the message was measured");
    bytes
}

impl Frame {
    fn body(&self) -> Vec<u8> {
        let mut body = Vec::new();
        put(&mut body, &[0, (self.at_ns >> 32) as u32, self.at_ns as u32]);
        put(&mut body, &[self.bytes.len() as u32, self.bytes.len() as u32]);
        body.extend_from_slice(&self.bytes);
        pad(&mut body);
        self.comments.iter().for_each(|comment| option(&mut body, COMMENT, comment.as_bytes()));
        option(&mut body, END, &[]);
        body
    }
}

fn section(ladders: &[Ladder]) -> Vec<u8> {
    let mut body = Vec::new();
    // Byte order, version 1.0, a length that is not told.
    put(&mut body, &[0x1A2B_3C4D, 1, u32::MAX, u32::MAX]);
    for ladder in ladders {
        let whose = format!("{}, seed {}: {} {}", ladder.scenario, ladder.seed, ladder.endpoint, ladder.why);
        option(&mut body, COMMENT, safe(whose.trim_end()).as_bytes());
    }
    option(&mut body, APPLICATION, concat!("pbxsim ", env!("CARGO_PKG_VERSION")).as_bytes());
    option(&mut body, END, &[]);
    body
}

fn interface() -> Vec<u8> {
    let mut body = Vec::new();
    put(&mut body, &[RAW_IP, 0]);
    option(&mut body, NAME, b"virtual");
    option(&mut body, RESOLUTION, &[9]);
    option(&mut body, END, &[]);
    body
}

fn block(file: &mut Vec<u8>, kind: u32, body: &[u8]) {
    let length = body.len() as u32 + 12;
    put(file, &[kind, length]);
    file.extend_from_slice(body);
    put(file, &[length]);
}

fn option(body: &mut Vec<u8>, code: u16, value: &[u8]) {
    let value = &value[..value.len().min(LARGEST)];
    body.extend_from_slice(&code.to_le_bytes());
    body.extend_from_slice(&(value.len() as u16).to_le_bytes());
    body.extend_from_slice(value);
    pad(body);
}

fn put(out: &mut Vec<u8>, words: &[u32]) {
    words.iter().for_each(|word| out.extend_from_slice(&word.to_le_bytes()));
}

fn pad(out: &mut Vec<u8>) {
    out.resize(out.len().next_multiple_of(4), 0);
}

/// Seconds from 1970 to the run's first moment, as if its clock were UTC; without a date as in
/// the metrics.
fn epoch_s(ladder: &Ladder) -> u64 {
    let days = ladder.date.map_or(1, days_since_1970);
    days.max(0) as u64 * 86_400 + u64::from(ladder.starts_s)
}

const SECTION: u32 = 0x0A0D_0D0A;
const INTERFACE: u32 = 1;
const PACKET: u32 = 6;
const RAW_IP: u32 = 101;
const END: u16 = 0;
const COMMENT: u16 = 1;
const NAME: u16 = 2;
const APPLICATION: u16 = 4;
const RESOLUTION: u16 = 9;
const PORT: u16 = 5060;
/// A datagram and an option hold less than 64 KiB.
const LARGEST: usize = 60_000;
const SECOND_NS: u64 = 1_000_000_000;

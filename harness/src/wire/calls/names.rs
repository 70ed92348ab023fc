//! Identifiers that we print from integers and read back: nobody else can make them.

use std::hash::{BuildHasher, RandomState};
use std::net::SocketAddr;

use simulator::node::NodeId;
use simulator::rng::mix;
use simulator::sip::message::Session;

use crate::wire::line::Line;

const COOKIE: &[u8] = b"z9hG4bK";

/// Makes and reads them.
#[derive(Clone, Debug)]
pub(super) struct Names {
    secret: u64,
    /// Makes numbers of what others made up.
    hasher: RandomState,
}

/// A leg of ours: its node, and its tag there.
pub(super) type Ours = (NodeId, u32);

impl Names {
    pub(super) fn new(secret: u64) -> Self {
        Self { secret, hasher: RandomState::new() }
    }

    /// What names this run.
    pub(super) fn run(&self) -> u64 {
        mix(self.secret)
    }

    fn seal(&self, (node, tag): Ours, more: u64) -> u64 {
        mix(self.secret ^ mix(u64::from(node.0) << 32 | u64::from(tag)) ^ mix(more))
    }

    /// Our tag as text.
    pub(super) fn tag(&self, ours: Ours) -> String {
        format!("{:08x}{:08x}{:016x}", ours.0.0, ours.1, self.seal(ours, TAG))
    }

    /// Whose tag that is, if it is ours.
    pub(super) fn tagged(&self, text: &[u8]) -> Option<Ours> {
        let [node, tag, seal] = numbers(text, [8, 8, 16])?;
        let ours = (NodeId(node as u32), tag as u32);
        (seal == self.seal(ours, TAG)).then_some(ours)
    }

    /// Our Call-ID of a dialog that we begin.
    pub(super) fn call_id(&self, ours: Ours) -> String {
        format!("{:08x}{:08x}{:016x}", ours.0.0, ours.1, self.seal(ours, CALL_ID))
    }

    /// A branch of ours.
    pub(super) fn branch(&self, ours: Ours, branch: u32) -> String {
        let seal = self.seal(ours, u64::from(branch));
        format!("z9hG4bK{:08x}{:08x}{branch:08x}{seal:016x}", ours.0.0, ours.1)
    }

    /// What branch that is, if it is ours.
    pub(super) fn branched(&self, text: &[u8]) -> Option<(Ours, u32)> {
        let [node, tag, branch, seal] = numbers(text.strip_prefix(COOKIE)?, [8, 8, 8, 16])?;
        let ours = (NodeId(node as u32), tag as u32);
        (seal == self.seal(ours, branch)).then_some((ours, branch as u32))
    }

    /// Session-ID (RFC 7989 §5) of an attempt of ours.
    pub(super) fn session_id(&self, session: Session) -> String {
        let Session { number, flow, to } = session;
        format!("{:016x}{number:08x}{flow:04x}{to:04x};remote={:032x}", self.run(), 0)
    }

    /// The attempt of ours that a Session-ID names, on whichever side of it.
    pub(super) fn session(&self, value: &[u8]) -> Option<Session> {
        let [run, number, flow, to] = numbers(value.get(..32)?, [16, 8, 4, 4])?;
        let session = Session { number: number as u32, flow: flow as u16, to: to as u16 };
        (run == self.run()).then_some(session)
    }

    /// A number for a tag of somebody else in a dialog; never 0.
    pub(super) fn number(&self, call_id: &[u8], tag: &[u8]) -> u32 {
        (self.hasher.hash_one((call_id, tag)) as u32).max(1)
    }

    /// A number for an INVITE's dialog before we have given it a tag.
    pub(super) fn theirs(&self, line: Line, from: SocketAddr, call_id: &[u8], tag: &[u8]) -> u64 {
        self.hasher.hash_one((line, from.ip(), call_id, tag))
    }
}

/// Tells seals of tags and Call-IDs from those of branches.
const TAG: u64 = 1 << 32;
const CALL_ID: u64 = 2 << 32;

/// The numbers of a text made of hexadecimal ones with so many digits each; lower case, as we write them.
fn numbers<const COUNT: usize>(text: &[u8], digits: [usize; COUNT]) -> Option<[u64; COUNT]> {
    let is_ours = |octet: &u8| matches!(octet, b'0'..=b'9' | b'a'..=b'f');
    if text.len() != digits.iter().sum::<usize>() || !text.iter().all(is_ours) {
        return None;
    }
    let (mut rest, mut numbers) = (std::str::from_utf8(text).ok()?, [0; COUNT]);
    for (number, count) in numbers.iter_mut().zip(digits) {
        let (first, others) = rest.split_at(count);
        *number = u64::from_str_radix(first, 16).ok()?;
        rest = others;
    }
    Some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: Ours = (NodeId(70_000), 9);

    #[test]
    fn what_we_print_we_read_back() {
        let names = Names::new(5);
        assert_eq!(names.tagged(names.tag(OURS).as_bytes()), Some(OURS));
        assert_eq!(names.branched(names.branch(OURS, 1 << 31).as_bytes()), Some((OURS, 1 << 31)));
        let session = Session { number: 12, flow: 3, to: 4 };
        assert_eq!(names.session(names.session_id(session).as_bytes()), Some(session));
    }

    #[test]
    fn what_others_print_is_not_ours() {
        let (names, others) = (Names::new(5), Names::new(6));
        assert_eq!(names.tagged(others.tag(OURS).as_bytes()), None);
        assert_eq!(names.branched(others.branch(OURS, 1).as_bytes()), None);
        assert_eq!(names.session(others.session_id(Session { number: 1, flow: 0, to: 0 }).as_bytes()), None);
        assert_eq!(names.tagged(names.call_id(OURS).as_bytes()), None, "a Call-ID is no tag");
        let branch = names.branch(OURS, 1);
        for at in 0..branch.len() {
            let mut text = branch.clone().into_bytes();
            text[at] = if text[at] == b'0' { b'1' } else { b'0' };
            assert_eq!(names.branched(&text), None, "octet {at}");
        }
        assert_eq!(names.tagged(names.tag(OURS).to_uppercase().as_bytes()), None, "one spelling only");
        assert_eq!((names.tagged(b""), names.branched(b"z9hG4bK"), names.session(b"\xff")), (None, None, None));
    }
}

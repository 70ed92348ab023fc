//! Requests that others have sent us, kept as they came until nobody can ask for their answer again.

use std::collections::{BTreeMap, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::net::SocketAddr;

use simulator::sip::text::message::Message;
use simulator::sip::text::name::Name;
use simulator::sip::transaction::timing::TIMER_J;
use simulator::time::Instant;

use super::line::Line;

/// Requests kept at once; beyond it 503.
const MOST: usize = 200_000;
/// Times that a request without its final answer is kept for longer: past any Timer C (§16.6).
const PROLONGED: u8 = 8;

/// Requests under numbers that stand for their branches; of each its owner knows something.
#[derive(Debug)]
pub struct Transactions<T> {
    kept: BTreeMap<u32, Kept<T>>,
    /// By what names a transaction.
    known: BTreeMap<Named, u32>,
    /// In the order they may be forgotten.
    ages: VecDeque<Age>,
    /// So that nobody can choose what collides.
    hasher: RandomState,
    next: u32,
}

/// What names a transaction, as a number that nobody outside can choose.
pub type Named = u64;

#[derive(Debug)]
struct Age {
    until: Instant,
    number: u32,
    name: Named,
    prolonged: u8,
}

/// A request.
#[derive(Debug)]
pub struct Kept<T> {
    /// Its start line and header section.
    pub head: Box<[u8]>,
    /// Where it came from.
    pub source: SocketAddr,
    /// By which line.
    pub line: Line,
    /// Whether its final answer may take longer than Timer J.
    pub is_pending: bool,
    /// What its owner knows of it.
    pub of: T,
}

impl<T> Default for Transactions<T> {
    fn default() -> Self {
        let (kept, known, ages) = (BTreeMap::new(), BTreeMap::new(), VecDeque::new());
        Self { kept, known, ages, hasher: RandomState::new(), next: 0 }
    }
}

impl<T> Transactions<T> {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.kept.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// §17.2.3: branch, sent-by and method, and where it came from; without the cookie what RFC 2543 compared. `method`: an
    /// ACK and a CANCEL name an INVITE's.
    pub fn name(&self, (line, from): (Line, SocketAddr), message: &Message<'_>, method: &[u8]) -> Option<Named> {
        let (via, cseq) = (message.via().ok()?, message.cseq().ok()?);
        let old = || (message.call_id().ok(), cseq.number, message.value(Name::From));
        let rest = if via.branch().is_some_and(|branch| branch.starts_with(b"z9hG4bK")) { None } else { Some(old()) };
        Some(self.hasher.hash_one((line, from, via.branch(), message.value(Name::Via), method, rest)))
    }

    /// The number of the one with that name.
    pub fn find(&self, name: Named) -> Option<u32> {
        self.known.get(&name).copied()
    }

    /// Keeps a request; `None`: there are too many.
    pub fn keep(&mut self, now: Instant, name: Named, kept: Kept<T>) -> Option<u32> {
        if self.kept.len() >= MOST {
            return None;
        }
        self.next = self.next.wrapping_add(1).max(1);
        self.kept.insert(self.next, kept);
        self.known.insert(name, self.next);
        self.ages.push_back(Age { until: now + TIMER_J, number: self.next, name, prolonged: 0 });
        Some(self.next)
    }

    /// The one of that number.
    pub fn get(&self, number: u32) -> Option<&Kept<T>> {
        self.kept.get(&number)
    }

    /// The same, to change.
    pub fn get_mut(&mut self, number: u32) -> Option<&mut Kept<T>> {
        self.kept.get_mut(&number)
    }

    /// Forgets those whose time is over.
    pub fn forget(&mut self, now: Instant) {
        while let Some(age) = self.ages.pop_front_if(|age| age.until <= now) {
            let is_pending = self.kept.get(&age.number).is_some_and(|kept| kept.is_pending);
            if is_pending && age.prolonged < PROLONGED {
                self.ages.push_back(Age { until: now + TIMER_J, prolonged: age.prolonged + 1, ..age });
                continue;
            }
            self.kept.remove(&age.number);
            self.known.remove(&age.name);
        }
    }
}

#[cfg(test)]
mod tests {
    use simulator::time::Duration;

    use super::*;

    const TEXT: &str = "INVITE sip:1@a SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bKx\r\nFrom: <sip:b@a>;tag=1\r\n\
        To: <sip:1@a>\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n\r\n";

    fn kept(is_pending: bool) -> Kept<()> {
        let source = "127.0.0.1:9".parse().unwrap();
        Kept { head: TEXT.as_bytes().into(), source, line: Line::datagrams(0), is_pending, of: () }
    }

    #[test]
    fn a_transaction_is_named_by_branch_method_and_source() {
        let transactions = Transactions::<()>::default();
        let name = |text: &str, port: u16, method: &[u8]| {
            let from = SocketAddr::from(([127, 0, 0, 1], port));
            transactions.name((Line::datagrams(0), from), &Message::read(text.as_bytes()).unwrap(), method)
        };
        let first = name(TEXT, 9, b"INVITE");
        assert_eq!(first, name(&TEXT.replace("Call-ID: c", "Call-ID: d"), 9, b"INVITE"));
        let old = TEXT.replace("z9hG4bK", "");
        let others = [
            name(TEXT, 10, b"INVITE"),
            name(TEXT, 9, b"CANCEL"),
            name(&TEXT.replace("4bKx", "4bKy"), 9, b"INVITE"),
            name(&old, 9, b"INVITE"),
            name(&old.replace("Call-ID: c", "Call-ID: d"), 9, b"INVITE"),
        ];
        for (place, other) in others.iter().enumerate() {
            assert!(other.is_some() && *other != first && !others[..place].contains(other), "{place}");
        }
    }

    #[test]
    fn what_is_answered_is_kept_for_timer_j_and_what_rings_for_longer() {
        let mut transactions = Transactions::default();
        let now = Instant::ZERO;
        let answered = transactions.keep(now, 1, kept(false)).unwrap();
        let rings = transactions.keep(now, 2, kept(true)).unwrap();
        transactions.forget(now + TIMER_J);
        assert_eq!((transactions.find(1), transactions.find(2)), (None, Some(rings)));
        assert!(transactions.get(answered).is_none());
        transactions.get_mut(rings).unwrap().is_pending = false;
        transactions.forget(now + TIMER_J + TIMER_J);
        assert!(transactions.is_empty());
        let forgotten = transactions.keep(now, 3, kept(true)).unwrap();
        (0..20).for_each(|step| transactions.forget(now + Duration::seconds(32 * step)));
        assert!(transactions.get(forgotten).is_none(), "what is never answered is forgotten at last");
    }
}

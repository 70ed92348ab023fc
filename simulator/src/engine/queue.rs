//! Future events by instant, equals in the order pushed.
//!
//! A ladder of eight digits of base 256 over a short sorted run. An entry lies at the level of the highest byte in which
//! its instant differs from `cursor`; the run holds the next events, latest first, so that popping is `Vec::pop` and the
//! caller can look ahead. All three moves (append, spread, stable sort) keep the order of equals, so no sequence number.
//! Not: cancellation; whoever pushed an entry that has been overtaken drops it when it comes out.

use crate::time::Instant;

const CHUNK: usize = 32;
const DIGITS: usize = 256;
const LEVELS: usize = 8;
const NONE: u32 = u32::MAX;

/// Entries of the sorted run that a refill aims for: enough known events to look ahead in.
const RUN: u32 = 256;

/// Entries that the run may grow to at least before the later ones go back to the ladder.
const LONG_RUN: usize = 4 * RUN as usize;

/// The queue. Memory is bounded by the peak number of entries and never shrinks.
#[derive(Clone, Debug)]
pub struct Queue<T> {
    run: Vec<(u64, T)>,
    /// The run is too long from here on: a run may reach far when little is known, and then many are pushed into it.
    too_long: usize,
    /// Entries before this instant belong into `run`.
    run_end: u64,
    cursor: u64,
    slots: Vec<Slot>,
    occupied: [[u64; DIGITS / 64]; LEVELS],
    levels: u8,
    chunks: Vec<Chunk<T>>,
    free: u32,
    len: usize,
}

/// A linked list of chunks; all but the last are full.
#[derive(Clone, Copy, Debug)]
struct Slot {
    head: u32,
    tail: u32,
    count: u32,
}

impl Slot {
    const EMPTY: Self = Self { head: NONE, tail: NONE, count: 0 };
}

#[derive(Clone, Debug)]
struct Chunk<T> {
    entries: [(u64, T); CHUNK],
    next: u32,
}

impl<T: Copy> Default for Queue<T> {
    fn default() -> Self {
        Self::with_capacity(0)
    }
}

impl<T: Copy> Queue<T> {
    /// An empty queue with room for about `entries`.
    pub fn with_capacity(entries: usize) -> Self {
        Self {
            run: Vec::with_capacity(LONG_RUN),
            too_long: LONG_RUN,
            run_end: 0,
            cursor: 0,
            slots: vec![Slot::EMPTY; LEVELS * DIGITS],
            occupied: [[0; DIGITS / 64]; LEVELS],
            levels: 0,
            chunks: Vec::with_capacity(entries / CHUNK),
            free: NONE,
            len: 0,
        }
    }

    /// Entries in it.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds an entry; one not later than those popped already comes next, after its equals.
    #[inline]
    pub fn push(&mut self, at: Instant, what: T) {
        self.len += 1;
        if at.0 >= self.run_end {
            return self.place(at.0, what);
        }
        let last_few = self.run.len().saturating_sub(16);
        let place = match self.run[last_few..].iter().rposition(|entry| entry.0 > at.0) {
            Some(later) => last_few + later + 1,
            None => self.run[..last_few].partition_point(|entry| entry.0 > at.0),
        };
        self.run.insert(place, (at.0, what));
        if self.run.len() >= self.too_long {
            self.shorten();
        }
    }

    /// The next entry, if it is not later than `deadline`.
    #[inline]
    pub fn pop_before(&mut self, deadline: Instant) -> Option<(Instant, T)> {
        if self.run.is_empty() && !self.refill() {
            return None;
        }
        let (at, what) = *self.run.last()?;
        if at > deadline.0 {
            return None;
        }
        self.run.pop();
        self.len -= 1;
        Some((Instant(at), what))
    }

    /// When the next entry is due.
    pub fn next_at(&mut self) -> Option<Instant> {
        if self.run.is_empty() && !self.refill() {
            return None;
        }
        self.run.last().map(|entry| Instant(entry.0))
    }

    /// The entry `places` behind the next one, if it is already known.
    #[inline]
    pub fn ahead(&self, places: usize) -> Option<&T> {
        let index = self.run.len().checked_sub(places + 1)?;
        self.run.get(index).map(|entry| &entry.1)
    }

    #[inline]
    fn place(&mut self, at: u64, what: T) {
        let level = level_of(at ^ self.cursor);
        let digit = (at >> (level * 8)) as usize % DIGITS;
        let slot = self.slots[level * DIGITS + digit];
        let fill = slot.count as usize % CHUNK;
        if fill == 0 {
            self.grow(level, digit, (at, what));
        } else {
            self.chunks[slot.tail as usize].entries[fill] = (at, what);
        }
        self.slots[level * DIGITS + digit].count += 1;
    }

    /// Appends a chunk that begins with `first` to a slot whose last chunk is full.
    fn grow(&mut self, level: usize, digit: usize, first: (u64, T)) {
        let fresh = match self.chunks.get_mut(self.free as usize) {
            Some(chunk) => {
                let fresh = core::mem::replace(&mut self.free, chunk.next);
                chunk.entries[0] = first;
                chunk.next = NONE;
                fresh
            }
            None => {
                self.chunks.push(Chunk { entries: [first; CHUNK], next: NONE });
                (self.chunks.len() - 1) as u32
            }
        };
        let slot = &mut self.slots[level * DIGITS + digit];
        if slot.count == 0 {
            slot.head = fresh;
            self.occupied[level][digit / 64] |= 1 << (digit % 64);
            self.levels |= 1 << level;
        } else {
            self.chunks[slot.tail as usize].next = fresh;
        }
        slot.tail = fresh;
    }

    /// Leaves the earliest entries in the run and moves the later ones back to the ladder. Equals stay together.
    #[cold]
    fn shorten(&mut self) {
        let latest_kept = self.run[self.run.len() - RUN as usize].0;
        let (mut moved, mut end) = (self.run.partition_point(|entry| entry.0 > latest_kept), latest_kept + 1);
        if moved == 0 {
            (moved, end) = (self.run.partition_point(|entry| entry.0 >= latest_kept), latest_kept);
        }
        self.turn_back(end);
        self.run_end = end;
        let kept = self.run.split_off(moved);
        let later = core::mem::replace(&mut self.run, kept);
        later.into_iter().rev().for_each(|(at, what)| self.place(at, what));
        self.too_long = LONG_RUN.max(2 * self.run.len());
    }

    /// Lowers the cursor. What lies below the level of the highest byte that changes differs from it in that byte now.
    fn turn_back(&mut self, cursor: u64) {
        let level = level_of(cursor ^ self.cursor);
        self.cursor = cursor;
        for below in 0..level {
            while let Some(digit) = self.first_digit(below) {
                let slot = self.take(below, digit);
                self.empty(slot, |queue, entry| queue.place(entry.0, entry.1));
            }
        }
    }

    /// Moves the earliest entries into the run; false if there are none.
    #[cold]
    fn refill(&mut self) -> bool {
        while self.levels != 0 {
            let level = self.levels.trailing_zeros() as usize;
            let Some(digit) = self.first_digit(level) else { return false };
            let slot = self.take(level, digit);
            let shift = level * 8;
            let above = if level == LEVELS - 1 { 0 } else { self.cursor >> (shift + 8) << (shift + 8) };
            let start = above | (digit as u64) << shift;
            if slot.count > RUN && level > 0 {
                self.cursor = start;
                self.empty(slot, |queue, entry| queue.place(entry.0, entry.1));
                continue;
            }
            self.empty(slot, |queue, entry| queue.run.push(entry));
            let last = self.fill_up(level).map_or(start, |digit| above | (digit as u64) << shift);
            self.cursor = last | ((1u64 << shift) - 1);
            self.run_end = self.cursor.saturating_add(1);
            self.run.reverse();
            self.run.sort_by_key(|entry| core::cmp::Reverse(entry.0));
            self.too_long = LONG_RUN.max(2 * self.run.len());
            return true;
        }
        false
    }

    /// Adds following slots of the level while they fit; the digit of the last one added.
    fn fill_up(&mut self, level: usize) -> Option<usize> {
        let mut last = None;
        while let Some(digit) = self.first_digit(level) {
            if self.run.len() as u32 + self.slots[level * DIGITS + digit].count > RUN {
                break;
            }
            let slot = self.take(level, digit);
            self.empty(slot, |queue, entry| queue.run.push(entry));
            last = Some(digit);
        }
        last
    }

    fn first_digit(&self, level: usize) -> Option<usize> {
        let word = self.occupied[level].iter().position(|word| *word != 0)?;
        Some(word * 64 + self.occupied[level][word].trailing_zeros() as usize)
    }

    fn take(&mut self, level: usize, digit: usize) -> Slot {
        self.occupied[level][digit / 64] &= !(1 << (digit % 64));
        if self.occupied[level] == [0; DIGITS / 64] {
            self.levels &= !(1 << level);
        }
        core::mem::replace(&mut self.slots[level * DIGITS + digit], Slot::EMPTY)
    }

    /// Hands out the entries of a slot in order and returns its chunks to the pool.
    fn empty(&mut self, slot: Slot, mut hand_out: impl FnMut(&mut Self, (u64, T))) {
        let (mut chunk, mut left) = (slot.head, slot.count as usize);
        while left > 0 {
            let in_chunk = left.min(CHUNK);
            for index in 0..in_chunk {
                let entry = self.chunks[chunk as usize].entries[index];
                hand_out(self, entry);
            }
            let next = core::mem::replace(&mut self.chunks[chunk as usize].next, self.free);
            self.free = chunk;
            chunk = next;
            left -= in_chunk;
        }
    }
}

/// The place of the highest byte that is not zero; 0 if all are.
#[inline]
fn level_of(differing: u64) -> usize {
    (63 - (differing | 1).leading_zeros() as usize) / 8
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    /// The obvious implementation: a map by (instant, order of pushing).
    #[derive(Default)]
    struct Oracle {
        entries: BTreeMap<(u64, u64), u32>,
        pushed: u64,
    }

    impl Oracle {
        fn push(&mut self, at: u64, what: u32) {
            self.pushed += 1;
            self.entries.insert((at, self.pushed), what);
        }

        fn next_at(&self) -> Option<u64> {
            self.entries.first_key_value().map(|(key, _)| key.0)
        }

        fn pop_before(&mut self, deadline: u64) -> Option<(Instant, u32)> {
            let entry = self.entries.first_entry().filter(|entry| entry.key().0 <= deadline)?;
            let at = entry.key().0;
            Some((Instant(at), entry.remove()))
        }
    }

    /// Increments of all scales, slot edges 256^k − 1, +0, +1, and many ties.
    fn increment() -> impl Strategy<Value = u64> {
        prop_oneof![
            3 => 0u64..4,
            3 => 0u64..100_000,
            2 => (0u32..56).prop_flat_map(|bits| 0..1u64 << bits),
            2 => (1u32..8, 0u64..3).prop_map(|(byte, offset)| (1u64 << (8 * byte)) + offset - 1),
        ]
    }

    proptest! {
        #[test]
        fn crowds_that_come_at_once_stay_in_order(
            crowds in prop::collection::vec((increment(), 1u64..5_000, prop_oneof![Just(0u64), Just(1), 1u64..1 << 40], 0usize..3_000), 1..6)
        ) {
            let (mut queue, mut oracle, mut now) = (Queue::default(), Oracle::default(), 0u64);
            for (from, places, gap, popped) in crowds {
                // Looked at before they come: the run may reach far, or begin far away.
                prop_assert_eq!(queue.next_at().map(|at| at.0), oracle.next_at());
                for number in 0..2_500u64 {
                    let at = (now + from % (1 << 50)) + number * 7_919 % places * gap;
                    queue.push(Instant(at), number as u32);
                    oracle.push(at, number as u32);
                }
                for _ in 0..popped {
                    let expected = oracle.pop_before(u64::MAX);
                    prop_assert_eq!(queue.pop_before(Instant::NEVER), expected);
                    now = expected.map_or(now, |(at, _)| at.0);
                }
            }
            while let Some(expected) = oracle.pop_before(u64::MAX) {
                prop_assert_eq!(queue.pop_before(Instant::NEVER), Some(expected));
            }
        }

        #[test]
        fn it_orders_as_a_map_by_instant_and_sequence(
            operations in prop::collection::vec((increment(), 0u8..5), 1..600)
        ) {
            let (mut queue, mut oracle, mut now) = (Queue::default(), Oracle::default(), 0u64);
            for (number, (increment, kind)) in operations.into_iter().enumerate() {
                if kind < 3 {
                    let at = now.saturating_add(increment).min(u64::MAX - 2);
                    queue.push(Instant(at), number as u32);
                    oracle.push(at, number as u32);
                } else {
                    let deadline = if kind == 3 { u64::MAX } else { now.saturating_add(increment) };
                    let (got, expected) = (queue.pop_before(Instant(deadline)), oracle.pop_before(deadline));
                    prop_assert_eq!(got, expected);
                    now = got.map_or(now, |(at, _)| at.0);
                }
                prop_assert_eq!(queue.len(), oracle.entries.len());
            }
            while let Some(expected) = oracle.pop_before(u64::MAX) {
                prop_assert_eq!(queue.pop_before(Instant::NEVER), Some(expected));
            }
            prop_assert!(queue.is_empty());
        }
    }

    #[test]
    fn thousands_at_one_instant_come_out_as_pushed() {
        let mut queue = Queue::default();
        for number in 0..5_000u32 {
            queue.push(Instant(1_000_000), number);
        }
        for number in 0..5_000 {
            assert_eq!(queue.pop_before(Instant::NEVER), Some((Instant(1_000_000), number)));
        }
    }

    #[test]
    fn it_looks_ahead_and_stops_at_the_deadline() {
        let mut queue = Queue::default();
        for at in [30, 10, 20] {
            queue.push(Instant(at), at);
        }
        assert_eq!(queue.pop_before(Instant(9)), None);
        assert_eq!(queue.ahead(1), Some(&20));
        assert_eq!(queue.pop_before(Instant(10)), Some((Instant(10), 10)));
    }
}

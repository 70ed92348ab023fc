//! A set of endpoints as bits; empty until somebody is in it.

#[derive(Clone, Debug, Default)]
pub(super) struct Bits {
    words: Vec<u64>,
    count: u64,
}

impl Bits {
    #[inline]
    pub(super) fn has(&self, index: usize) -> bool {
        self.words.get(index / 64).is_some_and(|word| word >> (index % 64) & 1 == 1)
    }

    /// Adds; false if it was there.
    #[inline]
    pub(super) fn add(&mut self, index: usize) -> bool {
        if self.words.len() <= index / 64 {
            self.words.resize(index / 64 + 1, 0);
        }
        let fresh = !self.has(index);
        self.words[index / 64] |= 1 << (index % 64);
        self.count += u64::from(fresh);
        fresh
    }

    pub(super) fn remove(&mut self, index: usize) {
        if self.has(index) {
            self.words[index / 64] &= !(1 << (index % 64));
            self.count -= 1;
        }
    }

    pub(super) fn count(&self) -> u64 {
        self.count
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.words
            .iter()
            .enumerate()
            .flat_map(|(place, word)| (0..64).filter(move |bit| word >> bit & 1 == 1).map(move |bit| place * 64 + bit))
    }
}

//! A set of holders: bits by block and place, cheap at 100,000 holders a PBX.

/// Who holds units of one feature at one PBX. A place is an object's seat (ports) or an endpoint's place in its block.
#[derive(Debug, Default, PartialEq)]
pub struct HolderSet {
    /// Sorted by block.
    blocks: Vec<(u16, Vec<u64>)>,
    count: u32,
}

impl Clone for HolderSet {
    fn clone(&self) -> Self {
        Self { blocks: self.blocks.clone(), count: self.count }
    }

    /// Reuses memory: renewals copy these sets again and again.
    fn clone_from(&mut self, source: &Self) {
        self.blocks.clone_from(&source.blocks);
        self.count = source.count;
    }
}

impl HolderSet {
    /// How many are in it.
    #[inline]
    pub fn len(&self) -> u32 {
        self.count
    }

    /// Whether nobody is.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Removes everybody, keeping memory.
    pub fn clear(&mut self) {
        self.blocks.iter_mut().for_each(|(_, words)| words.fill(0));
        self.count = 0;
    }

    /// Whether this holder is in it.
    #[inline]
    pub fn contains(&self, block: u16, place: u32) -> bool {
        self.words(block)
            .and_then(|words| words.get(place as usize / 64))
            .is_some_and(|word| word >> (place % 64) & 1 == 1)
    }

    /// Adds a holder; false if it was there.
    #[inline]
    pub fn insert(&mut self, block: u16, place: u32) -> bool {
        let words = self.words_mut(block);
        let index = place as usize / 64;
        if words.len() <= index {
            words.resize(index + 1, 0);
        }
        let fresh = words[index] >> (place % 64) & 1 == 0;
        words[index] |= 1 << (place % 64);
        self.count += u32::from(fresh);
        fresh
    }

    /// Removes a holder; false if it was not there.
    #[inline]
    pub fn remove(&mut self, block: u16, place: u32) -> bool {
        let Some(word) = self.words_mut(block).get_mut(place as usize / 64) else { return false };
        let there = *word >> (place % 64) & 1 == 1;
        *word &= !(1 << (place % 64));
        self.count -= u32::from(there);
        there
    }

    /// Adds everybody who is in `one` and not in `other`.
    pub fn add_difference(&mut self, one: &Self, other: &Self) {
        for (block, words) in &one.blocks {
            let without = other.words(*block).unwrap_or(&[]);
            let mine = self.words_mut(*block);
            if mine.len() < words.len() {
                mine.resize(words.len(), 0);
            }
            for (index, word) in words.iter().enumerate() {
                mine[index] |= word & !without.get(index).copied().unwrap_or(0);
            }
        }
        self.recount();
    }

    /// Everybody who is also in `other` and not in `known`.
    pub fn shared_with(&self, other: &Self, known: &Self) -> Vec<(u16, u32)> {
        let mut shared = Vec::new();
        for (block, words) in &self.blocks {
            let Some(theirs) = other.words(*block) else { continue };
            let known = known.words(*block).unwrap_or(&[]);
            for (index, word) in words.iter().enumerate() {
                let mut both = word & theirs.get(index).copied().unwrap_or(0) & !known.get(index).copied().unwrap_or(0);
                while both != 0 {
                    shared.push((*block, index as u32 * 64 + both.trailing_zeros()));
                    both &= both - 1;
                }
            }
        }
        shared
    }

    /// Keeps only those who are also in `other`.
    pub fn retain_in(&mut self, other: &Self) {
        for (block, words) in &mut self.blocks {
            let theirs = other.words(*block).unwrap_or(&[]);
            for (index, word) in words.iter_mut().enumerate() {
                *word &= theirs.get(index).copied().unwrap_or(0);
            }
        }
        self.recount();
    }

    /// Keeps at most `most`: first those also in `favoured`, then the lowest places.
    pub fn truncate(&mut self, most: u32, favoured: &Self) {
        if self.count <= most {
            return;
        }
        let mut kept = Self::default();
        let order = self.iter().filter(|holder| favoured.contains(holder.0, holder.1));
        let rest = self.iter().filter(|holder| !favoured.contains(holder.0, holder.1));
        for (block, place) in order.chain(rest).take(most as usize) {
            kept.insert(block, place);
        }
        *self = kept;
    }

    /// Everybody, by block and place.
    pub fn iter(&self) -> impl Iterator<Item = (u16, u32)> + '_ {
        self.blocks.iter().flat_map(|(block, words)| {
            words.iter().enumerate().flat_map(move |(index, word)| {
                let mut left = *word;
                core::iter::from_fn(move || {
                    (left != 0).then(|| {
                        let bit = left.trailing_zeros();
                        left &= left - 1;
                        (*block, index as u32 * 64 + bit)
                    })
                })
            })
        })
    }

    /// Its 64-bit words, for digests.
    pub fn words_in_order(&self) -> impl Iterator<Item = u64> + '_ {
        self.blocks.iter().flat_map(|(block, words)| core::iter::once(u64::from(*block)).chain(words.iter().copied()))
    }

    fn recount(&mut self) {
        self.count = self.blocks.iter().flat_map(|(_, words)| words).map(|word| word.count_ones()).sum();
    }

    #[inline]
    fn words(&self, block: u16) -> Option<&[u64]> {
        self.blocks.iter().find(|(b, _)| *b == block).map(|(_, words)| words.as_slice())
    }

    #[inline]
    fn words_mut(&mut self, block: u16) -> &mut Vec<u64> {
        let place = match self.blocks.iter().position(|(b, _)| *b >= block) {
            Some(place) if self.blocks[place].0 == block => place,
            Some(place) => {
                self.blocks.insert(place, (block, Vec::new()));
                place
            }
            None => {
                self.blocks.push((block, Vec::new()));
                self.blocks.len() - 1
            }
        };
        &mut self.blocks[place].1
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn set(holders: &[(u16, u32)]) -> HolderSet {
        let mut set = HolderSet::default();
        holders.iter().for_each(|(block, place)| {
            set.insert(*block, *place);
        });
        set
    }

    proptest! {
        #[test]
        fn it_is_a_set(
            one in prop::collection::vec((0u16..3, 0u32..200), 0..60),
            other in prop::collection::vec((0u16..3, 0u32..200), 0..60),
            gone in prop::collection::vec((0u16..3, 0u32..200), 0..60),
        ) {
            let (mut bits, theirs) = (set(&one), set(&other));
            let mut tree: BTreeSet<_> = one.iter().copied().collect();
            for (block, place) in gone {
                prop_assert_eq!(bits.remove(block, place), tree.remove(&(block, place)));
            }
            prop_assert_eq!(bits.iter().collect::<Vec<_>>(), tree.iter().copied().collect::<Vec<_>>());
            prop_assert_eq!(bits.len() as usize, tree.len());
            let tree_other: BTreeSet<_> = other.iter().copied().collect();
            let mut sum = bits.clone();
            sum.add_difference(&theirs, &set(&one));
            let one: BTreeSet<_> = one.into_iter().collect();
            let expected: BTreeSet<_> = tree.iter().chain(tree_other.difference(&one)).copied().collect();
            prop_assert_eq!(sum.iter().collect::<BTreeSet<_>>(), expected);
            bits.retain_in(&theirs);
            prop_assert_eq!(bits.iter().collect::<BTreeSet<_>>(), tree.intersection(&tree_other).copied().collect());
        }
    }

    #[test]
    fn cutting_down_favours_those_known_before() {
        let mut claims = set(&[(0, 1), (0, 2), (0, 3), (1, 4)]);
        claims.truncate(2, &set(&[(1, 4)]));
        assert_eq!(claims.iter().collect::<Vec<_>>(), [(0, 1), (1, 4)]);
    }
}

//! Records that come and go, in one vector: places are reused, and a handle knows whether its record is still there.

/// Bits of a handle that tell the place; the rest is the place's generation.
const PLACE_BITS: u32 = 22;
/// Bits of a generation: the highest bit of a handle stays free for its owner.
const GENERATION_BITS: u32 = 9;
const PLACES: u32 = 1 << PLACE_BITS;

/// A slab of at most four million records.
#[derive(Clone, Debug)]
pub struct Slab<T> {
    slots: Vec<Slot<T>>,
    free: Vec<u32>,
}

#[derive(Clone, Debug)]
struct Slot<T> {
    /// Of its record, from 1; it comes round after five hundred.
    generation: u32,
    record: Option<T>,
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Self { slots: Vec::new(), free: Vec::new() }
    }
}

impl<T> Slab<T> {
    /// The handle the next record will have: never 0.
    pub fn next(&self) -> u32 {
        let place = self.free.last().copied().unwrap_or(self.slots.len() as u32);
        let generation = self.slots.get(place as usize).map_or(1, |slot| following(slot.generation));
        generation << PLACE_BITS | place
    }

    /// Adds a record; its handle is that of [`Slab::next`]. `None`: four million are there already.
    pub fn insert(&mut self, record: T) -> Option<u32> {
        let handle = self.next();
        match self.free.pop() {
            Some(place) => {
                let slot = &mut self.slots[place as usize];
                *slot = Slot { generation: following(slot.generation), record: Some(record) };
            }
            None if self.slots.len() as u32 >= PLACES => return None,
            None => self.slots.push(Slot { generation: 1, record: Some(record) }),
        }
        Some(handle)
    }

    /// The record of a handle, unless it is gone.
    #[inline]
    pub fn get(&self, handle: u32) -> Option<&T> {
        let slot = self.slots.get(place(handle))?;
        if slot.generation == handle >> PLACE_BITS { slot.record.as_ref() } else { None }
    }

    /// Tells the processor that the record of a handle will be wanted.
    #[inline]
    pub(crate) fn fetch(&self, handle: u32) {
        if let Some(slot) = self.slots.get(place(handle)) {
            crate::prefetch::prefetch(slot);
        }
    }

    /// The record of a handle, to change.
    #[inline]
    pub fn get_mut(&mut self, handle: u32) -> Option<&mut T> {
        let slot = self.slots.get_mut(place(handle))?;
        if slot.generation == handle >> PLACE_BITS { slot.record.as_mut() } else { None }
    }

    /// Takes a record out.
    pub fn remove(&mut self, handle: u32) -> Option<T> {
        let slot = self.slots.get_mut(place(handle)).filter(|slot| slot.generation == handle >> PLACE_BITS)?;
        let record = slot.record.take()?;
        self.free.push(place(handle) as u32);
        Some(record)
    }

    /// Every record, by place.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.slots.iter().filter_map(|slot| slot.record.as_ref())
    }

    /// How many records there are.
    pub fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Everything is gone; handles given before stay unknown.
    pub fn clear(&mut self) {
        for (place, slot) in self.slots.iter_mut().enumerate() {
            if slot.record.take().is_some() {
                self.free.push(place as u32);
            }
        }
    }
}

fn following(generation: u32) -> u32 {
    if generation == (1 << GENERATION_BITS) - 1 { 1 } else { generation + 1 }
}

fn place(handle: u32) -> usize {
    (handle & (PLACES - 1)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_never_finds_who_came_later() {
        let mut slab = Slab::default();
        let first = slab.insert('a').unwrap();
        assert_ne!(slab.next(), first);
        assert_eq!(slab.get(first), Some(&'a'));
        assert_eq!(slab.remove(first), Some('a'));
        let next = slab.next();
        let second = slab.insert('b').unwrap();
        assert_eq!((next, slab.remove(first), slab.get(first)), (second, None, None));
        assert_eq!((slab.get(second), slab.len()), (Some(&'b'), 1));
        slab.clear();
        assert!(slab.is_empty() && slab.get(second).is_none());
    }
}

//! UDP ports for RTP, of a device or of a media relay.

/// Even ports of a range, each with the odd one above it for RTCP (RFC 3550 §11). Taken in turn, so that late packets of
/// one call do not reach the next.
#[derive(Clone, Debug)]
pub struct MediaPorts {
    first: u16,
    taken: Vec<u64>,
    pairs: u32,
    in_use: u32,
    next: u32,
}

impl MediaPorts {
    /// The pairs that lie wholly within `first..=last`.
    pub fn new(first: u16, last: u16) -> Self {
        // From 2 on: port 0 means a refused stream.
        let first = first.max(2).next_multiple_of(2);
        let pairs = (u32::from(last) + 1).saturating_sub(u32::from(first)) / 2;
        Self { first, taken: vec![0; (pairs as usize).div_ceil(64)], pairs, in_use: 0, next: 0 }
    }

    /// A free port; `None`: all are in use.
    pub fn take(&mut self) -> Option<u16> {
        if self.in_use == self.pairs {
            return None;
        }
        let free = (self.next..self.pairs).chain(0..self.next).find(|pair| !self.is_taken(*pair))?;
        self.taken[free as usize / 64] |= 1 << (free % 64);
        self.in_use += 1;
        self.next = free + 1;
        Some(self.first + 2 * free as u16)
    }

    /// Gives a port back: whether it was in use.
    pub fn give_back(&mut self, port: u16) -> bool {
        let pair = u32::from(port.wrapping_sub(self.first)) / 2;
        let known = port >= self.first && port.is_multiple_of(2) && pair < self.pairs && self.is_taken(pair);
        if known {
            self.taken[pair as usize / 64] &= !(1 << (pair % 64));
            self.in_use -= 1;
        }
        known
    }

    fn is_taken(&self, pair: u32) -> bool {
        self.taken[pair as usize / 64] >> (pair % 64) & 1 == 1
    }

    /// How many are in use.
    pub fn in_use(&self) -> u32 {
        self.in_use
    }

    /// How many there are.
    pub fn count(&self) -> u32 {
        self.pairs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_even_taken_in_turn_and_come_to_an_end() {
        let mut ports = MediaPorts::new(4001, 4009);
        assert_eq!((ports.count(), ports.take(), ports.take()), (4, Some(4002), Some(4004)));
        assert!(ports.give_back(4002));
        assert_eq!(
            [ports.take(), ports.take(), ports.take(), ports.take()],
            [Some(4006), Some(4008), Some(4002), None]
        );
        assert_eq!(ports.in_use(), 4);
    }

    #[test]
    fn nothing_is_given_back_twice() {
        let mut ports = MediaPorts::new(4000, 4009);
        let port = ports.take().unwrap();
        assert!(ports.give_back(port) && !ports.give_back(port));
        assert!(!ports.give_back(3998) && !ports.give_back(4001) && !ports.give_back(0) && !ports.give_back(u16::MAX));
        assert_eq!(ports.in_use(), 0);
    }

    #[test]
    fn the_whole_range_is_usable() {
        let mut ports = MediaPorts::new(0, u16::MAX);
        let taken: Vec<u16> = core::iter::from_fn(|| ports.take()).collect();
        assert_eq!((taken.len(), taken[0], taken[taken.len() - 1]), (32_767, 2, 65_534));
        assert_eq!(MediaPorts::new(9, 8).take(), None);
    }
}

//! The number plan: what each number dialled stands for, the same at every PBX.

/// Digits as dialled, at most nine: their value behind a leading 1, so that `0` and `00` differ.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Number(pub u32);

impl Number {
    /// No digit.
    pub const NONE: Self = Self(1);
    /// The most digits there is room for.
    pub const DIGITS: usize = 9;

    /// The number of these digits; `None`: something else is among them, or there are too many.
    pub fn read(text: &str) -> Option<Self> {
        let fits = text.len() <= Self::DIGITS && text.bytes().all(|byte| byte.is_ascii_digit());
        fits.then(|| text.bytes().fold(Self::NONE, |number, byte| number.followed_by(u32::from(byte - b'0'))))
    }

    /// With a digit more at its end; what exceeds nine is cut off at the end.
    #[must_use]
    pub fn followed_by(self, digit: u32) -> Self {
        if self.0 >= 10_u32.pow(Self::DIGITS as u32) { self } else { Self(self.0 * 10 + digit) }
    }

    /// Whether its first digits are those of `prefix`.
    pub fn begins_with(self, prefix: Self) -> bool {
        core::iter::successors(Some(self.0), |rest| (*rest >= 10).then_some(rest / 10)).any(|rest| rest == prefix.0)
    }
}

/// Extensions by their whole number, ways outside by their first digits.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NumberPlan {
    /// Blocks with consecutive extensions, in ascending order, none within another.
    extensions: Vec<Extensions>,
    /// Ways outside in the order declared: of several with one prefix the next is taken when one is full.
    trunks: Vec<(Number, u16)>,
    /// Queues, groups and rooms, by whole numbers.
    facilities: Vec<(Number, Destination)>,
}

/// Consecutive extensions of one block.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Extensions {
    /// Of the block's first seat.
    pub first: Number,
    /// How many.
    pub seats: u32,
    /// The block, by index.
    pub block: u16,
}

/// What a number stands for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Destination {
    /// A user: block and seat.
    User(u16, u32),
    /// A way outside with this prefix.
    Outside(Number),
    /// A waiting queue, by index.
    Queue(u16),
    /// A group that rings together, by index.
    Group(u16),
    /// A conference room, by index.
    Room(u16),
    /// Nothing.
    Nowhere,
}

impl NumberPlan {
    /// A plan of these; extensions in any order.
    pub fn new(mut extensions: Vec<Extensions>, trunks: Vec<(Number, u16)>) -> Self {
        extensions.sort_by_key(|block| block.first);
        Self { extensions, trunks, facilities: Vec::new() }
    }

    /// With queues, groups and rooms.
    #[must_use]
    pub fn with_facilities(mut self, facilities: Vec<(Number, Destination)>) -> Self {
        self.facilities = facilities;
        self
    }

    /// What `dialled` stands for: a whole number, else the longest prefix.
    pub fn find(&self, dialled: Number) -> Destination {
        let behind = self.extensions.partition_point(|block| block.first <= dialled);
        if let Some(block) = behind.checked_sub(1).map(|place| self.extensions[place])
            && dialled.0 - block.first.0 < block.seats
        {
            return Destination::User(block.block, dialled.0 - block.first.0);
        }
        if let Some((_, facility)) = self.facilities.iter().find(|(number, _)| *number == dialled) {
            return *facility;
        }
        let prefixes = self.trunks.iter().map(|(prefix, _)| *prefix).filter(|prefix| dialled.begins_with(*prefix));
        prefixes.max().map_or(Destination::Nowhere, Destination::Outside)
    }

    /// The blocks of trunks with this prefix, in the order to be tried.
    pub fn ways(&self, prefix: Number) -> impl Iterator<Item = u16> + '_ {
        self.trunks.iter().filter(move |(other, _)| *other == prefix).map(|(_, block)| *block)
    }

    /// The number that reaches a queue, a group or a room.
    pub fn number_of_facility(&self, facility: Destination) -> Number {
        self.facilities.iter().find(|(_, one)| *one == facility).map_or(Number::NONE, |(number, _)| *number)
    }

    /// The number that reaches a seat of a block: its extension, or a trunk's prefix and one digit outside.
    pub fn number_of(&self, block: u16, seat: u32) -> Number {
        let extension = self.extensions.iter().find(|extensions| extensions.block == block);
        let trunk = self.trunks.iter().find(|(_, trunk)| *trunk == block);
        match (extension, trunk) {
            (Some(extensions), _) => Number(extensions.first.0 + seat),
            (None, Some((prefix, _))) => prefix.followed_by(1),
            (None, None) => Number::NONE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_leading_zeros() {
        let read = |text: &str| Number::read(text).unwrap();
        assert_ne!(read("0"), read("00"));
        assert!(read("0123").begins_with(read("0")) && read("0123").begins_with(read("01")));
        assert!(!read("10001").begins_with(read("0")) && !read("1").begins_with(read("10")));
        assert_eq!((Number::read("0123456789"), Number::read("1a")), (None, None));
        assert_eq!(read("999999999").followed_by(1), read("999999999"));
    }

    #[test]
    fn extensions_are_whole_numbers_and_ways_outside_prefixes() {
        let read = |text: &str| Number::read(text).unwrap();
        let extensions = vec![
            Extensions { first: read("20001"), seats: 5, block: 1 },
            Extensions { first: read("10001"), seats: 3, block: 0 },
        ];
        let plan = NumberPlan::new(extensions, vec![(read("0"), 2), (read("00"), 3), (read("0"), 4)]);
        assert_eq!(plan.find(read("10003")), Destination::User(0, 2));
        assert_eq!(plan.find(read("20005")), Destination::User(1, 4));
        assert_eq!(plan.find(read("10004")), Destination::Nowhere);
        assert_eq!(plan.find(read("0201")), Destination::Outside(read("0")));
        assert_eq!(plan.find(read("0031")), Destination::Outside(read("00")));
        assert_eq!(plan.ways(read("0")).collect::<Vec<_>>(), [2, 4]);
        assert_eq!([plan.number_of(1, 4), plan.number_of(3, 0)], [read("20005"), read("001")]);
        let plan =
            plan.with_facilities(vec![(read("100"), Destination::Queue(0)), (read("101"), Destination::Group(0))]);
        assert_eq!([plan.find(read("100")), plan.find(read("101"))], [Destination::Queue(0), Destination::Group(0)]);
        assert_eq!(plan.number_of_facility(Destination::Group(0)), read("101"));
        assert_eq!(plan.number_of_facility(Destination::Group(1)), Number::NONE);
    }
}

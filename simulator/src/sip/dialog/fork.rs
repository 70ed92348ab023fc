//! One INVITE, several answers: the early dialogs that a fork beyond us makes (RFC 3261 §12.1.2, §13.2.2.4).

/// Tags of those who have answered an INVITE, bounded. 24 bytes.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Fork {
    tags: [u32; Self::MOST],
    /// Who accepted first, once somebody has.
    winner: u32,
    taken: bool,
    known: u8,
}

/// What an answer with a To-tag is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Forked {
    /// The first sign of a branch: an early dialog more.
    New,
    /// Of a branch that is known already.
    Known,
    /// The 2xx that is taken: every other early dialog ends, without a word (§13.2.2.4).
    Taken,
    /// That 2xx again: ACK again.
    Again,
    /// A 2xx of another branch: ACK it, and hang up at once (§13.2.2.4).
    Unwanted,
    /// More branches than we remember, or after the 2xx that is taken: of no interest.
    Ignored,
}

impl Fork {
    /// As many early dialogs are remembered.
    pub const MOST: usize = 4;
    /// Nobody has answered.
    pub const NONE: Self = Self { tags: [0; Self::MOST], winner: 0, taken: false, known: 0 };

    /// An answer below 300 with a tag.
    pub fn on_response(&mut self, tag: u32, status: u16) -> Forked {
        if status >= 200 {
            return match (self.taken, self.winner == tag) {
                (false, _) => {
                    (self.taken, self.winner) = (true, tag);
                    Forked::Taken
                }
                (true, true) => Forked::Again,
                (true, false) => Forked::Unwanted,
            };
        }
        if self.taken {
            Forked::Ignored
        } else if self.tags().contains(&tag) {
            Forked::Known
        } else if self.remember(tag) {
            Forked::New
        } else {
            Forked::Ignored
        }
    }

    fn remember(&mut self, tag: u32) -> bool {
        let place = self.tags.get_mut(usize::from(self.known));
        let fits = place.map(|place| *place = tag).is_some();
        self.known += u8::from(fits);
        fits
    }

    fn tags(&self) -> &[u32] {
        &self.tags[..usize::from(self.known)]
    }

    /// Early dialogs that live: all until one is taken.
    pub fn early(&self) -> &[u32] {
        if self.taken { &[] } else { self.tags() }
    }

    /// A final answer that is no 2xx, or the end: none is left.
    pub fn end(&mut self) {
        *self = Self::NONE;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_2xx_wins_and_a_second_is_hung_up_on() {
        let mut fork = Fork::NONE;
        assert_eq!((fork.on_response(7, 180), fork.on_response(8, 183)), (Forked::New, Forked::New));
        assert_eq!((fork.on_response(7, 180), fork.early()), (Forked::Known, &[7, 8][..]));
        assert_eq!(fork.on_response(8, 200), Forked::Taken);
        assert_eq!(fork.early(), [0_u32; 0], "the others end");
        assert_eq!((fork.on_response(8, 200), fork.on_response(7, 200)), (Forked::Again, Forked::Unwanted));
        assert_eq!(fork.on_response(9, 180), Forked::Ignored);
    }

    #[test]
    fn a_2xx_of_a_branch_never_heard_of_wins_too() {
        let mut fork = Fork::NONE;
        fork.on_response(7, 180);
        assert_eq!(fork.on_response(9, 200), Forked::Taken);
    }

    #[test]
    fn a_fifth_branch_is_not_remembered_but_may_win() {
        let mut fork = Fork::NONE;
        assert!((1..=4).all(|tag| fork.on_response(tag, 180) == Forked::New));
        assert_eq!((fork.on_response(5, 180), fork.on_response(5, 200)), (Forked::Ignored, Forked::Taken));
    }
}

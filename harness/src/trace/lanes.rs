//! Who is in a ladder: the endpoint, and the PBXs that it has to do with.

use reports::ladder::{Lane, Step, What};

/// Lanes while they are found: the endpoint is 0, a PBX its index and 1.
#[derive(Clone, Debug)]
pub(super) struct Lanes {
    all: Vec<Lane>,
    used: Vec<bool>,
}

/// The endpoint's.
pub(super) const ENDPOINT: usize = 0;

/// A PBX's.
pub(super) fn of_pbx(index: usize) -> usize {
    index + 1
}

impl Lanes {
    pub(super) fn new(endpoint: Lane, pbxs: Vec<Lane>) -> Self {
        let used = std::iter::once(true).chain(pbxs.iter().map(|_| false)).collect();
        Self { all: std::iter::once(endpoint).chain(pbxs).collect(), used }
    }

    /// Something passed here.
    pub(super) fn touch(&mut self, lane: usize) {
        self.used[lane] = true;
    }

    /// Those that something passed at, and the steps at them.
    pub(super) fn kept(self, steps: Vec<Step>) -> (Vec<Lane>, Vec<Step>) {
        let mut place = 0;
        let places: Vec<Option<usize>> = self
            .used
            .iter()
            .map(|used| {
                let here = used.then_some(place);
                place += usize::from(*used);
                here
            })
            .collect();
        let moved = |step: Step| {
            let what = match step.what {
                What::Message(message) => What::Message(reports::ladder::Message {
                    from: places[message.from]?,
                    to: places[message.to]?,
                    ..message
                }),
                What::Note(note) => What::Note(reports::ladder::Note { lane: places[note.lane]?, ..note }),
            };
            Some(Step { what, ..step })
        };
        let lanes = self.all.into_iter().zip(&self.used).filter(|(_, used)| **used).map(|(lane, _)| lane).collect();
        (lanes, steps.into_iter().filter_map(moved).collect())
    }
}

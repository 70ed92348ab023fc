//! Cuts over the table of links. A way that a cut may concern is looked at closely; all others cost nothing.

use crate::node::Place;
use crate::schedule::Cut;
use crate::settings::Links;

/// Cuts in force; the same one as often as it was made.
#[derive(Clone, Debug, Default)]
pub(super) struct Cuts {
    cuts: Vec<Cut>,
}

impl Cuts {
    /// One more.
    pub(super) fn add(&mut self, cut: Cut) {
        self.cuts.push(cut);
    }

    /// One such is over.
    pub(super) fn remove(&mut self, cut: Cut) {
        if let Some(place) = self.cuts.iter().position(|known| *known == cut) {
            self.cuts.remove(place);
        }
    }

    /// Whether what goes from here to there is lost.
    pub(super) fn block(&self, from: Place, to: Place) -> bool {
        self.cuts.iter().any(|cut| cut.blocks(from, to))
    }

    /// Points every pair of sites that a cut may concern at `watched` in the table.
    pub(super) fn mark(&self, links: &mut Links, watched: u16) {
        let sites = usize::from(links.sites);
        for cut in &self.cuts {
            let one = usize::from(cut.one.site());
            let others = match cut.other {
                Some(end) => usize::from(end.site())..usize::from(end.site()) + 1,
                None => 0..sites,
            };
            for other in others {
                links.table[one * sites + other] = watched;
                links.table[other * sites + one] = watched;
            }
        }
    }
}

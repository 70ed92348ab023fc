//! What happens from outside, and when: a timeline as data.

use crate::layout::Selection;
use crate::licence::feature::Feature;
use crate::time::{Duration, Instant};

/// One thing done to the system at an instant.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// When.
    pub at: Instant,
    /// What.
    pub action: Action,
    /// The declared timeline entry it comes from, by index; effects are counted under it ("lost in").
    pub occasion: u16,
}

/// A timeline verb, resolved.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// People wish to be in, each at an instant drawn within `over`.
    SignIn {
        /// Who.
        who: Selection,
        /// The window.
        over: Duration,
        /// Density within the window.
        shape: Shape,
    },
    /// People wish to be out, and stay out.
    SignOut {
        /// Who.
        who: Selection,
        /// The window.
        over: Duration,
        /// Density within the window.
        shape: Shape,
    },
    /// A PBX is gone without a word.
    Crash(u16),
    /// A PBX starts again: bindings are lost, the licence table is kept (domain 3.3.6, 3.4.3).
    Restart(u16),
    /// A PBX starts again and has lost its licence table (3.4.3).
    Forget(u16),
    /// So many units of a feature are bound to a PBX from now on (3.4.4).
    Installed {
        /// Which PBX.
        pbx: u16,
        /// Of which feature.
        feature: Feature,
        /// How many in all.
        units: u32,
    },
    /// An operator takes units from a PBX by force (3.4.5).
    Reclaim {
        /// From which PBX.
        pbx: u16,
        /// Of which feature.
        feature: Feature,
        /// How many.
        units: u32,
    },
    /// Devices are gone without a word (a power cut).
    PowerOff(Selection),
    /// They are back, all at once.
    PowerOn(Selection),
    /// Other constants from now on: an index into the plan's list of settings.
    Install(u32),
}

/// Density of a spread over its window.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Shape {
    /// Uniform.
    #[default]
    Even,
    /// Normal about the middle, standard deviation a fifth of the window, cut to it.
    Bell,
    /// Most at the beginning, falling linearly to none.
    Front,
}

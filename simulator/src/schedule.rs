//! What happens from outside, and when: a timeline as data.

use crate::layout::{Place, Selection};
use crate::licence::entitlement::Entitlement;
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
    /// A PBX starts again: bindings are lost, the licence table is kept (checkout §3.3.6, 3.4.3).
    Restart(u16),
    /// A PBX starts again and has lost its licence table (3.4.3).
    Forget(u16),
    /// A PBX starts again with other software (R12, A4).
    Upgrade {
        /// Which.
        pbx: u16,
        /// The version it runs from now on.
        to: u32,
        /// Its service release.
        service: u32,
    },
    /// Licences are bound to a PBX in the portal: so many of that version in all.
    Bind {
        /// To which PBX.
        pbx: u16,
        /// Which, and how many.
        licences: Entitlement,
        /// It goes by them at once, not only from its next restart on (M10).
        now: bool,
    },
    /// So many of the lowest seats of a block have a function from now on, if there are licences for it (R45).
    Assign {
        /// Which block.
        block: u16,
        /// Which function.
        feature: Feature,
        /// How many seats in all.
        seats: u32,
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
    /// A PBX hears nothing and its timers rest until then; what it remembers stays. Frozen again, it wakes with the last
    /// of these instants; a restart ends it, and nothing happens to a PBX that is down.
    Freeze {
        /// Which.
        pbx: u16,
        /// When it wakes: [`Action::Wake`] at that instant. [`Instant::NEVER`]: only by a restart.
        until: Instant,
    },
    /// A frozen PBX wakes, if no other freeze lasts longer: what is overdue is due now.
    Wake(u16),
    /// No packet that leaves from now on crosses this; one under way arrives.
    Cut(Cut),
    /// This cut is over. A way is open once every cut over it is.
    Heal(Cut),
    /// Devices are gone without a word (a power cut).
    PowerOff(Selection),
    /// They are back, all at once.
    PowerOn(Selection),
    /// Other constants from now on: an index into the plan's list of settings.
    Install(u32),
    /// A trial of a search begins: attempts at an even pace, the first one now.
    Attempts(Trial),
    /// Attempts of such a trial that have not begun are called off, and so is whatever is between two tries. Who is
    /// registered stays so while calls are tried, and goes on refreshing.
    CallOff(Sought),
    /// A test bed is made ready: nobody is registered, no request waits, and nobody was told.
    Clear,
    /// Who is in un-registers at an even pace, the first one now.
    Dismiss {
        /// Endpoints a second, at least 1.
        per_second: u64,
    },
    /// Who is out, or whose refresh was called off, registers at an even pace, the first one now.
    Restore {
        /// Attempts a second, at least 1.
        per_second: u64,
    },
}

/// One trial of a search (RFC 7502 §4.10): so many attempts at such a rate.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Trial {
    /// Of what.
    pub sought: Sought,
    /// Attempts a second, at least 1.
    pub per_second: u64,
    /// Attempts in all.
    pub attempts: u32,
}

/// What a search looks for the highest rate of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Sought {
    /// Registrations: each attempt is another endpoint's, which was out (RFC 7502 §6.7).
    Registrations,
    /// Re-registrations: each attempt is another endpoint's, which is in (§6.8).
    Refreshes,
    /// Sessions of this flow of calls (§6.1).
    Calls(u16),
}

impl Action {
    /// Whether it breaks something, or mends what was broken.
    pub fn is_fault(&self) -> bool {
        !matches!(
            self,
            Self::SignIn { .. }
                | Self::SignOut { .. }
                | Self::Assign { .. }
                | Self::Attempts(_)
                | Self::CallOff(_)
                | Self::Clear
                | Self::Dismiss { .. }
                | Self::Restore { .. }
        )
    }
}

/// Ways that are cut: between one end and another, out of the first, into it, or both.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Cut {
    /// One end.
    pub one: End,
    /// The other; `None`: everything else.
    pub other: Option<End>,
    /// What leaves the one end is lost.
    pub out: bool,
    /// What comes to the one end is lost.
    pub into: bool,
}

/// An end of a cut.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum End {
    /// A site with everybody in it, by index.
    Site(u16),
    /// One PBX.
    Pbx {
        /// Its index.
        pbx: u16,
        /// Its site, by index.
        site: u16,
    },
}

impl Cut {
    /// Whether what goes from here to there is lost.
    pub fn blocks(&self, from: Place, to: Place) -> bool {
        let beyond = |place: Place| match self.other {
            Some(end) => end.holds(place),
            None => !self.one.holds(place),
        };
        self.out && self.one.holds(from) && beyond(to) || self.into && beyond(from) && self.one.holds(to)
    }
}

impl End {
    /// Whether somebody there is at this end.
    pub fn holds(self, place: Place) -> bool {
        match self {
            Self::Site(site) => place.site == site,
            Self::Pbx { pbx, .. } => place.pbx == Some(pbx),
        }
    }

    /// Index of its site.
    pub fn site(self) -> u16 {
        match self {
            Self::Site(site) | Self::Pbx { site, .. } => site,
        }
    }
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

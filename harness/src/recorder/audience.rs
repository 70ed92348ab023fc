//! Which probes are told what. Most want one family of facts, few want steps: nobody is asked about the rest, for this is
//! the hottest loop of a recorded run.

use simulator::event::Family;

use super::probe::Probe;

/// Places of probes, by what they want to be told.
#[derive(Clone, Debug, Default)]
pub(super) struct Audience {
    families: [Vec<u16>; Family::ALL.len()],
    /// Changes of registrations.
    pub(super) changes: Vec<u16>,
    /// Steps of PBXs.
    pub(super) steps: Vec<u16>,
    /// Waits of granted checkouts.
    pub(super) waits: Vec<u16>,
}

impl Audience {
    pub(super) fn new(probes: &[Probe]) -> Self {
        let mut audience = Self::default();
        for (place, probe) in (0..).zip(probes) {
            probe.hears().iter().for_each(|family| audience.families[*family as usize].push(place));
            audience.changes.extend(probe.wants_changes().then_some(place));
            audience.steps.extend(probe.wants_steps().then_some(place));
            audience.waits.extend(probe.wants_waits().then_some(place));
        }
        audience
    }

    /// Everybody is told everything: what [`Self::new`] leaves out must make no difference.
    #[cfg(test)]
    pub(super) fn everybody(probes: &[Probe]) -> Self {
        let all: Vec<u16> = (0..probes.len() as u16).collect();
        Self { families: std::array::from_fn(|_| all.clone()), changes: all.clone(), steps: all.clone(), waits: all }
    }

    #[inline]
    pub(super) fn of(&self, family: Family) -> &[u16] {
        &self.families[family as usize]
    }
}

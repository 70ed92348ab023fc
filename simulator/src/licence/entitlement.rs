//! What is bound to a PBX: licences with their versions.

use super::feature::Feature;

/// Licences of one feature and version bound to one PBX.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Entitlement {
    /// What its units are units of.
    pub feature: Feature,
    /// Version of the licences; 0 if they have none (R23).
    pub version: u32,
    /// How many; `u32::MAX`: unlimited.
    pub units: u32,
}

impl Entitlement {
    /// So many licences of that version.
    pub fn new(feature: Feature, version: u32, units: u32) -> Self {
        Self { feature, version, units }
    }

    /// Whether it is of the same feature and version.
    pub fn is_like(&self, other: &Self) -> bool {
        (self.feature, self.version) == (other.feature, other.version)
    }
}

/// Makes `units` of its feature and version be bound, in place of those there were.
pub fn bind(bound: &mut Vec<Entitlement>, entitlement: Entitlement) {
    match bound.iter_mut().find(|known| known.is_like(&entitlement)) {
        Some(known) => known.units = entitlement.units,
        None => bound.push(entitlement),
    }
}

//! Which software may use which licences (R11-R18): one rule, for runs and audits alike.

use super::catalogue::Against;
use super::feature::Feature;
use super::reason::Reason;

/// Oldest and newest licence of what is looked at; as made, nothing has been.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Versions {
    /// Oldest version; `u32::MAX`: none.
    pub oldest: u32,
    /// Newest version; 0: none.
    pub newest: u32,
}

impl Default for Versions {
    fn default() -> Self {
        Self { oldest: u32::MAX, newest: 0 }
    }
}

impl Versions {
    /// Looks at licences of one more version.
    pub fn add(&mut self, version: u32) {
        self.oldest = self.oldest.min(version);
        self.newest = self.newest.max(version);
    }
}

/// Whether PBX software of that version may use licences of a feature: some must be as new as the software (R13), and
/// none that count with them older (R15, R17). `floor`: the oldest of those. Of all versions together every unit counts
/// then (R16), or none.
///
/// # Errors
/// Why none of them does: [`Reason::Version`] or [`Reason::VersionFloor`].
pub fn access(feature: Feature, software: u32, of_feature: Versions, floor: u32) -> Result<(), Reason> {
    let licence = feature.licence();
    if software < licence.software_from {
        return Err(Reason::Version);
    }
    if licence.against != Against::Pbx {
        return Ok(());
    }
    if of_feature.newest < software {
        return Err(Reason::Version);
    }
    if floor < software { Err(Reason::VersionFloor) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ports(software: u32, versions: &[u32]) -> Result<(), Reason> {
        let mut all = Versions::default();
        versions.iter().for_each(|version| all.add(*version));
        access(Feature::Port, software, all, all.oldest)
    }

    #[test]
    fn a_licence_activates_its_own_and_older_software() {
        assert_eq!([10, 11, 12].map(|software| ports(software, &[12])), [Ok(()); 3]);
        assert_eq!(ports(12, &[11]), Err(Reason::Version));
    }

    #[test]
    fn the_oldest_licence_binds_all() {
        assert_eq!(ports(10, &[10, 12]), Ok(()));
        assert_eq!(ports(12, &[10, 12]), Err(Reason::VersionFloor));
        let operator = access(Feature::Operator, 12, Versions { oldest: 10, newest: 10 }, 10);
        assert_eq!(operator, Ok(()), "its version counts against its own application (R74)");
    }
}

//! Distributions ready to be drawn from: a law is tabulated once for all variants and all steps of a ramp.

use std::collections::BTreeMap;

use simulator::distribution::Distribution;
use simulator::time::Duration;

use crate::value::distribution::Law;

/// What was tabulated while a file is loaded.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    known: BTreeMap<Law, Distribution>,
    means: BTreeMap<Law, Duration>,
}

impl Tables {
    /// The law, ready to be drawn from.
    pub(crate) fn of(&mut self, law: Law) -> Distribution {
        self.known.entry(law).or_insert_with(|| law.table()).clone()
    }

    /// Mean: exact without limits, else within a part in a thousand.
    pub(crate) fn mean(&mut self, law: Law) -> Duration {
        let known = &mut self.known;
        let measured = || Duration((known.entry(law).or_insert_with(|| law.table()).mean_s() * 1e9) as u64);
        *self.means.entry(law).or_insert_with(|| law.exact_mean().unwrap_or_else(measured))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::distribution::distribution;

    #[test]
    fn a_law_is_tabulated_once_however_it_is_written() {
        let mut tables = Tables::default();
        let laws = ["exponential 2 min", "exponential 120 s", "exponential 2 min at least 1 min", "3 s"];
        let laws = laws.map(|text| distribution(text).unwrap());
        assert!(laws.into_iter().all(|law| tables.of(law) == law.table()));
        assert_eq!(tables.known.len(), 3);
        assert_eq!(laws.map(|law| tables.mean(law).0 / Duration::SECOND.0), [120, 120, 132, 3]);
        assert_eq!(tables.known.len(), 3);
    }
}

//! A number for what a plan means, equal for files that differ in comments, blanks and order of keys only.

use core::fmt::Write;

use simulator::rng::mix;

use crate::plan::Plan;

/// Digest of layout, settings, schedule, expectations and length.
pub(crate) fn digest(plan: &Plan) -> u64 {
    let mut hash = Hash(0xcbf2_9ce4_8422_2325);
    let meaning = (&plan.layout, &plan.settings, &plan.schedule, &plan.expectations);
    // Writing to a hash cannot fail.
    let _ = write!(hash, "{:?}{:?}{:?}{:?}{:?}", meaning, plan.lasts, plan.warm_up, plan.starts_s, plan.date);
    mix(hash.0)
}

/// FNV-1a of what is written to it.
struct Hash(u64);

impl Write for Hash {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        self.0 = text.bytes().fold(self.0, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        Ok(())
    }
}

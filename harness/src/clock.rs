//! The wall clock: how long a run took and what its file is called. Nothing that is measured depends on it.

use std::time::{Instant, SystemTime};

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Measures how long something takes on this machine.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    /// From now on.
    #[expect(clippy::disallowed_methods, reason = "progress and wall_s are about this machine, not about the run")]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    /// Seconds since the start.
    pub(crate) fn seconds(&self) -> f64 {
        self.0.elapsed().as_secs_f64()
    }
}

/// Local time as file names carry it: `2026-11-24T0856`.
#[expect(clippy::disallowed_methods, reason = "a run file is named after the moment it was written")]
pub(crate) fn stamp() -> String {
    let now = Timestamp::try_from(SystemTime::now()).unwrap_or_default();
    now.to_zoned_datetime(TimeZone::system()).strftime("%Y-%m-%dT%H%M").to_string()
}

/// The day, counted from 1970-01-01, as the world's clock has it.
#[expect(clippy::disallowed_methods, reason = "permission to load somebody ends on a day")]
pub(crate) fn today() -> i64 {
    let passed = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(passed.as_secs() / 86_400).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_sorts_by_time_and_fits_any_file_system() {
        let stamp = stamp();
        assert_eq!(stamp.len(), "2026-11-24T0856".len());
        assert!(stamp.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'), "{stamp}");
    }
}

//! Virtual time: integer nanoseconds since the run began. Nothing here reads a clock.

use core::ops::{Add, AddAssign, Sub};

/// A moment of a run, in nanoseconds since its start.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Instant(pub u64);

impl Instant {
    /// The start of the run.
    pub const ZERO: Self = Self(0);
    /// Later than anything that happens: "no deadline". A plain minimum over deadlines needs no `Option`.
    pub const NEVER: Self = Self(u64::MAX);

    /// The time from `earlier` to `self`; zero if `earlier` is later.
    #[inline]
    pub fn since(self, earlier: Self) -> Duration {
        Duration(self.0.saturating_sub(earlier.0))
    }

    /// Whole milliseconds since the start, wrapping after 49.7 days; compare by wrapping subtraction.
    #[inline]
    pub fn millis_wrapping(self) -> u32 {
        (self.0 / Duration::MILLISECOND.0) as u32
    }

    /// Seconds since the start, for display only.
    pub fn as_secs_f64(self) -> f64 {
        Duration(self.0).as_secs_f64()
    }
}

impl Add<Duration> for Instant {
    type Output = Self;
    /// Saturates at [`Instant::NEVER`].
    #[inline]
    fn add(self, span: Duration) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl AddAssign<Duration> for Instant {
    #[inline]
    fn add_assign(&mut self, span: Duration) {
        *self = *self + span;
    }
}

impl Sub<Duration> for Instant {
    type Output = Self;
    /// Saturates at the start of the run.
    #[inline]
    fn sub(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(span.0))
    }
}

/// A length of time, in nanoseconds.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Duration(pub u64);

impl Duration {
    /// No time at all.
    pub const ZERO: Self = Self(0);
    /// For ever.
    pub const FOREVER: Self = Self(u64::MAX);
    /// One microsecond.
    pub const MICROSECOND: Self = Self(1_000);
    /// One millisecond.
    pub const MILLISECOND: Self = Self(1_000_000);
    /// One second.
    pub const SECOND: Self = Self(1_000_000_000);

    /// `count` seconds; saturates.
    pub const fn seconds(count: u64) -> Self {
        Self(count.saturating_mul(Self::SECOND.0))
    }

    /// `count` milliseconds; saturates.
    pub const fn millis(count: u64) -> Self {
        Self(count.saturating_mul(Self::MILLISECOND.0))
    }

    /// Seconds, for display only.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// `self * part / whole` in integers, rounded down; saturates.
    pub fn scaled(self, part: u64, whole: u64) -> Self {
        let product = u128::from(self.0) * u128::from(part) / u128::from(whole.max(1));
        Self(u64::try_from(product).unwrap_or(u64::MAX))
    }
}

impl Add for Duration {
    type Output = Self;
    #[inline]
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Duration {
    type Output = Self;
    #[inline]
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

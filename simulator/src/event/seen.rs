//! What answers a wish has met so far.

use crate::licence::reason::Reason;

/// Kinds of answers a wish has met, as bits.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Seen(pub u32);

impl Seen {
    const TIMED_OUT: u32 = 1 << 24;
    const REDIRECTED: u32 = 1 << 25;
    const UNREACHABLE: u32 = 1 << 26;
    const REFUSED: u32 = 1 << 27;

    fn kind(status: u16, reason: Reason) -> u32 {
        debug_assert!(1 << (reason as u32) < Self::TIMED_OUT, "no message carries {}", reason.code());
        let refused = if status >= 400 && reason != Reason::InLine { Self::REFUSED } else { 0 };
        match status {
            0 => Self::UNREACHABLE,
            408 => Self::TIMED_OUT,
            300..400 => Self::REDIRECTED,
            _ if reason == Reason::None => refused,
            _ => refused | 1 << reason as u32,
        }
    }

    /// With another answer added.
    #[must_use]
    pub fn with(self, status: u16, reason: Reason) -> Self {
        Self(self.0 | Self::kind(status, reason))
    }

    /// Whether an answer of this kind (no answer: 408, dead connection: 0, redirect, reason) is among them.
    pub fn has(self, status: u16, reason: Reason) -> bool {
        let kind = match Self::kind(status, reason) {
            kind if reason != Reason::None => kind & !Self::REFUSED,
            kind => kind,
        };
        self.0 & kind != 0
    }

    /// Whether any was a refusal.
    pub fn refused(self) -> bool {
        self.0 & Self::REFUSED != 0
    }

    /// Whether any was a refusal of a licence.
    pub fn refused_a_licence(self) -> bool {
        Reason::ALL.into_iter().any(|reason| reason.is_licence() && self.0 & 1 << reason as u32 != 0)
    }
}

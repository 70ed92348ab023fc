//! Planted defects. Whoever checks licences must catch each; only tests can plant one, and nothing of it is compiled
//! otherwise.

/// A defect: the ten of checkout §3.10, then one for each invariant that those leave out.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Mutant {
    /// Deadlines count from the arrival of the ACK.
    DeadlineFromReceipt,
    /// Deadlines are not shortened by the drift of clocks.
    NoDriftMargin,
    /// The authority takes holders away at soft.
    ReclaimsAtSoft,
    /// A PBX goes on with units it has told it gives back.
    KeepsAfterTelling,
    /// A PBX accepts an ACK that is not the latest.
    AnyAck,
    /// The authority heeds old and doubled RENEWs.
    OldRenew,
    /// A PBX does not look at its deadlines.
    NoExpiryAtPbx,
    /// The authority starts without its table and without quarantine.
    NoQuarantine,
    /// A PBX goes on after a crash as if nothing had been.
    ResumesState,
    /// The authority grants whatever is wanted.
    GrantsBeyondFree,
    /// I1: the authority reads twice as many units as are installed.
    ReadsTwice,
    /// I4: a registration outlives its expiry.
    KeepsExpired,
    /// I5: a PBX counts its RENEWs from the beginning after a restart.
    ForgetsSequence,
    /// I6: every device books a port of its own.
    PortPerDevice,
    /// I7: what was taken is kept although something is missing.
    KeepsHalf,
    /// I8: the authority withholds what is free.
    WithholdsFree,
    /// I9: holders never come home from the escrow.
    StaysInEscrow,
    /// I10: a refusal is not counted.
    ForgetsRefusal,
}

#[cfg(test)]
thread_local! {
    static PLANTED: core::cell::Cell<Option<Mutant>> = const { core::cell::Cell::new(None) };
}

/// Whether this defect is planted.
#[cfg(test)]
pub(crate) fn planted(mutant: Mutant) -> bool {
    PLANTED.get() == Some(mutant)
}

/// Whether this defect is planted: never, outside tests.
#[cfg(not(test))]
#[inline(always)]
pub(crate) const fn planted(_: Mutant) -> bool {
    false
}

/// Runs `act` on this thread with the defect planted.
#[cfg(test)]
pub(crate) fn with<T>(mutant: Mutant, act: impl FnOnce() -> T) -> T {
    PLANTED.set(Some(mutant));
    let outcome = act();
    PLANTED.set(None);
    outcome
}

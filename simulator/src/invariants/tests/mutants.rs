//! The ten mutants of checkout §3.10, and a defect for every invariant: each is found within the default number of schedules.

use super::super::Invariant;
use super::schedules;
use crate::licence::mutant::{Mutant, with};

/// Schedules that a mutant may survive before the test fails; the suite runs 600.
const SCHEDULES: u64 = 120;

/// The invariants that the first breaches name, and the first seed.
fn killed_by(mutant: Mutant, schedules: u64) -> Option<(u64, Invariant)> {
    (0..schedules).find_map(|seed| {
        let (_, breach) = with(mutant, || schedules::run(seed));
        breach.map(|breach| (seed, breach.invariant))
    })
}

fn is_killed_by(mutant: Mutant, expected: &[Invariant]) {
    let (seed, invariant) =
        killed_by(mutant, SCHEDULES).unwrap_or_else(|| panic!("{mutant:?} survives {SCHEDULES} schedules"));
    assert!(expected.contains(&invariant), "{mutant:?} is found by {} in schedule {seed}", invariant.id());
}

macro_rules! mutants {
    ($($name:ident: $mutant:ident by $($invariant:ident)|+;)+) => {
        $(#[test] fn $name() { is_killed_by(Mutant::$mutant, &[$(Invariant::$invariant),+]); })+
    };
}

mutants! {
    deadlines_count_from_the_sending_of_the_renew: DeadlineFromReceipt by I2;
    deadlines_leave_a_margin_for_drift: NoDriftMargin by I2;
    holders_confirmed_keep_their_units_until_hard: ReclaimsAtSoft by I2;
    what_is_given_back_is_not_used: KeepsAfterTelling by I2;
    only_the_latest_ack_counts: AnyAck by I2;
    an_old_renew_changes_nothing: OldRenew by I2;
    a_pbx_looks_at_its_own_deadlines: NoExpiryAtPbx by I2 | I4;
    an_authority_without_its_table_waits: NoQuarantine by I2;
    a_crash_ends_what_was_held: ResumesState by I2 | I4;
    no_more_is_granted_than_is_free: GrantsBeyondFree by I1 | I2 | I3;

    i1_counts_what_is_in_use: ReadsTwice by I1;
    i4_registrations_end: KeepsExpired by I4;
    i5_a_sequence_never_falls: ForgetsSequence by I5;
    i6_an_object_has_one_port: PortPerDevice by I6;
    i7_all_features_or_none: KeepsHalf by I7;
    i8_what_is_free_is_given: WithholdsFree by I8;
    i9_escrow_comes_home: StaysInEscrow by I9;
    i10_every_attempt_has_an_answer: ForgetsRefusal by I10;
}

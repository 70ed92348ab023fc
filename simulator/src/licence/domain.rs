//! Who draws on whose stock (R5-R10).

use super::catalogue::Scope;
use super::entitlement::Entitlement;
use crate::layout::{PbxPlan, Role};

/// Whether a PBX has licences of its own and no part in the master's (R8); those of its box do not count (A1).
pub fn is_decentral(role: Role, bound: &[Entitlement]) -> bool {
    role == Role::Slave && bound.iter().any(|licence| licence.units > 0 && counts(licence))
}

/// Whether a PBX issues units of its own in some part of a run.
pub fn may_issue(pbx: &PbxPlan) -> bool {
    pbx.role == Role::Master || pbx.role == Role::Slave && pbx.licences.iter().any(counts)
}

fn counts(licence: &Entitlement) -> bool {
    licence.feature.licence().scope == Scope::Domain
}

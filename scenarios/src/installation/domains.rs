//! Who draws on whose stock: the licence master's, or a decentral PBX's own (R5-R10).

use simulator::layout::Role;
use simulator::licence::catalogue::Scope;

use super::rule_off::is_off;
use super::{Installation, Switch};

/// Licence domains, each named after the PBX that has the stock.
#[derive(Clone, Debug)]
pub(crate) struct Domains {
    /// By PBX: whose stock it draws on.
    owner: Vec<usize>,
}

impl Domains {
    pub(crate) fn new(installation: &Installation) -> Self {
        let boxes = &installation.boxes;
        let master = boxes.iter().position(|pbx| pbx.role == Role::Master).unwrap_or(0);
        let mut owner = vec![master; boxes.len()];
        for bound in installation.bound.iter().filter(|bound| bound.count > 0) {
            // R8, and A1: what is fixed to a device does not make it decentral.
            let fixed = bound.feature.licence().scope == Scope::Device;
            let decentralises = !fixed || installation.readings.is(Switch::BoxLicencesDecentralise);
            let apart = decentralises && ![5, 8, 9, 10].into_iter().any(is_off);
            if boxes[bound.at].role == Role::Slave && apart {
                owner[bound.at] = bound.at;
            }
        }
        if is_off(6) {
            owner = (0..boxes.len()).collect();
        }
        for (index, pbx) in boxes.iter().enumerate().filter(|(_, pbx)| pbx.role == Role::Standby) {
            owner[index] = pbx.active.map_or(master, |active| owner[active]);
        }
        Self { owner }
    }

    /// Whose stock a PBX draws on.
    pub(crate) fn of(&self, pbx: usize) -> usize {
        self.owner[pbx]
    }

    /// PBXs with a stock, in order.
    pub(crate) fn owners(&self) -> impl Iterator<Item = usize> + '_ {
        self.owner.iter().enumerate().filter(|(pbx, owner)| pbx == *owner).map(|(pbx, _)| pbx)
    }

    /// PBXs that draw on this stock.
    pub(crate) fn members(&self, owner: usize) -> impl Iterator<Item = usize> + '_ {
        self.owner.iter().enumerate().filter(move |(_, one)| **one == owner).map(|(pbx, _)| pbx)
    }
}

//! Nodes by the names people gave them.

use scenarios::plan::Plan;
use simulator::node::NodeId;
use simulator::site::Site;

/// `desk-17`, `desk-17/dect`, `slave-2`.
pub(crate) fn of(plan: &Plan, site: &Site, node: NodeId) -> String {
    if let Some(index) = site.pbx_index(node) {
        return plan.layout.pbxs[index].name.clone();
    }
    let Some(phone) = site.phones().get(node.index()) else { return "arrivals".into() };
    let aor = phone.aor();
    let block = &plan.layout.blocks[usize::from(aor.block)];
    let population = &plan.layout.populations[usize::from(block.population)].name;
    let seat = block.first_seat + aor.seat + 1;
    if block.devices.len() == 1 {
        format!("{population}-{seat}")
    } else {
        format!("{population}-{seat}/{}", aor.device.word())
    }
}

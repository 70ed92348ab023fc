//! `pbxsim explain`: what a scenario will do, in words, and what theory expects of it.

use crate::args::Explain;
use crate::commands::{load_right, which_scenario, wire};
use crate::complaint::Complaint;
use crate::exit::Exit;
use crate::screen;

/// Explains a file, or each of its variants.
pub(super) fn explain(args: &Explain) -> Result<Exit, Complaint> {
    if let Some(addresses) = &args.wire {
        return wire::explain(args, addresses);
    }
    let Some(file) = &args.file else { return Err(which_scenario("explain")) };
    let Some(scenarios) = load_right(std::slice::from_ref(file), &args.overrides, args.variant.as_deref()) else {
        return Ok(Exit::Wrong);
    };
    let plans = scenarios.iter().flat_map(|(_, loaded)| &loaded.plans);
    let texts: Vec<String> = plans.map(scenarios::explain).collect();
    screen::print(&texts.join("\n"))?;
    Ok(Exit::Held)
}

//! `pbxsim cdr`: the call detail records of one seed.

use std::io::{self, BufWriter, ErrorKind, Write};

use harness::cdr;
use scenarios::plan::Plan;

use crate::args::Cdr;
use crate::commands::{load_right, which_scenario};
use crate::complaint::Complaint;
use crate::exit::Exit;
use crate::{interrupt, screen};

/// Runs one seed and writes a record for every call.
pub(super) fn cdr(args: &Cdr) -> Result<Exit, Complaint> {
    let Some(file) = &args.file else { return Err(which_scenario("cdr")) };
    let Some(scenarios) = load_right(core::slice::from_ref(file), &args.overrides, args.variant.as_deref()) else {
        return Ok(Exit::Wrong);
    };
    let plans: Vec<Plan> = scenarios.into_iter().flat_map(|(_, loaded)| loaded.plans).collect();
    let [plan] = plans.as_slice() else {
        let names: Vec<&str> = plans.iter().filter_map(|plan| plan.variant.as_deref()).collect();
        return Err(Complaint::wrong("which variant?").hint(format!("--variant {}", names.join(", or --variant "))));
    };
    if plan.layout.flows.is_empty() {
        return Err(Complaint::wrong(format!("{} has no calls: there is nothing to record", plan.source.path))
            .hint("they come with the block \"calls\""));
    }
    let interrupted = interrupt::flag();
    let stop = || interrupted.load(std::sync::atomic::Ordering::Relaxed);
    let seed = args.seed.unwrap_or(plan.seed);
    match &args.out {
        None => to_screen(plan, seed, args.format.form(), &stop)?,
        Some(path) => {
            let mut bytes = Vec::new();
            let written = cdr::write(plan, seed, args.format.form(), &stop, &mut bytes);
            let written = written.map_err(|error| Complaint::invalid(error.to_string()))?;
            if !stop() {
                reports::atomic_file::write(path, &bytes).map_err(|error| Complaint::invalid(error.to_string()))?;
                let records = reports::units::things(written, "record", "records");
                screen::print(&format!("{records} in {}\n", path.display()))?;
            }
        }
    }
    Ok(if stop() { Exit::Interrupted } else { Exit::Held })
}

/// A reader that has left early (`| head`) is no error.
fn to_screen(plan: &Plan, seed: u64, form: cdr::Form, stop: &dyn Fn() -> bool) -> Result<(), Complaint> {
    let mut output = BufWriter::new(io::stdout().lock());
    match cdr::write(plan, seed, form, stop, &mut output).and_then(|_| output.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Complaint::invalid(format!("standard output was not written: {error}")))
        }
        _ => Ok(()),
    }
}
